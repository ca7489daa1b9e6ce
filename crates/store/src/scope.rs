//! How far a permit reaches, as the value that every read statement takes as `$1`.
//!
//! Each statement compares `$1` with the row itself, so the fence stands in the SQL and not around it.
//! It fails closed: a statement whose `$1` was forgotten compares with NULL and sees nothing.

use model::permit::{ReadPermit, Scope};

/// Stands for everything. No handle can be this text: a handle has no such character.
pub(crate) const EVERYTHING: &str = "*";

/// What is bound to `$1`: [`EVERYTHING`], or the handle of the one organisation.
pub(crate) fn reach(permit: &ReadPermit) -> String {
    match permit.scope() {
        Scope::Everything => EVERYTHING.to_owned(),
        Scope::Organisation(handle) => handle.to_string(),
    }
}

/// That an incident (the column named) concerns the organisation `$1`: it has a notice of it, or owes
/// something for it.
///
/// Relies on the unique index of `notice` (incident, recipient) and on `obligation_by_incident_debtor`.
macro_rules! concerns {
    ($incident:literal) => {
        concat!(
            "($1 = '*'
              OR EXISTS (SELECT 1 FROM notice
                          WHERE notice.incident = ",
            $incident,
            " AND notice.recipient = $1)
              OR EXISTS (SELECT 1 FROM obligation
                          WHERE obligation.incident = ",
            $incident,
            " AND obligation.debtor = $1))"
        )
    };
}
pub(crate) use concerns;

#[cfg(test)]
mod tests;
