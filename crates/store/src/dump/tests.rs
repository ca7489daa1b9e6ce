//! What one engine wrote, every engine takes, and nothing else is taken for it.

use std::collections::BTreeMap;

use model::remediation::Subject;

use crate::engine::Engine;
use crate::journal::Verified;
use crate::schema::{newest_step, tables};
use crate::testing::{Place, World, everything, only, remediation};
use crate::{Store, StoreError};

type Touch = (&'static str, fn(&mut Vec<String>));
type Dump = BTreeMap<String, Vec<String>>;

async fn dump(store: &Store) -> (Dump, Verified) {
    let mut dump = Dump::new();
    let mut keep = |table: &str, line: &str| {
        dump.entry(table.to_owned()).or_default().push(line.to_owned());
        Ok(())
    };
    let verified = store.dump(&everything(), &mut keep).await.unwrap();
    (dump, verified)
}

async fn load(dump: &Dump, into: &Store) -> Result<Verified, StoreError> {
    let mut loading = into.load().await?;
    for table in tables() {
        loading.table(&table).await?;
        for line in dump.get(&table).into_iter().flatten() {
            loading.line(line).await?;
        }
    }
    loading.finish(&everything()).await
}

async fn filled(engine: Engine) -> World {
    let world = World::with_an_incident_on(engine).await;
    let mut tx = world.store.begin().await.unwrap();
    let subjects = ["192.0.2.1", "2001:db8::1"].map(|ip| Subject::Ip(ip.parse().unwrap()));
    tx.upsert_remediations(&subjects.map(remediation)).await.unwrap();
    world.keep(tx).await.unwrap();
    world
}

#[tokio::test]
async fn a_dump_of_either_engine_goes_into_either_and_comes_out_the_same() {
    let engines = [Engine::Sqlite, Engine::Postgres];
    for (from, to) in engines.into_iter().flat_map(|from| engines.map(|to| (from, to))) {
        let world = filled(from).await;
        let (first, verified) = dump(&world.store).await;
        assert_eq!(first.len(), tables().len());
        assert_eq!(first["remediation"].len(), 3, "a header and two rows");
        let place = Place::on(to);
        let other = Store::open(&place.address()).await.unwrap();
        assert_eq!(load(&first, &other).await.unwrap(), verified, "{from:?} to {to:?}");
        assert_eq!(dump(&other).await.0, first, "{from:?} to {to:?}");
    }
}

#[tokio::test]
async fn every_table_of_the_store_is_in_its_dump() {
    let world = World::new().await;
    let (dump, _) = dump(&world.store).await;
    let catalogue = match crate::testing::engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Engine::Postgres => {
            "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = 'public'"
        }
    };
    let rows = world.store.pools.all(crate::statement::tell(catalogue)).await.unwrap();
    for row in rows {
        let name = row.text("name").unwrap();
        assert!(name.starts_with("_sqlx") || dump.contains_key(&name), "{name} is left out");
    }
}

#[tokio::test]
async fn a_dump_goes_into_an_empty_store_only() {
    let world = filled(crate::testing::engine()).await;
    let refused = world.store.load().await;
    assert!(matches!(refused, Err(StoreError::NotEmpty { entries: 3 })), "{refused:?}");
}

#[tokio::test]
async fn a_dump_that_was_touched_is_not_loaded() {
    let world = filled(crate::testing::engine()).await;
    let (whole, _) = dump(&world.store).await;
    let touched: [Touch; 6] = [
        ("journal", |lines| drop(lines.remove(2))),
        ("journal", |lines| lines.swap(1, 2)),
        ("journal", |lines| lines[2] = lines[2].replace("desk", "someone")),
        ("notice", |lines| lines[1] = "[]".to_owned()),
        ("organisation", |lines| lines[0] = lines[0].replace("handle", "handel")),
        ("remediation", |lines| lines[1] = lines[1].replace("4444", "true")),
    ];
    for (table, touch) in touched {
        let mut dump = whole.clone();
        touch(dump.get_mut(table).unwrap());
        assert_ne!(dump, whole, "{table}");
        let place = Place::new();
        let store = Store::open(&place.address()).await.unwrap();
        assert!(load(&dump, &store).await.is_err(), "{table}");
        assert_eq!(store.verify_journal(&everything()).await.unwrap().unwrap().entries, 0);
    }
    let place = Place::new();
    let mut loading = Store::open(&place.address()).await.unwrap().load().await.unwrap();
    let unknown = loading.table("journal; DROP TABLE journal").await;
    assert!(matches!(unknown, Err(StoreError::BadDump { .. })), "{unknown:?}");
}

#[tokio::test]
async fn a_broken_journal_is_not_dumped_and_a_neighbour_dumps_nothing() {
    let world = World::new().await;
    let refused = world.store.dump(&only("alpha"), &mut |_, _| Ok(())).await;
    assert!(matches!(refused, Err(StoreError::OutOfReach { .. })), "{refused:?}");
    let fence = match crate::testing::engine() {
        Engine::Sqlite => "DROP TRIGGER journal_is_never_altered",
        Engine::Postgres => "DROP TRIGGER journal_is_never_altered ON journal",
    };
    world.tamper(fence).await;
    world.tamper("UPDATE journal SET actor = 'nobody'").await;
    let refused = world.store.dump(&everything(), &mut |_, _| Ok(())).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
}

#[tokio::test]
async fn what_opening_would_do_is_told_without_doing_it() {
    let place = Place::new();
    assert_eq!(Store::pending(&place.address()).await.unwrap(), None);
    assert_eq!(Store::pending(&place.address()).await.unwrap(), None, "nothing was made");
    let world = World { store: Store::open(&place.address()).await.unwrap(), place };
    assert_eq!(Store::pending(&world.place.address()).await.unwrap(), Some(Vec::new()));
    let newest = newest_step();
    world.tamper(&format!("DELETE FROM _sqlx_migrations WHERE version = {newest}")).await;
    let pending = Store::pending(&world.place.address()).await.unwrap().unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].0, newest);
}
