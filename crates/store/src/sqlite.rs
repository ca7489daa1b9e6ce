//! Opening a store in a file: SQLite.
//!
//! Two pools on one file. Readers run beside the writer on the write-ahead log, see what was committed
//! last, and are forbidden to write by the engine itself.

use std::fs::File;
use std::path::Path;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Sqlite};

use crate::connection::{PATIENCE, READERS, Unopened};
use crate::engine::Pair;
use crate::schema::migrations;

pub(crate) const FENCE: &str = include_str!("../migrations/0002_journal_fence.sqlite.sql");

/// Opens the file `path`, making and migrating it as needed. Its folder must exist.
pub(crate) async fn open(path: &Path) -> Result<Pair<Sqlite>, Unopened> {
    let options = options(path);
    let _alone = alone_at(path).await.map_err(|error| Unopened::Refused(error.into()))?;
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone().pragma("cache_size", "-65536"))
        .await?;
    migrate(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_with(options.pragma("query_only", "ON"))
        .await?;
    Ok(Pair { readers, writer })
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
    migrations(FENCE).run_direct(None, &mut *tx, false).await?;
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
