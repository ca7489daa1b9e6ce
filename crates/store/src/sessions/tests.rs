//! A session is found by its hash until it ends; being seen is no act.

use super::*;
use crate::accounts::tests::{account, world_with_accounts};
use crate::testing::{at, everything, id, only};

fn session(n: u32, account: u32) -> Session {
    Session {
        id: id(n),
        account: id(account),
        stage: Stage::Whole,
        created_at: at(i64::from(n)),
        seen_at: at(i64::from(n)),
        agent: "a browser".to_owned(),
    }
}

fn hash(n: u32) -> String {
    format!("{n:064x}")
}

#[tokio::test]
async fn a_session_is_found_by_its_hash_until_it_ends() {
    let world = world_with_accounts().await;
    let mut tx = world.store.begin().await.unwrap();
    for n in [11, 12, 13] {
        tx.insert_session(&session(n, 1), &hash(n)).await.unwrap();
    }
    tx.insert_session(&session(21, 2), &hash(21)).await.unwrap();
    world.keep(tx).await.unwrap();
    let found = world.store.session(&hash(11)).await.unwrap();
    assert_eq!(found, Some((session(11, 1), account(1, "wu", "alpha"))));

    let listed = world.store.sessions_of(&only("alpha"), &id(1), 9).await.unwrap();
    assert_eq!(listed, [session(13, 1), session(12, 1), session(11, 1)]);
    assert_eq!(world.store.sessions_of(&only("beta"), &id(1), 9).await.unwrap(), []);

    let mut tx = world.store.begin().await.unwrap();
    assert!(!tx.end_session(&id(2), &id(11), at(60)).await.unwrap(), "another's");
    assert!(tx.end_session(&id(1), &id(11), at(60)).await.unwrap());
    assert!(!tx.end_session(&id(1), &id(11), at(60)).await.unwrap(), "again");
    assert_eq!(tx.end_sessions(&id(1), Some(&id(12)), at(60)).await.unwrap(), 1);
    world.keep(tx).await.unwrap();
    let mut open = Vec::new();
    for n in [11, 12, 13, 21] {
        open.push(world.store.session(&hash(n)).await.unwrap().is_some());
    }
    assert_eq!(open, [false, true, false, true]);
}

#[tokio::test]
async fn to_be_seen_needs_no_entry_in_the_journal() {
    let world = world_with_accounts().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_session(&session(11, 1), &hash(11)).await.unwrap();
    world.keep(tx).await.unwrap();
    for (now, wanted) in [(50, 50), (40, 50)] {
        let mut tx = world.store.begin().await.unwrap();
        tx.see_session(&id(11), at(now)).await.unwrap();
        tx.commit().await.unwrap();
        let (found, _) = world.store.session(&hash(11)).await.unwrap().unwrap();
        assert_eq!(found.seen_at, at(wanted), "time does not run back");
    }
}

#[tokio::test]
async fn failures_are_kept_under_a_name_and_old_ones_forgotten() {
    let world = world_with_accounts().await;
    let failed = |minutes| Failures { failures: 5, last_at: at(minutes), locked_until: None };
    let mut tx = world.store.begin().await.unwrap();
    tx.put_failures(&hash(1), &failed(0), at(-60)).await.unwrap();
    tx.put_failures(&hash(2), &failed(90), at(30)).await.unwrap();
    assert_eq!(tx.failures_now(&hash(1)).await.unwrap(), None, "too old to matter");
    assert_eq!(tx.failures_now(&hash(2)).await.unwrap(), Some(failed(90)));
    tx.forget_failures(&hash(2)).await.unwrap();
    world.keep(tx).await.unwrap();
    assert_eq!(world.store.failures(&hash(2)).await.unwrap(), None);
    assert!(world.store.sessions_of(&everything(), &id(1), 9).await.unwrap().is_empty());
}
