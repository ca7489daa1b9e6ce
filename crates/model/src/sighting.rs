//! Sightings: observations of addresses doing something, at an instant, as columns.
//!
//! One row says: at `seen`, this address (an IP with its port, a domain or a URL) behaved as `threat`,
//! of this classification, towards this destination. What else the feed said about the row is kept
//! beside the columns, as JSON, by whoever stores it.

use jiff::Timestamp;

use crate::address::Ip;
use crate::columns::{Coded, Texts};

/// A batch of sightings, column by column, all columns of one length.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    /// The line of the delivery on which the row began, counting from 1.
    pub line: Vec<u64>,
    /// When it was seen, in microseconds since 1970-01-01 UTC.
    pub seen: Vec<i64>,
    /// The address itself; [`Ip::NONE`] when the subject is a domain or a URL.
    pub ip: Vec<Ip>,
    /// Its port; 0 when unknown.
    pub port: Vec<u16>,
    /// The domain that is the subject, as [`Fqdn`](crate::Fqdn) writes it.
    pub domain: Texts,
    /// The URL that is the subject.
    pub url: Texts,
    /// The threat, as [`ThreatName`](crate::ThreatName) writes it.
    pub threat: Coded,
    /// The type within RSIT, such as `infected-system`.
    pub classification: Coded,
    /// The transport protocol, such as `tcp`.
    pub transport: Coded,
    /// Whom it spoke to: the control server, the sinkhole, the victim.
    pub destination_ip: Vec<Ip>,
    pub destination_port: Vec<u16>,
    /// The malicious domain it asked for, as [`Fqdn`](crate::Fqdn) writes it.
    pub destination_domain: Texts,
    /// The AS number that the feed itself states; 0 when it states none.
    pub stated_asn: Vec<u32>,
}

impl Sightings {
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Empties every column and keeps the memory for the next rows.
    pub fn clear(&mut self) {
        self.line.clear();
        self.seen.clear();
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
    }

    /// Row `row` on its own; `None` past the end.
    pub fn row(&self, row: usize) -> Option<Sighting<'_>> {
        let at = |column: &Vec<u16>| column.get(row).copied();
        Some(Sighting {
            line: *self.line.get(row)?,
            seen: Timestamp::from_microsecond(*self.seen.get(row)?).ok()?,
            ip: *self.ip.get(row)?,
            port: at(&self.port)?,
            domain: self.domain.get(row),
            url: self.url.get(row),
            threat: self.threat.get(row),
            classification: self.classification.get(row),
            transport: self.transport.get(row),
            destination_ip: *self.destination_ip.get(row)?,
            destination_port: at(&self.destination_port)?,
            destination_domain: self.destination_domain.get(row),
            stated_asn: *self.stated_asn.get(row)?,
        })
    }

    /// Appends one row to every column.
    pub fn push(&mut self, row: &Sighting<'_>) {
        self.line.push(row.line);
        self.seen.push(row.seen.as_microsecond());
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
    }
}

/// One sighting, borrowed from its batch. Absent texts are empty, absent numbers 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting<'a> {
    pub line: u64,
    pub seen: Timestamp,
    pub ip: Ip,
    pub port: u16,
    pub domain: &'a str,
    pub url: &'a str,
    pub threat: &'a str,
    pub classification: &'a str,
    pub transport: &'a str,
    pub destination_ip: Ip,
    pub destination_port: u16,
    pub destination_domain: &'a str,
    pub stated_asn: u32,
}
