//! Drafts move by version, seals stay, and a filing is its filer's.

use model::filing::{Answers, Fault, Kind, Receipt, Seal, SealingKey, State, Verdict, Wrong};
use model::{Filing, Obligation, obligation};

use super::FilingFilter;
use crate::StoreError;
use crate::testing::{World, at, everything, handle, id, only};

pub(crate) fn draft(n: u32, filer: &str) -> Filing {
    Filing {
        id: id(100 + n),
        number: format!("FIL-2026-{n:04}").parse().unwrap(),
        obligation: id(n),
        kind: Kind::Report,
        follows: None,
        filer: handle(filer),
        version: 1,
        drafted_at: at(i64::from(n)),
        saved_at: at(i64::from(n)),
        answers: Answers::from([("course".to_owned(), "it began".to_owned())]),
        state: State::Draft,
    }
}

pub(crate) fn key(organisation: &str) -> SealingKey {
    SealingKey {
        id: "0123456789abcdef".parse().unwrap(),
        organisation: handle(organisation),
        public: "ab".repeat(32),
        registered_at: at(0),
        evidence: "letter 7".to_owned(),
        revoked_at: None,
    }
}

fn seal() -> Seal {
    Seal {
        at: at(5),
        text: "{}".to_owned(),
        digest: "cd".repeat(32),
        key: key("alpha").id,
        signature: "ef".repeat(64),
    }
}

/// The world with a draft of alpha's, and alpha's key.
async fn drafted() -> World {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_sealing_key(&key("alpha")).await.unwrap();
    tx.insert_filing(&draft(1, "alpha")).await.unwrap();
    world.keep(tx).await.unwrap();
    world
}

async fn kept(world: &World) -> Filing {
    world.store.filing_by_id(&everything(), &id(101)).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_draft_is_saved_over_the_version_that_was_read_and_no_other() {
    let world = drafted().await;
    let answers = Answers::from([("course".to_owned(), "it ended".to_owned())]);
    let second = Filing { version: 2, saved_at: at(3), answers, ..draft(1, "alpha") };
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.save_draft(&second).await.unwrap());
    assert!(!tx.save_draft(&second).await.unwrap(), "version 1 is gone");
    let stale = tx.update_filing_state(&draft(1, "alpha").seal(seal()).unwrap()).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "what is sealed is what was read");
    world.keep(tx).await.unwrap();
    assert_eq!(kept(&world).await, second);
}

#[tokio::test]
async fn a_second_draft_of_one_filer_for_one_obligation_is_refused() {
    let world = drafted().await;
    let mut tx = world.store.begin().await.unwrap();
    let second =
        Filing { id: id(200), number: "FIL-2026-0200".parse().unwrap(), ..draft(1, "alpha") };
    let refused = tx.insert_filing(&second).await;
    assert!(matches!(refused, Err(StoreError::AlreadyThere { .. })), "{refused:?}");
}

#[tokio::test]
async fn every_state_comes_back_as_it_went_and_a_sealed_draft_is_not_saved_over() {
    let world = drafted().await;
    let receipt = Receipt { at: at(6), by: handle("desk"), evidence: "R 1".to_owned() };
    let verdict = Verdict { at: at(7), by: handle("desk"), reasons: "no ports".to_owned() };
    let mut moved = draft(1, "alpha").seal(seal()).unwrap();
    for step in 0..3 {
        let mut tx = world.store.begin().await.unwrap();
        tx.update_filing_state(&moved).await.unwrap();
        assert!(!tx.save_draft(&Filing { version: 2, ..draft(1, "alpha") }).await.unwrap());
        world.keep(tx).await.unwrap();
        assert_eq!(kept(&world).await, moved);
        moved = match step {
            0 => moved.receive(receipt.clone()).unwrap(),
            1 => moved.give_back(verdict.clone()).unwrap(),
            _ => moved,
        };
    }
}

#[tokio::test]
async fn a_filing_its_faults_and_its_key_are_its_filers() {
    let world = drafted().await;
    let fault = Fault {
        filing: id(101),
        what: Wrong::Late,
        at: at(9),
        by: handle("desk"),
        because: "due at 9".to_owned(),
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_fault(&fault).await.unwrap();
    let again = tx.insert_fault(&fault).await;
    assert!(matches!(again, Err(StoreError::AlreadyThere { .. })), "{again:?}");
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_fault(&fault).await.unwrap();
    tx.insert_settled(&id(101), &id(1)).await.unwrap();
    world.keep(tx).await.unwrap();
    let store = &world.store;
    let of = FilingFilter { obligation: Some(id(1)), filer: None };
    let by = FilingFilter { obligation: None, filer: Some(handle("alpha")) };
    for (permit, wanted) in [(everything(), 1), (only("alpha"), 1), (only("beta"), 0)] {
        let number = draft(1, "alpha").number;
        assert_eq!(store.filing(&permit, &number).await.unwrap().iter().len(), wanted);
        assert_eq!(store.filing_by_id(&permit, &id(101)).await.unwrap().iter().len(), wanted);
        for filter in [FilingFilter::default(), of.clone(), by.clone()] {
            assert_eq!(store.filings(&permit, &filter, 9, None).await.unwrap().len(), wanted);
        }
        assert_eq!(store.faults_of(&permit, &id(101)).await.unwrap().len(), wanted);
        assert_eq!(store.settled_by(&permit, &id(101)).await.unwrap().len(), wanted);
        assert_eq!(store.sealing_keys(&permit, &handle("alpha")).await.unwrap().len(), wanted);
    }
    assert_eq!(store.faults_of(&everything(), &id(101)).await.unwrap(), [fault]);
}

#[tokio::test]
async fn a_key_is_registered_once_and_revoked_once() {
    let world = drafted().await;
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_sealing_key(&key("beta")).await;
    assert!(matches!(refused, Err(StoreError::AlreadyThere { .. })), "{refused:?}");
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    let key = key("alpha").id;
    assert!(!tx.revoke_sealing_key(&handle("beta"), &key, at(9)).await.unwrap(), "not beta's");
    assert!(tx.revoke_sealing_key(&handle("alpha"), &key, at(9)).await.unwrap());
    assert!(!tx.revoke_sealing_key(&handle("alpha"), &key, at(10)).await.unwrap());
    world.keep(tx).await.unwrap();
    let keys = world.store.sealing_keys(&everything(), &handle("alpha")).await.unwrap();
    assert_eq!(keys.first().unwrap().revoked_at, Some(at(9)));
}

#[tokio::test]
async fn what_was_met_runs_again_by_the_same_clock() {
    let world = drafted().await;
    let read = || async { world.store.obligation(&everything(), &id(1)).await.unwrap().unwrap() };
    let running: Obligation = read().await;
    let met = running.clone().meet(handle("alpha"), at(5), "FIL-2026-0001".to_owned()).unwrap();
    let mut tx = world.store.begin().await.unwrap();
    tx.update_obligation_state(&met).await.unwrap();
    tx.reopen_obligation(&met.clone().reopen().unwrap()).await.unwrap();
    world.keep(tx).await.unwrap();
    assert_eq!(read().await, running);
    let called = running.telephone(at(2), "TEL 1".to_owned()).unwrap();
    let met = called.clone().meet(handle("alpha"), at(5), "FIL-2026-0001".to_owned()).unwrap();
    let mut tx = world.store.begin().await.unwrap();
    tx.update_obligation_state(&called).await.unwrap();
    tx.update_obligation_state(&met).await.unwrap();
    tx.reopen_obligation(&met.reopen().unwrap()).await.unwrap();
    let not_met = tx.reopen_obligation(&read().await).await;
    assert!(matches!(not_met, Err(StoreError::Stale { .. })), "{not_met:?}");
    world.keep(tx).await.unwrap();
    let state = read().await.state;
    assert!(matches!(state, obligation::State::ProvisionallyMet { at: said, .. } if said == at(2)));
}
