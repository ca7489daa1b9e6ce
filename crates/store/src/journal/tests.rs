//! Whoever alters, removes, inserts or reorders an entry is found out.

use std::collections::BTreeMap;

use model::journal::{Act, Entry};
use proptest::prelude::{ProptestConfig, any, prop, proptest};

use super::{Broken, ORIGIN, Verified, hash_of};
use crate::Store;
use crate::engine::Engine;
use crate::statement::{keepable, tell};
use crate::testing::{World, act, at, engine, everything};

/// The triggers of the journal and their tables.
const FENCES: [(&str, &str); 5] = [
    ("journal_is_never_altered", "journal"),
    ("journal_is_never_cut", "journal"),
    ("journal_grows_by_one", "journal"),
    ("journal_head_follows_the_last_entry", "journal_head"),
    ("journal_head_stays", "journal_head"),
];

/// Five entries, and nothing in the way of somebody who would touch them.
async fn unfenced() -> World {
    let world = World::new().await;
    for subject in ["b", "c", "d", "e"] {
        let mut tx = world.store.begin().await.unwrap();
        tx.record(&act("test.done", subject)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let whole = verify(&world).await.unwrap();
    assert_eq!(whole.entries, 5);
    for (fence, table) in FENCES {
        match engine() {
            Engine::Sqlite => world.tamper(&format!("DROP TRIGGER {fence}")).await,
            Engine::Postgres => world.tamper(&format!("DROP TRIGGER {fence} ON {table}")).await,
        }
    }
    world
}

async fn verify(world: &World) -> Result<Verified, Broken> {
    world.store.verify_journal(&everything()).await.unwrap()
}

async fn check(tampering: &str, sequence: u64, why: &str) {
    let world = unfenced().await;
    world.tamper(tampering).await;
    let broken = verify(&world).await.unwrap_err();
    assert_eq!(broken.sequence, sequence, "{tampering}: {broken}");
    assert!(broken.why.contains(why), "{tampering}: {broken}");
}

#[tokio::test]
async fn an_altered_entry_is_found() {
    let hash = "its hash is not that of its text";
    check("UPDATE journal SET at = at + 1 WHERE sequence = 2", 2, hash).await;
    check("UPDATE journal SET actor = 'nobody' WHERE sequence = 3", 3, hash).await;
    check("UPDATE journal SET act = 'test.undone' WHERE sequence = 3", 3, hash).await;
    check("UPDATE journal SET subject = 'x' WHERE sequence = 1", 1, hash).await;
    check("UPDATE journal SET details = '{}' WHERE sequence = 5", 5, hash).await;
    let gap = "does not hold the hash of the entry before";
    check("UPDATE journal SET previous = hash WHERE sequence = 4", 4, gap).await;
    // PostgreSQL would not take what is no number.
    if engine() == Engine::Sqlite {
        check("UPDATE journal SET at = 'yesterday' WHERE sequence = 4", 4, "cannot be read").await;
    }
}

#[tokio::test]
async fn an_altered_entry_with_its_hash_made_good_is_found_at_the_next() {
    let world = unfenced().await;
    let mut entries = world.store.journal_since(&everything(), 2, 1).await.unwrap();
    let mut entry: Entry = entries.remove(0);
    entry.subject = "x".to_owned();
    let forged = tell("UPDATE journal SET subject = 'x', hash = $1 WHERE sequence = 3");
    world.run(forged.bind(hash_of(&entry))).await;
    let broken = verify(&world).await.unwrap_err();
    assert_eq!(broken.sequence, 4);
}

#[tokio::test]
async fn a_removed_entry_is_found_also_if_it_is_the_newest() {
    check("DELETE FROM journal WHERE sequence = 1", 1, "in its place stands entry 2").await;
    check("DELETE FROM journal WHERE sequence = 3", 3, "in its place stands entry 4").await;
    check("DELETE FROM journal WHERE sequence = 5", 5, "the newest are missing").await;
    check("DELETE FROM journal", 1, "the newest are missing").await;
    let closed_up = "
        DELETE FROM journal WHERE sequence = 2;
        UPDATE journal SET sequence = sequence - 1 WHERE sequence > 2;";
    check(closed_up, 2, "does not hold the hash of the entry before").await;
}

#[tokio::test]
async fn reordered_entries_are_found() {
    let swapped = "
        UPDATE journal SET sequence = 99 WHERE sequence = 2;
        UPDATE journal SET sequence = 2 WHERE sequence = 3;
        UPDATE journal SET sequence = 3 WHERE sequence = 99;";
    check(swapped, 2, "does not hold the hash of the entry before").await;
}

#[tokio::test]
async fn an_inserted_entry_is_found() {
    let unchecked = match engine() {
        Engine::Sqlite => "PRAGMA ignore_check_constraints = ON;",
        Engine::Postgres => "ALTER TABLE journal DROP CONSTRAINT journal_sequence_check;",
    };
    let before_all = "
        INSERT INTO journal (sequence, at, actor, act, subject, details, previous, hash)
        SELECT -7, at, actor, act, subject, details, hash,
               '1111111111111111111111111111111111111111111111111111111111111111'
          FROM journal WHERE sequence = 5;";
    check(&format!("{unchecked} {before_all}"), 1, "in its place stands entry -7").await;
    let at_the_end = "
        INSERT INTO journal (sequence, at, actor, act, subject, details, previous, hash)
        SELECT 6, at, actor, act, subject, details, hash,
               '1111111111111111111111111111111111111111111111111111111111111111'
          FROM journal WHERE sequence = 5;";
    check(at_the_end, 6, "its hash is not that of its text").await;
}

#[tokio::test]
async fn an_entry_well_made_and_appended_past_the_head_is_found() {
    let world = unfenced().await;
    let last = world.store.journal(&everything(), 1, None).await.unwrap().remove(0);
    let mut forged = Entry { sequence: 6, previous: last.hash.clone(), ..last };
    forged.hash = hash_of(&forged);
    let append = tell(super::APPEND_ENTRY)
        .bind(6)
        .bind(forged.at.as_microsecond())
        .bind(forged.actor)
        .bind(forged.act)
        .bind(forged.subject)
        .bind(forged.details)
        .bind(forged.previous)
        .bind(forged.hash);
    world.run(append).await;
    let broken = verify(&world).await.unwrap_err();
    assert!(broken.why.contains("the head is not that of the last entry"), "{broken}");
}

#[tokio::test]
async fn a_head_that_was_touched_is_found() {
    check("DELETE FROM journal_head", 5, "the head of the journal is gone").await;
    check("UPDATE journal_head SET entries = 4", 4, "not that of the last entry").await;
    if engine() == Engine::Sqlite {
        check("UPDATE journal_head SET entries = 'many'", 5, "cannot be read").await;
    }
    let other = "UPDATE journal_head SET hash = (SELECT hash FROM journal WHERE sequence = 4)";
    check(other, 5, "not that of the last entry").await;
}

/// What the chain cannot show by itself, as the file's heading says: keep a head outside.
#[tokio::test]
async fn a_tail_cut_together_with_its_head_shows_only_against_a_head_noted_outside() {
    let world = unfenced().await;
    let noted = verify(&world).await.unwrap();
    world
        .tamper(
            "DELETE FROM journal WHERE sequence = 5;
             UPDATE journal_head
                SET entries = 4, hash = (SELECT hash FROM journal WHERE sequence = 4);",
        )
        .await;
    assert_ne!(verify(&world).await.unwrap(), noted);
}

#[tokio::test]
async fn the_fences_refuse_a_slip_of_the_hand() {
    let world = World::new().await;
    for slip in [
        "UPDATE journal SET actor = 'nobody'",
        "DELETE FROM journal",
        "INSERT INTO journal SELECT * FROM journal",
        "UPDATE journal_head SET entries = 0",
        "DELETE FROM journal_head",
    ] {
        let refused = world.try_to(slip).await.unwrap_err().to_string();
        assert!(refused.contains("journal"), "{slip}: {refused}");
    }
    let by_engine = match engine() {
        Engine::Sqlite => "INSERT OR REPLACE INTO journal SELECT * FROM journal",
        Engine::Postgres => "TRUNCATE journal",
    };
    assert!(world.try_to(by_engine).await.is_err(), "{by_engine}");
    assert_eq!(verify(&world).await.unwrap().entries, 1);
}

/// The wanted hash was computed by the four lines of Python in the heading of `journal.rs`.
#[test]
fn an_outsider_computes_the_same_hash() {
    let entry = Entry {
        sequence: 1,
        at: at(0),
        actor: "desk".to_owned(),
        act: "incident.opened".to_owned(),
        subject: "INC-2026-0001".to_owned(),
        details: r#"{"grade":"g2","threat":"wanna \"cry\" 病毒\u0001"}"#.to_owned(),
        previous: ORIGIN.to_owned(),
        hash: String::new(),
    };
    assert_eq!(hash_of(&entry), "64295ca14fb4473c50e54ef0b01e6717cb55c580c24ce741a7711299ca4a33e5");
}

#[tokio::test]
async fn entries_are_listed_from_either_end_and_by_subject() {
    let world = World::new().await;
    for subject in ["x", "y", "x"] {
        let mut tx = world.store.begin().await.unwrap();
        tx.record(&act("test.done", subject)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let sequences = |list: Vec<Entry>| list.iter().map(|e| e.sequence).collect::<Vec<_>>();
    let (store, permit) = (&world.store, everything());
    assert_eq!(sequences(store.journal(&permit, 2, None).await.unwrap()), [4, 3]);
    assert_eq!(sequences(store.journal(&permit, 9, Some(3)).await.unwrap()), [2, 1]);
    assert_eq!(sequences(store.journal_of(&permit, "x", 9).await.unwrap()), [4, 2]);
    assert_eq!(sequences(store.journal_since(&permit, 1, 2).await.unwrap()), [2, 3]);
}

#[tokio::test]
async fn a_journal_longer_than_a_page_is_verified_whole() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    for n in 0..2_500 {
        tx.record(&act("test.done", &n.to_string())).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(verify(&world).await.unwrap().entries, 2_501);
}

async fn write_many(store: Store, who: &'static str) {
    for n in 0..50 {
        let mut tx = store.begin().await.unwrap();
        tx.next_number("INC", 2026).await.unwrap();
        tx.record(&act("test.done", &format!("{who}-{n}"))).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_side_by_side_keep_the_chain_gapless() {
    let world = World::new().await;
    // The third writer has opened the store for itself, as another process would.
    let other = Store::open(&world.place.address()).await.unwrap();
    let tasks = [
        tokio::spawn(write_many(world.store.clone(), "a")),
        tokio::spawn(write_many(world.store.clone(), "b")),
        tokio::spawn(write_many(other, "c")),
    ];
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(verify(&world).await.unwrap().entries, 151);
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.next_number("INC", 2026).await.unwrap(), 151, "no number was given twice");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever texts are recorded, the chain is whole; and moving one character from a part to the part
    /// beside it changes the hash.
    #[test]
    fn any_texts_make_a_chain_and_no_two_entries_have_one_text(
        actor in any::<String>(),
        subject in any::<String>(),
        detail in any::<String>(),
        micros in -1_000_000_000_000_000i64..1_000_000_000_000_000,
        sequence in 1..u64::MAX,
    ) {
        let entry = Entry {
            sequence,
            at: jiff::Timestamp::from_microsecond(micros).unwrap(),
            actor: actor.clone(),
            act: "test.done".to_owned(),
            subject: subject.clone(),
            details: detail.clone(),
            previous: ORIGIN.to_owned(),
            hash: String::new(),
        };
        let mut shifted = entry.clone();
        shifted.subject.push('x');
        let mut moved = entry.clone();
        if let Some(last) = moved.actor.pop() {
            moved.act.insert(0, last);
            assert_ne!(hash_of(&entry), hash_of(&moved));
        }
        assert_ne!(hash_of(&entry), hash_of(&shifted));
        assert_eq!(hash_of(&entry), hash_of(&entry.clone()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_acts_verify_and_survive_the_round_trip(
        texts in prop::collection::vec((any::<String>(), any::<String>()), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            let mut tx = world.store.begin().await.unwrap();
            for (subject, detail) in &texts {
                let details = BTreeMap::from([("text", detail.clone())]);
                let act = Act { subject: subject.clone(), details, ..act("test.done", "") };
                tx.record(&act).await.unwrap();
            }
            tx.commit().await.unwrap();
            let entries = u64::try_from(texts.len()).unwrap() + 1;
            assert_eq!(verify(&world).await.unwrap().entries, entries);
            let kept = world.store.journal_since(&everything(), 1, 99).await.unwrap();
            for (entry, (subject, detail)) in kept.iter().zip(&texts) {
                assert_eq!(entry.subject, keepable(subject.clone()));
                let details: BTreeMap<String, String> =
                    serde_json::from_str(&entry.details).unwrap();
                assert_eq!(details.get("text"), Some(detail));
            }
        });
    }
}
