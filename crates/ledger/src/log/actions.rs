//! The actions of the Delta protocol that a table like ours needs, as JSON has them.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Field, TimeUnit};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Live;
use crate::schema::{self, Bounds, FileEntry};

/// The tag of an add action under which its tallies are found.
const TALLIES_TAG: &str = "juyan.tallies";

/// One line of an entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Action {
    Protocol(Protocol),
    MetaData(Box<MetaData>),
    Add(Box<Add>),
    Remove(Remove),
    Txn(Txn),
    CommitInfo(Value),
    /// An action that protocol version 1/2 allows us to skip.
    #[serde(skip)]
    Unknown,
}

impl Action {
    pub(super) fn parse(line: &[u8]) -> Result<Self, String> {
        let line: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let kind = line.as_object().and_then(|object| object.keys().next()).map(String::as_str);
        match kind {
            Some("protocol" | "metaData" | "add" | "remove" | "txn" | "commitInfo") => {
                serde_json::from_value(line).map_err(|error| error.to_string())
            }
            Some(_) => Ok(Self::Unknown),
            None => Err("a line holds no action".to_owned()),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Protocol {
    min_reader_version: u32,
    min_writer_version: u32,
}

impl Protocol {
    pub(super) const OURS: Self = Self { min_reader_version: 1, min_writer_version: 2 };

    /// Refuses a table that someone has moved on to features which we would break.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.min_reader_version > 1 || self.min_writer_version > 2 {
            let (r, w) = (self.min_reader_version, self.min_writer_version);
            return Err(format!("it asks for protocol {r}/{w}; this ledger knows 1/2"));
        }
        Ok(())
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetaData {
    id: String,
    name: Option<String>,
    format: Value,
    schema_string: String,
    partition_columns: Vec<String>,
    configuration: BTreeMap<String, String>,
}

impl MetaData {
    pub(super) fn of_sightings(id: String) -> Self {
        Self {
            id,
            name: Some(super::TABLE.to_owned()),
            format: json!({ "provider": "parquet", "options": {} }),
            schema_string: schema_string(),
            partition_columns: vec![schema::DAY.to_owned()],
            configuration: BTreeMap::new(),
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.partition_columns != [schema::DAY] {
            return Err("the table is not partitioned by day".to_owned());
        }
        Ok(())
    }
}

/// The columns in Delta's own notation, the partition last.
fn schema_string() -> String {
    let ours = schema::sightings_schema();
    let day = Field::new(schema::DAY, DataType::Date32, false);
    let field = |field: &Field| {
        json!({
            "name": field.name(), "type": delta_type(field.data_type()),
            "nullable": field.is_nullable(), "metadata": {},
        })
    };
    let fields: Vec<Value> = ours.fields().iter().map(|f| field(f)).chain([field(&day)]).collect();
    json!({ "type": "struct", "fields": fields }).to_string()
}

/// What Delta calls a type. Anything that the schema does not use today would be text.
fn delta_type(kind: &DataType) -> &'static str {
    if let DataType::Timestamp(TimeUnit::Microsecond, Some(_)) = kind {
        return "timestamp";
    }
    let known = [
        (DataType::Int64, "long"),
        (DataType::Int32, "integer"),
        (DataType::Boolean, "boolean"),
        (DataType::Date32, "date"),
        (DataType::Binary, "binary"),
    ];
    known.iter().find(|(arrow, _)| arrow == kind).map_or("string", |(_, delta)| delta)
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Txn {
    pub(super) app_id: String,
    pub(super) version: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Remove {
    pub(crate) path: String,
    /// In milliseconds since 1970, as the protocol has it.
    pub(crate) deletion_timestamp: Option<i64>,
    pub(crate) data_change: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Add {
    pub(crate) path: String,
    partition_values: BTreeMap<String, Option<String>>,
    size: u64,
    /// In milliseconds since 1970, as the protocol has it.
    modification_time: i64,
    data_change: bool,
    /// JSON within JSON, as the protocol has it.
    stats: Option<String>,
    tags: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deletion_vector: Option<Value>,
}

impl Add {
    /// Adds a file that was written at `modified` (milliseconds since 1970).
    pub(crate) fn new(
        entry: &FileEntry,
        stats: Stats,
        modified: i64,
        tallies: Option<&str>,
    ) -> Self {
        let day = Some(entry.day.to_string());
        Self {
            path: entry.path.clone(),
            partition_values: BTreeMap::from([(schema::DAY.to_owned(), day)]),
            size: entry.bytes,
            modification_time: modified,
            data_change: true,
            stats: serde_json::to_string(&stats).ok(),
            tags: tallies
                .map(|path| BTreeMap::from([(TALLIES_TAG.to_owned(), Some(path.to_owned()))])),
            deletion_vector: None,
        }
    }

    pub(super) fn day(&self) -> Option<Date> {
        self.partition_values.get(schema::DAY)?.as_ref()?.parse().ok()
    }

    pub(super) fn live(&self) -> Result<Live, String> {
        if self.deletion_vector.is_some() {
            return Err(format!(
                "`{}` has a deletion vector, which version 1/2 forbids",
                self.path
            ));
        }
        let day = self.day().ok_or_else(|| format!("`{}` names no day", self.path))?;
        let stats: Stats = match &self.stats {
            Some(text) => serde_json::from_str(text).map_err(|error| error.to_string())?,
            None => return Err(format!("`{}` has no statistics", self.path)),
        };
        let tallies = self.tags.as_ref().and_then(|tags| tags.get(TALLIES_TAG).cloned().flatten());
        Ok(Live { entry: stats.entry(self.path.clone(), day, self.size), tallies })
    }
}

/// What the log says of a file's content.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stats {
    pub(crate) num_records: u64,
    #[serde(default)]
    min_values: BTreeMap<String, Value>,
    #[serde(default)]
    max_values: BTreeMap<String, Value>,
    #[serde(default)]
    null_count: BTreeMap<String, u64>,
}

impl Stats {
    /// The same facts in the protocol's words. `nulls` are the null counts of `ip_v4` and `ip_v6`.
    pub(crate) fn of(entry: &FileEntry, nulls: [u64; 2]) -> Self {
        let mut stats = Self { num_records: entry.rows, ..Self::default() };
        if let Bounds::Within(least, greatest) = entry.seen {
            stats.bound(schema::SEEN, instant(least), Value::Null);
            stats.bound(schema::LAST_SEEN, Value::Null, instant(greatest));
        }
        if let Bounds::Within(least, greatest) = entry.ip_v4 {
            stats.bound(schema::IP_V4, least.into(), greatest.into());
        }
        for (name, bounds) in [(schema::IP_V6, &entry.ip_v6), (schema::THREAT, &entry.threat)] {
            if let Bounds::Within(least, greatest) = bounds {
                stats.bound(name, least.as_str().into(), greatest.as_str().into());
            }
        }
        let [v4, v6] = nulls;
        stats.null_count = [(schema::IP_V4, v4), (schema::IP_V6, v6), (schema::THREAT, 0)]
            .map(|(name, nulls)| (name.to_owned(), nulls))
            .into();
        stats
    }

    fn bound(&mut self, name: &str, least: Value, greatest: Value) {
        if !least.is_null() {
            self.min_values.insert(name.to_owned(), least);
        }
        if !greatest.is_null() {
            self.max_values.insert(name.to_owned(), greatest);
        }
    }

    fn entry(&self, path: String, day: Date, bytes: u64) -> FileEntry {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let instant = |value: &Value| {
            value.as_str()?.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
        };
        let seen = match (
            self.min_values.get(schema::SEEN).and_then(instant),
            self.max_values.get(schema::LAST_SEEN).and_then(instant),
        ) {
            (Some(least), Some(greatest)) => Bounds::Within(least, greatest),
            _ => Bounds::Unknown,
        };
        FileEntry {
            path,
            day,
            rows: self.num_records,
            bytes,
            seen,
            ip_v4: self.bounds(schema::IP_V4, Value::as_i64),
            ip_v6: self.bounds(schema::IP_V6, text),
            threat: self.bounds(schema::THREAT, text),
        }
    }

    fn bounds<T>(&self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Bounds<T> {
        let least = self.min_values.get(name).and_then(&read);
        let greatest = self.max_values.get(name).and_then(&read);
        match (least, greatest) {
            (Some(least), Some(greatest)) => Bounds::Within(least, greatest),
            _ if self.null_count.get(name) == Some(&self.num_records) => Bounds::Nothing,
            _ => Bounds::Unknown,
        }
    }
}

fn instant(microseconds: i64) -> Value {
    Timestamp::from_microsecond(microseconds).map_or(Value::Null, |at| format!("{at:.6}").into())
}
