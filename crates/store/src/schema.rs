//! The schema: its steps, its tables, and how far a store has come.
//!
//! Opening a store takes the steps that are missing, all of them or none, and nobody else meanwhile. A
//! store of a later release is left alone.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqlSafeStr};

use crate::address::Address;
use crate::connection::Unopened;
use crate::{Store, StoreError, sqlite};

/// The schema, step by step; `fence` is the one step that each engine words its own way.
pub(crate) fn migrations(fence: &'static str) -> Migrator {
    let migration = |version, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let mut migrations = Migrator::with_migrations(vec![
        migration(1, "ground", include_str!("../migrations/0001_ground.sql")),
        migration(2, "journal fence", fence),
        migration(3, "by hand", include_str!("../migrations/0003_by_hand.sql")),
        migration(10, "accounts", include_str!("../migrations/0010_accounts.sql")),
        migration(30, "filings and reviews", include_str!("../migrations/0030_filings.sql")),
        migration(40, "directory", include_str!("../migrations/0040_directory.sql")),
        migration(50, "checkpoints", include_str!("../migrations/0050_checkpoints.sql")),
    ]);
    // Whoever migrates holds the writer's lock already.
    migrations.set_locking(false);
    migrations
}

/// A step of the schema: its number and its name.
pub type Step = (i64, String);

/// The tables, in the order in which they were made: each after those to which it refers.
pub fn tables() -> Vec<String> {
    let name = |line: &str| {
        let rest = line.strip_prefix("CREATE TABLE ")?;
        Some(rest.split([' ', '(']).next()?.to_owned())
    };
    let steps = migrations(sqlite::FENCE);
    steps
        .iter()
        .flat_map(|step| step.sql.as_str().lines().filter_map(name).collect::<Vec<_>>())
        .collect()
}

/// The last step that this release knows.
pub fn newest_step() -> i64 {
    migrations(sqlite::FENCE).iter().map(|step| step.version).max().unwrap_or_default()
}

impl Store {
    /// The steps that opening the store would take; none if there is no store at all. Changes nothing.
    pub async fn pending(address: &Address) -> Result<Option<Vec<Step>>, StoreError> {
        let taken = match address {
            Address::File(path) if !path.exists() => Ok(None),
            Address::File(path) => taken_in_file(path).await,
            Address::Server(server) => taken_at_server(&server.options).await,
        };
        let taken = taken.map_err(|why| Unopened::Refused(why).at(address))?;
        let steps = migrations(sqlite::FENCE);
        let pending = |taken: Vec<i64>| {
            let missing = steps.iter().filter(|step| !taken.contains(&step.version));
            missing.map(|step| (step.version, step.description.to_string())).collect()
        };
        Ok(taken.map(pending))
    }
}

const STEPS_TAKEN: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";

async fn taken_in_file(path: &std::path::Path) -> sqlx::Result<Option<Vec<i64>>> {
    let mut file = SqliteConnectOptions::new().filename(path).connect().await?;
    let is_there = "SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations'";
    if sqlx::query(is_there).fetch_optional(&mut file).await?.is_none() {
        return Ok(None);
    }
    let taken = sqlx::query_scalar(STEPS_TAKEN).fetch_all(&mut file).await?;
    file.close().await?;
    Ok(Some(taken))
}

async fn taken_at_server(
    options: &sqlx::postgres::PgConnectOptions,
) -> sqlx::Result<Option<Vec<i64>>> {
    let mut server = options.clone().disable_statement_logging().connect().await?;
    let is_there = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    if !sqlx::query_scalar::<_, bool>(is_there).fetch_one(&mut server).await? {
        return Ok(None);
    }
    let taken = sqlx::query_scalar(STEPS_TAKEN).fetch_all(&mut server).await?;
    server.close().await?;
    Ok(Some(taken))
}
