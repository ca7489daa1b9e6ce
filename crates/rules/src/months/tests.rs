//! What a month's end makes owed.

use std::collections::BTreeSet;

use super::*;
use crate::regime::Choices;
use crate::testing::{
    REPORTING, at, calendar, directory, grading, pack, reporting, reporting_directory,
};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn seen(grade: &str, by: &str) -> Seen {
    Seen { grade: grade.parse().unwrap(), by: vec![by.parse().unwrap()] }
}

/// What a month makes owed under the mechanism of 2009.
fn owed_in(text: &str, seen: &[Seen], record: &[Obligation]) -> Result<Vec<Owed>, ObligeError> {
    let organisations = directory();
    let closing = Closing { month: month(text), organisations: &organisations, seen, record };
    owed_for_month(&pack(), &calendar(), &closing)
}

/// The same under the reporting measures: duty and debtor.
fn reported_in(pack: &Pack, seen: &[Seen]) -> BTreeSet<(String, String)> {
    let organisations = reporting_directory();
    let month = month("2025-12");
    let closing = Closing { month, organisations: &organisations, seen, record: &[] };
    let all = owed_for_month(pack, &calendar(), &closing).unwrap();
    let lines: Vec<_> =
        all.iter().map(|one| (one.terms.duty.to_string(), one.debtor.to_string())).collect();
    let each: BTreeSet<_> = lines.iter().cloned().collect();
    assert_eq!(each.len(), lines.len(), "each owes it once");
    each
}

fn pair(duty: &str, debtor: &str) -> (String, String) {
    (duty.to_owned(), debtor.to_owned())
}

#[test]
fn the_month_s_last_second_starts_the_clock_and_the_next_month_counts() {
    let all = owed_in("2025-12", &[seen("g4", "north-telecom")], &[]).unwrap();
    let [owed] = all.as_slice() else { panic!("one coordinator: {all:?}") };
    assert_eq!((owed.terms.duty.as_str(), owed.debtor.as_str()), ("H5b", "coordination"));
    assert_eq!(owed.terms.grade.as_ref().map(GradeId::as_str), Some("g4"));
    let OwedState::Running(clock) = &owed.state else { panic!("it runs") };
    assert_eq!(clock.since, at("2025-12-31T23:59:59+08:00"));
    assert_eq!(clock.due, Some(at("2026-01-16T00:00:00+08:00")));
}

#[test]
fn a_month_without_anything_of_the_grade_is_not_reported_unless_the_pack_says_so() {
    assert_eq!(owed_in("2025-12", &[], &[]).unwrap(), []);
    assert_eq!(owed_in("2025-12", &[seen("g3", "coordination")], &[]).unwrap(), []);
}

#[test]
fn every_reporting_unit_sends_its_return_and_the_coordinator_rolls_up_even_an_empty_month() {
    let all = reported_in(&reporting(), &[]);
    let units: Vec<_> = all.iter().filter(|(duty, _)| duty == "E4").collect();
    // Everybody but the bureau and the provincial company.
    assert_eq!(units.len(), 9);
    assert!(!all.contains(&pair("E4", "wide-telecom-north")));
    assert!(all.contains(&pair("N4", "coordination")));
    assert_eq!(all.len(), 10);
}

#[test]
fn the_units_have_five_working_days_and_the_coordinator_ten() {
    let organisations = reporting_directory();
    let month = month("2025-12");
    let closing = Closing { month, organisations: &organisations, seen: &[], record: &[] };
    let all = owed_for_month(&reporting(), &calendar(), &closing).unwrap();
    let due = |duty: &str| {
        let one = all.iter().find(|one| one.terms.duty.as_str() == duty).unwrap();
        let OwedState::Running(clock) = &one.state else { panic!("it runs") };
        clock.due
    };
    // Sunday 4 January is worked: 4, 5, 6, 7, 8; then 9, 12, 13, 14, 15.
    assert_eq!(due("E4"), Some(at("2026-01-09T00:00:00+08:00")));
    assert_eq!(due("N4"), Some(at("2026-01-16T00:00:00+08:00")));
}

#[test]
fn read_so_that_empty_months_are_not_reported_only_those_owe_who_knew_of_something() {
    let choices = Choices::default().with("R8", "nothing");
    let pack = Pack::parse_with(REPORTING, "reporting.toml", &choices).unwrap();
    let pack = pack.with_grading(&grading()).unwrap();
    assert_eq!(reported_in(&pack, &[]), BTreeSet::new());
    assert_eq!(reported_in(&pack, &[seen("e3", "web-house")]), BTreeSet::new());
    let known = [seen("e4", "web-house"), seen("e2", "society")];
    let wanted = BTreeSet::from([pair("E4", "web-house"), pair("N4", "coordination")]);
    assert_eq!(reported_in(&pack, &known), wanted);
}

#[test]
fn what_is_on_record_is_not_owed_again_whatever_became_of_it() {
    let known = [seen("g4", "coordination")];
    let all = owed_in("2025-12", &known, &[]).unwrap();
    let record: Vec<Obligation> = all
        .into_iter()
        .map(|owed| Obligation {
            id: "00000000-0000-7000-8000-000000000001".parse().unwrap(),
            about: model::obligation::About::Month(month("2025-12")),
            debtor: owed.debtor,
            sender: None,
            to: owed.to,
            cc: owed.cc,
            terms: owed.terms,
            state: model::obligation::State::Latent,
        })
        .map(|one| one.lapse(at("2026-01-01T00:00:00Z")))
        .collect();
    assert_eq!(record.len(), 1);
    assert_eq!(owed_in("2025-12", &known, &record).unwrap(), []);
}

#[test]
fn a_month_whose_next_year_is_unknown_is_an_error_that_names_it() {
    let error = owed_in("2026-12", &[seen("g4", "coordination")], &[]);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("has no year 2027"), "{error}");
}
