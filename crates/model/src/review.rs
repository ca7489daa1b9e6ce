//! Reviews: what awaits the authority before anybody is notified of it.
//!
//! ```text
//! Awaiting ──▶ Released (by the authority, or by whom it delegated)
//!    └───────▶ Refused ──▶ Released
//! ```

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::incident::Incident;
use crate::organisation::Handle;
use crate::regime::{GradeId, PackId, RoleId};

/// One review of one incident at one grade. A graver grade wants a review of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: Id<Self>,
    pub incident: Id<Incident>,
    pub grade: GradeId,
    pub pack: PackId,
    /// The article that demands it.
    pub article: String,
    /// The role whose review it is.
    pub role: RoleId,
    pub asked_at: Timestamp,
    pub state: State,
}

/// Where a review stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Awaiting,
    Released(Decision),
    Refused(Decision),
}

/// What was decided, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub at: Timestamp,
    pub by: Handle,
    /// The delegation by which somebody else than the authority decided.
    pub delegation: Option<Id<Delegation>>,
    /// The document, or the reason.
    pub because: String,
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Released(_) => "released",
            Self::Refused(_) => "refused",
        }
    }

    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Awaiting => None,
            Self::Released(decision) | Self::Refused(decision) => Some(decision),
        }
    }
}

/// That an authority lets somebody else release in its place, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    pub id: Id<Self>,
    pub from: Handle,
    pub to: Handle,
    /// From this instant, and until before that one.
    pub since: Timestamp,
    pub until: Option<Timestamp>,
    /// The document that says so.
    pub document: String,
    pub revoked_at: Option<Timestamp>,
}

impl Delegation {
    /// Whether it holds at that instant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.since <= at
            && self.until.is_none_or(|until| at < until)
            && self.revoked_at.is_none_or(|revoked| at < revoked)
    }
}

/// What experts made of an incident under review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expertise {
    pub review: Id<Review>,
    pub at: Timestamp,
    /// Who called it.
    pub by: Handle,
    /// Who took part, in words.
    pub experts: String,
    pub outcome: Outcome,
    /// What they concluded.
    pub conclusion: String,
    pub document: String,
}

/// What an expert assessment says about the grade. It moves nothing by itself: regrading is an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Confirms,
    Graver,
    Milder,
    Undecided,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Confirms, Self::Graver, Self::Milder, Self::Undecided];

    pub fn word(self) -> &'static str {
        match self {
            Self::Confirms => "confirms",
            Self::Graver => "graver",
            Self::Milder => "milder",
            Self::Undecided => "undecided",
        }
    }
}
