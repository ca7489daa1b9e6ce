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

/// A trigger that happened when the incident became known or was graded, and to whom.
pub(crate) type Known<'p> = (&'p Trigger, Handle);

impl Involved<'_> {
    /// Whom a party means here, each once, in the order of the directory.
    pub(crate) fn members(&self, pack: &Pack, party: &Party) -> Vec<Member> {
        self.members_for(pack, party, None)
    }

    /// As [`members`](Self::members), for a duty of this debtor: some sets lie in its own province.
    fn members_for(&self, pack: &Pack, party: &Party, debtor: Option<&Handle>) -> Vec<Member> {
        match party {
            Party::Role(role) => pack
                .holders(self.organisations, role)
                .map(|one| (one.handle.clone(), role.clone()))
                .collect(),
            Party::Set(id) => {
                pack.set(id).map(|set| self.of_set(pack, set, debtor)).unwrap_or_default()
            }
            // The first report is another duty's: see `Deriving::recipients`.
            Party::Anybody | Party::AsFirstReport => Vec::new(),
        }
    }

    /// Whom a party may mean here: of a set that an officer names, whoever holds one of its roles.
    pub(crate) fn eligible(&self, pack: &Pack, party: &Party) -> Vec<Member> {
        let set = match party {
            Party::Set(id) => pack.set(id).filter(|set| set.whose == Whose::NamedByOfficer),
            Party::Role(_) | Party::Anybody | Party::AsFirstReport => None,
        };
        let Some(set) = set else { return self.members(pack, party) };
        let roles = set.roles.iter();
        let holders = roles
            .flat_map(|role| pack.holders(self.organisations, role).map(move |one| (one, role)));
        holders.map(|(one, role)| (one.handle.clone(), role.clone())).collect()
    }

    /// To whom a debtor sends what it owes to these parties, each organisation once.
    pub(crate) fn recipients(
        &self,
        pack: &Pack,
        parties: &[Party],
        debtor: &Handle,
    ) -> Vec<Handle> {
        let mut all: Vec<Handle> = Vec::new();
        for (handle, _) in
            parties.iter().flat_map(|party| self.members_for(pack, party, Some(debtor)))
        {
            if !all.contains(&handle) {
                all.push(handle);
            }
        }
        all
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
    /// desk that has received the finding; and those that happen when that desk sets the grade.
    pub(crate) fn known_triggers<'p>(&self, pack: &'p Pack) -> Vec<Known<'p>> {
        let mut happened: Vec<Known<'p>> = Vec::new();
        for knower in [self.finder, self.desk] {
            let known = self.known_to(pack, knower).map(|trigger| (trigger, knower.clone()));
            if !happened.iter().any(|one| Some(one) == known.as_ref()) {
                happened.extend(known);
            }
        }
        let desk = Pack::entry(self.organisations, self.desk);
        let sets_it = |trigger: &&Trigger| match &trigger.by {
            Some(Party::Role(role)) => desk.is_some_and(|desk| desk.has_role(pack.id(), role)),
            Some(Party::Set(_) | Party::AsFirstReport) => false,
            Some(Party::Anybody) | None => true,
        };
        let graded = pack.triggers().iter().filter(|t| t.at == Event::IncidentGraded);
        happened.extend(graded.filter(sets_it).map(|trigger| (trigger, self.desk.clone())));
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
            (Some(Party::Set(set)), Some(knower)) => pack
                .set(set)
                .is_some_and(|set| set.roles.iter().any(|role| knower.has_role(pack.id(), role))),
            _ => false,
        });
        own.or_else(|| known().find(|trigger| trigger.otherwise))
    }

    fn of_set(&self, pack: &Pack, set: &Set, debtor: Option<&Handle>) -> Vec<Member> {
        let debtor = debtor.and_then(|debtor| Pack::entry(self.organisations, debtor));
        let own = debtor.and_then(|debtor| debtor.province.as_ref());
        let belongs = |one: &&Organisation| match set.whose {
            Whose::AddressOrDomain => self.responsible.contains(&one.handle),
            Whose::ProvinceOrOwn if self.provinces.is_empty() => is_in(one, own),
            Whose::Province | Whose::ProvinceOrOwn => self.touches(one.province.as_ref()),
            Whose::OwnProvince => is_in(one, own),
            Whose::Finding => one.handle == *self.finder,
            Whose::Knowing => self.knows(&one.handle),
            Whose::GroupOfKnowing => self.organisations.iter().any(|member| {
                member.parent.as_ref() == Some(&one.handle) && self.knows(&member.handle)
            }),
            Whose::Everyone => true,
            Whose::NamedByOfficer => false,
        };
        let role = |one: &Organisation| {
            set.roles.iter().find(|role| one.has_role(pack.id(), role)).cloned()
        };
        let members = self.organisations.iter().filter(belongs);
        members.filter_map(|one| Some((one.handle.clone(), role(one)?))).collect()
    }

    fn knows(&self, handle: &Handle) -> bool {
        handle == self.finder || handle == self.desk
    }

    fn touches(&self, province: Option<&Province>) -> bool {
        province.is_some_and(|province| self.provinces.contains(province))
    }
}

pub(crate) fn is_in(one: &Organisation, province: Option<&Province>) -> bool {
    province.is_some() && one.province.as_ref() == province
}
