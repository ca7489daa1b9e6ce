//! Reading tables in CSV: one row a line, columns by name, every bound known.
//!
//! A quoted field may not span lines. These tables have no use for it, and so one stray quote costs
//! one row instead of swallowing the rest of the file.

use std::io::{self, BufRead, BufReader, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use crate::error::AtlasError;
use crate::loaded::Loaded;

/// Longest line, in bytes.
const LONGEST_LINE: usize = 16 * 1024;
/// The same and one more, by which a line shows that it is longer.
const READ_OF_A_LINE: u64 = 16 * 1024 + 1;
const MOST_COLUMNS: usize = 64;
/// Seven times the world's routing table in 2026.
const MOST_ROWS: u64 = 8_000_000;

/// A table being read.
pub(crate) struct Table<R> {
    name: &'static str,
    input: BufReader<R>,
    /// Lines read so far, so the number of the current one.
    line: u64,
    text: Vec<u8>,
    /// Splits a line; made when the first line shows what separates its columns.
    splitter: Option<Splitter>,
    loaded: Loaded,
}

/// One row, split. Columns that it does not have are empty.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    text: &'a str,
    ends: &'a [usize],
    pub(crate) tabbed: bool,
}

impl<'a> Row<'a> {
    /// The field of a column, without the blanks around it.
    pub(crate) fn get(&self, column: usize) -> &'a str {
        let from = match column.checked_sub(1) {
            Some(before) => self.ends.get(before).copied(),
            None => Some(0),
        };
        let range = from.zip(self.ends.get(column).copied()).map(|(from, to)| from..to);
        range.and_then(|range| self.text.get(range)).unwrap_or_default().trim()
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = &'a str> {
        let row = *self;
        (0..row.ends.len()).map(move |column| row.get(column))
    }
}

/// The names of the columns.
pub(crate) struct Header {
    table: &'static str,
    names: Vec<String>,
}

impl Header {
    /// Where a column stands that must be there.
    pub(crate) fn column(&self, column: &'static str) -> Result<usize, AtlasError> {
        self.optional(column).ok_or_else(|| {
            let columns = format!("`{}`", self.names.join("`, `"));
            AtlasError::MissingColumn { table: self.table, column, columns }
        })
    }

    /// Where a column stands that may be missing.
    pub(crate) fn optional(&self, column: &str) -> Option<usize> {
        self.names.iter().position(|name| name == column)
    }
}

enum Line {
    Whole,
    TooLong,
}

impl<R: Read> Table<R> {
    pub(crate) fn new(name: &'static str, input: R) -> Self {
        Self {
            name,
            input: BufReader::with_capacity(64 * 1024, input),
            line: 0,
            text: Vec::new(),
            splitter: None,
            loaded: Loaded::default(),
        }
    }

    /// Reads the first line as names of columns. Those not among `known` are noted as unread.
    pub(crate) fn header(&mut self, known: &[&str]) -> Result<Header, AtlasError> {
        let Some(line) = self.next_line()? else {
            return Err(AtlasError::Empty { table: self.name });
        };
        let bad = |why| AtlasError::BadHeader { table: self.name, line: self.line, why };
        if matches!(line, Line::TooLong) {
            return Err(bad(format!("is longer than {LONGEST_LINE} bytes")));
        }
        let splitter = self.splitter.get_or_insert_with(|| Splitter::suited_to(&self.text));
        let row = splitter.split(&self.text).map_err(bad)?;
        let names: Vec<String> = row.columns().map(str::to_ascii_lowercase).collect();
        for (place, name) in names.iter().enumerate() {
            if known.contains(&name.as_str()) && names.iter().skip(place + 1).any(|n| n == name) {
                return Err(AtlasError::ColumnTwice { table: self.name, column: name.clone() });
            }
        }
        let unread = names.iter().filter(|name| !known.contains(&name.as_str()));
        self.loaded.unread_columns.extend(unread.cloned());
        Ok(Header { table: self.name, names })
    }

    /// Hands every row to `take`, which says why if it cannot use one.
    pub(crate) fn each(
        mut self,
        mut take: impl FnMut(&Row<'_>) -> Result<(), String>,
    ) -> Result<Loaded, AtlasError> {
        while let Some(line) = self.next_line()? {
            if matches!(line, Line::TooLong) {
                self.loaded.skip(self.line, format!("is longer than {LONGEST_LINE} bytes"));
                continue;
            }
            if self.text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if self.loaded.rows + self.loaded.skipped_count >= MOST_ROWS {
                return Err(AtlasError::TooManyRows { table: self.name, most: MOST_ROWS });
            }
            let splitter = self.splitter.get_or_insert_with(|| Splitter::suited_to(&self.text));
            match splitter.split(&self.text).and_then(|row| take(&row)) {
                Ok(()) => self.loaded.rows += 1,
                Err(reason) => self.loaded.skip(self.line, reason),
            }
        }
        Ok(self.loaded)
    }

    /// Reads the next line into `text`, its end made a plain `\n`.
    fn next_line(&mut self) -> Result<Option<Line>, AtlasError> {
        let read = self.read_line();
        read.map_err(|source| AtlasError::Read { table: self.name, line: self.line, source })
    }

    fn read_line(&mut self) -> io::Result<Option<Line>> {
        self.text.clear();
        let read = (&mut self.input).take(READ_OF_A_LINE).read_until(b'\n', &mut self.text)?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if self.text.len() > LONGEST_LINE && !self.text.ends_with(b"\n") {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Line::TooLong));
        }
        while let Some(b'\n' | b'\r') = self.text.last() {
            self.text.pop();
        }
        self.text.push(b'\n');
        Ok(Some(Line::Whole))
    }
}

/// Splits lines into fields.
struct Splitter {
    tabbed: bool,
    core: Reader,
    /// The fields back to back, without quotes, and where each ends.
    plain: Vec<u8>,
    ends: [usize; MOST_COLUMNS],
}

impl Splitter {
    /// A splitter at tabs if the line has any, else at commas.
    fn suited_to(line: &[u8]) -> Self {
        let tabbed = line.contains(&b'\t');
        let delimiter = if tabbed { b'\t' } else { b',' };
        let core =
            ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
        Self { tabbed, core, plain: Vec::new(), ends: [0; MOST_COLUMNS] }
    }

    /// Splits one line, which ends in `\n`. A byte-order mark before it is dropped.
    fn split(&mut self, line: &[u8]) -> Result<Row<'_>, String> {
        self.core.reset();
        self.plain.resize(line.len(), 0);
        let (result, _, _, columns) = self.core.read_record(line, &mut self.plain, &mut self.ends);
        match result {
            ReadRecordResult::Record => {}
            ReadRecordResult::OutputEndsFull => {
                return Err(format!("has more than {MOST_COLUMNS} columns"));
            }
            ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull | ReadRecordResult::End => {
                return Err("has a quote that does not close".to_owned());
            }
        }
        let ends = self.ends.get(..columns).unwrap_or_default();
        let length = ends.last().copied().unwrap_or_default();
        let text = std::str::from_utf8(self.plain.get(..length).unwrap_or_default())
            .map_err(|_| "is not UTF-8".to_owned())?;
        Ok(Row { text, ends, tabbed: self.tabbed })
    }
}

#[cfg(test)]
mod tests;
