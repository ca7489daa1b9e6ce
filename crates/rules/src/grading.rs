//! Grading packs: how grave, where a regime's own table is elsewhere or lost.
//!
//! A grading pack lists criteria for each grade; the gravest criterion met decides. Every criterion says
//! whether it stands in a named *source* or is a *proposal* of the pack's author, so that nobody takes
//! the one for the other. A pack names its grading pack, see [`Pack::with_grading`](crate::Pack::with_grading).
//!
//! A fact that nobody has given is unknown, and the gravest grade still possible governs. Worked cases
//! speak of one fact and mean that there is no other: they say `others = "absent"`, and every input then
//! is what it declares as `absent`. Live grading never does: see
//! [`Inputs::assuming_absent`](crate::Inputs::assuming_absent).

mod read;

use std::fmt;

use model::organisation::Bilingual;
use model::regime::{GradeId, PackId};

use crate::assess::{AssessError, Assessed, reached};
use crate::finding::Findings;
use crate::input::{Input, Inputs};
use crate::predicate::{Predicate, Verdict};

/// What the `schema` of a grading pack says.
pub(crate) const SCHEMA: &str = "regime-grading/1";

/// Criteria for each grade of some pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Grading {
    head: Head,
    /// Where criteria may come from: name and what it is.
    sources: Vec<(String, String)>,
    inputs: Vec<Input>,
    /// The grades, the gravest first.
    order: Vec<GradeId>,
    /// In the order of the grades, the gravest first.
    criteria: Vec<Criterion>,
    cases: usize,
    origin: String,
}

/// What a grading pack says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    id: PackId,
    version: String,
    title: Bilingual,
    /// What it stands in for, and gives way to once that is found.
    replace_when_found: Option<String>,
    /// Who may change what comes out, and how.
    judgement: Option<String>,
}

/// One sign of a grade.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// The grade and its own name in it.
    pub grade: GradeId,
    pub name: String,
    /// As the pack writes it, or `otherwise`.
    pub when: String,
    pub standing: Standing,
    /// The inputs' question; none means otherwise.
    test: Option<Predicate>,
}

/// On what a criterion rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It stands in an instrument, here.
    Source(String),
    /// It is the pack author's, for this reason, until an authority confirms it.
    Proposal(String),
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(place) => write!(f, "source: {place}"),
            Self::Proposal(why) => write!(f, "proposal: {why}"),
        }
    }
}

/// The criterion by which a grade governs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Grade and name, such as `g2.size`.
    pub criterion: String,
    pub standing: Standing,
    /// It is met; otherwise it is not known not to be.
    pub is_met: bool,
}

impl Criterion {
    /// Grade and name, such as `g2.size`.
    pub fn id(&self) -> String {
        format!("{}.{}", self.grade, self.name)
    }

    /// The question that it asks; none means otherwise.
    pub fn question(&self) -> Option<&Predicate> {
        self.test.as_ref()
    }

    fn judge(&self, inputs: &Inputs) -> Verdict {
        self.test.as_ref().map_or(Verdict::Yes, |test| test.judge(inputs))
    }

    fn line(&self, inputs: &Inputs, verdict: Verdict) -> String {
        let asked = self.test.as_ref().map(Predicate::asks).unwrap_or_default();
        let told: Vec<String> = asked.into_iter().map(|name| inputs.told(name)).collect();
        let verdict = match verdict {
            Verdict::Yes => "yes",
            Verdict::No => "no",
            Verdict::Unknown => "unknown, so still possible",
        };
        let asked = [self.when.clone()].into_iter().chain(told).collect::<Vec<_>>().join(", ");
        format!("{}: {asked}: {verdict} ({})", self.id(), self.standing)
    }
}

impl Grading {
    /// Reads a grading pack and tries its own cases; `origin` is the name that findings call it by.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Findings> {
        read::grading(text, origin)
    }

    pub fn id(&self) -> &PackId {
        &self.head.id
    }

    pub fn version(&self) -> &str {
        &self.head.version
    }

    pub fn title(&self) -> &Bilingual {
        &self.head.title
    }

    /// What it stands in for and gives way to once that is found; none if it is no substitute.
    pub fn replace_when_found(&self) -> Option<&str> {
        self.head.replace_when_found.as_deref()
    }

    /// Who may change what comes out, and how.
    pub fn judgement(&self) -> Option<&str> {
        self.head.judgement.as_deref()
    }

    /// Where its criteria come from: name, and what it is.
    pub fn sources(&self) -> &[(String, String)] {
        &self.sources
    }

    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The grades, the gravest first.
    pub fn order(&self) -> &[GradeId] {
        &self.order
    }

    /// The last grade: whatever is reportable is at least that.
    pub fn floor(&self) -> Option<&GradeId> {
        self.order.last()
    }

    /// Every criterion, those of the gravest grade first.
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// How many cases of its own hold.
    pub fn cases(&self) -> usize {
        self.cases
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Grades by the facts; the gravest criterion that is met, or may be, governs.
    ///
    /// # Errors
    /// When a fact is not declared or not of its kind.
    pub fn assess(&self, inputs: &Inputs) -> Result<Assessed, AssessError> {
        inputs.check(&self.inputs)?;
        self.judge(inputs)
    }

    /// As [`assess`](Self::assess), for facts that have been checked against more inputs than its own.
    pub(crate) fn judge(&self, inputs: &Inputs) -> Result<Assessed, AssessError> {
        let mut lines = Vec::new();
        let steps = self.order.iter().map(|grade| {
            let (verdict, told) = self.step(grade, inputs);
            lines.extend(told);
            (grade, verdict)
        });
        let possible = reached(steps);
        let grade = possible.first().cloned();
        let grade = grade.ok_or_else(|| AssessError::NoGrade { pack: self.id().to_string() })?;
        let decided_by = self.decided_by(&grade, inputs);
        Ok(Assessed { grade, possible, because: lines.join("\n"), decided_by })
    }

    /// Whether a grade is reached: if any of its criteria is met.
    fn step(&self, grade: &GradeId, inputs: &Inputs) -> (Verdict, Vec<String>) {
        let of_grade = self.criteria.iter().filter(|one| one.grade == *grade);
        let judged: Vec<_> = of_grade.map(|one| (one, one.judge(inputs))).collect();
        let said = |wanted: Verdict| judged.iter().any(|(_, verdict)| *verdict == wanted);
        let verdict = match (said(Verdict::Yes), said(Verdict::Unknown)) {
            (true, _) => Verdict::Yes,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::No,
        };
        if verdict == Verdict::No {
            return (verdict, vec![format!("{grade}: no criterion of {} is met", judged.len())]);
        }
        let telling = judged.iter().filter(|(_, verdict)| *verdict != Verdict::No);
        (verdict, telling.map(|(one, verdict)| one.line(inputs, *verdict)).collect())
    }

    /// The first criterion of the governing grade that is met; where none is, the first that may be.
    fn decided_by(&self, grade: &GradeId, inputs: &Inputs) -> Option<Decided> {
        let find = |wanted: Verdict| {
            let mut of_grade = self.criteria.iter().filter(|one| one.grade == *grade);
            of_grade.find(|one| one.judge(inputs) == wanted)
        };
        let met = find(Verdict::Yes);
        let one = met.or_else(|| find(Verdict::Unknown))?;
        let (criterion, standing) = (one.id(), one.standing.clone());
        Some(Decided { criterion, standing, is_met: met.is_some() })
    }
}

#[cfg(test)]
mod tests;
