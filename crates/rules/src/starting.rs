//! Clock starts: since when a duty's trigger has been there, for one debtor, by whose filing.
//!
//! A fact told again starts nothing: the first instant governs. But where several each owe the same filing
//! (each recipient its own answer), each filing starts the next clock of its own.

use jiff::Timestamp;
use model::{Handle, Happening};

use crate::involved::Known;
use crate::obligation::{Case, applying};
use crate::regime::{Event, Pack, Party, Trigger};

/// Since when, and by whose filing where it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub since: Timestamp,
    pub sender: Option<Handle>,
}

/// One trigger of one case.
#[derive(Clone, Copy)]
pub(crate) struct Starting<'a> {
    pub pack: &'a Pack,
    pub case: &'a Case<'a>,
    pub known: &'a [Known<'a>],
    pub trigger: &'a Trigger,
}

impl<'a> Starting<'a> {
    /// What has come about of it.
    pub(crate) fn happened(&self) -> impl Iterator<Item = &'a Happening> {
        let (pack, trigger) = (self.pack.id(), &self.trigger.id);
        let all = self.case.happened.iter();
        all.filter(move |one| one.pack == *pack && one.trigger == *trigger)
    }

    /// The clock starts of a debtor: none, one, or one for each that sent it something.
    pub(crate) fn of(&self, debtor: &Handle) -> Vec<Start> {
        let known = self.known.iter().filter(|(trigger, knower)| {
            trigger.id == self.trigger.id && reaches(self.trigger, Some(knower), debtor)
        });
        let is_graded = self.trigger.at == Event::IncidentGraded;
        let since = if is_graded { self.case.graded_at.at() } else { self.case.known_at };
        let known = known.map(|_| Start { since, sender: None });
        let each = is_sent_by_each(self.pack, &self.trigger.id);
        let told = self.happened().filter(|one| reaches(self.trigger, one.to.as_ref(), debtor));
        let told = told.map(|one| Start {
            since: self.case.graded_at.start_of(one.at),
            sender: one.from.clone().filter(|_| each),
        });
        let mut starts: Vec<Start> = Vec::new();
        for start in known.chain(told) {
            match starts.iter_mut().find(|known| known.sender == start.sender) {
                Some(known) => known.since = known.since.min(start.since),
                None => starts.push(start),
            }
        }
        starts
    }

    /// Those who will each send it, where each does.
    pub(crate) fn senders(&self) -> Vec<Handle> {
        if !is_sent_by_each(self.pack, &self.trigger.id) {
            return Vec::new();
        }
        let mut senders: Vec<Handle> = Vec::new();
        for duty in
            applying(self.pack, self.case).filter(|duty| duty.emits.contains(&self.trigger.id))
        {
            for (handle, _) in self.case.involved.union(self.pack, &duty.who) {
                if !senders.contains(&handle) {
                    senders.push(handle);
                }
            }
        }
        senders
    }
}

/// Whether what happened to one starts the clock of that debtor: always, unless it happens to each
/// member of a set by itself.
pub(crate) fn reaches(trigger: &Trigger, to: Option<&Handle>, debtor: &Handle) -> bool {
    match (&trigger.by, to) {
        // What a debtor has sent starts its own next clock, and nobody else's.
        (_, Some(to)) if trigger.at == Event::FilingSent => to == debtor,
        (Some(Party::Set(_) | Party::Anybody), Some(to)) => to == debtor,
        (None, Some(to)) if trigger.at == Event::FactRecorded => to == debtor,
        _ => true,
    }
}

/// Whether several owe the filing that emits this trigger, each its own. What a debtor has sent is its
/// own without saying so.
pub(crate) fn is_sent_by_each(pack: &Pack, trigger: &str) -> bool {
    if pack.trigger(trigger).is_some_and(|trigger| trigger.at == Event::FilingSent) {
        return false;
    }
    let is_of_several = |party: &Party| match party {
        Party::Set(id) => pack.set(id).is_some_and(|set| set.whose.is_of_several()),
        Party::Role(_) | Party::Anybody | Party::AsFirstReport => false,
    };
    let emits = |emitted: &String| emitted == trigger;
    let mut duties = pack.duties().iter().filter(|duty| duty.emits.iter().any(emits));
    duties.any(|duty| duty.who.iter().any(is_of_several))
}

#[cfg(test)]
mod tests;
