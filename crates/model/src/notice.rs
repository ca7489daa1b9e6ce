//! Notices: what tells one recipient its own slice of an incident.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::incident::Incident;
use crate::name::name;
use crate::organisation::Handle;

name!(
    /// The number by which people call a notice, such as `NTC-2026-0001`.
    NoticeNumber, "notice number", "such as NTC-2026-0001",
    |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'
);

/// One recipient's slice of one incident. What it lists are the recipient's remediations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: Id<Self>,
    pub number: NoticeNumber,
    pub incident: Id<Incident>,
    pub recipient: Handle,
    pub drafted_at: Timestamp,
    pub state: State,
    /// How many addresses and domains it asks the recipient to deal with.
    pub items: u64,
}

/// Where a notice stands. Review, sending and delivery arrive with the acts that lead to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Composed and not sent: it may still grow with the incident.
    Drafted,
}
