//! Documents: records out of JSON, XML and mails, and rows out of records.
//!
//! Each of the three gives records as JSON values, whatever they were before; what follows is one and the
//! same: items are taken out of the record, and each becomes a row that also says what the record says of
//! all of them. One record is held in memory at a time, and no more of it than the limits allow.

use std::borrow::Cow;
use std::io::Read;

use serde_json::{Map, Value};

use crate::json as text_json;
use crate::limits::Limits;
use crate::lines::Lines;
use crate::mapping::layout::{Layout, Path, Step};
use crate::mapping::{Format, Mapping};
use crate::reader::foreign::{Found, excerpt};
use crate::rows::Rows;
use crate::shape::{Addresses, Shape, Verdict};

mod json;
mod mail;
mod xml;

/// Reads one document, or several one after another.
pub(crate) struct Documents {
    form: Form,
    layout: Layout,
    /// The paths that the mapping reads from each record, in order.
    paths: Vec<String>,
    shape: Shape,
    line: u64,
    raw: Vec<u8>,
    record: Option<Unfolded>,
    /// The row whose prefix is being taken apart.
    waiting: Option<(Vec<String>, String, Addresses)>,
}

enum Form {
    Json(json::Json),
    Xml(xml::Xml),
    Mail(mail::Mail),
}

/// What stands next in a document.
pub(crate) enum Next {
    Record { value: Value, line: u64, raw: Vec<u8> },
    Refused { line: u64, raw: Vec<u8>, reason: String },
    Fault { line: u64, reason: String },
    End,
}

/// A record without its items, and the items that are still to become rows.
struct Unfolded {
    context: Value,
    items: std::vec::IntoIter<Item>,
    /// What the record says beside what the mapping takes of it.
    rest: Map<String, Value>,
    /// Whether each row repeats it; if not, the first alone has it.
    repeats: bool,
    is_first: bool,
}

/// One item with the name it had, if it was a member.
#[derive(Default)]
struct Item {
    key: String,
    value: Value,
}

/// Bytes of unmapped context that each row of a record repeats; more of it goes with the first row alone.
const REPEATED: usize = 16 << 10;

impl Documents {
    pub(crate) fn new(mapping: &Mapping, limits: &Limits) -> (Self, Vec<String>) {
        let layout = mapping.layout.clone();
        let paths = mapping.columns();
        let (shape, names) = Shape::new(&layout, paths.clone(), limits);
        let most = limits.max_document_bytes;
        let form = match mapping.format {
            Format::Xml => Form::Xml(xml::Xml::new(&layout.records, most)),
            Format::Mail => Form::Mail(mail::Mail::new(most)),
            Format::Csv | Format::Text | Format::Ndjson | Format::Json => {
                Form::Json(json::Json::new(layout.records.clone(), most))
            }
        };
        let (line, raw, record, waiting) = (1, Vec::new(), None, None);
        (Self { form, layout, paths, shape, line, raw, record, waiting }, names)
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn raw(&self) -> String {
        excerpt(&self.raw)
    }

    pub(crate) fn next<R: Read>(&mut self, lines: &mut Lines<R>, rows: &mut Rows) -> Found {
        if let Some((fields, rest, addresses)) = &mut self.waiting {
            if let Some(address) = addresses.next() {
                let fields: Vec<Cow<'_, str>> = fields.iter().map(Cow::from).collect();
                self.shape.push(&fields, Some(address), rows);
                rows.push_field(rest);
                return Found::Row;
            }
            self.waiting = None;
        }
        if let Some(found) = self.next_item(rows) {
            return found;
        }
        let next = match &mut self.form {
            Form::Json(json) => json.next(lines),
            Form::Xml(xml) => xml.next(lines),
            Form::Mail(mail) => mail.next(lines),
        };
        match next {
            Next::End => Found::End,
            Next::Fault { line, reason } => {
                self.line = line;
                Found::Fault(reason)
            }
            Next::Refused { line, raw, reason } => {
                (self.line, self.raw) = (line, raw);
                Found::Refused(reason)
            }
            Next::Record { value, line, raw } => {
                (self.line, self.raw) = (line, raw);
                self.unfold(value, rows)
            }
        }
    }

    /// Takes the items out of a record, and makes the first of them a row.
    fn unfold(&mut self, mut context: Value, rows: &mut Rows) -> Found {
        let mut items = Vec::new();
        for path in &self.layout.each {
            take_items(&mut context, path, &mut items);
        }
        let mapped: usize =
            self.paths.iter().map(|path| text_json::scalar_of(&context, path).len()).sum();
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        if let Err(reason) = self.shape.bears(count, mapped) {
            return Found::Refused(reason);
        }
        if items.is_empty() {
            items.push(Item::default());
        }
        let rest = text_json::members_beside(&context, &self.paths, &self.layout.ignore);
        let repeats = items.len() == 1
            || serde_json::to_string(&rest).map_or(0, |text| text.len()) <= REPEATED;
        let items = items.into_iter();
        self.record = Some(Unfolded { context, items, rest, repeats, is_first: true });
        self.next_item(rows).unwrap_or(Found::Blank)
    }

    fn next_item(&mut self, rows: &mut Rows) -> Option<Found> {
        let record = self.record.as_mut()?;
        let Some(item) = record.items.next() else {
            self.record = None;
            return None;
        };
        let fields: Vec<Cow<'_, str>> =
            self.paths.iter().map(|path| record.text(&item, path)).collect();
        let addresses = match self.shape.verdict(&fields) {
            Verdict::Skip => return Some(Found::Skipped),
            Verdict::Refuse(reason) => return Some(Found::Refused(reason)),
            Verdict::Rows(addresses) => addresses,
        };
        let told = if record.is_first || record.repeats { Some(&record.rest) } else { None };
        let rest = object(told, &item.value, &self.paths, &self.layout.ignore);
        let address = match addresses {
            None => None,
            Some(mut addresses) => {
                let first = addresses.next();
                let fields = fields.iter().map(|field| field.clone().into_owned()).collect();
                // What the record says beside goes with the first address; the others would only repeat it.
                self.waiting = Some((fields, "{}".to_owned(), addresses));
                first
            }
        };
        self.shape.push(&fields, address, rows);
        rows.push_field(&rest);
        record.is_first = false;
        Some(Found::Row)
    }
}

impl Unfolded {
    /// The text at a path: `@.x` of the item, `@` the item itself, `@key` its name, else of the record.
    fn text<'a>(&'a self, item: &'a Item, path: &str) -> Cow<'a, str> {
        match path.strip_prefix('@') {
            Some("key") => Cow::Borrowed(&item.key),
            Some("") => text_json::text_of(&item.value),
            Some(of_item) => text_json::scalar_of(&item.value, of_item.trim_start_matches('.')),
            None => text_json::scalar_of(&self.context, path),
        }
    }
}

/// Takes out the items at the end of a path, leaving the rest of the record behind.
fn take_items(value: &mut Value, path: &[Step], items: &mut Vec<Item>) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    match (step, value) {
        (Step::Key(key), Value::Object(object)) => {
            if let Some(inner) = object.get_mut(key) {
                take_items(inner, rest, items);
            }
        }
        (Step::Any, value) if rest.is_empty() => match std::mem::take(value) {
            Value::Array(list) => {
                items.extend(list.into_iter().map(|value| Item { key: String::new(), value }));
            }
            Value::Object(map) => {
                items.extend(map.into_iter().map(|(key, value)| Item { key, value }));
            }
            // XML writes a list of one as the one.
            Value::Null => {}
            one @ (Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                items.push(Item { key: String::new(), value: one });
            }
        },
        (Step::Any, Value::Array(list)) => {
            for value in list {
                take_items(value, rest, items);
            }
        }
        (Step::Any, Value::Object(map)) => {
            for value in map.values_mut() {
                take_items(value, rest, items);
            }
        }
        (Step::Key(_) | Step::Any, _) => {}
    }
}

/// What record and item say beside what is taken of them, as one object. Where both use one name, the
/// item's goes by `item.<name>`.
fn object(
    record: Option<&Map<String, Value>>,
    item: &Value,
    paths: &[String],
    ignored: &[String],
) -> String {
    let of_item = |all: &[String]| -> Vec<String> {
        all.iter().filter_map(|path| path.strip_prefix("@.").map(str::to_owned)).collect()
    };
    let mut all = record.cloned().unwrap_or_default();
    for (name, value) in text_json::members_beside(item, &of_item(paths), &of_item(ignored)) {
        let is_taken = all.contains_key(&name) || paths.contains(&name);
        all.insert(if is_taken { format!("item.{name}") } else { name }, value);
    }
    Value::Object(all).to_string()
}

/// The names of a way, for reasons.
pub(crate) fn shown(path: &Path) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Any => text.push_str("[*]"),
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
        }
    }
    text
}
