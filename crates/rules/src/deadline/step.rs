//! Steps: each rule applied and each day counted, as data, to be said in the reader's language.

use jiff::Zoned;
use jiff::civil::Date;
use model::organisation::Bilingual;

use crate::within::Within;
use crate::words::{Words, words};

/// One rule applied, or one day or run of days passed, on the way to a due time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The day on which the clock starts does not count.
    NotCounted(Date),
    /// A working day, by its number; if worked by order, for the holiday that it makes up for.
    Worked { date: Date, nth: u32, makes_up: Option<Bilingual> },
    /// A run of days of rest, and what for: an ordinary weekend has an empty name.
    Rested { from: Date, to: Date, names: Vec<Bilingual> },
    /// Hours and minutes pause for nothing.
    RanThrough(Within),
    /// So many days or months after the first, this is the last day.
    LastDay { from: Date, last: Date },
    /// The last day was a day of rest and moves to this one.
    Rolled(Date),
    /// The last instant falls on a day of rest.
    FellOnRest(Zoned),
    /// It moves to 12:00 of this day.
    Noon(Date),
    /// Counting begins with the month after the one in which the trigger fell.
    NextMonth { trigger: Date, month: Date },
    /// One of several times allowed, and when it would be due.
    Member { within: Within, due: Option<Zoned> },
    /// The earliest of those before it is the one that counts.
    EarliestGoverns,
    /// The text states no time.
    NoTimeStated,
    /// The text asks for haste without a number.
    NoNumber(Within),
    /// The duty always stands.
    AlwaysStands,
}

impl Step {
    /// The step in the language of this code, English unless it is `zh`.
    pub fn text(&self, language: &str) -> String {
        let words = words(language);
        let within = |within: &Within| within.text(words.language);
        match self {
            Self::NotCounted(date) => {
                words.say("step.not_counted", &[("date", &words.date(*date))])
            }
            Self::Worked { date, nth, makes_up } => {
                worked(words, *date, &nth.to_string(), makes_up.as_ref())
            }
            Self::Rested { from, to, names } => rested(words, *from, *to, names),
            Self::RanThrough(time) => words.say("step.ran_through", &[("within", &within(time))]),
            Self::LastDay { from, last } => {
                let (from, last) = (words.date(*from), words.date(*last));
                words.say("step.last_day", &[("from", &from), ("last", &last)])
            }
            Self::Rolled(date) => words.say("step.rolled", &[("date", &words.date(*date))]),
            Self::FellOnRest(at) => words.say("step.fell_on_rest", &[("at", &clock(at))]),
            Self::Noon(date) => words.say("step.noon", &[("date", &words.date(*date))]),
            Self::NextMonth { trigger, month } => {
                let (trigger, month) = (words.date(*trigger), words.date(*month));
                words.say("step.next_month", &[("trigger", &trigger), ("month", &month)])
            }
            Self::Member { within: time, due: Some(due) } => {
                words.say("step.member", &[("within", &within(time)), ("due", &clock(due))])
            }
            Self::Member { within: time, due: None } => {
                words.say("step.member_without", &[("within", &within(time))])
            }
            Self::EarliestGoverns => words.say("step.earliest", &[]),
            Self::NoTimeStated => words.say("step.no_time", &[]),
            Self::NoNumber(time) => words.say("step.no_number", &[("within", &within(time))]),
            Self::AlwaysStands => words.say("step.stands", &[]),
        }
    }
}

fn worked(words: Words, date: Date, nth: &str, makes_up: Option<&Bilingual>) -> String {
    let (date, name) = (words.date(date), makes_up.map(|name| name.get(words.language)));
    match name {
        Some(name) => {
            let fill = [("date", date.as_str()), ("nth", nth), ("name", name)];
            words.say("step.worked_makes_up", &fill)
        }
        None => words.say("step.worked", &[("date", &date), ("nth", nth)]),
    }
}

fn rested(words: Words, from: Date, to: Date, names: &[Bilingual]) -> String {
    let name = |name: &Bilingual| match name.get(words.language) {
        "" => words.say("weekend", &[]),
        name => name.to_owned(),
    };
    let names: Vec<String> = names.iter().map(name).collect();
    let key = if from == to { "step.rested_one" } else { "step.rested" };
    let (from, to, names) = (words.date(from), words.date(to), words.join("between.names", &names));
    words.say(key, &[("from", &from), ("to", &to), ("names", &names)])
}

/// An instant in local time, with its offset: `2025-06-11 09:30:00+08:00`.
pub(crate) fn clock(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
}
