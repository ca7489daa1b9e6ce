//! Layers: laid, refused, and never relaxing.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::deadline::deadline;
use crate::testing::{at, calendar, pack};

const PROVINCE: &str = include_str!("../../../../../regimes/layers/example-province.toml");
const SPECIAL: &str = include_str!("../../../../../regimes/layers/example-special-period.toml");
const HOUSE: &str = include_str!("../../../../../regimes/layers/example-house.toml");

/// The examples, read once.
fn read_once() -> &'static (Layer, Layer, Layer) {
    static READ: LazyLock<(Layer, Layer, Layer)> =
        LazyLock::new(|| (read(PROVINCE), read(SPECIAL), read(HOUSE)));
    &READ
}

fn read(text: &str) -> Layer {
    Layer::parse(text, "layer.toml", &pack()).unwrap_or_else(|findings| panic!("{findings}"))
}

fn duty<'p>(pack: &'p Pack, id: &str) -> &'p Duty {
    pack.duty(&id.parse().unwrap()).unwrap()
}

fn north() -> Province {
    "XX-N".parse().unwrap()
}

/// The pack with the example layers over it, in the north, in the fictional special period.
fn all_laid() -> Pack {
    let (province, special, house) = (read(PROVINCE), read(SPECIAL), read(HOUSE));
    pack().layered(&[&province, &special, &house], at("2012-08-03T10:00:00+08:00"), Some(&north()))
}

/// Damages a layer in one place and shows what is found.
#[track_caller]
fn refused(layer: &str, from: &str, to: &str, expect: Expect) {
    assert!(layer.contains(from), "the layer no longer says {from}");
    let damaged = layer.replacen(from, to, 1);
    expect.assert_eq(&Layer::parse(&damaged, "layer.toml", &pack()).unwrap_err().to_string());
}

#[test]
fn the_examples_are_sound_and_say_that_they_are_no_law() {
    for (text, cases) in [(PROVINCE, 4), (SPECIAL, 2), (HOUSE, 0)] {
        let layer = read(text);
        assert_eq!(layer.prove(&pack(), &calendar()).unwrap(), cases);
        assert!(layer.title().en.contains("EXAMPLE (fictional, not law)"));
        assert!(text.starts_with("# EXAMPLE. Fictional"));
    }
}

#[test]
fn a_province_tightens_and_adds_and_leaves_the_rest() {
    let layer = read(PROVINCE);
    let laid = pack().layered(&[&layer], at("2012-03-01T00:00:00+08:00"), Some(&north()));
    assert_eq!(duty(&laid, "M2a").clock.within().to_string(), "1 hour");
    assert_eq!(duty(&laid, "M2a").to, duty(&pack(), "M2a").to);
    assert_eq!(duty(&laid, "M2a").layer.as_deref(), Some("example.province-north"));
    assert_eq!(duty(&laid, "XN1").layer.as_deref(), Some("example.province-north"));
    assert_eq!(duty(&laid, "M2b"), duty(&pack(), "M2b"));
    assert_eq!(laid.retention_days(), Some(90));
    assert_eq!(laid.version(), "1.0.0+example.province-north@1.0.0");
}

#[test]
fn a_layer_holds_in_its_province_from_its_first_day_until_its_end() {
    let layer = read(PROVINCE);
    let south: Province = "XX-S".parse().unwrap();
    let north = north();
    let laid = |instant: &str, province| pack().layered(&[&layer], at(instant), province);
    assert_eq!(laid("2012-02-29T23:59:59+08:00", Some(&north)), pack());
    assert_ne!(laid("2012-03-01T00:00:00+08:00", Some(&north)), pack());
    assert_ne!(laid("2017-12-31T23:59:59+08:00", Some(&north)), pack());
    assert_eq!(laid("2018-01-01T00:00:00+08:00", Some(&north)), pack());
    assert_eq!(laid("2013-01-01T00:00:00+08:00", Some(&south)), pack());
    assert_eq!(laid("2013-01-01T00:00:00+08:00", None), pack());
}

#[test]
fn a_special_period_replaces_and_a_house_only_aims() {
    let laid = all_laid();
    assert_eq!(duty(&laid, "M6").clock.within().to_string(), "1 working day");
    assert_eq!(duty(&laid, "M6").layer.as_deref(), Some("example.games"));
    assert_eq!(duty(&laid, "M5").clock, duty(&pack(), "M5").clock);
    assert_eq!(duty(&laid, "M5").layer, None);
    assert_eq!(duty(&laid, "M5").target.as_ref().unwrap().to_string(), "4 hours");
}

#[test]
fn where_the_law_is_sooner_than_the_house_the_target_falls_away() {
    let laid = all_laid();
    assert_eq!(duty(&laid, "M3b").clock.within().to_string(), "30 minutes");
    assert_eq!(duty(&laid, "M3b").target, None);
    assert_eq!(duty(&laid, "M6").target, None);
    assert_eq!(duty(&laid, "M3a").target.as_ref().unwrap().to_string(), "90 minutes");
}

#[test]
fn a_layered_pack_still_proves_the_cases_of_the_pack() {
    assert_eq!(all_laid().prove(&calendar()).unwrap(), pack().prove(&calendar()).unwrap());
}

#[test]
fn a_layer_tells_which_pack_it_lies_over() {
    assert_eq!(Layer::over_which(HOUSE, "layer.toml").unwrap(), *pack().id());
}

#[test]
fn layers_overlap_in_kind_pack_place_and_time() {
    let base = read(SPECIAL);
    let later = |from: &str, until: &str| {
        let text = SPECIAL.replace("= 2012-08-16", until);
        read(&text.replace("= 2012-08-01 ", &format!("{from} ")))
    };
    assert!(base.overlaps(&base));
    assert!(base.overlaps(&later("= 2012-08-15", "= 2012-09-01")));
    assert!(!base.overlaps(&later("= 2012-08-16", "= 2012-09-01")));
    assert!(!later("= 2012-08-16", "= 2012-09-01").overlaps(&base));
    assert!(!base.overlaps(&read(HOUSE)));
    let south = read(&PROVINCE.replace("XX-N", "XX-S"));
    assert!(!read(PROVINCE).overlaps(&south));
    assert!(read(PROVINCE).overlaps(&read(PROVINCE)));
}

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
fn what_a_duty_waits_for_is_not_changed() {
    refused(
        PROVINCE,
        "within = \"1 hour\"",
        "within = \"1 hour\", on = \"cncert.aware\"",
        expect![
            "layer.toml:24: duty.M2a.on: `on` is no key of this table; use one of cc, contents, form, grades, keep, to, within, or remove it"
        ],
    );
}

#[test]
fn a_layer_needs_whoever_may_issue_it() {
    refused(
        PROVINCE,
        "authority = \"pta\"",
        "authority = \"cncert\"",
        expect![
            "layer.toml:9: layer: `cn.miit.2009-157` art. 18 leaves this to pta; say whose layer it is: `authority = …`"
        ],
    );
    refused(
        SPECIAL,
        "authority = \"tsb\"\n",
        "",
        expect![
            "layer.toml:8: layer: `cn.miit.2009-157` art. 14 leaves this to miit or tsb; say whose layer it is: `authority = …`"
        ],
    );
}

#[test]
fn a_special_period_has_its_document_and_its_end() {
    refused(
        SPECIAL,
        "document  = \"EXAMPLE [2012] 7\"\n",
        "",
        expect![
            "layer.toml:8: layer: `cn.miit.2009-157` art. 14 demands its `document`; add `document = …`"
        ],
    );
    refused(
        SPECIAL,
        "until     = 2012-08-16",
        "",
        expect![
            "layer.toml:8: layer: `cn.miit.2009-157` art. 14 demands its `until`; add `until = …`"
        ],
    );
}

#[test]
fn a_special_period_replaces_only_what_the_pack_lets_it() {
    refused(
        SPECIAL,
        "within = \"30 minutes\"",
        "within = \"30 minutes\", grades = \"g1\"",
        expect![
            "layer.toml:22: duty.M3b.grades: a special period may replace within, to, cc, not grades; remove it"
        ],
    );
    refused(
        SPECIAL,
        "M3b = {",
        "M99 = {",
        expect![
            "layer.toml:22: duty.M99: `cn.miit.2009-157` has no such duty; a special period replaces: name a duty of the pack"
        ],
    );
}

#[test]
fn a_duty_to_act_stays_one_and_so_does_one_that_keeps_or_stands() {
    refused(
        SPECIAL,
        "M3b = { within = \"30 minutes\" }",
        "M3b = { within = \"standing\" }",
        expect![
            "layer.toml:22: duty.M3b.within: M3b has time of another sort: promptly; a duty to act stays one, as does one to keep, and one that stands"
        ],
    );
    refused(
        SPECIAL,
        "M3b = {",
        "S2 = {",
        expect![[r#"
        layer.toml:22: duty.S2.within: S2 has time of another sort: 60 days; a duty to act stays one, as does one to keep, and one that stands
        layer.toml:22: duty.S2: no case tries it; add a [[test]] with `duty`"#]],
    );
    refused(
        PROVINCE,
        "keep = \"90 days\"",
        "within = \"1 day\"",
        expect![
            "layer.toml:26: duty.S2.within: S2 has time of another sort: 60 days; a duty to act stays one, as does one to keep, and one that stands"
        ],
    );
}

#[test]
fn a_change_that_says_nothing_is_refused() {
    refused(
        SPECIAL,
        "M3b = { within = \"30 minutes\" }",
        "M3b = {}",
        expect![
            "layer.toml:22: duty.M3b: nothing is said otherwise; change something, or remove it"
        ],
    );
}

#[test]
fn a_province_is_named() {
    refused(
        PROVINCE,
        "province  = \"XX-N\"\n",
        "",
        expect![[r#"layer.toml:9: layer: it holds in no province; say which: `province = "…"`"#]],
    );
}

#[test]
fn a_house_makes_no_law_and_aims_no_later_than_it() {
    refused(
        HOUSE,
        "M3a = \"90 minutes\"",
        "M3a = \"3 hours\"",
        expect![
            "layer.toml:18: target.M3a: `3 hours` may end later than the law's `2 hours`; aim no later than the law demands"
        ],
    );
    refused(
        HOUSE,
        "M3a = \"90 minutes\"",
        "M3a = \"promptly\"",
        expect![[r#"layer.toml:18: target.M3a: a target is a number; write such as "90 minutes""#]],
    );
    refused(
        HOUSE,
        "[target]",
        "[duty]\nM6 = { within = \"1 hour\" }\n[target]",
        expect![
            "layer.toml:18: duty.M6: a house makes no law; set a target instead, under [target]"
        ],
    );
    refused(
        HOUSE,
        "M3a = \"90 minutes\"",
        "M9 = \"90 minutes\"",
        expect![
            "layer.toml:18: target.M9: `M9` is no duty of `cn.miit.2009-157`; name one of its duties"
        ],
    );
}

#[test]
fn only_a_house_has_targets() {
    refused(
        SPECIAL,
        "[duty]",
        "[target]\nM3a = \"1 hour\"\n[duty]",
        expect![
            "layer.toml:20: target: only a house has targets: they are no law; move them to a house layer"
        ],
    );
}

#[test]
fn a_change_without_a_case_is_refused() {
    refused(
        PROVINCE,
        "duty   = \"XN1\"",
        "duty   = \"M2a\"",
        expect!["layer.toml:28: duty.XN1: no case tries it; add a [[test]] with `duty`"],
    );
}

#[test]
fn a_case_that_does_not_hold_is_refused() {
    refused(
        PROVINCE,
        "2026-01-01T00:10:00+08:00",
        "2026-01-01T01:10:00+08:00",
        expect![
            "layer.toml:30: test: M2a: it is due 2025-12-31T16:10:00Z, not 2025-12-31T17:10:00Z; correct the rule, or the case"
        ],
    );
}

#[test]
fn a_layer_over_another_pack_is_refused() {
    refused(
        HOUSE,
        "cn.miit.2009-157",
        "cn.miit.2009-156",
        expect![
            "layer.toml:8: layer: it lies over another pack than `cn.miit.2009-157`; read it with the pack that `over` names"
        ],
    );
}

#[test]
fn a_layer_that_ends_before_it_begins_is_refused() {
    refused(
        SPECIAL,
        "until     = 2012-08-16",
        "until     = 2012-08-01",
        expect!["layer.toml:8: layer: it ends before it begins; correct `from` or `until`"],
    );
}

#[test]
fn a_pack_that_allows_no_layer_has_none() {
    let closed = crate::testing::PACK
        .lines()
        .filter(|line| !line.starts_with("special_period = ") && !line.starts_with("provincial "))
        .collect::<Vec<_>>()
        .join("\n");
    let closed = Pack::parse(&closed, "pack.toml").unwrap();
    let refused = |text| Layer::parse(text, "layer.toml", &closed).unwrap_err().to_string();
    expect!["layer.toml:8: layer: `cn.miit.2009-157` has no [override] `special_period`: nobody may do this; name another pack, or make it a house layer"].assert_eq(&refused(SPECIAL));
    expect!["layer.toml:9: layer: `cn.miit.2009-157` has no [override] `provincial`: nobody may do this; name another pack, or make it a house layer"].assert_eq(&refused(PROVINCE));
}

#[test]
fn an_added_duty_resolves_like_any_other() {
    refused(
        PROVINCE,
        "form = \"feedback\" }",
        "form = \"feeedback\" }",
        expect![
            "layer.toml:28: duty.XN1.form: `feeedback` is no form; use a name under [form], or add it there"
        ],
    );
    refused(
        PROVINCE,
        "[duty]",
        "[form]\nfeedback = { art = \"EXAMPLE 5\", contents = [\"x\"] }\n[duty]",
        expect![
            "layer.toml:24: form.feedback: `cn.miit.2009-157` has it already; give it another name"
        ],
    );
    refused(
        PROVINCE,
        "[duty]",
        "[trigger]\n\"x.happened\" = { art = \"EXAMPLE 6\", at = \"fact recorded\", means = \"x\" }\n[duty]",
        expect![
            "layer.toml:24: trigger.x.happened: it starts no duty; let a duty say `on`, or remove the trigger"
        ],
    );
}

#[test]
fn an_empty_layer_is_refused() {
    let (head, _) = HOUSE.split_once("[target]").unwrap();
    let findings = Layer::parse(head, "layer.toml", &pack()).unwrap_err().to_string();
    expect!["layer.toml: the layer says nothing; add [duty], or [target] for a house"]
        .assert_eq(&findings);
    assert!(Layer::parse("", "layer.toml", &pack()).is_err());
}

/// Any time that a text may allow.
fn within() -> impl Strategy<Value = Within> {
    let single = prop_oneof![
        (1_u32..2_000).prop_map(|n| format!("{n} hours")),
        (1_u32..9_000).prop_map(|n| format!("{n} minutes")),
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
        if relax::is_no_later(&one, &other) && let Some(late) = due(&other) {
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
