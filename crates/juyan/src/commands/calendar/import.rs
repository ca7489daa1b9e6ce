//! `juyan calendar check` and `import`: a new version read, compared, and put in the place of the old.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use app::Home;
use app::recount::Recounted;
use jiff::civil::Date;
use rules::calendar::Changes;
use rules::{Calendar, Finding, ListedDay};
use serde_json::{Value, json};

use super::{Shelf, Shelved, head, spelled};
use crate::cli::CalendarFile;
use crate::commands::act;
use crate::config::Config;
use crate::files::{LONGEST, read_bounded};
use crate::{desk, output};

/// The fewest rows of a year that pass for its order: each year is listed whole.
const FEWEST: usize = 3;
/// The most changed days that are printed one by one.
const MOST_SHOWN: usize = 40;

/// What stands above a calendar that this command writes.
const HEAD: &str =
    "# Written by `juyan calendar import`, which keeps former versions and no comments.\n";

/// What a file would do to the shelf.
struct Candidate {
    calendar: Calendar,
    /// Against the calendar of that name that is at hand; against nothing if there is none.
    changes: Option<Changes>,
    /// The calendar that it would replace.
    replaces: Option<String>,
    /// Where it belongs in the data directory.
    path: PathBuf,
}

pub(super) fn check(args: &CalendarFile) -> anyhow::Result<ExitCode> {
    let candidate = match candidate(args)? {
        Ok(candidate) => candidate,
        Err(findings) => return output::findings(&findings, args.common.json),
    };
    if args.common.json {
        output::json(&candidate.json(json!({"sound": true})))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("{} is sound", candidate.calendar.id()))?;
    candidate.print()?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn run(args: &CalendarFile) -> anyhow::Result<ExitCode> {
    // A mistyped path must not become a data directory that holds nothing but a calendar.
    let home = Home::new(&args.common.data);
    Config::read(&home)?;
    let candidate = match candidate(args)? {
        Ok(candidate) => candidate,
        Err(findings) => return output::findings(&findings, args.common.json),
    };
    let text = format!("{HEAD}{}", candidate.calendar.to_toml());
    let origin = candidate.path.display().to_string();
    if Calendar::parse(&text, &origin)? != candidate.calendar {
        bail!("`{}` would not read as it is written; nothing was changed", candidate.calendar.id());
    }
    let is_new = candidate.replaces.as_ref() != Some(&candidate.calendar.id());
    if is_new {
        write(&candidate.path, &text).with_context(|| format!("`{origin}`"))?;
    }
    // Here a new calendar comes into force: what runs by the one that it replaces is counted again. A run
    // that was cut short between the two is made good by importing again.
    let recounted = recount(&home).await?;
    let undecided = recounted.as_ref().is_some_and(|done| !done.undecided.is_empty());
    let code = if undecided { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    if args.common.json {
        let answer = json!({"written": is_new, "path": origin, "recounted": recounted});
        output::json(&candidate.json(answer))?;
        return Ok(code);
    }
    if is_new {
        output::line(format!("Imported {} into `{origin}`.", candidate.calendar.id()))?;
        candidate.print()?;
    } else {
        output::line(format!(
            "{} is there already; nothing was changed.",
            candidate.calendar.id()
        ))?;
    }
    if let Some(recounted) = recounted {
        let (counted, moved) = (recounted.counted, recounted.moved.len());
        output::line(format!("Counted {counted} running obligations again; {moved} moved."))?;
        act::said(&recounted)?;
    }
    Ok(code)
}

/// Counts again what runs at the desk of this data directory, if there is one.
async fn recount(home: &Home) -> anyhow::Result<Option<Recounted>> {
    if !home.database().exists() {
        return Ok(None);
    }
    let app = desk::open_as_it_is(home.root()).await?;
    Ok(Some(app.recount().await?))
}

impl Candidate {
    fn json(&self, mut with: Value) -> Value {
        let days = |changes: &Changes| -> Vec<Value> {
            let days = changes.days.iter();
            days.map(|day| json!({"date": day.date.to_string(), "working": day.working})).collect()
        };
        let changes = self
            .changes
            .as_ref()
            .map(|changes| json!({"years_added": changes.added, "days": days(changes)}));
        if let Some(all) = with.as_object_mut() {
            all.insert("calendar".to_owned(), head(&self.calendar));
            all.insert("replaces".to_owned(), json!(self.replaces));
            all.insert("changes".to_owned(), json!(changes));
        }
        with
    }

    fn print(&self) -> anyhow::Result<()> {
        let (Some(old), Some(changes)) = (&self.replaces, &self.changes) else {
            return output::line("There was none of that name to compare it with.");
        };
        if changes.is_empty() {
            return output::line(format!("Against {old}, no day changes."));
        }
        output::line(format!("Against {old}:"))?;
        for year in &changes.added {
            let days: u32 = self.calendar.working_days_by_month(*year).iter().sum();
            output::line(format!("  {year} is new: {days} working days"))?;
        }
        for day in changes.days.iter().take(MOST_SHOWN) {
            let is = if day.working { "becomes a working day" } else { "becomes a day of rest" };
            output::line(format!("  {} {is}", spelled(day.date)))?;
        }
        if let Some(more) = changes.days.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            output::line(format!("  and {more} days more"))?;
        }
        Ok(())
    }
}

/// Reads the file and puts it over the calendar of its name, or says what is wrong with it.
fn candidate(args: &CalendarFile) -> anyhow::Result<Result<Candidate, Vec<Finding>>> {
    let shelf = Shelf::open(&args.common.data)?;
    let calendar = match parse(args, &shelf)? {
        Ok(calendar) => calendar,
        Err(findings) => return Ok(Err(findings)),
    };
    let present = shelf.present(calendar.name());
    let path = place(&args.common.data, &calendar, present)?;
    let Some(Shelved { calendar: old, .. }) = present else {
        return Ok(Ok(Candidate { calendar, changes: None, replaces: None, path }));
    };
    let order = calendar.no_earlier_than(old);
    let calendar = calendar.succeeding(old)?;
    if !args.older {
        order?;
    }
    let (changes, replaces) = (Some(calendar.changes_from(old)), Some(old.id()));
    Ok(Ok(Candidate { calendar, changes, replaces, path }))
}

/// The file of the calendar that it replaces, or one that is named after it.
fn place(data: &Path, calendar: &Calendar, present: Option<&Shelved>) -> anyhow::Result<PathBuf> {
    if let Some(path) = present.and_then(|present| present.path.clone()) {
        return Ok(path);
    }
    let path = Home::new(data).calendars().join(format!("{}.toml", calendar.name()));
    if path.exists() {
        bail!("`{}` holds another calendar: give its file that one's name first", path.display());
    }
    Ok(path)
}

fn parse(args: &CalendarFile, shelf: &Shelf) -> anyhow::Result<Result<Calendar, Vec<Finding>>> {
    let origin = args.file.display().to_string();
    let text = read_bounded(&args.file, LONGEST)?;
    let read = match (&args.name, &args.version) {
        (Some(name), Some(version)) => {
            let Some(Shelved { calendar, .. }) = shelf.present(name) else {
                bail!("there is no calendar `{name}` to add years to: write a new one in TOML");
            };
            match days(&text, &origin) {
                Ok(days) if !args.whole_year && !few(&days, &origin).is_empty() => {
                    return Ok(Err(few(&days, &origin)));
                }
                Ok(days) => calendar.listed(version, &days, &origin),
                Err(findings) => return Ok(Err(findings)),
            }
        }
        _ if args.file.extension().is_some_and(|ending| ending == "csv") => {
            bail!("`{origin}`: say of which calendar these days are: --name cn --version 2026-11")
        }
        _ => Calendar::parse(&text, &origin),
    };
    Ok(read.map_err(|findings| findings.iter().cloned().collect()))
}

/// The rows of a list: `date,kind` and, if there is a third column, `name`.
fn days(text: &str, origin: &str) -> Result<Vec<ListedDay>, Vec<Finding>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let finding = |line: usize, key: &str, what: String, fix: &str| Finding {
        origin: origin.to_owned(),
        line: Some(line),
        key: key.to_owned(),
        what,
        fix: fix.to_owned(),
    };
    let head: Vec<String> =
        reader.headers().map(|head| head.iter().map(str::to_owned).collect()).unwrap_or_default();
    if head != ["date", "kind"] && head != ["date", "kind", "name"] {
        let what = format!("the columns are `{}`", head.join(","));
        return Err(vec![finding(1, "", what, "write date,kind or date,kind,name")]);
    }
    let (mut days, mut findings) = (Vec::new(), Vec::new());
    for (at, row) in reader.into_records().enumerate() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let fix = "write it as CSV in UTF-8";
                findings.push(finding(at + 2, "", error.to_string(), fix));
                continue;
            }
        };
        let line = row.position().map_or(at + 2, |at| usize::try_from(at.line()).unwrap_or(0));
        let cell = |at: usize| row.get(at).unwrap_or_default().trim();
        let date = cell(0).parse::<Date>();
        let working = match cell(1) {
            "holiday" => Some(false),
            "workday" => Some(true),
            _ => None,
        };
        match (date, working) {
            (Ok(date), Some(working)) => {
                days.push(ListedDay { date, working, name: cell(2).to_owned(), line });
            }
            (Err(_), _) => {
                let what = format!("`{}` is no date", cell(0));
                findings.push(finding(line, "date", what, "write such as 2026-10-01"));
            }
            (Ok(_), None) => {
                let what = format!("`{}` is no kind of day", cell(1));
                findings.push(finding(line, "kind", what, "write `holiday` or `workday`"));
            }
        }
    }
    if findings.is_empty() { Ok(days) } else { Err(findings) }
}

/// The years of a list that are too short to be whole.
fn few(days: &[ListedDay], origin: &str) -> Vec<Finding> {
    let mut years: BTreeMap<i16, Vec<usize>> = BTreeMap::new();
    for day in days {
        years.entry(day.date.year()).or_default().push(day.line);
    }
    let few = years.into_iter().filter(|(_, lines)| lines.len() < FEWEST);
    let finding = |(year, lines): (i16, Vec<usize>)| Finding {
        origin: origin.to_owned(),
        line: lines.first().copied(),
        key: "date".to_owned(),
        what: format!("{year} has only {} of its days: each year is listed whole", lines.len()),
        fix: "list all its days, or say --whole-year".to_owned(),
    };
    few.map(finding).collect()
}

/// Writes the file whole or not at all: a torn calendar would keep the desk from starting.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let fresh = path.with_extension("new");
    let mut file = std::fs::File::create(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let found = days(text, "x.csv").unwrap_err();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_list_of_days_is_read_with_or_without_names() {
        let text =
            "date,kind,name\n2027-01-01,holiday,\"New Year, first day\"\n2027-01-02,workday,\n";
        let read = days(text, "x.csv").unwrap();
        assert_eq!(read.iter().map(|day| day.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(read.iter().map(|day| day.working).collect::<Vec<_>>(), [false, true]);
        assert_eq!(read[0].name, "New Year, first day");
        assert_eq!(days("date,kind\n2027-01-01,holiday\n", "x.csv").unwrap().len(), 1);
    }

    #[test]
    fn a_year_of_two_rows_is_no_order() {
        let days = |text: &str| few(&days(text, "x.csv").unwrap(), "x.csv");
        let two = "date,kind\n2027-01-01,holiday\n2028-01-01,holiday\n2028-01-03,holiday\n";
        assert_eq!(
            days(two).iter().map(|found| found.line).collect::<Vec<_>>(),
            [Some(2), Some(3)]
        );
        assert!(
            days(&format!("{two}2028-01-04,holiday\n2027-05-03,holiday\n2027-05-04,holiday\n"))
                .is_empty()
        );
    }

    #[test]
    fn every_bad_row_is_named() {
        assert_eq!(
            findings("date,kind\n2027-02-30,holiday\n2027-01-01,statutory\n,\n"),
            [
                "x.csv:2: date: `2027-02-30` is no date; write such as 2026-10-01",
                "x.csv:3: kind: `statutory` is no kind of day; write `holiday` or `workday`",
                "x.csv:4: date: `` is no date; write such as 2026-10-01",
            ]
        );
        assert_eq!(
            findings("day,what\n"),
            ["x.csv:1: the columns are `day,what`; write date,kind or date,kind,name"]
        );
    }
}
