//! What holds for each engine by itself: its settings, its plans, and that it takes every statement.

use std::fmt::Write;
use std::process::Command;

use expect_test::expect_file;
use sqlx::{AssertSqlSafe, Executor, PgPool, Row, SqlSafeStr, SqlitePool};
use testkit::postgres::{NAMED_IN, shared};

use super::statements;
use crate::engine::{Engine, Pools};
use crate::testing::{ENGINE, Place, World, engine};
use crate::{Address, Store, StoreError};

/// This test program once more, in which every test keeps its store at PostgreSQL.
#[test]
fn every_test_of_this_crate_holds_on_postgresql() {
    if engine() == Engine::Postgres {
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .env(ENGINE, "postgres")
        .env(NAMED_IN, shared().address())
        .args(["--test-threads", "4"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let passed = said.split("test result: ok. ").nth(1).and_then(|rest| rest.split(' ').next());
    let passed: u32 = passed.unwrap().parse().unwrap();
    assert!(passed > 50, "only {passed} tests ran: {said}");
}

async fn sqlite() -> (World, SqlitePool, SqlitePool) {
    let world = World::on(Engine::Sqlite).await;
    let Pools::Sqlite(pools) = &world.store.pools else { panic!("not SQLite") };
    let (readers, writer) = (pools.readers.clone(), pools.writer.clone());
    (world, readers, writer)
}

async fn postgres() -> (World, PgPool, PgPool) {
    let world = World::on(Engine::Postgres).await;
    let Pools::Postgres(pools) = &world.store.pools else { panic!("not PostgreSQL") };
    let (readers, writer) = (pools.readers.clone(), pools.writer.clone());
    (world, readers, writer)
}

#[tokio::test]
async fn sqlite_runs_with_a_log_full_sync_and_foreign_keys() {
    let (_world, readers, writer) = sqlite().await;
    for pool in [writer, readers] {
        for (pragma, wanted) in [
            ("PRAGMA journal_mode", "wal"),
            ("PRAGMA synchronous", "2"),
            ("PRAGMA foreign_keys", "1"),
        ] {
            let row = sqlx::query(pragma).fetch_one(&pool).await.unwrap();
            let found = row
                .try_get::<String, _>(0)
                .or_else(|_| row.try_get::<i64, _>(0).map(|number| number.to_string()));
            assert_eq!(found.unwrap(), wanted, "{pragma}");
        }
    }
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let (_world, readers, _) = sqlite().await;
    let refused = sqlx::query("DELETE FROM province").execute(&readers).await;
    assert!(refused.unwrap_err().to_string().contains("readonly"));

    let (_world, readers, _) = postgres().await;
    let refused = sqlx::query("DELETE FROM province").execute(&readers).await;
    assert!(refused.unwrap_err().to_string().contains("read-only"));
}

#[tokio::test]
async fn a_store_in_a_folder_that_is_not_there_says_which() {
    let folder = tempfile::TempDir::new().unwrap();
    let error = Store::open(&folder.path().join("no/case.db").into()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Open { .. }), "{error}");
    assert!(error.to_string().contains("no/case.db"), "{error}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_without_its_password() {
    let text = format!("{}/nowhere", shared().address());
    let error = Store::open(&text.parse().unwrap()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(error.to_string().contains("/nowhere`"), "{error}");
    let password = text.split([':', '@']).nth(2).unwrap();
    assert!(password.len() > 8 && !shown.contains(password), "{shown}");
}

#[tokio::test]
async fn a_database_that_compares_texts_as_people_do_is_refused() {
    for unfit in [
        "ENCODING 'UTF8' LOCALE 'C.UTF-8'",
        "ENCODING 'SQL_ASCII' LOCALE 'C'",
        "ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en'",
    ] {
        let database = shared().database_with(unfit);
        let address: Address = database.address().parse().unwrap();
        let error = Store::open(&address).await.unwrap_err();
        assert!(matches!(&error, StoreError::Unfit { .. }), "{unfit}: {error}");
        assert!(error.to_string().contains("LOCALE 'C'"), "{unfit}: {error}");
    }
}

#[tokio::test]
async fn a_database_of_a_later_release_is_left_alone() {
    let place = Place::new();
    let store = Store::open(&place.address()).await.unwrap();
    let later = "INSERT INTO _sqlx_migrations
                        (version, description, success, checksum, execution_time)
                 SELECT 9999, 'of a later release', success, checksum, 0
                   FROM _sqlx_migrations WHERE version = 1";
    let world = World { store, place };
    world.tamper(later).await;
    let refused = Store::open(&world.place.address()).await;
    assert!(matches!(refused, Err(StoreError::Migrate { .. })), "{refused:?}");
}

#[tokio::test]
async fn sqlite_uses_the_index_that_each_statement_says() {
    if engine() == Engine::Postgres {
        // The bulk statements are worded for PostgreSQL in that run.
        return;
    }
    let (_world, readers, _) = sqlite().await;
    let mut plans = String::new();
    for (file, name, sql) in statements() {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = sqlx::query(explain).fetch_all(&readers).await.unwrap();
        writeln!(plans, "{file} {name}").unwrap();
        for row in rows {
            let step: String = row.get("detail");
            assert!(!step.contains("TEMP B-TREE"), "{file} {name} sorts: {step}");
            let whole_table = step.starts_with("SCAN")
                && !step.contains(" INDEX ")
                && !step.ends_with("VALUES CLAUSE")
                // What the indexed searches of the view's three parts have found.
                && step != "SCAN within_reach";
            assert!(!whole_table, "{file} {name} reads it all: {step}");
            writeln!(plans, "  {step}").unwrap();
        }
    }
    expect_file!["plans.txt"].assert_eq(&plans);
}

#[tokio::test]
async fn each_engine_prepares_every_statement() {
    let world = World::new().await;
    for (file, name, sql) in statements() {
        let sql = AssertSqlSafe(sql).into_sql_str();
        let prepared = match &world.store.pools {
            Pools::Sqlite(pools) => pools.writer.prepare(sql).await.map(drop),
            Pools::Postgres(pools) => pools.writer.prepare(sql).await.map(drop),
        };
        assert!(prepared.is_ok(), "{file} {name}: {:?}", prepared.err());
    }
}

/// Whether PostgreSQL *can* answer by an index: with tables as empty as these it would not choose to.
#[tokio::test]
async fn postgresql_needs_neither_to_read_a_table_whole_nor_to_sort() {
    if engine() == Engine::Sqlite {
        return;
    }
    let (_world, _, writer) = postgres().await;
    let mut connection = writer.acquire().await.unwrap();
    for setting in [
        "SET enable_seqscan = off",
        "SET enable_sort = off",
        "SET enable_bitmapscan = off",
        "SET plan_cache_mode = force_generic_plan",
    ] {
        sqlx::query(setting).execute(&mut *connection).await.unwrap();
    }
    for (place, (file, name, sql)) in statements().into_iter().enumerate() {
        let prepare = AssertSqlSafe(format!("PREPARE s{place} AS {sql}"));
        sqlx::raw_sql(prepare).execute(&mut *connection).await.unwrap();
        let values = (1..).take_while(|n| sql.contains(&format!("${n}"))).map(|_| "NULL");
        let values = values.collect::<Vec<_>>().join(", ");
        let values = if values.is_empty() { values } else { format!("({values})") };
        let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE s{place}{values}"));
        let rows = sqlx::raw_sql(explain).fetch_all(&mut *connection).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        assert!(!plan.contains("Seq Scan"), "{file} {name} reads it all:\n{plan}");
        assert!(!plan.contains("Sort"), "{file} {name} sorts:\n{plan}");
    }
}
