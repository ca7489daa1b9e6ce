//! Reading a layer, and settling that it does no more than its kind may.

use std::sync::Arc;

use jiff::ToSpan;
use model::regime::{DutyId, PackId, RoleId};

use super::{Added, Change, Head, Layer, LayerKind, relax};
use crate::document::{Document, Node, Section};
use crate::finding::Findings;
use crate::regime::parse::{self, Reader};
use crate::regime::{Clock, Duty, Override, Pack, duties, prove};
use crate::within::Within;

/// The most years that a special period may last: whatever lasts longer is a rule, not a period.
const LONGEST_PERIOD: i64 = 5;

const KINDS: [(&str, LayerKind); 3] = [
    ("provincial", LayerKind::Provincial),
    ("special period", LayerKind::SpecialPeriod),
    ("house", LayerKind::House),
];

pub(super) fn layer(text: &str, origin: &str, base: &Pack) -> Result<Layer, Findings> {
    let document = Document::new(origin, text);
    let table = document.read(text);
    let read = table.as_ref().and_then(|table| read(&document, document.root(table), base));
    document.close(read)
}

pub(super) fn over_which(text: &str, origin: &str) -> Result<PackId, Findings> {
    let document = Document::new(origin, text);
    let table = document.read(text);
    let over = table.as_ref().and_then(|table| {
        let section = document.root(table).need("layer")?.section()?;
        section.need("over")?.parse()
    });
    document.close(over)
}

fn read(document: &Document, root: Section<'_>, base: &Pack) -> Option<Layer> {
    if let Some(node) = root.need("schema") {
        node.one_of(&[("regime-layer/1", ())]);
    }
    let section = root.need("layer")?.section()?;
    let head = head(&section, base)?;
    section.finish();
    let mut parts = base.parts.clone();
    parts.proofs.clear();
    let mut reading = Reading { reader: Reader::new(document, parts), base, head: &head };
    let added = reading.added(&root);
    let changes = reading.changes(&root);
    let targets = reading.targets(&root);
    let Reading { reader, .. } = reading;
    let tests = root.find("test").map(|node| node.list()).unwrap_or_default();
    let read = |node: &Node<'_>| prove::read(document, node, &reader.parts, base.choices());
    let proofs: Vec<_> = tests.iter().filter_map(read).collect();
    root.finish();
    let added = Added { duties: duties_beyond(base, &reader), ..added };
    let law = added.duties.iter().map(|duty| &duty.id).chain(changes.iter().map(|one| &one.duty));
    for id in law.filter(|id| !proofs.iter().any(|proof| proof.covers_duty(id))) {
        reader.report_of("duty", id.as_str(), "no case tries it", "add a [[test]] with `duty`");
    }
    if added == Added::default() && changes.is_empty() && targets.is_empty() {
        document.report(None, "", "the layer says nothing", "add [duty], or [target] for a house");
    }
    let mut layer = Layer { head: head.clone(), added, changes, targets, proofs: Vec::new() };
    let mut laid = base.clone();
    laid.parts.proofs.clear();
    layer.lay_over(&mut laid.parts);
    let laid = Arc::new(laid);
    layer.proofs = proofs.into_iter().map(|proof| proof.tried_on(&laid)).collect();
    if document.is_clean() {
        prove::without_calendar(&layer.proofs, &laid, document);
    }
    Some(layer)
}

fn duties_beyond(base: &Pack, reader: &Reader<'_>) -> Vec<Duty> {
    reader.parts.duties.iter().skip(base.parts.duties.len()).cloned().collect()
}

fn head(section: &Section<'_>, base: &Pack) -> Option<Head> {
    let kind = section.need("kind").and_then(|node| node.one_of(&KINDS));
    let over: Option<PackId> = section.need("over").and_then(|node| node.parse());
    if over.as_ref().is_some_and(|over| over != base.id()) {
        let what = format!("it lies over another pack than `{}`", base.id());
        section.report(what, "read it with the pack that `over` names");
    }
    let id: Option<PackId> = section.need("id").and_then(|node| node.parse());
    let title = section.need("title").and_then(|_| section.names("title"));
    let from = section.need("from").and_then(|node| node.date());
    let until = section.find("until").and_then(|node| node.date());
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        section.report("it ends before it begins", "correct `from` or `until`");
    }
    let authority = section.find("authority").and_then(|node| {
        let name = node.text()?;
        let role = base.roles().iter().find(|role| role.id.as_str() == name);
        if role.is_none() {
            node.report(format!("`{name}` is no role of `{}`", base.id()), "use one of its roles");
        }
        role.map(|role| role.id.clone())
    });
    let head = Head {
        version: section.need_text("version"),
        document: section.text("document"),
        province: section.find("province").and_then(|node| node.parse()),
        authority,
        until,
        id: id?.to_string(),
        over: over?,
        kind: kind?,
        title: title?,
        from: from?,
    };
    if head.kind != LayerKind::House {
        check_authority(section, base, &head, allowance(section, base, head.kind)?);
    }
    if head.kind == LayerKind::SpecialPeriod {
        check_dated(section, &head);
    }
    let needs_province = head.kind == LayerKind::Provincial;
    if needs_province && head.province.is_none() {
        section.report("it holds in no province", "say which: `province = \"…\"`");
    }
    Some(head)
}

/// A special period that does not end, or not within years, is another law.
fn check_dated(section: &Section<'_>, head: &Head) {
    let Some(until) = head.until else { return };
    let most = head.from.checked_add(LONGEST_PERIOD.years());
    if most.is_ok_and(|most| most < until) {
        let what = format!("a special period of more than {LONGEST_PERIOD} years");
        let node = section.find("until");
        let fix = "end it sooner, and begin another then";
        node.map_or_else(|| section.report(&*what, fix), |node| node.report(&*what, fix));
    }
}

/// What the pack lets such a layer do.
fn allowance<'p>(section: &Section<'_>, base: &'p Pack, kind: LayerKind) -> Option<&'p Override> {
    let id = match kind {
        LayerKind::Provincial => "provincial",
        LayerKind::SpecialPeriod => "special_period",
        LayerKind::House => return None,
    };
    let rule = base.overrides().iter().find(|rule| rule.id == id);
    if rule.is_none() {
        let what = format!("`{}` has no [override] `{id}`: nobody may do this", base.id());
        section.report(what, "name another pack, or make it a house layer");
    }
    rule
}

/// Whoever may change the rules must have done so, in the way that the pack demands.
fn check_authority(section: &Section<'_>, base: &Pack, head: &Head, rule: &Override) {
    let by: Vec<&str> = rule.by.iter().map(RoleId::as_str).collect();
    if !head.authority.as_ref().is_some_and(|authority| rule.by.contains(authority)) {
        let article = &rule.article;
        let what = format!("`{}` art. {article} leaves this to {}", base.id(), by.join(" or "));
        section.report(what, "say whose layer it is: `authority = …`");
    }
    for need in &rule.needs {
        let given = match need.as_str() {
            "document" => head.document.is_some(),
            "until" => head.until.is_some(),
            "province" => head.province.is_some(),
            // The authority has been asked for above, by whatever name the pack gives it.
            _ => true,
        };
        if !given {
            let what = format!("`{}` art. {} demands its `{need}`", base.id(), rule.article);
            section.report(what, format!("add `{need} = …`"));
        }
    }
}

/// A layer while it is being read, upon the parts of its pack.
struct Reading<'a, 'd> {
    reader: Reader<'d>,
    base: &'a Pack,
    head: &'a Head,
}

impl Reading<'_, '_> {
    /// Reads what the layer declares beside what the pack has, but for the duties.
    fn added(&mut self, root: &Section<'_>) -> Added {
        let mut added = Added::default();
        if root.find("set").is_some() {
            added.sets = self.reader.each(root, "set", Reader::set);
            self.refuse_known("set", added.sets.iter().map(|set| set.id.as_str()));
            self.reader.parts.sets.extend(added.sets.iter().cloned());
        }
        if root.find("trigger").is_some() {
            added.triggers = self.reader.each(root, "trigger", Reader::trigger);
            self.refuse_known("trigger", added.triggers.iter().map(|trigger| trigger.id.as_str()));
            self.reader.parts.triggers.extend(added.triggers.iter().cloned());
        }
        if root.find("form").is_some() {
            added.forms =
                self.reader.each(root, "form", |_, node, section| Some(parse::form(node, section)));
            self.refuse_known("form", added.forms.iter().map(|form| form.id.as_str()));
            self.reader.parts.forms.extend(added.forms.iter().cloned());
        }
        if self.head.kind != LayerKind::Provincial && added != Added::default() {
            let what = format!("a {} layer declares nothing of its own", self.head.kind);
            self.reader.document.report(None, "", what, "remove [set], [trigger] and [form]");
        }
        added
    }

    fn refuse_known<'n>(&self, kind: &'static str, names: impl Iterator<Item = &'n str>) {
        let base = self.base;
        for name in names {
            let known = base.set(name).is_some()
                || base.trigger(name).is_some()
                || base.forms().iter().any(|form| form.id == name);
            if known {
                let what = format!("`{}` has it already", base.id());
                self.reader.report_of(kind, name, &what, "give it another name");
            }
        }
    }

    fn changes(&mut self, root: &Section<'_>) -> Vec<Change> {
        let table = root.find("duty").and_then(|node| node.section());
        self.reader.reading_ids = self.base.readings().iter().map(|one| one.id.clone()).collect();
        let mut changes = Vec::new();
        for node in table.map(Section::remaining).unwrap_or_default() {
            if self.head.kind == LayerKind::House {
                node.report("a house makes no law", "set a target instead, under [target]");
                continue;
            }
            self.reader.places.insert(("duty", node.name().to_owned()), node.at());
            let duties = self.base.duties();
            match duties.iter().find(|duty| duty.id.as_str() == node.name()) {
                Some(duty) if duty.like.is_some() => {
                    let what = format!("{} is like other duties", duty.id);
                    node.report(what, "change those: it follows them");
                }
                Some(duty) => changes.extend(self.change(&node, duty)),
                None if self.head.kind == LayerKind::Provincial => {
                    self.reader.duty(&node);
                }
                None => {
                    let what = format!("`{}` has no such duty", self.base.id());
                    node.report(what, "a special period replaces: name a duty of the pack");
                }
            }
        }
        self.reader.check_triggers(self.base.choices());
        changes
    }

    /// What is said otherwise of a duty that the pack has.
    fn change(&self, node: &Node<'_>, duty: &Duty) -> Option<Change> {
        let section = node.section()?;
        let within = section.find("within").and_then(|node| clock(&node, duty, Clock::Within));
        let keep = section.find("keep").and_then(|node| clock(&node, duty, Clock::Keep));
        let form = section.find("form").and_then(|node| self.reader.form_of(&node).cloned());
        let parties = |name| section.find(name).map(|_| self.reader.parties(&section, name));
        let contents = section.find("contents");
        let contents =
            contents.map(|node| node.one_or_more().iter().filter_map(Node::text).collect());
        let change = Change {
            duty: duty.id.clone(),
            clock: within.or(keep),
            to: parties("to"),
            cc: parties("cc"),
            grades: section.find("grades").map(|node| self.reader.grades_of(node)),
            contents: contents.or_else(|| form.as_ref().map(|form| form.contents.clone())),
            form: form.map(|form| form.id),
        };
        if change.is_empty() && section.find("within").or(section.find("keep")).is_none() {
            section.report("nothing is said otherwise", "change something, or remove it");
        }
        for party in change.to.iter().chain(&change.cc).flatten() {
            self.reader.check_single(&section, party);
        }
        match self.head.kind {
            LayerKind::Provincial => self.check_provincial(&section, &change, duty),
            LayerKind::SpecialPeriod => self.check_special(&section, &change, duty),
            LayerKind::House => {}
        }
        section.finish();
        Some(change)
    }

    fn check_provincial(&self, section: &Section<'_>, change: &Change, duty: &Duty) {
        for (key, what) in change.relaxes(duty) {
            let (over, id) = (self.base.id(), &duty.id);
            let what = format!("it relaxes `{over}` {id}: {what}");
            let fix = "a provincial layer may add, never relax: ask no less than the pack does";
            section
                .find(key)
                .map_or_else(|| section.report(&*what, fix), |n| n.report(&*what, fix));
        }
    }

    /// A special period replaces what the pack lists, and nothing else.
    fn check_special(&self, section: &Section<'_>, change: &Change, duty: &Duty) {
        let to = change.to.as_ref().unwrap_or(&duty.to);
        let cc = change.cc.as_ref().unwrap_or(&duty.cc);
        if to.is_empty() && cc.is_empty() && !(duty.to.is_empty() && duty.cc.is_empty()) {
            let what = format!("`{}` {} would go to nobody", self.base.id(), duty.id);
            section.report(what, "say whom it goes to instead: `to = [\"…\"]`");
        }
        let rule = self.base.overrides().iter().find(|rule| rule.id == "special_period");
        let may = rule.map(|rule| rule.may.as_str()).unwrap_or_default();
        let keys: Vec<&str> =
            may.strip_prefix("replace ").unwrap_or_default().split(", ").collect();
        for key in ["within", "keep", "to", "cc", "grades", "form", "contents"] {
            if let Some(node) = section.find(key).filter(|_| !keys.contains(&key)) {
                let what = format!("a special period may {may}, not {key}");
                node.report(what, "remove it");
            }
        }
    }

    fn targets(&self, root: &Section<'_>) -> Vec<(DutyId, Within)> {
        let Some(node) = root.find("target") else { return Vec::new() };
        if self.head.kind != LayerKind::House {
            node.report("only a house has targets: they are no law", "move them to a house layer");
        }
        let nodes = node.section().map(Section::remaining).unwrap_or_default();
        nodes.iter().filter_map(|node| self.target(node)).collect()
    }

    fn target(&self, node: &Node<'_>) -> Option<(DutyId, Within)> {
        let duty = self.base.duties().iter().find(|duty| duty.id.as_str() == node.name());
        let Some(duty) = duty else {
            let what = format!("`{}` is no duty of `{}`", node.name(), self.base.id());
            node.report(what, "name one of its duties");
            return None;
        };
        let target: Within = node.parse()?;
        let law = duty.clock.within();
        if !target.is_numbered() {
            node.report("a target is a number", "write such as \"90 minutes\"");
        } else if !relax::may_aim_at(&target, law) {
            let what = format!("`{target}` may end later than the law's `{law}`");
            node.report(what, "aim no later than the law demands");
        }
        Some((duty.id.clone(), target))
    }
}

/// Time in a duty, of the same sort as the duty has.
fn clock(node: &Node<'_>, duty: &Duty, sort: fn(Within) -> Clock) -> Option<Clock> {
    let clock = sort(node.parse()?);
    let stands = |clock: &Clock| matches!(clock.within(), Within::Standing(_));
    let alike = matches!(clock, Clock::Keep(_)) == matches!(duty.clock, Clock::Keep(_));
    if !alike || stands(&clock) != stands(&duty.clock) {
        let what = format!("{} has time of another sort: {}", duty.id, duty.clock.within());
        node.report(what, "a duty to act stays one, as does one to keep, and one that stands");
        return None;
    }
    if matches!(clock, Clock::Keep(_)) {
        duties::check_keep(node, clock.within());
    }
    Some(clock)
}
