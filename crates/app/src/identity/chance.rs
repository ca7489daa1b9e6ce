//! Randomness, asked of whoever runs the desk, and the tokens made of it.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::AppError;

/// Fills bytes with what nobody can foresee, or says why it cannot.
type Fill = dyn Fn(&mut [u8]) -> Result<(), String> + Send + Sync;

/// Where secrets come from: the machine's generator when serving, a counting one in tests.
#[derive(Clone)]
pub struct Chance(Arc<Fill>);

impl Chance {
    pub fn new(fill: impl Fn(&mut [u8]) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// So many random bytes.
    ///
    /// # Errors
    /// When the machine gives none: then no secret may be made at all.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], AppError> {
        let mut bytes = [0; N];
        (self.0)(&mut bytes).map_err(AppError::NoChance)?;
        Ok(bytes)
    }

    /// A token of 256 random bits, as 64 hexadecimal digits.
    pub(crate) fn token(&self) -> Result<String, AppError> {
        Ok(hex(&self.bytes::<32>()?))
    }
}

/// The SHA-256 of a secret, under which it is kept. Only for secrets too long to guess.
pub(crate) fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _done = write!(text, "{byte:02x}");
        text
    })
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base32 without padding (RFC 4648 §6), as authenticators take seeds.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u16, 0);
    for byte in bytes {
        held = (held << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
            held &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn letter(five_bits: u16) -> char {
    ALPHABET.get(usize::from(five_bits & 31)).copied().map_or('A', char::from)
}

/// The bytes of a Base32 text; none if it is not one.
pub(crate) fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u16, 0);
    for letter in text.bytes() {
        let five = ALPHABET.iter().position(|known| *known == letter)?;
        held = (held << 5) | u16::try_from(five).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_rfc_and_comes_back() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
            assert_eq!(from_base32(text).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base32("MZXW1"), None);
    }

    #[test]
    fn no_secret_is_made_where_there_is_no_chance() {
        let none = Chance::new(|_| Err("no entropy".to_owned()));
        assert!(matches!(none.token(), Err(AppError::NoChance(_))));
    }
}
