//! Who may import whom: the table that keeps the house from growing together.
//!
//! Tests may import more, but never in a circle: a circle through tests compiles, and then a
//! crate exists twice in one test binary, with types that are not each other's.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::Finding;
use super::tree::{Package, Tree};

/// A crate and what of ours it may import.
struct Row {
    name: &'static str,
    may: May,
}

enum May {
    Only(&'static [&'static str]),
    Anything,
}

const MODEL: May = May::Only(&["model"]);

const TABLE: &[Row] = &[
    Row { name: "model", may: May::Only(&[]) },
    Row { name: "rules", may: MODEL },
    Row { name: "feeds", may: MODEL },
    Row { name: "atlas", may: MODEL },
    Row { name: "ledger", may: MODEL },
    Row { name: "store", may: MODEL },
    Row { name: "notices", may: MODEL },
    Row { name: "documents", may: MODEL },
    Row { name: "exchange", may: MODEL },
    Row { name: "query", may: May::Only(&["model", "ledger"]) },
    Row {
        name: "app",
        may: May::Only(&[
            "model",
            "rules",
            "feeds",
            "atlas",
            "ledger",
            "store",
            "notices",
            "documents",
            "exchange",
            "query",
        ]),
    },
    Row { name: "web", may: May::Only(&["app", "model"]) },
    Row { name: "juyan", may: May::Anything },
    Row { name: "testkit", may: May::Anything },
    Row { name: "journeys", may: May::Anything },
    Row { name: "xtask", may: May::Only(&[]) },
];

/// Nobody imports these: they are where the road ends.
const ENDS: &[&str] = &["juyan", "journeys", "xtask"];
/// Only tests import these.
const FOR_TESTS: &[&str] = &["testkit"];

const SEE: &str = "the table is in ARCHITECTURE.md";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in tree.packages() {
        match TABLE.iter().find(|row| row.name == package.name) {
            Some(row) => findings.extend(against_row(tree, package, row)),
            None => findings.push(Finding::new(
                &package.manifest,
                1,
                format!("`{}` has no row in the import table", package.name),
                format!("say what it may import in xtask/src/tidy/imports.rs; {SEE}"),
            )),
        }
        if let Some(circle) = circle_through(tree.packages(), &package.name) {
            findings.push(Finding::new(
                &package.manifest,
                1,
                format!("imports go in a circle: {circle}"),
                "move the test to the crate that sees both",
            ));
        }
    }
    findings
}

fn against_row(tree: &Tree, package: &Package, row: &Row) -> Vec<Finding> {
    let mut findings = Vec::new();
    for import in &package.imports {
        let name = import.name.as_str();
        let allowed = match row.may {
            May::Anything => true,
            May::Only(names) => names.contains(&name),
        };
        let why = if ENDS.contains(&name) {
            "nobody imports it"
        } else if !import.dev && FOR_TESTS.contains(&name) {
            "only tests import it"
        } else if !import.dev && !allowed {
            "that is not in the table"
        } else {
            continue;
        };
        findings.push(Finding::new(
            &package.manifest,
            line_of(tree, package, name),
            format!("`{}` imports `{name}`: {why}", package.name),
            format!("take the dependency out, or move the code to where both are seen; {SEE}"),
        ));
    }
    findings
}

fn line_of(tree: &Tree, package: &Package, import: &str) -> usize {
    let text = tree.text(&package.manifest).unwrap_or_default();
    let named = |line: &str| {
        line.strip_prefix(import).is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    text.lines().position(named).map_or(1, |at| at + 1)
}

/// A way from `start` back to itself, told once: by the member of it that comes first in the alphabet.
fn circle_through(packages: &[Package], start: &str) -> Option<String> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        let last = way.last().copied().unwrap_or(start);
        let imports = packages.iter().find(|p| p.name == last).map(|p| p.imports.as_slice());
        for import in imports.unwrap_or_default() {
            let name = import.name.as_str();
            if name == start {
                return Some(format!("{} → {start}", way.join(" → ")));
            }
            if name > start && seen.insert(name) {
                let mut longer = way.clone();
                longer.push(name);
                ways.push(longer);
            }
        }
    }
    None
}
