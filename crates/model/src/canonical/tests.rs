//! The rules of RFC 8785 that apply to what filings hold.

use super::*;

fn check(value: &Json, canonical: &str) {
    assert_eq!(value.to_string(), canonical);
}

#[test]
fn strings_are_escaped_as_section_3_2_2_2_says_and_no_further() {
    // The example of RFC 8785 §3.2.2: \u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/
    check(
        &Json::text("\u{20ac}$\u{f}\nA'B\"\\\\\"/"),
        "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"",
    );
    check(
        &Json::text("\u{8}\t\u{c}\r\u{1f}\u{7f}居延\u{2028}"),
        "\"\\b\\t\\f\\r\\u001f\u{7f}居延\u{2028}\"",
    );
}

#[test]
fn members_are_sorted_by_utf_16_code_units() {
    // The example of RFC 8785 §3.2.3.
    let names = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
    let object = Json::object(names.map(|name| (name, Json::Yes(true))));
    let sorted = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"];
    let members: Vec<String> = sorted.iter().map(|name| format!("\"{name}\":true")).collect();
    check(&object, &format!("{{{}}}", members.join(",")));
}

#[test]
fn nothing_stands_between_the_parts() {
    let list = Json::List(vec![Json::Whole(7.into()), Json::Yes(false), Json::List(vec![])]);
    let inner: [(&str, Json); 0] = [];
    check(&Json::object([("b", list), ("a", Json::object(inner))]), r#"{"a":{},"b":[7,false,[]]}"#);
}

#[test]
fn a_number_that_a_reader_would_round_is_refused() {
    assert_eq!(Whole::new(GREATEST + 1), None);
    check(&Json::Whole(Whole::new(GREATEST).unwrap()), "9007199254740991");
}
