//! Inputs: the facts by which an incident is graded, as a pack declares them.
//!
//! An input that nobody has given is *unknown*. That is not false and not zero. Whoever knows that
//! nothing else was observed may say so: [`Inputs::assuming_absent`] then fills in what an input is when
//! there is nothing of its kind, and every such value stays marked as assumed.

mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(crate) use read::{given, input, window};

/// What stands behind a fact that was taken for absent.
const ASSUMED: &str = " (assumed)";

/// The longest text and the longest list that an input may be.
const LONGEST: usize = 1_000;

/// A fact that a pack declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name, such as `largest_size`; a contract like every id.
    pub name: String,
    pub kind: InputKind,
    pub means: String,
    /// What the engine measures for it, over how many hours; none when an officer gives it.
    pub measure: Option<(MeasureOf, u32)>,
    /// What the engine itself knows for it of every incident.
    pub takes: Option<Takes>,
    /// Its value when there is nothing of its kind, for whoever says that there is nothing else.
    pub absent: Option<Value>,
    /// It is kept with the incident, and no predicate asks it.
    pub for_record: bool,
}

/// What the engine knows of every incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The role of whoever found it, or this value where that role is none of the input's own.
    FinderRole { otherwise: String },
    /// Whether it touches two provinces or more; unknown as long as none is known.
    SeveralProvinces,
}

impl Input {
    /// An input that an officer gives.
    pub fn officer(name: &str, kind: InputKind, means: &str) -> Self {
        let (name, means) = (name.to_owned(), means.to_owned());
        Self { name, kind, means, measure: None, takes: None, absent: None, for_record: false }
    }

    /// The value that it takes where the finder's role is none of its own.
    pub(crate) fn finder_or(&self) -> Option<&str> {
        match &self.takes {
            Some(Takes::FinderRole { otherwise }) => Some(otherwise),
            Some(Takes::SeveralProvinces) | None => None,
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.name, self.kind.wanted(), self.means)
    }
}

/// What kind of value an input takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A number of things, 0 or more.
    Count,
    Decimal,
    OneOf(Vec<String>),
    YesNo,
    List,
}

/// What the engine counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureOf {
    /// Distinct addresses of the largest single threat of the incident.
    LargestThreat,
    /// Distinct addresses of all threats of the incident together.
    AllThreats,
}

/// An input that the engine measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    pub input: String,
    pub of: MeasureOf,
    /// The rolling window, in hours.
    pub window_hours: u32,
}

/// A fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Count(i64),
    Decimal(f64),
    Text(String),
    Bool(bool),
    List(Vec<Self>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => n.fmt(f),
            Self::Decimal(n) => n.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Bool(true) => f.write_str("yes"),
            Self::Bool(false) => f.write_str("no"),
            Self::List(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", values.join(", "))
            }
        }
    }
}

/// A fact as an assessment keeps it, without the mark that it was assumed.
pub(crate) fn stated(kept: &str) -> &str {
    kept.strip_suffix(ASSUMED).unwrap_or(kept)
}

/// Why a fact is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    #[error("`{text}` is no `name=value`: write such as `{example}=…`")]
    NoPair { text: String, example: String },
    #[error("`{name}` is no input of this pack: use one of {known}")]
    Unknown { name: String, known: String },
    #[error("`{name}` cannot be `{value}`: it wants {wanted}")]
    Misfit { name: String, value: String, wanted: String },
    #[error("`{name}` is given twice")]
    Twice { name: String },
}

impl InputKind {
    /// Reads a value of this kind as people write it.
    pub fn read(&self, text: &str) -> Option<Value> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        match self {
            Self::Count => count(text).map(Value::Count),
            Self::Decimal => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Value::Decimal),
            Self::OneOf(values) => {
                values.iter().any(|value| value == text).then(|| Value::Text(text.to_owned()))
            }
            Self::YesNo => match text {
                "yes" | "true" | "True" => Some(Value::Bool(true)),
                "no" | "false" | "False" => Some(Value::Bool(false)),
                _ => None,
            },
            Self::List => {
                let inner = text.strip_prefix('[')?.strip_suffix(']')?;
                let parts = inner.split(',').map(str::trim).filter(|part| !part.is_empty());
                let value = |part: &str| {
                    count(part).map_or_else(|| Value::Text(part.to_owned()), Value::Count)
                };
                Some(Value::List(parts.map(value).collect()))
            }
        }
    }

    /// Whether a value is of this kind.
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Count, Value::Count(n)) => *n >= 0,
            (Self::Decimal, Value::Decimal(n)) => n.is_finite(),
            (Self::OneOf(values), Value::Text(text)) => values.contains(text),
            (Self::YesNo, Value::Bool(_)) => true,
            (Self::List, Value::List(values)) => values.len() <= LONGEST,
            _ => false,
        }
    }

    /// Some value of this kind, to try a predicate on.
    pub(crate) fn sample(&self) -> Value {
        match self {
            Self::Count => Value::Count(0),
            Self::Decimal => Value::Decimal(0.0),
            Self::OneOf(values) => Value::Text(values.first().cloned().unwrap_or_default()),
            Self::YesNo => Value::Bool(false),
            Self::List => Value::List(Vec::new()),
        }
    }

    /// What it wants, for messages.
    pub fn wanted(&self) -> String {
        match self {
            Self::Count => "a whole number, 0 or more".to_owned(),
            Self::Decimal => "a number".to_owned(),
            Self::OneOf(values) => format!("one of {}", values.join(", ")),
            Self::YesNo => "yes or no".to_owned(),
            Self::List => "a list such as [1, 2]".to_owned(),
        }
    }
}

fn count(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// Facts by name; what is not among them is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    values: BTreeMap<String, Value>,
    /// Those that nobody has given: they were taken for absent.
    assumed: BTreeSet<String>,
}

impl Inputs {
    /// Adds or replaces a fact, for whoever builds them by hand.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.assumed.remove(name);
        self.values.insert(name.to_owned(), value);
        self
    }

    /// Reads facts such as `largest_size=12`, each once, as the declared inputs want them.
    pub fn parse<'t>(
        declared: &[Input],
        pairs: impl IntoIterator<Item = &'t str>,
    ) -> Result<Self, InputError> {
        let mut inputs = Self::default();
        for pair in pairs {
            let (name, text) = pair.split_once('=').ok_or_else(|| no_pair(declared, pair))?;
            let name = name.trim();
            let input = declared.iter().find(|input| input.name == name);
            let kind = &input.ok_or_else(|| unknown(declared, name))?.kind;
            let value = kind.read(text).ok_or_else(|| misfit(kind, name, text))?;
            if inputs.values.insert(name.to_owned(), value).is_some() {
                return Err(InputError::Twice { name: name.to_owned() });
            }
        }
        Ok(inputs)
    }

    /// Facts as an assessment kept them: see [`Inputs::to_texts`]. One that the pack no longer declares, or
    /// declares otherwise, is unknown to it.
    pub fn kept(declared: &[Input], texts: &[(String, String)]) -> Self {
        let mut inputs = Self::default();
        for (name, text) in texts {
            let input = declared.iter().find(|input| input.name == *name);
            let value = input.and_then(|input| input.kind.read(stated(text)));
            if let Some(value) = value {
                inputs.assume(name, value, text.ends_with(ASSUMED));
            }
        }
        inputs
    }

    /// These facts together with what was learned later. Of a number that is measured the greater stands; of
    /// anything else what came later.
    #[must_use]
    pub fn and_later(mut self, declared: &[Input], later: &Self) -> Self {
        for (name, value) in later.iter() {
            let is_measured = |input: &Input| input.name == name && input.measure.is_some();
            let was = self.get(name).filter(|_| declared.iter().any(is_measured));
            let (Some(Value::Count(was)), Value::Count(now)) = (was, value) else {
                self.assume(name, value.clone(), later.is_assumed(name));
                continue;
            };
            if now > was {
                self = self.with(name, value.clone());
            }
        }
        self
    }

    /// Whether anything that was known is now otherwise, what was only assumed included. A measured number
    /// that has grown is not corrected by that.
    pub fn corrects(&self, declared: &[Input], was: &Self) -> bool {
        let grows =
            |name: &str| declared.iter().any(|input| input.name == name && input.measure.is_some());
        was.iter().any(|(name, value)| self.get(name) != Some(value) && !grows(name))
    }

    fn assume(&mut self, name: &str, value: Value, assumed: bool) {
        if assumed {
            self.assumed.insert(name.to_owned());
        } else {
            self.assumed.remove(name);
        }
        self.values.insert(name.to_owned(), value);
    }

    /// Whether every fact is declared and of its declared kind.
    pub fn check(&self, declared: &[Input]) -> Result<(), InputError> {
        for (name, value) in &self.values {
            let input = declared.iter().find(|input| input.name == *name);
            let kind = &input.ok_or_else(|| unknown(declared, name))?.kind;
            if !kind.fits(value) {
                return Err(misfit(kind, name, &value.to_string()));
            }
        }
        Ok(())
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Every fact, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Takes every declared input that nobody has given for absent, where the pack says what that means.
    ///
    /// Only for one who knows that nothing else was observed, such as the author of a worked case. What
    /// is merely not known yet must stay unknown, or a deadline is missed for want of a fact.
    #[must_use]
    pub fn assuming_absent(mut self, declared: &[Input]) -> Self {
        for input in declared {
            if let (Some(absent), None) = (&input.absent, self.get(&input.name)) {
                self.values.insert(input.name.clone(), absent.clone());
                self.assumed.insert(input.name.clone());
            }
        }
        self
    }

    /// Those of these facts that are wanted.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&(&str, &Value)) -> bool) -> Self {
        let mut all = Self::default();
        for (name, value) in self.iter().filter(|fact| wanted(fact)) {
            all.assume(name, value.clone(), self.is_assumed(name));
        }
        all
    }

    /// Whether a fact is only assumed: see [`Inputs::assuming_absent`].
    pub fn is_assumed(&self, name: &str) -> bool {
        self.assumed.contains(name)
    }

    /// A fact as people read it, such as `size = 12`, `leak = 0 (assumed)` or `size is not known`.
    pub fn told(&self, name: &str) -> String {
        match self.get(name) {
            Some(value) if self.is_assumed(name) => format!("{name} = {value} (assumed)"),
            Some(value) => format!("{name} = {value}"),
            None => format!("{name} is not known"),
        }
    }

    /// Every fact as text, the form in which an assessment keeps them; assumed ones say so.
    pub fn to_texts(&self) -> Vec<(String, String)> {
        let text = |(name, value): (&str, &Value)| {
            let assumed = if self.is_assumed(name) { ASSUMED } else { "" };
            (name.to_owned(), format!("{value}{assumed}"))
        };
        self.iter().map(text).collect()
    }
}

fn no_pair(declared: &[Input], text: &str) -> InputError {
    let example = declared.first().map_or_else(|| "name".to_owned(), |input| input.name.clone());
    InputError::NoPair { text: text.chars().take(80).collect(), example }
}

fn unknown(declared: &[Input], name: &str) -> InputError {
    let known: Vec<&str> = declared.iter().map(|input| input.name.as_str()).collect();
    InputError::Unknown { name: name.chars().take(80).collect(), known: known.join(", ") }
}

fn misfit(kind: &InputKind, name: &str, value: &str) -> InputError {
    let value = value.chars().take(80).collect();
    InputError::Misfit { name: name.to_owned(), value, wanted: kind.wanted() }
}

#[cfg(test)]
mod tests;
