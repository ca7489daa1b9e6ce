//! Months: what is owed because a month has ended, for everybody whose role owes it.
//!
//! It takes no input: it looks at which months have ended since the desk began and creates what is
//! missing. Run twice, it does nothing the second time.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use model::obligation::{About, Month, Obligation};
use model::permit::ReadPermit;
use rules::{Closing, Owed, Pack, Seen};

use crate::assess::Regime;
use crate::oblige::{DIRECTORY_MAX, OBLIGATIONS_MAX};
use crate::{App, AppError};

/// How many months back are closed, so that a clock set wrong for a moment cannot make up centuries.
const MONTHS_MAX: usize = 24;
/// How many incidents of one month are looked through.
const INCIDENTS_MAX: u32 = 100_000;

/// What closing months created, and what it could not.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Closed {
    pub added: u64,
    /// What could not be derived, each with the reason; it is tried again the next time.
    pub undecided: Vec<String>,
}

impl App {
    /// Creates what the months that have ended make owed, under each pack that this desk applies.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_months(&self) -> Result<Closed, AppError> {
        let mut closed = Closed::default();
        let permit = ReadPermit::at_the_console();
        let Some(first) = self.store.journal_since(&permit, 0, 1).await?.into_iter().next() else {
            return Ok(closed);
        };
        for id in &self.settings.regimes {
            let pack = self.law.pack(id)?.clone();
            if !rules::has_monthly_duties(&pack) {
                continue;
            }
            for month in ended(&pack, first.at, self.clock.now()) {
                let Some(regime) = self.regime_on(id, month.last_day())? else { continue };
                match self.close(&regime, month).await {
                    Ok(added) => closed.added += added,
                    Err(AppError::Oblige(why)) => closed.undecided.push(format!("{month}: {why}")),
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(closed)
    }

    async fn close(&self, regime: &Regime, month: Month) -> Result<u64, AppError> {
        let permit = ReadPermit::at_the_console();
        let organisations = self.store.organisations(&permit, DIRECTORY_MAX, None).await?;
        let seen = self.seen_in(&regime.pack, month).await?;
        let missing = async || {
            let record = self.store.obligations_of_month(&permit, month, OBLIGATIONS_MAX).await?;
            let closing =
                Closing { month, organisations: &organisations, seen: &seen, record: &record };
            Ok::<_, AppError>(regime.jurisdiction.owed_for_month(&regime.calendar, &closing)?)
        };
        if missing().await?.is_empty() {
            return Ok(0);
        }
        // Asked again with the pen in hand: another process may have closed it meanwhile.
        let mut tx = self.store.begin().await?;
        let owed = missing().await?;
        let added = u64::try_from(owed.len()).unwrap_or(u64::MAX);
        let details = [
            ("pack", regime.pack.id().to_string()),
            ("pack_version", regime.pack.version().to_owned()),
            ("calendar", regime.calendar.id()),
            ("added", added.to_string()),
            ("owed", owed.iter().map(line).collect::<Vec<_>>().join("; ")),
        ];
        tx.record(&self.act("month.closed", month.to_string(), details)).await?;
        for one in owed {
            tx.insert_obligation(&self.monthly(month, one)).await?;
        }
        tx.commit().await?;
        Ok(added)
    }

    /// What became known in a month, as it is graded now.
    async fn seen_in(&self, pack: &Pack, month: Month) -> Result<Vec<Seen>, AppError> {
        let start = |day: Date| Some(day.to_zoned(pack.zone().clone()).ok()?.timestamp());
        let end = month.next().and_then(|next| start(next.first_day()));
        let (Some(from), Some(to)) = (start(month.first_day()), end) else { return Ok(Vec::new()) };
        let permit = ReadPermit::at_the_console();
        let opened = self.store.grades_opened(&permit, pack.id(), from..to, INCIDENTS_MAX).await?;
        // One of a kind says as much as many.
        let opened: BTreeSet<_> = opened.into_iter().collect();
        let seen = |(grade, finder)| Seen { grade, by: vec![finder, self.settings.own.clone()] };
        Ok(opened.into_iter().map(seen).collect())
    }

    fn monthly(&self, month: Month, owed: Owed) -> Obligation {
        owed.on_record(self.clock.id(self.clock.now()), About::Month(month))
    }
}

fn line(owed: &Owed) -> String {
    format!("{} {}", owed.terms.duty, owed.debtor)
}

/// The months, local to a pack, that have ended by `now` and not before the desk began.
fn ended(pack: &Pack, began: Timestamp, now: Timestamp) -> Vec<Month> {
    let month = |at: Timestamp| Month::of(at.to_zoned(pack.zone().clone()).date());
    let current = month(now);
    let all = std::iter::successors(Some(month(began)), |month| month.next());
    let all: Vec<Month> = all.take_while(|month| *month < current).collect();
    all.into_iter().rev().take(MONTHS_MAX).rev().collect()
}
