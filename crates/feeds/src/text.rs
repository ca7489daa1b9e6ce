//! Text reports: delimited lines with comments, with or without a header, as lists are published.
//!
//! Unlike CSV, a record is one physical line always, blanks around a field are none of it, and a quote
//! counts only where a field begins.

use std::borrow::Cow;
use std::io::Read;
use std::net::IpAddr;

use jiff::Timestamp;

use crate::error::FeedError;
use crate::limits::Limits;
use crate::lines::{Line, Lines};
use crate::mapping::Mapping;
use crate::mapping::layout::{Header, Layout};
use crate::reader::foreign::{Found, excerpt};
use crate::rows::Rows;
use crate::shape::{Addresses, Shape, Verdict};
use crate::split;
use crate::time;

/// Reads one text report.
pub(crate) struct Text {
    layout: Layout,
    delimiter: u8,
    columns: usize,
    shape: Shape,
    line: u64,
    raw: Vec<u8>,
    /// The record whose prefix is being taken apart.
    waiting: Option<(Vec<String>, Addresses)>,
    max_line: usize,
}

/// Bytes of a refused row that are kept.
const RAW_KEPT: usize = 2048;

impl Text {
    /// Reads comments and header; gives the names of all columns of a row.
    pub(crate) fn open<R: Read>(
        lines: &mut Lines<R>,
        mapping: &Mapping,
        limits: &Limits,
    ) -> Result<(Self, Vec<String>), FeedError> {
        let layout = &mapping.layout;
        let head = head(lines, layout);
        let bad = |reason| FeedError::BadHeader {
            mapping: mapping.id.clone(),
            line: lines.number(),
            reason,
        };
        let base = match (layout.header, &head.first) {
            (Header::None, _) => layout.names.clone(),
            // A list with nothing on it today: any names will do.
            (_, None) => mapping.columns(),
            (Header::Line, Some(line)) => names(line, layout, mapping.delimiter).map_err(bad)?,
            (Header::Comment, Some(_)) => {
                let comment = head.comment.as_deref().unwrap_or_default();
                names(comment, layout, mapping.delimiter).map_err(bad)?
            }
        };
        if base.len() > limits.max_columns {
            return Err(bad(format!("it has more than {} columns", limits.max_columns)));
        }
        if let (Header::Line, Some(_), Line::Whole(bytes)) =
            (layout.header, &head.first, lines.line(0))
        {
            lines.take(bytes);
        }
        let columns = base.len();
        let (mut shape, names) = Shape::new(layout, base, limits);
        if let Some(at) = head.made_at {
            shape.made_at(at);
        }
        let text = Self {
            layout: layout.clone(),
            delimiter: mapping.delimiter,
            columns,
            shape,
            line: 1,
            raw: Vec::new(),
            waiting: None,
            max_line: limits.max_line_bytes,
        };
        Ok((text, names))
    }

    /// The line of the record found last.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The record found last as it came, cut to what is kept.
    pub(crate) fn raw(&self) -> String {
        excerpt(&self.raw)
    }

    pub(crate) fn next<R: Read>(&mut self, lines: &mut Lines<R>, rows: &mut Rows) -> Found {
        if let Some((fields, addresses)) = &mut self.waiting {
            if let Some(address) = addresses.next() {
                let fields: Vec<Cow<'_, str>> = fields.iter().map(Cow::from).collect();
                self.shape.push(&fields, Some(address), rows);
                return Found::Row;
            }
            self.waiting = None;
        }
        self.line = lines.number();
        self.raw.clear();
        match lines.line(0) {
            Line::End => Found::End,
            Line::Over => {
                self.raw.extend_from_slice(lines.bytes(0, RAW_KEPT.min(self.max_line)));
                lines.skip_line();
                Found::Refused(format!("is longer than {} bytes", self.max_line))
            }
            Line::Whole(bytes) => {
                let torn = lines.is_broken() && !lines.bytes(0, bytes).ends_with(b"\n");
                self.raw.extend_from_slice(split::body(lines.bytes(0, bytes)));
                lines.take(bytes);
                if torn {
                    return Found::Refused(
                        "breaks off: the stream ends in the middle of it".to_owned(),
                    );
                }
                self.record(rows)
            }
        }
    }

    fn record(&mut self, rows: &mut Rows) -> Found {
        let text = match std::str::from_utf8(&self.raw) {
            Ok(text) => text,
            Err(error) => return Found::Refused(split::not_utf8(error)),
        };
        if text.trim().is_empty() || is_comment(text, &self.layout) {
            return Found::Blank;
        }
        let fields = match fields(text, &self.layout, self.delimiter) {
            Ok(fields) => fields,
            Err(reason) => return Found::Refused(reason),
        };
        if fields.len() != self.columns {
            let (count, wanted) = (fields.len(), self.columns);
            return Found::Refused(format!("has {count} columns where {wanted} are wanted"));
        }
        match self.shape.verdict(&fields) {
            Verdict::Skip => Found::Skipped,
            Verdict::Refuse(reason) => Found::Refused(reason),
            Verdict::Rows(None) => {
                self.shape.push(&fields, None, rows);
                Found::Row
            }
            Verdict::Rows(Some(mut addresses)) => {
                let first: Option<IpAddr> = addresses.next();
                self.shape.push(&fields, first, rows);
                let owned = || fields.iter().map(|field| field.clone().into_owned()).collect();
                self.waiting = addresses.clone().next().map(|_| (owned(), addresses));
                Found::Row
            }
        }
    }
}

/// What stands before the first row.
#[derive(Default)]
struct Head {
    comment: Option<String>,
    first: Option<String>,
    made_at: Option<Timestamp>,
}

/// Reads comments up to the first line that is none, and leaves that one where it is.
fn head<R: Read>(lines: &mut Lines<R>, layout: &Layout) -> Head {
    let mut head = Head::default();
    while let Line::Whole(bytes) = lines.line(0) {
        let line = String::from_utf8_lossy(split::body(lines.bytes(0, bytes))).into_owned();
        if !line.trim().is_empty() && !is_comment(&line, layout) {
            head.first = Some(line);
            break;
        }
        let told = line.trim_matches(|c: char| c.is_whitespace() || is_mark(c, layout));
        if !layout.stamp.is_empty() {
            let at = told.strip_prefix(layout.stamp.as_str());
            head.made_at = at.and_then(|at| time::lenient(at.trim())).or(head.made_at);
        }
        if !told.is_empty() {
            head.comment = Some(told.to_owned());
        }
        lines.take(bytes);
    }
    head
}

fn is_mark(c: char, layout: &Layout) -> bool {
    u8::try_from(c).is_ok_and(|byte| layout.comments.contains(&byte))
}

fn is_comment(line: &str, layout: &Layout) -> bool {
    line.trim_start().bytes().next().is_some_and(|byte| layout.comments.contains(&byte))
}

fn names(line: &str, layout: &Layout, delimiter: u8) -> Result<Vec<String>, String> {
    let names: Vec<String> =
        fields(line, layout, delimiter)?.into_iter().map(Cow::into_owned).collect();
    if names.iter().any(|name| name.chars().any(char::is_control)) {
        return Err("a column's name holds a control character".to_owned());
    }
    Ok(names)
}

/// The fields of a line.
fn fields<'a>(line: &'a str, layout: &Layout, delimiter: u8) -> Result<Vec<Cow<'a, str>>, String> {
    if layout.whole_line {
        return Ok(vec![Cow::Borrowed(line.trim())]);
    }
    let delimiter = char::from(delimiter);
    if delimiter == ' ' {
        return Ok(line.split_ascii_whitespace().map(Cow::Borrowed).collect());
    }
    let (mut fields, mut rest) = (Vec::new(), Some(line));
    while let Some(text) = rest {
        let (field, after) = field(text, delimiter)?;
        fields.push(field);
        rest = after;
    }
    Ok(fields)
}

/// The first field, and what stands behind its delimiter.
fn field(text: &str, delimiter: char) -> Result<(Cow<'_, str>, Option<&str>), String> {
    let is_blank = |c: char| c != delimiter && c.is_whitespace();
    let start = text.trim_start_matches(is_blank);
    let Some(quoted) = start.strip_prefix('"') else {
        return Ok(match start.split_once(delimiter) {
            Some((field, rest)) => (Cow::Borrowed(field.trim_end_matches(is_blank)), Some(rest)),
            None => (Cow::Borrowed(start.trim_end_matches(is_blank)), None),
        });
    };
    let (value, rest) = unquoted(quoted)?;
    let rest = rest.trim_start_matches(is_blank);
    match rest.strip_prefix(delimiter) {
        Some(rest) => Ok((value, Some(rest))),
        None if rest.is_empty() => Ok((value, None)),
        None => Err("has text behind a closing quote".to_owned()),
    }
}

/// The text up to the closing quote, doubled quotes made one, and what stands behind it.
fn unquoted(text: &str) -> Result<(Cow<'_, str>, &str), String> {
    let mut value = Cow::Borrowed("");
    let mut rest = text;
    loop {
        let Some((part, behind)) = rest.split_once('"') else {
            return Err("opens a quote and does not close it".to_owned());
        };
        if value.is_empty() {
            value = Cow::Borrowed(part);
        } else {
            value.to_mut().push_str(part);
        }
        match behind.strip_prefix('"') {
            Some(behind) => {
                value.to_mut().push('"');
                rest = behind;
            }
            None => return Ok((value, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str, delimiter: u8) -> Result<Vec<Cow<'_, str>>, String> {
        fields(line, &Layout::default(), delimiter)
    }

    #[test]
    fn blanks_around_fields_and_quotes_are_none_of_them() {
        assert_eq!(
            split("\"a,b\", \"c \" ,d  , \"\"\"x\"\"\"", b',').unwrap(),
            ["a,b", "c ", "d", "\"x\""]
        );
        assert_eq!(
            split("174 | Name, one | 192.0.2.1 ", b'|').unwrap(),
            ["174", "Name, one", "192.0.2.1"]
        );
        assert_eq!(split("a\t\tb", b'\t').unwrap(), ["a", "", "b"]);
        assert_eq!(split("ipset  add x 192.0.2.1", b' ').unwrap().len(), 4);
        assert!(split("\"a", b',').is_err());
        assert!(split("\"a\"b,c", b',').is_err());
    }
}
