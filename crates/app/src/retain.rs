//! Retaining: whole days are dropped once they are older than they must be kept.
//!
//! The floor is the longest that any pack of this desk demands. A day that an open incident rests on is
//! held back however old it is.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::Retention;
use model::permit::ReadPermit;
use store::incidents::{IncidentCursor, IncidentFilter};

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
        let packs = self.settings.regimes.iter().map(|id| self.law.pack(id));
        let floors = packs.map(|pack| Ok(pack?.retention_days().unwrap_or(0)));
        let floor_days =
            floors.collect::<Result<Vec<_>, AppError>>()?.into_iter().max().unwrap_or(0);
        let now = self.clock.now();
        let today = now.to_zoned(TimeZone::UTC).date();
        let keep = keep_days.max(floor_days);
        let before = today.checked_sub(jiff::Span::new().days(i64::from(keep)));
        let before = before.map_err(|_| AppError::BadInput(format!("{keep} days is too long")))?;
        let held = Vec::from_iter(self.held_days().await?);
        let retention = Retention { before, floor_days, now, held: &held };
        let dropped = self.ledger.drop_days(&retention).await?;
        if !dropped.days.is_empty() {
            let days: Vec<String> = dropped.days.iter().map(ToString::to_string).collect();
            let mut tx = self.store.begin().await?;
            let details = [("days", days.join(" ")), ("floor_days", floor_days.to_string())];
            tx.record(&self.act("ledger.retained", "ledger", details)).await?;
            tx.commit().await?;
        }
        Ok(Retained {
            dropped: Vec::from_iter(dropped.days),
            held: Vec::from_iter(dropped.held),
            floor_days,
        })
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
                for assessment in self.store.assessments(&permit, &incident.id, PAGE).await? {
                    let hours = i64::from(assessment.window_hours);
                    held.extend(days(assessment.window_end, SignedDuration::from_hours(hours)));
                }
            }
        }
    }
}

/// The days (UTC) that a window ending at `end` touches.
fn days(end: Timestamp, length: SignedDuration) -> Vec<Date> {
    let start = end.checked_sub(length).unwrap_or(end);
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let last = day(end);
    let mut days = Vec::new();
    let mut next = day(start);
    while next <= last {
        days.push(next);
        match next.tomorrow() {
            Ok(tomorrow) => next = tomorrow,
            Err(_) => break,
        }
    }
    days
}
