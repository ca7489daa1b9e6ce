//! Where regimes meet: one matter, one debtor, one recipient, and more than one text that wants a filing.
//!
//! Every obligation stands. Towards each recipient the earliest due time governs, and one filing that holds
//! what each form wants and reaches everybody each wants told settles them together.

use jiff::Timestamp;
use model::obligation::State;
use model::{Handle, Id, Obligation};

/// Obligations of one debtor towards one recipient under several regimes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub debtor: Handle,
    pub recipient: Handle,
    /// The one that is due first.
    pub governs: Id<Obligation>,
    pub due: Timestamp,
    /// Every one of them, the governing one included, in the order given.
    pub all: Vec<Id<Obligation>>,
    /// Whom one filing for all of them would have to reach.
    pub union: Vec<Handle>,
}

/// Where regimes meet among the obligations of one matter. Only running clocks with a due time govern.
pub fn meet(obligations: &[&Obligation]) -> Vec<Meeting> {
    let running: Vec<&Obligation> =
        obligations.iter().copied().filter(|one| matches!(one.state, State::Running(_))).collect();
    let mut found: Vec<Meeting> = Vec::new();
    for one in &running {
        for recipient in everybody(one) {
            let seen = |m: &Meeting| m.debtor == one.debtor && m.recipient == *recipient;
            if !found.iter().any(seen) {
                found.extend(meeting(&running, &one.debtor, recipient));
            }
        }
    }
    found
}

fn meeting(running: &[&Obligation], debtor: &Handle, recipient: &Handle) -> Option<Meeting> {
    let wanted = |one: &&&Obligation| {
        one.debtor == *debtor && everybody(one).any(|handle| handle == recipient)
    };
    let all: Vec<&Obligation> = running.iter().filter(wanted).copied().collect();
    let first = all.first()?;
    if all.iter().all(|one| one.terms.basis.pack == first.terms.basis.pack) {
        return None;
    }
    let dues = all.iter().filter_map(|one| Some((one.due()?, one.id)));
    let (due, governs) = dues.min()?;
    let mut union: Vec<Handle> = Vec::new();
    for handle in all.iter().flat_map(|one| everybody(one)) {
        if !union.contains(handle) {
            union.push(handle.clone());
        }
    }
    let (debtor, recipient) = (debtor.clone(), recipient.clone());
    Some(Meeting {
        debtor,
        recipient,
        governs,
        due,
        all: all.iter().map(|one| one.id).collect(),
        union,
    })
}

fn everybody(one: &Obligation) -> impl Iterator<Item = &Handle> {
    one.to.iter().chain(&one.cc)
}

/// The other obligations that the filing for this one settles as well, under whatever regime: those of the
/// same debtor whose clock runs, whose form asks for nothing that this one's does not hold, and whose every
/// recipient this one reaches. `open` is what is open in the same matter.
pub fn discharges(filed: &Obligation, open: &[&Obligation]) -> Vec<Id<Obligation>> {
    let holds = |content: &String| filed.terms.form.contains(content);
    let reaches = |handle: &Handle| everybody(filed).any(|told| told == handle);
    let covered = open.iter().filter(|one| {
        let clock_runs = matches!(one.state, State::Running(_) | State::ProvisionallyMet { .. });
        one.id != filed.id
            && clock_runs
            && one.debtor == filed.debtor
            && one.sender == filed.sender
            && !one.terms.form.is_empty()
            && !one.to.is_empty()
            && one.terms.form.iter().all(holds)
            && everybody(one).all(reaches)
    });
    covered.map(|one| one.id).collect()
}

#[cfg(test)]
mod tests;
