//! Reading a calendar's file: every key asked for by name, every finding with its line.
//!
//! The days of rest and of work of a year are listed by the order that made them. What a file may not
//! say is refused here, so that whoever holds a [`Calendar`] can count in it without looking again.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use model::organisation::Bilingual;

use super::{About, Calendar, Confidence, Former, Special, Year};
use crate::document::{Document, Node, Section};

/// The most days of a week that are days of rest: with more, ten working days could take months.
const MOST_WEEKEND: usize = 4;

pub(super) fn calendar(document: &Document, root: Section<'_>) -> Calendar {
    if let Some(node) = root.need("schema") {
        node.one_of(&[("calendar/1", ())]);
    }
    let provisional_for = root.text("provisional_for");
    let provisional = provisional_for.is_some();
    let mut calendar = Calendar {
        name: word(&root, "name"),
        version: word(&root, "version"),
        provisional_for,
        title: root.names("title").unwrap_or_default(),
        about: about(&root),
        weekend: root.need("weekend").map(|node| weekdays(&node)).unwrap_or_default(),
        occasions: root.find("occasion").map(|node| occasions(&node)).unwrap_or_default(),
        every_year: root.find("every_year").and_then(|node| node.boolean()).unwrap_or_default(),
        years: BTreeMap::new(),
        former: Vec::new(),
        joined: Vec::new(),
        later: None,
    };
    if calendar.every_year && provisional {
        root.report("what holds in every year guesses at none", "remove `provisional_for`");
    }
    calendar.years = years(document, &root, &calendar, provisional);
    if calendar.every_year && !calendar.years.is_empty() {
        // Else a year without a table would pass for one that has no holiday.
        root.report(
            "what holds in every year has no table of any year",
            "remove `every_year`: a year without a table is then an error, as it should be",
        );
    }
    for node in root.find("former").map(|node| node.list()).unwrap_or_default() {
        former(document, &node, &mut calendar);
    }
    root.finish();
    calendar
}

/// Whether a word may be a calendar's name or version: it stands in an id, and names a file.
pub(super) fn fits_id(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(fits)
}

/// A name or a version: a word that may stand in an id such as `xx@2026-01+xx-2027-provisional`.
fn word(section: &Section<'_>, key: &'static str) -> String {
    let Some(node) = section.need(key) else { return String::new() };
    let text = node.text().unwrap_or_default();
    if !fits_id(&text) {
        let fix = "use at most 64 letters, digits, `-` and `.`; begin with a letter or a digit";
        node.report(format!("`{text}` cannot stand in the id of a calendar"), fix);
    }
    text
}

fn about(root: &Section<'_>) -> About {
    const WORDS: [(&str, Confidence); 2] =
        [("high", Confidence::High), ("medium", Confidence::Medium)];
    let zone = root.find("zone").and_then(|node| {
        let name = node.text()?;
        if TimeZone::get(&name).is_err() {
            node.report(format!("`{name}` is no time zone"), "write such as `Europe/Berlin`");
        }
        Some(name)
    });
    About {
        zone,
        source: root.text("source"),
        confidence: root
            .find("confidence")
            .and_then(|node| node.one_of(&WORDS))
            .unwrap_or_default(),
        note: root.text("note"),
    }
}

fn years(
    document: &Document,
    root: &Section<'_>,
    calendar: &Calendar,
    provisional: bool,
) -> BTreeMap<i16, Year> {
    let mut years = BTreeMap::new();
    let node = if calendar.every_year { root.find("year") } else { root.need("year") };
    let tables = node.and_then(|node| node.section());
    for node in tables.map(Section::remaining).unwrap_or_default() {
        let year = node.name().parse::<i16>().ok().filter(|year| (1..=9999).contains(year));
        let Some(year) = year else {
            node.report("this is no year", "write such as [year.2026]");
            continue;
        };
        if let Some(section) = node.section() {
            let table = Year { provisional, days: days(document, &section, year, calendar) };
            section.finish();
            years.insert(year, table);
        }
    }
    years
}

/// Adds what a `[[former]]` says: a year that a version had otherwise, or only how far it knew.
fn former(document: &Document, node: &Node<'_>, calendar: &mut Calendar) -> Option<()> {
    let section = node.section()?;
    let version = word(&section, "version");
    let year = section.find("year").and_then(|node| year_of(&node));
    let from = section.find("from").and_then(|node| year_of(&node));
    let through = section.find("through").and_then(|node| year_of(&node));
    let table = year.map(|year| Year {
        provisional: calendar.provisional_for.is_some(),
        days: days(document, &section, year, calendar),
    });
    section.finish();
    if version == calendar.version {
        node.report(
            format!("`{version}` is the version of the file itself"),
            "a former version has a version of its own",
        );
    }
    let Some(knew) = through.max(year) else {
        node.report("it names no year", "add `year = …`, or `through = …` if none was replaced");
        return None;
    };
    if !calendar.former.iter().any(|former| former.version == version) {
        let years = BTreeMap::new();
        calendar.former.push(Former { version: version.clone(), from, through: knew, years });
    }
    let former = calendar.former.iter_mut().find(|former| former.version == version)?;
    former.through = former.through.max(knew);
    former.from = former.from.or(from);
    if let (Some(year), Some(table)) = (year, table)
        && former.years.insert(year, table).is_some()
    {
        let what = format!("`{}` has the year {year} twice", former.version);
        node.report(what, "leave one of the two");
    }
    Some(())
}

fn year_of(node: &Node<'_>) -> Option<i16> {
    let year = i16::try_from(node.integer()?).ok().filter(|year| (1..=9999).contains(year));
    if year.is_none() {
        node.report("this is no year", "write such as 2026");
    }
    year
}

/// Weekdays as a file writes them.
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

fn weekdays(node: &Node<'_>) -> Vec<Weekday> {
    let mut weekend = Vec::new();
    for day in node.list() {
        let Some(weekday) = day.one_of(&WEEKDAYS) else { continue };
        if weekend.contains(&weekday) {
            day.report("it is listed twice", "leave one of the two");
        } else {
            weekend.push(weekday);
        }
    }
    if weekend.len() > MOST_WEEKEND {
        node.report("more than four days of a week are days of rest", "list only the weekend");
    }
    weekend
}

fn occasions(node: &Node<'_>) -> BTreeMap<String, Bilingual> {
    let entries = node.section().map(Section::remaining).unwrap_or_default();
    let mut occasions = BTreeMap::new();
    for entry in entries {
        if let Some(section) = entry.section() {
            let name = section.bilingual();
            if [&name.zh, &name.en].iter().any(|name| name.chars().any(char::is_control)) {
                entry.report("its name has control characters", "write it as plain text");
            }
            occasions.insert(entry.name().to_owned(), name);
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
