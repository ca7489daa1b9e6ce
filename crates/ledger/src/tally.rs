//! Tallies in the making: who was seen, by threat and hour, and by threat, day and holder.
//!
//! They are exact: each sighting counts, re-sightings too, in its own hour and under its own holder. A
//! delivery writes one file of tallies for each day it touches; the file counts once the log has the
//! delivery. Reading is the union of all, so their order does not matter.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};

use arrow_array::builder::{
    BinaryBuilder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use model::{Holding, Ip};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use roaring::{RoaringBitmap, RoaringTreemap};

use crate::days::{DAY_US, Day, HOUR_US, Hour, date_of, day_of_hour};
use crate::disk::Disk;
use crate::error::LedgerError;
use crate::names::{Names, index, next_code};
use crate::runs::Runs;
use crate::schema::{AS_NAME, ASN, CLASSIFICATION, ORGANISATION, PROVINCE, THREAT, instant};
use crate::segments::compressed;

/// Where the tallies lie below the ledger's root. They are no part of the table.
pub(crate) const TALLIES: &str = "tallies";

/// What a row counts: [`HOUR_KIND`] or [`HOLDING_KIND`].
pub(crate) const KIND: &str = "kind";
pub(crate) const HOUR_KIND: &str = "hour";
pub(crate) const HOLDING_KIND: &str = "holding";
/// When the hour, or the day, began.
pub(crate) const AT: &str = "at";
/// The IPv4 addresses: a roaring bitmap in the portable format; null for none.
pub(crate) const V4: &str = "v4";
/// The IPv6 networks (the upper 64 bits): a roaring treemap; null for none.
pub(crate) const V6: &str = "v6";
pub(crate) const V4_COUNT: &str = "v4_count";
pub(crate) const V6_COUNT: &str = "v6_count";

/// Addresses, and IPv6 networks, that wait to be sorted.
const V4_BUFFER: usize = 2 << 20;
const V6_BUFFER: usize = 256 << 10;

/// Rows, and bytes of bitmaps and texts, that make a row group.
const GROUP_ROWS: usize = 16 << 10;
const GROUP_BYTES: usize = 8 << 20;

/// The tallies of one delivery.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    hours: Groups<HourGroup>,
    holdings: Groups<HoldingGroup>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HourGroup {
    pub(crate) threat: u32,
    pub(crate) classification: u32,
    pub(crate) hour: Hour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HoldingGroup {
    pub(crate) threat: u32,
    pub(crate) classification: u32,
    pub(crate) day: Day,
    pub(crate) holding: u32,
}

impl Tally {
    /// Counts a sighting in its hour. One without an address makes the threat known and counts nothing.
    pub(crate) fn count_hour(&mut self, group: HourGroup, ip: Ip) -> Result<(), LedgerError> {
        self.hours.add(group, ip)
    }

    /// Counts an address under its holder.
    pub(crate) fn count_holding(&mut self, group: HoldingGroup, ip: Ip) -> Result<(), LedgerError> {
        self.holdings.add(group, ip)
    }

    /// Writes the files of all days. Returns the path of each, relative to the ledger's root.
    pub(crate) async fn write(
        mut self,
        disk: &Disk,
        stem: &str,
        names: &Names,
        holdings: &[Holding],
    ) -> Result<BTreeMap<Day, String>, LedgerError> {
        self.hours.seal();
        self.holdings.seal();
        let plan = self.plan(names);
        let mut paths = BTreeMap::new();
        for of_day in plan.chunk_by(|a, b| a.day == b.day) {
            let Some(day) = of_day.first().map(|item| item.day) else {
                continue;
            };
            let date =
                date_of(day).ok_or(LedgerError::Batch { what: "a day outside the calendar" })?;
            let relative = format!("{TALLIES}/day={date}/{stem}.parquet");
            let path = disk.at(&relative);
            let bytes = self
                .encode(of_day, names, holdings)
                .map_err(|source| LedgerError::Parquet { path: path.to_string(), source })?;
            disk.put(&path, bytes.into()).await?;
            paths.insert(day, relative);
        }
        Ok(paths)
    }

    /// All groups in the order in which they are written: by day, kind, threat and classification.
    fn plan(&self, names: &Names) -> Vec<Item> {
        let hours = self.hours.list.iter();
        let hour_names = hours.flat_map(|group| [group.threat, group.classification]);
        let holdings = self.holdings.list.iter();
        let holding_names = holdings.flat_map(|group| [group.threat, group.classification]);
        let ranks = names.ranks(hour_names.chain(holding_names));
        let rank = |code: u32| ranks.get(&code).copied().unwrap_or_default();
        let hours = self.hours.list.iter().zip(0..).map(|(group, code)| Item {
            day: day_of_hour(group.hour),
            kind: Kind::Hour,
            order: (rank(group.threat), rank(group.classification)),
            code,
        });
        let holdings = self.holdings.list.iter().zip(0..).map(|(group, code)| Item {
            day: group.day,
            kind: Kind::Holding,
            order: (rank(group.threat), rank(group.classification)),
            code,
        });
        let mut plan: Vec<Item> = hours.chain(holdings).collect();
        plan.sort_unstable();
        plan
    }

    fn encode(
        &self,
        plan: &[Item],
        names: &Names,
        holdings: &[Holding],
    ) -> Result<Bytes, ParquetError> {
        let mut writer = ArrowWriter::try_new(Vec::new(), tally_schema(), Some(properties()))?;
        let mut rows = Builders::default();
        let mut kind = Kind::Hour;
        let mut members = Members::default();
        for item in plan {
            // Kinds do not share a row group, so that a question about one never reads the other.
            if kind != item.kind || rows.rows >= GROUP_ROWS || rows.bytes >= GROUP_BYTES {
                rows.write(&mut writer)?;
                kind = item.kind;
            }
            match item.kind {
                Kind::Hour => {
                    let Some(group) = self.hours.list.get(index(item.code)) else {
                        continue;
                    };
                    self.hours.members(item.code, &mut members);
                    rows.push_hour(group, names);
                }
                Kind::Holding => {
                    let Some(group) = self.holdings.list.get(index(item.code)) else {
                        continue;
                    };
                    self.holdings.members(item.code, &mut members);
                    let unknown = Holding::default();
                    let holding = holdings.get(index(group.holding)).unwrap_or(&unknown);
                    rows.push_holding(group, names, holding);
                }
            }
            rows.push_members(&members)?;
        }
        rows.write(&mut writer)?;
        writer.into_inner().map(Bytes::from)
    }
}

/// A group to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    day: Day,
    kind: Kind,
    order: (u32, u32),
    code: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Hour,
    Holding,
}

/// Groups by number, and who is in each.
#[derive(Debug)]
struct Groups<G> {
    known: HashMap<G, u32, RandomState>,
    list: Vec<G>,
    v4: Runs<u64>,
    v6: Runs<u128>,
}

/// Who is in a group, ascending.
#[derive(Debug, Default)]
struct Members {
    v4: Vec<u64>,
    v6: Vec<u64>,
}

impl<G> Default for Groups<G> {
    fn default() -> Self {
        Self {
            known: HashMap::default(),
            list: Vec::new(),
            v4: Runs::new(V4_BUFFER),
            v6: Runs::new(V6_BUFFER),
        }
    }
}

impl<G: Copy + Eq + Hash> Groups<G> {
    fn add(&mut self, group: G, ip: Ip) -> Result<(), LedgerError> {
        let code = if let Some(&code) = self.known.get(&group) {
            code
        } else {
            let code = next_code(self.list.len(), "groups to count")?;
            self.known.insert(group, code);
            self.list.push(group);
            code
        };
        match ip.v4() {
            Some(bits) => self.v4.add(code, u64::from(bits)),
            None if ip.is_none() => {}
            None => self.v6.add(code, ip.slash64()),
        }
        Ok(())
    }

    fn seal(&mut self) {
        self.known = HashMap::default();
        self.v4.seal();
        self.v6.seal();
    }

    fn members(&self, code: u32, members: &mut Members) {
        self.v4.members(code, &mut members.v4);
        self.v6.members(code, &mut members.v6);
    }
}

fn tally_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let always = |name: &str, kind: DataType| Field::new(name, kind, false);
        let maybe = |name: &str, kind: DataType| Field::new(name, kind, true);
        Arc::new(Schema::new(vec![
            always(KIND, DataType::Utf8),
            always(AT, instant()),
            always(THREAT, DataType::Utf8),
            always(CLASSIFICATION, DataType::Utf8),
            maybe(ORGANISATION, DataType::Utf8),
            maybe(PROVINCE, DataType::Utf8),
            maybe(ASN, DataType::Int64),
            maybe(AS_NAME, DataType::Utf8),
            always(V4_COUNT, DataType::Int64),
            always(V6_COUNT, DataType::Int64),
            maybe(V4, DataType::Binary),
            maybe(V6, DataType::Binary),
        ]))
    });
    SCHEMA.clone()
}

/// The columns of a row group to be.
struct Builders {
    rows: usize,
    bytes: usize,
    kind: StringBuilder,
    at: TimestampMicrosecondBuilder,
    threat: StringBuilder,
    classification: StringBuilder,
    organisation: StringBuilder,
    province: StringBuilder,
    asn: Int64Builder,
    as_name: StringBuilder,
    v4_count: Int64Builder,
    v6_count: Int64Builder,
    v4: BinaryBuilder,
    v6: BinaryBuilder,
    scratch: Vec<u8>,
}

impl Default for Builders {
    fn default() -> Self {
        Self {
            rows: 0,
            bytes: 0,
            kind: StringBuilder::new(),
            at: TimestampMicrosecondBuilder::new().with_timezone("UTC"),
            threat: StringBuilder::new(),
            classification: StringBuilder::new(),
            organisation: StringBuilder::new(),
            province: StringBuilder::new(),
            asn: Int64Builder::new(),
            as_name: StringBuilder::new(),
            v4_count: Int64Builder::new(),
            v6_count: Int64Builder::new(),
            v4: BinaryBuilder::new(),
            v6: BinaryBuilder::new(),
            scratch: Vec::new(),
        }
    }
}

impl Builders {
    fn push_hour(&mut self, group: &HourGroup, names: &Names) {
        self.bytes += names.get(group.threat).len() + names.get(group.classification).len();
        self.kind.append_value(HOUR_KIND);
        self.at.append_value(i64::from(group.hour) * HOUR_US);
        self.threat.append_value(names.get(group.threat));
        self.classification.append_value(names.get(group.classification));
        self.organisation.append_null();
        self.province.append_null();
        self.asn.append_null();
        self.as_name.append_null();
    }

    fn push_holding(&mut self, group: &HoldingGroup, names: &Names, holding: &Holding) {
        self.bytes += names.get(group.threat).len() + names.get(group.classification).len();
        self.bytes += holding.as_name.as_ref().map_or(0, String::len);
        self.kind.append_value(HOLDING_KIND);
        self.at.append_value(i64::from(group.day) * DAY_US);
        self.threat.append_value(names.get(group.threat));
        self.classification.append_value(names.get(group.classification));
        self.organisation.append_option(holding.organisation.as_ref().map(model::Handle::as_str));
        self.province.append_option(holding.province.as_ref().map(model::Province::as_str));
        self.asn.append_option(holding.asn.map(|asn| i64::from(asn.number())));
        self.as_name.append_option(holding.as_name.as_deref());
    }

    /// Adds the addresses of the row that was just begun.
    fn push_members(&mut self, members: &Members) -> Result<(), ParquetError> {
        self.rows += 1;
        let bad = |error: std::io::Error| ParquetError::External(Box::new(error));
        let v4 = members.v4.iter().filter_map(|&bits| u32::try_from(bits).ok());
        let v4 = RoaringBitmap::from_sorted_iter(v4).map_err(unsorted)?;
        let v6 = RoaringTreemap::from_sorted_iter(members.v6.iter().copied()).map_err(unsorted)?;
        self.v4_count.append_value(i64::try_from(v4.len()).unwrap_or(i64::MAX));
        self.v6_count.append_value(i64::try_from(v6.len()).unwrap_or(i64::MAX));
        self.scratch.clear();
        v4.serialize_into(&mut self.scratch).map_err(bad)?;
        self.v4.append_option(Some(&self.scratch).filter(|_| !v4.is_empty()));
        self.bytes += self.scratch.len();
        self.scratch.clear();
        v6.serialize_into(&mut self.scratch).map_err(bad)?;
        self.v6.append_option(Some(&self.scratch).filter(|_| !v6.is_empty()));
        self.bytes += self.scratch.len();
        Ok(())
    }

    /// Writes the rows as a row group of their own, and begins anew.
    fn write(&mut self, writer: &mut ArrowWriter<Vec<u8>>) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.kind.finish()),
            Arc::new(self.at.finish()),
            Arc::new(self.threat.finish()),
            Arc::new(self.classification.finish()),
            Arc::new(self.organisation.finish()),
            Arc::new(self.province.finish()),
            Arc::new(self.asn.finish()),
            Arc::new(self.as_name.finish()),
            Arc::new(self.v4_count.finish()),
            Arc::new(self.v6_count.finish()),
            Arc::new(self.v4.finish()),
            Arc::new(self.v6.finish()),
        ];
        (self.rows, self.bytes) = (0, 0);
        writer.write(&RecordBatch::try_new(tally_schema(), columns)?)?;
        writer.flush()
    }
}

fn unsorted(_: roaring::NonSortedIntegers) -> ParquetError {
    ParquetError::General("the members of a group are not in order".to_owned())
}

fn properties() -> WriterProperties {
    let mut properties = compressed().set_statistics_enabled(EnabledStatistics::Chunk);
    for bitmap in [V4, V6] {
        let column = ColumnPath::from(bitmap);
        properties = properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_statistics_enabled(column, EnabledStatistics::None);
    }
    properties.build()
}
