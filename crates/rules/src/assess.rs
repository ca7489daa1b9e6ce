//! Assessment: from the known facts to a grade, the gravest still possible, with the reason.
//!
//! Grades are tried from the gravest down and the first that holds wins. One whose question touches an
//! unknown input may hold: then it, and everything down to the first that surely holds, is possible.
//! The gravest possible governs, so that no deadline is missed for want of a count.

use model::regime::GradeId;

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
    /// One line for each grade tried: predicate, values, verdict, article.
    pub because: String,
}

/// Why nothing can be assessed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssessError {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("no grade of `{pack}` holds, not even its last")]
    NoGrade { pack: String },
}

/// Grades by the facts; an undeclared fact or one of the wrong kind is an error.
pub fn assess(pack: &Pack, inputs: &Inputs) -> Result<Assessed, AssessError> {
    inputs.check(pack.inputs())?;
    let mut possible = Vec::new();
    let mut lines = Vec::new();
    for grade in pack.grades() {
        let verdict = grade.test.as_ref().map_or(Verdict::Yes, |test| test.judge(inputs));
        lines.push(line(grade, inputs, verdict));
        if verdict != Verdict::No {
            possible.push(grade.id.clone());
        }
        if verdict == Verdict::Yes {
            break;
        }
    }
    let grade = possible
        .first()
        .cloned()
        .ok_or_else(|| AssessError::NoGrade { pack: pack.id().to_string() })?;
    Ok(Assessed { grade, possible, because: lines.join("\n") })
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
    let value = |name: &str| match inputs.get(name) {
        Some(value) => format!("{name} = {value}"),
        None => format!("{name} is not known"),
    };
    let values: Vec<String> = test.asks().into_iter().map(value).collect();
    format!(", {}", values.join(", "))
}

#[cfg(test)]
mod tests;
