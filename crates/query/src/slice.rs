//! A slice: what one organisation must deal with in an incident, address by address.
//!
//! The rows of an address, over days, destinations and re-sightings, become one [`Found`]: its times and
//! count are of all of them, its particulars those of the earliest.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::RecordBatch;
use jiff::Timestamp;
use ledger::schema;
use model::columns::Coded;
use model::{Handle, Ip, ThreatName};

use crate::columns::{Addresses, Flags, Ints, Longs, Words};
use crate::condition::{Condition, Subjects};
use crate::row::unsigned;
use crate::{Days, Query, QueryError, Scan};

/// Entries are merged when this many rows have come, and again whenever they have doubled.
const FIRST_MERGE: usize = 64 * 1024;

/// Whose slice of what.
#[derive(Clone, Debug)]
pub struct SliceOf<'a> {
    pub threat: &'a ThreatName,
    /// Types within RSIT; none means all of them.
    pub classifications: Option<&'a [String]>,
    pub days: Days,
    pub organisation: &'a Handle,
    /// The most addresses; one more is [`QueryError::TooMany`]. One takes 80 bytes
    /// beside its domain, up to twice that while gathering.
    pub limit: usize,
}

/// One address of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub ip: Ip,
    /// 0 when unknown, as for the other port.
    pub port: u16,
    /// Empty when unknown, as for the other texts.
    pub classification: &'a str,
    pub province: &'a str,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// How many rows of deliveries speak of it.
    pub sightings: u64,
    /// Whom it spoke to when first seen; [`Ip::NONE`] when unknown.
    pub destination_ip: Ip,
    pub destination_port: u16,
    pub destination_domain: &'a str,
}

/// The addresses of a slice, in order.
#[derive(Debug, Default)]
pub struct Slice {
    entries: Vec<Entry>,
    texts: Coded,
}

const COLUMNS: [&str; 14] = [
    schema::IP_V4,
    schema::IP_V6,
    schema::AGAIN,
    schema::SEEN,
    schema::LAST_SEEN,
    schema::COUNT,
    schema::PORT,
    schema::CLASSIFICATION,
    schema::PROVINCE,
    schema::DESTINATION_V4,
    schema::DESTINATION_V6,
    schema::DESTINATION_PORT,
    schema::DESTINATION_DOMAIN,
    schema::THREAT,
];

impl Query {
    /// The addresses that an organisation held when they were seen with a threat.
    pub async fn slice(&self, of: &SliceOf<'_>) -> Result<Slice, QueryError> {
        let mut gathering =
            Gathering { limit: of.limit, merge_at: FIRST_MERGE, ..Default::default() };
        let scan = Scan { days: of.days.clone(), conditions: of.conditions(), columns: &COLUMNS };
        self.scan(&scan, |batch| gathering.take(batch)).await?;
        gathering.merge()?;
        let mut slice = gathering.slice;
        if of.classifications.is_some() {
            // A thin row may keep its type to itself; alone it says nothing about the types asked for.
            slice.entries.retain(|entry| entry.described_at != NEVER);
        }
        Ok(slice)
    }
}

impl SliceOf<'_> {
    fn conditions(&self) -> Vec<Arc<Condition>> {
        let word = |column, text: &str| Condition::text(column, vec![text.to_owned()]);
        let anyone = Ip::from_bits(1);
        let mut conditions = vec![
            word(schema::THREAT, self.threat.as_str()),
            word(schema::ORGANISATION, self.organisation.as_str()),
            Condition::About(Subjects::between(anyone, Ip::from_bits(u128::MAX))),
        ];
        if let Some(types) = self.classifications {
            let mut values = types.to_vec();
            values.sort_unstable();
            let column = schema::CLASSIFICATION;
            conditions.push(Condition::Text { column, values, or_absent: true });
        }
        conditions.into_iter().map(Arc::new).collect()
    }
}

impl Slice {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The addresses in the order of [`Ip`].
    pub fn iter(&self) -> impl Iterator<Item = Found<'_>> {
        self.entries.iter().filter_map(|entry| self.found(entry))
    }

    fn found(&self, entry: &Entry) -> Option<Found<'_>> {
        Some(Found {
            ip: entry.ip,
            port: entry.port,
            classification: self.text(entry.classification),
            province: self.text(entry.province),
            // Checked when the entry was made.
            first_seen: Timestamp::from_microsecond(entry.first).ok()?,
            last_seen: Timestamp::from_microsecond(entry.last).ok()?,
            sightings: entry.sightings,
            destination_ip: entry.destination_ip,
            destination_port: entry.destination_port,
            destination_domain: self.text(entry.destination_domain),
        })
    }

    fn text(&self, code: u32) -> &str {
        let code = usize::try_from(code).ok();
        code.and_then(|code| self.texts.values().get(code)).map_or("", |text| text)
    }
}

impl Slice {
    /// Lets go of texts that no entry has any more: a machine may ask for thousands of domains, and only
    /// the first is kept.
    fn forget_unused(&mut self) {
        let mut used = Coded::default();
        let old = std::mem::take(&mut self.texts);
        let mut moved = |code: &mut u32| {
            let text = usize::try_from(*code).ok().and_then(|code| old.values().get(code));
            *code = used.code_of(text.map_or("", |text| text));
        };
        for entry in &mut self.entries {
            moved(&mut entry.classification);
            moved(&mut entry.province);
            moved(&mut entry.destination_domain);
        }
        self.texts = used;
    }
}

/// The `described_at` of an entry known from thin rows only.
const NEVER: i64 = i64::MAX;

/// An address, with its texts as codes.
#[derive(Clone, Debug)]
struct Entry {
    ip: Ip,
    destination_ip: Ip,
    first: i64,
    last: i64,
    sightings: u64,
    /// The instant of the row that the particulars are from.
    described_at: i64,
    classification: u32,
    province: u32,
    destination_domain: u32,
    port: u16,
    destination_port: u16,
}

impl Entry {
    /// By address, and for one address the row whose particulars count first.
    ///
    /// The destination decides between rows of one instant, so that the answer does not depend on which
    /// file was read first.
    fn order(&self, other: &Self) -> Ordering {
        let rank = |entry: &Self| (entry.ip, entry.described_at, entry.destination_ip, entry.port);
        rank(self).cmp(&rank(other))
    }

    fn absorb(&mut self, later: &Self) {
        self.first = self.first.min(later.first);
        self.last = self.last.max(later.last);
        self.sightings = self.sightings.saturating_add(later.sightings);
    }
}

/// A slice while rows still come.
#[derive(Debug, Default)]
struct Gathering {
    slice: Slice,
    limit: usize,
    merge_at: usize,
}

impl Gathering {
    fn take(&mut self, batch: &RecordBatch) -> Result<(), QueryError> {
        let columns = Columns::of(batch)?;
        let texts = &mut self.slice.texts;
        let mut codes =
            |column: &Words<'_>| column.judge(|text| texts.code_of(text.unwrap_or_default()));
        let classifications = codes(&columns.classification);
        let provinces = codes(&columns.province);
        let domains = codes(&columns.destination_domain);
        let code = |codes: &[u32], row| codes.get(row).copied().unwrap_or_default();
        for row in 0..batch.num_rows() {
            let mut entry = columns.entry(row)?;
            entry.classification = code(&classifications, row);
            entry.province = code(&provinces, row);
            entry.destination_domain = code(&domains, row);
            self.slice.entries.push(entry);
        }
        if self.slice.entries.len() >= self.merge_at { self.merge() } else { Ok(()) }
    }

    /// Makes one entry of those of one address.
    fn merge(&mut self) -> Result<(), QueryError> {
        let entries = &mut self.slice.entries;
        entries.sort_unstable_by(Entry::order);
        entries.dedup_by(|later, kept| {
            let is_same = later.ip == kept.ip;
            if is_same {
                kept.absorb(later);
            }
            is_same
        });
        if entries.len() > self.limit {
            return Err(QueryError::TooMany { what: "addresses", limit: self.limit });
        }
        self.merge_at = (entries.len() * 2).max(FIRST_MERGE);
        if self.slice.texts.values().len() > self.merge_at {
            self.slice.forget_unused();
        }
        Ok(())
    }
}

/// The columns of a batch.
struct Columns<'a> {
    address: Addresses<'a>,
    again: Flags<'a>,
    seen: Longs,
    last_seen: Longs,
    count: Longs,
    port: Ints<'a>,
    classification: Words<'a>,
    province: Words<'a>,
    destination: Addresses<'a>,
    destination_port: Ints<'a>,
    destination_domain: Words<'a>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, QueryError> {
        Ok(Self {
            address: Addresses::of(batch, schema::IP_V4, schema::IP_V6)?,
            again: Flags::of(batch, schema::AGAIN)?,
            seen: Longs::of(batch, schema::SEEN)?,
            last_seen: Longs::of(batch, schema::LAST_SEEN)?,
            count: Longs::of(batch, schema::COUNT)?,
            port: Ints::of(batch, schema::PORT)?,
            classification: Words::of(batch, schema::CLASSIFICATION)?,
            province: Words::of(batch, schema::PROVINCE)?,
            destination: Addresses::of(batch, schema::DESTINATION_V4, schema::DESTINATION_V6)?,
            destination_port: Ints::of(batch, schema::DESTINATION_PORT)?,
            destination_domain: Words::of(batch, schema::DESTINATION_DOMAIN)?,
        })
    }

    /// A row as an entry, its texts still absent.
    fn entry(&self, row: usize) -> Result<Entry, QueryError> {
        let first = self.seen.or_zero(row);
        let last = self.last_seen.or_zero(row);
        crate::columns::instant(first)?;
        crate::columns::instant(last)?;
        Ok(Entry {
            ip: self.address.get(row)?,
            destination_ip: self.destination.get(row)?,
            first,
            last,
            sightings: unsigned(self.count.get(row)),
            described_at: if self.again.get(row) { NEVER } else { first },
            classification: 0,
            province: 0,
            destination_domain: 0,
            port: self.port.port(row),
            destination_port: self.destination_port.port(row),
        })
    }
}

#[cfg(test)]
mod tests;
