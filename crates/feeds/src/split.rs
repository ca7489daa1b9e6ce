//! Records out of lines: fields split at delimiters, quotes undone, and every record accounted for.
//!
//! A line without a quote is split as it stands. One with quotes goes through `csv-core`, over as
//! many physical lines as the quotes ask for. When such a record comes out malformed, a stray quote is
//! the likely cause, and the lines behind it are innocent: only its first line is given up, and
//! reading resumes with the second. So no quote can swallow the rest of a delivery.

use std::io::Read;

use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};
use memchr::memchr;

use crate::limits::Limits;
use crate::lines::{Line, Lines};
use crate::rows::Rows;

/// What a record turned out to be. The lines stay where they are until they are taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// A row was appended; it stands on so many bytes and lines.
    Row {
        bytes: usize,
        lines: u64,
    },
    /// Nothing was appended; so many bytes on one or more lines are to be set aside.
    Bad {
        bytes: usize,
        lines: u64,
        reason: String,
    },
    /// A line longer than a record may be.
    Over,
    /// A line with nothing on it.
    Blank {
        bytes: usize,
    },
    End,
}

/// The number of columns that records must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns {
    /// As many as the header.
    Exactly(usize),
    /// The header itself: whatever it has, up to a limit.
    UpTo(usize),
}

impl Columns {
    fn most(self) -> usize {
        match self {
            Self::Exactly(most) | Self::UpTo(most) => most,
        }
    }

    fn check(self, count: usize) -> Result<(), String> {
        match self {
            Self::Exactly(wanted) if count != wanted => {
                Err(format!("has {} where the header has {wanted}", columns(count)))
            }
            Self::UpTo(most) if count > most => Err(format!("has more than {most} columns")),
            Self::Exactly(_) | Self::UpTo(_) => Ok(()),
        }
    }
}

fn columns(count: usize) -> String {
    if count == 1 { "1 column".to_owned() } else { format!("{count} columns") }
}

/// Bytes that may be read ahead for the end of quotes that never end, and how many are regained with
/// each byte taken. Without such a bound, a delivery of nothing but opening quotes would be read over
/// and over; with it, five times at most. A quote met without credit is given one line.
const CREDIT: usize = 4 << 20;
const REGAINED: usize = 4;

pub(crate) struct Splitter {
    csv: csv_core::Reader,
    delimiter: u8,
    max_lines: u64,
    max_bytes: usize,
    /// Bytes that may still be read ahead in vain.
    credit: usize,
    /// The record with its quotes undone, and where its fields end.
    plain: Vec<u8>,
    ends: Vec<usize>,
}

/// A record with quotes, as far as it has been read.
#[derive(Default)]
struct Quoted {
    bytes: usize,
    lines: u64,
    fields: usize,
    length: usize,
}

impl Splitter {
    pub(crate) fn new(delimiter: u8, limits: &Limits) -> Self {
        let csv =
            ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
        Self {
            csv,
            delimiter,
            max_lines: limits.max_record_lines,
            max_bytes: limits.max_line_bytes,
            credit: CREDIT,
            plain: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Reads the record at the cursor into `rows`.
    pub(crate) fn next<R: Read>(
        &mut self,
        lines: &mut Lines<R>,
        columns: Columns,
        rows: &mut Rows,
    ) -> Record {
        let bytes = match lines.line(0) {
            Line::End => return Record::End,
            Line::Over => return Record::Over,
            Line::Whole(bytes) => bytes,
        };
        self.credit = (self.credit + bytes * REGAINED).min(CREDIT);
        let body = body(lines.bytes(0, bytes));
        if body.is_empty() {
            return Record::Blank { bytes };
        }
        let split = if memchr(b'"', body).is_some() {
            quoted_simply(body, self.delimiter, columns, rows)
        } else {
            bare(body, self.delimiter, columns, rows).map(|()| true)
        };
        let split = match split {
            Ok(true) => Ok(Record::Row { bytes, lines: 1 }),
            Ok(false) => self.quoted(lines, columns, rows),
            Err(reason) => Err(reason),
        };
        split.unwrap_or_else(|reason| Record::Bad { bytes, lines: 1, reason })
    }

    fn quoted<R: Read>(
        &mut self,
        lines: &mut Lines<R>,
        columns: Columns,
        rows: &mut Rows,
    ) -> Result<Record, String> {
        let mut record = Quoted::default();
        let read = self.unquote(lines, columns, &mut record);
        let read = read.and_then(|()| columns.check(record.fields));
        if let Err(reason) = read {
            let ahead = if record.lines > 1 { record.bytes } else { 0 };
            self.credit = self.credit.saturating_sub(ahead);
            return Err(over_lines(&reason, record.lines));
        }
        if let Err(error) = std::str::from_utf8(lines.bytes(0, record.bytes)) {
            return Ok(Record::Bad {
                bytes: record.bytes,
                lines: record.lines,
                reason: not_utf8(error),
            });
        }
        let plain = self.plain.get(..record.length).unwrap_or_default();
        let plain = std::str::from_utf8(plain).map_err(not_utf8)?;
        rows.begin(plain);
        let mut from = 0;
        for (number, &end) in self.ends.iter().take(record.fields).enumerate() {
            let is_last = number + 1 == record.fields;
            rows.field(from, if is_last { record.length } else { end });
            from = end;
        }
        Ok(Record::Row { bytes: record.bytes, lines: record.lines })
    }

    /// Undoes quotes from the cursor to the end of the record.
    fn unquote<R: Read>(
        &mut self,
        lines: &mut Lines<R>,
        columns: Columns,
        record: &mut Quoted,
    ) -> Result<(), String> {
        self.csv.reset();
        self.ends.resize(columns.most() + 1, 0);
        while record.lines < self.max_lines && record.bytes <= self.credit {
            let end = match lines.line(record.bytes) {
                Line::Whole(end) => end,
                Line::End => break,
                Line::Over => {
                    // Finding that out has cost as much as reading all of it.
                    record.bytes = self.max_bytes;
                    break;
                }
            };
            let line = lines.bytes(record.bytes, end);
            record.bytes = end;
            record.lines += 1;
            let closed = match self.feed(line, record)? {
                // Only the last line of a delivery can lack its newline.
                false if !line.ends_with(b"\n") => self.feed(b"\n", record)?,
                closed => closed,
            };
            if closed {
                // A carriage return before the line break is none of the text; one in quotes is.
                let whole = lines.bytes(0, record.bytes);
                let ends = whole.strip_suffix(b"\n").unwrap_or(whole).ends_with(b"\r");
                record.length = record.length.saturating_sub(usize::from(ends));
                return Ok(());
            }
        }
        Err(NEVER_CLOSED.to_owned())
    }

    /// Feeds bytes to the parser; whether the record ended with them.
    fn feed(&mut self, mut input: &[u8], record: &mut Quoted) -> Result<bool, String> {
        let room = record.length + input.len() + 8;
        if self.plain.len() < room {
            self.plain.resize(room, 0);
        }
        loop {
            let out = self.plain.get_mut(record.length..).unwrap_or_default();
            let ends = self.ends.get_mut(record.fields..).unwrap_or_default();
            let (result, read, wrote, fields) = self.csv.read_record(input, out, ends);
            input = input.get(read..).unwrap_or_default();
            record.length += wrote;
            record.fields += fields;
            match result {
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(false),
                ReadRecordResult::OutputFull => self.plain.resize(self.plain.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => {
                    let most = self.ends.len().saturating_sub(1);
                    return Err(format!("has more than {most} columns"));
                }
            }
            if input.is_empty() {
                return Ok(false);
            }
        }
    }
}

/// Splits a line without quotes as it stands.
fn bare(body: &[u8], delimiter: u8, columns: Columns, rows: &mut Rows) -> Result<(), String> {
    let text = std::str::from_utf8(body).map_err(not_utf8)?;
    rows.begin(text);
    let (mut from, mut count) = (0, 1);
    while let Some(length) = body.get(from..).and_then(|rest| find(delimiter, rest)) {
        rows.field(from, from + length);
        from += length + 1;
        count += 1;
    }
    rows.field(from, body.len());
    columns.check(count).inspect_err(|_| rows.undo())
}

/// Splits a line whose quotes enclose whole fields and nothing else, as nearly all do.
///
/// `false`, leaving no trace, if any quote is doubled, stray or still open at the end: that is for
/// the full parser.
fn quoted_simply(
    body: &[u8],
    delimiter: u8,
    columns: Columns,
    rows: &mut Rows,
) -> Result<bool, String> {
    let Ok(text) = std::str::from_utf8(body) else {
        return Ok(false);
    };
    rows.begin(text);
    let (mut next, mut count) = (Some(0), 0);
    while let Some(at) = next {
        let rest = body.get(at..).unwrap_or_default();
        let Some((from, to, length)) = simple_field(rest, delimiter) else {
            rows.undo();
            return Ok(false);
        };
        rows.field(at + from, at + to);
        next = (length < rest.len()).then_some(at + length + 1);
        count += 1;
    }
    columns.check(count).map(|()| true).inspect_err(|_| rows.undo())
}

/// Bytes to look at one by one. Most fields are empty or short, and calling `memchr` costs more than them.
const SHORT: usize = 16;

/// Where a byte stands first.
fn find(byte: u8, within: &[u8]) -> Option<usize> {
    let (near, far) = within.split_at_checked(SHORT).unwrap_or((within, &[]));
    let found = near.iter().position(|&other| other == byte);
    found.or_else(|| memchr(byte, far).map(|at| SHORT + at))
}

/// Where the text of the first field begins and ends, and how long the field is with its quotes.
fn simple_field(rest: &[u8], delimiter: u8) -> Option<(usize, usize, usize)> {
    let Some(quoted) = rest.strip_prefix(b"\"") else {
        let end = find(delimiter, rest).unwrap_or(rest.len());
        return Some((0, end, end));
    };
    let end = find(b'"', quoted)? + 1;
    match rest.get(end + 1) {
        Some(&after) if after != delimiter => None,
        Some(_) | None => Some((1, end, end + 1)),
    }
}

/// A line without its line break.
pub(crate) fn body(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

pub(crate) fn not_utf8(error: std::str::Utf8Error) -> String {
    format!("is not UTF-8 at byte {}", error.valid_up_to() + 1)
}

/// The reason of a record whose end was not found.
const NEVER_CLOSED: &str = "does not close it";

fn over_lines(reason: &str, lines: u64) -> String {
    match lines {
        0 | 1 if reason == NEVER_CLOSED => "opens a quote and does not close it".to_owned(),
        0 | 1 => reason.to_owned(),
        lines => format!("opens a quote, runs over {lines} lines and {reason}"),
    }
}

#[cfg(test)]
mod tests;
