//! What commands print: tables for people, JSON for programs; progress and logs go to stderr.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use rules::Finding;
use rules::describe::measure::width as wide;
use serde::Serialize;
use serde_json::json;

use crate::commands::FINDINGS;

/// Prints one JSON document. What could steer a terminal is escaped, so the values are as they were.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    Ok(writeln!(io::stdout().lock(), "{}", escaped(&text))?)
}

/// JSON in which nothing steers a terminal: such characters stand only within strings.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if steers(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// What is wrong with what was typed: it quotes it, so it is cleaned before it is printed.
pub(crate) fn wrong_usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let clean = harmless(&text);
    if clean == text {
        error.exit();
    }
    let _gone = write!(io::stderr(), "{clean}");
    ExitCode::from(2)
}

/// Prints a line; a reader that went away ends the command quietly.
pub(crate) fn line(text: impl std::fmt::Display) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout().lock(), "{}", harmless(&text.to_string()))?)
}

/// Prints a text as it is, without a line end: what is signed must be what stands there.
pub(crate) fn exactly(text: &str) -> anyhow::Result<()> {
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

/// Prints a line beside the output, on stderr.
pub(crate) fn aside(text: impl std::fmt::Display) -> anyhow::Result<()> {
    Ok(writeln!(io::stderr(), "{}", harmless(&text.to_string()))?)
}

/// A text that cannot steer the terminal: names come from feeds, and feeds from anybody. Line ends stay.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether a character can steer a terminal or turn the direction of a line.
pub(crate) fn steers(c: char) -> bool {
    let bidi = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    bidi || (c.is_control() && c != '\n')
}

/// Prints what is wrong with a file, finding by finding.
pub(crate) fn findings(findings: &[Finding], as_json: bool) -> anyhow::Result<ExitCode> {
    if as_json {
        let all: Vec<_> = findings
            .iter()
            .map(|f| json!({"origin": f.origin, "line": f.line, "key": f.key, "what": f.what, "fix": f.fix}))
            .collect();
        json(&json!({"sound": false, "findings": all}))?;
    } else {
        findings.iter().try_for_each(line)?;
    }
    Ok(FINDINGS.into())
}

/// Whether a command failed only because nobody reads its output any more.
pub(crate) fn reader_left(error: &anyhow::Error) -> bool {
    let left = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let json =
            cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(io::ErrorKind::BrokenPipe)
    };
    error.chain().any(left)
}

/// The last word of a failed command, on stderr, if anybody still listens there.
pub(crate) fn last_word(error: &anyhow::Error) {
    let _gone = writeln!(io::stderr(), "juyan: {}", harmless(&told(error)));
}

/// An error and its causes, each once: some errors already say what their cause says.
fn told(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !said.last().is_some_and(|last| last.contains(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}

/// A table whose columns are as wide as what stands in them.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.iter().map(|cell| harmless(cell)).collect());
    }

    pub(crate) fn print(&self) -> anyhow::Result<()> {
        if self.rows.len() == 1 {
            return line("(none)");
        }
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row: &Vec<String>| row.get(column));
            cells.map(|cell| wide(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut out = io::stdout().lock();
        for row in &self.rows {
            let mut text = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                text.push_str(cell);
                text.extend(std::iter::repeat_n(' ', width + 2 - wide(cell).min(width + 2)));
            }
            writeln!(out, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

/// Progress on stderr: one line that rewrites itself on a terminal, silence elsewhere.
pub(crate) struct Progress {
    shown: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { shown: io::stderr().is_terminal() }
    }

    pub(crate) fn say(&self, text: impl std::fmt::Display) {
        if self.shown {
            // A terminal that went away is no reason to stop working.
            let _gone = write!(io::stderr(), "\r\x1b[2K{}", harmless(&text.to_string()));
        }
    }

    /// A step is done: its line stays.
    pub(crate) fn done(&self, text: impl std::fmt::Display) {
        let start = if self.shown { "\r\x1b[2K" } else { "" };
        let _gone = writeln!(io::stderr(), "{start}{}", harmless(&text.to_string()));
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(harmless("\u{1b}[31mred\u{202e}gnp"), "\u{fffd}[31mred\u{fffd}gnp");
        assert_eq!(harmless("two\nlines 居延"), "two\nlines 居延");
    }

    #[test]
    fn json_says_what_would_steer_the_terminal_and_does_not_do_it() {
        let text = serde_json::to_string(&"\u{9b}31m\u{7f}\u{202e}居").unwrap();
        let out = escaped(&text);
        assert_eq!(out, r#""\u009b31m\u007f\u202e居""#);
        let back: String = serde_json::from_str(&out).unwrap();
        assert_eq!(back, "\u{9b}31m\u{7f}\u{202e}居", "the value is as it was");
    }

    #[test]
    fn a_cause_that_is_said_already_is_not_said_again() {
        let error = anyhow::anyhow!("file.toml:2: no such key").context("the law");
        assert_eq!(told(&error), "the law: file.toml:2: no such key");
        let error = anyhow::anyhow!("no such key").context("file.toml:2: no such key");
        assert_eq!(told(&error), "file.toml:2: no such key");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([7, 1234, 1_012_000].map(grouped), ["7", "1,234", "1,012,000"]);
    }
}
