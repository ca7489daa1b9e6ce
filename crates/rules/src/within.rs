//! The time that a text allows: `2 hours`, `5 working days`, `promptly`.
//!
//! A small fixed grammar, so that a lawyer reads it and an engine counts it. What the text of a law
//! leaves without a number stays without one: an unnumbered time is never given a due instant.
//!
//! ```text
//! N hours | N minutes | N working days | N days | N months | first N working days of next month
//! immediately | promptly | at the same time | at discretion | no time stated
//! standing | continuously
//! earliest of [ … , … ]
//! ```
//! Days and months may end in `, holiday roll`: a last day that is no working day moves to the next
//! that is. Hours, minutes, days and months may end in `, weekend noon`: a last instant on a day that
//! is no working day moves to 12:00 of the next that is, as Delegated Regulation (EU) 2025/301 art. 5
//! has it. Hours may have up to two decimals.

use std::fmt;
use std::str::FromStr;

use crate::words::{Words, words};

/// The most of anything: ten years of hours.
const MOST: u32 = 87_600;
/// The most days or months.
const MOST_DAYS: u32 = 3_660;
/// The most working days: each is a step of the explanation.
const MOST_WORKING_DAYS: u32 = 260;
/// The most members of an `earliest of`.
const MOST_MEMBERS: usize = 8;

const HOLIDAY_ROLL: &str = "holiday roll";
const WEEKEND_NOON: &str = "weekend noon";

/// Time allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// Hundredths of an hour, so that half an hour is exact.
    Hours {
        hundredths: u32,
    },
    Minutes(u32),
    WorkingDays(u32),
    Days {
        n: u32,
        roll: bool,
    },
    Months {
        n: u32,
        roll: bool,
    },
    /// The first so many working days of the month after the trigger's local date.
    FirstWorkingDaysOfNextMonth(u32),
    Unnumbered(Unnumbered),
    Standing(Standing),
    /// A last instant on a day of rest moves to 12:00 local time of the next working day.
    WeekendNoon(Box<Self>),
    EarliestOf(Vec<Self>),
}

/// Words that ask for haste, or for nothing, without a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unnumbered {
    Immediately,
    Promptly,
    AtTheSameTime,
    AtDiscretion,
    NoTimeStated,
}

/// Words for a duty that is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Standing,
    Continuously,
}

/// Why a text is no time allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no time allowed ({why}): write such as `2 hours`, `5 working days`, `60 days`, \
     `1 month`, `first 10 working days of next month`, `promptly` or `no time stated`"
)]
pub struct BadWithin {
    /// The offending text, cut to 80 characters.
    pub text: String,
    pub why: &'static str,
}

const UNNUMBERED: [(&str, Unnumbered); 5] = [
    ("immediately", Unnumbered::Immediately),
    ("promptly", Unnumbered::Promptly),
    ("at the same time", Unnumbered::AtTheSameTime),
    ("at discretion", Unnumbered::AtDiscretion),
    ("no time stated", Unnumbered::NoTimeStated),
];

const STANDING: [(&str, Standing); 2] =
    [("standing", Standing::Standing), ("continuously", Standing::Continuously)];

impl Within {
    /// No fewer days than it lasts, whenever it begins: months are as long as they can be. None where days of
    /// rest or the text itself leave that open.
    pub fn longest_days(&self) -> Option<u32> {
        match self {
            Self::Hours { hundredths } => Some(hundredths.div_ceil(2_400)),
            Self::Minutes(n) => Some(n.div_ceil(24 * 60)),
            Self::Days { n, roll: false } => Some(*n),
            // Twelve months are a year, leap years included; fewer are of 31 days at the most.
            Self::Months { n, roll: false } => {
                Some((n / 12).saturating_mul(366).saturating_add((n % 12) * 31))
            }
            Self::EarliestOf(all) => {
                let all = all.iter().map(Self::longest_days).collect::<Option<Vec<_>>>()?;
                all.into_iter().min()
            }
            Self::Days { roll: true, .. }
            | Self::Months { roll: true, .. }
            | Self::WorkingDays(_)
            | Self::FirstWorkingDaysOfNextMonth(_)
            | Self::Unnumbered(_)
            | Self::Standing(_)
            | Self::WeekendNoon(_) => None,
        }
    }

    /// Whether counting it asks which days are working days.
    pub fn needs_calendar(&self) -> bool {
        match self {
            Self::WorkingDays(_) | Self::FirstWorkingDaysOfNextMonth(_) | Self::WeekendNoon(_) => {
                true
            }
            Self::Days { roll, .. } | Self::Months { roll, .. } => *roll,
            Self::EarliestOf(members) => members.iter().any(Self::needs_calendar),
            Self::Hours { .. } | Self::Minutes(_) | Self::Unnumbered(_) | Self::Standing(_) => {
                false
            }
        }
    }

    /// Whether it has a number, so that there is something to be late for.
    pub fn is_numbered(&self) -> bool {
        match self {
            Self::Unnumbered(_) | Self::Standing(_) => false,
            Self::WeekendNoon(inner) => inner.is_numbered(),
            Self::EarliestOf(members) => members.iter().any(Self::is_numbered),
            Self::Hours { .. }
            | Self::Minutes(_)
            | Self::WorkingDays(_)
            | Self::Days { .. }
            | Self::Months { .. }
            | Self::FirstWorkingDaysOfNextMonth(_) => true,
        }
    }
}

impl Within {
    /// Whether every end that it may have is a number.
    pub(crate) fn is_all_numbered(&self) -> bool {
        if let Self::EarliestOf(members) = self {
            return members.iter().all(Self::is_all_numbered);
        }
        self.is_numbered()
    }

    /// The words for it in the language of this code, English, as packs write it, unless it is `zh`.
    pub fn text(&self, language: &str) -> String {
        let words = words(language);
        let counted = |n: u32, one: &str, many: &str| {
            words.say(if n == 1 { one } else { many }, &[("n", &n.to_string())])
        };
        match self {
            Self::Hours { hundredths: 100 } => words.say("within.hour", &[]),
            Self::Hours { hundredths } => words.say("within.hours", &[("n", &hours(*hundredths))]),
            Self::Minutes(n) => counted(*n, "within.minute", "within.minutes"),
            Self::WorkingDays(n) => counted(*n, "within.working_day", "within.working_days"),
            Self::Days { n, roll: false } => counted(*n, "within.day", "within.days"),
            Self::Months { n, roll: false } => counted(*n, "within.month", "within.months"),
            Self::Days { n, roll: true } => rolled(&Self::Days { n: *n, roll: false }, words),
            Self::Months { n, roll: true } => rolled(&Self::Months { n: *n, roll: false }, words),
            Self::FirstWorkingDaysOfNextMonth(n) => {
                words.say("within.first", &[("n", &n.to_string())])
            }
            Self::Unnumbered(word) => words.say(word.key(), &[]),
            Self::Standing(Standing::Standing) => words.say("within.standing", &[]),
            Self::Standing(Standing::Continuously) => words.say("within.continuously", &[]),
            Self::WeekendNoon(inner) => {
                words.say("within.noon", &[("inner", &inner.text(language))])
            }
            Self::EarliestOf(members) => {
                let members: Vec<String> =
                    members.iter().map(|member| member.text(language)).collect();
                let members = words.join("between.members", &members);
                words.say("within.earliest", &[("members", &members)])
            }
        }
    }
}

fn rolled(inner: &Within, words: Words) -> String {
    words.say("within.roll", &[("inner", &inner.text(words.language))])
}

impl Unnumbered {
    fn key(self) -> &'static str {
        match self {
            Self::Immediately => "within.immediately",
            Self::Promptly => "within.promptly",
            Self::AtTheSameTime => "within.at_the_same_time",
            Self::AtDiscretion => "within.at_discretion",
            Self::NoTimeStated => "within.no_time_stated",
        }
    }
}

impl FromStr for Within {
    type Err = BadWithin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = |why| BadWithin { text: text.chars().take(80).collect(), why };
        if text.len() > 400 {
            return Err(bad("it is longer than 400 bytes"));
        }
        match text.trim().strip_prefix("earliest of ") {
            Some(list) => earliest_of(list.trim()).map_err(bad),
            None => single(text.trim()).map_err(bad),
        }
    }
}

fn earliest_of(list: &str) -> Result<Within, &'static str> {
    let inner = list
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .ok_or("`earliest of` wants a list in square brackets")?;
    // An option belongs to the member before its comma.
    let mut texts: Vec<String> = Vec::new();
    for part in inner.split(',').map(str::trim) {
        match texts.last_mut() {
            Some(member) if part == HOLIDAY_ROLL || part == WEEKEND_NOON => {
                member.push_str(", ");
                member.push_str(part);
            }
            _ => texts.push(part.to_owned()),
        }
    }
    if texts.len() < 2 || texts.len() > MOST_MEMBERS {
        return Err("`earliest of` wants two to eight members");
    }
    texts.iter().map(|text| single(text)).collect::<Result<_, _>>().map(Within::EarliestOf)
}

fn single(text: &str) -> Result<Within, &'static str> {
    if let Some((_, word)) = UNNUMBERED.iter().find(|(word, _)| *word == text) {
        return Ok(Within::Unnumbered(*word));
    }
    if let Some((_, word)) = STANDING.iter().find(|(word, _)| *word == text) {
        return Ok(Within::Standing(*word));
    }
    let (text, roll) = match text.split_once(',') {
        None => (text, false),
        Some((text, option)) if option.trim() == HOLIDAY_ROLL => (text.trim(), true),
        Some((text, option)) if option.trim() == WEEKEND_NOON => return weekend_noon(text.trim()),
        Some(_) => return Err("after the comma only `holiday roll` and `weekend noon` are known"),
    };
    if let Some(n) = text.strip_prefix("first ") {
        return first_of_next_month(n, roll);
    }
    let (number, unit) = text.split_once(' ').ok_or("a number and a unit are wanted")?;
    counted(number, unit, roll)
}

fn weekend_noon(text: &str) -> Result<Within, &'static str> {
    match single(text)? {
        inner @ (Within::Hours { .. }
        | Within::Minutes(_)
        | Within::Days { .. }
        | Within::Months { .. }) => Ok(Within::WeekendNoon(Box::new(inner))),
        Within::WorkingDays(_)
        | Within::FirstWorkingDaysOfNextMonth(_)
        | Within::Unnumbered(_)
        | Within::Standing(_)
        | Within::WeekendNoon(_)
        | Within::EarliestOf(_) => {
            Err("only hours, minutes, days and months end at `weekend noon`")
        }
    }
}

fn first_of_next_month(text: &str, roll: bool) -> Result<Within, &'static str> {
    let n = text
        .strip_suffix(" working days of next month")
        .ok_or("after `first` stands `N working days of next month`")?;
    match whole(n, 23)? {
        _ if roll => Err("working days never roll"),
        n => Ok(Within::FirstWorkingDaysOfNextMonth(n)),
    }
}

fn counted(number: &str, unit: &str, roll: bool) -> Result<Within, &'static str> {
    match unit {
        "day" | "days" => Ok(Within::Days { n: whole(number, MOST_DAYS)?, roll }),
        "month" | "months" => Ok(Within::Months { n: whole(number, MOST_DAYS)?, roll }),
        _ if roll => Err("only days and months roll"),
        "hour" | "hours" => Ok(Within::Hours { hundredths: hundredths(number)? }),
        "minute" | "minutes" => Ok(Within::Minutes(whole(number, MOST)?)),
        "working day" | "working days" => {
            Ok(Within::WorkingDays(whole(number, MOST_WORKING_DAYS)?))
        }
        _ => Err("the unit is none of hours, minutes, working days, days, months"),
    }
}

fn whole(text: &str, most: u32) -> Result<u32, &'static str> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten().ok_or("no whole number")?;
    if (1..=most).contains(&number) { Ok(number) } else { Err("the number is out of range") }
}

fn hundredths(text: &str) -> Result<u32, &'static str> {
    let (whole_part, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole_part) || !digits(decimals) || decimals.len() > 2 {
        return Err("hours are a number with at most two decimals");
    }
    let hours: u32 = whole_part.parse().map_err(|_| "the number is out of range")?;
    let parts: u32 = format!("{decimals:0<2}").parse().map_err(|_| "the number is out of range")?;
    let all = hours.checked_mul(100).and_then(|n| n.checked_add(parts));
    all.filter(|n| (1..=MOST * 100).contains(n)).ok_or("the number is out of range")
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text("en"))
    }
}

/// Hours without needless decimals: `2`, `0.5`, `1.25`.
fn hours(hundredths: u32) -> String {
    let (hours, parts) = (hundredths / 100, hundredths % 100);
    match parts {
        0 => format!("{hours}"),
        parts if parts % 10 == 0 => format!("{hours}.{}", parts / 10),
        parts => format!("{hours}.{parts:02}"),
    }
}

#[cfg(test)]
pub(crate) mod tests;
