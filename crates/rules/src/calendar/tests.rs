//! Which days are worked, and what a calendar file may not say.

use expect_test::{Expect, expect};
use jiff::civil::date;

use super::*;
use crate::testing::{calendar, provisional};

#[test]
fn a_make_up_saturday_is_worked_and_a_swapped_monday_is_not() {
    let calendar = calendar();
    assert!(calendar.is_working_day(date(2025, 10, 11)).unwrap());
    assert!(!calendar.is_working_day(date(2025, 10, 6)).unwrap());
    assert!(!calendar.is_working_day(date(2025, 6, 14)).unwrap());
    assert!(calendar.is_working_day(date(2025, 6, 13)).unwrap());
}

#[test]
fn the_id_names_the_version() {
    assert_eq!(calendar().id(), "cn@2026-01");
    assert_eq!(calendar().years().collect::<Vec<_>>(), (2004..=2026).collect::<Vec<_>>());
}

#[test]
fn a_missing_year_is_an_error_that_names_it() {
    let error = calendar().is_working_day(date(2027, 1, 4)).unwrap_err();
    expect![[r#"
        the calendar `cn@2026-01` has no year 2027: add the official order for 2027, or ask for a provisional calendar by name"#]]
    .assert_eq(&error.to_string());
}

#[test]
fn a_provisional_year_is_used_only_when_asked_for_and_says_so() {
    let joined = calendar().with_provisional(&provisional());
    assert_eq!(joined.id(), "cn@2026-01+cn-2027-provisional");
    assert!(!joined.is_working_day(date(2027, 1, 1)).unwrap());
    assert!(joined.is_working_day(date(2027, 1, 4)).unwrap());
    assert!(joined.provisional(2027));
    assert!(!joined.provisional(2026));
    assert_eq!(provisional().provisional_for(), Some("cn"));
    let the_wrong_way_round = provisional().with_provisional(&calendar());
    assert_eq!(the_wrong_way_round, provisional());
}

#[test]
fn a_provisional_calendar_made_for_another_is_not_joined() {
    let other = crate::testing::PROVISIONAL.replace("= \"cn\"", "= \"other\"");
    let other = Calendar::parse(&other, "other.toml").unwrap();
    assert_eq!(other.provisional_for(), Some("other"));
    assert_eq!(calendar().with_provisional(&other), calendar());
}

#[test]
fn a_former_version_knows_the_year_as_it_was_and_none_after() {
    let former = calendar().former("2019-11").unwrap();
    assert_eq!(former.id(), "cn@2019-11");
    assert!(former.is_working_day(date(2020, 1, 31)).unwrap());
    assert!(!calendar().is_working_day(date(2020, 1, 31)).unwrap());
    assert!(former.is_working_day(date(2021, 1, 4)).is_err());
    assert!(calendar().former("1999").is_none());
}

#[track_caller]
fn refused(from: &str, to: &str, expect: Expect) {
    let good = r#"schema = "calendar/1"
name = "xx"
version = "1"
title.en = "Nowhere"
weekend = ["saturday", "sunday"]
[occasion]
day-off = { en = "Day off" }
[year.2025]
rest = [{ from = 2025-01-01, to = 2025-01-02, for = "day-off" }]
work = [{ on = 2025-01-04, for = "day-off" }]
"#;
    assert!(Calendar::parse(good, "xx.toml").is_ok());
    let bad = good.replace(from, to);
    assert_ne!(bad, good);
    expect.assert_eq(&Calendar::parse(&bad, "xx.toml").unwrap_err().to_string());
}

#[test]
fn a_day_outside_its_year_is_refused() {
    refused(
        "to = 2025-01-02",
        "to = 2026-01-02",
        expect![[r#"
        xx.toml:9: year.2025.rest[1]: 2026-01-01 is not in 2025; move it to its own year's table
        xx.toml:10: year.2025: 2025-01-04 is listed twice; leave one of the two"#]],
    );
}

#[test]
fn a_day_listed_twice_is_refused() {
    refused(
        "on = 2025-01-04",
        "on = 2025-01-02",
        expect![[r#"
        xx.toml:10: year.2025.work[1]: 2025-01-02 is a working day anyway; list here only weekend days that are worked
        xx.toml:10: year.2025: 2025-01-02 is listed twice; leave one of the two"#]],
    );
}

#[test]
fn an_unknown_key_and_an_unknown_occasion_are_both_named() {
    refused(
        "on = 2025-01-04, for = \"day-off\"",
        "on = 2025-01-04, for = \"x\", y = 1",
        expect![[r#"
            xx.toml:10: year.2025.work[1].for: `x` is no occasion; add it under [occasion]
            xx.toml:10: year.2025.work[1].y: `y` is no key of this table; use one of for, on, or remove it"#]],
    );
}

#[test]
fn a_weekday_that_is_none_is_refused() {
    refused(
        "\"saturday\"",
        "\"Samstag\"",
        expect![[r#"
        xx.toml:5: weekend[1]: `Samstag` is none of the words that the engine knows here; use one of `monday`, `tuesday`, `wednesday`, `thursday`, `friday`, `saturday`, `sunday`
        xx.toml:10: year.2025.work[1]: 2025-01-04 is a working day anyway; list here only weekend days that are worked"#]],
    );
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_line() {
    refused(
        "name = \"xx\"",
        "name =",
        expect![[
            r#"xx.toml:2: string values must be quoted, expected literal string; write it as TOML 1.0 wants it; a key may stand only once"#
        ]],
    );
}
