//! `juyan regime grade`: how grave by a pack, and why.

use std::process::ExitCode;

use rules::Inputs;
use serde_json::json;

use super::find;
use crate::output;

pub(super) fn run(pack: &str, inputs: &[String], json: bool) -> anyhow::Result<ExitCode> {
    let pack = find(pack)?;
    let inputs = Inputs::parse(pack.inputs(), pairs(inputs))?;
    let assessed = rules::assess(&pack, &inputs)?;
    if json {
        output::json(&json!({
            "pack": pack.id(), "version": pack.version(), "grade": assessed.grade,
            "possible": assessed.possible, "because": assessed.because,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = pack.grade(&assessed.grade).map(|grade| grade.name.clone()).unwrap_or_default();
    output::line(format!("{} {} ({})", assessed.grade, name.get("zh"), name.get("en")))?;
    if assessed.possible.len() > 1 {
        let possible: Vec<_> = assessed.possible.iter().map(model::GradeId::as_str).collect();
        output::line(format!(
            "still possible: {}; the gravest governs deadlines",
            possible.join(", ")
        ))?;
    }
    output::line(assessed.because)?;
    Ok(ExitCode::SUCCESS)
}

/// `name=value`, each an argument of its own or several in one with `;` between them.
pub(super) fn pairs(arguments: &[String]) -> impl Iterator<Item = &str> {
    arguments.iter().flat_map(|one| one.split(';')).map(str::trim).filter(|pair| !pair.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_may_stand_apart_or_in_one_argument() {
        let arguments = ["a=1; b=2;".to_owned(), "c=3".to_owned()];
        assert_eq!(pairs(&arguments).collect::<Vec<_>>(), ["a=1", "b=2", "c=3"]);
    }
}
