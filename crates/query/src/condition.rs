//! Conditions on rows, and where rows that meet them cannot be.
//!
//! A condition is asked four times, each time of less data: of a file by the log's statistics, of a row
//! group by its own, of pages by the page index, and of rows. The first three may say *perhaps* too often,
//! never *no* too often.

use std::ops::Range;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::ArrowError;
use ledger::schema::{self, Bounds, FileEntry};
use model::{Ip, Prefix};
use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::statistics::Statistics;

use crate::columns::{Addresses, Longs, Words};

/// Above so many addresses, asking bloom filters costs more than reading what they would spare.
const MOST_POINTS: usize = 64;

/// What a row must be.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    About(Subjects),
    /// The text of a column is one of these, in order; or, for thin rows, absent if `or_absent`.
    Text {
        column: &'static str,
        values: Vec<String>,
        or_absent: bool,
    },
    /// Announced by this AS.
    Asn(i64),
    /// Seen at some instant from `from` to `to`, both included, in microseconds.
    During {
        from: i64,
        to: i64,
    },
}

/// Whom a row is about.
///
/// A row about no address (but a domain or URL) meets it only through `domains` or `nameless`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subjects {
    pub(crate) v4: Ranges<i64>,
    pub(crate) v6: Ranges<String>,
    /// Rows without an address too.
    pub(crate) nameless: bool,
    /// Rows whose own domain or whose destination's domain is one of these, in order.
    pub(crate) domains: Vec<String>,
}

/// Ranges of values, both ends included, ascending and apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ranges<T>(Vec<(T, T)>);

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord + Clone> Ranges<T> {
    /// One range for each value.
    fn of_values(mut values: Vec<T>) -> Self {
        values.sort_unstable();
        values.dedup();
        Self(values.into_iter().map(|value| (value.clone(), value)).collect())
    }

    fn hold<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: std::borrow::Borrow<Q>,
    {
        let next = self.0.partition_point(|(_, last)| last.borrow() < value);
        self.0.get(next).is_some_and(|(first, _)| first.borrow() <= value)
    }

    /// Whether some value of a range may lie within the bounds.
    fn may_meet(&self, bounds: &Bounds<T>) -> bool {
        match bounds {
            Bounds::Unknown => !self.0.is_empty(),
            Bounds::Nothing => false,
            Bounds::Within(least, greatest) => {
                let next = self.0.partition_point(|(_, last)| last < least);
                self.0.get(next).is_some_and(|(first, _)| first <= greatest)
            }
        }
    }
}

impl Subjects {
    /// Exactly these addresses; [`Ip::NONE`] stands for rows without one.
    pub(crate) fn addresses(addresses: impl Iterator<Item = Ip>) -> Self {
        let (mut v4, mut v6, mut nameless) = (Vec::new(), Vec::new(), false);
        for address in addresses {
            match address.v4() {
                Some(bits) => v4.push(i64::from(bits)),
                None if address.is_none() => nameless = true,
                None => v6.push(v6_text(address)),
            }
        }
        let (v4, v6) = (Ranges::of_values(v4), Ranges::of_values(v6));
        Self { v4, v6, nameless, domains: Vec::new() }
    }

    /// Every address of a block.
    pub(crate) fn within(prefix: Prefix) -> Self {
        Self { nameless: false, ..Self::between(prefix.first(), prefix.last()) }
    }

    /// Every address from `low` to `high` in the order of [`Ip`], which begins with none.
    pub(crate) fn between(low: Ip, high: Ip) -> Self {
        let mut subjects = Self { nameless: low.is_none(), ..Self::default() };
        let (least_v4, most_v4) = (Ip::from_v4(0), Ip::from_v4(u32::MAX));
        let (from, to) = (low.max(least_v4), high.min(most_v4));
        if let (true, Some(from), Some(to)) = (from <= to, from.v4(), to.v4()) {
            subjects.v4 = Ranges(vec![(i64::from(from), i64::from(to))]);
        }
        let only_v4 = low.is_v4() && high.is_v4();
        if low <= high && !only_v4 {
            subjects.v6 = Ranges(vec![(v6_text(low), v6_text(high))]);
        }
        subjects
    }

    pub(crate) fn with_domains(mut self, mut domains: Vec<String>) -> Self {
        domains.sort_unstable();
        domains.dedup();
        self.domains = domains;
        self
    }

    fn met_by(&self, batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let addresses = Addresses::of(batch, schema::IP_V4, schema::IP_V6)?;
        let by_name = if self.domains.is_empty() { Vec::new() } else { self.named(batch)? };
        Ok(each_row(batch, |row| {
            let by_address = match (addresses.v4.get(row), addresses.v6.get(row)) {
                (Some(v4), _) => self.v4.hold(&v4),
                (None, Some(v6)) => self.v6.hold(v6),
                (None, None) => self.nameless,
            };
            by_address || by_name.get(row).copied().unwrap_or_default()
        }))
    }

    fn named(&self, batch: &RecordBatch) -> Result<Vec<bool>, ArrowError> {
        let ours = |name: Option<&str>| name.is_some_and(|name| holds(&self.domains, name));
        let own = Words::of(batch, schema::DOMAIN)?.judge(ours);
        let destination = Words::of(batch, schema::DESTINATION_DOMAIN)?.judge(ours);
        Ok(own.into_iter().zip(destination).map(|(own, destination)| own || destination).collect())
    }
}

/// Single addresses, for bloom filters.
pub(crate) struct Points<'a> {
    pub(crate) v4: Vec<&'a i64>,
    pub(crate) v6: Vec<&'a String>,
}

impl Condition {
    pub(crate) fn text(column: &'static str, mut values: Vec<String>) -> Self {
        values.sort_unstable();
        values.dedup();
        Self::Text { column, values, or_absent: false }
    }

    /// The columns it looks at.
    pub(crate) fn columns(&self) -> Vec<&'static str> {
        match self {
            Self::About(subjects) if subjects.domains.is_empty() => {
                vec![schema::IP_V4, schema::IP_V6]
            }
            Self::About(_) => {
                vec![schema::IP_V4, schema::IP_V6, schema::DOMAIN, schema::DESTINATION_DOMAIN]
            }
            Self::Text { column, .. } => vec![column],
            Self::Asn(_) => vec![schema::ASN],
            Self::During { .. } => vec![schema::SEEN, schema::LAST_SEEN],
        }
    }

    pub(crate) fn may_be_in_file(&self, file: &FileEntry) -> bool {
        match self {
            Self::About(subjects) => {
                subjects.nameless
                    || !subjects.domains.is_empty()
                    || subjects.v4.may_meet(&file.ip_v4)
                    || subjects.v6.may_meet(&file.ip_v6)
            }
            Self::Text { column, values, or_absent } => {
                *column != schema::THREAT
                    || *or_absent
                    || values.iter().any(|value| file.threat.may_hold(value, value))
            }
            Self::Asn(_) => true,
            Self::During { from, to } => file.seen.may_hold(from, to),
        }
    }

    pub(crate) fn may_be_in_group(&self, group: &Group<'_>) -> bool {
        match self {
            Self::About(subjects) => {
                let named = |column| {
                    let bounds = group.texts(column);
                    subjects.domains.iter().any(|name| bounds.may_hold(name, name))
                };
                (subjects.nameless && group.may_have_nameless())
                    || subjects.v4.may_meet(&group.longs(schema::IP_V4))
                    || subjects.v6.may_meet(&group.texts(schema::IP_V6))
                    || named(schema::DOMAIN)
                    || named(schema::DESTINATION_DOMAIN)
            }
            Self::Text { column, values, or_absent } => {
                let bounds = group.texts(column);
                *or_absent || values.iter().any(|value| bounds.may_hold(value, value))
            }
            Self::Asn(asn) => group.longs(schema::ASN).may_hold(asn, asn),
            Self::During { from, to } => {
                group.longs(schema::SEEN).may_hold(&i64::MIN, to)
                    && group.longs(schema::LAST_SEEN).may_hold(from, &i64::MAX)
            }
        }
    }

    /// The rows of the pages that may matter; `None` when pages tell nothing.
    pub(crate) fn pages(&self, group: &Group<'_>) -> Option<RowSelection> {
        let Self::About(subjects) = self else {
            return None;
        };
        if !subjects.domains.is_empty() {
            return None;
        }
        let nameless = subjects.nameless && group.may_have_nameless();
        let mut rows = group.pages(schema::IP_V4, |pages, page| {
            let may_be_nameless = nameless && null_count(pages, page) != Some(0);
            may_be_nameless || subjects.v4.may_meet(&long_page(pages, page))
        })?;
        rows.extend(
            group.pages(schema::IP_V6, |pages, page| {
                subjects.v6.may_meet(&text_page(pages, page))
            })?,
        );
        let apart = joined(rows);
        Some(RowSelection::from_consecutive_ranges(apart.into_iter(), group.rows))
    }

    /// The addresses it names one by one, if those are all and few.
    pub(crate) fn points(&self) -> Option<Points<'_>> {
        let Self::About(subjects) = self else {
            return None;
        };
        let few = subjects.v4.0.len() + subjects.v6.0.len() <= MOST_POINTS;
        if subjects.nameless || !subjects.domains.is_empty() || !few {
            return None;
        }
        let single = subjects.v4.0.iter().all(|(first, last)| first == last)
            && subjects.v6.0.iter().all(|(first, last)| first == last);
        single.then(|| Points {
            v4: subjects.v4.0.iter().map(|(value, _)| value).collect(),
            v6: subjects.v6.0.iter().map(|(value, _)| value).collect(),
        })
    }

    /// Which rows meet it.
    pub(crate) fn met_by(&self, batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        match self {
            Self::About(subjects) => subjects.met_by(batch),
            Self::Text { column, values, or_absent } => {
                let ours = |text: Option<&str>| text.map_or(*or_absent, |text| holds(values, text));
                Ok(BooleanArray::from(Words::of(batch, column)?.judge(ours)))
            }
            Self::Asn(asn) => {
                let column = Longs::of(batch, schema::ASN)?;
                Ok(each_row(batch, |row| column.get(row) == Some(*asn)))
            }
            Self::During { from, to } => {
                let first = Longs::of(batch, schema::SEEN)?;
                let last = Longs::of(batch, schema::LAST_SEEN)?;
                Ok(each_row(batch, |row| first.or_zero(row) <= *to && *from <= last.or_zero(row)))
            }
        }
    }
}

fn each_row(batch: &RecordBatch, is_met: impl FnMut(usize) -> bool) -> BooleanArray {
    BooleanArray::new(BooleanBuffer::collect_bool(batch.num_rows(), is_met), None)
}

fn holds(sorted: &[String], text: &str) -> bool {
    sorted.binary_search_by(|value| value.as_str().cmp(text)).is_ok()
}

fn v6_text(address: Ip) -> String {
    let mut text = String::with_capacity(39);
    schema::write_v6(address, &mut text);
    text
}

/// A row group's statistics.
pub(crate) struct Group<'a> {
    about: &'a RowGroupMetaData,
    whole: &'a ParquetMetaData,
    number: usize,
    rows: usize,
}

impl<'a> Group<'a> {
    pub(crate) fn of(whole: &'a ParquetMetaData, number: usize) -> Option<Self> {
        let about = whole.row_groups().get(number)?;
        let rows = usize::try_from(about.num_rows()).ok()?;
        Some(Self { about, whole, number, rows })
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.about.columns().iter().position(|c| c.column_path().string() == column)
    }

    fn statistics(&self, column: &str) -> Option<&'a Statistics> {
        self.about.columns().get(self.position(column)?)?.statistics()
    }

    fn longs(&self, column: &str) -> Bounds<i64> {
        let Some(statistics) = self.statistics(column) else {
            return Bounds::Unknown;
        };
        let Statistics::Int64(values) = statistics else {
            return Bounds::Unknown;
        };
        match (values.min_opt(), values.max_opt()) {
            (Some(least), Some(greatest)) => Bounds::Within(*least, *greatest),
            _ => self.without_bounds(statistics),
        }
    }

    fn texts(&self, column: &str) -> Bounds<String> {
        let Some(statistics) = self.statistics(column) else {
            return Bounds::Unknown;
        };
        match (statistics.min_bytes_opt(), statistics.max_bytes_opt()) {
            (Some(least), Some(greatest)) => between(least, greatest),
            _ => self.without_bounds(statistics),
        }
    }

    fn without_bounds<T>(&self, statistics: &Statistics) -> Bounds<T> {
        let nulls = statistics.null_count_opt().and_then(|count| usize::try_from(count).ok());
        if nulls == Some(self.rows) { Bounds::Nothing } else { Bounds::Unknown }
    }

    /// Whether some row may have no address: whether the nulls of the two columns overlap.
    fn may_have_nameless(&self) -> bool {
        let filled = |column| {
            let nulls = self.statistics(column)?.null_count_opt()?;
            self.rows.checked_sub(usize::try_from(nulls).ok()?)
        };
        match (filled(schema::IP_V4), filled(schema::IP_V6)) {
            (Some(v4), Some(v6)) => v4 + v6 < self.rows,
            _ => true,
        }
    }

    /// The rows of those pages of a column of which `may` is true; `None` without a page index.
    fn pages(
        &self,
        column: &str,
        may: impl Fn(&ColumnIndexMetaData, usize) -> bool,
    ) -> Option<Vec<Range<usize>>> {
        let position = self.position(column)?;
        let index = self.whole.column_index()?.get(self.number)?.get(position)?;
        let places = self.whole.offset_index()?.get(self.number)?.get(position)?.page_locations();
        // An index of another length than there are pages would lead us astray; the absent one has none.
        let is_absent = matches!(index, ColumnIndexMetaData::NONE);
        if is_absent || usize::try_from(index.num_pages()) != Ok(places.len()) {
            return None;
        }
        let first_row = |page: usize| {
            let place = places.get(page).map(|place| usize::try_from(place.first_row_index));
            place.map_or(Ok(self.rows), |first| first).ok()
        };
        let mut rows = Vec::new();
        for page in 0..places.len() {
            let (first, end) = (first_row(page)?, first_row(page + 1)?);
            if first <= end && end <= self.rows && may(index, page) {
                rows.push(first..end);
            }
        }
        Some(rows)
    }
}

/// Bounds as a writer may have cut them: the least at a character, the greatest anywhere.
fn between(least: &[u8], greatest: &[u8]) -> Bounds<String> {
    match (std::str::from_utf8(least), std::str::from_utf8(greatest)) {
        (Ok(least), Ok(greatest)) => Bounds::Within(least.to_owned(), greatest.to_owned()),
        _ => Bounds::Unknown,
    }
}

fn null_count(index: &ColumnIndexMetaData, page: usize) -> Option<i64> {
    index.null_counts()?.get(page).copied()
}

fn long_page(index: &ColumnIndexMetaData, page: usize) -> Bounds<i64> {
    let ColumnIndexMetaData::INT64(pages) = index else {
        return Bounds::Unknown;
    };
    if index.is_null_page(page) {
        return Bounds::Nothing;
    }
    match (pages.min_value(page), pages.max_value(page)) {
        (Some(least), Some(greatest)) => Bounds::Within(*least, *greatest),
        _ => Bounds::Unknown,
    }
}

fn text_page(index: &ColumnIndexMetaData, page: usize) -> Bounds<String> {
    let ColumnIndexMetaData::BYTE_ARRAY(pages) = index else {
        return Bounds::Unknown;
    };
    if index.is_null_page(page) {
        return Bounds::Nothing;
    }
    match (pages.min_value(page), pages.max_value(page)) {
        (Some(least), Some(greatest)) => between(least, greatest),
        _ => Bounds::Unknown,
    }
}

/// Ranges of rows put in order, those that touch made one.
fn joined(mut rows: Vec<Range<usize>>) -> Vec<Range<usize>> {
    rows.sort_unstable_by_key(|range| range.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(rows.len());
    for range in rows {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}
