//! What can only be seen once a whole pack has been read: nothing is missing, nothing hangs loose.

use super::parse::Reader;
use super::{Choices, Duty, Event};
use crate::predicate::Predicate;

impl Reader<'_> {
    /// What can only be seen once everything is read.
    pub(super) fn check(&self, under: &Choices) {
        self.check_grades();
        self.check_ungraded();
        self.check_triggers(under);
        self.check_inputs();
        self.check_definitions();
        let mut tried: Option<&Duty> = None;
        for duty in &self.parts.duties {
            let seen = tried.replace(duty).is_some_and(|last| last.id == duty.id);
            if !seen && !self.parts.proofs.iter().any(|proof| proof.covers_duty(&duty.id)) {
                self.report_of(
                    "duty",
                    duty.id.as_str(),
                    "no case tries it",
                    "add a [[test]] with `duty`",
                );
            }
        }
    }

    fn check_grades(&self) {
        let grades = self.parts.grades.iter().map(|grade| ("grade", grade));
        for (kind, grade) in grades.chain(self.parts.warnings.iter().map(|w| ("warning", w))) {
            let name = grade.id.as_str();
            let owed = |duty: &Duty| duty.grades.as_ref().is_some_and(|g| g.contains(&grade.id));
            match (grade.owes_nothing, self.parts.duties.iter().any(owed)) {
                (false, false) => {
                    let fix =
                        "add a duty with `grades`, say `owes_nothing = true`, or remove the grade";
                    self.report_of(kind, name, "no duty goes with it", fix);
                }
                (true, true) => {
                    let what = "a duty goes with a grade that owes nothing";
                    let fix = "remove `owes_nothing`, or the grade from `grades`";
                    self.report_of(kind, name, what, fix);
                }
                (false, true) | (true, false) => {}
            }
            let elsewhere = kind == "grade" && self.parts.graded_by.is_some();
            if !elsewhere && !self.parts.proofs.iter().any(|proof| proof.covers_grade(&grade.id)) {
                let fix = format!("add a [[test]] with `{kind}`");
                self.report_of(kind, name, "no case tries it", &fix);
            }
        }
    }

    /// An input that nothing asks is noise, or a rule that somebody forgot.
    fn check_inputs(&self) {
        let parts = &self.parts;
        let of_grades = parts.grades.iter().chain(&parts.warnings).filter_map(|g| g.test.as_ref());
        let of_duties = parts.duties.iter().filter_map(|duty| duty.condition.as_ref());
        let of_definitions = parts.definitions.iter().filter_map(|one| one.test.as_ref());
        let tests = of_grades.chain(of_duties).chain(of_definitions);
        let asked: Vec<&str> = tests.flat_map(Predicate::asks).collect();
        for input in &parts.inputs {
            let is_asked = asked.contains(&input.name.as_str());
            if is_asked == input.for_record {
                let (what, fix) = if is_asked {
                    ("it is asked, and not only for the record", "remove `for_record`")
                } else {
                    ("nothing asks it", "remove it, or say `for_record = true`")
                };
                self.report_of("input", &input.name, what, fix);
            }
        }
    }

    fn check_definitions(&self) {
        for definition in self.parts.definitions.iter().filter(|one| one.test.is_some()) {
            let tried =
                self.parts.proofs.iter().any(|proof| proof.covers_definition(&definition.id));
            if !tried {
                let fix = "add a [[test]] with `define`";
                self.report_of("define", &definition.id, "no case tries it", fix);
            }
        }
    }

    /// Where some grade owes nothing, what follows from knowing of an incident must say at which it does.
    fn check_ungraded(&self) {
        if !self.parts.grades.iter().any(|grade| grade.owes_nothing) {
            return;
        }
        for duty in self.parts.duties.iter().filter(|duty| duty.grades.is_none()) {
            let trigger = self.parts.triggers.iter().find(|one| duty.on.as_ref() == Some(&one.id));
            if trigger.is_some_and(|trigger| trigger.at == Event::IncidentKnown) {
                let what = "it is owed at every grade, though one owes nothing";
                self.report_of("duty", duty.id.as_str(), what, "say at which: `grades = …`");
            }
        }
    }

    /// A trigger may wait for a choice that is not made here, or be left over by one that is.
    pub(super) fn check_triggers(&self, under: &Choices) {
        let emitted = |id: &String| self.parts.duties.iter().any(|duty| duty.emits.contains(id));
        let options = || self.parts.readings.iter().flat_map(|reading| &reading.options);
        for trigger in &self.parts.triggers {
            let id = &trigger.id;
            let starts = self.parts.duties.iter().any(|duty| duty.on.as_ref() == Some(id));
            let spare = !starts && (!under.is_empty() || options().any(|one| one.names(id)));
            if spare {
                continue;
            }
            if trigger.at.follows() && !emitted(id) {
                let fix = "let a duty say `emits`, or remove the trigger";
                self.report_of("trigger", id, "no duty emits it", fix);
            }
            if !starts {
                let fix = "let a duty say `on`, or remove the trigger";
                self.report_of("trigger", id, "it starts no duty", fix);
            }
        }
        let known = self.parts.triggers.iter().filter(|t| t.at == Event::IncidentKnown);
        if known.filter(|trigger| trigger.otherwise).count() != 1 {
            let what = "no single trigger serves a finder who has none of its own".to_owned();
            let fix = "let exactly one trigger `at = \"incident known\"` say `otherwise = true`";
            self.document.report(None, "trigger", what, fix);
        }
    }

    pub(super) fn report_of(&self, kind: &'static str, id: &str, what: &str, fix: &str) {
        let at = self.places.get(&(kind, id.to_owned())).copied();
        self.document.report(at, format!("{kind}.{id}"), what, fix);
    }
}

#[cfg(test)]
mod tests;
