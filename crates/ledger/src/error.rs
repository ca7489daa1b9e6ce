//! What can go wrong in the ledger, and in which file.

use jiff::civil::Date;

/// Why the ledger could not do what was asked. Nothing that failed has become visible.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("the object store failed at `{path}`")]
    Store {
        path: String,
        #[source]
        source: object_store::Error,
    },
    #[error("`{path}` could not be made safe against power loss")]
    Sync {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{path}` could not be written or read as Parquet")]
    Parquet {
        path: String,
        #[source]
        source: parquet::errors::ParquetError,
    },
    #[error("`{path}` is not as this ledger writes it: {what}")]
    Corrupt { path: String, what: String },
    #[error("log entry `{path}` cannot be taken: {what}")]
    Log { path: String, what: String },
    /// Another process changed a day while this delivery was being taken in.
    #[error("another writer changed {day} meanwhile; begin the delivery again")]
    Overtaken { day: Date },
    /// Another process took in the same delivery meanwhile.
    #[error("another writer took in delivery {delivery} meanwhile")]
    AlreadyThere { delivery: String },
    #[error("{admitted} rows were admitted as new, but {kept} of them kept")]
    Unkept { admitted: u64, kept: u64 },
    #[error("batch refused: {what}")]
    Batch { what: &'static str },
    #[error("the delivery spans more than {most} days")]
    TooManyDays { most: usize },
    #[error("the delivery holds more than {most} different {what}")]
    TooMany { what: &'static str, most: u64 },
}

impl LedgerError {
    pub(crate) fn corrupt(path: impl ToString, what: impl ToString) -> Self {
        Self::Corrupt { path: path.to_string(), what: what.to_string() }
    }
}
