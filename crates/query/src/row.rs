//! A sighting of a day as it is shown: all that the ledger keeps of one key.

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use jiff::Timestamp;
use jiff::civil::Date;
use ledger::schema;
use model::{Asn, DeliveryId, Holding, Ip};

use crate::QueryError;
use crate::columns::{Flags, Ints, Longs, Texts, Words, instant};
use crate::key::Key;

/// What was seen of one subject on one day, of one threat, towards one destination.
///
/// The times and numbers are those of all its rows in the ledger; everything else is as the first one said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SightingRow {
    /// The day of UTC.
    pub day: Date,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// How many rows of deliveries stand behind it.
    pub count: u64,
    /// Bit *h* is set when it was seen in hour *h* of the day.
    pub hours: u32,
    /// None when the subject is a URL or a domain.
    pub ip: Option<Ip>,
    /// 0 when unknown.
    pub port: u16,
    /// The subject, or what the feed calls the address.
    pub domain: Option<String>,
    pub url: Option<String>,
    /// As [`ThreatName`](model::ThreatName) writes it.
    pub threat: String,
    pub classification: Option<String>,
    pub transport: Option<String>,
    pub destination_ip: Option<Ip>,
    /// 0 when unknown.
    pub destination_port: u16,
    pub destination_domain: Option<String>,
    /// The AS that the feed itself stated.
    pub stated_asn: Option<Asn>,
    /// Who held the address then.
    pub holding: Holding,
    /// The delivery that first brought it, and the line there.
    pub delivery: Option<DeliveryId>,
    pub line: Option<u64>,
    /// What else the feed said: a JSON object.
    pub details: Option<String>,
    /// Whether the first row has been merged in, or only thin ones so far.
    is_described: bool,
}

/// The columns of a row that are not in its key.
pub(crate) const BESIDE_KEY: [&str; 17] = [
    schema::SEEN,
    schema::LAST_SEEN,
    schema::COUNT,
    schema::HOURS,
    schema::AGAIN,
    schema::PORT,
    schema::CLASSIFICATION,
    schema::TRANSPORT,
    schema::STATED_ASN,
    schema::ORGANISATION,
    schema::PROVINCE,
    schema::ASN,
    schema::AS_NAME,
    schema::DELIVERY,
    schema::LINE,
    schema::FORM,
    schema::DETAILS,
];

impl SightingRow {
    /// Adds what another row of the same key says.
    pub(crate) fn merge(&mut self, other: Self) {
        let first_seen = self.first_seen.min(other.first_seen);
        let last_seen = self.last_seen.max(other.last_seen);
        let count = self.count.saturating_add(other.count);
        let hours = self.hours | other.hours;
        if other.is_described && !self.is_described {
            *self = other;
        }
        (self.first_seen, self.last_seen) = (first_seen, last_seen);
        (self.count, self.hours) = (count, hours);
    }
}

/// The columns of a batch beside the keys.
pub(crate) struct Rows<'a> {
    when: Tallied<'a>,
    port: Ints<'a>,
    domain: Words<'a>,
    url: Words<'a>,
    classification: Words<'a>,
    transport: Words<'a>,
    stated_asn: Longs,
    holder: Holder<'a>,
    delivery: Words<'a>,
    line: Longs,
    form: Words<'a>,
    details: Texts<'a>,
}

/// The columns that add up.
struct Tallied<'a> {
    seen: Longs,
    last_seen: Longs,
    count: Longs,
    hours: Ints<'a>,
    again: Flags<'a>,
}

/// The columns that say who held the address.
struct Holder<'a> {
    organisation: Words<'a>,
    province: Words<'a>,
    asn: Longs,
    as_name: Words<'a>,
}

impl<'a> Rows<'a> {
    pub(crate) fn of(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        Ok(Self {
            when: Tallied {
                seen: Longs::of(batch, schema::SEEN)?,
                last_seen: Longs::of(batch, schema::LAST_SEEN)?,
                count: Longs::of(batch, schema::COUNT)?,
                hours: Ints::of(batch, schema::HOURS)?,
                again: Flags::of(batch, schema::AGAIN)?,
            },
            port: Ints::of(batch, schema::PORT)?,
            domain: Words::of(batch, schema::DOMAIN)?,
            url: Words::of(batch, schema::URL)?,
            classification: Words::of(batch, schema::CLASSIFICATION)?,
            transport: Words::of(batch, schema::TRANSPORT)?,
            stated_asn: Longs::of(batch, schema::STATED_ASN)?,
            holder: Holder {
                organisation: Words::of(batch, schema::ORGANISATION)?,
                province: Words::of(batch, schema::PROVINCE)?,
                asn: Longs::of(batch, schema::ASN)?,
                as_name: Words::of(batch, schema::AS_NAME)?,
            },
            delivery: Words::of(batch, schema::DELIVERY)?,
            line: Longs::of(batch, schema::LINE)?,
            form: Words::of(batch, schema::FORM)?,
            details: Texts::of(batch, schema::DETAILS)?,
        })
    }

    /// Row `row`, whose day and key are known.
    pub(crate) fn get(&self, row: usize, day: Date, key: &Key) -> Result<SightingRow, QueryError> {
        let word = |column: &Words<'_>| column.get(row).map(str::to_owned);
        let said = |text: &String| (!text.is_empty()).then(|| text.clone());
        let address = |ip: Ip| (!ip.is_none()).then_some(ip);
        Ok(SightingRow {
            day,
            first_seen: instant(self.when.seen.or_zero(row))?,
            last_seen: instant(self.when.last_seen.or_zero(row))?,
            count: unsigned(self.when.count.get(row)),
            // The sign bit is never set: a day has 24 hours.
            hours: self.when.hours.get(row).unwrap_or_default().cast_unsigned(),
            ip: address(key.ip),
            port: self.port.port(row),
            domain: word(&self.domain),
            url: word(&self.url),
            threat: key.threat.clone(),
            classification: word(&self.classification),
            transport: word(&self.transport),
            destination_ip: address(key.destination_ip),
            destination_port: key.destination_port,
            destination_domain: said(&key.destination_domain),
            stated_asn: asn(self.stated_asn.get(row)),
            holding: self.holder.get(row)?,
            delivery: parsed(schema::DELIVERY, self.delivery.get(row), "delivery id")?,
            line: self.line.get(row).map(|line| unsigned(Some(line))),
            details: self.details(row),
            is_described: !self.when.again.get(row),
        })
    }
}

impl Rows<'_> {
    fn details(&self, row: usize) -> Option<String> {
        let form = self.form.get(row).unwrap_or_default();
        let object = model::details::rendered(form, self.details.get(row)?);
        (!object.is_empty()).then_some(object)
    }
}

impl Holder<'_> {
    fn get(&self, row: usize) -> Result<Holding, QueryError> {
        Ok(Holding {
            organisation: parsed(
                schema::ORGANISATION,
                self.organisation.get(row),
                "organisation handle",
            )?,
            province: parsed(schema::PROVINCE, self.province.get(row), "province code")?,
            asn: asn(self.asn.get(row)),
            as_name: self.as_name.get(row).map(str::to_owned),
        })
    }
}

/// A number that is never negative in a table of ours.
pub(crate) fn unsigned(number: Option<i64>) -> u64 {
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
}

fn asn(number: Option<i64>) -> Option<Asn> {
    number.and_then(|number| u32::try_from(number).ok()).and_then(Asn::new)
}

fn parsed<T: std::str::FromStr>(
    column: &'static str,
    text: Option<&str>,
    wanted: &'static str,
) -> Result<Option<T>, QueryError> {
    let strange =
        |text: &str| QueryError::Strange { column, value: text.chars().take(80).collect(), wanted };
    text.map(|text| text.parse().map_err(|_| strange(text))).transpose()
}
