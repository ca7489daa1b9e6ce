//! Reading the settings: every value with where it comes from, every problem with its line.

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Config;
use super::keys::{KEYS, Key};

/// What holds.
#[derive(Debug, Serialize)]
pub(crate) struct Value {
    pub(crate) key: &'static str,
    /// As it would be written; none where it must be set and is not.
    pub(crate) value: Option<String>,
    /// `default`, `file` or the environment variable's name.
    pub(crate) source: String,
    pub(crate) line: Option<usize>,
    pub(crate) meaning: &'static str,
}

/// What is wrong.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    /// Of the file, counting from 1.
    pub(crate) line: Option<usize>,
    pub(crate) key: String,
    pub(crate) what: String,
}

impl Problem {
    pub(crate) fn at(&self, path: &Path) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        let key = if self.key.is_empty() { String::new() } else { format!(" `{}`:", self.key) };
        format!("{}{line}:{key} {}", path.display(), self.what)
    }
}

/// A text of settings, gone through.
pub(crate) struct Checked {
    pub(crate) values: Vec<Value>,
    pub(crate) problems: Vec<Problem>,
    /// None if there are problems.
    pub(crate) config: Option<Config>,
}

/// A value of the file, by its full name.
struct Found {
    name: String,
    line: usize,
}

impl Checked {
    /// Goes through a text; `variable` asks the environment.
    pub(crate) fn of(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut checked = Self { values: Vec::new(), problems: Vec::new(), config: None };
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let line = error.span().map(|span| line_at(text, span.start));
                checked.problem(line, "", error.message().to_owned());
                return checked;
            }
        };
        let mut found = Vec::new();
        leaves(text, "", table.get_ref(), &mut found);
        for unknown in found.iter().filter(|one| KEYS.iter().all(|key| key.name != one.name)) {
            let near = nearest(&unknown.name);
            let what = format!("there is no such key{near}");
            checked.problem(Some(unknown.line), &unknown.name, what);
        }
        let mut whole = text.parse::<toml::Table>().unwrap_or_default();
        for key in KEYS {
            let line = found.iter().find(|one| one.name == key.name).map(|one| one.line);
            checked.value(key, line, &mut whole, variable);
        }
        checked.problems.sort_by_key(|problem| (problem.line.is_none(), problem.line));
        if checked.problems.is_empty() {
            match Config::deserialize(whole) {
                Ok(config) => checked.config = Some(config),
                Err(error) => checked.problem(None, "", error.message().to_owned()),
            }
        }
        checked
    }

    fn value(
        &mut self,
        key: &'static Key,
        line: Option<usize>,
        whole: &mut toml::Table,
        variable: &dyn Fn(&str) -> Option<String>,
    ) {
        let set = key.variable().and_then(|name| Some((variable(&name)?, name)));
        let (source, line) = match (&set, line) {
            (Some((_, name)), _) => (name.clone(), None),
            (None, Some(line)) => ("file".to_owned(), Some(line)),
            (None, None) => ("default".to_owned(), None),
        };
        if let Some((text, name)) = set
            && !put(whole, key.name, key.value_of(&text))
        {
            self.problem(
                None,
                key.name,
                format!("{name} cannot be set: the file has no table there"),
            );
        }
        let held = at(whole, key.name);
        match held {
            Some(value) => {
                if let Some(why) = key.kind.refusal(value) {
                    let from = if line.is_none() { format!("{source}: ") } else { String::new() };
                    self.problem(line, key.name, format!("{from}{why}"));
                }
            }
            None if key.default.is_none() => {
                self.problem(None, key.name, "it must be set".to_owned());
            }
            None => {}
        }
        let shown = held.map(ToString::to_string).or_else(|| key.default.map(str::to_owned));
        self.values.push(Value { key: key.name, value: shown, source, line, meaning: key.meaning });
    }

    fn problem(&mut self, line: Option<usize>, key: &str, what: String) {
        self.problems.push(Problem { line, key: key.to_owned(), what });
    }
}

/// Every value of a table by its full name. A table that is a key itself is one value.
fn leaves(text: &str, above: &str, table: &DeTable<'_>, found: &mut Vec<Found>) {
    for (name, value) in table {
        let full = if above.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{above}.{}", name.get_ref())
        };
        let holds_keys = KEYS
            .iter()
            .any(|key| key.name.strip_prefix(&full).is_some_and(|rest| rest.starts_with('.')));
        match (holds_keys, Spanned::get_ref(value)) {
            (true, DeValue::Table(inner)) => leaves(text, &full, inner, found),
            _ => found.push(Found { name: full, line: line_at(text, name.span().start) }),
        }
    }
}

fn line_at(text: &str, byte: usize) -> usize {
    let before = text.as_bytes().get(..byte).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

fn at<'t>(table: &'t toml::Table, name: &str) -> Option<&'t toml::Value> {
    match name.split_once('.') {
        Some((first, rest)) => at(table.get(first)?.as_table()?, rest),
        None => table.get(name),
    }
}

/// Sets a value, making the tables on the way; whether it could.
fn put(table: &mut toml::Table, name: &str, value: toml::Value) -> bool {
    match name.split_once('.') {
        Some((first, rest)) => {
            let inner = table.entry(first).or_insert_with(|| toml::Table::new().into());
            inner.as_table_mut().is_some_and(|inner| put(inner, rest, value))
        }
        None => {
            table.insert(name.to_owned(), value);
            true
        }
    }
}

/// A key that differs by little, as a question.
fn nearest(name: &str) -> String {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let near = KEYS
        .iter()
        .min_by_key(|key| distance(key.name, name).min(1 + distance(&last(key.name), &last(name))));
    match near {
        Some(key) if distance(key.name, name) <= 2 || last(key.name) == last(name) => {
            format!(": did you mean `{}`?", key.name)
        }
        _ => ": docs/configuration.md has them all".to_owned(),
    }
}

/// How many letters must change, come or go (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(100).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().take(100).enumerate() {
        let mut next = vec![at + 1];
        for ((left, above), wanted) in row.iter().zip(row.iter().skip(1)).zip(&other) {
            let before = next.last().copied().unwrap_or_default();
            next.push((left + usize::from(*wanted != letter)).min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "own = \"desk\"\nregimes = [\"cn.miit.2009-157\"]\n";

    fn check(more: &str) -> Checked {
        Checked::of(&format!("{WHOLE}{more}"), &|_| None)
    }

    fn problems(more: &str) -> String {
        let told = check(more).problems.into_iter().map(|problem| problem.at(Path::new("f")));
        told.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_problem_is_named_with_its_line() {
        let told = problems(
            "zone = \"Moon/Crater\"\nsurprise = 1\n[serve]\nlisten = \"here\"\nconnections = 0\nlissen = 1\n",
        );
        let lines: Vec<_> = told.lines().map(|line| line.split(": ").next().unwrap()).collect();
        assert_eq!(lines, ["f:3", "f:4", "f:6", "f:7", "f:8"], "{told}");
        assert!(
            told.contains("`serve.lissen`: there is no such key: did you mean `serve.listen`?")
        );
        assert!(told.contains("`serve.connections`: it is no number from 1 to 100000"), "{told}");
    }

    #[test]
    fn what_must_be_set_is_missed() {
        let checked = Checked::of("zone = \"UTC\"", &|_| None);
        let keys: Vec<_> = checked.problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["own", "regimes"]);
        assert!(checked.config.is_none());
    }

    #[test]
    fn a_text_that_is_no_toml_says_in_which_line() {
        assert!(problems("zone = \n").starts_with("f:3: "), "{}", problems("zone = \n"));
    }

    #[test]
    fn the_environment_goes_before_the_file_and_the_file_before_the_default() {
        let text = format!("{WHOLE}[serve]\nconnections = 7\nlisten = \"127.0.0.1:1\"\n");
        let checked =
            Checked::of(&text, &|name| (name == "JUYAN_SERVE_CONNECTIONS").then(|| "9".to_owned()));
        let config = checked.config.unwrap();
        assert_eq!((config.serve.connections, config.serve.shutdown_seconds), (9, 10));
        let source = |key: &str| checked.values.iter().find(|value| value.key == key).unwrap();
        assert_eq!(source("serve.connections").source, "JUYAN_SERVE_CONNECTIONS");
        assert_eq!(
            (source("serve.listen").source.as_str(), source("serve.listen").line),
            ("file", Some(5))
        );
        assert_eq!(source("log.level").source, "default");

        let bad =
            Checked::of(WHOLE, &|name| (name == "JUYAN_LOG_FORMAT").then(|| "xml".to_owned()));
        assert!(
            bad.problems[0].what.contains("JUYAN_LOG_FORMAT: it is none of"),
            "{:?}",
            bad.problems
        );
    }

    #[test]
    fn the_table_of_keys_and_the_settings_are_the_same() {
        let text = "provisional_calendars = true\ndemonstration = true\nregardless_of_dates = []\n\
                    zone = \"UTC\"\n[serve]\nlisten = \"[::1]:1\"\nmonitor = \"127.0.0.1:2\"\n\
                    connections = 1\nheader_seconds = 1\nshutdown_seconds = 1\nfree_disk_mib = 1\n\
                    [serve.tls]\ncert = \"a\"\nkey = \"b\"\n[log]\nformat = \"json\"\nlevel = \"warn\"\n\
                    [readings.\"cn.miit.2009-157\"]\nR1 = \"graded\"\n";
        let checked = check(text);
        assert!(checked.problems.is_empty(), "{:?}", checked.problems);
        assert!(checked.values.iter().all(|value| value.source == "file"));
        let written = toml::to_string(&checked.config.unwrap()).unwrap();
        assert!(Checked::of(&written, &|_| None).config.is_some(), "{written}");
    }

    #[test]
    fn half_a_tls_section_is_refused() {
        let told = problems("[serve.tls]\ncert = \"a\"\n");
        assert!(told.contains("missing field `key`"), "{told}");
    }
}
