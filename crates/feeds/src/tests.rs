//! Deliveries in, sightings and quarantine out: fixtures, stories, and properties of any input.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect, expect_file};
use flate2::write::GzEncoder;
use model::details::{Details, rendered};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

mod foreign;
mod properties;

const SINKHOLE: &str = "timestamp,src_ip,src_port,infection,dst_ip,http_agent\n";

/// Everything a delivery came to.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    rows: Vec<Value>,
    quarantined: Vec<(u64, String, String)>,
    error: String,
    records: u64,
}

fn sinkhole() -> &'static Mapping {
    Catalogue::builtin().get("shadowserver/event4_sinkhole").unwrap()
}

fn read(input: impl Read, mapping: &Mapping, limits: &Limits) -> Outcome {
    let mut outcome = Outcome::default();
    let mut reader = match open(input, mapping, limits) {
        Ok(reader) => reader,
        Err(error) => {
            return Outcome { error: error.to_string(), ..outcome };
        }
    };
    loop {
        match reader.next_block() {
            Ok(Some(block)) => outcome.take(&block),
            Ok(None) => break,
            Err(error) => {
                outcome.error = error.to_string();
                assert!(reader.next_block().unwrap().is_none(), "after an error there is nothing");
                break;
            }
        }
    }
    outcome.records = reader.records();
    outcome
}

impl Outcome {
    fn take(&mut self, block: &Block) {
        let mut details = String::new();
        for row in 0..block.sightings.len() {
            block.details(row, &mut details);
            let mut told = Details::default();
            block.tell(&[u32::try_from(row).unwrap()], &mut told);
            assert_eq!(rendered(told.forms.get(0), told.texts.get(0)), details);
            let said: Value = match details.as_str() {
                "" => Value::Null,
                text => serde_json::from_str(text).unwrap(),
            };
            let sighting = block.sightings.row(row).unwrap();
            self.rows.push(json!({
                "line": sighting.line,
                "threat": sighting.threat,
                "subject": [sighting.ip.to_string(), sighting.domain, sighting.url],
                "destination_domain": sighting.destination_domain,
                "details": said,
                "event": block.event(row),
            }));
        }
        let refused = block.quarantined.iter();
        self.quarantined.extend(refused.map(|row| (row.line, row.reason.clone(), row.raw.clone())));
    }
}

/// Reads a sinkhole report and shows who was seen with what, and what was refused.
fn check(rows: &[u8], expect: Expect) {
    let input = [SINKHOLE.as_bytes(), rows].concat();
    expect.assert_eq(&shown(&read(&input[..], sinkhole(), &Limits::default())));
}

fn shown(outcome: &Outcome) -> String {
    let rows = outcome.rows.iter().map(|row| {
        let ip = &row["event"]["source.ip"];
        format!("{}: {ip} {} {}\n", row["line"], row["threat"], row["details"])
    });
    let refused = outcome.quarantined.iter();
    let refused =
        refused.map(|(line, reason, raw)| format!("{line}: REFUSED {reason} | {raw:.40}\n"));
    let mut text: String = rows.chain(refused).collect();
    if !outcome.error.is_empty() {
        text += "ERROR ";
        text += &outcome.error;
    }
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// `fixtures/<provider>/<report>/in.*` comes out as `out.json` beside it.
#[test]
fn every_fixture_comes_out_as_written_beside_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut seen = 0;
    for folder in folders(&root).iter().flat_map(|provider| folders(provider)) {
        let id = folder.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let mapping = Catalogue::builtin().get(&id).unwrap_or_else(|| panic!("no mapping `{id}`"));
        let input = std::fs::read(inputs(&folder)).unwrap();
        let received_at = Some("2026-03-24T12:00:00Z".parse().unwrap());
        let outcome = read(&input[..], mapping, &Limits { received_at, ..Limits::default() });
        let out = json!({
            "rows": outcome.rows,
            "quarantined": outcome.quarantined.iter().map(|(line, reason, raw)| {
                json!({ "line": line, "reason": reason, "raw": raw })
            }).collect::<Vec<_>>(),
        });
        assert_eq!(outcome.error, "", "{id}");
        let out = serde_json::to_string_pretty(&out).unwrap() + "\n";
        expect_file![folder.join("out.json")].assert_eq(&out);
        seen += 1;
    }
    assert!(seen >= 48, "only {seen} fixtures were found");
}

#[test]
fn every_mapping_that_describes_one_report_has_a_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let ids = Catalogue::builtin().ids().filter(|id| !id.starts_with("shadowserver/"));
    let without: Vec<_> = ids.filter(|id| !root.join(id).join("out.json").exists()).collect();
    assert!(without.is_empty(), "{without:?}");
}

/// The file `in.*` of a fixture.
fn inputs(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files = files.filter(|path| path.file_stem().is_some_and(|stem| stem == "in"));
    files.next().unwrap_or_else(|| panic!("no input in {}", folder.display()))
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[test]
fn a_row_with_a_bad_address_goes_to_quarantine_and_the_next_one_stands() {
    check(
        b"2026-03-24 00:00:00,10.0.0.256,1,mirai,,\n2026-03-24 00:00:00,10.0.0.2,1,mirai,,\n",
        expect![[r#"
            3: "10.0.0.2" "mirai" null
            2: REFUSED `src_ip`: `10.0.0.256` is no IP address | 2026-03-24 00:00:00,10.0.0.256,1,mirai,,
        "#]],
    );
}

#[test]
fn a_row_with_an_offset_in_its_time_is_refused() {
    check(
        b"2026-03-24T00:00:00+02:00,10.0.0.1,1,mirai,,\n",
        expect![[r"
            2: REFUSED `timestamp`: `2026-03-24T00:00:00+02:00` is no time like 2026-03-24 10:30:00 (UTC, without an offset) | 2026-03-24T00:00:00+02:00,10.0.0.1,1,mir
        "]],
    );
}

#[test]
fn a_port_or_destination_that_makes_no_sense_stays_in_the_details() {
    check(
        b"2026-03-24 00:00:00,10.0.0.1,70000,mirai,198.51.100.300,\n",
        expect![[r#"
            2: "10.0.0.1" "mirai" {"extra.dst_ip":"198.51.100.300","extra.src_port":"70000"}
        "#]],
    );
}

#[test]
fn a_row_without_a_threat_is_named_after_its_report() {
    check(
        b"2026-03-24 00:00:00,10.0.0.1,1,,,\n2026-03-24 00:00:00,10.0.0.2,1,unknown,,\n",
        expect![[r#"
            2: "10.0.0.1" "event4-sinkhole" null
            3: "10.0.0.2" "event4-sinkhole" null
        "#]],
    );
}

#[test]
fn spellings_of_a_threat_are_one_threat_and_the_spelling_is_kept() {
    check(
        b"2026-03-24 00:00:00,10.0.0.1,1,Wanna Cry,,\n2026-03-24 00:00:00,10.0.0.2,1,MIRAI,,\n",
        expect![[r#"
            2: "10.0.0.1" "wanna-cry" {"classification.identifier":"wanna cry","malware.name":"wanna cry"}
            3: "10.0.0.2" "mirai" null
        "#]],
    );
}

#[test]
fn carriage_returns_blank_lines_and_a_missing_last_newline_are_taken_as_they_come() {
    check(
        b"\r\n2026-03-24 00:00:00,10.0.0.1,1,mirai,,agent\r\n\n\n2026-03-24 00:00:00,10.0.0.2,1,\"mirai\",,\"x\"",
        expect![[r#"
            3: "10.0.0.1" "mirai" {"extra.http_agent":"agent"}
            6: "10.0.0.2" "mirai" {"extra.http_agent":"x"}
        "#]],
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column() {
    let input = format!("\u{feff}{SINKHOLE}2026-03-24 00:00:00,10.0.0.1,1,mirai,,\n");
    let outcome = read(input.as_bytes(), sinkhole(), &Limits::default());
    assert_eq!((outcome.rows.len(), outcome.error.as_str()), (1, ""));
}

#[test]
fn nul_bytes_are_text_and_bytes_that_are_no_text_are_refused() {
    check(
        b"2026-03-24 00:00:00,10.0.0.1,1,mirai,,a\0b\n2026-03-24 00:00:00,10.0.0.2,1,mirai,,\xff\xfe\n2026-03-24 00:00:00,10.0.0.3,1,mirai,,\"\xff\"\n",
        expect![[r#"
            2: "10.0.0.1" "mirai" {"extra.http_agent":"a\u0000b"}
            3: REFUSED is not UTF-8 at byte 39 | 2026-03-24 00:00:00,10.0.0.2,1,mirai,,��
            4: REFUSED is not UTF-8 at byte 40 | 2026-03-24 00:00:00,10.0.0.3,1,mirai,,"�
        "#]],
    );
}

#[test]
fn a_row_with_columns_missing_or_added_is_refused() {
    check(
        b"2026-03-24 00:00:00,10.0.0.1,1,mirai,\n2026-03-24 00:00:00,10.0.0.2,1,mirai,,,\n\"x\"\n",
        expect![[r#"
            2: REFUSED has 5 columns where the header has 6 | 2026-03-24 00:00:00,10.0.0.1,1,mirai,
            3: REFUSED has 7 columns where the header has 6 | 2026-03-24 00:00:00,10.0.0.2,1,mirai,,,
            4: REFUSED has 1 column where the header has 6 | "x"
        "#]],
    );
}

#[test]
fn a_line_break_within_quotes_belongs_to_the_row() {
    check(
        b"2026-03-24 00:00:00,10.0.0.1,1,mirai,,\"one\r\ntwo\n\"\"three\"\"\"\n2026-03-24 00:00:00,10.0.0.2,1,mirai,,\n",
        expect![[r#"
            2: "10.0.0.1" "mirai" {"extra.http_agent":"one\r\ntwo\n\"three\""}
            5: "10.0.0.2" "mirai" null
        "#]],
    );
}

#[test]
fn a_stray_quote_costs_its_own_line_and_no_other() {
    check(
        b"2026-03-24 00:00:00,10.0.0.1,1,mirai,,\"open\n2026-03-24 00:00:00,10.0.0.2,1,mirai,,\n2026-03-24 00:00:00,10.0.0.3,1,\"mirai\",,\n",
        expect![[r#"
            3: "10.0.0.2" "mirai" null
            4: "10.0.0.3" "mirai" null
            2: REFUSED opens a quote, runs over 3 lines and has more than 6 columns | 2026-03-24 00:00:00,10.0.0.1,1,mirai,,"o
        "#]],
    );
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_line_and_no_other() {
    check(
        b"2026-03-24 00:00:00,10.0.0.1,1,mirai,,\"open\n2026-03-24 00:00:00,10.0.0.2,1,mirai,,\n2026-03-24 00:00:00,10.0.0.3,1,mirai,,\n",
        expect![[r#"
            3: "10.0.0.2" "mirai" null
            4: "10.0.0.3" "mirai" null
            2: REFUSED opens a quote, runs over 3 lines and does not close it | 2026-03-24 00:00:00,10.0.0.1,1,mirai,,"o
        "#]],
    );
}

#[test]
fn a_delivery_of_nothing_but_opening_quotes_is_read_in_good_time_and_the_rest_stands() {
    let names = (0..900).map(|number| format!("c{number}")).collect::<Vec<_>>().join(",");
    let commas = ",".repeat(900);
    let hostile = "x,\"y\n".repeat(60_000);
    let good = format!("2026-03-24 00:00:00,10.0.0.1,\"a\nb\"{commas}\n").repeat(200);
    let input = format!("timestamp,src_ip,tag,{names}\n{hostile}{good}");
    let outcome = read(input.as_bytes(), sinkhole(), &Limits::default());
    assert_eq!((outcome.rows.len(), outcome.quarantined.len()), (200, 60_000));
}

#[test]
fn a_line_past_the_limit_is_skipped_to_its_end() {
    let mut input = SINKHOLE.as_bytes().to_vec();
    input.extend(std::iter::repeat_n(b'a', 600 << 10));
    input.extend(b"\n2026-03-24 00:00:00,10.0.0.2,1,mirai,,\n");
    let outcome = read(&input[..], sinkhole(), &Limits::default());
    assert_eq!(outcome.rows[0]["line"], 3);
    let (line, reason, raw) = &outcome.quarantined[0];
    assert_eq!((*line, reason.as_str()), (2, "is longer than 262144 bytes"));
    assert_eq!(raw.len(), 2048);
}

#[test]
fn a_missing_mandatory_column_is_named_with_the_report_and_what_was_there() {
    let outcome = read(&b"time,src_ip\n"[..], sinkhole(), &Limits::default());
    expect!["`shadowserver/event4_sinkhole`: the mandatory column `timestamp` is missing; the columns are: time, src_ip"]
        .assert_eq(&outcome.error);
    let outcome = read(&b"timestamp,ip\n"[..], sinkhole(), &Limits::default());
    expect!["`shadowserver/event4_sinkhole`: the mandatory column `src_ip` is missing; the columns are: timestamp, ip"]
        .assert_eq(&outcome.error);
}

#[test]
fn a_header_that_cannot_be_trusted_refuses_the_delivery() {
    for (input, wanted) in [
        (&b""[..], "empty"),
        (b"\n\n", "empty"),
        (b"timestamp,src_ip,src_ip\n", "`src_ip` stands twice"),
        (b"timestamp,src_ip,\xff\n", "not UTF-8"),
        (b"timestamp,\"src_ip\n", "opens a quote"),
    ] {
        let error = read(input, sinkhole(), &Limits::default()).error;
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn unknown_columns_are_kept_and_reported() {
    let input = b"timestamp,src_ip,shiny,shiny,tag\n2026-03-24 00:00:00,10.0.0.1,0,b,unknown\n";
    let reader = open(&input[..], sinkhole(), &Limits::default()).unwrap();
    assert_eq!(reader.receipt().unknown_columns, ["shiny", "shiny"]);
    let outcome = read(&input[..], sinkhole(), &Limits::default());
    assert_eq!(outcome.rows[0]["details"], json!({ "extra.shiny": "0", "extra.shiny_2": "b" }));
}

#[test]
fn columns_that_want_one_field_do_not_overwrite_each_other() {
    let input = b"ip,timestamp,src_ip\n10.9.9.9,2026-03-24 00:00:00,10.0.0.1\n";
    let outcome = read(&input[..], sinkhole(), &Limits::default());
    assert_eq!(outcome.rows[0]["event"]["source.ip"], "10.0.0.1");
    assert_eq!(outcome.rows[0]["details"], json!({ "extra.ip": "10.9.9.9" }));
}

#[test]
fn packed_deliveries_read_as_plain_ones() {
    let half = format!("{SINKHOLE}2026-03-24 00:00:00,10.0.0.1,1,mirai,,\n");
    let rest = "2026-03-24 00:00:00,10.0.0.2,1,mirai,,\n";
    let plain = read(
        [half.as_bytes(), rest.as_bytes()].concat().as_slice(),
        sinkhole(),
        &Limits::default(),
    );
    assert_eq!(plain.rows.len(), 2);
    for packed in [
        [gzip(half.as_bytes()), gzip(rest.as_bytes())].concat(),
        [zstd(half.as_bytes()), zstd(rest.as_bytes())].concat(),
    ] {
        assert_eq!(read(&packed[..], sinkhole(), &Limits::default()), plain);
    }
}

#[test]
fn a_packed_delivery_cut_short_keeps_its_complete_rows_and_says_so_at_the_end() {
    let rows = (0..5000).map(|row| {
        format!("2026-03-24 00:00:00,10.0.{}.{},1,mirai,,{row:x}\n", row / 256, row % 256)
    });
    let plain = SINKHOLE.to_owned() + &rows.collect::<String>();
    for packed in [gzip(plain.as_bytes()), zstd(plain.as_bytes())] {
        let cut = packed.len() * 3 / 4;
        let outcome = read(&packed[..cut], sinkhole(), &Limits::default());
        assert!(outcome.error.contains("ends in the middle"), "{}", outcome.error);
        let torn = u64::try_from(outcome.quarantined.len()).unwrap();
        assert!(torn <= 1, "at most the row that the break fell into is refused");
        assert_eq!(u64::try_from(outcome.rows.len()).unwrap() + torn, outcome.records);
    }
}

#[test]
fn a_delivery_that_unpacks_past_the_limit_stops_there() {
    let bomb = gzip(&[SINKHOLE.as_bytes(), &vec![b'\n'; 4 << 20]].concat());
    let limits = Limits { max_plain_bytes: 1 << 20, ..Limits::default() };
    let outcome = read(&bomb[..], sinkhole(), &limits);
    assert!(outcome.error.contains("larger than 1048576 bytes"), "{}", outcome.error);
}

#[test]
fn a_read_that_fails_is_reported_after_the_rows_before_it() {
    struct Failing<'a>(&'a [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the disk is gone")),
                count => Ok(count),
            }
        }
    }
    let input = format!("{SINKHOLE}2026-03-24 00:00:00,10.0.0.1,1,mirai,,\n2026-03-24 0");
    let outcome = read(Failing(input.as_bytes()), sinkhole(), &Limits::default());
    assert_eq!((outcome.rows.len(), outcome.quarantined.len()), (1, 1));
    assert!(
        outcome.error.contains("line 4: the delivery cannot be read further"),
        "{}",
        outcome.error
    );
}

#[test]
fn blocks_are_bounded_in_rows_and_in_refused_rows() {
    let row = "2026-03-24 00:00:00,10.0.0.1,1,mirai,,\nrubbish\n";
    let input = format!("{SINKHOLE}{}", row.repeat(50));
    let limits = Limits { rows_per_block: 30, quarantined_per_block: 10, ..Limits::default() };
    let mut reader = open(input.as_bytes(), sinkhole(), &limits).unwrap();
    let (mut rows, mut refused) = (0, 0);
    while let Some(block) = reader.next_block().unwrap() {
        assert!(block.sightings.len() + block.quarantined.len() <= 30);
        assert!(block.quarantined.len() <= 10);
        rows += block.sightings.len();
        refused += block.quarantined.len();
        reader.recycle(block);
    }
    assert_eq!((rows, refused), (50, 50));
}

#[test]
fn json_nested_past_reason_is_refused_and_the_next_line_stands() {
    let deep = format!("{{\"time\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let input = format!("{deep}\n{{\"time\":\"2026-03-24T00:00:00Z\",\"ip\":\"10.0.0.1\"}}\n");
    let mapping = Catalogue::builtin().get("generic/ndjson").unwrap();
    let outcome = read(input.as_bytes(), mapping, &Limits::default());
    assert!(outcome.quarantined[0].1.contains("recursion limit"), "{}", outcome.quarantined[0].1);
    assert_eq!(outcome.rows[0]["line"], 2);
}

#[test]
fn dotted_names_and_nested_objects_are_one_path() {
    let text = r#"
        id = "example/json"
        version = "1"
        format = "ndjson"
        [columns]
        time = "event.time"
        ip = "source.ip"
        [constants]
        threat = "example"
    "#;
    let mapping = Mapping::from_toml(text, "example").unwrap();
    let input = br#"{"event":{"time":"2026-03-24T00:00:00Z"},"source.ip":"10.0.0.1","event.id":7}"#;
    let outcome = read(&input[..], &mapping, &Limits::default());
    assert_eq!(outcome.rows[0]["event"]["source.ip"], "10.0.0.1");
    assert_eq!(outcome.rows[0]["details"], json!({ "extra.event.id": 7 }));
}

#[test]
fn a_row_from_another_age_is_refused_and_says_when_it_claims_to_be_from() {
    let input = format!(
        "{SINKHOLE}2026-03-24 00:00:00,10.0.0.1,1,mirai,,\n1970-01-02 00:00:00,10.0.0.2,1,mirai,,\n"
    );
    let limits = Limits {
        seen: "2025-01-01T00:00:00Z".parse().unwrap()..="2026-12-31T00:00:00Z".parse().unwrap(),
        ..Limits::default()
    };
    let mut reader = open(input.as_bytes(), sinkhole(), &limits).unwrap();
    let block = reader.next_block().unwrap().unwrap();
    assert_eq!(block.sightings.len(), 1);
    assert_eq!(block.quarantined.len(), 1);
    assert!(block.quarantined[0].reason.contains("1970-01-02"), "{}", block.quarantined[0].reason);
}

#[test]
fn a_delivery_that_invents_threats_is_heard_up_to_a_bound() {
    let row = |n| format!("2026-03-24 00:00:00,10.0.0.{n},1,family-{},,\n", n % 20);
    let rows = (0..40).map(row).collect::<Vec<_>>().concat();
    let input = format!("{SINKHOLE}{rows}");
    let limits = Limits { max_threats: 15, rows_per_block: 7, ..Limits::default() };
    let mut reader = open(input.as_bytes(), sinkhole(), &limits).unwrap();
    let (mut heard, mut refused) = (0, Vec::new());
    while let Some(block) = reader.next_block().unwrap() {
        heard += block.sightings.len();
        refused.extend(block.quarantined);
    }
    assert_eq!((heard, refused.len()), (30, 10), "families 15 to 19, twice each, are too many");
    assert!(refused[0].reason.contains("first 15"), "{}", refused[0].reason);
}

#[test]
fn a_header_with_control_characters_is_refused_because_its_lines_do_not_end() {
    let input = "timestamp,src_ip\r2026-03-24 00:00:00,10.0.0.1\r";
    let Err(refused) = open(input.as_bytes(), sinkhole(), &Limits::default()) else {
        panic!("accepted");
    };
    assert!(refused.to_string().contains("control character"), "{refused}");
}
