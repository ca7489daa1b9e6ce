//! Reading duties, and the readings of the places where a text is open.
//!
//! Both name what other tables declare; a name that resolves to nothing is found where it stands.

use std::collections::BTreeSet;

use model::regime::GradeId;

use super::parse::{CONFIDENCE, Reader, id, known};
use super::{Clock, Duty, Event, Form, Grade, Holders, Party, Reading, Trigger, readings};
use crate::document::{Node, Section};
use crate::within::{Unnumbered, Within};

impl Reader<'_> {
    pub(super) fn duty(&mut self, node: &Node<'_>, readings: &BTreeSet<String>) -> Option<()> {
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
            readings: section
                .words("reading")
                .iter()
                .filter_map(|node| known(node, "reading", |name| readings.contains(name)))
                .collect(),
            see: section.text("see"),
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
        let at: Vec<String> = section
            .words("at")
            .iter()
            .filter_map(|node| {
                let at = node.text()?;
                let known = at == "grade"
                    || self.parts.inputs.iter().any(|input| input.name == at)
                    || self.parts.duties.iter().any(|duty| duty.id.as_str() == at);
                if !known {
                    let what = format!("`{at}` is no duty, no input and not `grade`");
                    node.report(what, "name what the reading touches");
                }
                Some(at)
            })
            .collect();
        let asks = section.need_text("asks");
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

    /// Reads `x`, `x+` (x or graver) or a list of grades.
    pub(super) fn grades_of(&self, node: Node<'_>) -> Vec<GradeId> {
        let mut grades = Vec::new();
        for node in node.one_or_more() {
            let Some(text) = node.text() else { continue };
            let (name, and_graver) =
                text.strip_suffix('+').map_or((text.as_str(), false), |name| (name, true));
            let Some(grade) = self.parts.grades.iter().find(|grade| grade.id.as_str() == name)
            else {
                node.report(format!("`{name}` is no grade"), "use a name under [grade]");
                continue;
            };
            let graver = |other: &&Grade| and_graver && other.rank < grade.rank;
            let graver = self.parts.grades.iter().filter(graver).map(|other| other.id.clone());
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

fn clock(section: &Section<'_>) -> Clock {
    let nothing = Within::Unnumbered(Unnumbered::NoTimeStated);
    let within = section.find("within");
    let keep = section.find("keep");
    match (within, keep) {
        (Some(within), None) => Clock::Within(within.parse().unwrap_or(nothing)),
        (None, Some(keep)) => Clock::Keep(keep.parse().unwrap_or(nothing)),
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
