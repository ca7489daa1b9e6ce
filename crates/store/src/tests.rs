//! What holds for the store as a whole: transactions, scopes, statements.

mod engines;

use crate::engine::Engine;
use crate::testing::{
    Place, World, act, delivery, engine, everything, handle, id, incident, notice, obligation,
    organisation, province,
};
use crate::{Store, StoreError};

#[tokio::test]
async fn what_was_written_without_an_act_is_not_kept() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.put_province(&province("ZY-02")).await.unwrap();
    assert!(matches!(tx.commit().await, Err(StoreError::Unrecorded)));

    let mut tx = world.store.begin().await.unwrap();
    tx.next_number("INC", 2026).await.unwrap();
    assert!(matches!(tx.commit().await, Err(StoreError::Unrecorded)));

    let provinces = world.store.provinces(&everything(), 10).await.unwrap();
    assert_eq!(provinces, [province("ZY-01")]);
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.next_number("INC", 2026).await.unwrap(), 1, "the number was given back");
}

#[tokio::test]
async fn a_transaction_that_wrote_nothing_needs_no_act() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    assert!(!tx.insert_delivery(&delivery(1)).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing_behind() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_incident(&incident(1)).await.unwrap();
    tx.record(&act("incident.opened", "INC-2026-0001")).await.unwrap();
    drop(tx);

    let found = world.store.incident_by_id(&everything(), &id(1)).await.unwrap();
    assert_eq!(found, None);
    let entries = world.store.journal_of(&everything(), "INC-2026-0001", 10).await.unwrap();
    assert_eq!(entries, []);
    world.store.verify_journal(&everything()).await.unwrap().unwrap();
}

#[tokio::test]
async fn everything_is_there_after_the_store_was_closed_and_opened_again() {
    let world = World::with_an_incident().await;
    world.store.close().await;
    let store = Store::open(&world.place.address()).await.unwrap();
    let found = store.incident_by_id(&everything(), &id(1)).await.unwrap();
    assert_eq!(found, Some(incident(1)));
    assert_eq!(store.verify_journal(&everything()).await.unwrap().unwrap().entries, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_store_may_be_opened_by_several_at_once() {
    // Many times over, because who comes first is up to the machine.
    let rounds = if engine() == Engine::Postgres { 8 } else { 32 };
    for _ in 0..rounds {
        let place = Place::new();
        let opening = [(); 4].map(|()| {
            let address = place.address();
            tokio::spawn(async move { Store::open(&address).await })
        });
        for opened in opening {
            let store = opened.await.unwrap().unwrap();
            store.verify_journal(&everything()).await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_reference_to_nobody_is_refused() {
    let world = World::new().await;
    let mut unknown = delivery(1);
    unknown.finder = handle("nobody");
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_delivery(&unknown).await;
    assert!(matches!(refused, Err(StoreError::Dangling { .. })), "{refused:?}");
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_notice(&notice(1, "alpha")).await;
    assert!(matches!(refused, Err(StoreError::Dangling { .. })), "{refused:?}");
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_obligation(&obligation(1, "alpha")).await;
    assert!(matches!(refused, Err(StoreError::Dangling { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_transaction_in_which_something_failed_is_undone_whole() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.put_province(&province("ZY-02")).await.unwrap();
    tx.record(&act("test.done", "x")).await.unwrap();
    let refused = tx.insert_incident(&incident(1)).await;
    assert!(matches!(refused, Err(StoreError::AlreadyThere { .. })), "{refused:?}");
    let refused = tx.put_province(&province("ZY-03")).await;
    assert!(matches!(refused, Err(StoreError::Spoilt { .. })), "{refused:?}");
    let refused = tx.commit().await;
    assert!(matches!(refused, Err(StoreError::Spoilt { .. })), "{refused:?}");

    let provinces = world.store.provinces(&everything(), 10).await.unwrap();
    assert_eq!(provinces, [province("ZY-01")]);
    let mut tx = world.store.begin().await.unwrap();
    tx.put_province(&province("ZY-02")).await.unwrap();
    world.keep(tx).await.unwrap();
}

#[tokio::test]
async fn a_zero_byte_is_kept_as_what_every_engine_can_hold() {
    let world = World::new().await;
    let mut odd = organisation("north");
    odd.name.en = "No\0rth".to_owned();
    let mut tx = world.store.begin().await.unwrap();
    tx.put_organisation(&odd).await.unwrap();
    tx.record(&act("test.done", "no\0rth")).await.unwrap();
    tx.commit().await.unwrap();
    let found = world.store.organisation(&everything(), &handle("north")).await.unwrap();
    assert_eq!(found.unwrap().name.en, "No\u{fffd}rth");
    assert_eq!(world.store.verify_journal(&everything()).await.unwrap().unwrap().entries, 2);
}

#[tokio::test]
async fn a_directory_may_be_entered_in_any_order_but_not_with_a_parent_missing() {
    let world = World::new().await;
    let mut child = organisation("north");
    child.parent = Some(handle("group"));
    let mut tx = world.store.begin().await.unwrap();
    tx.put_organisation(&child).await.unwrap();
    tx.put_organisation(&organisation("group")).await.unwrap();
    world.keep(tx).await.unwrap();
    let found = world.store.organisation(&everything(), &handle("north")).await.unwrap();
    assert_eq!(found, Some(child.clone()));

    child.parent = Some(handle("nobody"));
    let mut tx = world.store.begin().await.unwrap();
    tx.put_organisation(&child).await.unwrap();
    let refused = world.keep(tx).await;
    assert!(matches!(refused, Err(StoreError::Dangling { .. })), "{refused:?}");
    // The writer is free again, and what was refused is gone.
    let mut tx = world.store.begin().await.unwrap();
    tx.put_organisation(&organisation("west")).await.unwrap();
    world.keep(tx).await.unwrap();
    let found = world.store.organisation(&everything(), &handle("north")).await.unwrap();
    assert_eq!(found.unwrap().parent, Some(handle("group")));
}

#[tokio::test]
async fn the_directory_is_listed_page_by_page() {
    let world = World::new().await;
    let first = world.store.organisations(&everything(), 3, None).await.unwrap();
    let names: Vec<_> = first.iter().map(|entry| entry.handle.as_str()).collect();
    assert_eq!(names, ["alpha", "beta", "desk"]);
    let rest = world.store.organisations(&everything(), 3, Some(&handle("desk"))).await.unwrap();
    assert_eq!(rest, [organisation("gamma")]);
}

#[tokio::test]
async fn numbers_have_no_gaps_and_start_anew_each_year() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    for (kind, year, wanted) in
        [("INC", 2026, 1), ("INC", 2026, 2), ("NTC", 2026, 1), ("INC", 2027, 1), ("INC", 2026, 3)]
    {
        assert_eq!(tx.next_number(kind, year).await.unwrap(), wanted, "{kind} {year}");
    }
}

/// Every statement of the crate: its file, its name, its text.
pub(crate) fn statements() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut all = Vec::new();
    for (file, statements) in [
        ("organisations", crate::organisations::STATEMENTS.to_vec()),
        ("deliveries", crate::deliveries::STATEMENTS.to_vec()),
        ("incidents", crate::incidents::STATEMENTS.to_vec()),
        ("concerned", crate::concerned::STATEMENTS.to_vec()),
        ("texts", crate::texts::STATEMENTS.to_vec()),
        ("happenings", crate::happenings::STATEMENTS.to_vec()),
        ("obligations", crate::obligations::STATEMENTS.to_vec()),
        ("notices", crate::notices::STATEMENTS.to_vec()),
        ("remediations", crate::remediations::statements()),
        ("contacts", crate::contacts::STATEMENTS.to_vec()),
        ("filings", crate::filings::STATEMENTS.to_vec()),
        ("reviews", crate::reviews::STATEMENTS.to_vec()),
        ("journal", crate::journal::STATEMENTS.to_vec()),
        ("checkpoints", crate::checkpoints::STATEMENTS.to_vec()),
    ] {
        all.extend(statements.into_iter().map(|(name, sql)| (file, name, sql)));
    }
    all
}
