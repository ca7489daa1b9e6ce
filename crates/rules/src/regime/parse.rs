//! Reading a pack: TOML in, a pack that resolves in itself out, or everything that is wrong with it.
//!
//! Tables are read in the order in which later ones name earlier ones, so that a name that resolves to
//! nothing is found where it stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use model::regime::RoleId;

use super::prove;
use super::{
    Event, Form, FormRule, Grade, Head, Holders, Override, Pack, Parts, Party, Role, Set, Trigger,
    Whose,
};
use crate::document::{Document, Node, Section};
use crate::finding::Findings;
use crate::input::{Input, InputKind, MeasureOf};
use crate::predicate::Predicate;
use crate::within::Within;

const EVENTS: [(&str, Event); 9] = [
    ("incident known", Event::IncidentKnown),
    ("notice received", Event::NoticeReceived),
    ("filing received", Event::FilingReceived),
    ("decision recorded", Event::DecisionRecorded),
    ("fact recorded", Event::FactRecorded),
    ("remediation unresolved", Event::RemediationUnresolved),
    ("month closed", Event::MonthClosed),
    ("record created", Event::RecordCreated),
    ("contact changed", Event::ContactChanged),
];

const WHOSE: [(&str, Whose); 4] = [
    ("address or domain is in the incident", Whose::AddressOrDomain),
    ("province is in the incident", Whose::Province),
    ("finding it is", Whose::Finding),
    ("named by an officer", Whose::NamedByOfficer),
];

const HOLDERS: [(&str, Holders); 3] = [
    ("one", Holders::One),
    ("one per province", Holders::OnePerProvince),
    ("several", Holders::Several),
];

const MEASURES: [(&str, MeasureOf); 2] = [
    ("distinct addresses of the largest threat", MeasureOf::LargestThreat),
    ("distinct addresses of all threats", MeasureOf::AllThreats),
];

/// The one way of counting that this release knows; a pack that says otherwise is refused.
const TIME: [(&str, &str); 5] = [
    ("hours", "run continuously"),
    ("start_day", "not counted"),
    ("day_ends", "24:00"),
    ("month_of", "local date of the trigger"),
    ("on_time", "sent at or before the due instant"),
];

pub(super) fn pack(text: &str, origin: &str) -> Result<Pack, Findings> {
    let document = Document::new(origin, text);
    let table = document.read(text);
    let pack = table.as_ref().and_then(|table| read(&document, document.root(table)));
    if let Some(pack) = &pack
        && document.is_clean()
    {
        prove::without_calendar(pack, &document);
    }
    document.close(pack)
}

fn read(document: &Document, root: Section<'_>) -> Option<Pack> {
    if let Some(node) = root.need("schema") {
        node.one_of(&[("regime/1", ())]);
    }
    let head = root.need("regime").and_then(|node| node.section()).and_then(head);
    if let Some(section) = root.need("time").and_then(|node| node.section()) {
        time(section);
    }
    let mut reader = Reader { document, parts: Parts::default(), places: BTreeMap::new() };
    if let Some(section) = root.need("applies").and_then(|node| node.section()) {
        reader.applies(section);
    }
    reader.parts.roles = reader.each(&root, "role", |_, node, section| role(node, section));
    reader.parts.sets = reader.each(&root, "set", Reader::set);
    reader.parts.triggers = reader.each(&root, "trigger", Reader::trigger);
    reader.parts.inputs = reader.each(&root, "input", |_, node, section| input(node, section));
    if let Some(section) = root.need("grade").and_then(|node| node.section()) {
        reader.grades(section);
    }
    reader.parts.forms = reader.each(&root, "form", |_, node, section| Some(form(node, section)));
    if let Some(section) = root.find("form_rule").and_then(|node| node.section()) {
        reader.parts.form_rule = Some(form_rule(section));
    }
    // Readings are named by duties and name duties: their ids are known before either is read.
    let readings = root.find("reading").and_then(|node| node.section()).map(Section::remaining);
    let readings = readings.unwrap_or_default();
    let reading_ids: BTreeSet<String> =
        readings.iter().map(|node| node.name().to_owned()).collect();
    if let Some(section) = root.need("duty").and_then(|node| node.section()) {
        for node in section.remaining() {
            reader.duty(&node, &reading_ids);
        }
    }
    for node in readings {
        reader.reading(&node);
    }
    if root.find("override").is_some() {
        reader.parts.overrides = reader
            .each(&root, "override", |reader, node, section| Some(reader.override_(node, section)));
    }
    for node in root.need("test").map(|node| node.list()).unwrap_or_default() {
        let proof = prove::read(document, &node, &reader.parts);
        reader.parts.proofs.extend(proof);
    }
    root.finish();
    reader.check();
    Some(Pack { head: head?, parts: reader.parts })
}

fn head(section: Section<'_>) -> Option<Head> {
    let zone_name = section.need_text("timezone");
    let zone = TimeZone::get(&zone_name);
    if zone.is_err() && !zone_name.is_empty() {
        let what = format!("`{zone_name}` is no time zone");
        section.report(what, "use a name of the IANA database, such as Europe/Berlin");
    }
    let in_force = section.need("in_force").and_then(|node| node.date());
    let repealed = section.find("repealed").and_then(|node| node.date());
    if let (Some(since), Some(until)) = (in_force, repealed)
        && until <= since
    {
        section.report("it is repealed before it is in force", "correct `in_force` or `repealed`");
    }
    if let Some(node) = section.find("issued") {
        node.date();
    }
    section.need_text("source");
    let head = (|| {
        Some(Head {
            id: section.need("id")?.parse()?,
            version: section.need_text("pack"),
            title: section.names("title")?,
            instrument: section.need_text("instrument"),
            in_force: in_force?,
            repealed,
            zone: zone.ok()?,
            zone_name,
            calendar: section.need_text("calendar"),
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
    pub(super) parts: Parts,
    /// Where each thing is declared, by kind and id.
    pub(super) places: BTreeMap<(&'static str, String), usize>,
}

impl Reader<'_> {
    /// Reads every entry of a table that must be there.
    fn each<T>(
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
        for node in section.words("classification") {
            let Some(word) = node.text() else { continue };
            if model::classification::taxonomy(&word).is_none() {
                let fix = "use a type of the Reference Security Incident Taxonomy";
                node.report(format!("`{word}` is no classification"), fix);
            }
            self.parts.classifications.push(word);
        }
        if self.parts.classifications.is_empty() {
            section.report("nothing falls under it", "list its classifications");
        }
        section.finish();
    }

    fn set(&self, node: &Node<'_>, section: &Section<'_>) -> Option<Set> {
        let roles = section.words("roles").iter().filter_map(|node| self.role_id(node)).collect();
        let means = section.need_text("means");
        let whose = section.need("whose")?.one_of(&WHOSE)?;
        let id = node.name().to_owned();
        if self.parts.roles.iter().any(|role| role.id.as_str() == id) {
            node.report(format!("`{id}` is a role already"), "give the set another name");
        }
        Some(Set { id, roles, whose, means })
    }

    fn trigger(&self, node: &Node<'_>, section: &Section<'_>) -> Option<Trigger> {
        let (article, means) = (section.need_text("art"), section.need_text("means"));
        let by = section.find("by").and_then(|node| self.party(&node));
        let otherwise = section.find("otherwise").and_then(|node| node.boolean()).unwrap_or(false);
        let at = section.need("at")?.one_of(&EVENTS)?;
        if at == Event::IncidentKnown && !matches!(by, Some(Party::Role(_))) {
            node.report("nobody is said to know the incident", "name a role: `by = \"…\"`");
        }
        let id = node.name().to_owned();
        Some(Trigger { id, article, at, by, otherwise, means })
    }

    fn grades(&mut self, section: Section<'_>) {
        let article = section.need_text("art");
        let order: Vec<String> = section.words("order").iter().filter_map(Node::text).collect();
        let at = section.at();
        let mut found: BTreeMap<String, Grade> = BTreeMap::new();
        for node in section.remaining() {
            self.places.insert(("grade", node.name().to_owned()), node.at());
            if !order.iter().any(|name| name == node.name()) {
                node.report("the grade is not in `order`", "add it there, the gravest first");
            }
            if let Some(grade) = self.grade(&node, &article) {
                found.insert(node.name().to_owned(), grade);
            }
        }
        for (rank, name) in (1..=u8::MAX).zip(&order) {
            match found.remove(name) {
                Some(grade) => self.parts.grades.push(Grade { rank, ..grade }),
                None => {
                    self.report(at, "grade.order", format!("`{name}` is no grade"), "declare it");
                }
            }
        }
        let otherwise = |grade: &Grade| grade.test.is_none();
        let last_only = self.parts.grades.last().is_some_and(otherwise)
            && self.parts.grades.iter().filter(|grade| otherwise(grade)).count() == 1;
        if !last_only {
            let fix = "let the last grade, and no other, say `when = \"otherwise\"`";
            self.report(at, "grade", "the scale does not end".to_owned(), fix);
        }
    }

    fn grade(&mut self, node: &Node<'_>, article: &str) -> Option<Grade> {
        let section = node.section()?;
        let name = section.bilingual();
        let harm = section.names("impact");
        let when = section.need_text("when");
        let test = (when != "otherwise").then(|| self.predicate(&section, "when"));
        // A grade whose predicate cannot be read is a grade all the same: one fault, one finding.
        let test = test.map(|read| read.unwrap_or_else(Predicate::never));
        section.finish();
        Some(Grade { id: id(node)?, rank: 0, article: article.to_owned(), name, when, harm, test })
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

    fn report(&self, at: usize, key: &str, what: String, fix: &str) {
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

    fn role_id(&self, node: &Node<'_>) -> Option<RoleId> {
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

/// A rolling window in whole hours.
fn window(node: &Node<'_>) -> Option<u32> {
    if let Within::Hours { hundredths } = node.parse()?
        && hundredths % 100 == 0
    {
        return Some(hundredths / 100);
    }
    node.report("the window is no number of whole hours", "write such as \"24 hours\"");
    None
}

fn form(node: &Node<'_>, section: &Section<'_>) -> Form {
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
    let holders = section.need("number")?.one_of(&HOLDERS)?;
    Some(Role { id: id(node)?, article, name, is, holders })
}

fn input(node: &Node<'_>, section: &Section<'_>) -> Option<Input> {
    let values = section.words("values").iter().filter_map(Node::text).collect();
    let means = section.need_text("means");
    let measures = section.find("measures").and_then(|node| node.one_of(&MEASURES));
    let window = section.find("window").and_then(|node| window(&node));
    let takes = section.find("takes").and_then(|node| node.one_of(&[("the finder's role", ())]));
    let otherwise = section.text("otherwise");
    let kind = match section.need("type")?.text()?.as_str() {
        "count" => InputKind::Count,
        "decimal" => InputKind::Decimal,
        "one of" => InputKind::OneOf(values),
        "yes or no" => InputKind::YesNo,
        "list" => InputKind::List,
        other => {
            let what = format!("`{other}` is no type of input");
            node.report(what, "use one of count, decimal, one of, yes or no, list");
            return None;
        }
    };
    if kind == InputKind::OneOf(Vec::new()) {
        node.report("it has no values", "list them: `values = [\"…\"]`");
    }
    if measures.is_some() && (window.is_none() || kind != InputKind::Count) {
        node.report("what is measured is a count over a window", "add `window = \"24 hours\"`");
    }
    let stranger = otherwise.as_deref().is_some_and(|value| kind.read(value).is_none());
    if stranger || takes.is_some() != otherwise.is_some() {
        let fix = "give `takes` and `otherwise` together, the latter being one of the values";
        node.report("it does not say what an unknown finder is", fix);
    }
    let measure = measures.zip(window);
    let name = node.name().to_owned();
    Some(Input { name, kind, means, measure, finder_or: otherwise })
}
