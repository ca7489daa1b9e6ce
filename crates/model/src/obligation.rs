//! Obligations: one duty of a regime, owed by one organisation, for one incident.
//!
//! ```text
//! Latent ──trigger──▶ Running ──▶ Superseded (a graver duty took its place)
//!    └──────▶ Void (its clock never started, and at the new grade it never will)
//! ```
//!
//! *Overdue* is absent on purpose. It is a question put to a clock, not a state: were it stored, the
//! database and the calendar could disagree. Filing and its consequences arrive with filings.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::incident::Incident;
use crate::organisation::Handle;
use crate::regime::{Basis, DutyId, GradeId, RoleId};

/// One duty of a regime, owed by one organisation, for one incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    pub id: Id<Self>,
    pub incident: Id<Incident>,
    pub debtor: Handle,
    /// To whom, and to whom in copy.
    pub to: Vec<Handle>,
    pub cc: Vec<Handle>,
    pub terms: Terms,
    pub state: State,
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
    /// A graver duty took its place at that instant.
    Superseded {
        at: Timestamp,
        by: Id<Obligation>,
        was: Running,
    },
    /// It will not follow: its clock had not started when the grade changed, at that instant.
    Void {
        at: Timestamp,
    },
}

/// A clock that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// When the debtor knew: discovered, learned, received.
    pub since: Timestamp,
    /// The last instant at which it is on time; none where the text gives no number.
    pub due: Option<Timestamp>,
    /// One paragraph: article, trigger, clock start, calendar steps, due.
    pub explanation: String,
}

impl Obligation {
    pub fn due(&self) -> Option<Timestamp> {
        match &self.state {
            State::Running(running) => running.due,
            State::Latent | State::Superseded { .. } | State::Void { .. } => None,
        }
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due().is_some_and(|due| due < now)
    }

    /// Puts a graver duty in the place of this one; a latent one has nothing to lose and is returned.
    #[must_use]
    pub fn supersede(self, by: Id<Self>, at: Timestamp) -> Self {
        match self.state {
            State::Running(was) => Self { state: State::Superseded { at, by, was }, ..self },
            State::Latent | State::Superseded { .. } | State::Void { .. } => self,
        }
    }

    /// Lets a latent obligation go; one whose clock has started cannot go this way and is returned.
    #[must_use]
    pub fn lapse(self, at: Timestamp) -> Self {
        match self.state {
            State::Latent => Self { state: State::Void { at }, ..self },
            State::Running(_) | State::Superseded { .. } | State::Void { .. } => self,
        }
    }
}
