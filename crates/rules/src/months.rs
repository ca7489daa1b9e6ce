//! What the end of a month makes owed, by everybody in the directory whose role owes it.
//!
//! Where a pack wants a return that says that nothing happened, no incident is needed.

use jiff::Timestamp;
use jiff::civil::time;
use model::obligation::{Month, Running};
use model::{GradeId, Handle, Obligation, Organisation, RoleId};

use crate::calendar::Calendar;
use crate::deadline::deadline;
use crate::explain::explain;
use crate::involved::is_in;
use crate::obligation::{ObligeError, Owed, OwedState, terms};
use crate::regime::{Duty, Event, Holders, Pack, Party, Whose};

/// A month that has ended, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    pub month: Month,
    pub organisations: &'a [Organisation],
    /// What became known in it, under the pack.
    pub seen: &'a [Seen],
    /// What is owed for it already.
    pub record: &'a [Obligation],
}

/// An incident that became known in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub grade: GradeId,
    /// Who knew: whoever found it, and whose desk this is.
    pub by: Vec<Handle>,
}

/// What is owed for a month that has ended and is not on record yet: running, since the month's last second.
///
/// A duty that wants nil returns is owed whatever happened. Any other is owed for a month in which
/// something of its grades became known: by the one holder of a role that alone owes it,
/// who gathers it, and of several by those who knew. A set means every holder of its roles, and a set of a province those of the
/// debtor's own.
pub fn owed_for_month(
    pack: &Pack,
    calendar: &Calendar,
    closing: &Closing<'_>,
) -> Result<Vec<Owed>, ObligeError> {
    let Some(since) = last_second(pack, closing.month) else { return Ok(Vec::new()) };
    let mut all: Vec<Owed> = Vec::new();
    for duty in pack.duties().iter().filter(|duty| starts_monthly(pack, duty)) {
        let debtors = members(pack, closing.organisations, &duty.who, None).into_iter();
        let debtors = debtors.filter(|(debtor, _)| {
            !closing.is_on_record(pack, duty, debtor) && closing.asks(pack, duty, debtor)
        });
        let debtors: Vec<(&Organisation, RoleId)> = debtors.collect();
        // A calendar that lacks the year is no matter where nothing is owed.
        if debtors.is_empty() {
            continue;
        }
        let due = deadline(duty.clock.within(), since, pack.zone(), calendar)
            .map_err(|cause| ObligeError::Deadline { duty: duty.id.to_string(), cause })?;
        let clock = Running { since, due: due.due, explanation: explain(pack, duty, &due, since) };
        let grade = duty.grades.as_ref().and_then(|grades| grades.first().cloned());
        for (debtor, role) in debtors {
            let told = |parties| -> Vec<Handle> {
                let told = members(pack, closing.organisations, parties, Some(debtor)).into_iter();
                told.map(|(one, _)| one.handle.clone())
                    .filter(|one| *one != debtor.handle)
                    .collect()
            };
            let (to, mut cc) = (told(&duty.to), told(&duty.cc));
            cc.retain(|handle| !to.contains(handle));
            all.push(Owed {
                debtor: debtor.handle.clone(),
                sender: None,
                to,
                cc,
                terms: terms(pack, calendar, duty, role, grade.clone()),
                state: OwedState::Running(clock.clone()),
            });
        }
    }
    Ok(all)
}

impl Closing<'_> {
    fn is_on_record(&self, pack: &Pack, duty: &Duty, debtor: &Organisation) -> bool {
        self.record.iter().any(|one| {
            one.terms.basis.pack == *pack.id()
                && one.terms.duty == duty.id
                && one.debtor == debtor.handle
        })
    }

    fn asks(&self, pack: &Pack, duty: &Duty, debtor: &Organisation) -> bool {
        let gathers = match duty.who.as_slice() {
            [Party::Role(role)] => pack.role(role).is_some_and(|role| role.holders == Holders::One),
            _ => false,
        };
        let of_it = |seen: &Seen| {
            duty.applies_at(&seen.grade) && (gathers || seen.by.contains(&debtor.handle))
        };
        duty.nil_report || self.seen.iter().any(of_it)
    }
}

/// Whether a month's end starts anything under this pack.
pub fn has_monthly_duties(pack: &Pack) -> bool {
    pack.duties().iter().any(|duty| starts_monthly(pack, duty))
}

fn starts_monthly(pack: &Pack, duty: &Duty) -> bool {
    let trigger = duty.on.as_deref().and_then(|on| pack.trigger(on));
    trigger.is_some_and(|trigger| trigger.at == Event::MonthClosed)
}

/// The last second of the month, local: `first N working days of next month` goes by the local date.
fn last_second(pack: &Pack, month: Month) -> Option<Timestamp> {
    let end = month.last_day().to_datetime(time(23, 59, 59, 0));
    Some(end.to_zoned(pack.zone().clone()).ok()?.timestamp())
}

/// Whom parties mean for a month: `debtor` narrows a set of a province to its own.
fn members<'o>(
    pack: &Pack,
    organisations: &'o [Organisation],
    parties: &[Party],
    debtor: Option<&Organisation>,
) -> Vec<(&'o Organisation, RoleId)> {
    let mut all: Vec<(&Organisation, RoleId)> = Vec::new();
    for party in parties {
        let (roles, whose) = match party {
            Party::Role(role) => (vec![role.clone()], None),
            Party::Set(id) => match pack.set(id) {
                Some(set) => (set.roles.clone(), Some(set.whose)),
                None => continue,
            },
            Party::Anybody | Party::AsFirstReport => continue,
        };
        let own = |one: &Organisation| {
            let province = debtor.and_then(|debtor| debtor.province.as_ref());
            match whose {
                // Nobody knows them until an officer says who.
                Some(Whose::NamedByOfficer) => false,
                Some(Whose::OwnProvince) if debtor.is_some() => is_in(one, province),
                Some(Whose::Province | Whose::ProvinceOrOwn) if province.is_some() => {
                    is_in(one, province)
                }
                _ => true,
            }
        };
        for role in roles {
            for one in pack.holders(organisations, &role).filter(|one| own(one)) {
                if !all.iter().any(|(known, _)| known.handle == one.handle) {
                    all.push((one, role.clone()));
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests;
