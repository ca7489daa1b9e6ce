//! What stands beside the obligations of another pack, and when a group reports like others.

use super::*;
use crate::testing::{reporting, reporting_directory};

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
    let graded_at = Graded::Set(known_at);
    let case =
        Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at, happened: &[] };
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
