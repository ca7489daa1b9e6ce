//! Addresses from text: a fast way for dotted IPv4, the standard library's for everything else.

use model::Ip;

/// Reads an address exactly as the standard library would.
pub(crate) fn ip(text: &str) -> Option<Ip> {
    match v4(text.as_bytes()) {
        Some(bits) => Some(Ip::from_v4(bits)),
        None => text.parse().ok(),
    }
}

/// Four decimal numbers up to 255 without leading zeros; `None` is no verdict, only "not this way".
fn v4(text: &[u8]) -> Option<u32> {
    let (mut bits, mut octet, mut digits, mut dots) = (0u32, 0u32, 0u32, 0u32);
    for &byte in text {
        if byte == b'.' {
            if digits == 0 || dots == 3 {
                return None;
            }
            bits = bits << 8 | octet;
            (octet, digits, dots) = (0, 0, dots + 1);
            continue;
        }
        let digit = u32::from(byte.wrapping_sub(b'0'));
        if digit > 9 || (digits > 0 && octet == 0) {
            return None;
        }
        octet = octet * 10 + digit;
        digits += 1;
        if octet > 255 {
            return None;
        }
    }
    (dots == 3 && digits > 0).then_some(bits << 8 | octet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_fast_way_and_the_standard_way_agree(text in r"[0-9]{0,4}(\.[0-9]{0,4}){2,4}|[0-9a-f:.]{0,24}|\PC{0,12}") {
            let standard = text.parse::<std::net::IpAddr>().ok().map(Ip::from);
            prop_assert_eq!(ip(&text), standard);
        }

        #[test]
        fn every_ipv4_address_comes_back(bits: u32) {
            let text = std::net::Ipv4Addr::from_bits(bits).to_string();
            prop_assert_eq!(v4(text.as_bytes()), Some(bits));
        }
    }
}
