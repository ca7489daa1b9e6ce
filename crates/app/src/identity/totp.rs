//! Time-based codes (RFC 6238): six digits, thirty seconds, HMAC-SHA-1, which is what authenticators take.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;

/// Seconds that a code is good for.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one that are taken too: clocks differ (RFC 6238 §5.2).
const DRIFT: u64 = 1;
const DIGITS: u32 = 6;

/// The step whose code this is, if it is one of those now good and later than the last one taken.
///
/// Every step is computed whatever the others gave, so that time tells nothing.
pub(crate) fn matching_step(seed: &[u8], code: u32, now: Timestamp, last: u64) -> Option<u64> {
    let present = step_at(now);
    let mut found = None;
    for step in present.saturating_sub(DRIFT)..=present.saturating_add(DRIFT) {
        let matches = code_at(seed, step) == Some(code);
        if matches && step > last {
            found = Some(step);
        }
    }
    found
}

/// Six digits, whatever blanks stand between them.
pub(crate) fn read(text: &str) -> Option<u32> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// The number of the step in which an instant lies.
pub(crate) fn step_at(now: Timestamp) -> u64 {
    u64::try_from(now.as_second().div_euclid(STEP_SECONDS)).unwrap_or_default()
}

/// The code of a step (RFC 4226 §5.3).
pub(crate) fn code_at(seed: &[u8], step: u64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last()? & 0x0f);
    let four: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(DIGITS))
}

/// What an authenticator reads from the picture.
pub(crate) fn uri(issuer: &str, account: &str, seed: &str) -> String {
    let (issuer, account) = (escaped(issuer), escaped(account));
    format!("otpauth://totp/{issuer}:{account}?secret={seed}&issuer={issuer}")
}

/// Percent-encoded (RFC 3986 §2.1).
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _done = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, the last six of the eight digits.
        for (second, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code_at(SEED, step_at(at(second))), Some(code), "{second}");
        }
    }

    #[test]
    fn a_code_is_good_a_step_early_or_late_and_never_twice() {
        let code = code_at(SEED, 100).unwrap();
        let tried = |second, last| matching_step(SEED, code, at(second), last);
        assert_eq!(tried(100 * 30, 0), Some(100));
        assert_eq!(tried(99 * 30, 0), Some(100));
        assert_eq!(tried(101 * 30 + 29, 0), Some(100));
        assert_eq!(tried(98 * 30 + 29, 0), None);
        assert_eq!(tried(102 * 30, 0), None);
        assert_eq!(tried(100 * 30, 100), None, "taken already");
        assert_eq!(tried(100 * 30, 101), None, "before one that was taken");
    }

    #[test]
    fn only_six_digits_are_a_code() {
        assert_eq!(read(" 012 345 "), Some(12_345));
        for text in ["", "12345", "1234567", "12345a", "-12345", "+12345", "１２３４５６"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_picture_says_whose_and_where() {
        let said = uri("Zhongyuan Centre", "wu@centre", "MZXW6");
        let wanted =
            "otpauth://totp/Zhongyuan%20Centre:wu%40centre?secret=MZXW6&issuer=Zhongyuan%20Centre";
        assert_eq!(said, wanted);
    }
}
