//! Contacts and claims, from a proposal to what follows, and files that are tried first.

use jiff::Timestamp;
use model::contact::{Claimed, Contact, ContactKind, Doubt, Sign, Standing, StandingKind, State};
use model::{Handle, Ip};

use super::{World, console};
use crate::directory::claims::Claiming;
use crate::directory::contacts::Proposed;
use crate::directory::exchange::Does;

fn handle(name: &str) -> Handle {
    name.parse().unwrap()
}

impl World {
    fn proposed(&self, of: &str, kind: ContactKind, name: &str) -> Proposed {
        Proposed {
            organisation: handle(of),
            kind,
            name: name.to_owned(),
            phone: Some("1000".to_owned()),
            email: Some("noc@yunhe.example".to_owned()),
            replaces: None,
            changed_at: self.app.clock().now(),
        }
    }

    async fn approved(&self, proposed: Proposed) -> Contact {
        let contact = self.app.propose_contact(proposed).await.unwrap();
        self.app.verify_contact(&contact.id, "answered the call").await.unwrap();
        self.app.approve_contact(&contact.id, &handle("coordination-centre"), None).await.unwrap()
    }

    async fn order(&self, of: &str) -> Vec<String> {
        let all = self.app.contacts_in_order(&console(), &handle(of)).await.unwrap();
        all.into_iter().map(|contact| contact.name).collect()
    }
}

#[tokio::test]
async fn a_change_is_owed_within_three_working_days_and_the_old_contact_counts_till_then() {
    let world = World::new().await;
    let old = world.approved(world.proposed("yunhe", ContactKind::Contact, "Day shift")).await;
    // Friday, eight in the evening in Shanghai: Monday, Tuesday, Wednesday.
    let [owed] = old.owed.as_slice() else { panic!("one regime asks") };
    assert_eq!((owed.duty.as_str(), owed.article.as_str()), ("S4", "15"));
    assert_eq!(owed.due, Some("2026-11-25T16:00:00Z".parse().unwrap()));
    assert_eq!(owed.to, [handle("bureau")]);
    let change = Proposed {
        replaces: Some(old.id),
        ..world.proposed("yunhe", ContactKind::Contact, "Night shift")
    };
    let new = world.app.propose_contact(change.clone()).await.unwrap();
    let desk = handle("coordination-centre");
    let early = world.app.approve_contact(&new.id, &desk, None).await.unwrap_err();
    assert!(early.to_string().contains("is proposed: it cannot be approved"), "{early}");
    world.app.verify_contact(&new.id, "answered").await.unwrap();
    assert_eq!(world.order("yunhe").await, ["Day shift"]);
    let later: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    world.app.approve_contact(&new.id, &desk, Some(later)).await.unwrap();
    assert_eq!(world.order("yunhe").await, ["Day shift"], "its instant has not come");
    world.at("2026-11-21T00:00:00Z");
    assert_eq!(world.order("yunhe").await, ["Night shift"]);
    let wrong = Proposed { organisation: handle("tianma"), ..change };
    let refused = world.app.propose_contact(wrong).await.unwrap_err();
    assert!(refused.to_string().contains("no present contact of its kind"), "{refused}");
    let user = world.app.propose_contact(world.proposed("city-college", ContactKind::Head, "Head"));
    assert_eq!(user.await.unwrap().owed, [], "a customer owes no such report");
    world.app.store.verify_journal(&console()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_contact_that_reaches_nobody_or_smuggles_is_refused() {
    let world = World::new().await;
    for (phone, email) in [
        (None, None),
        (Some("call me"), None),
        (None, Some("noc@yunhe.example\r\nBcc: all@yunhe.example")),
        (None, Some("noc@")),
        (None, Some("a@b@yunhe.example")),
    ] {
        let proposed = Proposed {
            phone: phone.map(str::to_owned),
            email: email.map(str::to_owned),
            ..world.proposed("yunhe", ContactKind::Contact, "Day shift")
        };
        assert!(world.app.propose_contact(proposed).await.is_err(), "{phone:?} {email:?}");
    }
}

#[tokio::test]
async fn who_is_doubted_is_tried_last_shown_and_chased() {
    let world = World::new().await;
    let first = world.approved(world.proposed("yunhe", ContactKind::Contact, "Day shift")).await;
    world.approved(world.proposed("yunhe", ContactKind::Leader, "Leader")).await;
    world.approved(world.proposed("yunhe", ContactKind::Desk24h, "Desk")).await;
    assert_eq!(world.order("yunhe").await, ["Day shift", "Desk", "Leader"]);
    world.at("2026-11-20T13:00:00Z");
    let bounced = world.app.clock().now();
    world.app.note_sign(&first.id, Sign::Bounced, bounced, "550 no such user").await.unwrap();
    assert_eq!(world.order("yunhe").await, ["Desk", "Leader", "Day shift"]);
    world.app.note_sign(&first.id, Sign::Chased, bounced, "called").await.unwrap();
    let doubts = world.app.doubts(&console()).await.unwrap();
    let [doubted] = doubts.as_slice() else { panic!("one is doubted") };
    assert_eq!((doubted.doubt, doubted.chased), (Doubt::Bounced { at: bounced }, Some(bounced)));
    world.at("2026-11-20T14:00:00Z");
    let now = world.app.clock().now();
    world.app.note_sign(&first.id, Sign::Alive, now, "answered").await.unwrap();
    assert!(world.app.doubts(&console()).await.unwrap().is_empty());
    world.at("2027-02-18T13:00:00Z");
    let silent = world.app.doubts(&console()).await.unwrap();
    assert_eq!(silent.len(), 2, "ninety days, and the first was heard of later");
}

#[tokio::test]
async fn an_approved_network_is_attributed_to_whoever_claimed_it() {
    let world = World::new().await;
    let claiming = |of: &str| Claiming {
        organisation: handle("city-college"),
        of: Claimed::Network(of.parse().unwrap()),
        province: Some("ZY-03".parse().unwrap()),
        since: "2026-01-01T00:00:00Z".parse().unwrap(),
        evidence: "allocation 9".to_owned(),
    };
    let claim = world.app.claim(claiming("2001:db8:fff0::/48")).await.unwrap();
    let other = world.app.claim(claiming("2001:db8:fff1::/48")).await.unwrap();
    let ip: Ip = "2001:db8:fff0::9".parse().unwrap();
    let now = world.app.clock().now();
    let holder = || world.app.atlas().lookup(ip, now).holding.organisation;
    assert_ne!(holder(), Some(handle("city-college")));
    let desk = handle("coordination-centre");
    world.app.decide_claim(&claim.id, &desk, "whois agrees", true).await.unwrap();
    world.app.decide_claim(&other.id, &desk, "it is another's", false).await.unwrap();
    assert_eq!(holder(), Some(handle("city-college")));
    let again = world.app.decide_claim(&claim.id, &desk, "once more", false).await;
    assert!(again.is_err(), "it is decided");
    assert!(world.app.claim(claiming("2001:db8:fff0::/48")).await.is_err(), "it is claimed");
    world.app.claim(claiming("2001:db8:fff1::/48")).await.unwrap();
}

#[tokio::test]
async fn completeness_names_its_parts_and_asks_what_the_role_needs() {
    let world = World::new().await;
    let score = |of: &'static str| async {
        let of = handle(of);
        let all = world.app.completeness(&console(), Some(&of)).await.unwrap();
        let missing = all[0].parts.iter().filter(|part| !part.there).map(|part| part.name);
        (all[0].score, missing.collect::<Vec<_>>())
    };
    let people =
        ["leader", "head", "contact", "desk_24h", "phone_and_email", "none_doubted", "sealing_key"];
    assert_eq!(score("yunhe").await, (36, people.to_vec()));
    for kind in ContactKind::ALL {
        world.approved(world.proposed("yunhe", kind, kind.word())).await;
    }
    assert_eq!(score("yunhe").await, (90, vec!["sealing_key"]));
    assert!(score("tax-platform").await.1.contains(&"competent_department"));
    let standing = Standing {
        organisation: handle("tax-platform"),
        what: StandingKind::CompetentDepartment,
        says: "the department of taxes".to_owned(),
        at: world.app.clock().now(),
        document: "letter 8".to_owned(),
    };
    world.app.note_standing(standing).await.unwrap();
    assert!(!score("tax-platform").await.1.contains(&"competent_department"));
    let all = world.app.completeness(&console(), None).await.unwrap();
    assert!(all.first().unwrap().score < all.last().unwrap().score);
}

#[tokio::test]
async fn a_file_is_tried_first_and_taken_in_whole_or_not_at_all() {
    let world = World::new().await;
    let text = world.app.export_organisations("a check").await.unwrap();
    let import = |text: String, dry: bool| {
        let app = &world.app;
        async move { app.import_organisations("file.csv", text.as_bytes(), dry).await.unwrap() }
    };
    let same = import(text.clone(), true).await;
    assert!(same.lines.iter().all(|line| line.does == Does::Nothing), "what went out comes in");
    let changed = text.replace("Yunhe Communications", "=Yunhe") + "fresh,,Fresh,,nobody,,\n";
    let refused = import(changed.clone(), false).await;
    assert!(!refused.done);
    let last = refused.lines.last().unwrap();
    assert!(matches!(&last.does, Does::Refused { why } if why.contains("`nobody` is nowhere")));
    let fixed = changed.replace("nobody", "yunhe");
    assert!(!import(fixed.clone(), true).await.done);
    let yunhe = || async {
        world.app.store.organisation(&console(), &handle("yunhe")).await.unwrap().unwrap().name.en
    };
    assert_eq!(yunhe().await, "Yunhe Communications", "it was only tried");
    let done = import(fixed, false).await;
    assert!(done.done);
    assert!(done.lines.iter().any(|l| l.does == Does::Changes { columns: vec!["name_en"] }));
    assert_eq!(yunhe().await, "=Yunhe");
    let out = world.app.export_organisations("another").await.unwrap();
    assert!(out.contains("'=Yunhe"), "no spreadsheet runs it");
    assert!(import(out, true).await.lines.iter().all(|line| line.does == Does::Nothing));
    assert!(world.app.export_organisations(" ").await.is_err(), "for nothing, nothing");
}

#[tokio::test]
async fn contacts_of_a_file_are_proposed_and_replace_only_what_differs() {
    let world = World::new().await;
    let old = world.approved(world.proposed("yunhe", ContactKind::Contact, "Day shift")).await;
    let rows = "organisation,kind,name,phone,email\n\
                yunhe,contact,Day shift,1001,noc@yunhe.example\n\
                yunhe,head,Head,'+86 1000,\n";
    let import = |text: &'static str, dry: bool| {
        let app = &world.app;
        async move { app.import_contacts("file.csv", text.as_bytes(), dry).await.unwrap() }
    };
    let tried = import(rows, true).await;
    assert_eq!(tried.lines[0].does, Does::Changes { columns: vec!["phone"] });
    assert_eq!(tried.lines[1].does, Does::Adds);
    assert!(import(rows, false).await.done);
    assert!(import(rows, false).await.lines.iter().all(|line| line.does == Does::Nothing));
    let all = world.app.store.contacts_of(&console(), &handle("yunhe"), 9).await.unwrap();
    let proposed: Vec<&Contact> = all
        .iter()
        .map(|known| &known.contact)
        .filter(|contact| contact.state == State::Proposed)
        .collect();
    assert_eq!(proposed.len(), 2);
    assert_eq!(proposed[0].replaces, Some(old.id));
    assert_eq!(proposed[1].phone.as_deref(), Some("+86 1000"));
    assert_eq!(world.order("yunhe").await, ["Day shift"], "a file verifies nobody");
    let bad = import("organisation,kind,name,phone,email\nyunhe,chief,X,1,\n", false).await;
    assert!(matches!(&bad.lines[0].does, Does::Refused { why } if why.contains("`chief`")));
    assert!(!bad.done);
}
