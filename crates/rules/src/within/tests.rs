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
        "earliest of [4 hours, 30 days, holiday roll, 1 month]",
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
        "4 hours, weekend noon",
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

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        if let Ok(within) = text.parse::<Within>() {
            prop_assert_eq!(within.to_string().parse::<Within>().unwrap(), within);
        }
    }

    #[test]
    fn any_number_of_hours_reads_as_it_is_written(hundredths in 1_u32..8_760_000) {
        let within = Within::Hours { hundredths };
        prop_assert_eq!(within.to_string().parse::<Within>().unwrap(), within);
    }
}
