//! Attribution: which organisation held an address *at a moment*, and who answers for a domain.
//!
//! Holdings change hands. A sighting is judged by the holding in force when it was seen, never by
//! today's; so every question about an address takes an instant, and none has a default. That nobody
//! is known to hold an address is an answer, not an error.
//!
//! The source of truth is two tables: the country's own [register](AtlasBuilder::register_csv), which
//! is dated and outranks the [AS table](AtlasBuilder::as_table_csv), which is not. Between two
//! neighbouring instants at which the register changes, everything stands still, and there both are
//! compiled into one [`Snapshot`]. Snapshots are derived, built when many rows want one, and forgotten
//! freely; the few rows that stray from other times are looked up one by one. An [`Atlas`] itself never changes: a new one is built beside it and [`Shared::replace`]d.

mod block;
mod builder;
mod coder;
mod cover;
mod direct;
mod domains;
mod error;
mod loaded;
mod ranges;
mod recent;
mod register;
mod shared;
mod snapshot;
mod strips;
mod systems;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use model::{Attribution, Fqdn, Holding, Ip, Sightings};
use serde::Serialize;

pub use block::{BadBlock, Block};
pub use builder::AtlasBuilder;
pub use domains::{Because, DomainHolding};
pub use error::AtlasError;
pub use loaded::{Loaded, Skipped};
pub use shared::Shared;
pub use snapshot::Snapshot;

use coder::{Coder, Pair};
use direct::Direct;
use domains::Domains;
use recent::Recent;
use register::Register;
use snapshot::Compiled;
use systems::Systems;

/// Snapshots kept: about 20 MB each under a full routing table of half a million ranges.
const SNAPSHOTS_KEPT: usize = 2;

/// Direct tables kept: 64 MiB each, so 128 MiB, and 1 KiB more for each /24 that is split.
const TABLES_KEPT: usize = 2;

/// From so many rows on in one batch it pays to compile a snapshot and its table.
const WORTH_A_TABLE: usize = 4096;

/// Who holds which address, and since when. Unchanging; built by [`AtlasBuilder`].
#[derive(Debug)]
pub struct Atlas {
    register: Register,
    systems: Systems,
    domains: Domains,
    /// The instants at which the register changes, ascending, in microseconds. Interval 0 lies before
    /// the first of them, interval `n` from the `n`th up to but without the next.
    changes: Vec<i64>,
    snapshots: Recent<Snapshot>,
    /// `None` for a table that would have grown too large; its snapshot is searched instead.
    tables: Recent<Option<Direct>>,
}

/// Everything known about one address at one instant, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    pub holding: Holding,
    /// The highest table that knows the address.
    pub source: Source,
    /// The entry of the register that was in force.
    pub register: Option<Registered>,
    /// The block of the AS table, which gives the AS even where the register has an entry.
    pub as_table: Option<Block>,
}

impl Found {
    /// The block that decided: the register's if it has one, else the AS table's.
    pub fn block(&self) -> Option<Block> {
        self.register.map(|registered| registered.block).or(self.as_table)
    }
}

/// Where a holding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    Register,
    AsTable,
    /// Neither table knows the address.
    Unknown,
}

/// An entry of the register: which block, from when (inclusive) to when (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Registered {
    pub block: Block,
    /// None: since ever.
    pub valid_from: Option<Timestamp>,
    /// None: until further notice.
    pub valid_to: Option<Timestamp>,
}

impl Atlas {
    pub fn builder() -> AtlasBuilder {
        AtlasBuilder::default()
    }

    fn new(register: Register, systems: Systems, domains: Domains) -> Self {
        let changes = register.changes();
        let snapshots = Recent::keeping(SNAPSHOTS_KEPT);
        let tables = Recent::keeping(TABLES_KEPT);
        Self { register, systems, domains, changes, snapshots, tables }
    }

    /// The holding of each row: that in force when it was seen.
    ///
    /// Rows are attributed by address. A row without one, whose subject is a domain or a URL, is left
    /// unknown here; ask [`domain`](Self::domain) about it.
    pub fn attribute(&self, sightings: &Sightings) -> Attribution {
        let interval = sightings.seen.first().map_or(0, |&seen| self.interval(seen));
        let (from, to) = self.edges(interval);
        if sightings.seen.iter().all(|&seen| from <= seen && seen < to)
            && let Some(compiled) = self.compiled(interval, sightings.len())
        {
            let holdings = compiled.snapshot.holdings();
            return Attribution { codes: compiled.codes(&sightings.ip), holdings };
        }
        self.attribute_apart(sightings)
    }

    /// Everything known about an address at an instant, and from where: for a person to read.
    pub fn lookup(&self, ip: Ip, at: Timestamp) -> Found {
        let entry = self.register.in_force(ip, at.as_microsecond());
        let claim = self.systems.claim(ip);
        Found {
            holding: Coder::new(&self.register, &self.systems).holding((
                entry.map_or(0, |entry| entry.party),
                claim.map_or(0, |claim| claim.system),
            )),
            source: match (entry, claim) {
                (Some(_), _) => Source::Register,
                (None, Some(_)) => Source::AsTable,
                (None, None) => Source::Unknown,
            },
            register: entry.map(register::Entry::registered),
            as_table: claim.map(|claim| claim.block),
        }
    }

    /// Who answers for a domain.
    pub fn domain(&self, name: &Fqdn) -> DomainHolding {
        self.domains.holding(name)
    }

    /// The compiled tables of the interval around an instant.
    ///
    /// The first to ask for one compiles it and whoever else wants the same waits for it; readers of
    /// other snapshots do not.
    pub fn snapshot(&self, at: Timestamp) -> Arc<Snapshot> {
        self.snapshot_of(self.interval(at.as_microsecond()))
    }

    /// Compiles what questions about this instant need, so that the first of them need not wait.
    ///
    /// For the thread that builds a new atlas, before it calls [`Shared::replace`].
    pub fn prepare(&self, at: Timestamp) {
        let interval = self.interval(at.as_microsecond());
        self.table_of(interval, &self.snapshot_of(interval));
    }

    /// Rows seen in several intervals, or too few to compile anything for.
    ///
    /// Only the largest part may have something compiled for it. A delivery that wanders over a year
    /// of changes would otherwise compile one snapshot after another and use none twice.
    fn attribute_apart(&self, sightings: &Sightings) -> Attribution {
        let mut parts: BTreeMap<usize, (Vec<usize>, Vec<Ip>)> = BTreeMap::new();
        for (row, (&seen, &ip)) in sightings.seen.iter().zip(&sightings.ip).enumerate() {
            let (rows, addresses) = parts.entry(self.interval(seen)).or_default();
            rows.push(row);
            addresses.push(ip);
        }
        let largest = parts.values().map(|(rows, _)| rows.len()).max().unwrap_or_default();
        let mut coder = Coder::new(&self.register, &self.systems);
        let mut attributed = vec![0; sightings.len()];
        for (interval, (rows, addresses)) in parts {
            let many = if rows.len() == largest { largest } else { 0 };
            for (row, pair) in rows.into_iter().zip(self.pairs(interval, many, &addresses)) {
                if let Some(code) = attributed.get_mut(row) {
                    *code = coder.code(pair);
                }
            }
        }
        Attribution { codes: attributed, holdings: coder.finish().1 }
    }

    /// Who holds these addresses within an interval, by number.
    fn pairs(&self, interval: usize, many: usize, addresses: &[Ip]) -> Vec<Pair> {
        if let Some(compiled) = self.compiled(interval, many) {
            return compiled.pairs(addresses);
        }
        let (at, _) = self.edges(interval);
        let party = |ip| self.register.in_force(ip, at).map_or(0, |entry| entry.party);
        let system = |ip| self.systems.claim(ip).map_or(0, |claim| claim.system);
        addresses.iter().map(|&ip| (party(ip), system(ip))).collect()
    }

    /// What is compiled for an interval, or shall be because so many rows ask. None is no loss: a few
    /// rows are found sooner one by one.
    ///
    /// Snapshot and table are forgotten apart from each other. They fit all the same, because whoever
    /// compiles an interval of an unchanging atlas again gives out the same codes.
    fn compiled(&self, interval: usize, rows: usize) -> Option<Compiled> {
        if rows < WORTH_A_TABLE {
            let snapshot = self.snapshots.peek(interval)?;
            return Some(Compiled { snapshot, table: self.tables.peek(interval) });
        }
        let snapshot = self.snapshot_of(interval);
        let table = Some(self.table_of(interval, &snapshot));
        Some(Compiled { snapshot, table })
    }

    fn snapshot_of(&self, interval: usize) -> Arc<Snapshot> {
        self.snapshots.get(interval, || {
            let (from, to) = self.edges(interval);
            Snapshot::compile(&self.register, &self.systems, from, to)
        })
    }

    fn table_of(&self, interval: usize, snapshot: &Snapshot) -> Arc<Option<Direct>> {
        self.tables.get(interval, || Direct::of(snapshot))
    }

    /// The interval in which an instant lies.
    fn interval(&self, micros: i64) -> usize {
        self.changes.partition_point(|&change| change <= micros)
    }

    /// Where an interval begins and, exclusively, ends.
    fn edges(&self, interval: usize) -> (i64, i64) {
        let before = interval.checked_sub(1).and_then(|i| self.changes.get(i));
        let after = self.changes.get(interval);
        (before.copied().unwrap_or(i64::MIN), after.copied().unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests;
