//! Rows on their way into a file: column by column, sorted at last, then Arrow.
//!
//! Texts of which few differ travel as codes of [`Names`], and to the writer as Arrow dictionaries, so that
//! no row repeats them; the file's schema knows plain texts only, which Parquet's own dictionaries keep small.

use std::sync::Arc;

use arrow_array::builder::ArrayBuilder as _;
use arrow_array::builder::StringBuilder;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType, UInt32Type};
use arrow_array::{ArrayRef, BooleanArray, DictionaryArray, PrimitiveArray, RecordBatch};
use arrow_schema::Schema;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use model::{Holding, Ip};
use parquet::errors::ParquetError;

use crate::names::{Names, at, index};
use crate::schema;

/// Rows of one batch. Few enough that a column is still in the cache when it is encoded, and that the allocator
/// has its memory at hand for the next batch; a column of a whole row group takes megabytes anew each time.
const BATCH: usize = 8 << 10;

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
        self.details.clear();
        self.weight = 0;
    }

    pub(crate) fn extremes(&self, names: &Names) -> Extremes {
        let mut threats = self.threat.clone();
        threats.sort_unstable();
        threats.dedup();
        let threats = || threats.iter().map(|&code| names.get(code));
        let v6 = || self.ip.iter().copied().filter(|ip| !ip.is_none() && !ip.is_v4());
        let v4 = || self.ip.iter().filter_map(|ip| ip.v4());
        let count = |n: usize| u64::try_from(n).unwrap_or_default();
        Extremes {
            rows: count(self.len()),
            seen: self.seen.iter().copied().min().zip(self.last_seen.iter().copied().max()),
            v4: v4().min().zip(v4().max()),
            v6: v6().min().zip(v6().max()),
            v4_nulls: count(self.len() - v4().count()),
            v6_nulls: count(self.len() - v6().count()),
            threat: threats()
                .min()
                .zip(threats().max())
                .map(|(least, greatest)| (least.to_owned(), greatest.to_owned())),
        }
    }

    /// The rows in batches, ascending by address over all of them.
    ///
    /// Columns and their order are the table's, but a text may stand as a dictionary.
    pub(crate) fn batches(
        &self,
        again: bool,
        meaning: &Meaning<'_>,
    ) -> impl Iterator<Item = Result<RecordBatch, ParquetError>> {
        let order = self.order();
        let batches = order.len().div_ceil(BATCH);
        (0..batches).map(move |batch| {
            let rest = order.get(batch * BATCH..).unwrap_or_default();
            let order = rest.get(..BATCH).unwrap_or(rest);
            let columns = self.columns(again, meaning, order);
            let schema = schema::sightings_schema();
            let fields = schema.fields().iter().zip(&columns).map(|(field, column)| {
                field.as_ref().clone().with_data_type(column.data_type().clone())
            });
            let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
            RecordBatch::try_new(schema, columns).map_err(ParquetError::from)
        })
    }

    /// The rows ascending by address. Nearly all are IPv4, and sort twice as fast as the numbers they are.
    fn order(&self) -> Vec<usize> {
        let mut v4: Vec<u64> = Vec::with_capacity(self.len());
        let mut others: Vec<(Ip, usize)> = Vec::new();
        for (row, ip) in self.ip.iter().enumerate() {
            match (ip.v4(), u32::try_from(row)) {
                (Some(bits), Ok(row)) => v4.push(u64::from(bits) << 32 | u64::from(row)),
                _ => others.push((*ip, row)),
            }
        }
        v4.sort_unstable();
        others.sort_unstable();
        let before = others.partition_point(|&(ip, _)| ip < Ip::from_v4(0));
        let (below, above) = others.split_at_checked(before).unwrap_or((&others, &[]));
        let other = |&(_, row): &(Ip, usize)| row;
        let v4 = v4.iter().map(|&one| index(u32::try_from(one & 0xffff_ffff).unwrap_or_default()));
        below.iter().map(other).chain(v4).chain(above.iter().map(other)).collect()
    }

    /// The columns in the order of the schema.
    fn columns(&self, again: bool, meaning: &Meaning<'_>, order: &[usize]) -> Vec<ArrayRef> {
        let rows = Sorted { order, meaning, rows: self };
        let v4 = |ip: Ip| ip.v4().map(i64::from);
        vec![
            rows.instants(&self.seen),
            rows.instants(&self.last_seen),
            rows.longs(|row| i64::try_from(at(&self.count, row)).ok()),
            rows.integers(|row| i32::try_from(at(&self.hours, row)).ok()),
            Arc::new(BooleanArray::from(vec![again; order.len()])),
            rows.longs(|row| v4(at(&self.ip, row))),
            rows.v6(&self.ip),
            rows.integers(|row| port(at(&self.port, row))),
            rows.texts(&self.domain),
            rows.texts(&self.url),
            rows.names(&self.threat, false),
            rows.names(&self.classification, true),
            rows.names(&self.transport, true),
            rows.longs(|row| v4(at(&self.destination_ip, row))),
            rows.v6(&self.destination_ip),
            rows.integers(|row| port(at(&self.destination_port, row))),
            rows.names(&self.destination_domain, true),
            rows.longs(|row| Some(i64::from(at(&self.stated_asn, row))).filter(|&n| n > 0)),
            rows.held(|holding| holding.organisation.as_ref().map_or("", |o| o.as_str())),
            rows.held(|holding| holding.province.as_ref().map_or("", |p| p.as_str())),
            rows.longs(|row| rows.holding(row)?.asn.map(|asn| i64::from(asn.number()))),
            rows.held(|holding| holding.as_name.as_deref().unwrap_or_default()),
            rows.coded(|_| 0, |_| Some(meaning.delivery)),
            rows.longs(|row| i64::try_from(at(&self.line, row)).ok().filter(|&line| line > 0)),
            rows.texts(&self.details),
        ]
    }
}

fn port(port: u16) -> Option<i32> {
    Some(i32::from(port)).filter(|&port| port > 0)
}

/// Rows in the order in which they will stand.
struct Sorted<'a> {
    order: &'a [usize],
    meaning: &'a Meaning<'a>,
    rows: &'a Rows,
}

impl<'a> Sorted<'a> {
    fn holding(&self, row: usize) -> Option<&'a Holding> {
        self.meaning.holdings.get(index(at(&self.rows.holding, row)))
    }

    fn instants(&self, values: &[i64]) -> ArrayRef {
        let sorted = self.order.iter().map(|&row| at(values, row));
        let column = PrimitiveArray::<TimestampMicrosecondType>::from_iter_values(sorted);
        Arc::new(column.with_timezone("UTC"))
    }

    fn longs(&self, value: impl Fn(usize) -> Option<i64>) -> ArrayRef {
        let sorted = self.order.iter().map(|&row| value(row));
        Arc::new(sorted.collect::<PrimitiveArray<Int64Type>>())
    }

    fn integers(&self, value: impl Fn(usize) -> Option<i32>) -> ArrayRef {
        let sorted = self.order.iter().map(|&row| value(row));
        Arc::new(sorted.collect::<PrimitiveArray<Int32Type>>())
    }

    /// Texts, the empty one as null.
    fn texts(&self, texts: &Written) -> ArrayRef {
        let bytes = self.order.iter().map(|&row| texts.get(row).len()).sum();
        let mut column = StringBuilder::with_capacity(self.order.len(), bytes);
        for &row in self.order {
            column.append_option(Some(texts.get(row)).filter(|text| !text.is_empty()));
        }
        Arc::new(column.finish())
    }

    /// Texts by code, the empty one as null where null is allowed.
    fn names(&self, codes: &[u32], nullable: bool) -> ArrayRef {
        let name = |code| Some(self.meaning.names.get(code));
        self.coded(
            |row| at(codes, row),
            |code| name(code).filter(|text| !nullable || !text.is_empty()),
        )
    }

    /// What is said of the holding, the empty text as null.
    fn held<'t>(&'t self, what: impl Fn(&'t Holding) -> &'t str) -> ArrayRef {
        let holding = |code| self.meaning.holdings.get(index(code));
        self.coded(
            |row| at(&self.rows.holding, row),
            |code| holding(code).map(&what).filter(|text| !text.is_empty()),
        )
    }

    /// Texts by code as a dictionary, in which each code of this batch stands once.
    fn coded<'t>(
        &self,
        code: impl Fn(usize) -> u32,
        text: impl Fn(u32) -> Option<&'t str>,
    ) -> ArrayRef {
        let mut values = StringBuilder::new();
        let codes: Vec<u32> = self.order.iter().map(|&row| code(row)).collect();
        let mut keys = Keys::up_to(codes.iter().copied().max().unwrap_or_default());
        let column: PrimitiveArray<UInt32Type> = codes
            .into_iter()
            .map(|code| {
                keys.get(code, || {
                    let key = u32::try_from(values.len()).ok();
                    text(code).map(|text| values.append_value(text)).and(key)
                })
            })
            .collect();
        Arc::new(DictionaryArray::new(column, Arc::new(values.finish())))
    }

    fn v6(&self, addresses: &[Ip]) -> ArrayRef {
        let mut column = StringBuilder::with_capacity(self.order.len(), 0);
        let mut text = String::new();
        for &row in self.order {
            let ip = at(addresses, row);
            if ip.is_none() || ip.is_v4() {
                column.append_null();
                continue;
            }
            text.clear();
            schema::write_v6(ip, &mut text);
            column.append_value(&text);
        }
        Arc::new(column.finish())
    }
}

/// The key of each code in a batch's dictionary; none for a code that stands for no text.
enum Keys {
    /// By code, where codes are small. The outer none is a code not met yet.
    Few(Vec<Option<Option<u32>>>),
    Many(HashMap<u32, Option<u32>, RandomState>),
}

impl Keys {
    fn up_to(code: u32) -> Self {
        if index(code) < BATCH {
            Self::Few(vec![None; index(code) + 1])
        } else {
            Self::Many(HashMap::default())
        }
    }

    fn get(&mut self, code: u32, make: impl FnOnce() -> Option<u32>) -> Option<u32> {
        match self {
            Self::Few(keys) => {
                keys.get_mut(index(code)).and_then(|key| *key.get_or_insert_with(make))
            }
            Self::Many(keys) => *keys.entry(code).or_insert_with(make),
        }
    }
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
