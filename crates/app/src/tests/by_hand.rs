//! Incidents that an officer opens, and two real regimes that meet on one matter.

use std::collections::BTreeSet;

use model::Obligation;
use model::obligation::State;

use super::*;
use crate::AppError;
use crate::acts::Deed;
use crate::by_hand::{Known, Learned, Opened, Opening};

const REPORTING: &str = "cn.miit.2009-156";
const MECHANISM: &str = "cn.miit.2009-157";

/// A desk under the mechanism for botnets and the reporting measures, both real.
async fn desk() -> World {
    desk_under(&[MECHANISM, REPORTING]).await
}

async fn desk_under(packs: &[&str]) -> World {
    let texts = [
        include_str!("../../../../regimes/cn-miit-2009-157.toml"),
        include_str!("../../../../regimes/cn-miit-2009-156.toml"),
        include_str!("../../../../regimes/cn-miit-2009-156-grading.toml"),
        include_str!("../../../../regimes/eu-nis2.toml"),
        include_str!("../../../../regimes/eu-dora.toml"),
    ];
    let texts: Vec<Source> = texts.iter().map(|text| source("pack", text)).collect();
    let calendars = [
        include_str!("../../../../calendars/cn.toml"),
        include_str!("../../../../calendars/weekends.toml"),
    ];
    let calendars: Vec<Source> = calendars.iter().map(|text| source("calendar", text)).collect();
    let law = Law::read(&texts, &calendars, Provisional::Refused).unwrap();
    let regimes: Vec<model::PackId> = packs.iter().map(|id| id.parse().unwrap()).collect();
    let own = "coordination-centre".parse().unwrap();
    World::under(law, Settings { own, regardless: regimes.clone(), regimes }).await
}

fn known(facts: &[&str]) -> Known {
    Known {
        facts: facts.iter().map(|fact| (*fact).to_owned()).collect(),
        evidence: "call 12".to_owned(),
        ..Known::default()
    }
}

fn opening(pack: &str, matter: &str, known: Known) -> Opening {
    Opening {
        pack: pack.parse().unwrap(),
        matter: matter.parse().unwrap(),
        finder: None,
        known_at: "2026-11-20T11:30:00Z".parse().unwrap(),
        occurred_at: None,
        warning: false,
        known,
    }
}

fn only(facts: &[&str]) -> Known {
    Known { nothing_else: true, ..known(facts) }
}

impl World {
    async fn opened(&self, opening: Opening) -> Opened {
        self.app.open_by_hand(opening).await.unwrap()
    }

    async fn refused(&self, opening: Opening) -> String {
        let acts = self.app.acts(&console(), 1000, None).await.unwrap().len();
        let error = self.app.open_by_hand(opening).await.unwrap_err();
        assert!(error.is_the_askers() || matches!(error, AppError::Oblige(_)), "{error:?}");
        let after = self.app.acts(&console(), 1000, None).await.unwrap().len();
        assert_eq!(after, acts, "nothing is written");
        error.to_string()
    }

    async fn learn(&self, opened: &Opened, known: Known) -> Result<Learned, AppError> {
        self.app.learn(&opened.incident, known).await
    }

    async fn owed(&self, opened: &Opened) -> Vec<String> {
        let incident =
            self.app.store.incident(&console(), &opened.incident).await.unwrap().unwrap();
        lines(&self.app.store.obligations_of(&console(), &incident.id, 99).await.unwrap())
    }
}

/// What is open: duty, debtor, recipients, and until when.
fn lines(all: &[Obligation]) -> Vec<String> {
    let line = |one: &Obligation| {
        let due = one.due().map(|due| format!(" due {due}")).unwrap_or_default();
        let to: Vec<&str> = one.to.iter().map(model::Handle::as_str).collect();
        format!("{} {} -> {}{due}", one.terms.duty, one.debtor, to.join(","))
    };
    let running = all.iter().filter(|one| matches!(one.state, State::Running(_)));
    let mut lines: Vec<String> = running.map(line).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn facts_that_no_sighting_shows_open_a_graded_incident_with_all_that_follows() {
    let world = desk().await;
    let known = Known {
        provinces: BTreeSet::from(["ZY-02".parse().unwrap()]),
        ..only(&["leaked_users=10000000", "kind=event"])
    };
    let opened = world.opened(opening(REPORTING, "Leak at East Quay", known)).await;
    assert_eq!((opened.grade.as_str(), opened.possible.len()), ("e2", 1));
    assert!(opened.because.contains("Told by an officer: call 12"), "{}", opened.because);
    assert_eq!(
        world.owed(&opened).await,
        ["E1 coordination-centre -> bureau,admin-donghai due 2026-11-20T13:30:00Z"]
    );
    let view = world.app.incident(&console(), &opened.incident).await.unwrap().unwrap();
    assert_eq!((view.row.threat.as_str(), view.row.size), ("leak-at-east-quay", 0));
    assert_eq!((view.hourly.len(), view.holders.len(), view.notices.len()), (0, 0, 0));
    let assessment = &view.assessments[0];
    assert_eq!((assessment.pack_version.as_str(), assessment.window_hours), ("1.0.0", 0));
    assert!(assessment.inputs.contains(&("leaked_users".to_owned(), "10000000".to_owned())));
    let act = view.acts.iter().find(|act| act.act == "incident.opened").unwrap();
    for told in ["leaked_users=10000000", "call 12", "2026-11-20T11:30:00Z", "\"ZY-02\"", "1.0.0"] {
        assert!(act.details.contains(told), "{told}: {}", act.details);
    }
    world.app.store.verify_journal(&console()).await.unwrap().unwrap();
    let listed = world.app.incidents(&console(), None, 9, None).await.unwrap().rows;
    assert_eq!(listed.len(), 1);
    assert!(world.app.assess_lately(2, &mut |_| {}).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn what_the_pack_does_not_declare_is_refused_and_says_what_it_declares() {
    let world = desk_under(&["eu.nis2"]).await;
    let told = world.refused(opening("eu.nis2", "outage", known(&["leaked_users=3"]))).await;
    assert!(told.starts_with("eu.nis2: `leaked_users` is no input of this pack"), "{told}");
    assert!(told.contains("severe_disruption, considerable_damage, trust_service"), "{told}");
    let told = world.refused(opening("eu.nis2", "outage", known(&["trust_service=maybe"]))).await;
    assert!(told.contains("cannot be `maybe`: it wants yes or no"), "{told}");
    let told = world.refused(opening("eu.nis2", "outage", known(&[]))).await;
    assert!(told.contains("say at least one of\n  severe_disruption (yes or no): "), "{told}");
    let told = world.refused(opening(MECHANISM, "outage", known(&[]))).await;
    assert!(told.contains("this desk does not apply `cn.miit.2009-157`; it applies eu.nis2"));
}

#[tokio::test]
async fn whom_nobody_knows_and_what_has_not_come_yet_is_refused() {
    let world = desk().await;
    let known = only(&["leaked_users=1"]);
    let stranger =
        Known { organisations: BTreeSet::from(["nobody".parse().unwrap()]), ..known.clone() };
    let told = world.refused(opening(REPORTING, "leak", stranger)).await;
    assert!(told.contains("there is no organisation `nobody`"), "{told}");
    let nowhere = Known { provinces: BTreeSet::from(["ZY-99".parse().unwrap()]), ..known.clone() };
    let told = world.refused(opening(REPORTING, "leak", nowhere)).await;
    assert!(told.contains("there is no province `ZY-99`; there are: ZY-01"), "{told}");
    let later = "2026-11-20T12:00:01Z".parse().unwrap();
    let told = opening(REPORTING, "leak", known.clone());
    let told = world.refused(Opening { known_at: later, ..told }).await;
    assert!(told.contains("has not come yet"), "{told}");
    let told = opening(REPORTING, "leak", known);
    let told = world.refused(Opening { occurred_at: Some(later), ..told }).await;
    assert!(told.contains("cannot have occurred"), "{told}");
}

#[tokio::test]
async fn one_matter_is_opened_once_under_one_pack() {
    let world = desk().await;
    let opened = world.opened(opening(REPORTING, "leak", only(&["leaked_users=1"]))).await;
    let told = world.refused(opening(REPORTING, "Leak", only(&["leaked_users=2"]))).await;
    assert!(told.contains(&format!("juyan act facts {}", opened.incident)), "{told}");
}

#[tokio::test]
async fn the_law_is_that_of_the_day_on_which_it_happened() {
    let own = "coordination-centre".parse().unwrap();
    let pack = include_str!("../../../../regimes/eu-nis2.toml");
    let weekends = include_str!("../../../../calendars/weekends.toml");
    let law = Law::read(&[source("a", pack)], &[source("b", weekends)], Provisional::Refused);
    let settings =
        Settings { own, regimes: vec!["eu.nis2".parse().unwrap()], regardless: Vec::new() };
    let world = World::under(law.unwrap(), settings).await;
    let told = opening("eu.nis2", "outage", known(&["severe_disruption=yes"]));
    let early = Opening { occurred_at: Some("2024-10-01T00:00:00Z".parse().unwrap()), ..told };
    let told = world.refused(early).await;
    assert!(told.contains("came into force on 2024-10-18, after 2024-10-01"), "{told}");
}

#[tokio::test]
async fn what_is_not_known_leaves_the_gravest_possible_and_facts_rule_it_out() {
    let world = desk().await;
    let opened = world.opened(opening(REPORTING, "leak", known(&["leaked_users=100"]))).await;
    assert_eq!(opened.grade.as_str(), "e1");
    assert_eq!(opened.possible.len(), 4);
    world.at("2026-11-20T12:40:00Z");
    let facts = only(&["site_hit=province-wide influence"]);
    let learned = world.learn(&opened, facts).await.unwrap();
    assert_eq!((learned.from.as_str(), learned.grade.as_str()), ("e1", "e3"));
    let owed = world.owed(&opened).await;
    assert!(owed.iter().all(|line| !line.starts_with("E1")), "{owed:?}");
    // Counted from when the clock started that it takes the place of: when it became known.
    assert!(owed.iter().any(|line| line.contains("due 2026-11-20T15:30:00Z")), "{owed:?}");
    let again = world.learn(&opened, known(&["leaked_users=100"])).await.unwrap_err();
    assert!(again.to_string().contains("nothing of that is new"), "{again}");
}

#[tokio::test]
async fn facts_raise_a_grade_from_the_moment_they_are_told() {
    let world = desk().await;
    let opened = world.opened(opening(REPORTING, "leak", only(&["leaked_users=100"]))).await;
    assert_eq!(opened.grade.as_str(), "e4");
    world.at("2026-11-20T15:00:00Z");
    let learned = world.learn(&opened, known(&["leaked_users=100000000"])).await.unwrap();
    assert_eq!(learned.grade.as_str(), "e1");
    let owed = world.owed(&opened).await;
    assert!(owed[0].ends_with("due 2026-11-20T17:00:00Z"), "{owed:?}");
}

#[tokio::test]
async fn a_corrected_fact_never_lowers_a_grade_by_itself() {
    let world = desk().await;
    let opened = world.opened(opening(REPORTING, "leak", only(&["leaked_users=10000000"]))).await;
    let before = world.owed(&opened).await;
    let learned = world.learn(&opened, known(&["leaked_users=5"])).await.unwrap();
    assert_eq!((learned.from.as_str(), learned.grade.as_str()), ("e2", "e2"));
    assert!(learned.because.contains("By these facts alone it would be e4; e2 stands"));
    assert_eq!(world.owed(&opened).await, before);
    let ruling = crate::acts::Ruling {
        grade: "e4".parse().unwrap(),
        because: "miscounted".to_owned(),
        document: "letter 9".to_owned(),
    };
    world.app.regrade(&opened.incident, ruling).await.unwrap();
    assert_eq!(world.owed(&opened).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_duty_owed_only_because_nobody_had_said_lapses_once_it_is_said() {
    let world = desk_under(&["eu.nis2"]).await;
    world.load_europeans().await;
    let told = opening("eu.nis2", "outage", known(&["severe_disruption=yes"]));
    let told = Opening { finder: Some("hexi".parse().unwrap()), ..told };
    let opened = world.opened(told).await;
    let duties = |all: Vec<String>| -> Vec<String> {
        all.iter().filter(|line| line.starts_with("notification")).cloned().collect()
    };
    assert_eq!(duties(world.owed(&opened).await).len(), 2, "72 hours, or 24 for a trust service");
    world.learn(&opened, known(&["trust_service=no"])).await.unwrap();
    assert_eq!(
        duties(world.owed(&opened).await),
        ["notification hexi -> coordination-centre due 2026-11-23T11:30:00Z"]
    );
}

#[tokio::test]
async fn two_real_regimes_meet_on_a_measured_botnet_and_the_earlier_governs() {
    let world = desk().await;
    let ingested = world.ingest("coordination-centre", INFECTED).await;
    let changes = world.assess("coordination-centre", &ingested).await;
    assert_eq!(changes.len(), 1, "the reporting measures wait for an officer");
    let mechanism: model::incident::IncidentNumber = changes[0].incident.parse().unwrap();
    let facts = only(&["site_hit=nation-wide influence"]);
    let opened = world.opened(opening(REPORTING, "night-reed", facts)).await;
    assert_eq!(opened.grade.as_str(), "e2");
    let view = world.app.incident(&console(), &opened.incident).await.unwrap().unwrap();
    assert_eq!(view.row.size, 2, "what is measured is taken with what the officer says");
    assert!(view.assessments[0].inputs.contains(&("total_ips".to_owned(), "2".to_owned())));
    assert_eq!(view.holders.len(), 2);
    // Both provinces are measured: each administration is told, and the bureau.
    let owed = world.owed(&opened).await;
    assert!(owed[0].starts_with("E1 coordination-centre -> bureau,admin-"), "{owed:?}");

    let ruling = crate::acts::Ruling {
        grade: "g2".parse().unwrap(),
        because: "effect on society".to_owned(),
        document: "letter 3".to_owned(),
    };
    world.app.regrade(&mechanism, ruling).await.unwrap();
    let rows = world
        .app
        .obligations(&console(), crate::reading::Which::Ours, 99, None)
        .await
        .unwrap()
        .rows;
    let row = |duty: &str| rows.iter().find(|row| row.duty == duty).unwrap();
    let governed: Vec<&str> = row("M3a").governed_by.iter().map(|by| by.duty.as_str()).collect();
    assert_eq!(governed, ["E1"], "towards the bureau the earlier of both governs");
    assert!(row("E1").governed_by.is_empty());
    let filed = rows.iter().find(|row| row.duty == "E1").unwrap();
    let at = world.app.clock().now();
    let deed = Deed {
        obligation: filed.id.parse().unwrap(),
        at,
        evidence: "form 2".to_owned(),
        nil: false,
    };
    let acted = world.app.met(deed, None).await.unwrap();
    assert_eq!(acted.done.len(), 1, "the form of the one lacks what the other wants: both stand");
}

#[tokio::test]
async fn a_threat_that_grows_raises_what_an_officer_opened_and_keeps_what_was_told() {
    let world = desk().await;
    let first = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &first).await;
    let opened = world.opened(opening(REPORTING, "night-reed", only(&["leaked_users=7"]))).await;
    let more = "2026-11-20T05:00:00Z,10.16.0.2,4000,night-reed,infected-system,\n";
    let second = world.ingest("coordination-centre", more).await;
    let changes = world.assess("coordination-centre", &second).await;
    assert_eq!(changes.len(), 2, "it grows under both regimes: {changes:?}");
    let view = world.app.incident(&console(), &opened.incident).await.unwrap().unwrap();
    assert_eq!(view.row.size, 3);
    assert!(view.assessments[0].inputs.contains(&("leaked_users".to_owned(), "7".to_owned())));
}

#[tokio::test]
async fn a_warning_is_graded_on_the_scale_of_warnings() {
    let world = desk().await;
    let told = opening(REPORTING, "flaw in a resolver", known(&["leads_to=e2", "kind=warning"]));
    let opened = world.opened(Opening { warning: true, ..told }).await;
    assert_eq!(opened.grade.as_str(), "w2");
    let owed = world.owed(&opened).await;
    assert!(owed.iter().any(|line| line.starts_with("W1 ")), "{owed:?}");
    let learned = world.learn(&opened, known(&["leads_to=e1"])).await.unwrap();
    assert_eq!(learned.grade.as_str(), "w1");
}

#[tokio::test]
async fn what_an_officer_names_later_is_told_too() {
    let world = desk().await;
    let opened = world.opened(opening(REPORTING, "leak", only(&["leaked_users=10000000"]))).await;
    assert_eq!(
        world.owed(&opened).await,
        ["E1 coordination-centre -> bureau due 2026-11-20T13:30:00Z"]
    );
    let more = Known { provinces: BTreeSet::from(["ZY-01".parse().unwrap()]), ..known(&[]) };
    world.learn(&opened, more).await.unwrap();
    assert_eq!(
        world.owed(&opened).await,
        ["E1 coordination-centre -> bureau,admin-beiyuan due 2026-11-20T13:30:00Z"]
    );
}

#[tokio::test]
async fn european_regimes_run_at_a_desk_too_and_meet_on_one_matter() {
    let world = desk_under(&["eu.nis2", "eu.dora"]).await;
    world.load_europeans().await;
    let by = |pack: &str, facts: &[&str]| Opening {
        finder: Some("hexi".parse().unwrap()),
        ..opening(pack, "ledger outage", known(facts))
    };
    let nis2 = by("eu.nis2", &["severe_disruption=yes", "trust_service=no"]);
    let nis2 = world.opened(nis2).await;
    let owed = world.owed(&nis2).await;
    assert!(owed[0].ends_with("due 2026-11-21T11:30:00Z"), "{owed:?}");
    let dora = world.opened(by("eu.dora", &["major=yes", "no_weekend_rule=yes"])).await;
    let owed = world.owed(&dora).await;
    assert!(owed.iter().any(|line| line.ends_with("due 2026-11-21T11:30:00Z")), "{owed:?}");
    let kin = world.app.incidents_of(&"ledger-outage".parse().unwrap()).await.unwrap();
    assert_eq!(kin.len(), 2, "one matter");
}

#[tokio::test]
async fn the_texts_that_a_desk_decides_by_are_kept() {
    let world = desk_under(&[REPORTING]).await;
    let kept = world.app.applied_law(&console(), None).await.unwrap();
    let names: Vec<&str> = kept.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, [REPORTING, "cn.miit.2009-156.grading"]);
    assert_eq!(kept[0].text, include_str!("../../../../regimes/cn-miit-2009-156.toml"));
    world.app.keep_law().await.unwrap();
    let acts = world.app.acts(&console(), 99, None).await.unwrap();
    let applied = acts.iter().filter(|act| act.act == "law.applied");
    assert_eq!(applied.count(), 2, "each is kept once");
}

impl World {
    /// The desk's own organisation takes notifications, and an operator is an entity under both regimes.
    async fn load_europeans(&self) {
        let rows = "handle,name_zh,name_en,province,parent,roles,email\n\
                    coordination-centre,协调中心,Coordination centre,,,eu.nis2:csirt;eu.dora:authority,\n\
                    hexi,河西宽带,Hexi Broadband,,,eu.nis2:entity;eu.dora:entity,\n";
        self.app.load_organisations("europe.csv", rows.as_bytes()).await.unwrap();
    }
}
