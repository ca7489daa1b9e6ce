//! `cargo xtask tidy`: the rules of this house that no compiler knows.
//!
//! One rule, one file. A rule looks at a tree of texts in memory and returns findings; it reads
//! no disk, so that each is tested on a small tree of its own. A finding says where, what, and
//! what to do about it.

mod addresses;
mod cases;
mod documents;
mod glossary;
mod headers;
mod imports;
mod length;
mod places;
pub(crate) mod tree;

use std::fmt;
use std::process::ExitCode;

use crate::workspace;
use tree::Tree;

/// Something to put right.
#[derive(Debug)]
struct Finding {
    path: String,
    /// Counted from 1.
    line: usize,
    what: String,
    fix: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.path, self.line, self.what)?;
        write!(f, "    fix: {}", self.fix)
    }
}

const RULES: &[fn(&Tree) -> Vec<Finding>] = &[
    imports::check,
    documents::check,
    headers::check,
    glossary::check,
    places::check,
    cases::check,
    length::check,
    addresses::check,
];

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let metadata = workspace::metadata()?;
    let tree = Tree::read(metadata.workspace_root.as_std_path())?.with_packages(&metadata);
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: {} files, nothing to put right", tree.paths().count());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("tidy: {} to put right", findings.len());
    Ok(ExitCode::FAILURE)
}

/// What a rule says of a small tree, as text.
#[cfg(test)]
fn say(rule: fn(&Tree) -> Vec<Finding>, tree: &Tree) -> String {
    as_text(&rule(tree))
}

#[cfg(test)]
fn as_text(findings: &[Finding]) -> String {
    findings.iter().flat_map(|finding| [finding.to_string(), "\n".to_owned()]).collect()
}
