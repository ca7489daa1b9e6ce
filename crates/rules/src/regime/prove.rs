//! Built-in cases: what a pack claims of itself, tried whenever it is loaded.

use std::sync::Arc;

use jiff::Timestamp;
use model::regime::{DutyId, GradeId};

use super::{Choices, Definition, Duty, Grade, Pack, Parts, parse, readings};
use crate::assess::{AssessError, Assessed, assess, assess_warning};
use crate::calendar::Calendar;
use crate::deadline::deadline;
use crate::document::{Document, Node, Section};
use crate::finding::{Finding, Findings};
use crate::input::{self, Inputs};
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
    Warning { inputs: Inputs, expect: GradeId },
    Meaning { definition: String, inputs: Inputs, expect: Verdict },
    Due { duties: Vec<DutyId>, given: Given, start: Timestamp, expect: Expected },
}

/// What else a case says of its duties.
#[derive(Clone, Debug, PartialEq)]
struct Given {
    /// The trigger that must start the clock.
    on: Option<String>,
    /// The facts under which they must be owed, or not.
    inputs: Option<Inputs>,
    /// The grade that narrows a duty which is like several others to one of them.
    grade: Option<GradeId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    At(Timestamp),
    NoDueTime,
    Standing,
    NotOwed,
}

const VERDICTS: [(&str, Verdict); 3] =
    [("yes", Verdict::Yes), ("no", Verdict::No), ("unknown", Verdict::Unknown)];

impl Proof {
    /// The same case, to be tried on this pack unless it is to be tried on another already.
    pub(super) fn tried_on(mut self, pack: &Arc<Pack>) -> Self {
        self.on.get_or_insert_with(|| Arc::clone(pack));
        self
    }

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
        let pack = self.on.as_deref().unwrap_or(pack);
        match &self.claim {
            Claim::Grade { inputs, window, expect } => {
                let windows = pack.measures().into_iter().filter_map(|measure| {
                    let (found, wanted) = (measure.window_hours, (*window)?);
                    let name = measure.input;
                    (found != wanted).then(|| format!("{name} counts {found} hours, not {wanted}"))
                });
                windows.chain(graded(assess(pack, inputs), expect)).collect()
            }
            Claim::Warning { inputs, expect } => {
                graded(assess_warning(pack, inputs), expect).into_iter().collect()
            }
            Claim::Meaning { definition, inputs, expect } => {
                let found = pack.define(definition, inputs);
                let word = |verdict| VERDICTS.iter().find(|(_, one)| *one == verdict);
                let told = found.and_then(word).map_or("undecided", |(word, _)| word);
                let failed = found != Some(*expect);
                failed.then(|| format!("{definition}: the answer is {told}")).into_iter().collect()
            }
            Claim::Due { duties, given, start, expect } => {
                let is_meant =
                    |duty: &&Duty| given.grade.as_ref().is_none_or(|grade| duty.applies_at(grade));
                let duties = duties.iter().flat_map(|id| pack.duties_of(id)).filter(is_meant);
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

fn graded(assessed: Result<Assessed, AssessError>, expect: &GradeId) -> Option<String> {
    match assessed {
        Ok(assessed) if assessed.grade == *expect => None,
        Ok(assessed) => Some(format!("the grade is {}, not {expect}", assessed.grade)),
        Err(error) => Some(error.to_string()),
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
    let Some(claim) = claim(node, &section, parts) else {
        let fix = "give `grade = {…}`, `warning = {…}`, `define = \"…\"` or `duty = \"…\"`";
        node.report("it tries nothing that can be tried", fix);
        return None;
    };
    section.finish();
    let origin = document.origin().to_owned();
    let (line, at) = (document.line(node.at()), node.at());
    Some(Proof { claim, reading, on: None, origin, line, at })
}

fn claim(node: &Node<'_>, section: &Section<'_>, parts: &Parts) -> Option<Claim> {
    if let Some(inputs) = section.find("grade") {
        if let Some(grading) = &parts.graded_by {
            let what = format!("grades are decided by `{grading}`");
            node.report(what, "put the case there");
        }
        let (inputs, expect) = grade_claim(&inputs, section, (&parts.grades, "grade"), parts)?;
        let window = section.find("window").and_then(|node| input::window(&node));
        return Some(Claim::Grade { inputs, window, expect });
    }
    if let Some(inputs) = section.find("warning") {
        let (inputs, expect) = grade_claim(&inputs, section, (&parts.warnings, "warning"), parts)?;
        return Some(Claim::Warning { inputs, expect });
    }
    if let Some(name) = section.find("define") {
        let is_tested = |one: &Definition, name: &str| one.id == name && one.test.is_some();
        let definition = parse::known(&name, "define", |name| {
            parts.definitions.iter().any(|one| is_tested(one, name))
        })?;
        let inputs = input::given(&section.need("given")?, &parts.inputs)?;
        let expect = section.need("expect")?.one_of(&VERDICTS)?;
        return Some(Claim::Meaning { definition, inputs, expect });
    }
    let duties: Vec<DutyId> =
        section.words("duty").iter().filter_map(|node| duty_of(node, parts)).collect();
    let given = of_duties(section, &duties, parts);
    let start = section.need("start")?.instant()?;
    let expect = expected(&section.need("expect")?)?;
    (!duties.is_empty()).then_some(Claim::Due { duties, given, start, expect })
}

/// What else a case of duties says.
fn of_duties(section: &Section<'_>, duties: &[DutyId], parts: &Parts) -> Given {
    let mut triggers = parts.triggers.iter();
    let on = section.find("on").and_then(|node| {
        parse::known(&node, "trigger", |name| triggers.any(|trigger| trigger.id == name))
    });
    let inputs = section.find("given").and_then(|node| input::given(&node, &parts.inputs));
    let grade = section.find("at_grade").and_then(|node| at_grade(&node, duties, parts));
    Given { on, inputs, grade }
}

/// Facts, and the step of a scale that must come out.
fn grade_claim(
    inputs: &Node<'_>,
    section: &Section<'_>,
    (scale, table): (&[Grade], &str),
    parts: &Parts,
) -> Option<(Inputs, GradeId)> {
    let inputs = input::given(inputs, &parts.inputs)?;
    let node = section.need("expect")?;
    let expect = node.parse()?;
    if !scale.iter().any(|grade| grade.id == expect) {
        node.report(format!("`{expect}` is no grade"), format!("use a name under [{table}]"));
    }
    Some((inputs, expect))
}

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
        let words = [
            ("no due time", Expected::NoDueTime),
            ("standing", Expected::Standing),
            ("not owed", Expected::NotOwed),
        ];
        return node.one_of(&words);
    }
    node.instant().map(Expected::At)
}
