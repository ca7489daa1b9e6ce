//! Instants from text, in microseconds since 1970-01-01 UTC.
//!
//! Rows of most providers are in UTC without saying so. Where a form has no offset, a text with one is
//! refused: it would mean that the provider changed the format.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::json;

/// How a feed writes its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum TimeForm {
    /// `2026-03-24 10:30:00`, in UTC, no offset; a `T` and fractions are let pass.
    #[serde(rename = "utc")]
    Utc,
    /// `2026-03-24T10:30:00Z` or with an offset (RFC 3339).
    #[serde(rename = "rfc3339")]
    Rfc3339,
    /// Seconds since 1970, with or without a fraction.
    #[serde(rename = "unix-s")]
    UnixSeconds,
    /// Milliseconds since 1970.
    #[serde(rename = "unix-ms")]
    UnixMillis,
    /// `2026-03-24 10:30:00 UTC`: the same as `utc`, and says so.
    #[serde(rename = "utc-named")]
    UtcNamed,
    /// `2026-03-24`: the day's first instant in UTC.
    #[serde(rename = "date")]
    Date,
    /// `Tue, 24 Mar 2026 10:30:00 +0000` (RFC 5322, as in mails and web servers' headers).
    #[serde(rename = "mail")]
    Mail,
    /// `24/Mar/2026:10:30:00 +0000`, as web servers log.
    #[serde(rename = "web-log")]
    WebLog,
    /// `@1774348200000000`: microseconds since 1970, as we ourselves write when a delivery came in.
    #[serde(skip)]
    Received,
}

impl TimeForm {
    /// The instant in microseconds, if the text has this form and names a representable instant.
    pub(crate) fn parse(self, text: &str) -> Option<i64> {
        match self {
            Self::Utc => utc(text),
            Self::Rfc3339 => rfc3339(text),
            Self::UnixSeconds => seconds(text),
            Self::UnixMillis => micros(text.parse::<i64>().ok()?.checked_mul(1000)?),
            Self::UtcNamed => utc(text.strip_suffix("UTC")?.trim_ascii_end()),
            Self::Date => date(text),
            Self::Mail => Some(mail(text)?.as_microsecond()),
            Self::WebLog => web_log(text),
            Self::Received => micros(text.strip_prefix('@')?.parse().ok()?),
        }
    }

    /// What it looks like, for people.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Utc => "2026-03-24 10:30:00 (UTC, without an offset)",
            Self::Rfc3339 => "2026-03-24T10:30:00Z",
            Self::UnixSeconds => "1774348200",
            Self::UnixMillis => "1774348200000",
            Self::UtcNamed => "2026-03-24 10:30:00 UTC",
            Self::Date => "2026-03-24",
            Self::Mail => "Tue, 24 Mar 2026 10:30:00 +0000",
            Self::WebLog => "24/Mar/2026:10:30:00 +0000",
            Self::Received => "@1774348200000000",
        }
    }
}

fn utc(text: &str) -> Option<i64> {
    fixed(text.as_bytes()).or_else(|| slow_utc(text))
}

fn date(text: &str) -> Option<i64> {
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

fn mail(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn web_log(text: &str) -> Option<i64> {
    let at = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).ok()?.to_timestamp().ok()?;
    Some(at.as_microsecond())
}

fn rfc3339(text: &str) -> Option<i64> {
    let fast = text.strip_suffix('Z').and_then(|civil| fixed(civil.as_bytes()));
    fast.or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond))
}

/// `YYYY-MM-DD HH:MM:SS` of the years 1970 to 2399; `None` is no verdict, only "not this way".
fn fixed(text: &[u8]) -> Option<i64> {
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b' ' | b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
    ] = text
    else {
        return None;
    };
    let (year, month, day) = (pair(y1, y2)? * 100 + pair(y3, y4)?, pair(m1, m2)?, pair(d1, d2)?);
    let (hour, minute, second) = (pair(h1, h2)?, pair(n1, n2)?, pair(s1, s2)?);
    let fits = (1970..2400).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    fits.then_some(seconds * 1_000_000)
}

fn pair(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. The year is counted from March, so that the leap day comes last in it.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 719_469
}

fn slow_utc(text: &str) -> Option<i64> {
    // jiff would read an offset and drop it; the date itself holds the only hyphens allowed.
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b' ' | b'T');
    if !text.as_bytes().get(10..)?.iter().copied().all(plain) {
        return None;
    }
    let civil: DateTime = text.parse().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?;
    if whole < 0 || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanos = nanos.fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    micros(whole.checked_add(nanos / 1000)?)
}

fn micros(count: i64) -> Option<i64> {
    Timestamp::from_microsecond(count).ok().map(Timestamp::as_microsecond)
}

/// A date in any form that feeds write, for fields that are not the row's time.
pub(crate) fn lenient(text: &str) -> Option<Timestamp> {
    if let Some(at) = rfc3339(text).or_else(|| utc(text)) {
        return Timestamp::from_microsecond(at).ok();
    }
    mail(text)
}

/// Appends an instant as IntelMQ writes it: `2026-03-24T10:30:00+00:00`, microseconds if any.
pub(crate) fn write_iso(at: Timestamp, out: &mut String) {
    let civil = at.to_zoned(TimeZone::UTC).datetime();
    json::write_to(out, format_args!("{}", civil.strftime("%Y-%m-%dT%H:%M:%S")));
    let micros = at.duration_since(floor_second(at)).subsec_micros();
    if micros != 0 {
        json::write_to(out, format_args!(".{micros:06}"));
    }
    out.push_str("+00:00");
}

fn floor_second(at: Timestamp) -> Timestamp {
    let below = at.as_microsecond().rem_euclid(1_000_000);
    at.checked_sub(SignedDuration::from_micros(below)).unwrap_or(at)
}

#[cfg(test)]
mod tests;
