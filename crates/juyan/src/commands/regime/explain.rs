//! `juyan regime explain`: one duty in a paragraph, and counted if it is said from when.

use std::process::ExitCode;

use model::organisation::Bilingual;
use rules::describe::{self, Language, Links, Words};
use rules::{Due, Duty, Pack};
use serde_json::{Value, json};

use super::shelf::Shelf;
use super::{duty_of, grade_of, not_in_force};
use crate::cli::Explain;
use crate::output;

/// A duty with what was asked about it.
struct Told<'p> {
    duty: &'p Duty,
    zh: String,
    en: String,
    /// The due time and how it was found.
    counted: Option<(Bilingual, Due)>,
}

pub(super) fn run(shelf: &Shelf, args: &Explain) -> anyhow::Result<ExitCode> {
    let pack = shelf.find_under(&args.pack, &args.how.readings)?;
    duty_of(&pack, &args.duty)?;
    let grade = args.grade.as_deref().map(|grade| grade_of(&pack, grade)).transpose()?;
    // One that says `like` several others stands once for each; a grade picks its own.
    let all = pack.duties_of(&args.duty);
    let mut duties: Vec<&Duty> = match grade {
        Some(grade) => all.filter(|duty| duty.applies_at(grade)).collect(),
        None => all.collect(),
    };
    let owed = grade.map(|_| !duties.is_empty());
    if duties.is_empty() {
        duties.extend(pack.duty(&args.duty));
    }
    let told = duties.into_iter().map(|duty| tell(shelf, &pack, duty, args));
    let told = told.collect::<anyhow::Result<Vec<_>>>()?;
    let note = args.start.and_then(|start| not_in_force(&pack, start));
    if args.how.json {
        let duties: Vec<_> = told.iter().map(|one| as_json(&pack, one)).collect();
        let mut all = json!({"pack": pack.id(), "owed_at_grade": owed, "duties": duties});
        if let (Some(all), true) = (all.as_object_mut(), args.start.is_some()) {
            all.insert("in_force".to_owned(), json!(note.is_none()));
            all.insert("note".to_owned(), json!(note));
        }
        output::json(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    for (at, one) in told.iter().enumerate() {
        let gap = if at > 0 { "\n" } else { "" };
        output::line(format!("{gap}{}\n\n{}", one.zh, one.en))?;
        if let Some((text, due)) = &one.counted {
            output::line(format!("\n{}\n\n{}", text.zh, text.en))?;
            for step in due.texts("en") {
                output::line(format!("  {step}"))?;
            }
        }
    }
    if let Some(note) = note {
        output::line(format!("\n{note}"))?;
    }
    if let (Some(grade), Some(false)) = (grade, owed) {
        let [zh, en] = [Language::Zh, Language::En]
            .map(|language| Words { pack: &pack, language }.grade(grade));
        output::line(format!("\n事件为{zh}时不适用。At {en} it is not owed."))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell<'p>(
    shelf: &Shelf,
    pack: &'p Pack,
    duty: &'p Duty,
    args: &Explain,
) -> anyhow::Result<Told<'p>> {
    let count = |start| -> anyhow::Result<_> {
        let calendar = shelf.calendar(args.calendar.as_deref().unwrap_or(pack.calendar()))?;
        let due = rules::deadline(duty.clock.within(), start, pack.zone(), &calendar)?;
        Ok((rules::explain(pack, duty, &due, start), due))
    };
    let [zh, en] =
        [Language::Zh, Language::En].map(|language| describe::duty(pack, duty, language));
    Ok(Told { duty, zh, en, counted: args.start.map(count).transpose()? })
}

fn as_json(pack: &Pack, told: &Told<'_>) -> Value {
    let links = Links::of(pack, told.duty);
    let before: Vec<_> = links.before.iter().map(|duty| &duty.id).collect();
    let after = links.after.iter().map(|(trigger, duties)| {
        json!({"trigger": trigger, "starts": duties.iter().map(|duty| &duty.id).collect::<Vec<_>>()})
    });
    let counted = told.counted.as_ref();
    json!({
        "duty": told.duty.id, "article": told.duty.article, "zh": told.zh, "en": told.en,
        "follows_from": before, "then": after.collect::<Vec<_>>(),
        "due": counted.map(|(_, due)| due.due), "steps": counted.map(|(_, due)| due.texts("en")),
        "counted": counted.map(|(text, _)| text),
    })
}
