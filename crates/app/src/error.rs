//! What can go wrong on the way, each with what and where.

use std::path::{Path, PathBuf};

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Ledger(#[from] ledger::LedgerError),
    #[error(transparent)]
    Query(#[from] query::QueryError),
    #[error(transparent)]
    Feed(#[from] feeds::FeedError),
    #[error(transparent)]
    Mapping(#[from] feeds::MappingError),
    #[error(transparent)]
    Atlas(#[from] atlas::AtlasError),
    #[error(transparent)]
    Law(#[from] crate::LawError),
    #[error("cannot grade: {0}")]
    Assess(#[from] rules::AssessError),
    #[error("cannot derive obligations: {0}")]
    Oblige(#[from] rules::ObligeError),
    #[error(transparent)]
    Act(#[from] rules::ActError),
    #[error(transparent)]
    NotPossible(#[from] model::obligation::NotPossible),
    #[error(transparent)]
    NotYet(#[from] model::contact::NotYet),
    #[error(transparent)]
    NotNow(#[from] model::filing::NotNow),
    #[error("filing `{number}` cannot be kept or sealed so: {}", told(errors))]
    Incomplete { number: model::filing::FilingNumber, errors: Vec<rules::form::FieldError> },
    #[error(
        "`{}` was saved by somebody else: version {} was read and it is at {}; they differ in {}. Nothing was lost: read it again and save over it",
        .0.current.number, .0.read, .0.current.version, .0.differ().join(", ")
    )]
    DraftMoved(Box<crate::filing::DraftMoved>),
    #[error("`{path}`: {why}")]
    File { path: PathBuf, why: std::io::Error },
    /// What is wrong with the desk's own key, and what to do.
    #[error("{0}")]
    Key(String),
    #[error(
        "nothing was signed: {0}. Keep the database as it is and look into it before anything else"
    )]
    Broken(#[from] store::journal::Broken),
    #[error("`{file}`: {why}")]
    Directory { file: String, why: String },
    #[error("{0}")]
    BadInput(String),
    #[error("the delivery is larger than {limit} bytes when unpacked; split it")]
    TooLarge { limit: u64 },
    #[error(
        "the delivery cannot be unpacked to its end ({0}); ask for the file again. Nothing was kept"
    )]
    Unpack(std::io::Error),
    #[error("delivery `{id}`: other processes write the same days all the time; try again later")]
    Overtaken { id: model::DeliveryId },
    #[error("the reading thread ended early: {0}")]
    Reader(String),
}

impl AppError {
    /// Whether the question was at fault, so that whoever asked can mend it.
    pub fn is_the_askers(&self) -> bool {
        use query::QueryError::{Cursor, TooMany};
        matches!(
            self,
            Self::BadInput(_)
                | Self::Act(_)
                | Self::NotPossible(_)
                | Self::NotNow(_)
                | Self::NotYet(_)
                | Self::Incomplete { .. }
                | Self::DraftMoved(_)
                | Self::Query(Cursor(_) | TooMany { .. })
        )
    }

    pub(crate) fn file(path: &Path, why: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), why }
    }
}

/// Everything that is wrong with a form, in one line.
fn told(errors: &[rules::form::FieldError]) -> String {
    let one =
        |error: &rules::form::FieldError| format!("{}: {}", error.field, error.flaw.says().en);
    errors.iter().map(one).collect::<Vec<_>>().join("; ")
}
