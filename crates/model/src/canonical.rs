//! One spelling for one meaning: JSON as RFC 8785 (JCS) writes it, so that it can be hashed and signed.
//!
//! Only what filings hold is here: texts, whole numbers, yes or no, lists and objects. There is no null and
//! no fraction; a whole number stays within what every reader of JSON keeps exactly (RFC 7493 §2.2), so the
//! rules of RFC 8785 §3.2.2.3 for numbers come down to writing its digits.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// The greatest whole number that survives any reader of JSON: 2^53 - 1.
const GREATEST: u64 = 9_007_199_254_740_991;

/// A value of canonical JSON. Its [`Display`](fmt::Display) is the canonical text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Text(String),
    Whole(Whole),
    Yes(bool),
    List(Vec<Self>),
    Object(BTreeMap<String, Self>),
}

/// A whole number that every reader of JSON keeps exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole(u64);

impl Whole {
    /// None above 2^53 - 1.
    pub fn new(number: u64) -> Option<Self> {
        (number <= GREATEST).then_some(Self(number))
    }
}

impl From<u32> for Whole {
    fn from(number: u32) -> Self {
        Self(u64::from(number))
    }
}

impl Json {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An object of these members; of two with one name the later counts.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(f, text),
            Self::Whole(Whole(number)) => write!(f, "{number}"),
            Self::Yes(yes) => write!(f, "{yes}"),
            Self::List(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at > 0 { "," } else { "" })?;
                }
                f.write_char(']')
            }
            Self::Object(members) => {
                // RFC 8785 §3.2.3: by UTF-16 code units, which above U+FFFF is not the order of Rust.
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
                f.write_char('{')?;
                for (at, (name, value)) in sorted.into_iter().enumerate() {
                    f.write_str(if at > 0 { "," } else { "" })?;
                    quoted(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

/// A string by RFC 8785 §3.2.2.2: nothing is escaped but what must be.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\u{8}' => f.write_str("\\b")?,
            '\t' => f.write_str("\\t")?,
            '\n' => f.write_str("\\n")?,
            '\u{c}' => f.write_str("\\f")?,
            '\r' => f.write_str("\\r")?,
            control if control < ' ' => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests;
