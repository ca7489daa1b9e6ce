//! Two regimes, one matter.

use model::obligation::{About, Running, Terms};
use model::regime::Basis;

use super::*;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + minutes * 60).unwrap()
}

fn handles(names: &str) -> Vec<Handle> {
    names.split_whitespace().map(|name| name.parse().unwrap()).collect()
}

/// `pack duty debtor` owes `form` to `to`, and `cc` in copy, within so many minutes.
fn one(n: u32, pack: &str, to: &str, form: &str, minutes: Option<i64>) -> Obligation {
    let basis = Basis {
        pack: pack.parse().unwrap(),
        pack_version: "1".to_owned(),
        calendar: "xx@1".to_owned(),
    };
    let terms = Terms {
        basis,
        duty: format!("D{n}").parse().unwrap(),
        article: "1".to_owned(),
        role: "unit".parse().unwrap(),
        grade: None,
        does: "report".to_owned(),
        trigger: "known".to_owned(),
        within: "2 hours".to_owned(),
        form: form.split_whitespace().map(str::to_owned).collect(),
    };
    let clock = Running {
        since: at(0),
        due: minutes.map(at),
        explanation: model::organisation::Bilingual::default(),
    };
    Obligation {
        id: format!("00000000-0000-7000-8000-{n:012}").parse().unwrap(),
        about: About::Incident("00000000-0000-7000-8000-000000000000".parse().unwrap()),
        debtor: "unit".parse().unwrap(),
        sender: None,
        to: handles(to),
        cc: Vec::new(),
        terms,
        state: State::Running(clock),
    }
}

fn meetings(all: &[Obligation]) -> Vec<String> {
    let found = meet(&all.iter().collect::<Vec<_>>());
    let line = |m: &Meeting| {
        let governs = all.iter().find(|one| one.id == m.governs).unwrap();
        let union: Vec<&str> = m.union.iter().map(Handle::as_str).collect();
        format!(
            "{}: {} of {}, union {}",
            m.recipient,
            governs.terms.duty,
            m.all.len(),
            union.join(" ")
        )
    };
    found.iter().map(line).collect()
}

#[test]
fn towards_each_recipient_the_earliest_governs_and_both_stand() {
    let all = [
        one(1, "xx.first", "bureau", "what when", Some(120)),
        one(2, "xx.second", "office bureau", "what", Some(240)),
        one(3, "xx.second", "centre", "what", Some(60)),
    ];
    assert_eq!(meetings(&all), ["bureau: D1 of 2, union bureau office"]);
}

#[test]
fn under_one_regime_nothing_meets_and_haste_without_a_number_governs_nothing() {
    let alone =
        [one(1, "xx.first", "bureau", "what", Some(9)), one(2, "xx.first", "bureau", "what", None)];
    assert_eq!(meetings(&alone), Vec::<String>::new());
    let hasty = [
        one(1, "xx.first", "bureau", "what", None),
        one(2, "xx.second", "bureau", "what", Some(9)),
    ];
    assert_eq!(meetings(&hasty), ["bureau: D2 of 2, union bureau"]);
}

#[track_caller]
fn settles(filed: &Obligation, other: &Obligation, wanted: bool) {
    let found = discharges(filed, &[filed, other]);
    assert_eq!(found, if wanted { vec![other.id] } else { Vec::new() });
}

#[test]
fn a_filing_settles_what_asks_for_less_and_reaches_fewer() {
    let filed = one(1, "xx.first", "bureau office", "what when where", Some(120));
    let other = one(2, "xx.second", "bureau", "what when", Some(240));
    settles(&filed, &other, true);
    settles(&other, &filed, false);
    settles(&filed, &one(3, "xx.second", "bureau centre", "what", Some(240)), false);
    settles(&filed, &one(4, "xx.second", "bureau", "what why", Some(240)), false);
    let latent = Obligation { state: State::Latent, ..other.clone() };
    settles(&filed, &latent, false);
    let others = Obligation { debtor: "another".parse().unwrap(), ..other.clone() };
    settles(&filed, &others, false);
    let mut copied = other;
    copied.cc = handles("centre");
    settles(&filed, &copied, false);
}

#[test]
fn what_has_no_form_or_no_recipient_is_settled_by_no_filing() {
    let filed = one(1, "xx.first", "bureau", "what", Some(120));
    settles(&filed, &one(2, "xx.second", "bureau", "", Some(240)), false);
    settles(&filed, &one(3, "xx.second", "", "what", Some(240)), false);
}
