//! Succession: what a new version changes, and the new version with the former one kept beneath it.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::{Calendar, Day, Former, Year};

/// How one calendar differs from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Years that only the new one knows.
    pub added: Vec<i16>,
    /// Years that only the old one knows.
    pub missing: Vec<i16>,
    /// Days that are worked in one and not in the other, in years that both know.
    pub days: Vec<DayChange>,
}

/// A day that became a working day, or ceased to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayChange {
    pub date: Date,
    /// Whether it is a working day now.
    pub working: bool,
}

/// Why a calendar cannot take the place of another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("`{new}` is no version of `{old}`: they have different names")]
    OtherName { new: String, old: String },
    #[error(
        "`{id}` is there already with other content: a changed calendar has a new version, \
         such as the month of the order"
    )]
    SameVersion { id: String },
    #[error("`{id}` is a former version of the calendar that is there: nothing older replaces it")]
    Older { id: String },
    #[error(
        "`{id}` would not be what it was: correct the [[former]] of the new file, or leave it out"
    )]
    Former { id: String },
    #[error("the weekend of `{id}` is another one: give a calendar of other weekdays another name")]
    Weekend { id: String },
    #[error(
        "`{id}` and the new file cannot stand for each other: what holds in every year has no years \
         to miss. Give the new one another name, and tables of years instead of `every_year`"
    )]
    EveryYear { id: String },
    #[error(
        "`{new}` is older than `{old}`, which is there: a later order has a later version; \
         --older imports it nevertheless"
    )]
    Earlier { new: String, old: String },
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.missing.is_empty() && self.days.is_empty()
    }
}

impl Calendar {
    /// What changes if this calendar stands in the place of `old`.
    pub fn changes_from(&self, old: &Self) -> Changes {
        let only = |a: &Self, b: &Self| -> Vec<i16> {
            a.years().filter(|year| !b.years.contains_key(year)).collect()
        };
        let both = self.years().filter(|year| old.years.contains_key(year));
        let days = both.flat_map(days_of).filter_map(|date| {
            let working = self.is_working_day(date).ok()?;
            (old.is_working_day(date).ok()? != working).then_some(DayChange { date, working })
        });
        Changes { added: only(self, old), missing: only(old, self), days: days.collect() }
    }

    /// The working days of each month of a year, January first.
    pub fn working_days_by_month(&self, year: i16) -> [u32; 12] {
        let mut months = [0; 12];
        for date in days_of(year) {
            let month = usize::try_from(date.month() - 1).ok().and_then(|at| months.get_mut(at));
            if let (Some(month), Ok(true)) = (month, self.is_working_day(date)) {
                *month += 1;
            }
        }
        months
    }

    /// The runs of days of rest by order in a year, and the days worked by order: first and last day,
    /// and what the day is.
    pub fn special_days(&self, year: i16) -> Vec<(Date, Date, Day<'_>)> {
        let mut runs: Vec<(Date, Date, Day<'_>)> = Vec::new();
        for date in days_of(year) {
            let Ok(day @ (Day::Holiday(_) | Day::MakeUp(_))) = self.day(date) else { continue };
            match runs.last_mut() {
                Some((_, to, run))
                    if *run == day && to.tomorrow().is_ok_and(|next| next == date) =>
                {
                    *to = date;
                }
                _ => runs.push((date, date, day)),
            }
        }
        runs
    }

    /// This calendar in the place of `old`: years that it does not have stay as they were, and what
    /// `old` was is kept beneath it as a former version.
    ///
    /// The same version once more, whole or some of its years, is no conflict and changes nothing.
    pub fn succeeding(self, old: &Self) -> Result<Self, Conflict> {
        let old = old.unjoined();
        if self.name != old.name || self.provisional_for != old.provisional_for {
            return Err(Conflict::OtherName { new: self.id(), old: old.id() });
        }
        if self.weekend != old.weekend {
            return Err(Conflict::Weekend { id: old.id() });
        }
        if self.every_year != old.every_year {
            return Err(Conflict::EveryYear { id: old.id() });
        }
        if self.version == old.version {
            let same = self.years.iter().all(|(year, table)| old.years.get(year) == Some(table))
                && self.former.iter().all(|former| old.former.contains(former));
            return if same { Ok(old) } else { Err(Conflict::SameVersion { id: old.id() }) };
        }
        if old.every_year {
            return Err(Conflict::EveryYear { id: old.id() });
        }
        if old.former.iter().any(|former| former.version == self.version) {
            return Err(Conflict::Older { id: self.id() });
        }
        let merged = self.clone().over(&old);
        for before in [&old, &self] {
            for version in before.versions() {
                let (is, was) = (merged.former(&version.version), before.former(&version.version));
                if let (Some(is), Some(was)) = (is, was)
                    && !is.changes_from(&was).days.is_empty()
                {
                    return Err(Conflict::Former { id: was.id() });
                }
            }
        }
        Ok(merged)
    }

    /// Refuses a version that sorts before the one in whose place it would stand; numbers in it sort
    /// as numbers.
    pub fn no_earlier_than(&self, old: &Self) -> Result<(), Conflict> {
        if order_of(&self.version) < order_of(&old.version) {
            return Err(Conflict::Earlier { new: self.id(), old: old.id() });
        }
        Ok(())
    }

    /// Puts this calendar over `old`: its tables, its years, its former versions.
    fn over(mut self, old: &Self) -> Self {
        let differs = |year: i16, table: &Year| {
            self.years.get(&year).is_some_and(|new| new != table)
                || self.former.iter().any(|former| former.years.contains_key(&year))
        };
        let years = old.years.iter().filter(|(year, table)| differs(**year, table));
        let last = Former {
            version: old.version.clone(),
            from: old.years().next(),
            through: old.years().last().unwrap_or(LAST_YEAR),
            years: years.map(|(year, table)| (*year, table.clone())).collect(),
        };
        // What both list stays where the new file has it; what only `old` has goes behind what it
        // went behind there.
        let mut at = 0;
        for former in old.former.iter().chain(std::iter::once(&last)) {
            let known = self.former.iter().position(|known| known.version == former.version);
            if known.is_none() {
                self.former.insert(at, former.clone());
            }
            at = known.unwrap_or(at) + 1;
        }
        for (year, table) in &old.years {
            self.years.entry(*year).or_insert_with(|| table.clone());
        }
        for (key, name) in &old.occasions {
            self.occasions.entry(key.clone()).or_insert_with(|| name.clone());
        }
        self
    }
}

/// The parts of a version as they sort: `2026-9` before `2026-11`.
fn order_of(version: &str) -> Vec<(u64, &str)> {
    let part = |part| (str::parse(part).unwrap_or(u64::MAX), part);
    version.split(['-', '.']).map(part).collect()
}

/// The last year that a calendar can have.
const LAST_YEAR: i16 = 9999;

/// Every day of a year.
fn days_of(year: i16) -> impl Iterator<Item = Date> {
    let first = Some(date(year, 1, 1));
    std::iter::successors(first, move |date| {
        date.checked_add(1.day()).ok().filter(|next| next.year() == year)
    })
}
