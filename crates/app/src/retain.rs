//! Retaining: whole days are dropped once they are older than they must be kept.
//!
//! The floor is the longest that any pack of this desk demands. A day that an open incident rests on is
//! held back however old it is.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::Retention;
use model::permit::ReadPermit;
use store::incidents::{IncidentCursor, IncidentFilter};

use crate::oblige::window_days;
use crate::{App, AppError};

/// What was dropped, and what was not.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Retained {
    pub dropped: Vec<Date>,
    /// Days old enough to be dropped and held back by an open incident.
    pub held: Vec<Date>,
    /// Days that the packs demand at the least.
    pub floor_days: u32,
}

const PAGE: u32 = 500;

impl App {
    /// Drops every day older than `keep_days`, or than the packs demand if that is longer.
    ///
    /// # Errors
    /// When the ledger or the database fail.
    pub async fn retain(&self, keep_days: u32) -> Result<Retained, AppError> {
        let now = self.clock.now();
        let regimes = self.settings.regimes.iter();
        let floors = regimes.map(|id| Ok(self.law.retention_days(id, now)?));
        let floor_days =
            floors.collect::<Result<Vec<_>, AppError>>()?.into_iter().max().unwrap_or(0);
        let today = now.to_zoned(TimeZone::UTC).date();
        let keep = keep_days.max(floor_days);
        let span = jiff::Span::new().try_days(i64::from(keep));
        let before = span.and_then(|span| today.checked_sub(span));
        let before = before.map_err(|_| AppError::BadInput(format!("{keep} days is too long")))?;
        let held = Vec::from_iter(self.held_days().await?);
        // The intention first: should the process die half-way, the record tells what was being dropped.
        let details = [("before", before.to_string()), ("floor_days", floor_days.to_string())];
        self.record("ledger.retaining", details).await?;
        let retention = Retention { before, floor_days, now, held: &held };
        let dropped = self.ledger.drop_days(&retention).await?;
        let days: Vec<String> = dropped.days.iter().map(ToString::to_string).collect();
        self.record("ledger.retained", [("days", days.join(" "))]).await?;
        Ok(Retained {
            dropped: Vec::from_iter(dropped.days),
            held: Vec::from_iter(dropped.held),
            floor_days,
        })
    }

    async fn record<const N: usize>(
        &self,
        act: &'static str,
        details: [(&'static str, String); N],
    ) -> Result<(), AppError> {
        let mut tx = self.store.begin().await?;
        tx.record(&self.act(act, "ledger", details)).await?;
        Ok(tx.commit().await?)
    }

    /// Every day that some open incident rests on.
    async fn held_days(&self) -> Result<BTreeSet<Date>, AppError> {
        let permit = ReadPermit::at_the_console();
        let mut held = BTreeSet::new();
        let mut after = None;
        loop {
            let page =
                self.store.incidents(&permit, &IncidentFilter::default(), PAGE, after).await?;
            let Some(last) = page.last() else { return Ok(held) };
            after = Some(IncidentCursor::from(last));
            for incident in &page {
                let assessments = self.store.assessments(&permit, &incident.id, PAGE).await?;
                let windows: Vec<_> = assessments.iter().map(window_days).collect();
                let first = windows.iter().map(|days| days.0).min();
                let last = windows.iter().map(|days| days.1).max();
                if let (Some(first), Some(last)) = (first, last) {
                    held.extend(days(first, last));
                }
            }
        }
    }
}

/// Every day from the first to the last.
fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
        .take_while(move |day| *day <= last)
}
