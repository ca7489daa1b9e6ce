//! Deliveries at rest, and the rows of them that could not be understood.
//!
//! A delivery is named by its content, so storing it twice is storing it once. What feeds delivered
//! concerns the desk alone: an organisation's permit sees none of it.

use jiff::Timestamp;
use model::DeliveryId;
use model::delivery::{Delivery, Progress, Quarantined, RowCounts};
use model::permit::ReadPermit;

use crate::record::{Record, bigint, unknown_state};
use crate::statement::{Prepared, ask, tell};
use crate::{Store, StoreError, Tx};

/// Where a page of deliveries ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryCursor {
    pub received_at: Timestamp,
    pub id: DeliveryId,
}

impl From<&Delivery> for DeliveryCursor {
    fn from(last: &Delivery) -> Self {
        Self { received_at: last.received_at, id: last.id }
    }
}

impl Store {
    /// One delivery.
    pub async fn delivery(
        &self,
        permit: &ReadPermit,
        id: &DeliveryId,
    ) -> Result<Option<Delivery>, StoreError> {
        self.one("read a delivery", ask(READ_DELIVERY, permit).bind(id.to_string())).await
    }

    /// Deliveries, the latest first, from the one before `before`.
    pub async fn deliveries(
        &self,
        permit: &ReadPermit,
        limit: u32,
        before: Option<DeliveryCursor>,
    ) -> Result<Vec<Delivery>, StoreError> {
        let (at, id) = match before {
            Some(last) => (last.received_at.as_microsecond(), last.id.to_string()),
            None => (i64::MAX, String::new()),
        };
        let statement = ask(LIST_DELIVERIES, permit).bind(at).bind(id).bind(limit);
        self.all("list deliveries", statement).await
    }

    /// How many deliveries there are.
    pub async fn delivery_count(&self, permit: &ReadPermit) -> Result<u64, StoreError> {
        Ok(self.one("count deliveries", ask(COUNT_DELIVERIES, permit)).await?.unwrap_or_default())
    }

    /// Deliveries kept and not yet through, the oldest first: not read to their end, or not assessed. The
    /// work left by a crash.
    pub async fn unfinished_deliveries(
        &self,
        permit: &ReadPermit,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let statement = ask(LIST_UNFINISHED, permit).bind(limit);
        self.all("list unfinished deliveries", statement).await
    }

    /// Rows of a delivery that could not be understood, by line, from the one after `after_line`.
    pub async fn quarantined(
        &self,
        permit: &ReadPermit,
        delivery: &DeliveryId,
        limit: u32,
        after_line: u64,
    ) -> Result<Vec<Quarantined>, StoreError> {
        let statement = ask(LIST_QUARANTINED, permit)
            .bind(delivery.to_string())
            .bind(bigint("the line of a row", after_line)?)
            .bind(limit);
        self.all("list quarantined rows", statement).await
    }
}

impl Tx {
    /// Enters a delivery; `false` if the same content is there already, and then nothing changes.
    pub async fn insert_delivery(&mut self, delivery: &Delivery) -> Result<bool, StoreError> {
        let columns = ProgressColumns::try_from(&delivery.progress)?;
        let statement = tell(INSERT_DELIVERY)
            .bind(delivery.id.to_string())
            .bind(delivery.feed.to_string())
            .bind(delivery.mapping.clone())
            .bind(delivery.mapping_version.clone())
            .bind(delivery.name.clone())
            .bind(delivery.finder.to_string())
            .bind(delivery.received_at.as_microsecond())
            .bind(bigint("the size of a delivery", delivery.bytes)?);
        let written = self.write("enter a delivery", columns.bind(statement)).await?;
        Ok(written > 0)
    }

    /// Notes how far a delivery has come.
    pub async fn set_progress(
        &mut self,
        id: &DeliveryId,
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let columns = ProgressColumns::try_from(progress)?;
        let statement = columns.bind(tell(SET_PROGRESS).bind(id.to_string()));
        match self.write("note the progress of a delivery", statement).await? {
            0 => Err(StoreError::Missing { what: "delivery", id: id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Notes that everything that follows from a delivery has been derived.
    pub async fn mark_assessed(
        &mut self,
        id: &DeliveryId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = tell(MARK_ASSESSED).bind(id.to_string()).bind(at.as_microsecond());
        match self.write("mark a delivery assessed", statement).await? {
            0 => Err(StoreError::Stale { what: "delivery", id: id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Hands a delivery to another mapping, to be read anew: only one that no mapping has read yet.
    pub async fn remap_delivery(
        &mut self,
        id: &DeliveryId,
        mapping: &str,
        version: &str,
    ) -> Result<(), StoreError> {
        let statement = tell(REMAP_DELIVERY)
            .bind(id.to_string())
            .bind(mapping.to_owned())
            .bind(version.to_owned());
        match self.write("remap a delivery", statement).await? {
            0 => Err(StoreError::Stale { what: "delivery", id: id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Keeps rows that could not be understood; how many were not yet kept.
    ///
    /// A zero byte within a row is kept as U+FFFD: no database holds one in text.
    pub async fn insert_quarantined(
        &mut self,
        delivery: &DeliveryId,
        rows: &[Quarantined],
    ) -> Result<u64, StoreError> {
        let mut kept = 0;
        for row in rows {
            let statement = tell(INSERT_QUARANTINED)
                .bind(delivery.to_string())
                .bind(bigint("the line of a row", row.line)?)
                .bind(row.reason.replace('\0', "\u{fffd}"))
                .bind(row.raw.replace('\0', "\u{fffd}"));
            kept += self.write("keep a quarantined row", statement).await?;
        }
        Ok(kept)
    }
}

/// The columns that say how far a delivery has come.
#[derive(Default)]
struct ProgressColumns {
    state: &'static str,
    settled_at: Option<i64>,
    read: Option<i64>,
    quarantined: Option<i64>,
    understood: Option<i64>,
    new: Option<i64>,
    attributed: Option<i64>,
    reason: Option<String>,
}

impl ProgressColumns {
    fn bind(self, statement: Prepared) -> Prepared {
        statement
            .bind(self.state)
            .bind(self.settled_at)
            .bind(self.read)
            .bind(self.quarantined)
            .bind(self.understood)
            .bind(self.new)
            .bind(self.attributed)
            .bind(self.reason)
    }
}

impl TryFrom<&Progress> for ProgressColumns {
    type Error = StoreError;

    fn try_from(progress: &Progress) -> Result<Self, Self::Error> {
        let rows = |number| bigint("a number of rows", number).map(Some);
        match progress {
            Progress::Stored => Ok(Self { state: "stored", ..Self::default() }),
            Progress::Ingested { at, counts } => Ok(Self {
                state: "ingested",
                settled_at: Some(at.as_microsecond()),
                read: rows(counts.rows)?,
                quarantined: rows(counts.quarantined)?,
                understood: rows(counts.sightings)?,
                new: rows(counts.new)?,
                attributed: rows(counts.attributed)?,
                reason: None,
            }),
            Progress::Refused { at, reason } => Ok(Self {
                state: "refused",
                settled_at: Some(at.as_microsecond()),
                reason: Some(reason.replace('\0', "\u{fffd}")),
                ..Self::default()
            }),
        }
    }
}

impl TryFrom<Record> for Delivery {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            id: record.parsed("id")?,
            feed: record.parsed("feed")?,
            mapping: record.text("mapping")?,
            mapping_version: record.text("mapping_version")?,
            name: record.text("name")?,
            finder: record.parsed("finder")?,
            received_at: record.instant("received_at")?,
            bytes: record.count("bytes")?,
            progress: progress(&record)?,
        })
    }
}

fn progress(record: &Record) -> Result<Progress, StoreError> {
    match record.text("state")?.as_str() {
        "stored" => Ok(Progress::Stored),
        "ingested" => {
            let counts = RowCounts {
                rows: record.count("rows_read")?,
                quarantined: record.count("rows_quarantined")?,
                sightings: record.count("rows_understood")?,
                new: record.count("rows_new")?,
                attributed: record.count("rows_attributed")?,
            };
            Ok(Progress::Ingested { at: record.instant("settled_at")?, counts })
        }
        "refused" => {
            let reason = record.text("reason")?;
            Ok(Progress::Refused { at: record.instant("settled_at")?, reason })
        }
        other => unknown_state(other),
    }
}

impl TryFrom<Record> for Quarantined {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            line: record.count("line")?,
            reason: record.text("reason")?,
            raw: record.text("raw")?,
        })
    }
}

/// The columns of a delivery, in the order of the schema.
macro_rules! columns {
    () => {
        "id, feed, mapping, mapping_version, name, finder, received_at, bytes, state, settled_at,
       rows_read, rows_quarantined, rows_understood, rows_new, rows_attributed, reason"
    };
}

/// By the primary key.
const READ_DELIVERY: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM delivery
 WHERE $1 = '*'
   AND id = $2
 LIMIT 1"
);

/// By `delivery_by_received`.
const LIST_DELIVERIES: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM delivery
 WHERE $1 = '*'
   AND (received_at, id) < ($2, $3)
 ORDER BY received_at DESC, id DESC
 LIMIT $4"
);

/// One pass over the primary key.
const COUNT_DELIVERIES: &str = "
SELECT COUNT(*) AS number
  FROM delivery
 WHERE $1 = '*'";

/// By the partial index `delivery_unfinished`.
const LIST_UNFINISHED: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM delivery
 WHERE $1 = '*'
   AND assessed_at IS NULL
   AND state <> 'refused'
 ORDER BY received_at, id
 LIMIT $2"
);

/// By the primary key.
const LIST_QUARANTINED: &str = "
SELECT line, reason, raw
  FROM quarantine
 WHERE $1 = '*'
   AND delivery = $2
   AND line > $3
 ORDER BY line
 LIMIT $4";

/// By the primary key.
const INSERT_DELIVERY: &str = concat!(
    "
INSERT INTO delivery (",
    columns!(),
    ")
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (id) DO NOTHING"
);

/// By the primary key.
const SET_PROGRESS: &str = "
UPDATE delivery
   SET state = $2,
       settled_at = $3,
       rows_read = $4,
       rows_quarantined = $5,
       rows_understood = $6,
       rows_new = $7,
       rows_attributed = $8,
       reason = $9
 WHERE id = $1";

/// By the primary key.
const MARK_ASSESSED: &str = "
UPDATE delivery
   SET assessed_at = $2
 WHERE id = $1
   AND state = 'ingested'";

/// By the primary key.
const REMAP_DELIVERY: &str = "
UPDATE delivery
   SET mapping = $2,
       mapping_version = $3
 WHERE id = $1
   AND state IN ('stored', 'refused')";

/// By the primary key.
const INSERT_QUARANTINED: &str = "
INSERT INTO quarantine (delivery, line, reason, raw)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (delivery, line) DO NOTHING";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("READ_DELIVERY", READ_DELIVERY),
    ("LIST_DELIVERIES", LIST_DELIVERIES),
    ("COUNT_DELIVERIES", COUNT_DELIVERIES),
    ("LIST_UNFINISHED", LIST_UNFINISHED),
    ("LIST_QUARANTINED", LIST_QUARANTINED),
    ("INSERT_DELIVERY", INSERT_DELIVERY),
    ("SET_PROGRESS", SET_PROGRESS),
    ("MARK_ASSESSED", MARK_ASSESSED),
    ("REMAP_DELIVERY", REMAP_DELIVERY),
    ("INSERT_QUARANTINED", INSERT_QUARANTINED),
];

#[cfg(test)]
mod tests;
