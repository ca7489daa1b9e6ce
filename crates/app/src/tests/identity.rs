//! Signing in, from the first account to the last: on a clock that stands still and chance that counts.

use std::sync::atomic::{AtomicU64, Ordering};

use model::account::Post;
use model::permit::{Can, ManageAccounts, Permit, ReadPermit};

use super::*;
use crate::identity::{Attempt, LinkKey, Outcome, Present, Refusal, SignedIn};
use crate::{AppError, Chance, Identity};

const PASSWORD: &str = "correct horse battery";
const OTHER: &str = "staple under the bridge";

/// Counts: different each time, and foreseen by tests only.
fn counting() -> Chance {
    let next = AtomicU64::new(1);
    Chance::new(move |bytes| {
        let n = next.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.iter_mut().zip(n.iter().cycle()).for_each(|(byte, n)| *byte = *n);
        Ok(())
    })
}

fn identity(world: &World) -> Arc<Identity> {
    world.app.identity(counting(), LinkKey::new([7; 32]))
}

fn leads() -> Permit<ManageAccounts> {
    Permit::at_the_console(&"coordination-centre".parse().unwrap())
}

fn attempt<'a>(name: &'a str, password: &'a str) -> Attempt<'a> {
    Attempt { name, password, agent: "a browser", from: None }
}

fn pass(world: &World, seconds: i64) {
    world.now.fetch_add(seconds, Ordering::Relaxed);
}

/// Opens an account whose password is [`PASSWORD`].
async fn account(identity: &Identity, name: &str, organisation: &str, post: Post) {
    let (name, organisation) = (name.parse().unwrap(), organisation.parse().unwrap());
    let invited = identity.open_account(&leads(), name, &organisation, post).await.unwrap();
    identity.accept(&invited.token, None, PASSWORD).await.unwrap();
}

/// What an authenticator shows now.
async fn code(identity: &Identity, name: &str) -> String {
    let known = identity.account(&ReadPermit::at_the_console(), &name.parse().unwrap()).await;
    let enrolment = identity.enrolment(&known.unwrap()).await.unwrap().unwrap();
    code_of(&enrolment.seed, identity)
}

fn code_of(seed: &str, identity: &Identity) -> String {
    format!("{:06}", crate::identity::code_for_tests(seed, identity.now()))
}

async fn whole(identity: &Identity, token: &str) -> SignedIn {
    let present = identity.present(token).await.unwrap();
    let Some(Present::Whole(who)) = present else { panic!("{present:?}") };
    who
}

fn refused<T: std::fmt::Debug>(answer: Result<T, AppError>) -> Refusal {
    let Err(AppError::Refused(why)) = answer else { panic!("{answer:?}") };
    why
}

#[tokio::test]
async fn the_first_account_is_a_leads_and_is_opened_once() {
    let world = World::new().await;
    let identity = identity(&world);
    assert!(!identity.people_sign_in().await.unwrap());
    let early = identity.invite_the_first().await.unwrap();
    assert!(identity.people_sign_in().await.unwrap(), "from now on, for good");
    let invited = identity.invite_the_first().await.unwrap();
    let lead = || Some("wu".parse().unwrap());
    let gone = identity.accept(&early.token, lead(), PASSWORD).await;
    assert_eq!(refused(gone), Refusal::LinkGone, "the later link replaces the earlier");
    assert_eq!(refused(identity.accept(&invited.token, None, PASSWORD).await), Refusal::NoName);
    assert_eq!(refused(identity.accept(&invited.token, lead(), "short").await), Refusal::TooShort);
    identity.accept(&invited.token, lead(), PASSWORD).await.unwrap();
    assert_eq!(refused(identity.accept(&invited.token, lead(), PASSWORD).await), Refusal::LinkGone);
    assert_eq!(refused(identity.invite_the_first().await), Refusal::NotTheFirst);
    let all = identity.accounts(&ReadPermit::at_the_console(), 9, None).await.unwrap();
    assert_eq!((all.len(), all[0].post), (1, Post::Lead));
    assert_eq!(all[0].organisation.as_str(), "coordination-centre");
}

#[tokio::test]
async fn an_invitation_expires() {
    let world = World::new().await;
    let identity = identity(&world);
    let invited = identity.invite_the_first().await.unwrap();
    pass(&world, 2 * 3600);
    let late = identity.accept(&invited.token, Some("wu".parse().unwrap()), PASSWORD).await;
    assert_eq!(refused(late), Refusal::LinkGone);
}

#[tokio::test]
async fn a_lead_sets_up_a_second_factor_before_anything_else() {
    let world = World::new().await;
    let identity = identity(&world);
    account(&identity, "wu", "coordination-centre", Post::Lead).await;
    let Outcome::Half { token } = identity.sign_in(attempt("wu", PASSWORD)).await.unwrap() else {
        panic!("a password alone is not enough");
    };
    assert!(matches!(identity.present(&token).await.unwrap(), Some(Present::Half { .. })));
    let wrong = identity.second_step(&token, "000000", None).await.unwrap();
    assert_eq!(wrong, Outcome::Refused);
    let first = code(&identity, "wu").await;
    let Outcome::Whole { token: signed_in, codes } =
        identity.second_step(&token, &first, None).await.unwrap()
    else {
        panic!("the first code confirms");
    };
    assert_ne!(token, signed_in, "a new token for a new standing");
    assert!(identity.present(&token).await.unwrap().is_none(), "the old one is worth nothing");
    assert_eq!(codes.len(), 10);
    let who = whole(&identity, &signed_in).await;
    assert_eq!(who.caller.actor(), "wu@coordination-centre");

    // Next time: the same code is refused, a recovery code is good once.
    let Outcome::Half { token } = identity.sign_in(attempt("wu", PASSWORD)).await.unwrap() else {
        panic!("again half way");
    };
    assert_eq!(identity.second_step(&token, &first, None).await.unwrap(), Outcome::Refused);
    let spoken = codes[0].to_lowercase().replace('-', " ");
    let by_recovery = identity.second_step(&token, &spoken, None).await.unwrap();
    assert!(matches!(&by_recovery, Outcome::Whole { codes, .. } if codes.is_empty()));
    let Outcome::Half { token } = identity.sign_in(attempt("wu", PASSWORD)).await.unwrap() else {
        panic!("half way once more");
    };
    assert_eq!(identity.second_step(&token, &codes[0], None).await.unwrap(), Outcome::Refused);
    assert_eq!(identity.recovery_codes_left(&who).await.unwrap(), 9);
}

#[tokio::test]
async fn nobody_and_a_wrong_password_are_answered_alike_and_wait_alike() {
    let world = World::new().await;
    let identity = identity(&world);
    account(&identity, "li", "changfeng", Post::OperatorGroup).await;
    for name in ["li", "nobody"] {
        for _ in 0..5 {
            let answer = identity.sign_in(attempt(name, OTHER)).await.unwrap();
            assert_eq!(answer, Outcome::Refused);
        }
        let right = identity.sign_in(attempt(name, PASSWORD)).await.unwrap();
        assert_eq!(right, Outcome::Refused, "{name} must wait");
        pass(&world, 60);
    }
    let answer = identity.sign_in(attempt("li", PASSWORD)).await.unwrap();
    assert!(matches!(answer, Outcome::Whole { .. }), "{answer:?}");
    let journal = world.app.acts(&ReadPermit::at_the_console(), 50, None).await.unwrap();
    let failed: Vec<_> = journal.iter().filter(|act| act.act == "sign_in.failed").collect();
    assert_eq!(failed.len(), 10, "who waits is not counted again");
    let subjects = |of: &str| failed.iter().filter(|act| act.subject == of).count();
    assert_eq!((subjects("li"), subjects("nobody")), (5, 5));
    let secret = |act: &crate::views::ActView| act.details.contains(OTHER);
    assert!(!journal.iter().any(secret), "no password is in the journal");
}

#[tokio::test]
async fn too_many_tries_from_one_address_are_not_even_looked_at() {
    let world = World::new().await;
    let identity = identity(&world);
    let from = Some("192.0.2.7".parse().unwrap());
    let mut answers = Vec::new();
    for n in 0..21 {
        let name = format!("n{n}");
        let attempt = Attempt { from, ..attempt(&name, OTHER) };
        answers.push(identity.sign_in(attempt).await.unwrap());
    }
    assert!(answers[..20].iter().all(|answer| *answer == Outcome::Refused));
    assert_eq!(answers[20], Outcome::TooMany);
}

#[tokio::test]
async fn a_session_ends_by_itself_by_hand_and_with_its_account() {
    let world = World::new().await;
    let identity = identity(&world);
    account(&identity, "li", "changfeng", Post::OperatorGroup).await;
    let sign_in = async || {
        let answer = identity.sign_in(attempt("li", PASSWORD)).await.unwrap();
        let Outcome::Whole { token, .. } = answer else { panic!("{answer:?}") };
        token
    };
    let (one, two, three) = (sign_in().await, sign_in().await, sign_in().await);
    let who = whole(&identity, &one).await;
    let second = whole(&identity, &two).await;
    assert_eq!(identity.sessions(&who).await.unwrap().len(), 3);
    identity.end_session(&who, &second.session.id).await.unwrap();
    assert!(identity.present(&two).await.unwrap().is_none());
    assert_eq!(refused(identity.end_session(&who, &second.session.id).await), Refusal::NoSession);
    let wrong = identity.change_password(&who, OTHER, OTHER).await;
    assert_eq!(refused(wrong), Refusal::WrongPassword);
    identity.change_password(&who, PASSWORD, OTHER).await.unwrap();
    assert!(identity.present(&three).await.unwrap().is_none(), "a new password ends the others");
    assert!(identity.present(&one).await.unwrap().is_some());
    identity.disable_account(&leads(), &"li".parse().unwrap()).await.unwrap();
    assert!(identity.present(&one).await.unwrap().is_none());
    assert_eq!(identity.sign_in(attempt("li", OTHER)).await.unwrap(), Outcome::Refused);
}

#[tokio::test]
async fn a_session_left_alone_is_over() {
    let world = World::new().await;
    let identity = identity(&world);
    account(&identity, "li", "changfeng", Post::OperatorGroup).await;
    let Outcome::Whole { token, .. } = identity.sign_in(attempt("li", PASSWORD)).await.unwrap()
    else {
        panic!("no second factor is asked of an operator");
    };
    pass(&world, 7_100);
    assert!(identity.present(&token).await.unwrap().is_some(), "and now it was used");
    pass(&world, 7_100);
    assert!(identity.present(&token).await.unwrap().is_some());
    pass(&world, 7_200);
    assert!(identity.present(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_reset_leaves_nothing_of_what_was_known() {
    let world = World::new().await;
    let identity = identity(&world);
    account(&identity, "wu", "coordination-centre", Post::Lead).await;
    let Outcome::Half { token } = identity.sign_in(attempt("wu", PASSWORD)).await.unwrap() else {
        panic!("half way");
    };
    let first = code(&identity, "wu").await;
    identity.second_step(&token, &first, None).await.unwrap();
    let invited = identity.reset_account(&leads(), &"wu".parse().unwrap()).await.unwrap();
    assert_eq!(identity.sign_in(attempt("wu", PASSWORD)).await.unwrap(), Outcome::Refused);
    identity.accept(&invited.token, None, OTHER).await.unwrap();
    identity.sign_in(attempt("wu", OTHER)).await.unwrap();
    let again = code(&identity, "wu").await;
    assert_ne!(again, first, "there is a new seed to set up");
    let last = identity.disable_account(&leads(), &"wu".parse().unwrap()).await;
    assert_eq!(refused(last), Refusal::LastLead);
}

#[tokio::test]
async fn a_post_wants_the_organisation_that_can_have_it() {
    let world = World::new().await;
    let identity = identity(&world);
    let open = async |organisation: &str, post| {
        let organisation = organisation.parse().unwrap();
        let name = "wu".parse().unwrap();
        refused(identity.open_account(&leads(), name, &organisation, post).await)
    };
    let not_ours = open("changfeng", Post::Lead).await;
    assert_eq!(not_ours, Refusal::NotOfTheDesk("coordination-centre".to_owned()));
    let national = open("coordination-centre", Post::ProvincialAdministration).await;
    assert_eq!(national, Refusal::NoProvince("coordination-centre".to_owned()));
    let unknown = open("no-such", Post::Registrar).await;
    assert_eq!(unknown, Refusal::NoOrganisation("no-such".to_owned()));
}

#[tokio::test]
async fn a_key_acts_within_its_scopes_until_it_is_revoked_or_expires() {
    let world = World::new().await;
    let identity = identity(&world);
    account(&identity, "li", "changfeng", Post::OperatorGroup).await;
    let at_console = ReadPermit::at_the_console();
    let li = identity.account(&at_console, &"li".parse().unwrap()).await.unwrap();
    let scopes = |all: &[Can]| all.iter().copied().collect();
    let too_much = identity.add_key(("x", &li), "export", scopes(&[Can::Waive]), 30).await;
    assert!(matches!(too_much, Err(AppError::NotAllowed(_))));
    let made = identity.add_key(("x", &li), "export", scopes(&[Can::File]), 30).await.unwrap();
    assert!(made.text.starts_with(&made.key.prefix) && made.text.len() == 76, "{}", made.text);
    let caller = identity.by_key(&made.text).await.unwrap().unwrap();
    assert!(caller.can(Can::File) && !caller.can(Can::Verify));
    let narrowed = ReadPermit::narrowed_to("changfeng".parse().unwrap());
    assert_eq!(caller.reading(), narrowed);
    let altered = made.text.replace("jy_", "jy-");
    assert!(identity.by_key(&altered).await.unwrap().is_none());
    pass(&world, 30 * 86_400);
    assert!(identity.by_key(&made.text).await.unwrap().is_none(), "expired");
    let made = identity.add_key(("x", &li), "export", scopes(&[]), 30).await.unwrap();
    identity.revoke_key(("x", &li), &made.key.id).await.unwrap();
    assert!(identity.by_key(&made.text).await.unwrap().is_none(), "revoked");
    assert_eq!(refused(identity.revoke_key(("x", &li), &made.key.id).await), Refusal::NoKey);
}

#[tokio::test]
async fn everything_done_to_accounts_is_in_a_journal_that_is_whole() {
    let world = World::new().await;
    let identity = identity(&world);
    account(&identity, "li", "changfeng", Post::OperatorGroup).await;
    let signed = identity.sign_in(attempt("li", PASSWORD)).await.unwrap();
    let Outcome::Whole { token, .. } = signed else { panic!("{signed:?}") };
    let who = whole(&identity, &token).await;
    identity.begin_second_factor(&who, PASSWORD).await.unwrap();
    let now = code(&identity, "li").await;
    let codes = identity.confirm_second_factor(&who, &now).await.unwrap();
    assert_eq!(
        refused(identity.begin_second_factor(&who, PASSWORD).await),
        Refusal::HasSecondFactor
    );
    identity.end_session(&who, &who.session.id).await.unwrap();
    let at_console = ReadPermit::at_the_console();
    let journal = world.app.acts(&at_console, 8, None).await.unwrap();
    let acts: Vec<_> = journal.iter().rev().map(|act| act.act.as_str()).collect();
    let wanted = [
        "account.opened",
        "account.password_chosen",
        "sign_in.done",
        "account.second_factor_begun",
        "account.second_factor_confirmed",
        "session.signed_out",
    ];
    assert_eq!(acts[acts.len() - wanted.len()..], wanted);
    let told = format!("{journal:?}");
    for secret in [PASSWORD, &token, &now, &codes[0]] {
        assert!(!told.contains(secret), "a secret is in the journal");
    }
    world.app.store().verify_journal(&at_console).await.unwrap().unwrap();
}
