//! Files of law together.

use expect_test::expect;

use super::*;
use crate::testing::{GRADING, PACK, REPORTING};

#[test]
fn packs_load_together_in_any_order_each_joined_to_its_grading_pack() {
    let library =
        Library::read([("a.toml", REPORTING), ("b.toml", PACK), ("c.toml", GRADING)]).unwrap();
    let ids: Vec<&str> = library.packs.iter().map(|pack| pack.id().as_str()).collect();
    assert_eq!(ids, ["cn.miit.2009-156", "cn.miit.2009-157"]);
    assert!(library.packs[0].grading().is_some());
    assert_eq!(library.gradings.len(), 1);
}

#[test]
fn a_botnet_falls_under_both_packs_of_2009_and_phishing_only_under_the_wider_one() {
    let library = Library::read([("a", REPORTING), ("b", PACK), ("c", GRADING)]).unwrap();
    let applying = |kind: &str| library.packs.iter().filter(|p| p.covers(kind)).count();
    assert_eq!(applying("c2-server"), 2);
    assert_eq!(applying("phishing"), 1);
    assert_eq!(applying("brute-force"), 0);
}

#[test]
fn a_grading_pack_that_is_not_there_is_named() {
    let findings = Library::read([("reporting.toml", REPORTING)]).unwrap_err().to_string();
    expect!["reporting.toml: grade.see: there is no grading pack `cn.miit.2009-156.grading`; load it together with the pack, or correct its name"].assert_eq(&findings);
}

#[test]
fn a_file_that_says_no_schema_is_told_so() {
    let findings = Library::read([("stray.toml", "x = 1")]).unwrap_err().to_string();
    assert!(
        findings.contains("stray.toml: `schema` is missing")
            || findings.contains("`schema` is missing"),
        "{findings}"
    );
}
