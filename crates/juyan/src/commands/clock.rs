//! `juyan clock`: when something allowed so long is due, step by step. Nothing of the desk is touched.

use std::process::ExitCode;

use anyhow::{Context, bail};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde_json::json;

use crate::cli::Clock;
use crate::commands::calendar::Shelf;
use crate::{desk, output};

pub(crate) fn run(args: &Clock) -> anyhow::Result<ExitCode> {
    let calendar = Shelf::open(&args.data)?.find(&args.calendar)?;
    let zone = zone(args.zone.as_deref().or(calendar.zone_name()).unwrap_or("UTC"))?;
    let start = match &args.from {
        Some(text) => start(text, &zone)?,
        None => desk::now(),
    };
    let due = rules::deadline(&args.within, start, &zone, &calendar)?;
    let local = |at: Timestamp| at.to_zoned(zone.clone());
    let used = args.within.needs_calendar().then(|| calendar.id());
    let zone_name = zone.iana_name().unwrap_or("UTC");
    if args.json {
        output::json(&json!({
            "within": args.within.to_string(), "zone": zone_name, "calendar": used,
            "start": start, "start_local": written(&local(start)),
            "due": due.due, "due_local": due.due.map(|at| written(&local(at))),
            "last_day": due.last_day.map(|day| day.to_string()), "provisional": due.provisional,
            "steps": due.texts(&args.lang),
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let begun = written(&local(start));
    output::line(format!("{}, from {begun} ({zone_name})", args.within.text(&args.lang)))?;
    for step in due.texts(&args.lang) {
        output::line(format!("  {step}"))?;
    }
    match due.due {
        Some(at) => output::line(format!("due {} ({at})", written(&local(at))))?,
        None => output::line("no due time: the words give no number")?,
    }
    if let Some(day) = due.last_day {
        let end = if due.whole_day(&zone).is_some() { "24:00" } else { "12:00" };
        output::line(format!("last day {day}, until {end}"))?;
    }
    if let Some(used) = used {
        output::line(format!("calendar {used}"))?;
    }
    if due.provisional {
        output::line("provisional: the official order for a year counted here is not known yet")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn zone(name: &str) -> anyhow::Result<TimeZone> {
    TimeZone::get(name)
        .ok()
        .with_context(|| format!("`{name}` is no time zone: write such as Asia/Shanghai or UTC"))
}

/// An instant with an offset or a zone, or a local time of the zone that comes exactly once there.
fn start(text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(zoned.timestamp());
    }
    let Ok(local) = text.parse::<DateTime>() else {
        bail!(
            "`{text}` is no time: write an instant such as 2025-09-29T10:00:00+08:00, \
             or a local time such as 2025-09-29T10:00"
        );
    };
    let name = zone.iana_name().unwrap_or("UTC");
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => Ok(ambiguous.unambiguous()?),
        AmbiguousOffset::Gap { before, after } => bail!(
            "{local} does not exist in {name}: clocks go from {before} to {after} over it; \
             write the instant with its offset"
        ),
        AmbiguousOffset::Fold { before, after } => {
            let (first, second) = (before.to_timestamp(local)?, after.to_timestamp(local)?);
            let exact = |at: Timestamp, offset| at.display_with_offset(offset).to_string();
            bail!(
                "{local} comes twice in {name}: write {} for the first time, or {} for the second",
                exact(first, before),
                exact(second, after)
            )
        }
    }
}

/// A local time with its offset: `2025-06-11 09:30:00+08:00`.
fn written(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let zone = zone("Europe/Berlin").unwrap();
        start(text, &zone).map(|at| at.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_start_is_an_instant_or_a_local_time_of_the_zone() {
        assert_eq!(read("2026-03-28T14:00:00+08:00").unwrap(), "2026-03-28T06:00:00Z");
        assert_eq!(read("2026-03-28T14:00").unwrap(), "2026-03-28T13:00:00Z");
        assert_eq!(read("2026-07-01 14:00:30").unwrap(), "2026-07-01T12:00:30Z");
        assert_eq!(read("2026-07-01").unwrap(), "2026-06-30T22:00:00Z");
        assert!(read("noon").unwrap_err().contains("is no time"));
    }

    #[test]
    fn a_local_time_that_is_skipped_or_comes_twice_is_refused() {
        let gap = read("2026-03-29T02:30").unwrap_err();
        assert!(gap.contains("does not exist in Europe/Berlin"), "{gap}");
        let fold = read("2026-10-25T02:30").unwrap_err();
        assert!(fold.contains("comes twice in Europe/Berlin"), "{fold}");
        assert!(fold.contains("2026-10-25T02:30:00+02:00"), "{fold}");
        assert_eq!(read("2026-10-25T02:30:00+02:00").unwrap(), "2026-10-25T00:30:00Z");
        assert_eq!(read("2026-10-25T02:30:00+01:00").unwrap(), "2026-10-25T01:30:00Z");
    }
}
