//! Seen before, seen since: joins of many subjects against the ledger in one pass.
//!
//! Whether a machine has been cleaned is known only from its silence. So verification asks, for a million
//! addresses at once, when each was last seen after the day it was said to be clean.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow_array::RecordBatch;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::schema;
use model::remediation::Subject;
use model::{Ip, ThreatName};

use crate::columns::{Addresses, Longs, Words, instant};
use crate::condition::{Condition, Subjects};
use crate::row::unsigned;
use crate::{Query, QueryError, Scan, always};

/// What the ledger knows of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// How many rows of deliveries speak of it.
    pub count: u64,
    /// As [`ThreatName`] writes them.
    pub threats: BTreeSet<String>,
}

const COLUMNS: [&str; 8] = [
    schema::IP_V4,
    schema::IP_V6,
    schema::DOMAIN,
    schema::DESTINATION_DOMAIN,
    schema::THREAT,
    schema::SEEN,
    schema::LAST_SEEN,
    schema::COUNT,
];

impl Query {
    /// For each: when this subject was last seen with this threat strictly after that instant, if at all.
    ///
    /// A domain is seen when it is the subject of a sighting or when somebody asked for it.
    pub async fn seen_since(
        &self,
        asked: &[(Subject, ThreatName, Timestamp)],
    ) -> Result<Vec<Option<Timestamp>>, QueryError> {
        let Some(earliest) = asked.iter().map(|(_, _, since)| *since).min() else {
            return Ok(Vec::new());
        };
        let join = Join::of(asked.iter().map(|(subject, _, _)| subject));
        let since: Vec<i64> = asked.iter().map(|(_, _, since)| floor(*since)).collect();
        let threats = asked.iter().map(|(_, threat, _)| threat.as_str().to_owned()).collect();
        let from = floor(earliest).saturating_add(1);
        let scan = Scan {
            days: earliest.to_zoned(TimeZone::UTC).date()..=Date::MAX,
            conditions: vec![
                Arc::new(Condition::text(schema::THREAT, threats)),
                Arc::new(Condition::During { from, to: i64::MAX }),
                Arc::new(Condition::About(join.subjects())),
            ],
            columns: &COLUMNS,
        };
        let mut last: Vec<Option<i64>> = vec![None; asked.len()];
        let visit = |batch: &RecordBatch| {
            join.each_match(batch, |number, row| {
                let (Some((_, threat, _)), Some(since), Some(last)) =
                    (asked.get(number), since.get(number), last.get_mut(number))
                else {
                    return;
                };
                if row.threat == threat.as_str() && row.last_seen > *since {
                    *last = (*last).max(Some(row.last_seen));
                }
            })
        };
        self.scan(&scan, visit).await?;
        last.into_iter().map(|micros| micros.map(instant).transpose()).collect()
    }

    /// For each subject, what the ledger knows of it; none when it was never seen.
    pub async fn have_we_seen(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Seen>>, QueryError> {
        let join = Join::of(subjects.iter());
        let scan = Scan {
            days: always(),
            conditions: vec![Arc::new(Condition::About(join.subjects()))],
            columns: &COLUMNS,
        };
        let mut known: Vec<Option<Known>> = vec![None; subjects.len()];
        let visit = |batch: &RecordBatch| {
            join.each_match(batch, |number, row| {
                if let Some(known) = known.get_mut(number) {
                    known.get_or_insert_with(|| Known::new(row)).add(row);
                }
            })
        };
        if !subjects.is_empty() {
            self.scan(&scan, visit).await?;
        }
        known.into_iter().map(|known| known.map(Known::finish).transpose()).collect()
    }
}

/// A row that matched.
#[derive(Clone, Copy)]
struct Matched<'a> {
    threat: &'a str,
    seen: i64,
    last_seen: i64,
    count: u64,
}

/// What is known so far.
#[derive(Clone, Debug)]
struct Known {
    first: i64,
    last: i64,
    count: u64,
    threats: BTreeSet<String>,
}

impl Known {
    fn new(row: Matched<'_>) -> Self {
        Self { first: row.seen, last: row.last_seen, count: 0, threats: BTreeSet::new() }
    }

    fn add(&mut self, row: Matched<'_>) {
        self.first = self.first.min(row.seen);
        self.last = self.last.max(row.last_seen);
        self.count = self.count.saturating_add(row.count);
        if !self.threats.contains(row.threat) {
            self.threats.insert(row.threat.to_owned());
        }
    }

    fn finish(self) -> Result<Seen, QueryError> {
        Ok(Seen {
            first_seen: instant(self.first)?,
            last_seen: instant(self.last)?,
            count: self.count,
            threats: self.threats,
        })
    }
}

/// Many subjects, each with the numbers under which it was asked about.
struct Join<'a> {
    /// Sorted, not hashed: rows come in the order of addresses too, so look-ups stay in the cache.
    addresses: Vec<(Ip, usize)>,
    domains: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Join<'a> {
    fn of(subjects: impl Iterator<Item = &'a Subject>) -> Self {
        let mut join = Self { addresses: Vec::new(), domains: HashMap::new() };
        for (number, subject) in subjects.enumerate() {
            match subject {
                // No address is nobody's: rows without one are about domains and URLs.
                Subject::Ip(ip) if ip.is_none() => {}
                Subject::Ip(ip) => join.addresses.push((*ip, number)),
                Subject::Domain(name) => {
                    join.domains.entry(name.as_str()).or_default().push(number);
                }
            }
        }
        join.addresses.sort_unstable();
        join
    }

    fn subjects(&self) -> Subjects {
        let addresses = self.addresses.iter().map(|(ip, _)| *ip);
        let domains = self.domains.keys().map(|name| (*name).to_owned()).collect();
        Subjects::addresses(addresses).with_domains(domains)
    }

    /// Calls `found` with the number of each question that a row of the batch answers, and the row.
    fn each_match(
        &self,
        batch: &RecordBatch,
        mut found: impl FnMut(usize, Matched<'_>),
    ) -> Result<(), QueryError> {
        let addresses = Addresses::of(batch, schema::IP_V4, schema::IP_V6)?;
        let threats = Words::of(batch, schema::THREAT)?;
        let seen = Longs::of(batch, schema::SEEN)?;
        let last_seen = Longs::of(batch, schema::LAST_SEEN)?;
        let count = Longs::of(batch, schema::COUNT)?;
        let domains = Words::of(batch, schema::DOMAIN)?;
        let destinations = Words::of(batch, schema::DESTINATION_DOMAIN)?;
        for row in 0..batch.num_rows() {
            let matched = Matched {
                threat: threats.get(row).unwrap_or_default(),
                seen: seen.or_zero(row),
                last_seen: last_seen.or_zero(row),
                count: unsigned(count.get(row)),
            };
            let ip = addresses.get(row)?;
            for number in self.about_address(ip) {
                found(number, matched);
            }
            // Beside an address, a domain is only what the feed calls it.
            let own = if ip.is_none() { domains.get(row) } else { None };
            let destination = destinations.get(row).filter(|name| own != Some(*name));
            for number in self.about_domain(own).chain(self.about_domain(destination)) {
                found(number, matched);
            }
        }
        Ok(())
    }

    fn about_address(&self, ip: Ip) -> impl Iterator<Item = usize> {
        let first = self.addresses.partition_point(|(other, _)| *other < ip);
        let rest = self.addresses.iter().skip(first);
        rest.take_while(move |(other, _)| *other == ip).map(|(_, number)| *number)
    }

    fn about_domain(&self, name: Option<&str>) -> impl Iterator<Item = usize> {
        let numbers = name.and_then(|name| self.domains.get(name));
        numbers.into_iter().flatten().copied()
    }
}

/// Microseconds, rounded down: what is after it is after the instant, for the ledger keeps whole ones.
fn floor(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond().div_euclid(1_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
