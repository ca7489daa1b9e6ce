//! Remediations: one address or domain that one organisation must deal with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::{Fqdn, Ip};
use crate::holding::Province;
use crate::id::Id;
use crate::incident::Incident;
use crate::notice::Notice;
use crate::organisation::Handle;

/// One address or domain that one organisation must deal with.
///
/// It is named by its incident, its subject and the organisation: a million of them need no ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remediation {
    pub incident: Id<Incident>,
    pub notice: Id<Notice>,
    pub assigned_to: Handle,
    pub subject: Subject,
    /// 0 when unknown.
    pub port: u16,
    /// The type within RSIT: tells a control server from a controlled machine.
    pub classification: String,
    pub province: Option<Province>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// How often it was seen.
    pub sightings: u64,
    /// Whom it spoke to when first seen; none when the feed did not say.
    pub destination_ip: Option<Ip>,
    pub destination_port: u16,
    pub destination_domain: Option<Fqdn>,
    pub state: State,
}

/// What must be dealt with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Ip(Ip),
    Domain(Fqdn),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Domain(name) => name.fmt(f),
        }
    }
}

/// Where a remediation stands. Answers and verification arrive with the closed loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Assigned,
}
