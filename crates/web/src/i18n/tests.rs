//! Both languages say everything, and nothing is said that no page asks for.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

const EN: &str = include_str!("../../locales/en.ftl");
const ZH: &str = include_str!("../../locales/zh.ftl");

fn keys(messages: &str) -> BTreeSet<&str> {
    let own = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
    messages.lines().filter(own).filter_map(|line| line.split(" =").next()).collect()
}

/// All Rust text under `src`, joined.
fn code(dir: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(dir).expect("a source directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all += &code(&path);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            all += &std::fs::read_to_string(&path).expect("a source file");
        }
    }
    all
}

fn source() -> String {
    code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn both_languages_have_the_same_messages() {
    assert_eq!(keys(EN), keys(ZH));
    for lang in all() {
        let lost: Vec<_> = keys(EN).into_iter().filter(|key| !lang.has(key)).collect();
        assert!(lost.is_empty(), "{} cannot be read: {lost:?}", lang.code);
    }
}

#[test]
fn every_message_that_pages_ask_for_exists() {
    let source = source();
    let mut lost = BTreeSet::new();
    for piece in source.split("t!(l, \"").skip(1) {
        let key = piece.split('"').next().unwrap_or_default();
        if !ENGLISH.has(key) {
            lost.insert(key);
        }
    }
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn every_message_is_asked_for() {
    let source = source();
    let kinds = [
        "state-", "act-", "within-", "class-", "detail-", "problem-", "weekday-", "post-", "can-",
        "refusal-",
    ];
    let idle: Vec<_> = keys(EN)
        .into_iter()
        .filter(|key| !kinds.iter().any(|kind| key.starts_with(kind)))
        .filter(|key| !source.contains(&format!("\"{key}\"")))
        .collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn numbers_are_grouped_and_plurals_agree() {
    assert_eq!(ENGLISH.num(1_234_567), "1,234,567");
    assert_eq!(CHINESE.num(u64::MAX), "18,446,744,073,709,551,615");
    assert_eq!(ENGLISH.tenths(-118), "-11.8");
    assert_eq!(t!(ENGLISH, "addresses", n = 1), "1 address");
    assert_eq!(t!(ENGLISH, "addresses", n = 12_345), "12,345 addresses");
    assert_eq!(t!(CHINESE, "addresses", n = 1_048_213), "1,048,213 个地址");
}

#[test]
fn the_reader_s_first_wish_is_met() {
    assert_eq!(negotiate("zh-CN,zh;q=0.9,en;q=0.8").code, "zh");
    assert_eq!(negotiate("fr,en;q=0.5,zh;q=0.9").code, "zh");
    assert_eq!(negotiate("en-GB,zh").code, "en");
    assert_eq!(negotiate("").code, "en");
    assert_eq!(negotiate(";;;,q=,zh;q=x").code, "en");
    assert_eq!(get("ar").code, "en", "not offered yet");
}

#[test]
fn an_unknown_code_is_shown_as_it_came() {
    assert_eq!(ENGLISH.word("state", "proposed"), "Proposed");
    assert_eq!(ENGLISH.word("state", "melted"), "melted");
    assert_eq!(ENGLISH.fill("no-such-key", &[]), "⟦no-such-key⟧");
}
