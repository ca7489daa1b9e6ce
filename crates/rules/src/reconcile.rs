//! Reconciling: what to change so that the obligations on record are those that follow.
//!
//! A function of the present state alone: applied, and asked again, it has nothing to say. What has once
//! been owed is never taken back by [`reconcile`]. A graver grade puts graver duties in the place of milder
//! ones; a milder grade leaves everything as it stands, until the authority confirms it: [`lower`].

use jiff::Timestamp;
use model::obligation::{Running, State};
use model::{Handle, Id, Obligation};

use crate::calendar::Calendar;
use crate::clock::recount;
use crate::deadline::local;
use crate::explain::and;
use crate::obligation::{Case, ObligeError, Owed, OwedState, applying, owed};
use crate::regime::{Duty, Pack};

/// What to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Obligations to create.
    pub add: Vec<Owed>,
    /// Latent obligations whose trigger has come about.
    pub start: Vec<Started>,
    /// Running obligations whose place another takes: it, and the index in `add` of the other.
    pub supersede: Vec<(Id<Obligation>, usize)>,
    /// Obligations that do not follow at the grade: latent ones, and at a lower grade running ones too.
    pub lapse: Vec<Id<Obligation>>,
    /// Open obligations that have gained recipients. None ever loses one here.
    pub readdress: Vec<Readdress>,
}

/// A latent obligation whose clock starts, to whom it is owed now that this is known, and by whose filing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    pub obligation: Id<Obligation>,
    pub sender: Option<Handle>,
    pub to: Vec<Handle>,
    pub cc: Vec<Handle>,
    pub clock: Running,
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
            && self.start.is_empty()
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
    Reconciling::new(pack, calendar, case, existing).run(false)
}

/// The same once a milder grade is sure: the authority has confirmed it, or what was not known has become
/// known. What only the graver one asks, or only what was not known, lapses, or gives way to what is asked now,
/// counted from when the clock that it replaces started.
pub fn lower(
    pack: &Pack,
    calendar: &Calendar,
    case: &Case<'_>,
    existing: &[Obligation],
) -> Result<Changes, ObligeError> {
    Reconciling::new(pack, calendar, case, existing).run(true)
}

struct Reconciling<'a> {
    pack: &'a Pack,
    calendar: &'a Calendar,
    case: &'a Case<'a>,
    existing: Vec<&'a Obligation>,
    lowering: bool,
    changes: Changes,
}

impl<'a> Reconciling<'a> {
    fn new(
        pack: &'a Pack,
        calendar: &'a Calendar,
        case: &'a Case<'a>,
        existing: &'a [Obligation],
    ) -> Self {
        let existing = existing.iter().filter(|one| one.terms.basis.pack == *pack.id()).collect();
        let (lowering, changes) = (false, Changes::default());
        Self { pack, calendar, case, existing, lowering, changes }
    }

    fn run(mut self, lowering: bool) -> Result<Changes, ObligeError> {
        self.lowering = lowering;
        let all = owed(self.pack, self.calendar, self.case)?;
        for wanted in &all {
            let awaited = all.iter().any(|other| is_alike(other, wanted) && is_latent(other));
            self.want(wanted.clone(), awaited)?;
        }
        self.retire();
        Ok(self.changes)
    }

    /// `awaited`: the same is owed upon filings of others that have not come yet.
    fn want(&mut self, mut wanted: Owed, awaited: bool) -> Result<(), ObligeError> {
        let same = |one: &&&Obligation| {
            one.state.is_open() && self.is_of(one, &wanted) && one.sender == wanted.sender
        };
        let taken = |one: &Obligation| self.changes.start.iter().any(|s| s.obligation == one.id);
        let waiting = |one: &&&Obligation| {
            let waits = one.state == State::Latent && one.sender.is_none() && !awaited;
            waits && self.is_of(one, &wanted) && !taken(one)
        };
        let done = self.done(&wanted);
        let standing = self.existing.iter().find(same).copied();
        let waiting = || self.existing.iter().find(waiting).copied().filter(|_| done.is_empty());
        let standing = standing.or_else(waiting);
        let remains = self.narrow_to_the_new(&mut wanted, &done);
        if let Some(standing) = standing {
            self.keep(standing, wanted);
            return Ok(());
        }
        if !remains || self.stands_from_a_graver_grade(&wanted) {
            return Ok(());
        }
        if !done.is_empty() {
            self.count_from(&mut wanted, self.case.known_at)?;
        }
        if self.lowering {
            self.count_from_what_it_replaces(&mut wanted)?;
        } else if let Some((old, due)) = self.earliest_outgrown(&wanted) {
            take_over(&mut wanted, &old, due, self.pack);
        }
        self.changes.add.push(wanted);
        Ok(())
    }

    /// It stands already: its clock may start now, or more may have to be told.
    fn keep(&mut self, standing: &Obligation, wanted: Owed) {
        match (&standing.state, wanted.state) {
            (State::Latent, OwedState::Running(clock)) => {
                let Owed { sender, to, cc, .. } = wanted;
                let obligation = standing.id;
                self.changes.start.push(Started { obligation, sender, to, cc, clock });
            }
            (_, state) => {
                self.changes.readdress.extend(readdress(standing, &Owed { state, ..wanted }));
            }
        }
    }

    /// The same where it was done or waived already: by the debtor, or by another where one is enough.
    fn done(&self, wanted: &Owed) -> Vec<&'a Obligation> {
        let did = |one: &&Obligation| {
            one.state.is_settled()
                && self.is_duty(one, wanted)
                && (one.debtor == wanted.debtor || self.is_enough_once(wanted))
                && (one.sender.is_none() || one.sender == wanted.sender)
        };
        self.existing.iter().copied().filter(did).collect()
    }

    fn is_of(&self, one: &Obligation, wanted: &Owed) -> bool {
        one.debtor == wanted.debtor && self.is_duty(one, wanted)
    }

    /// Whether it is of that duty. One that is like several others is told apart by its article.
    fn is_duty(&self, one: &Obligation, wanted: &Owed) -> bool {
        let of_others = || self.pack.duties_of(&wanted.terms.duty).any(|duty| duty.like.is_some());
        one.terms.duty == wanted.terms.duty
            && (one.terms.article == wanted.terms.article || !of_others())
    }

    fn is_enough_once(&self, wanted: &Owed) -> bool {
        self.pack.duty_of(&wanted.terms).is_some_and(|duty| duty.one_is_enough)
    }

    /// Leaves those whom a filing that was made did not reach yet; whether anything remains for them. That
    /// is a supplement, counted from now.
    fn narrow_to_the_new(&self, wanted: &mut Owed, done: &[&Obligation]) -> bool {
        if done.is_empty() {
            return true;
        }
        let has = |handle: &Handle| {
            done.iter().any(|one| one.to.contains(handle) || one.cc.contains(handle))
        };
        wanted.to.retain(|handle| !has(handle));
        wanted.cc.retain(|handle| !has(handle));
        !self.is_enough_once(wanted) && !wanted.to.is_empty() && !is_latent(wanted)
    }

    /// Whether a graver grade already made the debtor owe something on the same trigger.
    fn stands_from_a_graver_grade(&self, wanted: &Owed) -> bool {
        let stands = |one: &&'a Obligation| {
            let graver = one.terms.grade.as_ref();
            wanted.terms.grade.is_some()
                && one.state.is_open()
                && shares_trigger(one, wanted)
                && graver.is_some_and(|grade| self.pack.is_graver(grade, self.case.grade))
        };
        !self.lowering && self.existing.iter().any(stands)
    }

    /// The milder duty of the same debtor and trigger that is due first, and when.
    fn earliest_outgrown(&self, wanted: &Owed) -> Option<(String, Timestamp)> {
        let outgrown = self.existing.iter().filter(|one| shares_trigger(one, wanted));
        let outgrown = outgrown.filter(|one| self.is_outgrown(one));
        let due = outgrown.filter_map(|one| Some((one.terms.duty.to_string(), one.due()?)));
        due.min_by_key(|(_, due)| *due)
    }

    /// A milder duty that takes the place of a graver one is counted from when that one's clock started.
    fn count_from_what_it_replaces(&self, wanted: &mut Owed) -> Result<(), ObligeError> {
        let outgrown = self.existing.iter().filter(|one| shares_trigger(one, wanted));
        let outgrown = outgrown.filter(|one| self.is_outgrown(one));
        let clocks = outgrown.filter_map(|one| Some(one.state.clock()?.since));
        match clocks.min() {
            Some(since) => self.count_from(wanted, since),
            None => Ok(()),
        }
    }

    fn count_from(&self, wanted: &mut Owed, since: Timestamp) -> Result<(), ObligeError> {
        if let OwedState::Running(clock) = &mut wanted.state {
            *clock = recount(self.pack, self.calendar, &wanted.terms, since)?;
        }
        Ok(())
    }

    /// Whether an open obligation's duty no longer applies, and it arose at another grade: at a milder one, or,
    /// when what is asked is lowered, at a graver one or at this.
    fn is_outgrown(&self, one: &Obligation) -> bool {
        let (now, lowering) = (self.case.grade, self.lowering);
        let other = |then| {
            if lowering { !self.pack.is_graver(now, then) } else { self.pack.is_graver(now, then) }
        };
        let is_its = |duty: &Duty| {
            duty.id == one.terms.duty && (duty.like.is_none() || duty.article == one.terms.article)
        };
        let applies = || applying(self.pack, self.case).any(is_its);
        let moves = matches!(one.state, State::Latent | State::Running(_));
        moves && one.terms.grade.as_ref().is_some_and(other) && !applies()
    }

    /// Ends what another grade has outgrown.
    fn retire(&mut self) {
        for one in self.existing.clone() {
            if !self.is_outgrown(one) {
                continue;
            }
            match (&one.state, self.successor(one)) {
                (State::Running(_), Some(index)) => self.changes.supersede.push((one.id, index)),
                (State::Running(_), None) if !self.lowering => {}
                _ => self.changes.lapse.push(one.id),
            }
        }
    }

    /// The new obligation that takes its place: one with a due time, where it has one itself and the grade
    /// has not been lowered.
    ///
    /// Where only haste without a number would follow, a due time once owed stays owed.
    fn successor(&self, one: &Obligation) -> Option<usize> {
        let all = self.changes.add.iter().enumerate();
        let mut candidates =
            all.filter(|(_, added)| shares_trigger(one, added) && !is_latent(added));
        let fit = candidates
            .find(|(_, added)| self.lowering || one.due().is_none() || due_of(added).is_some());
        fit.map(|(index, _)| index)
    }
}

fn is_latent(owed: &Owed) -> bool {
    owed.state == OwedState::Latent
}

fn is_alike(one: &Owed, other: &Owed) -> bool {
    one.debtor == other.debtor && one.terms.duty == other.terms.duty
}

fn shares_trigger(one: &Obligation, owed: &Owed) -> bool {
    one.debtor == owed.debtor
        && one.terms.trigger == owed.terms.trigger
        && one.sender == owed.sender
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
    let local = local(old_due, pack.zone());
    let fill = [("id", old), ("due", local.as_str())];
    running.explanation = and(&running.explanation, "why.takes_place", &fill);
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
