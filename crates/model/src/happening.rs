//! Happenings: the facts that start clocks, each with its evidence.
//!
//! A trigger is what a regime's text waits for; a happening is that it came about, for somebody, at an
//! instant that can be shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::incident::Incident;
use crate::organisation::Handle;
use crate::regime::PackId;

/// A trigger that came about in one incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    pub incident: Id<Incident>,
    pub pack: PackId,
    /// The pack's name for it, such as `handler.notice_received`.
    pub trigger: String,
    /// To whom; none for what happens to nobody in particular.
    pub to: Option<Handle>,
    /// Whose filing or notice it was that arrived.
    pub from: Option<Handle>,
    /// When they knew: received, learned, discovered.
    pub at: Timestamp,
    /// What shows it: a log number, a receipt, a document.
    pub evidence: String,
}
