//! Filings at rest: drafts that are saved over the version that was read, and what is sealed for ever.
//!
//! An organisation sees the filings that it made. What others filed about the same incident is theirs.

use jiff::Timestamp;
use model::filing::{Fault, FilingNumber, Kind, Receipt, Seal, SealingKey, State, Verdict, Wrong};
use model::permit::ReadPermit;
use model::{Filing, Handle, Id, Obligation, obligation};

use crate::record::{Record, corrupt, json_text, unknown_state};
use crate::statement::{Prepared, ask, tell};
use crate::{Store, StoreError, Tx};

/// Which filings; the default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilingFilter {
    /// Made for this obligation.
    pub obligation: Option<Id<Obligation>>,
    pub filer: Option<Handle>,
}

/// Where a page of filings ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilingCursor {
    pub drafted_at: Timestamp,
    pub id: Id<Filing>,
}

impl From<&Filing> for FilingCursor {
    fn from(last: &Filing) -> Self {
        Self { drafted_at: last.drafted_at, id: last.id }
    }
}

impl Store {
    /// The filing that people call by this number.
    pub async fn filing(
        &self,
        permit: &ReadPermit,
        number: &FilingNumber,
    ) -> Result<Option<Filing>, StoreError> {
        self.one("read a filing", ask(READ_FILING, permit).bind(number.to_string())).await
    }

    /// One filing.
    pub async fn filing_by_id(
        &self,
        permit: &ReadPermit,
        id: &Id<Filing>,
    ) -> Result<Option<Filing>, StoreError> {
        self.one("read a filing", ask(READ_BY_ID, permit).bind(id.to_string())).await
    }

    /// Filings, the latest drafted first, from the one after `after`.
    pub async fn filings(
        &self,
        permit: &ReadPermit,
        filter: &FilingFilter,
        limit: u32,
        after: Option<FilingCursor>,
    ) -> Result<Vec<Filing>, StoreError> {
        let (at, id) = match after {
            Some(last) => (last.drafted_at.as_microsecond(), last.id.to_string()),
            None => (i64::MAX, String::new()),
        };
        let page = |sql| ask(sql, permit).bind(at).bind(id).bind(limit);
        let made_by = filter.filer.as_ref().map(Handle::to_string);
        let statement = match (&filter.obligation, made_by) {
            (Some(obligation), made_by) => {
                page(LIST_OF_OBLIGATION).bind(obligation.to_string()).bind(made_by)
            }
            (None, Some(made_by)) => page(LIST_OF_FILER).bind(made_by),
            (None, None) => page(LIST_FILINGS),
        };
        self.all("list filings", statement).await
    }

    /// The obligations that a filing met, the one that it was made for among them.
    pub async fn settled_by(
        &self,
        permit: &ReadPermit,
        filing: &Id<Filing>,
    ) -> Result<Vec<Id<Obligation>>, StoreError> {
        let statement = ask(LIST_SETTLED, permit).bind(filing.to_string());
        let all: Vec<Settled> = self.all("list what a filing settled", statement).await?;
        Ok(all.into_iter().map(|settled| settled.0).collect())
    }

    /// What was found wrong with a filing.
    pub async fn faults_of(
        &self,
        permit: &ReadPermit,
        filing: &Id<Filing>,
    ) -> Result<Vec<Fault>, StoreError> {
        self.all("list faults", ask(LIST_FAULTS, permit).bind(filing.to_string())).await
    }

    /// The keys of an organisation, revoked ones included, the first registered first.
    pub async fn sealing_keys(
        &self,
        permit: &ReadPermit,
        organisation: &Handle,
    ) -> Result<Vec<SealingKey>, StoreError> {
        let statement = ask(LIST_KEYS, permit).bind(organisation.to_string());
        self.all("list sealing keys", statement).await
    }
}

impl Tx {
    /// Enters a draft. Refuses a second one of the same filer for the same obligation.
    pub async fn insert_filing(&mut self, filing: &Filing) -> Result<(), StoreError> {
        let statement = tell(INSERT_FILING)
            .bind(filing.id.to_string())
            .bind(filing.number.to_string())
            .bind(filing.obligation.to_string())
            .bind(filing.kind.word())
            .bind(filing.follows.as_ref().map(Id::to_string))
            .bind(filing.filer.to_string())
            .bind(i64::from(filing.version))
            .bind(filing.drafted_at.as_microsecond())
            .bind(filing.saved_at.as_microsecond())
            .bind(json_text("the answers of a filing", &filing.answers)?);
        self.write("enter a draft", statement).await?;
        Ok(())
    }

    /// Saves a draft over the version before its own; false if that is not the version at rest.
    pub async fn save_draft(&mut self, filing: &Filing) -> Result<bool, StoreError> {
        let statement = tell(SAVE_DRAFT)
            .bind(filing.id.to_string())
            .bind(i64::from(filing.version))
            .bind(filing.saved_at.as_microsecond())
            .bind(json_text("the answers of a filing", &filing.answers)?);
        Ok(self.write("save a draft", statement).await? > 0)
    }

    /// Moves a filing on, provided that it is still where the move begins, in the version that was read.
    pub async fn update_filing_state(&mut self, filing: &Filing) -> Result<(), StoreError> {
        let (former, or) = match &filing.state {
            State::Draft | State::Discarded { .. } | State::Sealed { .. } => ("draft", "draft"),
            State::Received { .. } => ("sealed", "sealed"),
            State::Accepted { .. } | State::Returned { .. } => ("sealed", "received"),
        };
        let statement = tell(MOVE_FILING)
            .bind(filing.id.to_string())
            .bind(former)
            .bind(or)
            .bind(i64::from(filing.version));
        let statement = bind_state(statement, &filing.state);
        match self.write("move a filing", statement).await? {
            0 => Err(StoreError::Stale { what: "filing", id: filing.number.to_string() }),
            _ => Ok(()),
        }
    }

    /// Notes which obligation a filing met.
    pub async fn insert_settled(
        &mut self,
        filing: &Id<Filing>,
        obligation: &Id<Obligation>,
    ) -> Result<(), StoreError> {
        let statement = tell(INSERT_SETTLED).bind(filing.to_string()).bind(obligation.to_string());
        self.write("note what a filing settled", statement).await?;
        Ok(())
    }

    /// Records what was found wrong with a filing, once for each way of being wrong.
    pub async fn insert_fault(&mut self, fault: &Fault) -> Result<(), StoreError> {
        let statement = tell(INSERT_FAULT)
            .bind(fault.filing.to_string())
            .bind(fault.what.word())
            .bind(fault.at.as_microsecond())
            .bind(fault.by.to_string())
            .bind(fault.because.clone());
        self.write("record a fault", statement).await?;
        Ok(())
    }

    /// Puts an obligation that was met back to where its filing found it, because that was returned.
    pub async fn reopen_obligation(&mut self, reopened: &Obligation) -> Result<(), StoreError> {
        let mut telephoned = None;
        if let obligation::State::ProvisionallyMet { evidence, .. } = &reopened.state {
            telephoned = Some(evidence.clone());
        }
        let statement = tell(REOPEN_OBLIGATION)
            .bind(reopened.id.to_string())
            .bind(reopened.state.word())
            .bind(telephoned);
        match self.write("reopen an obligation", statement).await? {
            0 => Err(StoreError::Stale { what: "obligation", id: reopened.id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Registers the public half of a key.
    pub async fn insert_sealing_key(&mut self, key: &SealingKey) -> Result<(), StoreError> {
        let statement = tell(INSERT_KEY)
            .bind(key.id.to_string())
            .bind(key.organisation.to_string())
            .bind(key.public.clone())
            .bind(key.registered_at.as_microsecond())
            .bind(key.evidence.clone());
        self.write("register a sealing key", statement).await?;
        Ok(())
    }

    /// Revokes a key; false if it is none of the organisation's, or revoked already.
    pub async fn revoke_sealing_key(
        &mut self,
        organisation: &Handle,
        key: &model::filing::KeyId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = tell(REVOKE_KEY)
            .bind(key.to_string())
            .bind(organisation.to_string())
            .bind(at.as_microsecond());
        Ok(self.write("revoke a sealing key", statement).await? > 0)
    }
}

fn bind_state(statement: Prepared, state: &State) -> Prepared {
    let (seal, receipt, verdict) = (state.seal(), state.receipt(), state.verdict());
    let discarded = match state {
        State::Discarded { at } => Some(at.as_microsecond()),
        State::Draft
        | State::Sealed { .. }
        | State::Received { .. }
        | State::Accepted { .. }
        | State::Returned { .. } => None,
    };
    statement
        .bind(state.word())
        .bind(discarded)
        .bind(seal.map(|seal| seal.at.as_microsecond()))
        .bind(seal.map(|seal| seal.text.clone()))
        .bind(seal.map(|seal| seal.digest.clone()))
        .bind(seal.map(|seal| seal.key.to_string()))
        .bind(seal.map(|seal| seal.signature.clone()))
        .bind(receipt.map(|receipt| receipt.at.as_microsecond()))
        .bind(receipt.map(|receipt| receipt.by.to_string()))
        .bind(receipt.map(|receipt| receipt.evidence.clone()))
        .bind(verdict.map(|verdict| verdict.at.as_microsecond()))
        .bind(verdict.map(|verdict| verdict.by.to_string()))
        .bind(verdict.map(|verdict| verdict.reasons.clone()))
}

struct Settled(Id<Obligation>);

impl TryFrom<Record> for Settled {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self(record.parsed("obligation")?))
    }
}

impl TryFrom<Record> for Filing {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let word = record.text("kind")?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
        Ok(Self {
            id: record.parsed("id")?,
            number: record.parsed("number")?,
            obligation: record.parsed("obligation")?,
            kind: kind.ok_or(word).map_err(corrupt("kind", "kind of filing"))?,
            follows: record.parsed_if_any("follows")?,
            filer: record.parsed("filer")?,
            version: record.count("version")?,
            drafted_at: record.instant("drafted_at")?,
            saved_at: record.instant("saved_at")?,
            answers: record.json("answers")?,
            state: state(&record)?,
        })
    }
}

fn state(record: &Record) -> Result<State, StoreError> {
    let seal = || {
        Ok::<_, StoreError>(Seal {
            at: record.instant("sealed_at")?,
            text: record.text("sealed_text")?,
            digest: record.text("digest")?,
            key: record.parsed("key_id")?,
            signature: record.text("signature")?,
        })
    };
    let receipt = || {
        Ok::<_, StoreError>(Receipt {
            at: record.instant("received_at")?,
            by: record.parsed("received_by")?,
            evidence: record.text("received_evidence")?,
        })
    };
    let verdict = || {
        Ok::<_, StoreError>(Verdict {
            at: record.instant("judged_at")?,
            by: record.parsed("judged_by")?,
            reasons: record.text("reasons")?,
        })
    };
    Ok(match record.text("state")?.as_str() {
        "draft" => State::Draft,
        "discarded" => State::Discarded { at: record.instant("discarded_at")? },
        "sealed" => State::Sealed { seal: seal()? },
        "received" => State::Received { seal: seal()?, receipt: receipt()? },
        "accepted" => State::Accepted { seal: seal()?, receipt: receipt()?, verdict: verdict()? },
        "returned" => State::Returned { seal: seal()?, receipt: receipt()?, verdict: verdict()? },
        other => return unknown_state(other),
    })
}

impl TryFrom<Record> for Fault {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let word = record.text("what")?;
        let what = Wrong::ALL.into_iter().find(|what| what.word() == word);
        Ok(Self {
            filing: record.parsed("filing")?,
            what: what.ok_or(word).map_err(corrupt("what", "fault of a filing"))?,
            at: record.instant("at")?,
            by: record.parsed("found_by")?,
            because: record.text("because")?,
        })
    }
}

impl TryFrom<Record> for SealingKey {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            id: record.parsed("id")?,
            organisation: record.parsed("organisation")?,
            public: record.text("public")?,
            registered_at: record.instant("registered_at")?,
            evidence: record.text("evidence")?,
            revoked_at: record.instant_if_any("revoked_at")?,
        })
    }
}

/// The columns of a filing, in the order of the schema.
macro_rules! columns {
    () => {
        "id, number, obligation, kind, follows, filer, version, drafted_at, saved_at, answers, state,
       discarded_at, sealed_at, sealed_text, digest, key_id, signature, received_at, received_by,
       received_evidence, judged_at, judged_by, reasons"
    };
}

/// A page of filings under one more condition.
macro_rules! page_where {
    ($condition:literal) => {
        concat!(
            "
SELECT ",
            columns!(),
            "
  FROM filing
 WHERE ($1 = '*' OR filer = $1)
   AND (drafted_at, id) < ($2, $3)",
            $condition,
            "
 ORDER BY drafted_at DESC, id DESC
 LIMIT $4"
        )
    };
}

/// By `filing_by_drafted`.
const LIST_FILINGS: &str = page_where!("");

/// By `filing_by_obligation`.
const LIST_OF_OBLIGATION: &str = page_where!(
    "
   AND obligation = $5
   AND filer = COALESCE($6, filer)"
);

/// By `filing_by_filer`.
const LIST_OF_FILER: &str = page_where!(
    "
   AND filer = $5"
);

/// By the unique index of `number`.
const READ_FILING: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM filing
 WHERE ($1 = '*' OR filer = $1)
   AND number = $2
 LIMIT 1"
);

/// By the primary key.
const READ_BY_ID: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM filing
 WHERE ($1 = '*' OR filer = $1)
   AND id = $2
 LIMIT 1"
);

/// By the primary keys of both; a filing settles a handful.
const LIST_SETTLED: &str = "
SELECT filing_settles.obligation
  FROM filing
  JOIN filing_settles ON filing_settles.filing = filing.id
 WHERE ($1 = '*' OR filing.filer = $1)
   AND filing.id = $2
 ORDER BY filing_settles.obligation
 LIMIT 1000";

/// By the primary keys of both; there are as many as ways of being wrong.
const LIST_FAULTS: &str = "
SELECT filing_fault.filing, filing_fault.what, filing_fault.at, filing_fault.found_by,
       filing_fault.because
  FROM filing
  JOIN filing_fault ON filing_fault.filing = filing.id
 WHERE ($1 = '*' OR filing.filer = $1)
   AND filing.id = $2
 ORDER BY filing_fault.what
 LIMIT 10";

/// By `sealing_key_by_organisation`.
const LIST_KEYS: &str = "
SELECT id, organisation, public, registered_at, evidence, revoked_at
  FROM sealing_key
 WHERE ($1 = '*' OR organisation = $1)
   AND organisation = $2
 ORDER BY registered_at, id
 LIMIT 1000";

/// The unique indexes of `number` and `filing_draft` refuse a second.
const INSERT_FILING: &str = "
INSERT INTO filing (id, number, obligation, kind, follows, filer, version, drafted_at, saved_at,
                    answers, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft')";

/// By the primary key.
const SAVE_DRAFT: &str = "
UPDATE filing
   SET version = $2,
       saved_at = $3,
       answers = $4
 WHERE id = $1
   AND state = 'draft'
   AND version = $2 - 1";

/// By the primary key.
const MOVE_FILING: &str = "
UPDATE filing
   SET state = $5,
       discarded_at = $6,
       sealed_at = $7,
       sealed_text = $8,
       digest = $9,
       key_id = $10,
       signature = $11,
       received_at = $12,
       received_by = $13,
       received_evidence = $14,
       judged_at = $15,
       judged_by = $16,
       reasons = $17
 WHERE id = $1
   AND state IN ($2, $3)
   AND version = $4";

/// The primary key refuses a second.
const INSERT_SETTLED: &str = "
INSERT INTO filing_settles (filing, obligation)
VALUES ($1, $2)";

/// The primary key refuses a second of the same kind.
const INSERT_FAULT: &str = "
INSERT INTO filing_fault (filing, what, at, found_by, because)
VALUES ($1, $2, $3, $4, $5)";

/// By the primary key. The clock stays as it was.
const REOPEN_OBLIGATION: &str = "
UPDATE obligation
   SET state = $2,
       ended_at = NULL,
       met_by = NULL,
       evidence = $3
 WHERE id = $1
   AND state = 'met'";

/// The primary key refuses a key that is registered already, by whomever.
const INSERT_KEY: &str = "
INSERT INTO sealing_key (id, organisation, public, registered_at, evidence)
VALUES ($1, $2, $3, $4, $5)";

/// By the primary key.
const REVOKE_KEY: &str = "
UPDATE sealing_key
   SET revoked_at = $3
 WHERE id = $1
   AND organisation = $2
   AND revoked_at IS NULL";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("LIST_FILINGS", LIST_FILINGS),
    ("LIST_OF_OBLIGATION", LIST_OF_OBLIGATION),
    ("LIST_OF_FILER", LIST_OF_FILER),
    ("READ_FILING", READ_FILING),
    ("READ_BY_ID", READ_BY_ID),
    ("LIST_SETTLED", LIST_SETTLED),
    ("LIST_FAULTS", LIST_FAULTS),
    ("LIST_KEYS", LIST_KEYS),
    ("INSERT_FILING", INSERT_FILING),
    ("SAVE_DRAFT", SAVE_DRAFT),
    ("MOVE_FILING", MOVE_FILING),
    ("INSERT_SETTLED", INSERT_SETTLED),
    ("INSERT_FAULT", INSERT_FAULT),
    ("REOPEN_OBLIGATION", REOPEN_OBLIGATION),
    ("INSERT_KEY", INSERT_KEY),
    ("REVOKE_KEY", REVOKE_KEY),
];

#[cfg(test)]
mod tests;
