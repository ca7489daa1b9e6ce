//! One row's fields into one row of sightings, or the reason why not.
//!
//! Nothing is pushed until the whole row is understood, so a refused row leaves no trace in the
//! columns. What decides a row: its time, an address where the mapping demands one, and somebody it is
//! about. Any other field that makes no sense (a port of 70000, a destination that is no address) is
//! left out of the columns and kept in the details as it came.

use std::ops::RangeInclusive;

use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;
use model::columns::Coded;
use model::{Asn, Fqdn, Ip, Sightings, ThreatName, classification};

use crate::address;
use crate::convert::Parts;
use crate::limits::Limits;
use crate::plan::{Plan, Slot};
use crate::rows::Row;

/// Names remembered across rows; forgotten all at once when there are too many.
const REMEMBERED: usize = 8192;

/// The parser of rows, with what it remembers of the rows before.
#[derive(Default)]
pub(crate) struct Decoder {
    threats: Codes,
    classifications: Codes,
    transports: Codes,
    names: HashMap<Box<str>, Option<Box<str>>>,
    domain: String,
    destination: String,
    url: String,
    /// In microseconds since 1970-01-01 UTC.
    span: Option<RangeInclusive<i64>>,
    /// Every threat that the delivery has named so far, and how many it may name.
    named: HashSet<Box<str>>,
    max_threats: usize,
    /// Codes of this block for threats beyond that.
    surplus: HashSet<u32>,
}

impl Decoder {
    pub(crate) fn new(limits: &Limits) -> Self {
        let (from, to) = (limits.seen.start(), limits.seen.end());
        let span = Some(from.as_microsecond()..=to.as_microsecond());
        Self { span, max_threats: limits.max_threats, ..Self::default() }
    }

    /// Forgets codes, which hold within one block only.
    pub(crate) fn begin_block(&mut self) {
        self.threats.clear();
        self.surplus.clear();
        self.classifications.clear();
        self.transports.clear();
    }

    /// Appends the row to the sightings.
    pub(crate) fn decode(
        &mut self,
        plan: &Plan,
        row: Row<'_>,
        line: u64,
        into: &mut Sightings,
    ) -> Result<(), String> {
        let seen = time(plan, row)?;
        if self.span.as_ref().is_some_and(|span| !span.contains(&seen)) {
            return Err(out_of_span(seen));
        }
        let ip = subject_ip(plan, row)?;
        let port = port(&plan.slots.port, row);
        if plan.port_is_mandatory && port == 0 {
            return Err(bad(plan, &plan.slots.port, row, "is no port from 1 to 65535"));
        }
        self.texts(plan, row);
        if ip.is_none() && self.domain.is_empty() && self.url.is_empty() {
            return Err(nobody(plan, row));
        }
        let threat = self.threat(plan, row, &mut into.threat)?;
        into.line.push(line);
        into.seen.push(seen);
        into.ip.push(ip);
        into.port.push(port);
        into.domain.push(&self.domain);
        into.url.push(&self.url);
        into.destination_domain.push(&self.destination);
        into.destination_ip.push(destination_ip(plan, row));
        into.destination_port.push(self::port(&plan.slots.destination_port, row));
        into.stated_asn.push(asn(plan, row));
        self.codes(plan, row, threat, into);
        Ok(())
    }

    fn texts(&mut self, plan: &Plan, row: Row<'_>) {
        self.domain.clear();
        self.destination.clear();
        self.url.clear();
        if let Some(name) = name(&mut self.names, plan, &plan.slots.domain, row) {
            self.domain.push_str(name);
        }
        if let Some(name) = name(&mut self.names, plan, &plan.slots.destination_domain, row) {
            self.destination.push_str(name);
        }
        let first = plan.slots.url.iter().find_map(|slot| {
            let text = slot.converter.text(row.get(slot.column).trim_ascii(), row, &plan.parts)?;
            is_url(&text).then_some(text)
        });
        if let Some(url) = first {
            self.url.push_str(&url);
        }
    }

    /// The code of the row's threat; refused if the delivery has named too many already.
    fn threat(
        &mut self,
        plan: &Plan,
        row: Row<'_>,
        into: &mut Coded,
    ) -> Result<Option<u32>, String> {
        let at = At { row, parts: &plan.parts };
        let known = into.values().len();
        let threat = self.threats.first(&plan.threat, at, into, threat_name);
        if let Some(name) = into.values().get(known) {
            let has_room = self.named.len() < self.max_threats;
            if !self.named.contains(name) && !has_room {
                self.surplus.extend(threat);
            } else if !self.named.contains(name) {
                self.named.insert(name.clone());
            }
        }
        if !self.surplus.is_empty() && threat.is_some_and(|code| self.surplus.contains(&code)) {
            return Err(format!(
                "names a threat beyond the first {} of its delivery",
                self.max_threats
            ));
        }
        Ok(threat)
    }

    fn codes(&mut self, plan: &Plan, row: Row<'_>, threat: Option<u32>, into: &mut Sightings) {
        let at = At { row, parts: &plan.parts };
        push(&mut into.threat, threat, &plan.constants.threat);
        let kinds = &mut into.classification;
        let kind = self.classifications.first(&plan.slots.classification, at, kinds, kind);
        push(kinds, kind, &plan.constants.classification);
        let transports = &mut into.transport;
        let transport = self.transports.first(&plan.slots.transport, at, transports, transport);
        push(transports, transport, &plan.constants.transport);
    }
}

fn out_of_span(seen: i64) -> String {
    match Timestamp::from_microsecond(seen) {
        Ok(seen) => format!("seen {seen}, which cannot be believed of this delivery"),
        Err(_) => "seen at no instant there is".to_owned(),
    }
}

fn push(column: &mut Coded, code: Option<u32>, constant: &str) {
    match code {
        Some(code) => column.push_code(code),
        None => column.push(constant),
    }
}

/// The row in hand, and where its columns stand that converters look at.
#[derive(Clone, Copy)]
struct At<'a> {
    row: Row<'a>,
    parts: &'a Parts,
}

/// Codes of texts met in this block, so that a text is made a name once and not in each row.
#[derive(Default)]
struct Codes {
    known: HashMap<Box<str>, Option<u32>>,
}

impl Codes {
    fn clear(&mut self) {
        self.known.clear();
    }

    /// The code of the first slot whose text makes a name.
    fn first(
        &mut self,
        slots: &[Slot],
        at: At<'_>,
        column: &mut Coded,
        make: fn(&str) -> Option<String>,
    ) -> Option<u32> {
        slots.iter().find_map(|slot| {
            let text = slot.converter.text(at.row.get(slot.column), at.row, at.parts)?;
            if let Some(&code) = self.known.get(text.as_ref()) {
                return code;
            }
            let code = make(&text).map(|name| column.code_of(&name));
            self.known.insert(text.into(), code);
            code
        })
    }
}

fn threat_name(text: &str) -> Option<String> {
    text.parse::<ThreatName>().ok().map(String::from)
}

fn kind(text: &str) -> Option<String> {
    let kind = text.trim().to_ascii_lowercase();
    classification::taxonomy(&kind).is_some().then_some(kind)
}

fn transport(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_ascii_lowercase())
}

/// Anything without control characters that names a scheme.
fn is_url(text: &str) -> bool {
    text.contains("://") && !text.chars().any(char::is_control)
}

fn time(plan: &Plan, row: Row<'_>) -> Result<i64, String> {
    // The first that says anything decides; most reports have one column for it.
    let mut text = "";
    for slot in &plan.slots.time {
        text = row.get(slot.column).trim_ascii();
        if !text.is_empty() {
            break;
        }
    }
    plan.times.iter().find_map(|form| form.parse(text)).ok_or_else(|| {
        let like = plan.times.first().map_or("", |form| form.example());
        bad(plan, &plan.slots.time, row, &format!("is no time like {like}"))
    })
}

fn subject_ip(plan: &Plan, row: Row<'_>) -> Result<Ip, String> {
    let ip = first_ip(&plan.slots.ip, row);
    if plan.ip_is_mandatory && ip.is_none() {
        return Err(bad(plan, &plan.slots.ip, row, "is no IP address"));
    }
    Ok(ip)
}

/// `0.0.0.0` is how feeds write that there was no destination.
fn destination_ip(plan: &Plan, row: Row<'_>) -> Ip {
    let ip = first_ip(&plan.slots.destination_ip, row);
    if ip == Ip::from_v4(0) { Ip::NONE } else { ip }
}

/// Why a row is about nobody: its address is none, or there is nothing at all.
fn nobody(plan: &Plan, row: Row<'_>) -> String {
    match plan.slots.ip.first() {
        Some(slot) if !row.get(slot.column).is_empty() => {
            bad(plan, &plan.slots.ip, row, "is no IP address")
        }
        Some(_) | None => "names no address, domain or URL that it is about".to_owned(),
    }
}

fn first_ip(slots: &[Slot], row: Row<'_>) -> Ip {
    let read = |slot: &Slot| address::ip(row.get(slot.column).trim_ascii());
    slots.iter().filter_map(read).find(|ip| !ip.is_none()).unwrap_or_default()
}

fn port(slots: &[Slot], row: Row<'_>) -> u16 {
    let read = |slot: &Slot| row.get(slot.column).trim_ascii().parse().ok();
    slots.iter().find_map(read).unwrap_or_default()
}

fn asn(plan: &Plan, row: Row<'_>) -> u32 {
    let read = |slot: &Slot| row.get(slot.column).trim_ascii().parse::<Asn>().ok();
    plan.slots.asn.iter().find_map(read).map_or(0, Asn::number)
}

/// The first slot that holds a domain name. Kept beside its text: the same few recur all day.
fn name<'a>(
    known: &'a mut HashMap<Box<str>, Option<Box<str>>>,
    plan: &Plan,
    slots: &[Slot],
    row: Row<'_>,
) -> Option<&'a str> {
    let mut found = None;
    for slot in slots {
        let Some(text) = slot.converter.text(row.get(slot.column).trim_ascii(), row, &plan.parts)
        else {
            continue;
        };
        if known.len() >= REMEMBERED {
            known.clear();
        }
        if !known.contains_key(text.as_ref()) {
            let name = text.parse::<Fqdn>().ok().map(|name| name.as_str().into());
            known.insert(text.as_ref().into(), name);
        }
        if known.get(text.as_ref()).is_some_and(Option::is_some) {
            found = Some(text);
            break;
        }
    }
    known.get(found?.as_ref()).and_then(Option::as_deref)
}

/// `` `src_ip`: `192.0.2.777` is no IP address``, the value cut to 80 characters.
fn bad(plan: &Plan, slots: &[Slot], row: Row<'_>, what: &str) -> String {
    let column = slots.first().map_or(0, |slot| slot.column);
    let value: String = row.get(column).chars().take(80).collect();
    match value.as_str() {
        "" => format!("`{}` is empty", plan.name(column)),
        value => format!("`{}`: `{value}` {what}", plan.name(column)),
    }
}
