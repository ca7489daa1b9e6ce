//! Times as readers see them: always with a zone, never trusting the reader's clock.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::i18n::Lang;
use crate::t;
use crate::viewer::Viewer;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A short name for the reader's zone, such as `UTC+8` or `UTC+5:30`.
pub(crate) fn zone_name(v: &Viewer) -> String {
    zone_at(v, v.now)
}

/// The same, as it was or will be at an instant: a zone with summer time has two names a year.
fn zone_at(v: &Viewer, at: Timestamp) -> String {
    let offset = i64::from(v.zone.to_offset(at).seconds());
    let (sign, size) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
    match (size / HOUR, size % HOUR / MINUTE) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// The top bar's clock.
pub(crate) fn clock_text(v: &Viewer) -> String {
    v.now.to_zoned(v.zone.clone()).strftime("%H:%M:%S").to_string()
}

/// Date and minute with the zone: `2026-11-23 14:05 UTC+8`.
pub(crate) fn minute(v: &Viewer, at: Timestamp) -> String {
    let local = at.to_zoned(v.zone.clone());
    format!("{} {}", local.strftime("%Y-%m-%d %H:%M"), zone_at(v, at))
}

/// To the second, in the reader's zone and in UTC.
pub(crate) fn absolute(v: &Viewer, at: Timestamp) -> String {
    let local = at.to_zoned(v.zone.clone());
    let zone = zone_at(v, at);
    format!("{} {zone} ({})", local.strftime("%Y-%m-%d %H:%M:%S"), at.strftime("%m-%d %H:%M UTC"))
}

/// Date and minute, for reading and for machines.
pub(crate) fn instant(v: &Viewer, at: Timestamp) -> Markup {
    html! { time datetime=(at) title=(absolute(v, at)) { (minute(v, at)) } }
}

/// Date, minute and no zone: for columns whose heading names the zone.
pub(crate) fn short(v: &Viewer, at: Timestamp) -> Markup {
    let local = at.to_zoned(v.zone.clone());
    html! { time.short datetime=(at) title=(absolute(v, at)) { (local.strftime("%Y-%m-%d %H:%M")) } }
}

/// Time of day if it was today, else the date too: for streams whose heading names the zone.
pub(crate) fn of_day(v: &Viewer, at: Timestamp) -> Markup {
    let local = at.to_zoned(v.zone.clone());
    let today = v.now.to_zoned(v.zone.clone()).date() == local.date();
    let shape = if today { "%H:%M:%S" } else { "%m-%d %H:%M" };
    html! { time datetime=(at) title=(absolute(v, at)) { (local.strftime(shape)) } }
}

/// How long ago, up to seven days; then the date. What lies ahead is given its date too.
pub(crate) fn ago(v: &Viewer, at: Timestamp) -> Markup {
    let l = v.lang;
    let passed = v.now.duration_since(at).as_secs();
    let text = match passed {
        i64::MIN..0 => return instant(v, at),
        s if s < MINUTE => t!(l, "just-now"),
        s if s < HOUR => t!(l, "minutes-ago", n = s / MINUTE),
        s if s < DAY => t!(l, "hours-ago", n = s / HOUR),
        s if s < 7 * DAY => t!(l, "days-ago", n = s / DAY),
        _ => return instant(v, at),
    };
    html! { time.ago datetime=(at) title=(absolute(v, at)) data-ago { (text) } }
}

/// Samples of every plural form, so that the browser keeps times fresh in the very words of the server.
pub(crate) fn ago_forms(l: &Lang) -> String {
    let samples = [1_i64, 2, 3, 11, 100];
    let forms = |fill: fn(&Lang, i64) -> String| -> serde_json::Map<String, serde_json::Value> {
        samples.iter().map(|n| (n.to_string(), fill(l, *n).into())).collect()
    };
    serde_json::json!([
        forms(|l, n| t!(l, "minutes-ago", n = n)),
        forms(|l, n| t!(l, "hours-ago", n = n)),
        forms(|l, n| t!(l, "days-ago", n = n)),
    ])
    .to_string()
}

/// A live countdown. Without scripts it still shows the time left when the page was made.
pub(crate) fn countdown(v: &Viewer, from: Timestamp, due: Timestamp) -> Markup {
    let left_secs = due.duration_since(v.now).as_secs();
    let whole = due.duration_since(from).as_secs().max(1);
    let used = (100 - left_secs.saturating_mul(100) / whole).clamp(0, 100);
    html! {
        count-down data-due=(due) data-from=(from) data-s=(pressure(left_secs, whole)) {
            time datetime=(due) dir="ltr" title=(absolute(v, due)) { (left(v.lang, left_secs)) }
            svg.bar viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true" {
                rect width=(used) height="2" {}
            }
        }
    }
}

/// Seconds remaining as text: `2:41:17`, `3 d 4 h`; past due it counts up with a `+`.
pub(crate) fn left(l: &Lang, secs: i64) -> String {
    let sign = if secs < 0 { "+" } else { "" };
    let size = secs.saturating_abs();
    if size >= 48 * HOUR {
        return sign.to_owned() + &t!(l, "days-hours", d = size / DAY, h = size % DAY / HOUR);
    }
    format!("{sign}{}:{:02}:{:02}", size / HOUR, size % HOUR / MINUTE, size % MINUTE)
}

/// How pressing: by the time left, and by its share of the time that was given.
pub(crate) fn pressure(left: i64, whole: i64) -> &'static str {
    match left {
        s if s < 0 => "over",
        s if s < 15 * MINUTE || s.saturating_mul(10) < whole => "crit",
        s if s < HOUR || s.saturating_mul(4) < whole => "soon",
        _ => "calm",
    }
}

#[cfg(test)]
mod tests;
