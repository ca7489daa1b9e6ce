//! Reading a pack: TOML in, a pack that resolves in itself out, or everything that is wrong with it.
//!
//! Tables are read in the order in which later ones name earlier ones, so that a name that resolves to
//! nothing is found where it stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::regime::RoleId;

use super::prove;
use super::{
    AS_FIRST_REPORT, Choices, Event, Form, FormRule, Head, Holders, Opens, Override, Pack, Parts,
    Party, Role, Set, Trigger, Whose,
};
use crate::calendar::Confidence;
use crate::document::{Document, Node, Section};
use crate::input::input;
use crate::predicate::Predicate;

const EVENTS: [(&str, Event); 11] = [
    ("incident known", Event::IncidentKnown),
    ("incident graded", Event::IncidentGraded),
    ("notice received", Event::NoticeReceived),
    ("filing received", Event::FilingReceived),
    ("filing sent", Event::FilingSent),
    ("decision recorded", Event::DecisionRecorded),
    ("fact recorded", Event::FactRecorded),
    ("remediation unresolved", Event::RemediationUnresolved),
    ("month closed", Event::MonthClosed),
    ("record created", Event::RecordCreated),
    ("contact changed", Event::ContactChanged),
];

const WHOSE: [(&str, Whose); 9] = [
    ("address or domain is in the incident", Whose::AddressOrDomain),
    ("province is in the incident", Whose::Province),
    ("province is in the incident, else the debtor's own", Whose::ProvinceOrOwn),
    ("province is the debtor's own", Whose::OwnProvince),
    ("finding it is", Whose::Finding),
    ("finding or desk it is", Whose::Knowing),
    ("subsidiary's finding or desk it is", Whose::GroupOfKnowing),
    ("role it is, whatever the incident", Whose::Everyone),
    ("named by an officer", Whose::NamedByOfficer),
];

pub(super) const CONFIDENCE: [(&str, Confidence); 2] =
    [("high", Confidence::High), ("medium", Confidence::Medium)];

const OPENS: [(&str, Opens); 2] = [("engine", Opens::Engine), ("officer", Opens::Officer)];

const HOLDERS: [(&str, Holders); 3] = [
    ("one", Holders::One),
    ("one per province", Holders::OnePerProvince),
    ("several", Holders::Several),
];

/// The one way of counting that this release knows; a pack that says otherwise is refused.
const TIME: [(&str, &str); 5] = [
    ("hours", "run continuously"),
    ("start_day", "not counted"),
    ("day_ends", "24:00"),
    ("month_of", "local date of the trigger"),
    ("on_time", "sent at or before the due instant"),
];

/// Reads a document in which these choices have been made.
pub(super) fn read(document: &Document, root: Section<'_>, under: &Choices) -> Option<Pack> {
    if let Some(node) = root.need("schema") {
        node.one_of(&[("regime/1", ())]);
    }
    let head = root.need("regime").and_then(|node| node.section()).and_then(head);
    if let Some(section) = root.need("time").and_then(|node| node.section()) {
        time(section);
    }
    let mut reader = Reader::new(document, Parts::default());
    reader.confidence = head.as_ref().map(|head| head.confidence).unwrap_or_default();
    if let Some(section) = root.need("applies").and_then(|node| node.section()) {
        reader.applies(section);
    }
    reader.parts.roles = reader.each(&root, "role", |_, node, section| role(node, section));
    reader.parts.sets = reader.each(&root, "set", Reader::set);
    reader.parts.triggers = reader.each(&root, "trigger", Reader::trigger);
    reader.parts.inputs = reader.each(&root, "input", |_, node, section| input(node, section));
    reader.scales(&root);
    reader.parts.forms = reader.each(&root, "form", |_, node, section| Some(form(node, section)));
    reader.fields(&root);
    if let Some(section) = root.find("form_rule").and_then(|node| node.section()) {
        reader.parts.form_rule = Some(form_rule(section));
    }
    // Readings are named by duties and name duties: their ids are known before either is read.
    let readings = root.find("reading").and_then(|node| node.section()).map(Section::remaining);
    let readings = readings.unwrap_or_default();
    reader.reading_ids = readings.iter().map(|node| node.name().to_owned()).collect();
    if let Some(section) = root.need("duty").and_then(|node| node.section()) {
        reader.duties(section);
    }
    reader.gate(&root);
    reader.items(&root);
    reader.definitions(&root);
    for node in readings {
        reader.reading(&node);
    }
    if root.find("override").is_some() {
        reader.parts.overrides = reader
            .each(&root, "override", |reader, node, section| Some(reader.override_(node, section)));
    }
    for node in root.need("test").map(|node| node.list()).unwrap_or_default() {
        let proof = prove::read(document, &node, &reader.parts, under);
        reader.parts.proofs.extend(proof);
    }
    root.finish();
    reader.check(under);
    Some(Pack { head: head?, parts: reader.parts })
}

fn head(section: Section<'_>) -> Option<Head> {
    let zone_name = section.need_text("timezone");
    let zone = TimeZone::get(&zone_name);
    if zone.is_err() && !zone_name.is_empty() {
        let what = format!("`{zone_name}` is no time zone");
        section.report(what, "use a name of the IANA database, such as Europe/Berlin");
    }
    let (in_force, repealed) = times(&section);
    let confidence = section.find("confidence").and_then(|node| node.one_of(&CONFIDENCE));
    let (confidence, note) = (confidence.unwrap_or_default(), section.names("note"));
    if let Some(node) = section.find("issued") {
        node.date();
    }
    let source = section.need_text("source");
    let head = (|| {
        Some(Head {
            id: section.need("id")?.parse()?,
            version: section.need_text("pack"),
            title: section.names("title")?,
            instrument: section.need_text("instrument"),
            source,
            in_force,
            repealed,
            confidence,
            note,
            zone: zone.ok()?,
            zone_name,
            calendar: section.need_text("calendar"),
            choices: Choices::default(),
        })
    })();
    if head.is_none() {
        section.report(
            "the regime is incomplete",
            "give id, title, instrument, in_force, pack, timezone",
        );
    }
    section.finish();
    head
}

/// The first day in force and the first day no longer. A proposal has neither.
fn times(section: &Section<'_>) -> (Option<Date>, Option<Date>) {
    let proposed = section.find("status").and_then(|node| node.one_of(&[("proposed", ())]));
    let date = |name| section.find(name).and_then(|node| node.date());
    let times = (date("in_force"), date("repealed"));
    match (proposed, times) {
        (Some(()), (None, None)) => {}
        (Some(()), _) => {
            let fix = "remove `in_force` and `repealed`, or `status`";
            section.report("a proposal is not in force", fix);
        }
        (None, (None, _)) => {
            let fix = "add `in_force = …`, or `status = \"proposed\"`";
            section.report("`in_force` is missing", fix);
        }
        (None, (Some(since), Some(until))) if until <= since => {
            let fix = "correct `in_force` or `repealed`";
            section.report("it is repealed before it is in force", fix);
        }
        (None, _) => {}
    }
    times
}

fn time(section: Section<'_>) {
    for (name, known) in TIME {
        if let Some(node) = section.need(name) {
            node.one_of(&[(known, ())]);
        }
    }
    section.finish();
}

/// A pack while it is being read: what is declared so far, and where.
pub(super) struct Reader<'d> {
    pub(super) document: &'d Document,
    /// How sure the pack is, where a duty does not say.
    pub(super) confidence: Confidence,
    pub(super) parts: Parts,
    /// Where each thing is declared, by kind and id.
    pub(super) places: BTreeMap<(&'static str, String), usize>,
    /// Readings are named before they are read.
    pub(super) reading_ids: BTreeSet<String>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document, parts: Parts) -> Self {
        let (confidence, places) = (Confidence::High, BTreeMap::new());
        Self { document, confidence, parts, places, reading_ids: BTreeSet::new() }
    }
}

impl Reader<'_> {
    /// Reads every entry of a table that must be there.
    pub(super) fn each<T>(
        &mut self,
        root: &Section<'_>,
        name: &'static str,
        one: fn(&Self, &Node<'_>, &Section<'_>) -> Option<T>,
    ) -> Vec<T> {
        let table = root.need(name).and_then(|node| node.section());
        let mut all = Vec::new();
        for node in table.map(Section::remaining).unwrap_or_default() {
            self.places.insert((name, node.name().to_owned()), node.at());
            if let Some(section) = node.section() {
                all.extend(one(self, &node, &section));
                section.finish();
            }
        }
        all
    }

    fn applies(&mut self, section: Section<'_>) {
        section.need_text("art");
        let opens = section.find("opens").and_then(|node| node.one_of(&OPENS));
        self.parts.opens = opens.unwrap_or_default();
        for node in section.words("classification") {
            let Some(word) = node.text() else { continue };
            if model::classification::taxonomy(&word).is_none() {
                let fix = "use a type of the Reference Security Incident Taxonomy";
                node.report(format!("`{word}` is no classification"), fix);
            }
            self.parts.classifications.push(word);
        }
        self.items_of(&section);
        if self.parts.classifications.is_empty() && self.parts.opens == Opens::Engine {
            let fix = "list its classifications, or say `opens = \"officer\"`";
            section.report("nothing falls under it", fix);
        }
        section.finish();
    }

    pub(super) fn set(&self, node: &Node<'_>, section: &Section<'_>) -> Option<Set> {
        let roles = section.words("roles").iter().filter_map(|node| self.role_id(node)).collect();
        let means = section.need_phrase("means");
        let whose = section.need("whose")?.one_of(&WHOSE)?;
        let id = node.name().to_owned();
        if self.parts.roles.iter().any(|role| role.id.as_str() == id) {
            node.report(format!("`{id}` is a role already"), "give the set another name");
        }
        Some(Set { id, roles, whose, means })
    }

    pub(super) fn trigger(&self, node: &Node<'_>, section: &Section<'_>) -> Option<Trigger> {
        let (article, means) = (section.need_text("art"), section.need_phrase("means"));
        let by = section.find("by").and_then(|node| self.party(&node));
        let otherwise = section.find("otherwise").and_then(|node| node.boolean()).unwrap_or(false);
        let at = section.need("at")?.one_of(&EVENTS)?;
        if at == Event::IncidentKnown && !matches!(by, Some(Party::Role(_) | Party::Set(_))) {
            let fix = "name a role or a set: `by = \"…\"`";
            node.report("nobody is said to know the incident", fix);
        }
        let id = node.name().to_owned();
        Some(Trigger { id, article, at, by, otherwise, means })
    }

    pub(super) fn predicate(&self, section: &Section<'_>, name: &'static str) -> Option<Predicate> {
        let node = section.find(name)?;
        match Predicate::parse(&node.text()?, &self.parts.inputs) {
            Ok(predicate) => Some(predicate),
            Err(error) => {
                node.report(error.to_string(), "write it in CEL over the names under [input]");
                None
            }
        }
    }

    fn override_(&self, node: &Node<'_>, section: &Section<'_>) -> Override {
        let article = section.need_text("art");
        let by = section.words("by").iter().filter_map(|node| self.role_id(node)).collect();
        let may = section.need_text("may");
        let needs = section.words("needs").iter().filter_map(Node::text).collect();
        let id = node.name().to_owned();
        Override { id, article, by, may, needs }
    }

    pub(super) fn report(&self, at: usize, key: &str, what: String, fix: &str) {
        self.document.report(Some(at), key, what, fix);
    }

    pub(super) fn parties(&self, section: &Section<'_>, name: &'static str) -> Vec<Party> {
        section.words(name).iter().filter_map(|node| self.party(node)).collect()
    }

    pub(super) fn party(&self, node: &Node<'_>) -> Option<Party> {
        let name = node.text()?;
        if name == "any" {
            return Some(Party::Anybody);
        }
        if name == AS_FIRST_REPORT {
            return Some(Party::AsFirstReport);
        }
        if let Some(role) = self.parts.roles.iter().find(|role| role.id.as_str() == name) {
            return Some(Party::Role(role.id.clone()));
        }
        if self.parts.sets.iter().any(|set| set.id == name) {
            return Some(Party::Set(name));
        }
        let fix = "use a name under [role] or [set], or add it there";
        node.report(format!("`{name}` is no role and no set"), fix);
        None
    }

    pub(super) fn role_id(&self, node: &Node<'_>) -> Option<RoleId> {
        let name = node.text()?;
        let role = self.parts.roles.iter().find(|role| role.id.as_str() == name);
        if role.is_none() {
            node.report(format!("`{name}` is no role"), "use a name under [role], or add it there");
        }
        role.map(|role| role.id.clone())
    }
}

pub(super) fn id<T>(node: &Node<'_>) -> Option<T>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    match node.name().parse() {
        Ok(id) => Some(id),
        Err(error) => {
            node.report(error.to_string(), "give it another id");
            None
        }
    }
}

pub(super) fn form(node: &Node<'_>, section: &Section<'_>) -> Form {
    let article = section.need_text("art");
    let contents = section.words("contents").iter().filter_map(Node::text).collect();
    let proposal = section.find("proposal").and_then(|node| node.boolean()).unwrap_or(false);
    Form { id: node.name().to_owned(), article, contents, proposal }
}

/// How a filing is made, and what comes first when it is urgent.
fn form_rule(section: Section<'_>) -> FormRule {
    const TELEPHONE_FIRST: [(&str, ()); 2] = [
        ("telephone first, form afterwards", ()),
        ("telephone first, written report afterwards", ()),
    ];
    let (article, medium) = (section.need_text("art"), section.need_text("medium"));
    let urgent = section.find("urgent").and_then(|node| node.one_of(&TELEPHONE_FIRST));
    section.words("principles").iter().for_each(|principle| drop(principle.text()));
    section.finish();
    FormRule { article, medium, telephone_first: urgent.is_some() }
}

pub(super) fn known(
    node: &Node<'_>,
    kind: &str,
    is_known: impl FnOnce(&str) -> bool,
) -> Option<String> {
    let name = node.text()?;
    if !is_known(&name) {
        let fix = format!("use a name under [{kind}], or add it there");
        node.report(format!("`{name}` is no {kind}"), fix);
        return None;
    }
    Some(name)
}

fn role(node: &Node<'_>, section: &Section<'_>) -> Option<Role> {
    section.text("of");
    section.words("members").iter().for_each(|member| drop(member.text()));
    let (article, name) = (section.need_text("art"), section.bilingual());
    let is = section.need_text("is");
    let department = section.find("competent_department").and_then(|node| node.boolean());
    let has_department = department.unwrap_or(false);
    let holders = section.need("number")?.one_of(&HOLDERS)?;
    Some(Role { id: id(node)?, article, name, is, has_department, holders })
}
