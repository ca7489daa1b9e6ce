//! Search: the sightings that match, the newest day first, page by page.
//!
//! A day is read twice. The first reading looks only at keys and keeps the few that come next; as soon as
//! a page is full, its greatest key bounds the addresses that later row groups are asked for. The second
//! fetches the rows of those keys whole, thin ones included. So a page costs the same however large the
//! day is, and the times and counts shown are of all rows of a key even where only one of them matched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::schema;
use model::{Asn, Fqdn, Handle, Ip, Prefix, Province, ThreatName};

use crate::condition::{Condition, Subjects};
use crate::key::{Cursor, KEY, Key, Keys};
use crate::row::{BESIDE_KEY, Rows, SightingRow};
use crate::{Days, Query, QueryError, Scan};

/// The most rows on a page.
pub const MOST_ROWS: usize = 1_000;

/// What to search for; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub ip: Option<Ip>,
    pub prefix: Option<Prefix>,
    /// The subject's own domain, or the malicious domain that it asked for; not domains below it.
    pub domain: Option<Fqdn>,
    pub threat: Option<ThreatName>,
    /// Who held the address when it was seen.
    pub organisation: Option<Handle>,
    pub province: Option<Province>,
    pub asn: Option<Asn>,
    /// Not seen only before this instant.
    pub from: Option<Timestamp>,
    /// Seen before this instant.
    pub to: Option<Timestamp>,
    /// Rows on a page; 1 to [`MOST_ROWS`].
    pub limit: usize,
    /// Where the page before ended: its [`Page::next`].
    pub after: Option<String>,
}

/// A page of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Where to go on; none when there is no more.
    pub next: Option<String>,
}

impl Query {
    /// The sightings that match: the newest day first, then by subject, threat and destination.
    pub async fn search(&self, search: &Search) -> Result<Page<SightingRow>, QueryError> {
        let limit = search.limit.clamp(1, MOST_ROWS);
        let after: Option<Cursor> = search.after.as_deref().map(str::parse).transpose()?;
        let conditions = search.conditions();
        let days = search.days();
        let mut rows = Vec::new();
        for day in self.days().into_iter().filter(|day| days.contains(day)) {
            let from = match &after {
                Some(cursor) if day > cursor.day => continue,
                Some(cursor) if day == cursor.day => Some(&cursor.key),
                Some(_) | None => None,
            };
            // One more than fits tells whether there is a next page.
            let mut next = Next::new(from, limit - rows.len() + 1);
            self.find_keys(day, &conditions, &mut next).await?;
            let has_more = next.is_full();
            rows.extend(self.rows_of(day, next.keys(limit - rows.len())).await?);
            if has_more {
                return Ok(Page { next: rows.last().map(SightingRow::cursor), rows });
            }
        }
        Ok(Page { rows, next: None })
    }

    /// Gathers the keys of a day that come next and have a row that matches.
    async fn find_keys(
        &self,
        day: Date,
        conditions: &[Arc<Condition>],
        next: &mut Next<'_>,
    ) -> Result<(), QueryError> {
        for entry in self.files_for(&(day..=day), conditions) {
            let file = self.open(entry).await?;
            for group in 0..file.groups() {
                let window = Arc::new(Condition::About(next.window()));
                let conditions = std::iter::once(window).chain(conditions.iter().cloned());
                let scan =
                    Scan { days: day..=day, conditions: conditions.collect(), columns: &KEY };
                self.read(&file, group, &scan, &mut |batch: &RecordBatch| next.take(batch)).await?;
            }
        }
        Ok(())
    }

    /// The rows of these keys of a day, merged, in order.
    async fn rows_of(&self, day: Date, keys: Vec<Key>) -> Result<Vec<SightingRow>, QueryError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let subjects = Subjects::addresses(keys.iter().map(|key| key.ip));
        let threats = keys.iter().map(|key| key.threat.clone()).collect();
        let columns: Vec<&'static str> = KEY.into_iter().chain(BESIDE_KEY).collect();
        let scan = Scan {
            days: day..=day,
            conditions: vec![
                Arc::new(Condition::About(subjects)),
                Arc::new(Condition::text(schema::THREAT, threats)),
            ],
            columns: &columns,
        };
        let mut found: BTreeMap<Key, Option<SightingRow>> =
            keys.into_iter().map(|key| (key, None)).collect();
        self.scan(&scan, |batch| merge_into(&mut found, batch, day)).await?;
        Ok(found.into_values().flatten().collect())
    }
}

fn merge_into(
    found: &mut BTreeMap<Key, Option<SightingRow>>,
    batch: &RecordBatch,
    day: Date,
) -> Result<(), QueryError> {
    let (keys, rows) = (Keys::of(batch)?, Rows::of(batch)?);
    for row in 0..batch.num_rows() {
        let key = keys.get(row)?;
        let Some(place) = found.get_mut(&key) else {
            continue;
        };
        let more = rows.get(row, day, &key)?;
        match place {
            Some(so_far) => so_far.merge(more),
            None => *place = Some(more),
        }
    }
    Ok(())
}

impl Search {
    fn conditions(&self) -> Vec<Arc<Condition>> {
        let named = |name: &Fqdn| vec![name.as_str().to_owned()];
        let word = |column, text: &str| Condition::text(column, vec![text.to_owned()]);
        let (from, to) = self.range();
        let conditions = [
            self.ip.map(|ip| Condition::About(Subjects::addresses(std::iter::once(ip)))),
            self.prefix.map(|prefix| Condition::About(Subjects::within(prefix))),
            self.domain
                .as_ref()
                .map(|name| Condition::About(Subjects::default().with_domains(named(name)))),
            self.threat.as_ref().map(|name| word(schema::THREAT, name.as_str())),
            self.organisation.as_ref().map(|name| word(schema::ORGANISATION, name.as_str())),
            self.province.as_ref().map(|code| word(schema::PROVINCE, code.as_str())),
            self.asn.map(|asn| Condition::Asn(i64::from(asn.number()))),
            (self.from.is_some() || self.to.is_some()).then_some(Condition::During { from, to }),
        ];
        conditions.into_iter().flatten().map(Arc::new).collect()
    }

    /// From the first instant to the last, both included, in microseconds: the ledger keeps no more.
    fn range(&self) -> (i64, i64) {
        let from = self.from.map_or(i64::MIN, |from| ceiling(from.as_nanosecond()));
        let to = self.to.map_or(i64::MAX, |to| ceiling(to.as_nanosecond()).saturating_sub(1));
        (from, to)
    }

    fn days(&self) -> Days {
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        self.from.map_or(Date::MIN, day)..=self.to.map_or(Date::MAX, day)
    }
}

/// Microseconds, rounded up.
fn ceiling(nanoseconds: i128) -> i64 {
    i64::try_from(-(-nanoseconds).div_euclid(1_000)).unwrap_or(i64::MAX)
}

impl SightingRow {
    fn cursor(&self) -> String {
        let name = match (self.ip, &self.url, &self.domain) {
            (None, Some(name), _) | (None, None, Some(name)) => name.clone(),
            (Some(_), _, _) | (None, None, None) => String::new(),
        };
        let key = Key {
            ip: self.ip.unwrap_or_default(),
            name,
            threat: self.threat.clone(),
            destination_ip: self.destination_ip.unwrap_or_default(),
            destination_port: self.destination_port,
            destination_domain: self.destination_domain.clone().unwrap_or_default(),
        };
        Cursor { day: self.day, key }.to_string()
    }
}

/// The least keys after a given one, so many at most.
struct Next<'a> {
    after: Option<&'a Key>,
    most: usize,
    keys: BTreeSet<Key>,
}

impl<'a> Next<'a> {
    fn new(after: Option<&'a Key>, most: usize) -> Self {
        Self { after, most, keys: BTreeSet::new() }
    }

    fn is_full(&self) -> bool {
        self.keys.len() >= self.most
    }

    /// The addresses between which a key can still lie.
    fn window(&self) -> Subjects {
        Subjects::between(self.lowest(), self.highest())
    }

    fn lowest(&self) -> Ip {
        self.after.map_or(Ip::NONE, |key| key.ip)
    }

    fn highest(&self) -> Ip {
        let last = if self.is_full() { self.keys.last() } else { None };
        last.map_or(Ip::from_bits(u128::MAX), |key| key.ip)
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<(), QueryError> {
        let keys = Keys::of(batch)?;
        for row in 0..batch.num_rows() {
            if keys.ip(row)? <= self.highest() {
                self.offer(keys.get(row)?);
            }
        }
        Ok(())
    }

    fn offer(&mut self, key: Key) {
        if self.after.is_some_and(|after| key <= *after) {
            return;
        }
        self.keys.insert(key);
        if self.keys.len() > self.most {
            self.keys.pop_last();
        }
    }

    /// The first keys, at most so many.
    fn keys(self, most: usize) -> Vec<Key> {
        self.keys.into_iter().take(most).collect()
    }
}

#[cfg(test)]
mod tests;
