//! `juyan regime diff`: what changes for whom from one pack to another.

use std::process::ExitCode;

use rules::describe::measure::wrap;
use rules::describe::{self, Change, Direction, Language};
use serde_json::json;

use super::shelf::Shelf;
use crate::commands::FINDINGS;
use crate::output;

pub(super) fn run(
    shelf: &Shelf,
    (from, to): (&str, &str),
    language: Language,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (from, to) = (shelf.find(from)?, shelf.find(to)?);
    let changes = describe::diff(&from, &to, language);
    if json {
        let all: Vec<_> = changes.iter().map(as_json).collect();
        output::json(&json!({"from": from.id(), "to": to.id(), "changes": all}))?;
    } else {
        print(&changes, language)?;
    }
    Ok(if changes.is_empty() { ExitCode::SUCCESS } else { FINDINGS.into() })
}

fn as_json(change: &Change) -> serde_json::Value {
    let direction = change.direction.words(Language::En);
    json!({"role": change.role, "about": change.about, "direction": direction, "words": change.words})
}

fn print(changes: &[Change], language: Language) -> anyhow::Result<()> {
    if changes.is_empty() {
        return output::line(language.pick("没有任何变化。", "Nothing changes."));
    }
    let mut last: Option<&Option<String>> = None;
    for change in changes {
        if last != Some(&change.role) {
            if last.is_some() {
                output::line("")?;
            }
            let everybody = language.pick("全体", "For everybody");
            output::line(change.role.as_deref().unwrap_or(everybody))?;
            last = Some(&change.role);
        }
        let colon = language.pick("：", ": ");
        let direction = change.direction.words(language);
        let text = format!("{} {direction}{colon}{}", change.about, change.words);
        for (at, line) in wrap(&text, 96).iter().enumerate() {
            output::line(format!("{}{}", if at == 0 { "  " } else { "    " }, line.trim_end()))?;
        }
    }
    let count = |wanted| changes.iter().filter(|change| change.direction == wanted).count();
    let [added, removed, tighter, looser, different] = [
        Direction::Added,
        Direction::Removed,
        Direction::Tighter,
        Direction::Looser,
        Direction::Different,
    ]
    .map(count);
    output::line(match language {
        Language::Zh => format!(
            "\n共 {} 处：新增 {added}，删除 {removed}，收紧 {tighter}，放宽 {looser}，其他变更 {different}",
            changes.len()
        ),
        Language::En => format!(
            "\n{} changes: {added} added, {removed} removed, {tighter} tighter, {looser} looser, {different} different",
            changes.len()
        ),
    })
}
