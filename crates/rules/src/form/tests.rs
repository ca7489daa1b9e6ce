//! What was typed, and what is sealed of it.

use super::*;

fn field(kind: FieldKind) -> Field {
    Field { kind, ..Field::plain("what") }
}

fn check(kind: FieldKind, typed: &str, sealed: &str) {
    assert_eq!(field(kind).read(typed).unwrap().unwrap().to_string(), sealed, "{typed}");
}

fn refuse(kind: FieldKind, typed: &str, says: &str) {
    let refused = field(kind).read(typed).unwrap_err().says();
    assert!(refused.en.contains(says), "{typed}: {}", refused.en);
    assert!(!refused.zh.is_empty());
}

fn choice() -> FieldKind {
    let name = |zh: &str, en: &str| Bilingual { zh: zh.to_owned(), en: en.to_owned() };
    let values = [("pass", name("通过", "passed")), ("fail", name("未通过", "failed"))];
    FieldKind::OneOf(values.map(|(id, name)| (id.to_owned(), name)).to_vec())
}

#[test]
fn what_means_the_same_is_sealed_in_one_spelling() {
    check(FieldKind::Text, "  two\r\nlines ", "\"two\\nlines\"");
    check(FieldKind::Count, "1000001", "1000001");
    check(FieldKind::Instant, "2026-11-23T10:00:00+08:00", "\"2026-11-23T02:00:00Z\"");
    check(FieldKind::YesNo, "是", "true");
    check(choice(), "pass", "\"pass\"");
    check(
        FieldKind::Addresses,
        "2001:DB8:0::1\n198.51.100.0/24, 192.0.2.9；192.0.2.9",
        r#"["192.0.2.9","2001:db8::1","198.51.100.0/24"]"#,
    );
    check(FieldKind::Domains, "WWW.Bad.example a.example", r#"["a.example","www.bad.example"]"#);
    check(FieldKind::Ports, "8443 443", "[443,8443]");
}

#[test]
fn no_addresses_is_an_answer_and_nothing_typed_is_none() {
    check(FieldKind::Addresses, "none", "[]");
    check(FieldKind::Domains, "无", "[]");
    assert_eq!(field(FieldKind::Addresses).read(" \n").unwrap(), None);
}

#[test]
fn what_is_no_value_of_its_kind_is_refused_with_what_to_write() {
    refuse(FieldKind::Count, "many", "a whole number");
    refuse(FieldKind::Count, "9007199254740992", "a whole number");
    refuse(FieldKind::Instant, "2026-11-23T10:00", "with its offset");
    refuse(FieldKind::YesNo, "perhaps", "`yes` or `no`");
    refuse(choice(), "passed", "one of pass, fail");
    refuse(FieldKind::Addresses, "192.0.2.1 not-an-address", "`not-an-address` will not do");
    refuse(FieldKind::Ports, "0", "one item a line");
    refuse(FieldKind::Text, &"长".repeat(TEXT_MAX), "longer than 64 KiB");
    let many: String = (0..=LIST_MAX).map(|_| "192.0.2.1 ").collect();
    refuse(FieldKind::Addresses, &many, "use prefixes");
}

#[test]
fn a_form_is_complete_or_says_everything_that_is_not() {
    let optional = Field { required: false, ..Field::plain("other") };
    let fields = [Field::plain("course"), optional, field(FieldKind::Count)];
    let typed = |pairs: &[(&str, &str)]| -> Answers {
        pairs.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect()
    };
    let filled = fill(&fields, &typed(&[("course", "it began"), ("what", "3")])).unwrap();
    assert_eq!(Json::Object(filled).to_string(), r#"{"course":"it began","what":3}"#);
    let errors = fill(&fields, &typed(&[("what", "x"), ("colour", "red")])).unwrap_err();
    let named: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(named, ["course", "what", "colour"]);
}

#[test]
fn a_draft_keeps_what_is_wrong_but_not_what_belongs_nowhere() {
    let fields = [field(FieldKind::Count)];
    let wrong = Answers::from([("what".to_owned(), "not yet".to_owned())]);
    assert_eq!(strangers(&fields, &wrong), []);
    let stray = Answers::from([("where".to_owned(), "here".to_owned())]);
    assert_eq!(strangers(&fields, &stray).len(), 1);
    let long = Answers::from([("what".to_owned(), "x".repeat(ANSWER_MAX + 1))]);
    assert!(strangers(&fields, &long)[0].flaw.says().en.contains("longer than 4096 KiB"));
}
