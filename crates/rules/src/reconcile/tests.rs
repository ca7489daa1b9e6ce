//! Regrading and growing, and doing nothing the second time.

use expect_test::{Expect, expect};
use model::obligation::State;
use proptest::prelude::*;

use super::*;
use crate::input::Inputs;
use crate::involved::Involved;
use crate::testing::{
    at, calendar, directory, handles, pack, provinces, reporting, reporting_directory,
};

const KNOWN: &str = "2025-06-11T09:30:00+08:00";

/// An incident as it goes on: its obligations on record, and what is known now.
struct World {
    finder: &'static str,
    responsible: Vec<&'static str>,
    provinces: Vec<&'static str>,
    record: Vec<Obligation>,
}

impl World {
    fn new() -> Self {
        let (responsible, provinces) = (vec!["north-telecom"], vec!["XX-N"]);
        Self { finder: "coordination", responsible, provinces, record: Vec::new() }
    }

    fn changes(&self, grade: &str, known_at: &str) -> Changes {
        let organisations = directory();
        let finder: Handle = self.finder.parse().unwrap();
        let entry = organisations.iter().find(|one| one.handle == finder);
        let found_by = pack().finder_value(entry.unwrap()).unwrap();
        let inputs = Inputs::default().with("detected_by", found_by);
        let involved = Involved {
            organisations: &organisations,
            responsible: &handles(&self.responsible),
            provinces: &provinces(&self.provinces),
            finder: &finder,
            desk: &finder,
        };
        let grade = grade.parse().unwrap();
        let (known_at, graded_at) = (at(known_at), at(known_at));
        let case = Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at };
        reconcile(&pack(), &calendar(), &case, &self.record).unwrap()
    }

    /// Grades the incident and applies what follows.
    fn grade(&mut self, grade: &str, known_at: &str) {
        let changes = self.changes(grade, known_at);
        let first = self.record.len();
        for owed in changes.add {
            let id = number(self.record.len() + 1);
            self.record.push(recorded(id, owed));
        }
        for (old, index) in changes.supersede {
            let by = self.record[first + index].id;
            let place = self.record.iter_mut().find(|one| one.id == old).unwrap();
            *place = place.clone().supersede(by, at(known_at));
        }
        for one in &mut self.record {
            if changes.lapse.contains(&one.id) {
                *one = one.clone().lapse(at(known_at));
            }
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
            State::Void { at } => format!("void at {at}"),
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
    let Owed { debtor, to, cc, terms, state } = owed;
    let state = match state {
        OwedState::Latent => State::Latent,
        OwedState::Running(running) => State::Running(running),
    };
    Obligation { id, incident: number(0), debtor, to, cc, terms, state }
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
    assert!(running.explanation.contains("takes the place of M6"), "{}", running.explanation);
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
fn obligations_under_another_pack_are_left_alone() {
    let mut world = World::new();
    world.grade("g4", KNOWN);
    for one in &mut world.record {
        one.terms.basis.pack = "xx.other".parse().unwrap();
    }
    let changes = world.changes("g2", KNOWN);
    assert!(changes.supersede.is_empty() && changes.lapse.is_empty());
    assert!(!changes.add.is_empty());
}

const GRADES: [&str; 4] = ["g1", "g2", "g3", "g4"];
const HANDLERS: [&str; 3] = ["north-telecom", "south-telecom", "name-shop"];

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
}

/// What a group owes at a grade, given what is on record, under the reporting measures.
fn group(grade: &str, record: &[Obligation], known_at: &str) -> Changes {
    let organisations = reporting_directory();
    let finder: Handle = "wide-telecom-north".parse().unwrap();
    let involved = Involved {
        organisations: &organisations,
        responsible: &handles(&[]),
        provinces: &provinces(&["XX-N"]),
        finder: &finder,
        desk: &finder,
    };
    let (grade, inputs) = (grade.parse().unwrap(), Inputs::default());
    let known_at = at(known_at);
    let case = Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at: known_at };
    reconcile(&reporting(), &calendar(), &case, record).unwrap()
}

fn on_record(changes: Changes) -> Vec<Obligation> {
    (1..).zip(changes.add).map(|(id, owed)| recorded(number(id), owed)).collect()
}

#[test]
fn a_group_that_reports_like_others_has_a_shorter_time_at_a_graver_grade() {
    let record = on_record(group("e3", &[], KNOWN));
    let changes = group("e2", &record, "2025-06-11T10:00:00+08:00");
    let added: Vec<_> = changes.add.iter().map(|one| one.terms.article.as_str()).collect();
    assert_eq!(added, ["12, 13(1)"]);
    let OwedState::Running(running) = &changes.add[0].state else { panic!("it runs") };
    assert_eq!(running.due, Some(at("2025-06-11T12:00:00+08:00")));
    let old = record.iter().find(|one| one.terms.article == "12, 13(2)").unwrap();
    assert_eq!(changes.supersede, [(old.id, 0)]);
}

#[test]
fn a_group_that_reports_like_others_owes_nothing_new_the_second_time() {
    for grade in ["e1", "e2", "e3", "e4", "w1", "w4"] {
        let record = on_record(group(grade, &[], KNOWN));
        assert!(group(grade, &record, KNOWN).is_empty(), "{grade}");
    }
}

#[test]
fn a_warning_that_comes_true_adds_the_reports_of_the_event_and_takes_none_back() {
    let record = on_record(group("w2", &[], KNOWN));
    let changes = group("e3", &record, "2025-06-12T10:00:00+08:00");
    assert!(changes.supersede.is_empty() && changes.lapse.is_empty());
    assert!(changes.add.iter().any(|one| one.terms.duty.as_str() == "G1"));
}
