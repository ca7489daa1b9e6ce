//! Obligations: one duty of a regime, owed by one organisation, for one incident or one month.
//!
//! ```text
//! Latent ──trigger──▶ Running ──telephone──▶ ProvisionallyMet (the written form stays owed)
//!    │                   ├───────filing────────▶ Met ◀──┘
//!    │                   ├──▶ Waived (the authority said so)
//!    │                   ├──▶ Superseded (another grade's duty took its place)
//!    └───────────────────┴──▶ Void (at the new grade it does not follow)
//! ```
//!
//! *Overdue* and *late* are absent on purpose. They are questions put to a clock, not states: were they
//! stored, the database and the calendar could disagree.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::incident::Incident;
use crate::organisation::{Bilingual, Handle};
use crate::regime::{Basis, DutyId, GradeId, RoleId};

/// One duty of a regime, owed by one organisation, for one incident or one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    pub id: Id<Self>,
    pub about: About,
    pub debtor: Handle,
    /// Whose filing its trigger is, where several each file their own and each starts a clock.
    pub sender: Option<Handle>,
    /// To whom, and to whom in copy.
    pub to: Vec<Handle>,
    pub cc: Vec<Handle>,
    pub terms: Terms,
    pub state: State,
}

/// What an obligation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Incident(Id<Incident>),
    /// A month that has ended.
    Month(Month),
}

/// A calendar month, local to a regime; written `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    first: Date,
}

/// What is no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month: write such as 2026-11")]
pub struct BadMonth(String);

impl Month {
    /// The month that a day lies in.
    pub fn of(day: Date) -> Self {
        Self { first: day.first_of_month() }
    }

    pub fn first_day(self) -> Date {
        self.first
    }

    pub fn last_day(self) -> Date {
        self.first.last_of_month()
    }

    /// The month after; none after the last that can be written.
    pub fn next(self) -> Option<Self> {
        Some(Self { first: self.last_day().tomorrow().ok()? })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = BadMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let first = format!("{text}-01").parse().map_err(|_| BadMonth(text.to_owned()))?;
        let month = Self { first };
        if month.to_string() == text { Ok(month) } else { Err(BadMonth(text.to_owned())) }
    }
}

impl TryFrom<String> for Month {
    type Error = BadMonth;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

/// What the law said when the obligation arose. Never rewritten: a changed pack changes no debt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub basis: Basis,
    pub duty: DutyId,
    /// The article, such as `8(3)`.
    pub article: String,
    pub role: RoleId,
    /// The grade under which it arose; none for duties that know no grade.
    pub grade: Option<GradeId>,
    /// What must be done, in the pack's words.
    pub does: String,
    /// The pack's name for what starts the clock, such as `cncert.aware`.
    pub trigger: String,
    /// The time allowed, as the pack writes it, such as `5 working days`.
    pub within: String,
    /// Names of the required contents.
    pub form: Vec<String>,
}

/// Where an obligation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Its clock has not started: what triggers it has not happened.
    Latent,
    Running(Running),
    /// Said by telephone at that instant; the written form stays owed, without a number.
    ProvisionallyMet {
        at: Timestamp,
        was: Running,
        evidence: String,
    },
    Met(Met),
    /// The authority said at that instant that it need not be done, and why.
    Waived {
        at: Timestamp,
        was: Option<Running>,
        because: String,
    },
    /// The duty of another grade took its place at that instant.
    Superseded {
        at: Timestamp,
        by: Id<Obligation>,
        was: Running,
    },
    /// It does not follow at the grade set at that instant; `was` if its clock had started.
    Void {
        at: Timestamp,
        was: Option<Running>,
    },
}

/// Done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    pub at: Timestamp,
    /// Who did it: the debtor, or another who may.
    pub by: Handle,
    /// When it was said by telephone, where that came first and counts.
    pub telephoned: Option<Timestamp>,
    /// The clock; none if it was done before its clock started.
    pub was: Option<Running>,
    pub evidence: String,
}

impl Met {
    /// Whether it was done after its due instant, a telephone call that counts being first.
    pub fn is_late(&self) -> bool {
        let due = self.was.as_ref().and_then(|clock| clock.due);
        due.is_some_and(|due| due < self.telephoned.unwrap_or(self.at))
    }
}

/// A clock that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// When the debtor knew: discovered, learned, received.
    pub since: Timestamp,
    /// The last instant at which it is on time; none where the text gives no number.
    pub due: Option<Timestamp>,
    /// One paragraph in each language: article, trigger, clock start, calendar steps, due.
    pub explanation: Bilingual,
}

impl State {
    /// Whether anything is still owed.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Latent | Self::Running(_) | Self::ProvisionallyMet { .. })
    }

    /// Whether it was done, or said by the authority to be as good as done.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Met(_) | Self::Waived { .. })
    }

    /// The clock, running or stopped; none if it never started.
    pub fn clock(&self) -> Option<&Running> {
        match self {
            Self::Latent => None,
            Self::Running(clock)
            | Self::ProvisionallyMet { was: clock, .. }
            | Self::Superseded { was: clock, .. } => Some(clock),
            Self::Met(met) => met.was.as_ref(),
            Self::Waived { was, .. } | Self::Void { was, .. } => was.as_ref(),
        }
    }

    /// The same with another clock; a state without one is returned as it is.
    #[must_use]
    pub fn with_clock(mut self, clock: Running) -> Self {
        let place = match &mut self {
            Self::Latent => None,
            Self::Running(was)
            | Self::ProvisionallyMet { was, .. }
            | Self::Superseded { was, .. } => Some(was),
            Self::Met(met) => met.was.as_mut(),
            Self::Waived { was, .. } | Self::Void { was, .. } => was.as_mut(),
        };
        if let Some(place) = place {
            *place = clock;
        }
        self
    }

    /// What it is called at rest, in answers and in messages.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Latent => "latent",
            Self::Running(_) => "running",
            Self::ProvisionallyMet { .. } => "provisionally_met",
            Self::Met(_) => "met",
            Self::Waived { .. } => "waived",
            Self::Superseded { .. } => "superseded",
            Self::Void { .. } => "void",
        }
    }
}

/// Something that its state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("obligation `{id}` ({duty}) is {state}: it cannot be {wanted}")]
pub struct NotPossible {
    pub id: Id<Obligation>,
    pub duty: DutyId,
    pub state: &'static str,
    pub wanted: &'static str,
}

impl Obligation {
    pub fn incident(&self) -> Option<Id<Incident>> {
        match self.about {
            About::Incident(incident) => Some(incident),
            About::Month(_) => None,
        }
    }

    pub fn due(&self) -> Option<Timestamp> {
        match &self.state {
            State::Running(running) => running.due,
            State::Latent
            | State::ProvisionallyMet { .. }
            | State::Met(_)
            | State::Waived { .. }
            | State::Superseded { .. }
            | State::Void { .. } => None,
        }
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due().is_some_and(|due| due < now)
    }

    /// Puts the duty of another grade in the place of this one; one whose clock does not run is returned.
    #[must_use]
    pub fn supersede(self, by: Id<Self>, at: Timestamp) -> Self {
        match self.state {
            State::Running(was) => Self { state: State::Superseded { at, by, was }, ..self },
            State::Latent
            | State::ProvisionallyMet { .. }
            | State::Met(_)
            | State::Waived { .. }
            | State::Superseded { .. }
            | State::Void { .. } => self,
        }
    }

    /// Lets an obligation go that does not follow at the grade set at that instant; what was done by
    /// telephone, or settled, is returned.
    #[must_use]
    pub fn lapse(self, at: Timestamp) -> Self {
        match self.state {
            State::Latent => Self { state: State::Void { at, was: None }, ..self },
            State::Running(was) => Self { state: State::Void { at, was: Some(was) }, ..self },
            State::ProvisionallyMet { .. }
            | State::Met(_)
            | State::Waived { .. }
            | State::Superseded { .. }
            | State::Void { .. } => self,
        }
    }

    /// Done, by the debtor or by another who may; who may is for the rules to say.
    ///
    /// A late filing settles it all the same; lateness is read off afterwards.
    pub fn meet(self, by: Handle, at: Timestamp, evidence: String) -> Result<Self, NotPossible> {
        let (was, telephoned) = match self.state {
            State::Latent => (None, None),
            State::Running(was) => (Some(was), None),
            State::ProvisionallyMet { at, was, .. } => (Some(was), Some(at)),
            State::Met(_)
            | State::Waived { .. }
            | State::Superseded { .. }
            | State::Void { .. } => {
                return Err(self.not("met"));
            }
        };
        let met = Met { at, by, telephoned, was, evidence };
        Ok(Self { state: State::Met(met), ..self })
    }

    /// The filing that met it was returned for correction: it is owed again, by the same clock. What was
    /// said by telephone before stays said.
    pub fn reopen(self) -> Result<Self, NotPossible> {
        let State::Met(met) = self.state else { return Err(self.not("owed again")) };
        let state = match (met.was, met.telephoned) {
            (Some(was), Some(at)) => State::ProvisionallyMet { at, was, evidence: met.evidence },
            (Some(was), None) => State::Running(was),
            (None, _) => State::Latent,
        };
        Ok(Self { state, ..self })
    }

    /// Said by telephone; whether that counts is for the rules to say.
    pub fn telephone(self, at: Timestamp, evidence: String) -> Result<Self, NotPossible> {
        match self.state {
            State::Running(was) => {
                Ok(Self { state: State::ProvisionallyMet { at, was, evidence }, ..self })
            }
            State::Latent
            | State::ProvisionallyMet { .. }
            | State::Met(_)
            | State::Waived { .. }
            | State::Superseded { .. }
            | State::Void { .. } => Err(self.not("met by telephone")),
        }
    }

    /// The authority says that it need not be done.
    pub fn waive(self, at: Timestamp, because: String) -> Result<Self, NotPossible> {
        let was = match self.state {
            State::Latent => None,
            State::Running(was) | State::ProvisionallyMet { was, .. } => Some(was),
            State::Met(_)
            | State::Waived { .. }
            | State::Superseded { .. }
            | State::Void { .. } => {
                return Err(self.not("waived"));
            }
        };
        Ok(Self { state: State::Waived { at, was, because }, ..self })
    }

    fn not(self, wanted: &'static str) -> NotPossible {
        NotPossible { id: self.id, duty: self.terms.duty, state: self.state.word(), wanted }
    }
}

#[cfg(test)]
mod tests;
