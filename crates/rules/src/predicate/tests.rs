//! Three verdicts, and a language that only compares.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn declared() -> Vec<Input> {
    let input = |name: &str, kind| Input::officer(name, kind, "");
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
fn a_list_is_asked_whether_some_or_every_element_does() {
    let origins = |values: &[i64]| {
        let values = values.iter().copied().map(Value::Count).collect();
        Inputs::default().with("origins", Value::List(values))
    };
    assert_eq!(judge("origins.exists(o, o > 1)", &origins(&[1, 2])), Verdict::Yes);
    assert_eq!(judge("origins.exists(o, o > 2)", &origins(&[1, 2])), Verdict::No);
    assert_eq!(judge("origins.all(o, o > 0)", &origins(&[1, 2])), Verdict::Yes);
    assert_eq!(judge("origins.all(o, o > 1)", &origins(&[1, 2])), Verdict::No);
    assert_eq!(judge("origins.exists(o, true)", &origins(&[])), Verdict::No);
    assert_eq!(judge("origins.all(o, false)", &origins(&[])), Verdict::Yes);
    assert_eq!(judge("origins.exists(o, o > 1)", &Inputs::default()), Verdict::Unknown);
}

#[test]
fn what_is_unknown_inside_a_list_is_unknown_unless_another_element_settles_it() {
    let origins =
        Inputs::default().with("origins", Value::List(vec![Value::Count(1), Value::Count(2)]));
    assert_eq!(judge("origins.exists(o, o == size)", &origins), Verdict::Unknown);
    assert_eq!(judge("origins.exists(o, o == 2 || o == size)", &origins), Verdict::Yes);
    assert_eq!(judge("origins.all(o, o != 2 && o != size)", &origins), Verdict::No);
    assert_eq!(judge("origins.exists(o, o > 2 && o == size)", &origins), Verdict::No);
}

#[test]
fn a_value_that_stands_in_a_list_twice_counts_once() {
    let twice = Value::List(vec![Value::Count(7), Value::Count(7)]);
    let origins = Inputs::default().with("origins", twice);
    assert_eq!(judge("size(origins) == 1", &origins), Verdict::Yes);
    assert_eq!(judge("size(origins) == 1", &Inputs::default()), Verdict::Unknown);
}

#[test]
fn a_predicate_about_a_list_asks_for_the_list_and_not_for_its_elements() {
    let text = "origins.exists(o, o != size) && leaked";
    let predicate = Predicate::parse(text, &declared()).unwrap();
    assert_eq!(predicate.asks(), ["origins", "size", "leaked"]);
}

#[test]
fn other_calls_and_fields_are_refused() {
    refused(
        "string(size) == '1'",
        expect![
            "`string(size) == '1'` is no predicate here: `string` is not allowed: only comparisons and logic are"
        ],
    );
    refused(
        "found_by.length > 1",
        expect![
            "`found_by.length > 1` is no predicate here: fields and maps are not allowed: only comparisons and logic are"
        ],
    );
    refused(
        "size(found_by) > 1",
        expect!["`size(found_by) > 1` is no predicate here: `found_by` is no list"],
    );
}

#[test]
fn other_loops_are_refused() {
    refused(
        "origins.exists_one(o, o > 1)",
        expect![
            "`origins.exists_one(o, o > 1)` is no predicate here: of loops only `list.exists(x, …)` and `list.all(x, …)` are allowed"
        ],
    );
    refused(
        "origins.map(o, o + 1) == [1]",
        expect![
            "`origins.map(o, o + 1) == [1]` is no predicate here: of loops only `list.exists(x, …)` and `list.all(x, …)` are allowed"
        ],
    );
    refused(
        "[1, 2].exists(o, o > 1)",
        expect![
            "`[1, 2].exists(o, o > 1)` is no predicate here: of loops only `list.exists(x, …)` and `list.all(x, …)` are allowed"
        ],
    );
    refused(
        "found_by.exists(o, o > 1)",
        expect!["`found_by.exists(o, o > 1)` is no predicate here: `found_by` is no list"],
    );
    refused(
        "origins.exists(o, origins.exists(p, p != o))",
        expect![
            "`origins.exists(o, origins.exists(p, p != o))` is no predicate here: a list is walked inside a list: ask in two predicates"
        ],
    );
    refused(
        "origins.exists(size, size > 1)",
        expect![
            "`origins.exists(size, size > 1)` is no predicate here: `size` is an input already: name the element otherwise"
        ],
    );
    refused(
        "origins.exists(o, o > nothing)",
        expect![
            "`origins.exists(o, o > nothing)` is no predicate here: `nothing` is not declared under [input]"
        ],
    );
    refused(
        "origins.exists(o, o + 1)",
        expect![
            "`origins.exists(o, o + 1)` is no predicate here: it answers something else than yes or no"
        ],
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
