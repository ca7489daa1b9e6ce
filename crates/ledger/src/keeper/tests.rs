//! Stories of deliveries: once, twice, cut short, and in competition.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;
use crate::Which;
use crate::retention::{Dropped, Retention};
use crate::testkit::{
    Seen, at, batch, begin, check_invariant, day, fill, id, in_memory, ingest, rows, try_ingest,
};

const MORNING: Seen = Seen {
    at: "2026-05-01T08:10:00Z",
    ip: "192.0.2.1",
    threat: "mirai",
    classification: "infected-system",
    destination: "203.0.113.9",
    domain: "",
    url: "",
    holding: 1,
};
const EVENING: Seen = Seen { at: "2026-05-01T20:10:00Z", ..MORNING };
const NEIGHBOUR: Seen = Seen { ip: "192.0.2.2", holding: 2, ..MORNING };
const SIX: Seen = Seen { ip: "2001:db8::7", holding: 0, ..MORNING };
const TOMORROW: Seen = Seen { at: "2026-05-02T00:00:00Z", ..MORNING };
const DOMAIN: Seen = Seen { ip: "", domain: "c2.example", ..MORNING };
const URL: Seen = Seen { ip: "", domain: "c2.example", url: "http://c2.example/a", ..MORNING };

async fn check(ledger: &Ledger, expected: Expect) {
    let mut text = String::new();
    for row in rows(ledger).await {
        let mark = if row.again { "again" } else { "first" };
        let hours: Vec<String> =
            (0..24).filter(|h| row.hours & (1 << h) != 0).map(|h: i32| h.to_string()).collect();
        _ = writeln!(
            text,
            "{} {mark} {} {} ×{} at {} line {} {}",
            row.day,
            row.subject,
            row.threat,
            row.count,
            hours.join(","),
            row.line,
            row.organisation,
        );
    }
    expected.assert_eq(&text);
}

#[tokio::test]
async fn a_row_is_kept_once_and_its_repetitions_become_one_thin_row() {
    let ledger = in_memory().await;
    let receipt = ingest(
        &ledger,
        1,
        &[MORNING, NEIGHBOUR, EVENING, MORNING, SIX, TOMORROW, DOMAIN, URL, URL],
    )
    .await;
    assert_eq!((receipt.sightings, receipt.new, receipt.again), (9, 6, 3));
    assert_eq!(receipt.attributed, 5);
    assert_eq!(receipt.days, [day("2026-05-01"), day("2026-05-02")].into());
    check(
        &ledger,
        expect![[r"
            2026-05-01 first 192.0.2.1 mirai ×1 at 8 line 2 north-net
            2026-05-01 again 192.0.2.1 mirai ×2 at 8,20 line 0 north-net
            2026-05-01 first 192.0.2.2 mirai ×1 at 8 line 3 south-net
            2026-05-01 first 2001:0db8:0000:0000:0000:0000:0000:0007 mirai ×1 at 8 line 6 
            2026-05-01 first c2.example mirai ×1 at 8 line 8 north-net
            2026-05-01 first c2.examplehttp://c2.example/a mirai ×1 at 8 line 9 north-net
            2026-05-01 again http://c2.example/a mirai ×1 at 8 line 0 north-net
            2026-05-02 first 192.0.2.1 mirai ×1 at 0 line 7 north-net
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_replayed_delivery_changes_nothing() {
    let ledger = in_memory().await;
    ingest(&ledger, 1, &[MORNING, NEIGHBOUR]).await;
    let (before, version) = (rows(&ledger).await, ledger.version().await.unwrap());
    assert!(matches!(ledger.begin(&id(1)).await.unwrap(), Begin::AlreadyThere(_)));
    assert_eq!((rows(&ledger).await, ledger.version().await.unwrap()), (before, version));
}

#[tokio::test]
async fn keys_of_earlier_deliveries_are_known_even_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::open_local(directory.path()).await.unwrap();
    ingest(&ledger, 1, &[MORNING, SIX, DOMAIN, URL, MORNING]).await;
    drop(ledger);
    let ledger = Ledger::open_local(directory.path()).await.unwrap();
    assert!(matches!(ledger.begin(&id(1)).await.unwrap(), Begin::AlreadyThere(_)));
    let receipt = ingest(&ledger, 2, &[EVENING, SIX, DOMAIN, URL, NEIGHBOUR, TOMORROW]).await;
    assert_eq!((receipt.new, receipt.again), (2, 4));
    check_invariant(
        &rows(&ledger)
            .await
            .into_iter()
            .map(|row| crate::testkit::Stored {
                // A first row says the domain beside the URL; a thin row has the key alone.
                subject: row.subject.trim_start_matches("c2.example").to_owned(),
                ..row
            })
            .collect::<Vec<_>>(),
        11,
    );
}

#[tokio::test]
async fn an_intake_that_was_cut_short_leaves_nothing_to_see_and_can_be_done_again() {
    let ledger = in_memory().await;
    let mut intake = begin(&ledger, 1).await;
    fill(&mut intake, &[MORNING, NEIGHBOUR]).await;
    // As if the process had died between its last file and the log.
    drop(intake.write().await.unwrap());
    assert_eq!(rows(&ledger).await, []);
    assert_eq!(ledger.tallies().await.unwrap().threats(), []);
    assert_eq!(ingest(&ledger, 1, &[MORNING, NEIGHBOUR]).await.new, 2);
    let kept = rows(&ledger).await;
    assert_eq!(ledger.vacuum_orphans(at("2000-01-01T00:00:00Z")).await.unwrap(), 0);
    assert_eq!(ledger.vacuum_orphans(at("2200-01-01T00:00:00Z")).await.unwrap(), 2);
    assert_eq!(rows(&ledger).await, kept);
    assert_eq!(ledger.tallies().await.unwrap().threats().len(), 1);
}

#[tokio::test]
async fn rows_admitted_but_not_kept_stop_the_delivery() {
    let ledger = in_memory().await;
    let mut intake = begin(&ledger, 1).await;
    let (sightings, attribution) = batch(&[MORNING, NEIGHBOUR], 2);
    assert_eq!(intake.admit(&sightings, &attribution).await.unwrap(), [0, 1]);
    let refused = intake.finish().await.unwrap_err();
    assert!(matches!(refused, LedgerError::Unkept { admitted: 2, kept: 0 }), "{refused}");
    assert_eq!(ledger.version().await.unwrap(), 1);
}

#[tokio::test]
async fn a_commit_that_lost_its_number_takes_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let ours = Ledger::open_local(directory.path()).await.unwrap();
    let theirs = Ledger::open_local(directory.path()).await.unwrap();
    let mut intake = begin(&ours, 1).await;
    fill(&mut intake, &[MORNING]).await;
    ingest(&theirs, 2, &[TOMORROW]).await;
    intake.finish().await.unwrap();
    assert_eq!(theirs.version().await.unwrap(), 3);
    assert_eq!(rows(&theirs).await.len(), 2);
}

#[tokio::test]
async fn a_commit_on_a_day_that_another_process_changed_is_refused_whole() {
    let directory = tempfile::tempdir().unwrap();
    let ours = Ledger::open_local(directory.path()).await.unwrap();
    let theirs = Ledger::open_local(directory.path()).await.unwrap();
    let mut intake = begin(&ours, 1).await;
    fill(&mut intake, &[MORNING]).await;
    ingest(&theirs, 2, &[EVENING]).await;
    let refused = intake.finish().await.unwrap_err();
    assert!(
        matches!(refused, LedgerError::Overtaken { day: d } if d == day("2026-05-01")),
        "{refused}"
    );
    assert_eq!(ingest(&ours, 1, &[MORNING]).await.again, 1);
    check_invariant(&rows(&ours).await, 2);
}

#[tokio::test]
async fn of_two_processes_with_the_same_delivery_one_takes_it_in() {
    let directory = tempfile::tempdir().unwrap();
    let ours = Ledger::open_local(directory.path()).await.unwrap();
    let theirs = Ledger::open_local(directory.path()).await.unwrap();
    let mut intake = begin(&ours, 1).await;
    fill(&mut intake, &[MORNING]).await;
    ingest(&theirs, 1, &[MORNING]).await;
    let refused = intake.finish().await.unwrap_err();
    assert!(matches!(refused, LedgerError::AlreadyThere { .. }), "{refused}");
    check_invariant(&rows(&ours).await, 1);
}

#[tokio::test]
async fn batches_of_ragged_columns_or_impossible_times_are_refused() {
    let ledger = in_memory().await;
    let mut intake = begin(&ledger, 1).await;
    let (mut ragged, attribution) = batch(&[MORNING], 2);
    ragged.port.clear();
    assert!(matches!(
        intake.admit(&ragged, &attribution).await.unwrap_err(),
        LedgerError::Batch { .. }
    ));
    let (mut early, attribution) = batch(&[MORNING], 2);
    early.seen = vec![i64::MIN];
    assert!(matches!(
        intake.admit(&early, &attribution).await.unwrap_err(),
        LedgerError::Batch { .. }
    ));
}

#[tokio::test]
async fn a_delivery_that_names_too_many_days_is_refused() {
    let ledger = in_memory().await;
    let mut intake = begin(&ledger, 1).await;
    let (mut sightings, mut attribution) = batch(&vec![MORNING; 1001], 2);
    for (seen, n) in sightings.seen.iter_mut().zip(0..) {
        *seen += n * crate::days::DAY_US;
    }
    attribution.codes = vec![0; 1001];
    let refused = intake.admit(&sightings, &attribution).await.unwrap_err();
    assert!(matches!(refused, LedgerError::TooManyDays { most: 1000 }), "{refused}");
}

async fn three_days() -> Ledger {
    let ledger = in_memory().await;
    let first = Seen { at: "2026-03-01T00:00:00Z", ..MORNING };
    let second = Seen { at: "2026-03-02T00:00:00Z", ..MORNING };
    let third = Seen { at: "2026-03-03T00:00:00Z", ..MORNING };
    ingest(&ledger, 1, &[first, second, third]).await;
    ledger
}

#[tokio::test]
async fn only_days_past_the_floor_are_dropped_and_never_a_held_one() {
    let ledger = three_days().await;
    let held = [day("2026-03-01")];
    let retention = Retention {
        before: day("2026-12-31"),
        floor_days: 60,
        // The 2nd has been over for 60 whole days; the 3rd not quite.
        now: at("2026-05-02T23:59:59Z"),
        held: &held,
    };
    let dropped = ledger.drop_days(&retention).await.unwrap();
    assert_eq!(dropped.days, [day("2026-03-02")].into());
    assert_eq!(dropped.held, held.into());
    assert_eq!(dropped.files, 1);
    let left: Vec<_> = rows(&ledger).await.iter().map(|row| row.day).collect();
    assert_eq!(left, [day("2026-03-01"), day("2026-03-03")]);
    // Nothing was left behind, and nothing more than the days went.
    assert_eq!(ledger.vacuum_orphans(at("2200-01-01T00:00:00Z")).await.unwrap(), 0);
    // The delivery stays known: replaying it does not bring the day back.
    assert!(matches!(ledger.begin(&id(1)).await.unwrap(), Begin::AlreadyThere(_)));
    let again = ledger.drop_days(&retention).await.unwrap();
    assert_eq!(again, Dropped { held: held.into(), ..Dropped::default() });
}

#[tokio::test]
async fn a_floor_beyond_the_calendar_keeps_everything() {
    let ledger = three_days().await;
    let now = at("2026-05-02T00:00:00Z");
    let retention = Retention { before: day("2026-12-31"), floor_days: u32::MAX, now, held: &[] };
    assert_eq!(ledger.drop_days(&retention).await.unwrap(), Dropped::default());
}

#[tokio::test]
async fn an_empty_delivery_is_remembered_too() {
    let ledger = in_memory().await;
    let receipt = try_ingest(&ledger, 9, &[]).await.unwrap();
    assert_eq!((receipt.sightings, receipt.files), (0, 0));
    assert!(matches!(ledger.begin(&id(9)).await.unwrap(), Begin::AlreadyThere(_)));
}

/// Spawning compiles only if nothing that waits is bound to its thread.
#[tokio::test]
async fn the_ledger_can_be_used_from_a_task_of_its_own() {
    let ledger = in_memory().await;
    let task = tokio::spawn(async move {
        ingest(&ledger, 1, &[MORNING]).await;
        let tallies = ledger.tallies().await.unwrap();
        let mirai = "mirai".parse().unwrap();
        let which = Which::threat(&mirai);
        let days = day("2026-05-01")..=day("2026-05-02");
        assert_eq!(tallies.by_holding(which, days).await.unwrap().len(), 1);
        ledger.vacuum_orphans(Timestamp::MIN).await.unwrap();
        tallies.largest_window(which, 24, Timestamp::MIN..Timestamp::MAX).await.unwrap()
    });
    assert_eq!(task.await.unwrap().unwrap().count.total(), 1);
}
