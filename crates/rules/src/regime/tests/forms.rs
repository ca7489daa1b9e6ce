//! Fields and gates as packs declare them.

use crate::form::FieldKind;
use crate::regime::Pack;
use crate::testing::{PACK, REPORTING as WIDER};

#[test]
fn every_content_of_the_forms_is_a_field_with_a_name_in_both_languages() {
    for text in [PACK, WIDER] {
        let pack = Pack::parse(text, "pack.toml").unwrap();
        for form in pack.forms() {
            for field in pack.fields(&form.contents) {
                assert!(!field.name.zh.is_empty() && !field.name.en.is_empty(), "{}", field.id);
            }
        }
    }
    let pack = Pack::parse(PACK, "pack.toml").unwrap();
    let fields = pack.fields(&["c2_ip".to_owned(), "added_by_a_layer".to_owned()]);
    assert_eq!(fields[0].kind, FieldKind::Addresses);
    assert_eq!(
        (fields[1].name.en.as_str(), &fields[1].kind),
        ("added by a layer", &FieldKind::Text)
    );
}

#[test]
fn serious_and_graver_await_the_authority_and_milder_does_not() {
    let pack = Pack::parse(PACK, "pack.toml").unwrap();
    let gated = |id: &str| pack.needs_review(&id.parse().unwrap()).map(|gate| gate.by.to_string());
    assert_eq!(["g1", "g3", "g4"].map(gated), [Some("tsb".into()), Some("tsb".into()), None]);
    let wider = Pack::parse(WIDER, "pack.toml").unwrap();
    let gated = |id: &str| wider.needs_review(&id.parse().unwrap()).is_some();
    assert_eq!(["e3", "e4", "w1", "w3", "w4"].map(gated), [true, false, true, true, false]);
}

#[test]
fn a_field_or_a_gate_that_is_wrong_is_found() {
    for (from, to, found) in [
        ("c2_ip             = {", "c2_ips = {", "form.event_report: `c2_ip` is no field"),
        ("c2_ip             = {", "c2_ips = {", "field.c2_ips: no form contains it"),
        (
            "type = \"ports\", zh = \"控制端",
            "type = \"harbours\", zh = \"控制端",
            "field.c2_port.type: `harbours` is none",
        ),
        ("type = \"one of\", zh", "type = \"text\", zh", "field.still_malicious: `values` go with"),
        ("settles = \"M4b\"", "settles = \"M4z\"", "gate.settles: `M4z` is no duty"),
        ("by      = \"tsb\"", "by      = \"tsp\"", "gate.by: `tsp` is no role"),
        ("grades  = \"g3+\"", "grades  = \"g7+\"", "gate.grades: `g7` is no grade"),
    ] {
        assert!(PACK.contains(from), "the pack no longer says {from}");
        let findings = Pack::parse(&PACK.replacen(from, to, 1), "pack.toml").unwrap_err();
        assert!(findings.to_string().contains(found), "{from}: {findings}");
    }
}
