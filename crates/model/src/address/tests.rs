//! Addresses, prefixes and names read and write themselves.

use super::*;
use proptest::prelude::*;

#[test]
fn a_prefix_with_host_bits_is_refused() {
    assert!("192.0.2.1/24".parse::<Prefix>().is_err());
    assert!("192.0.2.0/33".parse::<Prefix>().is_err());
    assert!("2001:db8::1/64".parse::<Prefix>().is_err());
}

#[test]
fn a_prefix_covers_its_first_and_last_address_and_no_neighbour() {
    let prefix: Prefix = "198.51.100.64/26".parse().unwrap();
    assert_eq!(prefix.first().to_string(), "198.51.100.64");
    assert_eq!(prefix.last().to_string(), "198.51.100.127");
    assert!(prefix.contains("198.51.100.100".parse().unwrap()));
    assert!(!prefix.contains("198.51.100.128".parse().unwrap()));
}

#[test]
fn the_whole_of_each_family_is_a_prefix() {
    let all: Prefix = "0.0.0.0/0".parse().unwrap();
    assert!(all.is_v4() && all.length() == 0);
    assert!(all.contains("203.0.113.9".parse().unwrap()));
    assert!(!all.contains("2001:db8::1".parse().unwrap()));
}

#[test]
fn a_domain_name_is_lowered_and_its_trailing_dot_dropped() {
    assert_eq!("C2.Example.".parse::<Fqdn>().unwrap().as_str(), "c2.example");
    for bad in ["", "localhost", "a..example", "-a.example", "192.0.2.1", "a b.example"] {
        assert!(bad.parse::<Fqdn>().is_err(), "{bad}");
    }
}

#[test]
fn as_numbers_are_read_with_and_without_their_letters() {
    assert_eq!("AS64500".parse::<Asn>().unwrap().number(), 64500);
    assert_eq!("64500".parse::<Asn>().unwrap().to_string(), "AS64500");
    assert!("0".parse::<Asn>().is_err());
}

proptest! {
    #[test]
    fn an_address_reads_back_as_it_was_written(bits: u128) {
        let ip = Ip::from_bits(bits);
        prop_assume!(!ip.is_none());
        prop_assert_eq!(ip.to_string().parse::<Ip>().unwrap(), ip);
    }

    #[test]
    fn a_prefix_reads_back_as_it_was_written(bits: u32, length in 0u8..=32) {
        let prefix = Prefix::around(Ip::from_v4(bits), length).unwrap();
        prop_assert_eq!(prefix.to_string().parse::<Prefix>().unwrap(), prefix);
        prop_assert!(prefix.contains(Ip::from_v4(bits)));
    }
}
