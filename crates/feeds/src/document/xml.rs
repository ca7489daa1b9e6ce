//! XML documents of any size: elements on the way to the records are entered, and only a record is held.
//!
//! A record becomes a JSON value: an element with nothing but text is that text; otherwise it is an object
//! of its children, of its attributes under `:name`, and of its text under `#text`. Children of one name
//! are an array. Document types and entities of their own are refused: nothing here expands anything.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::Next;
use crate::lines::Lines;
use crate::mapping::layout::{Path, Step};

pub(super) struct Xml {
    way: Vec<String>,
    /// The elements that are open around the next record.
    open: Vec<String>,
    most: usize,
    found: bool,
    done: bool,
}

/// Elements within elements, at most.
const DEPTH_MAX: usize = 64;

/// The stream as the parser of XML takes it, with a bound on how much one step may take.
struct Bounded<'a, R: Read> {
    lines: &'a mut Lines<R>,
    left: usize,
    raw: Vec<u8>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Bounded<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.left;
        let held = self.lines.held();
        if left == 0 && !held.is_empty() {
            return Err(io::Error::other("a record is larger than it may be"));
        }
        Ok(held.get(..left).unwrap_or(held))
    }

    fn consume(&mut self, amount: usize) {
        let room = crate::reader::RAW_KEPT.saturating_sub(self.raw.len());
        let kept = self.lines.bytes(0, amount.min(room));
        self.raw.extend_from_slice(kept);
        self.lines.take(amount);
        self.left = self.left.saturating_sub(amount);
    }
}

impl Xml {
    pub(super) fn new(records: &Path, most: usize) -> Self {
        let way = records.iter().filter_map(|step| match step {
            Step::Key(name) => Some(name.clone()),
            Step::Any => None,
        });
        Self { way: way.collect(), open: Vec::new(), most, found: false, done: false }
    }

    pub(super) fn next<R: Read>(&mut self, lines: &mut Lines<R>) -> Next {
        if self.done {
            return Next::End;
        }
        let stream = Bounded { lines, left: self.most, raw: Vec::new() };
        let mut reader = Reader::from_reader(stream);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        // A reader begins anew with each record, so it does not know what is open; we do.
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        match self.walk(&mut reader) {
            Ok(next) => next,
            Err(reason) => {
                self.done = true;
                let lines = &reader.get_ref().lines;
                if lines.is_broken() {
                    Next::End
                } else {
                    Next::Fault { line: lines.number(), reason }
                }
            }
        }
    }

    fn walk<R: Read>(&mut self, reader: &mut Reader<Bounded<'_, R>>) -> Result<Next, String> {
        let mut buffer = Vec::new();
        loop {
            let stream = reader.get_mut();
            stream.left = self.most;
            stream.raw.clear();
            buffer.clear();
            let line = reader.get_ref().lines.number();
            match reader.read_event_into(&mut buffer).map_err(told)? {
                Event::Start(start) => {
                    self.open.push(name(start.name().as_ref())?);
                    if self.open.len() > DEPTH_MAX {
                        return Err(format!("elements stand more than {DEPTH_MAX} deep"));
                    }
                    if self.open == self.way || (self.way.is_empty() && self.open.len() == 1) {
                        self.found = true;
                        let start = start.into_owned();
                        let value = self.record(&start, reader);
                        let raw = std::mem::take(&mut reader.get_mut().raw);
                        return Ok(match value? {
                            Ok(value) => Next::Record { value, line, raw },
                            Err(reason) => Next::Refused { line, raw, reason },
                        });
                    }
                }
                Event::End(_) => {
                    if self.open.pop().is_none() {
                        return Err("an element is closed that was not opened".to_owned());
                    }
                }
                Event::DocType(_) => {
                    return Err("it has a document type, which is not read here".to_owned());
                }
                Event::Eof => return self.end(),
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::Empty(_)
                | Event::GeneralRef(_) => {}
            }
        }
    }

    fn end(&mut self) -> Result<Next, String> {
        self.done = true;
        if !self.open.is_empty() {
            return Err("the document ends before its elements are closed".to_owned());
        }
        if !self.found && !self.way.is_empty() {
            let way = self.way.join(".");
            return Err(format!(
                "holds nothing at `{way}`: is it this report, and in the form known?"
            ));
        }
        Ok(Next::End)
    }

    /// Reads the record that was just opened to its end. The outer error ends the document, the inner one
    /// refuses the record alone.
    fn record<R: Read>(
        &mut self,
        start: &BytesStart<'_>,
        reader: &mut Reader<Bounded<'_, R>>,
    ) -> Result<Result<Value, String>, String> {
        let mut fault = None;
        let mut stack = vec![Element::new(start, &mut fault)];
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let Some(top) = stack.last_mut() else {
                return Err("an element is closed that was not opened".to_owned());
            };
            match reader.read_event_into(&mut buffer).map_err(told)? {
                Event::Start(start) => {
                    if stack.len() + self.open.len() > DEPTH_MAX {
                        return Err(format!("elements stand more than {DEPTH_MAX} deep"));
                    }
                    stack.push(Element::new(&start, &mut fault));
                }
                Event::End(end) => {
                    let Some(done) = stack.pop() else { continue };
                    if end.name().as_ref() != done.name.as_bytes() {
                        return Err(format!("`{}` is closed as something else", done.name));
                    }
                    let Some(parent) = stack.last_mut() else {
                        self.open.pop();
                        let value = done.value();
                        return Ok(fault.map_or(Ok(value), Err));
                    };
                    let name = done.name.clone();
                    parent.adopt(name, done.value());
                }
                Event::Text(text) => top.add(std::str::from_utf8(&text), &mut fault),
                Event::CData(text) => top.add(std::str::from_utf8(&text), &mut fault),
                Event::GeneralRef(reference) => match resolved(&reference) {
                    Some(text) => top.text.push_str(&text),
                    None => fault = Some("has an entity that XML itself does not know".to_owned()),
                },
                Event::DocType(_) => return Err("it has a document type within".to_owned()),
                Event::Eof => return Err("the document ends in the middle of a record".to_owned()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_) => {}
            }
        }
    }
}

/// An element that is being read.
struct Element {
    name: String,
    members: Map<String, Value>,
    text: String,
}

impl Element {
    fn new(start: &BytesStart<'_>, fault: &mut Option<String>) -> Self {
        let mut element = Self {
            name: String::from_utf8_lossy(start.name().as_ref()).into_owned(),
            members: Map::new(),
            text: String::new(),
        };
        // Not asked to look for a name given twice, which takes the square of their number.
        for attribute in start.attributes().with_checks(false) {
            let read = attribute.ok().and_then(|attribute| {
                let name = std::str::from_utf8(attribute.key.as_ref()).ok()?.to_owned();
                let text = std::str::from_utf8(&attribute.value).ok()?;
                Some((name, unescape(text).ok()?.into_owned()))
            });
            match read {
                Some((name, text)) => element.adopt(format!(":{name}"), Value::String(text)),
                None => {
                    *fault =
                        Some(format!("`{}` has an attribute that does not read", element.name));
                }
            }
        }
        element
    }

    fn add(&mut self, text: Result<&str, std::str::Utf8Error>, fault: &mut Option<String>) {
        match text {
            Ok(text) => self.text.push_str(text),
            Err(error) => *fault = Some(crate::split::not_utf8(error)),
        }
    }

    fn adopt(&mut self, name: String, value: Value) {
        match self.members.get_mut(&name) {
            None => {
                self.members.insert(name, value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }

    fn value(mut self) -> Value {
        let text = self.text.trim();
        if self.members.is_empty() {
            return Value::String(text.to_owned());
        }
        if !text.is_empty() {
            let text = Value::String(text.to_owned());
            self.members.insert("#text".to_owned(), text);
        }
        Value::Object(self.members)
    }
}

fn name(bytes: &[u8]) -> Result<String, String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(crate::split::not_utf8)
}

/// The character that `&amp;` or `&#38;` stands for.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character.to_string());
    }
    resolve_xml_entity(std::str::from_utf8(reference).ok()?).map(str::to_owned)
}

fn told(error: quick_xml::Error) -> String {
    format!("is no XML: {error}")
}
