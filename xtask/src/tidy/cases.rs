//! Each duty of a regime has a case: an example with its right answer.
//!
//! A case is a `[[test]]` in the pack, or a row of `crates/rules/vectors/*.csv` whose `regime`
//! is the pack's id. A duty that nobody has worked an example of is a duty that nobody has read.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::Finding;
use super::tree::Tree;

const VECTORS: &str = "crates/rules/vectors/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let packs = tree.texts_of("toml").filter(|(path, _)| path.starts_with("regimes/"));
    packs.flat_map(|(path, text)| against_pack(tree, path, text)).collect()
}

fn against_pack(tree: &Tree, path: &str, text: &str) -> Vec<Finding> {
    let pack: Table = match text.parse() {
        Ok(pack) => pack,
        Err(error) => {
            return vec![Finding::new(path, 1, error.to_string(), "make it TOML")];
        }
    };
    let id = pack.get("regime").and_then(|regime| regime.get("id")).and_then(Value::as_str);
    let mut covered = cases_inside(&pack);
    covered.extend(id.into_iter().flat_map(|id| cases_beside(tree, id)));
    let duties = pack.get("duty").and_then(Value::as_table);
    duties
        .into_iter()
        .flat_map(Table::keys)
        .filter(|duty| !covered.contains(*duty))
        .map(|duty| {
            Finding::new(
                path,
                line_of(text, duty),
                format!("the duty `{duty}` has no case"),
                format!("add a `[[test]]` with `duty = \"{duty}\"`, or a row under {VECTORS}"),
            )
        })
        .collect()
}

fn cases_inside(pack: &Table) -> BTreeSet<String> {
    let tests = pack.get("test").and_then(Value::as_array).into_iter().flatten();
    tests.filter_map(|test| test.get("duty")).flat_map(duties_of).collect()
}

/// One case may name one duty, or several that share it.
fn duties_of(duty: &Value) -> Vec<String> {
    let several = duty.as_array().map_or(std::slice::from_ref(duty), Vec::as_slice);
    several.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn cases_beside(tree: &Tree, regime: &str) -> BTreeSet<String> {
    let files = tree.texts_of("csv").filter(|(path, _)| path.starts_with(VECTORS));
    files.flat_map(|(_, text)| cases_in_file(text, regime).unwrap_or_default()).collect()
}

/// The duties of this regime in one file; nothing for a file that has no such columns.
fn cases_in_file(text: &str, regime: &str) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().ok()?.clone();
    let column = |name: &str| header.iter().position(|title| title == name);
    let (regimes, duties) = (column("regime")?, column("duty")?);
    let rows = reader.records().filter_map(Result::ok);
    let of_this = rows.filter(|row| row.get(regimes) == Some(regime));
    Some(of_this.filter_map(|row| row.get(duties).map(str::to_owned)).collect())
}

fn line_of(text: &str, duty: &str) -> usize {
    let names = |line: &str| {
        let line = line.trim_start().trim_start_matches("[duty.");
        line.strip_prefix(duty).is_some_and(|rest| rest.starts_with([' ', '=', ']', '.']))
    };
    text.lines().position(names).map_or(1, |at| at + 1)
}
