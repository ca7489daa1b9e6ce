//! Figures of the ledger as the desk shows them, worked out once for each version of the ledger.
//!
//! Uniting the bitmaps of a million addresses takes milliseconds; a page that is asked for every few
//! seconds need not pay them again while nothing has come in.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Tallies, Which};
use model::{Province, ThreatName};
use tokio::sync::Mutex;

use crate::{App, AppError};

/// How many threats the chart names; the others are left to the lists.
const THREATS_SHOWN: usize = 5;

/// Figures of the last 24 hours that have data.
#[derive(Clone, Debug, Default)]
pub(crate) struct Day {
    /// First instant of the last hour with data.
    pub(crate) last_hour: Option<Timestamp>,
    pub(crate) addresses: u64,
    /// The same over the 24 hours before.
    pub(crate) addresses_before: u64,
    /// The largest threats, and the distinct addresses of each hour, oldest first.
    pub(crate) threats: Vec<(String, [u64; 24])>,
    pub(crate) provinces: BTreeMap<Option<Province>, u64>,
}

/// The last figures worked out, and the version of the ledger that they hold for.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    known: Mutex<Option<(u64, Arc<Day>)>>,
}

impl App {
    pub(crate) async fn day_figures(&self) -> Result<Arc<Day>, AppError> {
        // Held while working: whoever asks meanwhile waits for the one answer.
        let mut known = self.figures.known.lock().await;
        let version = self.ledger.version().await?;
        if let Some((at, day)) = known.as_ref().filter(|(at, _)| *at == version) {
            tracing::trace!(version = at, "Figures are at hand");
            return Ok(day.clone());
        }
        let day = Arc::new(work_out(&self.ledger.tallies().await?).await?);
        *known = Some((version, day.clone()));
        Ok(day)
    }
}

async fn work_out(tallies: &Tallies) -> Result<Day, AppError> {
    let Some(last_hour) = tallies.last_hour() else { return Ok(Day::default()) };
    let hours = |count| SignedDuration::from_hours(count);
    let end = last_hour.checked_add(hours(1)).unwrap_or(last_hour);
    let start = end.checked_sub(hours(24)).unwrap_or(last_hour);
    let before = start.checked_sub(hours(24)).unwrap_or(start);
    let all = Which::everything();
    let mut threats = Vec::new();
    // Whoever names threats by the million must not make the desk unite a million sets.
    for (name, _) in tallies.busiest(start, end, THREATS_SHOWN).await? {
        let size = tallies.distinct(Which::threat(&name), start, end).await?.total();
        threats.push((size, name.to_string(), hourly(tallies, &name, start, end).await?));
    }
    threats.sort_by_key(|(size, ..)| std::cmp::Reverse(*size));
    let threats = threats.into_iter().map(|(_, name, series)| (name, series)).collect();
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let mut provinces: BTreeMap<_, u64> = BTreeMap::new();
    for (holding, count) in tallies.by_holding(all, day(start)..=day(last_hour)).await? {
        *provinces.entry(holding.province).or_default() += count.total();
    }
    Ok(Day {
        last_hour: Some(last_hour),
        addresses: tallies.distinct(all, start, end).await?.total(),
        addresses_before: tallies.distinct(all, before, start).await?.total(),
        threats,
        provinces,
    })
}

async fn hourly(
    tallies: &Tallies,
    name: &ThreatName,
    start: Timestamp,
    end: Timestamp,
) -> Result<[u64; 24], AppError> {
    let which = Which::threat(name);
    let mut series = [0; 24];
    for (hour, count) in tallies.hourly(which, start, end).await? {
        let place = usize::try_from(hour.duration_since(start).as_secs() / 3600);
        if let Some(cell) = place.ok().and_then(|place| series.get_mut(place)) {
            *cell = count.total();
        }
    }
    Ok(series)
}
