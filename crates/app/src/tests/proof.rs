//! What was signed is held against what is there: checkpoints, keys, dossiers, tables.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;

use super::{INFECTED, NOW, World, console};
use crate::checkpoint::{Outside, Proof};
use crate::dossier::{self, Verdict};
use crate::seal::{Key, PublicKey, Signed};

const FENCES_DOWN: &str = "
DROP TRIGGER journal_is_never_altered;
DROP TRIGGER journal_is_never_cut;
DROP TRIGGER journal_head_follows_the_last_entry;";

/// A desk with an incident and its key.
async fn signing() -> World {
    let world = World::new().await;
    assert!(world.app.ensure_key(|| [1; 32]).await.unwrap());
    assert!(!world.app.ensure_key(|| [2; 32]).await.unwrap());
    let own = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &own).await;
    world
}

fn public(seed: u8) -> PublicKey {
    Key::from_seed([seed; 32]).unwrap().public()
}

async fn prove(world: &World, checkpoints: &[Signed], key: Option<PublicKey>) -> Proof {
    let outside = Outside { checkpoints: checkpoints.to_vec(), key };
    world.app.prove(&console(), &outside).await.unwrap()
}

fn doubts(proof: &Proof) -> String {
    proof.doubts.iter().map(|doubt| doubt.what.as_str()).collect::<Vec<_>>().join("\n")
}

impl World {
    /// Runs statements as somebody would who owns the file.
    async fn tamper(&self, sql: &'static str) {
        let path = self.directory.path().join("juyan.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// Rewrites an entry and every hash after it, and the head: no look at the file alone shows it.
    async fn rewrite_from(&self, sequence: u64) {
        self.tamper(FENCES_DOWN).await;
        let path = self.directory.path().join("juyan.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        let entries = self.app.store().journal_since(&console(), sequence - 1, 1000).await.unwrap();
        let mut previous = entries[0].previous.clone();
        for mut entry in entries {
            if entry.sequence == sequence {
                entry.actor = "somebody-else".to_owned();
            }
            entry.previous.clone_from(&previous);
            entry.hash = store::journal::hash_of(&entry);
            previous.clone_from(&entry.hash);
            sqlx::query(
                "UPDATE journal SET actor = $1, previous = $2, hash = $3 WHERE sequence = $4",
            )
            .bind(entry.actor)
            .bind(entry.previous)
            .bind(entry.hash)
            .bind(i64::try_from(entry.sequence).unwrap())
            .execute(&pool)
            .await
            .unwrap();
        }
        sqlx::query("UPDATE journal_head SET hash = $1")
            .bind(previous)
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
    }

    async fn dossier(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let number = "INC-2026-0001".parse().unwrap();
        let made = self.app.dossier(&console(), &number, &mut out).await.unwrap().unwrap();
        assert!(made.entries >= 4, "{made:?}");
        out
    }
}

#[tokio::test]
async fn a_checkpoint_is_taken_once_a_day_and_confirmed_by_whoever_kept_it() {
    let world = signing().await;
    let first = world.app.checkpoint_daily().await.unwrap().unwrap();
    assert!(first.is_by(&public(1)));
    assert_eq!(world.app.checkpoint_daily().await.unwrap(), None);
    world.at("2026-11-21T00:00:01Z");
    let second = world.app.checkpoint_daily().await.unwrap().unwrap();
    let kept = [first, second];
    assert_eq!(world.app.checkpoints(&console()).await.unwrap(), kept);
    let proof = prove(&world, &kept, Some(public(1))).await;
    assert_eq!((doubts(&proof).as_str(), proof.confirmed, proof.checkpoints), ("", 2, 2));
    let acts = world.app.store().journal_of(&console(), "journal", 10).await.unwrap();
    assert_eq!(acts.iter().filter(|act| act.act == "journal.checkpointed").count(), 2);
}

#[tokio::test]
async fn a_rewritten_tail_is_found_by_the_checkpoint_that_somebody_else_kept() {
    let world = signing().await;
    let kept = world.app.checkpoint().await.unwrap();
    let signed = crate::checkpoint::parsed(&kept).unwrap().entries;
    world.rewrite_from(3).await;
    let alone = world.app.store().verify_journal(&console()).await.unwrap();
    assert!(alone.is_ok(), "the chain alone cannot show it");
    let proof = prove(&world, std::slice::from_ref(&kept), Some(public(1))).await;
    assert_eq!(proof.doubts[0].sequence, Some(signed), "{}", doubts(&proof));
    assert!(proof.doubts[0].what.contains("history was rewritten somewhere from entry 1"));
    assert_eq!(proof.confirmed, 0);
    let refused = world.app.checkpoint().await.unwrap_err().to_string();
    assert!(refused.contains("nothing was signed"), "{refused}");

    // Even somebody who removes the desk's own checkpoint too.
    world.tamper("DELETE FROM checkpoint").await;
    let proof = prove(&world, &[kept], Some(public(1))).await;
    let said = doubts(&proof);
    assert!(said.contains("is missing at the desk"), "{said}");
    assert!(said.contains("history was rewritten"), "{said}");
}

#[tokio::test]
async fn a_checkpoint_that_was_altered_or_signed_by_another_is_not_believed() {
    let world = signing().await;
    let kept = world.app.checkpoint().await.unwrap();
    let said = doubts(&prove(&world, std::slice::from_ref(&kept), Some(public(9))).await);
    assert!(said.contains("signed by another key than the one given"), "{said}");
    let mut altered = kept.clone();
    altered.text = altered.text.replace("number: 1", "number: 2");
    let said = doubts(&prove(&world, &[altered], Some(public(1))).await);
    assert!(said.contains("was altered: its signature does not hold"), "{said}");
    world.tamper("UPDATE checkpoint SET signature = replace(signature, '0', '1')").await;
    let said = doubts(&prove(&world, &[], None).await);
    assert!(said.contains("the desk's checkpoint 1 was altered"), "{said}");
}

#[tokio::test]
async fn whoever_noted_the_first_key_can_follow_to_the_present_one() {
    let world = signing().await;
    let first = world.app.checkpoint().await.unwrap();
    let (new, handed_over) = world.app.rotate_key([2; 32]).await.unwrap();
    assert_eq!(new, public(2));
    assert!(handed_over.is_by(&public(1)), "the old key says what the new one is");
    assert!(!world.directory.path().join("juyan.next.key").exists());
    world.at("2026-11-21T00:00:01Z");
    let last = world.app.checkpoint().await.unwrap();
    assert!(last.is_by(&public(2)));
    let proof = prove(&world, &[first, handed_over, last.clone()], Some(public(1))).await;
    assert_eq!((doubts(&proof).as_str(), proof.confirmed), ("", 3));
    let act = world.app.store().journal_of(&console(), "key", 1).await.unwrap().remove(0);
    assert_eq!(act.act, "key.rotated");
    assert!(act.details.contains(&public(2).to_string()));
}

#[tokio::test]
async fn a_rotation_that_was_cut_short_is_finished_and_a_lost_key_is_missed() {
    let world = signing().await;
    let path = world.app.home().key();
    let old = std::fs::read(&path).unwrap();
    world.app.rotate_key([2; 32]).await.unwrap();
    // As if the process had died before the new key took the old one's place.
    std::fs::rename(&path, world.app.home().next_key()).unwrap();
    std::fs::write(&path, &old).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(world.app.key().await.unwrap().public(), public(2));

    std::fs::remove_file(&path).unwrap();
    assert!(!world.app.ensure_key(|| [3; 32]).await.unwrap(), "no other key takes its place");
    assert!(world.app.key().await.is_err());
    std::fs::write(&path, &old).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let refused = world.app.key().await.unwrap_err().to_string();
    assert!(refused.contains("the checkpoints go on with"), "{refused}");
}

#[tokio::test]
async fn a_table_that_disagrees_with_the_journal_is_named() {
    let world = signing().await;
    assert_eq!(world.app.audit(&console()).await.unwrap(), []);
    world.tamper("UPDATE assessment SET grade = 'g1'; UPDATE notice SET items = items + 1").await;
    let found = world.app.audit(&console()).await.unwrap();
    let said: Vec<_> = found.iter().map(|doubt| doubt.what.as_str()).collect();
    assert!(said.iter().any(|what| what.contains("stands at grade g1")), "{said:?}");
    assert!(said.iter().any(|what| what.contains("items, and its newest entry says")), "{said:?}");
    world.tamper("PRAGMA foreign_keys = OFF; DELETE FROM notice").await;
    let found = world.app.audit(&console()).await.unwrap();
    assert!(found.iter().any(|doubt| doubt.what.contains("there is no such row any more")));
}

#[tokio::test]
async fn a_settled_obligation_that_the_journal_does_not_know_is_named() {
    let world = signing().await;
    world
        .tamper(
            "UPDATE obligation SET state = 'waived', ended_at = since, evidence = 'nobody said so'
              WHERE id = (SELECT MIN(id) FROM obligation WHERE state = 'running')",
        )
        .await;
    let found = world.app.audit(&console()).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].what.contains("is waived, and the journal never said so"), "{found:?}");
}

#[tokio::test]
async fn a_dossier_verifies_without_the_desk() {
    let world = signing().await;
    world.at("2026-11-20T13:00:00Z");
    let bytes = world.dossier().await;
    drop(world);
    let verdict = dossier::verify(bytes.as_slice(), &public(1));
    assert_eq!(verdict.findings, Vec::<String>::new());
    assert_eq!(verdict.says["incident"], "INC-2026-0001");
    assert!(verdict.entries >= 4 && verdict.files > 6, "{verdict:?}");
    let stranger = dossier::verify(bytes.as_slice(), &public(9));
    assert!(stranger.findings[0].contains("manifest.txt: its signature is not by the key given"));
    let cut = dossier::verify(&bytes[..bytes.len() / 2], &public(1));
    assert!(!cut.findings.is_empty());
}

#[tokio::test]
async fn a_dossier_made_after_the_key_changed_verifies_by_the_key_noted_before() {
    let world = signing().await;
    world.app.rotate_key([2; 32]).await.unwrap();
    let bytes = world.dossier().await;
    assert_eq!(dossier::verify(bytes.as_slice(), &public(1)).findings, Vec::<String>::new());
    assert_eq!(dossier::verify(bytes.as_slice(), &public(2)).findings, Vec::<String>::new());
}

/// Unpacks a dossier, lets somebody change its files, and packs it again.
fn repacked(bytes: &[u8], change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Verdict {
    let mut files = Vec::new();
    dossier::archive::read(bytes, &mut |name, content| files.push((name, content))).unwrap();
    change(&mut files);
    let mut out = Vec::new();
    let mut writer = dossier::archive::Writer::new(&mut out, NOW.parse().unwrap()).unwrap();
    for (name, content) in &files {
        writer.add(name, content).unwrap();
    }
    writer.finish().unwrap();
    dossier::verify(out.as_slice(), &public(1))
}

fn replaced(files: &mut [(String, Vec<u8>)], name: &str, from: &str, to: &str) {
    let (_, content) = files.iter_mut().find(|(found, _)| found == name).unwrap();
    let text = String::from_utf8(content.clone()).unwrap();
    assert!(text.contains(from), "{name}");
    *content = text.replace(from, to).into_bytes();
}

#[tokio::test]
async fn whatever_is_changed_in_a_dossier_is_named() {
    let world = signing().await;
    let bytes = world.dossier().await;
    assert_eq!(repacked(&bytes, |_| {}).findings, Vec::<String>::new());
    let said =
        |change: fn(&mut Vec<(String, Vec<u8>)>)| repacked(&bytes, change).findings.join("\n");
    let findings = said(|files| replaced(files, "incident.json", "night-reed", "day-reed"));
    assert_eq!(findings, "incident.json: it was changed");
    let findings =
        said(|files| files.retain(|(name, _)| !name.starts_with("notices/NTC-2026-0001")));
    assert_eq!(findings, "notices/NTC-2026-0001/0001.csv: it is missing");
    let findings = said(|files| files.insert(0, ("more.txt".to_owned(), Vec::new())));
    assert_eq!(findings, "more.txt: it was added, the manifest does not list it");
    let findings = said(|files| files.insert(0, files[1].clone()));
    assert_eq!(findings, "incident.json: it is there twice");
    let findings = said(|files| replaced(files, "journal.jsonl", "coordination-centre", "nobody"));
    assert!(findings.contains("journal.jsonl: it was changed"), "{findings}");
    assert!(findings.contains("was altered"), "{findings}");
    let findings = said(|files| replaced(files, "manifest.txt", "INC-2026-0001", "INC-2026-0002"));
    assert!(findings.contains("manifest.txt: its signature is not by the key given"), "{findings}");
    let findings = said(|files| replaced(files, "checkpoints.txt", "number: 1", "number: 2"));
    assert!(findings.contains("checkpoint 1 is missing or not signed"), "{findings}");
}

#[tokio::test]
async fn a_forged_entry_does_not_stand_under_the_checkpoint() {
    let world = signing().await;
    let bytes = world.dossier().await;
    let forged = repacked(&bytes, |files| {
        let (_, content) = files.iter_mut().find(|(name, _)| name == "journal.jsonl").unwrap();
        let text = String::from_utf8(content.clone()).unwrap();
        let line = text.lines().next().unwrap();
        let mut proved: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut entry: model::journal::Entry =
            serde_json::from_value(proved["entry"].clone()).unwrap();
        entry.details = "{}".to_owned();
        entry.hash = store::journal::hash_of(&entry);
        proved["entry"] = serde_json::to_value(entry).unwrap();
        *content = text.replacen(line, &proved.to_string(), 1).into_bytes();
    });
    let said = forged.findings.join("\n");
    assert!(said.contains("does not stand under checkpoint 1"), "{said}");
}

#[tokio::test]
async fn other_tools_read_a_dossier_and_check_its_signature() {
    let world = signing().await;
    let bytes = world.dossier().await;
    let folder = world.directory.path().join("unpacked");
    std::fs::create_dir(&folder).unwrap();
    let mut plain = Vec::new();
    zstd::Decoder::new(bytes.as_slice()).unwrap().read_to_end(&mut plain).unwrap();
    std::fs::write(folder.join("dossier.tar"), plain).unwrap();
    std::fs::write(folder.join("key.pem"), public(1).pem()).unwrap();
    let script = "set -e; tar xf dossier.tar
        sed '$d' manifest.txt > text
        tail -n 1 manifest.txt | cut -d' ' -f2 | tr -d '\\n' | sed 's/../\\\\x&/g' | xargs -0 printf > signature
        sed -n 's/^file: \\([0-9a-f]*\\) [0-9]* /\\1  /p' manifest.txt | sha256sum --quiet -c
        openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile signature";
    let run = std::process::Command::new("bash").args(["-c", script]).current_dir(&folder).output();
    let run = run.unwrap();
    let said = [run.stdout, run.stderr].concat();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[tokio::test]
async fn taking_much_away_is_an_act_and_taking_little_is_not() {
    let world = signing().await;
    let of = |rows| world.app.record_export("duty-officer", ("notice.csv", "NTC-2026-0001"), rows);
    assert!(!of(999).await.unwrap());
    assert!(of(1_000).await.unwrap());
    let newest =
        world.app.store().journal_of(&console(), "NTC-2026-0001", 1).await.unwrap().remove(0);
    assert_eq!((newest.act.as_str(), newest.actor.as_str()), ("data.exported", "duty-officer"));
    world.app.record_reading("duty-officer", "contacts", "changfeng").await.unwrap();
    assert_eq!(world.app.audit(&console()).await.unwrap(), []);
}
