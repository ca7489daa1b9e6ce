//! Reconciling: what to change so that the obligations on record are those that follow.
//!
//! A function of the present state alone: applied, and asked again, it has nothing to say. What has once
//! been owed is never taken back here. A graver grade puts graver duties in the place of milder ones; a
//! milder grade leaves everything as it stands, until the authority confirms it.

use jiff::Timestamp;
use model::obligation::State;
use model::{Handle, Id, Obligation};

use crate::calendar::Calendar;
use crate::deadline::local;
use crate::obligation::{Case, ObligeError, Owed, OwedState, applying, owed};
use crate::regime::{Duty, Pack};

/// What to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Obligations to create.
    pub add: Vec<Owed>,
    /// Running obligations whose place another takes: it, and the index in `add` of the other.
    pub supersede: Vec<(Id<Obligation>, usize)>,
    /// Latent obligations that no longer follow at the graver grade; their clocks never started.
    pub lapse: Vec<Id<Obligation>>,
    /// Open obligations that have gained recipients. None ever loses one here.
    pub readdress: Vec<Readdress>,
}

/// An open obligation's recipients as they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readdress {
    pub obligation: Id<Obligation>,
    pub to: Vec<Handle>,
    pub cc: Vec<Handle>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.add.is_empty()
            && self.supersede.is_empty()
            && self.lapse.is_empty()
            && self.readdress.is_empty()
    }
}

/// What to change so that `existing`, the incident's obligations on record, are what follows.
///
/// Obligations under other packs are left alone.
pub fn reconcile(
    pack: &Pack,
    calendar: &Calendar,
    case: &Case<'_>,
    existing: &[Obligation],
) -> Result<Changes, ObligeError> {
    let wanted = owed(pack, calendar, case)?;
    let existing: Vec<&Obligation> =
        existing.iter().filter(|one| one.terms.basis.pack == *pack.id()).collect();
    let mut reconciling = Reconciling { pack, case, existing, changes: Changes::default() };
    for one in wanted {
        reconciling.want(one);
    }
    reconciling.retire();
    Ok(reconciling.changes)
}

struct Reconciling<'a> {
    pack: &'a Pack,
    case: &'a Case<'a>,
    existing: Vec<&'a Obligation>,
    changes: Changes,
}

impl Reconciling<'_> {
    fn want(&mut self, mut wanted: Owed) {
        let same = |one: &&&Obligation| is_open(one) && self.is_same(one, &wanted);
        if let Some(standing) = self.existing.iter().find(same) {
            self.changes.readdress.extend(readdress(standing, &wanted));
            return;
        }
        if self.existing.iter().any(|one| self.stands_from_a_graver_grade(one, &wanted)) {
            return;
        }
        if let Some((old, due)) = self.earliest_outgrown(&wanted) {
            take_over(&mut wanted, &old, due, self.pack);
        }
        self.changes.add.push(wanted);
    }

    /// Whether it is what is wanted. A duty that is like several others is told apart by its article.
    fn is_same(&self, one: &Obligation, wanted: &Owed) -> bool {
        let of_others = || self.pack.duties_of(&wanted.terms.duty).any(|duty| duty.like.is_some());
        one.debtor == wanted.debtor
            && one.terms.duty == wanted.terms.duty
            && (one.terms.article == wanted.terms.article || !of_others())
    }

    /// Whether a graver grade already made the debtor owe something on the same trigger.
    fn stands_from_a_graver_grade(&self, one: &Obligation, wanted: &Owed) -> bool {
        let graver = one.terms.grade.as_ref();
        wanted.terms.grade.is_some()
            && is_open(one)
            && shares_trigger(one, wanted)
            && graver.is_some_and(|grade| self.pack.is_graver(grade, self.case.grade))
    }

    /// The milder duty of the same debtor and trigger that is due first, and when.
    fn earliest_outgrown(&self, wanted: &Owed) -> Option<(String, Timestamp)> {
        let outgrown = self.existing.iter().filter(|one| shares_trigger(one, wanted));
        let outgrown = outgrown.filter(|one| self.is_outgrown(one));
        let due = outgrown.filter_map(|one| Some((one.terms.duty.to_string(), one.due()?)));
        due.min_by_key(|(_, due)| *due)
    }

    /// Whether an open obligation arose at a milder grade and its duty does not apply at this one.
    fn is_outgrown(&self, one: &Obligation) -> bool {
        let milder = |grade| self.pack.is_graver(self.case.grade, grade);
        let is_its = |duty: &Duty| {
            duty.id == one.terms.duty && (duty.like.is_none() || duty.article == one.terms.article)
        };
        let applies = || applying(self.pack, self.case).any(is_its);
        is_open(one) && one.terms.grade.as_ref().is_some_and(milder) && !applies()
    }

    /// Ends what a graver grade has outgrown.
    fn retire(&mut self) {
        for one in self.existing.clone() {
            if !self.is_outgrown(one) {
                continue;
            }
            match &one.state {
                State::Latent => self.changes.lapse.push(one.id),
                State::Running(_) => {
                    let successor = self.successor(one);
                    self.changes.supersede.extend(successor.map(|index| (one.id, index)));
                }
                State::Superseded { .. } | State::Void { .. } => {}
            }
        }
    }

    /// The new obligation that takes its place: one with a due time, where it has one itself.
    ///
    /// Where only haste without a number would follow, a due time once owed stays owed.
    fn successor(&self, one: &Obligation) -> Option<usize> {
        let all = self.changes.add.iter().enumerate();
        let mut candidates = all.filter(|(_, added)| shares_trigger(one, added));
        let fit = candidates.find(|(_, added)| one.due().is_none() || due_of(added).is_some());
        fit.map(|(index, _)| index)
    }
}

fn is_open(one: &Obligation) -> bool {
    match one.state {
        State::Latent | State::Running(_) => true,
        State::Superseded { .. } | State::Void { .. } => false,
    }
}

fn shares_trigger(one: &Obligation, owed: &Owed) -> bool {
    one.debtor == owed.debtor && one.terms.trigger == owed.terms.trigger
}

fn due_of(owed: &Owed) -> Option<Timestamp> {
    match &owed.state {
        OwedState::Running(running) => running.due,
        OwedState::Latent => None,
    }
}

/// The graver duty starts now, but is due no later than the one whose place it takes.
fn take_over(wanted: &mut Owed, old: &str, old_due: Timestamp, pack: &Pack) {
    let OwedState::Running(running) = &mut wanted.state else {
        return;
    };
    let Some(due) = running.due else {
        return;
    };
    let old_local = local(old_due, pack.zone());
    running.explanation = format!(
        "{} It takes the place of {old}, due {old_local}: the earlier of the two due times governs.",
        running.explanation
    );
    running.due = Some(due.min(old_due));
}

fn readdress(standing: &Obligation, wanted: &Owed) -> Option<Readdress> {
    let gained = |old: &[Handle], new: &[Handle]| {
        let mut all = old.to_vec();
        all.extend(new.iter().filter(|handle| !old.contains(handle)).cloned());
        all
    };
    let (to, cc) = (gained(&standing.to, &wanted.to), gained(&standing.cc, &wanted.cc));
    let grown = to.len() > standing.to.len() || cc.len() > standing.cc.len();
    grown.then_some(Readdress { obligation: standing.id, to, cc })
}

#[cfg(test)]
mod tests;
