//! Notices at rest: one for each recipient of an incident.
//!
//! An organisation sees the notices addressed to it, and no one else's.

use jiff::Timestamp;
use model::notice::{NoticeNumber, State};
use model::permit::ReadPermit;
use model::{Handle, Id, Incident, Notice};

use crate::record::{Record, bigint, unknown_state};
use crate::statement::{ask, tell};
use crate::{Store, StoreError, Tx};

/// Which notices; the default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    pub incident: Option<Id<Incident>>,
    pub recipient: Option<Handle>,
}

/// Where a page of notices ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeCursor {
    pub drafted_at: Timestamp,
    pub id: Id<Notice>,
}

impl From<&Notice> for NoticeCursor {
    fn from(last: &Notice) -> Self {
        Self { drafted_at: last.drafted_at, id: last.id }
    }
}

impl Store {
    /// The notice that people call by this number.
    pub async fn notice(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
    ) -> Result<Option<Notice>, StoreError> {
        self.one("read a notice", ask(READ_NOTICE, permit).bind(number.to_string())).await
    }

    /// The notice of an incident to a recipient: there is at most one.
    pub async fn notice_for(
        &self,
        permit: &ReadPermit,
        incident: &Id<Incident>,
        recipient: &Handle,
    ) -> Result<Option<Notice>, StoreError> {
        let statement =
            ask(READ_FOR, permit).bind(incident.to_string()).bind(recipient.to_string());
        self.one("look for a notice", statement).await
    }

    /// Notices, the latest drafted first, from the one after `after`.
    pub async fn notices(
        &self,
        permit: &ReadPermit,
        filter: &NoticeFilter,
        limit: u32,
        after: Option<NoticeCursor>,
    ) -> Result<Vec<Notice>, StoreError> {
        let (at, id) = match after {
            Some(last) => (last.drafted_at.as_microsecond(), last.id.to_string()),
            None => (i64::MAX, String::new()),
        };
        let page = |sql| ask(sql, permit).bind(at).bind(id).bind(limit);
        let statement = match (&filter.incident, &filter.recipient) {
            (None, None) => page(LIST_NOTICES),
            (Some(incident), None) => page(LIST_OF_INCIDENT).bind(incident.to_string()),
            (None, Some(recipient)) => page(LIST_OF_RECIPIENT).bind(recipient.to_string()),
            (Some(incident), Some(recipient)) => {
                page(LIST_OF_BOTH).bind(incident.to_string()).bind(recipient.to_string())
            }
        };
        self.all("list notices", statement).await
    }

    /// How many notices there are.
    pub async fn notice_count(&self, permit: &ReadPermit) -> Result<u64, StoreError> {
        Ok(self.one("count notices", ask(COUNT_NOTICES, permit)).await?.unwrap_or_default())
    }
}

impl Tx {
    /// Enters a notice. Refuses a second one of the same incident to the same recipient.
    pub async fn insert_notice(&mut self, notice: &Notice) -> Result<(), StoreError> {
        let statement = tell(INSERT_NOTICE)
            .bind(notice.id.to_string())
            .bind(notice.number.to_string())
            .bind(notice.incident.to_string())
            .bind(notice.recipient.to_string())
            .bind(notice.drafted_at.as_microsecond())
            .bind(state_text(notice.state))
            .bind(bigint("the items of a notice", notice.items)?);
        self.write("enter a notice", statement).await?;
        Ok(())
    }

    /// Notes how many addresses and domains a notice asks its recipient to deal with.
    pub async fn set_notice_items(
        &mut self,
        id: &Id<Notice>,
        items: u64,
    ) -> Result<(), StoreError> {
        let statement =
            tell(SET_ITEMS).bind(id.to_string()).bind(bigint("the items of a notice", items)?);
        match self.write("note the items of a notice", statement).await? {
            0 => Err(StoreError::Missing { what: "notice", id: id.to_string() }),
            _ => Ok(()),
        }
    }
}

fn state_text(state: State) -> &'static str {
    match state {
        State::Drafted => "drafted",
    }
}

impl TryFrom<Record> for Notice {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let state = match record.text("state")?.as_str() {
            "drafted" => State::Drafted,
            other => return unknown_state(other),
        };
        Ok(Self {
            id: record.parsed("id")?,
            number: record.parsed("number")?,
            incident: record.parsed("incident")?,
            recipient: record.parsed("recipient")?,
            drafted_at: record.instant("drafted_at")?,
            state,
            items: record.count("items")?,
        })
    }
}

/// A page of notices under one more condition.
macro_rules! page_where {
    ($condition:literal) => {
        concat!(
            "
SELECT id, number, incident, recipient, drafted_at, state, items
  FROM notice
 WHERE ($1 = '*' OR recipient IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND (drafted_at, id) < ($2, $3)",
            $condition,
            "
 ORDER BY drafted_at DESC, id DESC
 LIMIT $4"
        )
    };
}

/// By `notice_by_drafted`.
const LIST_NOTICES: &str = page_where!("");

/// By `notice_by_incident`.
const LIST_OF_INCIDENT: &str = page_where!(
    "
   AND incident = $5"
);

/// By `notice_by_recipient`.
const LIST_OF_RECIPIENT: &str = page_where!(
    "
   AND recipient = $5"
);

/// By the unique index of (incident, recipient): at most one row.
const LIST_OF_BOTH: &str = page_where!(
    "
   AND incident = $5
   AND recipient = $6"
);

/// By the unique index of `number`.
const READ_NOTICE: &str = "
SELECT id, number, incident, recipient, drafted_at, state, items
  FROM notice
 WHERE ($1 = '*' OR recipient IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND number = $2
 LIMIT 1";

/// By the unique index of (incident, recipient).
const READ_FOR: &str = "
SELECT id, number, incident, recipient, drafted_at, state, items
  FROM notice
 WHERE ($1 = '*' OR recipient IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND incident = $2
   AND recipient = $3
 LIMIT 1";

/// One pass over the narrowest index that holds `recipient`.
const COUNT_NOTICES: &str = "
SELECT COUNT(*) AS number
  FROM notice
 WHERE ($1 = '*' OR recipient IN (SELECT organisation FROM within_reach WHERE permit = $1))";

/// The unique indexes of `number` and (incident, recipient) refuse a second; that of `ordinal` gives
/// the greatest.
const INSERT_NOTICE: &str = "
INSERT INTO notice (id, ordinal, number, incident, recipient, drafted_at, state, items)
VALUES ($1,
       (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM notice),
       $2, $3, $4, $5, $6, $7)";

/// By the primary key.
const SET_ITEMS: &str = "
UPDATE notice
   SET items = $2
 WHERE id = $1";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("LIST_NOTICES", LIST_NOTICES),
    ("LIST_OF_INCIDENT", LIST_OF_INCIDENT),
    ("LIST_OF_RECIPIENT", LIST_OF_RECIPIENT),
    ("LIST_OF_BOTH", LIST_OF_BOTH),
    ("READ_NOTICE", READ_NOTICE),
    ("READ_FOR", READ_FOR),
    ("COUNT_NOTICES", COUNT_NOTICES),
    ("INSERT_NOTICE", INSERT_NOTICE),
    ("SET_ITEMS", SET_ITEMS),
];

#[cfg(test)]
mod tests;
