//! The reader: blocks of sightings out of a delivery, to its end or to where it breaks.
//!
//! Rows before a break stand; the break itself is the last thing the reader says.

use std::io::{ErrorKind, Read};
use std::sync::Arc;

use model::Sightings;
use model::delivery::Quarantined;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::block::Block;
use crate::decode::Decoder;
use crate::document::Documents;
use crate::error::FeedError;
use crate::json;
use crate::limits::Limits;
use crate::lines::{Break, Line, Lines};
use crate::mapping::{Format, Mapping};
use crate::plain::Plain;
use crate::plan::Plan;
use crate::rows::Rows;
use crate::split::{self, Columns, Record, Splitter};
use crate::text::Text;
use foreign::{Source, excerpt};

pub(crate) mod foreign;

/// Bytes of a refused row that are kept for an officer to look at.
pub(crate) const RAW_KEPT: usize = 2048;

/// Begins to read a delivery: unpacks it, and for CSV reads the header.
///
/// A mandatory column that is missing is an error that names it: the provider has changed the report,
/// or the mapping is the wrong one, and no row could be trusted.
pub fn open<'m, R: Read>(
    input: R,
    mapping: &'m Mapping,
    limits: &Limits,
) -> Result<Reader<'m, R>, FeedError> {
    let input = Plain::new(input).map_err(|source| FeedError::Unreadable {
        mapping: mapping.id().to_owned(),
        line: 1,
        source,
    })?;
    let mut lines = Lines::new(input, limits);
    skip_byte_order_mark(&mut lines);
    let mut splitter = Splitter::new(mapping.delimiter, limits);
    let (source, names) = match mapping.format {
        Format::Csv => (Source::Lines, header(&mut lines, &mut splitter, mapping, limits)?),
        Format::Ndjson => (Source::Lines, paths(mapping)),
        Format::Text => {
            let (text, names) = Text::open(&mut lines, mapping, limits)?;
            (Source::Text(Box::new(text)), names)
        }
        Format::Json | Format::Xml | Format::Mail => {
            let (documents, names) = Documents::new(mapping, limits);
            (Source::Documents(Box::new(documents)), names)
        }
    };
    let plan = Arc::new(Plan::new(mapping, names)?);
    Ok(Reader {
        lines,
        splitter,
        mapping,
        plan,
        limits: limits.clone(),
        decoder: Decoder::new(limits),
        spare: Spare::default(),
        records: 0,
        source,
        skipped: 0,
        fault: None,
    })
}

/// Reads one delivery by one mapping.
pub struct Reader<'m, R: Read> {
    lines: Lines<Plain<R>>,
    splitter: Splitter,
    mapping: &'m Mapping,
    plan: Arc<Plan>,
    limits: Limits,
    decoder: Decoder,
    spare: Spare,
    records: u64,
    source: Source,
    skipped: u64,
    /// Where the form of the whole broke, and why.
    fault: Option<(u64, String)>,
}

/// What a delivery came to beside its rows: how many, and how it departs from the report as it is known.
/// Such a departure is no reason to refuse it, but one to look at the mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Records read, understood or not.
    pub records: u64,
    /// Records that are no observations by the format's own rules, such as a trailing count.
    pub skipped: u64,
    /// Columns that the mapping does not know. They are kept as `extra.<column>`.
    pub unknown_columns: Vec<String>,
    /// Columns that the report has and this delivery lacks.
    pub missing_columns: Vec<String>,
}

/// Buffers of a block that is done with.
#[derive(Default)]
struct Spare {
    rows: Rows,
    sightings: Sightings,
}

impl<R: Read> Reader<'_, R> {
    /// The next rows, understood or not; `None` at the end. After an error there is nothing more.
    pub fn next_block(&mut self) -> Result<Option<Block>, FeedError> {
        let Spare { mut rows, mut sightings } = std::mem::take(&mut self.spare);
        rows.clear(self.columns());
        sightings.clear();
        let mut quarantined = Vec::new();
        self.decoder.begin_block();
        while self.has_room(&rows, quarantined.len()) {
            match self.step(&mut rows, &mut sightings) {
                Step::Row => self.records += 1,
                Step::Blank => {}
                Step::Refused(row) => {
                    self.records += 1;
                    quarantined.push(row);
                }
                Step::End => break,
            }
        }
        if sightings.is_empty() && quarantined.is_empty() {
            self.spare = Spare { rows, sightings };
            return self.end();
        }
        let plan = Arc::clone(&self.plan);
        Ok(Some(Block { sightings, quarantined, rows, plan }))
    }

    /// Takes a block's buffers back, so that the next one need not ask for memory anew.
    pub fn recycle(&mut self, block: Block) {
        self.spare = Spare { rows: block.rows, sightings: block.sightings };
    }

    /// What is to be said of the delivery beside its rows.
    pub fn receipt(&self) -> Receipt {
        let (unknown_columns, missing_columns) = self.mapping.drift(&self.plan);
        Receipt { records: self.records, skipped: self.skipped, unknown_columns, missing_columns }
    }

    /// Records read so far, understood or not; blank lines and the header are none.
    pub fn records(&self) -> u64 {
        self.records
    }

    fn columns(&self) -> usize {
        match self.plan.format {
            Format::Csv | Format::Text => self.plan.names.len(),
            // The object itself stands behind the fields taken from it.
            Format::Ndjson | Format::Json | Format::Xml | Format::Mail => self.plan.names.len() + 1,
        }
    }

    fn has_room(&self, rows: &Rows, quarantined: usize) -> bool {
        rows.len() + quarantined < self.limits.rows_per_block
            && rows.bytes() < self.limits.bytes_per_block
            && quarantined < self.limits.quarantined_per_block
    }

    fn step(&mut self, rows: &mut Rows, sightings: &mut Sightings) -> Step {
        let line = self.lines.number();
        let record = match self.plan.format {
            Format::Csv => {
                self.splitter.next(&mut self.lines, Columns::Exactly(self.plan.names.len()), rows)
            }
            Format::Ndjson => object(&mut self.lines, &self.plan, rows),
            Format::Text | Format::Json | Format::Xml | Format::Mail => {
                return self.foreign_step(rows, sightings);
            }
        };
        let (bytes, lines, refused) = match record {
            Record::End => return Step::End,
            Record::Over => return Step::Refused(self.over_long(line)),
            Record::Blank { bytes } => {
                self.lines.advance(bytes, 1);
                return Step::Blank;
            }
            Record::Bad { bytes, lines, reason } => (bytes, lines, Some(reason)),
            Record::Row { bytes, lines } => {
                let torn = self.is_torn(bytes).then(|| TORN.to_owned());
                let refused = torn.or_else(|| {
                    self.decoder.decode(&self.plan, rows.last(), line, sightings).err()
                });
                if refused.is_some() {
                    rows.undo();
                }
                (bytes, lines, refused)
            }
        };
        let step = match refused {
            Some(reason) => {
                let raw = excerpt(split::body(self.lines.bytes(0, bytes)));
                Step::Refused(Quarantined { line, reason, raw })
            }
            None => Step::Row,
        };
        self.lines.advance(bytes, lines);
        step
    }

    /// Whether the stream broke off within this record.
    fn is_torn(&self, bytes: usize) -> bool {
        self.lines.is_broken() && !self.lines.bytes(0, bytes).ends_with(b"\n")
    }

    fn over_long(&mut self, line: u64) -> Quarantined {
        // So many bytes are known to be there and to hold no line break, however they arrived.
        let raw = excerpt(self.lines.bytes(0, RAW_KEPT.min(self.limits.max_line_bytes)));
        self.lines.skip_line();
        let reason = format!("is longer than {} bytes", self.limits.max_line_bytes);
        Quarantined { line, reason, raw }
    }

    fn end(&mut self) -> Result<Option<Block>, FeedError> {
        if let Some((line, reason)) = self.fault.take() {
            self.source = Source::Lines;
            let mapping = self.mapping.id().to_owned();
            return Err(FeedError::BadDocument { mapping, line, reason });
        }
        match self.lines.take_break() {
            None => Ok(None),
            Some(broken) => Err(told(broken, self.mapping, &self.lines, &self.limits)),
        }
    }
}

/// The reason of a last row that the stream broke off in.
const TORN: &str = "breaks off: the stream ends in the middle of this row";

enum Step {
    Row,
    Refused(Quarantined),
    Blank,
    End,
}

fn told<R: Read>(broken: Break, mapping: &Mapping, lines: &Lines<R>, limits: &Limits) -> FeedError {
    let (mapping, line) = (mapping.id().to_owned(), lines.number());
    match broken {
        Break::TooLarge => FeedError::TooLarge { mapping, line, limit: limits.max_plain_bytes },
        Break::Read(source) if source.kind() == ErrorKind::UnexpectedEof => {
            FeedError::Truncated { mapping, line, source }
        }
        Break::Read(source) => FeedError::Unreadable { mapping, line, source },
    }
}

fn skip_byte_order_mark<R: Read>(lines: &mut Lines<R>) {
    if matches!(lines.line(0), Line::Whole(3..)) && lines.bytes(0, 3) == b"\xef\xbb\xbf" {
        lines.advance(3, 0);
    }
}

fn header<R: Read>(
    lines: &mut Lines<R>,
    splitter: &mut Splitter,
    mapping: &Mapping,
    limits: &Limits,
) -> Result<Vec<String>, FeedError> {
    let bad =
        |line, reason| FeedError::BadHeader { mapping: mapping.id().to_owned(), line, reason };
    let mut rows = Rows::default();
    loop {
        rows.clear(0);
        let line = lines.number();
        match splitter.next(lines, Columns::UpTo(limits.max_columns), &mut rows) {
            Record::Row { bytes, lines: taken } => {
                lines.advance(bytes, taken);
                let names: Vec<String> =
                    rows.fields_of_only_row().map(|name| name.trim().to_owned()).collect();
                // Lines that end with a carriage return alone make the whole file one header.
                if names.iter().any(|name| name.chars().any(char::is_control)) {
                    let reason = "a column's name holds a control character; do its lines end?";
                    return Err(bad(line, reason.to_owned()));
                }
                return Ok(names);
            }
            Record::Blank { bytes } => lines.advance(bytes, 1),
            Record::Bad { reason, .. } => return Err(bad(line, reason)),
            Record::Over => {
                return Err(bad(
                    line,
                    format!("it is longer than {} bytes", limits.max_line_bytes),
                ));
            }
            Record::End => {
                return Err(match lines.take_break() {
                    Some(broken) => told(broken, mapping, lines, limits),
                    None => FeedError::NoHeader { mapping: mapping.id().to_owned() },
                });
            }
        }
    }
}

/// The paths a mapping reads from each object, in order.
fn paths(mapping: &Mapping) -> Vec<String> {
    let mut paths: Vec<String> = mapping.own.keys().cloned().collect();
    paths.sort_unstable();
    paths
}

/// Reads one JSON object into fields: the mapped paths in order, then the object itself.
fn object<R: Read>(lines: &mut Lines<R>, plan: &Plan, rows: &mut Rows) -> Record {
    let bytes = match lines.line(0) {
        Line::End => return Record::End,
        Line::Over => return Record::Over,
        Line::Whole(bytes) => bytes,
    };
    let body = split::body(lines.bytes(0, bytes));
    if body.is_empty() {
        return Record::Blank { bytes };
    }
    match fields(body, plan, rows) {
        Ok(()) => Record::Row { bytes, lines: 1 },
        Err(reason) => Record::Bad { bytes, lines: 1, reason },
    }
}

fn fields(body: &[u8], plan: &Plan, rows: &mut Rows) -> Result<(), String> {
    let text = std::str::from_utf8(body).map_err(split::not_utf8)?;
    let object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err("is JSON, but not an object".to_owned()),
        Err(error) => return Err(format!("is no JSON object: {error}")),
    };
    rows.begin("");
    for path in &plan.names {
        rows.push_field(&json::scalar(&object, path));
    }
    rows.push_field(text);
    Ok(())
}
