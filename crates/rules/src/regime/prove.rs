//! Built-in cases: what a pack claims of itself, tried whenever it is loaded.

use jiff::Timestamp;
use model::regime::{DutyId, GradeId};

use super::{Pack, Parts};
use crate::assess::assess;
use crate::calendar::Calendar;
use crate::deadline::deadline;
use crate::document::{Document, Node};
use crate::finding::{Finding, Findings};
use crate::input::Inputs;
use crate::within::Within;

/// One case: given this, that must come out.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    claim: Claim,
    /// The name of the file and the line in it, for findings.
    origin: String,
    line: usize,
    at: usize,
}

#[derive(Clone, Debug)]
enum Claim {
    Grade { inputs: Inputs, expect: GradeId },
    Due { duties: Vec<DutyId>, start: Timestamp, expect: Expected },
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    At(Timestamp),
    NoDueTime,
    Standing,
}

impl Proof {
    pub(super) fn covers_duty(&self, id: &DutyId) -> bool {
        match &self.claim {
            Claim::Due { duties, .. } => duties.contains(id),
            Claim::Grade { .. } => false,
        }
    }

    pub(super) fn covers_grade(&self, id: &GradeId) -> bool {
        match &self.claim {
            Claim::Grade { expect, .. } => expect == id,
            Claim::Due { .. } => false,
        }
    }

    /// What is wrong, line by line; `None` skips whatever needs a calendar.
    fn failures(&self, pack: &Pack, calendar: Option<&Calendar>) -> Vec<String> {
        match &self.claim {
            Claim::Grade { inputs, expect } => match assess(pack, inputs) {
                Ok(assessed) if assessed.grade == *expect => Vec::new(),
                Ok(assessed) => vec![format!("the grade is {}, not {expect}", assessed.grade)],
                Err(error) => vec![error.to_string()],
            },
            Claim::Due { duties, start, expect } => {
                let duties = duties.iter().filter_map(|id| pack.duty(id));
                let tried = duties.filter_map(|duty| {
                    let within = duty.clock.within();
                    let failure = try_due(pack, within, *start, *expect, calendar);
                    failure.map(|failure| format!("{}: {failure}", duty.id))
                });
                tried.collect()
            }
        }
    }
}

fn try_due(
    pack: &Pack,
    within: &Within,
    start: Timestamp,
    expect: Expected,
    calendar: Option<&Calendar>,
) -> Option<String> {
    let expected = match expect {
        Expected::Standing => {
            let stands = matches!(within, Within::Standing(_));
            return (!stands).then(|| format!("`{within}` is no standing duty"));
        }
        Expected::NoDueTime if matches!(within, Within::Standing(_)) => {
            return Some("it is a standing duty: expect \"standing\"".to_owned());
        }
        Expected::NoDueTime => None,
        Expected::At(due) => Some(due),
    };
    let nothing = Calendar::nothing();
    let calendar = match calendar {
        Some(calendar) => calendar,
        None if within.needs_calendar() => return None,
        None => &nothing,
    };
    match deadline(within, start, pack.zone(), calendar) {
        Ok(found) if found.due == expected => None,
        Ok(found) => {
            let found =
                found.due.map_or_else(|| "without a due time".to_owned(), |due| due.to_string());
            let wanted = expected.map_or_else(|| "no due time".to_owned(), |due| due.to_string());
            Some(format!("it is due {found}, not {wanted}"))
        }
        Err(error) => Some(error.to_string()),
    }
}

/// Runs the cases that need no calendar.
pub(super) fn without_calendar(pack: &Pack, document: &Document) {
    for proof in &pack.parts.proofs {
        for failure in proof.failures(pack, None) {
            document.report(Some(proof.at), "test", failure, FIX);
        }
    }
}

/// Runs every case.
pub(super) fn all(pack: &Pack, calendar: &Calendar) -> Result<usize, Findings> {
    let mut found = Vec::new();
    for proof in &pack.parts.proofs {
        for what in proof.failures(pack, Some(calendar)) {
            let (origin, line) = (proof.origin.clone(), Some(proof.line));
            found.push(Finding { origin, line, key: "test".into(), what, fix: FIX.into() });
        }
    }
    if found.is_empty() { Ok(pack.parts.proofs.len()) } else { Err(Findings::of(found)) }
}

const FIX: &str = "correct the rule, or the case";

/// Reads one case.
pub(super) fn read(document: &Document, node: &Node<'_>, parts: &Parts) -> Option<Proof> {
    let section = node.section()?;
    let claim = match (section.find("grade"), section.words("duty")) {
        (Some(inputs), duties) if duties.is_empty() => {
            let inputs = read_inputs(&inputs, parts)?;
            let expect = section.need("expect")?.parse()?;
            if !parts.grades.iter().any(|grade| grade.id == expect) {
                node.report(format!("`{expect}` is no grade"), "use a name under [grade]");
            }
            Claim::Grade { inputs, expect }
        }
        (None, duties) if !duties.is_empty() => {
            let duties = duties.iter().filter_map(|node| duty_of(node, parts)).collect();
            let start = section.need("start")?.instant()?;
            Claim::Due { duties, start, expect: expected(&section.need("expect")?)? }
        }
        _ => {
            node.report(
                "it tries neither a grade nor a duty",
                "give `grade = {…}` or `duty = \"…\"`",
            );
            return None;
        }
    };
    section.finish();
    let origin = document.origin().to_owned();
    Some(Proof { claim, origin, line: document.line(node.at()), at: node.at() })
}

fn duty_of(node: &Node<'_>, parts: &Parts) -> Option<DutyId> {
    let name = node.text()?;
    let duty = parts.duties.iter().find(|duty| duty.id.as_str() == name);
    if duty.is_none() {
        node.report(format!("`{name}` is no duty"), "use a name under [duty]");
    }
    duty.map(|duty| duty.id.clone())
}

fn expected(node: &Node<'_>) -> Option<Expected> {
    if node.is_text() {
        let words = [("no due time", Expected::NoDueTime), ("standing", Expected::Standing)];
        return node.one_of(&words);
    }
    node.instant().map(Expected::At)
}

fn read_inputs(node: &Node<'_>, parts: &Parts) -> Option<Inputs> {
    let entries = node.section()?.remaining();
    let mut pairs = Vec::new();
    for entry in entries {
        let value = if entry.is_integer() {
            entry.integer()?.to_string()
        } else if let Some(number) = entry.decimal() {
            number.to_string()
        } else {
            entry.text()?
        };
        pairs.push(format!("{}={value}", entry.name()));
    }
    match Inputs::parse(&parts.inputs, pairs.iter().map(String::as_str)) {
        Ok(inputs) => Some(inputs),
        Err(error) => {
            node.report(error.to_string(), "give declared inputs, each with a value of its kind");
            None
        }
    }
}
