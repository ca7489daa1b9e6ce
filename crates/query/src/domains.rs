//! Malicious domains: those that a threat's machines asked for, and those that are its subjects.
//!
//! The domain that a feed gives beside an address is the name of a victim, and not among them.

use std::sync::Arc;

use arrow_array::RecordBatch;
use jiff::Timestamp;
use ledger::schema;
use model::columns::Coded;
use model::{Fqdn, ThreatName};

use crate::columns::{Addresses, Longs, Words, instant};
use crate::condition::Condition;
use crate::row::unsigned;
use crate::{Days, Query, QueryError, Scan};

/// A malicious domain and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDomain {
    pub domain: Fqdn,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// How many rows of deliveries speak of it.
    pub sightings: u64,
}

const COLUMNS: [&str; 7] = [
    schema::IP_V4,
    schema::IP_V6,
    schema::DOMAIN,
    schema::DESTINATION_DOMAIN,
    schema::SEEN,
    schema::LAST_SEEN,
    schema::COUNT,
];

impl Query {
    /// The domains of a threat within these days and types (none means all), in alphabetical order.
    ///
    /// More than `limit` of them are [`QueryError::TooMany`]: whoever generates names by the million must
    /// not fill our memory with them. A name that is no domain name cannot be acted on and is left out.
    pub async fn malicious_domains(
        &self,
        threat: &ThreatName,
        classifications: Option<&[String]>,
        days: Days,
        limit: usize,
    ) -> Result<Vec<FoundDomain>, QueryError> {
        let text = |column, values| Arc::new(Condition::text(column, values));
        let mut conditions = vec![text(schema::THREAT, vec![threat.as_str().to_owned()])];
        if let Some(types) = classifications {
            let mut values = types.to_vec();
            values.sort_unstable();
            let column = schema::CLASSIFICATION;
            conditions.push(Arc::new(Condition::Text { column, values, or_absent: true }));
        }
        let scan = Scan { days, conditions, columns: &COLUMNS };
        let mut gathering = Gathering { limit, ..Default::default() };
        self.scan(&scan, |batch| gathering.take(batch)).await?;
        gathering.finish()
    }
}

#[derive(Debug, Default)]
struct Gathering {
    names: Coded,
    /// By the code of the name; code 0 is no name and stays unused.
    known: Vec<Option<Known>>,
    limit: usize,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    first: i64,
    last: i64,
    sightings: u64,
}

impl Gathering {
    fn take(&mut self, batch: &RecordBatch) -> Result<(), QueryError> {
        let addresses = Addresses::of(batch, schema::IP_V4, schema::IP_V6)?;
        let domains = Words::of(batch, schema::DOMAIN)?;
        let destinations = self.codes(&Words::of(batch, schema::DESTINATION_DOMAIN)?);
        let seen = Longs::of(batch, schema::SEEN)?;
        let last_seen = Longs::of(batch, schema::LAST_SEEN)?;
        let count = Longs::of(batch, schema::COUNT)?;
        for (row, destination) in destinations.into_iter().enumerate() {
            let known = Known {
                first: seen.or_zero(row),
                last: last_seen.or_zero(row),
                sightings: unsigned(count.get(row)),
            };
            self.add(destination, known);
            let subject = if addresses.get(row)?.is_none() { domains.get(row) } else { None };
            let own = self.code(subject);
            if own != destination {
                self.add(own, known);
            }
        }
        // The empty name is one of them.
        if self.names.values().len() > self.limit.saturating_add(1) {
            return Err(QueryError::TooMany { what: "domains", limit: self.limit });
        }
        Ok(())
    }

    fn codes(&mut self, names: &Words<'_>) -> Vec<usize> {
        names.judge(|name| self.code(name))
    }

    /// The code of a name; 0 for none.
    fn code(&mut self, name: Option<&str>) -> usize {
        usize::try_from(self.names.code_of(name.unwrap_or_default())).unwrap_or_default()
    }

    fn add(&mut self, code: usize, row: Known) {
        if code == 0 {
            return;
        }
        if self.known.len() <= code {
            self.known.resize(code + 1, None);
        }
        let Some(known) = self.known.get_mut(code) else {
            return;
        };
        let so_far = known.get_or_insert(Known { sightings: 0, ..row });
        so_far.first = so_far.first.min(row.first);
        so_far.last = so_far.last.max(row.last);
        so_far.sightings = so_far.sightings.saturating_add(row.sightings);
    }

    fn finish(self) -> Result<Vec<FoundDomain>, QueryError> {
        let mut found = Vec::new();
        for (name, known) in self.names.values().iter().zip(&self.known) {
            let (Ok(domain), Some(known)) = (name.parse::<Fqdn>(), known) else {
                continue;
            };
            found.push(FoundDomain {
                domain,
                first_seen: instant(known.first)?,
                last_seen: instant(known.last)?,
                sightings: known.sightings,
            });
        }
        found.sort_unstable_by(|a, b| a.domain.cmp(&b.domain));
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
