//! The ledger itself: opening it, beginning an intake, and seeing what is there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::path::Path as Directory;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use model::DeliveryId;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::disk::Disk;
use crate::error::LedgerError;
use crate::intake::Intake;
use crate::log::{Live, Log, TABLE, TakenIn};
use crate::schema::FileEntry;
use crate::tallies::{Summary, Tallies};
use crate::tally::TALLIES;

/// A handle on the ledger; cloning it is cheap.
///
/// Within one process writers take turns: an [`Intake`] holds the pen until it is finished or dropped, and
/// whoever wants it waits. So the memory that intakes need is that of one. Between processes the log
/// decides, and the loser is told to begin again ([`LedgerError::Overtaken`]). Readers never wait.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) disk: Disk,
    pub(crate) log: Log,
    pen: Arc<Mutex<()>>,
    /// What is known of files of tallies, which never change.
    summaries: Mutex<HashMap<String, Arc<Summary>>>,
}

/// The right to write, within this process.
pub(crate) type Pen = OwnedMutexGuard<()>;

/// The answer to a delivery.
#[derive(Debug)]
pub enum Begin {
    /// It is new: take it in.
    New(Box<Intake>),
    /// It is in the ledger already, and changes nothing; what came of it then.
    AlreadyThere(TakenIn),
}

impl Ledger {
    /// Opens the ledger that lies at `root` in a store, or founds it.
    ///
    /// For a local directory prefer [`open_local`](Self::open_local), which survives power loss.
    pub async fn open(store: Arc<dyn ObjectStore>, root: Path) -> Result<Self, LedgerError> {
        Self::on(Disk { store, root, local: None }).await
    }

    /// Opens the ledger in a local directory, or founds it. What is committed survives power loss.
    pub async fn open_local(directory: &Directory) -> Result<Self, LedgerError> {
        let path = || directory.display().to_string();
        let sync = |source| LedgerError::Sync { path: path(), source };
        tokio::fs::create_dir_all(directory).await.map_err(sync)?;
        let directory = tokio::fs::canonicalize(directory).await.map_err(sync)?;
        let store = LocalFileSystem::new_with_prefix(&directory)
            .map_err(|source| LedgerError::Store { path: path(), source })?;
        let root = Path::default();
        Self::on(Disk { store: Arc::new(store), root, local: Some(directory) }).await
    }

    async fn on(disk: Disk) -> Result<Self, LedgerError> {
        let log = Log::open(disk.clone()).await?;
        let (pen, summaries) = (Arc::default(), Mutex::default());
        Ok(Self { inner: Arc::new(Inner { disk, log, pen, summaries }) })
    }

    /// Begins to take in a delivery, waiting for an intake that is under way in this process.
    pub async fn begin(&self, delivery: &DeliveryId) -> Result<Begin, LedgerError> {
        let pen = self.pen().await;
        self.inner.log.refresh().await?;
        if let Some(taken_in) = self.inner.log.taken_in(delivery).await {
            return Ok(Begin::AlreadyThere(taken_in));
        }
        Ok(Begin::New(Box::new(Intake::new(self.inner.clone(), pen, *delivery))))
    }

    /// How many versions the table has: it grows with each delivery taken in and each drop of days.
    pub async fn version(&self) -> Result<u64, LedgerError> {
        self.inner.log.refresh().await
    }

    /// The files of the table that hold some days, by path.
    pub async fn files(&self, days: RangeInclusive<Date>) -> Result<Vec<FileEntry>, LedgerError> {
        Ok(self.live(&days).await?.into_iter().map(|live| live.entry).collect())
    }

    /// The tallies as they stand now.
    pub async fn tallies(&self) -> Result<Tallies, LedgerError> {
        let files: BTreeMap<String, Date> = self
            .live(&(Date::MIN..=Date::MAX))
            .await?
            .into_iter()
            .filter_map(|live| Some((live.tallies?, live.entry.day)))
            .collect();
        let mut summaries = self.inner.summaries.lock().await;
        summaries.retain(|path, _| files.contains_key(path));
        let mut summarised = Vec::with_capacity(files.len());
        for (path, day) in files {
            let summary = if let Some(summary) = summaries.get(&path) {
                summary.clone()
            } else {
                let summary = Arc::new(Summary::read(&self.inner.disk, &path).await?);
                summaries.insert(path.clone(), summary.clone());
                summary
            };
            summarised.push((day, path, summary));
        }
        Ok(Tallies::new(self.inner.disk.clone(), summarised))
    }

    /// Removes files that no version names, left behind by intakes that were cut short.
    ///
    /// Only those written before `written_before` by the store's clock: a younger one may belong to an
    /// intake of another process that has yet to commit. Returns how many were removed.
    pub async fn vacuum_orphans(&self, written_before: Timestamp) -> Result<u64, LedgerError> {
        let _pen = self.pen().await;
        let named = self.named_files().await?;
        let mut removed = 0;
        for below in [TABLE, TALLIES] {
            for object in self.inner.disk.list(&self.inner.disk.at(below)).await? {
                let old = object.last_modified.timestamp_micros() < written_before.as_microsecond();
                if old && !named.contains(&object.location) && !is_of_the_log(&object.location) {
                    self.inner.disk.delete(&object.location).await?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// The store on which the ledger lies.
    pub fn object_store(&self) -> &Arc<dyn ObjectStore> {
        &self.inner.disk.store
    }

    /// Where in the store the table lies; [`FileEntry::path`] is relative to it.
    pub fn table_root(&self) -> Path {
        self.inner.disk.at(TABLE)
    }

    /// Waits for the pen.
    pub(crate) async fn pen(&self) -> Pen {
        self.inner.pen.clone().lock_owned().await
    }

    pub(crate) async fn live(&self, days: &RangeInclusive<Date>) -> Result<Vec<Live>, LedgerError> {
        self.inner.log.refresh().await?;
        Ok(self.inner.log.live(days).await)
    }

    async fn named_files(&self) -> Result<HashSet<Path>, LedgerError> {
        let disk = &self.inner.disk;
        let mut named = HashSet::new();
        for live in self.live(&(Date::MIN..=Date::MAX)).await? {
            named.insert(disk.at(&format!("{TABLE}/{}", live.entry.path)));
            named.extend(live.tallies.map(|path| disk.at(&path)));
        }
        Ok(named)
    }
}

fn is_of_the_log(path: &Path) -> bool {
    let in_log = path.parts().any(|part| part.as_ref() == "_delta_log");
    in_log && !path.as_ref().ends_with(".staged")
}

#[cfg(test)]
mod tests;
