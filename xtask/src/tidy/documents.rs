//! Documents point at what exists.
//!
//! In ARCHITECTURE.md each path in backticks is in the repository; in every document each
//! relative link is. A map that has rotted is worse than none.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::Tree;

const MAP: &str = "ARCHITECTURE.md";
const DOOR: &str = "README.md";
/// What somebody who has just cloned this must find on the first page.
const PROMISES: &[&str] = &["cargo run --release -- demo", "cargo xtask test"];
/// Folders in which paths begin, whether or not they are there yet.
const TOP: &[&str] = &[
    "crates",
    "docs",
    "regimes",
    "calendars",
    "fixtures",
    "journeys",
    "fuzz",
    "benches",
    "xtask",
    ".ci",
    ".cargo",
];
const ENDINGS: &[&str] = &[".md", ".rs", ".toml", ".csv", ".sql", ".css", ".js", ".ftl"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = opening(tree);
    for (line, path) in paths_in_map(tree.text(MAP).unwrap_or_default()) {
        if !tree.has(existing_part(path)) {
            findings.push(Finding::new(
                MAP,
                line,
                format!("`{path}` is not in the repository"),
                "correct the path, or take it out until it is there",
            ));
        }
    }
    for (file, text) in tree.texts_of("md") {
        for (line, target) in links(text).filter(|(_, target)| !tree.has(&resolve(file, target))) {
            findings.push(Finding::new(
                file,
                line,
                format!("the link to `{target}` leads nowhere"),
                "correct the link",
            ));
        }
    }
    findings
}

fn opening(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in [DOOR, MAP].into_iter().filter(|file| tree.text(file).is_none()) {
        findings.push(Finding::new(file, 1, "there is none", "write it"));
    }
    let Some(door) = tree.text(DOOR) else {
        return findings;
    };
    for promise in PROMISES.iter().filter(|promise| !door.contains(**promise)) {
        findings.push(Finding::new(
            DOOR,
            1,
            format!("`{promise}` is not on the first page"),
            "name both commands that somebody new needs",
        ));
    }
    findings
}

fn paths_in_map(text: &str) -> impl Iterator<Item = (usize, &str)> {
    prose(text).flat_map(|(line, text)| {
        let spans = text.split('`').skip(1).step_by(2);
        spans.filter(|span| looks_like_a_path(span)).map(move |span| (line, span))
    })
}

/// Lines outside fenced blocks, counted from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        (!fenced && !is_fence).then_some((at + 1, line))
    })
}

/// `crates/model/`, `deny.toml`; not `/incidents/{id}`, `text/csv` or `shadowserver/event4_sinkhole`.
fn looks_like_a_path(span: &str) -> bool {
    if span.contains([' ', '(', '"', ':']) || span.starts_with('/') {
        return false;
    }
    let begins = span.split_once('/').is_some_and(|(first, _)| TOP.contains(&first));
    let whole_file =
        ENDINGS.iter().any(|ending| span.len() > ending.len() && span.ends_with(ending));
    begins || whole_file
}

/// The part before the first placeholder: `crates/web/src/pages/<noun>.rs` stands for many.
fn existing_part(path: &str) -> &str {
    match path.find(['<', '*', '{', '…']) {
        Some(at) => {
            path.get(..at).and_then(|part| part.rsplit_once('/')).map_or("", |(part, _)| part)
        }
        None => path,
    }
}

/// Relative targets of `[text](target)` with the line they stand in.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    prose(text).flat_map(|(line, text)| {
        let targets =
            text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ', '#']).next());
        let is_ours = |target: &&str| {
            !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
        };
        targets.filter(is_ours).map(move |target| (line, target))
    })
}

fn resolve(file: &str, target: &str) -> String {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
