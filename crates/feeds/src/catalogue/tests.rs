//! The embedded mappings load, are complete, and are found by the names that files have.

use super::*;

#[test]
fn every_embedded_mapping_loads() {
    let catalogue = Catalogue::embedded().unwrap();
    let reports = catalogue.ids().filter(|id| id.starts_with("shadowserver/")).count();
    assert_eq!(reports, 170, "report types of the schema of 2026-03-24");
    for mapping in catalogue.mappings.values() {
        for (field, column) in &mapping.mandatory {
            let rules = mapping.rules(column).unwrap();
            assert!(rules.iter().any(|rule| rule.key == field.key()), "{} {column}", mapping.id);
        }
    }
}

#[test]
fn reports_are_found_by_their_file_names() {
    let catalogue = Catalogue::builtin();
    for (name, wanted) in [
        ("2024-07-04-event4_sinkhole-123-example.csv", "shadowserver/event4_sinkhole"),
        ("in/2024-07-04-event4_sinkhole.csv.gz", "shadowserver/event4_sinkhole"),
        ("2024-07-04-scan_rdp-example-asn-delayed.csv.zst", "shadowserver/scan_rdp"),
        ("event_honeypot_darknet.csv", "shadowserver/event4_honeypot_darknet"),
        (
            "2024-07-04-event4_microsoft_sinkhole_http-x.csv",
            "shadowserver/event4_microsoft_sinkhole_http",
        ),
    ] {
        assert_eq!(
            catalogue.for_file("shadowserver", name).map(Mapping::id),
            Some(wanted),
            "{name}"
        );
    }
    assert!(catalogue.for_file("shadowserver", "2024-07-04-no_such_report-x.csv").is_none());
    assert!(catalogue.for_file("no-such-feed", "2024-07-04-scan_rdp-x.csv").is_none());
}

#[test]
fn a_generic_delivery_is_told_by_its_extension_and_a_feed_may_name_its_mapping() {
    let catalogue = Catalogue::builtin();
    let id = |feed, name| catalogue.for_file(feed, name).map(Mapping::id);
    assert_eq!(id("generic", "march.csv.gz"), Some("generic/csv"));
    assert_eq!(id("generic", "march.jsonl"), Some("generic/ndjson"));
    assert_eq!(id("shadowserver/scan_rdp", "whatever.txt"), Some("shadowserver/scan_rdp"));
}

#[test]
fn a_converter_that_does_not_exist_is_named() {
    let text = "provider='p'\nversion='1'\n[columns]\n'source.ip rot13'=['ip']\n[reports]\n";
    let error = provider(text, "p.toml").unwrap_err().to_string();
    assert_eq!(
        error,
        "p.toml: line 1: `source.ip rot13`: `rot13` is no converter; mappings/example.toml lists them"
    );
}

/// The schema's own header reads without a word about drift, and what is left of it when a column goes is
/// read too, unless the column is mandatory.
#[test]
fn every_report_is_read_by_its_own_header_and_by_older_ones() {
    let catalogue = Catalogue::builtin();
    for id in catalogue.ids().filter(|id| id.starts_with("shadowserver/")) {
        let mapping = catalogue.get(id).unwrap();
        assert!(mapping.schema.len() > 5, "{id} has no columns");
        let receipt = |columns: &[String]| {
            let header = columns.join(",") + "\n";
            let limits = crate::Limits::default();
            crate::open(header.as_bytes(), mapping, &limits).map(|reader| reader.receipt())
        };
        assert_eq!(receipt(&mapping.schema).unwrap(), crate::Receipt::default(), "{id}");
        // The mandatory ones, and some of the others: all of them would be eight thousand deliveries.
        let mandatory = mapping.mandatory.iter().map(|(_, column)| column);
        for gone in mapping.schema.iter().rev().take(3).chain(mandatory) {
            let mut older = mapping.schema.clone();
            older.retain(|column| column != gone);
            let is_mandatory = mapping.mandatory.iter().any(|(_, column)| column == gone);
            match receipt(&older) {
                Ok(receipt) => {
                    assert_eq!(receipt.missing_columns, std::slice::from_ref(gone), "{id}");
                    assert!(!is_mandatory, "{id} {gone}");
                }
                Err(error) => assert!(is_mandatory, "{id} {gone}: {error}"),
            }
        }
    }
}

#[test]
fn the_documentation_names_every_mapping() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/feeds.md"));
    let text = text.unwrap();
    let ids = Catalogue::builtin().ids().filter(|id| !id.starts_with("shadowserver/"));
    let unnamed: Vec<_> = ids.filter(|id| !text.contains(&format!("| `{id}` |"))).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}
