//! Assessing: how big is each threat now, what grade does that make it, and what changes with it.
//!
//! It looks at what the ledger holds and moves the incidents one step nearer to right: run twice, it does
//! nothing the second time, and a run that was cut short is made good by the next. The grade follows the largest window measured since the incident was
//! opened, so it rises as tallies grow and never falls by itself; lowering it is the authority's act.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Tallies, Which};
use model::incident::Assessment;
use model::permit::ReadPermit;
use model::{Handle, Incident, ThreatName};
use rules::{Calendar, Inputs, MeasureOf, Pack, Value};

use crate::oblige::{Involvement, Matter};
use crate::{App, AppError};

/// What assessing changed, for the one who asked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Change {
    pub incident: String,
    pub threat: ThreatName,
    /// The grade before; none when the incident was opened now.
    pub from: Option<String>,
    pub to: String,
    pub size: u64,
    pub obligations: u64,
    pub notices: u64,
    pub remediations: u64,
}

/// What assessing changed, and what it could not decide.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Outcome {
    pub changes: Vec<Change>,
    /// Threats of which nothing could be derived, each with the reason; assess again once it is mended.
    pub undecided: Vec<String>,
}

/// One pack and the calendar it counts by.
pub(crate) struct Regime {
    pub(crate) pack: Arc<Pack>,
    pub(crate) calendar: Arc<Calendar>,
}

/// Where to look: at these tallies, by this pack, for windows that end in this range.
struct Look<'a> {
    tallies: &'a Tallies,
    regime: &'a Regime,
    range: Range<Timestamp>,
}

/// A threat, measured under a pack.
pub(crate) struct Measured {
    pub(crate) threat: ThreatName,
    /// The types of it that fall under the pack.
    pub(crate) classifications: Vec<String>,
    pub(crate) inputs: Inputs,
    pub(crate) assessment: Assessment,
}

impl App {
    /// Assesses these threats (none named means all) over these days, for each pack that this desk applies.
    ///
    /// A threat that cannot be decided (a calendar lacks the year, nobody in the directory holds a role)
    /// holds up none of the others: it is reported, and nothing of it is written.
    ///
    /// # Errors
    /// When the ledger or the database fail.
    pub async fn assess(
        &self,
        finder: &Handle,
        days: &BTreeSet<Date>,
        threats: Option<&BTreeSet<ThreatName>>,
        watch: &mut (dyn FnMut(&Change) + Send),
    ) -> Result<Outcome, AppError> {
        let mut outcome = Outcome::default();
        let Some(range) = instants(days) else { return Ok(outcome) };
        let tallies = self.ledger.tallies().await?;
        for id in &self.settings.regimes {
            let pack = self.law.pack(id)?.clone();
            let calendar = self.law.calendar_of(&pack)?.clone();
            let regime = Regime { pack, calendar };
            let look = Look { tallies: &tallies, regime: &regime, range: range.clone() };
            for (threat, classifications) in tallies.threats() {
                let mut classifications = Vec::from_iter(classifications);
                classifications.retain(|kind: &String| regime.pack.applies_to(kind));
                let is_asked = threats.is_none_or(|some| some.contains(&threat));
                if classifications.is_empty() || !is_asked {
                    continue;
                }
                let name = threat.to_string();
                let matter = (threat, classifications);
                match self.assess_one(&look, finder, matter).await {
                    Ok(None) => {}
                    Ok(Some(change)) => {
                        watch(&change);
                        outcome.changes.push(change);
                    }
                    Err(why @ (AppError::Assess(_) | AppError::Oblige(_))) => {
                        tracing::error!(threat = name, "Could not decide about `{name}`: {why}");
                        outcome.undecided.push(format!("{name}: {why}"));
                    }
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(outcome)
    }

    async fn assess_one(
        &self,
        look: &Look<'_>,
        finder: &Handle,
        matter: (ThreatName, Vec<String>),
    ) -> Result<Option<Change>, AppError> {
        let Look { tallies, regime, .. } = *look;
        let permit = ReadPermit::at_the_console();
        let open = self.store.open_incident_of(&permit, &matter.0, regime.pack.id()).await?;
        // Whoever found it first stays its finder, whoever has seen it since.
        let finder = open.as_ref().map_or(finder, |incident| &incident.finder).clone();
        let measured = self.measure(look, &finder, matter).await?;
        let Some(measured) = measured else { return Ok(None) };
        let involvement = self.involvement(tallies, &measured, open.as_ref()).await?;
        match open {
            None => self.open_incident(regime, &finder, measured, involvement).await.map(Some),
            Some(incident) => self.advance(regime, incident, measured, involvement).await,
        }
    }

    /// Assesses everything seen in the last days that have data: what a run that was cut short left
    /// undone is done now.
    ///
    /// # Errors
    /// As [`assess`](Self::assess).
    pub async fn assess_lately(
        &self,
        days: u32,
        watch: &mut (dyn FnMut(&Change) + Send),
    ) -> Result<Outcome, AppError> {
        let Some(last) = self.ledger.tallies().await?.last_hour() else {
            return Ok(Outcome::default());
        };
        let last = last.to_zoned(TimeZone::UTC).date();
        let back = |n: u32| last.checked_sub(jiff::Span::new().days(i64::from(n))).ok();
        let days: BTreeSet<Date> = (0..days.max(1)).map_while(back).collect();
        let own = self.settings.own.clone();
        self.assess(&own, &days, None, watch).await
    }

    /// Measures a threat over the windows that end in `range`; `None` when it was not seen there.
    async fn measure(
        &self,
        look: &Look<'_>,
        finder: &Handle,
        (threat, classifications): (ThreatName, Vec<String>),
    ) -> Result<Option<Measured>, AppError> {
        let Look { tallies, regime, ref range } = *look;
        let pack = &regime.pack;
        let which = Which::threat(&threat).classified(&classifications);
        let mut inputs = Inputs::default();
        let mut largest = None;
        for measure in pack.measures() {
            let window = tallies.largest_window(which, measure.window_hours, range.clone()).await?;
            let Some(window) = window else { return Ok(None) };
            // An incident holds one threat, so its largest and all of its threats are the same.
            let (MeasureOf::LargestThreat | MeasureOf::AllThreats) = measure.of;
            let total = i64::try_from(window.count.total()).unwrap_or(i64::MAX);
            inputs = inputs.with(&measure.input, Value::Count(total));
            largest = Some((window, measure.window_hours));
        }
        let Some((window, window_hours)) = largest else { return Ok(None) };
        if let Some(input) = pack.finder_input() {
            inputs = inputs.with(input, self.found_by(pack, finder).await?);
        }
        let assessed = rules::assess(pack, &inputs)?;
        let assessment = Assessment {
            grade: assessed.grade,
            assessed_at: self.clock.now(),
            basis: self.law.basis(pack)?,
            inputs: inputs.to_texts(),
            window_end: window.end,
            window_hours,
            size: window.count.total(),
            because: assessed.because,
        };
        Ok(Some(Measured { threat, classifications, inputs, assessment }))
    }

    /// Who found it, as the pack's input wants it; the desk's own organisation stands in for a finder
    /// without a role.
    async fn found_by(&self, pack: &Pack, finder: &Handle) -> Result<Value, AppError> {
        let permit = ReadPermit::at_the_console();
        for handle in [finder, &self.settings.own] {
            let organisation = self.store.organisation(&permit, handle).await?;
            if let Some(value) = organisation.and_then(|found| pack.finder_value(&found)) {
                return Ok(value);
            }
        }
        Err(AppError::BadInput(format!(
            "neither `{finder}` nor `{}` has a role in `{}`: load the directory first \
             (`juyan load --organisations`)",
            self.settings.own,
            pack.id()
        )))
    }

    async fn open_incident(
        &self,
        regime: &Regime,
        finder: &Handle,
        measured: Measured,
        involvement: Involvement,
    ) -> Result<Change, AppError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let year = now.to_zoned(regime.pack.zone().clone()).year();
        let number = tx.next_number("INC", year).await?;
        let incident = Incident {
            id: self.clock.id(now),
            number: format!("INC-{year}-{number:04}").parse().map_err(bad)?,
            threat: measured.threat.clone(),
            finder: finder.clone(),
            opened_at: now,
            state: model::incident::State::Proposed,
            assessment: measured.assessment.clone(),
        };
        tx.insert_incident(&incident).await?;
        let graded = graded(&measured.assessment);
        tx.record(&self.act("incident.opened", incident.number.to_string(), graded)).await?;
        let matter =
            Matter { regime, incident: &incident, measured: &measured, involvement: &involvement };
        let consequences = self.derive(&mut tx, &matter).await?;
        tx.commit().await?;
        tracing::info!(incident = %incident.number, threat = %incident.threat, "Opened `{}`", incident.number);
        Ok(consequences.change(&incident, None, &measured.assessment))
    }

    /// Goes on with an incident that is open: a graver grade, a greater size, new holders.
    async fn advance(
        &self,
        regime: &Regime,
        incident: Incident,
        measured: Measured,
        involvement: Involvement,
    ) -> Result<Option<Change>, AppError> {
        let before = incident.assessment.clone();
        let graver = regime.pack.is_graver(&measured.assessment.grade, &before.grade);
        let larger = measured.assessment.size > before.size;
        let mut tx = self.store.begin().await?;
        let mut incident = incident;
        if graver || larger {
            // A greater size never lowers a grade, and neither does a lesser grade found today.
            let mut assessment = measured.assessment.clone();
            if !graver {
                assessment.grade = before.grade.clone();
            }
            tx.insert_assessment(&incident.id, &assessment).await?;
            let act = if graver { "incident.regraded" } else { "incident.grown" };
            tx.record(&self.act(act, incident.number.to_string(), graded(&assessment))).await?;
            incident.assessment = assessment;
        }
        let matter =
            Matter { regime, incident: &incident, measured: &measured, involvement: &involvement };
        let consequences = self.derive(&mut tx, &matter).await?;
        if !(graver || larger) && consequences.is_nothing() {
            return Ok(None);
        }
        tx.commit().await?;
        let from = Some(before.grade.to_string());
        let after = incident.assessment.clone();
        Ok(Some(consequences.change(&incident, from, &after)))
    }
}

fn graded(assessment: &Assessment) -> [(&'static str, String); 5] {
    [
        ("grade", assessment.grade.to_string()),
        ("size", assessment.size.to_string()),
        ("pack", assessment.basis.pack.to_string()),
        ("pack_version", assessment.basis.pack_version.clone()),
        ("because", assessment.because.clone()),
    ]
}

/// From the first instant of the first day to the last of the last.
fn instants(days: &BTreeSet<Date>) -> Option<Range<Timestamp>> {
    let start = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let from = start(*days.first()?)?;
    let to = start(*days.last()?)?.checked_add(SignedDuration::from_hours(24)).ok()?;
    Some(from..to)
}

pub(crate) fn bad(why: model::BadName) -> AppError {
    AppError::BadInput(why.to_string())
}
