//! Who may tell what, what comes about by it, and when a call counts.

use std::collections::BTreeSet;

use model::holding::Province;
use model::obligation::{About, Running};
use model::{GradeId, Organisation};

use super::*;
use crate::input::Inputs;
use crate::obligation::{Case, Graded, owed};
use crate::regime::Pack;
use crate::testing::{at, calendar, directory, handles, pack, provinces};

const KNOWN: &str = "2025-06-11T09:30:00+08:00";

/// A grave incident of two, found by the coordinator.
struct World {
    organisations: Vec<Organisation>,
    responsible: BTreeSet<Handle>,
    provinces: BTreeSet<Province>,
    finder: Handle,
}

impl World {
    fn new() -> Self {
        Self {
            organisations: directory(),
            responsible: handles(&["north-telecom", "name-registry"]),
            provinces: provinces(&["XX-N", "XX-S"]),
            finder: handle("coordination"),
        }
    }

    fn involved(&self) -> Involved<'_> {
        Involved {
            organisations: &self.organisations,
            responsible: &self.responsible,
            provinces: &self.provinces,
            finder: &self.finder,
            desk: &self.finder,
        }
    }

    /// Everything owed, once these facts have come about.
    fn owed(&self, happened: &[Happening]) -> Vec<Obligation> {
        let grade: GradeId = "g1".parse().unwrap();
        let inputs = Inputs::default();
        let (involved, known_at) = (self.involved(), at(KNOWN));
        let graded_at = Graded::Set(known_at);
        let case = Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at, happened };
        let all = owed(&pack(), &calendar(), &case).unwrap();
        (1..).zip(all).map(|(n, owed)| recorded(n, owed)).collect()
    }

    fn one(&self, duty: &str, happened: &[Happening]) -> Obligation {
        let mut all = self.owed(happened).into_iter();
        all.find(|one| one.terms.duty.as_str() == duty).unwrap()
    }

    fn emitted(&self, done: &Obligation, known: &[Happening]) -> Vec<String> {
        let all = emitted(&pack(), &self.involved(), known, done, (at(KNOWN), "form"));
        let to = |one: &Happening| one.to.as_ref().map(Handle::to_string).unwrap_or_default();
        all.iter().map(|one| format!("{} {}", one.trigger, to(one))).collect()
    }
}

fn recorded(n: u32, owed: crate::obligation::Owed) -> Obligation {
    owed.on_record(id(n), About::Incident(id(0)))
}

fn id<T>(n: u32) -> Id<T> {
    format!("00000000-0000-7000-8000-{n:012}").parse().unwrap()
}

fn handle(name: &str) -> Handle {
    name.parse().unwrap()
}

fn told(trigger: &str, to: Option<&str>, from: Option<&str>) -> Told {
    Told {
        incident: id(0),
        trigger: trigger.to_owned(),
        to: to.map(handle),
        from: from.map(handle),
        at: at(KNOWN),
        evidence: "log 1".to_owned(),
    }
}

#[test]
fn whom_it_happened_to_is_found_where_only_one_can_be_meant() {
    let world = World::new();
    let tell = |told| happening(&pack(), &world.involved(), &[], told);
    let decided = tell(told("tsb.decided", None, None)).unwrap();
    assert_eq!(decided.to, Some(handle("bureau")));
    let open = tell(told("handler.notice_received", None, None)).unwrap_err();
    assert!(matches!(open, ActError::ToWhom { .. }), "{open}");
    let wrong = tell(told("handler.notice_received", Some("vendor"), None)).unwrap_err();
    assert!(matches!(wrong, ActError::NotTo { .. }), "{wrong}");
    let known = tell(told("cncert.aware", None, None)).unwrap_err();
    assert!(matches!(known, ActError::NoTrigger { .. }), "the engine tells it itself: {known}");
}

#[test]
fn a_fact_told_by_another_is_the_same_fact_unless_each_tells_its_own() {
    let world = World::new();
    let report = happening(
        &pack(),
        &world.involved(),
        &[],
        told("tsb.report_received", None, Some("north-telecom")),
    );
    let known = [report.unwrap()];
    let again = told("tsb.report_received", None, Some("coordination"));
    let again = happening(&pack(), &world.involved(), &known, again);
    assert!(matches!(again, Err(ActError::Known { .. })), "{again:?}");

    let feedback = |from| told("cncert.feedback_received", None, Some(from));
    let first = happening(&pack(), &world.involved(), &[], feedback("north-telecom")).unwrap();
    let known = [first];
    assert!(happening(&pack(), &world.involved(), &known, feedback("name-registry")).is_ok());
    assert!(happening(&pack(), &world.involved(), &known, feedback("north-telecom")).is_err());
}

#[test]
fn a_notice_reaches_those_it_was_sent_to_and_a_report_whoever_receives_it() {
    let world = World::new();
    let mut notice = world.one("M5", &[]);
    assert_eq!(
        world.emitted(&notice, &[]),
        ["handler.notice_received north-telecom", "handler.notice_received name-registry"]
    );
    notice.to = vec![handle("name-registry")];
    assert_eq!(world.emitted(&notice, &[]), ["handler.notice_received name-registry"]);
    let report = world.one("M3a", &[]);
    assert_eq!(world.emitted(&report, &[]), ["tsb.report_received bureau"]);
    let decision = world.one("M4b", &[]);
    assert_eq!(world.emitted(&decision, &[]), ["tsb.decided bureau"]);
}

#[test]
fn what_came_about_already_does_not_come_about_again() {
    let world = World::new();
    let report = world.one("M3a", &[]);
    let known = emitted(&pack(), &world.involved(), &[], &report, (at(KNOWN), "call"));
    assert_eq!(world.emitted(&report, &known), Vec::<String>::new());
}

#[test]
fn the_debtor_may_do_it_and_whoever_the_text_lets_and_nobody_else() {
    let world = World::new();
    let notice = world.one("M5", &[]);
    let may = |by| may_meet(&pack(), &world.involved(), &notice, &handle(by)).is_ok();
    assert!(may("bureau") && may("coordination") && !may("north-telecom"));
}

#[test]
fn one_that_is_enough_frees_the_others() {
    let world = World::new();
    let found = told("item.unresolved_vip", Some("north-telecom"), None);
    let found = happening(&pack(), &world.involved(), &[], found).unwrap();
    let all = world.owed(&[found]);
    let done = all.iter().find(|one| one.terms.duty.as_str() == "H4b").unwrap();
    assert_eq!(freed(&pack(), done, &all).len(), 2, "two provinces");
    let alone = all.iter().find(|one| one.terms.duty.as_str() == "M3a").unwrap();
    assert_eq!(freed(&pack(), alone, &all), []);
}

#[test]
fn a_call_counts_for_hours_that_run_where_the_pack_says_telephone_first() {
    let world = World::new();
    assert_eq!(may_telephone(&pack(), &world.one("M3a", &[])), Ok(()));
    let why = |one: &Obligation| may_telephone(&pack(), one).unwrap_err().to_string();
    assert!(why(&world.one("H2a", &[])).contains("its clock does not run"));
    assert!(why(&world.one("M3b", &[])).contains("not counted in hours"));
    let rule = "urgent = \"telephone first, form afterwards\"\n";
    let silent = crate::testing::PACK.replace(rule, "");
    assert_ne!(silent, crate::testing::PACK);
    let silent = Pack::parse(&silent, "silent.toml").unwrap();
    assert!(may_telephone(&silent, &world.one("M3a", &[])).is_err());
}

#[test]
fn whoever_finds_a_crime_owes_the_report_of_it() {
    let world = World::new();
    let found = told("crime.suspected", Some("name-registry"), None);
    let found = happening(&pack(), &world.involved(), &[], found).unwrap();
    let owed = world.one("S5", &[found]);
    assert_eq!((owed.debtor.as_str(), owed.terms.role.as_str()), ("name-registry", "registry"));
    let State::Running(Running { due, .. }) = owed.state else { panic!("it runs") };
    assert_eq!(due, None);
}
