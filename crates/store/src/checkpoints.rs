//! Checkpoints at rest: what the journal was at an instant, as it was signed.
//!
//! Nothing here knows what a signature is: texts are kept as they were signed, so that they verify for
//! ever. Like the journal, they are the desk's alone: an organisation's permit sees none.

use jiff::Timestamp;
use model::journal::Hash;
use model::permit::ReadPermit;

use crate::connection::ask;
use crate::record::{Record, bigint};
use crate::{Store, StoreError, Tx};

/// A signed text, and by what it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Position among the checkpoints, counting from 1 without gaps.
    pub number: u64,
    pub at: Timestamp,
    /// How many entries of the journal it covers.
    pub entries: u64,
    /// SHA-256 of the text.
    pub hash: Hash,
    pub text: String,
    /// Ed25519 over the text, 128 hexadecimal digits.
    pub signature: String,
}

impl Store {
    /// The newest checkpoint.
    pub async fn latest_checkpoint(&self, permit: &ReadPermit) -> Result<Option<Kept>, StoreError> {
        self.one("read the latest checkpoint", ask(READ_LATEST, permit)).await
    }

    /// Checkpoints after the one of this number, the oldest first.
    pub async fn checkpoints(
        &self,
        permit: &ReadPermit,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Kept>, StoreError> {
        let after = bigint("the number of a checkpoint", after)?;
        self.all("list checkpoints", ask(LIST_CHECKPOINTS, permit).bind(after).bind(limit)).await
    }
}

impl Tx {
    /// Enters a checkpoint. Refuses a second of the same number.
    pub async fn insert_checkpoint(&mut self, kept: &Kept) -> Result<(), StoreError> {
        let statement = sqlx::query(INSERT_CHECKPOINT)
            .bind(bigint("the number of a checkpoint", kept.number)?)
            .bind(kept.at.as_microsecond())
            .bind(bigint("the entries of a checkpoint", kept.entries)?)
            .bind(kept.hash.clone())
            .bind(kept.text.clone())
            .bind(kept.signature.clone());
        self.write("enter a checkpoint", statement).await?;
        Ok(())
    }
}

impl TryFrom<Record> for Kept {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            number: record.count("number")?,
            at: record.instant("at")?,
            entries: record.count("entries")?,
            hash: record.text("hash")?,
            text: record.text("text")?,
            signature: record.text("signature")?,
        })
    }
}

/// By the primary key.
const READ_LATEST: &str = "
SELECT number, at, entries, hash, text, signature
  FROM checkpoint
 WHERE $1 = '*'
 ORDER BY number DESC
 LIMIT 1";

/// By the primary key.
const LIST_CHECKPOINTS: &str = "
SELECT number, at, entries, hash, text, signature
  FROM checkpoint
 WHERE $1 = '*'
   AND number > $2
 ORDER BY number
 LIMIT $3";

/// The primary key and the unique index of `hash` refuse a second.
const INSERT_CHECKPOINT: &str = "
INSERT INTO checkpoint (number, at, entries, hash, text, signature)
VALUES ($1, $2, $3, $4, $5, $6)";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("READ_LATEST", READ_LATEST),
    ("LIST_CHECKPOINTS", LIST_CHECKPOINTS),
    ("INSERT_CHECKPOINT", INSERT_CHECKPOINT),
];

#[cfg(test)]
mod tests;
