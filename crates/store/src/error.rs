//! What can go wrong with the case store, said so that an operator can act on it.

use sqlx::error::ErrorKind;

/// Why the case store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the case store `{address}`: see that {needs}")]
    Open {
        address: String,
        needs: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// The database would put texts in another order than the statements expect.
    #[error(
        "the database of the case store `{address}` has the collation `{collation}` and the encoding \
         `{encoding}`, and must have `C` and `UTF8`: make it with `CREATE DATABASE … TEMPLATE template0 \
         ENCODING 'UTF8' LOCALE 'C'`"
    )]
    Unfit { address: String, collation: String, encoding: String },
    #[error("cannot bring the case store `{address}` up to this release")]
    Migrate {
        address: String,
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// The engine failed.
    #[error("the case store failed to {doing}")]
    Failed {
        doing: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// Another row with the same name or number is there already.
    #[error("the case store refused to {doing}: it is there already")]
    AlreadyThere {
        doing: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// A row refers to one that is not there: an organisation, an incident, a notice, a delivery.
    #[error("the case store refused to {doing}: it refers to something that is not in the store")]
    Dangling {
        doing: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// A row broke a rule of the schema, such as counts that do not add up.
    #[error("the case store refused to {doing}: the parts of the row contradict one another")]
    Contradictory {
        doing: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error("there is no {what} `{id}` in the case store")]
    Missing { what: &'static str, id: String },
    #[error("the permit does not reach {what}")]
    OutOfReach { what: &'static str },
    /// Somebody else moved it meanwhile: read it again and decide anew.
    #[error("{what} `{id}` is no longer in the state from which it was to move")]
    Stale { what: &'static str, id: String },
    /// A remediation named an incident or a recipient other than its notice's.
    #[error("the remediation of `{subject}` does not belong to notice `{notice}`")]
    Misfiled { subject: String, notice: String },
    /// Tables were written and no act was recorded: nothing was kept.
    #[error("no state without its journal entry: the transaction wrote and recorded nothing")]
    Unrecorded,
    /// A statement before this one failed: the transaction can only be dropped, and begun anew.
    #[error("cannot {doing} in a transaction in which something failed before")]
    Spoilt { doing: &'static str },
    #[error("column `{column}` holds something that is no {wanted}: {why}")]
    Corrupt { column: &'static str, wanted: &'static str, why: String },
    #[error("{what} is {number}, more than the case store can count")]
    TooLarge { what: &'static str, number: u64 },
    #[error("`{table}.{column}` is of the kind `{kind}`, which a dump does not know")]
    UnknownKind { table: String, column: String, kind: String },
    /// A dump that is to be loaded is not what was written.
    #[error("line {line} of the table `{table}` cannot be loaded: {why}")]
    BadDump { table: String, line: u64, why: String },
    #[error("what is to be kept of `{table}` cannot be written")]
    Unkept {
        table: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "the case store holds a journal of {entries} entries: a dump goes into an empty one only"
    )]
    NotEmpty { entries: u64 },
    #[error("{0}")]
    Broken(#[from] crate::journal::Broken),
    #[error("cannot write {what} as JSON")]
    Unwritable {
        what: &'static str,
        #[source]
        source: serde_json::Error,
    },
}

/// Says what was being done when the engine failed, and sorts broken constraints by kind.
pub(crate) fn failed_to(doing: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| {
        let kind = source.as_database_error().map(sqlx::error::DatabaseError::kind);
        match kind {
            Some(ErrorKind::UniqueViolation) => StoreError::AlreadyThere { doing, source },
            Some(ErrorKind::ForeignKeyViolation) => StoreError::Dangling { doing, source },
            Some(ErrorKind::CheckViolation | ErrorKind::NotNullViolation) => {
                StoreError::Contradictory { doing, source }
            }
            _ => StoreError::Failed { doing, source },
        }
    }
}
