//! A map that has rotted is found out.

use expect_test::{Expect, expect};

use super::*;
use crate::tidy::say;

const GOOD_DOOR: (&str, &str) =
    ("README.md", "`cargo run --release -- demo`, then `cargo xtask test`.");

fn check_map(map: &str, expected: Expect) {
    let tree = Tree::of(&[
        GOOD_DOOR,
        ("ARCHITECTURE.md", map),
        ("crates/model/src/lib.rs", ""),
        ("deny.toml", ""),
    ]);
    expected.assert_eq(&say(check, &tree));
}

#[test]
fn paths_that_are_there_pass() {
    check_map("`crates/model/` holds `crates/model/src/lib.rs`; see `deny.toml`.", expect![[""]]);
}

#[test]
fn a_path_that_is_gone_is_named_with_its_line() {
    check_map(
        "one\n`crates/moral/src/lib.rs` and `dney.toml`",
        expect![[r"
            ARCHITECTURE.md:2: `crates/moral/src/lib.rs` is not in the repository
                fix: correct the path, or take it out until it is there
            ARCHITECTURE.md:2: `dney.toml` is not in the repository
                fix: correct the path, or take it out until it is there
        "]],
    );
}

#[test]
fn a_placeholder_is_checked_up_to_where_it_stands() {
    check_map(
        "`crates/model/src/<noun>.rs`, `crates/web/src/<noun>.rs`",
        expect![[r"
            ARCHITECTURE.md:1: `crates/web/src/<noun>.rs` is not in the repository
                fix: correct the path, or take it out until it is there
        "]],
    );
}

#[test]
fn what_is_no_path_is_left_alone() {
    check_map(
        "`/incidents/{id}`, `text/csv`, `shadowserver/event4_sinkhole`, `10.0.0.0/8`, `a / b`",
        expect![[""]],
    );
}

#[test]
fn drawings_in_fences_are_left_alone() {
    check_map("```text\n`crates/later/`\n```", expect![[""]]);
}

#[test]
fn a_link_that_leads_nowhere_is_found_in_any_document() {
    let tree = Tree::of(&[
        GOOD_DOOR,
        ("ARCHITECTURE.md", "[good](deny.toml) [web](https://example.org/x) [part](#part)"),
        ("docs/api.md", "[up](../deny.toml#licences)\n[gone](errors.md)"),
        ("deny.toml", ""),
    ]);
    expect![[r"
        docs/api.md:2: the link to `errors.md` leads nowhere
            fix: correct the link
    "]]
    .assert_eq(&say(check, &tree));
}

#[test]
fn the_first_page_names_the_two_commands() {
    let tree = Tree::of(&[("README.md", "cargo xtask test"), ("ARCHITECTURE.md", "")]);
    expect![[r"
        README.md:1: `cargo run --release -- demo` is not on the first page
            fix: name both commands that somebody new needs
    "]]
    .assert_eq(&say(check, &tree));
}

#[test]
fn a_missing_map_is_found() {
    expect![[r"
        ARCHITECTURE.md:1: there is none
            fix: write it
    "]]
    .assert_eq(&say(check, &Tree::of(&[GOOD_DOOR])));
}
