//! Opening the store, and asking it.
//!
//! Two pools on one file. The writer is a single connection: writers of this process queue for it
//! instead of finding the file locked. Readers run beside it on the write-ahead log, see what was
//! committed last, and are forbidden to write by the engine itself.

use std::fs::File;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use model::permit::ReadPermit;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqlSafeStr, Sqlite};

use crate::error::failed_to;
use crate::record::Record;
use crate::scope::reach;
use crate::{StoreError, Tx};

/// How long a writer waits for another one, of this process or of a second `juyan` on the same folder:
/// longer than it takes to enter some millions of remediations at once.
const PATIENCE: Duration = Duration::from_mins(2);
/// Enough for the desk's pages on a small machine; each reader costs a thread and its cache.
const READERS: u32 = 4;

/// The case store. Cloning it is cheap and gives the same store.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) readers: SqlitePool,
    pub(crate) writer: SqlitePool,
}

/// A statement with its values, ready to run.
pub(crate) type Prepared<'q> = Query<'q, Sqlite, SqliteArguments>;

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migration = |version, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        migration(1, "ground", include_str!("../migrations/0001_ground.sql")),
        migration(2, "journal fence", include_str!("../migrations/0002_journal_fence.sqlite.sql")),
        migration(10, "accounts", include_str!("../migrations/0010_accounts.sql")),
        migration(3, "by hand", include_str!("../migrations/0003_by_hand.sql")),
        migration(50, "checkpoints", include_str!("../migrations/0050_checkpoints.sql")),
        migration(30, "filings and reviews", include_str!("../migrations/0030_filings.sql")),
    ])
});

impl Store {
    /// Opens the store in the file `path`, making and migrating it as needed. Its folder must exist.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let cannot_open = |source| StoreError::Open { path: path.to_owned(), source };
        let options = options(path);
        let _alone = alone_at(path).await.map_err(|error| cannot_open(error.into()))?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .connect_with(options.clone().pragma("cache_size", "-65536"))
            .await
            .map_err(cannot_open)?;
        migrate(&writer)
            .await
            .map_err(|source| StoreError::Migrate { path: path.to_owned(), source })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(cannot_open)?;
        Ok(Self { readers, writer })
    }

    /// Begins to write. One writer at a time: a second waits here for the first.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        // IMMEDIATE takes the lock now: a transaction that read first and wrote later could find that
        // the world had moved, and would have to fail.
        let inner = self.writer.begin_with("BEGIN IMMEDIATE").await;
        inner.map(Tx::new).map_err(failed_to("begin to write"))
    }

    /// Waits for whoever is at it, then closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Every row of a statement, as entities.
    pub(crate) async fn all<T>(
        &self,
        doing: &'static str,
        statement: Prepared<'_>,
    ) -> Result<Vec<T>, StoreError>
    where
        T: TryFrom<Record, Error = StoreError>,
    {
        let rows = statement.fetch_all(&self.readers).await.map_err(failed_to(doing))?;
        rows.into_iter().map(|row| T::try_from(Record::new(row))).collect()
    }

    /// The one row of a statement, if there is one.
    pub(crate) async fn one<T>(
        &self,
        doing: &'static str,
        statement: Prepared<'_>,
    ) -> Result<Option<T>, StoreError>
    where
        T: TryFrom<Record, Error = StoreError>,
    {
        let row = statement.fetch_optional(&self.readers).await.map_err(failed_to(doing))?;
        row.map(|row| T::try_from(Record::new(row))).transpose()
    }
}

/// A statement of the registry with the permit's reach bound to `$1`, as each of them expects.
pub(crate) fn ask(sql: &'static str, permit: &ReadPermit) -> Prepared<'static> {
    sqlx::query(sql).bind(reach(permit))
}

/// Waits until nobody else, of this process or another, is opening the store at `path`.
///
/// Of two connections that turn a new file to write-ahead logging at once SQLite sends one away as
/// busy without asking its time-out: it could not tell waiting from a deadlock. Whoever holds the
/// returned file opens alone; dropping it, or dying, lets the next one in.
async fn alone_at(path: &Path) -> std::io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push("-opening");
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::create(name)?;
        file.lock()?;
        Ok(file)
    });
    locked.await.map_err(std::io::Error::other)?
}

/// Brings the schema up to this release, all of it or nothing.
///
/// The lock is taken first: of two processes that open a new file at once, the second finds it migrated.
async fn migrate(writer: &SqlitePool) -> Result<(), MigrateError> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    // Hidden in sqlx's documentation and meant for this: `run` makes a future that cannot be spawned.
    MIGRATIONS.run_direct(None, &mut *tx, false).await?;
    Ok(tx.commit().await?)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // After a bulk load the log shrinks again instead of staying as large as it ever was.
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging()
}
