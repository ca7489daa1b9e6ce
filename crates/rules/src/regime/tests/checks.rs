//! What is found when the reporting measures are damaged: scales, definitions, items, duties like others.

use expect_test::{Expect, expect};

use crate::input::Inputs;
use crate::predicate::Verdict;
use crate::regime::Pack;
use crate::testing::{REPORTING, calendar, pack, reporting};

/// Damages the pack in one place and shows what is found.
#[track_caller]
fn refused(from: &str, to: &str, expect: Expect) {
    assert!(REPORTING.contains(from), "the pack no longer says {from}");
    let damaged = REPORTING.replacen(from, to, 1);
    let findings = Pack::parse(&damaged, "pack.toml").unwrap_err().to_string();
    expect.assert_eq(&findings);
}

#[test]
fn a_warning_needs_a_duty() {
    let damaged = REPORTING.replace("grades = \"w4\"", "grades = \"w3\"");
    let damaged = damaged.replace("grades = \"w4+\"", "grades = \"w3\"");
    let findings = Pack::parse(&damaged, "pack.toml").unwrap_err().to_string();
    let said =
        "warning.w4: no duty goes with it; add a duty with `grades`, say `owes_nothing = true`";
    assert!(findings.contains(said), "{findings}");
}

#[test]
fn a_warning_needs_a_case() {
    refused(
        "warning = { leads_to = \"e4\" }\nexpect  = \"w4\"",
        "warning = { leads_to = \"e3\" }\nexpect  = \"w3\"",
        expect!["pack.toml:138: warning.w4: no case tries it; add a [[test]] with `warning`"],
    );
}

#[test]
fn a_warning_needs_its_colour() {
    refused(
        ", colour = \"red\"",
        "",
        expect![[r#"pack.toml:135: warning.w1: the warning has no colour; add `colour = "…"`"#]],
    );
}

#[test]
fn a_level_of_warning_that_is_a_grade_already_is_refused() {
    let damaged = REPORTING.replace("w1", "e1");
    let findings = Pack::parse(&damaged, "pack.toml").unwrap_err().to_string();
    assert!(
        findings.contains("warning.order: `e1` is a grade already; give the level another id"),
        "{findings}"
    );
}

#[test]
fn a_grade_that_a_grading_pack_decides_has_no_predicate_of_its_own() {
    refused(
        "e1 = { zh = \"特别重大\", en = \"Extreme\" }",
        "e1 = { zh = \"特别重大\", en = \"Extreme\", when = \"otherwise\" }",
        expect![
            "pack.toml:125: grade.e1.when: the grading pack decides; remove `when`, or `see` above"
        ],
    );
}

#[test]
fn a_grade_that_a_grading_pack_decides_is_tried_there() {
    refused(
        "warning = {}\nexpect  = \"w1\"",
        "grade = {}\nexpect  = \"e1\"",
        expect![
            "pack.toml:299: test[5]: grades are decided by `cn.miit.2009-156.grading`; put the case there"
        ],
    );
}

#[test]
fn a_definition_that_nothing_uses_is_refused() {
    refused(
        "{ art = \"annex 2, note 3\", at = [\"grade\"], zh = \"以上\"",
        "{ art = \"annex 2, note 3\", zh = \"以上\"",
        expect![[
            r#"pack.toml:151: define.at_least: nothing uses it; say `at = ["…"]`: the items, inputs, duties or sets that use the word"#
        ]],
    );
}

#[test]
fn a_definition_must_touch_something_that_is_there() {
    refused(
        "at = [\"A9\"], zh = \"路由劫持\"",
        "at = [\"A19\"], zh = \"路由劫持\"",
        expect![[r#"
            pack.toml:154: define.route_hijack.at[1]: `A19` is no duty, input, set, definition or item, and not `grade`; name what it touches
            pack.toml:154: define.route_hijack: nothing uses it; say `at = ["…"]`: the items, inputs, duties or sets that use the word"#]],
    );
}

#[test]
fn a_definition_that_facts_decide_needs_a_case() {
    let damaged = REPORTING.replace("define = \"route_hijack\"", "define = \"severe_congestion\"");
    let findings = Pack::parse(&damaged, "pack.toml").unwrap_err().to_string();
    assert!(
        findings.contains("define.route_hijack: no case tries it; add a [[test]] with `define`"),
        "{findings}"
    );
}

#[test]
fn a_case_of_a_definition_that_does_not_hold_is_refused() {
    refused(
        "given  = { latency_ms = 240 }\nexpect = \"yes\"",
        "given  = { latency_ms = 24 }\nexpect = \"yes\"",
        expect![
            "pack.toml:321: test: severe_congestion: the answer is unknown; correct the rule, or the case"
        ],
    );
}

#[test]
fn a_case_of_a_definition_that_is_none_is_refused() {
    refused(
        "define = \"severe_congestion\"",
        "define = \"at_least\"",
        expect![[r#"
            pack.toml:304: test[6]: it tries nothing that can be tried; give `grade = {…}`, `warning = {…}`, `define = "…"` or `duty = "…"`
            pack.toml:305: test[6].define: `at_least` is no define; use a name under [define], or add it there"#]],
    );
}

#[test]
fn an_input_that_nothing_asks_is_refused() {
    refused(
        "for_record = true, means = \"the provinces",
        "means = \"the provinces",
        expect![
            "pack.toml:108: input.provinces: nothing asks it; remove it, or say `for_record = true`"
        ],
    );
}

#[test]
fn an_input_that_is_asked_is_not_for_the_record_only() {
    refused(
        "leads_to       = { type",
        "leads_to       = { for_record = true, type",
        expect![
            "pack.toml:110: input.leads_to: it is asked, and not only for the record; remove `for_record`"
        ],
    );
}

#[test]
fn an_item_has_one_code() {
    refused(
        "B2 = { zh",
        "A2 = { zh",
        expect![[r#"
            pack.toml:42: applies.item.malware-distribution: `B2` is no item; use a code under [item], or add it there
            pack.toml:46: applies.item.phishing: `B2` is no item; use a code under [item], or add it there
            pack.toml:233: item.registry_registrar.A2: `A2` is an item already; give it another code"#]],
    );
}

#[test]
fn a_classification_is_reported_under_items_that_are_there() {
    refused(
        "= [\"B4\"]",
        "= [\"B44\"]",
        expect![
            "pack.toml:45: applies.item.dga-domain: `B44` is no item; use a code under [item], or add it there"
        ],
    );
}

#[test]
fn items_are_given_for_classifications_that_apply() {
    refused(
        "[applies.item]\n",
        "[applies.item]\nscanner = \"A12\"\n",
        expect![
            "pack.toml:40: applies.item.scanner: `scanner` is not among the classifications above; add it there, or remove it here"
        ],
    );
}

#[test]
fn items_are_reported_by_somebody() {
    refused(
        "who = [\"isc\"]\n",
        "",
        expect![[
            r#"pack.toml:250: item.isc: nobody reports by it; say `who = ["…"]`, and list items by code"#
        ]],
    );
}

#[test]
fn a_duty_like_others_names_duties_that_stand_for_themselves() {
    refused(
        "like = [\"E1\", ",
        "like = [\"E9\", ",
        expect![[r#"
            pack.toml:180: duty.G1.like[1]: `E9` is no duty that stands for itself; use a name under [duty] that is not itself like others
            pack.toml:408: test[28].at_grade: `G1` is not owed at `e2`; name another grade or duty"#]],
    );
    refused(
        "like = [\"E1\", ",
        "like = [\"G1\", ",
        expect![[r#"
            pack.toml:180: duty.G1.like[1]: `G1` is no duty that stands for itself; use a name under [duty] that is not itself like others
            pack.toml:408: test[28].at_grade: `G1` is not owed at `e2`; name another grade or duty"#]],
    );
}

#[test]
fn a_duty_like_others_has_no_time_of_its_own() {
    refused(
        "like = [\"E1\", ",
        "within = \"2 hours\", like = [\"E1\", ",
        expect![
            "pack.toml:180: duty.G1.within: `within` is no key of this table; use one of art, does, like, on, or_by, reading, who, or remove it"
        ],
    );
}

#[test]
fn a_case_of_a_duty_like_others_names_a_grade_at_which_it_is_owed() {
    refused(
        "duty     = \"G1\"\nat_grade = \"e2\"",
        "duty     = \"N3\"\nat_grade = \"e2\"",
        expect![
            "pack.toml:408: test[28].at_grade: `N3` is not owed at `e2`; name another grade or duty"
        ],
    );
}

#[test]
fn only_a_monthly_duty_is_owed_for_an_empty_month() {
    refused(
        "form = \"warning\", emits = [\"cncert.warning_received\"], reading = [\"R3\", \"R5\"] }",
        "form = \"warning\", nil_report = \"send\", emits = [\"cncert.warning_received\"], reading = [\"R3\", \"R5\"] }",
        expect![
            "pack.toml:178: duty.W3: only a duty of every month can be owed for an empty one; remove `nil_report`, or let a month's end start it"
        ],
    );
}

#[test]
fn a_trigger_that_nothing_waits_for_is_refused() {
    refused(
        "[trigger]\n",
        "[trigger]\n\"tsb.asked\" = { art = \"17\", at = \"fact recorded\", means = \"the bureau asks\" }\n",
        expect![
            "pack.toml:92: trigger.tsb.asked: it starts no duty; let a duty say `on`, or remove the trigger"
        ],
    );
}

#[test]
fn an_incident_is_known_to_a_role_or_a_set() {
    refused(
        "at = \"incident known\", by = \"carrier_p\", ",
        "at = \"incident known\", ",
        expect![[
            r#"pack.toml:94: trigger."carrier_p.aware": nobody is said to know the incident; name a role or a set: `by = "…"`"#
        ]],
    );
}

#[test]
fn a_set_that_is_none_is_refused() {
    refused(
        "cc = [\"pta_local\"]",
        "cc = [\"pta_nearby\"]",
        expect![
            "pack.toml:181: duty.G2.cc[1]: `pta_nearby` is no role and no set; use a name under [role] or [set], or add it there"
        ],
    );
}

#[test]
fn a_duty_of_no_form_is_refused() {
    refused(
        "form = \"mechanism\"",
        "form = \"mechanisms\"",
        expect![
            "pack.toml:198: duty.S2.form: `mechanisms` is no form; use a name under [form], or add it there"
        ],
    );
}

#[test]
fn an_article_is_needed_everywhere() {
    for table in [
        "E1 = { art = \"13(1)\", ",
        "tsb       = { art = \"3\", ",
        "contact        = { art = \"21\", ",
        "severe_congestion = { art = \"annex 2, note 1\", ",
    ] {
        let name = table.split_once("art").unwrap().0;
        let damaged = REPORTING.replacen(table, name, 1);
        let findings = Pack::parse(&damaged, "pack.toml").unwrap_err().to_string();
        assert!(findings.contains("`art` is missing; add `art = …`"), "{findings}");
    }
}

#[test]
fn the_catalogue_is_complete_in_both_languages_and_finds_items_by_classification() {
    let pack = reporting();
    let codes: Vec<String> =
        pack.items().iter().map(|group| format!("{} {}", group.id, group.items.len())).collect();
    assert_eq!(
        codes,
        ["carrier 12", "registry_registrar 5", "vats 10", "isc 3", "cncert 4", "pta 2"]
    );
    for item in pack.items().iter().flat_map(|group| &group.items) {
        assert!(!item.text.zh.is_empty() && !item.text.en.is_empty(), "{}", item.code);
    }
    let of_bots: Vec<&str> =
        pack.items_of("infected-system").iter().map(|i| i.code.as_str()).collect();
    assert_eq!(of_bots, ["A8", "C1-2", "C2-5"]);
    let of_all = |kind: &String| !pack.items_of(kind).is_empty();
    assert!(pack.classifications().iter().all(of_all));
}

#[test]
fn each_kind_of_reporting_unit_has_its_items() {
    let pack = reporting();
    let unit = pack.set("unit").unwrap();
    for role in &unit.roles {
        assert!(pack.items().iter().any(|group| group.roles.contains(role)), "{role}");
    }
}

#[test]
fn scales_are_compared_only_within_themselves() {
    let pack = reporting();
    let graver =
        |one: &str, other: &str| pack.is_graver(&one.parse().unwrap(), &other.parse().unwrap());
    assert!(graver("e1", "e2") && graver("w1", "w4"));
    assert!(!graver("e1", "w4") && !graver("w1", "e4") && !graver("e2", "e2"));
    assert_eq!(pack.grade(&"w2".parse().unwrap()).unwrap().colour.as_deref(), Some("orange"));
}

#[test]
fn a_duty_like_others_stands_once_for_each_under_one_id() {
    let pack = reporting();
    let id = "G1".parse().unwrap();
    let like: Vec<String> = pack
        .duties_of(&id)
        .filter_map(|duty| duty.like.as_ref())
        .map(ToString::to_string)
        .collect();
    assert_eq!(like, ["E1", "W1", "E2", "E3", "W2", "E4", "W3"]);
    let at = |grade: &str| {
        pack.duty_at(&id, &grade.parse().unwrap()).unwrap().clock.within().to_string()
    };
    assert_eq!(at("e2"), "2 hours");
    assert_eq!(at("w4"), "5 working days");
    assert!(pack.duties_of(&id).all(|duty| !duty.nil_report));
}

#[test]
fn definitions_are_told_with_their_words_and_answer_by_facts() {
    let pack = reporting();
    assert_eq!(pack.definition("important_system").unwrap().values.len(), 10);
    assert_eq!(pack.define("important_system", &Inputs::default()), None);
    assert_eq!(pack.define("no_such_word", &Inputs::default()), None);
    assert_eq!(pack.define("route_hijack", &Inputs::default()), Some(Verdict::Unknown));
}

#[test]
fn a_pack_without_the_new_words_has_none() {
    let pack = pack();
    assert!(pack.warnings().is_empty() && pack.items().is_empty() && pack.definitions().is_empty());
    assert!(pack.graded_by().is_none() && pack.grading().is_none());
}

#[test]
fn no_case_of_the_reporting_measures_rests_on_the_grading_pack() {
    let alone = Pack::parse(REPORTING, "pack.toml").unwrap();
    assert_eq!(alone.prove(&calendar()).unwrap(), 39);
}
