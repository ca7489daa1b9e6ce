//! Checkpoints are kept as they were signed, once each, and nobody else's business.

use super::Kept;
use crate::StoreError;
use crate::testing::{World, act, at, everything, only};

fn kept(number: u64) -> Kept {
    Kept {
        number,
        at: at(0),
        entries: number,
        hash: format!("{number:064x}"),
        text: format!("text {number}\n"),
        signature: "0".repeat(128),
    }
}

async fn world_with(numbers: &[u64]) -> World {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    for number in numbers {
        tx.insert_checkpoint(&kept(*number)).await.unwrap();
    }
    tx.record(&act("test.checkpointed", "journal")).await.unwrap();
    tx.commit().await.unwrap();
    world
}

#[tokio::test]
async fn checkpoints_come_back_in_order_as_they_were_signed() {
    let world = world_with(&[1, 2, 3]).await;
    let store = &world.store;
    assert_eq!(store.latest_checkpoint(&everything()).await.unwrap(), Some(kept(3)));
    let after = store.checkpoints(&everything(), 1, 10).await.unwrap();
    assert_eq!(after, [kept(2), kept(3)]);
    assert_eq!(store.checkpoints(&everything(), 0, 1).await.unwrap(), [kept(1)]);
}

#[tokio::test]
async fn an_organisation_sees_no_checkpoint() {
    let world = world_with(&[1]).await;
    assert_eq!(world.store.latest_checkpoint(&only("alpha")).await.unwrap(), None);
    assert_eq!(world.store.checkpoints(&only("alpha"), 0, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_second_checkpoint_of_one_number_is_refused() {
    let world = world_with(&[1]).await;
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_checkpoint(&kept(1)).await;
    assert!(matches!(refused, Err(StoreError::AlreadyThere { .. })), "{refused:?}");
}

#[tokio::test]
async fn whoever_walks_the_journal_sees_each_entry_and_may_say_that_it_is_broken() {
    let world = world_with(&[1]).await;
    let mut seen = Vec::new();
    let walked = world
        .store
        .walk_journal(&everything(), &mut |entry| {
            seen.push(entry.sequence);
            (entry.sequence == 2).then(|| "as it should not be".to_owned())
        })
        .await
        .unwrap();
    assert_eq!(seen, [1, 2]);
    let broken = walked.unwrap_err();
    assert_eq!((broken.sequence, broken.why.as_str()), (2, "as it should not be"));
}
