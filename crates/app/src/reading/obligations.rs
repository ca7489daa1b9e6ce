//! Obligations as rows.

use std::collections::BTreeMap;

use model::obligation::State;
use model::permit::ReadPermit;
use model::{Id, Incident, Obligation};
use store::obligations::{ObligationCursor, ObligationFilter, Standing};

use super::cursor;
use super::names::Names;
use crate::views::{ObligationRow, ObligationState, Page};
use crate::{App, AppError};

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
        let own = || Some(self.settings.own.clone());
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
        };
        let after = after.map(cursor::read).transpose()?;
        let after = after.map(|(due, id)| ObligationCursor { due, id });
        let mut found =
            self.store.obligations(permit, &filter, limit.saturating_add(1), after).await?;
        let names = self.names().await?;
        let next = super::cut(&mut found, limit).map(|last| cursor::write(last.due(), last.id));
        Ok(Page { rows: self.obligation_rows(permit, &names, found).await?, next })
    }

    pub(crate) async fn obligation_rows(
        &self,
        permit: &ReadPermit,
        names: &Names<'_>,
        obligations: Vec<Obligation>,
    ) -> Result<Vec<ObligationRow>, AppError> {
        let mut incidents: BTreeMap<Id<Incident>, Option<Incident>> = BTreeMap::new();
        let mut rows = Vec::with_capacity(obligations.len());
        for obligation in obligations {
            let incident = match incidents.get(&obligation.incident) {
                Some(known) => known.clone(),
                None => self.store.incident_by_id(permit, &obligation.incident).await?,
            };
            incidents.insert(obligation.incident, incident.clone());
            if let Some(incident) = incident {
                rows.push(self.obligation_row(names, &incident, obligation));
            }
        }
        Ok(rows)
    }

    pub(crate) fn obligation_row(
        &self,
        names: &Names<'_>,
        incident: &Incident,
        obligation: Obligation,
    ) -> ObligationRow {
        let terms = &obligation.terms;
        ObligationRow {
            id: obligation.id.to_string(),
            incident: incident.number.to_string(),
            threat: incident.threat.to_string(),
            grade: names.grade(&incident.assessment.basis.pack, &incident.assessment.grade),
            pack: terms.basis.pack.to_string(),
            pack_version: terms.basis.pack_version.clone(),
            calendar: terms.basis.calendar.clone(),
            instrument: names.instrument(&terms.basis),
            duty: terms.duty.to_string(),
            article: terms.article.clone(),
            does: names.does(terms),
            debtor: names.party(&obligation.debtor),
            ours: obligation.debtor == self.settings.own,
            to: names.parties(&obligation.to),
            cc: names.parties(&obligation.cc),
            within: terms.within.clone(),
            trigger: terms.trigger.clone(),
            form: terms.form.clone(),
            state: state(obligation.state),
        }
    }
}

fn state(state: State) -> ObligationState {
    match state {
        State::Latent => ObligationState::Latent,
        State::Running(running) => ObligationState::Running {
            since: running.since,
            due: running.due,
            explanation: running.explanation,
        },
        State::Superseded { at, .. } => ObligationState::Superseded { at },
        State::Void { at } => ObligationState::Void { at },
    }
}
