//! An obligation is owed once, moves one way, and is listed by what is due.

use model::Obligation;
use model::obligation::{About, State};

use super::{ObligationCounts, ObligationCursor, ObligationFilter, Standing};
use crate::StoreError;
use crate::testing::{World, at, everything, handle, id, obligation, only, running};

/// Alpha's: 1 due in one hour, 3 in three, 4 without a number, 5 latent. Beta's: 2 due in two hours.
async fn five() -> World {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_obligation(&obligation(3, "alpha")).await.unwrap();
    let without = Obligation { state: State::Running(running(None)), ..obligation(4, "alpha") };
    tx.insert_obligation(&without).await.unwrap();
    let latent = Obligation { state: State::Latent, ..obligation(5, "alpha") };
    tx.insert_obligation(&latent).await.unwrap();
    world.keep(tx).await.unwrap();
    world
}

async fn check(world: &World, filter: ObligationFilter, wanted: &str) {
    let (permit, mut after, mut found) = (everything(), None, Vec::new());
    loop {
        let page = world.store.obligations(&permit, &filter, 2, after).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(ObligationCursor::from(last));
        found.extend(page.iter().map(|obligation| obligation.terms.duty.to_string()));
    }
    assert_eq!(found.join(" "), wanted, "{filter:?}");
}

#[tokio::test]
async fn what_is_due_first_comes_first_and_what_has_no_number_last() {
    let world = five().await;
    let all = ObligationFilter::default();
    check(&world, all.clone(), "D1 D2 D3 D4 D5").await;
    let standing = Standing::Running;
    check(&world, ObligationFilter { standing, ..all.clone() }, "D1 D2 D3 D4").await;
    let standing = Standing::Latent;
    check(&world, ObligationFilter { standing, ..all.clone() }, "D5").await;
    let debtor = Some(handle("alpha"));
    check(&world, ObligationFilter { debtor, ..all.clone() }, "D1 D3 D4 D5").await;
    let not_debtor = Some(handle("alpha"));
    check(&world, ObligationFilter { not_debtor, ..all }, "D2").await;
    let of = world.store.obligations_of(&everything(), &id(1), 9).await.unwrap();
    assert_eq!(of.len(), 5);
    assert_eq!(of[0], obligation(1, "alpha"));
}

#[tokio::test]
async fn overdue_is_a_question_put_to_a_clock() {
    let world = five().await;
    let overdue =
        |minutes| ObligationFilter { overdue_at: Some(at(minutes)), ..ObligationFilter::default() };
    check(&world, overdue(60), "").await;
    check(&world, overdue(61), "D1").await;
    check(&world, overdue(9_999), "D1 D2 D3").await;
    let window = ObligationFilter {
        due_from: Some(at(120)),
        due_before: Some(at(180)),
        ..ObligationFilter::default()
    };
    check(&world, window, "D2").await;
    let later = ObligationFilter { due_from: Some(at(120)), ..ObligationFilter::default() };
    check(&world, later, "D2 D3").await;
}

#[tokio::test]
async fn the_desk_is_told_how_much_is_owed() {
    let world = five().await;
    let counts =
        world.store.obligation_counts(&everything(), at(90), &handle("alpha")).await.unwrap();
    let wanted =
        ObligationCounts { all: 5, latent: 1, running: 4, ours: 3, overdue: 1, due_within_hour: 1 };
    assert_eq!(counts, wanted);
    let counts =
        world.store.obligation_counts(&only("beta"), at(90), &handle("alpha")).await.unwrap();
    assert_eq!(
        counts,
        ObligationCounts { all: 1, running: 1, due_within_hour: 1, ..Default::default() }
    );
}

#[tokio::test]
async fn one_duty_is_owed_once() {
    let world = World::with_an_incident().await;
    let twin = Obligation { id: id(9), ..obligation(1, "alpha") };
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_obligation(&twin).await;
    assert!(matches!(refused, Err(StoreError::AlreadyThere { .. })), "{refused:?}");
    drop(tx);

    // Under a graver grade it is another debt, and the old one gives way to it.
    let mut graver = twin;
    graver.terms.grade = Some("g1".parse().unwrap());
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_obligation(&graver).await.unwrap();
    let old = obligation(1, "alpha").supersede(id(9), at(30));
    tx.update_obligation_state(&old).await.unwrap();
    world.keep(tx).await.unwrap();
    let kept = world.store.obligation(&everything(), &id(1)).await.unwrap();
    assert_eq!(kept, Some(old));
}

#[tokio::test]
async fn an_obligation_moves_on_only_from_where_it_was_read() {
    let world = five().await;
    let started = Obligation { state: State::Running(running(Some(7))), ..obligation(5, "alpha") };
    let mut tx = world.store.begin().await.unwrap();
    tx.update_obligation_state(&started).await.unwrap();
    let again = tx.update_obligation_state(&started).await;
    assert!(matches!(again, Err(StoreError::Stale { .. })), "{again:?}");

    let latent = Obligation { state: State::Latent, ..obligation(5, "alpha") };
    let back = tx.update_obligation_state(&latent).await;
    assert!(matches!(back, Err(StoreError::Stale { .. })), "{back:?}");

    let gone = started.clone().supersede(id(3), at(8));
    tx.update_obligation_state(&gone).await.unwrap();
    let again = tx.update_obligation_state(&gone).await;
    assert!(matches!(again, Err(StoreError::Stale { .. })), "{again:?}");
    world.keep(tx).await.unwrap();
    check(&world, ObligationFilter::default(), "D1 D2 D3 D4 D5").await;
}

#[tokio::test]
async fn moving_an_obligation_leaves_its_terms_alone() {
    let world = five().await;
    let mut started = obligation(5, "alpha");
    started.terms.does = "something else".to_owned();
    let mut tx = world.store.begin().await.unwrap();
    tx.update_obligation_state(&started).await.unwrap();
    world.keep(tx).await.unwrap();
    let kept = world.store.obligation(&everything(), &id(5)).await.unwrap();
    assert_eq!(kept, Some(obligation(5, "alpha")));
}

#[tokio::test]
async fn nothing_is_superseded_by_an_obligation_that_is_not_there() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    let orphan = obligation(1, "alpha").supersede(id(77), at(30));
    tx.update_obligation_state(&orphan).await.unwrap();
    let refused = world.keep(tx).await;
    assert!(matches!(refused, Err(StoreError::Dangling { .. })), "{refused:?}");
}

#[tokio::test]
async fn what_never_started_may_lapse_and_what_runs_may_not() {
    let world = five().await;
    let all = world.store.obligations_of(&everything(), &id(1), 9).await.unwrap();
    let latent = all.iter().find(|one| one.state == State::Latent).unwrap().clone();
    let mut tx = world.store.begin().await.unwrap();
    tx.update_obligation_state(&latent.clone().lapse(at(99))).await.unwrap();
    world.keep(tx).await.unwrap();
    let read = world.store.obligation(&everything(), &latent.id).await.unwrap().unwrap();
    assert_eq!(read.state, State::Void { at: at(99), was: None });
    let mut tx = world.store.begin().await.unwrap();
    assert!(
        tx.update_obligation_state(&latent.lapse(at(100))).await.is_err(),
        "it is gone already"
    );
    assert!(tx.readdress_obligation(&read.id, &[handle("beta")], &[]).await.is_err());
}

#[tokio::test]
async fn an_open_obligation_gains_recipients() {
    let world = five().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.readdress_obligation(&id(1), &[handle("alpha"), handle("beta")], &[]).await.unwrap();
    world.keep(tx).await.unwrap();
    let read = world.store.obligation(&everything(), &id(1)).await.unwrap().unwrap();
    assert_eq!(read.to, [handle("alpha"), handle("beta")]);
}

#[tokio::test]
async fn every_state_is_read_as_it_was_written() {
    let world = five().await;
    let called = obligation(1, "alpha").telephone(at(9), "log 1".to_owned()).unwrap();
    let done = called.clone().meet(handle("alpha"), at(10), "form 1".to_owned()).unwrap();
    let early = Obligation { state: State::Latent, ..obligation(5, "alpha") };
    let early = early.meet(handle("beta"), at(11), "form 2".to_owned()).unwrap();
    let waived = obligation(2, "beta").waive(at(12), "letter 3".to_owned()).unwrap();
    let void = obligation(3, "alpha").lapse(at(13));
    for moved in [called, done.clone(), early, waived, void] {
        let mut tx = world.store.begin().await.unwrap();
        tx.update_obligation_state(&moved).await.unwrap();
        world.keep(tx).await.unwrap();
        assert_eq!(world.store.obligation(&everything(), &moved.id).await.unwrap(), Some(moved));
    }
    let mut tx = world.store.begin().await.unwrap();
    let again = tx.update_obligation_state(&done).await;
    assert!(matches!(again, Err(StoreError::Stale { .. })), "{again:?}");
}

#[tokio::test]
async fn a_month_owes_once_and_is_listed_by_itself() {
    let world = World::with_an_incident().await;
    let of_month =
        Obligation { about: About::Month("2026-02".parse().unwrap()), ..obligation(7, "alpha") };
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_obligation(&of_month).await.unwrap();
    world.keep(tx).await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let twin = Obligation { id: id(8), ..of_month.clone() };
    let refused = tx.insert_obligation(&twin).await;
    assert!(matches!(refused, Err(StoreError::AlreadyThere { .. })), "{refused:?}");
    drop(tx);
    let month = "2026-02".parse().unwrap();
    let listed = world.store.obligations_of_month(&everything(), month, 9).await.unwrap();
    assert_eq!(listed, [of_month]);
    let of = world.store.obligations_of(&everything(), &id(1), 9).await.unwrap();
    assert_eq!(of.len(), 2, "those of the incident");
}

#[tokio::test]
async fn a_started_obligation_keeps_whose_filing_started_it() {
    let world = five().await;
    let latent = Obligation { state: State::Latent, ..obligation(5, "alpha") };
    let started = Obligation {
        sender: Some(handle("beta")),
        to: vec![handle("beta")],
        state: State::Running(running(Some(7))),
        ..latent
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.start_obligation(&started).await.unwrap();
    let again = tx.start_obligation(&started).await;
    assert!(matches!(again, Err(StoreError::Stale { .. })), "{again:?}");
    world.keep(tx).await.unwrap();
    assert_eq!(world.store.obligation(&everything(), &id(5)).await.unwrap(), Some(started));
}

#[tokio::test]
async fn only_what_an_older_calendar_counted_is_found_and_recounted_once() {
    let world = five().await;
    let before = async |current| {
        world.store.obligations_counted_before(&everything(), current, 99).await.unwrap()
    };
    let calendar = obligation(1, "alpha").terms.basis.calendar;
    assert_eq!(before(&calendar).await, []);
    let newer = format!("{calendar}x");
    assert_eq!(before(&newer).await.len(), 4, "those whose clock runs");
    assert_eq!(before("other@9").await, []);
    let mut recounted = obligation(1, "alpha");
    recounted.terms.basis.calendar.clone_from(&newer);
    recounted.state = State::Running(running(Some(30)));
    let mut tx = world.store.begin().await.unwrap();
    tx.recount_obligation(&recounted, at(0)).await.unwrap();
    let stale = tx.recount_obligation(&recounted, at(1)).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
    world.keep(tx).await.unwrap();
    assert_eq!(before(&newer).await.len(), 3);
    assert_eq!(world.store.obligation(&everything(), &id(1)).await.unwrap(), Some(recounted));
}

#[tokio::test]
async fn each_clock_rings_once_at_the_most_that_it_has_used() {
    let world = five().await;
    let counts = async |minutes| {
        let counts = world.store.alarm_counts(&everything(), at(minutes)).await.unwrap();
        (counts.half, counts.three_quarters, counts.nine_tenths, counts.all)
    };
    // Due after 60, 120 and 180 minutes.
    assert_eq!(counts(29).await, (0, 0, 0, 0));
    assert_eq!(counts(30).await, (1, 0, 0, 0));
    assert_eq!(counts(54).await, (0, 0, 1, 0));
    assert_eq!(counts(60).await, (1, 0, 0, 1));
    assert_eq!(counts(90).await, (1, 1, 0, 1));
    assert_eq!(counts(180).await, (0, 0, 0, 3));
}
