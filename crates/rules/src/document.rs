//! Reading TOML strictly: every key is asked for by name, and whatever nobody asked for is a finding.
//!
//! This knows neither regimes nor calendars. It keeps the place of each value, so that a finding can
//! name its line, and it never stops at the first: a bad value reads as absent and reading goes on.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use model::organisation::Bilingual;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, Findings, MOST};

/// The longest file that is read. Names are looked up one by one, so the work grows with its square.
const LONGEST_FILE: usize = 256 << 10;
/// The longest single text, in bytes.
const LONGEST_TEXT: usize = 2_000;

/// A file being read: its name, where its lines begin, and what was found wrong so far.
pub(crate) struct Document {
    origin: String,
    line_starts: Vec<usize>,
    found: RefCell<Vec<Finding>>,
}

impl Document {
    pub(crate) fn new(origin: &str, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { origin: origin.to_owned(), line_starts, found: RefCell::default() }
    }

    /// Reads the text as TOML; `None` when it is none, which is then the one finding.
    pub(crate) fn read<'t>(&self, text: &'t str) -> Option<DeTable<'t>> {
        if text.len() > LONGEST_FILE {
            self.report(None, "", "the file is longer than 256 KiB", "split it");
            return None;
        }
        match DeTable::parse(text) {
            Ok(table) => Some(table.into_inner()),
            Err(error) => {
                let at = error.span().map(|span| span.start);
                let fix = "write it as TOML 1.0 wants it; a key may stand only once";
                self.report(at, "", error.message(), fix);
                None
            }
        }
    }

    pub(crate) fn root<'d>(&'d self, table: &'d DeTable<'d>) -> Section<'d> {
        Section { document: self, key: String::new(), at: 0, table, asked: RefCell::default() }
    }

    pub(crate) fn report(
        &self,
        at: Option<usize>,
        key: impl Into<String>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let mut found = self.found.borrow_mut();
        if found.len() >= MOST {
            return;
        }
        found.push(Finding {
            origin: self.origin.clone(),
            line: at.map(|at| self.line(at)),
            key: key.into(),
            what: what.into(),
            fix: fix.into(),
        });
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The line of a byte, counted from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    /// Ends the reading: what was read, or everything that is wrong with it.
    pub(crate) fn close<T>(self, read: Option<T>) -> Result<T, Findings> {
        let found = self.found.into_inner();
        match read {
            Some(value) if found.is_empty() => Ok(value),
            _ => Err(Findings::of(found)),
        }
    }

    /// The same file, with nothing found wrong yet.
    pub(crate) fn afresh(&self) -> Self {
        let (origin, line_starts) = (self.origin.clone(), self.line_starts.clone());
        Self { origin, line_starts, found: RefCell::default() }
    }

    /// Takes over what another reading of the same file has found, saying in what case.
    pub(crate) fn absorb(&self, other: Self, case: &str) {
        let mut found = self.found.borrow_mut();
        for finding in other.found.into_inner() {
            if found.len() < MOST {
                found.push(Finding { what: format!("{case}{}", finding.what), ..finding });
            }
        }
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.found.borrow().is_empty()
    }
}

/// A table, and which of its keys have been asked for.
pub(crate) struct Section<'d> {
    document: &'d Document,
    key: String,
    at: usize,
    table: &'d DeTable<'d>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'d> Section<'d> {
    pub(crate) fn find(&self, name: &'static str) -> Option<Node<'d>> {
        self.asked.borrow_mut().insert(name);
        let (key, value) = self.table.get_key_value(name)?;
        Some(self.node(key.as_ref(), key.span(), value))
    }

    pub(crate) fn need(&self, name: &'static str) -> Option<Node<'d>> {
        let node = self.find(name);
        if node.is_none() {
            self.report(format!("`{name}` is missing"), format!("add `{name} = …`"));
        }
        node
    }

    pub(crate) fn text(&self, name: &'static str) -> Option<String> {
        self.find(name)?.text()
    }

    /// A text that must stand there and say something; empty, and a finding, if it does not.
    pub(crate) fn need_text(&self, name: &'static str) -> String {
        self.need(name).and_then(|node| node.text()).unwrap_or_default()
    }

    /// The `zh` and `en` of this section; at least one must be there.
    pub(crate) fn bilingual(&self) -> Bilingual {
        let name = Bilingual {
            zh: self.text("zh").unwrap_or_default(),
            en: self.text("en").unwrap_or_default(),
        };
        if name.zh.is_empty() && name.en.is_empty() {
            self.report("it has no name in any language", "add `zh = …` or `en = …`");
        }
        name
    }

    /// A table of its own holding `zh` and `en`, such as `title.zh` and `title.en`.
    pub(crate) fn names(&self, name: &'static str) -> Option<Bilingual> {
        let section = self.find(name)?.section()?;
        let names = section.bilingual();
        section.finish();
        Some(names)
    }

    /// A text in English, or a table of its own that holds it as `en`, and may hold `zh` beside it.
    pub(crate) fn need_phrase(&self, name: &'static str) -> Bilingual {
        let Some(node) = self.need(name) else { return Bilingual::default() };
        if node.is_text() {
            return Bilingual { zh: String::new(), en: node.text().unwrap_or_default() };
        }
        let Some(section) = node.section() else { return Bilingual::default() };
        let zh = section.text("zh").unwrap_or_default();
        let phrase = Bilingual { zh, en: section.need_text("en") };
        section.finish();
        phrase
    }

    /// The texts of a list, or the one text; nothing when the key is absent.
    pub(crate) fn words(&self, name: &'static str) -> Vec<Node<'d>> {
        self.find(name).map(Node::one_or_more).unwrap_or_default()
    }

    /// Every entry that has not been asked for, in the order of the file. All of them are now asked for.
    pub(crate) fn remaining(self) -> Vec<Node<'d>> {
        let asked = self.asked.borrow();
        let mut nodes: Vec<_> = self
            .table
            .iter()
            .filter(|(key, _)| !asked.contains(key.as_ref().as_ref()))
            .map(|(key, value)| self.node(key.as_ref(), key.span(), value))
            .collect();
        nodes.sort_by_key(|node| node.at);
        nodes
    }

    /// Ends the reading of this table: a key that nobody asked for is refused.
    pub(crate) fn finish(self) {
        let asked = self.asked.borrow();
        let known: Vec<&str> = asked.iter().copied().collect();
        for (key, _) in self.table {
            let name: &str = key.as_ref();
            if !asked.contains(name) {
                self.document.report(
                    Some(key.span().start),
                    join(&self.key, name),
                    format!("`{name}` is no key of this table"),
                    format!("use one of {}, or remove it", known.join(", ")),
                );
            }
        }
    }

    pub(crate) fn report(&self, what: impl Into<String>, fix: impl Into<String>) {
        self.document.report(Some(self.at), &self.key, what, fix);
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    fn node(&self, name: &str, span: Range<usize>, value: &'d Spanned<DeValue<'d>>) -> Node<'d> {
        Node {
            document: self.document,
            name: name.to_owned(),
            key: join(&self.key, name),
            at: span.start,
            value: value.get_ref(),
        }
    }
}

/// A value with its key and its place.
pub(crate) struct Node<'d> {
    document: &'d Document,
    name: String,
    key: String,
    at: usize,
    value: &'d DeValue<'d>,
}

impl<'d> Node<'d> {
    /// Its own key, without those of the tables around it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn report(&self, what: impl Into<String>, fix: impl Into<String>) {
        self.document.report(Some(self.at), &self.key, what, fix);
    }

    pub(crate) fn text(&self) -> Option<String> {
        match self.value.as_str() {
            Some(text) if text.len() > LONGEST_TEXT => {
                self.report("the text is longer than 2,000 bytes", "shorten it");
                None
            }
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            Some(_) => {
                self.report("the text is empty", "write something, or remove the key");
                None
            }
            None => self.wanted("a text in quotes"),
        }
    }

    pub(crate) fn parse<T>(&self) -> Option<T>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        match self.text()?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(error.to_string(), "write it as described");
                None
            }
        }
    }

    /// Reads one of a fixed list of words.
    pub(crate) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let what = format!("`{text}` is none of the words that the engine knows here");
            self.report(what, format!("use one of {}", known.join(", ")));
        }
        found
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.wanted("true or false"))
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        let number = self
            .value
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        number.or_else(|| self.wanted("a whole number"))
    }

    pub(crate) fn decimal(&self) -> Option<f64> {
        self.value.as_float().and_then(|number| number.as_str().parse().ok())
    }

    pub(crate) fn date(&self) -> Option<Date> {
        let date = self.value.as_datetime().and_then(|date| date.to_string().parse().ok());
        date.or_else(|| self.wanted("a date such as 2009-06-01, without quotes"))
    }

    pub(crate) fn instant(&self) -> Option<Timestamp> {
        let instant = self.value.as_datetime().and_then(|at| at.to_string().parse().ok());
        instant.or_else(|| self.wanted("an instant such as 2025-06-11T09:30:00+08:00"))
    }

    pub(crate) fn is_text(&self) -> bool {
        self.value.is_str()
    }

    /// A value as people type it: a text, a number, yes or no, or a list of such.
    pub(crate) fn plain(&self) -> Option<String> {
        if self.is_text() {
            return self.text();
        }
        if self.value.is_integer() {
            return self.integer().map(|number| number.to_string());
        }
        if let Some(number) = self.decimal() {
            return Some(number.to_string());
        }
        if let Some(yes) = self.value.as_bool() {
            return Some(if yes { "yes" } else { "no" }.to_owned());
        }
        let values: Option<Vec<String>> = self.list().iter().map(Self::plain).collect();
        Some(format!("[{}]", values?.join(", ")))
    }

    /// Whether it is a table that has this key.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value.as_table().is_some_and(|table| table.contains_key(name))
    }

    pub(crate) fn section(&self) -> Option<Section<'d>> {
        let Some(table) = self.value.as_table() else {
            return self.wanted("a table");
        };
        let (document, key, at) = (self.document, self.key.clone(), self.at);
        Some(Section { document, key, at, table, asked: RefCell::default() })
    }

    /// The value as TOML writes it, for people.
    pub(crate) fn shown(&self) -> String {
        shown(self.value)
    }

    /// The members of a list.
    pub(crate) fn list(&self) -> Vec<Self> {
        match self.value.as_array() {
            Some(array) => {
                array.iter().enumerate().map(|(at, value)| self.nth(at, value)).collect()
            }
            None => self.wanted("a list in square brackets").unwrap_or_default(),
        }
    }

    /// The members of a list, or the value itself when it is a text.
    pub(crate) fn one_or_more(self) -> Vec<Self> {
        if self.is_text() { vec![self] } else { self.list() }
    }

    fn nth(&self, index: usize, value: &'d Spanned<DeValue<'d>>) -> Self {
        Self {
            document: self.document,
            name: (index + 1).to_string(),
            key: format!("{}[{}]", self.key, index + 1),
            at: value.span().start,
            value: value.get_ref(),
        }
    }

    fn wanted<T>(&self, wanted: &str) -> Option<T> {
        let what = format!("a value of type {} stands here", self.value.type_str());
        self.report(what, format!("write {wanted}"));
        None
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("\"{text}\""),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(at) => at.to_string(),
        DeValue::Array(values) => {
            let values: Vec<String> = values.iter().map(|one| shown(one.get_ref())).collect();
            format!("[{}]", values.join(", "))
        }
        DeValue::Table(table) => {
            let entries = table.iter().map(|(key, value)| {
                format!("{} = {}", spelled(key.as_ref()), shown(value.get_ref()))
            });
            let entries: Vec<String> = entries.collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn join(parent: &str, name: &str) -> String {
    let name = spelled(name);
    if parent.is_empty() { name } else { format!("{parent}.{name}") }
}

/// A key, quoted where it must be.
fn spelled(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.chars().all(plain) { name.to_owned() } else { format!("\"{name}\"") }
}
