//! What people tell the desk, and what follows at once.

use model::obligation::{About, Obligation, State};
use store::obligations::ObligationFilter;

use super::*;
use crate::AppError;
use crate::acts::{Acted, Deed, Fact, Ruling};

const NUMBER: &str = "INC-2026-0001";

impl World {
    /// An ordinary incident of two operators, found by the coordinator at noon.
    pub(super) async fn with_an_incident() -> Self {
        let world = Self::new().await;
        let ingested = world.ingest("coordination-centre", INFECTED).await;
        world.assess("coordination-centre", &ingested).await;
        world
    }

    async fn all(&self) -> Vec<Obligation> {
        let filter = ObligationFilter::default();
        self.app.store.obligations(&console(), &filter, 1000, None).await.unwrap()
    }

    pub(super) async fn one(&self, duty: &str, debtor: &str) -> Obligation {
        let all = self.all().await.into_iter();
        let mut found = all.filter(|one| one.terms.duty.as_str() == duty);
        found.find(|one| one.debtor.as_str() == debtor).unwrap()
    }

    fn deed(&self, one: &Obligation) -> Deed {
        let at = self.app.clock().now();
        Deed { obligation: one.id, at, evidence: "form 7".to_owned(), nil: false }
    }

    pub(super) async fn meet(&self, duty: &str, debtor: &str) -> Acted {
        let one = self.one(duty, debtor).await;
        self.app.met(self.deed(&one), None).await.unwrap()
    }

    async fn tell(&self, trigger: &str, to: &str, from: Option<&str>) -> Result<Acted, AppError> {
        let fact = Fact {
            trigger: trigger.to_owned(),
            to: Some(to.parse().unwrap()),
            from: from.map(|from| from.parse().unwrap()),
            at: self.app.clock().now(),
            evidence: "receipt 9".to_owned(),
        };
        self.app.happened(&NUMBER.parse().unwrap(), fact).await
    }

    pub(super) async fn regrade(&self, grade: &str) -> Result<Acted, AppError> {
        let ruling = Ruling {
            grade: grade.parse().unwrap(),
            because: "effect on society".to_owned(),
            document: "letter 3".to_owned(),
        };
        self.app.regrade(&NUMBER.parse().unwrap(), ruling).await
    }
}

fn lines(all: &[Obligation]) -> Vec<String> {
    let mut lines: Vec<String> = all
        .iter()
        .map(|one| {
            let due = one.state.clock().and_then(|clock| clock.due);
            let due = due.map(|due| format!(" due {due}")).unwrap_or_default();
            format!("{} {} {}{due}", one.terms.duty, one.debtor, one.state.word())
        })
        .collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn one_act_leads_to_the_next_along_the_chain() {
    let world = World::with_an_incident().await;
    world.at("2026-11-20T13:00:00Z");
    let acted = world.meet("M6", "coordination-centre").await;
    assert_eq!(acted.happened.len(), 2, "both operators have their notice");
    assert_eq!(
        lines(&acted.followed),
        [
            "H1 changfeng running",
            "H1 yunhe running",
            "H2b changfeng running due 2026-11-27T16:00:00Z",
            "H2b yunhe running due 2026-11-27T16:00:00Z",
        ]
    );
    world.at("2026-11-24T09:00:00Z");
    let acted = world.meet("H2b", "yunhe").await;
    assert_eq!(
        lines(&acted.followed),
        ["H3b coordination-centre running due 2026-12-01T16:00:00Z"]
    );
    assert_eq!(acted.followed[0].to, ["yunhe".parse().unwrap()], "the answer goes to the sender");
    let waiting = world.all().await.into_iter().filter(|one| one.state == State::Latent);
    assert_eq!(waiting.map(|one| one.terms.duty.to_string()).collect::<Vec<_>>(), ["H3b"]);
    world.meet("H2b", "changfeng").await;
    assert!(world.all().await.iter().all(|one| one.state != State::Latent));
    world.app.store.verify_journal(&console()).await.unwrap().unwrap();
}

#[tokio::test]
async fn assessing_after_acts_changes_nothing() {
    let world = World::with_an_incident().await;
    world.meet("M6", "coordination-centre").await;
    world.meet("H2b", "yunhe").await;
    let before = world.all().await;
    let acts = world.app.acts(&console(), 1000, None).await.unwrap().len();
    assert!(world.app.assess_lately(2, &mut |_| {}).await.unwrap().changes.is_empty());
    assert_eq!(world.all().await, before);
    assert_eq!(world.app.acts(&console(), 1000, None).await.unwrap().len(), acts);
}

#[tokio::test]
async fn a_fact_is_told_once_and_to_somebody_whom_it_can_reach() {
    let world = World::with_an_incident().await;
    world.tell("handler.notice_received", "yunhe", None).await.unwrap();
    let again = world.tell("handler.notice_received", "yunhe", None).await.unwrap_err();
    assert!(again.to_string().contains("is on record already"), "{again}");
    let stranger = world.tell("handler.notice_received", "tianma", None).await.unwrap_err();
    assert!(stranger.to_string().contains("it can be changfeng, yunhe"), "{stranger}");
    let nobodys = world.tell("cncert.feedback_received", "coordination-centre", None).await;
    assert!(nobodys.unwrap_err().to_string().contains("say whose it was"));
    let unknown = world.tell("month.closed", "yunhe", None).await.unwrap_err();
    assert!(unknown.to_string().contains("there are: "), "{unknown}");
}

#[tokio::test]
async fn what_has_not_come_yet_cannot_be_told() {
    let world = World::with_an_incident().await;
    let one = world.one("M6", "coordination-centre").await;
    let deed = Deed { at: "2026-11-21T00:00:00Z".parse().unwrap(), ..world.deed(&one) };
    let refused = world.app.met(deed, None).await.unwrap_err();
    assert!(refused.to_string().contains("has not come yet"), "{refused}");
}

#[tokio::test]
async fn what_is_met_is_met_once_and_by_whoever_may() {
    let world = World::with_an_incident().await;
    let one = world.one("M6", "coordination-centre").await;
    let other = world.app.met(world.deed(&one), Some("yunhe".parse().unwrap())).await;
    assert!(matches!(other, Err(AppError::Act(rules::ActError::NotBy { .. }))), "{other:?}");
    world.meet("M6", "coordination-centre").await;
    let again = world.app.met(world.deed(&one), None).await;
    assert!(matches!(again, Err(AppError::NotPossible(_))), "{again:?}");
}

#[tokio::test]
async fn a_call_meets_hours_and_not_days_and_the_form_stays_owed() {
    let world = World::with_an_incident().await;
    let days = world.one("M6", "coordination-centre").await;
    let refused = world.app.telephoned(world.deed(&days)).await.unwrap_err();
    assert!(refused.to_string().contains("not counted in hours"), "{refused}");
    world.regrade("g2").await.unwrap();
    world.at("2026-11-20T13:59:00Z");
    let hours = world.one("M3a", "coordination-centre").await;
    let acted = world.app.telephoned(world.deed(&hours)).await.unwrap();
    assert_eq!(acted.happened[0].trigger, "tsb.report_received");
    assert_eq!(lines(&acted.followed), ["M4 bureau running", "M4b bureau running"]);
    world.at("2026-11-21T10:00:00Z");
    let acted = world.meet("M3a", "coordination-centre").await;
    let State::Met(met) = &acted.done[0].state else { panic!("it is met") };
    assert!(!met.is_late(), "the call came in time");
    assert_eq!(acted.happened, [], "the bureau knew already");
}

#[tokio::test]
async fn another_may_do_it_where_the_text_says_so() {
    let world = World::with_an_incident().await;
    world.regrade("g2").await.unwrap();
    world.meet("M3a", "coordination-centre").await;
    world.meet("M4b", "bureau").await;
    let notice = world.one("M5", "bureau").await;
    let by = Some("coordination-centre".parse().unwrap());
    let acted = world.app.met(world.deed(&notice), by).await.unwrap();
    assert!(lines(&acted.followed).iter().any(|line| line.starts_with("H2a yunhe running")));
}

#[tokio::test]
async fn the_authority_raises_and_lowers_and_measuring_again_does_not_undo_it() {
    let world = World::with_an_incident().await;
    world.at("2026-11-20T12:30:00Z");
    world.regrade("g2").await.unwrap();
    let owed = lines(&world.all().await);
    assert!(owed.contains(&"M3a coordination-centre running due 2026-11-20T14:30:00Z".to_owned()));
    world.at("2026-11-20T13:00:00Z");
    world.regrade("g4").await.unwrap();
    let owed = lines(&world.all().await);
    assert!(owed.contains(&"M6 coordination-centre running due 2026-11-27T16:00:00Z".to_owned()));
    assert!(!owed.iter().any(|line| line.starts_with("M3a") && line.contains("running")));
    let rows = "2026-11-20T05:00:00Z,10.16.0.2,4000,night-reed,infected-system,\n";
    world.regrade("g3").await.unwrap();
    let more = world.ingest("coordination-centre", rows).await;
    let changes = world.assess("coordination-centre", &more).await;
    assert_eq!(changes[0].to, "g3", "it grew, and the authority's grade stands");
    assert!(world.regrade("g3").await.is_err(), "it is g3 already");
    assert!(world.regrade("g9").await.is_err(), "there is no such grade");
}

#[tokio::test]
async fn a_corrected_start_moves_everything_that_stands_on_it_and_nothing_else() {
    let world = World::with_an_incident().await;
    world.meet("M6", "coordination-centre").await;
    world.at("2026-11-25T12:00:00Z");
    let feedback = world.one("H2b", "yunhe").await;
    let since: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let deed = Deed { at: since, ..world.deed(&feedback) };
    let shifts = world.app.correct_start(deed).await.unwrap();
    assert_eq!(shifts.len(), 2, "H1 and H2b of yunhe");
    let due = |one: &Obligation| one.due().unwrap().to_string();
    assert_eq!(due(&world.one("H2b", "yunhe").await), "2026-11-30T16:00:00Z");
    assert_eq!(due(&world.one("H2b", "changfeng").await), "2026-11-27T16:00:00Z");
    let told = world.app.store.happenings_of(&console(), &feedback.incident().unwrap(), 9).await;
    let told = told.unwrap();
    let of =
        |handle: &str| told.iter().find(|t| t.to.as_ref().unwrap().as_str() == handle).unwrap();
    assert_eq!(of("yunhe").at, since);
    assert_ne!(of("changfeng").at, since);
    assert!(world.app.assess_lately(2, &mut |_| {}).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn what_the_authority_waives_is_owed_no_more() {
    let world = World::with_an_incident().await;
    let one = world.one("M6", "coordination-centre").await;
    world.app.waived(world.deed(&one)).await.unwrap();
    assert!(world.app.assess_lately(2, &mut |_| {}).await.unwrap().changes.is_empty());
    let kept = world.one("M6", "coordination-centre").await;
    assert!(matches!(kept.state, State::Waived { .. }));
}

#[tokio::test]
async fn a_month_in_which_something_became_known_is_owed_once() {
    let world = World::with_an_incident().await;
    assert_eq!(world.app.close_months().await.unwrap().added, 0, "November has not ended");
    world.at("2026-12-01T00:00:00Z");
    let closed = world.app.close_months().await.unwrap();
    assert_eq!((closed.added, closed.undecided.len()), (1, 0));
    assert_eq!(world.app.close_months().await.unwrap().added, 0);
    let one = world.one("H5b", "coordination-centre").await;
    assert_eq!(one.about, About::Month("2026-11".parse().unwrap()));
    assert_eq!(one.due(), Some("2026-12-14T16:00:00Z".parse().unwrap()));
    let rows =
        world.app.obligations(&console(), crate::reading::Which::All, 99, None).await.unwrap();
    assert!(rows.rows.iter().any(|row| row.month.as_deref() == Some("2026-11")));
    let nothing = Deed { nil: true, ..world.deed(&one) };
    let refused = world.app.met(nothing, None).await.unwrap_err().to_string();
    assert!(refused.contains("wants no nil return"), "{refused}");
    world.app.met(world.deed(&one), None).await.unwrap();
    assert_eq!(world.app.close_months().await.unwrap().added, 0, "it is settled");
}

/// A desk under the reporting measures, in a country where nothing has happened.
async fn quiet_desk() -> World {
    let pack = include_str!("../../../../regimes/cn-miit-2009-156.toml");
    let grading = include_str!("../../../../regimes/cn-miit-2009-156-grading.toml");
    let calendar = include_str!("../../../../calendars/cn.toml");
    let packs = [source("pack", pack), source("grading", grading)];
    let law = Law::read(&packs, &[source("calendar", calendar)], Provisional::Refused).unwrap();
    let settings = Settings {
        own: "coordination-centre".parse().unwrap(),
        regimes: vec!["cn.miit.2009-156".parse().unwrap()],
        regardless: Vec::new(),
    };
    World::under(law, settings).await
}

#[tokio::test]
async fn a_month_without_anything_is_met_by_a_nil_return_where_the_pack_wants_one() {
    let world = quiet_desk().await;
    world.at("2026-12-01T00:00:00Z");
    let closed = world.app.close_months().await.unwrap();
    assert!(closed.undecided.is_empty());
    let own = world.one("N4", "coordination-centre").await;
    // The tenth working day of December; a unit has five.
    assert_eq!(own.due(), Some("2026-12-14T16:00:00Z".parse().unwrap()));
    let unit = world.one("E4", "changfeng").await;
    assert_eq!(unit.due(), Some("2026-12-07T16:00:00Z".parse().unwrap()));
    let acted = world.app.met(Deed { nil: true, ..world.deed(&unit) }, None).await.unwrap();
    assert_eq!(lines(&acted.done), ["E4 changfeng met due 2026-12-07T16:00:00Z"]);
    assert_eq!(world.app.close_months().await.unwrap().added, 0);
}

#[tokio::test]
async fn a_year_without_a_calendar_is_reported_and_tried_again() {
    let world = quiet_desk().await;
    world.at("2027-01-04T00:00:00Z");
    let closed = world.app.close_months().await.unwrap();
    assert!(closed.added > 0, "November");
    assert!(closed.undecided[0].contains("has no year 2027"), "{:?}", closed.undecided);
}

#[tokio::test]
async fn a_province_s_layer_holds_at_the_desk_for_its_own_debtors() {
    let layer = include_str!("../../../../regimes/layers/example-province.toml")
        .replace("\"XX-N\"", "\"ZY-01\"")
        .replace("until     = 2018-01-01", "until     = 2030-01-01");
    let house = include_str!("../../../../regimes/layers/example-house.toml");
    let layers = [source("north", &layer), source("house", house)];
    let regime: model::PackId = "cn.miit.2009-157".parse().unwrap();
    let settings = Settings {
        own: "coordination-centre".parse().unwrap(),
        regimes: vec![regime.clone()],
        regardless: vec![regime],
    };
    let world = World::under(law().with_layers(&layers).unwrap(), settings).await;
    // One of the two operators becomes one of that province.
    let organisations = include_str!("../../../../demo/organisations.csv").replace(
        "changfeng,长风电信,Changfeng Telecom,,",
        "changfeng,长风电信,Changfeng Telecom,ZY-01,",
    );
    world.app.load_organisations("organisations.csv", organisations.as_bytes()).await.unwrap();
    let ingested = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &ingested).await;
    world.meet("M6", "coordination-centre").await;
    let version = |one: Obligation| one.terms.basis.pack_version;
    let north = "1.0.0+example.province-north@1.0.0+example.house@1.0.0";
    assert_eq!(version(world.one("H2b", "changfeng").await), north);
    assert_eq!(world.one("H2b", "changfeng").await.terms.within, "3 working days");
    assert_eq!(version(world.one("H2b", "yunhe").await), "1.0.0+example.house@1.0.0");
    assert_eq!(world.one("H2b", "yunhe").await.terms.within, "5 working days");
    let aim = world.one("M6", "coordination-centre").await;
    let why = &aim.state.clock().unwrap().explanation;
    assert!(why.en.contains("which is no law") && why.zh.contains("并非法定时限"), "{why:?}");
    assert_eq!(aim.terms.within, "5 working days", "a target changes no debt");
    assert!(world.app.assess_lately(2, &mut |_| {}).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn repealed_law_applies_to_nothing_unless_the_desk_is_told_so() {
    let settings = Settings {
        own: "coordination-centre".parse().unwrap(),
        regimes: vec!["cn.miit.2009-157".parse().unwrap()],
        regardless: Vec::new(),
    };
    let world = World::under(law(), settings).await;
    world.ingest("coordination-centre", INFECTED).await;
    let outcome = world.app.assess_lately(2, &mut |_| {}).await.unwrap();
    assert!(outcome.changes.is_empty());
    assert!(outcome.undecided.is_empty(), "that is an answer, not a failure");
    let why = &outcome.lawless[0];
    assert!(why.contains("cn.miit.2009-157 was repealed on 2018-01-01"), "{why}");

    let told = World::with_an_incident().await;
    let view = told.app.incident(&console(), &NUMBER.parse().unwrap()).await.unwrap().unwrap();
    let because = &view.assessments[0].because;
    assert!(because.contains("regardless of its dates"), "{because}");
}

#[tokio::test]
async fn one_filing_settles_what_two_regimes_want_and_both_go_on() {
    let pack = include_str!("../../../../regimes/cn-miit-2009-157.toml");
    let twin = pack.replace("\"cn.miit.2009-157\"", "\"xx.twin\"");
    let packs = [source("pack", pack), source("twin", &twin)];
    let calendar = include_str!("../../../../calendars/cn.toml");
    let law = Law::read(&packs, &[source("calendar", calendar)], Provisional::Refused).unwrap();
    let regimes: Vec<model::PackId> =
        ["cn.miit.2009-157", "xx.twin"].iter().map(|id| id.parse().unwrap()).collect();
    let settings = Settings {
        own: "coordination-centre".parse().unwrap(),
        regimes: regimes.clone(),
        regardless: regimes,
    };
    let world = World::under(law, settings).await;
    let organisations = include_str!("../../../../demo/organisations.csv");
    let both: String = organisations.lines().map(in_both).collect();
    world.app.load_organisations("organisations.csv", both.as_bytes()).await.unwrap();
    let ingested = world.ingest("coordination-centre", INFECTED).await;
    assert_eq!(world.assess("coordination-centre", &ingested).await.len(), 2);

    let rows =
        world.app.obligations(&console(), crate::reading::Which::Ours, 9, None).await.unwrap();
    let governed: Vec<usize> = rows.rows.iter().map(|row| row.governed_by.len()).collect();
    assert_eq!(governed, [0, 2], "the first governs the second towards both operators");
    let acted = world.meet("M6", "coordination-centre").await;
    assert_eq!(lines(&acted.done).len(), 2, "one filing, two obligations");
    assert_eq!(acted.happened.len(), 4, "each operator has its notice under each regime");
    let feedback = acted.followed.iter().filter(|one| one.terms.duty.as_str() == "H2b");
    assert_eq!(feedback.count(), 4);
}

/// A row of the directory with its roles under the twin as well.
fn in_both(row: &str) -> String {
    let twin = |role: &str| role.replace("cn.miit.2009-157", "xx.twin");
    let cells: Vec<String> = row
        .split(',')
        .map(|cell| {
            if cell.contains("cn.miit.2009-157") {
                format!("{cell};{}", twin(cell))
            } else {
                cell.to_owned()
            }
        })
        .collect();
    format!("{}\n", cells.join(","))
}
