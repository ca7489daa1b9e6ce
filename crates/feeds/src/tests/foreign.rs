//! Lists, documents and mails: stories of hostile ones, and what holds for any input at all.

use super::*;

fn mapping(id: &str) -> &'static Mapping {
    Catalogue::builtin().get(id).unwrap()
}

fn told(input: &[u8], id: &str) -> String {
    shown(&read(input, mapping(id), &Limits::default()))
}

fn own(text: &str) -> Mapping {
    Mapping::from_toml(text, "own.toml").unwrap()
}

const NETWORKS: &str = "id='x'\nversion='1'\nformat='text'\nheader='none'\nnames=['net']\n\
    delimiter=''\ntime='utc'\nundated='received'\n[columns]\nip='@address'\n\
    [constants]\nthreat='t'\n[expand]\ncolumn='net'\nv4=30\nv6=126\n";

fn received() -> Limits {
    let received_at = Some("2026-03-24T12:00:00Z".parse().unwrap());
    Limits { received_at, ..Limits::default() }
}

#[test]
fn a_prefix_becomes_its_addresses_only_where_the_mapping_says_so() {
    let outcome = read(
        &b"192.0.2.5/30\n192.0.2.0/29\n2001:db8::/127\n192.0.2.9\n"[..],
        &own(NETWORKS),
        &received(),
    );
    let lines: Vec<_> =
        outcome.rows.iter().map(|row| row["subject"][0].as_str().unwrap().to_owned()).collect();
    let wanted = [
        "192.0.2.4",
        "192.0.2.5",
        "192.0.2.6",
        "192.0.2.7",
        "2001:db8::",
        "2001:db8::1",
        "192.0.2.9",
    ];
    assert_eq!(lines, wanted);
    let (line, reason, _) = &outcome.quarantined[0];
    assert_eq!(*line, 2);
    assert!(reason.contains("is a prefix, not an address"), "{reason}");
}

#[test]
fn a_row_without_a_time_is_refused_when_nobody_knows_when_the_list_came() {
    let outcome = read(&b"192.0.2.9\n"[..], &own(NETWORKS), &Limits::default());
    assert_eq!(outcome.quarantined[0].1, "`@received` is empty");
}

#[test]
fn a_list_may_be_empty() {
    for (id, input) in [
        ("abusech/sslbl", "# Firstseen,DstIP,DstPort\n# END (0) entries\n"),
        ("abusech/feodo-json", "[]"),
        ("abusech/feodo-json", "[\n]\n"),
        ("abusech/threatfox-json", "{}"),
        ("openphish/feed", ""),
    ] {
        assert_eq!(told(input.as_bytes(), id), "", "{id}");
    }
}

#[test]
fn a_document_of_another_form_is_refused_and_says_what_was_looked_for() {
    let text = told(br#"{"query_status":"illegal"}"#, "abusech/threatfox-json");
    assert!(text.contains("holds nothing at `[*][*]`"), "{text}");
    let text = told(b"<html><body>not found</body></html>", "cleanmx/phishing");
    assert!(text.contains("holds nothing at `output.entries.entry`"), "{text}");
}

#[test]
fn a_document_that_breaks_keeps_the_records_before_the_break() {
    let text = told(
        br#"[{"ip_address":"192.0.2.1","first_seen":"2026-03-24 10:00:00"},{"ip_add"#,
        "abusech/feodo-json",
    );
    assert!(text.starts_with("1: \"192.0.2.1\""), "{text}");
    assert!(text.contains("ERROR") && text.contains("in the middle of a record"), "{text}");
}

#[test]
fn a_record_past_the_limit_is_refused_alone() {
    let long = "x".repeat(2000);
    let input = format!(
        "[{{\"a\":\"{long}\"}},\n{{\"ip_address\":\"192.0.2.1\",\"first_seen\":\"2026-03-24 10:00:00\"}}]"
    );
    let limits = Limits { max_document_bytes: 1000, ..Limits::default() };
    let outcome = read(input.as_bytes(), mapping("abusech/feodo-json"), &limits);
    assert_eq!((outcome.rows.len(), outcome.quarantined.len(), outcome.error.as_str()), (1, 1, ""));
    assert_eq!(outcome.rows[0]["line"], 2);
}

#[test]
fn an_entity_that_would_grow_is_not_read() {
    let input = b"<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;\">]><output><entries><entry/></entries></output>";
    let text = told(input, "cleanmx/phishing");
    assert!(text.contains("document type"), "{text}");
    let input = b"<output><entries><entry><url>&b;</url></entry></entries></output>";
    let text = told(input, "cleanmx/phishing");
    assert!(text.contains("REFUSED has an entity"), "{text}");
}

#[test]
fn brackets_and_elements_without_end_do_not_exhaust_the_stack() {
    let deep = "[".repeat(200_000);
    let text = told(deep.as_bytes(), "abusech/feodo-json");
    assert!(text.contains("ERROR") || text.contains("REFUSED"), "{text}");
    let deep = "<a>".repeat(200_000);
    let text = told(deep.as_bytes(), "cleanmx/phishing");
    assert!(text.contains("more than 64 deep"), "{text}");
    let deep = format!("<output><entries><entry>{}", "<a>".repeat(200_000));
    let text = told(deep.as_bytes(), "cleanmx/phishing");
    assert!(text.contains("more than 64 deep"), "{text}");
}

#[test]
fn an_element_of_many_attributes_is_read_in_good_time() {
    let many: Vec<_> = (0..100_000).map(|number| format!(" a{number}=\"1\"")).collect();
    let many = many.concat();
    let input = format!("<output><entries><entry{many}/></entries></output>");
    let text = told(input.as_bytes(), "cleanmx/phishing");
    assert!(text.contains("REFUSED `first` is empty"), "{text}");
}

#[test]
fn mails_within_mails_do_not_exhaust_the_stack() {
    for layer in [
        "Content-Type: message/rfc822\n\n",
        "Content-Type: multipart/digest; boundary=a\n\n--a\n\n",
    ] {
        for count in [150, 100_000] {
            let text = told(layer.repeat(count).as_bytes(), "abuse/mail");
            assert!(text.contains("REFUSED"), "{text}");
        }
    }
}

#[test]
fn a_mail_gives_its_report_and_nothing_about_people() {
    let input =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/abuse/mail/in.eml"));
    let outcome = read(&input.unwrap()[..], mapping("abuse/mail"), &Limits::default());
    let event = outcome.rows[0]["event"].to_string();
    for person in ["user@isp", "somespammer@mail.example>", "abusedesk", "Spam Spam"] {
        assert!(!event.contains(person), "{event}");
    }
}

#[test]
fn x_arf_and_xarf_are_found_in_their_mails() {
    let old = "X-XARF: PLAIN\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhello\n\
        --b\nContent-Type: text/plain; name=\"report.txt\"\n\n---\nReported-From: x@isp.example\nCategory: abuse\n\
        Report-Type: login-attack\nService: ssh\nPort: 22\nDate: Tue, 24 Mar 2026 10:30:00 +0000\nSource-Type: ipv4\n\
        Source: 192.0.2.7\n--b--\n";
    let new = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhello\n\
        --b\nContent-Type: application/json; name=\"xarf.json\"\nContent-Transfer-Encoding: base64\n\n\
        eyJ4YXJmX3ZlcnNpb24iOiI0LjAuMCIsInRpbWVzdGFtcCI6IjIwMjYtMDMtMjRUMTA6MzA6MDBa\n\
        Iiwic291cmNlX2lkZW50aWZpZXIiOiIxOTIuMC4yLjgiLCJ0eXBlIjoicGhpc2hpbmcifQ==\n--b--\n";
    for (mail, ip, kind) in [(old, "192.0.2.7", "brute-force"), (new, "192.0.2.8", "phishing")] {
        let outcome = read(mail.as_bytes(), mapping("abuse/mail"), &Limits::default());
        let event = &outcome.rows.first().unwrap_or_else(|| panic!("{outcome:?}"))["event"];
        assert_eq!(
            (&event["source.ip"], &event["classification.type"]),
            (&json!(ip), &json!(kind))
        );
        assert_eq!(event["time.source"], "2026-03-24T10:30:00+00:00");
    }
}

#[test]
fn one_record_cannot_become_more_rows_than_allowed() {
    let items = vec!["{\"ip\":\"192.0.2.1\"}"; 50].join(",");
    let input = format!("{{\"time\":\"2026-03-24T10:30:00Z\",\"address\":[{items}]}}");
    let limits = Limits { max_rows_per_record: 49, ..Limits::default() };
    let outcome = read(input.as_bytes(), mapping("n6/json"), &limits);
    assert_eq!(outcome.rows.len(), 0);
    assert!(outcome.quarantined[0].1.contains("comes to 50 rows"), "{outcome:?}");
}

#[test]
fn what_a_record_says_beside_its_items_is_kept_with_each_and_names_do_not_collide() {
    let input = r#"{"time":"2026-03-24T10:30:00Z","note":"a","name":"n","address":[{"ip":"192.0.2.1","note":"b","time":"t"}]}"#;
    let outcome = read(input.as_bytes(), mapping("n6/json"), &Limits::default());
    let details = &outcome.rows[0]["details"];
    assert_eq!(details["extra.note"], "a");
    assert_eq!(
        (&details["extra.item.note"], &details["extra.item.time"]),
        (&json!("b"), &json!("t"))
    );
}

/// Inputs that are nearly a document of the mapping: its fixture, bent at some places.
fn bent(
    id: &str,
    bends: &[(prop::sample::Index, Vec<u8>)],
    cut: Option<prop::sample::Index>,
) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(id);
    let mut input = std::fs::read(inputs(&folder)).unwrap();
    for (at, with) in bends {
        let at = at.index(input.len());
        let end = (at + with.len()).min(input.len());
        input.splice(at..end, with.iter().copied());
    }
    if let Some(at) = cut {
        input.truncate(at.index(input.len()));
    }
    input
}

const KINDS: &[&str] = &[
    "abusech/urlhaus",
    "abusech/threatfox-json",
    "spamhaus/drop",
    "dshield/block",
    "cymru/cap",
    "phishtank/json",
    "cleanmx/viruses",
    "n6/json",
    "n6/csv",
    "misp/event",
    "intelmq/event",
    "abuse/mail",
    "abuse/xarf",
    "generic/ip-list",
];

fn small() -> Limits {
    Limits {
        max_line_bytes: 400,
        max_document_bytes: 3000,
        rows_per_block: 3,
        bytes_per_block: 500,
        quarantined_per_block: 2,
        ..received()
    }
}

/// A reader that gives few bytes at a time.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(7);
        self.0.read(&mut buffer[..end])
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn no_bytes_break_any_format(input: Vec<u8>, kind in prop::sample::select(KINDS)) {
        let outcome = read(&input[..], mapping(kind), &small());
        prop_assert_eq!(outcome.rows.len() + outcome.quarantined.len(), usize::try_from(outcome.records).unwrap());
    }

    #[test]
    fn a_bent_document_breaks_nothing_and_how_it_arrives_is_no_matter(
        kind in prop::sample::select(KINDS),
        bends in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
            "[\\[\\]{}\",:<>/&;#|@\\\\ \n]{0,3}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..4),
        ]), 0..6),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let input = bent(kind, &bends, cut);
        let outcome = read(&input[..], mapping(kind), &small());
        prop_assert_eq!(outcome.rows.len() + outcome.quarantined.len(), usize::try_from(outcome.records).unwrap());
        prop_assert!(outcome.quarantined.iter().all(|row| row.2.len() <= 2048));
        prop_assert_eq!(&read(Drip(&input), mapping(kind), &small()), &outcome);
        prop_assert_eq!(&read(&gzip(&input)[..], mapping(kind), &small()), &outcome);
    }

    #[test]
    fn a_packed_document_cut_short_breaks_nothing(kind in prop::sample::select(KINDS), at: prop::sample::Index) {
        let packed = gzip(&bent(kind, &[], None));
        // Two bytes tell what it is packed with; less is a text of one letter.
        let cut = &packed[..2 + at.index(packed.len() - 2)];
        let outcome = read(cut, mapping(kind), &small());
        prop_assert_eq!(outcome.rows.len() + outcome.quarantined.len(), usize::try_from(outcome.records).unwrap());
        prop_assert!(!outcome.error.is_empty(), "a cut is told of");
    }
}
