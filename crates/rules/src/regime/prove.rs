//! Built-in cases: what a pack claims of itself, tried whenever it is loaded.

use jiff::Timestamp;
use model::regime::{DutyId, GradeId};

use super::parse::known;
use super::{Definition, Duty, Grade, Pack, Parts};
use crate::assess::{AssessError, Assessed, assess, assess_warning};
use crate::calendar::Calendar;
use crate::deadline::deadline;
use crate::document::{Document, Node, Section};
use crate::finding::{Finding, Findings};
use crate::input::{Inputs, given};
use crate::predicate::Verdict;
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
    Warning { inputs: Inputs, expect: GradeId },
    Meaning { definition: String, inputs: Inputs, expect: Verdict },
    Due { duties: Vec<DutyId>, grade: Option<GradeId>, start: Timestamp, expect: Expected },
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    At(Timestamp),
    NoDueTime,
    Standing,
}

const VERDICTS: [(&str, Verdict); 3] =
    [("yes", Verdict::Yes), ("no", Verdict::No), ("unknown", Verdict::Unknown)];

impl Proof {
    pub(super) fn covers_duty(&self, id: &DutyId) -> bool {
        matches!(&self.claim, Claim::Due { duties, .. } if duties.contains(id))
    }

    pub(super) fn covers_grade(&self, id: &GradeId) -> bool {
        matches!(&self.claim, Claim::Grade { expect, .. } | Claim::Warning { expect, .. } if expect == id)
    }

    pub(super) fn covers_definition(&self, id: &str) -> bool {
        matches!(&self.claim, Claim::Meaning { definition, .. } if definition == id)
    }

    /// What is wrong, line by line; `None` skips whatever needs a calendar.
    fn failures(&self, pack: &Pack, calendar: Option<&Calendar>) -> Vec<String> {
        match &self.claim {
            Claim::Grade { inputs, expect } => graded(assess(pack, inputs), expect),
            Claim::Warning { inputs, expect } => graded(assess_warning(pack, inputs), expect),
            Claim::Meaning { definition, inputs, expect } => {
                let found = pack.define(definition, inputs);
                let word = |verdict| VERDICTS.iter().find(|(_, one)| *one == verdict);
                let told = found.and_then(word).map_or("undecided", |(word, _)| word);
                let failed = found != Some(*expect);
                failed.then(|| format!("{definition}: the answer is {told}")).into_iter().collect()
            }
            Claim::Due { duties, grade, start, expect } => {
                let is_owed =
                    |duty: &&Duty| grade.as_ref().is_none_or(|grade| duty.applies_at(grade));
                let duties = duties.iter().flat_map(|id| pack.duties_of(id)).filter(is_owed);
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

fn graded(assessed: Result<Assessed, AssessError>, expect: &GradeId) -> Vec<String> {
    match assessed {
        Ok(assessed) if assessed.grade == *expect => Vec::new(),
        Ok(assessed) => vec![format!("the grade is {}, not {expect}", assessed.grade)],
        Err(error) => vec![error.to_string()],
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
    let Some(claim) = claim(node, &section, parts) else {
        let fix = "give `grade = {…}`, `warning = {…}`, `define = \"…\"` or `duty = \"…\"`";
        node.report("it tries nothing that can be tried", fix);
        return None;
    };
    section.finish();
    let origin = document.origin().to_owned();
    Some(Proof { claim, origin, line: document.line(node.at()), at: node.at() })
}

fn claim(node: &Node<'_>, section: &Section<'_>, parts: &Parts) -> Option<Claim> {
    if let Some(inputs) = section.find("grade") {
        if let Some(grading) = &parts.graded_by {
            let what = format!("grades are decided by `{grading}`");
            node.report(what, "put the case there");
        }
        let (inputs, expect) = grade_claim(&inputs, section, (&parts.grades, "grade"), parts)?;
        return Some(Claim::Grade { inputs, expect });
    }
    if let Some(inputs) = section.find("warning") {
        let (inputs, expect) = grade_claim(&inputs, section, (&parts.warnings, "warning"), parts)?;
        return Some(Claim::Warning { inputs, expect });
    }
    if let Some(name) = section.find("define") {
        let is_tested = |one: &Definition, name: &str| one.id == name && one.test.is_some();
        let definition = known(&name, "define", |name| {
            parts.definitions.iter().any(|one| is_tested(one, name))
        })?;
        let inputs = given(&section.need("given")?, &parts.inputs)?;
        let expect = section.need("expect")?.one_of(&VERDICTS)?;
        return Some(Claim::Meaning { definition, inputs, expect });
    }
    let duties: Vec<DutyId> =
        section.words("duty").iter().filter_map(|node| duty_of(node, parts)).collect();
    let grade = section.find("at_grade").and_then(|node| at_grade(&node, &duties, parts));
    let start = section.need("start")?.instant()?;
    let expect = expected(&section.need("expect")?)?;
    (!duties.is_empty()).then_some(Claim::Due { duties, grade, start, expect })
}

/// Facts, and the step of a scale that must come out.
fn grade_claim(
    inputs: &Node<'_>,
    section: &Section<'_>,
    (scale, table): (&[Grade], &str),
    parts: &Parts,
) -> Option<(Inputs, GradeId)> {
    let inputs = given(inputs, &parts.inputs)?;
    let node = section.need("expect")?;
    let expect = node.parse()?;
    if !scale.iter().any(|grade| grade.id == expect) {
        node.report(format!("`{expect}` is no grade"), format!("use a name under [{table}]"));
    }
    Some((inputs, expect))
}

/// The grade that narrows a duty which is like several others to one of them.
fn at_grade(node: &Node<'_>, duties: &[DutyId], parts: &Parts) -> Option<GradeId> {
    let grade: GradeId = node.parse()?;
    for id in duties {
        let mut of_id = parts.duties.iter().filter(|duty| duty.id == *id);
        if !of_id.any(|duty| duty.applies_at(&grade)) {
            node.report(format!("`{id}` is not owed at `{grade}`"), "name another grade or duty");
        }
    }
    Some(grade)
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
