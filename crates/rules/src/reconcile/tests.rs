//! Regrading and growing, and doing nothing the second time.

mod reporting;

use expect_test::{Expect, expect};
use model::{
    Happening,
    obligation::{About, State},
};
use proptest::prelude::*;

use super::*;
use crate::testing::{at, calendar, directory, handles, pack, provinces};
use crate::{input::Inputs, involved::Involved, obligation::Graded};

const KNOWN: &str = "2025-06-11T09:30:00+08:00";

/// An incident as it goes on: its obligations on record, and what is known now.
struct World {
    finder: &'static str,
    responsible: Vec<&'static str>,
    provinces: Vec<&'static str>,
    record: Vec<Obligation>,
    happened: Vec<Happening>,
    graded: Option<(String, Timestamp)>,
    regraded_at: Option<Timestamp>,
}

impl World {
    fn new() -> Self {
        Self {
            finder: "coordination",
            responsible: vec!["north-telecom"],
            provinces: vec!["XX-N"],
            record: Vec::new(),
            happened: Vec::new(),
            graded: None,
            regraded_at: None,
        }
    }

    fn changes(&self, grade: &str, known_at: &str) -> Changes {
        let now = at(known_at);
        let same = self.graded.as_ref().is_none_or(|(known, _)| known == grade);
        let graded_at = if same { self.regraded_at } else { Some(now) };
        self.with_case(grade, now, graded_at, reconcile)
    }

    fn with_case<T>(
        &self,
        grade: &str,
        known_at: Timestamp,
        graded_at: Option<Timestamp>,
        decide: impl FnOnce(&Pack, &Calendar, &Case<'_>, &[Obligation]) -> Result<T, ObligeError>,
    ) -> T {
        let organisations = directory();
        let finder: Handle = self.finder.parse().unwrap();
        let found_by = pack().finder_value(Pack::entry(&organisations, &finder).unwrap()).unwrap();
        let inputs = Inputs::default().with("detected_by", found_by);
        let involved = Involved {
            organisations: &organisations,
            responsible: &handles(&self.responsible),
            provinces: &provinces(&self.provinces),
            finder: &finder,
            desk: &finder,
        };
        let grade = grade.parse().unwrap();
        let (happened, set) = (&self.happened, Graded::Set(known_at));
        let graded_at = graded_at.map_or(set, Graded::Raised);
        let case = Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at, happened };
        decide(&pack(), &calendar(), &case, &self.record).unwrap()
    }

    /// Grades the incident and applies what follows.
    fn grade(&mut self, grade: &str, known_at: &str) {
        let changes = self.changes(grade, known_at);
        self.settle(grade, at(known_at));
        self.apply(changes, at(known_at));
    }

    /// The authority confirms a milder grade.
    fn lower(&mut self, grade: &str, now: &str) {
        let changes = self.with_case(grade, at(now), None, lower);
        self.settle(grade, at(now));
        self.apply(changes, at(now));
    }

    fn settle(&mut self, grade: &str, now: Timestamp) {
        if self.graded.as_ref().is_some_and(|(known, _)| known != grade) {
            self.regraded_at = Some(now);
        }
        self.graded = Some((grade.to_owned(), now));
    }

    /// Derives again at the grade as it is.
    fn derive(&mut self, now: &str) {
        let (grade, _) = self.graded.clone().unwrap();
        let changes = self.with_case(&grade, at(now), self.regraded_at, reconcile);
        self.apply(changes, at(now));
    }

    /// A fact is told, and what follows is applied.
    fn tell(&mut self, trigger: &str, to: Option<&str>, from: Option<&str>, when: &str) {
        let handle = |name: &str| -> Handle { name.parse().unwrap() };
        self.happened.push(Happening {
            incident: number(0),
            pack: pack().id().clone(),
            trigger: trigger.to_owned(),
            to: to.map(handle),
            from: from.map(handle),
            at: at(when),
            evidence: "log 1".to_owned(),
        });
        self.derive(when);
    }

    fn meet(&mut self, duty: &str, debtor: &str, when: &str) {
        let of = |one: &&mut Obligation| {
            one.terms.duty.as_str() == duty && one.debtor.as_str() == debtor
        };
        let mut all: Vec<_> = self.record.iter_mut().filter(of).collect();
        all.retain(|one| matches!(one.state, State::Running(_)));
        let one = all.into_iter().next().unwrap();
        *one = one.clone().meet(one.debtor.clone(), at(when), "form".to_owned()).unwrap();
    }

    fn apply(&mut self, changes: Changes, now: Timestamp) {
        let first = self.record.len();
        for owed in changes.add {
            let id = number(self.record.len() + 1);
            self.record.push(recorded(id, owed));
        }
        for (old, index) in changes.supersede {
            let by = self.record[first + index].id;
            let place = self.record.iter_mut().find(|one| one.id == old).unwrap();
            *place = place.clone().supersede(by, now);
        }
        for one in &mut self.record {
            if changes.lapse.contains(&one.id) {
                *one = one.clone().lapse(now);
            }
        }
        for started in changes.start {
            let one = self.record.iter_mut().find(|one| one.id == started.obligation).unwrap();
            assert_eq!(one.state, State::Latent);
            (one.to, one.cc, one.sender) = (started.to, started.cc, started.sender);
            one.state = State::Running(started.clock);
        }
        for readdress in changes.readdress {
            let one = self.record.iter_mut().find(|one| one.id == readdress.obligation).unwrap();
            (one.to, one.cc) = (readdress.to, readdress.cc);
        }
    }

    #[track_caller]
    fn check(&self, expect: Expect) {
        let lines: String = self.record.iter().map(|one| self.line(one)).collect();
        expect.assert_eq(&lines);
    }

    fn line(&self, one: &Obligation) -> String {
        let state = match &one.state {
            State::Latent => "latent".to_owned(),
            State::Running(running) => match running.due {
                Some(due) => format!("since {} due {due}", running.since),
                None => format!("since {}", running.since),
            },
            State::Void { at, .. } => format!("void at {at}"),
            State::Met(met) => format!("met at {}", met.at),
            State::ProvisionallyMet { at, .. } => format!("telephoned at {at}"),
            State::Waived { at, .. } => format!("waived at {at}"),
            State::Superseded { at, by, .. } => {
                let by = self.record.iter().find(|other| other.id == *by).unwrap();
                format!("superseded at {at} by {}", by.terms.duty)
            }
        };
        let to: Vec<&str> = one.to.iter().map(Handle::as_str).collect();
        format!("{:4} {} -> {}: {state}\n", one.terms.duty, one.debtor, to.join(","))
    }
}

fn number<T>(n: usize) -> Id<T> {
    format!("00000000-0000-7000-8000-{n:012}").parse().unwrap()
}

fn recorded(id: Id<Obligation>, owed: Owed) -> Obligation {
    owed.on_record(id, About::Incident(number(0)))
}

#[test]
fn nothing_on_record_means_everything_is_added() {
    let changes = World::new().changes("g1", KNOWN);
    assert!(changes.add.len() > 5);
    assert!(changes.supersede.is_empty() && changes.lapse.is_empty());
}

#[test]
fn asked_again_it_has_nothing_to_say() {
    for grade in ["g1", "g2", "g3", "g4"] {
        let mut world = World::new();
        world.grade(grade, KNOWN);
        assert!(world.changes(grade, KNOWN).is_empty(), "{grade}");
        assert!(world.changes(grade, "2025-07-01T00:00:00+08:00").is_empty(), "{grade}");
    }
}

#[test]
fn a_graver_grade_puts_the_graver_duty_in_place_and_starts_it_at_the_regrade() {
    let mut world = World::new();
    world.grade("g4", KNOWN);
    world.grade("g2", "2025-06-12T10:00:00+08:00");
    world.check(expect![[r#"
        M6   coordination -> north-telecom: superseded at 2025-06-12T02:00:00Z by M3a
        H1   north-telecom -> : latent
        H2b  north-telecom -> coordination: void at 2025-06-12T02:00:00Z
        H3b  coordination -> north-telecom: void at 2025-06-12T02:00:00Z
        M3a  coordination -> bureau: since 2025-06-12T02:00:00Z due 2025-06-12T04:00:00Z
        M3b  coordination -> admin-north: since 2025-06-12T02:00:00Z
        M4   bureau -> : latent
        M4b  bureau -> : latent
        M5   bureau -> north-telecom: latent
        H2a  north-telecom -> coordination: latent
        H3a  coordination -> north-telecom: latent
        H5a  coordination -> bureau,admin-north: latent
    "#]]);
    assert!(world.changes("g2", "2025-06-13T00:00:00+08:00").is_empty());
}

#[test]
fn a_graver_grade_replaces_what_the_finding_carrier_owes_and_what_was_still_latent() {
    let mut world = World { finder: "north-telecom", ..World::new() };
    world.grade("g4", KNOWN);
    world.check(expect![[r#"
        M2b  north-telecom -> coordination: since 2025-06-11T01:30:00Z due 2025-06-18T16:00:00Z
        M6   coordination -> north-telecom: latent
        H1   north-telecom -> : latent
        H2b  north-telecom -> coordination: latent
        H3d  north-telecom -> coordination: latent
    "#]]);
    world.grade("g3", "2025-06-12T10:00:00+08:00");
    world.check(expect![[r#"
        M2b  north-telecom -> coordination: superseded at 2025-06-12T02:00:00Z by M2a
        M6   coordination -> north-telecom: void at 2025-06-12T02:00:00Z
        H1   north-telecom -> : latent
        H2b  north-telecom -> coordination: void at 2025-06-12T02:00:00Z
        H3d  north-telecom -> coordination: void at 2025-06-12T02:00:00Z
        M2a  north-telecom -> bureau: since 2025-06-12T02:00:00Z due 2025-06-12T04:00:00Z
        M3a  coordination -> bureau: latent
        M3b  coordination -> admin-north: latent
        M4   bureau -> : latent
        M4b  bureau -> : latent
        M5   bureau -> north-telecom: latent
        H2a  north-telecom -> coordination: latent
        H3c  north-telecom -> coordination: latent
        H5a  coordination -> bureau,admin-north: latent
    "#]]);
    assert!(world.changes("g3", "2025-06-13T00:00:00+08:00").is_empty());
}

#[test]
fn the_earlier_of_the_two_due_times_governs() {
    let mut world = World::new();
    world.grade("g4", KNOWN);
    // Five working days after Wednesday 11 June end with Wednesday 18 June, 24:00.
    world.grade("g2", "2025-06-18T23:00:00+08:00");
    let upward = world.record.iter().find(|one| one.terms.duty.as_str() == "M3a").unwrap();
    assert_eq!(upward.due(), Some(at("2025-06-19T00:00:00+08:00")));
    let State::Running(running) = &upward.state else { panic!("it runs") };
    assert!(running.explanation.en.contains("takes the place of M6"), "{}", running.explanation.en);
}

#[test]
fn a_graver_grade_with_the_same_duties_changes_nothing() {
    let mut world = World::new();
    world.grade("g3", KNOWN);
    assert!(world.changes("g1", "2025-06-12T10:00:00+08:00").is_empty());
}

#[test]
fn a_milder_grade_leaves_everything_as_it_stands() {
    let mut world = World::new();
    world.grade("g2", KNOWN);
    assert!(world.changes("g4", "2025-06-12T10:00:00+08:00").is_empty());
    world = World::new();
    world.grade("g4", KNOWN);
    world.grade("g2", "2025-06-12T10:00:00+08:00");
    assert!(world.changes("g4", "2025-06-12T11:00:00+08:00").is_empty());
}

#[test]
fn a_new_responsible_organisation_gets_its_duties_and_becomes_a_recipient() {
    let mut world = World::new();
    world.grade("g1", KNOWN);
    let before = world.record.len();
    world.responsible.push("south-telecom");
    world.provinces.push("XX-S");
    world.grade("g1", "2025-06-11T10:30:00+08:00");
    assert_eq!(world.record.len(), before + 2);
    world.check(expect![[r#"
        M3a  coordination -> bureau: since 2025-06-11T01:30:00Z due 2025-06-11T03:30:00Z
        M3b  coordination -> admin-north,admin-south: since 2025-06-11T01:30:00Z
        M4   bureau -> : latent
        M4b  bureau -> : latent
        M5   bureau -> north-telecom,south-telecom: latent
        H1   north-telecom -> : latent
        H2a  north-telecom -> coordination: latent
        H3a  coordination -> north-telecom,south-telecom: latent
        H5a  coordination -> bureau,admin-north,admin-south: latent
        H1   south-telecom -> : latent
        H2a  south-telecom -> coordination: latent
    "#]]);
    assert!(world.changes("g1", "2025-06-11T11:30:00+08:00").is_empty());
}

#[test]
fn a_notice_received_starts_the_receivers_clocks_and_nobody_elses() {
    let mut world = World::new();
    world.responsible.push("south-telecom");
    world.grade("g4", KNOWN);
    world.tell("handler.notice_received", Some("north-telecom"), None, "2025-06-11T15:00:00+08:00");
    world.check(expect![[r#"
        M6   coordination -> north-telecom,south-telecom: since 2025-06-11T01:30:00Z due 2025-06-18T16:00:00Z
        H1   north-telecom -> : since 2025-06-11T07:00:00Z
        H1   south-telecom -> : latent
        H2b  north-telecom -> coordination: since 2025-06-11T07:00:00Z due 2025-06-18T16:00:00Z
        H2b  south-telecom -> coordination: latent
        H3b  coordination -> north-telecom,south-telecom: latent
    "#]]);
}

#[test]
fn each_feedback_starts_the_verification_of_its_own() {
    let mut world = World::new();
    world.responsible.push("south-telecom");
    world.grade("g2", KNOWN);
    let (coordinator, south) = (Some("coordination"), Some("south-telecom"));
    world.tell("cncert.feedback_received", coordinator, south, "2025-06-11T15:00:00+08:00");
    world.meet("H3a", "coordination", "2025-06-11T16:00:00+08:00");
    world.derive("2025-06-11T16:30:00+08:00");
    world.tell(
        "cncert.feedback_received",
        coordinator,
        Some("north-telecom"),
        "2025-06-11T17:00:00+08:00",
    );
    world.record.retain(|one| one.terms.trigger == "cncert.feedback_received");
    world.check(expect![[r#"
        H3a  coordination -> north-telecom: since 2025-06-11T09:00:00Z due 2025-06-11T11:00:00Z
        H5a  coordination -> bureau,admin-north: since 2025-06-11T09:00:00Z due 2025-06-11T11:00:00Z
        H3a  coordination -> south-telecom: met at 2025-06-11T08:00:00Z
        H5a  coordination -> bureau,admin-north: since 2025-06-11T07:00:00Z due 2025-06-11T09:00:00Z
    "#]]);
}

#[test]
fn a_fact_makes_owed_what_nobody_owed_before_and_what_follows_from_it() {
    let mut world = World::new();
    world.grade("g2", KNOWN);
    let before = world.record.len();
    world.tell("item.unresolved_vip", Some("north-telecom"), None, "2025-06-12T09:00:00+08:00");
    world.tell("crime.suspected", Some("coordination"), None, "2025-06-12T10:00:00+08:00");
    world.record.drain(..before);
    world.check(expect![[r#"
        H4a  north-telecom -> bureau: since 2025-06-12T01:00:00Z
        H4b  bureau -> : latent
        H4b  admin-north -> : latent
        S5   coordination -> : since 2025-06-12T02:00:00Z
    "#]]);
}

#[test]
fn a_clock_that_ran_before_the_regrade_gives_way_to_the_graver_one_started_by_the_same_notice() {
    let mut world = World::new();
    world.grade("g4", KNOWN);
    world.tell("handler.notice_received", Some("north-telecom"), None, "2025-06-11T15:00:00+08:00");
    world.grade("g2", "2025-06-18T23:00:00+08:00");
    let feedback = world.record.iter().find(|one| one.terms.duty.as_str() == "H2a").unwrap();
    assert_eq!(feedback.due(), Some(at("2025-06-19T00:00:00+08:00")), "the earlier of the two");
    assert_eq!(
        feedback.state.clock().map(|clock| clock.since),
        Some(at("2025-06-18T23:00:00+08:00")),
        "the graver duty starts at the regrade"
    );
}

#[test]
fn a_confirmed_lower_grade_puts_the_milder_duty_in_place_counted_from_the_same_start() {
    let mut world = World::new();
    world.grade("g2", KNOWN);
    world.tell("handler.notice_received", Some("north-telecom"), None, "2025-06-11T10:00:00+08:00");
    world.meet("M3a", "coordination", "2025-06-11T10:30:00+08:00");
    world.lower("g4", "2025-06-11T11:00:00+08:00");
    world.check(expect![[r#"
        M3a  coordination -> bureau: met at 2025-06-11T02:30:00Z
        M3b  coordination -> admin-north: superseded at 2025-06-11T03:00:00Z by M6
        M4   bureau -> : void at 2025-06-11T03:00:00Z
        M4b  bureau -> : void at 2025-06-11T03:00:00Z
        M5   bureau -> north-telecom: void at 2025-06-11T03:00:00Z
        H1   north-telecom -> : since 2025-06-11T02:00:00Z
        H2a  north-telecom -> coordination: superseded at 2025-06-11T03:00:00Z by H2b
        H3a  coordination -> north-telecom: void at 2025-06-11T03:00:00Z
        H5a  coordination -> bureau,admin-north: void at 2025-06-11T03:00:00Z
        M6   coordination -> north-telecom: since 2025-06-11T01:30:00Z due 2025-06-18T16:00:00Z
        H2b  north-telecom -> coordination: since 2025-06-11T02:00:00Z due 2025-06-18T16:00:00Z
        H3b  coordination -> north-telecom: latent
    "#]]);
    assert!(world.changes("g4", "2025-06-11T12:00:00+08:00").is_empty());
}

#[test]
fn what_was_done_is_not_owed_again_and_somebody_new_gets_a_supplement() {
    let mut world = World::new();
    world.grade("g4", KNOWN);
    world.meet("M6", "coordination", "2025-06-12T10:00:00+08:00");
    world.derive("2025-06-12T11:00:00+08:00");
    assert!(world.changes("g4", "2025-06-12T12:00:00+08:00").is_empty());
    world.responsible.push("south-telecom");
    world.derive("2025-06-13T10:00:00+08:00");
    world.record.retain(|one| one.terms.duty.as_str() == "M6");
    world.check(expect![[r#"
        M6   coordination -> north-telecom: met at 2025-06-12T02:00:00Z
        M6   coordination -> south-telecom: since 2025-06-13T02:00:00Z due 2025-06-20T16:00:00Z
    "#]]);
}

#[test]
fn one_that_is_enough_frees_those_that_come_later_too() {
    let mut world = World::new();
    world.grade("g2", KNOWN);
    world.tell("item.unresolved_vip", Some("north-telecom"), None, "2025-06-12T09:00:00+08:00");
    let from = Some("north-telecom");
    world.tell("tsb.vip_report_received", Some("bureau"), from, "2025-06-12T10:00:00+08:00");
    world.meet("H4b", "bureau", "2025-06-12T11:00:00+08:00");
    world.provinces.push("XX-S");
    let changes = world.changes("g2", "2025-06-12T12:00:00+08:00");
    assert!(!changes.add.iter().any(|owed| owed.terms.duty.as_str() == "H4b"), "{changes:?}");
}

const GRADES: [&str; 4] = ["g1", "g2", "g3", "g4"];
const HANDLERS: [&str; 3] = ["north-telecom", "south-telecom", "name-shop"];

/// One thing that happens to an incident.
#[derive(Clone, Debug)]
enum Step {
    Grade(usize),
    Grow(usize),
    Receive(usize),
    FeedBack(usize),
    Meet(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_usize..4).prop_map(Step::Grade),
        (0_usize..3).prop_map(Step::Grow),
        (0_usize..3).prop_map(Step::Receive),
        (0_usize..3).prop_map(Step::FeedBack),
        (0_usize..20).prop_map(Step::Meet),
    ]
}

impl World {
    /// Takes a step, if it can be taken, and derives what follows.
    fn take(&mut self, step: &Step, now: &str) {
        let handle = |n: usize| HANDLERS[n];
        match *step {
            Step::Grade(n) => return self.grade(GRADES[n], now),
            Step::Grow(n) if self.responsible.contains(&handle(n)) => {}
            Step::Grow(n) => self.responsible.push(handle(n)),
            Step::Receive(n) => self.tell_once("handler.notice_received", handle(n), None, now),
            Step::FeedBack(n) => {
                self.tell_once("cncert.feedback_received", "coordination", Some(handle(n)), now);
            }
            Step::Meet(n) => {
                let open: Vec<usize> =
                    (0..self.record.len()).filter(|i| self.record[*i].state.is_open()).collect();
                if let Some(i) = open.get(n % open.len().max(1)) {
                    let one = self.record[*i].clone();
                    let by = one.debtor.clone();
                    self.record[*i] = one.meet(by, at(now), String::new()).unwrap();
                }
            }
        }
        self.derive(now);
    }

    fn tell_once(&mut self, trigger: &str, to: &str, from: Option<&str>, now: &str) {
        let known = self.happened.iter().any(|one| {
            one.trigger == trigger
                && one.to.as_ref().is_some_and(|known| known.as_str() == to)
                && one.from.as_ref().map(Handle::as_str) == from
        });
        if !known {
            self.tell(trigger, Some(to), from, now);
        }
    }

    /// What is on record, in no order.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.record.iter().map(|one| self.line(one)).collect();
        lines.sort();
        lines
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn however_it_goes_on_nothing_owed_is_lost_and_asking_again_changes_nothing(
        found_by_us in any::<bool>(),
        steps in prop::collection::vec((0_usize..4, 0_usize..3, 0_i64..2_000), 1..8),
    ) {
        let mut world = World::new();
        world.finder = if found_by_us { "coordination" } else { "north-telecom" };
        let mut minutes = 0;
        for (grade, handler, later) in steps {
            minutes += later;
            let now = at(KNOWN) + jiff::SignedDuration::from_mins(minutes);
            if !world.responsible.contains(&HANDLERS[handler]) {
                world.responsible.push(HANDLERS[handler]);
            }
            let before = world.record.clone();
            world.grade(GRADES[grade], &now.to_string());
            prop_assert!(world.changes(GRADES[grade], &now.to_string()).is_empty());
            for old in before {
                let new = world.record.iter().find(|one| one.id == old.id).unwrap();
                if let (State::Running(was), State::Superseded { by, .. }) = (&old.state, &new.state) {
                    let successor = world.record.iter().find(|one| one.id == *by).unwrap();
                    prop_assert!(was.due.is_none() || successor.due().is_some_and(|due| Some(due) <= was.due));
                    prop_assert_eq!(&successor.debtor, &old.debtor);
                } else if old.state != State::Latent {
                    prop_assert_eq!(&new.state, &old.state);
                }
            }
        }
    }

    #[test]
    fn replaying_the_facts_in_order_gives_what_living_through_them_gave(
        found_by_us in any::<bool>(),
        steps in prop::collection::vec((step(), 1_i64..2_000), 1..16),
    ) {
        let finder = if found_by_us { "coordination" } else { "north-telecom" };
        let mut live = World { finder, ..World::new() };
        let mut replayed = World { finder, ..World::new() };
        live.grade("g3", KNOWN);
        replayed.grade("g3", KNOWN);
        let mut now = at(KNOWN);
        for (step, minutes) in &steps {
            // Live, somebody derives again whenever it pleases them: before, between and after.
            let half = now + jiff::SignedDuration::from_secs(minutes * 30);
            live.derive(&half.to_string());
            now += jiff::SignedDuration::from_mins(*minutes);
            live.take(step, &now.to_string());
            live.derive(&now.to_string());
            replayed.take(step, &now.to_string());
        }
        prop_assert_eq!(live.lines(), replayed.lines());
        let (grade, _) = live.graded.clone().unwrap();
        let later = now + jiff::SignedDuration::from_hours(9);
        prop_assert!(live.changes(&grade, &later.to_string()).is_empty());
    }

    #[test]
    fn nothing_runs_that_was_not_started_and_nothing_is_due_before_it_starts(
        steps in prop::collection::vec((step(), 1_i64..2_000), 1..16),
    ) {
        let mut world = World::new();
        world.grade("g4", KNOWN);
        let mut now = at(KNOWN);
        for (step, minutes) in &steps {
            now += jiff::SignedDuration::from_mins(*minutes);
            world.take(step, &now.to_string());
            for one in &world.record {
                let Some(clock) = one.state.clock() else { continue };
                prop_assert!(clock.since <= now);
                let inherited = clock.explanation.en.contains("takes the place of");
                prop_assert!(inherited || clock.due.is_none_or(|due| due > clock.since));
                let told = world.happened.iter().any(|told| told.trigger == one.terms.trigger);
                prop_assert!(told || one.terms.trigger == "cncert.aware", "{}", one.terms.duty);
            }
        }
    }
}
