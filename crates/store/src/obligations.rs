//! Obligations at rest: terms that are never rewritten, and a state that moves.
//!
//! *Overdue* has no column: the lists take the instant for which it is asked. An organisation sees what
//! it owes itself.

use jiff::{SignedDuration, Timestamp};
use model::obligation::{Running, State, Terms};
use model::permit::{ReadPermit, Scope};
use model::regime::{Basis, GradeId};
use model::{Handle, Id, Incident, Obligation};

use crate::connection::{Prepared, ask};
use crate::record::{Record, json_text, unknown_state};
use crate::{Store, StoreError, Tx};

/// The standing due of what has none: a clock that does not run, or a text without a number.
const NO_DUE: i64 = i64::MAX;

/// Which obligations; the default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObligationFilter {
    pub debtor: Option<Handle>,
    /// Everybody but this one.
    pub not_debtor: Option<Handle>,
    pub standing: Standing,
    /// Due before this instant, and running: what is overdue then.
    pub overdue_at: Option<Timestamp>,
    /// Due at this instant or later.
    pub due_from: Option<Timestamp>,
    /// Due before this instant. Those without a due time are left out, as by the other two.
    pub due_before: Option<Timestamp>,
}

/// Whether the clock runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    All,
    Running,
    Latent,
}

/// Where a page of obligations ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObligationCursor {
    /// None if no clock runs or the text gives no number.
    pub due: Option<Timestamp>,
    pub id: Id<Obligation>,
}

impl From<&Obligation> for ObligationCursor {
    fn from(last: &Obligation) -> Self {
        Self { due: last.due(), id: last.id }
    }
}

/// How much is owed, for the head of the desk. All but the first two count running clocks only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObligationCounts {
    /// In any state.
    pub all: u64,
    pub latent: u64,
    pub running: u64,
    /// Of those, owed by the organisation that asks.
    pub ours: u64,
    /// Due before now.
    pub overdue: u64,
    /// Due from now to an hour from now, both included.
    pub due_within_hour: u64,
}

impl Store {
    /// One obligation.
    pub async fn obligation(
        &self,
        permit: &ReadPermit,
        id: &Id<Obligation>,
    ) -> Result<Option<Obligation>, StoreError> {
        self.one("read an obligation", ask(READ_OBLIGATION, permit).bind(id.to_string())).await
    }

    /// What is owed for an incident, the first due first; what has no due time comes last.
    pub async fn obligations_of(
        &self,
        permit: &ReadPermit,
        incident: &Id<Incident>,
        limit: u32,
    ) -> Result<Vec<Obligation>, StoreError> {
        let statement = ask(LIST_OF_INCIDENT, permit).bind(incident.to_string()).bind(limit);
        self.all("list the obligations of an incident", statement).await
    }

    /// Obligations, the first due first, from the one after `after`; what has no due time comes last.
    pub async fn obligations(
        &self,
        permit: &ReadPermit,
        filter: &ObligationFilter,
        limit: u32,
        after: Option<ObligationCursor>,
    ) -> Result<Vec<Obligation>, StoreError> {
        let statement = listing(permit, filter, limit, after);
        self.all("list obligations", statement).await
    }

    /// How much is owed at `now`, and how much of it by `ours`.
    pub async fn obligation_counts(
        &self,
        permit: &ReadPermit,
        now: Timestamp,
        ours: &Handle,
    ) -> Result<ObligationCounts, StoreError> {
        let in_an_hour = now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now);
        let statement = ask(COUNT_OBLIGATIONS, permit)
            .bind(ours.to_string())
            .bind(now.as_microsecond())
            .bind(in_an_hour.as_microsecond());
        Ok(self.one("count obligations", statement).await?.unwrap_or_default())
    }
}

/// A debtor named by the filter or by the permit's scope makes the shorter index the right one.
fn listing(
    permit: &ReadPermit,
    filter: &ObligationFilter,
    limit: u32,
    after: Option<ObligationCursor>,
) -> Prepared<'static> {
    let (lower, upper) = window(filter);
    // A page begins after the last one, or at the least due wanted: one lower bound serves both.
    let ended =
        after.map(|last| (last.due.map_or(NO_DUE, Timestamp::as_microsecond), last.id.to_string()));
    let (due, id) = ended.unwrap_or((i64::MIN, String::new())).max((lower, String::new()));
    let page = |sql| {
        let state = state_wanted(filter.standing);
        let excluded = filter.not_debtor.as_ref().map(Handle::to_string);
        ask(sql, permit).bind(due).bind(id).bind(upper).bind(state).bind(limit).bind(excluded)
    };
    let narrowed = match permit.scope() {
        Scope::Everything => None,
        Scope::Organisation(handle) => Some(handle),
    };
    match filter.debtor.as_ref().or(narrowed) {
        Some(debtor) => page(LIST_OF_DEBTOR).bind(debtor.to_string()),
        None => page(LIST_OBLIGATIONS),
    }
}

/// The lower and the upper standing due that a filter lets through, both included.
fn window(filter: &ObligationFilter) -> (i64, i64) {
    let lower = filter.due_from.map_or(i64::MIN, Timestamp::as_microsecond);
    let before = |instant: Timestamp| instant.as_microsecond().saturating_sub(1);
    let ends = [filter.overdue_at, filter.due_before];
    let upper = match ends.into_iter().flatten().map(before).min() {
        Some(latest) => latest,
        None if filter.due_from.is_some() => NO_DUE - 1,
        None => NO_DUE,
    };
    (lower, upper)
}

fn state_wanted(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::All => None,
        Standing::Running => Some("running"),
        Standing::Latent => Some("latent"),
    }
}

impl Tx {
    /// Enters an obligation. Refuses one that is owed already: the same duty under the same grade, by
    /// the same debtor to the same addressees, for the same incident.
    pub async fn insert_obligation(&mut self, obligation: &Obligation) -> Result<(), StoreError> {
        let terms = &obligation.terms;
        let statement = sqlx::query(INSERT_OBLIGATION)
            .bind(obligation.id.to_string())
            .bind(obligation.incident.to_string())
            .bind(obligation.debtor.to_string())
            .bind(json_text("the addressees of an obligation", &obligation.to)?)
            .bind(json_text("the copies of an obligation", &obligation.cc)?)
            .bind(terms.basis.pack.to_string())
            .bind(terms.basis.pack_version.clone())
            .bind(terms.basis.calendar.clone())
            .bind(terms.duty.to_string())
            .bind(terms.article.clone())
            .bind(terms.role.to_string())
            .bind(terms.grade.as_ref().map(GradeId::to_string))
            .bind(terms.does.clone())
            .bind(terms.trigger.clone())
            .bind(terms.within.clone())
            .bind(json_text("the form of an obligation", &terms.form)?);
        let statement = StateColumns::from(&obligation.state).bind(statement);
        self.write("enter an obligation", statement).await?;
        Ok(())
    }

    /// Moves an obligation on, provided that it is still where the move begins: a running or void one
    /// was latent, a superseded one was running. Its terms are not touched.
    ///
    /// A latent one moves nowhere; it is only made sure that it is latent still.
    pub async fn update_obligation_state(
        &mut self,
        obligation: &Obligation,
    ) -> Result<(), StoreError> {
        let former = match &obligation.state {
            State::Latent => return self.is_latent(obligation).await,
            State::Running(_) | State::Void { .. } => "latent",
            State::Superseded { .. } => "running",
        };
        let statement = sqlx::query(MOVE_OBLIGATION).bind(obligation.id.to_string()).bind(former);
        let statement = StateColumns::from(&obligation.state).bind(statement);
        match self.write("move an obligation", statement).await? {
            0 => Err(stale(obligation)),
            _ => Ok(()),
        }
    }

    /// Adds to whom an obligation that is open is owed. None loses a recipient this way, which is the
    /// caller's care.
    pub async fn readdress_obligation(
        &mut self,
        id: &Id<Obligation>,
        to: &[Handle],
        cc: &[Handle],
    ) -> Result<(), StoreError> {
        let statement = sqlx::query(READDRESS_OBLIGATION)
            .bind(id.to_string())
            .bind(json_text("the addressees of an obligation", &to)?)
            .bind(json_text("the copies of an obligation", &cc)?);
        match self.write("readdress an obligation", statement).await? {
            0 => Err(StoreError::Stale { what: "obligation", id: id.to_string() }),
            _ => Ok(()),
        }
    }

    async fn is_latent(&mut self, obligation: &Obligation) -> Result<(), StoreError> {
        let statement = sqlx::query(IS_LATENT).bind(obligation.id.to_string());
        match self.look_up("read the state of an obligation", statement).await? {
            Some(_) => Ok(()),
            None => Err(stale(obligation)),
        }
    }
}

fn stale(obligation: &Obligation) -> StoreError {
    StoreError::Stale { what: "obligation", id: obligation.id.to_string() }
}

/// The columns that say where an obligation stands.
#[derive(Default)]
struct StateColumns {
    state: &'static str,
    since: Option<i64>,
    due: Option<i64>,
    explanation: Option<String>,
    superseded_at: Option<i64>,
    superseded_by: Option<String>,
}

impl StateColumns {
    fn running(state: &'static str, clock: &Running) -> Self {
        Self {
            state,
            since: Some(clock.since.as_microsecond()),
            due: clock.due.map(Timestamp::as_microsecond),
            explanation: Some(clock.explanation.clone()),
            ..Self::default()
        }
    }

    fn bind(self, statement: Prepared<'_>) -> Prepared<'_> {
        statement
            .bind(self.state)
            .bind(self.since)
            .bind(self.due)
            .bind(self.explanation)
            .bind(self.superseded_at)
            .bind(self.superseded_by)
    }
}

impl From<&State> for StateColumns {
    fn from(state: &State) -> Self {
        match state {
            State::Latent => Self { state: "latent", ..Self::default() },
            State::Running(clock) => Self::running("running", clock),
            State::Superseded { at, by, was } => Self {
                superseded_at: Some(at.as_microsecond()),
                superseded_by: Some(by.to_string()),
                ..Self::running("superseded", was)
            },
            State::Void { at } => {
                Self { state: "void", superseded_at: Some(at.as_microsecond()), ..Self::default() }
            }
        }
    }
}

impl TryFrom<Record> for Obligation {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            id: record.parsed("id")?,
            incident: record.parsed("incident")?,
            debtor: record.parsed("debtor")?,
            to: record.json("addressees")?,
            cc: record.json("copies")?,
            terms: terms(&record)?,
            state: state(&record)?,
        })
    }
}

fn terms(record: &Record) -> Result<Terms, StoreError> {
    Ok(Terms {
        basis: Basis {
            pack: record.parsed("pack")?,
            pack_version: record.text("pack_version")?,
            calendar: record.text("calendar")?,
        },
        duty: record.parsed("duty")?,
        article: record.text("article")?,
        role: record.parsed("role")?,
        grade: record.parsed_if_any("grade")?,
        does: record.text("does")?,
        trigger: record.text("starts_on")?,
        within: record.text("within")?,
        form: record.json("form")?,
    })
}

fn state(record: &Record) -> Result<State, StoreError> {
    match record.text("state")?.as_str() {
        "latent" => Ok(State::Latent),
        "running" => Ok(State::Running(running(record)?)),
        "superseded" => Ok(State::Superseded {
            at: record.instant("superseded_at")?,
            by: record.parsed("superseded_by")?,
            was: running(record)?,
        }),
        "void" => Ok(State::Void { at: record.instant("superseded_at")? }),
        other => unknown_state(other),
    }
}

fn running(record: &Record) -> Result<Running, StoreError> {
    Ok(Running {
        since: record.instant("since")?,
        due: record.instant_if_any("due")?,
        explanation: record.text("explanation")?,
    })
}

impl TryFrom<Record> for ObligationCounts {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            all: record.count("everything")?,
            latent: record.count("latent")?,
            running: record.count("running")?,
            ours: record.count("ours")?,
            overdue: record.count("overdue")?,
            due_within_hour: record.count("due_within_hour")?,
        })
    }
}

/// The columns of an obligation, in the order of the schema.
macro_rules! columns {
    () => {
        "id, incident, debtor, addressees, copies, pack, pack_version, calendar, duty, article, role,
       grade, does, starts_on, within, form, state, since, due, explanation, superseded_at,
       superseded_by"
    };
}

/// By the primary key.
const READ_OBLIGATION: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor = $1)
   AND id = $2
 LIMIT 1"
);

/// By `obligation_by_incident`.
const LIST_OF_INCIDENT: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor = $1)
   AND incident = $2
 ORDER BY standing_due, id
 LIMIT $3"
);

/// By `obligation_by_due`.
const LIST_OBLIGATIONS: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor = $1)
   AND (standing_due, id) > ($2, $3)
   AND standing_due <= $4
   AND (CAST($5 AS TEXT) IS NULL OR state = $5)
   AND (CAST($7 AS TEXT) IS NULL OR debtor <> $7)
 ORDER BY standing_due, id
 LIMIT $6"
);

/// By `obligation_by_debtor`.
const LIST_OF_DEBTOR: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor = $1)
   AND debtor = $8
   AND (standing_due, id) > ($2, $3)
   AND standing_due <= $4
   AND (CAST($5 AS TEXT) IS NULL OR state = $5)
   AND (CAST($7 AS TEXT) IS NULL OR debtor <> $7)
 ORDER BY standing_due, id
 LIMIT $6"
);

/// One pass over `obligation_by_state`, which holds all that it reads.
const COUNT_OBLIGATIONS: &str = "
SELECT COUNT(*) AS everything,
       COUNT(CASE WHEN state = 'latent' THEN 1 END) AS latent,
       COUNT(CASE WHEN state = 'running' THEN 1 END) AS running,
       COUNT(CASE WHEN state = 'running' AND debtor = $2 THEN 1 END) AS ours,
       COUNT(CASE WHEN state = 'running' AND due < $3 THEN 1 END) AS overdue,
       COUNT(CASE WHEN state = 'running' AND due BETWEEN $3 AND $4 THEN 1 END) AS due_within_hour
  FROM obligation
 WHERE ($1 = '*' OR debtor = $1)";

/// The unique index `obligation_once` refuses a second.
const INSERT_OBLIGATION: &str = concat!(
    "
INSERT INTO obligation (",
    columns!(),
    ")
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22)"
);

/// By the primary key.
const MOVE_OBLIGATION: &str = "
UPDATE obligation
   SET state = $3,
       since = $4,
       due = $5,
       explanation = $6,
       superseded_at = $7,
       superseded_by = $8
 WHERE id = $1
   AND state = $2";

/// By the primary key.
const READDRESS_OBLIGATION: &str = "
UPDATE obligation
   SET addressees = $2,
       copies = $3
 WHERE id = $1
   AND state IN ('latent', 'running')";

/// By the primary key.
const IS_LATENT: &str = "
SELECT state
  FROM obligation
 WHERE id = $1
   AND state = 'latent'
 LIMIT 1";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("READ_OBLIGATION", READ_OBLIGATION),
    ("LIST_OF_INCIDENT", LIST_OF_INCIDENT),
    ("LIST_OBLIGATIONS", LIST_OBLIGATIONS),
    ("LIST_OF_DEBTOR", LIST_OF_DEBTOR),
    ("COUNT_OBLIGATIONS", COUNT_OBLIGATIONS),
    ("INSERT_OBLIGATION", INSERT_OBLIGATION),
    ("MOVE_OBLIGATION", MOVE_OBLIGATION),
    ("READDRESS_OBLIGATION", READDRESS_OBLIGATION),
    ("IS_LATENT", IS_LATENT),
];

#[cfg(test)]
mod tests;
