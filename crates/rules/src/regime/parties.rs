//! Parties: the roles of a regime, who holds them, and whom a duty means in one incident.

use std::fmt;

use model::organisation::Bilingual;
use model::regime::RoleId;

use super::Whose;

/// A part that organisations play in a regime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub id: RoleId,
    pub article: String,
    pub name: Bilingual,
    /// What it is there, such as `authority`, for people.
    pub is: String,
    /// Each that holds it has a department in charge of it, which the directory has to know.
    pub has_department: bool,
    pub holders: Holders,
}

/// How many organisations hold a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holders {
    One,
    OnePerProvince,
    Several,
}

/// Organisations worked out for each incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    pub id: String,
    /// Members hold one of these roles, …
    pub roles: Vec<RoleId>,
    /// … and this holds of them.
    pub whose: Whose,
    /// Who that is; its `zh` may be empty.
    pub means: Bilingual,
}

/// Somebody whom a duty names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    Role(RoleId),
    Set(String),
    /// Whoever it may be: only for duties that start with a fact that somebody records.
    Anybody,
    /// Whoever received, or is to receive, what the debtor owed when it first knew.
    AsFirstReport,
}

/// How a pack writes [`Party::AsFirstReport`].
pub(super) const AS_FIRST_REPORT: &str = "as first report";

impl fmt::Display for Party {
    /// As the pack writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Role(role) => role.as_str(),
            Self::Set(set) => set,
            Self::Anybody => "any",
            Self::AsFirstReport => AS_FIRST_REPORT,
        })
    }
}
