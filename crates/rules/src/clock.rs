//! Counting again: the due time of an obligation on record, by the terms that it was given.
//!
//! The law may have changed since; what the obligation keeps governs. Only the start of its clock or the
//! calendar differ: because the start was wrong, or because an order has moved working days.

use jiff::Timestamp;
use model::obligation::{Running, Terms};
use model::{Id, Obligation};

use crate::calendar::Calendar;
use crate::deadline::{deadline, local};
use crate::explain::{and, explain, explain_terms};
use crate::obligation::ObligeError;
use crate::regime::{Pack, Party};
use crate::within::Within;

/// An obligation's clock counted again, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub obligation: Id<Obligation>,
    pub was: Running,
    pub now: Running,
}

/// The clock that these terms give from that instant.
pub fn recount(
    pack: &Pack,
    calendar: &Calendar,
    terms: &Terms,
    since: Timestamp,
) -> Result<Running, ObligeError> {
    let within: Within = terms.within.parse().map_err(|_| ObligeError::Unreadable {
        duty: terms.duty.to_string(),
        within: terms.within.clone(),
    })?;
    let due = deadline(&within, since, pack.zone(), calendar)
        .map_err(|cause| ObligeError::Deadline { duty: terms.duty.to_string(), cause })?;
    let duty = pack.duty_of(terms).filter(|_| pack.version() == terms.basis.pack_version);
    let explanation = duty.map_or_else(
        || explain_terms(pack, terms, &due, since),
        |duty| explain(pack, duty, &due, since),
    );
    Ok(Running { since, due: due.due, explanation })
}

/// The clock of an obligation on record counted again. Where it took the place of milder ones, the earliest
/// of their due times still governs.
pub fn recount_one(
    pack: &Pack,
    calendar: &Calendar,
    one: &Obligation,
    since: Timestamp,
    record: &[Obligation],
) -> Result<Running, ObligeError> {
    let mut clock = recount(pack, calendar, &one.terms, since)?;
    let inherited = record.iter().filter(|old| is_replaced_by(pack, old, one));
    let inherited = inherited.filter_map(|old| Some((old.state.clock()?.due?, old)));
    if let Some((due, old)) = inherited.min_by_key(|(due, _)| *due)
        && clock.due.is_some_and(|own| due < own)
    {
        clock.due = Some(due);
        let due = local(due, pack.zone());
        let old = [("id", old.terms.duty.as_str()), ("due", due.as_str())];
        clock.explanation = and(&clock.explanation, "why.took_place", &old);
    }
    Ok(clock)
}

/// Every clock that moves when the start of one is corrected: its own, and those that stand on the same
/// fact: the same trigger, come about for the same debtor at the same instant by the same filing.
pub fn correct(
    pack: &Pack,
    calendar_of: &dyn Fn(&Terms) -> Option<Calendar>,
    one: &Obligation,
    since: Timestamp,
    record: &[Obligation],
) -> Result<Vec<Shift>, ObligeError> {
    let Some(clock) = one.state.clock() else { return Ok(Vec::new()) };
    let by_each = pack
        .trigger(&one.terms.trigger)
        .is_some_and(|trigger| matches!(trigger.by, Some(Party::Set(_) | Party::Anybody)));
    let stands_on_it = |other: &&Obligation| {
        other.about == one.about
            && other.terms.basis.pack == one.terms.basis.pack
            && other.terms.trigger == one.terms.trigger
            && other.sender == one.sender
            && (other.debtor == one.debtor || !by_each)
            && other.state.clock().is_some_and(|other| other.since == clock.since)
            && (other.state.is_open() || other.state.is_settled())
    };
    let mut shifts = Vec::new();
    for other in record.iter().filter(stands_on_it) {
        let Some(was) = other.state.clock().cloned() else { continue };
        let basis = &other.terms.basis;
        let calendar = calendar_of(&other.terms).ok_or_else(|| ObligeError::NoCalendar {
            duty: other.terms.duty.to_string(),
            calendar: basis.calendar.clone(),
        })?;
        let now = recount_one(pack, &calendar, other, since, record)?;
        shifts.push(Shift { obligation: other.id, was, now });
    }
    Ok(shifts)
}

fn is_replaced_by(pack: &Pack, old: &Obligation, one: &Obligation) -> bool {
    let by_one =
        matches!(&old.state, model::obligation::State::Superseded { by, .. } if *by == one.id);
    let milder = match (&one.terms.grade, &old.terms.grade) {
        (Some(one), Some(old)) => pack.is_graver(one, old),
        _ => false,
    };
    by_one && milder
}

#[cfg(test)]
mod tests;
