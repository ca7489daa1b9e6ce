//! Assessing: how big is each threat now, what grade does that make it, and what changes with it.
//!
//! It looks at what the ledger holds and moves the incidents one step nearer to right: run twice, it does
//! nothing the second time, and a run that was cut short is made good by the next. The grade follows the
//! largest window measured since the incident was opened, so it rises as tallies grow and never falls by itself;
//! lowering it is the authority's act. What an officer has told of it is graded with it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Tallies, Which};
use model::incident::Assessment;
use model::permit::ReadPermit;
use model::{DeliveryId, Handle, Incident, PackId, ThreatName};
use rules::{Calendar, Graded, Inputs, Jurisdiction, MeasureOf, Opens, Pack, Value};
use store::Tx;

use crate::by_hand::Scale;
use crate::oblige::{Involvement, Matter, window_days};
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
    /// Threats under no law that this desk applies and that was in force then, each with the reason.
    pub lawless: Vec<String>,
}

/// The law as it applies to one matter: a pack and the calendar it counts by.
#[derive(Clone)]
pub(crate) struct Regime {
    /// As it stands where no province has rules of its own.
    pub(crate) pack: Arc<Pack>,
    pub(crate) jurisdiction: Jurisdiction,
    pub(crate) calendar: Arc<Calendar>,
    /// It was not in force then, and this desk applies it all the same.
    pub(crate) regardless: bool,
}

/// What may have changed: which threats, on which days, whose finding, known since when.
#[derive(Clone, Debug)]
pub struct Touched {
    pub finder: Handle,
    /// When the desk first had the facts: an incident's clocks start then.
    pub known_at: Timestamp,
    pub days: BTreeSet<Date>,
    /// None means all.
    pub threats: Option<BTreeSet<ThreatName>>,
}

/// Where to look: at these tallies, by this pack, for what was touched.
pub(crate) struct Look<'a> {
    pub(crate) tallies: &'a Tallies,
    pub(crate) pack: &'a Arc<Pack>,
    pub(crate) touched: &'a Touched,
    /// From the first instant touched to the last.
    pub(crate) range: Range<Timestamp>,
}

/// A threat, measured under a pack.
pub(crate) struct Measured {
    pub(crate) regime: Regime,
    pub(crate) threat: ThreatName,
    /// The types of it that fall under the pack.
    pub(crate) classifications: Vec<String>,
    pub(crate) inputs: Inputs,
    pub(crate) assessment: Assessment,
    /// The first and the last day that were looked at.
    pub(crate) days: (Date, Date),
}

impl App {
    /// Assesses what was touched, for each pack that this desk applies.
    ///
    /// A threat that cannot be decided (a calendar lacks the year, nobody in the directory holds a role)
    /// holds up none of the others: it is reported, and nothing of it is written.
    ///
    /// # Errors
    /// When the ledger or the database fail.
    pub async fn assess(
        &self,
        touched: &Touched,
        watch: &mut (dyn FnMut(&Change) + Send),
    ) -> Result<Outcome, AppError> {
        let mut outcome = Outcome::default();
        let Some(range) = instants(&touched.days) else { return Ok(outcome) };
        let tallies = self.ledger.tallies().await?;
        let mut outside: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut inside: BTreeSet<String> = BTreeSet::new();
        for id in &self.settings.regimes {
            let pack = self.law.pack(id)?;
            let look = Look { tallies: &tallies, pack, touched, range: range.clone() };
            for (threat, classifications) in tallies.threats() {
                let mut classifications = Vec::from_iter(classifications);
                classifications.retain(|kind: &String| pack.covers(kind));
                let is_asked = touched.threats.as_ref().is_none_or(|some| some.contains(&threat));
                if classifications.is_empty() || !is_asked {
                    continue;
                }
                let name = threat.to_string();
                let matter = (threat, classifications);
                match self.assess_one(&look, &matter).await {
                    Ok(Followed::NotSeen) => {}
                    Ok(Followed::NotInForce(why)) => outside.entry(name).or_default().push(why),
                    Ok(Followed::Nothing) => drop(inside.insert(name)),
                    Ok(Followed::Changed(change)) => {
                        inside.insert(name);
                        watch(&change);
                        outcome.changes.push(change);
                    }
                    Err(why @ (AppError::Assess(_) | AppError::Oblige(_))) => {
                        inside.insert(name.clone());
                        tracing::error!(threat = name, "Could not decide about `{name}`: {why}");
                        outcome.undecided.push(format!("{name}: {why}"));
                    }
                    Err(other) => return Err(other),
                }
            }
        }
        outside.retain(|name, _| !inside.contains(name));
        let why = |(name, why): (String, Vec<String>)| format!("{name}: {}", why.join("; "));
        outcome.lawless.extend(outside.into_iter().map(why));
        Ok(outcome)
    }

    /// The law under which a matter of that local day falls: the pack, if it was in force then or this
    /// desk applies it regardless, with what was laid over it for that day.
    pub(crate) fn regime_on(&self, id: &PackId, day: Date) -> Result<Option<Regime>, AppError> {
        let in_force = self.law.pack(id)?.in_force(day);
        if !in_force && !self.settings.regardless.contains(id) {
            return Ok(None);
        }
        let jurisdiction = self.law.jurisdiction(id, day)?;
        let pack = jurisdiction.everywhere().clone();
        let calendar = self.law.calendar_of(&pack)?.clone();
        Ok(Some(Regime { pack, jurisdiction, calendar, regardless: !in_force }))
    }

    /// Measures a threat and lets its incident follow.
    ///
    /// What is decided here rests on the incident as it was read. Should another process have changed it
    /// meanwhile, which shows once this one holds the pen, the decision is taken anew.
    async fn assess_one(
        &self,
        look: &Look<'_>,
        matter: &(ThreatName, Vec<String>),
    ) -> Result<Followed, AppError> {
        let permit = ReadPermit::at_the_console();
        let pack = look.pack.id();
        for _ in 0..OVERTAKEN_MAX {
            let open = self.store.open_incident_of(&permit, &matter.0, pack).await?;
            if open.is_none() && look.pack.opens() == Opens::Officer {
                return Ok(Followed::NotSeen);
            }
            // Whoever found it first stays its finder, whoever has seen it since.
            let finder = open.as_ref().map_or(&look.touched.finder, |incident| &incident.finder);
            let finder = finder.clone();
            let since = match &open {
                Some(incident) => Some(self.first_day(incident).await?),
                None => None,
            };
            let known = known_of(look.pack, open.as_ref());
            let known = (&known.0, known.1);
            let measured = match self.measure(look, (&finder, since), matter, known).await? {
                Ok(measured) => measured,
                Err(nothing) => return Ok(nothing),
            };
            let involvement = self.involvement(look.tallies, &measured, open.as_ref()).await?;
            let tx = self.store.begin().await?;
            if self.store.open_incident_of(&permit, &matter.0, pack).await? != open {
                continue;
            }
            let pen = Pen { tx, look, finder: &finder };
            return match open {
                None => self.open_incident(pen, measured, involvement).await.map(Followed::Changed),
                Some(incident) => {
                    let change = self.advance(pen, incident, measured, involvement).await?;
                    Ok(change.map_or(Followed::Nothing, Followed::Changed))
                }
            };
        }
        Err(AppError::BadInput(format!("`{}` changes all the time; assess again later", matter.0)))
    }

    /// Notes that everything that follows from these deliveries has been derived.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_assessed(&self, deliveries: &[DeliveryId]) -> Result<(), AppError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        for id in deliveries {
            tx.mark_assessed(id, now).await?;
            tx.record(&self.act("delivery.assessed", id.to_string(), [])).await?;
        }
        if !deliveries.is_empty() {
            tx.commit().await?;
        }
        Ok(())
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
        let finder = self.settings.own.clone();
        let touched = Touched { finder, known_at: self.clock.now(), days, threats: None };
        self.assess(&touched, watch).await
    }

    /// Measures a threat over the windows that end in `range`, and grades by that and by what is known of it
    /// otherwise. `since` is the day by which the law of an open incident was chosen.
    pub(crate) async fn measure(
        &self,
        look: &Look<'_>,
        (finder, since): (&Handle, Option<Date>),
        (threat, classifications): &(ThreatName, Vec<String>),
        (known, scale): (&Inputs, Scale),
    ) -> Result<Result<Measured, Followed>, AppError> {
        let pack = look.pack;
        let which = Which::threat(threat).classified(classifications);
        let mut counted = Inputs::default();
        let mut largest = None;
        for measure in pack.measures() {
            // A window that ends later may still reach back into what was touched.
            let reach = SignedDuration::from_hours(i64::from(measure.window_hours) - 1);
            let end = look.range.end.checked_add(reach).unwrap_or(look.range.end);
            let ends = look.range.start..end;
            let window = look.tallies.largest_window(which, measure.window_hours, ends).await?;
            let Some(window) = window else { return Ok(Err(Followed::NotSeen)) };
            // An incident holds one threat, so its largest and all of its threats are the same.
            let (MeasureOf::LargestThreat | MeasureOf::AllThreats) = measure.of;
            let total = i64::try_from(window.count.total()).unwrap_or(i64::MAX);
            counted = counted.with(&measure.input, Value::Count(total));
            largest = Some((window, measure.window_hours));
        }
        let Some((window, window_hours)) = largest else { return Ok(Err(Followed::NotSeen)) };
        let day = since.unwrap_or_else(|| first_day(pack, window.end, window_hours));
        let Some(regime) = self.regime_on(pack.id(), day)? else {
            return Ok(Err(Followed::NotInForce(not_in_force(pack, day))));
        };
        let pack = &regime.pack;
        let mut inputs = known.clone().and_later(pack.inputs(), &counted);
        if let Some(input) = pack.finder_input() {
            inputs = inputs.with(input, self.found_by(pack, finder).await?);
        }
        let assessed = scale.assess(pack, &inputs)?;
        let because = reasons(&regime, day, assessed.because);
        let assessment = Assessment {
            grade: assessed.grade,
            measured: None,
            assessed_at: self.clock.now(),
            basis: self.law.basis(pack)?,
            inputs: inputs.to_texts(),
            window_end: window.end,
            window_hours,
            size: window.count.total(),
            because,
        };
        let (first, last) = (look.touched.days.first(), look.touched.days.last());
        let own = window_days(&assessment);
        let days = (*first.unwrap_or(&own.0), *last.unwrap_or(&own.1));
        let (threat, classifications) = (threat.clone(), classifications.clone());
        Ok(Ok(Measured { regime, threat, classifications, inputs, assessment, days }))
    }

    /// Who found it, as the pack's input wants it; the desk's own organisation stands in for a finder
    /// without a role.
    pub(crate) async fn found_by(&self, pack: &Pack, finder: &Handle) -> Result<Value, AppError> {
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
        pen: Pen<'_>,
        measured: Measured,
        involvement: Involvement,
    ) -> Result<Change, AppError> {
        let Pen { mut tx, look, finder } = pen;
        let now = measured.assessment.assessed_at;
        let year = now.to_zoned(look.pack.zone().clone()).year();
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
        let matter = Matter {
            regime: &measured.regime,
            incident: &incident,
            measured: &measured,
            involvement: &involvement,
            known_at: look.touched.known_at,
            graded_at: Graded::Set(now),
        };
        let consequences = self.derive(&mut tx, &matter).await?;
        tx.commit().await?;
        tracing::info!(incident = %incident.number, threat = %incident.threat, "Opened `{}`", incident.number);
        Ok(consequences.change(&incident, None, &measured.assessment))
    }

    /// Goes on with an incident that is open: a graver grade, a greater size, new holders.
    async fn advance(
        &self,
        pen: Pen<'_>,
        mut incident: Incident,
        measured: Measured,
        involvement: Involvement,
    ) -> Result<Option<Change>, AppError> {
        let Pen { mut tx, .. } = pen;
        let before = incident.assessment.clone();
        // Where the authority has set the grade, only a graver measure than it knew of moves it.
        let is_graver = |than| measured.regime.pack.is_graver(&measured.assessment.grade, than);
        let graver = is_graver(&before.grade) && before.measured.as_ref().is_none_or(is_graver);
        let larger = measured.assessment.size > before.size;
        if graver || larger {
            // A greater size never lowers a grade, and neither does a lesser grade found today.
            let mut assessment = measured.assessment.clone();
            if !graver {
                assessment.grade = before.grade.clone();
                assessment.measured.clone_from(&before.measured);
            }
            tx.insert_assessment(&incident.id, &assessment).await?;
            let act = if graver { "incident.regraded" } else { "incident.grown" };
            tx.record(&self.act(act, incident.number.to_string(), graded(&assessment))).await?;
            incident.assessment = assessment;
        }
        let matter = Matter {
            regime: &measured.regime,
            incident: &incident,
            measured: &measured,
            involvement: &involvement,
            known_at: measured.assessment.assessed_at,
            graded_at: if graver {
                Graded::Raised(measured.assessment.assessed_at)
            } else {
                self.graded_at(&measured.regime.pack, &incident).await?
            },
        };
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

/// What came of assessing one threat under one pack.
pub(crate) enum Followed {
    /// Nothing of it lies where was looked.
    NotSeen,
    /// The pack was not in force then: it says so.
    NotInForce(String),
    Nothing,
    Changed(Change),
}

/// The local day on which a measured window begins.
pub(crate) fn first_day(pack: &Pack, end: Timestamp, hours: u32) -> Date {
    let length = SignedDuration::from_hours(i64::from(hours));
    end.checked_sub(length).unwrap_or(end).to_zoned(pack.zone().clone()).date()
}

/// What is known of an open incident beside what is measured now, and on which scale it is graded.
fn known_of(pack: &Pack, open: Option<&Incident>) -> (Inputs, Scale) {
    match open {
        Some(incident) => {
            let kept = Inputs::kept(pack.inputs(), &incident.assessment.inputs);
            (kept, Scale::of(pack, &incident.assessment.grade))
        }
        None => (Inputs::default(), Scale::Grades),
    }
}

/// Why a grade is what it is, with what should be known of the law by which it was decided.
pub(crate) fn reasons(regime: &Regime, day: Date, because: String) -> String {
    if !regime.regardless {
        return because;
    }
    let why = not_in_force(&regime.pack, day);
    format!("{why}; this desk applies it regardless of its dates\n{because}")
}

pub(crate) fn not_in_force(pack: &Pack, day: Date) -> String {
    let id = pack.id();
    match (pack.since(), pack.repealed()) {
        (None, _) => format!("{id} is a proposal, and not in force"),
        (_, Some(repealed)) if repealed <= day => {
            format!("{id} was repealed on {repealed}, before {day}")
        }
        (Some(since), _) => format!("{id} came into force on {since}, after {day}"),
    }
}

/// The right to write about one incident, what it is written from, and who found it.
struct Pen<'a> {
    tx: Tx,
    look: &'a Look<'a>,
    finder: &'a Handle,
}

/// How often a decision is taken anew because another process changed what it rests on.
const OVERTAKEN_MAX: u32 = 20;

pub(crate) fn graded(assessment: &Assessment) -> [(&'static str, String); 5] {
    [
        ("grade", assessment.grade.to_string()),
        ("size", assessment.size.to_string()),
        ("pack", assessment.basis.pack.to_string()),
        ("pack_version", assessment.basis.pack_version.clone()),
        ("because", assessment.because.clone()),
    ]
}

/// From the first instant of the first day to the last of the last.
pub(crate) fn instants(days: &BTreeSet<Date>) -> Option<Range<Timestamp>> {
    let start = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let from = start(*days.first()?)?;
    let to = start(*days.last()?)?.checked_add(SignedDuration::from_hours(24)).ok()?;
    Some(from..to)
}

pub(crate) fn bad(why: model::BadName) -> AppError {
    AppError::BadInput(why.to_string())
}
