//! Incidents as rows, and one incident whole.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ledger::Which;
use model::incident::{Assessment, IncidentNumber};
use model::permit::ReadPermit;
use model::{GradeId, Incident};
use store::incidents::{IncidentCursor, IncidentFilter};

use super::cursor;
use super::names::{self, Names, alike};
use crate::views::{
    AssessmentView, HolderCount, HourCount, IncidentRow, IncidentView, Page, ProvinceCount,
};
use crate::{App, AppError};

const PARTIES_MAX: u32 = 10_000;
const OBLIGATIONS_MAX: u32 = 10_000;
const ASSESSMENTS_MAX: u32 = 200;
const ACTS_MAX: u32 = 200;
/// Hours of the incident's own chart.
const CHART_HOURS: i64 = 72;

impl App {
    /// Incidents, those assessed last first; of one rank of grade, or of all.
    ///
    /// # Errors
    /// When the key is none of this list, or the database fails.
    pub async fn incidents(
        &self,
        permit: &ReadPermit,
        rank: Option<u8>,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<IncidentRow>, AppError> {
        self.incidents_named(permit, &self.names().await?, rank, (limit, after)).await
    }

    /// The same for whoever has the names at hand.
    pub(crate) async fn incidents_named(
        &self,
        permit: &ReadPermit,
        names: &Names<'_>,
        rank: Option<u8>,
        (limit, after): (u32, Option<&str>),
    ) -> Result<Page<IncidentRow>, AppError> {
        let filters: Vec<IncidentFilter> = match rank {
            Some(rank) => {
                let grades = self.grades_of_rank(rank)?.into_iter();
                grades.map(|grade| IncidentFilter { grade: Some(grade), threat: None }).collect()
            }
            None => vec![IncidentFilter::default()],
        };
        let after = after.map(cursor::read_dated).transpose()?;
        let after = after.map(|(assessed_at, id)| IncidentCursor { assessed_at, id });
        let mut found = Vec::new();
        for filter in &filters {
            let page = self.store.incidents(permit, filter, limit.saturating_add(1), after);
            found.extend(page.await?);
        }
        found.sort_by_key(|one| std::cmp::Reverse((one.assessment.assessed_at, one.id)));
        found.truncate(usize::try_from(limit.saturating_add(1)).unwrap_or(usize::MAX));
        let next = super::cut(&mut found, limit)
            .map(|last| cursor::write(Some(last.assessment.assessed_at), last.id));
        let mut rows = Vec::with_capacity(found.len());
        for incident in &found {
            let obligations =
                self.store.obligations_of(permit, &incident.id, OBLIGATIONS_MAX).await?;
            let notices = self.notices_of(permit, names, incident, PARTIES_MAX).await?;
            rows.push(incident_row(names, incident, &obligations, notices.len()));
        }
        Ok(Page { rows, next })
    }

    /// The grades of this rank, and levels of warnings, in the packs that this desk applies.
    fn grades_of_rank(&self, rank: u8) -> Result<BTreeSet<GradeId>, AppError> {
        let mut all = BTreeSet::new();
        for id in &self.settings.regimes {
            let pack = self.law.pack(id)?;
            let levels = pack.grades().iter().chain(pack.warnings());
            all.extend(levels.filter(|one| one.rank == rank).map(|one| one.id.clone()));
        }
        Ok(all)
    }

    pub(crate) async fn incidents_by_rank(
        &self,
        permit: &ReadPermit,
    ) -> Result<[u64; 4], AppError> {
        let mut by_rank = [0; 4];
        for (grade, count) in self.store.incident_counts_by_grade(permit).await? {
            let ranks =
                self.settings.regimes.iter().map(|pack| names::rank(&self.law, pack, &grade));
            let place = ranks.min().and_then(|rank| usize::from(rank).checked_sub(1));
            if let Some(total) = place.and_then(|place| by_rank.get_mut(place)) {
                *total += count;
            }
        }
        Ok(by_rank)
    }

    /// One incident whole.
    ///
    /// # Errors
    /// When the database or the ledger fail.
    pub async fn incident(
        &self,
        permit: &ReadPermit,
        number: &IncidentNumber,
    ) -> Result<Option<IncidentView>, AppError> {
        let Some(incident) = self.store.incident(permit, number).await? else { return Ok(None) };
        let names = self.names().await?;
        let assessments = self.store.assessments(permit, &incident.id, ASSESSMENTS_MAX).await?;
        let obligations = self.store.obligations_of(permit, &incident.id, OBLIGATIONS_MAX).await?;
        let notices = self.notices_of(permit, &names, &incident, PARTIES_MAX).await?;
        let acts = self.store.journal_of(permit, incident.number.as_str(), ACTS_MAX).await?;
        let thresholds = self.law.pack(&incident.assessment.basis.pack)?.thresholds();
        let spread = self.spread(permit, &names, &incident, &assessments).await?;
        let grade = |id| names.grade(&incident.assessment.basis.pack, id);
        let meetings = self.meetings(permit, &incident).await?;
        Ok(Some(IncidentView {
            row: incident_row(&names, &incident, &obligations, notices.len()),
            finder: names.party(&incident.finder),
            assessments: assessments.iter().map(|a| assessment(&names, a)).collect(),
            obligations: obligations
                .into_iter()
                .map(|one| self.obligation_row(&names, Some(&incident), &meetings, one))
                .collect(),
            notices,
            provinces: spread.provinces,
            holders: spread.holders,
            hourly: spread.hourly,
            thresholds: thresholds.iter().map(|(id, more_than)| (grade(id), *more_than)).collect(),
            acts: acts.into_iter().map(super::act).collect(),
        }))
    }

    /// Where and when an incident's addresses were seen: for who may see everything.
    async fn spread(
        &self,
        permit: &ReadPermit,
        names: &Names<'_>,
        incident: &Incident,
        assessments: &[Assessment],
    ) -> Result<Spread, AppError> {
        if !super::sees_everything(permit) {
            return Ok(Spread::default());
        }
        let tallies = self.ledger.tallies().await?;
        let which = Which::threat(&incident.threat);
        let ends = || assessments.iter().map(|assessment| assessment.window_end);
        let own = incident.assessment.window_end;
        let (first, last) = (ends().min().unwrap_or(own), ends().max().unwrap_or(own));
        let hours = i64::from(incident.assessment.window_hours);
        let start = first.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(first);
        let day = |at: jiff::Timestamp| at.to_zoned(TimeZone::UTC).date();
        let mut spread = Spread::default();
        let mut by_province: BTreeMap<_, u64> = BTreeMap::new();
        for (holding, count) in tallies.by_holding(which, day(start)..=day(last)).await? {
            *by_province.entry(holding.province.clone()).or_default() += count.total();
            spread.holders.push(HolderCount {
                handle: holding.organisation.as_ref().map(ToString::to_string).unwrap_or_default(),
                name: match (&holding.organisation, &holding.as_name) {
                    (Some(organisation), _) => names.party(organisation).name,
                    (None, Some(name)) => alike(name),
                    (None, None) => alike(""),
                },
                asn: holding.asn.map(model::Asn::number),
                addresses: count.total(),
            });
        }
        spread.holders = merged(spread.holders);
        spread.provinces = provinces(names, by_province);
        let from = last.checked_sub(SignedDuration::from_hours(CHART_HOURS)).unwrap_or(last);
        for (hour, count) in tallies.hourly(which, from.max(start), last).await? {
            spread.hourly.push(HourCount { hour, addresses: count.total() });
        }
        Ok(spread)
    }
}

/// An incident in a list, of what it led to.
fn incident_row(
    names: &Names<'_>,
    incident: &Incident,
    obligations: &[model::Obligation],
    notices: usize,
) -> IncidentRow {
    IncidentRow {
        number: incident.number.to_string(),
        threat: incident.threat.to_string(),
        grade: names.grade(&incident.assessment.basis.pack, &incident.assessment.grade),
        size: incident.assessment.size,
        parties: u64::try_from(notices).unwrap_or(u64::MAX),
        state: "proposed".to_owned(),
        opened_at: incident.opened_at,
        assessed_at: incident.assessment.assessed_at,
        next_due: obligations.iter().filter_map(next_due).min(),
    }
}

/// When it falls due, and when its clock started.
fn next_due(one: &model::Obligation) -> Option<(jiff::Timestamp, jiff::Timestamp)> {
    Some((one.due()?, one.state.clock()?.since))
}

#[derive(Default)]
struct Spread {
    provinces: Vec<ProvinceCount>,
    holders: Vec<HolderCount>,
    hourly: Vec<HourCount>,
}

/// One line for each holder, whatever provinces and AS its addresses lie in, the largest first.
fn merged(holders: Vec<HolderCount>) -> Vec<HolderCount> {
    let mut by_name: BTreeMap<(String, String), HolderCount> = BTreeMap::new();
    for holder in holders {
        let key = (holder.handle.clone(), holder.name.en.clone());
        let known =
            by_name.entry(key).or_insert_with(|| HolderCount { addresses: 0, ..holder.clone() });
        known.addresses += holder.addresses;
        if known.asn != holder.asn {
            known.asn = None;
        }
    }
    let mut holders: Vec<_> = by_name.into_values().collect();
    holders.sort_by_key(|holder| std::cmp::Reverse(holder.addresses));
    holders
}

/// Counts by province as rows, in order of code, the unknown last.
pub(crate) fn provinces(
    names: &Names<'_>,
    counts: BTreeMap<Option<model::Province>, u64>,
) -> Vec<ProvinceCount> {
    let mut rows: Vec<ProvinceCount> = counts
        .into_iter()
        .map(|(code, addresses)| ProvinceCount {
            name: code.as_ref().map(|code| names.province(code)).unwrap_or_default(),
            code: code.map(String::from).unwrap_or_default(),
            addresses,
        })
        .collect();
    rows.sort_by_key(|row| (row.code.is_empty(), row.code.clone()));
    rows
}

fn assessment(names: &Names<'_>, assessment: &Assessment) -> AssessmentView {
    AssessmentView {
        grade: names.grade(&assessment.basis.pack, &assessment.grade),
        assessed_at: assessment.assessed_at,
        pack: assessment.basis.pack.to_string(),
        pack_version: assessment.basis.pack_version.clone(),
        inputs: assessment.inputs.clone(),
        window_end: assessment.window_end,
        window_hours: assessment.window_hours,
        size: assessment.size,
        because: assessment.because.clone(),
    }
}
