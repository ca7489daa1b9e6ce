//! What a month's end makes owed.

use super::*;
use crate::testing::{at, calendar, directory, pack};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

#[test]
fn the_month_s_last_second_starts_the_clock_and_the_next_month_counts() {
    let all = owed_for_month(&pack(), &calendar(), &directory(), month("2025-12"), &[]).unwrap();
    let [owed] = all.as_slice() else { panic!("one coordinator: {all:?}") };
    assert_eq!((owed.terms.duty.as_str(), owed.debtor.as_str()), ("H5b", "coordination"));
    let OwedState::Running(clock) = &owed.state else { panic!("it runs") };
    assert_eq!(clock.since, at("2025-12-31T23:59:59+08:00"));
    assert_eq!(clock.due, Some(at("2026-01-16T00:00:00+08:00")));
}

#[test]
fn what_is_on_record_is_not_owed_again_whatever_became_of_it() {
    let all = owed_for_month(&pack(), &calendar(), &directory(), month("2025-12"), &[]).unwrap();
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
    let again = owed_for_month(&pack(), &calendar(), &directory(), month("2025-12"), &record);
    assert_eq!(again.unwrap(), []);
}

#[test]
fn a_month_whose_next_year_is_unknown_is_an_error_that_names_it() {
    let error = owed_for_month(&pack(), &calendar(), &directory(), month("2026-12"), &[]);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("has no year 2027"), "{error}");
}
