//! The journal: every act, in order, each entry holding the hash of the one before.
//!
//! The hash of an entry is SHA-256 over its canonical text (see `store::journal`). Altering,
//! removing or reordering any entry breaks the chain at that point.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the journal, counting from 1 without gaps.
    pub sequence: u64,
    pub at: Timestamp,
    /// Who: an organisation's handle, or `juyan` for what the desk did by itself.
    pub actor: String,
    /// What was done, such as `incident.opened`.
    pub act: String,
    /// To what: the number of an incident or notice, the id of a delivery.
    pub subject: String,
    /// What exactly, as JSON with its keys sorted.
    pub details: String,
    pub previous: Hash,
    pub hash: Hash,
}

/// An act about to be written; the journal adds its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub at: Timestamp,
    pub actor: String,
    pub act: &'static str,
    pub subject: String,
    /// Written out as JSON, in the order of its keys.
    pub details: std::collections::BTreeMap<&'static str, String>,
}

/// SHA-256, 64 hexadecimal digits.
pub type Hash = String;
