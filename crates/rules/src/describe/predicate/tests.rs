//! Claims about predicates in words.

use super::*;
use crate::testing::pack;

fn both(text: &str) -> [String; 2] {
    let pack = pack();
    let predicate = Predicate::parse(text, pack.inputs()).unwrap();
    [Language::En, Language::Zh]
        .map(|language| Words { pack: &pack, language }.predicate(&predicate))
}

#[test]
fn a_threshold_is_said_with_its_thousands() {
    assert_eq!(
        both("total_ips > 500000"),
        ["total_ips is more than 500,000", "total_ips 超过 500,000"]
    );
}

#[test]
fn a_role_is_called_by_its_name() {
    assert_eq!(
        both("detected_by != \"carrier\""),
        [
            "detected_by is not `carrier` (basic telecommunications operator)",
            "detected_by 不为 `carrier`（基础电信运营企业）"
        ]
    );
}

#[test]
fn a_walk_over_a_list_is_told() {
    let pack = crate::testing::reporting();
    let test = pack.definition("route_hijack").unwrap().test.clone().unwrap();
    assert_eq!(
        Words { pack: &pack, language: Language::En }.predicate(&test),
        "the number of origins is more than 1 and (of some o among origins: o is not holder and o \
         is not one of affiliated and o is not one of authorised)"
    );
}

#[test]
fn logic_keeps_its_brackets() {
    let [en, zh] = both("total_ips >= 3 && (scope in [\"national\"] || !(total_ips < 9))");
    assert_eq!(
        en,
        "total_ips is at least 3 and (scope is one of `national` or not total_ips is less than 9)"
    );
    assert!(zh.contains("且（scope 属于 `national`或并非total_ips 低于 9）"), "{zh}");
}
