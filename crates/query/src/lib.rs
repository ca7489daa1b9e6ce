//! Questions to the ledger: what was seen, by whom, since when, and whom it concerns.
//!
//! Everything here reads. A question looks at the table as it stood when the [`Query`] was made: files
//! committed later are not seen, and a file dropped by retention in between is an error that says so. What
//! a question costs is bounded by its limits, never by the table: batches are streamed, files are excluded
//! by the statistics of the log, row groups by their own statistics and bloom filters, pages by the page
//! index, rows by filters on the few columns that decide; only then is the rest decoded.
//!
//! Decoding runs on the calling thread. Counting distinct addresses is the ledger's business (tallies), and
//! leave to look is the caller's.

mod columns;
mod condition;
pub mod domains;
mod file;
mod key;
mod row;
pub mod search;
pub mod seen;
pub mod slice;
#[cfg(feature = "sql")]
pub mod sql;
#[cfg(test)]
mod testbed;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;
use jiff::civil::Date;
use ledger::{FileEntry, Ledger};
use object_store::ObjectStore;
use object_store::path::Path;

pub use domains::FoundDomain;
pub use row::SightingRow;
pub use search::{Page, Search};
pub use seen::Seen;
pub use slice::{Found, Slice, SliceOf};

use condition::Condition;
use file::OpenFile;

/// Days of UTC, both ends included.
pub type Days = RangeInclusive<Date>;

/// The table as it stood at one moment, ready to be asked.
#[derive(Debug)]
pub struct Query {
    store: Arc<dyn ObjectStore>,
    root: Path,
    /// The newest day first, and within a day by path, so that answers do not depend on the listing.
    files: Vec<FileEntry>,
    effort: Counters,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("cannot list the files of the ledger: {0}")]
    Ledger(#[from] ledger::LedgerError),
    /// The file cannot be read; when retention has just dropped it, asking again helps.
    #[error("cannot read `{path}` of the ledger: {source}")]
    File { path: String, source: parquet::errors::ParquetError },
    /// A value that nobody but another writer can have put there.
    #[error("column `{column}` of the ledger holds `{value}`, which is no {wanted}")]
    Strange { column: &'static str, value: String, wanted: &'static str },
    #[error("a column of the ledger is not as it should be: {0}")]
    Column(#[from] arrow_schema::ArrowError),
    #[error("`{0}` does not come from an earlier page of this search")]
    Cursor(String),
    #[error("there are more than {limit} {what}; narrow the question")]
    TooMany { what: &'static str, limit: usize },
    #[cfg(feature = "sql")]
    #[error("the query failed: {0}")]
    Sql(String),
}

/// What answering has cost so far: the proof that files were excluded rather than read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    pub files_read: u64,
    /// Of the right day, and excluded by the statistics of the log without being opened.
    pub files_skipped: u64,
    pub groups_read: u64,
    /// Row groups excluded whole, by statistics, bloom filters or the page index.
    pub groups_skipped: u64,
    /// Rows of the groups read that lay in pages excluded by the page index.
    pub rows_skipped: u64,
    /// Rows that passed every filter and were decoded.
    pub rows: u64,
}

#[derive(Debug, Default)]
struct Counters {
    files_read: AtomicU64,
    files_skipped: AtomicU64,
    groups_read: AtomicU64,
    groups_skipped: AtomicU64,
    rows_skipped: AtomicU64,
    rows: AtomicU64,
}

impl Query {
    /// Over the ledger as it stands now.
    pub async fn new(ledger: &Ledger) -> Result<Self, QueryError> {
        let files = ledger.files(always()).await?;
        Ok(Self::over(ledger.object_store().clone(), ledger.table_root(), files))
    }

    /// Over these files beneath `root`, as the log lists them.
    pub fn over(store: Arc<dyn ObjectStore>, root: Path, mut files: Vec<FileEntry>) -> Self {
        files.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.path.cmp(&b.path)));
        Self { store, root, files, effort: Counters::default() }
    }

    /// What the questions put so far have cost.
    pub fn effort(&self) -> Effort {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Effort {
            files_read: read(&self.effort.files_read),
            files_skipped: read(&self.effort.files_skipped),
            groups_read: read(&self.effort.groups_read),
            groups_skipped: read(&self.effort.groups_skipped),
            rows_skipped: read(&self.effort.rows_skipped),
            rows: read(&self.effort.rows),
        }
    }

    /// The days of which there are files, the newest first.
    fn days(&self) -> Vec<Date> {
        let mut days: Vec<Date> = self.files.iter().map(|file| file.day).collect();
        days.dedup();
        days
    }

    /// The files of these days that may hold a row meeting every condition.
    fn files_for(&self, days: &Days, conditions: &[Arc<Condition>]) -> Vec<&FileEntry> {
        let mut wanted = Vec::new();
        for file in self.files.iter().filter(|file| days.contains(&file.day)) {
            if conditions.iter().all(|condition| condition.may_be_in_file(file)) {
                wanted.push(file);
            } else {
                count(&self.effort.files_skipped, 1);
            }
        }
        wanted
    }

    /// Opens a file: reads its footer and page index.
    async fn open(&self, entry: &FileEntry) -> Result<OpenFile, QueryError> {
        count(&self.effort.files_read, 1);
        OpenFile::open(self.store.clone(), &self.root, entry).await
    }

    /// Shows `visit` the wanted columns of every row of these days that meets every condition.
    async fn scan<V>(&self, scan: &Scan<'_>, mut visit: V) -> Result<(), QueryError>
    where
        V: FnMut(&RecordBatch) -> Result<(), QueryError> + Send,
    {
        for entry in self.files_for(&scan.days, &scan.conditions) {
            let file = self.open(entry).await?;
            for group in 0..file.groups() {
                self.read(&file, group, scan, &mut visit).await?;
            }
        }
        Ok(())
    }

    /// The same for one row group.
    async fn read<V>(
        &self,
        file: &OpenFile,
        group: usize,
        scan: &Scan<'_>,
        visit: &mut V,
    ) -> Result<(), QueryError>
    where
        V: FnMut(&RecordBatch) -> Result<(), QueryError> + Send,
    {
        let Some(mut batches) = file.read(group, &scan.conditions, scan.columns).await? else {
            count(&self.effort.groups_skipped, 1);
            return Ok(());
        };
        count(&self.effort.groups_read, 1);
        count(&self.effort.rows_skipped, wide(batches.skipped));
        while let Some(batch) = batches.next().await? {
            count(&self.effort.rows, u64::try_from(batch.num_rows()).unwrap_or_default());
            visit(&batch)?;
        }
        Ok(())
    }
}

/// What to read: of which days, which rows, which columns.
struct Scan<'a> {
    days: Days,
    conditions: Vec<Arc<Condition>>,
    columns: &'a [&'static str],
}

fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

fn wide(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

/// Every day there can be.
fn always() -> Days {
    Date::MIN..=Date::MAX
}

#[cfg(test)]
mod tests;
