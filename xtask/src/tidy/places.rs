//! Nothing names a place on one person's machine: what works only there works nowhere.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::Tree;

// In two halves, so that this file does not find itself.
const PLACES: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/")];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        for (at, line) in text.lines().enumerate() {
            for place in PLACES.iter().filter(|place| begins_a_path(line, place)) {
                findings.push(Finding::new(
                    path,
                    at + 1,
                    format!("`{place}` is a place on one machine"),
                    "name it relative to the repository, or take it as an argument",
                ));
            }
        }
    }
    findings
}

/// Whether the place stands at the start of a path, not in the middle of `docs/…` or a URL.
fn begins_a_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '}')))
    })
}
