//! Rows on their way into a file: column by column, and sorted only as they are encoded.
//!
//! Texts of which few differ travel as codes of [`Names`], and are the file's dictionaries in the end, so that
//! no row repeats them.

mod encoded;

use std::ops::Range;

use model::columns::Coded;
use model::details::Details;
use model::{Holding, Ip, Sightings};

use crate::days::{hour_bit, hour_of};
use crate::names::{Names, at, index};

/// What codes in [`Rows`] stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meaning<'a> {
    pub(crate) names: &'a Names,
    pub(crate) holdings: &'a [Holding],
    /// In hexadecimal.
    pub(crate) delivery: &'a str,
}

/// One row, its texts as codes but for those that seldom repeat.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Row<'a> {
    pub(crate) seen: i64,
    pub(crate) last_seen: i64,
    pub(crate) count: u64,
    pub(crate) hours: u32,
    pub(crate) ip: Ip,
    pub(crate) port: u16,
    pub(crate) domain: &'a str,
    pub(crate) url: &'a str,
    pub(crate) threat: u32,
    pub(crate) classification: u32,
    pub(crate) transport: u32,
    pub(crate) destination_ip: Ip,
    pub(crate) destination_port: u16,
    pub(crate) destination_domain: u32,
    pub(crate) stated_asn: u32,
    pub(crate) holding: u32,
    /// 0 for a thin row.
    pub(crate) line: u64,
    pub(crate) form: u32,
    pub(crate) details: &'a str,
}

/// Rows of one day, and all of one kind: first sightings, or thin rows about re-sightings.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    seen: Vec<i64>,
    last_seen: Vec<i64>,
    count: Vec<u64>,
    hours: Vec<u32>,
    ip: Vec<Ip>,
    port: Vec<u16>,
    domain: Written,
    url: Written,
    threat: Vec<u32>,
    classification: Vec<u32>,
    transport: Vec<u32>,
    destination_ip: Vec<Ip>,
    destination_port: Vec<u16>,
    destination_domain: Vec<u32>,
    stated_asn: Vec<u32>,
    holding: Vec<u32>,
    line: Vec<u64>,
    form: Vec<u32>,
    details: Written,
    weight: usize,
}

/// Texts in one buffer, which as a `String` need not be checked again whenever one is read.
#[derive(Debug, Default)]
struct Written {
    text: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl Written {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| at(&self.ends, before));
        self.text.get(start..at(&self.ends, row)).unwrap_or_default()
    }
}

/// The extremes of a batch of rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extremes {
    pub(crate) rows: u64,
    pub(crate) seen: Option<(i64, i64)>,
    pub(crate) v4: Option<(u32, u32)>,
    pub(crate) v6: Option<(Ip, Ip)>,
    pub(crate) v4_nulls: u64,
    pub(crate) v6_nulls: u64,
    pub(crate) threat: Option<(String, String)>,
}

/// The rows of a batch that are first sightings, and what stands for their texts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'a> {
    pub(crate) sightings: &'a Sightings,
    pub(crate) codes: &'a Codes,
    /// Which rows, ascending; the columns below have one value for each.
    pub(crate) rows: &'a [u32],
    pub(crate) holdings: &'a [u32],
    pub(crate) destination_domains: &'a [u32],
    pub(crate) details: &'a Details,
}

/// What a batch's own codes mean in the intake's names.
#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) threat: Vec<u32>,
    pub(crate) classification: Vec<u32>,
    pub(crate) transport: Vec<u32>,
    /// Those of the kept rows' details.
    pub(crate) form: Vec<u32>,
}

impl Row<'_> {
    /// How many bytes its texts take while it waits: those that stand for codes take none.
    pub(crate) fn weight(&self) -> usize {
        self.domain.len() + self.url.len() + self.details.len()
    }
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// The bytes that all texts of these rows will take.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    pub(crate) fn push(&mut self, row: &Row<'_>) {
        self.weight += row.weight();
        self.seen.push(row.seen);
        self.last_seen.push(row.last_seen);
        self.count.push(row.count);
        self.hours.push(row.hours);
        self.ip.push(row.ip);
        self.port.push(row.port);
        self.domain.push(row.domain);
        self.url.push(row.url);
        self.threat.push(row.threat);
        self.classification.push(row.classification);
        self.transport.push(row.transport);
        self.destination_ip.push(row.destination_ip);
        self.destination_port.push(row.destination_port);
        self.destination_domain.push(row.destination_domain);
        self.stated_asn.push(row.stated_asn);
        self.holding.push(row.holding);
        self.line.push(row.line);
        self.form.push(row.form);
        self.details.push(row.details);
    }

    /// Empties every column and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.seen.clear();
        self.last_seen.clear();
        self.count.clear();
        self.hours.clear();
        self.ip.clear();
        self.port.clear();
        self.domain.clear();
        self.url.clear();
        self.threat.clear();
        self.classification.clear();
        self.transport.clear();
        self.destination_ip.clear();
        self.destination_port.clear();
        self.destination_domain.clear();
        self.stated_asn.clear();
        self.holding.clear();
        self.line.clear();
        self.form.clear();
        self.details.clear();
        self.weight = 0;
    }

    /// Takes first sightings, a stretch of those that are kept of a batch; all of one day.
    pub(crate) fn take(&mut self, kept: &Kept<'_>, stretch: Range<usize>) {
        let s = kept.sightings;
        let before = self.text_bytes();
        let chosen = kept.rows.get(stretch.clone()).unwrap_or_default();
        let rows = || chosen.iter().map(|&row| index(row));
        self.seen.extend(rows().map(|row| at(&s.seen, row)));
        self.last_seen.extend(rows().map(|row| at(&s.seen, row)));
        self.count.extend(chosen.iter().map(|_| 1));
        self.hours.extend(rows().map(|row| hour_bit(hour_of(at(&s.seen, row)))));
        self.ip.extend(rows().map(|row| at(&s.ip, row)));
        self.port.extend(rows().map(|row| at(&s.port, row)));
        self.destination_ip.extend(rows().map(|row| at(&s.destination_ip, row)));
        self.destination_port.extend(rows().map(|row| at(&s.destination_port, row)));
        self.stated_asn.extend(rows().map(|row| at(&s.stated_asn, row)));
        self.line.extend(rows().map(|row| at(&s.line, row)));
        let codes = |column: &Coded, ours: &[u32], row| at(ours, index(at(column.codes(), row)));
        let Codes { threat, classification, transport, form } = kept.codes;
        self.threat.extend(rows().map(|row| codes(&s.threat, threat, row)));
        self.classification.extend(rows().map(|row| codes(&s.classification, classification, row)));
        self.transport.extend(rows().map(|row| codes(&s.transport, transport, row)));
        let forms = part_of(kept.details.forms.codes(), &stretch);
        self.form.extend(forms.iter().map(|&code| at(form, index(code))));
        self.destination_domain.extend_from_slice(part_of(kept.destination_domains, &stretch));
        self.holding.extend_from_slice(part_of(kept.holdings, &stretch));
        for (place, row) in stretch.zip(rows()) {
            self.domain.push(s.domain.get(row));
            self.url.push(s.url.get(row));
            self.details.push(kept.details.texts.get(place));
        }
        self.weight += self.text_bytes() - before;
    }

    fn text_bytes(&self) -> usize {
        self.domain.text.len() + self.url.text.len() + self.details.text.len()
    }

    /// The extremes of these rows.
    pub(crate) fn extremes(&self, names: &Names) -> Extremes {
        let mut extremes = Extremes { rows: count(self.len()), ..Extremes::default() };
        extremes.seen = self.seen.iter().copied().min().zip(self.last_seen.iter().copied().max());
        for &ip in &self.ip {
            if let Some(bits) = ip.v4() {
                extremes.v4 = wider(extremes.v4, Some((bits, bits)));
                extremes.v6_nulls += 1;
            } else {
                extremes.v4_nulls += 1;
                extremes.v6_nulls += u64::from(ip.is_none());
                let v6 = Some((ip, ip)).filter(|_| !ip.is_none());
                extremes.v6 = wider(extremes.v6, v6);
            }
        }
        let mut last = None;
        for &code in self.threat.iter().filter(|&&code| last.replace(code) != Some(code)) {
            let name = names.get(code);
            let is_news = extremes
                .threat
                .as_ref()
                .is_none_or(|(a, b)| name < a.as_str() || name > b.as_str());
            if is_news {
                let name = Some((name.to_owned(), name.to_owned()));
                extremes.threat = wider(extremes.threat.take(), name);
            }
        }
        extremes
    }

    /// The rows ascending by address. Nearly all are IPv4, and sort twice as fast as the numbers they are.
    fn order(&self) -> Vec<u32> {
        let mut v4: Vec<u64> = Vec::with_capacity(self.len());
        let mut others: Vec<(Ip, u32)> = Vec::new();
        for (&ip, row) in self.ip.iter().zip(0..) {
            match ip.v4() {
                Some(bits) => v4.push(u64::from(bits) << 32 | u64::from(row)),
                None => others.push((ip, row)),
            }
        }
        v4.sort_unstable();
        others.sort_unstable();
        let before = others.partition_point(|&(ip, _)| ip < Ip::from_v4(0));
        let (below, above) = others.split_at_checked(before).unwrap_or((&others, &[]));
        let other = |&(_, row): &(Ip, u32)| row;
        let v4 = v4.iter().map(|&one| u32::try_from(one & 0xffff_ffff).unwrap_or_default());
        below.iter().map(other).chain(v4).chain(above.iter().map(other)).collect()
    }
}

fn part_of<'a>(codes: &'a [u32], stretch: &Range<usize>) -> &'a [u32] {
    codes.get(stretch.clone()).unwrap_or_default()
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

impl Extremes {
    pub(crate) fn join(&mut self, other: Self) {
        self.rows += other.rows;
        self.seen = wider(self.seen, other.seen);
        self.v4 = wider(self.v4, other.v4);
        self.v6 = wider(self.v6, other.v6);
        self.v4_nulls += other.v4_nulls;
        self.v6_nulls += other.v6_nulls;
        self.threat = wider(self.threat.take(), other.threat);
    }
}

fn wider<T: Ord>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, other) => one.or(other),
    }
}
