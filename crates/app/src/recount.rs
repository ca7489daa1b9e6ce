//! Recounting: what running obligations are due by, once an order has changed a calendar.
//!
//! An obligation keeps the version by which it was counted. Only what is open and was counted by an older
//! version is counted again; all its other terms stay as they are. Run twice, it does nothing the second time.

use model::Obligation;
use model::permit::ReadPermit;
use rules::{Calendar, Shift};

use crate::acts::shifted;
use crate::{App, AppError};

/// How many are recounted in one transaction.
const CHUNK: u32 = 10_000;

/// What recounting did.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Recounted {
    /// How many obligations were counted by an older version.
    pub counted: u64,
    /// Those whose due instant moved.
    pub moved: Vec<Moved>,
    /// What could not be counted, each with the reason; it stays as it was.
    pub undecided: Vec<String>,
}

/// An obligation whose due instant moved.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Moved {
    pub obligation: String,
    pub duty: String,
    pub debtor: String,
    pub due_before: Option<jiff::Timestamp>,
    pub due: Option<jiff::Timestamp>,
    pub calendar_before: String,
    pub calendar: String,
}

impl App {
    /// Counts again whatever runs by an older version of a calendar that is at hand in a newer one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recount(&self) -> Result<Recounted, AppError> {
        let mut recounted = Recounted::default();
        for calendar in self.law.calendars().cloned().collect::<Vec<_>>() {
            while self.recount_some(&calendar, &mut recounted).await? {}
        }
        Ok(recounted)
    }

    /// Recounts a chunk; whether there may be more.
    async fn recount_some(
        &self,
        calendar: &Calendar,
        recounted: &mut Recounted,
    ) -> Result<bool, AppError> {
        let permit = ReadPermit::at_the_console();
        let id = calendar.id();
        if self.store.obligations_counted_before(&permit, &id, 1).await?.is_empty() {
            return Ok(false);
        }
        let mut tx = self.store.begin().await?;
        let old = self.store.obligations_counted_before(&permit, &id, CHUNK).await?;
        let mut written = 0_u64;
        for one in &old {
            let (shift, new) = match self.recount_one(calendar, one).await {
                Ok(found) => found,
                Err(AppError::Oblige(why)) => {
                    let (duty, debtor) = (&one.terms.duty, &one.debtor);
                    tracing::error!(%duty, %debtor, "Could not count `{duty}` again: {why}");
                    recounted.undecided.push(format!("{duty} {debtor}: {why}"));
                    continue;
                }
                Err(other) => return Err(other),
            };
            tx.recount_obligation(&new, shift.was.since).await?;
            written += 1;
            if shift.was.due == shift.now.due {
                continue;
            }
            let before = &one.terms.basis.calendar;
            let because = format!("the calendar {before} has become {id}");
            let subject = self.subject(one).await?;
            let details = shifted(&new, &shift, &because);
            tx.record(&self.act("obligation.recounted", subject, details)).await?;
            let (duty, debtor) = (&one.terms.duty, &one.debtor);
            tracing::warn!(%duty, %debtor, "The due time of `{duty}` has moved with {id}");
            recounted.moved.push(Moved {
                obligation: one.id.to_string(),
                duty: one.terms.duty.to_string(),
                debtor: one.debtor.to_string(),
                due_before: shift.was.due,
                due: shift.now.due,
                calendar_before: before.clone(),
                calendar: id.clone(),
            });
        }
        if written == 0 {
            return Ok(false);
        }
        let details = [("counted", written.to_string())];
        tx.record(&self.act("calendar.recounted", id, details)).await?;
        tx.commit().await?;
        recounted.counted += written;
        Ok(u64::from(CHUNK) == written)
    }

    async fn recount_one(
        &self,
        calendar: &Calendar,
        one: &Obligation,
    ) -> Result<(Shift, Obligation), AppError> {
        let permit = ReadPermit::at_the_console();
        let pack = self.law.pack(&one.terms.basis.pack)?;
        let replaced = self.store.obligations_replaced_by(&permit, &one.id).await?;
        let was = one.state.clock().cloned();
        let was = was.ok_or_else(|| AppError::BadInput(format!("`{}` has no clock", one.id)))?;
        let now = rules::recount_one(pack, calendar, one, was.since, &replaced)?;
        let mut new = one.clone();
        new.terms.basis.calendar = calendar.id();
        new.state = new.state.with_clock(now.clone());
        Ok((Shift { obligation: one.id, was, now }, new))
    }
}
