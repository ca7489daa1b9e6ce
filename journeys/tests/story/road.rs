//! The whole road: a feed comes in, an incident is graded, obligations run, notices are drafted; the
//! threat grows past a threshold; nothing is counted twice; and the journal proves it.

use serde_json::Value;

use crate::bench::{Bench, sinkhole};

const SEEN: &str = "2026-11-20 03:00:00";

fn ingest(bench: &Bench, name: &str, report: &str) -> Value {
    let file = bench.file(name, report);
    bench.json(&["ingest", "--feed", "shadowserver/event4_sinkhole", &file])
}

/// The obligations of a duty, in any state.
fn owed<'a>(incident: &'a Value, duty: &str) -> Vec<&'a Value> {
    let all = incident["obligations"].as_array().unwrap();
    all.iter().filter(|obligation| obligation["duty"] == duty).collect()
}

#[test]
fn exactly_a_hundred_thousand_is_general_and_one_more_is_not() {
    let bench = Bench::new();
    let first = ingest(&bench, "first.csv", &sinkhole("Night Reed", SEEN, 1, 100_001));
    assert_eq!(first["deliveries"][0]["counts"]["new"], 100_000);
    assert_eq!(first["changes"][0]["to"], "g4");
    let number = first["changes"][0]["incident"].as_str().unwrap().to_owned();

    let before = bench.json(&["incident", &number]);
    assert_eq!(before["row"]["size"], 100_000);
    assert_eq!(
        owed(&before, "M6").len(),
        1,
        "the coordinator owes the notice within five working days"
    );
    assert_eq!(owed(&before, "M3a").len(), 0);

    let second = ingest(&bench, "second.csv", &sinkhole("night reed", SEEN, 100_001, 100_002));
    assert_eq!(second["changes"][0]["from"], "g4");
    assert_eq!(second["changes"][0]["to"], "g3");
    let after = bench.json(&["incident", &number]);
    assert_eq!(owed(&after, "M6")[0]["state"]["state"], "superseded");
    let report = &owed(&after, "M3a")[0]["state"];
    assert_eq!(report["state"], "running");
    let explanation = report["explanation"]["en"].as_str().unwrap();
    assert!(explanation.contains("8(3)") && explanation.contains("2 hours"), "{explanation}");
    assert_eq!(after["assessments"].as_array().unwrap().len(), 2, "the first assessment is kept");
    bench.ok(&["journal", "verify"]);
}

#[test]
fn each_recipient_is_told_of_its_own_addresses_only() {
    let bench = Bench::new();
    // 10.0.0.0/12 is held by one operator, 10.16.0.0/12 by the next.
    let mut report = sinkhole("grey heron", SEEN, 1, 401);
    let other = sinkhole("grey heron", SEEN, 0x10_0001, 0x10_0065);
    report.push_str(other.split_once('\n').unwrap().1);
    ingest(&bench, "heron.csv", &report);

    let notices = bench.json(&["notices"]);
    let notices = notices["rows"].as_array().unwrap();
    let items = |handle: &str| {
        let notice = notices.iter().find(|n| n["recipient"]["handle"] == handle).unwrap();
        let number = notice["number"].as_str().unwrap();
        let list = bench.ok(&["notice", number, "--csv"]);
        (notice["items"].as_u64().unwrap(), list)
    };
    assert_eq!(notices.len(), 2);
    let (first, list) = items("changfeng");
    assert_eq!((first, list.lines().count()), (400, 401));
    assert!(list.contains("10.0.0.1,4000") && !list.contains("10.16."));
    let (second, list) = items("yunhe");
    assert_eq!(second, 100);
    assert!(list.lines().skip(1).all(|line| line.starts_with("10.16.")));
}

#[test]
fn a_delivery_counts_once_however_often_and_however_packed_it_comes() {
    let bench = Bench::new();
    let report = sinkhole("cold ferry", SEEN, 1, 301);
    ingest(&bench, "once.csv", &report);
    let again = ingest(&bench, "twice.csv", &report);
    assert_eq!(again["deliveries"][0]["already"], true);
    assert_eq!(again["changes"].as_array().unwrap().len(), 0, "nothing changes");
    assert_eq!(bench.json(&["deliveries"])["rows"].as_array().unwrap().len(), 1);

    // The same addresses in another delivery: seen again, and not counted again.
    let longer = sinkhole("cold ferry", "2026-11-20 03:30:00", 1, 301);
    let more = ingest(&bench, "later.csv", &longer);
    assert_eq!(more["deliveries"][0]["counts"]["new"], 0);
    let found = bench.json(&["sightings", "--ip", "10.0.0.7"]);
    assert_eq!(found["rows"].as_array().unwrap().len(), 1);
    assert_eq!(found["rows"][0]["sightings"], 2);
    assert_eq!(found["rows"][0]["last_seen"], "2026-11-20T03:30:00Z");
}

#[test]
fn an_address_that_changed_hands_is_judged_by_the_day_it_was_seen() {
    let bench = Bench::new();
    let holder = |at: &str| {
        let found = bench.json(&["atlas", "lookup", "10.18.3.4", "--at", at]);
        found["holding"]["organisation"].as_str().map(str::to_owned)
    };
    assert_eq!(holder("2026-05-31T23:59:59Z").as_deref(), Some("tianma"));
    assert_eq!(holder("2026-06-01T00:00:00Z").as_deref(), Some("hexi"));
    assert_eq!(holder("2019-12-31T00:00:00Z"), None, "before the register begins nobody is known");
}

#[test]
fn a_domain_goes_to_whoever_answers_for_it() {
    let bench = Bench::new();
    let responsible = |domain: &str| {
        bench.json(&["atlas", "lookup", domain])["responsible"].as_str().map(str::to_owned)
    };
    assert_eq!(responsible("relay-1.zy.example").as_deref(), Some("name-office"));
    assert_eq!(responsible("www.quick-relay.com.example").as_deref(), Some("xingqiao"));
    assert_eq!(responsible("far-beacon.com.example"), None);
}

#[test]
fn the_law_answers_without_a_desk() {
    let bench = Bench::new();
    let grade = bench.json(&[
        "regime",
        "grade",
        "cn.miit.2009-157",
        "max_single_ips=1000000",
        "total_ips=1000000",
    ]);
    assert_eq!(grade["grade"], "g2", "exactly a million is not more than a million");
    let due = bench.json(&[
        "regime",
        "deadline",
        "cn.miit.2009-157",
        "M2b",
        "--grade",
        "g4",
        "--start",
        "2025-09-29T10:00:00+08:00",
    ]);
    assert_eq!(due["due"], "2025-10-13T16:00:00Z");
    assert_eq!(due["last_day"], "2025-10-13");
    let into_2027 =
        ["regime", "deadline", "cn.miit.2009-157", "M6", "--start", "2026-12-25T10:00:00+08:00"];
    let said = bench.ends(1, &into_2027);
    assert!(said.contains("2027"), "a missing year is an error that names it: {said}");
    let guessed = [&into_2027[..], &["--calendar", "cn+cn-2027-provisional"]].concat();
    assert_eq!(bench.json(&guessed)["provisional"], true);
}
