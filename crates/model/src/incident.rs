//! Incidents: matters that are graded and worked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::holding::Province;
use crate::id::Id;
use crate::name::name;
use crate::organisation::Handle;
use crate::regime::{Basis, GradeId};
use crate::threat::ThreatName;

name!(
    /// The number by which people call an incident, such as `INC-2026-0001`.
    IncidentNumber, "incident number", "such as INC-2026-0001",
    |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'
);

/// A matter that is graded and worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub id: Id<Self>,
    pub number: IncidentNumber,
    pub threat: ThreatName,
    /// The organisation whose monitoring found it.
    pub finder: Handle,
    pub opened_at: Timestamp,
    pub state: State,
    /// The assessment in force; earlier ones are kept beside it.
    pub assessment: Assessment,
}

/// Where an incident stands.
///
/// Later stages (notified, handling, verifying, closed) arrive with the acts that lead to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Graded by the engine; a person has still to confirm it where the regime wants one.
    Proposed,
}

/// Whom or what an officer has named as concerned by an incident, beside what sightings show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concerned {
    /// It answers for something of it, or is hit by it.
    Organisation(Handle),
    /// It is touched by it.
    Province(Province),
}

/// The act that set a grade: what was measured, by which edition of the law, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    pub grade: GradeId,
    /// The grade that the facts alone gave, where another stands: the authority has set it, or a fact that was
    /// corrected would lower it and the authority has not confirmed that.
    pub measured: Option<GradeId>,
    pub assessed_at: Timestamp,
    pub basis: Basis,
    /// Each declared input and its value, as the pack names them.
    pub inputs: Vec<(String, String)>,
    /// End of the measured window, and its length in hours. Where an officer opened it and nothing has been
    /// measured the length is 0, and the end is when it occurred.
    pub window_end: Timestamp,
    pub window_hours: u32,
    /// Distinct addresses of this threat within the window.
    pub size: u64,
    /// The reason in words, in the order in which grades were tried.
    pub because: String,
}
