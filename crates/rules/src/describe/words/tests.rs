//! Claims about words for times, parties and grades.

use super::*;
use crate::testing::pack;

fn both(text: &str) -> [String; 2] {
    let time = text.parse().unwrap();
    [within(&time, Language::En), within(&time, Language::Zh)]
}

#[test]
fn every_time_allowed_has_words() {
    assert_eq!(both("1 hour"), ["within 1 hour", "1 小时内"]);
    assert_eq!(both("0.5 hours"), ["within 0.5 hours", "0.5 小时内"]);
    assert_eq!(both("5 working days"), ["within 5 working days", "5 个工作日内"]);
    assert_eq!(
        both("first 10 working days of next month"),
        ["within the first 10 working days of next month", "次月前 10 个工作日内"]
    );
    assert_eq!(both("promptly"), ["promptly", "及时"]);
    assert_eq!(
        both("earliest of [4 hours, 1 month]"),
        ["the earliest of: within 4 hours; within 1 month", "4 小时内或1 个月内，以最早者为准"]
    );
}

#[test]
fn what_is_kept_is_not_done_within() {
    let keep = Clock::Keep("60 days".parse().unwrap());
    assert_eq!(clock(&keep, Language::En), "keep for 60 days");
    assert_eq!(clock(&keep, Language::Zh), "留存 60 日");
}

#[test]
fn parties_and_grades_are_named_in_both_languages() {
    let pack = pack();
    let duty = pack.duty(&"M3b".parse().unwrap()).unwrap();
    let words = |language| Words { pack: &pack, language };
    assert_eq!(words(Language::Zh).parties(&duty.to), "涉事省份的通信管理局");
    assert_eq!(words(Language::Zh).grades(duty).unwrap(), "较大（g3）及以上");
    assert_eq!(words(Language::En).grades(duty).unwrap(), "Serious (g3) or graver");
    let trigger = pack.trigger("handler.notice_received").unwrap();
    assert!(words(Language::Zh).trigger(trigger).ends_with("接到事件通报"));
}
