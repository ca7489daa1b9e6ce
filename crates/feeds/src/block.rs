//! A block: some rows of a delivery as columns, what was refused among them, and what else they said.
//!
//! What a row says beyond the columns is rendered only when asked for: the ledger keeps fewer rows
//! than it is shown.

use std::sync::Arc;

use model::Sightings;
use model::classification;
use model::delivery::Quarantined;
use model::details::{Details, SEPARATOR};
use model::sighting::Sighting;
use serde_json::{Map, Value};

use crate::convert::{Converter, Outcome, is_nothing};
use crate::json;
use crate::mapping::Field;
use crate::plan::{Op, Plan, To};
use crate::rows::{Row, Rows};
use crate::time;

/// The form of a row that stands as JSON: none, which is code 0 of any column.
const JSON: u32 = 0;

/// [`SEPARATOR`] as it stands in a text.
const SEPARATOR_BYTE: u8 = 0x1f;

/// Consecutive rows of a delivery.
#[derive(Debug)]
pub struct Block {
    /// The rows that were understood.
    pub sightings: Sightings,
    /// The rows that were not, in the order of their lines.
    pub quarantined: Vec<Quarantined>,
    pub(crate) rows: Rows,
    pub(crate) plan: Arc<Plan>,
}

/// How much of a row to render.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// What the columns of a sighting do not say.
    Details,
    /// Everything.
    Event,
}

impl Block {
    /// Everything that row `row` of the sightings says beyond its columns, as a JSON object with
    /// IntelMQ's names; the empty string if that is nothing. What `out` held is replaced.
    ///
    /// A value that a column could not take (a port of 70000) is here as it came.
    pub fn details(&self, row: usize, out: &mut String) {
        out.clear();
        self.write_details(row, out);
    }

    /// Appends what [`details`](Self::details) says of a row.
    pub fn write_details(&self, row: usize, out: &mut String) {
        let Some(sighting) = self.sightings.row(row) else {
            return;
        };
        let before = out.len();
        out.push('{');
        self.render(row, &sighting, Extent::Details, out);
        if out.len() == before + 1 {
            out.truncate(before);
        } else {
            out.push('}');
        }
    }

    /// Appends the details of some rows: values in the form of this delivery where they fit it, else JSON.
    pub fn tell(&self, rows: &[u32], details: &mut Details) {
        let form = details.forms.code_of(&self.plan.form);
        for row in rows.iter().filter_map(|&row| usize::try_from(row).ok()) {
            let mut fits = false;
            details.texts.push_with(|text| {
                let before = text.len();
                fits = form != JSON && self.write_values(row, text);
                if !fits {
                    text.truncate(before);
                    self.write_details(row, text);
                }
            });
            details.forms.push_code(if fits { form } else { JSON });
        }
    }

    /// Appends what the columns of a row say beside the fields of a sighting; `false` if that does not fit
    /// the form.
    fn write_values(&self, at: usize, out: &mut String) -> bool {
        let Some(sighting) = self.sightings.row(at) else {
            return false;
        };
        let (row, before) = (self.rows.row(at), out.len());
        let mut names = 0;
        for op in &self.plan.ops {
            let raw = row.get(op.column);
            let is_absent = raw.is_empty() && !op.converter.reads_empty();
            let (lower, names_threat) = match &op.to {
                To::Field(_) if is_absent => continue,
                To::Field(field) if self.took(*field, op, row, &sighting) => continue,
                To::Field(_) if is_nothing(raw.trim_ascii()) => continue,
                To::Field(_) => return false,
                To::Key { lower, names_threat, .. } => (*lower, *names_threat),
            };
            if names > 0 {
                out.push(SEPARATOR);
            }
            names += 1;
            if is_absent || (names_threat && self.says(op, row, sighting.threat)) {
                continue;
            }
            if op.converter.is_text() {
                if op.converter != Converter::Text || !is_nothing(raw) {
                    push_text(raw, lower, out);
                }
            } else if self.write_value(op, lower, row, out) == Outcome::Refused {
                return false;
            }
        }
        let written = out.as_bytes().get(before..).unwrap_or_default();
        // A value with a separator in it would shift those behind it.
        let separators = memchr::memchr_iter(SEPARATOR_BYTE, written).count();
        let (fits, says_nothing) = (separators + 1 == names, separators == written.len());
        if fits && says_nothing {
            out.truncate(before);
        }
        fits
    }

    /// Row `row` as a whole IntelMQ event, one JSON object. What `out` held is replaced.
    pub fn event_json(&self, row: usize, out: &mut String) {
        out.clear();
        out.push('{');
        if let Some(sighting) = self.sightings.row(row) {
            self.columns(&sighting, out);
            self.render(row, &sighting, Extent::Event, out);
        }
        out.push('}');
    }

    /// Row `row` as a whole IntelMQ event; empty past the end.
    pub fn event(&self, row: usize) -> Map<String, Value> {
        let mut text = String::new();
        self.event_json(row, &mut text);
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// What the columns and the mapping say of a row.
    fn columns(&self, sighting: &Sighting<'_>, out: &mut String) {
        json::key("\"time.source\":\"", out);
        time::write_iso(sighting.seen, out);
        out.push('"');
        let constants = &self.plan.constants;
        let taxonomy = classification::taxonomy(sighting.classification).unwrap_or_default();
        for (key, text) in [
            ("source.fqdn", self.own(Field::Domain, sighting.domain)),
            ("source.url", self.own(Field::Url, sighting.url)),
            ("classification.type", sighting.classification),
            ("classification.taxonomy", taxonomy),
            ("classification.identifier", &constants.identifier),
            ("protocol.application", &constants.application),
            ("protocol.transport", sighting.transport),
            ("destination.fqdn", self.own(Field::DestinationDomain, sighting.destination_domain)),
        ] {
            if !text.is_empty() {
                json::key(&json::prepared_key(key), out);
                json::string(text, out);
            }
        }
        for (key, ip) in [("source.ip", sighting.ip), ("destination.ip", sighting.destination_ip)] {
            if !ip.is_none() {
                json::write_to(out, format_args!(",\"{key}\":\"{ip}\""));
            }
        }
        for (key, number) in [
            ("source.port", u32::from(sighting.port)),
            ("source.asn", sighting.stated_asn),
            ("destination.port", u32::from(sighting.destination_port)),
        ] {
            if number != 0 {
                json::write_to(out, format_args!(",\"{key}\":{number}"));
            }
        }
    }

    /// The text, if a column of the report is that field, rather than one that merely fills it.
    fn own<'a>(&self, field: Field, text: &'a str) -> &'a str {
        if self.plan.keys.contains(field.key()) { text } else { "" }
    }

    fn render(&self, at: usize, sighting: &Sighting<'_>, extent: Extent, out: &mut String) {
        let row = self.rows.row(at);
        for op in &self.plan.ops {
            let raw = row.get(op.column);
            if raw.is_empty() && !op.converter.reads_empty() {
                continue;
            }
            match &op.to {
                To::Field(field) if self.took(*field, op, row, sighting) => {}
                To::Field(_) => keep(op, raw, out),
                To::Key { key, lower, names_threat } => {
                    let told = extent == Extent::Details && *names_threat;
                    if !(told && self.says(op, row, sighting.threat)) {
                        self.value(op, (key, *lower), row, out);
                    }
                }
            }
        }
        if self.plan.format.is_objects() {
            self.remainder(row, out);
        }
    }

    /// Whether the sighting says what the column says, so that nothing of it would be lost.
    fn took(&self, field: Field, op: &Op, row: Row<'_>, sighting: &Sighting<'_>) -> bool {
        let text_is = |text| self.says(op, row, text);
        match field {
            Field::Time => true,
            Field::Ip => !sighting.ip.is_none(),
            Field::Port => sighting.port != 0,
            Field::DestinationIp => {
                !sighting.destination_ip.is_none() || row.get(op.column).trim_ascii() == "0.0.0.0"
            }
            Field::DestinationPort => sighting.destination_port != 0,
            Field::Asn => sighting.stated_asn != 0,
            Field::Domain => text_is(sighting.domain),
            Field::Url => text_is(sighting.url),
            Field::Classification => text_is(sighting.classification),
            Field::Transport => text_is(sighting.transport),
            Field::DestinationDomain => text_is(sighting.destination_domain),
        }
    }

    /// Whether the column's text is this one, give or take case and a final dot.
    fn says(&self, op: &Op, row: Row<'_>, text: &str) -> bool {
        let raw = row.get(op.column).trim_ascii();
        if raw == text && op.converter.is_text() {
            return true;
        }
        let read = op.converter.text(raw, row, &self.plan.parts).unwrap_or_default();
        read == text || read.strip_suffix('.').unwrap_or(&read).eq_ignore_ascii_case(text)
    }

    fn value(&self, op: &Op, (key, lower): (&str, bool), row: Row<'_>, out: &mut String) {
        let before = out.len();
        json::key(key, out);
        match self.write_value(op, lower, row, out) {
            Outcome::Written => {}
            Outcome::Absent => out.truncate(before),
            Outcome::Refused => {
                out.truncate(before);
                json::key(&op.extra, out);
                json::string(row.get(op.column), out);
            }
        }
    }

    fn write_value(&self, op: &Op, lower: bool, row: Row<'_>, out: &mut String) -> Outcome {
        let before = out.len();
        let outcome = op.converter.write(row.get(op.column), row, &self.plan.parts, out);
        let is_upper = lower && outcome == Outcome::Written;
        if is_upper && out.get(before..).is_some_and(has_upper) {
            let value = out.split_off(before).to_lowercase();
            out.push_str(&value);
        }
        outcome
    }

    fn remainder(&self, row: Row<'_>, out: &mut String) {
        let names = &self.plan.names;
        let object = serde_json::from_str::<Map<String, Value>>(row.get(names.len()));
        let taken = json::Taken { paths: names, keys: &self.plan.keys };
        json::remainder(&object.unwrap_or_default(), &taken, out);
    }
}

/// Keeps the text of a field as it came, unless it is one of the ways to write "nothing".
fn keep(op: &Op, raw: &str, out: &mut String) {
    let text = raw.trim_ascii();
    if !is_nothing(text) {
        json::key(&op.extra, out);
        json::string(text, out);
    }
}

fn push_text(text: &str, lower: bool, out: &mut String) {
    if lower && has_upper(text) {
        out.push_str(&text.to_lowercase());
    } else {
        out.push_str(text);
    }
}

fn has_upper(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
}
