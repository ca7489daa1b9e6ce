//! The ids by which packs, duties, grades and roles are referred to.
//!
//! They are a contract: links, filings and worked vectors depend on them, so a pack never renames one.

use serde::{Deserialize, Serialize};

use crate::name::name;

name!(
    /// A regime pack, such as `cn.miit.2009-157`.
    PackId, "pack id", "lower-case letters, digits, `.` or `-`",
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-'
);
name!(
    /// A duty within a pack, such as `M2a`.
    DutyId, "duty id", "letters, digits, `-` or `_`",
    |c| c.is_ascii_alphanumeric() || c == '-' || c == '_'
);
name!(
    /// A grade within a pack, such as `g1`, the gravest first in the pack's order.
    GradeId, "grade id", "letters, digits, `-` or `_`",
    |c| c.is_ascii_alphanumeric() || c == '-' || c == '_'
);
name!(
    /// A role within a pack, such as `carrier`.
    RoleId, "role id", "letters, digits, `-` or `_`",
    |c| c.is_ascii_alphanumeric() || c == '-' || c == '_'
);

/// Which law, in which edition, led to a decision. Kept with the decision for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    pub pack: PackId,
    /// The pack's own version, such as `1.0.0`.
    pub pack_version: String,
    /// The calendar and its version, such as `cn@2026-01`.
    pub calendar: String,
}
