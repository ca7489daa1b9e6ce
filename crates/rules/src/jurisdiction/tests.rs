//! A province with rules of its own beside one without.

use model::Happening;
use model::obligation::About;

use super::*;
use crate::input::Inputs;
use crate::involved::Involved;
use crate::obligation::{Graded, OwedState};
use crate::regime::Layer;
use crate::testing::{at, calendar, directory, handles, pack, provinces};

const NORTH: &str = include_str!("../../../../regimes/layers/example-province.toml");
const KNOWN: &str = "2012-06-11T09:30:00+08:00";

fn jurisdiction() -> Jurisdiction {
    let pack = pack();
    let layer = Layer::parse(NORTH, "north.toml", &pack).unwrap();
    let province: Province = "XX-N".parse().unwrap();
    let north = pack.layered(&[&layer], at(KNOWN), Some(&province));
    Jurisdiction::new(Arc::new(pack), BTreeMap::from([(province, Arc::new(north))]))
}

/// What follows once both operators have their notices, in an incident that touches these provinces.
fn follows<T>(
    touched: &[&str],
    decide: impl FnOnce(&Jurisdiction, &Case<'_>) -> Result<T, ObligeError>,
) -> T {
    let organisations = directory();
    let (finder, touched) = ("coordination".parse().unwrap(), provinces(touched));
    let involved = Involved {
        organisations: &organisations,
        responsible: &handles(&["north-telecom", "south-telecom"]),
        provinces: &touched,
        finder: &finder,
        desk: &finder,
    };
    let noticed = |to: &str| Happening {
        incident: "00000000-0000-7000-8000-000000000000".parse().unwrap(),
        pack: pack().id().clone(),
        trigger: "handler.notice_received".to_owned(),
        to: Some(to.parse().unwrap()),
        from: None,
        at: at("2012-06-12T10:00:00+08:00"),
        evidence: "receipt".to_owned(),
    };
    let happened = [noticed("north-telecom"), noticed("south-telecom")];
    let (grade, inputs) = ("g3".parse().unwrap(), Inputs::default());
    let (known_at, graded_at) = (at(KNOWN), Graded::Set(at(KNOWN)));
    let case =
        Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at, happened: &happened };
    decide(&jurisdiction().touching(&touched), &case).unwrap()
}

fn feedback(all: &[Owed]) -> Vec<String> {
    let told = all.iter().filter(|one| one.terms.trigger == "handler.notice_received");
    let mut lines: Vec<String> = told
        .map(|one| {
            let OwedState::Running(clock) = &one.state else { panic!("it runs") };
            let due = clock.due.map_or_else(|| "-".to_owned(), |due| due.to_string());
            format!("{} {} {} {due}", one.terms.duty, one.debtor, one.terms.basis.pack_version)
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn a_province_s_rules_hold_for_its_own_debtors_and_for_nobody_else() {
    let all = follows(&["XX-N", "XX-S"], |law, case| law.owed(&calendar(), case));
    let north = "1.0.0+example.province-north@1.0.0";
    expect_test::expect![[r#"
        H1 north-telecom 1.0.0+example.province-north@1.0.0 -
        H1 south-telecom 1.0.0 -
        H2a north-telecom 1.0.0+example.province-north@1.0.0 2012-06-12T06:00:00Z
        H2a south-telecom 1.0.0 2012-06-12T06:00:00Z
        XN1 north-telecom 1.0.0+example.province-north@1.0.0 2012-06-12T06:00:00Z"#]]
    .assert_eq(&feedback(&all).join("\n"));
    assert!(all.iter().any(|one| one.terms.basis.pack_version == north));
}

#[test]
fn a_province_that_the_incident_does_not_touch_adds_nothing() {
    let all = follows(&["XX-S"], |law, case| law.owed(&calendar(), case));
    assert!(all.iter().all(|one| one.terms.basis.pack_version == "1.0.0"));
}

#[test]
fn what_each_pack_decides_comes_together_and_asked_again_there_is_nothing_to_do() {
    let touched = ["XX-N", "XX-S"];
    let changes = follows(&touched, |law, case| law.reconcile(&calendar(), case, &[]));
    let owed = follows(&touched, |law, case| law.owed(&calendar(), case));
    assert_eq!(feedback(&changes.add), feedback(&owed));
    assert_eq!(changes.add.len(), owed.len());
    let record: Vec<Obligation> =
        (1..).zip(changes.add).map(|(n, one)| on_record(n, one)).collect();
    assert!(follows(&touched, |law, case| law.reconcile(&calendar(), case, &record)).is_empty());
}

#[test]
fn a_province_that_is_touched_later_adds_its_duties_and_leaves_what_stands() {
    let first = follows(&["XX-S"], |law, case| law.reconcile(&calendar(), case, &[]));
    let record: Vec<Obligation> = (1..).zip(first.add).map(|(n, one)| on_record(n, one)).collect();
    let later = follows(&["XX-N", "XX-S"], |law, case| law.reconcile(&calendar(), case, &record));
    assert!(later.supersede.is_empty() && later.lapse.is_empty());
    assert!(later.add.iter().any(|one| one.terms.duty.as_str() == "XN1"));
    assert!(later.add.iter().all(|one| one.debtor.as_str() != "south-telecom"));
}

fn on_record(number: u64, owed: Owed) -> Obligation {
    let id = format!("00000000-0000-7000-8000-{number:012}").parse().unwrap();
    let about = About::Incident("00000000-0000-7000-8000-000000000000".parse().unwrap());
    owed.on_record(id, about)
}
