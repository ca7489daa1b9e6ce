//! Layers: laid, refused, and never relaxing.

use std::sync::LazyLock;

use expect_test::{Expect, expect};

use super::*;
use crate::testing::{at, calendar, pack};

pub(super) const PROVINCE: &str =
    include_str!("../../../../../regimes/layers/example-province.toml");
const SPECIAL: &str = include_str!("../../../../../regimes/layers/example-special-period.toml");
const HOUSE: &str = include_str!("../../../../../regimes/layers/example-house.toml");

/// The examples, read once.
pub(super) fn read_once() -> &'static (Layer, Layer, Layer) {
    static READ: LazyLock<(Layer, Layer, Layer)> =
        LazyLock::new(|| (read(PROVINCE), read(SPECIAL), read(HOUSE)));
    &READ
}

pub(super) fn read(text: &str) -> Layer {
    Layer::parse(text, "layer.toml", &pack()).unwrap_or_else(|findings| panic!("{findings}"))
}

fn duty<'p>(pack: &'p Pack, id: &str) -> &'p Duty {
    pack.duty(&id.parse().unwrap()).unwrap()
}

pub(super) fn north() -> Province {
    "XX-N".parse().unwrap()
}

/// The pack with the example layers over it, in the north, in the fictional special period.
fn all_laid() -> Pack {
    let (province, special, house) = (read(PROVINCE), read(SPECIAL), read(HOUSE));
    pack().layered(&[&province, &special, &house], at("2012-08-03T10:00:00+08:00"), Some(&north()))
}

/// Damages a layer in one place and shows what is found.
#[track_caller]
pub(super) fn refused(layer: &str, from: &str, to: &str, expect: Expect) {
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

#[test]
fn a_special_period_lets_no_report_go_to_nobody() {
    refused(
        SPECIAL,
        "M2b = { within = \"1 working day\" }",
        "M2b = { to = [], cc = [] }",
        expect![[
            r#"layer.toml:21: duty.M2b: `cn.miit.2009-157` M2b would go to nobody; say whom it goes to instead: `to = ["…"]`"#
        ]],
    );
}

#[test]
fn a_special_period_ends_within_years() {
    refused(
        SPECIAL,
        "until     = 2012-08-16",
        "until     = 2017-08-02",
        expect![
            "layer.toml:18: layer.until: a special period of more than 5 years; end it sooner, and begin another then"
        ],
    );
    let longest = SPECIAL.replace("until     = 2012-08-16", "until     = 2017-08-01");
    assert_eq!(read(&longest).until(), Some(jiff::civil::date(2017, 8, 1)));
}
