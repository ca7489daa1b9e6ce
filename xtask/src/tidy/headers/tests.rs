//! A file without a header is found, and one whose header says nothing.

use expect_test::{Expect, expect};

use super::*;
use crate::tidy::say;

fn check_file(text: &str, expected: Expect) {
    expected.assert_eq(&say(check, &Tree::of(&[("crates/a/src/b.rs", text), ("a.md", "")])));
}

#[test]
fn a_file_that_says_what_it_is_passes() {
    check_file("//! Notices: what tells one recipient its slice.\n", expect![[""]]);
}

#[test]
fn a_file_that_begins_with_code_is_found() {
    check_file(
        "use std::fmt;\n//! Too late.\n",
        expect![[r"
        crates/a/src/b.rs:1: does not open with `//!`
            fix: say in the first line what the file is, then what it is not and the invariant it keeps
    "]],
    );
}

#[test]
fn a_placeholder_says_nothing() {
    check_file(
        "//! placeholder\n",
        expect![[r"
        crates/a/src/b.rs:1: opens with `//!` and says nothing
            fix: say in the first line what the file is, then what it is not and the invariant it keeps
    "]],
    );
}
