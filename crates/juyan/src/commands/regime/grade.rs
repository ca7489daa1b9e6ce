//! `juyan regime grade`: how grave by a pack or a grading pack, and why; or what a definition says.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use rules::{Assessed, Grading, Inputs, Pack, Verdict};
use serde_json::json;

use super::shelf::Shelf;
use crate::cli::Grade;
use crate::output;

pub(super) fn run(shelf: &Shelf, args: &Grade) -> anyhow::Result<ExitCode> {
    let (name, part) = match args.pack.split_once('#') {
        Some((name, part)) => (name, Some(part)),
        None => (args.pack.as_str(), None),
    };
    if let Some(grading) = grading(shelf, name)? {
        return by_grading(&grading, args);
    }
    let pack = shelf.find_under(name, &args.how.readings)?;
    let inputs = Inputs::parse(pack.inputs(), pairs(&args.inputs))?;
    let scale = matches!(part, None | Some("grade" | "warning"));
    // What a word means is asked of the facts at hand; how grave it is, of all there may be.
    let inputs = match args.others.as_deref() {
        Some("absent") => inputs.assuming_absent(pack.inputs()),
        None if !scale => inputs.assuming_absent(pack.inputs()),
        _ => inputs,
    };
    let assessed = match part {
        None | Some("grade") => rules::assess(&pack, &inputs)?,
        Some("warning") if !pack.warnings().is_empty() => rules::assess_warning(&pack, &inputs)?,
        Some(definition) => return define(&pack, definition, &inputs, args.how.json),
    };
    let name = pack.grade(&assessed.grade).map(|grade| grade.name.clone()).unwrap_or_default();
    let names = format!(" {} ({})", name.get("zh"), name.get("en"));
    tell((pack.id().as_str(), pack.version()), &names, &assessed, args.how.json)
}

/// A grading pack by its id, or from a file that says it is one.
fn grading(shelf: &Shelf, name: &str) -> anyhow::Result<Option<Grading>> {
    let file = std::path::Path::new(name);
    if file.extension().is_some_and(|ending| ending == "toml") {
        let text = super::read(file)?;
        let is_grading = rules::library::is_grading(&text);
        return Ok(is_grading.then(|| Grading::parse(&text, name)).transpose()?);
    }
    Ok(shelf.library()?.gradings.into_iter().find(|grading| grading.id().as_str() == name))
}

/// A grading pack on its own is asked what if: what is left out is absent, unless it is said otherwise.
fn by_grading(grading: &Grading, args: &Grade) -> anyhow::Result<ExitCode> {
    let inputs = Inputs::parse(grading.inputs(), pairs(&args.inputs))?;
    let inputs = match args.others.as_deref() {
        Some("unknown") => inputs,
        _ => inputs.assuming_absent(grading.inputs()),
    };
    let assessed = grading.assess(&inputs)?;
    tell((grading.id().as_str(), grading.version()), "", &assessed, args.how.json)
}

fn tell(
    (id, version): (&str, &str),
    names: &str,
    assessed: &Assessed,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let decided = assessed.decided_by.as_ref();
    if json {
        let decided = decided.map(|one| {
            json!({"criterion": one.criterion, "standing": one.standing.to_string(), "is_met": one.is_met})
        });
        output::json(&json!({
            "pack": id, "version": version, "grade": assessed.grade,
            "possible": assessed.possible, "because": assessed.because, "decided_by": decided,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("{}{names}", assessed.grade))?;
    if assessed.possible.len() > 1 {
        let possible: Vec<_> = assessed.possible.iter().map(model::GradeId::as_str).collect();
        let possible = possible.join(", ");
        output::line(format!("still possible: {possible}; the gravest governs deadlines"))?;
    }
    output::line(&assessed.because)?;
    if let Some(decided) = decided {
        let verb = if decided.is_met { "decided by" } else { "not ruled out:" };
        output::line(format!("{verb} {} ({})", decided.criterion, decided.standing))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether the facts are what a word of the instrument means.
fn define(pack: &Pack, id: &str, inputs: &Inputs, json: bool) -> anyhow::Result<ExitCode> {
    inputs.check(pack.inputs())?;
    let definition = pack.definition(id).ok_or_else(|| {
        let known: Vec<_> = pack.definitions().iter().map(|one| one.id.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        anyhow!("`{}` defines no `{id}`; it defines {known}", pack.id())
    })?;
    let Some(verdict) = pack.define(id, inputs) else {
        bail!(
            "no facts decide `{id}`, people do: {} (art. {})",
            definition.means,
            definition.article
        );
    };
    let answer = match verdict {
        Verdict::Yes => "yes",
        Verdict::No => "no",
        Verdict::Unknown => "unknown",
    };
    if json {
        output::json(&json!({
            "pack": pack.id(), "definition": id, "article": definition.article,
            "means": definition.means, "answer": answer,
        }))?;
    } else {
        output::line(answer)?;
        output::line(format!("{} (art. {})", definition.means, definition.article))?;
    }
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
