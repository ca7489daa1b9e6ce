//! Claims about what changes for whom.

use super::*;
use crate::regime::Choices;
use crate::testing::{PACK, pack};

/// The changes from the real pack to the same with one text replaced by another.
fn changed(from: &str, to: &str) -> Vec<String> {
    let text = PACK.replace(from, to);
    assert!(text != PACK, "{from}");
    // Cases are about what the pack says now.
    let text = text.split("\n[[test]]").next().unwrap().to_owned() + &cases(&text);
    let new = Pack::parse(&text, "draft.toml").unwrap_or_else(|findings| panic!("{findings}"));
    let tell = |change: &Change| {
        let role = change.role.as_deref().unwrap_or("all");
        format!(
            "{role}: {} {}: {}",
            change.about,
            change.direction.words(Language::En),
            change.words
        )
    };
    diff(&pack(), &new, Language::En).iter().map(tell).collect()
}

/// The cases of a pack that still hold.
fn cases(text: &str) -> String {
    let (_, cases) = text.split_once("\n[[test]]").unwrap();
    format!("\n[[test]]{cases}")
}

#[test]
fn the_same_pack_differs_in_nothing() {
    assert_eq!(diff(&pack(), &pack(), Language::En), []);
}

#[test]
fn a_number_where_there_was_a_word_is_merely_different() {
    let old = r#"within = "promptly", target = "2 hours", form = "event_notice" }"#;
    let new = r#"within = "6 working days", form = "event_notice" }"#;
    let text = PACK.replace(old, new).replace("duty   = [\"M3b\", ", "duty   = [");
    let text = format!(
        "{text}\n[[test]]\nduty = \"M3b\"\nstart = 2025-09-29T10:00:00+08:00\nexpect = 2025-10-15T00:00:00+08:00\n"
    );
    let new = Pack::parse(&text, "draft.toml").unwrap_or_else(|findings| panic!("{findings}"));
    let changes = diff(&pack(), &new, Language::En);
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[1].words, "target: from “within 2 hours” to “—”");
    assert_eq!(changes[0].direction, Direction::Different);
    assert_eq!(changes[0].role.as_deref(), Some("CNCERT"));
    assert_eq!(changes[0].words, "time allowed: from “promptly” to “within 6 working days”");
}

#[test]
fn a_recipient_more_is_tighter_and_told_to_each_debtor() {
    let changes = changed(
        r#"on = "item.unresolved_vip", to = ["tsb"]"#,
        r#"on = "item.unresolved_vip", to = ["tsb", "miit"]"#,
    );
    assert_eq!(changes.len(), 3);
    assert!(
        changes[0].ends_with(
            "H4a tighter: goes to Ministry of Industry and Information Technology as well"
        )
    );
}

#[test]
fn another_reading_is_told_to_all() {
    let chosen = |option| Choices::parse([option]).unwrap();
    let new = Pack::parse_with(PACK, "pack.toml", &chosen("R4=both")).unwrap();
    let changes = diff(&pack(), &new, Language::En);
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].about.as_str(), &changes[0].role), ("R4", &None));
    assert!(changes[0].words.contains("from “size: "), "{}", changes[0].words);
}

#[test]
fn whatever_the_law_changes_is_told() {
    let told = |from: &str, to: &str, wanted: &str| {
        let changes = changed(from, to);
        assert!(changes.iter().any(|change| change.contains(wanted)), "{wanted}: {changes:#?}");
    };
    told(r#", or_by = "cncert""#, "", "M5 different: may also be done by");
    told("one_is_enough = true, ", "", "H4b different: one of them is enough: from “yes” to “no”");
    told(
        r#"emits = ["cncert.aware", "tsb.report_received"]"#,
        r#"emits = ["cncert.aware"]"#,
        "M2a different: brings about",
    );
    told(r#"see = "cn.miit.2009-156#N4""#, r#"see = "cn.miit.2009-156#N5""#, "H5b different: see");
    told(r#"target = "2 hours""#, r#"target = "3 hours""#, "M3b different: target");
    told(
        r#"at = "decision recorded", by = "tsb""#,
        r#"at = "decision recorded", by = "cncert""#,
        "tsb.decided different: trigger, by: from “tsb” to “cncert”",
    );
    told(r#"window = "24 hours""#, r#"window = "48 hours""#, "input, window in hours");
    told(
        r#"otherwise = "other", means"#,
        r#"otherwise = "carrier", means"#,
        "detected_by different: input, takes",
    );
    told("medium = \"written", "medium = \"typed", "medium of a filing");
    told("urgent = \"telephone first, form afterwards\"\n", "", "telephone first when urgent");
    told(r#"needs = ["document", "from"]"#, r#"needs = ["from"]"#, "rules, needs");
    told(r#"by = ["miit", "tsb"], may"#, r#"by = ["miit"], may"#, "rules, by");
    told(r#"may = "replace within, to, cc""#, r#"may = "replace within""#, "rules, may");
    told(
        r#"roles = ["registry", "registrar"], whose"#,
        r#"roles = ["registry"], whose"#,
        "domain_handler different: set, roles",
    );
    told(
        r#"roles = ["noncomm"], whose = "address or domain is in the incident""#,
        r#"roles = ["noncomm"], whose = "role it is, whatever the incident""#,
        "noncomm_involved different: set, whose",
    );
    told(
        r#"classification = ["infected-system", "c2-server"]"#,
        r#"classification = ["c2-server"]"#,
        "what falls under it",
    );
}

#[test]
fn what_stands_at_the_head_is_told() {
    let told = |from: &str, to: &str, wanted: &str| {
        let changes = changed(from, to);
        assert!(changes.iter().any(|change| change.contains(wanted)), "{wanted}: {changes:#?}");
    };
    told("en   = \"Trojan and botnet monitoring", "en   = \"Botnet monitoring", "title: from");
    told("one form) were not at hand", "one form) are here", "source: from");
    told("repealed   = 2018-01-01", "repealed   = 2019-01-01", "repealed on: from “2018-01-01”");
    told("in_force   = 2009-06-01", "in_force   = 2009-07-01", "in force from: from “2009-06-01”");
    told("= \"工信部保[2009]157号\"\n", "= \"工信部保[2010]1号\"\n", "instrument: from");
    told("\n[applies]\n", "\n[applies]\nopens = \"officer\"\n", "opened by: from “the engine” to");
    told(
        "calendar   = \"cn\"\n",
        "calendar   = \"cn\"\nconfidence = \"medium\"\n",
        "confidence: from",
    );
    told(
        "calendar   = \"cn\"\n",
        "calendar   = \"cn\"\nnote.zh = \"注意\"\nnote.en = \"mind\"\n",
        "note: from",
    );
}

#[test]
fn what_no_words_describe_is_told_as_that() {
    let lines: Vec<&str> = PACK.lines().collect();
    let place = |duty: &str| lines.iter().position(|line| line.starts_with(duty)).unwrap();
    let mut swapped = lines.clone();
    swapped.swap(place("M5 "), place("M6 "));
    let new = Pack::parse(&swapped.join("\n"), "draft.toml").unwrap();
    let changes = diff(&pack(), &new, Language::En);
    assert_eq!(changes.len(), 1);
    assert_eq!(
        changes[0].words,
        "something changes that these words do not describe: compare the two files"
    );
}

#[test]
fn what_a_layer_adds_is_told_to_its_debtors() {
    let layer = include_str!("../../../../../regimes/layers/example-province.toml");
    let base = pack();
    let layer = crate::regime::Layer::parse(layer, "north.toml", &base).unwrap();
    let at = crate::testing::at("2012-06-11T09:30:00+08:00");
    let laid = base.layered(&[&layer], at, layer.province());
    let changes = diff(&base, &laid, Language::En);
    assert!(changes.iter().any(|one| one.about == "XN1" && one.direction == Direction::Added));
    assert!(!changes.iter().any(|one| one.direction == Direction::Looser), "{changes:?}");
}

#[test]
fn a_change_is_told_in_chinese_too() {
    let text = PACK.replace("one_is_enough = true, ", "");
    let new = Pack::parse(&text, "draft.toml").unwrap_or_else(|findings| panic!("{findings}"));
    let changes = diff(&pack(), &new, Language::Zh);
    assert_eq!(changes[0].words, "一方履行即可由“是”改为“否”");
}
