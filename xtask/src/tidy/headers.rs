//! Each Rust file opens by saying what it is.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.texts_of("rs").filter_map(|(path, text)| against_header(path, text)).collect()
}

fn against_header(path: &str, text: &str) -> Option<Finding> {
    let first = text.lines().next().unwrap_or_default();
    let words = first.strip_prefix("//!").map(str::trim);
    let what = match words {
        None => "does not open with `//!`",
        Some("" | "placeholder") => "opens with `//!` and says nothing",
        Some(_) => return None,
    };
    Some(Finding::new(
        path,
        1,
        what,
        "say in the first line what the file is, then what it is not and the invariant it keeps",
    ))
}
