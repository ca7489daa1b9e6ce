//! Assessment: from the known facts to a grade, the gravest still possible, with the reason.
//!
//! Grades are tried from the gravest down and the first that holds wins. One whose question touches an
//! unknown input may hold: then it, and everything down to the first that surely holds, is possible.
//! The gravest possible governs, so that no deadline is missed for want of a count.

use model::regime::GradeId;

use crate::grading::Decided;
use crate::input::{InputError, Inputs};
use crate::predicate::{Predicate, Verdict};
use crate::regime::{Grade, Pack};

/// A grade and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessed {
    /// The gravest grade still possible.
    pub grade: GradeId,
    /// Every grade still possible, the gravest first; one, if all that mattered was known.
    pub possible: Vec<GradeId>,
    /// One line for each grade tried: predicate, values, verdict, article. Of a grading pack, one for
    /// each criterion that is met or may be, with what it rests on.
    pub because: String,
    /// The criterion by which it governs, where a grading pack decided.
    pub decided_by: Option<Decided>,
}

/// Why nothing can be assessed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssessError {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("no grade of `{pack}` holds, not even its last")]
    NoGrade { pack: String },
    #[error("`{pack}` is graded by `{grading}`, which has not been joined to it: load both")]
    NoGrading { pack: String, grading: String },
    #[error("`{pack}` knows no warnings")]
    NoWarnings { pack: String },
}

/// Grades by the facts; an undeclared fact or one of the wrong kind is an error.
pub fn assess(pack: &Pack, inputs: &Inputs) -> Result<Assessed, AssessError> {
    inputs.check(pack.inputs())?;
    match (pack.grading(), pack.graded_by()) {
        (Some(grading), _) => grading.judge(inputs),
        (None, Some(grading)) => Err(AssessError::NoGrading {
            pack: pack.id().to_string(),
            grading: grading.to_string(),
        }),
        (None, None) => by(pack, pack.grades(), inputs),
    }
}

/// The level of a warning by the facts, on the pack's second scale.
pub fn assess_warning(pack: &Pack, inputs: &Inputs) -> Result<Assessed, AssessError> {
    inputs.check(pack.inputs())?;
    if pack.warnings().is_empty() {
        return Err(AssessError::NoWarnings { pack: pack.id().to_string() });
    }
    by(pack, pack.warnings(), inputs)
}

/// Tries one scale, the gravest first.
fn by(pack: &Pack, scale: &[Grade], inputs: &Inputs) -> Result<Assessed, AssessError> {
    let mut lines = Vec::new();
    let steps = scale.iter().map(|grade| {
        let verdict = grade.test.as_ref().map_or(Verdict::Yes, |test| test.judge(inputs));
        lines.push(line(grade, inputs, verdict));
        (&grade.id, verdict)
    });
    let possible = reached(steps);
    let grade = possible
        .first()
        .cloned()
        .ok_or_else(|| AssessError::NoGrade { pack: pack.id().to_string() })?;
    Ok(Assessed { grade, possible, because: lines.join("\n"), decided_by: None })
}

/// The grades still possible: each that may hold, down to the first that surely does.
pub(crate) fn reached<'g>(steps: impl Iterator<Item = (&'g GradeId, Verdict)>) -> Vec<GradeId> {
    let mut possible = Vec::new();
    for (grade, verdict) in steps {
        if verdict != Verdict::No {
            possible.push(grade.clone());
        }
        if verdict == Verdict::Yes {
            break;
        }
    }
    possible
}

fn line(grade: &Grade, inputs: &Inputs, verdict: Verdict) -> String {
    let Grade { id, name, article, when, .. } = grade;
    let name = name.get("en");
    let values = grade.test.as_ref().map(|test| values(test, inputs)).unwrap_or_default();
    let verdict = match verdict {
        Verdict::Yes => "yes",
        Verdict::No => "no",
        Verdict::Unknown => "unknown, so still possible",
    };
    format!("{id} ({name}): {when}{values}: {verdict} (art. {article})")
}

fn values(test: &Predicate, inputs: &Inputs) -> String {
    let values: Vec<String> = test.asks().into_iter().map(|name| inputs.told(name)).collect();
    format!(", {}", values.join(", "))
}

#[cfg(test)]
mod tests;
