//! The directory comes back as it went, keeps the latest sign, and shows each organisation its own.

use model::contact::{
    ChangeOwed, Claim, ClaimState, Claimed, Contact, ContactKind, Sign, Signs, Standing,
    StandingKind, State,
};

use crate::StoreError;
use crate::testing::{World, at, everything, handle, id, only};

fn contact(n: u32, organisation: &str) -> Contact {
    Contact {
        id: id(500 + n),
        organisation: handle(organisation),
        kind: ContactKind::Desk24h,
        name: "Night shift".to_owned(),
        phone: Some("1000".to_owned()),
        email: Some("noc@shared.example".to_owned()),
        replaces: None,
        changed_at: at(0),
        proposed_at: at(1),
        state: State::Proposed,
        ended_at: None,
        owed: vec![ChangeOwed {
            pack: "test.pack".parse().unwrap(),
            duty: "S4".parse().unwrap(),
            article: "15".to_owned(),
            to: vec![handle("desk")],
            due: Some(at(4320)),
            calendar: "test@1".to_owned(),
        }],
    }
}

fn claim(n: u32, organisation: &str) -> Claim {
    Claim {
        id: id(600 + n),
        organisation: handle(organisation),
        of: Claimed::Network("198.51.100.0/24".parse().unwrap()),
        province: Some("ZY-01".parse().unwrap()),
        since: at(0),
        claimed_at: at(1),
        evidence: "allocation 9".to_owned(),
        state: ClaimState::Claimed,
    }
}

async fn with_contacts() -> World {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_contact(&contact(1, "alpha")).await.unwrap();
    tx.insert_contact(&contact(2, "beta")).await.unwrap();
    world.keep(tx).await.unwrap();
    world
}

#[tokio::test]
async fn a_contact_comes_back_as_it_went_in_every_state() {
    let world = with_contacts().await;
    let mut now = contact(1, "alpha");
    for step in 0..4 {
        let was = now.state.clone();
        now = match step {
            0 => now,
            1 => now.verify(at(2), "answered".to_owned()).unwrap(),
            2 => now.approve(handle("desk"), at(3), at(4)).unwrap(),
            _ => Contact { ended_at: Some(at(9)), ..now },
        };
        let mut tx = world.store.begin().await.unwrap();
        if step == 3 {
            assert!(tx.end_contact(&now.id, at(9)).await.unwrap());
            assert!(!tx.end_contact(&now.id, at(10)).await.unwrap());
        } else {
            tx.update_contact(&now, &was).await.unwrap();
        }
        world.keep(tx).await.unwrap();
        let known = world.store.contact(&everything(), &now.id).await.unwrap().unwrap();
        assert_eq!((known.contact, known.signs), (now.clone(), Signs::default()));
    }
    let mut tx = world.store.begin().await.unwrap();
    let stale = tx.update_contact(&now, &State::Proposed).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
}

#[tokio::test]
async fn the_latest_sign_counts_whatever_comes_in_after_it() {
    let world = with_contacts().await;
    let mut tx = world.store.begin().await.unwrap();
    for (sign, minutes) in [(Sign::Alive, 30), (Sign::Alive, 20), (Sign::Bounced, 25)] {
        tx.put_sign(&id(501), sign, at(minutes), "mail 3").await.unwrap();
    }
    world.keep(tx).await.unwrap();
    let known = world.store.contact(&everything(), &id(501)).await.unwrap().unwrap();
    assert_eq!(known.signs, Signs { alive: Some(at(30)), bounced: Some(at(25)), chased: None });
}

#[tokio::test]
async fn an_organisation_sees_its_own_part_of_the_directory() {
    let world = with_contacts().await;
    let standing = Standing {
        organisation: handle("alpha"),
        what: StandingKind::Mechanism,
        says: "internal rules".to_owned(),
        at: at(3),
        document: "letter 1".to_owned(),
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_claim(&claim(1, "alpha")).await.unwrap();
    tx.put_standing(&Standing { says: "older".to_owned(), ..standing.clone() }).await.unwrap();
    tx.put_standing(&standing).await.unwrap();
    world.keep(tx).await.unwrap();
    let store = &world.store;
    let alpha = handle("alpha");
    for (permit, own, all) in
        [(everything(), 1, 2), (only("alpha"), 1, 1), (only("beta"), 0, 1), (only("gamma"), 0, 0)]
    {
        assert_eq!(store.contact(&permit, &id(501)).await.unwrap().iter().len(), own);
        assert_eq!(store.contacts_of(&permit, &alpha, 9).await.unwrap().len(), own);
        assert_eq!(store.contacts(&permit, 9, None).await.unwrap().len(), all);
        assert_eq!(store.contacts_at(&permit, "noc@shared.example").await.unwrap().len(), all);
        assert_eq!(store.claims_of(&permit, &alpha, 9).await.unwrap().len(), own);
        assert_eq!(store.claims_in(&permit, "claimed", 9).await.unwrap().len(), own);
        assert_eq!(store.claim(&permit, &id(601)).await.unwrap().iter().len(), own);
        assert_eq!(store.standing_of(&permit, &alpha).await.unwrap().len(), own);
    }
    assert_eq!(store.standing_of(&everything(), &alpha).await.unwrap(), [standing]);
    let first = store.contacts(&everything(), 1, None).await.unwrap();
    let rest = store.contacts(&everything(), 9, Some(&first[0].contact)).await.unwrap();
    assert_eq!(rest[0].contact, contact(2, "beta"));
}

#[tokio::test]
async fn what_is_approved_is_approved_for_one() {
    let world = with_contacts().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_claim(&claim(1, "alpha")).await.unwrap();
    tx.insert_claim(&claim(2, "beta")).await.unwrap();
    let again = tx.insert_claim(&Claim { id: id(603), ..claim(1, "alpha") }).await;
    assert!(matches!(again, Err(StoreError::AlreadyThere { .. })), "{again:?}");
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_claim(&claim(1, "alpha")).await.unwrap();
    tx.insert_claim(&claim(2, "beta")).await.unwrap();
    let decided = |claim: Claim| Claim {
        state: ClaimState::Approved { at: at(5), by: handle("desk"), because: "it is".to_owned() },
        ..claim
    };
    tx.decide_claim(&decided(claim(1, "alpha"))).await.unwrap();
    world.keep(tx).await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let second = tx.decide_claim(&decided(claim(2, "beta"))).await;
    assert!(matches!(second, Err(StoreError::AlreadyThere { .. })), "{second:?}");
    drop(tx);
    let kept = world.store.claims_in(&everything(), "approved", 9).await.unwrap();
    assert_eq!(kept, [decided(claim(1, "alpha"))]);
}
