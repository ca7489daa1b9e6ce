//! Obligations at rest: terms that are never rewritten, and a state that moves.
//!
//! *Overdue* and *late* have no column: the lists take the instant for which it is asked. An organisation
//! sees what it owes itself.

mod columns;

use jiff::{SignedDuration, Timestamp};
use model::obligation::{About, Month, State};
use model::permit::ReadPermit;
use model::regime::GradeId;
use model::{Handle, Id, Incident, Obligation};

use columns::StateColumns;

use crate::record::json_text;
use crate::statement::{Prepared, ask, tell};
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

/// Where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    All,
    Running,
    Latent,
    Met,
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

/// How many running clocks have used up at least half, three quarters, nine tenths or all of their time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlarmCounts {
    pub half: u64,
    pub three_quarters: u64,
    pub nine_tenths: u64,
    pub all: u64,
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

    /// What is owed for a month that has ended, the first due first.
    pub async fn obligations_of_month(
        &self,
        permit: &ReadPermit,
        month: Month,
        limit: u32,
    ) -> Result<Vec<Obligation>, StoreError> {
        let statement = ask(LIST_OF_MONTH, permit).bind(month.to_string()).bind(limit);
        self.all("list the obligations of a month", statement).await
    }

    /// Running obligations that were counted by an older version of the calendar `current`, given as
    /// `name@version`; versions are compared as texts.
    pub async fn obligations_counted_before(
        &self,
        permit: &ReadPermit,
        current: &str,
        limit: u32,
    ) -> Result<Vec<Obligation>, StoreError> {
        let name = current.split_once('@').map_or(current, |(name, _)| name);
        let statement =
            ask(LIST_OF_CALENDAR, permit).bind(format!("{name}@")).bind(current.to_owned());
        self.all("list what an older calendar counted", statement.bind(limit)).await
    }

    /// Those whose place an obligation took; no more than a grade has duties on one trigger.
    pub async fn obligations_replaced_by(
        &self,
        permit: &ReadPermit,
        id: &Id<Obligation>,
    ) -> Result<Vec<Obligation>, StoreError> {
        let statement = ask(LIST_REPLACED, permit).bind(id.to_string());
        self.all("list what an obligation replaced", statement).await
    }

    /// How many running clocks have used up so much of their time at `now`; each is counted once, at the
    /// most that it has used.
    pub async fn alarm_counts(
        &self,
        permit: &ReadPermit,
        now: Timestamp,
    ) -> Result<AlarmCounts, StoreError> {
        let statement = ask(COUNT_ALARMS, permit).bind(now.as_microsecond());
        Ok(self.one("count alarms", statement).await?.unwrap_or_default())
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
) -> Prepared {
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
    match &filter.debtor {
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
        Standing::Met => Some("met"),
    }
}

impl Tx {
    /// Enters an obligation. Refuses one that is owed already: the same duty under the same grade, by
    /// the same debtor to the same addressees, for the same incident.
    pub async fn insert_obligation(&mut self, obligation: &Obligation) -> Result<(), StoreError> {
        let terms = &obligation.terms;
        let (incident, month) = match obligation.about {
            About::Incident(incident) => (Some(incident.to_string()), None),
            About::Month(month) => (None, Some(month.to_string())),
        };
        let statement = tell(INSERT_OBLIGATION)
            .bind(obligation.id.to_string())
            .bind(incident)
            .bind(month)
            .bind(obligation.debtor.to_string())
            .bind(obligation.sender.as_ref().map(Handle::to_string))
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

    /// Moves an obligation on, provided that it is still where the move begins. Its terms are not touched.
    ///
    /// A latent one moves nowhere; it is only made sure that it is latent still.
    pub async fn update_obligation_state(
        &mut self,
        obligation: &Obligation,
    ) -> Result<(), StoreError> {
        let (former, or) = match &obligation.state {
            State::Latent => return self.is_latent(obligation).await,
            State::Met(met) if met.telephoned.is_some() => {
                ("provisionally_met", "provisionally_met")
            }
            State::Waived { was: Some(_), .. } => ("running", "provisionally_met"),
            State::Running(_) => ("latent", "latent"),
            ended if ended.clock().is_none() => ("latent", "latent"),
            State::ProvisionallyMet { .. }
            | State::Met(_)
            | State::Waived { .. }
            | State::Superseded { .. }
            | State::Void { .. } => ("running", "running"),
        };
        let statement = tell(MOVE_OBLIGATION).bind(obligation.id.to_string()).bind(former).bind(or);
        let statement = StateColumns::from(&obligation.state).bind(statement);
        match self.write("move an obligation", statement).await? {
            0 => Err(stale(obligation)),
            _ => Ok(()),
        }
    }

    /// Starts the clock of a latent obligation. To whom it is owed, and whose filing started it, are known
    /// only now.
    pub async fn start_obligation(&mut self, obligation: &Obligation) -> Result<(), StoreError> {
        let narrowed = tell(NARROW_OBLIGATION)
            .bind(obligation.id.to_string())
            .bind(obligation.sender.as_ref().map(Handle::to_string))
            .bind(json_text("the addressees of an obligation", &obligation.to)?)
            .bind(json_text("the copies of an obligation", &obligation.cc)?);
        self.write("start an obligation", narrowed).await?;
        self.update_obligation_state(obligation).await
    }

    /// Gives an obligation another clock, and the calendar that counted it; its state stays, and so do all
    /// other terms. `since` is the clock start as it was read.
    pub async fn recount_obligation(
        &mut self,
        obligation: &Obligation,
        since: Timestamp,
    ) -> Result<(), StoreError> {
        let clock = obligation.state.clock();
        let statement = tell(RECOUNT_OBLIGATION)
            .bind(obligation.id.to_string())
            .bind(obligation.state.word())
            .bind(since.as_microsecond())
            .bind(clock.map(|clock| clock.since.as_microsecond()))
            .bind(clock.and_then(|clock| clock.due).map(Timestamp::as_microsecond))
            .bind(clock.map(|clock| clock.explanation.zh.clone()))
            .bind(clock.map(|clock| clock.explanation.en.clone()))
            .bind(obligation.terms.basis.calendar.clone());
        match self.write("recount an obligation", statement).await? {
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
        let statement = tell(READDRESS_OBLIGATION)
            .bind(id.to_string())
            .bind(json_text("the addressees of an obligation", &to)?)
            .bind(json_text("the copies of an obligation", &cc)?);
        match self.write("readdress an obligation", statement).await? {
            0 => Err(StoreError::Stale { what: "obligation", id: id.to_string() }),
            _ => Ok(()),
        }
    }

    async fn is_latent(&mut self, obligation: &Obligation) -> Result<(), StoreError> {
        let statement = tell(IS_LATENT).bind(obligation.id.to_string());
        match self.look_up("read the state of an obligation", statement).await? {
            Some(_) => Ok(()),
            None => Err(stale(obligation)),
        }
    }
}

fn stale(obligation: &Obligation) -> StoreError {
    StoreError::Stale { what: "obligation", id: obligation.id.to_string() }
}

/// The columns of an obligation, in the order of the schema.
macro_rules! columns {
    () => {
        "id, incident, month, debtor, sender, addressees, copies, pack, pack_version, calendar, duty,
       article, role, grade, does, starts_on, within, form, state, since, due, explanation_zh,
       explanation_en, ended_at, superseded_by, met_by, telephoned_at, evidence"
    };
}

/// By the primary key.
const READ_OBLIGATION: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))
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
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND incident = $2
 ORDER BY standing_due, id
 LIMIT $3"
);

/// By `obligation_by_month`.
const LIST_OF_MONTH: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND month = $2
 ORDER BY standing_due, id
 LIMIT $3"
);

/// By `obligation_superseded_by`.
const LIST_REPLACED: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND superseded_by = $2
 ORDER BY superseded_by
 LIMIT 1000"
);

/// By `obligation_by_calendar`.
const LIST_OF_CALENDAR: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND state = 'running'
   AND calendar >= $2
   AND calendar < $3
 ORDER BY calendar, id
 LIMIT $4"
);

/// One pass over `obligation_by_state`, which holds all that it reads: a clock that has used up a half has
/// twice its time used at least equal to its time allowed, and so on.
const COUNT_ALARMS: &str = "
SELECT COUNT(CASE WHEN ($2 - since) * 2 >= due - since
                   AND ($2 - since) * 4 < (due - since) * 3 THEN 1 END) AS half,
       COUNT(CASE WHEN ($2 - since) * 4 >= (due - since) * 3
                   AND ($2 - since) * 10 < (due - since) * 9 THEN 1 END) AS three_quarters,
       COUNT(CASE WHEN ($2 - since) * 10 >= (due - since) * 9
                   AND $2 < due THEN 1 END) AS nine_tenths,
       COUNT(CASE WHEN $2 >= due THEN 1 END) AS all_of_it
  FROM obligation
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND state = 'running'
   AND due IS NOT NULL";

/// By `obligation_by_due`.
const LIST_OBLIGATIONS: &str = concat!(
    "
SELECT ",
    columns!(),
    "
  FROM obligation
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))
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
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))
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
 WHERE ($1 = '*' OR debtor IN (SELECT organisation FROM within_reach WHERE permit = $1))";

/// The unique index `obligation_once` refuses a second.
const INSERT_OBLIGATION: &str = concat!(
    "
INSERT INTO obligation (",
    columns!(),
    ")
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22, $23, $24, $25, $26, $27, $28)"
);

/// By the primary key.
const MOVE_OBLIGATION: &str = "
UPDATE obligation
   SET state = $4,
       since = $5,
       due = $6,
       explanation_zh = $7,
       explanation_en = $8,
       ended_at = $9,
       superseded_by = $10,
       met_by = $11,
       telephoned_at = $12,
       evidence = $13
 WHERE id = $1
   AND state IN ($2, $3)";

/// By the primary key.
const NARROW_OBLIGATION: &str = "
UPDATE obligation
   SET sender = $2,
       addressees = $3,
       copies = $4
 WHERE id = $1
   AND state = 'latent'";

/// By the primary key.
const RECOUNT_OBLIGATION: &str = "
UPDATE obligation
   SET since = $4,
       due = $5,
       explanation_zh = $6,
       explanation_en = $7,
       calendar = $8
 WHERE id = $1
   AND state = $2
   AND since = $3";

/// By the primary key.
const READDRESS_OBLIGATION: &str = "
UPDATE obligation
   SET addressees = $2,
       copies = $3
 WHERE id = $1
   AND state IN ('latent', 'running', 'provisionally_met')";

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
    ("LIST_OF_MONTH", LIST_OF_MONTH),
    ("LIST_REPLACED", LIST_REPLACED),
    ("LIST_OF_CALENDAR", LIST_OF_CALENDAR),
    ("COUNT_ALARMS", COUNT_ALARMS),
    ("COUNT_OBLIGATIONS", COUNT_OBLIGATIONS),
    ("INSERT_OBLIGATION", INSERT_OBLIGATION),
    ("MOVE_OBLIGATION", MOVE_OBLIGATION),
    ("NARROW_OBLIGATION", NARROW_OBLIGATION),
    ("RECOUNT_OBLIGATION", RECOUNT_OBLIGATION),
    ("READDRESS_OBLIGATION", READDRESS_OBLIGATION),
    ("IS_LATENT", IS_LATENT),
];

#[cfg(test)]
mod tests;
