//! From a draft to what is accepted, and what a returned filing leaves owed.

use model::filing::{Answers, FilingNumber, Kind, Receipt, State, Verdict, Wrong};
use model::obligation::State as Owed;
use model::{Filing, Handle, Obligation};

use super::{World, console};
use crate::AppError;
use crate::filing::Drafting;
use crate::filing::calls::{Call, Does};
use crate::filing::judged::Found;
use crate::filing::sealed::Sealed;
use crate::seal::Key;

const SEED: [u8; 32] = [7; 32];

fn answers(pairs: &[(&str, &str)]) -> Answers {
    pairs.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect()
}

fn handle(name: &str) -> Handle {
    name.parse().unwrap()
}

fn feedback() -> Answers {
    answers(&[
        ("handled_ips", "10.16.0.1"),
        ("handled_domains", "none"),
        ("unit_name", "City college"),
        ("unhandled_ips", "none"),
        ("unhandled_domains", "none"),
    ])
}

fn drafting(one: &Obligation, kind: Kind, follows: Option<&Filing>) -> Drafting {
    let follows = follows.map(|filing| filing.number.clone());
    Drafting { obligation: one.id, filer: None, kind, follows, answers: feedback() }
}

/// The world once the operators have their notice, and the key of `yunhe` is registered.
async fn notified() -> (World, Obligation) {
    let world = World::with_an_incident().await;
    world.meet("M6", "coordination-centre").await;
    let key = Key::from_seed(SEED).unwrap();
    world.app.register_key(&handle("yunhe"), &key.public(), "letter 3").await.unwrap();
    let one = world.one("H2b", "yunhe").await;
    (world, one)
}

impl World {
    /// Signs at home what the desk shows, and hands in the signature.
    async fn seal(&self, number: &FilingNumber) -> Result<Sealed, AppError> {
        let key = Key::from_seed(SEED).unwrap();
        let text = self.app.text_to_seal(number).await?;
        let id = crate::filing::keys::key_id(&key.public()).unwrap();
        self.app.seal_filing(number, &id, &key.sign(text).signature).await
    }

    async fn read(&self, one: &Obligation) -> Obligation {
        self.app.store.obligation(&console(), &one.id).await.unwrap().unwrap()
    }
}

fn verdict(reasons: &str) -> Verdict {
    let at = "2026-11-24T10:00:00Z".parse().unwrap();
    Verdict { at, by: handle("coordination-centre"), reasons: reasons.to_owned() }
}

#[tokio::test]
async fn a_sealed_filing_meets_its_obligation_at_that_instant_and_starts_what_waits_for_it() {
    let (world, one) = notified().await;
    let draft = world.app.draft_filing(drafting(&one, Kind::Report, None)).await.unwrap();
    assert_eq!(draft.number.as_str(), "FIL-2026-0001");
    world.at("2026-11-24T09:00:00Z");
    let sealed = world.seal(&draft.number).await.unwrap();
    assert!(!sealed.late);
    let Owed::Met(met) = world.read(&one).await.state else { panic!("it is met") };
    assert_eq!((met.at.to_string(), met.by), ("2026-11-24T09:00:00Z".into(), handle("yunhe")));
    assert!(met.evidence.starts_with("FIL-2026-0001 sha256:"), "{}", met.evidence);
    assert!(sealed.acted.followed.iter().any(|one| one.terms.duty.as_str() == "H3b"));
    let seal = sealed.filing.state.seal().unwrap();
    assert!(seal.text.contains(r#""answers":{"handled_domains":[],"handled_ips":["10.16.0.1"],"#));
    assert!(seal.text.contains(r#""incident":"INC-2026-0001""#), "{}", seal.text);
    world.app.store.verify_journal(&console()).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_unfinished_draft_is_kept_and_cannot_be_sealed() {
    let (world, one) = notified().await;
    let typed = answers(&[("handled_ips", "10.16.0.1 and more")]);
    let begun = Drafting { answers: typed, ..drafting(&one, Kind::Report, None) };
    let draft = world.app.draft_filing(begun).await.unwrap();
    let refused = world.seal(&draft.number).await.unwrap_err();
    let AppError::Incomplete { errors, .. } = &refused else { panic!("{refused}") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    let wanted =
        ["handled_ips", "handled_domains", "unit_name", "unhandled_ips", "unhandled_domains"];
    assert_eq!(fields, wanted);
    let stray = answers(&[("colour", "red")]);
    let refused = world.app.save_draft(&draft.number, 1, stray).await.unwrap_err();
    assert!(refused.to_string().contains("the form has no such field"), "{refused}");
    assert!(matches!(world.read(&one).await.state, Owed::Running(_)));
}

#[tokio::test]
async fn two_who_edit_one_draft_lose_nothing() {
    let (world, one) = notified().await;
    let draft = world.app.draft_filing(drafting(&one, Kind::Report, None)).await.unwrap();
    let mut first = feedback();
    first.insert("unit_name".to_owned(), "Rail dispatch".to_owned());
    let saved = world.app.save_draft(&draft.number, 1, first.clone()).await.unwrap();
    assert_eq!(saved.version, 2);
    let again = world.app.save_draft(&draft.number, 2, first).await.unwrap();
    assert_eq!(again.version, 2, "nothing was typed meanwhile");
    let mut second = feedback();
    second.insert("unhandled_ips".to_owned(), "10.16.0.2".to_owned());
    let refused = world.app.save_draft(&draft.number, 1, second).await.unwrap_err();
    let AppError::DraftMoved(moved) = refused else { panic!("{refused}") };
    assert_eq!(moved.differ(), ["unhandled_ips", "unit_name"]);
    assert_eq!(moved.current, saved);
    let another = world.app.draft_filing(drafting(&one, Kind::Report, None)).await.unwrap_err();
    assert!(another.to_string().contains("has the draft `FIL-2026-0001`"), "{another}");
    world.app.discard_draft(&draft.number).await.unwrap();
    let fresh = world.app.draft_filing(drafting(&one, Kind::Report, None)).await.unwrap();
    assert_eq!(fresh.number.as_str(), "FIL-2026-0002");
}

#[tokio::test]
async fn a_signature_holds_for_its_version_its_key_and_its_filer_only() {
    let (world, one) = notified().await;
    let draft = world.app.draft_filing(drafting(&one, Kind::Report, None)).await.unwrap();
    let (key, stranger) = (Key::from_seed(SEED).unwrap(), Key::from_seed([8; 32]).unwrap());
    let id = crate::filing::keys::key_id(&key.public()).unwrap();
    let text = world.app.text_to_seal(&draft.number).await.unwrap();
    let signature = key.sign(text.clone()).signature;
    let forged = stranger.sign(text).signature;
    let refused = world.app.seal_filing(&draft.number, &id, &forged).await.unwrap_err();
    assert!(refused.to_string().contains("the signature is not by key"), "{refused}");
    let other = crate::filing::keys::key_id(&stranger.public()).unwrap();
    world.app.register_key(&handle("changfeng"), &stranger.public(), "letter 4").await.unwrap();
    let refused = world.app.seal_filing(&draft.number, &other, &forged).await.unwrap_err();
    assert!(refused.to_string().contains("yunhe has registered no key"), "{refused}");
    let mut edited = feedback();
    edited.insert("unit_name".to_owned(), "Somebody else".to_owned());
    world.app.save_draft(&draft.number, 1, edited).await.unwrap();
    let refused = world.app.seal_filing(&draft.number, &id, &signature).await.unwrap_err();
    assert!(refused.to_string().contains("(version 2): sign the text anew"), "{refused}");
    world.app.revoke_key(&handle("yunhe"), &id, "lost").await.unwrap();
    let refused = world.seal(&draft.number).await.unwrap_err();
    assert!(refused.to_string().contains("was revoked at"), "{refused}");
    assert!(matches!(world.read(&one).await.state, Owed::Running(_)));
}

#[tokio::test]
async fn what_is_returned_is_owed_again_by_the_same_clock_and_may_be_late_by_then() {
    let (world, one) = notified().await;
    let draft = world.app.draft_filing(drafting(&one, Kind::Report, None)).await.unwrap();
    world.at("2026-11-24T09:00:00Z");
    let first = world.seal(&draft.number).await.unwrap().filing;
    world.at("2026-11-24T11:00:00Z");
    let nothing = world.app.return_filing(&first.number, verdict(" ")).await.unwrap_err();
    assert!(nothing.to_string().contains("say what has to be corrected"));
    let stranger = Verdict { by: handle("tianma"), ..verdict("no") };
    let refused = world.app.return_filing(&first.number, stranger).await.unwrap_err();
    assert!(refused.to_string().contains("not addressed to tianma"), "{refused}");
    let judged = world.app.return_filing(&first.number, verdict("which unit?")).await.unwrap();
    assert_eq!(judged.reopened.len(), 1);
    assert_eq!(world.read(&one).await.state, one.state, "the clock is as it was");
    let supplement = drafting(&one, Kind::Supplement, Some(&first));
    assert!(world.app.draft_filing(supplement).await.is_err(), "it is to be corrected");
    world.at("2026-12-02T09:00:00Z");
    let correction = drafting(&one, Kind::Correction, Some(&first));
    let correction = world.app.draft_filing(correction).await.unwrap();
    let sealed = world.seal(&correction.number).await.unwrap();
    assert!(sealed.late, "the due was 2026-11-27");
    let faults = |filing: Filing| async move {
        let all = world.app.store.faults_of(&console(), &filing.id).await.unwrap();
        all.into_iter().map(|fault| fault.what).collect::<Vec<_>>()
    };
    assert_eq!(faults(sealed.filing.clone()).await, [Wrong::Late]);
}

#[tokio::test]
async fn what_follows_a_filing_is_linked_and_what_was_wrong_with_it_stays() {
    let (world, one) = notified().await;
    let draft = world.app.draft_filing(drafting(&one, Kind::Report, None)).await.unwrap();
    let first = world.seal(&draft.number).await.unwrap().filing;
    let receipt = Receipt {
        at: world.app.clock().now(),
        by: handle("coordination-centre"),
        evidence: "R 1".to_owned(),
    };
    world.app.receive_filing(&first.number, receipt).await.unwrap();
    let again = drafting(&one, Kind::Report, None);
    let refused = world.app.draft_filing(again).await.unwrap_err();
    assert!(refused.to_string().contains("supplement, correct or withdraw"), "{refused}");
    let more = Drafting {
        answers: answers(&[("unhandled_ips", "10.16.0.7"), ("reason_unhandled", "abroad")]),
        ..drafting(&one, Kind::Supplement, Some(&first))
    };
    let more = world.app.draft_filing(more).await.unwrap();
    let sealed = world.seal(&more.number).await.unwrap();
    assert!(sealed.acted.done.is_empty(), "it was met already");
    assert!(sealed.filing.state.seal().unwrap().text.contains(r#""follows":"FIL-2026-0001""#));
    let withdrawal = Drafting {
        answers: answers(&[("reason", "a test of our own")]),
        ..drafting(&one, Kind::Withdrawal, Some(&first))
    };
    let withdrawal = world.app.draft_filing(withdrawal).await.unwrap();
    world.seal(&withdrawal.number).await.unwrap();
    let (by, because) = (handle("bureau"), "letter 12".to_owned());
    let found = Found { what: Wrong::Omitted, by: by.clone(), because: because.clone() };
    world.app.find_fault(&first.number, found).await.unwrap();
    let late = Found { what: Wrong::Late, by, because };
    assert!(world.app.find_fault(&first.number, late).await.is_err(), "a clock says that");
    let faults = world.app.store.faults_of(&console(), &first.id).await.unwrap();
    let faults: Vec<Wrong> = faults.into_iter().map(|fault| fault.what).collect();
    assert_eq!(faults, [Wrong::Omitted, Wrong::Withdrawn]);
    let kept = world.app.filing_of(&first.number).await.unwrap();
    assert!(matches!(kept.state, State::Received { .. }));
    assert_eq!(world.app.filings_for(&console(), &one.id).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_desk_seals_its_own_filings_by_a_key_that_nobody_else_may_read() {
    let world = World::with_an_incident().await;
    let one = world.one("M6", "coordination-centre").await;
    let notice = answers(&[
        ("ip", "10.16.0.1"),
        ("port", "none"),
        ("discovered_at", "2026-11-20T11:00:00+08:00"),
        ("carrier", "Yunhe Communications"),
        ("malicious_domains", "none"),
        ("size", "2"),
        ("potential_harm", "spam"),
    ]);
    let begun = Drafting { answers: notice, ..drafting(&one, Kind::Report, None) };
    let draft = world.app.draft_filing(begun).await.unwrap();
    let refused = world.app.seal_here(&draft.number).await.unwrap_err();
    assert!(refused.to_string().contains("has no key for coordination-centre"), "{refused}");
    world.app.make_own_key(SEED).await.unwrap();
    assert!(world.app.make_own_key([9; 32]).await.is_err(), "there is one");
    let sealed = world.app.seal_here(&draft.number).await.unwrap();
    assert!(sealed.acted.happened.iter().any(|one| one.trigger == "handler.notice_received"));
    let (_, theirs) = notified().await;
    assert_ne!(theirs.debtor, handle("coordination-centre"));
}

#[tokio::test]
async fn a_call_is_numbered_starts_or_meets_a_clock_and_leaves_the_form_owed() {
    let world = World::with_an_incident().await;
    world.regrade("g2").await.unwrap();
    let one = world.one("M3a", "coordination-centre").await;
    let call = |does| Call {
        at: world.app.clock().now(),
        with: "the duty officer".to_owned(),
        said: "two operators, grave".to_owned(),
        does,
    };
    let logged = world.app.log_call(call(Does::Meets(one.id))).await.unwrap();
    assert_eq!(logged.number, "TEL-2026-0001");
    let Owed::ProvisionallyMet { evidence, .. } = world.read(&one).await.state else {
        panic!("the form is owed")
    };
    assert_eq!(evidence, "TEL-2026-0001: with the duty officer: two operators, grave");
    let incident: model::incident::IncidentNumber = "INC-2026-0001".parse().unwrap();
    let starts = Does::Starts {
        incident: incident.clone(),
        trigger: "handler.notice_received".to_owned(),
        to: Some(handle("yunhe")),
        from: None,
    };
    let logged = world.app.log_call(call(starts.clone())).await.unwrap();
    assert_eq!(logged.acted.happened.len(), 1);
    assert!(world.app.log_call(call(starts)).await.is_err(), "that is on record");
    let logged = world.app.log_call(call(Does::Nothing(incident))).await.unwrap();
    assert_eq!(logged.number, "TEL-2026-0003", "a refused call takes no number");
    let silent = Call { said: " ".to_owned(), ..call(Does::Meets(one.id)) };
    assert!(world.app.log_call(silent).await.is_err());
    let entries = world.app.store.journal_of(&console(), "INC-2026-0001", 100).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.act == "call.logged").count(), 3);
}
