//! Killed in the middle: whatever the instruction, what was stored is finished, and nothing counts twice.

use std::io::Read;
use std::process::Stdio;

use crate::bench::{Bench, sinkhole};

#[test]
fn an_ingest_killed_at_any_moment_is_finished_later_with_the_same_result() {
    let bench = Bench::new();
    let report = sinkhole("paper moth", "2026-11-20 03:00:00", 1, 60_001);
    let file = bench.file("moth.csv", &report);
    let args = ["ingest", "--feed", "shadowserver/event4_sinkhole", &file, "-vv"];
    // Each run is killed a little later in its own log, until one gets through to its end.
    let mut runs = 0;
    for lines in 1.. {
        let mut child =
            bench.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = child.stderr.take().unwrap();
        let has_ended = read_lines(&mut log, lines * 2);
        child.kill().unwrap();
        child.wait().unwrap();
        runs += 1;
        if has_ended {
            break;
        }
    }
    assert!(runs > 1, "the log is too short to be killed in");
    bench.ok(&["ingest", "--unfinished"]);
    let found = bench.json(&["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
    assert_eq!(found["deliveries"][0]["already"], true);
    let incidents = bench.json(&["incidents"]);
    assert_eq!(incidents["rows"].as_array().unwrap().len(), 1);
    assert_eq!(incidents["rows"][0]["size"], 60_000);
    let notices = bench.json(&["notices"]);
    assert_eq!(notices["rows"].as_array().unwrap().len(), 1);
    assert_eq!(notices["rows"][0]["items"], 60_000);
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
