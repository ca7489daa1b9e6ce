//! The grammar reads what it writes, and nothing else.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn reads_as_itself(text: &str) {
    assert_eq!(text.parse::<Within>().unwrap().to_string(), text);
}

#[test]
fn every_form_reads_as_it_is_written() {
    for text in [
        "2 hours",
        "1 hour",
        "0.5 hours",
        "1.25 hours",
        "90 minutes",
        "1 working day",
        "5 working days",
        "60 days",
        "30 days, holiday roll",
        "1 month",
        "3 months, holiday roll",
        "first 10 working days of next month",
        "immediately",
        "promptly",
        "at the same time",
        "at discretion",
        "no time stated",
        "standing",
        "continuously",
        "4 hours, weekend noon",
        "90 minutes, weekend noon",
        "1 month, weekend noon",
        "earliest of [4 hours, 30 days, holiday roll, 1 month]",
        "earliest of [4 hours, weekend noon, 24 hours, weekend noon]",
    ] {
        reads_as_itself(text);
    }
}

#[test]
fn what_the_grammar_does_not_know_is_refused() {
    for text in [
        "",
        "2",
        "two hours",
        "-1 hours",
        "0 hours",
        "0 days",
        "1.234 hours",
        "2.5 days",
        "5 weeks",
        "99999999999 hours",
        "5 working days, holiday roll",
        "2 hours, holiday roll",
        "5 working days, weekend noon",
        "promptly, weekend noon",
        "2 days, holiday roll, weekend noon",
        "2 days, weekend noon, holiday roll",
        "first 24 working days of next month",
        "first 5 days of next month",
        "soon",
        "earliest of []",
        "earliest of [2 hours]",
        "earliest of [earliest of [1 hour, 2 hours], 3 hours]",
        "earliest of 2 hours, 3 hours",
    ] {
        assert!(text.parse::<Within>().is_err(), "{text}");
    }
}

#[test]
fn haste_without_a_number_is_not_numbered() {
    let numbered = |text: &str| text.parse::<Within>().unwrap().is_numbered();
    assert!(!numbered("promptly"));
    assert!(!numbered("continuously"));
    assert!(numbered("5 working days"));
    assert!(numbered("earliest of [promptly, 2 hours]"));
}

#[test]
fn every_form_has_its_chinese() {
    let said = |text: &str| text.parse::<Within>().unwrap().text("zh");
    assert_eq!(said("0.5 hours"), "0.5 小时");
    assert_eq!(said("30 days, holiday roll"), "30 日（遇休息日顺延）");
    assert_eq!(said("4 hours, weekend noon"), "4 小时（遇休息日延至下一工作日 12:00）");
    assert_eq!(said("earliest of [promptly, 1 month]"), "以下最早者：及时、1 个月");
    assert_eq!("promptly".parse::<Within>().unwrap().text("en"), "promptly");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        if let Ok(within) = text.parse::<Within>() {
            prop_assert_eq!(within.to_string().parse::<Within>().unwrap(), within);
        }
    }

    #[test]
    fn any_words_of_the_grammar_are_read_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "1", "2.5", "00", "99999999999", "hours", "minutes", "working days", "days", "month",
                "first", "of next month", "promptly", "earliest of", "[", "]", ",", "holiday roll",
                "weekend noon", "standing", "\u{0}", "日",
            ]),
            0..12,
        ),
    ) {
        if let Ok(within) = words.join(" ").parse::<Within>() {
            prop_assert_eq!(within.to_string().parse::<Within>().unwrap(), within);
        }
    }

    #[test]
    fn any_time_allowed_reads_as_it_is_written(within in anything()) {
        prop_assert_eq!(within.to_string().parse::<Within>().unwrap(), within.clone());
        prop_assert!(!within.text("zh").is_empty());
    }
}

/// Every time allowed that the grammar can say.
pub(crate) fn anything() -> impl Strategy<Value = Within> {
    prop_oneof![
        4 => single_time(),
        1 => prop::collection::vec(single_time(), 2..=8).prop_map(Within::EarliestOf),
    ]
}

fn single_time() -> impl Strategy<Value = Within> {
    let noon = |within| Within::WeekendNoon(Box::new(within));
    let words = [
        UNNUMBERED.map(|(_, word)| Within::Unnumbered(word)).to_vec(),
        STANDING.map(|(_, word)| Within::Standing(word)).to_vec(),
    ];
    prop_oneof![
        (1..=MOST * 100).prop_map(|hundredths| Within::Hours { hundredths }),
        (1..=MOST).prop_map(Within::Minutes),
        (1..=MOST_WORKING_DAYS).prop_map(Within::WorkingDays),
        ((1..=MOST_DAYS), any::<bool>()).prop_map(|(n, roll)| Within::Days { n, roll }),
        ((1..=MOST_DAYS), any::<bool>()).prop_map(|(n, roll)| Within::Months { n, roll }),
        (1_u32..=23).prop_map(Within::FirstWorkingDaysOfNextMonth),
        (1..=MOST * 100).prop_map(move |hundredths| noon(Within::Hours { hundredths })),
        (1..=MOST).prop_map(move |n| noon(Within::Minutes(n))),
        (1..=MOST_DAYS).prop_map(move |n| noon(Within::Days { n, roll: false })),
        (1..=MOST_DAYS).prop_map(move |n| noon(Within::Months { n, roll: false })),
        prop::sample::select(words.concat()),
    ]
}

#[test]
fn data_are_kept_for_as_long_as_a_time_can_last() {
    let days = |text: &str| text.parse::<Within>().unwrap().longest_days();
    let known = ["60 days", "6 months", "60 months", "14 months", "25 hours"].map(days);
    assert_eq!(known, [Some(60), Some(186), Some(1830), Some(428), Some(2)]);
    assert_eq!(days("earliest of [2 months, 50 days]"), Some(50));
    assert_eq!(["5 working days", "promptly", "1 month, holiday roll"].map(days), [None; 3]);
}
