//! What the end of a month makes owed, by everybody in the directory whose role owes it.
//!
//! No incident is needed: where nothing happened, a return that says so settles it.

use jiff::Timestamp;
use jiff::civil::time;
use model::obligation::{Month, Running};
use model::{Handle, Obligation, Organisation, RoleId};

use crate::calendar::Calendar;
use crate::deadline::deadline;
use crate::explain::explain;
use crate::obligation::{ObligeError, Owed, OwedState, terms};
use crate::regime::{Duty, Event, Pack, Party, Whose};

/// What is owed for a month that has ended and is not on record yet: running, since the month's last second.
///
/// A set means every holder of its roles, and a set of a province those of the debtor's own.
pub fn owed_for_month(
    pack: &Pack,
    calendar: &Calendar,
    organisations: &[Organisation],
    month: Month,
    record: &[Obligation],
) -> Result<Vec<Owed>, ObligeError> {
    let Some(since) = last_second(pack, month) else { return Ok(Vec::new()) };
    let mut all: Vec<Owed> = Vec::new();
    for duty in pack.duties().iter().filter(|duty| starts_monthly(pack, duty)) {
        let within = duty.clock.within();
        let due = deadline(within, since, pack.zone(), calendar)
            .map_err(|cause| ObligeError::Deadline { duty: duty.id.to_string(), cause })?;
        let clock = Running { since, due: due.due, explanation: explain(pack, duty, &due, since) };
        for (debtor, role) in members(pack, organisations, &duty.who, None) {
            let is_known = record.iter().any(|one| {
                one.terms.basis.pack == *pack.id()
                    && one.terms.duty == duty.id
                    && one.debtor == debtor.handle
            });
            let is_there =
                all.iter().any(|one| one.terms.duty == duty.id && one.debtor == debtor.handle);
            if is_known || is_there {
                continue;
            }
            let told = |parties| -> Vec<Handle> {
                let members = members(pack, organisations, parties, Some(debtor)).into_iter();
                members
                    .map(|(one, _)| one.handle.clone())
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
                terms: terms(pack, calendar, duty, role, None),
                state: OwedState::Running(clock.clone()),
            });
        }
    }
    Ok(all)
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
            whose != Some(Whose::Province)
                || province.is_none()
                || one.province.as_ref() == province
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
