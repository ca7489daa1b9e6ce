//! A delivery is stored once, read to its end or refused, and its bad rows are kept.

use model::DeliveryId;
use model::delivery::{Delivery, Progress, Quarantined, RowCounts};

use super::DeliveryCursor;
use crate::StoreError;
use crate::testing::{World, at, delivery, everything};

#[tokio::test]
async fn the_same_content_is_the_same_delivery() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.insert_delivery(&delivery(1)).await.unwrap());
    let again = Delivery { name: "another name".to_owned(), ..delivery(1) };
    assert!(!tx.insert_delivery(&again).await.unwrap());
    world.keep(tx).await.unwrap();
    let kept = world.store.delivery(&everything(), &delivery(1).id).await.unwrap();
    assert_eq!(kept, Some(delivery(1)));
}

#[tokio::test]
async fn every_progress_comes_back_as_it_was_noted() {
    let world = World::new().await;
    let counts = RowCounts { rows: 10, quarantined: 1, sightings: 9, new: 5, attributed: 4 };
    for progress in [
        Progress::Ingested { at: at(5), counts },
        Progress::Refused { at: at(6), reason: "no column `timestamp`".to_owned() },
        Progress::Stored,
    ] {
        let mut tx = world.store.begin().await.unwrap();
        tx.insert_delivery(&delivery(1)).await.unwrap();
        tx.set_progress(&delivery(1).id, &progress).await.unwrap();
        world.keep(tx).await.unwrap();
        let kept = world.store.delivery(&everything(), &delivery(1).id).await.unwrap().unwrap();
        assert_eq!(kept.progress, progress);
    }
}

#[tokio::test]
async fn counts_that_do_not_add_up_are_refused() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_delivery(&delivery(1)).await.unwrap();
    let counts = RowCounts { rows: 10, quarantined: 2, sightings: 9, new: 5, attributed: 4 };
    let progress = Progress::Ingested { at: at(5), counts };
    let refused = tx.set_progress(&delivery(1).id, &progress).await;
    assert!(matches!(refused, Err(StoreError::Contradictory { .. })), "{refused:?}");
}

#[tokio::test]
async fn the_progress_of_an_unknown_delivery_is_an_error() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.set_progress(&delivery(9).id, &Progress::Stored).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "delivery", .. })), "{refused:?}");
}

#[tokio::test]
async fn deliveries_are_listed_newest_first_and_the_unfinished_oldest_first() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    for n in 1..=5 {
        tx.insert_delivery(&delivery(n)).await.unwrap();
    }
    let refused = Progress::Refused { at: at(9), reason: "unreadable".to_owned() };
    tx.set_progress(&delivery(3).id, &refused).await.unwrap();
    world.keep(tx).await.unwrap();

    let named = |n: u8| DeliveryId::from_sha256([n; 32]);
    let ids = |list: &[Delivery]| list.iter().map(|delivery| delivery.id).collect::<Vec<_>>();
    let first = world.store.deliveries(&everything(), 2, None).await.unwrap();
    assert_eq!(ids(&first), [named(5), named(4)]);
    let before = first.last().map(DeliveryCursor::from);
    let rest = world.store.deliveries(&everything(), 9, before).await.unwrap();
    assert_eq!(ids(&rest), [named(3), named(2), named(1)]);
    let unfinished = world.store.unfinished_deliveries(&everything(), 3).await.unwrap();
    assert_eq!(ids(&unfinished), [named(1), named(2), named(4)]);
}

#[tokio::test]
async fn a_row_with_a_bad_address_goes_to_quarantine_once() {
    let world = World::new().await;
    let row = |line, raw: &str| Quarantined {
        line,
        reason: "`192.0.2.300` is no IP address".to_owned(),
        raw: raw.to_owned(),
    };
    let rows = [row(4, "192.0.2.300,\u{0}x"), row(2, "192.0.2.300,病毒")];
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_delivery(&delivery(1)).await.unwrap();
    assert_eq!(tx.insert_quarantined(&delivery(1).id, &rows).await.unwrap(), 2);
    assert_eq!(tx.insert_quarantined(&delivery(1).id, &rows).await.unwrap(), 0);
    world.keep(tx).await.unwrap();

    let kept = world.store.quarantined(&everything(), &delivery(1).id, 1, 0).await.unwrap();
    assert_eq!(kept, [row(2, "192.0.2.300,病毒")]);
    let kept = world.store.quarantined(&everything(), &delivery(1).id, 9, 2).await.unwrap();
    assert_eq!(kept, [row(4, "192.0.2.300,\u{fffd}x")]);
}

#[tokio::test]
async fn a_refused_delivery_may_be_read_by_another_mapping_and_an_ingested_one_may_not() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_delivery(&delivery(1)).await.unwrap();
    let refused = Progress::Refused { at: at(6), reason: "no column `timestamp`".to_owned() };
    tx.set_progress(&delivery(1).id, &refused).await.unwrap();
    tx.remap_delivery(&delivery(1).id, "generic/csv", "2").await.unwrap();
    world.keep(tx).await.unwrap();
    let kept = world.store.delivery(&everything(), &delivery(1).id).await.unwrap().unwrap();
    assert_eq!((kept.mapping.as_str(), kept.mapping_version.as_str()), ("generic/csv", "2"));

    let mut tx = world.store.begin().await.unwrap();
    let counts = RowCounts { rows: 1, quarantined: 0, sightings: 1, new: 1, attributed: 1 };
    let ingested = Progress::Ingested { at: at(7), counts };
    tx.set_progress(&delivery(1).id, &ingested).await.unwrap();
    let late = tx.remap_delivery(&delivery(1).id, "generic/ndjson", "1").await;
    assert!(matches!(late, Err(StoreError::Stale { what: "delivery", .. })), "{late:?}");
}

#[tokio::test]
async fn a_delivery_is_through_only_when_it_is_assessed() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_delivery(&delivery(1)).await.unwrap();
    let early = tx.mark_assessed(&delivery(1).id, at(7)).await;
    assert!(matches!(early, Err(StoreError::Stale { what: "delivery", .. })), "{early:?}");
    drop(tx);

    let mut tx = world.store.begin().await.unwrap();
    tx.insert_delivery(&delivery(1)).await.unwrap();
    let counts = RowCounts { rows: 1, quarantined: 0, sightings: 1, new: 1, attributed: 1 };
    tx.set_progress(&delivery(1).id, &Progress::Ingested { at: at(7), counts }).await.unwrap();
    world.keep(tx).await.unwrap();
    assert_eq!(world.store.unfinished_deliveries(&everything(), 9).await.unwrap().len(), 1);

    let mut tx = world.store.begin().await.unwrap();
    tx.mark_assessed(&delivery(1).id, at(8)).await.unwrap();
    world.keep(tx).await.unwrap();
    assert!(world.store.unfinished_deliveries(&everything(), 9).await.unwrap().is_empty());
}
