//! Who an incident involves, and so whom each role and set of a pack means in it.

use std::collections::BTreeSet;

use model::regime::RoleId;
use model::{Handle, Organisation, holding::Province};

use crate::regime::{Event, Pack, Party, Set, Trigger, Whose};

/// Who an incident involves.
#[derive(Clone, Copy, Debug)]
pub struct Involved<'a> {
    /// The directory.
    pub organisations: &'a [Organisation],
    /// Whoever is responsible for an address or domain of the incident.
    pub responsible: &'a BTreeSet<Handle>,
    /// The provinces it touches.
    pub provinces: &'a BTreeSet<Province>,
    /// Who found it.
    pub finder: &'a Handle,
    /// Whose desk this is: whatever anybody found, it now knows too.
    pub desk: &'a Handle,
}

/// An organisation, and the role in which a duty means it.
pub(crate) type Member = (Handle, RoleId);

/// A trigger that happened when the incident became known, and to whom.
pub(crate) type Known<'p> = (&'p Trigger, Handle);

impl Involved<'_> {
    /// Whom a party means here, each once, in the order of the directory.
    pub(crate) fn members(&self, pack: &Pack, party: &Party) -> Vec<Member> {
        match party {
            Party::Role(role) => pack
                .holders(self.organisations, role)
                .map(|one| (one.handle.clone(), role.clone()))
                .collect(),
            Party::Set(id) => pack.set(id).map(|set| self.of_set(pack, set)).unwrap_or_default(),
            Party::Anybody => Vec::new(),
        }
    }

    /// The union of several parties, each organisation once.
    pub(crate) fn union(&self, pack: &Pack, parties: &[Party]) -> Vec<Member> {
        let mut all: Vec<Member> = Vec::new();
        for member in parties.iter().flat_map(|party| self.members(pack, party)) {
            if !all.iter().any(|(handle, _)| *handle == member.0) {
                all.push(member);
            }
        }
        all
    }

    /// The triggers that happen when the incident becomes known, and to whom: to its finder, and to the
    /// desk that has received the finding.
    pub(crate) fn known_triggers<'p>(&self, pack: &'p Pack) -> Vec<Known<'p>> {
        let mut happened: Vec<Known<'p>> = Vec::new();
        for knower in [self.finder, self.desk] {
            let known = self.known_to(pack, knower).map(|trigger| (trigger, knower.clone()));
            if !happened.iter().any(|one| Some(one) == known.as_ref()) {
                happened.extend(known);
            }
        }
        happened
    }

    /// Some role of an organisation in a pack; `any` for one that has none.
    pub(crate) fn some_role(&self, pack: &Pack, handle: &Handle) -> Option<RoleId> {
        let entry = Pack::entry(self.organisations, handle)?;
        let own = entry.roles.iter().find(|(of, _)| of == pack.id());
        own.map_or_else(|| "any".parse().ok(), |(_, role)| Some(role.clone()))
    }

    fn known_to<'p>(&self, pack: &'p Pack, knower: &Handle) -> Option<&'p Trigger> {
        let known = || pack.triggers().iter().filter(|t| t.at == Event::IncidentKnown);
        let knower = Pack::entry(self.organisations, knower);
        let own = known().find(|trigger| match (&trigger.by, knower) {
            (Some(Party::Role(role)), Some(knower)) => knower.has_role(pack.id(), role),
            _ => false,
        });
        own.or_else(|| known().find(|trigger| trigger.otherwise))
    }

    fn of_set(&self, pack: &Pack, set: &Set) -> Vec<Member> {
        let belongs = |one: &&Organisation| match set.whose {
            Whose::AddressOrDomain => self.responsible.contains(&one.handle),
            Whose::Province => one.province.as_ref().is_some_and(|p| self.provinces.contains(p)),
            Whose::Finding => one.handle == *self.finder,
            Whose::NamedByOfficer => false,
        };
        let role = |one: &Organisation| {
            set.roles.iter().find(|role| one.has_role(pack.id(), role)).cloned()
        };
        let members = self.organisations.iter().filter(belongs);
        members.filter_map(|one| Some((one.handle.clone(), role(one)?))).collect()
    }
}
