//! Contacts, claims and standing facts: what the directory knows of an organisation, and how surely.
//!
//! ```text
//! Proposed ──verify──▶ Verified ──approve──▶ Approved (from an instant on, until it is ended)
//!     └───────────────────┴──▶ Rejected
//! ```
//!
//! A change is a new contact that replaces another; the old one counts until the new one is approved and its
//! instant has come. *Effective* and *doubted* are questions put to a clock, not states.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::address::{Fqdn, Prefix};
use crate::holding::Province;
use crate::id::Id;
use crate::organisation::Handle;
use crate::regime::{DutyId, PackId};

/// How long a contact may be silent before it is doubted.
pub const SILENCE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Somebody, or some desk, through whom an organisation is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub id: Id<Self>,
    pub organisation: Handle,
    pub kind: ContactKind,
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// The contact in whose place it comes.
    pub replaces: Option<Id<Self>>,
    /// When it really changed: the time to report a change runs from here.
    pub changed_at: Timestamp,
    pub proposed_at: Timestamp,
    pub state: State,
    /// From when on it is none any more.
    pub ended_at: Option<Timestamp>,
    /// By when the change has to be reported, under which duties.
    pub owed: Vec<ChangeOwed>,
}

/// That a change of contacts has to be reported under one regime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeOwed {
    pub pack: PackId,
    pub duty: DutyId,
    pub article: String,
    pub to: Vec<Handle>,
    /// The last instant that is on time; none where the text gives no number.
    pub due: Option<Timestamp>,
    /// The calendar by which it was counted.
    pub calendar: String,
}

/// What a contact is, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    Contact,
    /// A desk that is staffed day and night.
    Desk24h,
    /// Head of the department.
    Head,
    /// Officer in charge.
    Leader,
}

impl ContactKind {
    pub const ALL: [Self; 4] = [Self::Contact, Self::Desk24h, Self::Head, Self::Leader];

    /// What it is called at rest, in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Desk24h => "desk_24h",
            Self::Head => "head",
            Self::Leader => "leader",
        }
    }
}

/// How far a contact has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Proposed,
    /// Somebody answered under it, or a document shows it.
    Verified {
        at: Timestamp,
        how: String,
    },
    Approved {
        verified_at: Timestamp,
        how: String,
        at: Timestamp,
        by: Handle,
        /// From when on it counts.
        from: Timestamp,
    },
    Rejected {
        at: Timestamp,
        because: String,
    },
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Verified { .. } => "verified",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
        }
    }
}

/// Something that its state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("contact `{id}` is {state}: it cannot be {wanted}")]
pub struct NotYet {
    pub id: Id<Contact>,
    pub state: &'static str,
    pub wanted: &'static str,
}

impl Contact {
    /// Whether it counts at that instant.
    pub fn is_effective(&self, now: Timestamp) -> bool {
        let begun = matches!(self.state, State::Approved { from, .. } if from <= now);
        begun && self.ended_at.is_none_or(|ended| now < ended)
    }

    pub fn verify(self, at: Timestamp, how: String) -> Result<Self, NotYet> {
        let State::Proposed = self.state else { return Err(self.not("verified")) };
        Ok(Self { state: State::Verified { at, how }, ..self })
    }

    /// Approves a verified one: one that nobody has verified would put out the one that works.
    pub fn approve(self, by: Handle, at: Timestamp, from: Timestamp) -> Result<Self, NotYet> {
        let State::Verified { at: verified_at, how } = self.state else {
            return Err(self.not("approved"));
        };
        Ok(Self { state: State::Approved { verified_at, how, at, by, from }, ..self })
    }

    pub fn reject(self, at: Timestamp, because: String) -> Result<Self, NotYet> {
        if !matches!(self.state, State::Proposed | State::Verified { .. }) {
            return Err(self.not("rejected"));
        }
        Ok(Self { state: State::Rejected { at, because }, ..self })
    }

    fn not(&self, wanted: &'static str) -> NotYet {
        NotYet { id: self.id, state: self.state.word(), wanted }
    }
}

/// What is known of whether a contact can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signs {
    /// When it was last heard of: an answer, a confirmation.
    pub alive: Option<Timestamp>,
    /// When something sent to it last came back.
    pub bounced: Option<Timestamp>,
    /// When it was last asked whether it is still there.
    pub chased: Option<Timestamp>,
}

/// What was noticed of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Alive,
    Bounced,
    Chased,
}

impl Sign {
    pub fn word(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Bounced => "bounced",
            Self::Chased => "chased",
        }
    }
}

/// Why it is doubted that a contact can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doubt", rename_all = "snake_case")]
pub enum Doubt {
    /// Something came back, and nothing was heard since.
    Bounced { at: Timestamp },
    /// Nothing was heard for ninety days, since then.
    Silent { since: Timestamp },
}

/// Whether an effective contact is doubted at an instant. That it was verified counts as a sign of life.
pub fn doubt(contact: &Contact, signs: &Signs, now: Timestamp) -> Option<Doubt> {
    let State::Approved { verified_at, .. } = contact.state else { return None };
    let heard = signs.alive.map_or(verified_at, |alive| alive.max(verified_at));
    if let Some(at) = signs.bounced.filter(|bounced| *bounced > heard) {
        return Some(Doubt::Bounced { at });
    }
    (now.duration_since(heard) > SILENCE).then_some(Doubt::Silent { since: heard })
}

/// An organisation says that a network or a domain is its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub id: Id<Self>,
    pub organisation: Handle,
    pub of: Claimed,
    pub province: Option<Province>,
    /// From when on it holds it.
    pub since: Timestamp,
    pub claimed_at: Timestamp,
    pub evidence: String,
    pub state: ClaimState,
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claimed {
    Network(Prefix),
    Domain(Fqdn),
}

impl std::fmt::Display for Claimed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Network(prefix) => prefix.fmt(f),
            Self::Domain(domain) => domain.fmt(f),
        }
    }
}

/// Where a claim stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ClaimState {
    Claimed,
    Approved { at: Timestamp, by: Handle, because: String },
    Refused { at: Timestamp, by: Handle, because: String },
}

impl ClaimState {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
        }
    }
}

/// A dated fact about an organisation, with its document; the latest of a kind counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub organisation: Handle,
    pub what: StandingKind,
    /// The department, the partner's field, the mechanism's name.
    pub says: String,
    pub at: Timestamp,
    pub document: String,
}

/// What a standing fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingKind {
    /// 主管部门: the department in charge of an important information system.
    CompetentDepartment,
    /// 技术支撑单位: it supports the desk, and in what.
    Partner,
    /// 备案的信息通报机制: its reporting mechanism, filed.
    Mechanism,
}

impl StandingKind {
    pub const ALL: [Self; 3] = [Self::CompetentDepartment, Self::Partner, Self::Mechanism];

    pub fn word(self) -> &'static str {
        match self {
            Self::CompetentDepartment => "competent_department",
            Self::Partner => "partner",
            Self::Mechanism => "mechanism",
        }
    }
}

#[cfg(test)]
mod tests;
