//! Three verdicts, and a language that only compares.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn declared() -> Vec<Input> {
    let input = |name: &str, kind| Input {
        name: name.to_owned(),
        kind,
        means: String::new(),
        measure: None,
        finder_or: None,
    };
    vec![
        input("size", InputKind::Count),
        input("loss", InputKind::Decimal),
        input("found_by", InputKind::OneOf(vec!["us".to_owned(), "them".to_owned()])),
        input("leaked", InputKind::YesNo),
        input("origins", InputKind::List),
    ]
}

fn judge(text: &str, inputs: &Inputs) -> Verdict {
    Predicate::parse(text, &declared()).unwrap_or_else(|error| panic!("{error}")).judge(inputs)
}

#[test]
fn more_than_is_strict() {
    let size = |n| Inputs::default().with("size", Value::Count(n));
    assert_eq!(judge("size > 10", &size(10)), Verdict::No);
    assert_eq!(judge("size > 10", &size(11)), Verdict::Yes);
    assert_eq!(judge("size >= 10", &size(10)), Verdict::Yes);
}

#[test]
fn unknown_is_not_no() {
    let nothing = Inputs::default();
    assert_eq!(judge("size > 10", &nothing), Verdict::Unknown);
    assert_eq!(judge("!(size > 10)", &nothing), Verdict::Unknown);
}

#[test]
fn what_is_known_may_settle_what_is_not() {
    let leaked = Inputs::default().with("leaked", Value::Bool(true));
    assert_eq!(judge("leaked || size > 10", &leaked), Verdict::Yes);
    assert_eq!(judge("size > 10 || leaked", &leaked), Verdict::Yes);
    assert_eq!(judge("!leaked && size > 10", &leaked), Verdict::No);
    assert_eq!(judge("leaked && size > 10", &leaked), Verdict::Unknown);
    assert_eq!(judge("size > 10 ? leaked : leaked", &leaked), Verdict::Yes);
    assert_eq!(judge("leaked ? size > 10 : leaked", &leaked), Verdict::Unknown);
}

#[test]
fn texts_decimals_and_lists_compare() {
    let inputs = Inputs::default()
        .with("found_by", Value::Text("us".to_owned()))
        .with("loss", Value::Decimal(8.5))
        .with("origins", Value::List(vec![Value::Count(100), Value::Count(200)]));
    assert_eq!(judge(r#"found_by != "them""#, &inputs), Verdict::Yes);
    assert_eq!(judge(r#"found_by in ["us", "them"]"#, &inputs), Verdict::Yes);
    assert_eq!(judge("loss > 8.0", &inputs), Verdict::Yes);
    assert_eq!(judge("200 in origins", &inputs), Verdict::Yes);
    assert_eq!(judge("300 in origins", &inputs), Verdict::No);
}

#[test]
fn arithmetic_that_overflows_proves_nothing() {
    let inputs = Inputs::default().with("size", Value::Count(i64::MAX));
    assert_eq!(judge("size * 2 > 10", &inputs), Verdict::Unknown);
}

#[test]
fn a_threshold_is_read_only_where_nothing_else_is_said() {
    let threshold = |text: &str| Predicate::parse(text, &declared()).unwrap().threshold();
    assert_eq!(threshold("size > 500000"), Some(500_000));
    assert_eq!(threshold("size >= 500000"), None);
    assert_eq!(threshold("size > 5 && leaked"), None);
}

#[track_caller]
fn refused(text: &str, expect: Expect) {
    expect.assert_eq(&Predicate::parse(text, &declared()).unwrap_err().to_string());
}

#[test]
fn an_undeclared_input_is_refused() {
    refused(
        "sise > 10",
        expect![[r#"`sise > 10` is no predicate here: `sise` is not declared under [input]"#]],
    );
}

#[test]
fn a_value_that_an_input_never_has_is_refused() {
    refused(
        r#"found_by == "me""#,
        expect![[
            r#"`found_by == "me"` is no predicate here: `found_by` is never `me`, only us, them"#
        ]],
    );
}

#[test]
fn unlike_kinds_do_not_compare() {
    refused(
        r#"size > "many""#,
        expect![[
            r#"`size > "many"` is no predicate here: found no matching overload for '_>_' applied to '(int, string)'"#
        ]],
    );
}

#[test]
fn a_number_is_no_answer() {
    refused(
        "size + 1",
        expect![[r#"`size + 1` is no predicate here: it answers something else than yes or no"#]],
    );
}

#[test]
fn calls_loops_and_fields_are_refused() {
    refused(
        "size(origins) > 1",
        expect![[
            r#"`size(origins) > 1` is no predicate here: `size` is not allowed: only comparisons and logic are"#
        ]],
    );
    refused(
        "origins.exists(o, o > 1)",
        expect![[
            r#"`origins.exists(o, o > 1)` is no predicate here: fields, loops and maps are not allowed: only comparisons and logic are"#
        ]],
    );
    refused(
        "found_by.length > 1",
        expect![[
            r#"`found_by.length > 1` is no predicate here: fields, loops and maps are not allowed: only comparisons and logic are"#
        ]],
    );
}

#[test]
fn nonsense_is_refused() {
    refused(
        "size >",
        expect![[
            r#"`size >` is no predicate here: ERROR: <input>:1:7: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"#
        ]],
    );
    assert!(Predicate::parse(&"(".repeat(8), &declared()).is_err());
    assert!(Predicate::parse(&"!(".repeat(4), &declared()).is_err());
    assert!(Predicate::parse(&"(".repeat(399), &declared()).is_err());
    assert!(Predicate::parse(&"!".repeat(399), &declared()).is_err());
    assert!(Predicate::parse(&"1".repeat(401), &declared()).is_err());
}

#[test]
fn as_many_levels_as_are_allowed_are_read() {
    let text = format!("{}leaked{}", "(".repeat(8), ")".repeat(8));
    assert_eq!(judge(&text, &Inputs::default()), Verdict::Unknown);
    let chain = vec!["leaked"; 40].join(" || ");
    assert_eq!(judge(&chain, &Inputs::default()), Verdict::Unknown);
    let sum = format!("size{} > 1", " + size".repeat(50));
    assert_eq!(judge(&sum, &Inputs::default()), Verdict::Unknown);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[a-z0-9 ()\\[\\]!?:&|<>=.\"'{},+*-]{0,60}") {
        drop(Predicate::parse(&text, &declared()));
    }
}
