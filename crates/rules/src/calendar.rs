//! Calendars: which days are working days, in one country, year by year.
//!
//! A calendar is data with a version: when an order changes a year after the fact, the year's table is
//! replaced and the former one kept, so that an old decision can be computed again. A year without a
//! table is unknown. Nothing is ever assumed about it, not even its weekends; only a calendar that says
//! of itself that it holds in every year, such as one of mere weekends, answers for any.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use model::organisation::Bilingual;

use crate::document::Document;
use crate::finding::Findings;

mod listed;
mod read;
mod succeed;
mod versions;
mod write;

pub use listed::ListedDay;
pub use succeed::{Changes, Conflict, DayChange};
pub use versions::{UnknownCalendar, Version, find};

/// The working days of one country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    name: String,
    version: String,
    /// The calendar whose missing years it guesses at.
    provisional_for: Option<String>,
    title: Bilingual,
    about: About,
    weekend: Vec<Weekday>,
    occasions: BTreeMap<String, Bilingual>,
    /// It holds in every year, whether there is a table or not.
    every_year: bool,
    years: BTreeMap<i16, Year>,
    /// What earlier versions had otherwise, the oldest first.
    former: Vec<Former>,
    /// The provisional calendars that were joined to it.
    joined: Vec<String>,
    /// The id of the calendar of which this is a former version.
    later: Option<String>,
}

/// Where a calendar is from and how sure it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct About {
    /// The IANA name of the zone whose midnights end its days, unless somebody names another.
    zone: Option<String>,
    source: Option<String>,
    confidence: Confidence,
    note: Option<String>,
}

/// How far what a file says may be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confidence {
    /// Read in the official source or a quotation of it, or in agreement with it throughout.
    #[default]
    High,
    /// From a secondary source, or open at some point: to be confirmed before anybody relies on it.
    Medium,
}

impl Confidence {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
        }
    }
}

/// The days of one year that are not what their weekday says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Year {
    /// The official order is not known: due times counted in it must be computed again.
    provisional: bool,
    days: BTreeMap<Date, Special>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Special {
    working: bool,
    occasion: String,
}

/// What a version of the calendar knew, as far as a later one has it otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Former {
    version: String,
    /// The first year that it knew; none if no year before it was added since.
    from: Option<i16>,
    /// The last year that it knew.
    through: i16,
    /// The years that were replaced after it.
    years: BTreeMap<i16, Year>,
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day<'c> {
    /// An ordinary working day.
    Workday,
    /// An ordinary weekend day.
    Weekend,
    /// A day of rest by order.
    Holiday(&'c Bilingual),
    /// A weekend day turned into a working day by order.
    MakeUp(&'c Bilingual),
}

impl Day<'_> {
    pub fn is_working(self) -> bool {
        match self {
            Self::Workday | Self::MakeUp(_) => true,
            Self::Weekend | Self::Holiday(_) => false,
        }
    }
}

/// A day was asked for in a year that the calendar does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the calendar `{calendar}` has no year {year}: {}", advice(*year, later.as_deref()))]
pub struct MissingYear {
    pub calendar: String,
    pub year: i16,
    /// The calendar of which this is a former version.
    pub later: Option<String>,
}

fn advice(year: i16, later: Option<&str>) -> String {
    match later {
        Some(later) => format!("it is a former version; ask `{later}`"),
        None => {
            format!("add the official order for {year}, or ask for a provisional calendar by name")
        }
    }
}

impl Calendar {
    /// Reads a calendar from its TOML text; `origin` is the name that findings call it by.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Findings> {
        let document = Document::new(origin, text);
        let table = document.read(text);
        let calendar = table.as_ref().map(|table| read::calendar(&document, document.root(table)));
        document.close(calendar)
    }

    /// A calendar that knows no year, for what needs none.
    pub(crate) fn nothing() -> Self {
        Self {
            name: "none".to_owned(),
            version: "0".to_owned(),
            provisional_for: None,
            title: Bilingual::default(),
            about: About::default(),
            weekend: Vec::new(),
            occasions: BTreeMap::new(),
            every_year: false,
            years: BTreeMap::new(),
            former: Vec::new(),
            joined: Vec::new(),
            later: None,
        }
    }

    /// The name by which regimes ask for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    /// Name and version, such as `xx@2026-01`, and the provisional calendars joined to it: what a
    /// decision keeps, and what [`find`] finds again.
    pub fn id(&self) -> String {
        let mut id = format!("{}@{}", self.name, self.version);
        for joined in &self.joined {
            id.push('+');
            id.push_str(joined);
        }
        id
    }

    pub fn title(&self) -> &Bilingual {
        &self.title
    }

    /// Where its days are from; none if the file does not say.
    pub fn source(&self) -> Option<&str> {
        self.about.source.as_deref()
    }

    pub fn confidence(&self) -> Confidence {
        self.about.confidence
    }

    /// What whoever relies on it should know.
    pub fn note(&self) -> Option<&str> {
        self.about.note.as_deref()
    }

    /// The IANA name of the zone whose midnights end its days, unless somebody names another.
    pub fn zone_name(&self) -> Option<&str> {
        self.about.zone.as_deref()
    }

    /// The weekdays that are days of rest.
    pub fn weekend(&self) -> &[Weekday] {
        &self.weekend
    }

    /// The years it has a table for, in order; it may hold in [every year](Self::every_year) besides.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.keys().copied()
    }

    /// Whether it holds in every year.
    pub fn every_year(&self) -> bool {
        self.every_year
    }

    pub fn day(&self, date: Date) -> Result<Day<'_>, MissingYear> {
        let year = self.years.get(&date.year());
        if year.is_none() && !self.every_year {
            let (calendar, year) = (self.id(), date.year());
            return Err(MissingYear { calendar, year, later: self.later.clone() });
        }
        let day = year.and_then(|year| year.days.get(&date)).and_then(|special| {
            let name = self.occasions.get(&special.occasion)?;
            Some(if special.working { Day::MakeUp(name) } else { Day::Holiday(name) })
        });
        let ordinary =
            if self.weekend.contains(&date.weekday()) { Day::Weekend } else { Day::Workday };
        Ok(day.unwrap_or(ordinary))
    }

    pub fn is_working_day(&self, date: Date) -> Result<bool, MissingYear> {
        self.day(date).map(Day::is_working)
    }

    /// Whether the year is only a guess at an order not yet known.
    pub fn provisional(&self, year: i16) -> bool {
        self.years.get(&year).is_some_and(|table| table.provisional)
    }

    /// The calendar whose missing years this one guesses at; none for a calendar in its own right.
    pub fn provisional_for(&self) -> Option<&str> {
        self.provisional_for.as_deref()
    }

    /// Adds the years that it does not have from a provisional calendar made for it.
    ///
    /// A provisional year is used when somebody asks for it like this, and never silently; the id says so.
    #[must_use]
    pub fn with_provisional(mut self, other: &Self) -> Self {
        let is_for_this = other.provisional_for.as_ref() == Some(&self.name);
        let mut joined = false;
        for (year, table) in other.years.iter().filter(|_| is_for_this) {
            if !self.years.contains_key(year) {
                self.years.insert(*year, table.clone());
                joined = true;
            }
        }
        if joined {
            self.joined.push(other.name.clone());
            for (key, name) in &other.occasions {
                self.occasions.entry(key.clone()).or_insert_with(|| name.clone());
            }
        }
        self
    }

    /// The calendar without what was joined to it.
    fn unjoined(&self) -> Self {
        let mut calendar = self.clone();
        if !std::mem::take(&mut calendar.joined).is_empty() {
            calendar.years.retain(|_, table| !table.provisional);
        }
        calendar
    }
}

#[cfg(test)]
mod tests;
