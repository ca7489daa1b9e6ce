//! A fact is told once and corrected after.

use model::Happening;

use crate::StoreError;
use crate::testing::{World, at, basis, everything, handle, id, only};

fn received(to: &str, minutes: i64) -> Happening {
    Happening {
        incident: id(1),
        pack: basis().pack,
        trigger: "handler.notice_received".to_owned(),
        to: Some(handle(to)),
        from: None,
        at: at(minutes),
        evidence: "receipt 1".to_owned(),
    }
}

#[tokio::test]
async fn a_fact_is_told_once_and_corrected_after() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_happening(&received("beta", 9)).await.unwrap();
    tx.insert_happening(&received("alpha", 8)).await.unwrap();
    world.keep(tx).await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let again = tx.insert_happening(&received("alpha", 7)).await;
    assert!(matches!(again, Err(StoreError::AlreadyThere { .. })), "{again:?}");
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    tx.correct_happening(&received("beta", 9), at(3)).await.unwrap();
    let other = Happening { trigger: "another".to_owned(), ..received("beta", 9) };
    let missing = tx.correct_happening(&other, at(3)).await;
    assert!(matches!(missing, Err(StoreError::Stale { .. })), "{missing:?}");
    world.keep(tx).await.unwrap();
    let all = world.store.happenings_of(&everything(), &id(1), 9).await.unwrap();
    assert_eq!(all, [received("beta", 3), received("alpha", 8)]);
    assert_eq!(world.store.happenings_of(&only("alpha"), &id(1), 9).await.unwrap(), []);
}
