//! What an officer opens by facts that no sighting shows, and two real regimes on one matter.

use serde_json::Value;

use crate::bench::{Bench, sinkhole};

const SEEN: &str = "2026-11-20 03:00:00";
const KNOWN: &str = "2026-11-20T12:00:00+08:00";

/// A desk under the mechanism for botnets and the reporting measures.
fn desk() -> Bench {
    Bench::under(&[
        "--regime",
        "cn.miit.2009-157",
        "--regime",
        "cn.miit.2009-156",
        "--regardless-of-dates",
    ])
}

fn open<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let head = ["act", "open", "--pack", "cn.miit.2009-156", "--known-at", KNOWN];
    [&head[..], more, &["--evidence", "call 12"]].concat()
}

fn duties(all: &Value) -> Vec<&str> {
    all.as_array().unwrap().iter().map(|one| one["terms"]["duty"].as_str().unwrap()).collect()
}

#[test]
fn an_event_that_no_sighting_shows_is_opened_graded_and_shown() {
    let bench = desk();
    let facts = ["--fact", "dns_hit=large resolver", "--others", "absent", "--province", "ZY-02"];
    let opened = bench.json(&open(&[&["--matter", "Donghai resolver"][..], &facts].concat()));
    assert_eq!(opened["grade"], "e2", "{opened}");
    assert!(duties(&opened["owed"]).contains(&"E1"), "{opened}");
    let number = opened["incident"].as_str().unwrap();
    let shown = bench.ok(&["incident", number]);
    assert!(shown.contains("donghai-resolver") && shown.contains("nothing measured"), "{shown}");
    assert!(shown.contains("by what an officer told of 2026-11-20 04:00:00 UTC"), "{shown}");
    assert!(shown.contains("dns_hit=large resolver"), "{shown}");
    assert_eq!(opened["owed"][0]["to"], serde_json::json!(["bureau", "admin-donghai"]));
    let facts = ["act", "facts", number, "--fact", "leaked_users=100000000"];
    let learned = bench.ok(&[&facts[..], &["--evidence", "report 3"]].concat());
    assert!(learned.contains("was e2 and is e1"), "{learned}");
    let journal = bench.ok(&["journal", "show", "--json"]);
    assert!(journal.contains("incident.opened") && journal.contains("report 3"), "{journal}");
    bench.ok(&["journal", "verify"]);
}

#[test]
fn a_fact_that_the_pack_does_not_know_is_refused_with_those_that_it_knows() {
    let bench = desk();
    let told = |facts: &[&str]| bench.ends(1, &open(&[&["--matter", "x"][..], facts].concat()));
    let unknown = told(&["--fact", "users=3"]);
    assert!(unknown.contains("`users` is no input of this pack: use one of"), "{unknown}");
    assert!(unknown.contains("leaked_users"), "{unknown}");
    let wrong = told(&["--fact", "leaked_users=many"]);
    assert!(wrong.contains("it wants a whole number, 0 or more"), "{wrong}");
    let none = told(&[]);
    assert!(
        none.contains("say at least one of") && none.contains("outage_scope (one of"),
        "{none}"
    );
    assert!(bench.json(&["incidents"])["rows"].as_array().unwrap().is_empty());
}

#[test]
fn a_second_regime_joins_a_measured_incident_and_the_earlier_time_governs() {
    let bench = desk();
    let file = bench.file("reed.csv", sinkhole("night reed", SEEN, 1, 51));
    let seen = bench.json(&["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
    assert_eq!(seen["changes"].as_array().unwrap().len(), 1, "{seen}");
    let number = seen["changes"][0]["incident"].as_str().unwrap();
    let ruling = ["--grade", "g2", "--because", "a ministry is hit", "--document", "letter 3"];
    bench.json(&[&["act", "regrade", number][..], &ruling].concat());
    let facts = ["--fact", "site_hit=nation-wide influence", "--others", "absent"];
    let opened = bench.json(&open(&[&["--with", number][..], &facts].concat()));
    assert_eq!((&opened["matter"], &opened["grade"]), (&"night-reed".into(), &"e2".into()));
    let mine = bench.json(&["obligations", "--show", "ours"]);
    let rows = mine["rows"].as_array().unwrap();
    let row = |duty: &str| rows.iter().find(|row| row["duty"] == duty).unwrap();
    let (reporting, mechanism) = (row("E1"), row("M3a"));
    assert_eq!(reporting["state"]["due"], "2026-11-20T06:00:00Z");
    assert_eq!(mechanism["governed_by"][0]["duty"], "E1", "{mechanism}");
    assert_eq!(mechanism["governed_by"][0]["recipient"], "bureau");
    assert_eq!(bench.json(&["incidents", "--rank", "2"])["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn the_texts_that_a_desk_decides_by_are_given_back() {
    let bench = desk();
    let kept = bench.json(&["regime", "applied"]);
    assert_eq!(kept.as_array().unwrap().len(), 3, "two packs and a grading pack");
    let text = bench.ok(&["regime", "applied", "cn.miit.2009-157", "--text"]);
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../regimes/cn-miit-2009-157.toml");
    assert_eq!(text.trim_end(), std::fs::read_to_string(own).unwrap().trim_end());
    let none = bench.ends(1, &["regime", "applied", "eu.dora"]);
    assert!(none.contains("has decided nothing by `eu.dora`"), "{none}");
}

#[test]
fn packs_and_layers_of_the_data_directory_are_at_hand() {
    let bench = desk();
    let regimes = concat!(env!("CARGO_MANIFEST_DIR"), "/../regimes");
    let pack = std::fs::read_to_string(format!("{regimes}/cn-miit-2009-157.toml")).unwrap();
    let own = bench.data().join("regimes");
    std::fs::create_dir_all(own.join("layers")).unwrap();
    let draft = pack.replace("pack       = \"1.0.0\"", "pack       = \"1.1.0\"");
    std::fs::write(own.join("draft.toml"), draft).unwrap();
    let layer = format!("{regimes}/layers/example-province.toml");
    std::fs::copy(&layer, own.join("layers/north.toml")).unwrap();
    let listed = bench.json(&["regime", "list"]);
    let own = listed.as_array().unwrap().iter().filter(|one| one["id"] == "cn.miit.2009-157");
    let versions: Vec<&str> = own.map(|one| one["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["1.1.0"], "it stands in for the built-in one");
    let laid = "cn.miit.2009-157+example.province-north";
    let shown = bench.ok(&["regime", "show", laid]);
    assert!(shown.contains("1.1.0+example.province-north@1.0.0"), "{shown}");
    let told = bench.ends(3, &["regime", "diff", "cn.miit.2009-157", laid]);
    assert!(told.contains("XN1 added"), "{told}");
    let unknown = bench.ends(1, &["regime", "show", "cn.miit.2009-157+example.nowhere"]);
    assert!(unknown.contains("it has example.province-north"), "{unknown}");
    let checked = bench.ok(&["regime", "check", &layer]);
    assert!(checked.contains("one without a province owes what"), "{checked}");
}

#[test]
fn the_terminal_s_own_language_is_spoken() {
    let bench = desk();
    let shown = |locale: &str| {
        let mut command = bench.command(&["regime", "show", "eu.nis2"]);
        String::from_utf8(command.env("LC_ALL", locale).output().unwrap().stdout).unwrap()
    };
    assert!(shown("zh_CN.UTF-8").contains("“知悉”指知悉什么？"));
    assert!(shown("C").contains("aware of what?"));
    let wrong = bench.ends(2, &["regime", "show", "x", "--la\u{1b}[31mng"]);
    assert!(!wrong.contains('\u{1b}'), "{wrong:?}");
}
