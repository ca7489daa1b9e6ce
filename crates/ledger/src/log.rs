//! The log of the table: which files it consists of, and which deliveries it has taken in.
//!
//! It follows the Delta protocol (reader version 1, writer version 2): `_delta_log/` holds one file of
//! JSON lines a version, and a version exists from the moment its file got its name, which only one
//! writer can win. A delivery is one version: its files (`add`) and the mark that it is in (`txn`, whose
//! `appId` is the delivery) appear together or not at all.
//!
//! **Why not `delta_kernel`.** The official crate, tried at 0.30.1, can do all of this: it runs on
//! arrow 59, and its transactions append, remove and carry `txn` ids. But its engine asks for the whole
//! `arrow`, for every cloud of `object_store`, for `reqwest` twice (0.12 and 0.13) with hyper and rustls,
//! for `quick-xml`, `chrono-tz` and a second `roaring`: 221 crates where our Arrow, Parquet, object store
//! and bitmaps are 113, and 178,000 lines of its own. Without its engine one writes the Parquet, JSON and
//! storage handlers oneself, which is more than the five actions below. So they are ours; the files stay
//! open to every engine, and going over to the crate would change no byte at rest.
//!
//! What is not done: checkpoints. Opening reads the log from its first entry, one entry in memory at a
//! time; what stays in memory is an entry for each live file and 32 bytes for each delivery.

mod actions;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use bytes::Bytes;
use jiff::civil::Date;
use model::DeliveryId;
use object_store::path::Path;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::disk::Disk;
use crate::error::LedgerError;
use crate::schema::FileEntry;

pub(crate) use actions::{Action, Add, Remove, Stats};
use actions::{MetaData, Protocol, Txn};

/// Where the table lies below the ledger's root.
pub(crate) const TABLE: &str = "sightings";

/// A live file of the table, and the tallies that count because it lives.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    pub(crate) entry: FileEntry,
    /// Relative to the ledger's root.
    pub(crate) tallies: Option<String>,
}

/// One version to be.
#[derive(Debug, Default)]
pub(crate) struct Commit {
    pub(crate) actions: Vec<Action>,
    /// The days whose content it was derived from.
    pub(crate) days: BTreeSet<Date>,
    pub(crate) delivery: Option<DeliveryId>,
}

/// What came of a delivery that is in, as its log entry tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Rows that were the first of their key on their day.
    pub new: u64,
    /// Of those, the ones whose holder was known.
    pub attributed: u64,
}

impl TakenIn {
    fn told_by(actions: &[Action]) -> Self {
        let metrics = actions.iter().find_map(|action| match action {
            Action::CommitInfo(info) => info.get("operationMetrics"),
            Action::Protocol(_)
            | Action::MetaData(_)
            | Action::Add(_)
            | Action::Remove(_)
            | Action::Txn(_)
            | Action::Unknown => None,
        });
        let number = |name| metrics.and_then(|metrics| metrics.get(name)?.as_u64()).unwrap_or(0);
        Self { new: number("new"), attributed: number("attributed") }
    }
}

#[derive(Debug)]
pub(crate) struct Log {
    disk: Disk,
    state: Mutex<State>,
}

/// What the entries read so far amount to.
#[derive(Debug, Default)]
struct State {
    /// The version that the next entry will have.
    next: u64,
    live: BTreeMap<String, Live>,
    deliveries: HashMap<DeliveryId, TakenIn>,
}

impl Log {
    /// Opens the log, making the table if there is none.
    pub(crate) async fn open(disk: Disk) -> Result<Self, LedgerError> {
        let log = Self { disk, state: Mutex::new(State::default()) };
        if log.refresh().await? == 0 {
            log.found().await?;
            log.refresh().await?;
        }
        Ok(log)
    }

    /// Takes in what other writers have committed. Returns how many versions there are.
    pub(crate) async fn refresh(&self) -> Result<u64, LedgerError> {
        let mut state = self.state.lock().await;
        while let Some(entry) = self.disk.read(&self.entry(state.next)).await? {
            let actions = self.parse(state.next, &entry)?;
            state.apply(actions).map_err(|what| self.bad(state.next, what))?;
        }
        Ok(state.next)
    }

    /// What came of a delivery, if it is in.
    pub(crate) async fn taken_in(&self, delivery: &DeliveryId) -> Option<TakenIn> {
        self.state.lock().await.deliveries.get(delivery).copied()
    }

    /// The live files of some days, in the order of their paths.
    pub(crate) async fn live(&self, days: &RangeInclusive<Date>) -> Vec<Live> {
        let state = self.state.lock().await;
        state.live.values().filter(|live| days.contains(&live.entry.day)).cloned().collect()
    }

    /// Appends a version, after all that others have appended, unless they touched what it rests on.
    pub(crate) async fn commit(&self, commit: &Commit) -> Result<u64, LedgerError> {
        let entry = write(&commit.actions)?;
        let mut state = self.state.lock().await;
        loop {
            let version = state.next;
            let path = self.entry(version);
            let won = self.disk.put_new(&path, entry.clone()).await?;
            let actions = if won {
                self.parse(version, &entry)?
            } else {
                let theirs = self.disk.read(&path).await?.unwrap_or_default();
                self.parse(version, &theirs)?
            };
            let clash = if won { Ok(()) } else { state.clash(commit, &actions) };
            state.apply(actions).map_err(|what| self.bad(version, what))?;
            clash?;
            if won {
                return Ok(version);
            }
        }
    }

    /// Writes version 0: the protocol and the columns.
    async fn found(&self) -> Result<(), LedgerError> {
        let directory = self.disk.at(TABLE).join("_delta_log");
        if let Some(stray) =
            self.disk.list(&directory).await?.iter().find(|o| is_entry(&o.location))
        {
            let what = "the log does not begin with version 0".to_owned();
            return Err(LedgerError::Log { path: stray.location.to_string(), what });
        }
        let id = Uuid::now_v7().to_string();
        let actions = [
            Action::Protocol(Protocol::OURS),
            Action::MetaData(Box::new(MetaData::of_sightings(id))),
        ];
        // Whoever loses this race finds the same columns written by the winner.
        let _won = self.disk.put_new(&self.entry(0), write(&actions)?).await?;
        Ok(())
    }

    fn entry(&self, version: u64) -> Path {
        self.disk.at(TABLE).join("_delta_log").join(format!("{version:020}.json"))
    }

    fn parse(&self, version: u64, entry: &Bytes) -> Result<Vec<Action>, LedgerError> {
        if entry.is_empty() {
            return Err(self.bad(version, "it is empty".to_owned()));
        }
        let lines = entry.split(|&b| b == b'\n').filter(|line| !line.trim_ascii().is_empty());
        lines.map(|line| Action::parse(line).map_err(|what| self.bad(version, what))).collect()
    }

    fn bad(&self, version: u64, what: String) -> LedgerError {
        LedgerError::Log { path: self.entry(version).to_string(), what }
    }
}

impl State {
    fn apply(&mut self, actions: Vec<Action>) -> Result<(), String> {
        let taken_in = TakenIn::told_by(&actions);
        for action in actions {
            match action {
                Action::Protocol(protocol) => protocol.check()?,
                Action::MetaData(table) => table.check()?,
                Action::Add(add) => {
                    self.live.insert(add.path.clone(), add.live()?);
                }
                Action::Remove(remove) => {
                    self.live.remove(&remove.path);
                }
                // Other writers' marks are no business of ours.
                Action::Txn(txn) => {
                    let delivery = txn.app_id.parse::<DeliveryId>().ok();
                    self.deliveries.extend(delivery.map(|delivery| (delivery, taken_in)));
                }
                Action::CommitInfo(_) | Action::Unknown => {}
            }
        }
        self.next += 1;
        Ok(())
    }

    /// Whether others' actions pull the ground from under a commit.
    fn clash(&self, ours: &Commit, theirs: &[Action]) -> Result<(), LedgerError> {
        for action in theirs {
            if let Action::Txn(Txn { app_id, .. }) = action
                && ours.delivery.is_some_and(|delivery| delivery.to_string() == *app_id)
            {
                return Err(LedgerError::AlreadyThere { delivery: app_id.clone() });
            }
            let touched = match action {
                Action::Add(add) => add.day(),
                Action::Remove(remove) => self.live.get(&remove.path).map(|live| live.entry.day),
                Action::Protocol(_)
                | Action::MetaData(_)
                | Action::Txn(_)
                | Action::CommitInfo(_)
                | Action::Unknown => None,
            };
            if let Some(day) = touched.filter(|day| ours.days.contains(day)) {
                return Err(LedgerError::Overtaken { day });
            }
        }
        Ok(())
    }
}

impl Commit {
    /// The version that takes in a delivery, whose files are yet to be added.
    pub(crate) fn of_delivery(delivery: DeliveryId) -> Self {
        let txn = Txn { app_id: delivery.to_string(), version: 1 };
        Self { actions: vec![Action::Txn(txn)], days: BTreeSet::new(), delivery: Some(delivery) }
    }
}

fn write(actions: &[Action]) -> Result<Bytes, LedgerError> {
    let mut entry = Vec::new();
    for action in actions {
        serde_json::to_writer(&mut entry, action)
            .map_err(|error| LedgerError::corrupt("a new log entry", error))?;
        entry.push(b'\n');
    }
    Ok(entry.into())
}

fn is_entry(path: &Path) -> bool {
    path.extension().is_some_and(|extension| matches!(extension, "json" | "parquet"))
        && path.filename().is_some_and(|name| !name.starts_with('.'))
}

#[cfg(test)]
mod tests;
