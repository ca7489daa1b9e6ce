//! What the tests share: deliveries written by hand, and every row of the table read back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::Array;
use jiff::Timestamp;
use jiff::civil::Date;
use model::details::Details;
use model::sighting::Sighting;
use model::{Attribution, DeliveryId, Holding, Ip, Sightings};
use object_store::memory::InMemory;
use object_store::path::Path;

use crate::keeper::{Begin, Ledger};
use crate::read::{Batch, Reading, text};
use crate::schema::*;
use crate::{Intake, LedgerError, Receipt};

/// A sighting, as tests write it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) at: &'static str,
    pub(crate) ip: &'static str,
    pub(crate) threat: &'static str,
    pub(crate) classification: &'static str,
    pub(crate) destination: &'static str,
    pub(crate) domain: &'static str,
    pub(crate) url: &'static str,
    /// A code of [`holdings`].
    pub(crate) holding: u32,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            at: "2026-05-01T10:00:00Z",
            ip: "192.0.2.1",
            threat: "mirai",
            classification: "infected-system",
            destination: "203.0.113.9",
            domain: "",
            url: "",
            holding: 1,
        }
    }
}

pub(crate) fn holdings() -> Arc<[Holding]> {
    let holding = |organisation: &str, province: &str, asn: u32| Holding {
        organisation: organisation.parse().ok(),
        province: province.parse().ok(),
        asn: model::Asn::new(asn),
        as_name: Some(format!("Net {asn}")),
    };
    [
        Holding::default(),
        holding("north-net", "ZY-01", 64500),
        holding("south-net", "ZY-02", 64501),
        holding("south-net", "ZY-01", 64501),
    ]
    .into()
}

pub(crate) fn id(number: u8) -> DeliveryId {
    DeliveryId::from_sha256([number; 32])
}

pub(crate) fn ip(text: &str) -> Ip {
    if text.is_empty() { Ip::NONE } else { text.parse().unwrap() }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) async fn in_memory() -> Ledger {
    Ledger::open(Arc::new(InMemory::new()), Path::from("ledger")).await.unwrap()
}

/// The columns of some sightings, on lines from `first_line` on.
pub(crate) fn batch(rows: &[Seen], first_line: u64) -> (Sightings, Attribution) {
    let mut sightings = Sightings::default();
    for (row, line) in rows.iter().zip(first_line..) {
        sightings.push(&Sighting {
            line,
            seen: at(row.at),
            ip: ip(row.ip),
            port: 4000,
            domain: row.domain,
            url: row.url,
            threat: row.threat,
            classification: row.classification,
            transport: "tcp",
            destination_ip: ip(row.destination),
            destination_port: 443,
            destination_domain: "",
            stated_asn: 0,
        });
    }
    let codes = rows.iter().map(|row| row.holding).collect();
    (sightings, Attribution { codes, holdings: holdings() })
}

pub(crate) async fn begin(ledger: &Ledger, delivery: u8) -> Intake {
    match ledger.begin(&id(delivery)).await.unwrap() {
        Begin::New(intake) => *intake,
        Begin::AlreadyThere(_) => panic!("delivery {delivery} is there already"),
    }
}

/// Admits and keeps some rows in batches of three.
pub(crate) async fn fill(intake: &mut Intake, rows: &[Seen]) {
    for (chunk, number) in rows.chunks(3).zip(0..) {
        let (sightings, attribution) = batch(chunk, 2 + number * 3);
        let new = intake.admit(&sightings, &attribution).await.unwrap();
        let mut details = Details::default();
        for _ in &new {
            details.push_json(r#"{"extra.tag":"x"}"#);
        }
        intake.keep(&sightings, &attribution, &new, &details).await.unwrap();
    }
}

pub(crate) async fn try_ingest(
    ledger: &Ledger,
    delivery: u8,
    rows: &[Seen],
) -> Result<Receipt, LedgerError> {
    let mut intake = begin(ledger, delivery).await;
    fill(&mut intake, rows).await;
    intake.finish().await
}

pub(crate) async fn ingest(ledger: &Ledger, delivery: u8, rows: &[Seen]) -> Receipt {
    try_ingest(ledger, delivery, rows).await.unwrap()
}

/// A row of the table, read back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stored {
    pub(crate) day: Date,
    pub(crate) subject: String,
    pub(crate) threat: String,
    pub(crate) destination: String,
    pub(crate) again: bool,
    pub(crate) count: i64,
    pub(crate) hours: i32,
    pub(crate) classification: String,
    pub(crate) organisation: String,
    pub(crate) province: String,
    pub(crate) asn: i64,
    pub(crate) line: i64,
    pub(crate) details: String,
}

impl Stored {
    pub(crate) fn key(&self) -> (Date, String, String, String) {
        (self.day, self.subject.clone(), self.threat.clone(), self.destination.clone())
    }
}

/// Every row of the table, sorted.
pub(crate) async fn rows(ledger: &Ledger) -> Vec<Stored> {
    let mut all = Vec::new();
    for file in ledger.files(Date::MIN..=Date::MAX).await.unwrap() {
        let path = ledger.inner.disk.at(&format!("sightings/{}", file.path));
        let schema = sightings_schema();
        let columns: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        let mut reading =
            Reading::open(&ledger.inner.disk, path, &columns, |_| true).await.unwrap();
        while let Some(batch) = reading.next().await.unwrap() {
            all.extend((0..batch.rows()).map(|row| stored(&batch, file.day, row)));
        }
    }
    all.sort();
    all
}

fn stored(batch: &Batch, day: Date, row: usize) -> Stored {
    let word = |name| text(batch.texts(name).unwrap(), row).to_owned();
    let long = |name| {
        let column = batch.longs(name).unwrap();
        if column.is_null(row) { 0 } else { column.value(row) }
    };
    let address = |v4, v6| match long(v4) {
        0 => word(v6),
        bits => Ip::from_v4(u32::try_from(bits).unwrap()).to_string(),
    };
    Stored {
        day,
        subject: address(IP_V4, IP_V6) + &word(DOMAIN) + &word(URL),
        threat: word(THREAT),
        destination: address(DESTINATION_V4, DESTINATION_V6),
        again: batch.booleans(AGAIN).unwrap().value(row),
        count: long(COUNT),
        hours: batch.integers(HOURS).unwrap().value(row),
        classification: word(CLASSIFICATION),
        organisation: word(ORGANISATION),
        province: word(PROVINCE),
        asn: long(ASN),
        line: long(LINE),
        details: word(DETAILS),
    }
}

/// Checks the table's invariant: one first row for each key, and every row taken in counted.
pub(crate) fn check_invariant(rows: &[Stored], taken: u64) {
    let mut firsts: BTreeMap<_, u32> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.again) {
        *firsts.entry(row.key()).or_default() += 1;
    }
    assert!(firsts.values().all(|&n| n == 1), "a key has several first rows: {firsts:?}");
    let keys: BTreeSet<_> = rows.iter().map(Stored::key).collect();
    assert_eq!(keys.len(), firsts.len(), "a key has no first row");
    assert_eq!(rows.iter().map(|row| row.count).sum::<i64>(), i64::try_from(taken).unwrap());
}
