//! The catalogue: every mapping that comes with the program, usable offline.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::error::MappingError;
use crate::mapping::layout::Layout;
use crate::mapping::written::parse_spec;
use crate::mapping::{Constants, Field, Format, Mapping, Rules, TimeForm, check_constants};

const SHADOWSERVER: (&str, &str) =
    (include_str!("../mappings/shadowserver.toml"), "mappings/shadowserver.toml");
mod embedded;

use embedded::WRITTEN;

const SHADOWSERVER_COLUMNS: (&str, &str) =
    (include_str!("../mappings/shadowserver-columns.toml"), "mappings/shadowserver-columns.toml");

/// Mappings by id.
#[derive(Debug, Default)]
pub struct Catalogue {
    mappings: BTreeMap<String, Mapping>,
}

impl Catalogue {
    /// The embedded mappings, read once.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalogue> = OnceLock::new();
        // A fault in embedded data is caught by the test that loads it, before anyone ships it.
        BUILTIN.get_or_init(|| Self::embedded().unwrap_or_default())
    }

    fn embedded() -> Result<Self, MappingError> {
        let mut mappings = BTreeMap::new();
        let written = WRITTEN.iter().map(|(text, origin)| Mapping::from_toml(text, origin));
        let mut reports = provider(SHADOWSERVER.0, SHADOWSERVER.1)?;
        schema(SHADOWSERVER_COLUMNS.0, SHADOWSERVER_COLUMNS.1, &mut reports)?;
        for mapping in written.chain(reports.into_iter().map(Ok)) {
            let mapping = mapping?;
            mappings.insert(mapping.id.clone(), mapping);
        }
        Ok(Self { mappings })
    }

    /// The mapping of this id, such as `shadowserver/scan_rdp`.
    ///
    /// Reports on IPv4 go by `event4_x` in file names and by `event_x` in older papers: both are found.
    pub fn get(&self, id: &str) -> Option<&Mapping> {
        self.mappings.get(id).or_else(|| {
            let (feed, report) = id.split_once('/')?;
            self.mappings.get(&format!("{feed}/event4_{}", report.strip_prefix("event_")?))
        })
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.mappings.keys().map(String::as_str)
    }

    /// The mapping for a file of a feed, told by the file's name.
    ///
    /// `2024-07-04-event4_sinkhole-123-example.csv.gz` of the feed `shadowserver` is an
    /// `event4_sinkhole` report; the extension tells the form of a `generic` feed. A feed that has one
    /// mapping only, or whose name is itself an id, needs no hint.
    pub fn for_file(&self, feed: &str, file_name: &str) -> Option<&Mapping> {
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let by_type = || self.get(&format!("{feed}/{}", report_type(name)));
        let by_form = || self.get(&format!("{feed}/{}", form(name)?));
        by_type().or_else(by_form).or_else(|| self.get(feed))
    }
}

/// The part of a file name that names the report: after the date, up to the next `-` or `.`.
fn report_type(name: &str) -> &str {
    let dated = name.split_at_checked(11).filter(|(date, _)| is_date(date));
    let rest = dated.map_or(name, |(_, rest)| rest);
    rest.split(['-', '.']).next().unwrap_or(rest)
}

fn is_date(text: &str) -> bool {
    text.len() == 11
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 | 10 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

fn form(name: &str) -> Option<&'static str> {
    let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
    match plain.rsplit_once('.')?.1 {
        "csv" => Some("csv"),
        "ndjson" | "jsonl" | "json" => Some("ndjson"),
        _ => None,
    }
}

/// A provider with many reports that share most of their columns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    #[serde(rename = "provider")]
    name: String,
    version: String,
    #[serde(default)]
    source: String,
    columns: BTreeMap<String, Vec<String>>,
    reports: BTreeMap<String, Report>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Report {
    r#type: String,
    name: String,
    application: String,
    transport: String,
    ip: Option<String>,
    threat: Option<Vec<String>>,
    columns: BTreeMap<String, String>,
    also: BTreeMap<String, String>,
}

fn provider(text: &str, origin: &str) -> Result<Vec<Mapping>, MappingError> {
    let syntax =
        |source| MappingError::Syntax { origin: origin.to_owned(), source: Box::new(source) };
    let provider: Provider = toml::from_str(text).map_err(syntax)?;
    let mut shared = Rules::new();
    for (spec, columns) in &provider.columns {
        let rules = parse_spec(spec).map_err(|reason| fault(origin, spec, reason))?;
        shared.extend(columns.iter().map(|column| (column.clone(), rules.clone())));
    }
    let shared = Arc::new(shared);
    let named = provider.reports.into_iter().map(|(report, told)| {
        let id = format!("{}/{report}", provider.name);
        told.mapping(&report, Arc::clone(&shared))
            .map(|mapping| Mapping {
                id,
                version: provider.version.clone(),
                source: provider.source.clone(),
                ..mapping
            })
            .map_err(|reason| fault(origin, &report, reason))
    });
    named.collect()
}

/// Which columns the reports of a provider have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Schema {
    version: String,
    sets: BTreeMap<String, String>,
    lists: Vec<Columns>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    reports: String,
    columns: String,
}

/// Tells each report its columns.
fn schema(text: &str, origin: &str, reports: &mut [Mapping]) -> Result<(), MappingError> {
    let syntax =
        |source| MappingError::Syntax { origin: origin.to_owned(), source: Box::new(source) };
    let schema: Schema = toml::from_str(text).map_err(syntax)?;
    for list in &schema.lists {
        let mut columns = Vec::new();
        for word in list.columns.split_whitespace() {
            match word.strip_prefix('+').map(|name| (name, schema.sets.get(name))) {
                None => columns.push(word.to_owned()),
                Some((_, Some(set))) => columns.extend(set.split_whitespace().map(str::to_owned)),
                Some((name, None)) => {
                    return Err(fault(origin, "sets", format!("there is no `{name}`")));
                }
            }
        }
        for report in list.reports.split_whitespace() {
            let is_it = |mapping: &&mut Mapping| {
                mapping.id.split_once('/').is_some_and(|(_, name)| name == report)
            };
            match reports.iter_mut().find(is_it) {
                Some(mapping) if mapping.version == schema.version => {
                    mapping.schema.clone_from(&columns);
                }
                Some(_) | None => {
                    let reason = format!("`{report}` is not described in that version");
                    return Err(fault(origin, "lists", reason));
                }
            }
        }
    }
    Ok(())
}

fn fault(origin: &str, key: &str, reason: String) -> MappingError {
    MappingError::Key { origin: origin.to_owned(), line: 1, key: key.to_owned(), reason }
}

impl Report {
    fn mapping(self, report: &str, shared: Arc<Rules>) -> Result<Mapping, String> {
        let mut own = Rules::new();
        for (column, spec) in self.columns {
            own.insert(column, parse_spec(&spec)?);
        }
        let mut also = Vec::new();
        for (column, spec) in &self.also {
            for rule in parse_spec(spec)? {
                let field =
                    Field::by_key(&rule.key).ok_or(format!("`{}` is no field", rule.key))?;
                also.push((column.clone(), field, rule.converter));
            }
        }
        let named = if self.name.is_empty() { report.replace('_', "-") } else { self.name.clone() };
        let constants = Constants {
            classification: self.r#type,
            identifier: self.name,
            application: self.application,
            transport: self.transport,
            threat: named,
        };
        check_constants(&constants).map_err(|(key, reason)| format!("{key}: {reason}"))?;
        let time = (Field::Time, "timestamp".to_owned());
        Ok(Mapping {
            id: String::new(),
            version: String::new(),
            source: String::new(),
            format: Format::Csv,
            delimiter: b',',
            layout: Layout::default(),
            schema: Vec::new(),
            times: vec![TimeForm::Utc],
            own,
            shared,
            also,
            mandatory: [Some(time), self.ip.map(|ip| (Field::Ip, ip))]
                .into_iter()
                .flatten()
                .collect(),
            threat_columns: self.threat.unwrap_or_else(|| vec!["family".to_owned()]),
            constants,
        })
    }
}

#[cfg(test)]
mod tests;
