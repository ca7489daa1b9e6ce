//! Which of two times allowed ends first, where that is sure whenever the clock starts.

use crate::within::{Unnumbered, Within};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sooner {
    Sooner,
    Later,
}

/// Whether the new time ends before or after the old one, whenever the clock starts; none if that
/// depends, or if they are the same.
pub(super) fn order(old: &Within, new: &Within) -> Option<Sooner> {
    let haste = |word: &Unnumbered| match word {
        Unnumbered::Immediately => 3_u8,
        Unnumbered::AtTheSameTime | Unnumbered::Promptly => 2,
        Unnumbered::NoTimeStated => 1,
        Unnumbered::AtDiscretion => 0,
    };
    match (old, new) {
        (Within::WorkingDays(old), Within::WorkingDays(new))
        | (Within::FirstWorkingDaysOfNextMonth(old), Within::FirstWorkingDaysOfNextMonth(new)) => {
            by(old.cmp(new))
        }
        (Within::Days { n: old, roll: a }, Within::Days { n: new, roll: b })
        | (Within::Months { n: old, roll: a }, Within::Months { n: new, roll: b })
            if a == b =>
        {
            by(old.cmp(new))
        }
        (Within::Unnumbered(old), Within::Unnumbered(new)) => {
            by(haste(old).cmp(&haste(new)).reverse())
        }
        // Without any time stated there is nothing left to be late for. Otherwise no word is sooner or
        // later than a number.
        (old, Within::Unnumbered(Unnumbered::NoTimeStated | Unnumbered::AtDiscretion))
            if old.is_numbered() =>
        {
            Some(Sooner::Later)
        }
        (old, new) => {
            let ((soonest_old, latest_old), (soonest_new, latest_new)) = (span(old)?, span(new)?);
            if latest_new < soonest_old || (latest_new == soonest_old && soonest_new < latest_old) {
                Some(Sooner::Sooner)
            } else if soonest_new > latest_old
                || (soonest_new == latest_old && latest_new > soonest_old)
            {
                Some(Sooner::Later)
            } else {
                None
            }
        }
    }
}

fn by(ordering: std::cmp::Ordering) -> Option<Sooner> {
    match ordering {
        std::cmp::Ordering::Greater => Some(Sooner::Sooner),
        std::cmp::Ordering::Less => Some(Sooner::Later),
        std::cmp::Ordering::Equal => None,
    }
}

/// The least and the most minutes from the start of the clock to its end; none where there is no number.
fn span(within: &Within) -> Option<(u64, u64)> {
    const DAY: u64 = 24 * 60;
    // No run of days of rest is longer than this.
    const REST: u64 = 12 * DAY;
    let rolled = |roll: bool| if roll { REST } else { 0 };
    match within {
        Within::Hours { hundredths } => {
            let minutes = u64::from(*hundredths) * 60 / 100;
            Some((minutes, minutes))
        }
        Within::Minutes(n) => Some((u64::from(*n), u64::from(*n))),
        Within::Days { n, roll } => {
            let n = u64::from(*n);
            Some((n * DAY, (n + 1) * DAY + rolled(*roll)))
        }
        Within::WorkingDays(n) => {
            let n = u64::from(*n);
            Some((n * DAY, (n + 1) * 2 * DAY + REST))
        }
        Within::Months { n, roll } => {
            let n = u64::from(*n);
            Some((n * 28 * DAY, (n * 31 + 1) * DAY + rolled(*roll)))
        }
        Within::FirstWorkingDaysOfNextMonth(n) => Some((0, (31 + 2 * u64::from(*n)) * DAY + REST)),
        Within::EarliestOf(members) => {
            let spans: Vec<(u64, u64)> = members.iter().filter_map(span).collect();
            let soonest = spans.iter().map(|(soonest, _)| *soonest).min()?;
            // A word beside the numbers may ask for it at once.
            let soonest = if within.is_all_numbered() { soonest } else { 0 };
            let latest = spans.iter().map(|(_, latest)| *latest).min()?;
            Some((soonest, latest))
        }
        Within::WeekendNoon(inner) => {
            let (soonest, latest) = span(inner)?;
            Some((soonest, latest + REST))
        }
        Within::Unnumbered(_) | Within::Standing(_) => None,
    }
}

#[cfg(test)]
mod tests;
