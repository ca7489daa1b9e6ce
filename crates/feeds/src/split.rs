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
        let split = match simply(body, self.delimiter, columns, rows) {
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

/// Splits a line whose quotes, if it has any, enclose whole fields or are doubled within them, as in nearly all.
///
/// `false`, leaving no trace, if any quote is stray or still open at the end: that is for the full parser.
fn simply(body: &[u8], delimiter: u8, columns: Columns, rows: &mut Rows) -> Result<bool, String> {
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        // The full parser says on which line of the record it is.
        Err(_) if memchr(b'"', body).is_some() => return Ok(false),
        Err(error) => return Err(not_utf8(error)),
    };
    rows.begin(text);
    let mut field = Field::default();
    let mut count = 1;
    let is_simple = marks(body, [delimiter, b'"'], |at, is_quote| {
        if is_quote {
            return field.quote(at, body.get(at + 1).copied(), delimiter);
        }
        if field.quotes != Quotes::Open {
            field.end(text, at, rows);
            field = Field { start: at + 1, from: at + 1, ..Field::default() };
            count += 1;
        }
        true
    });
    if !is_simple || field.quotes == Quotes::Open {
        rows.undo();
        return Ok(false);
    }
    field.end(text, body.len(), rows);
    columns.check(count).map(|()| true).inspect_err(|_| rows.undo())
}

/// The field that is being read.
#[derive(Default)]
struct Field {
    start: usize,
    /// Where its text begins and, once its quotes are closed, ends.
    from: usize,
    to: Option<usize>,
    quotes: Quotes,
    /// Whether a quote within it is doubled.
    has_doubled: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Quotes {
    #[default]
    None,
    Open,
    /// Behind the first of two quotes that stand for one.
    Doubled,
    Closed,
}

impl Field {
    /// Takes a quote; whether it stands where a quote simply stands.
    fn quote(&mut self, at: usize, after: Option<u8>, delimiter: u8) -> bool {
        match self.quotes {
            Quotes::None => {
                (self.from, self.quotes) = (at + 1, Quotes::Open);
                at == self.start
            }
            Quotes::Open if after == Some(b'"') => {
                (self.has_doubled, self.quotes) = (true, Quotes::Doubled);
                true
            }
            Quotes::Doubled => {
                self.quotes = Quotes::Open;
                true
            }
            Quotes::Open => {
                (self.to, self.quotes) = (Some(at), Quotes::Closed);
                after.is_none_or(|after| after == delimiter)
            }
            Quotes::Closed => false,
        }
    }

    /// Points the field out, which ends here if no quote ended it before.
    fn end(&self, text: &str, at: usize, rows: &mut Rows) {
        let to = self.to.unwrap_or(at);
        if self.has_doubled {
            let doubled = text.get(self.from..to).unwrap_or_default();
            rows.push_field(&doubled.replace("\"\"", "\""));
        } else {
            rows.field(self.from, to);
        }
    }
}

/// Bytes of a word.
const WORD: usize = 8;
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// Calls `take` with the place of each of two bytes in turn, and whether it is the second; until it says no.
///
/// Eight bytes at a time: most fields are empty or short, so that looking for the end of each by itself
/// costs more than the looking.
fn marks(bytes: &[u8], wanted: [u8; 2], mut take: impl FnMut(usize, bool) -> bool) -> bool {
    let patterns = wanted.map(|byte| u64::from_ne_bytes([byte; WORD]));
    let (words, rest) = bytes.as_chunks::<WORD>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let [first, second] = patterns.map(|pattern| zeros(word ^ pattern));
        let mut found = first | second;
        while found != 0 {
            let place = found.trailing_zeros();
            let at = number * WORD + usize::try_from(place / 8).unwrap_or_default();
            if !take(at, second >> place & 1 == 1) {
                return false;
            }
            found &= found - 1;
        }
    }
    let before = words.len() * WORD;
    let mut rest = rest.iter().enumerate().filter(|(_, byte)| wanted.contains(byte));
    rest.all(|(at, &byte)| take(before + at, [byte] == wanted[1..]))
}

/// The top bit of each byte that is zero, and no other.
fn zeros(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
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
