//! A review is asked for once, decided from where it stood, and the desk's alone.

use model::Review;
use model::review::{Decision, Delegation, Expertise, Outcome, State};

use crate::StoreError;
use crate::testing::{World, at, basis, everything, handle, id, only};

fn review() -> Review {
    Review {
        id: id(300),
        incident: id(1),
        grade: "g2".parse().unwrap(),
        pack: basis().pack,
        article: "8(3)".to_owned(),
        role: "authority".parse().unwrap(),
        asked_at: at(1),
        state: State::Awaiting,
    }
}

fn decision() -> Decision {
    Decision { at: at(3), by: handle("desk"), delegation: None, because: "letter 9".to_owned() }
}

#[tokio::test]
async fn a_review_is_asked_for_once_and_decided_from_where_it_stood() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.insert_review(&review()).await.unwrap());
    assert!(!tx.insert_review(&Review { id: id(301), ..review() }).await.unwrap());
    let refused = Review { state: State::Refused(decision()), ..review() };
    tx.decide_review(&refused, &State::Awaiting).await.unwrap();
    let released = Review { state: State::Released(decision()), ..review() };
    let stale = tx.decide_review(&released, &State::Awaiting).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
    tx.decide_review(&released, &refused.state).await.unwrap();
    world.keep(tx).await.unwrap();
    let store = &world.store;
    let grade = review().grade;
    assert_eq!(store.review(&everything(), &id(1), &grade).await.unwrap(), Some(released.clone()));
    assert_eq!(store.review(&only("alpha"), &id(1), &grade).await.unwrap(), None);
    assert_eq!(store.reviews(&everything(), false, 9).await.unwrap(), [released]);
    assert_eq!(store.reviews(&everything(), true, 9).await.unwrap(), []);
    assert_eq!(store.reviews(&only("alpha"), false, 9).await.unwrap(), []);
}

#[tokio::test]
async fn what_experts_made_of_it_is_kept_beside_it() {
    let world = World::with_an_incident().await;
    let expertise = Expertise {
        review: id(300),
        at: at(2),
        by: handle("desk"),
        experts: "three of the panel".to_owned(),
        outcome: Outcome::Graver,
        conclusion: "it will grow".to_owned(),
        document: "minutes 4".to_owned(),
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_review(&review()).await.unwrap();
    tx.insert_expertise(&expertise).await.unwrap();
    world.keep(tx).await.unwrap();
    let store = &world.store;
    assert_eq!(store.expertise_of(&everything(), &id(300)).await.unwrap(), [expertise]);
    assert_eq!(store.expertise_of(&only("alpha"), &id(300)).await.unwrap(), []);
}

#[tokio::test]
async fn a_delegation_is_dated_revocable_and_seen_by_its_two_sides() {
    let world = World::new().await;
    let given = Delegation {
        id: id(400),
        from: handle("beta"),
        to: handle("desk"),
        since: at(0),
        until: Some(at(60)),
        document: "letter 3".to_owned(),
        revoked_at: None,
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_delegation(&given).await.unwrap();
    world.keep(tx).await.unwrap();
    let store = &world.store;
    for (permit, wanted) in [(everything(), 1), (only("beta"), 1), (only("alpha"), 0)] {
        let to = store.delegations_to(&permit, &handle("desk")).await.unwrap();
        let by = store.delegations_by(&permit, &handle("beta")).await.unwrap();
        assert_eq!((to.len(), by.len()), (wanted, wanted));
    }
    let mut tx = world.store.begin().await.unwrap();
    let revoked = tx.revoke_delegations(&handle("beta"), &handle("desk"), at(30)).await.unwrap();
    assert_eq!(revoked, 1);
    world.keep(tx).await.unwrap();
    let kept = store.delegations_to(&everything(), &handle("desk")).await.unwrap();
    let [kept] = kept.as_slice() else { panic!("one") };
    assert_eq!([0, 29, 30, 60].map(|minutes| kept.holds(at(minutes))), [true, true, false, false]);
    assert!(given.holds(at(59)) && !given.holds(at(60)), "until is not included");
}
