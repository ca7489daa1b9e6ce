//! Every worked vector, to the second, and the laws that hold for all of them.

use expect_test::{Expect, expect};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::testing::{at, calendar, calendars, pack, provisional};
use crate::within::tests::anything;

const VECTORS: &str = include_str!("../../vectors/deadlines.csv");

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// One worked case.
struct Vector(csv::StringRecord);

impl Vector {
    fn all() -> Vec<Self> {
        let mut reader = csv::Reader::from_reader(VECTORS.as_bytes());
        assert_eq!(
            reader.headers().unwrap().iter().collect::<Vec<_>>().join(","),
            "id,regime,duty,grade,start,start_utc,zone,calendar,rule,due,last_day,status,note"
        );
        reader.records().map(|row| Self(row.unwrap())).collect()
    }

    fn id(&self) -> &str {
        &self.0[0]
    }

    fn rule(&self) -> Within {
        self.0[8].parse().unwrap_or_else(|error| panic!("{}: {error}", self.id()))
    }

    fn counted(&self, calendars: &[&Calendar]) -> Result<Due, DeadlineError> {
        let calendar = crate::calendar::find(calendars, &self.0[7]).unwrap();
        deadline(&self.rule(), at(&self.0[4]), &zone(&self.0[6]), &calendar)
    }
}

#[test]
fn every_vector_is_due_exactly_when_it_says() {
    let calendars = calendars();
    let calendars: Vec<&Calendar> = calendars.iter().collect();
    let vectors = Vector::all();
    for vector in &vectors {
        let (id, row) = (vector.id(), &vector.0);
        assert_eq!(at(&row[4]), at(&row[5]), "{id}");
        let found = vector.counted(&calendars);
        if &row[11] == "no-calendar" {
            let missing = matches!(&found, Err(DeadlineError::MissingYear(m)) if m.year == 2027);
            assert!(missing, "{id}: {found:?}");
            continue;
        }
        let found = found.unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(found.due, Some(at(&row[9])), "{id}");
        let last_day = (!row[10].is_empty()).then(|| row[10].parse().unwrap());
        assert_eq!(found.last_day, last_day, "{id}");
        assert_eq!(found.provisional, row[7].contains("provisional"), "{id}");
    }
    assert_eq!(vectors.iter().filter(|vector| vector.id().starts_with('D')).count(), 62);
    assert_eq!(vectors.len(), 87);
}

#[test]
fn every_vector_of_the_pack_has_the_rule_of_its_duty() {
    let pack = pack();
    for vector in Vector::all() {
        if &vector.0[1] == pack.id().as_str() {
            let duty = pack.duty(&vector.0[2].parse().unwrap()).unwrap();
            assert_eq!(duty.clock.within(), &vector.rule(), "{}", vector.id());
        }
    }
}

#[track_caller]
fn steps(within: &str, start: &str, expect: Expect) {
    let due = deadline(&within.parse().unwrap(), at(start), &zone("Asia/Shanghai"), &calendar());
    expect.assert_eq(&due.unwrap().texts("en").join("\n"));
}

#[test]
fn the_steps_name_each_day_counted_and_each_run_of_rest() {
    steps(
        "5 working days",
        "2025-09-29T10:00:00+08:00",
        expect![[r#"
            Mon 2025-09-29 itself is not counted
            Tue 2025-09-30 is working day 1
            Wed 2025-10-01 to Wed 2025-10-08 are no working days (National Day, Mid-Autumn Festival)
            Thu 2025-10-09 is working day 2
            Fri 2025-10-10 is working day 3
            Sat 2025-10-11 is working day 4 (worked to make up for National Day)
            Sun 2025-10-12 is no working day (weekend)
            Mon 2025-10-13 is working day 5"#]],
    );
}

#[test]
fn the_steps_of_the_next_month_say_which_month() {
    steps(
        "first 5 working days of next month",
        "2025-05-31T23:59:59+08:00",
        expect![[r#"
            the trigger fell on Sat 2025-05-31 local time: counting begins with Sun 2025-06-01
            Sun 2025-06-01 to Mon 2025-06-02 are no working days (Dragon Boat Festival)
            Tue 2025-06-03 is working day 1
            Wed 2025-06-04 is working day 2
            Thu 2025-06-05 is working day 3
            Fri 2025-06-06 is working day 4
            Sat 2025-06-07 to Sun 2025-06-08 are no working days (weekend)
            Mon 2025-06-09 is working day 5"#]],
    );
}

#[test]
fn the_steps_of_a_roll_say_why_it_rolled() {
    steps(
        "2 days, holiday roll",
        "2025-09-29T10:00:00+08:00",
        expect![[r#"
            counted from Mon 2025-09-29, the last day is Wed 2025-10-01
            Wed 2025-10-01 to Wed 2025-10-08 are no working days (National Day, Mid-Autumn Festival)
            the last day rolls to Thu 2025-10-09"#]],
    );
}

#[test]
fn the_earliest_of_several_governs() {
    steps(
        "earliest of [1 working day, 30 hours]",
        "2025-06-13T10:00:00+08:00",
        expect![[r#"
            Fri 2025-06-13 itself is not counted
            Sat 2025-06-14 to Sun 2025-06-15 are no working days (weekend)
            Mon 2025-06-16 is working day 1
            1 working day: 2025-06-17 00:00:00+08:00
            30 hours run through nights, weekends and holidays
            30 hours: 2025-06-14 16:00:00+08:00
            the earliest of these governs"#]],
    );
}

#[test]
fn an_instant_on_a_weekend_moves_to_the_noon_after_it() {
    steps(
        "4 hours, weekend noon",
        "2026-02-13T22:00:00+08:00",
        expect!["4 hours run through nights, weekends and holidays"],
    );
    steps(
        "4 hours, weekend noon",
        "2026-02-14T22:00:00+08:00",
        expect![[r#"
        4 hours run through nights, weekends and holidays
        2026-02-15 02:00:00+08:00 falls on a day of rest
        Sun 2026-02-15 to Mon 2026-02-23 are no working days (Spring Festival)
        the last instant moves to noon of Tue 2026-02-24"#]],
    );
}

#[test]
fn the_steps_are_said_in_chinese_too() {
    let said = |within: &str, start| {
        let within = within.parse().unwrap();
        let due = deadline(&within, at(start), &zone("Asia/Shanghai"), &calendar()).unwrap();
        due.texts("zh").join("\n")
    };
    expect![[r#"
        2025-09-29（周一）当日不计
        2025-09-30（周二）为第 1 个工作日
        2025-10-01（周三）至2025-10-08（周三）为休息日（国庆节、中秋节）
        2025-10-09（周四）为第 2 个工作日
        2025-10-10（周五）为第 3 个工作日
        2025-10-11（周六）为第 4 个工作日（国庆节调休上班）
        2025-10-12（周日）为休息日（周末）
        2025-10-13（周一）为第 5 个工作日"#]]
    .assert_eq(&said("5 working days", "2025-09-29T10:00:00+08:00"));
    expect![[r#"
        “及时”没有数字，无法定期限
        及时：无期限
        自2025-09-29（周一）起算，最后一日为2025-10-01（周三）
        2025-10-01（周三）至2025-10-08（周三）为休息日（国庆节、中秋节）
        最后一日顺延至2025-10-09（周四）
        2 日（遇休息日顺延）：2025-10-10 00:00:00+08:00
        4 小时连续计算，夜间、周末和节假日不中断
        4 小时（遇休息日延至下一工作日 12:00）：2025-09-30 01:00:00+08:00
        以其中最早者为准"#]]
    .assert_eq(&said(
        "earliest of [promptly, 2 days, holiday roll, 4 hours, weekend noon]",
        "2025-09-29T21:00:00+08:00",
    ));
}

#[test]
fn a_day_moved_to_noon_is_not_whole() {
    let whole = |within: &str| {
        let within = within.parse().unwrap();
        let start = at("2026-03-06T10:00:00+08:00");
        let zone = zone("Asia/Shanghai");
        deadline(&within, start, &zone, &calendar()).unwrap().whole_day(&zone)
    };
    assert_eq!(whole("1 working day"), Some(date(2026, 3, 9)));
    assert_eq!(whole("1 day, holiday roll"), Some(date(2026, 3, 9)));
    assert_eq!(whole("1 day, weekend noon"), None);
    assert_eq!(whole("1 hour"), None);
}

#[test]
fn a_month_ends_with_the_shorter_month() {
    let due = |start| {
        let within = "1 month".parse().unwrap();
        deadline(&within, at(start), &zone("Europe/Berlin"), &calendar()).unwrap().last_day
    };
    assert_eq!(due("2026-01-31T10:00:00+01:00"), Some(date(2026, 2, 28)));
    assert_eq!(due("2024-01-31T10:00:00+01:00"), Some(date(2024, 2, 29)));
    assert_eq!(due("2026-03-15T10:00:00+01:00"), Some(date(2026, 4, 15)));
}

#[test]
fn the_amended_holiday_of_january_2020_moves_the_due_day() {
    let last_day = |calendar: &Calendar| {
        let within = "5 working days".parse().unwrap();
        let start = at("2020-01-22T10:00:00+08:00");
        deadline(&within, start, &zone("Asia/Shanghai"), calendar).unwrap().last_day
    };
    assert_eq!(last_day(&calendar().former("2019-11").unwrap()), Some(date(2020, 2, 4)));
    assert_eq!(last_day(&calendar()), Some(date(2020, 2, 6)));
}

#[test]
fn a_due_time_counted_in_a_provisional_year_says_so() {
    let joined = calendar().with_provisional(&provisional());
    let within = "5 working days".parse().unwrap();
    let start = at("2026-12-28T10:00:00+08:00");
    let due = deadline(&within, start, &zone("Asia/Shanghai"), &joined).unwrap();
    assert!(due.provisional);
    assert_eq!(due.last_day, Some(date(2027, 1, 5)));
}

#[test]
fn what_has_no_number_has_no_due_time() {
    for text in ["promptly", "immediately", "no time stated", "standing"] {
        let within = text.parse().unwrap();
        let start = at("2025-06-13T10:00:00+08:00");
        let due = deadline(&within, start, &zone("Asia/Shanghai"), &calendar()).unwrap();
        assert_eq!((due.due, due.last_day), (None, None), "{text}");
    }
}

#[test]
fn a_month_with_too_few_working_days_is_an_error() {
    let within = "first 23 working days of next month".parse().unwrap();
    let start = at("2025-01-10T10:00:00+08:00");
    let error = deadline(&within, start, &zone("Asia/Shanghai"), &calendar()).unwrap_err();
    assert_eq!(error.to_string(), "2025-02 has fewer than 23 working days");
}

#[test]
fn the_end_of_time_is_an_error_and_no_panic() {
    for text in ["87600 hours", "3660 days", "3660 months", "9999 minutes"] {
        let within = text.parse().unwrap();
        let due = deadline(&within, Timestamp::MAX, &zone("Asia/Shanghai"), &calendar());
        assert!(matches!(due, Err(DeadlineError::OutOfRange { .. })), "{text}");
    }
}

/// Instants within the years that the calendar knows, with room to count.
fn starts() -> impl Strategy<Value = Timestamp> {
    let seconds = at("2004-02-01T00:00:00Z").as_second()..at("2026-06-01T00:00:00Z").as_second();
    seconds.prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn rules() -> impl Strategy<Value = Within> {
    prop_oneof![
        (1_u32..20_000).prop_map(|hundredths| Within::Hours { hundredths }),
        (1_u32..10_000).prop_map(Within::Minutes),
        (1_u32..40).prop_map(Within::WorkingDays),
        ((1_u32..90), any::<bool>()).prop_map(|(n, roll)| Within::Days { n, roll }),
        ((1_u32..4), any::<bool>()).prop_map(|(n, roll)| Within::Months { n, roll }),
        (1_u32..16).prop_map(Within::FirstWorkingDaysOfNextMonth),
        (1_u32..90).prop_map(|n| noon(Within::Days { n, roll: false })),
        (1_u32..4).prop_map(|n| noon(Within::Months { n, roll: false })),
    ]
}

fn noon(within: Within) -> Within {
    Within::WeekendNoon(Box::new(within))
}

/// Zones with daylight saving in either half of the year, at midnight, and with none.
fn zones() -> impl Strategy<Value = TimeZone> {
    let names = ["Asia/Shanghai", "Europe/Berlin", "Australia/Sydney", "America/New_York", "UTC"];
    prop::sample::select(names.to_vec()).prop_map(zone)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// But for hours that move to noon: those that end on Sunday night are due on Monday at noon, those
    /// that end an hour later on Monday at once. That is the text of the law, and a vector holds it.
    #[test]
    fn a_later_start_is_never_due_earlier(
        rule in rules(), zone in zones(), a in starts(), b in starts(),
    ) {
        let calendar = calendar();
        let due = |start| deadline(&rule, start, &zone, &calendar).unwrap().due;
        prop_assert!(due(a.min(b)) <= due(a.max(b)));
    }

    #[test]
    fn nothing_is_due_before_its_clock_starts(rule in rules(), zone in zones(), start in starts()) {
        let due = deadline(&rule, start, &zone, &calendar()).unwrap().due.unwrap();
        prop_assert!(due > start);
    }

    #[test]
    fn a_noon_is_never_before_what_it_moves(
        hundredths in 1_u32..20_000, zone in zones(), start in starts(),
    ) {
        let hours = Within::Hours { hundredths };
        let due = |within| deadline(within, start, &zone, &calendar()).unwrap().due.unwrap();
        let (still, moved) = (due(&hours), due(&noon(hours.clone())));
        let local = moved.to_zoned(zone.clone());
        prop_assert!(moved >= still);
        prop_assert!(calendar().is_working_day(local.date()).unwrap());
        prop_assert!(moved == still || local.time() == jiff::civil::time(12, 0, 0, 0));
    }

    #[test]
    fn one_more_is_never_due_before(n in 1_u32..40, which in 0_usize..8, start in starts()) {
        let of = |n| match which {
            0 => Within::Hours { hundredths: n },
            1 => Within::Minutes(n),
            2 => Within::WorkingDays(n),
            3 => Within::Days { n, roll: false },
            4 => Within::Days { n, roll: true },
            5 => Within::Months { n: n.min(4), roll: true },
            6 => Within::FirstWorkingDaysOfNextMonth(n.min(15)),
            _ => noon(Within::Days { n, roll: false }),
        };
        let (calendar, zone) = (calendar(), zone("Asia/Shanghai"));
        let due = |n| deadline(&of(n), start, &zone, &calendar).unwrap().due;
        prop_assert!(due(n) <= due(n + 1));
    }

    #[test]
    fn n_working_days_count_n_working_days(n in 1_u32..40, start in starts()) {
        let (calendar, zone) = (calendar(), zone("Asia/Shanghai"));
        let due = deadline(&Within::WorkingDays(n), start, &zone, &calendar).unwrap();
        let (first, last) = (start.to_zoned(zone).date(), due.last_day.unwrap());
        let mut worked = 0;
        let mut date = first;
        while date < last {
            date = date.tomorrow().unwrap();
            worked += u32::from(calendar.is_working_day(date).unwrap());
        }
        prop_assert_eq!(worked, n);
        prop_assert!(calendar.is_working_day(last).unwrap());
        let counted = due.steps.iter().filter(|step| matches!(step, Step::Worked { .. })).count();
        prop_assert_eq!(counted, usize::try_from(n).unwrap());
    }

    #[test]
    fn the_earliest_is_no_later_than_any(a in rules(), b in rules(), start in starts()) {
        let (calendar, zone) = (calendar(), zone("Asia/Shanghai"));
        let due = |rule: &Within| deadline(rule, start, &zone, &calendar).unwrap().due.unwrap();
        let both = Within::EarliestOf(vec![a.clone(), b.clone()]);
        prop_assert_eq!(due(&both), due(&a).min(due(&b)));
    }

    #[test]
    fn any_rule_at_any_instant_is_counted_or_refused(
        rule in anything(),
        second in Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
        zone in zones(),
        known in any::<bool>(),
    ) {
        let start = Timestamp::from_second(second).unwrap();
        let calendar = if known { calendar() } else { weekends() };
        if let Ok(due) = deadline(&rule, start, &zone, &calendar) {
            prop_assert!(due.due.is_none_or(|due| due > start));
            prop_assert_eq!(due.texts("zh").len(), due.texts("en").len());
        }
    }
}

fn weekends() -> Calendar {
    calendars().into_iter().find(|calendar| calendar.name() == "weekends").unwrap()
}
