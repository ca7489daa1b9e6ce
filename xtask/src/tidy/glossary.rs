//! The glossary is law: each noun that it gives a type is that type in the code.
//!
//! A noun that is not built yet says `later` in its `Type` column. When its type arrives in the
//! model, `later` has to go.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::Tree;

const GLOSSARY: &str = "GLOSSARY.md";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(GLOSSARY) else {
        return vec![Finding::new(GLOSSARY, 1, "there is none", "write it")];
    };
    let mut findings = Vec::new();
    let mut type_column = None;
    for (at, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if cells.len() < 3 {
            type_column = None;
        } else if let Some(column) = cells.iter().position(|cell| *cell == "Type") {
            type_column = Some(column);
        } else if let Some(cell) = type_column.and_then(|column| cells.get(column)) {
            findings.extend(against_cell(tree, at + 1, cell));
        }
    }
    if !text.contains("| Type") {
        findings.push(Finding::new(GLOSSARY, 1, "no table has a `Type` column", "add it"));
    }
    findings
}

fn against_cell(tree: &Tree, line: usize, cell: &str) -> Vec<Finding> {
    let is_later = cell.contains("later");
    let names = cell.split('`').skip(1).step_by(2);
    let mut findings = Vec::new();
    for name in names.map(|path| path.rsplit("::").next().unwrap_or(path)) {
        let (what, fix) = match (is_later, is_declared(tree, name, is_later)) {
            (false, false) => {
                ("is no type in crates/", "name the type the noun has, or mark it later")
            }
            (true, true) => ("is a type of the model by now", "take `later` out of its row"),
            (false, true) | (true, false) => continue,
        };
        findings.push(Finding::new(GLOSSARY, line, format!("`{name}` {what}"), fix));
    }
    findings
}

fn is_declared(tree: &Tree, name: &str, in_model_only: bool) -> bool {
    let folder = if in_model_only { "crates/model/src/" } else { "crates/" };
    tree.texts_of("rs")
        .filter(|(path, _)| path.starts_with(folder))
        .any(|(_, text)| text.lines().any(|line| declares(line, name)))
}

/// `pub struct Name`, or the line `Name, "kind", "what is wanted",` by which `name!` makes one.
fn declares(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    let by_keyword = ["struct", "enum", "type", "trait"].into_iter().any(|keyword| {
        let rest = line.strip_prefix("pub ").and_then(|rest| rest.strip_prefix(keyword));
        let rest = rest.and_then(|rest| rest.trim_start().strip_prefix(name));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    });
    let by_macro = line.strip_prefix(name).is_some_and(|rest| rest.starts_with(", \""));
    by_keyword || by_macro
}
