//! Deliveries: one raw file, mail or push from a feed, kept before it is read.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::name::{BadName, name};
use crate::organisation::Handle;

name!(
    /// The name of a feed: a source of observations, such as `shadowserver`.
    FeedName, "feed name", "lower-case letters, digits, `.`, `-` or `_`",
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.')
);

/// A delivery is named by the SHA-256 of its plain content, so the same content is the same delivery.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeliveryId([u8; 32]);

impl DeliveryId {
    pub fn from_sha256(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for DeliveryId {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadName::new("delivery id", text, "64 hexadecimal digits");
        let mut digest = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(bad());
        }
        for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(Self(digest))
    }
}

impl TryFrom<String> for DeliveryId {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DeliveryId> for String {
    fn from(id: DeliveryId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeliveryId({self})")
    }
}

/// What is known of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub feed: FeedName,
    /// The mapping that reads it, such as `shadowserver/event4_sinkhole`, and its version.
    pub mapping: String,
    pub mapping_version: String,
    /// The file's name or the sender's reference, for people.
    pub name: String,
    /// The organisation whose monitoring made these observations.
    pub finder: Handle,
    pub received_at: Timestamp,
    /// Size of the plain content in bytes.
    pub bytes: u64,
    pub progress: Progress,
}

/// How far a delivery has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Progress {
    /// Kept, and not yet read to its end.
    Stored,
    /// Read to its end: every row is in the ledger or in quarantine.
    Ingested { at: Timestamp, counts: RowCounts },
    /// Refused whole, with the reason; replay after mending the mapping.
    Refused { at: Timestamp, reason: String },
}

/// Where the rows of one delivery went. `rows = sightings + quarantined`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    pub rows: u64,
    pub quarantined: u64,
    /// Rows understood.
    pub sightings: u64,
    /// Of those, the first of their day for their address, threat and destination.
    pub new: u64,
    /// Of the new ones, those whose holder is known.
    pub attributed: u64,
}

/// A row that could not be understood, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The line on which it began, counting from 1.
    pub line: u64,
    pub reason: String,
    /// The row itself, cut to 2,048 bytes, invalid UTF-8 replaced.
    pub raw: String,
}
