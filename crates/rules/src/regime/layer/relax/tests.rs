//! What is relaxing and what is not, and that nothing else gets through.

use std::collections::BTreeSet;

use expect_test::expect;
use jiff::Timestamp;
use model::regime::{DutyId, GradeId};
use proptest::prelude::*;

use super::super::tests::{PROVINCE, north, read, read_once, refused};
use super::super::{Added, Layer};
use super::*;
use crate::deadline::deadline;
use crate::testing::{at, calendar, pack};

#[test]
fn a_later_time_is_relaxing() {
    refused(
        PROVINCE,
        "within = \"1 hour\"",
        "within = \"3 hours\"",
        expect![
            "layer.toml:24: duty.M2a.within: it relaxes `cn.miit.2009-157` M2a: `3 hours` may end later than `2 hours`; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn a_time_without_a_number_is_relaxing() {
    refused(
        PROVINCE,
        "within = \"1 hour\"",
        "within = \"promptly\"",
        expect![
            "layer.toml:24: duty.M2a.within: it relaxes `cn.miit.2009-157` M2a: `promptly` may end later than `2 hours`; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn a_time_that_cannot_be_proved_sooner_is_relaxing() {
    refused(
        PROVINCE,
        "within = \"3 working days\"",
        "within = \"6 days\"",
        expect![
            "layer.toml:25: duty.H2b.within: it relaxes `cn.miit.2009-157` H2b: `6 days` may end later than `5 working days`; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn a_noon_after_a_weekend_is_later_than_no_noon_and_never_the_other_way() {
    let no_later = |one: &str, other: &str| {
        let read = |text: &str| text.parse::<Within>().unwrap();
        is_no_later(&read(one), &read(other))
    };
    assert!(no_later("4 hours", "4 hours, weekend noon"));
    assert!(no_later("4 hours, weekend noon", "4 hours, weekend noon"));
    assert!(!no_later("4 hours, weekend noon", "4 hours"));
    // From a Friday night, the first ends on Monday at noon and the second in Monday's early hours.
    assert!(!no_later("4 hours, weekend noon", "60 hours, weekend noon"));
}

#[test]
fn keeping_for_less_time_is_relaxing() {
    refused(
        PROVINCE,
        "keep = \"90 days\"",
        "keep = \"30 days\"",
        expect![
            "layer.toml:26: duty.S2.keep: it relaxes `cn.miit.2009-157` S2: `30 days` may end before `60 days`; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn a_recipient_less_is_relaxing() {
    refused(
        PROVINCE,
        "cc = [\"cncert\", \"pta_concerned\"]",
        "cc = [\"pta_concerned\"]",
        expect![
            "layer.toml:24: duty.M2a.cc: it relaxes `cn.miit.2009-157` M2a: it goes to `cncert` too; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
    refused(
        PROVINCE,
        "within = \"1 hour\"",
        "within = \"1 hour\", to = [\"cncert\"]",
        expect![
            "layer.toml:24: duty.M2a.to: it relaxes `cn.miit.2009-157` M2a: it goes to `tsb` too; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn a_copy_may_become_a_filing() {
    let raised = PROVINCE.replace(
        "within = \"1 hour\", cc = [\"cncert\", \"pta_concerned\"]",
        "within = \"1 hour\", to = [\"tsb\", \"cncert\"], cc = [\"pta_concerned\"]",
    );
    assert_eq!(read(&raised).id(), "example.province-north");
}

#[test]
fn contents_less_is_relaxing() {
    refused(
        PROVINCE,
        "\"unit_name\", ",
        "",
        expect![
            "layer.toml:25: duty.H2b.contents: it relaxes `cn.miit.2009-157` H2b: `feedback` must contain `unit_name` too; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn taking_its_form_away_is_relaxing() {
    refused(
        PROVINCE,
        "within = \"1 hour\"",
        "within = \"1 hour\", form = \"contact\"",
        expect![
            "layer.toml:24: duty.M2a.form: it relaxes `cn.miit.2009-157` M2a: `event_report` must contain `c2_ip`, `c2_port`, `discovered_at`, `malicious_domains` too; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn a_grade_less_is_relaxing() {
    refused(
        PROVINCE,
        "within = \"1 hour\"",
        "within = \"1 hour\", grades = \"g2+\"",
        expect![
            "layer.toml:24: duty.M2a.grades: it relaxes `cn.miit.2009-157` M2a: it is owed at `g3` too; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn a_grade_where_there_was_none_to_tell_is_relaxing() {
    refused(
        PROVINCE,
        "S2  = { keep = \"90 days\"",
        "S2  = { keep = \"90 days\", grades = \"g4\"",
        expect![
            "layer.toml:26: duty.S2.grades: it relaxes `cn.miit.2009-157` S2: it is owed at every grade; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn what_must_be_kept_is_kept_for_a_number() {
    refused(
        PROVINCE,
        "keep = \"90 days\"",
        "keep = \"no time stated\"",
        expect![[r#"
        layer.toml:26: duty.S2.keep: `no time stated` is no number; say how long: such as `60 days`
        layer.toml:26: duty.S2.keep: it relaxes `cn.miit.2009-157` S2: `no time stated` is not counted in days like `60 days`; a provincial layer may add, never relax: ask no less than the pack does"#]],
    );
    refused(
        PROVINCE,
        "keep = \"90 days\"",
        "keep = \"earliest of [promptly, at discretion]\"",
        expect![[r#"
            layer.toml:26: duty.S2.keep: `earliest of [promptly, at discretion]` is no number; say how long: such as `60 days`
            layer.toml:26: duty.S2.keep: it relaxes `cn.miit.2009-157` S2: `earliest of [promptly, at discretion]` is not counted in days like `60 days`; a provincial layer may add, never relax: ask no less than the pack does"#]],
    );
    refused(
        PROVINCE,
        "keep = \"90 days\"",
        "keep = \"earliest of [90 days, promptly]\"",
        expect![[r#"
            layer.toml:26: duty.S2.keep: `earliest of [90 days, promptly]` is no number; say how long: such as `60 days`
            layer.toml:26: duty.S2.keep: it relaxes `cn.miit.2009-157` S2: `earliest of [90 days, promptly]` is not counted in days like `60 days`; a provincial layer may add, never relax: ask no less than the pack does"#]],
    );
    refused(
        PROVINCE,
        "keep = \"90 days\"",
        "keep = \"3 months\"",
        expect![
            "layer.toml:26: duty.S2.keep: it relaxes `cn.miit.2009-157` S2: `3 months` is not counted in days like `60 days`; a provincial layer may add, never relax: ask no less than the pack does"
        ],
    );
}

#[test]
fn a_number_is_sooner_than_a_word_only_where_a_reader_would_call_it_so() {
    let no_later = |one: &str, other: &str| {
        let read = |text: &str| text.parse::<Within>().unwrap();
        is_no_later(&read(one), &read(other))
    };
    assert!(!no_later("1 minutes", "immediately"));
    assert!(!no_later("1 minutes", "at the same time"));
    assert!(no_later("24 hours", "promptly"));
    assert!(!no_later("24.01 hours", "promptly"));
    assert!(!no_later("999 months", "promptly"));
    assert!(!no_later("24 hours, weekend noon", "promptly"));
    for other in ["no time stated", "at discretion"] {
        assert!(no_later("1 months", other));
        assert!(no_later("5 working days", other));
        assert!(!no_later("2 months", other));
        assert!(!no_later("first 5 working days of next month", other));
    }
    assert!(no_later("earliest of [1 hours, immediately]", "earliest of [2 hours, immediately]"));
    assert!(!no_later("1 hours", "earliest of [2 hours, immediately]"));
}

#[test]
fn a_long_number_in_place_of_haste_is_relaxing() {
    let changed = "M3b = { within = \"999 months\" }\nM2a = { within = \"1 hour\"";
    refused(
        PROVINCE,
        "M2a = { within = \"1 hour\"",
        changed,
        expect![[r#"
        layer.toml:24: duty.M3b.within: it relaxes `cn.miit.2009-157` M3b: `999 months` may end later than `promptly`; a provincial layer may add, never relax: ask no less than the pack does
        layer.toml:24: duty.M3b: no case tries it; add a [[test]] with `duty`"#]],
    );
}

/// Any time that a text may allow.
fn within() -> impl Strategy<Value = Within> {
    let single = prop_oneof![
        (1_u32..2_000).prop_map(|n| format!("{n} hours")),
        (1_u32..9_000).prop_map(|n| format!("{n} minutes")),
        (1_u32..200).prop_map(|n| format!("{n} hours, weekend noon")),
        (1_u32..30).prop_map(|n| format!("{n} working days")),
        (1_u32..80, any::<bool>()).prop_map(|(n, roll)| rolled(format!("{n} days"), roll)),
        (1_u32..4, any::<bool>()).prop_map(|(n, roll)| rolled(format!("{n} months"), roll)),
        (1_u32..13).prop_map(|n| format!("first {n} working days of next month")),
        Just("promptly".to_owned()),
    ]
    .boxed();
    let several = proptest::collection::vec(single.clone(), 2..4)
        .prop_map(|members| format!("earliest of [{}]", members.join(", ")));
    prop_oneof![6 => single, 1 => several].prop_map(|text| text.parse().unwrap())
}

fn rolled(text: String, roll: bool) -> String {
    if roll { format!("{text}, holiday roll") } else { text }
}

/// An instant of the years 2009 to 2024.
fn start() -> impl Strategy<Value = Timestamp> {
    (1_230_768_000_i64..1_735_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

/// What a province may say of some duties, relaxing or not.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let parties = || {
        let parties =
            pack().parts.sets.iter().map(|set| Party::Set(set.id.clone())).collect::<Vec<_>>();
        let roles = ["tsb", "cncert"].map(|role| Party::Role(role.parse().unwrap()));
        let all: Vec<Party> = roles.into_iter().chain(parties).collect();
        let most = all.len();
        proptest::option::of(proptest::sample::subsequence(all, most - 3..=most))
    };
    let grades: Vec<GradeId> = pack().grades().iter().map(|grade| grade.id.clone()).collect();
    let grades = proptest::option::of(proptest::sample::subsequence(grades, 2..=4));
    let ids: Vec<DutyId> = pack().duties().iter().map(|duty| duty.id.clone()).collect();
    let clock = proptest::option::of(within().prop_map(Clock::Within));
    let one = (proptest::sample::select(ids), clock, parties(), parties(), grades);
    let one = one.prop_map(|(duty, clock, to, cc, grades)| Change {
        duty,
        clock,
        to,
        cc,
        grades,
        form: None,
        contents: None,
    });
    proptest::collection::vec(one, 1..12)
}

/// The provincial example, saying only those of the changes that relax nothing.
fn tightening(changes: Vec<Change>) -> Layer {
    let base = pack();
    let sound = |change: &Change| {
        let duty = base.duty(&change.duty).unwrap();
        let alike = duty.on.is_some() && matches!(duty.clock, Clock::Within(_));
        (change.clock.is_none() || alike) && change.relaxes(duty).is_empty()
    };
    let changes = changes.into_iter().filter(sound).collect();
    Layer { changes, added: Added::default(), ..read_once().0.clone() }
}

fn recipients(duty: &Duty) -> BTreeSet<String> {
    duty.to.iter().chain(&duty.cc).map(ToString::to_string).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_provincial_layer_makes_nothing_later_and_no_recipient_fewer(
        changes in changes(),
        start in start(),
    ) {
        let (base, layer) = (pack(), tightening(changes));
        let laid = base.layered(&[&layer], at("2013-01-01T00:00:00Z"), Some(&north()));
        let calendar = calendar();
        let due = |duty: &Duty, start| {
            deadline(duty.clock.within(), start, base.zone(), &calendar).unwrap().due
        };
        for (old, new) in base.duties().iter().zip(laid.duties()) {
            prop_assert!(recipients(new).is_superset(&recipients(old)));
            prop_assert!(old.to.iter().all(|party| new.to.contains(party)));
            prop_assert!(base.grades().iter().all(|g| !old.applies_at(&g.id) || new.applies_at(&g.id)));
            if old == new {
                continue;
            }
            if let (Clock::Within(_), Some(late)) = (&old.clock, due(old, start)) {
                prop_assert!(due(new, start).is_some_and(|due| due <= late));
            }
        }
    }

    #[test]
    fn what_is_proved_no_later_is_never_later(
        one in within(),
        other in within(),
        start in start(),
        zone in proptest::sample::select(vec!["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    ) {
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let calendar = calendar();
        let due = |within| deadline(within, start, &zone, &calendar).unwrap().due;
        if is_no_later(&one, &other) && let Some(late) = due(&other) {
            prop_assert!(due(&one).is_some_and(|due| due <= late), "{one} is later than {other}");
        }
    }

    #[test]
    fn layers_are_laid_in_one_order_however_they_are_given(
        changes in changes(),
        order in Just(vec![0_usize, 1, 2, 2, 1, 0]).prop_shuffle(),
    ) {
        let layers = [tightening(changes), read_once().1.clone(), read_once().2.clone()];
        let given: Vec<&Layer> = order.iter().map(|at| &layers[*at]).collect();
        let instant = at("2012-08-03T10:00:00+08:00");
        let base = pack();
        let laid = base.layered(&given, instant, Some(&north()));
        prop_assert_eq!(laid, base.layered(&layers.each_ref(), instant, Some(&north())));
    }

    #[test]
    fn without_a_layer_a_pack_is_itself(instant in start()) {
        prop_assert_eq!(pack().layered(&[], instant, Some(&north())), pack());
    }
}
