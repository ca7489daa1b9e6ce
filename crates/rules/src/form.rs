//! Forms: what a filing must say, field by field, and whether what was typed says it.
//!
//! Answers are kept as they were typed, so that a draft may be unfinished or wrong. Only what parses can
//! be sealed, and it is sealed in one spelling: lists sorted, instants in UTC, addresses as RFC 5952 has
//! them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use model::canonical::{Json, Whole};
use model::filing::Answers;
use model::organisation::Bilingual;
use model::{Fqdn, Ip, Prefix};

use crate::describe::form::{NO, NONE, YES};

/// The longest text of one answer, in bytes; lists are longer than prose.
pub const ANSWER_MAX: usize = 4 << 20;
/// All answers of one filing together, in bytes.
pub const ANSWERS_MAX: usize = 8 << 20;
const TEXT_MAX: usize = 64 << 10;
const LIST_MAX: usize = 100_000;

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its id in the pack: one of the contents of a form.
    pub id: String,
    pub name: Bilingual,
    pub kind: FieldKind,
    /// Whether a filing without it is incomplete. A list that may be empty is answered by `none`.
    pub required: bool,
    /// The article that asks for it, where that is not the form's own.
    pub article: Option<String>,
}

/// What may stand in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    /// A whole number.
    Count,
    /// An instant with its offset.
    Instant,
    YesNo,
    /// One of these, by id.
    OneOf(Vec<(String, Bilingual)>),
    /// Addresses and prefixes.
    Addresses,
    Domains,
    Ports,
}

impl FieldKind {
    /// What it is called in packs and in answers.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Count => "count",
            Self::Instant => "instant",
            Self::YesNo => "yes or no",
            Self::OneOf(_) => "one of",
            Self::Addresses => "addresses",
            Self::Domains => "domains",
            Self::Ports => "ports",
        }
    }
}

/// What is wrong with one field; `describe` says it in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    pub flaw: Flaw,
}

/// Why an answer cannot be sealed, or not even kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    Missing,
    /// It is no value of this kind; the text, cut to 80 characters.
    NotA(FieldKind, String),
    /// It is longer than so many KiB.
    TooLong(usize),
    /// It lists more than so many.
    TooMany(usize),
    /// The form has no such field; it has these.
    Stranger(Vec<String>),
    /// The whole form is longer than so many KiB.
    FormTooLong(usize),
}

impl Field {
    /// A content of which the pack says nothing more: free text, called by its id.
    pub fn plain(id: &str) -> Self {
        let name = Bilingual { zh: String::new(), en: id.replace('_', " ") };
        Self { id: id.to_owned(), name, kind: FieldKind::Text, required: true, article: None }
    }

    /// What was typed, as it will be sealed; none if nothing was typed.
    ///
    /// # Errors
    /// When it is no value of the field's kind.
    pub fn read(&self, typed: &str) -> Result<Option<Json>, Flaw> {
        let text = typed.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let not = || self.not(text);
        let value = match &self.kind {
            FieldKind::Text if text.len() > TEXT_MAX => return Err(Flaw::TooLong(TEXT_MAX >> 10)),
            FieldKind::Text => Json::text(text.replace("\r\n", "\n")),
            FieldKind::Count => {
                Json::Whole(text.parse().ok().and_then(Whole::new).ok_or_else(not)?)
            }
            FieldKind::Instant => {
                let at: Timestamp = text.parse().map_err(|_| not())?;
                Json::text(at.to_string())
            }
            FieldKind::YesNo if YES.contains(&text) => Json::Yes(true),
            FieldKind::YesNo if NO.contains(&text) => Json::Yes(false),
            FieldKind::YesNo => return Err(not()),
            FieldKind::OneOf(values) => {
                let value = values.iter().find(|(id, _)| id == text);
                Json::text(value.ok_or_else(not)?.0.clone())
            }
            FieldKind::Addresses => texts(self.items(text, |one| {
                let address = Ip::from_str(one).map(Address::One);
                address.or_else(|_| Prefix::from_str(one).map(Address::Many)).ok()
            })?),
            FieldKind::Domains => texts(self.items(text, |one| Fqdn::from_str(one).ok())?),
            FieldKind::Ports => {
                let port = |one: &str| u16::from_str(one).ok().filter(|port| *port > 0);
                let ports = self.items(text, port)?.into_iter();
                Json::List(ports.map(|port| Json::Whole(u32::from(port).into())).collect())
            }
        };
        Ok(Some(value))
    }

    /// The members of a list, each once and sorted; `none` is a list without any.
    fn items<T: Ord>(
        &self,
        text: &str,
        one: impl Fn(&str) -> Option<T>,
    ) -> Result<BTreeSet<T>, Flaw> {
        if NONE.contains(&text) {
            return Ok(BTreeSet::new());
        }
        let separates = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '，' | '；' | '、');
        let mut read = BTreeSet::new();
        for (at, item) in text.split(separates).filter(|item| !item.is_empty()).enumerate() {
            if at >= LIST_MAX {
                return Err(Flaw::TooMany(LIST_MAX));
            }
            read.insert(one(item).ok_or_else(|| self.not(item))?);
        }
        Ok(read)
    }

    fn not(&self, found: &str) -> Flaw {
        Flaw::NotA(self.kind.clone(), found.chars().take(80).collect())
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    One(Ip),
    Many(Prefix),
}

impl Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(ip) => ip.fmt(f),
            Self::Many(prefix) => prefix.fmt(f),
        }
    }
}

fn texts<T: Display>(items: BTreeSet<T>) -> Json {
    Json::List(items.into_iter().map(|item| Json::Text(item.to_string())).collect())
}

/// The answers as they will be sealed, by field.
///
/// # Errors
/// Everything that is missing, is no value of its field, or belongs to no field, in the order of the form.
pub fn fill(
    fields: &[Field],
    answers: &Answers,
) -> Result<BTreeMap<String, Json>, Vec<FieldError>> {
    let mut filled = BTreeMap::new();
    let mut errors = Vec::new();
    for field in fields {
        let typed = answers.get(&field.id).map(String::as_str).unwrap_or_default();
        match field.read(typed) {
            Ok(Some(value)) => drop(filled.insert(field.id.clone(), value)),
            Ok(None) if field.required => {
                errors.push(FieldError { field: field.id.clone(), flaw: Flaw::Missing });
            }
            Ok(None) => {}
            Err(flaw) => errors.push(FieldError { field: field.id.clone(), flaw }),
        }
    }
    errors.extend(strangers(fields, answers));
    if errors.is_empty() { Ok(filled) } else { Err(errors) }
}

/// The answers that a draft cannot keep: those to no field, and those that are too long.
pub fn strangers(fields: &[Field], answers: &Answers) -> Vec<FieldError> {
    let known: Vec<String> = fields.iter().map(|field| field.id.clone()).collect();
    let mut errors = Vec::new();
    for (id, typed) in answers {
        let flaw = if !known.contains(id) {
            Flaw::Stranger(known.clone())
        } else if typed.len() > ANSWER_MAX {
            Flaw::TooLong(ANSWER_MAX >> 10)
        } else {
            continue;
        };
        errors.push(FieldError { field: id.chars().take(80).collect(), flaw });
    }
    let all: usize = answers.values().map(String::len).sum();
    if errors.is_empty() && all > ANSWERS_MAX {
        errors
            .push(FieldError { field: String::new(), flaw: Flaw::FormTooLong(ANSWERS_MAX >> 10) });
    }
    errors
}

#[cfg(test)]
mod tests;
