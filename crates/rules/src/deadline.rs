//! Due times: when something allowed so long, begun at that instant, must have been done.
//!
//! Hours run through nights and holidays, to the second. Days and working days begin to count on the
//! day after, and end at 24:00 local time, which is stored as 00:00 of the next day. What has no number
//! has no due time. Every rule applied is written down as a step, for whoever asks why.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use model::organisation::Bilingual;

use crate::calendar::{Calendar, Day, MissingYear};
use crate::within::{Unnumbered, Within};

/// When it is due, and how that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The last instant that is on time; none where the text gives no number.
    pub due: Option<Timestamp>,
    /// The last local day that is on time, where the time allowed is counted in days.
    pub last_day: Option<Date>,
    /// One line for each rule applied and each day counted or passed over.
    pub steps: Vec<String>,
    /// A year was counted whose official order is not known yet.
    pub provisional: bool,
}

/// Why no due time can be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    #[error(transparent)]
    MissingYear(#[from] MissingYear),
    #[error("{within} after {start} lies beyond the dates that can be computed")]
    OutOfRange { within: String, start: Timestamp },
    #[error("{month} has fewer than {wanted} working days")]
    MonthTooShort { month: String, wanted: u32 },
}

/// When something allowed `within` is due, if its clock starts at `start`.
pub fn deadline(
    within: &Within,
    start: Timestamp,
    zone: &TimeZone,
    calendar: &Calendar,
) -> Result<Due, DeadlineError> {
    let mut count = Count { within, start, zone, calendar, steps: Vec::new(), provisional: false };
    let (due, last_day) = count.run()?;
    Ok(Due { due, last_day, steps: count.steps, provisional: count.provisional })
}

/// One computation: what it was given, and what it has written down so far.
struct Count<'a> {
    within: &'a Within,
    start: Timestamp,
    zone: &'a TimeZone,
    calendar: &'a Calendar,
    steps: Vec<String>,
    provisional: bool,
}

type Found = (Option<Timestamp>, Option<Date>);

impl<'a> Count<'a> {
    fn run(&mut self) -> Result<Found, DeadlineError> {
        match self.within {
            Within::Hours { hundredths } => self.elapsed(i64::from(*hundredths) * 36),
            Within::Minutes(n) => self.elapsed(i64::from(*n) * 60),
            Within::WorkingDays(n) => self.working_days(*n),
            Within::Days { n, roll } => {
                let last = self.local_day().checked_add(i64::from(*n).days());
                self.fixed_day(last.map_err(|_| self.out_of_range())?, *roll)
            }
            Within::Months { n, roll } => {
                let last = self.local_day().checked_add(i64::from(*n).months());
                self.fixed_day(last.map_err(|_| self.out_of_range())?, *roll)
            }
            Within::FirstWorkingDaysOfNextMonth(n) => self.next_month(*n),
            Within::Unnumbered(Unnumbered::NoTimeStated) => {
                self.say("the text states no time".to_owned());
                Ok((None, None))
            }
            Within::Unnumbered(_) => {
                self.say(format!("`{}` gives no number: no legal due time", self.within));
                Ok((None, None))
            }
            Within::Standing(_) => {
                self.say("the duty always stands and is never due".to_owned());
                Ok((None, None))
            }
            Within::EarliestOf(members) => self.earliest(members),
        }
    }

    fn elapsed(&mut self, seconds: i64) -> Result<Found, DeadlineError> {
        let due = self.start.checked_add(SignedDuration::from_secs(seconds));
        self.say(format!("{} run through nights, weekends and holidays", self.within));
        Ok((Some(due.map_err(|_| self.out_of_range())?), None))
    }

    fn working_days(&mut self, n: u32) -> Result<Found, DeadlineError> {
        let first = self.local_day();
        self.say(format!("{} itself is not counted", spelled(first)));
        let last = self.count_from(self.next(first)?, n, None)?;
        self.end_of(last)
    }

    fn next_month(&mut self, n: u32) -> Result<Found, DeadlineError> {
        let trigger = self.local_day();
        let month = trigger.first_of_month().checked_add(1.month());
        let month = month.map_err(|_| self.out_of_range())?;
        self.say(format!(
            "the trigger fell on {} local time: counting begins with {}",
            spelled(trigger),
            spelled(month)
        ));
        let last = self.count_from(month, n, Some(month))?;
        self.end_of(last)
    }

    /// Counts `n` working days, `date` being the first that can count; within one month if one is given.
    fn count_from(
        &mut self,
        mut date: Date,
        n: u32,
        month: Option<Date>,
    ) -> Result<Date, DeadlineError> {
        let mut counted = 0;
        let mut rest = Rest::default();
        loop {
            if let Some(month) = month.filter(|month| month.month() != date.month()) {
                let month = month.strftime("%Y-%m").to_string();
                return Err(DeadlineError::MonthTooShort { month, wanted: n });
            }
            let day = self.day(date)?;
            match day {
                Day::Workday | Day::MakeUp(_) => {
                    self.steps.extend(rest.take());
                    counted += 1;
                    self.say(working_day(date, counted, day));
                }
                Day::Weekend => rest.add(date, None),
                Day::Holiday(name) => rest.add(date, Some(name)),
            }
            if counted == n {
                return Ok(date);
            }
            date = self.next(date)?;
        }
    }

    fn fixed_day(&mut self, last: Date, roll: bool) -> Result<Found, DeadlineError> {
        let first = self.local_day();
        self.say(format!("counted from {}, the last day is {}", spelled(first), spelled(last)));
        if !roll {
            return self.end_of(last);
        }
        let rolled = self.rolled(last)?;
        self.end_of(rolled)
    }

    /// The day itself if it is a working day, else the next that is.
    fn rolled(&mut self, last: Date) -> Result<Date, DeadlineError> {
        let mut rest = Rest::default();
        let mut date = last;
        loop {
            match self.day(date)? {
                Day::Workday | Day::MakeUp(_) => break,
                Day::Weekend => rest.add(date, None),
                Day::Holiday(name) => rest.add(date, Some(name)),
            }
            date = self.next(date)?;
        }
        if let Some(passed) = rest.take() {
            self.say(passed);
            self.say(format!("the last day rolls to {}", spelled(date)));
        }
        Ok(date)
    }

    fn earliest(&mut self, members: &[Within]) -> Result<Found, DeadlineError> {
        let mut earliest: Found = (None, None);
        for member in members {
            let one = deadline(member, self.start, self.zone, self.calendar)?;
            let due = one.due.map_or_else(|| "no due time".to_owned(), |due| self.local(due));
            self.steps.extend(one.steps);
            self.say(format!("{member}: {due}"));
            self.provisional |= one.provisional;
            let earlier = one.due.is_some_and(|due| earliest.0.is_none_or(|best| due < best));
            if earlier {
                earliest = (one.due, one.last_day);
            }
        }
        self.say("the earliest of these governs".to_owned());
        Ok(earliest)
    }

    fn end_of(&self, last: Date) -> Result<Found, DeadlineError> {
        let midnight = self.next(last)?.to_zoned(self.zone.clone());
        let due = midnight.map_err(|_| self.out_of_range())?.timestamp();
        Ok((Some(due), Some(last)))
    }

    fn day(&mut self, date: Date) -> Result<Day<'a>, DeadlineError> {
        self.provisional |= self.calendar.provisional(date.year());
        let calendar: &'a Calendar = self.calendar;
        Ok(calendar.day(date)?)
    }

    fn local_day(&self) -> Date {
        self.start.to_zoned(self.zone.clone()).date()
    }

    fn local(&self, instant: Timestamp) -> String {
        local(instant, self.zone)
    }

    fn next(&self, date: Date) -> Result<Date, DeadlineError> {
        date.tomorrow().map_err(|_| self.out_of_range())
    }

    fn out_of_range(&self) -> DeadlineError {
        DeadlineError::OutOfRange { within: self.within.to_string(), start: self.start }
    }

    fn say(&mut self, step: String) {
        self.steps.push(step);
    }
}

/// An instant in local time, with its offset: `2025-06-11 09:30:00+08:00`.
pub(crate) fn local(instant: Timestamp, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
}

/// A date with its weekday: `Wed 2025-06-11`.
pub(crate) fn spelled(date: Date) -> String {
    let weekday = match date.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    format!("{weekday} {date}")
}

fn working_day(date: Date, counted: u32, day: Day<'_>) -> String {
    let why = match day {
        Day::MakeUp(name) => format!(" (worked to make up for {})", name.get("en")),
        Day::Workday | Day::Weekend | Day::Holiday(_) => String::new(),
    };
    format!("{} is working day {counted}{why}", spelled(date))
}

/// A run of days of rest, said in one line.
#[derive(Default)]
struct Rest {
    span: Option<(Date, Date)>,
    names: Vec<String>,
}

impl Rest {
    fn add(&mut self, date: Date, name: Option<&Bilingual>) {
        self.span = Some((self.span.map_or(date, |(from, _)| from), date));
        let name = name.map_or("weekend", |name| name.get("en"));
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }

    fn take(&mut self) -> Option<String> {
        let (from, to) = self.span.take()?;
        let names = std::mem::take(&mut self.names).join(", ");
        Some(if from == to {
            format!("{} is no working day ({names})", spelled(from))
        } else {
            format!("{} to {} are no working days ({names})", spelled(from), spelled(to))
        })
    }
}

#[cfg(test)]
mod tests;
