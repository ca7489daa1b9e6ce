//! A row's key within its day, and the cursor that names it between pages.

use std::fmt::Write as _;
use std::str::FromStr;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use jiff::civil::Date;
use ledger::schema;
use model::Ip;

use crate::QueryError;
use crate::columns::{Addresses, Ints, Words};

/// What makes a row of a day the same as another. Its order is the order of answers.
///
/// The subject is the address, else the URL, else the domain: whatever else a row says beside its subject
/// is a particular of the first row, which thin rows do not repeat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// [`Ip::NONE`] when the subject is a domain or a URL.
    pub(crate) ip: Ip,
    /// The subject's domain or URL; empty when it is an address.
    pub(crate) name: String,
    pub(crate) threat: String,
    pub(crate) destination_ip: Ip,
    pub(crate) destination_port: u16,
    pub(crate) destination_domain: String,
}

/// The columns that make up keys.
pub(crate) const KEY: [&str; 9] = [
    schema::IP_V4,
    schema::IP_V6,
    schema::DOMAIN,
    schema::THREAT,
    schema::URL,
    schema::DESTINATION_V4,
    schema::DESTINATION_V6,
    schema::DESTINATION_PORT,
    schema::DESTINATION_DOMAIN,
];

/// The key columns of a batch.
pub(crate) struct Keys<'a> {
    address: Addresses<'a>,
    domain: Words<'a>,
    threat: Words<'a>,
    url: Words<'a>,
    destination: Addresses<'a>,
    destination_port: Ints<'a>,
    destination_domain: Words<'a>,
}

impl<'a> Keys<'a> {
    pub(crate) fn of(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        Ok(Self {
            address: Addresses::of(batch, schema::IP_V4, schema::IP_V6)?,
            domain: Words::of(batch, schema::DOMAIN)?,
            threat: Words::of(batch, schema::THREAT)?,
            url: Words::of(batch, schema::URL)?,
            destination: Addresses::of(batch, schema::DESTINATION_V4, schema::DESTINATION_V6)?,
            destination_port: Ints::of(batch, schema::DESTINATION_PORT)?,
            destination_domain: Words::of(batch, schema::DESTINATION_DOMAIN)?,
        })
    }

    /// The address alone, which decides most comparisons without touching a text.
    pub(crate) fn ip(&self, row: usize) -> Result<Ip, QueryError> {
        self.address.get(row)
    }

    pub(crate) fn get(&self, row: usize) -> Result<Key, QueryError> {
        let text = |column: &Words<'_>| column.get(row).unwrap_or_default().to_owned();
        let ip = self.address.get(row)?;
        let name = if ip.is_none() { self.name(row) } else { "" };
        Ok(Key {
            ip,
            name: name.to_owned(),
            threat: text(&self.threat),
            destination_ip: self.destination.get(row)?,
            destination_port: self.destination_port.port(row),
            destination_domain: text(&self.destination_domain),
        })
    }

    fn name(&self, row: usize) -> &str {
        self.url.get(row).or_else(|| self.domain.get(row)).unwrap_or_default()
    }
}

/// Where a page ended: the last day and key on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) day: Date,
    pub(crate) key: Key,
}

/// Between the parts of a cursor; needs no escaping in a URL.
const SEPARATOR: char = '~';

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Key { ip, name, threat, destination_ip, destination_port, destination_domain } =
            &self.key;
        write!(f, "{}{SEPARATOR}{:x}", self.day, ip.bits())?;
        write!(f, "{SEPARATOR}{}{SEPARATOR}{}", escaped(name), escaped(threat))?;
        write!(f, "{SEPARATOR}{:x}{SEPARATOR}{destination_port}", destination_ip.bits())?;
        write!(f, "{SEPARATOR}{}", escaped(destination_domain))
    }
}

impl FromStr for Cursor {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || QueryError::Cursor(text.chars().take(80).collect());
        let parts: Vec<&str> = text.split(SEPARATOR).collect();
        let [day, ip, name, threat, destination_ip, destination_port, destination_domain] = *parts
        else {
            return Err(bad());
        };
        let address = |hex| u128::from_str_radix(hex, 16).map(Ip::from_bits).map_err(|_| bad());
        let plain = |text| unescaped(text).ok_or_else(bad);
        Ok(Self {
            day: day.parse().map_err(|_| bad())?,
            key: Key {
                ip: address(ip)?,
                name: plain(name)?,
                threat: plain(threat)?,
                destination_ip: address(destination_ip)?,
                destination_port: destination_port.parse().map_err(|_| bad())?,
                destination_domain: plain(destination_domain)?,
            },
        })
    }
}

/// Everything but letters, digits, `.`, `-` and `_` as `!` and two digits, so that a cursor passes through
/// a URL as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _written = write!(out, "!{byte:02x}");
        }
    }
    out
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'!' {
            let (digits, after) = after.split_at_checked(2)?;
            out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            out.push(first);
            rest = after;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests;
