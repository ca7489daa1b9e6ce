//! One sample under one pack: its grade, and every clock that started.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::regime::{DutyId, GradeId, RoleId};

use super::{Count, Sample, SimulateError, Under};
use crate::assess::assess;
use crate::deadline::deadline;
use crate::input::{Input, Inputs, Takes, Value, stated};
use crate::predicate::Verdict;
use crate::regime::{Duty, Event, Holders, Party, Set, Whose};

/// A sample under one pack.
pub(super) struct Replayed {
    pub grade: GradeId,
    /// What each organisation owed.
    pub counts: BTreeMap<(String, DutyId), Count>,
    /// Duties whose trigger has no instant.
    pub unstarted: Vec<(DutyId, String)>,
}

pub(super) fn replay(under: Under<'_>, sample: &Sample) -> Result<Replayed, SimulateError> {
    let inputs = inputs(under, sample)?;
    let (incident, pack) = (sample.number.clone(), under.pack.id().to_string());
    let assessed = assess(under.pack, &inputs).map_err(|cause| SimulateError::Grade {
        incident,
        pack,
        cause,
    })?;
    let replaying = Replaying { under, sample, inputs, grade: assessed.grade };
    replaying.run()
}

struct Replaying<'a> {
    under: Under<'a>,
    sample: &'a Sample,
    inputs: Inputs,
    grade: GradeId,
}

impl Replaying<'_> {
    fn run(self) -> Result<Replayed, SimulateError> {
        let duties: Vec<&Duty> =
            self.under.pack.duties().iter().filter(|duty| self.applies(duty)).collect();
        let instants = self.instants();
        let reached = self.reached(&duties, &instants);
        let mut counts = BTreeMap::new();
        let mut unstarted = Vec::new();
        for duty in duties {
            let Some(on) = duty.on.as_deref() else { continue };
            match instants.get(on) {
                Some(since) => {
                    let count = self.count(duty, *since)?;
                    let debtors = self.members(&duty.who);
                    counts.extend(debtors.into_iter().map(|one| ((one, duty.id.clone()), count)));
                }
                None if reached.contains(on) => unstarted.push((duty.id.clone(), on.to_owned())),
                None => {}
            }
        }
        Ok(Replayed { grade: self.grade, counts, unstarted })
    }

    fn count(&self, duty: &Duty, since: Timestamp) -> Result<Count, SimulateError> {
        let Under { pack, calendar } = self.under;
        let due = deadline(duty.clock.within(), since, pack.zone(), calendar);
        let due = due.map_err(|cause| SimulateError::Deadline {
            incident: self.sample.number.clone(),
            pack: pack.id().to_string(),
            duty: duty.id.clone(),
            cause: Box::new(cause),
        })?;
        Ok(Count { since, due: due.due })
    }

    /// Whether it is owed at the grade, under its condition and in this company. Unknown is not no.
    fn applies(&self, duty: &Duty) -> bool {
        let condition = duty.condition.as_ref().map(|test| test.judge(&self.inputs));
        let accompanied = duty
            .only_with
            .as_ref()
            .is_none_or(|set| !self.members(&[Party::Set(set.clone())]).is_empty());
        duty.applies_at(&self.grade) && condition != Some(Verdict::No) && accompanied
    }

    /// When each trigger happened: as the sample says; when the finder knew; when a duty that brings it
    /// about was done.
    fn instants(&self) -> BTreeMap<String, Timestamp> {
        let mut instants = BTreeMap::new();
        let known = || self.under.pack.triggers().iter().filter(|t| t.at == Event::IncidentKnown);
        let finder = known()
            .find(|trigger| self.is_finder(trigger.by.as_ref()))
            .or_else(|| known().find(|trigger| trigger.otherwise));
        instants.extend(finder.map(|trigger| (trigger.id.clone(), self.sample.known_at)));
        if let Some(at) = self.sample.graded_at {
            let triggers = self.under.pack.triggers().iter();
            let graded = triggers.filter(|trigger| trigger.at == Event::IncidentGraded);
            instants.extend(graded.map(|trigger| (trigger.id.clone(), at)));
        }
        // What was done was done, whether or not this pack would have asked it at this grade.
        for duty in self.under.pack.duties() {
            let Some(at) = self.sample.first_met(&duty.id) else { continue };
            for id in &duty.emits {
                let first: &mut Timestamp = instants.entry(id.clone()).or_insert(at);
                *first = at.min(*first);
            }
        }
        instants.extend(self.sample.happened.iter().map(|(id, at)| (id.clone(), *at)));
        instants
    }

    /// Whether a party means the finder: by its role, or as a member of a set of roles.
    fn is_finder(&self, party: Option<&Party>) -> bool {
        let finder = |role: &RoleId| role.as_str() == self.sample.finder;
        match party {
            Some(Party::Role(role)) => finder(role),
            Some(Party::Set(id)) => {
                self.under.pack.set(id).is_some_and(|s| s.roles.iter().any(finder))
            }
            Some(Party::Anybody | Party::AsFirstReport) | None => false,
        }
    }

    /// The triggers that happened, and every one that follows in the ordinary course: each incident is
    /// graded, and each duty is done.
    fn reached(
        &self,
        duties: &[&Duty],
        instants: &BTreeMap<String, Timestamp>,
    ) -> BTreeSet<String> {
        let triggers = self.under.pack.triggers().iter();
        let graded = triggers.filter(|trigger| trigger.at == Event::IncidentGraded);
        let graded = graded.map(|trigger| trigger.id.clone());
        let mut reached: BTreeSet<String> = instants.keys().cloned().chain(graded).collect();
        loop {
            let before = reached.len();
            for duty in duties {
                if duty.on.as_ref().is_some_and(|on| reached.contains(on)) {
                    reached.extend(duty.emits.iter().cloned());
                }
            }
            if reached.len() == before {
                return reached;
            }
        }
    }

    /// The organisations that parties mean here, each once.
    fn members(&self, parties: &[Party]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for party in parties {
            let members = match party {
                Party::Role(role) => {
                    let known = self.sample.parties.get(role.as_str()).cloned();
                    known.unwrap_or_else(|| vec![role.to_string()])
                }
                Party::Set(id) => {
                    self.under.pack.set(id).map(|set| self.of_set(set)).unwrap_or_default()
                }
                Party::Anybody | Party::AsFirstReport => Vec::new(),
            };
            let new: Vec<String> = members.into_iter().filter(|one| !all.contains(one)).collect();
            all.extend(new);
        }
        all
    }

    fn of_set(&self, set: &Set) -> Vec<String> {
        let sample = self.sample;
        let role = |role: &RoleId| -> Vec<String> {
            if let Some(known) = sample.parties.get(role.as_str()) {
                return known.clone();
            }
            let holders = self.under.pack.role(role).map(|role| role.holders);
            match (set.whose, holders) {
                // One stands for each province that the sample names.
                (Whose::Province | Whose::ProvinceOrOwn, Some(Holders::OnePerProvince))
                    if !sample.provinces.is_empty() =>
                {
                    sample.provinces.iter().map(|province| format!("{role} {province}")).collect()
                }
                _ if sample.parties.is_empty() => vec![role.to_string()],
                _ => Vec::new(),
            }
        };
        let finder = |one: &&RoleId| {
            let knows = matches!(set.whose, Whose::Finding | Whose::Knowing);
            !knows || one.as_str() == sample.finder
        };
        if set.whose == Whose::NamedByOfficer {
            return Vec::new();
        }
        set.roles.iter().filter(finder).flat_map(role).collect()
    }
}

/// The sample's facts that the pack declares, with its size where nothing else was measured.
fn inputs(under: Under<'_>, sample: &Sample) -> Result<Inputs, SimulateError> {
    let declared = under.pack.inputs();
    let known = |name: &String| declared.iter().any(|input| input.name == *name);
    let pairs: Vec<String> = sample
        .inputs
        .iter()
        .filter(|(name, _)| known(name))
        .map(|(name, value)| format!("{name}={}", stated(value)))
        .collect();
    let mut inputs =
        Inputs::parse(declared, pairs.iter().map(String::as_str)).map_err(|cause| {
            let (incident, pack) = (sample.number.clone(), under.pack.id().to_string());
            SimulateError::Inputs { incident, pack, cause }
        })?;
    for input in declared.iter().filter(|input| !sample.inputs.contains_key(&input.name)) {
        if let Some(value) = implied(input, sample) {
            inputs = inputs.with(&input.name, value);
        }
    }
    Ok(inputs)
}

/// What the sample says of an input without naming it.
fn implied(input: &Input, sample: &Sample) -> Option<Value> {
    if input.measure.is_some() {
        return sample.size.and_then(|size| i64::try_from(size).ok()).map(Value::Count);
    }
    match input.takes.as_ref()? {
        Takes::FinderRole { otherwise } => {
            let finder = Value::Text(sample.finder.clone());
            Some(if input.kind.fits(&finder) { finder } else { Value::Text(otherwise.clone()) })
        }
        Takes::SeveralProvinces => {
            (!sample.provinces.is_empty()).then_some(Value::Bool(sample.provinces.len() > 1))
        }
    }
}
