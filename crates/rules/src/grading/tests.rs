//! The substitute table: its cases, every worked grading, and tables that are damaged.

use expect_test::{Expect, expect};

use super::*;
use crate::input::Value;
use crate::testing::{GRADING, calendar, grading, reporting};

#[test]
fn the_grading_pack_loads_and_each_of_its_cases_holds() {
    let grading = grading();
    assert_eq!(grading.id().as_str(), "cn.miit.2009-156.grading");
    assert_eq!(grading.cases(), 27);
    assert_eq!(grading.criteria().len(), 21);
    assert_eq!(grading.floor().unwrap().as_str(), "e4");
    assert!(grading.replace_when_found().is_some());
}

#[test]
fn the_reporting_measures_load_and_each_of_their_cases_holds() {
    let pack = reporting();
    assert_eq!(pack.prove(&calendar()).unwrap_or_else(|findings| panic!("{findings}")), 30);
}
