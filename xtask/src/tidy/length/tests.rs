//! The ratchet holds, and tightens when a file shrinks.

use expect_test::{Expect, expect};

use super::*;
use crate::tidy::as_text;

fn check_lines(lines: usize, longer: &[(&str, usize)], expected: Expect) {
    let tree = Tree::of(&[("crates/a/src/a.rs", &"//\n".repeat(lines))]);
    let said = as_text(&check_with(&tree, longer));
    expected.assert_eq(&said);
}

#[test]
fn six_hundred_lines_pass_and_one_more_does_not() {
    check_lines(600, &[], expect![[""]]);
    check_lines(
        601,
        &[],
        expect![[r"
        crates/a/src/a.rs:601: 601 lines, 600 at most
            fix: split it by noun
    "]],
    );
}

#[test]
fn a_listed_file_may_be_longer_but_not_grow() {
    check_lines(700, &[("crates/a/src/a.rs", 700)], expect![[""]]);
    check_lines(
        701,
        &[("crates/a/src/a.rs", 700)],
        expect![[r"
        crates/a/src/a.rs:701: 701 lines, 700 at most
            fix: split it by noun
    "]],
    );
}

#[test]
fn a_listed_file_that_shrank_lowers_its_number() {
    check_lines(
        650,
        &[("crates/a/src/a.rs", 700)],
        expect![[r"
        crates/a/src/a.rs:651: 650 lines, listed with 700
            fix: lower its number in xtask/src/tidy/length.rs, or take it off the list
    "]],
    );
}

#[test]
fn a_listed_file_that_is_gone_leaves_the_list() {
    check_lines(
        1,
        &[("crates/b/src/b.rs", 700)],
        expect![[r"
        crates/b/src/b.rs:1: listed as long, and gone
            fix: take it off the list
    "]],
    );
}
