//! A plan: a mapping laid over the columns that a delivery really has.
//!
//! Made once for each delivery, so that no row pays for looking up a name. Keys of the event are
//! unique in a plan: where two columns want the same one, the mandatory column has it, then the
//! first; the others are kept as `extra.<column>`.

use hashbrown::{HashMap, HashSet};
use model::details::SEPARATOR;

use crate::convert::{Converter, Parts};
use crate::error::FeedError;
use crate::json::{extra_name, prepared_key};
use crate::mapping::{Constants, Field, Format, Mapping, TimeForm};

/// Names that IntelMQ keeps in lower case.
const LOWER: &[&str] = &[
    "classification.identifier",
    "destination.fqdn",
    "destination.reverse_dns",
    "malware.name",
    "product.name",
    "product.vendor",
    "product.vulnerabilities",
    "protocol.application",
    "protocol.transport",
    "source.fqdn",
    "source.reverse_dns",
];

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) format: Format,
    pub(crate) names: Vec<String>,
    pub(crate) slots: Slots,
    /// Where the threat's name is looked for, in this order.
    pub(crate) threat: Vec<Slot>,
    /// What to render, in the order of the columns.
    pub(crate) ops: Vec<Op>,
    pub(crate) parts: Parts,
    pub(crate) times: Vec<TimeForm>,
    pub(crate) ip_is_mandatory: bool,
    pub(crate) port_is_mandatory: bool,
    pub(crate) constants: Constants,
    /// Columns that the mapping does not know.
    pub(crate) unknown: Vec<String>,
    /// Every key that a column is rendered under.
    pub(crate) keys: HashSet<String>,
    /// The form of the rows' details; empty where each row has members of its own.
    pub(crate) form: String,
}

/// A column and how to read it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) column: usize,
    pub(crate) converter: Converter,
}

/// Where each field of a sighting is read from: the first slot that gives something.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) time: Vec<Slot>,
    pub(crate) ip: Vec<Slot>,
    pub(crate) port: Vec<Slot>,
    pub(crate) domain: Vec<Slot>,
    pub(crate) url: Vec<Slot>,
    pub(crate) classification: Vec<Slot>,
    pub(crate) transport: Vec<Slot>,
    pub(crate) destination_ip: Vec<Slot>,
    pub(crate) destination_port: Vec<Slot>,
    pub(crate) destination_domain: Vec<Slot>,
    pub(crate) asn: Vec<Slot>,
}

impl Slots {
    fn of(&mut self, field: Field) -> &mut Vec<Slot> {
        match field {
            Field::Time => &mut self.time,
            Field::Ip => &mut self.ip,
            Field::Port => &mut self.port,
            Field::Domain => &mut self.domain,
            Field::Url => &mut self.url,
            Field::Classification => &mut self.classification,
            Field::Transport => &mut self.transport,
            Field::DestinationIp => &mut self.destination_ip,
            Field::DestinationPort => &mut self.destination_port,
            Field::DestinationDomain => &mut self.destination_domain,
            Field::Asn => &mut self.asn,
        }
    }
}

/// A column's value rendered into an event.
#[derive(Debug)]
pub(crate) struct Op {
    pub(crate) column: usize,
    pub(crate) converter: Converter,
    pub(crate) to: To,
    /// The prepared key under which a refused text is kept as it came.
    pub(crate) extra: Box<str>,
}

#[derive(Debug)]
pub(crate) enum To {
    /// A column of the sighting.
    Field(Field),
    /// Text beside the columns, under this prepared key.
    Key { key: Box<str>, lower: bool, names_threat: bool },
}

impl Plan {
    pub(crate) fn new(mapping: &Mapping, names: Vec<String>) -> Result<Self, FeedError> {
        check_names(mapping, &names)?;
        let mut draft = Draft::default();
        for column in mandatory_first(mapping, &names) {
            if let Some(name) = names.get(column) {
                draft.column(mapping, column, name);
            }
        }
        draft.finish(&names);
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let parts = Parts {
            hosts: ["http_host", "hostname"].into_iter().filter_map(place).collect(),
            application: place("application"),
            detail: place("detail"),
        };
        for (name, field, converter) in &mapping.also {
            if let Some(column) = place(name) {
                draft.slots.of(*field).push(Slot { column, converter: *converter });
            }
        }
        let more = mapping.threat_columns.iter().filter_map(|name| place(name));
        let more = more.map(|column| Slot { column, converter: Converter::Text });
        let mut threat = draft.malware;
        threat.extend(draft.identifier.into_iter().chain(more));
        let form = if mapping.format.is_objects() { String::new() } else { form(&draft.ops) };
        Ok(Self {
            form,
            format: mapping.format,
            slots: draft.slots,
            threat,
            ops: draft.ops,
            parts,
            times: mapping.times.clone(),
            ip_is_mandatory: mapping.is_mandatory(Field::Ip),
            port_is_mandatory: mapping.is_mandatory(Field::Port),
            constants: mapping.constants.clone(),
            unknown: draft.unknown,
            keys: draft.keys,
            names,
        })
    }

    /// The name of a column, for reasons.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }
}

/// The names of what columns say beside the fields of a sighting, as [`model::details`] has them.
fn form(ops: &[Op]) -> String {
    let mut form = String::new();
    for op in ops {
        if let To::Key { key, .. } = &op.to {
            if !form.is_empty() {
                form.push(SEPARATOR);
            }
            form.push_str(key);
            if op.converter.is_text() {
                form.push('"');
            }
        }
    }
    form
}

fn check_names(mapping: &Mapping, names: &[String]) -> Result<(), FeedError> {
    for (_, column) in &mapping.mandatory {
        if !names.contains(column) {
            return Err(FeedError::MissingColumn {
                mapping: mapping.id.clone(),
                column: column.clone(),
                present: shortened(names),
            });
        }
    }
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(*name) && mapping.rules(name).is_some()) {
        Some(column) => {
            Err(FeedError::DuplicateColumn { mapping: mapping.id.clone(), column: column.clone() })
        }
        None => Ok(()),
    }
}

/// The names, for a message that someone has to read.
fn shortened(names: &[String]) -> String {
    let text = names.join(", ");
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}… ({} in all)", text.get(..end).unwrap_or(""), names.len()),
        None => text,
    }
}

fn mandatory_first(mapping: &Mapping, names: &[String]) -> Vec<usize> {
    let is_mandatory = |name: &String| mapping.mandatory.iter().any(|(_, column)| column == name);
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&column| !names.get(column).is_some_and(is_mandatory));
    order
}

/// A plan in the making.
#[derive(Default)]
struct Draft {
    slots: Slots,
    ops: Vec<Op>,
    malware: Vec<Slot>,
    identifier: Vec<Slot>,
    unknown: Vec<String>,
    keys: HashSet<String>,
    /// Keys for refused texts, by column.
    extras: HashMap<usize, Box<str>>,
}

impl Draft {
    fn column(&mut self, mapping: &Mapping, column: usize, name: &str) {
        let Some(rules) = mapping.rules(name) else {
            self.unknown.push(name.to_owned());
            return self.keep(column, name, Converter::Raw);
        };
        let mut displaced = false;
        for rule in rules {
            let key = rule.key.replace('*', name);
            if self.keys.insert(key.clone()) {
                self.rule(Slot { column, converter: rule.converter }, &key);
            } else {
                displaced = true;
            }
        }
        if displaced {
            self.keep(column, name, Converter::Raw);
        }
    }

    fn rule(&mut self, slot: Slot, key: &str) {
        let to = match Field::by_key(key) {
            Some(field) => {
                self.slots.of(field).push(slot);
                To::Field(field)
            }
            None => self.beside(slot, key),
        };
        if key.starts_with("extra.") {
            self.extras.insert(slot.column, prepared_key(key));
        }
        self.ops.push(Op { column: slot.column, converter: slot.converter, to, extra: "".into() });
    }

    fn beside(&mut self, slot: Slot, key: &str) -> To {
        match key {
            "malware.name" => self.malware.push(slot),
            "classification.identifier" => self.identifier.push(slot),
            _ => {}
        }
        let names_threat = matches!(key, "malware.name" | "classification.identifier");
        To::Key { key: prepared_key(key), lower: LOWER.contains(&key), names_threat }
    }

    /// Keeps a column as `extra.<column>`, or a numbered sibling if that is taken.
    fn keep(&mut self, column: usize, name: &str, converter: Converter) {
        let key = self.free(extra_name(name));
        let to = To::Key { key: prepared_key(&key), lower: false, names_threat: false };
        self.extras.insert(column, prepared_key(&key));
        self.ops.push(Op { column, converter, to, extra: "".into() });
    }

    /// Gives each column a key for refused texts, once it is known which keys are free, and order.
    fn finish(&mut self, names: &[String]) {
        for (column, name) in names.iter().enumerate() {
            if !self.extras.contains_key(&column) {
                let key = self.free(extra_name(name));
                self.extras.insert(column, prepared_key(&key));
            }
        }
        for op in &mut self.ops {
            op.extra = self.extras.get(&op.column).cloned().unwrap_or_default();
        }
        self.ops.sort_by_key(|op| op.column);
    }

    fn free(&mut self, key: String) -> String {
        let mut candidate = key.clone();
        let mut number = 2u32;
        while !self.keys.insert(candidate.clone()) {
            candidate = format!("{key}_{number}");
            number += 1;
        }
        candidate
    }
}
