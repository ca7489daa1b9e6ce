//! The object store as the ledger uses it: whole objects in, ranges out, and one way to claim a name.
//!
//! **Durability.** An object store answers a PUT when it is safe. A local directory does not: rename and
//! hard link are atomic but may outlive the data they point to when the power fails. So where the
//! directory is known (see [`Disk::local`]) a data file and its directory are synced before the log is
//! touched, and a log entry is synced *before* it gets its name. Power loss then leaves at worst files
//! that no log entry names. Opened over a bare `LocalFileSystem` whose directory we do not know, the
//! ledger is safe against the death of the process but not of the machine.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{AsyncFileReader, MetadataSuffixFetch};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use uuid::Uuid;

use crate::error::LedgerError;

/// An object larger than this is no log entry of ours: about a million files in one commit.
const LONGEST_ENTRY: u64 = 256 << 20;

/// A store and the place in it that belongs to one ledger.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    pub(crate) store: Arc<dyn ObjectStore>,
    /// Where the ledger lies within the store.
    pub(crate) root: Path,
    /// The directory behind the store's root, when there is one and we know it.
    pub(crate) local: Option<PathBuf>,
}

impl Disk {
    /// The path of an object given relative to the ledger's root.
    pub(crate) fn at(&self, relative: &str) -> Path {
        relative.split('/').fold(self.root.clone(), Path::join)
    }

    /// The whole of a small object; `None` if there is none.
    pub(crate) async fn read(&self, path: &Path) -> Result<Option<Bytes>, LedgerError> {
        let found = match self.store.get(path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(source) => return Err(at(path)(source)),
        };
        if found.meta.size > LONGEST_ENTRY {
            let what = format!("{} bytes are more than any log entry has", found.meta.size);
            return Err(LedgerError::Log { path: path.to_string(), what });
        }
        found.bytes().await.map(Some).map_err(at(path))
    }

    /// Writes a whole object and makes it durable.
    pub(crate) async fn put(&self, path: &Path, content: PutPayload) -> Result<(), LedgerError> {
        self.store.put(path, content).await.map_err(at(path))?;
        self.sync(path).await
    }

    /// Writes an object if no object has that name; tells whether it did.
    pub(crate) async fn put_new(&self, path: &Path, bytes: Bytes) -> Result<bool, LedgerError> {
        if let Some(target) = self.on_disk(path) {
            return put_new_locally(target, bytes)
                .await
                .map_err(|source| LedgerError::Sync { path: path.to_string(), source });
        }
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(path, PutPayload::from_bytes(bytes), options).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(source) => Err(at(path)(source)),
        }
    }

    pub(crate) async fn head(&self, path: &Path) -> Result<ObjectMeta, LedgerError> {
        self.store.head(path).await.map_err(at(path))
    }

    /// Removes an object; none of that name is as good.
    pub(crate) async fn delete(&self, path: &Path) -> Result<(), LedgerError> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(at(path)(source)),
        }
    }

    /// Everything below a path.
    pub(crate) async fn list(&self, below: &Path) -> Result<Vec<ObjectMeta>, LedgerError> {
        self.store.list(Some(below)).try_collect().await.map_err(at(below))
    }

    async fn sync(&self, path: &Path) -> Result<(), LedgerError> {
        let Some(file) = self.on_disk(path) else {
            return Ok(());
        };
        sync_file_and_parents(file)
            .await
            .map_err(|source| LedgerError::Sync { path: path.to_string(), source })
    }

    fn on_disk(&self, path: &Path) -> Option<PathBuf> {
        let base = self.local.as_ref()?;
        Some(path.parts().fold(base.clone(), |whole, part| whole.join(part.as_ref())))
    }
}

/// Turns a store's complaint about a path into ours.
pub(crate) fn at(path: &Path) -> impl Fn(object_store::Error) -> LedgerError {
    move |source| LedgerError::Store { path: path.to_string(), source }
}

async fn put_new_locally(target: PathBuf, bytes: Bytes) -> std::io::Result<bool> {
    let Some(directory) = target.parent() else {
        return Ok(false);
    };
    tokio::fs::create_dir_all(directory).await?;
    let staged = directory.join(format!(".{}.staged", Uuid::now_v7().simple()));
    tokio::fs::write(&staged, &bytes).await?;
    tokio::fs::File::open(&staged).await?.sync_all().await?;
    let linked = tokio::fs::hard_link(&staged, &target).await;
    tokio::fs::remove_file(&staged).await?;
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    }
    sync_file_and_parents(target).await?;
    Ok(true)
}

/// Syncs a file, its directory, and the directory above, in which the first may be new.
async fn sync_file_and_parents(file: PathBuf) -> std::io::Result<()> {
    for path in file.ancestors().take(3) {
        tokio::fs::File::open(path).await?.sync_all().await?;
    }
    Ok(())
}

/// A Parquet file in the store, read by ranges.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) path: Path,
}

fn as_parquet_error(error: object_store::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

impl AsyncFileReader for StoredFile {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        async move { self.store.get_range(&self.path, range).await.map_err(as_parquet_error) }
            .boxed()
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, Result<Vec<Bytes>, ParquetError>> {
        async move { self.store.get_ranges(&self.path, &ranges).await.map_err(as_parquet_error) }
            .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>, ParquetError>> {
        async move {
            let reader = ParquetMetaDataReader::new().with_arrow_reader_options(options);
            reader.load_via_suffix_and_finish(self).await.map(Arc::new)
        }
        .boxed()
    }
}

impl MetadataSuffixFetch for &mut StoredFile {
    fn fetch_suffix(&mut self, suffix: usize) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        async move {
            let suffix = u64::try_from(suffix).unwrap_or(u64::MAX);
            let range = Some(GetRange::Suffix(suffix));
            let options = GetOptions { range, ..GetOptions::default() };
            let found = self.store.get_opts(&self.path, options).await.map_err(as_parquet_error)?;
            found.bytes().await.map_err(as_parquet_error)
        }
        .boxed()
    }
}
