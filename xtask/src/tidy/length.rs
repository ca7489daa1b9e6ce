//! No Rust file grows past what one can hold in mind. A ratchet: it only tightens.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::Tree;

const LINES_MAX: usize = 600;

/// Files that are longer for now, with the length they may not exceed. Add nothing here.
const LONGER: &[(&str, usize)] = &[];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    check_with(tree, LONGER)
}

fn check_with(tree: &Tree, longer: &[(&str, usize)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_of("rs") {
        let lines = text.lines().count();
        let listed = longer.iter().find(|(name, _)| *name == path).map(|(_, max)| *max);
        let max = listed.unwrap_or(LINES_MAX);
        let (what, fix) = if lines > max {
            (format!("{lines} lines, {max} at most"), "split it by noun")
        } else if listed.is_some_and(|max| lines < max) {
            (
                format!("{lines} lines, listed with {max}"),
                "lower its number in xtask/src/tidy/length.rs, or take it off the list",
            )
        } else {
            continue;
        };
        findings.push(Finding::new(path, lines.min(max) + 1, what, fix));
    }
    let gone = longer.iter().filter(|(path, _)| tree.text(path).is_none());
    findings.extend(gone.map(|(path, _)| {
        Finding::new(path, 1, "listed as long, and gone", "take it off the list")
    }));
    findings
}
