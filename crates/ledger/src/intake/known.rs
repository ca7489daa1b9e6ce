//! What earlier deliveries brought: the keys of a day, read back so that dedupe is exact across deliveries
//! and restarts.
//!
//! Only the key's columns are read, and only row groups with first sightings, a batch at a time.

use arrow_array::{Array, Int64Array, StringArray};
use jiff::civil::Date;
use model::Ip;

use super::{Intake, OUTSIDE};
use crate::days::{Day, date_of};
use crate::error::LedgerError;
use crate::log::TABLE;
use crate::read::{Batch, Reading, is_all_true, text};
use crate::schema::{
    AGAIN, DESTINATION_DOMAIN, DESTINATION_PORT, DESTINATION_V4, DESTINATION_V6, DOMAIN, IP_V4,
    IP_V6, THREAT, URL,
};
use crate::seen::Pair;

const KEY: [&str; 10] = [
    AGAIN,
    IP_V4,
    IP_V6,
    DOMAIN,
    URL,
    THREAT,
    DESTINATION_V4,
    DESTINATION_V6,
    DESTINATION_PORT,
    DESTINATION_DOMAIN,
];

impl Intake {
    /// Learns the keys that the ledger has of a day.
    pub(super) async fn know_day(&mut self, day: Day) -> Result<(), LedgerError> {
        let date: Date = date_of(day).ok_or(OUTSIDE)?;
        for live in self.inner.log.live(&(date..=date)).await {
            let path = self.inner.disk.at(&format!("{TABLE}/{}", live.entry.path));
            let firsts = |group: &_| !is_all_true(group, AGAIN);
            let mut file = Reading::open(&self.inner.disk, path, &KEY, firsts).await?;
            while let Some(batch) = file.next().await? {
                self.know_batch(day, &batch)?;
            }
        }
        Ok(())
    }

    fn know_batch(&mut self, day: Day, batch: &Batch) -> Result<(), LedgerError> {
        let again = batch.booleans(AGAIN)?;
        let (threats, domains) = (batch.texts(THREAT)?, batch.texts(DESTINATION_DOMAIN)?);
        let ports = batch.integers(DESTINATION_PORT)?;
        let (subject_domains, urls) = (batch.texts(DOMAIN)?, batch.texts(URL)?);
        let subjects = Addresses::of(batch, [IP_V4, IP_V6])?;
        let destinations = Addresses::of(batch, [DESTINATION_V4, DESTINATION_V6])?;
        for row in (0..batch.rows()).filter(|&row| !again.value(row)) {
            let port = Some(row).filter(|&row| !ports.is_null(row)).map(|row| ports.value(row));
            let port = u16::try_from(port.unwrap_or_default());
            let pair = Pair {
                day,
                threat: self.names.code(text(threats, row))?,
                destination_ip: destinations.get(row)?,
                destination_port: port.map_err(|_| batch.corrupt("a port above 65535"))?,
                destination_domain: self.names.code(text(domains, row))?,
            };
            let pair = self.pairs.code(pair)?;
            let ip = subjects.get(row)?;
            let subject = self.subject(ip, text(subject_domains, row), text(urls, row))?;
            self.seen.know(subject, pair);
        }
        Ok(())
    }
}

/// Addresses, which stand in two columns.
struct Addresses<'a> {
    batch: &'a Batch,
    v4: &'a Int64Array,
    v6: &'a StringArray,
}

impl<'a> Addresses<'a> {
    fn of(batch: &'a Batch, [v4, v6]: [&str; 2]) -> Result<Self, LedgerError> {
        Ok(Self { batch, v4: batch.longs(v4)?, v6: batch.texts(v6)? })
    }

    /// The address of a row, if it has any.
    fn get(&self, row: usize) -> Result<Ip, LedgerError> {
        if !self.v4.is_null(row) {
            let bits = u32::try_from(self.v4.value(row));
            let over = |_| self.batch.corrupt("an IPv4 address of over 32 bits");
            return bits.map(Ip::from_v4).map_err(over);
        }
        let v6 = text(self.v6, row);
        if v6.is_empty() {
            return Ok(Ip::NONE);
        }
        v6.parse().map_err(|_| self.batch.corrupt(format!("`{v6}` is no address")))
    }
}
