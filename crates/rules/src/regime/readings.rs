//! Readings that act: an option may replace keys of the pack, and does so before the pack is read.
//!
//! What is replaced is the document, not the pack read from it: so whatever an option writes is checked
//! like anything that stands in the file, and a finding names the line of the option. A pack's cases
//! hold for the choices that the pack itself makes, or for those that a case names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use model::organisation::Bilingual;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Pack, parse, prove};
use crate::document::{Document, Node, Section};
use crate::finding::Findings;

/// The tables that a reading of the text may touch. What the pack says of itself is none of them.
const TABLES: [&str; 10] = [
    "applies",
    "define",
    "duty",
    "form",
    "form_rule",
    "grade",
    "input",
    "set",
    "trigger",
    "warning",
];

/// A place where the text is open: what was chosen, and what else it could mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub id: String,
    /// The duties or inputs it touches, or `grade`.
    pub at: Vec<String>,
    /// The question; its `zh` may be empty.
    pub asks: Bilingual,
    /// The option in force: the pack's own choice, or another's.
    pub chosen: String,
    /// The option that the pack chooses when nobody else does.
    pub default: String,
    pub options: Vec<Choice>,
}

/// One of the things that an open text can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub id: String,
    /// What the text then means; its `zh` may be empty.
    pub means: Bilingual,
    /// What it replaces in the pack: the key, such as `duty.X1.on`, and the value as TOML.
    pub sets: Vec<(String, String)>,
    /// Nothing computed changes, or not all that should: people act on it.
    pub by_hand: bool,
}

impl Reading {
    /// The meaning of the option in force, in the language of this code where the pack has it.
    pub fn chosen_text(&self, language: &str) -> &str {
        self.option(&self.chosen).map_or("", |option| option.means.get(language))
    }

    pub fn option(&self, id: &str) -> Option<&Choice> {
        self.options.iter().find(|option| option.id == id)
    }

    /// Whether somebody chose otherwise than the pack does.
    pub fn is_changed(&self) -> bool {
        self.chosen != self.default
    }
}

impl Choice {
    /// Whether something that it writes into the pack names this.
    pub(super) fn names(&self, id: &str) -> bool {
        let quoted = format!("\"{id}\"");
        self.sets.iter().any(|(_, value)| value.contains(&quoted))
    }
}

/// Which option of which reading is to be in force: by reading id, the option's.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choices(BTreeMap<String, String>);

/// Why a text is no choice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadChoice {
    #[error("`{0}` is no choice: write READING=OPTION, such as `R1=later`")]
    NoPair(String),
    #[error("the reading `{0}` is chosen twice: leave one of the two")]
    Twice(String),
}

impl Choices {
    /// Reads choices such as `R1=later`, each reading once.
    pub fn parse<'t>(pairs: impl IntoIterator<Item = &'t str>) -> Result<Self, BadChoice> {
        let mut choices = Self::default();
        for pair in pairs {
            let short = || pair.chars().take(80).collect();
            let halves = pair.split_once('=').map(|(id, option)| (id.trim(), option.trim()));
            let (id, option) = halves
                .filter(|(id, option)| !id.is_empty() && !option.is_empty())
                .ok_or_else(|| BadChoice::NoPair(short()))?;
            if choices.0.insert(id.to_owned(), option.to_owned()).is_some() {
                return Err(BadChoice::Twice(id.to_owned()));
            }
        }
        Ok(choices)
    }

    /// Adds or replaces a choice.
    #[must_use]
    pub fn with(mut self, reading: &str, option: &str) -> Self {
        self.0.insert(reading.to_owned(), option.to_owned());
        self
    }

    pub fn get(&self, reading: &str) -> Option<&str> {
        self.0.get(reading).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(reading, option)| (reading.as_str(), option.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each of these is also among the others.
    pub(super) fn are_among(&self, others: &Self) -> bool {
        self.iter().all(|(reading, option)| others.get(reading) == Some(option))
    }
}

impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (reading, option)) in self.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(f, "{comma}{reading}={option}")?;
        }
        Ok(())
    }
}

/// Reads a pack as it stands when these options are in force.
pub(super) fn pack(text: &str, origin: &str, choices: &Choices) -> Result<Pack, Findings> {
    let document = Document::new(origin, text);
    let Some(table) = document.read(text) else {
        return document.close(None);
    };
    let mut pack = parse::read(&document, document.root(&table), &Choices::default());
    if let Some(plain) = &mut pack
        && document.is_clean()
    {
        try_options(&document, &table, plain);
        prove::without_calendar(&plain.parts.proofs, plain, &document);
    }
    let Some(plain) = pack.take_if(|_| document.is_clean()) else {
        return document.close(pack);
    };
    let choices = other_than_default(&document, &plain, choices);
    if choices.is_empty() {
        return document.close(Some(plain));
    }
    let read = under(&document, &table, &choices).map(|read| read.tried_like(Arc::new(plain)));
    document.close(read)
}

/// Reads each option that a case names, and hangs the case on the pack as it then stands.
fn try_options(document: &Document, table: &DeTable<'_>, plain: &mut Pack) {
    let named = named_in_cases(document, table);
    let mut proofs = Vec::new();
    for wanted in &named {
        let choices = other_than_default(document, plain, wanted);
        if choices != *wanted {
            if document.is_clean() {
                let what =
                    format!("a case is to be tried under {wanted}, some of which is chosen anyway");
                document.report(None, "test", what, "leave out what the pack itself chooses");
            }
            continue;
        }
        let Some(mut tried) = under(document, table, &choices) else { continue };
        if tried.parts.says_the_same_as(&plain.parts) {
            let what = format!("choosing {choices} changes nothing that is computed");
            let fix = "let its `set` change something, or say `by_hand = true` instead";
            let first = choices.iter().next();
            let at = first.and_then(|(id, option)| place_of(table, id, option));
            document.report(at, "reading", what, fix);
        }
        let own: Vec<_> = tried.parts.proofs.extract_if(.., |one| one.reading == choices).collect();
        tried.parts.proofs.clear();
        let tried = Arc::new(tried);
        proofs.extend(own.into_iter().map(|one| one.tried_on(&tried)));
    }
    plain.parts.proofs.extend(proofs);
    for reading in &plain.parts.readings {
        for option in reading.options.iter().filter(|option| !option.sets.is_empty()) {
            let (id, option) = (&reading.id, &option.id);
            let tried = named.iter().any(|choices| choices.get(id) == Some(option));
            if *option != reading.default && !tried {
                let key = format!("reading.{id}.options.{option}");
                let fix = format!("add a [[test]] with `reading = {{ {id} = \"{option}\" }}`");
                document.report(place_of(table, id, option), key, "no case tries it", fix);
            }
        }
    }
}

/// Where an option stands.
fn place_of(table: &DeTable<'_>, reading: &str, option: &str) -> Option<usize> {
    let mut path = ["reading", reading, "options"].into_iter();
    let options = path.try_fold(table, |table, key| table.get(key)?.get_ref().as_table())?;
    Some(options.get_key_value(option)?.0.span().start)
}

/// The choices that cases name, each once.
fn named_in_cases(document: &Document, table: &DeTable<'_>) -> BTreeSet<Choices> {
    let root = document.root(table);
    let cases = root.find("test").map(|node| node.list()).unwrap_or_default();
    let named = cases.iter().filter_map(Node::section).map(|case| of_case(&case));
    named.filter(|choices| !choices.is_empty()).collect()
}

/// The choices under which a case is to be tried.
pub(super) fn of_case(case: &Section<'_>) -> Choices {
    let section = case.find("reading").and_then(|node| node.section());
    let nodes = section.map(Section::remaining).unwrap_or_default();
    Choices(nodes.iter().filter_map(|node| Some((node.name().to_owned(), node.text()?))).collect())
}

/// The choices that differ from the pack's own; one that names no reading or no option is a finding.
fn other_than_default(document: &Document, plain: &Pack, choices: &Choices) -> Choices {
    let mut other = BTreeMap::new();
    for (id, option) in choices.iter() {
        let Some(reading) = plain.reading(id) else {
            let known: Vec<&str> = plain.readings().iter().map(|one| one.id.as_str()).collect();
            let fix = format!("use one of {}", known.join(", "));
            document.report(None, "reading", format!("`{id}` is no reading"), fix);
            continue;
        };
        if reading.option(option).is_none() {
            let known: Vec<&str> = reading.options.iter().map(|one| one.id.as_str()).collect();
            let what = format!("`{option}` is none of the options");
            document.report(
                None,
                format!("reading.{id}"),
                what,
                format!("use one of {}", known.join(", ")),
            );
        } else if *option != reading.default {
            other.insert(id.to_owned(), option.to_owned());
        }
    }
    Choices(other)
}

/// Reads the document anew with the options in force; what is wrong with it then is a finding.
fn under(document: &Document, table: &DeTable<'_>, choices: &Choices) -> Option<Pack> {
    let fresh = document.afresh();
    let mut table = table.clone();
    apply(&fresh, &mut table, choices);
    let read = parse::read(&fresh, fresh.root(&table), choices);
    let read = read.filter(|_| fresh.is_clean()).map(|mut pack| {
        for reading in &mut pack.parts.readings {
            if let Some(option) = choices.get(&reading.id) {
                option.clone_into(&mut reading.chosen);
            }
        }
        pack.head.version = format!("{}+{choices}", pack.head.version);
        pack.head.choices = choices.clone();
        pack
    });
    document.absorb(fresh, &format!("under {choices}: "));
    read
}

/// Writes what the options say into the document.
fn apply(document: &Document, table: &mut DeTable<'_>, choices: &Choices) {
    let mut written: BTreeMap<String, &str> = BTreeMap::new();
    for (id, option) in choices.iter() {
        let at = ["reading", id, "options", option, "set"];
        let found = at.iter().try_fold(&*table, |table, key| table.get(*key)?.get_ref().as_table());
        for (key, value) in found.cloned().unwrap_or_default() {
            let path = key.get_ref().clone().into_owned();
            let place = (Some(key.span().start), format!("{}.\"{path}\"", at.join(".")));
            let other = written.iter().find(|(other, _)| is_part_of(other, &path));
            if let Some((other, by)) = other.filter(|(other, _)| **other == path) {
                let what = format!("{by} and {id} both say what `{other}` is");
                document.report(place.0, place.1, what, "choose only one of the two options");
            } else if let Some((other, by)) = other {
                let what = format!(
                    "{by} says what `{other}` is, and {id} what `{path}` is: one is a part of the other"
                );
                document.report(place.0, place.1, what, "choose only one of the two options");
            } else if !names_something(&path, table) {
                let what = format!("`{path}` names nothing in this pack");
                let fix = "name a key of an entry that stands there, such as `duty.X1.on`";
                document.report(place.0, place.1, what, fix);
            } else {
                replace(table, &path, key.span(), value);
                written.insert(path, id);
            }
        }
    }
}

/// Whether the one key is the other, or lies within it, or the other way round.
fn is_part_of(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    within(one, other) || within(other, one)
}

/// Whether it leads to an entry of a table that a reading may touch, or to a key of one.
fn names_something(path: &str, table: &DeTable<'_>) -> bool {
    let Some((first, mut rest)) = path.split_once('.').filter(|(first, _)| TABLES.contains(first))
    else {
        return false;
    };
    let mut table = table.get(first).and_then(|value| value.get_ref().as_table());
    while let Some(here) = table {
        let Some(key) = leading_key(here, rest) else {
            return !rest.is_empty() && (!rest.contains('.') || here.contains_key(rest));
        };
        table = here.get(key.as_str()).and_then(|value| value.get_ref().as_table());
        rest = rest.get(key.len() + 1..).unwrap_or_default();
    }
    false
}

/// Puts a value where the path leads. The last key may be new: reading then says whether it is one.
fn replace<'t>(
    table: &mut DeTable<'t>,
    path: &str,
    place: std::ops::Range<usize>,
    value: Spanned<DeValue<'t>>,
) {
    if let Some(key) = leading_key(table, path)
        && let Some(DeValue::Table(inner)) = table.get_mut(key.as_str()).map(Spanned::get_mut)
    {
        return replace(inner, path.get(key.len() + 1..).unwrap_or_default(), place, value);
    }
    // A key that stands there keeps its place when only its value is exchanged: take it out first.
    table.remove(path);
    table.insert(Spanned::new(place, path.to_owned().into()), value);
}

/// The longest key of a table with which a path goes on; keys may have dots themselves.
fn leading_key(table: &DeTable<'_>, path: &str) -> Option<String> {
    let keys = table.keys().map(|key| key.get_ref().as_ref());
    let leading = keys.filter(|key| path.strip_prefix(*key).is_some_and(|r| r.starts_with('.')));
    leading.max_by_key(|key| key.len()).map(str::to_owned)
}

/// Reads the options of a reading, of which one is chosen.
pub(super) fn options(section: &Section<'_>, chosen: &str) -> Vec<Choice> {
    let table = section.need("options").and_then(|node| node.section());
    let nodes = table.map(Section::remaining).unwrap_or_default();
    if !nodes.iter().any(|node| node.name() == chosen) {
        section.report(format!("`{chosen}` is none of the options"), "choose one of them");
        return nodes.iter().filter_map(option).collect();
    }
    let read = |node: &Node<'_>| {
        let option = option(node)?;
        // What the engine cannot do must be said to be people's.
        if option.id != chosen && option.sets.is_empty() && !option.by_hand {
            let fix = "give `set = { \"KEY\" = … }`, or say `by_hand = true` and let `means` tell \
                       what people then do";
            node.report("choosing it would change nothing", fix);
        }
        Some(option)
    };
    nodes.iter().filter_map(read).collect()
}

/// Reads one option: a text, or a table that says what it means and what it changes.
fn option(node: &Node<'_>) -> Option<Choice> {
    let id = node.name().to_owned();
    if node.is_text() {
        let means = Bilingual { zh: String::new(), en: node.text()? };
        return Some(Choice { id, means, sets: Vec::new(), by_hand: false });
    }
    let section = node.section()?;
    let means = section.need_phrase("means");
    let set = section.find("set").and_then(|node| node.section());
    let sets = set.map(Section::remaining).unwrap_or_default();
    let sets = sets.iter().map(|node| (node.name().to_owned(), node.shown())).collect();
    let by_hand = section.find("by_hand").and_then(|node| node.boolean()).unwrap_or(false);
    section.finish();
    Some(Choice { id, means, sets, by_hand })
}

impl Pack {
    /// The choices in force that differ from the pack's own.
    pub fn choices(&self) -> &Choices {
        &self.head.choices
    }

    /// Gives it the cases of the pack as it stands by default, to be tried on that.
    fn tried_like(mut self, plain: Arc<Self>) -> Self {
        let proofs = plain.parts.proofs.clone();
        self.parts.proofs = proofs.into_iter().map(|proof| proof.tried_on(&plain)).collect();
        self
    }
}

#[cfg(test)]
mod tests;
