//! Why a whole table is refused. A single bad row never is a reason; see [`Loaded`](crate::Loaded).

use std::io;

/// Why a table could not be loaded. The builder holds part of it by then and should be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum AtlasError {
    #[error("the {table} could not be read beyond line {line}")]
    Read {
        table: &'static str,
        line: u64,
        #[source]
        source: io::Error,
    },
    #[error("the {table} is empty: its first line must name its columns")]
    Empty { table: &'static str },
    #[error("the header of the {table}, line {line}, {why}")]
    BadHeader { table: &'static str, line: u64, why: String },
    #[error("the {table} has no column `{column}`; it has {columns}")]
    MissingColumn { table: &'static str, column: &'static str, columns: String },
    #[error("the {table} has two columns `{column}`")]
    ColumnTwice { table: &'static str, column: String },
    #[error("the {table} has more than {most} rows")]
    TooManyRows { table: &'static str, most: u64 },
}
