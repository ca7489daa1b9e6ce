//! Which days are worked, and what a calendar file may not say.

use expect_test::{Expect, expect};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::testing::{CALENDAR, calendar, calendars, provisional};

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

/// Working days of each year, and FNV-1a over its days, `1` worked and `0` not: as two independent
/// tables of the orders have them.
const YEARS: [(i16, usize, u64); 23] = [
    (2004, 252, 0x00e4_857e_6a7b_e5ed),
    (2005, 250, 0xfa3f_2d2f_6ea7_b491),
    (2006, 251, 0xc5ba_a70b_210b_59d4),
    (2007, 249, 0xdc49_3e04_bbd7_4272),
    (2008, 251, 0x9b40_57cf_cb78_f224),
    (2009, 250, 0x122b_ba25_506c_423d),
    (2010, 250, 0x17c1_48f8_7628_c499),
    (2011, 250, 0xfeb3_cb43_c6bd_c1df),
    (2012, 249, 0x086c_3fb5_0e8b_1e7c),
    (2013, 250, 0x7928_bda0_2ad0_c1c3),
    (2014, 250, 0x8f70_45d1_dc45_09a1),
    (2015, 249, 0xd3a7_a9b3_41b5_6b5c),
    (2016, 250, 0xb8c5_b098_7cb3_1e27),
    (2017, 249, 0x5946_f42c_3dd6_d500),
    (2018, 250, 0x320b_bfa5_8223_c8eb),
    (2019, 250, 0xd5d6_945d_5c7a_40b5),
    (2020, 249, 0xfa68_63c8_d7d2_4e3e),
    (2021, 250, 0x6aab_21aa_402a_ef35),
    (2022, 249, 0x04ea_b186_d10a_0dde),
    (2023, 249, 0xd8c0_41b8_483f_7454),
    (2024, 251, 0x5a58_6f10_bfd7_7588),
    (2025, 248, 0x8f71_acc3_72ef_2e1b),
    (2026, 248, 0x1fb4_32a6_2fc8_a6b7),
];

#[test]
fn every_day_of_every_year_is_as_it_was_ordered() {
    let calendar = calendar();
    for (year, worked, digest) in YEARS {
        let mut days = String::new();
        let mut day = date(year, 1, 1);
        while day.year() == year {
            days.push(if calendar.is_working_day(day).unwrap() { '1' } else { '0' });
            day = day.tomorrow().unwrap();
        }
        assert_eq!(days.matches('1').count(), worked, "{year}");
        let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        assert_eq!(days.bytes().fold(0xcbf2_9ce4_8422_2325, fnv), digest, "{year}");
        let by_month = calendar.working_days_by_month(year).iter().sum::<u32>();
        assert_eq!(usize::try_from(by_month).unwrap(), worked, "{year}");
    }
}

#[test]
fn every_calendar_says_where_it_is_from_and_reads_as_it_is_written() {
    let all = calendars();
    assert_eq!(all.len(), 12);
    for calendar in &all {
        assert!(calendar.source().is_some(), "{}", calendar.id());
        assert!(calendar.every_year() || calendar.zone_name().is_some(), "{}", calendar.id());
        let again = Calendar::parse(&calendar.to_toml(), "again.toml");
        assert_eq!(again.as_ref(), Ok(calendar));
    }
}

#[test]
fn a_former_version_knows_the_year_as_it_was_and_none_after() {
    let former = calendar().former("2019-11").unwrap();
    assert_eq!(former.id(), "cn@2019-11");
    assert!(former.is_working_day(date(2020, 1, 31)).unwrap());
    assert!(!calendar().is_working_day(date(2020, 1, 31)).unwrap());
    assert!(former.is_working_day(date(2021, 1, 4)).is_err());
    assert!(calendar().former("1999").is_none());
    let error = former.is_working_day(date(2021, 1, 4)).unwrap_err();
    expect!["the calendar `cn@2019-11` has no year 2021: it is a former version; ask `cn@2026-01`"]
        .assert_eq(&error.to_string());
}

#[test]
fn an_older_version_has_the_years_before_as_they_were_then() {
    let calendar = calendar();
    let worked =
        |version: &str, day| calendar.former(version).unwrap().is_working_day(day).unwrap();
    assert!(worked("2014-12", date(2015, 9, 3)));
    assert!(!worked("2018-12", date(2015, 9, 3)));
    assert!(worked("2018-12", date(2019, 5, 2)));
    assert!(!worked("2019-11", date(2019, 5, 2)));
    assert!(!worked("2020-01", date(2020, 1, 31)));
    assert_eq!(calendar.former("2026-01"), Some(calendar.clone()));
    let versions: Vec<_> = calendar
        .versions()
        .into_iter()
        .map(|known| (known.version, known.through.unwrap(), known.replaced))
        .collect();
    assert_eq!(
        versions,
        [
            ("2014-12".to_owned(), 2015, vec![2015]),
            ("2018-12".to_owned(), 2019, vec![2019]),
            ("2019-11".to_owned(), 2020, vec![2020]),
            ("2020-01".to_owned(), 2020, vec![]),
            ("2026-01".to_owned(), 2026, vec![]),
        ]
    );
}

#[test]
fn an_id_finds_the_calendar_that_wrote_it() {
    let all = calendars();
    let all: Vec<&Calendar> = all.iter().collect();
    let joined = calendar().with_provisional(&provisional());
    for known in [calendar(), calendar().former("2019-11").unwrap(), joined.clone()] {
        assert_eq!(find(&all, &known.id()), Ok(known));
    }
    assert_eq!(find(&[&joined, &provisional()], "cn@2026-01"), Ok(calendar()));
    assert_eq!(find(&[&joined, &provisional()], &joined.id()), Ok(joined));
    let wrong = |id: &str| find(&all, id).unwrap_err().to_string();
    expect!["there is no calendar `xx`; there are: au, cn-2027-provisional, cn, de, fr, hk, jp, kr, nl, sg, us, weekends"]
        .assert_eq(&wrong("xx@1"));
    expect!["the calendar `cn` has no version `1999`; it has: 2014-12, 2018-12, 2019-11, 2020-01, 2026-01"]
        .assert_eq(&wrong("cn@1999"));
    expect!["`weekends` is no provisional calendar that adds a year to `cn@2026-01`"]
        .assert_eq(&wrong("cn+weekends"));
}

#[test]
fn weekends_answer_for_any_year_and_nothing_else_does() {
    let all = calendars();
    let weekends = all.iter().find(|calendar| calendar.name() == "weekends").unwrap();
    assert_eq!(weekends.id(), "weekends@any");
    for year in [1, 1987, 2026, 2027, 9999] {
        let christmas = date(year, 12, 25);
        assert_eq!(
            weekends.is_working_day(christmas).unwrap(),
            !matches!(christmas.weekday(), Weekday::Saturday | Weekday::Sunday)
        );
    }
    assert_eq!(all.iter().filter(|calendar| calendar.every_year()).count(), 1);
}

/// A country whose weekend is Friday and Saturday, and its year.
const FRIDAYS: &str = r#"schema = "calendar/1"
name = "xx"
version = "1"
title.en = "Nowhere"
weekend = ["friday", "saturday"]
[occasion]
day-off = { en = "Day off" }
[year.2025]
rest = [{ from = 2025-01-05, to = 2025-01-06, for = "day-off" }]
work = [{ on = 2025-01-04, for = "day-off" }]
"#;

fn fridays() -> Calendar {
    Calendar::parse(FRIDAYS, "xx.toml").unwrap()
}

#[test]
fn a_weekend_may_be_any_days() {
    let worked: Vec<i8> =
        (1..=12).filter(|day| fridays().is_working_day(date(2025, 1, *day)).unwrap()).collect();
    assert_eq!(worked, [1, 2, 4, 7, 8, 9, 12]);
}

fn listed(days: &[(&str, bool, &str)]) -> Vec<ListedDay> {
    let day = |(line, (date, working, name)): (usize, &(&str, bool, &str))| ListedDay {
        date: date.parse().unwrap(),
        working: *working,
        name: (*name).to_owned(),
        line: line + 2,
    };
    days.iter().enumerate().map(day).collect()
}

#[test]
fn a_listed_year_becomes_a_new_version_over_the_former() {
    let days = listed(&[
        ("2026-01-01", false, "Day off"),
        ("2026-01-02", false, "Day off"),
        ("2025-01-06", false, "Another day"),
        ("2025-01-10", true, "Another day (make-up)"),
    ]);
    let new = fridays().listed("2", &days, "xx.csv").unwrap().succeeding(&fridays()).unwrap();
    assert_eq!((new.id().as_str(), new.years().collect::<Vec<_>>()), ("xx@2", vec![2025, 2026]));
    assert!(new.is_working_day(date(2025, 1, 5)).unwrap());
    assert!(new.is_working_day(date(2025, 1, 10)).unwrap());
    assert!(!new.is_working_day(date(2026, 1, 1)).unwrap());
    let former = new.former("1").unwrap();
    assert!(former.changes_from(&fridays()).is_empty());
    assert!(former.is_working_day(date(2026, 1, 1)).is_err());
    assert_eq!(Calendar::parse(&new.to_toml(), "xx.toml").as_ref(), Ok(&new));
    assert_eq!(new.clone().succeeding(&new).as_ref(), Ok(&new));
    let again = new.listed("2", &days, "xx.csv").unwrap();
    assert_eq!(again.succeeding(&new).as_ref(), Ok(&new));
    expect![[r#"
        [
            DayChange {
                date: 2025-01-04,
                working: false,
            },
            DayChange {
                date: 2025-01-05,
                working: true,
            },
            DayChange {
                date: 2025-01-10,
                working: true,
            },
        ]
    "#]]
    .assert_debug_eq(&new.changes_from(&fridays()).days);
}

#[test]
fn a_list_with_faults_names_their_lines() {
    let days =
        listed(&[("2025-01-05", true, ""), ("2025-01-06", false, ""), ("2025-01-06", false, "")]);
    expect![[r#"
        xx.csv:2: date: 2025-01-05 is a working day anyway; list as worked only weekend days
        xx.csv:4: date: 2025-01-06 is listed twice; leave one of the two"#]]
    .assert_eq(&fridays().listed("2", &days, "xx.csv").unwrap_err().to_string());
    assert!(fridays().listed("2", &[], "xx.csv").is_err());
}

#[test]
fn a_version_is_never_overwritten_and_history_never_rewritten() {
    let second = fridays()
        .listed("2", &listed(&[("2025-01-06", false, "")]), "xx.csv")
        .unwrap()
        .succeeding(&fridays())
        .unwrap();
    let conflict = |new: &str| {
        Calendar::parse(new, "xx.toml").unwrap().succeeding(&second).unwrap_err().to_string()
    };
    expect!["`xx@1` is a former version of the calendar that is there: nothing older replaces it"]
        .assert_eq(&conflict(FRIDAYS));
    expect!["`xx@2` is there already with other content: a changed calendar has a new version, such as the month of the order"]
        .assert_eq(&conflict(&FRIDAYS.replace("version = \"1\"", "version = \"2\"")));
    let third = FRIDAYS.replace("version = \"1\"", "version = \"3\"");
    let lie = format!("{third}[[former]]\nversion = \"2\"\nyear = 2025\n");
    expect![
        "`xx@2` would not be what it was: correct the [[former]] of the new file, or leave it out"
    ]
    .assert_eq(&conflict(&lie));
    expect!["`xx@2` is no version of `yy@3`: they have different names"].assert_eq(
        &second
            .clone()
            .succeeding(&Calendar::parse(&third.replace("xx", "yy"), "").unwrap())
            .unwrap_err()
            .to_string(),
    );
    let other = third.replace("\"friday\", ", "").replace("2025-01-04", "2025-01-11");
    expect!["the weekend of `xx@2` is another one: give a calendar of other weekdays another name"]
        .assert_eq(&conflict(&other));
    let third = Calendar::parse(&third, "xx.toml").unwrap().succeeding(&second).unwrap();
    assert_eq!(third.versions().len(), 3);
    assert!(third.former("2").unwrap().changes_from(&second).is_empty());
    assert!(third.former("1").unwrap().changes_from(&fridays()).is_empty());
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

#[test]
fn a_name_that_cannot_stand_in_an_id_is_refused() {
    refused(
        "version = \"1\"",
        "version = \"1@2+3\"",
        expect![
            "xx.toml:3: version: `1@2+3` cannot stand in the id of a calendar; use at most 64 letters, digits, `-` and `.`; begin with a letter or a digit"
        ],
    );
}

#[test]
fn a_former_version_with_the_versions_own_name_is_refused() {
    refused(
        "work = [{",
        "[[former]]\nversion = \"1\"\nyear = 2025\nwork = [{",
        expect![
            "xx.toml:10: former[1]: `1` is the version of the file itself; a former version has a version of its own"
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_calendar_is_refused_or_read_but_never_a_panic(
        from in 0_usize..=FRIDAYS.len(),
        length in 0_usize..60,
        instead in "[a-z0-9\"\\[\\]{}=,. \n-]{0,12}",
    ) {
        let to = (from + length).min(FRIDAYS.len());
        let damaged = format!("{}{instead}{}", &FRIDAYS[..from], &FRIDAYS[to..]);
        if let Ok(calendar) = Calendar::parse(&damaged, "damaged.toml") {
            prop_assert_eq!(Calendar::parse(&calendar.to_toml(), "again.toml"), Ok(calendar));
        }
    }

    #[test]
    fn any_list_makes_a_calendar_that_keeps_the_former_one(
        offsets in prop::collection::btree_set(0_i64..1_500, 1..40),
        names in prop::collection::vec("[a-zA-Z0-9\"'\\\\ é春节]{0,12}", 40),
    ) {
        let days: Vec<ListedDay> = offsets
            .iter()
            .zip(names)
            .enumerate()
            .map(|(line, (offset, name))| {
                let date = date(2024, 6, 1).checked_add(jiff::Span::new().days(*offset)).unwrap();
                let working = fridays().weekend().contains(&date.weekday());
                ListedDay { date, working, name, line }
            })
            .collect();
        let new = fridays().listed("2", &days, "xx.csv").unwrap().succeeding(&fridays()).unwrap();
        prop_assert!(new.former("1").unwrap().changes_from(&fridays()).is_empty());
        for day in &days {
            prop_assert_eq!(new.is_working_day(day.date).unwrap(), day.working);
        }
        prop_assert_eq!(Calendar::parse(&new.to_toml(), "xx.toml"), Ok(new));
    }
}

#[test]
fn a_calendar_with_years_does_not_hold_in_every_year() {
    let text = CALENDAR.replacen("\nweekend ", "\nevery_year = true\nweekend ", 1);
    let error = Calendar::parse(&text, "cn.toml").unwrap_err().to_string();
    assert!(error.contains("has no table of any year"), "{error}");
    let bare = "schema = \"calendar/1\"\nname = \"cn\"\nversion = \"2099-01\"\n\
                title.en = \"x\"\nevery_year = true\nweekend = [\"saturday\", \"sunday\"]\n";
    let bare = Calendar::parse(bare, "bare.toml").unwrap_or_else(|error| panic!("{error}"));
    let error = bare.succeeding(&calendar()).unwrap_err();
    assert!(matches!(error, Conflict::EveryYear { .. }), "{error}");
}

#[test]
fn nothing_takes_the_place_of_mere_weekends() {
    let all = calendars();
    let weekends = all.iter().find(|calendar| calendar.name() == "weekends").unwrap();
    assert_eq!(weekends.clone().succeeding(weekends).unwrap(), *weekends);
    let mut other = weekends.clone();
    other.version = "2027-01".to_owned();
    assert!(matches!(other.succeeding(weekends), Err(Conflict::EveryYear { .. })));
}

#[test]
fn a_version_that_sorts_before_the_present_one_is_told_so() {
    let with = |version: &str| Calendar { version: version.to_owned(), ..calendar() };
    assert!(with("2026-9").no_earlier_than(&with("2026-11")).is_err());
    assert!(with("2026-11").no_earlier_than(&with("2026-9")).is_ok());
    assert!(with("2026-11").no_earlier_than(&with("2026-11")).is_ok());
}

#[test]
fn a_name_that_would_be_no_file_of_its_own_is_refused() {
    for name in ["", ".", "..", "-x", ".hidden", "a/b"] {
        let text = CALENDAR.replacen("\"cn\"", &format!("\"{name}\""), 1);
        let error = Calendar::parse(&text, "x.toml").unwrap_err().to_string();
        assert!(error.contains("cannot stand in the id"), "{name}: {error}");
    }
}

#[test]
fn control_characters_in_names_of_days_are_refused() {
    let text = CALENDAR.replacen("en = \"New Year", "en = \"\\u001b[31mNew Year", 1);
    let error = Calendar::parse(&text, "x.toml").unwrap_err().to_string();
    assert!(error.contains("control characters"), "{error}");
}
