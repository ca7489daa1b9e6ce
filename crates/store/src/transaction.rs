//! A write transaction: all of it happens, with its acts in the journal, or none of it.
//!
//! The writes themselves stand beside the reads of their noun. Dropping a transaction undoes it, and that
//! is all that can be done with one in which a statement failed: PostgreSQL takes nothing more from it, and
//! what was to be a whole would lack a part.

use crate::StoreError;
use crate::engine::{Engine, Transaction};
use crate::error::failed_to;
use crate::record::Record;
use crate::statement::Prepared;

/// A write transaction. It holds the store's only writer until it commits or is dropped.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction,
    written: bool,
    recorded: bool,
    failed: bool,
}

impl Tx {
    pub(crate) fn new(inner: Transaction) -> Self {
        Self { inner, written: false, recorded: false, failed: false }
    }

    /// Makes it last. Refuses, and undoes everything, if tables were written and no act was recorded, or if
    /// a statement failed.
    pub async fn commit(self) -> Result<(), StoreError> {
        let why = match (self.failed, self.written && !self.recorded) {
            (false, false) => {
                return self.inner.commit().await.map_err(failed_to("commit"));
            }
            (true, _) => StoreError::Spoilt { doing: "commit" },
            (false, true) => StoreError::Unrecorded,
        };
        self.inner.rollback().await.map_err(failed_to("undo what is not to be kept"))?;
        Err(why)
    }

    /// Runs a statement that alters a table; how many rows it altered.
    pub(crate) async fn write(
        &mut self,
        doing: &'static str,
        statement: Prepared,
    ) -> Result<u64, StoreError> {
        self.is_sound(doing)?;
        let done = self.inner.execute(statement).await;
        let altered = done.inspect_err(|_| self.failed = true).map_err(failed_to(doing))?;
        self.written |= altered > 0;
        Ok(altered)
    }

    /// Runs a statement that notes what was seen, such as when somebody was last here. It changes no
    /// state that anything is decided by, so it needs no entry in the journal.
    pub(crate) async fn observe(
        &mut self,
        doing: &'static str,
        statement: Prepared,
    ) -> Result<(), StoreError> {
        self.inner.execute(statement).await.map_err(failed_to(doing))?;
        Ok(())
    }

    /// The one row of a question that a write depends on; it sees what this transaction wrote.
    pub(crate) async fn look_up(
        &mut self,
        doing: &'static str,
        statement: Prepared,
    ) -> Result<Option<Record>, StoreError> {
        self.is_sound(doing)?;
        let found = self.inner.one(statement).await;
        found.inspect_err(|_| self.failed = true).map_err(failed_to(doing))
    }

    fn is_sound(&self, doing: &'static str) -> Result<(), StoreError> {
        if self.failed { Err(StoreError::Spoilt { doing }) } else { Ok(()) }
    }

    /// Which engine it runs on, for the few statements that are worded for one.
    pub(crate) fn engine(&self) -> Engine {
        self.inner.engine()
    }

    /// Notes that a statement which answers with a row has altered a table.
    pub(crate) fn note_written(&mut self) {
        self.written = true;
    }

    /// Notes that an act went into the journal.
    pub(crate) fn note_recorded(&mut self) {
        self.recorded = true;
    }
}
