//! A draft of law, tried on the desk's own past.

use crate::bench::{Bench, sinkhole};

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../regimes/cn-miit-2009-157.toml");

/// The case of the same duty under another reading.
const GRADED: &str = "on      = \"cncert.graded\"\nstart   = 2025-12-31T23:10:00+08:00\n\
                      expect  = 2026-01-01T{hour}:10:00+08:00\n";

/// The trojan and botnet mechanism, with an hour for the coordinator's report instead of two.
fn draft() -> String {
    let text = std::fs::read_to_string(PACK).unwrap();
    let (old, new) = (r#"to = ["tsb"], within = "2 hours""#, r#"to = ["tsb"], within = "1 hour""#);
    let (listed, unlisted) = (r#"duty   = ["M2a", "M3a", "#, r#"duty   = ["M2a", "#);
    assert_eq!([text.matches(old).count(), text.matches(listed).count()], [1, 1]);
    let (late, early) = (GRADED.replace("{hour}", "01"), GRADED.replace("{hour}", "00"));
    assert_eq!(text.matches(&late).count(), 1);
    text.replace(old, new).replace(listed, unlisted).replace(&late, &early)
        + "\n[[test]]\nduty = \"M3a\"\nstart = 2025-06-11T09:30:00+08:00\nexpect = 2025-06-11T10:30:00+08:00\n"
}

#[test]
fn a_draft_is_tried_on_what_the_desk_has_seen() {
    let bench = Bench::new();
    let report = sinkhole("night reed", "2026-11-20 03:00:00", 1, 120_001);
    let file = bench.file("reed.csv", &report);
    bench.ok(&["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
    let draft = bench.file("draft.toml", draft());

    let told = bench.ends(3, &["regime", "simulate", "--regime", &draft, "--since", "2026-01-01"]);
    assert!(told.contains("coordination-centre: 1 of"), "{told}");
    assert!(told.contains(" M3a ") && told.contains("1 earlier, 0 later, 0 new, 0 gone"), "{told}");

    let same = ["regime", "simulate", "--regime", "cn.miit.2009-157", "--since", "2026-01-01"];
    assert!(bench.ok(&same).contains("0 earlier, 0 later, 0 new, 0 gone"));

    // Both ask the same of nobody, once nothing has happened since.
    let nothing = ["regime", "simulate", "--regime", &draft, "--since", "2200-01-01"];
    assert!(bench.ok(&nothing).starts_with("0 incidents under"));
}
