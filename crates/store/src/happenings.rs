//! Happenings at rest: which triggers came about in an incident, for whom, since when, and what shows it.
//!
//! They are the desk's own record: an organisation's permit sees none of it.

use jiff::Timestamp;
use model::permit::ReadPermit;
use model::{Handle, Happening, Id, Incident};

use crate::record::Record;
use crate::statement::{ask, tell};
use crate::{Store, StoreError, Tx};

impl Store {
    /// What has come about in an incident, the earliest first.
    pub async fn happenings_of(
        &self,
        permit: &ReadPermit,
        incident: &Id<Incident>,
        limit: u32,
    ) -> Result<Vec<Happening>, StoreError> {
        let statement = ask(LIST_OF_INCIDENT, permit).bind(incident.to_string()).bind(limit);
        self.all("list what has happened", statement).await
    }
}

impl Tx {
    /// Enters a happening. Refuses one of which an instant is known already: that is corrected, not told
    /// again.
    pub async fn insert_happening(&mut self, happening: &Happening) -> Result<(), StoreError> {
        let statement = tell(INSERT_HAPPENING)
            .bind(happening.incident.to_string())
            .bind(happening.pack.to_string())
            .bind(happening.trigger.clone())
            .bind(happening.to.as_ref().map(Handle::to_string))
            .bind(happening.from.as_ref().map(Handle::to_string))
            .bind(happening.at.as_microsecond())
            .bind(happening.evidence.clone());
        self.write("enter what has happened", statement).await?;
        Ok(())
    }

    /// Corrects the instant of a happening, found by all that it is but its instant and its evidence.
    pub async fn correct_happening(
        &mut self,
        happening: &Happening,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let to = happening.to.as_ref().map(Handle::to_string).unwrap_or_default();
        let from = happening.from.as_ref().map(Handle::to_string).unwrap_or_default();
        let statement = tell(CORRECT_HAPPENING)
            .bind(happening.incident.to_string())
            .bind(happening.pack.to_string())
            .bind(happening.trigger.clone())
            .bind(to)
            .bind(from)
            .bind(at.as_microsecond());
        match self.write("correct what has happened", statement).await? {
            0 => Err(StoreError::Stale { what: "happening", id: happening.trigger.clone() }),
            _ => Ok(()),
        }
    }
}

impl TryFrom<Record> for Happening {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            incident: record.parsed("incident")?,
            pack: record.parsed("pack")?,
            trigger: record.text("starts")?,
            to: record.parsed_if_any("happened_to")?,
            from: record.parsed_if_any("sender")?,
            at: record.instant("at")?,
            evidence: record.text("evidence")?,
        })
    }
}

/// By `happening_by_incident`.
const LIST_OF_INCIDENT: &str = "
SELECT incident, pack, starts, happened_to, sender, at, evidence
  FROM happening
 WHERE $1 = '*'
   AND incident = $2
 ORDER BY at, starts
 LIMIT $3";

/// The unique index `happening_once` refuses a second.
const INSERT_HAPPENING: &str = "
INSERT INTO happening (incident, pack, starts, happened_to, sender, at, evidence)
VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// By `happening_once`.
const CORRECT_HAPPENING: &str = "
UPDATE happening
   SET at = $6
 WHERE incident = $1
   AND pack = $2
   AND starts = $3
   AND COALESCE(happened_to, '') = $4
   AND COALESCE(sender, '') = $5";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("LIST_OF_INCIDENT", LIST_OF_INCIDENT),
    ("INSERT_HAPPENING", INSERT_HAPPENING),
    ("CORRECT_HAPPENING", CORRECT_HAPPENING),
];

#[cfg(test)]
mod tests;
