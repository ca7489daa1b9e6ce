//! A small table for stories: rows written down briefly, files with small row groups and pages.

use std::sync::Arc;

use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, StringArray};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ledger::schema::{self, Bounds, FileEntry};
use model::Ip;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::Query;

/// Rows of a row group.
pub(crate) const GROUP_ROWS: usize = 64;
/// Rows of a page.
pub(crate) const PAGE_ROWS: usize = 8;

/// A row; what is left out is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) count: i64,
    pub(crate) again: bool,
    pub(crate) ip: Ip,
    pub(crate) port: u16,
    pub(crate) domain: &'static str,
    pub(crate) threat: String,
    pub(crate) classification: &'static str,
    pub(crate) destination_ip: Ip,
    pub(crate) destination_port: u16,
    pub(crate) destination_domain: &'static str,
    pub(crate) organisation: &'static str,
    pub(crate) province: &'static str,
    pub(crate) asn: i64,
    pub(crate) details: &'static str,
}

/// The first row of a key: seen once.
pub(crate) fn first(at: &str, subject: &str, threat: &str) -> Row {
    let seen: Timestamp = at.parse().unwrap();
    let ip = subject.parse().unwrap_or_default();
    let domain = if ip == Ip::NONE { String::from(subject).leak() } else { "" };
    let threat = threat.to_owned();
    let row = Row { seen, last_seen: seen, count: 1, ip, domain, threat, ..Row::default() };
    Row { classification: "infected-system", ..row }
}

/// A thin row: seen again, `count` times, from `at` to `until`.
pub(crate) fn again(at: &str, until: &str, subject: &str, threat: &str, count: i64) -> Row {
    let last_seen = until.parse().unwrap();
    Row { last_seen, count, again: true, classification: "", ..first(at, subject, threat) }
}

/// A table in memory: one file for each slice of rows, which must be of one day.
pub(crate) async fn table(files: &[Vec<Row>]) -> Query {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let mut entries = Vec::new();
    for (number, rows) in files.iter().enumerate() {
        entries.push(write(&store, number, rows).await);
    }
    Query::over(store, Path::from("table"), entries)
}

async fn write(store: &Arc<dyn ObjectStore>, number: usize, rows: &[Row]) -> FileEntry {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.ip);
    let day = rows[0].seen.to_zoned(TimeZone::UTC).date();
    let path = format!("day={day}/{number}.parquet");
    let mut writer =
        ArrowWriter::try_new(Vec::new(), schema::sightings_schema(), Some(properties())).unwrap();
    for group in rows.chunks(GROUP_ROWS) {
        writer.write(&batch(group)).unwrap();
        writer.flush().unwrap();
    }
    let file = writer.into_inner().unwrap();
    let bytes = file.len().try_into().unwrap();
    store.put(&Path::from(format!("table/{path}")), file.into()).await.unwrap();
    let micros = |at: Timestamp| at.as_microsecond();
    FileEntry {
        path,
        day,
        rows: rows.len().try_into().unwrap(),
        bytes,
        seen: bounds(rows.iter().flat_map(|r| [micros(r.seen), micros(r.last_seen)])),
        ip_v4: bounds(rows.iter().filter_map(|row| v4(row.ip))),
        ip_v6: bounds(rows.iter().filter_map(|row| v6(row.ip))),
        threat: bounds(rows.iter().map(|row| row.threat.clone())),
    }
}

fn bounds<T: Ord + Clone>(values: impl Iterator<Item = T>) -> Bounds<T> {
    let values: Vec<T> = values.collect();
    match (values.iter().min(), values.iter().max()) {
        (Some(least), Some(greatest)) => Bounds::Within(least.clone(), greatest.clone()),
        _ => Bounds::Nothing,
    }
}

fn properties() -> WriterProperties {
    let bloom = |p: parquet::file::properties::WriterPropertiesBuilder, name: &str| {
        p.set_column_bloom_filter_enabled(ColumnPath::from(name), true)
    };
    let plain = WriterProperties::builder()
        .set_write_batch_size(PAGE_ROWS)
        .set_data_page_row_count_limit(PAGE_ROWS);
    bloom(bloom(plain, schema::IP_V4), schema::IP_V6).build()
}

fn batch(rows: &[Row]) -> RecordBatch {
    let columns =
        schema::sightings_schema().fields().iter().map(|f| column(f.name(), rows)).collect();
    RecordBatch::try_new(schema::sightings_schema(), columns).unwrap()
}

fn column(name: &str, rows: &[Row]) -> ArrayRef {
    let instants = |value: fn(&Row) -> Timestamp| -> ArrayRef {
        let micros = rows.iter().map(|row| value(row).as_microsecond());
        let column = PrimitiveArray::<TimestampMicrosecondType>::from_iter_values(micros);
        Arc::new(column.with_timezone("UTC"))
    };
    let longs = |value: fn(&Row) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(value).collect::<PrimitiveArray<Int64Type>>())
    };
    let ints = |value: fn(&Row) -> Option<i32>| -> ArrayRef {
        Arc::new(rows.iter().map(value).collect::<PrimitiveArray<Int32Type>>())
    };
    let texts = |value: fn(&Row) -> String| -> ArrayRef {
        let said = rows.iter().map(value).map(|text| (!text.is_empty()).then_some(text));
        Arc::new(said.collect::<StringArray>())
    };
    match name {
        schema::SEEN => instants(|row| row.seen),
        schema::LAST_SEEN => instants(|row| row.last_seen),
        schema::COUNT => longs(|row| Some(row.count)),
        schema::HOURS => ints(|row| Some(hours(row))),
        schema::AGAIN => Arc::new(rows.iter().map(|row| Some(row.again)).collect::<BooleanArray>()),
        schema::IP_V4 => longs(|row| v4(row.ip)),
        schema::IP_V6 => texts(|row| v6(row.ip).unwrap_or_default()),
        schema::PORT => ints(|row| (row.port > 0).then_some(row.port.into())),
        schema::DOMAIN => texts(|row| row.domain.into()),
        schema::THREAT => texts(|row| row.threat.clone()),
        schema::CLASSIFICATION => texts(|row| row.classification.into()),
        schema::DESTINATION_V4 => longs(|row| v4(row.destination_ip)),
        schema::DESTINATION_V6 => texts(|row| v6(row.destination_ip).unwrap_or_default()),
        schema::DESTINATION_DOMAIN => texts(|row| row.destination_domain.into()),
        schema::ORGANISATION => texts(|row| row.organisation.into()),
        schema::PROVINCE => texts(|row| row.province.into()),
        schema::ASN => longs(|row| (row.asn > 0).then_some(row.asn)),
        schema::DELIVERY => texts(|_| "ab".repeat(32)),
        schema::DETAILS => texts(|row| row.details.into()),
        schema::LINE | schema::STATED_ASN => longs(|_| None),
        schema::DESTINATION_PORT => {
            ints(|row| (row.destination_port > 0).then_some(row.destination_port.into()))
        }
        _ => texts(|_| String::new()),
    }
}

fn hours(row: &Row) -> i32 {
    let hour = |at: Timestamp| at.to_zoned(TimeZone::UTC).hour();
    (1 << hour(row.seen)) | (1 << hour(row.last_seen))
}

fn v4(ip: Ip) -> Option<i64> {
    ip.v4().map(i64::from)
}

fn v6(ip: Ip) -> Option<String> {
    let is_v6 = !ip.is_none() && !ip.is_v4();
    is_v6.then(|| {
        let mut text = String::new();
        schema::write_v6(ip, &mut text);
        text
    })
}
