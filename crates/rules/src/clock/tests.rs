//! Clocks counted again.

use model::obligation::{About, Running, State};
use proptest::prelude::*;

use super::*;
use crate::obligation::terms;
use crate::testing::{at, calendar, pack};

const SINCE: &str = "2025-09-29T10:00:00+08:00";

fn one(n: u32, duty: &str, debtor: &str, since: &str) -> Obligation {
    let (pack, calendar) = (pack(), calendar());
    let duty = pack.duty(&duty.parse().unwrap()).unwrap();
    let grade = duty.grades.as_ref().and_then(|grades| grades.last()).cloned();
    let terms = terms(&pack, &calendar, duty, "carrier".parse().unwrap(), grade);
    let clock = recount(&pack, &calendar, &terms, at(since)).unwrap();
    Obligation {
        id: format!("00000000-0000-7000-8000-{n:012}").parse().unwrap(),
        about: About::Incident("00000000-0000-7000-8000-000000000000".parse().unwrap()),
        debtor: debtor.parse().unwrap(),
        sender: None,
        to: Vec::new(),
        cc: Vec::new(),
        terms,
        state: State::Running(clock),
    }
}

fn corrected(record: &[Obligation], since: &str) -> Vec<String> {
    let calendar_of = |_: &Terms| Some(calendar());
    let shifts = correct(&pack(), &calendar_of, &record[0], at(since), record).unwrap();
    let line = |shift: &Shift| {
        let one = record.iter().find(|one| one.id == shift.obligation).unwrap();
        format!(
            "{} {}: {}",
            one.terms.duty,
            one.debtor,
            shift.now.due.map_or(String::new(), |due| due.to_string())
        )
    };
    shifts.iter().map(line).collect()
}

#[test]
fn a_correction_moves_what_stands_on_the_same_fact_and_nothing_else() {
    let record = [
        one(1, "H2a", "north-telecom", SINCE),
        one(2, "H1", "north-telecom", SINCE),
        one(3, "H2a", "south-telecom", SINCE),
        one(4, "M3a", "north-telecom", SINCE),
        one(5, "H3c", "north-telecom", "2025-09-29T11:00:00+08:00"),
    ];
    assert_eq!(
        corrected(&record, "2025-09-29T08:00:00+08:00"),
        ["H2a north-telecom: 2025-09-29T04:00:00Z", "H1 north-telecom: "]
    );
}

#[test]
fn what_was_done_keeps_its_state_and_what_was_let_go_is_left_alone() {
    let met = one(1, "H2a", "north-telecom", SINCE);
    let met = met.meet("north-telecom".parse().unwrap(), at(SINCE), String::new()).unwrap();
    let gone = one(2, "H1", "north-telecom", SINCE).lapse(at(SINCE));
    let record = [met, gone];
    assert_eq!(corrected(&record, "2025-09-29T08:00:00+08:00").len(), 1);
}

#[test]
fn the_earlier_due_of_what_it_replaced_still_governs() {
    let (pack, calendar) = (pack(), calendar());
    let graver = one(1, "M3a", "coordination", SINCE);
    let mut milder = one(2, "M6", "coordination", SINCE);
    let due = at("2025-09-29T11:00:00+08:00");
    if let State::Running(clock) = &mut milder.state {
        clock.due = Some(due);
    }
    let record = [milder.supersede(graver.id, at(SINCE))];
    let clock = recount_one(&pack, &calendar, &graver, at(SINCE), &record).unwrap();
    assert_eq!(clock.due, Some(due));
    assert!(clock.explanation.en.contains("took the place of M6"), "{}", clock.explanation.en);
    assert_eq!(
        recount_one(&pack, &calendar, &graver, at(SINCE), &[]).unwrap().due,
        Some(at("2025-09-29T12:00:00+08:00"))
    );
}

#[test]
fn the_terms_govern_when_the_pack_has_changed() {
    let (pack, calendar) = (pack(), calendar());
    let mut terms = one(1, "M3a", "coordination", SINCE).terms;
    terms.within = "30 minutes".to_owned();
    "0.9.0".clone_into(&mut terms.basis.pack_version);
    let clock = recount(&pack, &calendar, &terms, at(SINCE)).unwrap();
    assert_eq!(clock.due, Some(at("2025-09-29T10:30:00+08:00")));
    assert!(
        clock.explanation.en.starts_with("cn.miit.2009-157 0.9.0 art. 8(3) (M3a)"),
        "{}",
        clock.explanation.en
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_later_start_is_never_due_earlier(
        duty in prop::sample::select(vec!["M3a", "M6", "H2a", "H2b", "H3c", "H3d", "H5b", "S2"]),
        first in 0_i64..400_000,
        later in 0_i64..400_000,
    ) {
        let from = |minutes: i64| at("2025-01-01T00:00:00Z") + jiff::SignedDuration::from_mins(minutes);
        let terms = one(1, duty, "coordination", SINCE).terms;
        let due = |minutes| -> Running { recount(&pack(), &calendar(), &terms, from(minutes)).unwrap() };
        let (early, late) = (due(first), due(first + later));
        prop_assert!(early.due <= late.due);
        prop_assert!(early.due.is_none_or(|due| due >= early.since));
    }
}
