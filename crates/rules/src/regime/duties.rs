//! Reading duties, and the readings of the places where a text is open.
//!
//! Both name what other tables declare; a name that resolves to nothing is found where it stands.

use model::regime::GradeId;

use super::parse::{CONFIDENCE, Reader, id, known};
use super::{Clock, Duty, Event, Form, Grade, Holders, Party, Reading, Trigger, readings};
use crate::document::{Node, Section};
use crate::within::{Unnumbered, Within};

impl Reader<'_> {
    /// Reads every duty; those that are like others once the others are known.
    pub(super) fn duties(&mut self, section: Section<'_>) {
        let (alike, plain): (Vec<_>, Vec<_>) =
            section.remaining().into_iter().partition(|node| node.has("like"));
        for node in plain {
            self.duty(&node);
        }
        for node in alike {
            self.duty_like_others(&node);
        }
        let place = |duty: &Duty| self.places.get(&("duty", duty.id.to_string())).copied();
        self.parts.duties.sort_by_key(place);
    }

    /// Reads a duty that shares grades, recipients, time and form with each of some others.
    fn duty_like_others(&mut self, node: &Node<'_>) -> Option<()> {
        self.places.insert(("duty", node.name().to_owned()), node.at());
        let section = node.section()?;
        let article = section.need_text("art");
        let who = self.parties(&section, "who");
        let or_by = self.parties(&section, "or_by");
        let does = section.need("does").and_then(|_| section.names("does")).unwrap_or_default();
        let on = section.need("on").and_then(|node| self.trigger_of(&node));
        let readings: Vec<String> =
            section.words("reading").iter().filter_map(|node| self.reading_id(node)).collect();
        let others: Vec<Duty> =
            section.words("like").iter().filter_map(|node| self.other(node)).collect();
        section.finish();
        let id = id(node)?;
        for other in others {
            let mut readings = readings.clone();
            readings.extend(other.readings.iter().cloned());
            self.parts.duties.push(Duty {
                article: format!("{article}, {}", other.article),
                like: Some(other.id),
                id: model::DutyId::clone(&id),
                who: who.clone(),
                or_by: or_by.clone(),
                does: does.clone(),
                on: on.clone(),
                readings,
                // Its trigger is its own, and so is no month's end that might pass empty.
                nil_report: false,
                ..other
            });
        }
        Some(())
    }

    /// A duty that another says to be like.
    fn other(&self, node: &Node<'_>) -> Option<Duty> {
        let name = node.text()?;
        let other = self.parts.duties.iter().find(|duty| duty.id.as_str() == name);
        if other.is_none_or(|other| other.like.is_some()) {
            let what = format!("`{name}` is no duty that stands for itself");
            node.report(what, "use a name under [duty] that is not itself like others");
            return None;
        }
        other.cloned()
    }

    pub(super) fn duty(&mut self, node: &Node<'_>) -> Option<()> {
        self.places.insert(("duty", node.name().to_owned()), node.at());
        let section = node.section()?;
        let form = section.find("form").and_then(|node| self.form_of(&node));
        let duty = Duty {
            id: id(node)?,
            article: section.need_text("art"),
            who: self.parties(&section, "who"),
            or_by: self.parties(&section, "or_by"),
            one_is_enough: section
                .find("one_is_enough")
                .and_then(|node| node.boolean())
                .unwrap_or(false),
            does: section.need("does").and_then(|_| section.names("does")).unwrap_or_default(),
            on: section.find("on").and_then(|node| self.trigger_of(&node)),
            condition: self.predicate(&section, "if"),
            only_with: section.find("only_with").and_then(|node| self.set_of(&node)),
            grades: section.find("grades").map(|node| self.grades_of(node)),
            to: self.parties(&section, "to"),
            cc: self.parties(&section, "cc"),
            clock: clock(&section),
            target: section.find("target").and_then(|node| node.parse()),
            contents: form.map(|form| form.contents.clone()).unwrap_or_default(),
            form: form.map(|form| form.id.clone()),
            emits: section.words("emits").iter().filter_map(|node| self.trigger_of(node)).collect(),
            readings: section.words("reading").iter().filter_map(|n| self.reading_id(n)).collect(),
            see: section.text("see"),
            like: None,
            nil_report: section
                .find("nil_report")
                .and_then(|node| node.one_of(&[("send", true), ("no", false)]))
                .unwrap_or(false),
            confidence: section
                .find("confidence")
                .and_then(|node| node.one_of(&CONFIDENCE))
                .unwrap_or(self.confidence),
            layer: None,
        };
        if duty.who.is_empty() {
            section.report("nobody owes it", "say who: a role, a set, or \"any\"");
        }
        self.check_duty(&section, &duty);
        section.finish();
        self.parts.duties.push(duty);
        Some(())
    }

    /// What the parts of a duty mean to one another.
    fn check_duty(&self, section: &Section<'_>, duty: &Duty) {
        let stands = matches!(duty.clock.within(), Within::Standing(_));
        match &duty.on {
            None if !stands => section.report(
                "nothing starts its clock",
                "name a trigger: `on = \"…\"`, or write `within = \"standing\"`",
            ),
            Some(_) if stands => {
                section.report("a standing duty has no trigger", "remove `on`, or give it a time");
            }
            _ => {}
        }
        if duty.target.is_some() && duty.clock.within().is_numbered() {
            section.report("the text has a number: a house target has no place", "remove `target`");
        }
        let trigger = duty.on.as_ref().and_then(|on| self.declared_trigger(on));
        if duty.nil_report && trigger.is_none_or(|trigger| trigger.at != Event::MonthClosed) {
            let fix = "remove `nil_report`, or let a month's end start it";
            section.report("only a duty of every month can be owed for an empty one", fix);
        }
        let first = |trigger: &Trigger| trigger.at == Event::IncidentKnown;
        if duty.to.contains(&Party::AsFirstReport) && !self.parts.triggers.iter().any(first) {
            let fix = "name the recipients, or let a trigger be `at = \"incident known\"`";
            section.report("there is no first report", fix);
        }
        if !trigger.is_some_and(|trigger| trigger.at.is_of_incident()) {
            return;
        }
        let known = trigger.is_some_and(|t| t.at.follows() || t.at == Event::IncidentKnown);
        if known && duty.who.contains(&Party::Anybody) {
            section.report("an incident cannot be owed by anybody", "name a role or a set");
        }
        for role in duty.who.iter().chain(&duty.or_by).chain(&duty.to).chain(&duty.cc) {
            self.check_single(section, role);
        }
    }

    /// Of a role that several hold, an incident concerns only some.
    pub(super) fn check_single(&self, section: &Section<'_>, party: &Party) {
        let Party::Role(id) = party else { return };
        let role = self.parts.roles.iter().find(|role| role.id == *id);
        if role.is_some_and(|role| role.holders != Holders::One) {
            let what = format!("`{id}` is held by several organisations");
            section.report(what, "name a set under [set] that says which of them");
        }
    }

    pub(super) fn reading(&mut self, node: &Node<'_>) -> Option<()> {
        let section = node.section()?;
        let at = self.places_of(&section);
        let asks = section.need_phrase("asks");
        let chosen = section.need_text("chosen");
        let options = readings::options(&section, &chosen);
        if options.len() < 2 || at.is_empty() {
            let fix = "say what it touches, and give at least two options";
            section.report("there is nothing to choose", fix);
        }
        section.finish();
        let (id, default) = (node.name().to_owned(), chosen.clone());
        self.parts.readings.push(Reading { id, at, asks, chosen, default, options });
        Some(())
    }

    /// Reads `at`: what in the pack a reading or a definition touches.
    pub(super) fn places_of(&self, section: &Section<'_>) -> Vec<String> {
        let known = |at: &str| {
            at == "grade"
                || (at == "warning" && !self.parts.warnings.is_empty())
                || self.parts.inputs.iter().any(|input| input.name == at)
                || self.parts.duties.iter().any(|duty| duty.id.as_str() == at)
                || self.parts.sets.iter().any(|set| set.id == at)
                || self.parts.definitions.iter().any(|definition| definition.id == at)
                || self.has_item(at)
        };
        let place = |node: &Node<'_>| {
            let at = node.text()?;
            if !known(&at) {
                let what =
                    format!("`{at}` is no duty, input, set, definition or item, and not `grade`");
                node.report(what, "name what it touches");
                return None;
            }
            Some(at)
        };
        section.words("at").iter().filter_map(place).collect()
    }

    pub(super) fn reading_id(&self, node: &Node<'_>) -> Option<String> {
        known(node, "reading", |name| self.reading_ids.contains(name))
    }

    /// Reads `x`, `x+` (x or graver) or a list of grades.
    pub(super) fn grades_of(&self, node: Node<'_>) -> Vec<GradeId> {
        let mut grades = Vec::new();
        for node in node.one_or_more() {
            let Some(text) = node.text() else { continue };
            let (name, and_graver) =
                text.strip_suffix('+').map_or((text.as_str(), false), |name| (name, true));
            let scales = [&self.parts.grades, &self.parts.warnings];
            let found = scales.iter().find_map(|scale| {
                let grade = scale.iter().find(|grade| grade.id.as_str() == name)?;
                Some((scale, grade))
            });
            let Some((scale, grade)) = found else {
                let fix = "use a name under [grade] or [warning]";
                node.report(format!("`{name}` is no grade"), fix);
                continue;
            };
            let graver = |other: &&Grade| and_graver && other.rank < grade.rank;
            let graver = scale.iter().filter(graver).map(|other| other.id.clone());
            grades.extend(graver.chain(std::iter::once(grade.id.clone())));
        }
        grades
    }

    pub(super) fn form_of(&self, node: &Node<'_>) -> Option<&Form> {
        let name = node.text()?;
        let form = self.parts.forms.iter().find(|form| form.id == name);
        if form.is_none() {
            node.report(format!("`{name}` is no form"), "use a name under [form], or add it there");
        }
        form
    }

    fn trigger_of(&self, node: &Node<'_>) -> Option<String> {
        let mut triggers = self.parts.triggers.iter();
        known(node, "trigger", |name| triggers.any(|trigger| trigger.id == name))
    }

    fn set_of(&self, node: &Node<'_>) -> Option<String> {
        let mut sets = self.parts.sets.iter();
        known(node, "set", |name| sets.any(|set| set.id == name))
    }

    fn declared_trigger(&self, id: &str) -> Option<&Trigger> {
        self.parts.triggers.iter().find(|trigger| trigger.id == id)
    }
}

/// What must be kept is kept for a number: a word would let it go at any time.
pub(super) fn check_keep(node: &Node<'_>, keep: &Within) {
    if !keep.is_all_numbered() {
        node.report(format!("`{keep}` is no number"), "say how long: such as `60 days`");
    }
}

fn clock(section: &Section<'_>) -> Clock {
    let nothing = Within::Unnumbered(Unnumbered::NoTimeStated);
    let within = section.find("within");
    let keep = section.find("keep");
    match (within, keep) {
        (Some(within), None) => Clock::Within(within.parse().unwrap_or(nothing)),
        (None, Some(node)) => {
            let keep = node.parse().inspect(|keep| check_keep(&node, keep));
            Clock::Keep(keep.unwrap_or(nothing))
        }
        (None, None) => {
            section.report("no time is given", "add `within`, be it \"no time stated\", or `keep`");
            Clock::Within(nothing)
        }
        (Some(_), Some(_)) => {
            section.report("both `within` and `keep` are given", "leave one of the two");
            Clock::Within(nothing)
        }
    }
}
