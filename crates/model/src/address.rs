//! Network addresses, prefixes, AS numbers and domain names, parsed once.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::BadName;

/// `::ffff:0:0/96`, where IPv4 lives inside IPv6 (RFC 4291 §2.5.5.2).
const MAPPED: u128 = 0xffff_0000_0000;

/// An IPv4 or IPv6 address as one number, so that a column of them is a plain vector.
///
/// IPv4 stands in its IPv6-mapped form. The unspecified address is no one's and means *none*.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ip(u128);

impl Ip {
    /// No address.
    pub const NONE: Self = Self(0);

    pub const fn from_v4(bits: u32) -> Self {
        Self(MAPPED | widen(bits))
    }

    /// From the 128 bits of the IPv6 (or IPv6-mapped) form.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    pub const fn bits(self) -> u128 {
        self.0
    }

    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    pub const fn is_v4(self) -> bool {
        self.0 >> 32 == MAPPED >> 32
    }

    /// The 32 bits of an IPv4 address; `None` for IPv6.
    pub fn v4(self) -> Option<u32> {
        if self.is_v4() { u32::try_from(self.0 & 0xffff_ffff).ok() } else { None }
    }

    /// The upper 64 bits, the unit in which IPv6 holders are counted.
    pub fn slash64(self) -> u64 {
        u64::try_from(self.0 >> 64).unwrap_or_default()
    }

    pub fn to_addr(self) -> IpAddr {
        match self.v4() {
            Some(bits) => IpAddr::V4(Ipv4Addr::from_bits(bits)),
            None => IpAddr::V6(Ipv6Addr::from_bits(self.0)),
        }
    }
}

#[expect(clippy::as_conversions, reason = "u128::from is not const; widening loses nothing")]
const fn widen(bits: u32) -> u128 {
    bits as u128
}

impl From<IpAddr> for Ip {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::from_v4(v4.to_bits()),
            IpAddr::V6(v6) => Self(v6.to_bits()),
        }
    }
}

impl FromStr for Ip {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<IpAddr>()
            .map(Self::from)
            .map_err(|_| BadName::new("IP address", text, "such as 192.0.2.7 or 2001:db8::7"))
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() { f.pad("-") } else { self.to_addr().fmt(f) }
    }
}

impl fmt::Debug for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ip({self})")
    }
}

/// A block of addresses in CIDR notation, host bits zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    first: Ip,
    /// Length within the 128-bit form: an IPv4 /24 is stored as 120.
    length: u8,
}

impl Prefix {
    /// The first address.
    pub fn first(&self) -> Ip {
        self.first
    }

    /// The last address.
    pub fn last(&self) -> Ip {
        Ip(self.first.0 | !mask(self.length))
    }

    pub fn is_v4(&self) -> bool {
        self.first.is_v4() && self.length >= 96
    }

    /// The length as written: 0–32 for IPv4, 0–128 for IPv6.
    pub fn length(&self) -> u8 {
        if self.is_v4() { self.length - 96 } else { self.length }
    }

    pub fn contains(&self, address: Ip) -> bool {
        address.0 & mask(self.length) == self.first.0
    }

    /// The block of `length` bits (as written for its family) that holds `address`.
    pub fn around(address: Ip, length: u8) -> Option<Self> {
        let (most, base) = if address.is_v4() { (32, 96) } else { (128, 0) };
        if length > most {
            return None;
        }
        let length = length + base;
        Some(Self { first: Ip(address.0 & mask(length)), length })
    }
}

fn mask(length: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0)
}

impl FromStr for Prefix {
    type Err = BadName;

    /// Reads `192.0.2.0/24`; a bare address is a block of one. Host bits must be zero.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadName::new("prefix", text, "such as 192.0.2.0/24, host bits zero");
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: Ip = address.parse().map_err(|_| bad())?;
        let whole = if address.is_v4() { 32 } else { 128 };
        let length = length.map_or(Ok(whole), str::parse).map_err(|_| bad())?;
        let prefix = Self::around(address, length).ok_or_else(bad)?;
        if prefix.first == address { Ok(prefix) } else { Err(bad()) }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first.to_addr(), self.length())
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prefix({self})")
    }
}

/// The number of an autonomous system (RFC 6793). Zero is reserved and never one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asn(std::num::NonZeroU32);

impl Asn {
    pub fn new(number: u32) -> Option<Self> {
        std::num::NonZeroU32::new(number).map(Self)
    }

    pub fn number(self) -> u32 {
        self.0.get()
    }
}

impl FromStr for Asn {
    type Err = BadName;

    /// Reads `64500` and `AS64500`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as")).unwrap_or(text);
        digits
            .parse()
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| BadName::new("AS number", text, "such as AS64500"))
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

impl fmt::Debug for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A fully qualified domain name: lower case, no trailing dot, labels of RFC 1035 length.
///
/// Underscores are let through because real command-and-control names use them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fqdn(String);

impl Fqdn {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name itself, then each parent, the longest first: `a.b.c`, `b.c`, `c`.
    pub fn and_parents(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.0.as_str()), |name| {
            name.split_once('.').map(|(_, parent)| parent)
        })
    }
}

impl FromStr for Fqdn {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadName::new("domain name", text, "such as c2.example");
        let name = text.strip_suffix('.').unwrap_or(text);
        let label_fits = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let numeric_top = name.rsplit('.').next().is_some_and(|top| top.parse::<u64>().is_ok());
        if name.len() > 253
            || !name.contains('.')
            || numeric_top
            || !name.split('.').all(label_fits)
        {
            return Err(bad());
        }
        Ok(Self(name.to_ascii_lowercase()))
    }
}

impl TryFrom<String> for Fqdn {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Fqdn> for String {
    fn from(name: Fqdn) -> Self {
        name.0
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fqdn({})", self.0)
    }
}

macro_rules! serde_as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
serde_as_text!(Ip);
serde_as_text!(Prefix);

#[cfg(test)]
mod tests;
