//! A pack tried on this desk's own past: which grades and which due times it would have changed.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use model::permit::ReadPermit;
use model::regime::GradeId;
use model::{Handle, PackId};
use rules::Pack;
use rules::simulate::{Fate, Movement, Outcome, Sample, Simulation, Under, simulate};
use store::incidents::IncidentFilter;

use super::names::alike;
use super::rules::grade_view;
use crate::views::rules::{MovedRow, RegradedRow, TrialParty, TrialView};
use crate::views::{GradeView, PartyView};
use crate::{App, AppError, Law, LawError};

/// Incidents replayed at most; the latest are taken.
const INCIDENTS_MAX: usize = 500;
/// Moved due times shown of one organisation, and of all.
const ROWS_OF_ONE: usize = 20;
const ROWS_MAX: usize = 100;

/// Which pack to try, against what, on how much of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialAsk {
    pub pack: PackId,
    /// What it is compared with.
    pub against: PackId,
    /// So many days, up to the day of the latest incident.
    pub days: u16,
}

impl App {
    /// Replays the incidents of the last days with data under two packs.
    ///
    /// # Errors
    /// When there is no such pack, or the database fails.
    pub async fn trial(&self, permit: &ReadPermit, ask: &TrialAsk) -> Result<TrialView, AppError> {
        let latest = self.store.incidents(permit, &IncidentFilter::default(), 1, None).await?;
        let Some(until) = latest.first().map(|one| one.assessment.assessed_at) else {
            return Ok(TrialView::default());
        };
        let since = until - SignedDuration::from_hours(24 * i64::from(ask.days));
        let past = self.samples_since(permit, since, INCIDENTS_MAX.saturating_add(1)).await?;
        let names = self.names().await?;
        let party = |handle: &str| match handle.parse::<Handle>() {
            Ok(handle) => names.party(&handle),
            Err(_) => PartyView { handle: handle.to_owned(), name: alike(handle) },
        };
        let mut view = self.law.trial(ask, &past, &party)?;
        view.span = Some((since, until));
        Ok(view)
    }
}

impl Law {
    /// Replays incidents under a pack and under what it is compared with. One that cannot be replayed
    /// is left out and counted.
    ///
    /// # Errors
    /// When there is no such pack, or its calendar is missing.
    pub fn trial(
        &self,
        ask: &TrialAsk,
        past: &[Sample],
        party: &dyn Fn(&str) -> PartyView,
    ) -> Result<TrialView, LawError> {
        let (before, after) = (self.pack(&ask.against)?, self.pack(&ask.pack)?);
        let in_force = Under { pack: before, calendar: self.calendar_of(before)? };
        let draft = Under { pack: after, calendar: self.calendar_of(after)? };
        let mut view = TrialView { cut: past.len() > INCIDENTS_MAX, ..TrialView::default() };
        let mut outcomes: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
        for sample in past.iter().take(INCIDENTS_MAX) {
            view.incidents += 1;
            match simulate(in_force, draft, std::slice::from_ref(sample)) {
                Ok(done) => {
                    view.regraded.extend(regraded(&done, (before, after)));
                    view.unstarted += done.unstarted.len();
                    for one in done.outcomes {
                        outcomes.entry(one.organisation.clone()).or_default().push(one);
                    }
                }
                Err(why) => {
                    view.failed += 1;
                    view.cause.get_or_insert_with(|| why.to_string());
                }
            }
        }
        view.parties = outcomes.iter().map(|(who, all)| for_party(party(who), all)).collect();
        view.parties.sort_by_key(|one| std::cmp::Reverse((one.missed, one.moved)));
        let mut room = ROWS_MAX;
        for one in &mut view.parties {
            one.rows.truncate(room.min(ROWS_OF_ONE));
            room = room.saturating_sub(one.rows.len());
        }
        Ok(view)
    }
}

fn regraded(done: &Simulation, (before, after): (&Pack, &Pack)) -> Vec<RegradedRow> {
    let changed = done.grades.iter().filter(|one| {
        // Two regimes may call different grades by one id.
        let (old, new) = (before.grade(&one.before), after.grade(&one.after));
        old.map(|grade| (grade.rank, &grade.name)) != new.map(|grade| (grade.rank, &grade.name))
    });
    let row = |one: &rules::simulate::Regraded| RegradedRow {
        incident: one.incident.clone(),
        before: graded(before, &one.before),
        after: graded(after, &one.after),
    };
    changed.map(row).collect()
}

fn graded(pack: &Pack, id: &GradeId) -> GradeView {
    let unknown = || GradeView { id: id.to_string(), rank: 4, name: alike(id.as_str()) };
    pack.grade(id).map_or_else(unknown, grade_view)
}

fn for_party(party: PartyView, outcomes: &[Outcome]) -> TrialParty {
    let moving: Vec<&Outcome> =
        outcomes.iter().filter(|one| one.movement() != Movement::Same).collect();
    let missed = outcomes.iter().filter(|one| one.fate() == Some(Fate::WouldBeMissed)).count();
    let row = |one: &&Outcome| MovedRow {
        incident: one.incident.clone(),
        duty: one.duty.to_string(),
        before: one.before,
        after: one.after,
        movement: one.movement(),
        fate: one.fate(),
    };
    TrialParty {
        party,
        duties: outcomes.len(),
        moved: moving.len(),
        missed,
        rows: moving.iter().map(row).collect(),
    }
}
