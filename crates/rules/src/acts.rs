//! Acts: what a fact told, a filing made or a call logged means for obligations, before anything is written.

use jiff::Timestamp;
use model::obligation::State;
use model::{Handle, Happening, Id, Incident, Obligation};

use crate::involved::Involved;
use crate::regime::{Event, Pack, Party};
use crate::starting::is_sent_by_each;
use crate::within::Within;

/// A fact as somebody tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub incident: Id<Incident>,
    pub trigger: String,
    /// To whom; may be left out where only one can be meant.
    pub to: Option<Handle>,
    /// Whose filing it was that arrived; wanted where several each file their own.
    pub from: Option<Handle>,
    pub at: Timestamp,
    pub evidence: String,
}

/// Why an act is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    #[error(
        "`{trigger}` is no trigger of `{pack}` that can be told of an incident; there are: {known}"
    )]
    NoTrigger { trigger: String, pack: String, known: String },
    #[error("`{trigger}` happens to one of several: say to whom; here it can be {who}")]
    ToWhom { trigger: String, who: String },
    #[error("`{trigger}` does not happen to `{to}` here; it can be {who}")]
    NotTo { trigger: String, to: Handle, who: String },
    #[error("several each send what starts `{trigger}`: say whose it was")]
    FromWhom { trigger: String },
    #[error(
        "`{trigger}` is on record already, at {at}: correct the start of an obligation that stands on it"
    )]
    Known { trigger: String, at: Timestamp },
    #[error("a telephone call does not meet {duty}: {why}; the written form is what counts")]
    NoTelephone { duty: String, why: &'static str },
    #[error("`{by}` may not do {duty} for `{debtor}`")]
    NotBy { by: Handle, duty: String, debtor: Handle },
}

/// The triggers that somebody may tell of an incident.
pub fn tellable(pack: &Pack) -> impl Iterator<Item = &str> {
    let of_incident = pack.triggers().iter().filter(|trigger| trigger.at.is_of_incident());
    of_incident
        .filter(|trigger| trigger.at != Event::IncidentKnown)
        .map(|trigger| trigger.id.as_str())
}

/// What was told as it goes on record, with whom it happened to where only one can be meant.
pub fn happening(
    pack: &Pack,
    involved: &Involved<'_>,
    known: &[Happening],
    told: Told,
) -> Result<Happening, ActError> {
    let Told { incident, trigger, to, from, at, evidence } = told;
    let Some(found) = pack.trigger(&trigger).filter(|_| tellable(pack).any(|id| id == trigger))
    else {
        let known = tellable(pack).collect::<Vec<_>>().join(", ");
        return Err(ActError::NoTrigger { trigger, pack: pack.id().to_string(), known });
    };
    let to = receiver(pack, involved, found.by.as_ref(), &trigger, to)?;
    if from.is_none() && is_sent_by_each(pack, &trigger) {
        return Err(ActError::FromWhom { trigger });
    }
    let told = Happening { incident, pack: pack.id().clone(), trigger, to, from, at, evidence };
    match known.iter().find(|one| is_same(pack, one, &told)) {
        Some(one) => Err(ActError::Known { trigger: told.trigger, at: one.at }),
        None => Ok(told),
    }
}

fn receiver(
    pack: &Pack,
    involved: &Involved<'_>,
    by: Option<&Party>,
    trigger: &str,
    to: Option<Handle>,
) -> Result<Option<Handle>, ActError> {
    let Some(by) = by.filter(|by| **by != Party::Anybody) else { return Ok(to) };
    let members: Vec<Handle> =
        involved.eligible(pack, by).into_iter().map(|(handle, _)| handle).collect();
    let trigger = trigger.to_owned();
    let who = || members.iter().map(Handle::as_str).collect::<Vec<_>>().join(", ");
    match (to, members.as_slice()) {
        (Some(to), members) if members.contains(&to) => Ok(Some(to)),
        (Some(to), _) => Err(ActError::NotTo { trigger, to, who: who() }),
        (None, [only]) => Ok(Some(only.clone())),
        (None, _) => Err(ActError::ToWhom { trigger, who: who() }),
    }
}

/// Whether two tell the same: the same trigger for the same receiver, by the same sender where that matters.
fn is_same(pack: &Pack, one: &Happening, other: &Happening) -> bool {
    let sent = one.from == other.from || !is_sent_by_each(pack, &one.trigger);
    one.pack == other.pack && one.trigger == other.trigger && one.to == other.to && sent
}

/// What comes about when an obligation is done at that instant: each trigger that its duty emits, for each
/// recipient whose trigger it is. What is on record already does not come about again.
pub fn emitted(
    pack: &Pack,
    involved: &Involved<'_>,
    known: &[Happening],
    done: &Obligation,
    (at, evidence): (Timestamp, &str),
) -> Vec<Happening> {
    let (Some(duty), Some(incident)) = (pack.duty_of(&done.terms), done.incident()) else {
        return Vec::new();
    };
    let mut all: Vec<Happening> = Vec::new();
    for trigger in duty.emits.iter().filter_map(|id| pack.trigger(id)) {
        let members = trigger.by.iter().flat_map(|by| involved.members(pack, by));
        let mut members: Vec<Handle> = members.map(|(handle, _)| handle).collect();
        if trigger.at == Event::FilingSent {
            // It happens to the sender, and to nobody else.
            members = vec![done.debtor.clone()];
        }
        let is_told =
            |one: &&Handle| done.to.contains(one) || done.cc.contains(one) || **one == done.debtor;
        let mut told: Vec<Option<Handle>> =
            members.iter().filter(is_told).map(|one| Some(one.clone())).collect();
        if told.is_empty() {
            told = members.into_iter().map(Some).collect();
        }
        if trigger.by.is_none() {
            told.push(None);
        }
        for to in told {
            let one = Happening {
                incident,
                pack: pack.id().clone(),
                trigger: trigger.id.clone(),
                to,
                from: Some(done.debtor.clone()),
                at,
                evidence: evidence.to_owned(),
            };
            if !known.iter().chain(&all).any(|known| is_same(pack, known, &one)) {
                all.push(one);
            }
        }
    }
    all
}

/// Whether somebody may do it: the debtor, or whoever the text lets do it instead.
pub fn may_meet(
    pack: &Pack,
    involved: &Involved<'_>,
    one: &Obligation,
    by: &Handle,
) -> Result<(), ActError> {
    let instead = pack.duty_of(&one.terms).map(|duty| duty.or_by.as_slice()).unwrap_or_default();
    let may =
        one.debtor == *by || involved.union(pack, instead).iter().any(|(handle, _)| handle == by);
    let (duty, debtor) = (one.terms.duty.to_string(), one.debtor.clone());
    if may { Ok(()) } else { Err(ActError::NotBy { by: by.clone(), duty, debtor }) }
}

/// Those that are freed when one of several debtors has done what is enough to be done once.
pub fn freed(pack: &Pack, done: &Obligation, record: &[Obligation]) -> Vec<Id<Obligation>> {
    let Some(duty) = pack.duty_of(&done.terms).filter(|duty| duty.one_is_enough) else {
        return Vec::new();
    };
    let also = record.iter().filter(|one| {
        one.about == done.about
            && one.terms.basis.pack == done.terms.basis.pack
            && one.terms.duty == duty.id
            && one.sender == done.sender
            && one.id != done.id
            && one.state.is_open()
    });
    also.map(|one| one.id).collect()
}

/// Whether a logged call provisionally meets an obligation: the pack must say so, and the time allowed be
/// counted in hours.
pub fn may_telephone(pack: &Pack, one: &Obligation) -> Result<(), ActError> {
    let refuse = |why| Err(ActError::NoTelephone { duty: one.terms.duty.to_string(), why });
    if pack.form_rule().is_none_or(|rule| !rule.telephone_first) {
        return refuse("its pack knows no telephone first");
    }
    match one.terms.within.parse() {
        Ok(Within::Hours { .. } | Within::Minutes(_)) => {}
        _ => return refuse("its time is not counted in hours"),
    }
    if matches!(one.state, State::Running(_)) { Ok(()) } else { refuse("its clock does not run") }
}

#[cfg(test)]
mod tests;
