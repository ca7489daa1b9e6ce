//! The columns of the table `sightings`, and what is known of each of its files.
//!
//! This is a contract with every engine that reads the table, so nothing is renamed; columns may be
//! added. It is not how rows travel inside (that is [`model::Sightings`]), and says nothing of how files
//! are written or listed.
//!
//! **A row** says: on the partition's day, this subject behaved as `threat` towards this destination,
//! `count` times, between `seen` and `last_seen`. Its **key** is (day, subject, threat, destination): the
//! subject is the address, else the URL, else the domain; the destination is its address, port and domain.
//!
//! **The invariant about `again`:** for each key exactly one row has `again = false`. It is the first one
//! taken in and carries every column. A key seen more often gets, for each delivery that saw it again, one
//! thin row with `again = true` for each classification and holding: the same key, with `seen`,
//! `last_seen`, `count` and `hours` of those re-sightings alone, and nothing else but the delivery. So
//! counting rows with `again = false` counts keys, the sum of `count` over all rows is the number of rows
//! taken in, and the true first and last instants of a key are the least `seen` and the greatest
//! `last_seen` of its rows.
//!
//! **Absent is null**, never zero or the empty text; and every number is signed, because Delta knows no
//! unsigned ones.
//!
//! **Addresses** stand in two columns, one a family, of which at most one is set: `ip_v4` as a number and
//! `ip_v6` as text in full (`2001:0db8:0000:0000:0000:0000:0000:0007`). Both sort as the addresses do, so
//! that a prefix is one range of values which statistics can exclude, and any engine can read them. One
//! text column for both would cost more to write and to compare, and would sort `10.0.0.10`
//! before `10.0.0.2`; 16 bytes of binary would have no statistics in the Delta log.
//!
//! **Order:** within a row group rows ascend by address, as [`Ip`] orders them. Files are found by
//! their statistics, row groups by bloom filters on both address columns, pages by the page index.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use jiff::civil::Date;
use model::Ip;

/// The partition: a day of UTC. It stands in the path and the log, not in the files.
pub const DAY: &str = "day";
/// First instant, in microseconds, UTC.
pub const SEEN: &str = "seen";
/// Last instant, in microseconds, UTC.
pub const LAST_SEEN: &str = "last_seen";
/// How many rows taken in stand behind this one; at least 1.
pub const COUNT: &str = "count";
/// Bit *h* is set when it was seen in hour *h* of the day.
pub const HOURS: &str = "hours";
/// Whether this is a thin row about re-sightings.
pub const AGAIN: &str = "again";
/// An IPv4 address as a number, 0 to 2³²−1.
pub const IP_V4: &str = "ip_v4";
/// An IPv6 address in full, as [`write_v6`] writes it.
pub const IP_V6: &str = "ip_v6";
pub const PORT: &str = "port";
/// The domain that is the subject.
pub const DOMAIN: &str = "domain";
/// The URL that is the subject.
pub const URL: &str = "url";
pub const THREAT: &str = "threat";
/// The type within RSIT, such as `infected-system`.
pub const CLASSIFICATION: &str = "classification";
pub const TRANSPORT: &str = "transport";
/// The other end's IPv4 address, as in [`IP_V4`].
pub const DESTINATION_V4: &str = "destination_v4";
/// The other end's IPv6 address, as in [`IP_V6`].
pub const DESTINATION_V6: &str = "destination_v6";
pub const DESTINATION_PORT: &str = "destination_port";
/// The malicious domain that was asked for.
pub const DESTINATION_DOMAIN: &str = "destination_domain";
/// The AS number that the feed itself stated.
pub const STATED_ASN: &str = "stated_asn";
/// The handle of the organisation that held the address when it was seen.
pub const ORGANISATION: &str = "organisation";
/// The code of the province it lay in.
pub const PROVINCE: &str = "province";
/// The AS that announced it, by our own table.
pub const ASN: &str = "asn";
/// The name that the AS table gave it then.
pub const AS_NAME: &str = "as_name";
/// The delivery it came with: 64 hexadecimal digits.
pub const DELIVERY: &str = "delivery";
/// The line of the delivery on which the row began.
pub const LINE: &str = "line";
/// The form of the row's details: names parted by U+001F, as [`model::details`] has them. Null where the
/// details are JSON.
pub const FORM: &str = "form";
/// What else the feed said of the row, under `IntelMQ`'s field names: the values of [`FORM`], parted as
/// its names are, or a JSON object.
pub const DETAILS: &str = "details";

/// The schema of the files, in column order. The partition [`DAY`] is not in it.
pub fn sightings_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| Arc::new(Schema::new(fields())));
    SCHEMA.clone()
}

/// The type of [`SEEN`] and [`LAST_SEEN`].
pub fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn fields() -> Vec<Field> {
    let always = |name: &str, kind: DataType| Field::new(name, kind, false);
    let maybe = |name: &str, kind: DataType| Field::new(name, kind, true);
    vec![
        always(SEEN, instant()),
        always(LAST_SEEN, instant()),
        always(COUNT, DataType::Int64),
        always(HOURS, DataType::Int32),
        always(AGAIN, DataType::Boolean),
        maybe(IP_V4, DataType::Int64),
        maybe(IP_V6, DataType::Utf8),
        maybe(PORT, DataType::Int32),
        maybe(DOMAIN, DataType::Utf8),
        maybe(URL, DataType::Utf8),
        always(THREAT, DataType::Utf8),
        maybe(CLASSIFICATION, DataType::Utf8),
        maybe(TRANSPORT, DataType::Utf8),
        maybe(DESTINATION_V4, DataType::Int64),
        maybe(DESTINATION_V6, DataType::Utf8),
        maybe(DESTINATION_PORT, DataType::Int32),
        maybe(DESTINATION_DOMAIN, DataType::Utf8),
        maybe(STATED_ASN, DataType::Int64),
        maybe(ORGANISATION, DataType::Utf8),
        maybe(PROVINCE, DataType::Utf8),
        maybe(ASN, DataType::Int64),
        maybe(AS_NAME, DataType::Utf8),
        always(DELIVERY, DataType::Utf8),
        maybe(LINE, DataType::Int64),
        maybe(FORM, DataType::Utf8),
        maybe(DETAILS, DataType::Utf8),
    ]
}

/// Appends an address to `out` in the form of [`IP_V6`]: eight groups of four digits.
pub fn write_v6(address: Ip, out: &mut String) {
    let mut before = "";
    for group in std::net::Ipv6Addr::from_bits(address.bits()).segments() {
        // Writing to a string cannot fail.
        let _written = write!(out, "{before}{group:04x}");
        before = ":";
    }
}

/// A file of the table, as its add action in the log describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Relative to the table's root, such as `day=2026-11-05/….parquet`.
    pub path: String,
    pub day: Date,
    pub rows: u64,
    /// Size of the file.
    pub bytes: u64,
    /// From the least [`SEEN`] to the greatest [`LAST_SEEN`], in microseconds since 1970-01-01 UTC.
    pub seen: Bounds<i64>,
    pub ip_v4: Bounds<i64>,
    pub ip_v6: Bounds<String>,
    pub threat: Bounds<String>,
}

/// Between which values a column of a file lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bounds<T> {
    /// The log does not say: anything may be in it.
    #[default]
    Unknown,
    /// Every value is null.
    Nothing,
    /// From the least to the greatest, both included.
    Within(T, T),
}

impl<T> Bounds<T> {
    /// Whether some value from `low` to `high`, both included, may be in the column.
    pub fn may_hold<Q: PartialOrd + ?Sized>(&self, low: &Q, high: &Q) -> bool
    where
        T: std::borrow::Borrow<Q>,
    {
        match self {
            Self::Unknown => true,
            Self::Nothing => false,
            Self::Within(least, greatest) => least.borrow() <= high && low <= greatest.borrow(),
        }
    }
}
