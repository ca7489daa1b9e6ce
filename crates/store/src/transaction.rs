//! A write transaction: all of it happens, with its acts in the journal, or none of it.
//!
//! The writes themselves stand beside the reads of their noun. Dropping a transaction undoes it, and that
//! is what to do with one in which a write failed.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Sqlite, Transaction};

use crate::StoreError;
use crate::connection::Prepared;
use crate::error::failed_to;
use crate::record::Record;

/// A write transaction. It holds the store's only writer until it commits or is dropped.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Sqlite>,
    written: bool,
    recorded: bool,
}

impl Tx {
    pub(crate) fn new(inner: Transaction<'static, Sqlite>) -> Self {
        Self { inner, written: false, recorded: false }
    }

    /// Makes it last. Refuses, and undoes everything, if tables were written and no act was recorded.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.written && !self.recorded {
            self.inner.rollback().await.map_err(failed_to("undo what was not recorded"))?;
            return Err(StoreError::Unrecorded);
        }
        self.inner.commit().await.map_err(failed_to("commit"))
    }

    /// Runs a statement that alters a table; how many rows it altered.
    pub(crate) async fn write(
        &mut self,
        doing: &'static str,
        statement: Prepared<'_>,
    ) -> Result<u64, StoreError> {
        let done = statement.execute(self.connection()).await.map_err(failed_to(doing))?;
        self.written |= done.rows_affected() > 0;
        Ok(done.rows_affected())
    }

    /// Runs a statement that notes what was seen, such as when somebody was last here. It changes no
    /// state that anything is decided by, so it needs no entry in the journal.
    pub(crate) async fn observe(
        &mut self,
        doing: &'static str,
        statement: Prepared<'_>,
    ) -> Result<(), StoreError> {
        statement.execute(self.connection()).await.map_err(failed_to(doing))?;
        Ok(())
    }

    /// The one row of a question that a write depends on; it sees what this transaction wrote.
    pub(crate) async fn look_up(
        &mut self,
        doing: &'static str,
        statement: Prepared<'_>,
    ) -> Result<Option<Record>, StoreError> {
        let row = statement.fetch_optional(self.connection()).await.map_err(failed_to(doing))?;
        Ok(row.map(Record::new))
    }

    /// Notes that a statement which answers with a row has altered a table.
    pub(crate) fn note_written(&mut self) {
        self.written = true;
    }

    /// Notes that an act went into the journal.
    pub(crate) fn note_recorded(&mut self) {
        self.recorded = true;
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }
}
