//! Tallies at rest: exact numbers of distinct addresses, over any hours and by any holder.
//!
//! A handle sees the ledger as it was when the handle was made. A question reads the files of the days
//! it asks about and holds the sets of at most two windows in memory, so its cost grows with the span
//! and not with the ledger.

mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use arrow_array::Array;
use jiff::Timestamp;
use jiff::civil::Date;
use model::tally::Count;
use model::{Asn, Handle, Holding, Province, ThreatName};
use roaring::{RoaringBitmap, RoaringTreemap};

use crate::days::{
    Day, HOUR_US, Hour, date_of, day_of_date, day_of_hour, hour_not_before, hour_of,
    hour_of_instant, start_of_hour,
};
use crate::disk::Disk;
use crate::error::LedgerError;
use crate::read::{Batch, Reading, may_hold, text};
use crate::schema::{AS_NAME, ASN, CLASSIFICATION, ORGANISATION, PROVINCE, THREAT};
use crate::tally::{AT, HOLDING_KIND, HOUR_KIND, KIND, V4, V4_COUNT, V6, V6_COUNT};

use window::Sliding;

/// Which sightings a question is about: some threats, counted as one, and of which classifications.
#[derive(Clone, Copy, Debug)]
pub struct Which<'a> {
    pub threats: &'a [ThreatName],
    /// Set by [`everything`](Self::everything): all of them, named or not.
    all: bool,
    /// `None` for any, and for rows without one.
    pub classifications: Option<&'a [String]>,
}

impl<'a> Which<'a> {
    /// Some threats, however classified.
    pub fn threats(threats: &'a [ThreatName]) -> Self {
        Self { threats, all: false, classifications: None }
    }

    /// Every threat there is, those included that no name can be given to.
    pub fn everything() -> Self {
        Self { threats: &[], all: true, classifications: None }
    }

    /// One threat, however classified.
    pub fn threat(threat: &'a ThreatName) -> Self {
        Self::threats(std::slice::from_ref(threat))
    }

    /// Only those that are classified as one of these.
    #[must_use]
    pub fn classified(self, classifications: &'a [String]) -> Self {
        Self { classifications: Some(classifications), ..self }
    }

    fn holds(&self, threat: &str, classification: &str) -> bool {
        (self.all || self.threats.iter().any(|t| t.as_str() == threat))
            && self.classifications.is_none_or(|some| some.iter().any(|c| c == classification))
    }
}

/// A window of clock hours, and how many distinct addresses were seen in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The end of its last hour.
    pub end: Timestamp,
    pub count: Count,
}

/// A view of all persisted tallies.
#[derive(Clone, Debug)]
pub struct Tallies {
    disk: Disk,
    files: Vec<(Day, String)>,
    threats: BTreeMap<ThreatName, BTreeSet<String>>,
    last_hour: Option<Hour>,
}

/// What is known of a file of tallies without its bitmaps.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    threats: BTreeMap<ThreatName, BTreeSet<String>>,
    last_hour: Option<Hour>,
}

impl Summary {
    pub(crate) async fn read(disk: &Disk, path: &str) -> Result<Self, LedgerError> {
        let mut summary = Self::default();
        let columns = [KIND, AT, THREAT, CLASSIFICATION];
        let hours = |group: &_| may_hold(group, KIND, std::iter::once(HOUR_KIND));
        let mut file = Reading::open(disk, disk.at(path), &columns, hours).await?;
        while let Some(batch) = file.next().await? {
            let (kinds, at) = (batch.texts(KIND)?, batch.instants(AT)?);
            let (threats, classes) = (batch.texts(THREAT)?, batch.texts(CLASSIFICATION)?);
            for row in (0..batch.rows()).filter(|&row| text(kinds, row) == HOUR_KIND) {
                summary.note(text(threats, row), text(classes, row), hour_of(at.value(row)));
            }
        }
        Ok(summary)
    }

    fn note(&mut self, threat: &str, classification: &str, hour: Hour) {
        self.last_hour = self.last_hour.max(Some(hour));
        // A row whose threat is not named cannot be asked for by name; the table still has it.
        let Ok(threat) = threat.parse::<ThreatName>() else {
            return;
        };
        let classifications = self.threats.entry(threat).or_default();
        if !classification.is_empty() && !classifications.contains(classification) {
            classifications.insert(classification.to_owned());
        }
    }
}

impl Tallies {
    pub(crate) fn new(disk: Disk, files: Vec<(Date, String, Arc<Summary>)>) -> Self {
        let mut tallies =
            Self { disk, files: Vec::new(), threats: BTreeMap::new(), last_hour: None };
        for (day, path, summary) in files {
            tallies.files.push((day_of_date(day), path));
            tallies.last_hour = tallies.last_hour.max(summary.last_hour);
            for (threat, classifications) in &summary.threats {
                let known = tallies.threats.entry(threat.clone()).or_default();
                known.extend(classifications.iter().cloned());
            }
        }
        tallies
    }

    /// Each threat that was seen, and under which classifications.
    pub fn threats(&self) -> Vec<(ThreatName, BTreeSet<String>)> {
        self.threats.iter().map(|(threat, classes)| (threat.clone(), classes.clone())).collect()
    }

    /// The beginning of the latest hour in which anything was seen.
    pub fn last_hour(&self) -> Option<Timestamp> {
        self.last_hour.and_then(start_of_hour)
    }

    /// The rolling window of `hours` clock hours that saw most distinct addresses, exactly.
    ///
    /// A window ends with each hour that begins within `within` and saw someone; it reaches back as far as
    /// it must, also before `within`. Of windows that saw equally many, the earliest. `None` if there is
    /// no such hour.
    pub async fn largest_window(
        &self,
        which: Which<'_>,
        hours: u32,
        within: Range<Timestamp>,
    ) -> Result<Option<Window>, LedgerError> {
        let Some(ends) = self.hours_within(&within) else {
            return Ok(None);
        };
        let reach = Hour::try_from(hours).unwrap_or(Hour::MAX).saturating_sub(1);
        let Some(first) = self.first_hour().map(|h| h.max(ends.start().saturating_sub(reach)))
        else {
            return Ok(None);
        };
        let Some(mut sliding) = Sliding::over(hours) else {
            return Ok(None);
        };
        let mut best: Option<(Hour, Count)> = None;
        for day in day_of_hour(first)..=day_of_hour(*ends.end()) {
            let mut seen = self.hours_of_day(day, which).await?;
            for hour in
                (day * 24..day * 24 + 24).filter(|hour| (first..=*ends.end()).contains(hour))
            {
                let here = seen.remove(&hour).unwrap_or_default();
                let eligible = ends.contains(&hour) && !here.is_empty();
                sliding.push(here);
                let floor = best.map_or(0, |(_, count)| count.total());
                if eligible && let Some(count) = sliding.count_above(floor) {
                    best = Some((hour, count));
                }
            }
        }
        let end = |hour: Hour| start_of_hour(hour.saturating_add(1));
        Ok(best.and_then(|(hour, count)| Some(Window { end: end(hour)?, count })))
    }

    /// How many distinct addresses were seen in the hours that begin in `[from, to)`.
    ///
    /// `from` counts from the beginning of its hour, because tallies know no shorter time.
    pub async fn distinct(
        &self,
        which: Which<'_>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Count, LedgerError> {
        let mut union = Distinct::default();
        let Some(hours) = self.hours_within(&(from..to)) else {
            return Ok(Count::default());
        };
        for day in day_of_hour(*hours.start())..=day_of_hour(*hours.end()) {
            for (hour, seen) in self.hours_of_day(day, which).await? {
                if hours.contains(&hour) {
                    union.absorb(seen);
                }
            }
        }
        Ok(union.count())
    }

    /// The threats that were busiest in the hours that begin in `[from, to)`, the busiest first, with the
    /// sum of their hours' distinct addresses: an upper bound of what [`distinct`](Self::distinct) says,
    /// for the price of reading numbers instead of sets.
    pub async fn busiest(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<(ThreatName, u64)>, LedgerError> {
        let Some(hours) = self.hours_within(&(from..to)) else { return Ok(Vec::new()) };
        let days = day_of_hour(*hours.start())..=day_of_hour(*hours.end());
        let mut sums: BTreeMap<ThreatName, u64> = BTreeMap::new();
        for (_, path) in self.files.iter().filter(|(day, _)| days.contains(day)) {
            let columns = [KIND, AT, THREAT, V4_COUNT, V6_COUNT];
            let of_hours = |group: &_| may_hold(group, KIND, std::iter::once(HOUR_KIND));
            let mut file =
                Reading::open(&self.disk, self.disk.at(path), &columns, of_hours).await?;
            while let Some(batch) = file.next().await? {
                add_up(&batch, &hours, &mut sums)?;
            }
        }
        let mut busiest: Vec<_> = sums.into_iter().collect();
        busiest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        busiest.truncate(limit);
        Ok(busiest)
    }

    /// How many distinct addresses each hour saw; hours that saw nobody are left out.
    pub async fn hourly(
        &self,
        which: Which<'_>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Timestamp, Count)>, LedgerError> {
        let mut counts = Vec::new();
        let Some(hours) = self.hours_within(&(from..to)) else {
            return Ok(counts);
        };
        for day in day_of_hour(*hours.start())..=day_of_hour(*hours.end()) {
            let seen = self.hours_of_day(day, which).await?;
            let seen =
                seen.into_iter().filter(|(hour, seen)| hours.contains(hour) && !seen.is_empty());
            counts.extend(seen.filter_map(|(h, seen)| Some((start_of_hour(h)?, seen.count()))));
        }
        Ok(counts)
    }

    /// How many distinct addresses of each organisation, province and AS were seen, the most first.
    ///
    /// Under which name an AS goes may differ between days; here it has the first of its names.
    pub async fn by_holding(
        &self,
        which: Which<'_>,
        days: RangeInclusive<Date>,
    ) -> Result<Vec<(Holding, Count)>, LedgerError> {
        let mut names: BTreeMap<Asn, String> = BTreeMap::new();
        let by = self.grouped(which, days, |mut holding| {
            if let (Some(asn), Some(name)) = (holding.asn, holding.as_name.take()) {
                let first = names.entry(asn).or_insert_with(|| name.clone());
                if name < *first {
                    *first = name;
                }
            }
            holding
        });
        let mut counts = by.await?;
        for (holding, _) in &mut counts {
            holding.as_name = holding.asn.and_then(|asn| names.get(&asn).cloned());
        }
        Ok(counts)
    }

    /// How many distinct addresses of each province were seen, the most first.
    pub async fn by_province(
        &self,
        which: Which<'_>,
        days: RangeInclusive<Date>,
    ) -> Result<Vec<(Option<Province>, Count)>, LedgerError> {
        self.grouped(which, days, |holding| holding.province).await
    }

    /// How many distinct addresses of each organisation were seen, the most first.
    pub async fn by_organisation(
        &self,
        which: Which<'_>,
        days: RangeInclusive<Date>,
    ) -> Result<Vec<(Option<Handle>, Count)>, LedgerError> {
        self.grouped(which, days, |holding| holding.organisation).await
    }

    async fn grouped<K: Ord>(
        &self,
        which: Which<'_>,
        days: RangeInclusive<Date>,
        mut key: impl FnMut(Holding) -> K,
    ) -> Result<Vec<(K, Count)>, LedgerError> {
        let mut groups: BTreeMap<K, Distinct> = BTreeMap::new();
        let columns = [KIND, THREAT, CLASSIFICATION, ORGANISATION, PROVINCE, ASN, AS_NAME, V4, V6];
        for (_, path) in self
            .files
            .iter()
            .filter(|(day, _)| date_of(*day).is_some_and(|day| days.contains(&day)))
        {
            let mut file = self.read(path, HOLDING_KIND, &columns, which).await?;
            while let Some(batch) = file.next().await? {
                for row in matching(&batch, HOLDING_KIND, which)? {
                    let group = groups.entry(key(holding(&batch, row)?)).or_default();
                    group.absorb(Distinct::read(&batch, row)?);
                }
            }
        }
        let mut counts: Vec<(K, Count)> =
            groups.into_iter().map(|(key, seen)| (key, seen.count())).collect();
        counts.sort_by(|(a, n), (b, m)| m.total().cmp(&n.total()).then_with(|| a.cmp(b)));
        Ok(counts)
    }

    /// Who was seen in each hour of a day.
    async fn hours_of_day(
        &self,
        day: Day,
        which: Which<'_>,
    ) -> Result<BTreeMap<Hour, Distinct>, LedgerError> {
        let mut hours: BTreeMap<Hour, Distinct> = BTreeMap::new();
        let columns = [KIND, AT, THREAT, CLASSIFICATION, V4, V6];
        for (_, path) in self.files.iter().filter(|(of, _)| *of == day) {
            let mut file = self.read(path, HOUR_KIND, &columns, which).await?;
            while let Some(batch) = file.next().await? {
                let at = batch.instants(AT)?;
                for row in matching(&batch, HOUR_KIND, which)? {
                    let hour = i32::try_from(at.value(row).div_euclid(HOUR_US));
                    let hour = hour.map_err(|_| batch.corrupt("an hour outside the calendar"))?;
                    hours.entry(hour).or_default().absorb(Distinct::read(&batch, row)?);
                }
            }
        }
        Ok(hours)
    }

    async fn read(
        &self,
        path: &str,
        kind: &str,
        columns: &[&str],
        which: Which<'_>,
    ) -> Result<Reading, LedgerError> {
        Reading::open(&self.disk, self.disk.at(path), columns, |group| {
            let threats = || which.threats.iter().map(ThreatName::as_str);
            may_hold(group, KIND, std::iter::once(kind))
                && (which.all || may_hold(group, THREAT, threats()))
        })
        .await
    }

    /// The hours that begin in a span, cut to those days of which there are tallies.
    fn hours_within(&self, span: &Range<Timestamp>) -> Option<RangeInclusive<Hour>> {
        let last_day = self.files.iter().map(|(day, _)| *day).max()?;
        let first = hour_of_instant(span.start).max(self.first_hour()?);
        let end = hour_not_before(span.end).min((last_day + 1) * 24);
        (first < end).then(|| first..=end - 1)
    }

    fn first_hour(&self) -> Option<Hour> {
        self.files.iter().map(|(day, _)| day * 24).min()
    }
}

/// Adds the counts of a batch's hours to their threats.
fn add_up(
    batch: &Batch,
    hours: &RangeInclusive<Hour>,
    sums: &mut BTreeMap<ThreatName, u64>,
) -> Result<(), LedgerError> {
    let (kinds, at, threats) = (batch.texts(KIND)?, batch.instants(AT)?, batch.texts(THREAT)?);
    let (v4, v6) = (batch.longs(V4_COUNT)?, batch.longs(V6_COUNT)?);
    for row in (0..batch.rows()).filter(|&row| text(kinds, row) == HOUR_KIND) {
        let is_within = hours.contains(&hour_of(at.value(row)));
        let Ok(threat) = text(threats, row).parse::<ThreatName>() else { continue };
        if is_within {
            let count = v4.value(row).saturating_add(v6.value(row));
            *sums.entry(threat).or_default() += u64::try_from(count).unwrap_or_default();
        }
    }
    Ok(())
}

/// The rows of a batch that a question is about.
fn matching(batch: &Batch, kind: &str, which: Which<'_>) -> Result<Vec<usize>, LedgerError> {
    let (kinds, threats) = (batch.texts(KIND)?, batch.texts(THREAT)?);
    let classes = batch.texts(CLASSIFICATION)?;
    let rows = 0..batch.rows();
    let matches = |&row: &usize| {
        text(kinds, row) == kind && which.holds(text(threats, row), text(classes, row))
    };
    Ok(rows.filter(matches).collect())
}

fn holding(batch: &Batch, row: usize) -> Result<Holding, LedgerError> {
    let asns = batch.longs(ASN)?;
    let asn = Some(row).filter(|&row| !asns.is_null(row)).map(|row| asns.value(row));
    let name = text(batch.texts(AS_NAME)?, row);
    Ok(Holding {
        organisation: named(batch, ORGANISATION, row)?,
        province: named(batch, PROVINCE, row)?,
        asn: asn.and_then(|asn| u32::try_from(asn).ok()).and_then(Asn::new),
        as_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
    })
}

fn named<T: std::str::FromStr>(
    batch: &Batch,
    column: &str,
    row: usize,
) -> Result<Option<T>, LedgerError> {
    let name = text(batch.texts(column)?, row);
    if name.is_empty() {
        return Ok(None);
    }
    name.parse().map(Some).map_err(|_| batch.corrupt(format!("`{name}` is no {column}")))
}

/// A set of addresses: IPv4 each, IPv6 by /64.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Distinct {
    v4: RoaringBitmap,
    v6: RoaringTreemap,
}

impl Distinct {
    fn read(batch: &Batch, row: usize) -> Result<Self, LedgerError> {
        let (v4, v6) = (batch.binary(V4)?, batch.binary(V6)?);
        let bad = |_: std::io::Error| batch.corrupt("a bitmap cannot be read");
        let mut seen = Self::default();
        if !v4.is_null(row) {
            seen.v4 = RoaringBitmap::deserialize_from(v4.value(row)).map_err(bad)?;
        }
        if !v6.is_null(row) {
            seen.v6 = RoaringTreemap::deserialize_from(v6.value(row)).map_err(bad)?;
        }
        Ok(seen)
    }

    fn absorb(&mut self, other: Self) {
        self.v4 |= other.v4;
        self.v6 |= other.v6;
    }

    fn join(&mut self, other: &Self) {
        self.v4 |= &other.v4;
        self.v6 |= &other.v6;
    }

    fn count(&self) -> Count {
        Count { v4: self.v4.len(), v6_networks: self.v6.len() }
    }

    /// How many the union with another has, without making it.
    fn count_with(&self, other: &Self) -> Count {
        Count { v4: self.v4.union_len(&other.v4), v6_networks: self.v6.union_len(&other.v6) }
    }

    fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }
}

#[cfg(test)]
mod tests;
