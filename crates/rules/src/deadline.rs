//! Due times: when something allowed so long, begun at that instant, must have been done.
//!
//! Hours run through nights and holidays, to the second. Days and working days begin to count on the
//! day after, and end at 24:00 local time, which is stored as 00:00 of the next day. What has no number
//! has no due time. Every rule applied is written down as a [`Step`], for whoever asks why.
//!
//! A day is a local day of the zone that is given. Where clocks are put forward over midnight it begins
//! with the first instant after the gap; where they are put back over it, with the first 00:00.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use model::organisation::Bilingual;

use crate::calendar::{Calendar, Day, MissingYear};
use crate::within::{Unnumbered, Within};

mod step;

pub use step::Step;
use step::clock;

/// When it is due, and how that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The last instant that is on time; none where the text gives no number.
    pub due: Option<Timestamp>,
    /// The last local day that is on time, where the time allowed is counted in days or moved to a
    /// noon: whole, or up to `due`.
    pub last_day: Option<Date>,
    /// Each rule applied and each day counted or passed over, in order.
    pub steps: Vec<Step>,
    /// A year was counted whose official order is not known yet.
    pub provisional: bool,
}

impl Due {
    /// The steps in the language of this code, one line each.
    pub fn texts(&self, language: &str) -> Vec<String> {
        self.steps.iter().map(|step| step.text(language)).collect()
    }

    /// The last day, where it is on time to its very end: due 24:00.
    pub fn whole_day(&self, zone: &TimeZone) -> Option<Date> {
        let ends = |day: &Date| Some(day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?.timestamp());
        self.last_day.filter(|day| ends(day) == self.due)
    }
}

/// Why no due time can be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    #[error(transparent)]
    MissingYear(#[from] MissingYear),
    #[error(
        "{within} after {start} lies beyond the dates that can be computed: write a start between the years 1 and 9998"
    )]
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
    steps: Vec<Step>,
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
                self.say(Step::NoTimeStated);
                Ok((None, None))
            }
            Within::Unnumbered(_) => {
                self.say(Step::NoNumber(self.within.clone()));
                Ok((None, None))
            }
            Within::Standing(_) => {
                self.say(Step::AlwaysStands);
                Ok((None, None))
            }
            Within::WeekendNoon(inner) => self.weekend_noon(inner),
            Within::EarliestOf(members) => self.earliest(members),
        }
    }

    fn elapsed(&mut self, seconds: i64) -> Result<Found, DeadlineError> {
        let due = self.start.checked_add(SignedDuration::from_secs(seconds));
        self.say(Step::RanThrough(self.within.clone()));
        Ok((Some(due.map_err(|_| self.out_of_range())?), None))
    }

    fn working_days(&mut self, n: u32) -> Result<Found, DeadlineError> {
        let first = self.local_day();
        self.say(Step::NotCounted(first));
        let last = self.count_from(self.next(first)?, n, None)?;
        self.end_of(last)
    }

    fn next_month(&mut self, n: u32) -> Result<Found, DeadlineError> {
        let trigger = self.local_day();
        let month = trigger.first_of_month().checked_add(1.month());
        let month = month.map_err(|_| self.out_of_range())?;
        self.say(Step::NextMonth { trigger, month });
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
            let makes_up = match self.day(date)? {
                Day::Workday => Some(None),
                Day::MakeUp(name) => Some(Some(name.clone())),
                Day::Weekend => {
                    rest.add(date, None);
                    None
                }
                Day::Holiday(name) => {
                    rest.add(date, Some(name));
                    None
                }
            };
            if let Some(makes_up) = makes_up {
                self.steps.extend(rest.take());
                counted += 1;
                self.say(Step::Worked { date, nth: counted, makes_up });
            }
            if counted == n {
                return Ok(date);
            }
            date = self.next(date)?;
        }
    }

    fn fixed_day(&mut self, last: Date, roll: bool) -> Result<Found, DeadlineError> {
        let first = self.local_day();
        self.say(Step::LastDay { from: first, last });
        if !roll {
            return self.end_of(last);
        }
        let rolled = self.rolled(last)?;
        self.end_of(rolled)
    }

    /// The day itself if it is a working day, else the next that is.
    fn rolled(&mut self, last: Date) -> Result<Date, DeadlineError> {
        let (date, passed) = self.working_from(last)?;
        if let Some(passed) = passed {
            self.say(passed);
            self.say(Step::Rolled(date));
        }
        Ok(date)
    }

    /// The first working day from this one on, and the days of rest before it.
    fn working_from(&mut self, mut date: Date) -> Result<(Date, Option<Step>), DeadlineError> {
        let mut rest = Rest::default();
        loop {
            match self.day(date)? {
                Day::Workday | Day::MakeUp(_) => return Ok((date, rest.take())),
                Day::Weekend => rest.add(date, None),
                Day::Holiday(name) => rest.add(date, Some(name)),
            }
            date = self.next(date)?;
        }
    }

    /// Counts, then moves a last instant on a day of rest to 12:00 of the next working day.
    ///
    /// The day of an instant is the one that its local date names, so 00:00 of a Saturday is a
    /// Saturday; the last day of a count is that day, though its end is 00:00 of the next.
    fn weekend_noon(&mut self, inner: &Within) -> Result<Found, DeadlineError> {
        let found = self.part(inner)?;
        let Some(due) = found.0 else { return Ok(found) };
        let day = found.1.unwrap_or_else(|| self.local(due).date());
        let (date, Some(passed)) = self.working_from(day)? else { return Ok(found) };
        if found.1.is_none() {
            self.say(Step::FellOnRest(self.local(due)));
        }
        self.say(passed);
        self.say(Step::Noon(date));
        let noon = date.at(12, 0, 0, 0).to_zoned(self.zone.clone());
        Ok((Some(noon.map_err(|_| self.out_of_range())?.timestamp()), Some(date)))
    }

    /// Counts a part of the time allowed from the same start, and takes over its steps.
    fn part(&mut self, within: &Within) -> Result<Found, DeadlineError> {
        let one = deadline(within, self.start, self.zone, self.calendar)?;
        self.steps.extend(one.steps);
        self.provisional |= one.provisional;
        Ok((one.due, one.last_day))
    }

    fn earliest(&mut self, members: &[Within]) -> Result<Found, DeadlineError> {
        let mut earliest: Found = (None, None);
        for member in members {
            let one = self.part(member)?;
            let due = one.0.map(|due| self.local(due));
            self.say(Step::Member { within: member.clone(), due });
            let earlier = one.0.is_some_and(|due| earliest.0.is_none_or(|best| due < best));
            if earlier {
                earliest = one;
            }
        }
        self.say(Step::EarliestGoverns);
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
        self.local(self.start).date()
    }

    fn local(&self, instant: Timestamp) -> Zoned {
        instant.to_zoned(self.zone.clone())
    }

    fn next(&self, date: Date) -> Result<Date, DeadlineError> {
        date.tomorrow().map_err(|_| self.out_of_range())
    }

    fn out_of_range(&self) -> DeadlineError {
        DeadlineError::OutOfRange { within: self.within.to_string(), start: self.start }
    }

    fn say(&mut self, step: Step) {
        self.steps.push(step);
    }
}

/// An instant in local time, with its offset: `2025-06-11 09:30:00+08:00`.
pub(crate) fn local(instant: Timestamp, zone: &TimeZone) -> String {
    clock(&instant.to_zoned(zone.clone()))
}

/// A run of days of rest, said in one step.
#[derive(Default)]
struct Rest {
    span: Option<(Date, Date)>,
    names: Vec<Bilingual>,
}

impl Rest {
    fn add(&mut self, date: Date, name: Option<&Bilingual>) {
        self.span = Some((self.span.map_or(date, |(from, _)| from), date));
        let name = name.cloned().unwrap_or_default();
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    fn take(&mut self) -> Option<Step> {
        let (from, to) = self.span.take()?;
        Some(Step::Rested { from, to, names: std::mem::take(&mut self.names) })
    }
}

#[cfg(test)]
mod tests;
