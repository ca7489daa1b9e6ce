//! Claims about the obligations table.

use super::*;
use crate::testing::pack;

#[test]
fn duties_stand_under_their_articles() {
    let sheet = sheet(&pack(), Language::En, None);
    let articles: Vec<&str> = sheet.chapters.iter().map(|c| c.article.as_str()).collect();
    assert_eq!(articles, ["5", "6", "8", "9", "10", "11", "12", "15", "16", "17", "18"]);
    let lines: usize = sheet.chapters.iter().map(|chapter| chapter.lines.len()).sum();
    assert_eq!(lines, pack().duties().len());
}

#[test]
fn a_line_says_who_what_to_whom_by_when() {
    let sheet = sheet(&pack(), Language::En, None);
    let line = sheet.chapters[2].lines.iter().find(|l| l.duty.as_str() == "M2a").unwrap();
    assert_eq!(line.who, "the operator that found it");
    assert_eq!(line.cc.as_deref(), Some("CNCERT"));
    assert_eq!(line.within, "within 2 hours");
    assert_eq!(line.from.as_deref(), Some("an operator discovers the incident"));
}

#[test]
fn at_a_grade_only_its_duties_remain() {
    let sheet = sheet(&pack(), Language::En, Some(&"g4".parse().unwrap()));
    let all: Vec<&str> =
        sheet.chapters.iter().flat_map(|c| &c.lines).map(|l| l.duty.as_str()).collect();
    assert!(all.contains(&"M2b") && !all.contains(&"M2a") && all.contains(&"S1"));
}

#[test]
fn grades_are_in_words() {
    let sheet = sheet(&pack(), Language::Zh, None);
    assert_eq!(sheet.grades[0].when, "max_single_ips 超过 1,000,000");
    assert_eq!(sheet.grades[3].when, "其他情形");
}
