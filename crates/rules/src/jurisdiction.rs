//! Jurisdictions: a pack as it stands for one matter, which may differ from province to province.
//!
//! A provincial layer holds in an incident that touches its province, and there for the debtors of that
//! province: what it adds is owed by them, and what it tightens is tighter for them. Everybody else, an
//! organisation without a province included, owes what the pack asks everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Handle, Obligation, Organisation, Province};

use crate::calendar::Calendar;
use crate::months::{Closing, owed_for_month};
use crate::obligation::{Case, ObligeError, Owed, owed};
use crate::reconcile::{Changes, lower, reconcile};
use crate::regime::Pack;

/// A pack as it stands everywhere, and in the provinces that have a layer of their own.
#[derive(Clone, Debug)]
pub struct Jurisdiction {
    everywhere: Arc<Pack>,
    provinces: BTreeMap<Province, Arc<Pack>>,
}

impl Jurisdiction {
    pub fn new(everywhere: Arc<Pack>, provinces: BTreeMap<Province, Arc<Pack>>) -> Self {
        Self { everywhere, provinces }
    }

    /// The pack as it stands where no province has a layer of its own.
    pub fn everywhere(&self) -> &Arc<Pack> {
        &self.everywhere
    }

    /// The same for a matter that touches only these provinces.
    #[must_use]
    pub fn touching(&self, touched: &BTreeSet<Province>) -> Self {
        let mut provinces = self.provinces.clone();
        provinces.retain(|province, _| touched.contains(province));
        Self { everywhere: self.everywhere.clone(), provinces }
    }

    /// The pack as it stands for a debtor.
    pub fn of(&self, organisations: &[Organisation], debtor: &Handle) -> &Arc<Pack> {
        let province = Pack::entry(organisations, debtor).and_then(|one| one.province.as_ref());
        province.and_then(|province| self.provinces.get(province)).unwrap_or(&self.everywhere)
    }

    /// The pack that has a trigger of this id: as it stands everywhere, or else in some province.
    pub fn with_trigger(&self, trigger: &str) -> &Arc<Pack> {
        let mut all = self.all().filter(|pack| pack.trigger(trigger).is_some());
        all.next().unwrap_or(&self.everywhere)
    }

    /// What follows from a graded incident; see [`owed`].
    pub fn owed(&self, calendar: &Calendar, case: &Case<'_>) -> Result<Vec<Owed>, ObligeError> {
        let organisations = case.involved.organisations;
        let mut all = Vec::new();
        for pack in self.all() {
            let mut here = owed(pack, calendar, case)?;
            here.retain(|one| self.is_for(pack, organisations, &one.debtor));
            all.extend(here);
        }
        Ok(all)
    }

    /// What to change so that what is on record is what follows; see [`reconcile`].
    pub fn reconcile(
        &self,
        calendar: &Calendar,
        case: &Case<'_>,
        record: &[Obligation],
    ) -> Result<Changes, ObligeError> {
        self.decide(case, record, |pack| reconcile(pack, calendar, case, record))
    }

    /// The same once the authority has confirmed a milder grade; see [`lower`].
    pub fn lower(
        &self,
        calendar: &Calendar,
        case: &Case<'_>,
        record: &[Obligation],
    ) -> Result<Changes, ObligeError> {
        self.decide(case, record, |pack| lower(pack, calendar, case, record))
    }

    /// What is owed for a month that has ended; see [`owed_for_month`].
    pub fn owed_for_month(
        &self,
        calendar: &Calendar,
        closing: &Closing<'_>,
    ) -> Result<Vec<Owed>, ObligeError> {
        let mut all = Vec::new();
        for pack in self.all() {
            let mut here = owed_for_month(pack, calendar, closing)?;
            here.retain(|one| self.is_for(pack, closing.organisations, &one.debtor));
            all.extend(here);
        }
        Ok(all)
    }

    /// Each pack decides about all, and is heard about its own debtors.
    fn decide(
        &self,
        case: &Case<'_>,
        record: &[Obligation],
        decide: impl Fn(&Pack) -> Result<Changes, ObligeError>,
    ) -> Result<Changes, ObligeError> {
        if self.provinces.is_empty() {
            return decide(&self.everywhere);
        }
        let organisations = case.involved.organisations;
        let mut all = Changes::default();
        for pack in self.all() {
            let is_for = |debtor: &Handle| self.is_for(pack, organisations, debtor);
            let is_its =
                |id| record.iter().any(|one: &Obligation| one.id == id && is_for(&one.debtor));
            let changes = decide(pack)?;
            let mut places = BTreeMap::new();
            for (place, added) in changes.add.into_iter().enumerate() {
                if is_for(&added.debtor) {
                    places.insert(place, all.add.len());
                    all.add.push(added);
                }
            }
            let moved = changes.supersede.into_iter().filter(|(old, _)| is_its(*old));
            // What takes the place of another is owed by the same debtor, and so is among those added.
            all.supersede.extend(moved.filter_map(|(old, to)| Some((old, *places.get(&to)?))));
            all.start.extend(changes.start.into_iter().filter(|one| is_its(one.obligation)));
            all.lapse.extend(changes.lapse.into_iter().filter(|old| is_its(*old)));
            let readdress = changes.readdress.into_iter();
            all.readdress.extend(readdress.filter(|one| is_its(one.obligation)));
        }
        Ok(all)
    }

    fn is_for(&self, pack: &Arc<Pack>, organisations: &[Organisation], debtor: &Handle) -> bool {
        Arc::ptr_eq(pack, self.of(organisations, debtor))
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Pack>> {
        std::iter::once(&self.everywhere).chain(self.provinces.values())
    }
}

#[cfg(test)]
mod tests;
