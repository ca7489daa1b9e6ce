//! Built-in cases: what a pack claims of itself, tried whenever it is loaded.

use std::sync::Arc;

use jiff::Timestamp;
use model::regime::{DutyId, GradeId};

use super::{Choices, Duty, Pack, Parts, parse, readings};
use crate::assess::assess;
use crate::calendar::Calendar;
use crate::deadline::deadline;
use crate::document::{Document, Node, Section};
use crate::finding::{Finding, Findings};
use crate::input::Inputs;
use crate::predicate::Verdict;
use crate::within::Within;

/// One case: given this, that must come out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Proof {
    claim: Claim,
    /// The choices under which it must come out.
    pub(super) reading: Choices,
    /// The pack as it then stands; none for the pack that the case belongs to.
    on: Option<Arc<Pack>>,
    /// The name of the file and the line in it, for findings.
    origin: String,
    line: usize,
    at: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Claim {
    Grade { inputs: Inputs, window: Option<u32>, expect: GradeId },
    Due { duties: Vec<DutyId>, given: Given, start: Timestamp, expect: Expected },
}

/// What else a case says of its duties.
#[derive(Clone, Debug, PartialEq)]
struct Given {
    /// The trigger that must start the clock.
    on: Option<String>,
    /// The facts under which they must be owed, or not.
    inputs: Option<Inputs>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    At(Timestamp),
    NoDueTime,
    Standing,
    NotOwed,
}

impl Proof {
    /// The same case, to be tried on this pack unless it is to be tried on another already.
    pub(super) fn tried_on(mut self, pack: &Arc<Pack>) -> Self {
        self.on.get_or_insert_with(|| Arc::clone(pack));
        self
    }

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
        let pack = self.on.as_deref().unwrap_or(pack);
        match &self.claim {
            Claim::Grade { inputs, window, expect } => {
                let windows = pack.measures().into_iter().filter_map(|measure| {
                    let (found, wanted) = (measure.window_hours, (*window)?);
                    let name = measure.input;
                    (found != wanted).then(|| format!("{name} counts {found} hours, not {wanted}"))
                });
                let grade = match assess(pack, inputs) {
                    Ok(assessed) if assessed.grade == *expect => None,
                    Ok(assessed) => Some(format!("the grade is {}, not {expect}", assessed.grade)),
                    Err(error) => Some(error.to_string()),
                };
                windows.chain(grade).collect()
            }
            Claim::Due { duties, given, start, expect } => {
                let duties = duties.iter().filter_map(|id| pack.duty(id));
                let tried = duties.filter_map(|duty| {
                    let within = duty.clock.within();
                    let failure = match given.contradicted_by(duty, *expect) {
                        None if *expect == Expected::NotOwed => None,
                        None => try_due(pack, within, *start, *expect, calendar),
                        failure => failure,
                    };
                    failure.map(|failure| format!("{}: {failure}", duty.id))
                });
                tried.collect()
            }
        }
    }
}

impl Given {
    fn contradicted_by(&self, duty: &Duty, expect: Expected) -> Option<String> {
        let starts = duty.on.as_deref().unwrap_or("nothing");
        if let Some(on) = self.on.as_deref().filter(|on| *on != starts) {
            return Some(format!("its clock is started by {starts}, not {on}"));
        }
        let wanted = expect != Expected::NotOwed;
        let inputs = self.inputs.as_ref()?;
        let owed = duty.condition.as_ref().is_none_or(|test| test.judge(inputs) != Verdict::No);
        let [is, is_not] = if owed { ["owed", "not owed"] } else { ["not owed", "owed"] };
        (owed != wanted).then(|| format!("it is {is}, where it should be {is_not}"))
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
        Expected::NoDueTime | Expected::NotOwed => None,
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
pub(super) fn without_calendar(proofs: &[Proof], pack: &Pack, document: &Document) {
    for proof in proofs {
        for failure in proof.failures(pack, None) {
            document.report(Some(proof.at), "test", failure, FIX);
        }
    }
}

/// Runs every case; says how many held.
pub(super) fn all(proofs: &[Proof], pack: &Pack, calendar: &Calendar) -> Result<usize, Findings> {
    let mut found = Vec::new();
    for proof in proofs {
        for what in proof.failures(pack, Some(calendar)) {
            let (origin, line) = (proof.origin.clone(), Some(proof.line));
            found.push(Finding { origin, line, key: "test".into(), what, fix: FIX.into() });
        }
    }
    if found.is_empty() { Ok(proofs.len()) } else { Err(Findings::of(found)) }
}

const FIX: &str = "correct the rule, or the case";

/// Reads one case, unless it is to be tried under other choices than these.
pub(super) fn read(
    document: &Document,
    node: &Node<'_>,
    parts: &Parts,
    under: &Choices,
) -> Option<Proof> {
    let section = node.section()?;
    let reading = readings::of_case(&section);
    if !reading.are_among(under) {
        return None;
    }
    let claim = match (section.find("grade"), section.words("duty")) {
        (Some(inputs), duties) if duties.is_empty() => {
            let inputs = read_inputs(&inputs, parts)?;
            let expect = section.need("expect")?.parse()?;
            if !parts.grades.iter().any(|grade| grade.id == expect) {
                node.report(format!("`{expect}` is no grade"), "use a name under [grade]");
            }
            let window = section.find("window").and_then(|node| parse::window(&node));
            Claim::Grade { inputs, window, expect }
        }
        (None, duties) if !duties.is_empty() => {
            let duties = duties.iter().filter_map(|node| duty_of(node, parts)).collect();
            let given = given(&section, parts);
            let start = section.need("start")?.instant()?;
            Claim::Due { duties, given, start, expect: expected(&section.need("expect")?)? }
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
    let (line, at) = (document.line(node.at()), node.at());
    Some(Proof { claim, reading, on: None, origin, line, at })
}

fn given(section: &Section<'_>, parts: &Parts) -> Given {
    let mut triggers = parts.triggers.iter();
    let on = section.find("on");
    let on = on.and_then(|node| {
        parse::known(&node, "trigger", |name| triggers.any(|trigger| trigger.id == name))
    });
    let inputs = section.find("given").and_then(|node| read_inputs(&node, parts));
    Given { on, inputs }
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
        let words = [
            ("no due time", Expected::NoDueTime),
            ("standing", Expected::Standing),
            ("not owed", Expected::NotOwed),
        ];
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
