//! What became of the rows of a table: taken, or skipped with the line and the reason.

use serde::Serialize;

/// Skipped rows that are kept with their reason; the rest are counted only.
const SKIPPED_KEPT: usize = 100;

/// The outcome of loading one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// Rows taken in.
    pub rows: u64,
    /// The first rows that were skipped, at most a hundred.
    pub skipped: Vec<Skipped>,
    /// All rows that were skipped.
    pub skipped_count: u64,
    /// Rows of an AS table with more than one origin, of which the first was taken.
    pub multi_origin: u64,
    /// Columns whose names mean nothing to us.
    pub unread_columns: Vec<String>,
}

/// A row that was not taken in, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Counting from 1, the header included.
    pub line: u64,
    pub reason: String,
}

impl Loaded {
    pub(crate) fn skip(&mut self, line: u64, reason: impl Into<String>) {
        self.skipped_count += 1;
        if self.skipped.len() < SKIPPED_KEPT {
            self.skipped.push(Skipped { line, reason: reason.into() });
        }
    }
}
