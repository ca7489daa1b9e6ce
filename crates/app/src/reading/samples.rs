//! The desk's own past, as samples that a draft of law can be tried on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::obligation::State;
use model::permit::ReadPermit;
use model::{Incident, Obligation, Organisation};
use rules::simulate::Sample;
use store::incidents::{IncidentCursor, IncidentFilter};

use crate::{App, AppError};

const DIRECTORY_MAX: u32 = 100_000;
const PAGE: u32 = 200;
const OBLIGATIONS_MAX: u32 = 10_000;

impl App {
    /// Incidents opened at or after an instant, with what is on record of each, the latest first; no
    /// more than `limit` of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn samples_since(
        &self,
        permit: &ReadPermit,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Sample>, AppError> {
        let directory = self.store.organisations(permit, DIRECTORY_MAX, None).await?;
        let (mut samples, mut after) = (Vec::new(), None);
        loop {
            let filter = IncidentFilter::default();
            let page = self.store.incidents(permit, &filter, PAGE, after).await?;
            for incident in page.iter().filter(|incident| incident.opened_at >= since) {
                let owed = self.store.obligations_of(permit, &incident.id, OBLIGATIONS_MAX).await?;
                samples.push(sample(&directory, incident, &owed));
                if samples.len() >= limit {
                    return Ok(samples);
                }
            }
            // Nothing is assessed before it is opened, so what follows is older still.
            let Some(last) = page.last().filter(|last| last.assessment.assessed_at >= since) else {
                return Ok(samples);
            };
            after = Some(IncidentCursor { assessed_at: last.assessment.assessed_at, id: last.id });
        }
    }
}

fn sample(directory: &[Organisation], incident: &Incident, owed: &[Obligation]) -> Sample {
    let pack = &incident.assessment.basis.pack;
    let finder = directory.iter().find(|one| one.handle == incident.finder);
    let role = finder.and_then(|one| one.roles.iter().find(|(of, _)| of == pack));
    let mut parties: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut happened: BTreeMap<String, Timestamp> = BTreeMap::new();
    let mut met: BTreeMap<(String, Option<String>), Timestamp> = BTreeMap::new();
    for one in owed.iter().filter(|one| one.terms.basis.pack == *pack) {
        let holders = parties.entry(one.terms.role.to_string()).or_default();
        holders.insert(one.debtor.to_string());
        if let Some(since) = one.state.clock().map(|clock| clock.since) {
            let first = happened.entry(one.terms.trigger.clone()).or_insert(since);
            *first = since.min(*first);
        }
        if let State::Met(done) = &one.state {
            let debt = (one.terms.duty.to_string(), Some(one.debtor.to_string()));
            // A telephone call that counts came first.
            let at = done.telephoned.unwrap_or(done.at);
            let first = met.entry(debt).or_insert(at);
            *first = at.min(*first);
        }
    }
    Sample {
        number: incident.number.to_string(),
        known_at: incident.opened_at,
        graded_at: Some(incident.assessment.assessed_at),
        finder: role.map(|(_, role)| role.to_string()).unwrap_or_default(),
        provinces: Vec::new(),
        inputs: incident.assessment.inputs.iter().cloned().collect(),
        size: (incident.assessment.window_hours > 0).then_some(incident.assessment.size),
        parties: parties.into_iter().map(|(role, all)| (role, all.into_iter().collect())).collect(),
        happened,
        met,
    }
}
