//! `juyan regime test`: a pack's own cases, and vectors from a table.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rules::{Calendar, Inputs, Pack, Within};
use serde_json::json;

use super::grade::pairs;
use super::shelf::Shelf;
use super::{duty_of, grade_of, read, wrong};
use crate::commands::FINDINGS;
use crate::files::{LONGEST_TABLE, read_bounded};
use crate::output;

pub(super) fn run(
    shelf: &Shelf,
    name: &str,
    vectors: Option<&Path>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let pack = match parse(shelf, name)? {
        Ok(pack) => pack,
        Err(findings) => return wrong(&findings, json),
    };
    let own = match pack.prove(&shelf.calendar(pack.calendar())?) {
        Ok(own) => own,
        Err(findings) => return wrong(&findings, json),
    };
    let tried = match vectors {
        Some(file) => {
            let text = read_bounded(file, LONGEST_TABLE)?;
            try_all(shelf, &pack, &text, &file.to_string_lossy())?
        }
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
fn parse(shelf: &Shelf, name: &str) -> anyhow::Result<Result<Pack, rules::Findings>> {
    let file = Path::new(name);
    if file.extension().is_some_and(|ending| ending == "toml") {
        return Ok(Pack::parse(&read(file)?, name));
    }
    shelf.find(name).map(Ok)
}

/// The columns of a table of vectors.
const COLUMNS: [&str; 11] = [
    "id", "kind", "pack", "duty", "within", "inputs", "grade", "start", "zone", "calendar",
    "expect",
];

/// One line of a table of vectors: its cells by their column.
struct Vector(BTreeMap<String, String>);

/// What a vector expected, and what came out.
struct Tried {
    id: String,
    line: u64,
    expected: String,
    got: String,
}

/// Packs and calendars that vectors ask for, each read once.
struct AtHand<'s> {
    shelf: &'s Shelf,
    packs: BTreeMap<String, Pack>,
    calendars: BTreeMap<String, Calendar>,
}

impl AtHand<'_> {
    fn pack(&mut self, name: &str) -> anyhow::Result<Pack> {
        if !self.packs.contains_key(name) {
            self.packs.insert(name.to_owned(), self.shelf.find(name)?);
        }
        self.packs.get(name).cloned().context("a pack")
    }

    fn calendar(&mut self, name: &str) -> anyhow::Result<Calendar> {
        if !self.calendars.contains_key(name) {
            self.calendars.insert(name.to_owned(), self.shelf.calendar(name)?);
        }
        self.calendars.get(name).cloned().context("a calendar")
    }
}

/// Tries every row; one that cannot be tried has failed, and the others are tried nevertheless.
fn try_all(shelf: &Shelf, pack: &Pack, text: &str, origin: &str) -> anyhow::Result<Vec<Tried>> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let heads: Vec<String> = match reader.headers() {
        Ok(heads) => heads.iter().map(str::to_owned).collect(),
        Err(_) => bail!("`{origin}`, line 1: these are no columns; write CSV in UTF-8"),
    };
    let known = |head: &str| COLUMNS.contains(&head) || head == "note";
    if let Some(head) = heads.iter().find(|head| !known(head)) {
        bail!("`{origin}`, line 1: `{head}` is no column; use {}", COLUMNS.join(", "));
    }
    if let Some(needed) =
        ["id", "kind", "expect"].iter().find(|one| !heads.iter().any(|h| h == *one))
    {
        bail!("`{origin}`, line 1: there is no column `{needed}`");
    }
    let (mut tried, mut at_hand) =
        (Vec::new(), AtHand { shelf, packs: BTreeMap::new(), calendars: BTreeMap::new() });
    for record in reader.records() {
        let Ok(record) = record else { bail!("`{origin}`: this is no CSV in UTF-8") };
        let line = record.position().map_or(0, csv::Position::line);
        let cells = heads.iter().cloned().zip(record.iter().map(str::to_owned));
        let vector = Vector(cells.collect());
        let answer = if record.len() == heads.len() {
            vector.answer(pack, &mut at_hand)
        } else {
            let (is, wanted) = (record.len(), heads.len());
            Err(anyhow!("the row has {is} cells, the first line {wanted}"))
        };
        let expected = vector.cell("expect").to_owned();
        let (expected, got) = match answer {
            Ok(answer) => answer,
            Err(_) if expected == "refused" => (expected, "refused".to_owned()),
            Err(error) => (expected, format!("{error:#}")),
        };
        tried.push(Tried { id: vector.cell("id").to_owned(), line, expected, got });
    }
    if tried.is_empty() {
        bail!("`{origin}` has no row: write at least one vector below the first line");
    }
    Ok(tried)
}

impl Vector {
    /// A cell; empty if there is no such column.
    fn cell(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    /// What is expected and what comes out, both written the same way.
    fn answer(&self, tried: &Pack, at_hand: &mut AtHand<'_>) -> anyhow::Result<(String, String)> {
        let (other, name) = (self.cell("pack"), tried.id().as_str());
        let other =
            (!other.is_empty() && other != name).then(|| at_hand.pack(other)).transpose()?;
        let pack = other.as_ref().unwrap_or(tried);
        match self.cell("kind") {
            "grade" => {
                let inputs = [self.cell("inputs").to_owned()];
                let inputs = Inputs::parse(pack.inputs(), pairs(&inputs))?;
                let grade = rules::assess(pack, &inputs)?.grade.to_string();
                Ok((self.cell("expect").to_owned(), grade))
            }
            "deadline" => self.due(pack, at_hand),
            other => bail!("`{other}` is no kind: write `deadline` or `grade`"),
        }
    }

    /// The time allowed: the duty's, or its own; none if the duty is not owed at the grade.
    fn rule(&self, pack: &Pack) -> anyhow::Result<Option<Within>> {
        let (duty, grade) = (self.cell("duty"), self.cell("grade"));
        if duty.is_empty() {
            return Ok(Some(self.cell("within").parse()?));
        }
        let duty = duty_of(pack, &duty.parse()?)?;
        if grade.is_empty() {
            return Ok(Some(duty.clock.within().clone()));
        }
        let grade = grade_of(pack, grade)?;
        Ok(pack.duty_at(&duty.id, grade).map(|duty| duty.clock.within().clone()))
    }

    fn due(&self, pack: &Pack, at_hand: &mut AtHand<'_>) -> anyhow::Result<(String, String)> {
        let expect = self.cell("expect");
        let Some(within) = self.rule(pack)? else {
            let grade = self.cell("grade");
            return Ok((expect.to_owned(), format!("not owed at grade `{grade}`")));
        };
        let zone = match self.cell("zone") {
            "" => pack.zone().clone(),
            zone => TimeZone::get(zone)
                .map_err(|_| anyhow!("`{zone}` is no time zone: write such as Asia/Shanghai"))?,
        };
        let calendar = match self.cell("calendar") {
            "" => pack.calendar(),
            calendar => calendar,
        };
        let calendar = at_hand.calendar(calendar)?;
        let start = self.cell("start");
        let start: Timestamp = start.parse().map_err(|_| {
            anyhow!("`start` is `{start}`: write an instant such as 2025-09-29T10:00:00+08:00")
        })?;
        let got = match rules::deadline(&within, start, &zone, &calendar) {
            Ok(_) if matches!(within, Within::Standing(_)) => "standing".to_owned(),
            Ok(due) => due.due.map_or_else(|| "no due time".to_owned(), |due| written(due, &zone)),
            Err(_) => "refused".to_owned(),
        };
        let expected = match expect.parse::<Timestamp>() {
            Ok(due) => written(due, &zone),
            Err(_) => expect.to_owned(),
        };
        Ok((expected, got))
    }
}

fn written(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(rows: &str) -> anyhow::Result<Vec<(String, String)>> {
        let shelf = Shelf::open(Path::new("no-such-directory")).unwrap();
        let pack = shelf.find("cn.miit.2009-157").unwrap();
        let text = format!("id,kind,duty,start,expect\n{rows}");
        let all = try_all(&shelf, &pack, &text, "x.csv")?;
        Ok(all.into_iter().map(|one| (one.expected, one.got)).collect())
    }

    #[test]
    fn a_row_that_cannot_be_tried_fails_alone() {
        let rows = "a,deadline,NONE,2025-06-11T09:30:00+08:00,2025-06-11T11:30:00+08:00\n\
                    b,deadline,M2a,yesterday,2025-06-11T11:30:00+08:00\n\
                    c,deadline,NONE,2025-06-11T09:30:00+08:00,refused\n\
                    d,deadline,M2a,2025-06-11T09:30:00+08:00,2025-06-11T11:30:00+08:00\n\
                    e,deadline\n";
        let tried = tried(rows).unwrap();
        assert!(tried[0].1.contains("no duty `NONE`"), "{:?}", tried[0]);
        assert!(tried[1].1.contains("`start` is `yesterday`"), "{:?}", tried[1]);
        assert_eq!(tried[2].0, tried[2].1);
        assert_eq!(tried[3].0, tried[3].1);
        assert!(tried[4].1.contains("2 cells"), "{:?}", tried[4]);
    }

    #[test]
    fn a_table_without_rows_is_an_error() {
        assert!(tried("").unwrap_err().to_string().contains("has no row"));
    }
}
