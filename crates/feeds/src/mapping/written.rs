//! Mappings as operators write them: a short TOML file. Everything wrong with one is found at once.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use model::classification;
use serde::Deserialize;

use super::layout::{ADDRESS, Derived, Expand, Header, Layout, RECEIVED, Step, Take, path};
use super::{Constants, Field, Format, Mapping, MappingError, Rule, Rules, TimeForm};
use crate::convert::Converter;

/// The file, key by key. Unknown keys are refused: a misspelt one would silently do nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    version: String,
    #[serde(default)]
    source: String,
    format: Format,
    #[serde(default = "comma")]
    delimiter: String,
    #[serde(default = "rfc3339")]
    time: Times,
    #[serde(default)]
    mandatory: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    // What only reports need that are no plain CSV.
    comments: Option<String>,
    header: Option<Header>,
    names: Option<Vec<String>>,
    stamp: Option<String>,
    records: Option<String>,
    each: Option<OneOrMany<String>>,
    undated: Option<Undated>,
    #[serde(default)]
    derived: BTreeMap<String, WrittenDerived>,
    expand: Option<WrittenExpand>,
    #[serde(default)]
    skip: BTreeMap<String, OneOrMany<String>>,
    columns: BTreeMap<String, OneOrMany<String>>,
    #[serde(default)]
    constants: WrittenConstants,
    #[serde(default)]
    also: BTreeMap<String, OneOrMany<String>>,
    #[serde(default)]
    details: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn list(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

type Times = OneOrMany<TimeForm>;

/// What stands for the time of a row that says none.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Undated {
    /// When the delivery was made, if a comment says so, or else came in.
    Received,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenConstants {
    threat: String,
    classification: String,
    identifier: String,
    transport: String,
    application: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDerived {
    from: String,
    #[serde(default, rename = "if")]
    only_if: BTreeMap<String, OneOrMany<String>>,
    #[serde(default)]
    take: Option<OneOrMany<String>>,
    #[serde(default)]
    map: Option<BTreeMap<String, String>>,
    #[serde(default, rename = "else")]
    otherwise: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExpand {
    column: String,
    length: Option<String>,
    v4: u8,
    v6: u8,
}

fn comma() -> String {
    ",".to_owned()
}

fn rfc3339() -> Times {
    Times::One(TimeForm::Rfc3339)
}

/// The threat of rows that name none, in a mapping that has a column for it but no constant.
const UNNAMED: &str = "unknown";

/// The widest prefix that may be taken apart: 4,096 addresses.
const WIDEST: (u8, u8) = (20, 116);

/// Something wrong with a mapping: where, and what would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line of the key, counting from 1.
    pub line: usize,
    /// The key, such as `columns.ip`; empty if the text is no TOML.
    pub key: String,
    /// What is wrong and what would do.
    pub reason: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.reason),
            key => write!(f, "line {}: `{key}`: {}", self.line, self.reason),
        }
    }
}

pub(super) fn mapping(text: &str, origin: &str) -> Result<Mapping, MappingError> {
    read(text).map_err(|findings| {
        let first = findings.into_iter().next();
        let Finding { line, key, reason } = first.unwrap_or(Finding {
            line: 1,
            key: String::new(),
            reason: "cannot be used".to_owned(),
        });
        MappingError::Key { origin: origin.to_owned(), line, key, reason }
    })
}

/// Reads a mapping, or finds everything that is wrong with it, causes before what follows from them.
pub(super) fn read(text: &str) -> Result<Mapping, Vec<Finding>> {
    let written: Written = toml::from_str(text).map_err(|error| vec![syntax(text, &error)])?;
    let mut faults = Faults::default();
    let mapping = written.check(&mut faults);
    if faults.0.is_empty() {
        return Ok(mapping);
    }
    let finding =
        |(key, reason): (String, String)| Finding { line: line_of(text, &key), key, reason };
    Err(faults.0.into_iter().map(finding).collect())
}

fn syntax(text: &str, error: &toml::de::Error) -> Finding {
    let at = error.span().map_or(0, |span| span.start);
    let reason = error.message().trim().replace('\n', "; ");
    Finding { line: line_at(text, at), key: String::new(), reason }
}

fn line_at(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() + 1
}

/// The line of a key such as `columns.ip`, or of as much of it as there is.
fn line_of(text: &str, key: &str) -> usize {
    let Ok(table) = toml::de::DeTable::parse(text) else {
        return 1;
    };
    let (mut table, mut rest, mut line) = (table.get_ref(), key, 1);
    loop {
        // A column's name may hold dots itself: the longest one that is there is meant.
        let found = table.iter().filter_map(|(name, value)| {
            let behind = rest.strip_prefix(name.get_ref().as_ref())?;
            let behind = if behind.is_empty() { "" } else { behind.strip_prefix('.')? };
            Some((name.span().start, behind, value))
        });
        let Some((at, behind, value)) = found.min_by_key(|(_, behind, _)| behind.len()) else {
            return line;
        };
        line = line_at(text, at);
        match value.get_ref().as_table() {
            Some(inner) if !behind.is_empty() => (table, rest) = (inner, behind),
            Some(_) | None => return line,
        }
    }
}

/// What was found so far: keys and reasons.
#[derive(Default)]
struct Faults(Vec<(String, String)>);

impl Faults {
    fn add(&mut self, key: impl Into<String>, reason: impl Into<String>) {
        self.0.push((key.into(), reason.into()));
    }

    /// The value, or its default with the fault kept.
    fn or<T: Default>(&mut self, key: &str, result: Result<T, String>) -> T {
        result.unwrap_or_else(|reason| {
            self.add(key, reason);
            T::default()
        })
    }
}

impl Written {
    fn check(mut self, faults: &mut Faults) -> Mapping {
        for (key, text) in [("id", &self.id), ("version", &self.version)] {
            if text.is_empty() {
                faults.add(key, "must not be empty");
            }
        }
        let delimiter = faults.or("delimiter", delimiter(&self.delimiter, self.format));
        let mut layout = self.layout(faults);
        let columns = std::mem::take(&mut self.columns).into_iter();
        let columns: BTreeMap<String, Vec<String>> =
            columns.map(|(name, columns)| (name, columns.list())).collect();
        let constants = self.constants.check(columns.contains_key("threat"), faults);
        let mut times = self.time.list();
        if layout.undated {
            times.push(TimeForm::Received);
        }
        let mut read = Read::new(&columns, &self.details, layout.undated, faults);
        read.also(self.also, faults);
        read.forget(&layout, &self.ignore, self.format, faults);
        let mandatory = mandatory(&self.mandatory, &read, faults);
        layout.ignore = self.ignore;
        Mapping {
            id: self.id,
            version: self.version,
            source: self.source,
            format: self.format,
            delimiter,
            layout,
            schema: Vec::new(),
            times,
            mandatory,
            own: read.rules,
            shared: std::sync::Arc::default(),
            also: read.also,
            threat_columns: read.threats,
            constants,
        }
    }

    /// Takes what is said of the layout.
    fn layout(&mut self, faults: &mut Faults) -> Layout {
        self.fits(faults);
        let header = self.header.unwrap_or_default();
        let names = self.names.take().unwrap_or_default();
        if (header == Header::None) == names.is_empty() && self.format == Format::Text {
            faults.add("names", "are needed with `header = \"none\"`, and only then");
        }
        let each = self.each.take().map_or(Vec::new(), OneOrMany::list);
        let each = each.iter().map(|way| {
            let way = faults.or("each", path(way));
            if way.last() != Some(&Step::Any) {
                faults.add("each", "must end with `[*]`: it names a list, not one thing");
            }
            way
        });
        let each = each.collect();
        let derived = std::mem::take(&mut self.derived).into_iter();
        let derived = derived.map(|(name, one)| one.check(name, faults)).collect();
        let skip = std::mem::take(&mut self.skip).into_iter();
        Layout {
            records: faults.or("records", path(&self.records.take().unwrap_or_default())),
            each,
            comments: self.comments.take().unwrap_or_default().into_bytes(),
            header,
            names,
            whole_line: self.delimiter.is_empty(),
            stamp: self.stamp.take().unwrap_or_default(),
            undated: self.undated.is_some(),
            derived,
            expand: self.expand.take().map(|one| one.check(faults)),
            skip: skip.map(|(name, texts)| (name, texts.list())).collect(),
            ignore: Vec::new(),
        }
    }

    /// Finds keys that the format knows nothing of.
    fn fits(&self, faults: &mut Faults) {
        use Format::{Json, Mail, Text, Xml};
        let all: &[Format] = &[Text, Json, Xml, Mail];
        for (key, is_there, formats) in [
            ("comments", self.comments.is_some(), &[Text][..]),
            ("header", self.header.is_some(), &[Text]),
            ("names", self.names.is_some(), &[Text]),
            ("stamp", self.stamp.is_some(), &[Text]),
            ("records", self.records.is_some(), &[Json, Xml]),
            ("each", self.each.is_some(), &[Json, Xml, Mail]),
            ("undated", self.undated.is_some(), all),
            ("derived", !self.derived.is_empty(), all),
            ("expand", self.expand.is_some(), all),
            ("skip", !self.skip.is_empty(), all),
        ] {
            if is_there && !formats.contains(&self.format) {
                let known: Vec<_> = formats.iter().map(|format| format.name()).collect();
                let (known, format) = (known.join(", "), self.format.name());
                faults.add(key, format!("is for {known}; with `{format}` it would do nothing"));
            }
        }
    }
}

fn delimiter(text: &str, format: Format) -> Result<u8, String> {
    match text.as_bytes() {
        [] if format == Format::Text => Ok(0),
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => Ok(*byte),
        _ => Err("must be one ASCII character, neither quote nor line break".to_owned()),
    }
}

impl WrittenConstants {
    fn check(self, threat_has_column: bool, faults: &mut Faults) -> Constants {
        let threat =
            if self.threat.is_empty() && threat_has_column { UNNAMED } else { &self.threat };
        if threat.is_empty() {
            let reason = "give it, or a column for `threat`: each row needs one";
            faults.add("constants.threat", reason);
            return Constants::default();
        }
        let constants = Constants {
            classification: self.classification,
            identifier: self.identifier,
            application: self.application,
            transport: self.transport,
            threat: threat.to_owned(),
        };
        if let Err((key, reason)) = super::check_constants(&constants) {
            faults.add(format!("constants.{key}"), reason);
        }
        constants
    }
}

impl WrittenDerived {
    fn check(self, name: String, faults: &mut Faults) -> Derived {
        let key = format!("derived.{name}");
        if !name.starts_with('@')
            || name.len() < 2
            || [RECEIVED, ADDRESS, "@key"].contains(&name.as_str())
        {
            faults.add(&key, "must begin with `@`, and be neither @received, @address nor @key");
        }
        let take = self.take.map_or(Vec::new(), OneOrMany::list).into_iter().filter_map(|text| {
            let take = Take::named(&text);
            if take.is_none() {
                let known = "host, ip, domain, port, url, lower, upper, `before X`, `after X`";
                faults.add(format!("{key}.take"), format!("`{text}` is none of {known}"));
            }
            take
        });
        let take = take.collect();
        Derived {
            name,
            from: self.from,
            only_if: self.only_if.into_iter().map(|(name, is)| (name, is.list())).collect(),
            take,
            map: self.map.map(|map| map.into_iter().collect()),
            otherwise: self.otherwise,
        }
    }
}

impl WrittenExpand {
    fn check(self, faults: &mut Faults) -> Expand {
        for (key, length, widest, whole) in
            [("expand.v4", self.v4, WIDEST.0, 32), ("expand.v6", self.v6, WIDEST.1, 128)]
        {
            if !(widest..=whole).contains(&length) {
                faults.add(key, format!("must be from {widest} to {whole}"));
            }
        }
        Expand { column: self.column, length: self.length, v4: self.v4, v6: self.v6 }
    }
}

/// Which column is read for what.
#[derive(Default)]
struct Read {
    rules: Rules,
    also: Vec<(String, Field, Converter)>,
    threats: Vec<String>,
    places: HashMap<Field, String>,
}

impl Read {
    fn new(
        columns: &BTreeMap<String, Vec<String>>,
        details: &BTreeMap<String, String>,
        undated: bool,
        faults: &mut Faults,
    ) -> Self {
        let mut read = Self::default();
        for (name, columns) in columns {
            read.field(name, columns, faults);
        }
        for (column, spec) in details {
            let list = faults.or(&format!("details.{column}"), parse_spec(spec));
            read.rules.entry_ref(column).or_default().extend(list);
        }
        let subject = [Field::Ip, Field::Domain, Field::Url];
        if !subject.iter().any(|field| read.places.contains_key(field)) {
            faults.add("columns", "one of `ip`, `domain` and `url` is needed: who is it about?");
        }
        if undated {
            read.rules.entry_ref(RECEIVED).or_default();
            match read.places.get(&Field::Time) {
                Some(_) => read.also.push((RECEIVED.to_owned(), Field::Time, Converter::Raw)),
                None => read.field("time", &[RECEIVED.to_owned()], faults),
            }
        } else if !read.places.contains_key(&Field::Time) {
            let reason = "is needed: a row without a time cannot be counted; or say `undated = \"received\"`";
            faults.add("columns.time", reason);
        }
        read
    }

    /// The first column is the field; the others stand in where it is empty.
    fn field(&mut self, name: &str, columns: &[String], faults: &mut Faults) {
        let key = format!("columns.{name}");
        let Some((first, others)) = columns.split_first() else {
            return faults.add(key, "names no column");
        };
        let rule = match Field::by_short_name(name) {
            Some(field) => {
                self.places.insert(field, first.clone());
                let others = others.iter().map(|column| (column.clone(), field, Converter::Raw));
                self.also.extend(others);
                Rule { key: field.key().to_owned(), converter: Converter::Raw }
            }
            None if name == "threat" => {
                self.threats.extend_from_slice(others);
                Rule { key: "malware.name".to_owned(), converter: Converter::Text }
            }
            None => return faults.add(key, NO_FIELD),
        };
        self.rules.entry_ref(first).or_default().push(rule);
    }

    /// Finds classifications that a column is made into and that do not exist.
    fn kinds(&self, derived: &Derived, faults: &mut Faults) {
        let rules = self.rules.get(&derived.name).into_iter().flatten();
        let is_kind = rules.map(|rule| rule.key.as_str()).any(|key| key == "classification.type");
        for kind in derived.map.iter().flatten().map(|(_, kind)| kind).filter(|_| is_kind) {
            if !kind.is_empty() && classification::taxonomy(kind).is_none() {
                let reason = format!("`{kind}` is no type of the taxonomy (RSIT)");
                faults.add(format!("derived.{}.map", derived.name), reason);
            }
        }
    }

    /// Columns that fill a field of a sighting when nothing else does, unseen in the event.
    fn also(&mut self, also: BTreeMap<String, OneOrMany<String>>, faults: &mut Faults) {
        for (name, columns) in also {
            match Field::by_short_name(&name) {
                Some(field) => {
                    let columns = columns.list().into_iter();
                    self.also.extend(columns.map(|column| (column, field, Converter::Raw)));
                }
                None if name == "threat" => self.threats.extend(columns.list()),
                None => faults.add(format!("also.{name}"), NO_FIELD),
            }
        }
    }

    /// Columns of which nothing is kept, and ones that are made and used by nobody.
    fn forget(&mut self, layout: &Layout, ignore: &[String], format: Format, faults: &mut Faults) {
        for column in ignore {
            if self.rules.contains_key(column) {
                faults.add("ignore", format!("`{column}` is read above: which one holds?"));
            } else if !format.is_objects() {
                self.rules.entry_ref(column).or_default();
            }
        }
        if format == Format::Ndjson && !ignore.is_empty() {
            faults.add("ignore", "is not for ndjson; `json` reads objects one a line as well");
        }
        for derived in &layout.derived {
            let used = self.rules.contains_key(&derived.name)
                || self.threats.contains(&derived.name)
                || self.also.iter().any(|(name, ..)| *name == derived.name);
            if !used {
                faults.add(format!("derived.{}", derived.name), "is made, but no column reads it");
            }
            self.rules.entry_ref(&derived.name).or_default();
            self.kinds(derived, faults);
        }
        let made =
            self.rules.keys().filter(|name| name.starts_with('@') && !name.starts_with("@."));
        for name in made {
            let known = ["@", "@key", ADDRESS, RECEIVED].contains(&name.as_str())
                || layout.derived.iter().any(|derived| derived.name == *name);
            if !known {
                faults.add("columns", format!("`{name}` is read, but not made under [derived]"));
            }
        }
        if layout.expand.is_some() {
            self.rules.entry_ref(ADDRESS).or_default();
        }
    }
}

const NO_FIELD: &str = "no such field; there are time, ip, port, domain, url, threat, \
     classification, transport, destination_ip, destination_port, destination_domain and asn; \
     put other columns under [details]";

fn mandatory(wanted: &[String], read: &Read, faults: &mut Faults) -> Vec<(Field, String)> {
    let time = read.places.get(&Field::Time);
    let mut list: Vec<_> = time.map(|column| (Field::Time, column.clone())).into_iter().collect();
    for name in wanted {
        let field = Field::by_short_name(name);
        match field.and_then(|field| Some((field, read.places.get(&field)?))) {
            Some((Field::Time, _)) => {}
            Some((field, column)) => list.push((field, column.clone())),
            None => faults.add("mandatory", format!("`{name}` has no column above")),
        }
    }
    list
}

/// Reads `source.ip ip, source.network network`: fields with their converters, `text` if none.
pub(crate) fn parse_spec(spec: &str) -> Result<Vec<Rule>, String> {
    let one = |part: &str| {
        let (key, converter) = part.trim().split_once(' ').unwrap_or((part.trim(), "text"));
        let converter = Converter::named(converter).ok_or_else(|| {
            format!("`{converter}` is no converter; mappings/example.toml lists them")
        })?;
        match key {
            "" => Err("names no field".to_owned()),
            key => Ok(Rule { key: key.to_owned(), converter }),
        }
    };
    spec.split(',').map(one).collect()
}
