//! Obligations: what follows, for whom and by when, from a graded incident.
//!
//! Two kinds follow. A duty whose trigger has happened *runs*: its due time is fixed here. A duty whose
//! trigger another owed duty emits stands *latent*: it will follow in the ordinary course. A duty that
//! waits for a fact somebody may record, for a month to end or for a contact to change is not owed by an
//! incident and does not appear until then; nor does one that always stands.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::obligation::{Running, Terms};
use model::regime::{Basis, GradeId, RoleId};
use model::{Handle, Happening};

use crate::calendar::Calendar;
use crate::deadline::{DeadlineError, Due, deadline};
use crate::explain::Explained;
use crate::input::Inputs;
use crate::involved::{Involved, Known, Member};
use crate::predicate::Verdict;
use crate::regime::{Duty, Pack, Party};
use crate::starting::{Start, Starting};

/// A graded incident, as far as the law asks.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub grade: &'a GradeId,
    pub inputs: &'a Inputs,
    pub involved: Involved<'a>,
    /// When the finder knew; at a regrade, the instant of the regrade.
    pub known_at: Timestamp,
    /// When the grade was set, unless it is the incident's first: no clock of a duty that arises with the
    /// grade started before.
    pub graded_at: Option<Timestamp>,
    /// What has come about in the incident so far; what is under another pack is passed over.
    pub happened: &'a [Happening],
}

/// One duty that somebody owes for an incident; an obligation but for its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    pub debtor: Handle,
    /// Whose filing its trigger is, where several each file their own and each starts a clock.
    pub sender: Option<Handle>,
    /// To whom, and to whom in copy; empty where nobody in the directory is meant.
    pub to: Vec<Handle>,
    pub cc: Vec<Handle>,
    pub terms: Terms,
    pub state: OwedState,
}

/// Whether its clock has started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwedState {
    Latent,
    Running(Running),
}

/// Why it cannot be said what follows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObligeError {
    #[error("duty `{duty}`: {cause}")]
    Deadline { duty: String, cause: DeadlineError },
    #[error(
        "duty `{duty}` of `{pack}` is owed by the role `{role}`, which nobody in the directory holds: \
         enter an organisation with that role"
    )]
    NobodyHolds { pack: String, duty: String, role: RoleId },
    #[error("duty `{duty}`: the time allowed, `{within}`, cannot be read by this release")]
    Unreadable { duty: String, within: String },
    #[error(
        "duty `{duty}` was counted by the calendar `{calendar}`, which is not at hand: \
         put that version under `calendars/` of the data directory"
    )]
    NoCalendar { duty: String, calendar: String },
    #[error("`{grade}` is no grade of `{pack}`")]
    UnknownGrade { pack: String, grade: GradeId },
    #[error("`{pack}` counts by the calendar `{wanted}`, but `{given}` was given")]
    WrongCalendar { pack: String, wanted: String, given: String },
}

/// What follows from a graded incident, in the order of the pack.
pub fn owed(pack: &Pack, calendar: &Calendar, case: &Case<'_>) -> Result<Vec<Owed>, ObligeError> {
    if pack.grade(case.grade).is_none() {
        let (pack, grade) = (pack.id().to_string(), case.grade.clone());
        return Err(ObligeError::UnknownGrade { pack, grade });
    }
    if pack.calendar() != calendar.name() {
        return Err(ObligeError::WrongCalendar {
            pack: pack.id().to_string(),
            wanted: pack.calendar().to_owned(),
            given: calendar.name().to_owned(),
        });
    }
    let known = case.involved.known_triggers(pack);
    let reached = reached(pack, case, &known);
    let mut all = Vec::new();
    for duty in applying(pack, case) {
        let Some(trigger) = duty.on.as_deref().and_then(|on| pack.trigger(on)) else { continue };
        if reached.contains(trigger.id.as_str()) {
            let starting = Starting { pack, case, known: &known, trigger };
            all.extend(Deriving { pack, calendar, case, duty, starting }.owed()?);
        }
    }
    Ok(all)
}

/// The duties that apply to the case, whenever their clocks may start.
pub(crate) fn applying<'p>(pack: &'p Pack, case: &Case<'_>) -> impl Iterator<Item = &'p Duty> {
    pack.duties().iter().filter(move |duty| applies(pack, case, duty))
}

/// Whether the grade, the condition and the company of a duty are given. Unknown is not no.
fn applies(pack: &Pack, case: &Case<'_>, duty: &Duty) -> bool {
    let condition = duty.condition.as_ref().map_or(Verdict::Yes, |test| test.judge(case.inputs));
    let accompanied = duty
        .only_with
        .as_ref()
        .is_none_or(|set| !case.involved.members(pack, &Party::Set(set.clone())).is_empty());
    duty.applies_at(case.grade) && condition != Verdict::No && accompanied
}

/// The triggers that have happened, and every one that follows from a duty owed.
fn reached<'p>(pack: &'p Pack, case: &Case<'_>, known: &[Known<'p>]) -> BTreeSet<&'p str> {
    let duties: Vec<&Duty> = applying(pack, case).collect();
    let mut reached: BTreeSet<&str> = known.iter().map(|known| known.0.id.as_str()).collect();
    let happened = case.happened.iter().filter(|one| one.pack == *pack.id());
    reached.extend(happened.filter_map(|one| Some(pack.trigger(&one.trigger)?.id.as_str())));
    loop {
        let before = reached.len();
        for duty in &duties {
            if duty.on.as_deref().is_some_and(|on| reached.contains(on)) {
                reached.extend(duty.emits.iter().map(String::as_str));
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// One duty of one case, being turned into what each debtor owes.
struct Deriving<'a> {
    pack: &'a Pack,
    calendar: &'a Calendar,
    case: &'a Case<'a>,
    duty: &'a Duty,
    starting: Starting<'a>,
}

impl Deriving<'_> {
    fn owed(&self) -> Result<Vec<Owed>, ObligeError> {
        let senders = self.starting.senders();
        let mut all = Vec::new();
        for debtor in self.debtors()? {
            let starts = self.starting.of(&debtor.0);
            let awaited =
                |sender| !starts.iter().any(|start| start.sender.as_ref() == Some(sender));
            if starts.is_empty() || senders.iter().any(awaited) {
                all.push(self.owed_by(&debtor, None)?);
            }
            for start in &starts {
                all.push(self.owed_by(&debtor, Some(start))?);
            }
        }
        Ok(all)
    }

    fn due(&self, since: Timestamp) -> Result<Due, ObligeError> {
        let within = self.duty.clock.within();
        deadline(within, since, self.pack.zone(), self.calendar)
            .map_err(|cause| ObligeError::Deadline { duty: self.duty.id.to_string(), cause })
    }

    /// Who owes it. A role must have a holder; a set may well be empty in this incident; and what anybody
    /// owes is owed by those to whom it happened.
    fn debtors(&self) -> Result<Vec<Member>, ObligeError> {
        for party in &self.duty.who {
            let Party::Role(role) = party else { continue };
            if self.case.involved.members(self.pack, party).is_empty() {
                return Err(ObligeError::NobodyHolds {
                    pack: self.pack.id().to_string(),
                    duty: self.duty.id.to_string(),
                    role: role.clone(),
                });
            }
        }
        let mut debtors = self.case.involved.union(self.pack, &self.duty.who);
        if self.duty.who.contains(&Party::Anybody) {
            let told = self.starting.happened().filter_map(|one| one.to.as_ref());
            let role = |handle| self.case.involved.some_role(self.pack, handle);
            debtors.extend(told.filter_map(|handle| Some((handle.clone(), role(handle)?))));
        }
        Ok(debtors)
    }

    fn owed_by(&self, debtor: &Member, start: Option<&Start>) -> Result<Owed, ObligeError> {
        let (debtor, role) = debtor.clone();
        let sender = start.and_then(|start| start.sender.clone());
        let mut to = self.recipients(&self.duty.to, &debtor);
        if let Some(sender) = sender.as_ref().filter(|sender| to.contains(sender)) {
            // The answer to a filing goes to whoever filed it, not to everybody who may file.
            to = vec![sender.clone()];
        }
        let cc = self.recipients(&self.duty.cc, &debtor);
        let cc = cc.into_iter().filter(|handle| !to.contains(handle)).collect();
        let state = match start {
            None => OwedState::Latent,
            Some(start) => {
                let due = self.due(start.since)?;
                let explained = Explained {
                    pack: self.pack,
                    duty: self.duty,
                    due: &due,
                    since: start.since,
                    nobody: to.is_empty() && !self.duty.to.is_empty(),
                    doubtful: self.is_doubtful(),
                };
                let explanation = explained.paragraph();
                OwedState::Running(Running { since: start.since, due: due.due, explanation })
            }
        };
        Ok(Owed { debtor, sender, to, cc, terms: self.terms(role), state })
    }

    /// Whether its condition is not known to hold.
    fn is_doubtful(&self) -> bool {
        let condition = self.duty.condition.as_ref();
        condition.is_some_and(|test| test.judge(self.case.inputs) == Verdict::Unknown)
    }

    /// The recipients, without the debtor itself.
    fn recipients(&self, parties: &[Party], debtor: &Handle) -> Vec<Handle> {
        let members = self.case.involved.union(self.pack, parties);
        members.into_iter().map(|(handle, _)| handle).filter(|handle| handle != debtor).collect()
    }

    fn terms(&self, role: RoleId) -> Terms {
        let grade = self.duty.grades.as_ref().map(|_| self.case.grade.clone());
        terms(self.pack, self.calendar, self.duty, role, grade)
    }
}

/// What the law says now, to be kept with an obligation.
pub(crate) fn terms(
    pack: &Pack,
    calendar: &Calendar,
    duty: &Duty,
    role: RoleId,
    grade: Option<GradeId>,
) -> Terms {
    Terms {
        basis: Basis {
            pack: pack.id().clone(),
            pack_version: pack.version().to_owned(),
            calendar: calendar.id(),
        },
        duty: duty.id.clone(),
        article: duty.article.clone(),
        role,
        grade,
        does: duty.does.get("en").to_owned(),
        trigger: duty.on.clone().unwrap_or_default(),
        within: duty.clock.within().to_string(),
        form: duty.contents.clone(),
    }
}

#[cfg(test)]
mod tests;
