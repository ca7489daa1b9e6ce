//! A duty that nobody has worked an example of is found.

use expect_test::{Expect, expect};

use super::*;
use crate::tidy::say;

const PACK: &str = r#"
[regime]
id = "example.1"
[duty]
A1 = { does = "report", within = "2 hours" }
A10 = { does = "answer", within = "4 hours" }
[[test]]
duty = "A1"
"#;

fn check_with(vectors: &str, expected: Expect) {
    let tree =
        Tree::of(&[("regimes/example.toml", PACK), ("crates/rules/vectors/due.csv", vectors)]);
    expected.assert_eq(&say(check, &tree));
}

#[test]
fn a_case_in_the_pack_or_beside_it_is_enough() {
    check_with("id,note,regime,duty\nD1,\"a, b\",example.1,A10\n", expect![[""]]);
}

#[test]
fn several_duties_may_share_a_case() {
    let pack = PACK.replace("duty = \"A1\"", "duty = [\"A1\", \"A10\"]");
    expect![[""]].assert_eq(&say(check, &Tree::of(&[("regimes/example.toml", &pack)])));
}

#[test]
fn a_duty_without_a_case_is_named() {
    check_with(
        "id,regime,duty\n",
        expect![[r#"
        regimes/example.toml:6: the duty `A10` has no case
            fix: add a `[[test]]` with `duty = "A10"`, or a row under crates/rules/vectors/
    "#]],
    );
}

#[test]
fn the_case_of_another_regime_does_not_count() {
    check_with(
        "id,regime,duty\nD1,example.2,A10\n",
        expect![[r#"
        regimes/example.toml:6: the duty `A10` has no case
            fix: add a `[[test]]` with `duty = "A10"`, or a row under crates/rules/vectors/
    "#]],
    );
}

#[test]
fn a_table_of_other_things_is_no_case() {
    check_with(
        "pack,inputs\nexample.1,A10\n",
        expect![[r#"
        regimes/example.toml:6: the duty `A10` has no case
            fix: add a `[[test]]` with `duty = "A10"`, or a row under crates/rules/vectors/
    "#]],
    );
}

#[test]
fn a_pack_that_cannot_be_read_is_found() {
    let tree = Tree::of(&[("regimes/broken.toml", "[regime")]);
    assert!(say(check, &tree).contains("fix: make it TOML"));
}
