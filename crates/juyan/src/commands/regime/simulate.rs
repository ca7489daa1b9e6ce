//! `juyan regime simulate`: whose due times a draft would have moved, and what would have been missed.

mod sound;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use model::permit::ReadPermit;
use rules::Pack;
use rules::describe::{Language, Words};
use rules::simulate::{Fate, Movement, Outcome, Sample, Simulation, Under};
use serde::Deserialize;
use serde_json::json;

use super::language;
use super::shelf::Shelf;
use crate::cli;
use crate::commands::FINDINGS;
use crate::desk;
use crate::files::{LONGEST_TABLE, read_bounded};
use crate::output::{self, Table};

pub(super) async fn run(shelf: &Shelf, args: cli::Simulate) -> anyhow::Result<ExitCode> {
    let draft = shelf.find_under(&args.draft, &args.readings)?;
    let in_force = match &args.against {
        Some(name) => shelf.find(name)?,
        None => shelf
            .find(draft.id().as_str())
            .with_context(|| "say what the draft would replace: --against PACK".to_owned())?,
    };
    let (samples, text) = match (&args.incidents, args.since) {
        (Some(file), _) => samples(file)?,
        (None, Some(since)) => {
            (of_the_desk(&args.common.data, &in_force, since).await?, String::new())
        }
        (None, None) => bail!("give --incidents FILE or --since DATE"),
    };
    if let Some(file) = &args.incidents {
        let slips =
            sound::findings(&samples, [&in_force, &draft], (&file.to_string_lossy(), &text));
        if !slips.is_empty() {
            return output::findings(&slips, args.common.json);
        }
    }
    let counted = |pack: &Pack| shelf.calendar(args.calendar.as_deref().unwrap_or(pack.calendar()));
    let (old, new) = (counted(&in_force)?, counted(&draft)?);
    let simulation = rules::simulate::simulate(
        Under { pack: &in_force, calendar: &old },
        Under { pack: &draft, calendar: &new },
        &samples,
    )?;
    if args.common.json {
        output::json(&as_json(&in_force, &draft, &simulation))?;
    } else {
        Telling { language: language(&args.lang), draft: &draft, in_force: &in_force }
            .print(&simulation)?;
    }
    let moved = simulation.outcomes.iter().any(|one| one.movement() != Movement::Same);
    Ok(if moved { FINDINGS.into() } else { ExitCode::SUCCESS })
}

/// Incidents from a file: CSV by its ending, else TOML.
/// The incidents of a file, and its text.
fn samples(file: &Path) -> anyhow::Result<(Vec<Sample>, String)> {
    let (text, origin) = (read_bounded(file, LONGEST_TABLE)?, file.to_string_lossy());
    let samples = match file.extension() {
        Some(ending) if ending == "csv" => from_csv(&text, &origin)?,
        _ => Sample::parse(&text, &origin)?,
    };
    Ok((samples, text))
}

async fn of_the_desk(data: &Path, in_force: &Pack, since: Date) -> anyhow::Result<Vec<Sample>> {
    let (app, _) = desk::open(data).await?;
    let since = since.to_zoned(in_force.zone().clone())?.timestamp();
    Ok(app.samples_since(&ReadPermit::at_the_console(), since, usize::MAX).await?)
}

/// One incident in CSV; lists within a cell are parted by `;`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    number: String,
    known_at: Timestamp,
    graded_at: Option<Timestamp>,
    finder: String,
    #[serde(default)]
    provinces: String,
    #[serde(default)]
    inputs: String,
    size: Option<u64>,
    #[serde(default)]
    parties: String,
    #[serde(default)]
    happened: String,
    #[serde(default)]
    met: String,
}

fn from_csv(text: &str, origin: &str) -> anyhow::Result<Vec<Sample>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut samples = Vec::new();
    for (at, row) in reader.deserialize::<Row>().enumerate() {
        let row = row.with_context(|| format!("`{origin}`"))?;
        let sample = sample(row).with_context(|| format!("`{origin}`, incident {}", at + 1));
        samples.push(sample?);
    }
    Ok(samples)
}

fn sample(row: Row) -> anyhow::Result<Sample> {
    let instants = |cell: &str| -> anyhow::Result<BTreeMap<String, Timestamp>> {
        pairs(cell)?
            .into_iter()
            .map(|(name, at)| {
                let at = at.parse().with_context(|| format!("`{name}={at}`"))?;
                Ok((name, at))
            })
            .collect()
    };
    let mut parties: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (role, holder) in pairs(&row.parties)? {
        parties.entry(role).or_default().push(holder);
    }
    Ok(Sample {
        provinces: parts(&row.provinces).map(str::to_owned).collect(),
        inputs: pairs(&row.inputs)?.into_iter().collect(),
        happened: instants(&row.happened)?,
        met: instants(&row.met)?.into_iter().map(|(name, at)| (Sample::debt(&name), at)).collect(),
        number: row.number,
        known_at: row.known_at,
        graded_at: row.graded_at,
        finder: row.finder,
        size: row.size,
        parties,
    })
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn pairs(cell: &str) -> anyhow::Result<Vec<(String, String)>> {
    let pair = |part: &str| {
        let (name, value) = part
            .split_once('=')
            .with_context(|| format!("`{part}` is no `name=value`; several are parted by `;`"))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    };
    parts(cell).map(pair).collect()
}

fn as_json(in_force: &Pack, draft: &Pack, simulation: &Simulation) -> serde_json::Value {
    let outcome = |one: &Outcome| {
        let count = |count: Option<rules::simulate::Count>| {
            count.map(|count| json!({"since": count.since, "due": count.due}))
        };
        json!({
            "organisation": one.organisation, "incident": one.incident, "duty": one.duty,
            "before": count(one.before), "after": count(one.after), "met": one.met,
            "movement": moved(one.movement(), Language::En),
            "fate": one.fate().map(|fate| fated(fate, Language::En)),
        })
    };
    let grades = simulation
        .grades
        .iter()
        .map(|one| json!({"incident": one.incident, "before": one.before, "after": one.after}));
    let unstarted = simulation.unstarted.iter().map(|one| {
        json!({"incident": one.incident, "duty": one.duty, "trigger": one.trigger, "in_draft": one.in_draft})
    });
    let of = |pack: &Pack| json!({"id": pack.id(), "version": pack.version()});
    json!({
        "in_force": of(in_force), "draft": of(draft),
        "outcomes": simulation.outcomes.iter().map(outcome).collect::<Vec<_>>(),
        "grades": grades.collect::<Vec<_>>(), "unstarted": unstarted.collect::<Vec<_>>(),
    })
}

fn moved(movement: Movement, language: Language) -> &'static str {
    match movement {
        Movement::Same => language.pick("不变", "same"),
        Movement::Earlier => language.pick("提前", "earlier"),
        Movement::Later => language.pick("推后", "later"),
        Movement::New => language.pick("新增", "new"),
        Movement::Gone => language.pick("取消", "gone"),
    }
}

fn fated(fate: Fate, language: Language) -> &'static str {
    match fate {
        Fate::Kept => language.pick("均按时", "kept"),
        Fate::WouldBeMissed => language.pick("将超期", "would be missed"),
        Fate::WouldBeKept => language.pick("将变为按时", "would be kept"),
        Fate::MissedAnyhow => language.pick("均超期", "missed anyhow"),
    }
}

/// What is printed for people.
struct Telling<'a> {
    language: Language,
    draft: &'a Pack,
    in_force: &'a Pack,
}

impl Telling<'_> {
    fn print(&self, simulation: &Simulation) -> anyhow::Result<()> {
        let count = simulation.grades.len();
        let (draft, in_force) = (self.draft, self.in_force);
        output::line(match self.language {
            Language::Zh => format!(
                "以 {} {} 重放 {count} 起事件，对照 {} {}；时间为 {}",
                draft.id(),
                draft.version(),
                in_force.id(),
                in_force.version(),
                in_force.zone_name()
            ),
            Language::En => format!(
                "{count} incidents under {} {}, against {} {}; times are those of {}",
                draft.id(),
                draft.version(),
                in_force.id(),
                in_force.version(),
                in_force.zone_name()
            ),
        })?;
        self.grades(simulation)?;
        self.organisations(simulation)?;
        self.unstarted(simulation)?;
        self.sum(simulation)
    }

    fn grades(&self, simulation: &Simulation) -> anyhow::Result<()> {
        for one in simulation.grades.iter().filter(|one| one.before != one.after) {
            let name = |pack, id| Words { pack, language: self.language }.grade(id);
            let (before, after) = (name(self.in_force, &one.before), name(self.draft, &one.after));
            output::line(match self.language {
                Language::Zh => format!("事件 {}：等级由{before}变为{after}", one.incident),
                Language::En => format!("incident {}: from {before} to {after}", one.incident),
            })?;
        }
        Ok(())
    }

    fn organisations(&self, simulation: &Simulation) -> anyhow::Result<()> {
        let mut by_organisation: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
        for one in &simulation.outcomes {
            by_organisation.entry(&one.organisation).or_default().push(one);
        }
        for (organisation, outcomes) in by_organisation {
            let moving: Vec<&&Outcome> =
                outcomes.iter().filter(|one| one.movement() != Movement::Same).collect();
            let (all, moved) = (outcomes.len(), moving.len());
            output::line(match self.language {
                Language::Zh => format!("\n{organisation}：{all} 项义务，{moved} 项变化"),
                Language::En => format!("\n{organisation}: {moved} of {all} due times move"),
            })?;
            if moving.is_empty() {
                continue;
            }
            let heads = match self.language {
                Language::Zh => ["事件", "义务", "现行到期", "草案到期", "变化", "完成于", "结果"],
                Language::En => {
                    ["INCIDENT", "DUTY", "DUE NOW", "DUE IN DRAFT", "MOVES", "DONE", "SO"]
                }
            };
            let mut table = Table::new(heads);
            for one in moving {
                table.row(self.row(one));
            }
            table.print()?;
        }
        Ok(())
    }

    fn row(&self, one: &Outcome) -> [String; 7] {
        let fate = one.fate().map(|fate| fated(fate, self.language));
        [
            one.incident.clone(),
            one.duty.to_string(),
            self.due(one.before),
            self.due(one.after),
            moved(one.movement(), self.language).to_owned(),
            one.met.map_or_else(|| "-".to_owned(), |met| self.local(met)),
            fate.unwrap_or("-").to_owned(),
        ]
    }

    fn due(&self, count: Option<rules::simulate::Count>) -> String {
        match count {
            None => "-".to_owned(),
            Some(count) => count.due.map_or_else(
                || self.language.pick("无数字", "no number").to_owned(),
                |due| self.local(due),
            ),
        }
    }

    fn local(&self, at: Timestamp) -> String {
        at.to_zoned(self.in_force.zone().clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    fn unstarted(&self, simulation: &Simulation) -> anyhow::Result<()> {
        let mut by_trigger: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for one in &simulation.unstarted {
            let duties = by_trigger.entry((&one.incident, &one.trigger)).or_default();
            duties.push(one.duty.as_str());
        }
        if by_trigger.is_empty() {
            return Ok(());
        }
        output::line(self.language.pick(
            "\n未重放：没有给出触发时刻",
            "\nNot replayed, since nobody says when it happened",
        ))?;
        for ((incident, trigger), duties) in by_trigger {
            let duties = self.language.list(duties);
            let colon = self.language.pick("：", ": ");
            output::line(format!("  {incident} {trigger}{colon}{duties}"))?;
        }
        Ok(())
    }

    fn sum(&self, simulation: &Simulation) -> anyhow::Result<()> {
        let moved =
            |wanted| simulation.outcomes.iter().filter(|one| one.movement() == wanted).count();
        let missed = simulation
            .outcomes
            .iter()
            .filter(|one| one.fate() == Some(Fate::WouldBeMissed))
            .count();
        let [earlier, later, new, gone] =
            [Movement::Earlier, Movement::Later, Movement::New, Movement::Gone].map(moved);
        output::line(match self.language {
            Language::Zh => format!(
                "\n共 {} 项：提前 {earlier}，推后 {later}，新增 {new}，取消 {gone}；{missed} 项将超期",
                simulation.outcomes.len()
            ),
            Language::En => format!(
                "\n{} due times: {earlier} earlier, {later} later, {new} new, {gone} gone; {missed} would be missed",
                simulation.outcomes.len()
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_a_table_says_what_a_toml_incident_says() {
        let csv = "number,known_at,finder,provinces,inputs,size,parties,happened,met\n\
                   one,2025-06-11T09:30:00+08:00,carrier,XX-N; XX-S,scope=national,9,\
                   carrier=a; carrier=b,,M2a a=2025-06-11T11:00:00+08:00\n";
        let toml = "schema = \"incidents/1\"\n[[incident]]\nnumber = \"one\"\n\
                    known_at = 2025-06-11T09:30:00+08:00\nfinder = \"carrier\"\n\
                    provinces = [\"XX-N\", \"XX-S\"]\ninputs = { scope = \"national\" }\nsize = 9\n\
                    parties = { carrier = [\"a\", \"b\"] }\n\
                    met = { \"M2a a\" = 2025-06-11T11:00:00+08:00 }\n";
        let (csv, toml) = (from_csv(csv, "x.csv").unwrap(), Sample::parse(toml, "x.toml").unwrap());
        assert_eq!(csv, toml);
    }

    #[test]
    fn a_column_that_means_nothing_is_refused() {
        let csv = "number,known_at,finder,colour\none,2025-06-11T09:30:00+08:00,carrier,red\n";
        assert!(from_csv(csv, "x.csv").is_err());
    }
}
