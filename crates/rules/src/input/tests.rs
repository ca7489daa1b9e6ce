//! Facts that are kept, come back, and are added to.

use super::*;

fn declared() -> Vec<Input> {
    let size = Input {
        measure: Some((MeasureOf::AllThreats, 24)),
        ..Input::officer("size", InputKind::Count, "addresses")
    };
    let users = Input {
        absent: Some(Value::Count(0)),
        ..Input::officer("users", InputKind::Count, "users")
    };
    vec![size, users, Input::officer("sites", InputKind::List, "sites")]
}

fn inputs(pairs: &[&str]) -> Inputs {
    Inputs::parse(&declared(), pairs.iter().copied()).unwrap()
}

#[test]
fn what_an_assessment_keeps_comes_back_as_it_was() {
    let told = inputs(&["size=3", "sites=[a, 7]"]).assuming_absent(&declared());
    let back = Inputs::kept(&declared(), &told.to_texts());
    assert_eq!(back, told);
    assert!(back.is_assumed("users") && !back.is_assumed("size"));
}

#[test]
fn what_a_pack_no_longer_declares_is_unknown_to_it() {
    let kept = [("gone", "1"), ("size", "many"), ("users", "4")];
    let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(Inputs::kept(&declared(), &kept), inputs(&["users=4"]));
}

#[test]
fn of_a_measured_number_the_greater_stands_and_of_all_else_the_later() {
    let first = inputs(&["size=5", "users=9"]);
    let all = first.clone().and_later(&declared(), &inputs(&["size=3", "users=1"]));
    assert_eq!(all, inputs(&["size=5", "users=1"]));
    let more = first.and_later(&declared(), &inputs(&["size=8"]));
    assert_eq!(more, inputs(&["size=8", "users=9"]));
}

#[test]
fn adding_and_growing_is_no_correction_and_changing_is() {
    let was = inputs(&["size=5", "users=9"]);
    let corrects = |now: &[&str]| inputs(now).corrects(&declared(), &was);
    assert!(!corrects(&["size=6", "users=9", "sites=[a]"]));
    assert!(corrects(&["size=5", "users=8"]));
}
