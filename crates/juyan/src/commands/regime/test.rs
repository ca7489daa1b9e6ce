//! `juyan regime test`: a pack's own cases, and vectors from a table.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rules::{Inputs, Pack, Within};
use serde::Deserialize;
use serde_json::json;

use super::grade::pairs;
use super::{calendar, duty_of, find, grade_of, read, wrong};
use crate::commands::FINDINGS;
use crate::output;

pub(super) fn run(name: &str, vectors: Option<&Path>, json: bool) -> anyhow::Result<ExitCode> {
    let pack = match parse(name)? {
        Ok(pack) => pack,
        Err(findings) => return wrong(&findings, json),
    };
    let own = match pack.prove(&calendar(pack.calendar())?) {
        Ok(own) => own,
        Err(findings) => return wrong(&findings, json),
    };
    let tried = match vectors {
        Some(file) => try_all(&pack, file)?,
        None => Vec::new(),
    };
    let failed: Vec<&Tried> = tried.iter().filter(|one| one.expected != one.got).collect();
    if json {
        let one = |one: &&Tried| json!({"id": one.id, "line": one.line, "expected": one.expected, "got": one.got});
        output::json(&json!({
            "pack": pack.id(), "cases": own, "vectors": tried.len(), "failed": failed.len(),
            "failures": failed.iter().map(one).collect::<Vec<_>>(),
        }))?;
    } else {
        output::line(format!("{}: {own} built-in cases hold", pack.id()))?;
        for one in &failed {
            let Tried { id, line, expected, got } = one;
            output::line(format!("line {line}, {id}: expected {expected}, got {got}"))?;
        }
        if vectors.is_some() {
            let (all, wrong) = (tried.len(), failed.len());
            output::line(format!("{} of {all} vectors hold, {wrong} fail", all - wrong))?;
        }
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { FINDINGS.into() })
}

/// A pack that fails its own cases is a finding, not a failure of the command.
fn parse(name: &str) -> anyhow::Result<Result<Pack, rules::Findings>> {
    let file = Path::new(name);
    if file.extension().is_some_and(|ending| ending == "toml") {
        return Ok(Pack::parse(&read(file)?, name));
    }
    find(name).map(Ok)
}

/// One line of a table of vectors.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    kind: Kind,
    /// Another pack than the one tried.
    #[serde(default)]
    pack: String,
    /// A duty's id, …
    #[serde(default)]
    duty: String,
    /// … or a rule of its own, such as `5 working days`.
    #[serde(default)]
    within: String,
    #[serde(default)]
    inputs: String,
    #[serde(default)]
    grade: String,
    start: Option<Timestamp>,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    calendar: String,
    expect: String,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Deadline,
    Grade,
}

/// What a vector expected, and what came out.
struct Tried {
    id: String,
    line: u64,
    expected: String,
    got: String,
}

fn try_all(pack: &Pack, file: &Path) -> anyhow::Result<Vec<Tried>> {
    let text = read(file)?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let mut tried = Vec::new();
    for record in reader.records() {
        let record = record.with_context(|| format!("`{}`", file.display()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let vector: Vector = record
            .deserialize(Some(&headers))
            .with_context(|| format!("`{}`, line {line}", file.display()))?;
        let (expected, got) = vector
            .answer(pack)
            .with_context(|| format!("`{}`, line {line}, `{}`", file.display(), vector.id))?;
        tried.push(Tried { id: vector.id, line, expected, got });
    }
    Ok(tried)
}

impl Vector {
    /// What is expected and what comes out, both written the same way.
    fn answer(&self, tried: &Pack) -> anyhow::Result<(String, String)> {
        let other = (!self.pack.is_empty() && self.pack != tried.id().as_str())
            .then(|| find(&self.pack))
            .transpose()?;
        let pack = other.as_ref().unwrap_or(tried);
        match self.kind {
            Kind::Grade => {
                let inputs = [self.inputs.clone()];
                let inputs = Inputs::parse(pack.inputs(), pairs(&inputs))?;
                Ok((self.expect.clone(), rules::assess(pack, &inputs)?.grade.to_string()))
            }
            Kind::Deadline => self.due(pack),
        }
    }

    /// The time allowed: the duty's, or its own; none if the duty is not owed at the grade.
    fn rule(&self, pack: &Pack) -> anyhow::Result<Option<Within>> {
        if self.duty.is_empty() {
            return Ok(Some(self.within.parse()?));
        }
        let duty = duty_of(pack, &self.duty.parse()?)?;
        if self.grade.is_empty() {
            return Ok(Some(duty.clock.within().clone()));
        }
        let grade = grade_of(pack, &self.grade)?;
        Ok(pack.duty_at(&duty.id, grade).map(|duty| duty.clock.within().clone()))
    }

    fn due(&self, pack: &Pack) -> anyhow::Result<(String, String)> {
        let Some(within) = self.rule(pack)? else {
            return Ok((self.expect.clone(), format!("not owed at grade `{}`", self.grade)));
        };
        let zone =
            if self.zone.is_empty() { pack.zone().clone() } else { TimeZone::get(&self.zone)? };
        let calendar = if self.calendar.is_empty() { pack.calendar() } else { &self.calendar };
        let calendar = super::calendar(calendar)?;
        let start = self.start.context("a deadline wants `start`")?;
        let got = match rules::deadline(&within, start, &zone, &calendar) {
            Ok(_) if matches!(within, Within::Standing(_)) => "standing".to_owned(),
            Ok(due) => due.due.map_or_else(|| "no due time".to_owned(), |due| written(due, &zone)),
            Err(_) => "refused".to_owned(),
        };
        let expected = match self.expect.parse::<Timestamp>() {
            Ok(due) => written(due, &zone),
            Err(_) => self.expect.clone(),
        };
        Ok((expected, got))
    }
}

fn written(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
