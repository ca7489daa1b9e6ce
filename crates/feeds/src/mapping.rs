//! Mappings: what the columns of one kind of report mean. Data, not code; checked when it is loaded.
//!
//! Columns are named, never numbered. A column that no mapping names is kept as `extra.<column>`.

use std::sync::Arc;

use hashbrown::HashMap;
use model::{ThreatName, classification};
use serde::Deserialize;

use crate::convert::Converter;
use crate::error::MappingError;
use crate::plan::Plan;
pub(crate) use crate::time::TimeForm;

pub(crate) mod layout;
pub(crate) mod written;

use layout::{ADDRESS, Layout, RECEIVED};
pub use written::Finding;

/// The description of one kind of report.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(crate) id: String,
    pub(crate) version: String,
    /// Where the report comes from, for people: an address or a document.
    pub(crate) source: String,
    pub(crate) format: Format,
    pub(crate) delimiter: u8,
    pub(crate) layout: Layout,
    /// The columns that the provider's schema has, in its order; empty if there is no such list.
    pub(crate) schema: Vec<String>,
    /// Forms of the row's time, tried in this order.
    pub(crate) times: Vec<TimeForm>,
    pub(crate) own: Rules,
    /// Rules common to many reports of one provider; `own` goes before them.
    pub(crate) shared: Arc<Rules>,
    /// Columns that fill a field of a sighting when nothing else does, unseen in the event.
    pub(crate) also: Vec<(String, Field, Converter)>,
    /// Fields without which a row means nothing, and the column each is read from.
    pub(crate) mandatory: Vec<(Field, String)>,
    /// Columns that name the threat when no field of the event does.
    pub(crate) threat_columns: Vec<String>,
    pub(crate) constants: Constants,
}

/// How the rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// RFC 4180 with a header line and a delimiter of choice.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Delimited lines with comments, with or without a header, as lists are published.
    Text,
    /// JSON documents, the records anywhere in them.
    Json,
    /// XML documents, the records anywhere in them.
    Xml,
    /// One mail: ARF, X-ARF or XARF.
    Mail,
}

impl Format {
    /// Whether a row is an object, what the mapping does not take of it included.
    pub(crate) fn is_objects(self) -> bool {
        match self {
            Self::Csv | Self::Text => false,
            Self::Ndjson | Self::Json | Self::Xml | Self::Mail => true,
        }
    }

    /// As mappings name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Text => "text",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Mail => "mail",
        }
    }
}

/// What holds for every row that does not say otherwise. Empty means nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Constants {
    pub(crate) classification: String,
    pub(crate) identifier: String,
    pub(crate) application: String,
    pub(crate) transport: String,
    /// The threat of a row that names none; always a name that [`ThreatName`] takes.
    pub(crate) threat: String,
}

/// Rules by column name.
pub(crate) type Rules = HashMap<String, Vec<Rule>>;

/// A column's value, converted, is this field of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// IntelMQ's name; a `*` in it stands for the column's own.
    pub(crate) key: String,
    pub(crate) converter: Converter,
}

/// Fields of an event that are columns of a sighting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    Time,
    Ip,
    Port,
    Domain,
    Url,
    Classification,
    Transport,
    DestinationIp,
    DestinationPort,
    DestinationDomain,
    Asn,
}

/// Each field with IntelMQ's name and the short name of our own mappings.
const FIELDS: &[(Field, &str, &str)] = &[
    (Field::Time, "time.source", "time"),
    (Field::Ip, "source.ip", "ip"),
    (Field::Port, "source.port", "port"),
    (Field::Domain, "source.fqdn", "domain"),
    (Field::Url, "source.url", "url"),
    (Field::Classification, "classification.type", "classification"),
    (Field::Transport, "protocol.transport", "transport"),
    (Field::DestinationIp, "destination.ip", "destination_ip"),
    (Field::DestinationPort, "destination.port", "destination_port"),
    (Field::DestinationDomain, "destination.fqdn", "destination_domain"),
    (Field::Asn, "source.asn", "asn"),
];

impl Field {
    pub(crate) fn by_key(key: &str) -> Option<Self> {
        FIELDS.iter().find(|(_, known, _)| *known == key).map(|(field, ..)| *field)
    }

    fn by_short_name(name: &str) -> Option<Self> {
        FIELDS.iter().find(|(.., short)| *short == name).map(|(field, ..)| *field)
    }

    pub(crate) fn key(self) -> &'static str {
        FIELDS.iter().find(|(field, ..)| *field == self).map_or("", |(_, key, _)| key)
    }
}

impl Mapping {
    /// Its name, such as `shadowserver/event4_sinkhole`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version of the description, as its author counts.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Where the report comes from; empty if its author did not say.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Everything that is wrong with a mapping's text, in the order of its lines.
    pub fn findings(text: &str) -> Vec<Finding> {
        let mut findings = written::read(text).err().unwrap_or_default();
        findings.sort_by_key(|finding| finding.line);
        findings
    }

    /// The columns or paths that the mapping reads, in order; those made from others are none.
    pub(crate) fn columns(&self) -> Vec<String> {
        let made = |name: &String| self.layout.derived.iter().any(|derived| derived.name == *name);
        let looked_at = self.layout.looked_at().into_iter();
        let ruled =
            self.own.iter().filter(|(_, rules)| !rules.is_empty()).map(|(name, _)| name.clone());
        let also = self.also.iter().map(|(name, ..)| name.clone());
        let threats = self.threat_columns.iter().cloned();
        let mut columns: Vec<String> = ruled.chain(also).chain(threats).chain(looked_at).collect();
        columns.retain(|name| !made(name) && name != RECEIVED && name != ADDRESS);
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Columns of a delivery that the mapping does not know, and columns it knows that the delivery lacks.
    pub(crate) fn drift(&self, plan: &Plan) -> (Vec<String>, Vec<String>) {
        // Where records are objects, a member that is absent is how they say "nothing".
        if self.format.is_objects() {
            return (Vec::new(), Vec::new());
        }
        let read = self.columns();
        let unknown = plan.unknown.iter().filter(|name| !read.contains(name)).cloned().collect();
        let wanted = if self.schema.is_empty() { &read } else { &self.schema };
        let missing = wanted.iter().filter(|name| !plan.names.contains(name)).cloned().collect();
        (unknown, missing)
    }

    /// Reads a mapping that an operator wrote; `origin` is the file's name, for messages.
    ///
    /// The form is described in `mappings/example.toml`.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, MappingError> {
        written::mapping(text, origin)
    }

    /// What is known of a column; `None` if nothing.
    pub(crate) fn rules(&self, column: &str) -> Option<&[Rule]> {
        self.own.get(column).or_else(|| self.shared.get(column)).map(Vec::as_slice)
    }

    pub(crate) fn is_mandatory(&self, field: Field) -> bool {
        self.mandatory.iter().any(|(mandatory, _)| *mandatory == field)
    }
}

/// Constants checked once, so that nothing later needs to doubt them.
pub(crate) fn check_constants(constants: &Constants) -> Result<(), (&'static str, String)> {
    let kind = &constants.classification;
    if !kind.is_empty() && classification::taxonomy(kind).is_none() {
        return Err(("classification", format!("`{kind}` is no type of the taxonomy (RSIT)")));
    }
    match constants.threat.parse::<ThreatName>() {
        Ok(name) if name.as_str() == constants.threat => Ok(()),
        Ok(name) => Err(("threat", format!("write it as `{name}`"))),
        Err(error) => Err(("threat", error.to_string())),
    }
}

#[cfg(test)]
mod tests;
