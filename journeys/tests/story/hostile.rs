//! Bad input: every refusal says what is wrong, where, and what to do; nothing stalls or falls over.

use crate::bench::{Bench, SINKHOLE_HEADER, sinkhole};

#[test]
fn bad_rows_go_to_quarantine_with_their_line_and_the_good_ones_count() {
    let bench = Bench::new();
    let mut report = sinkhole("tin whistle", "2026-11-20 03:00:00", 1, 4);
    report.push_str("2026-11-20 03:00:00,tcp,10.0.0.999,4000,192.0.2.10,80,tin whistle\n");
    report.push_str("yesterday,tcp,10.0.0.9,4000,192.0.2.10,80,tin whistle\n");
    report.push_str("2026-11-20 03:00:00,tcp,\"10.0.0.9,4000,192.0.2.10,80,tin whistle\n");
    report.push_str("2026-11-20 03:00:00,tcp,10.0.0.200,4000,192.0.2.10,80,tin whistle\n");
    let file = bench.file("mixed.csv", &report);
    let said =
        bench.ends(3, &["ingest", "--feed", "shadowserver/event4_sinkhole", &file, "--json"]);
    let outcome: serde_json::Value =
        serde_json::from_str(said.split_once("\n\n").map_or(&said, |p| p.0)).unwrap();
    assert_eq!(outcome["deliveries"][0]["counts"]["sightings"], 4);
    assert_eq!(outcome["deliveries"][0]["counts"]["quarantined"], 3);
    let id = outcome["deliveries"][0]["delivery"].as_str().unwrap();
    let shown = bench.json(&["deliveries", id]);
    let lines: Vec<u64> = shown["quarantined"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [5, 6, 7]);
    assert!(shown["quarantined"][0]["reason"].as_str().unwrap().contains("10.0.0.999"));
}

#[test]
fn a_missing_mandatory_column_is_named_and_the_delivery_kept() {
    let bench = Bench::new();
    let file = bench.file("short.csv", "timestamp,protocol,infection\n2026-11-20 03:00:00,tcp,x\n");
    let said = bench.ends(1, &["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
    assert!(said.contains("src_ip") && said.contains("event4_sinkhole"), "{said}");
    let deliveries = bench.json(&["deliveries"]);
    assert_eq!(deliveries["rows"][0]["state"], "refused");
    assert!(deliveries["rows"][0]["reason"].as_str().unwrap().contains("src_ip"));
}

#[test]
fn a_refused_delivery_is_replayed_with_the_mapping_that_fits() {
    let bench = Bench::new();
    let file = bench.file("own.csv", "time,ip,threat\n2026-11-20T03:00:00Z,10.0.0.1,night reed\n");
    bench.ends(1, &["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
    let outcome = bench.json(&["ingest", "--feed", "generic/csv", &file]);
    assert_eq!(outcome["deliveries"][0]["counts"]["sightings"], 1);
    let deliveries = bench.json(&["deliveries"]);
    assert_eq!(deliveries["rows"].as_array().unwrap().len(), 1);
    assert_eq!(deliveries["rows"][0]["mapping"], "generic/csv");
}

#[test]
fn columns_are_found_by_their_names_and_unknown_ones_are_kept() {
    let bench = Bench::new();
    let report =
        "infection,mood,src_ip,timestamp,src_port\nmirai,gloomy,10.0.0.5,2026-11-20 03:00:00,23\n";
    let file = bench.file("odd.csv", report);
    let event = bench.ok(&[
        "feeds",
        "parse",
        "--feed",
        "shadowserver/event4_sinkhole",
        &file,
        "--as",
        "intelmq",
    ]);
    let event: serde_json::Value = serde_json::from_str(event.trim()).unwrap();
    assert_eq!(event["source.ip"], "10.0.0.5");
    assert_eq!(event["source.port"], 23);
    assert_eq!(event["malware.name"], "mirai");
    assert_eq!(event["extra.mood"], "gloomy");
    assert_eq!(event["time.source"], "2026-11-20T03:00:00+00:00");
}

#[test]
fn a_torn_archive_is_refused_and_leaves_nothing() {
    let bench = Bench::new();
    let file = bench.file("torn.csv.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]);
    let said = bench.ends(1, &["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
    assert!(said.contains("unpacked"), "{said}");
    assert_eq!(bench.json(&["deliveries"])["rows"].as_array().unwrap().len(), 0);
}

#[test]
fn an_unknown_feed_name_or_file_is_answered_with_what_to_do() {
    let bench = Bench::new();
    let file = bench.file("report.csv", SINKHOLE_HEADER);
    let said = bench.ends(1, &["ingest", "--feed", "shadowserver", &file]);
    assert!(said.contains("hint:") && said.contains("report.csv"), "{said}");
    let said = bench.ends(1, &["ingest", "--feed", "nobody/nothing", &file]);
    assert!(said.contains("nobody/nothing") && said.contains("feeds list"), "{said}");
    bench.ends(1, &["ingest", "--feed", "shadowserver/event4_sinkhole", "/nowhere/at/all.csv"]);
}

#[test]
fn the_desk_will_not_listen_to_the_world() {
    let bench = Bench::new();
    let said = bench.ends(1, &["serve", "--listen", "0.0.0.0:0"]);
    assert!(said.contains("loopback") && said.contains("signs in"), "{said}");
}

#[test]
fn a_demonstration_never_replaces_anybodys_data() {
    let bench = Bench::new();
    let data = bench.data().to_string_lossy().into_owned();
    let said = bench.ends(1, &["demo", "--data", &data, "--no-serve"]);
    assert!(said.contains("nothing was touched"), "{said}");
    bench.ok(&["journal", "verify"]);
}

#[test]
fn a_broken_pack_is_answered_finding_by_finding() {
    let bench = Bench::new();
    let file = bench.file("broken.toml", "schema = \"regime/1\"\n[regime]\nid = \"x\"\n");
    let said = bench.ends(3, &["regime", "check", &file]);
    assert!(said.contains("broken.toml") && said.lines().count() > 1, "{said}");
}
