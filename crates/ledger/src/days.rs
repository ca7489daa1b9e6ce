//! Instants, hours and days of UTC as plain numbers, which is how they stand in columns.

use jiff::Timestamp;
use jiff::civil::{Date, date};

pub(crate) const HOUR_US: i64 = 3_600_000_000;
pub(crate) const DAY_US: i64 = 24 * HOUR_US;

/// A day of UTC: days since 1970-01-01.
pub(crate) type Day = i32;
/// An hour of UTC: hours since 1970-01-01 00:00.
pub(crate) type Hour = i32;

/// The years 1 to 9999, which is what readers of the table can express.
const DAYS: std::ops::RangeInclusive<Day> = -719_162..=2_932_896;

/// The day of an instant; `None` outside of the years 1 to 9999.
pub(crate) fn day_of(seen: i64) -> Option<Day> {
    Day::try_from(seen.div_euclid(DAY_US)).ok().filter(|day| DAYS.contains(day))
}

/// The hour of an instant whose day is sound.
pub(crate) fn hour_of(seen: i64) -> Hour {
    Hour::try_from(seen.div_euclid(HOUR_US)).unwrap_or(Hour::MAX)
}

pub(crate) fn day_of_hour(hour: Hour) -> Day {
    hour.div_euclid(24)
}

/// The bit that stands for an hour in the mask of its day.
pub(crate) fn hour_bit(hour: Hour) -> u32 {
    1_u32.checked_shl(u32::try_from(hour.rem_euclid(24)).unwrap_or_default()).unwrap_or_default()
}

pub(crate) fn date_of(day: Day) -> Option<Date> {
    date(1970, 1, 1).checked_add(jiff::Span::new().try_days(day).ok()?).ok()
}

pub(crate) fn day_of_date(day: Date) -> Day {
    let since = day.duration_since(date(1970, 1, 1)).as_hours().div_euclid(24);
    Day::try_from(since).unwrap_or_default()
}

/// When an hour begins; `None` outside of the years that a timestamp has.
pub(crate) fn start_of_hour(hour: Hour) -> Option<Timestamp> {
    Timestamp::from_second(i64::from(hour) * 3600).ok()
}

pub(crate) fn hour_of_instant(at: Timestamp) -> Hour {
    hour_of(at.as_microsecond())
}

/// The first hour that does not begin before an instant.
pub(crate) fn hour_not_before(at: Timestamp) -> Hour {
    let up = at.as_microsecond().saturating_add(HOUR_US - 1);
    hour_of(up)
}
