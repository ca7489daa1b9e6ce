//! `juyan calendar`: which days are working days, year by year and version by version.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use app::Home;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use rules::{Calendar, Day};
use serde_json::{Value, json};

use crate::cli::{self, Common};
use crate::output::{self, Table};
use crate::{builtin, desk};

mod import;

pub(crate) async fn run(args: cli::Calendar) -> anyhow::Result<ExitCode> {
    match args {
        cli::Calendar::List { common } => list(&common),
        cli::Calendar::Show { common, calendar, year } => show(&common, &calendar, year),
        cli::Calendar::Check(args) => import::check(&args),
        cli::Calendar::Import(args) => import::run(&args).await,
    }
}

/// The calendars at hand: those that this binary carries, and those of a data directory, which stand
/// in for built-in ones of the same name.
pub(super) struct Shelf(Vec<Shelved>);

struct Shelved {
    calendar: Calendar,
    /// Its file, if it lies in the data directory.
    path: Option<PathBuf>,
}

impl Shelf {
    /// The calendars that this binary carries.
    pub(super) fn builtin() -> anyhow::Result<Self> {
        let mut shelf = Self(Vec::new());
        for source in builtin::calendars() {
            let calendar = Calendar::parse(&source.text, &source.origin)?;
            shelf.put(Shelved { calendar, path: None });
        }
        Ok(shelf)
    }

    /// The same, and those of a data directory before them.
    pub(super) fn open(data: &Path) -> anyhow::Result<Self> {
        let mut shelf = Self::builtin()?;
        for source in desk::sources(&Home::new(data).calendars())? {
            let calendar = Calendar::parse(&source.text, &source.origin)?;
            shelf.put(Shelved { calendar, path: Some(source.origin.into()) });
        }
        shelf.0.sort_by(|a, b| a.calendar.name().cmp(b.calendar.name()));
        Ok(shelf)
    }

    fn put(&mut self, new: Shelved) {
        self.0.retain(|known| known.calendar.name() != new.calendar.name());
        self.0.push(new);
    }

    /// The calendar of an id such as `cn`, `cn@2019-11` or `cn+cn-2027-provisional`.
    pub(super) fn find(&self, id: &str) -> anyhow::Result<Calendar> {
        let all: Vec<&Calendar> = self.0.iter().map(|shelved| &shelved.calendar).collect();
        Ok(rules::calendar::find(&all, id)?)
    }

    fn present(&self, name: &str) -> Option<&Shelved> {
        self.0.iter().find(|shelved| shelved.calendar.name() == name)
    }
}

fn list(common: &Common) -> anyhow::Result<ExitCode> {
    let shelf = Shelf::open(&common.data)?;
    if common.json {
        let all: Vec<_> = shelf.0.iter().map(|shelved| head(&shelved.calendar)).collect();
        output::json(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["CALENDAR", "YEARS", "WEEKEND", "CONFIDENCE", "FROM", "TITLE"]);
    for Shelved { calendar, path } in &shelf.0 {
        table.row([
            calendar.id(),
            years(calendar),
            weekend(calendar).join(", "),
            calendar.confidence().as_str().to_owned(),
            path.as_ref().map_or("binary".to_owned(), |path| path.display().to_string()),
            calendar.title().get("en").to_owned(),
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

fn show(common: &Common, id: &str, year: Option<i16>) -> anyhow::Result<ExitCode> {
    let calendar = Shelf::open(&common.data)?.find(id)?;
    let year = year.map_or_else(|| usual_year(&calendar), Ok)?;
    let count = calendar.working_days_by_month(year);
    let special = calendar.special_days(year);
    // A year that it does not have is an error that names it, not an empty table.
    calendar.day(Date::new(year, 1, 1)?)?;
    if common.json {
        let mut shown = head(&calendar);
        let runs = special.iter().map(|(from, to, day)| run_json(*from, *to, *day));
        if let Some(shown) = shown.as_object_mut() {
            let year = json!({
                "year": year, "provisional": calendar.provisional(year),
                "working_days": count.iter().sum::<u32>(), "by_month": count,
                "days": runs.collect::<Vec<_>>(),
            });
            shown.insert("shown".to_owned(), year);
        }
        output::json(&shown)?;
        return Ok(ExitCode::SUCCESS);
    }
    for line in about(&calendar) {
        output::line(line)?;
    }
    let guess =
        if calendar.provisional(year) { " (provisional: the order is not known)" } else { "" };
    output::line(format!("\n{year}{guess}: {} working days", count.iter().sum::<u32>()))?;
    let mut months = Table::new([
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]);
    months.row(count.map(|days| days.to_string()));
    months.print()?;
    output::line("")?;
    let mut table = Table::new(["FROM", "TO", "DAYS", "IS", "FOR"]);
    for (from, to, day) in special {
        let (is, name) = described(day);
        let days = (to - from).get_days() + 1;
        table.row([spelled(from), spelled(to), days.to_string(), is.to_owned(), name]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

/// The present year in the calendar's zone, or the last that it has.
fn usual_year(calendar: &Calendar) -> anyhow::Result<i16> {
    let zone = TimeZone::get(calendar.zone_name().unwrap_or("UTC"))?;
    let now = desk::now().to_zoned(zone).year();
    if calendar.every_year() || calendar.years().any(|year| year == now) {
        return Ok(now);
    }
    match calendar.years().last() {
        Some(year) => Ok(year),
        None => bail!("the calendar `{}` has no year", calendar.id()),
    }
}

fn about(calendar: &Calendar) -> Vec<String> {
    let title = calendar.title();
    let mut lines = vec![
        format!("{}: {} ({})", calendar.id(), title.get("zh"), title.get("en")),
        format!(
            "years {}; weekend {}; zone {}; confidence {}",
            years(calendar),
            weekend(calendar).join(", "),
            calendar.zone_name().unwrap_or("-"),
            calendar.confidence().as_str()
        ),
    ];
    lines.extend(calendar.source().map(|source| format!("source: {source}")));
    lines.extend(calendar.note().map(|note| format!("note: {note}")));
    if let Some(of) = calendar.provisional_for() {
        lines.push(format!("provisional: it guesses at years of `{of}` whose order is not known"));
    }
    let versions = calendar.versions();
    if versions.len() > 1 {
        let known = versions.iter().map(|known| match known.through {
            Some(year) => format!("{} (to {year})", known.version),
            None => known.version.clone(),
        });
        lines.push(format!("versions: {}", known.collect::<Vec<_>>().join(", ")));
    }
    lines
}

pub(super) fn head(calendar: &Calendar) -> Value {
    let versions: Vec<_> = calendar
        .versions()
        .into_iter()
        .map(|known| {
            json!({"version": known.version, "through": known.through, "replaced": known.replaced})
        })
        .collect();
    json!({
        "id": calendar.id(), "name": calendar.name(), "version": calendar.version(),
        "title": calendar.title(), "zone": calendar.zone_name(), "weekend": weekend(calendar),
        "source": calendar.source(), "confidence": calendar.confidence().as_str(),
        "note": calendar.note(), "provisional_for": calendar.provisional_for(),
        "every_year": calendar.every_year(), "years": calendar.years().collect::<Vec<_>>(),
        "versions": versions,
    })
}

fn run_json(from: Date, to: Date, day: Day<'_>) -> Value {
    let name = match day {
        Day::Holiday(name) | Day::MakeUp(name) => Some(name),
        Day::Workday | Day::Weekend => None,
    };
    json!({
        "from": from.to_string(), "to": to.to_string(), "working": day.is_working(), "for": name,
    })
}

fn described(day: Day<'_>) -> (&'static str, String) {
    let both = |name: &model::organisation::Bilingual| {
        if name.zh == name.en || name.zh.is_empty() || name.en.is_empty() {
            name.get("en").to_owned()
        } else {
            format!("{} ({})", name.zh, name.en)
        }
    };
    match day {
        Day::Holiday(name) => ("rest", both(name)),
        Day::MakeUp(name) => ("worked", both(name)),
        Day::Workday => ("worked", String::new()),
        Day::Weekend => ("rest", String::new()),
    }
}

/// The years that it has, runs in one: `2004-2026`.
fn years(calendar: &Calendar) -> String {
    let mut runs: Vec<(i16, i16)> = Vec::new();
    for year in calendar.years() {
        match runs.last_mut() {
            Some((_, to)) if *to + 1 == year => *to = year,
            _ => runs.push((year, year)),
        }
    }
    let mut said: Vec<String> = runs
        .into_iter()
        .map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") })
        .collect();
    if calendar.every_year() {
        said.push("every year".to_owned());
    }
    said.join(", ")
}

fn weekend(calendar: &Calendar) -> Vec<String> {
    calendar.weekend().iter().map(|day| weekday(*day).to_owned()).collect()
}

/// A date with its weekday: `Wed 2025-06-11`.
fn spelled(date: Date) -> String {
    format!("{} {date}", weekday(date.weekday()))
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}
