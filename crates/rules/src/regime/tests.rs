//! The pack that is kept here, packs that are damaged, and code that knows neither.

mod checks;
mod forms;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::input::MeasureOf;
use crate::testing::{PACK, calendar, directory, pack, reporting};

#[test]
fn the_pack_loads_and_each_of_its_cases_holds() {
    let pack = pack();
    assert_eq!(pack.id().as_str(), "cn.miit.2009-157");
    assert_eq!(pack.prove(&calendar()).unwrap_or_else(|findings| panic!("{findings}")), 31);
}

#[test]
fn a_pack_is_in_force_from_its_first_day_until_the_day_before_its_repeal() {
    let pack = pack();
    assert!(!pack.in_force(date(2009, 5, 31)));
    assert!(pack.in_force(date(2009, 6, 1)));
    assert!(pack.in_force(date(2017, 12, 31)));
    assert!(!pack.in_force(date(2018, 1, 1)));
}

#[test]
fn thresholds_measures_and_retention_are_read_from_the_pack() {
    let pack = pack();
    let thresholds: Vec<String> =
        pack.thresholds().iter().map(|(grade, n)| format!("{grade} > {n}")).collect();
    assert_eq!(thresholds, ["g1 > 1000000", "g2 > 500000", "g3 > 100000"]);
    let measures: Vec<_> =
        pack.measures().into_iter().map(|m| (m.input, m.of, m.window_hours)).collect();
    assert_eq!(
        measures,
        [
            ("max_single_ips".to_owned(), MeasureOf::LargestThreat, 24),
            ("total_ips".to_owned(), MeasureOf::AllThreats, 24)
        ]
    );
    assert_eq!(pack.retention_days(), Some(60));
    assert!(pack.applies_to("c2-server"));
    assert!(!pack.applies_to("phishing"));
}

#[test]
fn the_finder_is_named_by_its_role_or_as_any_other() {
    let (pack, directory) = (pack(), directory());
    let value = |handle: &str| {
        let finder = directory.iter().find(|one| one.handle.as_str() == handle).unwrap();
        pack.finder_value(finder).unwrap().to_string()
    };
    assert_eq!(pack.finder_input(), Some("detected_by"));
    assert_eq!(value("coordination"), "cncert");
    assert_eq!(value("north-telecom"), "carrier");
    assert_eq!(value("vendor"), "other");
    assert_eq!(value("admin-north"), "other");
}

#[test]
fn every_grade_has_its_harm_in_both_languages() {
    let pack = pack();
    for grade in pack.grades() {
        let harm = pack.harm(&grade.id).unwrap();
        assert!(!harm.zh.is_empty() && !harm.en.is_empty());
    }
}

#[test]
fn a_pack_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Pack>();
    shared::<Calendar>();
}

/// Damages the pack in one place and shows what is found.
#[track_caller]
fn refused(from: &str, to: &str, expect: Expect) {
    assert!(PACK.contains(from), "the pack no longer says {from}");
    let damaged = PACK.replacen(from, to, 1);
    expect.assert_eq(&Pack::parse(&damaged, "pack.toml").unwrap_err().to_string());
}

#[test]
fn an_unknown_key_is_refused() {
    refused(
        "within = \"continuously\" }",
        "within = \"continuously\", wihtin = 1 }",
        expect![
            "pack.toml:120: duty.M1.wihtin: `wihtin` is no key of this table; use one of art, cc, confidence, does, emits, form, grades, if, keep, nil_report, on, one_is_enough, only_with, or_by, reading, see, target, to, who, within, or remove it"
        ],
    );
}

#[test]
fn a_role_that_is_none_is_refused_where_it_stands() {
    refused(
        "to = [\"pta_concerned\"], within = \"promptly\"",
        "to = [\"pta_concernd\"], within = \"promptly\"",
        expect![
            "pack.toml:124: duty.M3b.to[1]: `pta_concernd` is no role and no set; use a name under [role] or [set], or add it there"
        ],
    );
}

#[test]
fn a_role_of_several_holders_must_be_narrowed_to_a_set() {
    refused(
        "who = \"finding_carrier\", does.zh = \"报送事件\"",
        "who = \"carrier\", does.zh = \"报送事件\"",
        expect![
            "pack.toml:121: duty.M2a: `carrier` is held by several organisations; name a set under [set] that says which of them"
        ],
    );
}

#[test]
fn forms_readings_triggers_and_grades_must_resolve() {
    refused(
        "on = \"cncert.aware\", grades = \"g4\", to = [\"notified_parties\"], within = \"5 working days\", form = \"event_notice\"",
        "on = \"cncert.awake\", grades = \"g5\", to = [\"notified_parties\"], within = \"5 workdays\", form = \"notice\", reading = \"R99\"",
        expect![
            "pack.toml:129: duplicate key; write it as TOML 1.0 wants it; a key may stand only once"
        ],
    );
}

#[test]
fn a_trigger_that_no_duty_emits_is_refused() {
    refused(
        ", emits = [\"tsb.decided\"]",
        "",
        expect![
            "pack.toml:71: trigger.tsb.decided: no duty emits it; let a duty say `emits`, or remove the trigger"
        ],
    );
}

#[test]
fn a_duty_without_an_article_is_refused() {
    refused(
        "M4  = { art = \"8(3)\", ",
        "M4  = { ",
        expect!["pack.toml:126: duty.M4: `art` is missing; add `art = …`"],
    );
}

#[test]
fn a_duty_without_a_case_is_refused() {
    refused(
        "duty   = \"H3c\"",
        "duty   = \"H3d\"",
        expect!["pack.toml:138: duty.H3c: no case tries it; add a [[test]] with `duty`"],
    );
}

#[test]
fn a_grade_without_a_duty_is_refused() {
    let loosened = PACK.replace("grades = \"g4\"", "grades = \"g3+\"");
    let findings = Pack::parse(&loosened, "pack.toml").unwrap_err().to_string();
    assert!(findings.contains("grade.g4: no duty goes with it"), "{findings}");
}

#[test]
fn a_case_that_does_not_hold_is_refused() {
    refused(
        "expect = 2024-02-29T02:30:00+08:00",
        "expect = 2024-02-29T02:30:01+08:00",
        expect![
            "pack.toml:333: test: H2a: it is due 2024-02-28T18:30:00Z, not 2024-02-28T18:30:01Z; correct the rule, or the case"
        ],
    );
}

#[test]
fn a_case_that_needs_a_calendar_is_tried_when_one_is_given() {
    let wrong =
        PACK.replace("expect = 2025-10-21T00:00:00+08:00", "expect = 2025-10-20T00:00:00+08:00");
    let pack = Pack::parse(&wrong, "pack.toml").unwrap();
    expect!["pack.toml:347: test: H3d: it is due 2025-10-20T16:00:00Z, not 2025-10-19T16:00:00Z; correct the rule, or the case"].assert_eq(&pack.prove(&calendar()).unwrap_err().to_string());
}

#[test]
fn a_reading_must_choose_one_of_its_options() {
    refused(
        "chosen  = \"one_each\"",
        "chosen  = \"each\"",
        expect!["pack.toml:256: reading.R10: `each` is none of the options; choose one of them"],
    );
}

#[test]
fn a_predicate_over_an_undeclared_input_is_refused() {
    refused(
        "when = \"total_ips > 500000\"",
        "when = \"total > 500000\"",
        expect![
            "pack.toml:98: grade.g2.when: `total > 500000` is no predicate here: `total` is not declared under [input]; write it in CEL over the names under [input]"
        ],
    );
}

#[test]
fn a_way_of_counting_that_is_not_known_is_refused() {
    refused(
        "day_ends  = \"24:00\"",
        "day_ends  = \"17:30\"",
        expect![
            "pack.toml:24: time.day_ends: `17:30` is none of the words that the engine knows here; use one of `24:00`"
        ],
    );
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    refused(
        "[grade]",
        "[grade",
        expect![
            "pack.toml:94: unclosed table, expected `]`; write it as TOML 1.0 wants it; a key may stand only once"
        ],
    );
}

#[test]
fn a_bottomless_or_endless_file_is_refused() {
    let deep = format!("x = {}", "[".repeat(100_000));
    assert!(Pack::parse(&deep, "deep.toml").is_err());
    let deep = format!("x = {}", "{ a = ".repeat(20_000));
    assert!(Pack::parse(&deep, "deep.toml").is_err());
    let long = "# and so on\n".repeat(30_000);
    let findings = Pack::parse(&long, "long.toml").unwrap_err().to_string();
    assert_eq!(findings, "long.toml: the file is longer than 256 KiB; split it");
}

#[test]
fn a_file_with_endless_faults_names_the_first_of_them_only() {
    let faults: Vec<String> = (0..5_000).map(|n| format!("k{n} = 1")).collect();
    let findings = Pack::parse(&faults.join("\n"), "faults.toml").unwrap_err();
    assert!(findings.iter().count() <= 200);
}

#[test]
fn an_empty_file_says_everything_that_is_missing() {
    let findings = Pack::parse("", "empty.toml").unwrap_err();
    assert!(findings.iter().count() >= 8, "{findings}");
}

/// Words that belong to one country or one instrument, and so to data.
fn words_of_law() -> BTreeSet<String> {
    let pack = pack();
    let mut words: BTreeSet<String> =
        ["china", "chinese", "miit", "beijing", "shanghai", "trojan", "botnet", "cncert", "nis2"]
            .map(str::to_owned)
            .into();
    words.extend(pack.roles().iter().map(|role| role.id.to_string()));
    words.extend(pack.sets().iter().map(|set| set.id.clone()));
    words.extend(pack.triggers().iter().map(|trigger| trigger.id.clone()));
    words.extend(pack.grades().iter().map(|grade| grade.id.to_string()));
    words.extend(pack.duties().iter().map(|duty| duty.id.to_string()));
    words.extend(pack.inputs().iter().map(|input| input.name.clone()));
    let wider = reporting();
    words.extend(wider.roles().iter().map(|role| role.id.to_string()));
    words.extend(wider.duties().iter().map(|duty| duty.id.to_string()));
    let scales = wider.grades().iter().chain(wider.warnings());
    words.extend(scales.map(|grade| grade.id.to_string()));
    words.extend(wider.items().iter().flat_map(|group| &group.items).map(|item| item.code.clone()));
    words
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                sources(&path, found);
            }
        } else if !["tests.rs", "testing.rs"].iter().any(|name| path.ends_with(name)) {
            found.push(path);
        }
    }
}

#[test]
fn the_code_has_never_heard_of_a_country_a_role_a_grade_or_a_duty() {
    let words = words_of_law();
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() >= 15);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (line, words_of_line) in text.lines().enumerate() {
            let found = words_of_line
                .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.')
                .find(|word| {
                    words.contains(word.trim_matches('.')) || words.contains(&word.to_lowercase())
                });
            assert_eq!(found, None, "{}:{}", file.display(), line + 1);
            // Descriptions are in two languages: theirs are words of either, and still none of the law.
            let told = file.components().any(|part| part.as_os_str() == "describe");
            let is_plain = told || line_is_ascii_but_for_signs(words_of_line);
            assert!(is_plain, "{}:{}", file.display(), line + 1);
        }
    }
}

/// No word of a script other than Latin.
fn line_is_ascii_but_for_signs(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii() || !c.is_alphabetic())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_damaged_pack_is_refused_or_read_but_never_a_panic(
        at in 0_usize..PACK.len(),
        length in 0_usize..200,
        instead in "[a-z0-9\"\\[\\]{}=,. \n]{0,12}",
    ) {
        let cut = |mut at: usize| {
            while !PACK.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (from, to) = (cut(at), cut((at + length).min(PACK.len())));
        let damaged = format!("{}{instead}{}", &PACK[..from], &PACK[to..]);
        drop(Pack::parse(&damaged, "damaged.toml").map(|pack| pack.prove(&calendar())));
    }
}

#[test]
fn what_is_kept_is_kept_for_a_number() {
    refused(
        "keep = \"60 days\"",
        "keep = \"no time stated\"",
        expect![
            "pack.toml:153: duty.S2.keep: `no time stated` is no number; say how long: such as `60 days`"
        ],
    );
}
