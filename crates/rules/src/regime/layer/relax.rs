//! What it means to relax a duty: later, to fewer, saying less, at fewer grades.
//!
//! A time allowed is no later than another only if that holds wherever the clock may start, whatever
//! the calendar and the zone. What cannot be proved so counts as later.
//!
//! A number in place of a word is a matter of judgement, for nothing can be proved of a word. Nothing
//! is sooner than `immediately` and `at the same time`. Whoever must act `promptly` would have had a
//! day at the very most, and where the text has no time at all a month still is one: see [`STANDS_FOR`].

use super::Change;
use crate::regime::{Clock, Duty, Party};
use crate::within::{Unnumbered, Within};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// No run of days of rest is longer than this.
const REST: u64 = 12 * DAY;
/// The most seconds that a number may have in place of a word and still be called sooner: 24 hours for
/// haste, and one month, with the rest of the day on which it ends, where no time is stated.
const STANDS_FOR: [(Unnumbered, u64); 3] = [
    (Unnumbered::Promptly, DAY),
    (Unnumbered::AtDiscretion, 32 * DAY + HOUR),
    (Unnumbered::NoTimeStated, 32 * DAY + HOUR),
];

/// Whether the one is never due later than the other.
///
/// Where the text has no number, a more urgent word is sooner, and so is a number that whoever reads
/// the word would call so. A standing duty is comparable to nothing but itself.
pub(super) fn is_no_later(one: &Within, other: &Within) -> bool {
    if one == other {
        return true;
    }
    match (one, other) {
        (Within::Standing(_), _) | (_, Within::Standing(_)) => false,
        (one, Within::EarliestOf(members)) => members.iter().all(|other| is_no_later(one, other)),
        (Within::EarliestOf(members), other) => members.iter().any(|one| is_no_later(one, other)),
        (Within::Unnumbered(one), Within::Unnumbered(other)) => patience(*one) <= patience(*other),
        (Within::Unnumbered(_), _) => false,
        (one, Within::Unnumbered(word)) => stands_for(one, *word),
        // A noon is never before what it moves, but may well be after what needs no moving.
        (one, Within::WeekendNoon(other)) => is_no_later(one, other),
        (one, other) => {
            counts_no_more(one, other) || longest(one).is_some_and(|most| most <= shortest(other))
        }
    }
}

/// Whether a house may aim at it: any number where the law has none, else what is no later.
pub(super) fn may_aim_at(target: &Within, law: &Within) -> bool {
    if let Within::EarliestOf(members) = law {
        return members.iter().all(|law| may_aim_at(target, law));
    }
    if matches!(law, Within::Unnumbered(_)) {
        target.is_numbered()
    } else {
        is_no_later(target, law)
    }
}

fn stands_for(number: &Within, word: Unnumbered) -> bool {
    let most = STANDS_FOR.iter().find(|(known, _)| *known == word).map(|(_, most)| *most);
    most.zip(at_most(number)).is_some_and(|(most, longest)| longest <= most)
}

/// The most seconds that may pass, with the days of rest that there are in any calendar known.
fn at_most(within: &Within) -> Option<u64> {
    match within {
        Within::WorkingDays(n) => Some((u64::from(*n) + 1) * 2 * DAY + REST),
        Within::Days { n, roll: true } => {
            longest(&Within::Days { n: *n, roll: false }).map(|most| most + REST)
        }
        Within::Months { n, roll: true } => {
            longest(&Within::Months { n: *n, roll: false }).map(|most| most + REST)
        }
        Within::WeekendNoon(inner) => longest(inner).map(|most| most + REST),
        Within::Hours { .. }
        | Within::Minutes(_)
        | Within::Days { .. }
        | Within::Months { .. }
        | Within::FirstWorkingDaysOfNextMonth(_)
        | Within::Unnumbered(_)
        | Within::Standing(_)
        | Within::EarliestOf(_) => longest(within),
    }
}

fn patience(word: Unnumbered) -> u8 {
    match word {
        Unnumbered::Immediately | Unnumbered::AtTheSameTime => 0,
        Unnumbered::Promptly => 1,
        Unnumbered::AtDiscretion | Unnumbered::NoTimeStated => 2,
    }
}

/// Whether both count days from the same day on, the one no more of them, and none that the other skips.
fn counts_no_more(one: &Within, other: &Within) -> bool {
    let rolls_alike = !one.needs_calendar() || other.needs_calendar();
    match (one, other) {
        (Within::Days { n, .. }, Within::Days { n: most, .. })
        | (Within::Months { n, .. }, Within::Months { n: most, .. }) => rolls_alike && n <= most,
        (Within::WorkingDays(n), Within::WorkingDays(most))
        | (
            Within::WorkingDays(n) | Within::FirstWorkingDaysOfNextMonth(n),
            Within::FirstWorkingDaysOfNextMonth(most),
        ) => n <= most,
        (
            Within::Days { n, .. },
            Within::WorkingDays(most) | Within::FirstWorkingDaysOfNextMonth(most),
        ) => !one.needs_calendar() && n <= most,
        _ => false,
    }
}

/// The fewest seconds that may pass from the start to the due instant. A day may lack an hour.
fn shortest(within: &Within) -> u64 {
    let days = |n: u32| u64::from(n) * DAY - HOUR;
    match within {
        Within::Hours { hundredths } => u64::from(*hundredths) * 36,
        Within::Minutes(n) => u64::from(*n) * 60,
        Within::Days { n, .. }
        | Within::WorkingDays(n)
        | Within::FirstWorkingDaysOfNextMonth(n) => days(*n),
        Within::Months { n, .. } => days(n.saturating_mul(28)),
        Within::WeekendNoon(inner) => shortest(inner),
        Within::Unnumbered(_) | Within::Standing(_) | Within::EarliestOf(_) => 0,
    }
}

/// The most seconds that may pass; none where days of rest may stretch it. A day may have an hour more.
fn longest(within: &Within) -> Option<u64> {
    let days = |n: u32| (u64::from(n) + 1) * DAY + HOUR;
    match within {
        _ if within.needs_calendar() => None,
        Within::Hours { .. } | Within::Minutes(_) => Some(shortest(within)),
        Within::Days { n, .. } => Some(days(*n)),
        Within::Months { n, .. } => Some(days(n.saturating_mul(31))),
        Within::WorkingDays(_)
        | Within::FirstWorkingDaysOfNextMonth(_)
        | Within::Unnumbered(_)
        | Within::Standing(_)
        | Within::WeekendNoon(_)
        | Within::EarliestOf(_) => None,
    }
}

impl Change {
    /// What it relaxes of a duty: the key, and what is wrong, naming both.
    pub(super) fn relaxes(&self, duty: &Duty) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        found.extend(self.clock.as_ref().and_then(|clock| later(clock, &duty.clock)));
        found.extend(self.drops_recipients(duty));
        if let Some(grades) = &self.grades {
            let narrower = match &duty.grades {
                None => Some("it is owed at every grade".to_owned()),
                Some(owed) => {
                    left_out(owed, grades).map(|left| format!("it is owed at {left} too"))
                }
            };
            found.extend(narrower.map(|what| ("grades", what)));
        }
        if let Some(contents) = &self.contents
            && let Some(left) = left_out(&duty.contents, contents)
        {
            let key = if self.form.is_some() { "form" } else { "contents" };
            let form = duty.form.as_deref().unwrap_or_default();
            found.push((key, format!("`{form}` must contain {left} too")));
        }
        found
    }

    fn drops_recipients(&self, duty: &Duty) -> Vec<(&'static str, String)> {
        let to = self.to.as_ref().unwrap_or(&duty.to);
        let cc = self.cc.as_ref().unwrap_or(&duty.cc);
        let either: Vec<Party> = to.iter().chain(cc).cloned().collect();
        let dropped = [("to", left_out(&duty.to, to)), ("cc", left_out(&duty.cc, &either))];
        let told = |(key, left): (&'static str, Option<String>)| {
            left.map(|left| (key, format!("it goes to {left} too")))
        };
        dropped.into_iter().filter_map(told).collect()
    }
}

fn later(one: &Clock, other: &Clock) -> Option<(&'static str, String)> {
    match (one, other) {
        (Clock::Within(one), Clock::Within(other)) => (!is_no_later(one, other))
            .then(|| ("within", format!("`{one}` may end later than `{other}`"))),
        // What is deleted is counted in days: see `Pack::retention_days`.
        (Clock::Keep(one), Clock::Keep(other @ Within::Days { .. }))
            if !matches!(one, Within::Days { .. }) =>
        {
            Some(("keep", format!("`{one}` is not counted in days like `{other}`")))
        }
        // What must be kept longer is kept at least as long.
        (Clock::Keep(one), Clock::Keep(other)) => (!is_no_later(other, one))
            .then(|| ("keep", format!("`{one}` may end before `{other}`"))),
        // Reading has made sure that they are of one sort.
        (Clock::Within(_), Clock::Keep(_)) | (Clock::Keep(_), Clock::Within(_)) => None,
    }
}

/// What is among the ones and not among the others, in words.
fn left_out<T: PartialEq + ToString>(ones: &[T], others: &[T]) -> Option<String> {
    let left: Vec<String> = ones
        .iter()
        .filter(|one| !others.contains(one))
        .map(|one| format!("`{}`", one.to_string()))
        .collect();
    (!left.is_empty()).then(|| left.join(", "))
}

#[cfg(test)]
mod tests;
