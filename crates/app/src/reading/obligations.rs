//! Obligations as rows.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;
use model::obligation::{About, State};
use model::permit::ReadPermit;
use model::{Handle, Id, Incident, Obligation};
use rules::Meeting;
use store::obligations::{AlarmCounts, ObligationCursor, ObligationFilter, Standing};

use super::cursor;
use super::names::Names;
use crate::oblige::OBLIGATIONS_MAX;
use crate::views::{GovernedView, ObligationRow, ObligationState, Page};
use crate::{App, AppError};

/// An incident, and where regimes meet in it, each with the obligation that governs there.
type Matter = (Incident, Vec<(Meeting, Obligation)>);

/// Which obligations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// In any state.
    All,
    /// Running, owed by the desk's own organisation.
    Ours,
    /// Running, owed by others.
    Waiting,
    /// Whose clock has not started.
    Latent,
    /// Done.
    Met,
}

impl App {
    /// Obligations by the instant at which they fall due, those without a number last.
    ///
    /// # Errors
    /// When the key is none of this list, or the database fails.
    pub async fn obligations(
        &self,
        permit: &ReadPermit,
        which: Which,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<ObligationRow>, AppError> {
        let own = || Some(self.own_of(permit).clone());
        let filter = match which {
            Which::All => ObligationFilter::default(),
            Which::Ours => ObligationFilter {
                debtor: own(),
                standing: Standing::Running,
                ..Default::default()
            },
            Which::Waiting => ObligationFilter {
                not_debtor: own(),
                standing: Standing::Running,
                ..Default::default()
            },
            Which::Latent => ObligationFilter { standing: Standing::Latent, ..Default::default() },
            Which::Met => ObligationFilter { standing: Standing::Met, ..Default::default() },
        };
        let after = after.map(cursor::read).transpose()?;
        let after = after.map(|(due, id)| ObligationCursor { due, id });
        let mut found =
            self.store.obligations(permit, &filter, limit.saturating_add(1), after).await?;
        let names = self.names().await?;
        let next = super::cut(&mut found, limit).map(|last| cursor::write(last.due(), last.id));
        Ok(Page { rows: self.obligation_rows(permit, &names, found).await?, next })
    }

    /// How many running clocks ring at `now`, each counted at the most that it has used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn alarms(
        &self,
        permit: &ReadPermit,
        now: Timestamp,
    ) -> Result<AlarmCounts, AppError> {
        Ok(self.store.alarm_counts(permit, now).await?)
    }

    pub(crate) async fn obligation_rows(
        &self,
        permit: &ReadPermit,
        names: &Names<'_>,
        obligations: Vec<Obligation>,
    ) -> Result<Vec<ObligationRow>, AppError> {
        let mut matters: BTreeMap<Id<Incident>, Option<Matter>> = BTreeMap::new();
        let mut rows = Vec::with_capacity(obligations.len());
        for obligation in obligations {
            let Some(id) = obligation.incident() else {
                rows.push(self.obligation_row(names, None, &[], obligation));
                continue;
            };
            let matter = match matters.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(self.matter(permit, &id).await?),
            };
            if let Some((incident, meetings)) = matter {
                rows.push(self.obligation_row(names, Some(incident), meetings, obligation));
            }
        }
        Ok(rows)
    }

    /// An incident, and where the regimes that its matter falls under meet.
    async fn matter(
        &self,
        permit: &ReadPermit,
        id: &Id<Incident>,
    ) -> Result<Option<Matter>, AppError> {
        let Some(incident) = self.store.incident_by_id(permit, id).await? else { return Ok(None) };
        let meetings = self.meetings(permit, &incident).await?;
        Ok(Some((incident, meetings)))
    }

    /// Where the regimes meet under which the incident's threat has incidents.
    pub(crate) async fn meetings(
        &self,
        permit: &ReadPermit,
        incident: &Incident,
    ) -> Result<Vec<(Meeting, Obligation)>, AppError> {
        if self.settings.regimes.len() < 2 {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for pack in &self.settings.regimes {
            let kin = self.store.open_incident_of(permit, &incident.threat, pack).await?;
            if let Some(kin) = kin {
                all.extend(self.store.obligations_of(permit, &kin.id, OBLIGATIONS_MAX).await?);
            }
        }
        let meetings = rules::meet(&all.iter().collect::<Vec<_>>());
        let governing = |meeting: Meeting| {
            let governs = all.iter().find(|one| one.id == meeting.governs)?.clone();
            Some((meeting, governs))
        };
        Ok(meetings.into_iter().filter_map(governing).collect())
    }

    pub(crate) fn obligation_row(
        &self,
        names: &Names<'_>,
        incident: Option<&Incident>,
        meetings: &[(Meeting, Obligation)],
        obligation: Obligation,
    ) -> ObligationRow {
        let terms = &obligation.terms;
        let grade = |incident: &Incident| {
            names.grade(&incident.assessment.basis.pack, &incident.assessment.grade)
        };
        let month = match obligation.about {
            About::Month(month) => Some(month.to_string()),
            About::Incident(_) => None,
        };
        ObligationRow {
            id: obligation.id.to_string(),
            incident: incident.map(|incident| incident.number.to_string()).unwrap_or_default(),
            threat: incident.map(|incident| incident.threat.to_string()).unwrap_or_default(),
            month,
            grade: incident.map(grade),
            pack: terms.basis.pack.to_string(),
            pack_version: terms.basis.pack_version.clone(),
            calendar: terms.basis.calendar.clone(),
            instrument: names.instrument(&terms.basis),
            duty: terms.duty.to_string(),
            article: terms.article.clone(),
            does: names.does(terms),
            debtor: names.party(&obligation.debtor),
            ours: obligation.debtor == self.settings.own,
            governed_by: governed_by(meetings, &obligation),
            to: names.parties(&obligation.to),
            cc: names.parties(&obligation.cc),
            within: terms.within.clone(),
            trigger: terms.trigger.clone(),
            form: terms.form.clone(),
            state: state(names, &obligation.debtor, obligation.state),
        }
    }
}

/// What is due before it, towards a recipient of its own, under another regime.
fn governed_by(meetings: &[(Meeting, Obligation)], one: &Obligation) -> Vec<GovernedView> {
    let other = meetings.iter().filter(|(meeting, governs)| {
        meeting.all.contains(&one.id)
            && meeting.governs != one.id
            && governs.terms.basis.pack != one.terms.basis.pack
    });
    let view = |(meeting, governs): &(Meeting, Obligation)| GovernedView {
        recipient: meeting.recipient.to_string(),
        pack: governs.terms.basis.pack.to_string(),
        duty: governs.terms.duty.to_string(),
        due: meeting.due,
    };
    other.map(view).collect()
}

fn state(names: &Names<'_>, debtor: &Handle, state: State) -> ObligationState {
    match state {
        State::Latent => ObligationState::Latent,
        State::Running(running) => ObligationState::Running {
            since: running.since,
            due: running.due,
            explanation: running.explanation,
        },
        State::ProvisionallyMet { at, was, evidence } => ObligationState::ProvisionallyMet {
            at,
            due: was.due,
            evidence,
            explanation: was.explanation,
        },
        State::Met(met) => ObligationState::Met {
            at: met.at,
            by: (met.by != *debtor).then(|| names.party(&met.by)),
            due: met.was.as_ref().and_then(|was| was.due),
            late: met.is_late(),
            evidence: met.evidence,
            explanation: met.was.map(|was| was.explanation).unwrap_or_default(),
        },
        State::Waived { at, because, .. } => ObligationState::Waived { at, because },
        State::Superseded { at, .. } => ObligationState::Superseded { at },
        State::Void { at, .. } => ObligationState::Void { at },
    }
}
