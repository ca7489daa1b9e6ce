//! Opening a store in a database of a PostgreSQL server.
//!
//! The database must be there and empty, or hold a store: who may make databases is not for this program
//! to say. It must compare texts byte by byte, as the statements expect and SQLite does.

use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Postgres};

use crate::address::Server;
use crate::connection::{PATIENCE, READERS, Unopened};
use crate::engine::{Pair, begin_alone};
use crate::schema::migrations;

const FENCE: &str = include_str!("../migrations/0002_journal_fence.postgres.sql");

/// Connects, and makes or migrates the tables as needed.
pub(crate) async fn open(server: &Server) -> Result<Pair<Postgres>, Unopened> {
    let options = options(server);
    let writer = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone())
        .await?;
    compares_bytes(&writer).await?;
    migrate(&writer).await?;
    let readers = PgPoolOptions::new()
        .max_connections(READERS)
        .connect_with(options.options([("default_transaction_read_only", "on")]))
        .await?;
    Ok(Pair { readers, writer })
}

/// Refuses a database that sorts texts as people of some country do, or that cannot hold every text.
async fn compares_bytes(pool: &PgPool) -> Result<(), Unopened> {
    // The comparison as well as the name: a collation of ICU may stand behind either name.
    let found: (String, String, bool) = sqlx::query_as(
        "SELECT datcollate, pg_encoding_to_char(encoding), 'Z' < 'a' AND 'a-b' < 'aab'
           FROM pg_database
          WHERE datname = current_database()",
    )
    .fetch_one(pool)
    .await?;
    match found {
        (collation, encoding, true)
            if matches!(collation.as_str(), "C" | "POSIX") && encoding == "UTF8" =>
        {
            Ok(())
        }
        (collation, encoding, _) => Err(Unopened::Unfit { collation, encoding }),
    }
}

/// Brings the schema up to this release, all of it or nothing, and nobody else meanwhile.
async fn migrate(writer: &PgPool) -> Result<(), MigrateError> {
    let mut tx = begin_alone(writer).await?;
    // Hidden in sqlx's documentation and meant for this: `run` makes a future that cannot be spawned.
    migrations(FENCE).run_direct(None, &mut *tx, false).await?;
    Ok(tx.commit().await?)
}

fn options(server: &Server) -> PgConnectOptions {
    let patience = PATIENCE.as_millis().to_string();
    PgConnectOptions::clone(&server.options)
        .application_name("juyan")
        .options([
            ("lock_timeout", patience.as_str()),
            // What was said to be committed is on disk, whatever the role's own settings say.
            ("synchronous_commit", "on"),
            ("client_min_messages", "warning"),
        ])
        .disable_statement_logging()
}
