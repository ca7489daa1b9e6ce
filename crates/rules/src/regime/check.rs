//! What can only be seen once a whole pack has been read: nothing is missing, nothing hangs loose.

use super::parse::Reader;
use super::{Choices, Duty, Event};

impl Reader<'_> {
    /// What can only be seen once everything is read.
    pub(super) fn check(&self, under: &Choices) {
        self.check_grades();
        self.check_ungraded();
        self.check_triggers(under);
        for duty in &self.parts.duties {
            if !self.parts.proofs.iter().any(|proof| proof.covers_duty(&duty.id)) {
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
        for grade in &self.parts.grades {
            let name = grade.id.as_str();
            let owed = |duty: &Duty| duty.grades.as_ref().is_some_and(|g| g.contains(&grade.id));
            match (grade.owes_nothing, self.parts.duties.iter().any(owed)) {
                (false, false) => {
                    let fix =
                        "add a duty with `grades`, say `owes_nothing = true`, or remove the grade";
                    self.report_of("grade", name, "no duty goes with it", fix);
                }
                (true, true) => {
                    let fix = "remove `owes_nothing`, or the grade from `grades`";
                    self.report_of(
                        "grade",
                        name,
                        "a duty goes with a grade that owes nothing",
                        fix,
                    );
                }
                (false, true) | (true, false) => {}
            }
            if !self.parts.proofs.iter().any(|proof| proof.covers_grade(&grade.id)) {
                self.report_of("grade", name, "no case tries it", "add a [[test]] with `grade`");
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
