//! The table is enforced, for tests too where a circle would arise.

use expect_test::{Expect, expect};

use super::*;
use crate::tidy::say;

fn check_members(members: &[(&str, &[&str])], expected: Expect) {
    expected.assert_eq(&say(check, &Tree::of_members(members)));
}

#[test]
fn the_house_as_it_is_drawn_passes() {
    check_members(
        &[
            ("model", &[]),
            ("feeds", &["model"]),
            ("ledger", &["model"]),
            ("query", &["model", "ledger"]),
            ("app", &["model", "feeds", "ledger", "query"]),
            ("web", &["app", "model", "[feeds]"]),
            ("juyan", &["web", "app"]),
            ("xtask", &[]),
        ],
        expect![[""]],
    );
}

#[test]
fn neighbours_do_not_import_one_another() {
    check_members(
        &[("model", &[]), ("feeds", &["model", "atlas"]), ("atlas", &["model"])],
        expect![[r"
            crates/feeds/Cargo.toml:1: `feeds` imports `atlas`: that is not in the table
                fix: take the dependency out, or move the code to where both are seen; the table is in ARCHITECTURE.md
        "]],
    );
}

#[test]
fn the_model_imports_nothing_of_ours() {
    check_members(
        &[("model", &["rules"]), ("rules", &[])],
        expect![[r"
        crates/model/Cargo.toml:1: `model` imports `rules`: that is not in the table
            fix: take the dependency out, or move the code to where both are seen; the table is in ARCHITECTURE.md
    "]],
    );
}

#[test]
fn nobody_imports_the_binary_not_even_a_test() {
    check_members(
        &[("juyan", &[]), ("web", &["[juyan]"])],
        expect![[r"
        crates/web/Cargo.toml:1: `web` imports `juyan`: nobody imports it
            fix: take the dependency out, or move the code to where both are seen; the table is in ARCHITECTURE.md
    "]],
    );
}

#[test]
fn the_test_world_stays_out_of_the_product() {
    check_members(
        &[("testkit", &[]), ("juyan", &["testkit"])],
        expect![[r"
            crates/juyan/Cargo.toml:1: `juyan` imports `testkit`: only tests import it
                fix: take the dependency out, or move the code to where both are seen; the table is in ARCHITECTURE.md
        "]],
    );
}

#[test]
fn a_circle_through_tests_is_told_once() {
    check_members(
        &[("model", &["[rules]"]), ("rules", &["model"]), ("app", &["rules"])],
        expect![[r"
            crates/model/Cargo.toml:1: imports go in a circle: model → rules → model
                fix: move the test to the crate that sees both
        "]],
    );
}

#[test]
fn a_crate_without_a_row_is_asked_for_one() {
    check_members(
        &[("helpers", &[])],
        expect![[r"
        crates/helpers/Cargo.toml:1: `helpers` has no row in the import table
            fix: say what it may import in xtask/src/tidy/imports.rs; the table is in ARCHITECTURE.md
    "]],
    );
}
