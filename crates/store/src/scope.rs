//! How far a permit reaches, as the value that every read statement takes as `$1`.
//!
//! Each statement compares `$1` with the row itself, so the fence stands in the SQL and not around it.
//! The view `within_reach` says which organisations a permit reaches: an organisation itself and its
//! provincial companies, or those of a province.
//! It fails closed: a statement whose `$1` was forgotten compares with NULL and sees nothing.

use model::permit::{ReadPermit, Scope};

/// Stands for everything. No handle can be this text: a handle has no such character.
pub(crate) const EVERYTHING: &str = "*";

/// Before the code of a province. No handle begins with it.
const PROVINCE: char = '@';

/// What is bound to `$1`: [`EVERYTHING`], the handle of the one organisation, or `@` and a province.
pub(crate) fn reach(permit: &ReadPermit) -> String {
    match permit.scope() {
        Scope::Everything => EVERYTHING.to_owned(),
        Scope::Organisation(handle) => handle.to_string(),
        Scope::Province(province) => format!("{PROVINCE}{province}"),
    }
}

/// That an incident (the column named) concerns an organisation that `$1` reaches: it has a notice of it, or owes
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
            " AND notice.recipient IN
                              (SELECT organisation FROM within_reach WHERE permit = $1))
              OR EXISTS (SELECT 1 FROM obligation
                          WHERE obligation.incident = ",
            $incident,
            " AND obligation.debtor IN
                              (SELECT organisation FROM within_reach WHERE permit = $1)))"
        )
    };
}
pub(crate) use concerns;

#[cfg(test)]
mod tests;
