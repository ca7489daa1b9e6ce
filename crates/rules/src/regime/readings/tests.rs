//! Readings: chosen, refused, tried.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::testing::{PACK, calendar, pack};

fn under(choices: &[&str]) -> Result<Pack, Findings> {
    let choices = Choices::parse(choices.iter().copied()).unwrap();
    Pack::parse_with(PACK, "pack.toml", &choices)
}

#[track_caller]
fn sound(choices: &[&str]) -> Pack {
    under(choices).unwrap_or_else(|findings| panic!("{findings}"))
}

/// Damages the pack in one place and shows what is found.
#[track_caller]
fn refused(from: &str, to: &str, expect: Expect) {
    assert!(PACK.contains(from), "the pack no longer says {from}");
    let damaged = PACK.replacen(from, to, 1);
    expect.assert_eq(&Pack::parse(&damaged, "pack.toml").unwrap_err().to_string());
}

fn started_by<'p>(pack: &'p Pack, duty: &str) -> Option<&'p str> {
    pack.duty(&duty.parse().unwrap()).and_then(|duty| duty.on.as_deref())
}

#[test]
fn a_chosen_reading_starts_another_clock_and_is_told_in_the_version() {
    let pack = sound(&["R1=graded"]);
    assert_eq!(started_by(&pack, "M3a"), Some("cncert.graded"));
    assert_eq!(pack.version(), "1.0.0+R1=graded");
    let reading = pack.reading("R1").unwrap();
    assert!(reading.is_changed());
    assert_eq!(reading.chosen_text("en"), "the coordinator has set the grade");
}

#[test]
fn readings_are_chosen_together() {
    let pack = sound(&["R7=yes", "R3=week"]);
    assert_eq!(started_by(&pack, "H5a"), Some("cncert.verified"));
    assert!(pack.measures().iter().all(|measure| measure.window_hours == 168));
    assert_eq!(pack.version(), "1.0.0+R3=week,R7=yes");
}

#[test]
fn a_reading_may_add_duties_and_ask_for_facts() {
    assert!(started_by(&pack(), "H3e").is_none());
    assert_eq!(started_by(&sound(&["R5=handler"]), "H3e"), Some("handler.notice_received"));
    let asked = sound(&["R9=coordinator"]);
    assert!(asked.inputs().iter().any(|input| input.name == "several_found"));
}

#[test]
fn what_is_done_by_hand_computes_nothing_else_but_is_told() {
    let (plain, by_hand) = (pack(), sound(&["R4=both"]));
    assert!(by_hand.parts.says_the_same_as(&plain.parts));
    assert_eq!(by_hand.version(), "1.0.0+R4=both");
}

#[test]
fn a_pack_under_other_choices_proves_the_cases_of_the_pack_as_it_stands() {
    let (plain, other) = (pack(), sound(&["R5=handler"]));
    assert_eq!(other.prove(&calendar()).unwrap(), plain.prove(&calendar()).unwrap());
}

#[test]
fn choosing_what_is_chosen_anyway_changes_nothing() {
    assert_eq!(sound(&["R1=facts", "R7=no"]), pack());
}

#[test]
fn an_unknown_reading_and_an_unknown_option_are_refused() {
    let findings = under(&["R99=yes", "R1=sometime"]).unwrap_err().to_string();
    expect![[r#"
        pack.toml: reading.R1: `sometime` is none of the options; use one of facts, graded
        pack.toml: reading: `R99` is no reading; use one of R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, R11, R12, R13, R14, R15, R16"#]].assert_eq(&findings);
}

#[test]
fn two_options_that_write_the_same_key_are_not_chosen_together() {
    let findings = under(&["R5=handler", "R9=coordinator"]).unwrap_err().to_string();
    expect![[r#"
        pack.toml:248: reading.R9.options.coordinator.set."duty.H3a.if": under R5=handler,R9=coordinator: R5 and R9 both say what `duty.H3a.if` is; choose only one of the two options
        pack.toml:249: reading.R9.options.coordinator.set."duty.H3b.if": under R5=handler,R9=coordinator: R5 and R9 both say what `duty.H3b.if` is; choose only one of the two options"#]].assert_eq(&findings);
}

#[test]
fn a_text_that_is_no_choice_is_refused() {
    let refused = |pairs: &[&str]| Choices::parse(pairs.iter().copied()).unwrap_err().to_string();
    expect!["`R1` is no choice: write READING=OPTION, such as `R1=later`"]
        .assert_eq(&refused(&["R1"]));
    expect!["the reading `R1` is chosen twice: leave one of the two"]
        .assert_eq(&refused(&["R1=facts", "R1=graded"]));
}

#[test]
fn an_option_that_names_nothing_is_refused() {
    refused(
        "{ \"duty.M3a.on\" =",
        "{ \"duty.M33.on\" =",
        expect![[
            r#"pack.toml:181: reading.R1.options.graded.set."duty.M33.on": under R1=graded: `duty.M33.on` names nothing in this pack; name a key of an entry that stands there, such as `duty.X1.on`"#
        ]],
    );
    refused(
        "{ \"duty.M3a.on\" =",
        "{ \"regime.pack\" =",
        expect![[
            r#"pack.toml:181: reading.R1.options.graded.set."regime.pack": under R1=graded: `regime.pack` names nothing in this pack; name a key of an entry that stands there, such as `duty.X1.on`"#
        ]],
    );
}

#[test]
fn what_an_option_writes_is_checked_where_it_stands() {
    refused(
        "{ \"duty.M3a.on\" =",
        "{ \"duty.M3a.onn\" =",
        expect![
            "pack.toml:181: duty.M3a.onn: under R1=graded: `onn` is no key of this table; use one of art, cc, confidence, does, emits, form, grades, if, keep, nil_report, on, one_is_enough, only_with, or_by, reading, see, target, to, who, within, or remove it"
        ],
    );
    refused(
        "window\" = \"168 hours\"",
        "window\" = \"a week\"",
        expect![[r#"
        pack.toml:89: input.max_single_ips: under R3=week: what is measured is a count over a window; add `window = "24 hours"`
        pack.toml:197: input.max_single_ips.window: under R3=week: `a week` is no time allowed (the unit is none of hours, minutes, working days, days, months): write such as `2 hours`, `5 working days`, `60 days`, `1 month`, `first 10 working days of next month`, `promptly` or `no time stated`; write it as described"#]],
    );
}

#[test]
fn an_option_that_changes_nothing_says_that_people_act_on_it() {
    refused(
        "grades by it\" }, by_hand = true }",
        "grades by it\" } }",
        expect![[
            r#"pack.toml:196: reading.R3.options.day: choosing it would change nothing; give `set = { "KEY" = … }`, or say `by_hand = true` and let `means` tell what people then do"#
        ]],
    );
}

#[test]
fn an_option_that_writes_what_stands_there_anyway_is_refused() {
    refused(
        "{ \"input.max_single_ips.window\" = \"168 hours\", \"input.total_ips.window\" = \"168 hours\" }",
        "{ \"input.max_single_ips.window\" = \"24 hours\" }",
        expect![[r#"
            pack.toml:197: reading: choosing R3=week changes nothing that is computed; let its `set` change something, or say `by_hand = true` instead
            pack.toml:395: test: max_single_ips counts 24 hours, not 168; correct the rule, or the case
            pack.toml:395: test: total_ips counts 24 hours, not 168; correct the rule, or the case"#]],
    );
}

#[test]
fn an_option_without_a_case_is_refused() {
    refused(
        "reading = { R7 = \"yes\" }\n",
        "",
        expect![[r#"
            pack.toml:231: reading.R7.options.yes: no case tries it; add a [[test]] with `reading = { R7 = "yes" }`
            pack.toml:423: test: H5a: its clock is started by cncert.feedback_received, not cncert.verified; correct the rule, or the case"#]],
    );
    refused(
        "reading = { R3 = \"week\" }",
        "reading = { R3 = \"month\" }",
        expect![[r#"
            pack.toml:197: reading.R3.options.week: no case tries it; add a [[test]] with `reading = { R3 = "week" }`
            pack.toml:395: test: max_single_ips counts 720 hours, not 168; correct the rule, or the case
            pack.toml:395: test: total_ips counts 720 hours, not 168; correct the rule, or the case"#]],
    );
}

#[test]
fn a_case_under_a_reading_that_does_not_hold_is_refused() {
    refused(
        "on      = \"cncert.verified\"",
        "on      = \"cncert.aware\"",
        expect![
            "pack.toml:423: test: H5a: its clock is started by cncert.verified, not cncert.aware; correct the rule, or the case"
        ],
    );
    refused(
        "window  = \"168 hours\"",
        "window  = \"24 hours\"",
        expect![[r#"
        pack.toml:395: test: max_single_ips counts 168 hours, not 24; correct the rule, or the case
        pack.toml:395: test: total_ips counts 168 hours, not 24; correct the rule, or the case"#]],
    );
    refused(
        "duty    = [\"H3a\", \"H3b\"]\ngiven   = { detected_by = \"other\" }",
        "duty    = [\"H3a\", \"H3b\"]\ngiven   = { detected_by = \"cncert\" }",
        expect![[r#"
            pack.toml:417: test: H3a: it is owed, where it should be not owed; correct the rule, or the case
            pack.toml:417: test: H3b: it is owed, where it should be not owed; correct the rule, or the case"#]],
    );
}

#[test]
fn a_case_need_not_name_what_is_chosen_anyway() {
    refused(
        "reading = { R7 = \"yes\" }",
        "reading = { R7 = \"yes\", R1 = \"facts\" }",
        expect![
            "pack.toml: test: a case is to be tried under R1=facts,R7=yes, some of which is chosen anyway; leave out what the pack itself chooses"
        ],
    );
}

/// Any choice that the pack offers, for each reading or for none.
fn choices() -> impl Strategy<Value = Choices> {
    let readings: Vec<(String, Vec<String>)> = pack()
        .readings()
        .iter()
        .map(|one| (one.id.clone(), one.options.iter().map(|o| o.id.clone()).collect()))
        .collect();
    let one = |(id, options): (String, Vec<String>)| {
        proptest::option::of(proptest::sample::select(options))
            .prop_map(move |option| option.map(|option| (id.clone(), option)))
    };
    let all: Vec<_> = readings.into_iter().map(one).collect();
    all.prop_map(|chosen| {
        chosen
            .into_iter()
            .flatten()
            .fold(Choices::default(), |all, (id, option)| all.with(&id, &option))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn the_same_choices_give_the_same_pack(choices in choices()) {
        let read = || Pack::parse_with(PACK, "pack.toml", &choices);
        let (one, other) = (read(), read());
        let conflict = choices.get("R5") == Some("handler") && choices.get("R9") == Some("coordinator");
        prop_assert_eq!(one.is_err(), conflict);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn what_the_pack_chooses_itself_is_the_pack(which in proptest::collection::vec(any::<bool>(), 11)) {
        let plain = pack();
        let chosen = plain.readings().iter().zip(which).filter(|(_, named)| *named);
        let choices = chosen.fold(Choices::default(), |all, (one, _)| all.with(&one.id, &one.default));
        prop_assert_eq!(Pack::parse_with(PACK, "pack.toml", &choices).unwrap(), plain);
    }
}

#[test]
fn what_one_option_sets_another_does_not_set_a_part_of() {
    let (first, second) = (r#"{ "duty.M3a.on" = "cncert.graded" }"#, r#""duty.H5a.on" ="#);
    assert!(PACK.contains(first) && PACK.contains(second));
    for (one, other) in
        [("duty.M3a.does", "duty.M3a.does.en"), ("duty.M3a.does.en", "duty.M3a.does")]
    {
        let value = |key: &str| match key {
            "duty.M3a.does" => r#"{ zh = "甲", en = "a" }"#,
            _ => r#""b""#,
        };
        let text = PACK
            .replacen(
                first,
                &format!("{{ \"duty.M3a.on\" = \"cncert.graded\", \"{one}\" = {} }}", value(one)),
                1,
            )
            .replacen(second, &format!("\"{other}\" = {}, {second}", value(other)), 1);
        let choices = Choices::parse(["R1=graded", "R7=yes"]).unwrap();
        let findings = Pack::parse_with(&text, "pack.toml", &choices).unwrap_err().to_string();
        let wanted = format!("R1 says what `{one}` is, and R7 what `{other}` is");
        assert!(findings.contains(&wanted), "{findings}");
    }
}
