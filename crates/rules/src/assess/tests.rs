//! Every worked grading, and what unknown facts leave possible.

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::input::{Input, Value};
use crate::testing::{REPORTING, grading, pack, reporting};

const VECTORS: &str = include_str!("../../vectors/gradings.csv");

/// Answers a vector: a pack, `PACK#warning`, `PACK#DEFINITION`, or a grading pack. A worked case of the
/// latter, and of a definition, means that there is nothing else.
fn answer(of: &str, facts: &str) -> String {
    let read = |declared: &[Input]| Inputs::parse(declared, facts.split("; ")).unwrap();
    let absent = |declared: &[Input]| read(declared).assuming_absent(declared);
    let pack = reporting();
    match of.split_once('#') {
        Some((_, "warning")) => {
            assess_warning(&pack, &read(pack.inputs())).unwrap().grade.to_string()
        }
        Some((_, definition)) => match pack.define(definition, &absent(pack.inputs())).unwrap() {
            Verdict::Yes => "yes".to_owned(),
            Verdict::No => "no".to_owned(),
            Verdict::Unknown => "unknown".to_owned(),
        },
        None if of.ends_with(".grading") => {
            let grading = grading();
            grading.assess(&absent(grading.inputs())).unwrap().grade.to_string()
        }
        None => {
            let pack = self::pack();
            assess(&pack, &read(pack.inputs())).unwrap().grade.to_string()
        }
    }
}

#[test]
fn every_vector_gets_its_grade() {
    let mut tried = 0;
    for row in csv::Reader::from_reader(VECTORS.as_bytes()).records() {
        let row = row.unwrap();
        assert_eq!(answer(&row[1], &row[2]), &row[3], "{}", &row[0]);
        tried += 1;
    }
    assert_eq!(tried, 34);
}

#[test]
fn the_reason_has_one_line_for_each_grade_tried() {
    let pack = pack();
    let facts = ["max_single_ips=812345", "total_ips=812345"];
    let inputs = Inputs::parse(pack.inputs(), facts).unwrap();
    expect![[r#"
        g1 (Extreme): max_single_ips > 1000000, max_single_ips = 812345: no (art. 7)
        g2 (Major): total_ips > 500000, total_ips = 812345: yes (art. 7)"#]]
    .assert_eq(&assess(&pack, &inputs).unwrap().because);
}

#[test]
fn with_nothing_known_every_grade_is_possible_and_the_gravest_governs() {
    let assessed = assess(&pack(), &Inputs::default()).unwrap();
    assert_eq!(assessed.grade.as_str(), "g1");
    assert_eq!(assessed.possible.len(), 4);
}

#[test]
fn a_warning_that_nobody_has_judged_may_be_of_any_level_and_the_gravest_governs() {
    let assessed = assess_warning(&reporting(), &Inputs::default()).unwrap();
    assert_eq!(assessed.grade.as_str(), "w1");
    assert_eq!(assessed.possible.len(), 4);
}

#[test]
fn a_pack_without_warnings_says_so() {
    let error = assess_warning(&pack(), &Inputs::default()).unwrap_err().to_string();
    assert_eq!(error, "`cn.miit.2009-157` knows no warnings");
}

#[test]
fn a_pack_is_graded_by_its_grading_pack_and_not_without_it() {
    let inputs = Inputs::default().with("leaked_users", Value::Count(200_000_000));
    assert_eq!(assess(&reporting(), &inputs).unwrap().grade.as_str(), "e1");
    let alone = Pack::parse(REPORTING, "reporting.toml").unwrap();
    let error = assess(&alone, &Inputs::default()).unwrap_err().to_string();
    expect!["`cn.miit.2009-156` is graded by `cn.miit.2009-156.grading`, which has not been joined to it: load both"].assert_eq(&error);
}

#[test]
fn undeclared_and_unfit_facts_are_errors() {
    let pack = pack();
    let parse = |pair| Inputs::parse(pack.inputs(), [pair]).unwrap_err().to_string();
    expect![[r#"`size` is no input of this pack: use one of scope, max_single_ips, total_ips, detected_by"#]]
    .assert_eq(&parse("size=3"));
    expect![[r#"`total_ips` cannot be `many`: it wants a whole number, 0 or more"#]]
        .assert_eq(&parse("total_ips=many"));
    expect![[r#"`total_ips` is no `name=value`: write such as `scope=…`"#]]
        .assert_eq(&parse("total_ips"));
    let stray = Inputs::default().with("total_ips", Value::Count(-1));
    assert!(assess(&pack, &stray).is_err());
}

proptest! {
    #[test]
    fn more_addresses_never_make_it_milder(a in 0_i64..2_000_000, b in 0_i64..2_000_000) {
        let pack = pack();
        let rank = |n| {
            let inputs = Inputs::default()
                .with("max_single_ips", Value::Count(n))
                .with("total_ips", Value::Count(n));
            pack.grade(&assess(&pack, &inputs).unwrap().grade).unwrap().rank
        };
        prop_assert!(rank(a.max(b)) <= rank(a.min(b)));
    }

    #[test]
    fn a_threshold_is_passed_only_beyond_it(n in 0_u64..2_000_000) {
        let pack = pack();
        let size = i64::try_from(n).unwrap();
        let inputs = Inputs::default()
            .with("max_single_ips", Value::Count(size))
            .with("total_ips", Value::Count(size));
        let passed = pack.thresholds().into_iter().find(|(_, threshold)| n > *threshold);
        let grade = assess(&pack, &inputs).unwrap().grade;
        prop_assert_eq!(grade.as_str(), passed.map_or("g4".to_owned(), |(id, _)| id.to_string()));
    }
}
