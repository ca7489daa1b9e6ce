//! Killed in the middle: whatever the instruction, what was stored is finished by `--unfinished` alone, as
//! if nothing had happened, and nothing counts twice.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::bench::{Bench, sinkhole};

const ROWS: u32 = 20_000;

fn report(bench: &Bench) -> String {
    bench.file("moth.csv", sinkhole("paper moth", "2026-11-20 03:00:00", 1, ROWS + 1))
}

fn arguments(file: &str) -> [&str; 7] {
    ["ingest", "--feed", "shadowserver/event4_sinkhole", "--finder", "changfeng", file, "-vv"]
}

/// What came of it: the incident, its finder, what is owed by whom, and what each is told.
fn outcome(bench: &Bench) -> Value {
    let incidents = bench.json(&["incidents"]);
    let numbers = incidents["rows"].as_array().unwrap();
    assert_eq!(numbers.len(), 1, "{incidents}");
    let incident = bench.json(&["incident", numbers[0]["number"].as_str().unwrap()]);
    let owed = incident["obligations"].as_array().unwrap().iter();
    let owed: Vec<Value> = owed
        .map(|o| serde_json::json!([o["duty"], o["debtor"]["handle"], o["state"]["state"]]))
        .collect();
    let notices = incident["notices"].as_array().unwrap().iter();
    let notices: Vec<Value> =
        notices.map(|n| serde_json::json!([n["recipient"]["handle"], n["items"]])).collect();
    serde_json::json!({
        "size": incident["row"]["size"], "finder": incident["finder"]["handle"],
        "owed": owed, "notices": notices,
    })
}

#[test]
fn an_ingest_killed_at_any_moment_is_finished_later_with_the_same_result() {
    let undisturbed = Bench::new();
    undisturbed.ok(&arguments(&report(&undisturbed)));
    let wanted = outcome(&undisturbed);
    assert_eq!((&wanted["size"], &wanted["finder"]), (&ROWS.into(), &"changfeng".into()));

    let mut killed_in_the_middle = 0;
    for lines in (1..).step_by(3) {
        let bench = Bench::new();
        let file = report(&bench);
        let mut child = bench
            .command(&arguments(&file))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = child.stderr.take().unwrap();
        let has_ended = read_lines(&mut log, lines);
        child.kill().unwrap();
        child.wait().unwrap();
        bench.ok(&["ingest", "--unfinished"]);
        bench.ok(&["journal", "verify"]);
        let is_stored = !bench.json(&["deliveries"])["rows"].as_array().unwrap().is_empty();
        if is_stored {
            assert_eq!(outcome(&bench), wanted, "killed after {lines} lines of its log");
        }
        if has_ended {
            break;
        }
        killed_in_the_middle += 1;
    }
    assert!(killed_in_the_middle > 1, "the log is too short to be killed in");
}

#[test]
fn what_was_counted_and_never_assessed_keeps_its_finder() {
    let undisturbed = Bench::new();
    undisturbed.ok(&arguments(&report(&undisturbed)));
    let bench = Bench::new();
    let file = report(&bench);
    bench.ok(&[&arguments(&file)[..], &["--count-only"]].concat());
    assert!(bench.json(&["incidents"])["rows"].as_array().unwrap().is_empty());
    bench.ok(&["ingest", "--unfinished"]);
    assert_eq!(outcome(&bench), outcome(&undisturbed));
    let again = bench.json(&["ingest", "--unfinished"]);
    assert!(again["deliveries"].as_array().unwrap().is_empty(), "there is nothing left to do");
}

#[test]
fn two_that_ingest_at_once_do_not_lose_or_double_anything() {
    let bench = Bench::new();
    let first = bench.file("a.csv", sinkhole("paper moth", "2026-11-20 03:00:00", 1, 3_001));
    let second = bench.file("b.csv", sinkhole("paper moth", "2026-11-20 04:00:00", 2_001, 5_001));
    let start = |file: &str| {
        let args = ["ingest", "--feed", "shadowserver/event4_sinkhole", file];
        bench.command(&args).stdout(Stdio::null()).spawn().unwrap()
    };
    let mut running = [start(&first), start(&second), start(&first)];
    for child in &mut running {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(outcome(&bench)["size"], 5_000);
    let found = bench.json(&["sightings", "--ip", "10.0.8.152"]);
    assert_eq!(found["rows"][0]["sightings"], 2, "10.0.8.152 is the 2,200th: it was seen by both");
    bench.ok(&["journal", "verify"]);
}

/// Reads so many lines; whether the stream ended before.
fn read_lines(stream: &mut impl Read, count: usize) -> bool {
    let mut seen = 0;
    let mut byte = [0];
    while seen < count {
        match stream.read(&mut byte) {
            Ok(0) | Err(_) => return true,
            Ok(_) if byte[0] == b'\n' => seen += 1,
            Ok(_) => {}
        }
    }
    false
}
