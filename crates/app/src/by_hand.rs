//! By hand: what an officer tells where no sighting can, such as the harm done.
//!
//! The facts are those that the pack declares, graded as measured ones are; what is measured of the same threat
//! is taken with them, and what nobody has said stays unknown. Facts that are added may rule out a grade that was
//! only still possible. Facts that are *corrected* never lower one: that is the authority's act.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use ledger::Tallies;
use model::incident::{Assessment, Concerned, IncidentNumber};
use model::permit::ReadPermit;
use model::regime::GradeId;
use model::{Handle, Id, Incident, Obligation, PackId, Province, ThreatName};
use rules::{Assessed, Graded, Inputs, Jurisdiction, Pack};
use serde::Serialize;
use store::Tx;

use crate::acts::{Acted, Acting};
use crate::assess::{Look, Measured, Regime, Touched, bad, graded, instants};
use crate::oblige::{Matter, OBLIGATIONS_MAX, window_days};
use crate::scene::CONCERNED_MAX;
use crate::{App, AppError};

/// How many days of one matter are measured.
const DAYS_MAX: usize = 400;

/// What an officer knows of an incident.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Such as `leaked_users=12000`, as the pack declares them.
    pub facts: Vec<String>,
    /// Nothing else was observed: whatever is not said is what the pack calls absent, and not unknown.
    pub nothing_else: bool,
    /// Whom it concerns, beside those whom sightings show.
    pub organisations: BTreeSet<Handle>,
    pub provinces: BTreeSet<Province>,
    /// What shows it: a log number, a report, a document.
    pub evidence: String,
}

/// An incident that an officer opens.
#[derive(Clone, Debug)]
pub struct Opening {
    pub pack: PackId,
    /// What the matter is called. Incidents of one name are one matter: under whatever pack, and with whatever
    /// sightings show of a threat of that name.
    pub matter: ThreatName,
    /// Whose finding it is; the desk's own organisation, if it is nobody else's.
    pub finder: Option<Handle>,
    /// When the finder knew: the clocks start then.
    pub known_at: Timestamp,
    /// When it happened: the law of that day applies. When it became known, if nobody can say.
    pub occurred_at: Option<Timestamp>,
    /// It is a warning, graded on the pack's second scale: it has not happened yet.
    pub warning: bool,
    pub known: Known,
}

/// What opening an incident led to.
#[derive(Clone, Debug, Serialize)]
pub struct Opened {
    pub incident: IncidentNumber,
    pub matter: ThreatName,
    pub grade: GradeId,
    /// Every grade still possible, the gravest first: more than one while something that matters is not known.
    pub possible: Vec<GradeId>,
    pub because: String,
    pub owed: Vec<Obligation>,
    pub notices: u64,
    pub remediations: u64,
}

impl App {
    /// Opens an incident by the facts that an officer gives, with everything that follows.
    ///
    /// # Errors
    /// When this desk does not apply the pack, the pack was not in force, a fact is none of its inputs or of the
    /// wrong kind, somebody named is not in the directory, such an incident is open already, nobody holds a
    /// role that owes something, or the database fails.
    pub async fn open_by_hand(&self, opening: Opening) -> Result<Opened, AppError> {
        let occurred_at = self.may_open(&opening)?;
        let regime = self.regime_for(&opening, occurred_at)?;
        let finder = opening.finder.clone().unwrap_or_else(|| self.settings.own.clone());
        self.in_directory(std::iter::once(&finder).chain(&opening.known.organisations)).await?;
        self.provinces_known(&opening.known.provinces).await?;
        let tx = self.store.begin().await?;
        self.none_open(&opening).await?;
        let tallies = self.ledger.tallies().await?;
        let mut inputs = facts(&regime.pack, &opening.known)?;
        if let Some(input) = regime.pack.finder_input() {
            inputs = inputs.with(input, self.found_by(&regime.pack, &finder).await?);
        }
        let scale = if opening.warning { Scale::Warnings } else { Scale::Grades };
        let told = Told { opening: &opening, finder: &finder, occurred_at, scale };
        let (mut measured, assessed) = self.weigh(&tallies, regime, inputs, &told).await?;
        measured.assessment.because =
            format!("{}\n{}", by_an_officer(&opening.known), measured.assessment.because);
        let named = concerned(&opening.known);
        let mut involvement = self.involvement(&tallies, &measured, None).await?;
        involvement.name(&named);
        let mut opened = self.enter(tx, &told, &measured, (&involvement, &named)).await?;
        opened.possible = assessed.possible;
        Ok(opened)
    }

    /// Takes in what an officer has learned of an open incident, and grades by it.
    ///
    /// # Errors
    /// When a fact is none of the pack's inputs or of the wrong kind, nothing of it is new, somebody named is
    /// not in the directory, or the database fails.
    pub async fn learn(&self, number: &IncidentNumber, known: Known) -> Result<Learned, AppError> {
        self.in_directory(known.organisations.iter()).await?;
        self.provinces_known(&known.provinces).await?;
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        let mut scene = self.scene(number).await?;
        let pack = scene.regime.pack.clone();
        let before = scene.incident.assessment.clone();
        let told = facts(&pack, &known)?;
        // Whoever says that nothing else was observed says nothing of what is known already.
        let is_new = |(name, _): &(&str, &rules::Value)| {
            !told.is_assumed(name) || scene.inputs.get(name).is_none()
        };
        let told = told.only(is_new);
        let inputs = scene.inputs.clone().and_later(pack.inputs(), &told);
        let corrected = inputs.corrects(pack.inputs(), &scene.inputs);
        let mut acting = Acting { tx, acted: Acted::default() };
        let named = self.name(&mut acting.tx, &scene.incident, &concerned(&known)).await?;
        if inputs == scene.inputs && named.is_empty() {
            let what = format!("nothing of that is new: `{number}` is graded by it already");
            return Err(AppError::BadInput(what));
        }
        let scale = Scale::of(&pack, &before.grade);
        let assessed = scale.assess(&pack, &inputs)?;
        let verdict = Verdict::over(&pack, &before, &assessed.grade, corrected);
        let mut assessment = verdict.onto(&before, &assessed.grade);
        assessment.assessed_at = now;
        assessment.inputs = inputs.to_texts();
        assessment.because = format!("{}\n{}", by_an_officer(&known), assessed.because);
        if let Some(why) = verdict.why(&before, &assessed.grade) {
            assessment.because = format!("{why}\n{}", assessment.because);
        }
        acting.tx.insert_assessment(&scene.incident.id, &assessment).await?;
        let act = if verdict.moves() { "incident.regraded" } else { "incident.informed" };
        let mut details = self.act(act, number.to_string(), graded(&assessment));
        details.details.extend(evidence(&known));
        details.details.insert("from", before.grade.to_string());
        details.details.insert("corrected", corrected.to_string());
        acting.tx.record(&details).await?;
        scene.incident.assessment = assessment.clone();
        scene.inputs = inputs;
        scene.involve(&named);
        match verdict {
            Verdict::Graver => scene.graded_at = Graded::Raised(now),
            Verdict::Milder => scene.graded_at = Graded::Set(now),
            Verdict::Same | Verdict::Unconfirmed => {}
        }
        let lowers = !corrected && matches!(verdict, Verdict::Milder | Verdict::Same);
        let decide = if lowers { Jurisdiction::lower } else { Jurisdiction::reconcile };
        let day = self.first_day(&scene.incident).await?;
        let jurisdiction = self.law.jurisdiction(pack.id(), day)?;
        let jurisdiction = jurisdiction.touching(scene.involved().provinces);
        let calendar = &scene.regime.calendar;
        let changes = decide(&jurisdiction, calendar, &scene.case(now), &scene.obligations)?;
        let moved =
            self.oblige(&mut acting.tx, &scene.incident, changes, &scene.obligations).await?;
        acting.acted.followed.extend(moved);
        let Acted { followed, .. } = acting.commit().await?;
        Ok(Learned {
            incident: number.clone(),
            from: before.grade,
            grade: assessment.grade,
            possible: assessed.possible,
            because: assessment.because,
            followed,
        })
    }

    /// When it occurred, if an incident may be opened so at all.
    fn may_open(&self, opening: &Opening) -> Result<Timestamp, AppError> {
        self.not_in_the_future(opening.known_at)?;
        let occurred_at = opening.occurred_at.unwrap_or(opening.known_at);
        if occurred_at > opening.known_at {
            let why = format!(
                "it became known at {} and cannot have occurred at {occurred_at}, which is later",
                opening.known_at
            );
            return Err(AppError::BadInput(why));
        }
        if !self.settings.regimes.contains(&opening.pack) {
            let applied: Vec<&str> = self.settings.regimes.iter().map(PackId::as_str).collect();
            let why = format!(
                "this desk does not apply `{}`; it applies {}. hint: `regimes` in juyan.toml lists them",
                opening.pack,
                applied.join(", ")
            );
            return Err(AppError::BadInput(why));
        }
        Ok(occurred_at)
    }

    fn regime_for(&self, opening: &Opening, occurred_at: Timestamp) -> Result<Regime, AppError> {
        let pack = self.law.pack(&opening.pack)?;
        let day = occurred_at.to_zoned(pack.zone().clone()).date();
        self.regime_on(&opening.pack, day)?.ok_or_else(|| {
            let why = crate::assess::not_in_force(pack, day);
            AppError::BadInput(format!(
                "{why}. hint: `regardless_of_dates` in juyan.toml applies a pack all the same"
            ))
        })
    }

    async fn none_open(&self, opening: &Opening) -> Result<(), AppError> {
        let permit = ReadPermit::at_the_console();
        let Opening { pack, matter, .. } = opening;
        match self.store.open_incident_of(&permit, matter, pack).await? {
            None => Ok(()),
            Some(open) => Err(AppError::BadInput(format!(
                "`{}` is open already for `{matter}` under `{pack}`: tell what is new of it with \
                 `juyan act facts {}`, or name another matter otherwise",
                open.number, open.number
            ))),
        }
    }

    async fn in_directory<'h>(
        &self,
        handles: impl Iterator<Item = &'h Handle>,
    ) -> Result<(), AppError> {
        let permit = ReadPermit::at_the_console();
        for handle in handles {
            if self.store.organisation(&permit, handle).await?.is_none() {
                return Err(AppError::BadInput(format!(
                    "there is no organisation `{handle}` in the directory. hint: `juyan load --organisations`"
                )));
            }
        }
        Ok(())
    }

    async fn provinces_known(&self, named: &BTreeSet<Province>) -> Result<(), AppError> {
        if named.is_empty() {
            return Ok(());
        }
        let all = self.store.provinces(&ReadPermit::at_the_console(), CONCERNED_MAX).await?;
        match named.iter().find(|code| !all.iter().any(|entry| entry.code == **code)) {
            None => Ok(()),
            Some(code) => {
                let known: Vec<&str> = all.iter().map(|entry| entry.code.as_str()).collect();
                let known = known.join(", ");
                let why = format!("there is no province `{code}`; there are: {known}");
                Err(AppError::BadInput(why))
            }
        }
    }

    /// Grades by what was told, together with what is measured of a threat of that name.
    async fn weigh(
        &self,
        tallies: &Tallies,
        regime: Regime,
        inputs: Inputs,
        told: &Told<'_>,
    ) -> Result<(Measured, Assessed), AppError> {
        let pack = regime.pack.clone();
        let Opening { matter, known_at, .. } = told.opening;
        let day = told.occurred_at.to_zoned(pack.zone().clone()).date();
        let classifications = types_of(tallies, matter, &pack);
        let days = self.days_of(matter, *known_at).await?;
        let range = instants(&days).unwrap_or(*known_at..*known_at);
        let touched =
            Touched { finder: told.finder.clone(), known_at: *known_at, days, threats: None };
        let look = Look { tallies, pack: &pack, touched: &touched, range };
        let seen = (matter.clone(), classifications.clone());
        let measured =
            self.measure(&look, (told.finder, Some(day)), &seen, (&inputs, told.scale)).await?;
        if let Ok(measured) = measured {
            let assessed = told.scale.assess(&pack, &measured.inputs)?;
            return Ok((measured, assessed));
        }
        something_is_known(&pack, told.opening)?;
        let assessed = told.scale.assess(&pack, &inputs)?;
        let assessment = Assessment {
            grade: assessed.grade.clone(),
            measured: None,
            assessed_at: self.clock.now(),
            basis: self.law.basis(&pack)?,
            inputs: inputs.to_texts(),
            window_end: told.occurred_at,
            window_hours: 0,
            size: 0,
            because: crate::assess::reasons(&regime, day, assessed.because.clone()),
        };
        let (first, last) = (touched.days.first().copied(), touched.days.last().copied());
        let own = window_days(&assessment);
        let days = (first.unwrap_or(own.0), last.unwrap_or(own.1));
        let threat = matter.clone();
        Ok((Measured { regime, threat, classifications, inputs, assessment, days }, assessed))
    }

    /// The days of a matter: all that its incidents rest on, to the day on which this became known.
    async fn days_of(
        &self,
        matter: &ThreatName,
        known_at: Timestamp,
    ) -> Result<BTreeSet<Date>, AppError> {
        let permit = ReadPermit::at_the_console();
        let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let before = known_at.checked_sub(SignedDuration::from_hours(24)).unwrap_or(known_at);
        let (mut first, mut last) = (day(before), day(known_at));
        for kin in self.incidents_of(matter).await? {
            for assessment in self.store.assessments(&permit, &kin.id, CONCERNED_MAX).await? {
                let own = window_days(&assessment);
                (first, last) = (first.min(own.0), last.max(own.1));
            }
        }
        let days = std::iter::successors(Some(last), |day| day.yesterday().ok());
        Ok(days.take_while(|day| *day >= first).take(DAYS_MAX).collect())
    }

    /// Writes the incident and everything that follows from it.
    async fn enter(
        &self,
        mut tx: Tx,
        told: &Told<'_>,
        measured: &Measured,
        (involvement, named): (&crate::oblige::Involvement, &[Concerned]),
    ) -> Result<Opened, AppError> {
        let now = measured.assessment.assessed_at;
        let year = now.to_zoned(measured.regime.pack.zone().clone()).year();
        let number = tx.next_number("INC", year).await?;
        let incident = Incident {
            id: self.clock.id(now),
            number: format!("INC-{year}-{number:04}").parse().map_err(bad)?,
            threat: measured.threat.clone(),
            finder: told.finder.clone(),
            opened_at: now,
            state: model::incident::State::Proposed,
            assessment: measured.assessment.clone(),
        };
        tx.insert_incident(&incident).await?;
        let mut act =
            self.act("incident.opened", incident.number.to_string(), graded(&measured.assessment));
        act.details.extend(evidence(&told.opening.known));
        act.details.insert("known_at", told.opening.known_at.to_string());
        act.details.insert("occurred_at", told.occurred_at.to_string());
        act.details.insert("finder", told.finder.to_string());
        tx.record(&act).await?;
        self.name(&mut tx, &incident, named).await?;
        let matter = Matter {
            regime: &measured.regime,
            incident: &incident,
            measured,
            involvement,
            known_at: told.opening.known_at,
            graded_at: Graded::Set(now),
        };
        let follows = self.derive(&mut tx, &matter).await?;
        tx.commit().await?;
        tracing::info!(incident = %incident.number, "Opened `{}` by hand", incident.number);
        let permit = ReadPermit::at_the_console();
        let owed = self.store.obligations_of(&permit, &incident.id, OBLIGATIONS_MAX).await?;
        Ok(Opened {
            incident: incident.number,
            matter: incident.threat,
            grade: incident.assessment.grade,
            possible: Vec::new(),
            because: incident.assessment.because,
            owed,
            notices: follows.notices,
            remediations: follows.remediations,
        })
    }

    /// Names whom it concerns; returns those who were not named before.
    async fn name(
        &self,
        tx: &mut Tx,
        incident: &Incident,
        named: &[Concerned],
    ) -> Result<Vec<Concerned>, AppError> {
        let mut new = Vec::new();
        for one in named {
            if tx.name_concerned(&incident.id, one).await? {
                new.push(one.clone());
            }
        }
        Ok(new)
    }

    pub(crate) async fn named_in(
        &self,
        incident: &Id<Incident>,
    ) -> Result<Vec<Concerned>, AppError> {
        let permit = ReadPermit::at_the_console();
        Ok(self.store.concerned_by(&permit, incident, CONCERNED_MAX).await?)
    }
}

/// What learning facts led to.
#[derive(Clone, Debug, Serialize)]
pub struct Learned {
    pub incident: IncidentNumber,
    pub from: GradeId,
    pub grade: GradeId,
    pub possible: Vec<GradeId>,
    pub because: String,
    pub followed: Vec<Obligation>,
}

/// An incident that is told, by whom it was found, and when it occurred.
struct Told<'a> {
    opening: &'a Opening,
    finder: &'a Handle,
    occurred_at: Timestamp,
    scale: Scale,
}

/// On which of a pack's scales something is graded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    Grades,
    Warnings,
}

impl Scale {
    pub(crate) fn of(pack: &Pack, grade: &GradeId) -> Self {
        let is_its = |level: &rules::Grade| level.id == *grade;
        if pack.warnings().iter().any(is_its) { Self::Warnings } else { Self::Grades }
    }

    pub(crate) fn assess(self, pack: &Pack, inputs: &Inputs) -> Result<Assessed, AppError> {
        Ok(match self {
            Self::Grades => rules::assess(pack, inputs)?,
            Self::Warnings => rules::assess_warning(pack, inputs)?,
        })
    }
}

/// What facts that were learned do to the grade in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Graver,
    Same,
    /// What stood was only still possible, and is so no longer.
    Milder,
    /// By these facts it would be milder, and that is for the authority to confirm.
    Unconfirmed,
}

impl Verdict {
    fn over(pack: &Pack, before: &Assessment, now: &GradeId, corrected: bool) -> Self {
        let is_graver = |than: &GradeId| pack.is_graver(now, than);
        if is_graver(&before.grade) && before.measured.as_ref().is_none_or(is_graver) {
            Self::Graver
        } else if *now == before.grade {
            Self::Same
        } else if corrected || before.measured.is_some() {
            Self::Unconfirmed
        } else {
            Self::Milder
        }
    }

    fn moves(self) -> bool {
        matches!(self, Self::Graver | Self::Milder)
    }

    /// The assessment that takes the place of the one before.
    fn onto(self, before: &Assessment, now: &GradeId) -> Assessment {
        let mut assessment = before.clone();
        match self {
            Self::Graver | Self::Milder => {
                (assessment.grade, assessment.measured) = (now.clone(), None);
            }
            Self::Unconfirmed => assessment.measured = Some(now.clone()),
            Self::Same => {}
        }
        assessment
    }

    fn why(self, before: &Assessment, now: &GradeId) -> Option<String> {
        let grade = &before.grade;
        (self == Self::Unconfirmed).then(|| {
            format!("By these facts alone it would be {now}; {grade} stands until the authority sets another")
        })
    }
}

/// The facts that were given, as the pack declares them.
fn facts(pack: &Pack, known: &Known) -> Result<Inputs, AppError> {
    let declared = pack.inputs();
    let inputs = Inputs::parse(declared, known.facts.iter().map(String::as_str));
    let inputs = inputs.map_err(|why| AppError::BadInput(format!("{}: {why}", pack.id())))?;
    Ok(if known.nothing_else { inputs.assuming_absent(declared) } else { inputs })
}

/// Refuses an incident of which nothing is known, where the pack asks anything.
fn something_is_known(pack: &Pack, opening: &Opening) -> Result<(), AppError> {
    let known = &opening.known;
    let asked: Vec<String> = pack
        .inputs()
        .iter()
        .filter(|input| !input.for_record)
        .map(|one| format!("\n  {one}"))
        .collect();
    if !known.facts.is_empty() || known.nothing_else || asked.is_empty() {
        return Ok(());
    }
    let (id, asked) = (pack.id(), asked.concat());
    Err(AppError::BadInput(format!(
        "`{id}` grades by facts, and none is given: say at least one of{asked}"
    )))
}

/// The types of a threat that are looked at under a pack: those that it covers, or, where it lists none, all.
pub(crate) fn types_of(tallies: &Tallies, threat: &ThreatName, pack: &Pack) -> Vec<String> {
    let mut seen = tallies.threats().into_iter();
    let types = seen.find(|(name, _)| name == threat).map(|(_, types)| types).unwrap_or_default();
    let all = pack.classifications().is_empty();
    types.into_iter().filter(|kind| all || pack.covers(kind)).collect()
}

fn concerned(known: &Known) -> Vec<Concerned> {
    let organisations = known.organisations.iter().cloned().map(Concerned::Organisation);
    organisations.chain(known.provinces.iter().cloned().map(Concerned::Province)).collect()
}

fn by_an_officer(known: &Known) -> String {
    format!("Told by an officer: {}", known.evidence)
}

fn evidence(known: &Known) -> [(&'static str, String); 4] {
    let list = |all: Vec<&str>| all.join(" ");
    [
        ("facts", known.facts.join("; ")),
        ("evidence", known.evidence.clone()),
        ("organisations", list(known.organisations.iter().map(Handle::as_str).collect())),
        ("provinces", list(known.provinces.iter().map(Province::as_str).collect())),
    ]
}
