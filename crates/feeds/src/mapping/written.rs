//! Mappings as operators write them: a short TOML file for a CSV or NDJSON feed.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Deserialize;

use super::{Constants, Field, Format, Mapping, MappingError, Rule, Rules, TimeForm};
use crate::convert::Converter;

/// The file, key by key. Unknown keys are refused: a misspelt one would silently do nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    version: String,
    format: Format,
    #[serde(default = "comma")]
    delimiter: char,
    #[serde(default = "rfc3339")]
    time: Times,
    #[serde(default)]
    mandatory: Option<Vec<String>>,
    columns: BTreeMap<String, String>,
    #[serde(default)]
    constants: WrittenConstants,
    #[serde(default)]
    details: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Times {
    One(TimeForm),
    Many(Vec<TimeForm>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenConstants {
    threat: String,
    classification: String,
    transport: String,
    application: String,
}

fn comma() -> char {
    ','
}

fn rfc3339() -> Times {
    Times::One(TimeForm::Rfc3339)
}

/// The threat of rows that name none, in a mapping that has a column for it but no constant.
const UNNAMED: &str = "unknown";

pub(super) fn mapping(text: &str, origin: &str) -> Result<Mapping, MappingError> {
    let syntax =
        |source| MappingError::Syntax { origin: origin.to_owned(), source: Box::new(source) };
    let written: Written = toml::from_str(text).map_err(syntax)?;
    written.check().map_err(|(key, reason)| MappingError::Key {
        origin: origin.to_owned(),
        key,
        reason,
    })
}

type Fault = (String, String);

impl Written {
    fn check(self) -> Result<Mapping, Fault> {
        let delimiter = u8::try_from(self.delimiter).ok().filter(|d| !b"\"\r\n".contains(d));
        let delimiter = delimiter.filter(u8::is_ascii).ok_or_else(|| {
            fault("delimiter", "must be one ASCII character, neither quote nor line break")
        })?;
        let times = match self.time {
            Times::One(form) => vec![form],
            Times::Many(forms) => forms,
        };
        let constants = self.constants.check(self.columns.contains_key("threat"))?;
        let (own, places) = rules(&self.columns, &self.details)?;
        Ok(Mapping {
            id: some(self.id, "id")?,
            version: some(self.version, "version")?,
            format: self.format,
            delimiter,
            times,
            mandatory: mandatory(self.mandatory.as_deref(), &places)?,
            own,
            shared: std::sync::Arc::default(),
            also: Vec::new(),
            threat_columns: Vec::new(),
            constants,
        })
    }
}

impl WrittenConstants {
    fn check(self, threat_has_column: bool) -> Result<Constants, Fault> {
        let threat =
            if self.threat.is_empty() && threat_has_column { UNNAMED } else { &self.threat };
        if threat.is_empty() {
            return Err(fault(
                "constants.threat",
                "give it, or a column for `threat`: each row needs one",
            ));
        }
        let constants = Constants {
            classification: self.classification,
            identifier: String::new(),
            application: self.application,
            transport: self.transport,
            threat: threat.to_owned(),
        };
        super::check_constants(&constants)
            .map_err(|(key, reason)| (format!("constants.{key}"), reason))?;
        Ok(constants)
    }
}

fn fault(key: &str, reason: &str) -> Fault {
    (key.to_owned(), reason.to_owned())
}

fn some(text: String, key: &str) -> Result<String, Fault> {
    if text.is_empty() { Err(fault(key, "must not be empty")) } else { Ok(text) }
}

/// Rules by column, and which column each field is read from.
fn rules(
    columns: &BTreeMap<String, String>,
    details: &BTreeMap<String, String>,
) -> Result<(Rules, HashMap<Field, String>), Fault> {
    let (mut rules, mut places) = (Rules::new(), HashMap::new());
    for (name, column) in columns {
        let rule = match Field::by_short_name(name) {
            Some(field) => {
                places.insert(field, column.clone());
                Rule { key: field.key().to_owned(), converter: Converter::Raw }
            }
            None if name == "threat" => {
                Rule { key: "malware.name".to_owned(), converter: Converter::Text }
            }
            None => return Err(fault(&format!("columns.{name}"), NO_FIELD)),
        };
        rules.entry_ref(column).or_default().push(rule);
    }
    for (column, spec) in details {
        let list = parse_spec(spec).map_err(|reason| (format!("details.{column}"), reason))?;
        rules.entry_ref(column).or_default().extend(list);
    }
    let subject = [Field::Ip, Field::Domain, Field::Url];
    if !subject.iter().any(|field| places.contains_key(field)) {
        return Err(fault(
            "columns",
            "one of `ip`, `domain` and `url` is needed: who is it about?",
        ));
    }
    Ok((rules, places))
}

const NO_FIELD: &str = "no such field; there are time, ip, port, domain, url, threat, \
     classification, transport, destination_ip, destination_port, destination_domain and asn; \
     put other columns under [details]";

fn mandatory(
    wanted: Option<&[String]>,
    places: &HashMap<Field, String>,
) -> Result<Vec<(Field, String)>, Fault> {
    let Some(time) = places.get(&Field::Time) else {
        return Err(fault("columns.time", "is needed: a row without a time cannot be counted"));
    };
    let mut list = vec![(Field::Time, time.clone())];
    for name in wanted.unwrap_or_default() {
        let field = Field::by_short_name(name).and_then(|field| Some((field, places.get(&field)?)));
        match field {
            Some((Field::Time, _)) => {}
            Some((field, column)) => list.push((field, column.clone())),
            None => return Err(fault("mandatory", &format!("`{name}` has no column above"))),
        }
    }
    Ok(list)
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
