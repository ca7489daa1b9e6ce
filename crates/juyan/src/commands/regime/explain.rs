//! `juyan regime explain`: one duty in a paragraph, and counted if it is said from when.

use std::process::ExitCode;

use rules::describe::{self, Language, Links, Words};
use serde_json::json;

use super::{calendar, duty_of, find, known_grade};
use crate::cli::Explain;
use crate::output;

pub(super) fn run(args: &Explain) -> anyhow::Result<ExitCode> {
    let pack = find(&args.pack)?;
    let duty = duty_of(&pack, &args.duty)?;
    if let Some(grade) = &args.grade {
        known_grade(&pack, grade)?;
    }
    let counted = args.start.map(|start| -> anyhow::Result<_> {
        let calendar = calendar(args.calendar.as_deref().unwrap_or(pack.calendar()))?;
        let due = rules::deadline(duty.clock.within(), start, pack.zone(), &calendar)?;
        Ok((rules::explain(&pack, duty, &due, start), due))
    });
    let counted = counted.transpose()?;
    let owed = args.grade.as_ref().map(|grade| duty.applies_at(grade));
    let [zh, en] = [Language::Zh, Language::En].map(|l| describe::duty(&pack, duty, l));
    if args.json {
        let links = Links::of(&pack, duty);
        let before: Vec<_> = links.before.iter().map(|duty| &duty.id).collect();
        let after = links.after.iter().map(|(trigger, duties)| {
            json!({"trigger": trigger, "starts": duties.iter().map(|duty| &duty.id).collect::<Vec<_>>()})
        });
        output::json(&json!({
            "pack": pack.id(), "duty": duty.id, "article": duty.article, "zh": zh, "en": en,
            "follows_from": before, "then": after.collect::<Vec<_>>(), "owed_at_grade": owed,
            "due": counted.as_ref().map(|(_, due)| due.due),
            "steps": counted.as_ref().map(|(_, due)| &due.steps),
            "counted": counted.as_ref().map(|(text, _)| text),
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("{zh}\n\n{en}"))?;
    if let (Some(grade), Some(owed)) = (&args.grade, owed) {
        for language in [Language::Zh, Language::En] {
            let grade = Words { pack: &pack, language }.grade(grade);
            output::line(match (language, owed) {
                (Language::Zh, true) => format!("\n事件为{grade}时适用。"),
                (Language::Zh, false) => format!("\n事件为{grade}时不适用。"),
                (Language::En, true) => format!("At {grade} it is owed."),
                (Language::En, false) => format!("At {grade} it is not owed."),
            })?;
        }
    }
    if let Some((text, due)) = counted {
        output::line(format!("\n{text}"))?;
        for step in &due.steps {
            output::line(format!("  {step}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
