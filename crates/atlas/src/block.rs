//! Blocks of addresses: from one address to another, both included, of one family.
//!
//! Registers and AS tables hold blocks that are no CIDR prefix, so a [`Prefix`] is not enough.

use std::fmt;
use std::str::FromStr;

use model::{Ip, Prefix};
use serde::{Serialize, Serializer};

/// Addresses from `first` to `last`, both included and both IPv4 or both IPv6.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    first: Ip,
    last: Ip,
}

/// Why a text is no block of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no block of addresses: {why}")]
pub struct BadBlock {
    /// The offending text, cut to 80 characters.
    pub text: String,
    pub why: &'static str,
}

impl BadBlock {
    fn new(text: impl fmt::Display, why: &'static str) -> Self {
        Self { text: text.to_string().chars().take(80).collect(), why }
    }
}

impl Block {
    /// The block from one address to another, both included.
    pub fn between(first: Ip, last: Ip) -> Result<Self, BadBlock> {
        let why = if first.is_v4() != last.is_v4() {
            "one end is IPv4, the other IPv6"
        } else if last < first {
            "it ends before it begins"
        } else {
            return Ok(Self { first, last });
        };
        Err(BadBlock::new(format_args!("{first}-{last}"), why))
    }

    pub fn first(&self) -> Ip {
        self.first
    }

    pub fn last(&self) -> Ip {
        self.last
    }

    pub fn is_v4(&self) -> bool {
        self.first.is_v4()
    }

    /// Whether the block holds this address. An IPv6 block holds no IPv4 address, though all of them
    /// lie at `::ffff:0:0/96`, nor does any hold [`Ip::NONE`].
    pub fn contains(&self, address: Ip) -> bool {
        !address.is_none()
            && address.is_v4() == self.is_v4()
            && self.first <= address
            && address <= self.last
    }

    /// The number of addresses less one: the smaller, the more specific.
    pub fn reach(&self) -> u128 {
        self.last.bits() - self.first.bits()
    }

    /// The block as a prefix, if it is one.
    pub fn prefix(&self) -> Option<Prefix> {
        let whole = if self.is_v4() { 32 } else { 128 };
        let free = self.reach().count_ones();
        let length = u8::try_from(whole - free.min(whole)).ok()?;
        let prefix = Prefix::around(self.first, length)?;
        (Self::from(prefix) == *self).then_some(prefix)
    }
}

impl From<Prefix> for Block {
    fn from(prefix: Prefix) -> Self {
        Self { first: prefix.first(), last: prefix.last() }
    }
}

impl FromStr for Block {
    type Err = BadBlock;

    /// Reads `192.0.2.0/24`, `192.0.2.0-192.0.2.99` and a bare address.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = "such as 192.0.2.0/24 (host bits zero) or 192.0.2.0-192.0.2.99";
        let bad = || BadBlock::new(text, wanted);
        match text.split_once('-') {
            Some((first, last)) => {
                let first = first.trim().parse().map_err(|_| bad())?;
                Self::between(first, last.trim().parse().map_err(|_| bad())?)
            }
            None => text.parse::<Prefix>().map(Self::from).map_err(|_| bad()),
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix() {
            Some(prefix) => write!(f, "{prefix}"),
            None => write!(f, "{}-{}", self.first.to_addr(), self.last.to_addr()),
        }
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({self})")
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, written: &str) {
        let read = text.parse::<Block>().map_or_else(|e| e.to_string(), |b| b.to_string());
        assert_eq!(read, written);
    }

    #[test]
    fn a_range_that_is_a_prefix_is_written_as_one() {
        check("192.0.2.0-192.0.2.255", "192.0.2.0/24");
        check("192.0.2.7", "192.0.2.7/32");
        check("0.0.0.0-255.255.255.255", "0.0.0.0/0");
        check("::/0", "::/0");
        check("2001:db8::-2001:db8::ffff", "2001:db8::/112");
        check("192.0.2.1 - 192.0.2.2", "192.0.2.1-192.0.2.2");
        check("192.0.2.0-192.0.2.99", "192.0.2.0-192.0.2.99");
    }

    #[test]
    fn what_is_no_block_is_refused_with_the_reason() {
        check(
            "192.0.2.9-192.0.2.1",
            "`192.0.2.9-192.0.2.1` is no block of addresses: it ends before it begins",
        );
        check(
            "192.0.2.9-2001:db8::",
            "`192.0.2.9-2001:db8::` is no block of addresses: one end is IPv4, the other IPv6",
        );
        check(
            "192.0.2.9/24",
            "`192.0.2.9/24` is no block of addresses: such as 192.0.2.0/24 (host bits zero) or \
             192.0.2.0-192.0.2.99",
        );
    }

    #[test]
    fn all_of_ipv6_holds_no_ipv4_address_and_not_the_absent_one() {
        let all: Block = "::/0".parse().unwrap();
        assert!(all.contains("2001:db8::1".parse().unwrap()));
        assert!(!all.contains("192.0.2.1".parse().unwrap()));
        assert!(!all.contains(Ip::NONE));
    }
}
