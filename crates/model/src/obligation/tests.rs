//! An obligation moves one way, and lateness is a question.

use super::*;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + minutes * 60).unwrap()
}

fn running() -> Obligation {
    let basis = Basis {
        pack: "xx.pack".parse().unwrap(),
        pack_version: "1.0.0".to_owned(),
        calendar: "xx@1".to_owned(),
    };
    let terms = Terms {
        basis,
        duty: "D1".parse().unwrap(),
        article: "8".to_owned(),
        role: "carrier".parse().unwrap(),
        grade: None,
        does: "report".to_owned(),
        trigger: "known".to_owned(),
        within: "2 hours".to_owned(),
        form: Vec::new(),
    };
    let clock = Running { since: at(0), due: Some(at(120)), explanation: Bilingual::default() };
    Obligation {
        id: "00000000-0000-7000-8000-000000000001".parse().unwrap(),
        about: About::Month("2026-10".parse().unwrap()),
        debtor: handle("alpha"),
        sender: None,
        to: Vec::new(),
        cc: Vec::new(),
        terms,
        state: State::Running(clock),
    }
}

fn handle(name: &str) -> Handle {
    name.parse().unwrap()
}

fn met(obligation: Obligation, minutes: i64) -> Met {
    let met = obligation.meet(handle("alpha"), at(minutes), "filed".to_owned()).unwrap();
    let State::Met(met) = met.state else { panic!("it is met") };
    met
}

#[test]
fn a_filing_at_the_due_instant_is_on_time_and_one_after_it_is_late() {
    assert!(!met(running(), 120).is_late());
    assert!(met(running(), 121).is_late());
}

#[test]
fn a_telephone_call_in_time_saves_a_written_form_that_comes_later() {
    let called = running().telephone(at(119), "log 7".to_owned()).unwrap();
    assert!(called.state.is_open() && called.due().is_none());
    assert!(!met(called, 4_000).is_late());
    let called = running().telephone(at(121), "log 8".to_owned()).unwrap();
    assert!(met(called, 130).is_late());
}

#[test]
fn a_second_settlement_is_refused() {
    let once = running().meet(handle("alpha"), at(1), String::new()).unwrap();
    let twice = once.clone().meet(handle("alpha"), at(2), String::new());
    assert_eq!(
        twice.unwrap_err().to_string(),
        "obligation `00000000-0000-7000-8000-000000000001` (D1) is met: it cannot be met"
    );
    assert!(once.clone().waive(at(3), String::new()).is_err());
    assert!(once.telephone(at(3), String::new()).is_err());
}

#[test]
fn what_is_done_does_not_lapse() {
    let done = running().meet(handle("alpha"), at(1), String::new()).unwrap();
    assert_eq!(done.clone().lapse(at(2)), done);
}

#[test]
fn a_month_is_written_with_two_digits_and_ends_with_its_last_day() {
    let month: Month = "2024-02".parse().unwrap();
    assert_eq!(month.last_day().to_string(), "2024-02-29");
    assert_eq!(month.next().unwrap().to_string(), "2024-03");
    for wrong in ["2024-2", "2024-13", "2024-02-01", ""] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
}
