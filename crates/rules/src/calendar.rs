//! Calendars: which days are working days, in one country, year by year.
//!
//! A calendar is data with a version: when an order changes a year after the fact, the year's table is
//! replaced and the former one kept, so that an old decision can be computed again. A year without a
//! table is unknown. Nothing is ever assumed about it, not even its weekends.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use model::organisation::Bilingual;

use crate::document::{Document, Node, Section};
use crate::finding::Findings;

/// The working days of one country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    name: String,
    version: String,
    /// The calendar whose missing years it guesses at.
    provisional_for: Option<String>,
    title: Bilingual,
    weekend: Vec<Weekday>,
    occasions: BTreeMap<String, Bilingual>,
    years: BTreeMap<i16, Year>,
    former: Vec<Former>,
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

/// A year as an earlier version of the calendar had it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Former {
    version: String,
    year: i16,
    table: Year,
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
#[error(
    "the calendar `{calendar}` has no year {year}: add the official order for {year}, \
     or ask for a provisional calendar by name"
)]
pub struct MissingYear {
    pub calendar: String,
    pub year: i16,
}

impl Calendar {
    /// Reads a calendar from its TOML text; `origin` is the name that findings call it by.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Findings> {
        let document = Document::new(origin, text);
        let table = document.read(text);
        let calendar = table.as_ref().map(|table| read(&document, document.root(table)));
        document.close(calendar)
    }

    /// A calendar that knows no year, for what needs none.
    pub(crate) fn nothing() -> Self {
        Self {
            name: "none".to_owned(),
            version: "0".to_owned(),
            provisional_for: None,
            title: Bilingual::default(),
            weekend: Vec::new(),
            occasions: BTreeMap::new(),
            years: BTreeMap::new(),
            former: Vec::new(),
        }
    }

    /// The name by which regimes ask for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    /// Name and version, such as `xx@2026-01`: what a decision keeps.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    pub fn title(&self) -> &Bilingual {
        &self.title
    }

    /// The years it knows, in order.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.keys().copied()
    }

    pub fn day(&self, date: Date) -> Result<Day<'_>, MissingYear> {
        let year = self
            .years
            .get(&date.year())
            .ok_or_else(|| MissingYear { calendar: self.id(), year: date.year() })?;
        let day = year.days.get(&date).and_then(|special| {
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
            self.version = format!("{}+{}", self.version, other.name);
            for (key, name) in &other.occasions {
                self.occasions.entry(key.clone()).or_insert_with(|| name.clone());
            }
        }
        self
    }

    /// The calendar as a former version had it, knowing no year after the one that was changed.
    pub fn former(&self, version: &str) -> Option<Self> {
        let former = self.former.iter().find(|former| former.version == version)?;
        let mut years = self.years.clone();
        years.retain(|year, _| *year < former.year);
        years.insert(former.year, former.table.clone());
        Some(Self { version: version.to_owned(), years, former: Vec::new(), ..self.clone() })
    }
}

fn read(document: &Document, root: Section<'_>) -> Calendar {
    if let Some(node) = root.need("schema") {
        node.one_of(&[("calendar/1", ())]);
    }
    let provisional_for = root.text("provisional_for");
    let provisional = provisional_for.is_some();
    let mut calendar = Calendar {
        name: root.need_text("name"),
        version: root.need_text("version"),
        provisional_for,
        title: root.names("title").unwrap_or_default(),
        weekend: root.need("weekend").map(|node| weekdays(&node)).unwrap_or_default(),
        occasions: root.find("occasion").map(|node| occasions(&node)).unwrap_or_default(),
        years: BTreeMap::new(),
        former: Vec::new(),
    };
    let tables = root.need("year").and_then(|node| node.section());
    for node in tables.map(Section::remaining).unwrap_or_default() {
        let Ok(year) = node.name().parse::<i16>() else {
            node.report("this is no year", "write such as [year.2026]");
            continue;
        };
        if let Some(section) = node.section() {
            let table = Year { provisional, days: days(document, &section, year, &calendar) };
            section.finish();
            calendar.years.insert(year, table);
        }
    }
    for node in root.find("former").map(|node| node.list()).unwrap_or_default() {
        calendar.former.extend(former(document, &node, &calendar));
    }
    root.finish();
    calendar
}

fn former(document: &Document, node: &Node<'_>, calendar: &Calendar) -> Option<Former> {
    let section = node.section()?;
    let version = section.need_text("version");
    let year = section.need("year")?.integer().and_then(|year| i16::try_from(year).ok())?;
    let table = Year { provisional: false, days: days(document, &section, year, calendar) };
    section.finish();
    Some(Former { version, year, table })
}

fn weekdays(node: &Node<'_>) -> Vec<Weekday> {
    const WEEKDAYS: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    node.list().iter().filter_map(|node| node.one_of(&WEEKDAYS)).collect()
}

fn occasions(node: &Node<'_>) -> BTreeMap<String, Bilingual> {
    let entries = node.section().map(Section::remaining).unwrap_or_default();
    let mut occasions = BTreeMap::new();
    for entry in entries {
        if let Some(section) = entry.section() {
            occasions.insert(entry.name().to_owned(), section.bilingual());
            section.finish();
        }
    }
    occasions
}

fn days(
    document: &Document,
    section: &Section<'_>,
    year: i16,
    calendar: &Calendar,
) -> BTreeMap<Date, Special> {
    let mut days = Days { document, year, calendar, found: BTreeMap::new() };
    for node in section.find("rest").map(|node| node.list()).unwrap_or_default() {
        days.rest(&node);
    }
    for node in section.find("work").map(|node| node.list()).unwrap_or_default() {
        days.work(&node);
    }
    days.found
}

/// The special days of one year while they are being read.
struct Days<'c> {
    document: &'c Document,
    year: i16,
    calendar: &'c Calendar,
    found: BTreeMap<Date, Special>,
}

impl Days<'_> {
    fn rest(&mut self, node: &Node<'_>) -> Option<()> {
        let section = node.section()?;
        let (from, to) = (section.need("from")?.date()?, section.need("to")?.date()?);
        let occasion = self.occasion(&section)?;
        section.finish();
        if to < from {
            node.report("it ends before it begins", "swap `from` and `to`");
            return None;
        }
        let mut date = from;
        while date <= to {
            self.add(node, date, Special { working: false, occasion: occasion.clone() })?;
            date = date.checked_add(1.day()).ok()?;
        }
        Some(())
    }

    fn work(&mut self, node: &Node<'_>) -> Option<()> {
        let section = node.section()?;
        let date = section.need("on")?.date()?;
        let occasion = self.occasion(&section)?;
        section.finish();
        if !self.calendar.weekend.contains(&date.weekday()) {
            let what = format!("{date} is a working day anyway");
            node.report(what, "list here only weekend days that are worked");
        }
        self.add(node, date, Special { working: true, occasion })
    }

    fn occasion(&self, section: &Section<'_>) -> Option<String> {
        let node = section.need("for")?;
        let name = node.text()?;
        if !self.calendar.occasions.contains_key(&name) {
            node.report(format!("`{name}` is no occasion"), "add it under [occasion]");
        }
        Some(name)
    }

    fn add(&mut self, node: &Node<'_>, date: Date, special: Special) -> Option<()> {
        if date.year() != self.year {
            let what = format!("{date} is not in {}", self.year);
            node.report(what, "move it to its own year's table");
            return None;
        }
        if self.found.insert(date, special).is_some() {
            let key = format!("year.{}", self.year);
            let what = format!("{date} is listed twice");
            self.document.report(Some(node.at()), key, what, "leave one of the two");
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
