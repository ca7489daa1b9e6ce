//! A scene: one incident with everything that a decision about its obligations rests on.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use model::incident::{Concerned, IncidentNumber};
use model::permit::ReadPermit;
use model::{Handle, Happening, Incident, Obligation};
use rules::{Case, Graded, Inputs, Involved, Pack};
use store::notices::NoticeFilter;

use crate::assess::{Measured, Regime, first_day};
use crate::by_hand::types_of;
use crate::oblige::{Involvement, OBLIGATIONS_MAX, window_days};
use crate::{App, AppError};

/// How many assessments of one incident are looked through, and how many facts told of it.
const ASSESSMENTS_MAX: u32 = 10_000;
const PARTIES_MAX: u32 = 100_000;
pub(crate) const CONCERNED_MAX: u32 = 100_000;
const HAPPENINGS_MAX: u32 = 100_000;

/// One incident with everything that a decision about its obligations rests on.
pub(crate) struct Scene {
    pub(crate) incident: Incident,
    /// With what it is in the provinces that the incident touches.
    pub(crate) regime: Regime,
    pub(crate) inputs: Inputs,
    pub(crate) graded_at: Graded,
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) happened: Vec<Happening>,
    involvement: Involvement,
    responsible: BTreeSet<Handle>,
    desk: Handle,
}

impl Scene {
    pub(crate) fn involved(&self) -> Involved<'_> {
        Involved {
            organisations: &self.involvement.organisations,
            responsible: &self.responsible,
            provinces: &self.involvement.provinces,
            finder: &self.incident.finder,
            desk: &self.desk,
        }
    }

    /// The case as it stands; what arises now is counted from `now`.
    pub(crate) fn case(&self, now: Timestamp) -> Case<'_> {
        Case {
            grade: &self.incident.assessment.grade,
            inputs: &self.inputs,
            involved: self.involved(),
            known_at: now,
            graded_at: self.graded_at,
            happened: &self.happened,
        }
    }

    /// The pack as it stands for a debtor.
    pub(crate) fn pack_of(&self, debtor: &Handle) -> &Pack {
        self.regime.jurisdiction.of(&self.involvement.organisations, debtor)
    }

    /// Takes in whom an officer has named.
    pub(crate) fn involve(&mut self, named: &[Concerned]) {
        self.involvement.name(named);
        self.responsible.extend(self.involvement.responsible());
    }

    /// Takes in how obligations stand now.
    pub(crate) fn take(&mut self, moved: &[Obligation]) {
        for one in moved {
            match self.obligations.iter_mut().find(|known| known.id == one.id) {
                Some(known) => *known = one.clone(),
                None => self.obligations.push(one.clone()),
            }
        }
    }
}

impl App {
    /// The scene of an incident, as it was committed last.
    pub(crate) async fn scene(&self, number: &IncidentNumber) -> Result<Scene, AppError> {
        let permit = ReadPermit::at_the_console();
        let incident = self.store.incident(&permit, number).await?;
        let missing = || AppError::BadInput(format!("there is no incident `{number}`"));
        self.scene_of(incident.ok_or_else(missing)?).await
    }

    pub(crate) async fn scene_of(&self, incident: Incident) -> Result<Scene, AppError> {
        let permit = ReadPermit::at_the_console();
        let day = self.first_day(&incident).await?;
        let pack = incident.assessment.basis.pack.clone();
        let mut regime = self.regime_on(&pack, day)?.ok_or_else(|| {
            AppError::BadInput(format!(
                "this desk does not apply `{pack}` to what happened on {day}"
            ))
        })?;
        let inputs = Inputs::kept(regime.pack.inputs(), &incident.assessment.inputs);
        let tallies = self.ledger.tallies().await?;
        let obligations = self.store.obligations_of(&permit, &incident.id, OBLIGATIONS_MAX).await?;
        let measured = Measured {
            regime: regime.clone(),
            threat: incident.threat.clone(),
            classifications: types_of(&tallies, &incident.threat, &regime.pack),
            inputs: inputs.clone(),
            assessment: incident.assessment.clone(),
            days: window_days(&incident.assessment),
        };
        let involvement = self.involvement(&tallies, &measured, Some(&incident)).await?;
        regime.jurisdiction = regime.jurisdiction.touching(&involvement.provinces);
        // Whoever has a notice of it answers for something of it, even if its days have been dropped.
        let mut responsible = involvement.responsible();
        let filter = NoticeFilter { incident: Some(incident.id), recipient: None };
        let notices = self.store.notices(&permit, &filter, PARTIES_MAX, None).await?;
        responsible.extend(notices.into_iter().map(|notice| notice.recipient));
        let graded_at = self.graded_at(&regime.pack, &incident).await?;
        let happened = self.happened_in(&incident).await?;
        let desk = self.settings.own.clone();
        Ok(Scene {
            incident,
            regime,
            inputs,
            graded_at,
            obligations,
            happened,
            involvement,
            responsible,
            desk,
        })
    }

    pub(crate) async fn happened_in(
        &self,
        incident: &Incident,
    ) -> Result<Vec<Happening>, AppError> {
        let permit = ReadPermit::at_the_console();
        Ok(self.store.happenings_of(&permit, &incident.id, HAPPENINGS_MAX).await?)
    }

    /// The local day of the first window by which an incident was graded: it says which law applies.
    pub(crate) async fn first_day(&self, incident: &Incident) -> Result<Date, AppError> {
        let permit = ReadPermit::at_the_console();
        let all = self.store.assessments(&permit, &incident.id, ASSESSMENTS_MAX).await?;
        let first = all.last().unwrap_or(&incident.assessment);
        let pack = self.law.pack(&incident.assessment.basis.pack)?;
        Ok(first_day(pack, first.window_end, first.window_hours))
    }

    /// When the grade in force was set, and whether it was raised to what it is.
    pub(crate) async fn graded_at(
        &self,
        pack: &Pack,
        incident: &Incident,
    ) -> Result<Graded, AppError> {
        let permit = ReadPermit::at_the_console();
        let all = self.store.assessments(&permit, &incident.id, ASSESSMENTS_MAX).await?;
        let grade = &incident.assessment.grade;
        let mut since = incident.assessment.assessed_at;
        for assessment in &all {
            if assessment.grade != *grade {
                let raised = pack.is_graver(grade, &assessment.grade);
                return Ok(if raised { Graded::Raised(since) } else { Graded::Set(since) });
            }
            since = assessment.assessed_at;
        }
        Ok(Graded::Set(since))
    }
}
