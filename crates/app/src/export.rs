//! Taking much away at once, and looking at what is about persons, are acts: who, what, how much.
//!
//! The entry is written before the first row leaves. It stands even if the reader goes away halfway, and
//! nothing leaves if it cannot be written.

use crate::{App, AppError};

/// So many rows in one answer are more than anybody looks at: they are taken away.
pub const MASS_EXPORT_ROWS: u64 = 1_000;

impl App {
    /// Records that rows are taken away, if there are so many that it counts; whether it did. `what` names
    /// the list, such as `sightings.csv`; `subject` what it is of.
    ///
    /// # Errors
    /// When the journal cannot be written; then nothing may be given out.
    pub async fn record_export(
        &self,
        by: &str,
        (what, subject): (&str, &str),
        rows: u64,
    ) -> Result<bool, AppError> {
        if rows < MASS_EXPORT_ROWS {
            return Ok(false);
        }
        let details = [("list", what.to_owned()), ("rows", rows.to_string())];
        self.record_as(by, "data.exported", subject, details).await?;
        Ok(true)
    }

    /// Records that somebody was shown what is sensitive, such as the contacts of an organisation, before
    /// it is shown.
    ///
    /// # Errors
    /// When the journal cannot be written; then nothing may be shown.
    pub async fn record_reading(
        &self,
        by: &str,
        what: &str,
        subject: &str,
    ) -> Result<(), AppError> {
        self.record_as(by, "data.read", subject, [("what", what.to_owned())]).await
    }

    async fn record_as<const N: usize>(
        &self,
        by: &str,
        act: &'static str,
        subject: &str,
        details: [(&'static str, String); N],
    ) -> Result<(), AppError> {
        let mut act = self.act(act, subject, details);
        by.clone_into(&mut act.actor);
        let mut tx = self.store.begin().await?;
        tx.record(&act).await?;
        Ok(tx.commit().await?)
    }
}
