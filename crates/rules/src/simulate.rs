//! Simulation: incidents of the past, or made up, replayed under a draft and under what it would replace.
//!
//! A [`Sample`] says when things happened. Under each pack it is graded anew, each duty whose trigger
//! has an instant is counted, and the two answers are laid side by side for each organisation. What a
//! pack asks at a trigger that the sample gives no instant for is not guessed: it is named apart.

mod replay;
mod sample;

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::regime::{DutyId, GradeId};

use crate::assess::AssessError;
use crate::calendar::Calendar;
use crate::deadline::DeadlineError;
use crate::input::InputError;
use crate::regime::Pack;

pub use sample::Sample;

/// Law to replay under: a pack, and the working days that it counts by.
#[derive(Clone, Copy, Debug)]
pub struct Under<'a> {
    pub pack: &'a Pack,
    pub calendar: &'a Calendar,
}

/// What a draft would have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// One for each incident, in the order given.
    pub grades: Vec<Regraded>,
    /// One for each organisation, incident and duty, by organisation.
    pub outcomes: Vec<Outcome>,
    /// What was not replayed, since nobody says when its trigger happened.
    pub unstarted: Vec<Unstarted>,
}

/// An incident's grade under both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regraded {
    pub incident: String,
    pub before: GradeId,
    pub after: GradeId,
}

/// A duty that one of the packs demands, at a trigger without an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unstarted {
    pub incident: String,
    pub duty: DutyId,
    pub trigger: String,
    /// It is the draft that demands it, or also the draft.
    pub in_draft: bool,
}

/// One duty of one organisation for one incident, under both packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub organisation: String,
    pub incident: String,
    pub duty: DutyId,
    /// None where the pack in force does not ask it.
    pub before: Option<Count>,
    /// None where the draft does not ask it.
    pub after: Option<Count>,
    /// When it was done, if that is known.
    pub met: Option<Timestamp>,
}

/// A clock under one pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub since: Timestamp,
    /// None where the text gives no number.
    pub due: Option<Timestamp>,
}

/// What becomes of a due time under the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    Same,
    /// Due earlier than now, or at an instant where there was none.
    Earlier,
    /// Due later, or at no instant any more.
    Later,
    /// Not asked before.
    New,
    /// Not asked any more.
    Gone,
}

/// Whether something was on time under both packs; only for what was done at a known instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// On time under both.
    Kept,
    /// On time under the pack in force, late under the draft.
    WouldBeMissed,
    /// Late under the pack in force, on time under the draft.
    WouldBeKept,
    /// Late under both.
    MissedAnyhow,
}

/// Why an incident cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimulateError {
    #[error("incident `{incident}` under `{pack}`: {cause}")]
    Inputs { incident: String, pack: String, cause: InputError },
    #[error("incident `{incident}` under `{pack}`: {cause}")]
    Grade { incident: String, pack: String, cause: AssessError },
    #[error("incident `{incident}`, duty `{duty}` of `{pack}`: {cause}")]
    Deadline { incident: String, pack: String, duty: DutyId, cause: Box<DeadlineError> },
}

impl Outcome {
    pub fn movement(&self) -> Movement {
        let (Some(before), Some(after)) = (self.before, self.after) else {
            return if self.after.is_some() { Movement::New } else { Movement::Gone };
        };
        match (before.due, after.due) {
            (Some(before), Some(after)) if after < before => Movement::Earlier,
            (Some(before), Some(after)) if after > before => Movement::Later,
            (None, Some(_)) => Movement::Earlier,
            (Some(_), None) => Movement::Later,
            _ => Movement::Same,
        }
    }

    /// None where it is not known when it was done, or the draft does not ask it.
    pub fn fate(&self) -> Option<Fate> {
        let met = self.met.filter(|_| self.after.is_some())?;
        let late = |count: Option<Count>| count.and_then(|c| c.due).is_some_and(|due| met > due);
        Some(match (late(self.before), late(self.after)) {
            (false, false) => Fate::Kept,
            (false, true) => Fate::WouldBeMissed,
            (true, false) => Fate::WouldBeKept,
            (true, true) => Fate::MissedAnyhow,
        })
    }
}

/// Replays every sample under what is in force and under the draft.
pub fn simulate(
    in_force: Under<'_>,
    draft: Under<'_>,
    samples: &[Sample],
) -> Result<Simulation, SimulateError> {
    let mut simulation =
        Simulation { grades: Vec::new(), outcomes: Vec::new(), unstarted: Vec::new() };
    for sample in samples {
        let before = replay::replay(in_force, sample)?;
        let after = replay::replay(draft, sample)?;
        let mut sides: BTreeMap<(String, DutyId), (Option<Count>, Option<Count>)> = BTreeMap::new();
        for (key, count) in before.counts {
            sides.entry(key).or_default().0 = Some(count);
        }
        for (key, count) in after.counts {
            sides.entry(key).or_default().1 = Some(count);
        }
        // What waits for an instant that nobody gave is neither new nor gone.
        let waits =
            |duty: &DutyId, side: &[(DutyId, String)]| side.iter().any(|(id, _)| id == duty);
        sides.retain(|(_, duty), (old, new)| {
            !(old.is_none() && waits(duty, &before.unstarted)
                || new.is_none() && waits(duty, &after.unstarted))
        });
        let outcome = |((organisation, duty), (before, after)): ((String, DutyId), _)| Outcome {
            met: sample.met(&duty, &organisation),
            incident: sample.number.clone(),
            organisation,
            duty,
            before,
            after,
        };
        simulation.outcomes.extend(sides.into_iter().map(outcome));
        let incident = || sample.number.clone();
        for (duty, trigger) in after.unstarted.iter().chain(&before.unstarted) {
            let (duty, trigger, incident) = (duty.clone(), trigger.clone(), incident());
            let known = |one: &Unstarted| one.incident == incident && one.duty == duty;
            if !simulation.unstarted.iter().any(known) {
                let in_draft = after.unstarted.iter().any(|(other, _)| *other == duty);
                simulation.unstarted.push(Unstarted { incident, duty, trigger, in_draft });
            }
        }
        let (before, after) = (before.grade, after.grade);
        simulation.grades.push(Regraded { incident: incident(), before, after });
    }
    simulation.outcomes.sort_by(|one, other| one.organisation.cmp(&other.organisation));
    Ok(simulation)
}

#[cfg(test)]
mod tests;
