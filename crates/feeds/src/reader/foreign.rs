//! Reports that are neither plain CSV nor objects one a line: one step at a time, as the reader takes them.

use std::io::Read;

use model::Sightings;
use model::delivery::Quarantined;

use super::{RAW_KEPT, Reader, Step};
use crate::document::Documents;
use crate::lines::Lines;
use crate::rows::Rows;
use crate::text::Text;

/// Where rows come from, by the format of the report.
pub(crate) enum Source {
    /// The reader's own two: CSV, and objects one a line.
    Lines,
    Text(Box<Text>),
    Documents(Box<Documents>),
}

/// What a source came upon.
#[derive(Debug)]
pub(crate) enum Found {
    /// A row was appended.
    Row,
    Refused(String),
    /// A record that is no observation by the format's own rules.
    Skipped,
    Blank,
    End,
    /// The form of the whole is broken here, so nothing behind it can be read.
    Fault(String),
}

impl Source {
    fn next<R: Read>(&mut self, lines: &mut Lines<R>, rows: &mut Rows) -> Found {
        match self {
            Self::Lines => Found::End,
            Self::Text(text) => text.next(lines, rows),
            Self::Documents(documents) => documents.next(lines, rows),
        }
    }

    fn line(&self) -> u64 {
        match self {
            Self::Lines => 0,
            Self::Text(text) => text.line(),
            Self::Documents(documents) => documents.line(),
        }
    }

    fn refused(&self, reason: String) -> Step {
        let raw = match self {
            Self::Lines => String::new(),
            Self::Text(text) => text.raw(),
            Self::Documents(documents) => documents.raw(),
        };
        Step::Refused(Quarantined { line: self.line(), reason, raw })
    }
}

impl<R: Read> Reader<'_, R> {
    pub(super) fn foreign_step(&mut self, rows: &mut Rows, sightings: &mut Sightings) -> Step {
        match self.source.next(&mut self.lines, rows) {
            Found::Row => {
                let line = self.source.line();
                match self.decoder.decode(&self.plan, rows.last(), line, sightings) {
                    Ok(()) => Step::Row,
                    Err(reason) => {
                        rows.undo();
                        self.source.refused(reason)
                    }
                }
            }
            Found::Refused(reason) => self.source.refused(reason),
            Found::Skipped => {
                self.skipped += 1;
                Step::Blank
            }
            Found::Blank => Step::Blank,
            Found::End => Step::End,
            Found::Fault(reason) => {
                self.fault = Some((self.source.line(), reason));
                Step::End
            }
        }
    }
}

/// Bytes of a refused row as text, cut to what is kept.
pub(crate) fn excerpt(raw: &[u8]) -> String {
    let kept = raw.get(..RAW_KEPT).unwrap_or(raw);
    let mut text = String::from_utf8_lossy(kept).into_owned();
    // A replacement character is longer than the byte it stands for.
    let mut end = text.len().min(RAW_KEPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
