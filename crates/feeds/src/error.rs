//! Why a delivery or a mapping was refused whole. Single rows are never an error: see quarantine.

use std::io;

/// A delivery that cannot be read, or not to its end.
///
/// Met after the last block, the rows before it stand: they were complete.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("`{mapping}`: the delivery is empty: there is no header line to name the columns")]
    NoHeader { mapping: String },
    #[error("`{mapping}`: line {line}: the header cannot be read: {reason}")]
    BadHeader { mapping: String, line: u64, reason: String },
    #[error("`{mapping}`: the mandatory column `{column}` is missing; the columns are: {present}")]
    MissingColumn { mapping: String, column: String, present: String },
    #[error("`{mapping}`: the column `{column}` stands twice in the header: which one counts?")]
    DuplicateColumn { mapping: String, column: String },
    #[error(
        "`{mapping}`: line {line}: the packed stream ends in the middle; ask for the file again"
    )]
    Truncated { mapping: String, line: u64, source: io::Error },
    #[error("`{mapping}`: line {line}: the delivery cannot be read further")]
    Unreadable { mapping: String, line: u64, source: io::Error },
    #[error(
        "`{mapping}`: line {line}: the form is broken, and nothing behind it was read: {reason}"
    )]
    BadDocument { mapping: String, line: u64, reason: String },
    #[error("`{mapping}`: line {line}: unpacked, the delivery is larger than {limit} bytes")]
    TooLarge { mapping: String, line: u64, limit: u64 },
}

/// A mapping that cannot be used. Says which file, where in it, and what would do.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("{origin}: not a mapping: {source}")]
    Syntax { origin: String, source: Box<toml::de::Error> },
    #[error("{origin}: line {line}: {}{reason}", shown(key))]
    Key { origin: String, line: usize, key: String, reason: String },
}

fn shown(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("`{key}`: ") }
}
