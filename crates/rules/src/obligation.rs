//! Obligations: what follows, for whom and by when, from a graded incident.
//!
//! Two kinds follow. A duty whose trigger has happened *runs*: its due time is fixed here. A duty whose
//! trigger another owed duty emits stands *latent*: it will follow in the ordinary course. A duty that
//! waits for a fact somebody may record, for a month to end or for a contact to change is not owed by an
//! incident and does not appear until then; nor does one that always stands.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::obligation::{About, Running, State, Terms};
use model::regime::{Basis, GradeId, RoleId};
use model::{Handle, Happening, Id, Obligation};

use crate::calendar::Calendar;
use crate::deadline::{DeadlineError, Due, deadline};
use crate::explain::{Explained, Lost};
use crate::input::{Inputs, Takes, Value};
use crate::involved::{Involved, Known, Member};
use crate::predicate::Verdict;
use crate::regime::{Duty, Event, Pack, Party};
use crate::starting::{Start, Starting};

/// A graded incident, as far as the law asks.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub grade: &'a GradeId,
    pub inputs: &'a Inputs,
    pub involved: Involved<'a>,
    /// When the finder knew; at a regrade, the instant of the regrade.
    pub known_at: Timestamp,
    /// When the grade in force was set.
    pub graded_at: Graded,
    /// What has come about in the incident so far; what is under another pack is passed over.
    pub happened: &'a [Happening],
}

/// When a grade was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graded {
    /// As the incident's first, or lowered to it: what came about earlier counts from when it did.
    Set(Timestamp),
    /// Raised to it: no clock of a duty that arises with the grade started before.
    Raised(Timestamp),
}

impl Graded {
    pub fn at(self) -> Timestamp {
        match self {
            Self::Set(at) | Self::Raised(at) => at,
        }
    }

    /// When the clock starts of what came about at that instant.
    pub(crate) fn start_of(self, came_about: Timestamp) -> Timestamp {
        match self {
            Self::Set(_) => came_about,
            Self::Raised(at) => came_about.max(at),
        }
    }
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

impl From<OwedState> for State {
    fn from(state: OwedState) -> Self {
        match state {
            OwedState::Latent => Self::Latent,
            OwedState::Running(clock) => Self::Running(clock),
        }
    }
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
    let mut all: Vec<Owed> = Vec::new();
    for duty in applying(pack, case) {
        let Some(trigger) = duty.on.as_deref().and_then(|on| pack.trigger(on)) else { continue };
        if !reached.contains(trigger.id.as_str()) {
            continue;
        }
        let starting = Starting { pack, case, known: &known, trigger };
        for owed in (Deriving { pack, calendar, case, duty, starting }).owed()? {
            // A duty that is like two others, of which it is not known which applies, is owed once.
            let same = |one: &&mut Owed| one.is_same(&owed);
            match all.iter_mut().find(same).filter(|_| duty.like.is_some()) {
                Some(known) => known.join(owed),
                None => all.push(owed),
            }
        }
    }
    Ok(all)
}

impl Owed {
    /// The obligation that goes on record.
    pub fn on_record(self, id: Id<Obligation>, about: About) -> Obligation {
        let Self { debtor, sender, to, cc, terms, state } = self;
        Obligation { id, about, debtor, sender, to, cc, terms, state: state.into() }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.debtor == other.debtor
            && self.terms.duty == other.terms.duty
            && self.sender == other.sender
    }

    /// Takes in another of the same debtor and duty: whoever receives either, by the earlier due time.
    fn join(&mut self, other: Self) {
        self.to
            .extend(other.to.into_iter().filter(|one| !self.to.contains(one)).collect::<Vec<_>>());
        self.cc
            .extend(other.cc.into_iter().filter(|one| !self.cc.contains(one)).collect::<Vec<_>>());
        self.cc.retain(|one| !self.to.contains(one));
        let due = |state: &OwedState| match state {
            OwedState::Running(running) => running.due,
            OwedState::Latent => None,
        };
        if let Some(theirs) = due(&other.state)
            && due(&self.state).is_none_or(|own| theirs < own)
        {
            (self.state, self.terms) = (other.state, other.terms);
        }
    }
}

/// The duties that apply to the case, whenever their clocks may start.
pub(crate) fn applying<'p>(pack: &'p Pack, case: &Case<'_>) -> impl Iterator<Item = &'p Duty> {
    pack.duties().iter().filter(move |duty| applies(pack, case, duty))
}

/// Whether the grade, the condition and the company of a duty are given. Unknown is not no.
fn applies(pack: &Pack, case: &Case<'_>, duty: &Duty) -> bool {
    let condition = condition(pack, case, duty);
    let accompanied = duty
        .only_with
        .as_ref()
        .is_none_or(|set| !case.involved.members(pack, &Party::Set(set.clone())).is_empty());
    duty.applies_at(case.grade) && condition != Verdict::No && accompanied
}

/// Whether the condition of a duty holds of the case, by the facts and by what the engine itself knows.
fn condition(pack: &Pack, case: &Case<'_>, duty: &Duty) -> Verdict {
    let Some(test) = &duty.condition else { return Verdict::Yes };
    let provinces = case.involved.provinces.len();
    let taken = pack.inputs().iter().find(|input| {
        input.takes == Some(Takes::SeveralProvinces)
            && case.inputs.get(&input.name).is_none()
            && provinces > 0
    });
    match taken {
        Some(input) => {
            test.judge(&case.inputs.clone().with(&input.name, Value::Bool(provinces > 1)))
        }
        None => test.judge(case.inputs),
    }
}

/// The triggers that have happened, and every one that follows from a duty owed.
fn reached<'p>(pack: &'p Pack, case: &Case<'_>, known: &[Known<'p>]) -> BTreeSet<&'p str> {
    let duties: Vec<&Duty> = applying(pack, case).collect();
    // Whoever has not set the grade yet will.
    let graded = pack.triggers().iter().filter(|trigger| trigger.at == Event::IncidentGraded);
    let known = known.iter().map(|known| known.0).chain(graded);
    let mut reached: BTreeSet<&str> = known.map(|trigger| trigger.id.as_str()).collect();
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

/// To somebody, or in copy.
#[derive(Clone, Copy)]
enum Line {
    To,
    Copy,
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
        let told = || self.starting.happened().filter_map(|one| one.to.as_ref());
        if self.duty.who.contains(&Party::Anybody) {
            let role = |handle| self.case.involved.some_role(self.pack, handle);
            debtors.extend(told().filter_map(|handle| Some((handle.clone(), role(handle)?))));
        }
        // Whom an officer names, the officer names by saying what happened to them.
        for party in &self.duty.who {
            let named = self.case.involved.eligible(self.pack, party).into_iter();
            let named = named.filter(|(handle, _)| told().any(|told| told == handle));
            for member in named {
                if !debtors.iter().any(|(known, _)| *known == member.0) {
                    debtors.push(member);
                }
            }
        }
        Ok(debtors)
    }

    fn owed_by(&self, debtor: &Member, start: Option<&Start>) -> Result<Owed, ObligeError> {
        let (debtor, role) = debtor.clone();
        let sender = start.and_then(|start| start.sender.clone());
        let (mut to, lost) = self.recipients(&self.duty.to, &debtor, Line::To);
        if let Some(sender) = sender.as_ref().filter(|sender| to.contains(sender)) {
            // The answer to a filing goes to whoever filed it, not to everybody who may file.
            to = vec![sender.clone()];
        }
        let (cc, lost_cc) = self.recipients(&self.duty.cc, &debtor, Line::Copy);
        let cc = cc.into_iter().filter(|handle| !to.contains(handle)).collect();
        let lost = if self.duty.to.is_empty() { lost_cc } else { lost };
        let state = match start {
            None => OwedState::Latent,
            Some(start) => {
                let due = self.due(start.since)?;
                let explained = Explained {
                    pack: self.pack,
                    duty: self.duty,
                    due: &due,
                    since: start.since,
                    lost,
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
        condition(self.pack, self.case, self.duty) == Verdict::Unknown
    }

    /// The recipients without the debtor itself, which never sends to itself; and, where that leaves
    /// nobody although the law names somebody, why.
    fn recipients(
        &self,
        parties: &[Party],
        debtor: &Handle,
        line: Line,
    ) -> (Vec<Handle>, Option<Lost>) {
        let mut all = self.case.involved.recipients(self.pack, parties, debtor);
        if self.duty.to.contains(&Party::AsFirstReport) {
            all.extend(self.of_first_report(debtor, line));
        }
        let itself = all.contains(debtor);
        let mut others: Vec<Handle> = Vec::new();
        for handle in all.into_iter().filter(|handle| handle != debtor) {
            if !others.contains(&handle) {
                others.push(handle);
            }
        }
        let lost = match (others.is_empty() && !parties.is_empty(), itself) {
            (true, true) => Some(Lost::OnlyItself),
            (true, false) => Some(Lost::Nobody),
            (false, _) => None,
        };
        (others, lost)
    }

    /// To whom the debtor owed its report when it first knew, or when the grade was set.
    fn of_first_report(&self, debtor: &Handle, line: Line) -> Vec<Handle> {
        let is_first = |duty: &&Duty| {
            let trigger = duty.on.as_deref().and_then(|on| self.pack.trigger(on));
            let owes = || self.case.involved.union(self.pack, &duty.who);
            trigger.is_some_and(|t| matches!(t.at, Event::IncidentKnown | Event::IncidentGraded))
                && owes().iter().any(|(handle, _)| handle == debtor)
        };
        let parties = |duty: &Duty| match line {
            Line::To => duty.to.clone(),
            Line::Copy => duty.cc.clone(),
        };
        let first = applying(self.pack, self.case).filter(is_first);
        let parties: Vec<Party> = first.flat_map(parties).collect();
        self.case.involved.recipients(self.pack, &parties, debtor)
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
