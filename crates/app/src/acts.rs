//! Acts: what people tell the desk about obligations, and what follows at once.
//!
//! Each writes its state, its evidence and its entry in the journal in one transaction, and derives what
//! follows from it before it commits. One filing may settle what several regimes want: the act does them
//! together and says so.

use jiff::Timestamp;
use model::incident::IncidentNumber;
use model::obligation::{About, State};
use model::permit::ReadPermit;
use model::{GradeId, Handle, Happening, Id, Incident, Obligation, ThreatName};
pub use rules::Shift;
use rules::{Graded, Jurisdiction, Told};
use serde::Serialize;
use store::Tx;
use store::incidents::IncidentFilter;

use crate::assess::Regime;
use crate::oblige::OBLIGATIONS_MAX;
use crate::scene::Scene;
use crate::{App, AppError};

/// How many incidents of one threat are looked at for what one filing settles.
const KIN_MAX: u32 = 100;

/// What an act did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Acted {
    /// The obligations that it was about, as they stand now: first the one named.
    pub done: Vec<Obligation>,
    /// The triggers that came about.
    pub happened: Vec<Happening>,
    /// What followed: obligations that are new, whose clocks started, or that ended.
    pub followed: Vec<Obligation>,
}

/// A fact as an officer tells it.
#[derive(Clone, Debug)]
pub struct Fact {
    pub trigger: String,
    pub to: Option<Handle>,
    pub from: Option<Handle>,
    pub at: Timestamp,
    pub evidence: String,
}

/// Something done about one obligation, and what shows it.
#[derive(Clone, Debug)]
pub struct Deed {
    pub obligation: Id<Obligation>,
    pub at: Timestamp,
    /// A log number, a receipt, a document, or the reason.
    pub evidence: String,
    /// It says that there was nothing to report: for a month.
    pub nil: bool,
}

/// A grade that the authority sets.
#[derive(Clone, Debug)]
pub struct Ruling {
    pub grade: GradeId,
    pub because: String,
    /// The document that says so.
    pub document: String,
}

impl App {
    /// Records that a trigger came about: clocks that waited for it start, and what nobody owed before is
    /// owed.
    ///
    /// # Errors
    /// When the fact cannot be told of this incident, is on record already, or the database fails.
    pub async fn happened(&self, number: &IncidentNumber, fact: Fact) -> Result<Acted, AppError> {
        self.not_in_the_future(fact.at)?;
        let tx = self.store.begin().await?;
        self.come_about(tx, number, fact).await?.commit().await
    }

    /// The same within a transaction that goes on.
    pub(crate) async fn come_about(
        &self,
        tx: Tx,
        number: &IncidentNumber,
        fact: Fact,
    ) -> Result<Acting, AppError> {
        let mut scene = self.scene(number).await?;
        let Fact { trigger, to, from, at, evidence } = fact;
        let told = Told { incident: scene.incident.id, trigger, to, from, at, evidence };
        let happening = rules::happening(
            scene.regime.jurisdiction.with_trigger(&told.trigger),
            &scene.involved(),
            &scene.happened,
            told,
        )?;
        let mut acting = Acting { tx, acted: Acted::default() };
        self.tell(&mut acting, &mut scene, vec![happening]).await?;
        self.follow(&mut acting, &mut scene).await?;
        Ok(acting)
    }

    /// Records that an obligation was met by a filing, and with it every other that the filing settles,
    /// under whatever regime. What its duty emits comes about at that instant.
    ///
    /// # Errors
    /// When it is settled already, `by` may not do it, or the database fails.
    pub async fn met(&self, deed: Deed, by: Option<Handle>) -> Result<Acted, AppError> {
        self.not_in_the_future(deed.at)?;
        let tx = self.store.begin().await?;
        self.meet(tx, deed, by).await?.commit().await
    }

    /// The same within a transaction that goes on.
    pub(crate) async fn meet(
        &self,
        tx: Tx,
        deed: Deed,
        by: Option<Handle>,
    ) -> Result<Acting, AppError> {
        let one = self.obligation_of(&deed.obligation).await?;
        let mut acting = Acting { tx, acted: Acted::default() };
        let by = by.unwrap_or_else(|| one.debtor.clone());
        let About::Incident(incident) = one.about else {
            return self.met_for_a_month(acting, one, deed, by).await;
        };
        if deed.nil {
            let why = "an incident is something to report: a nil return is for a month";
            return Err(AppError::BadInput(why.to_owned()));
        }
        let mut scenes = self.kin(&incident).await?;
        let own = scenes.iter().find(|scene| scene.incident.id == incident);
        let pack = &one.terms.basis.pack;
        let lapsed = || AppError::BadInput(format!("this desk no longer applies `{pack}` to it"));
        let own = own.ok_or_else(lapsed)?;
        rules::may_meet(own.pack_of(&one.debtor), &own.involved(), &one, &by)?;
        let open: Vec<&Obligation> = scenes.iter().flat_map(|scene| &scene.obligations).collect();
        let mut together = vec![one.id];
        together.extend(rules::discharges(&one, &open));
        let filing = Filing { together: &together, deed: &deed, by: &by };
        for scene in &mut scenes {
            self.met_in(&mut acting, scene, &filing).await?;
        }
        acting.acted.done.sort_by_key(|done| done.id != one.id);
        Ok(acting)
    }

    /// Records a telephone call: it meets the limit in hours where the pack says so, and the written form
    /// stays owed.
    ///
    /// # Errors
    /// When the pack knows no such thing, the clock does not run, or the database fails.
    pub async fn telephoned(&self, deed: Deed) -> Result<Acted, AppError> {
        self.not_in_the_future(deed.at)?;
        let tx = self.store.begin().await?;
        self.telephone(tx, deed).await?.commit().await
    }

    /// The same within a transaction that goes on.
    pub(crate) async fn telephone(&self, tx: Tx, deed: Deed) -> Result<Acting, AppError> {
        let one = self.obligation_of(&deed.obligation).await?;
        let About::Incident(incident) = one.about else {
            return Err(AppError::BadInput("a month is settled in writing".to_owned()));
        };
        let mut scene = self.scene_of(self.incident_of(&incident).await?).await?;
        rules::may_telephone(scene.pack_of(&one.debtor), &one)?;
        let mut acting = Acting { tx, acted: Acted::default() };
        let called = one.telephone(deed.at, deed.evidence.clone())?;
        self.move_on(&mut acting, &scene.incident.number.to_string(), called.clone(), &deed)
            .await?;
        scene.take(std::slice::from_ref(&called));
        self.emit(&mut acting, &mut scene, &called, &deed).await?;
        self.follow(&mut acting, &mut scene).await?;
        Ok(acting)
    }

    /// Records that the authority says an obligation need not be done.
    ///
    /// # Errors
    /// When it is settled already, or the database fails.
    pub async fn waived(&self, deed: Deed) -> Result<Acted, AppError> {
        let tx = self.store.begin().await?;
        let one = self.obligation_of(&deed.obligation).await?;
        let subject = self.subject(&one).await?;
        let mut acting = Acting { tx, acted: Acted::default() };
        let waived = one.waive(deed.at, deed.evidence.clone())?;
        self.move_on(&mut acting, &subject, waived, &deed).await?;
        acting.commit().await
    }

    /// Sets the grade that the authority has confirmed. A milder one lets the milder duties take the place
    /// of the graver; a graver one starts graver duties now.
    ///
    /// # Errors
    /// When the pack knows no such grade, it is the grade already, or the database fails.
    pub async fn regrade(
        &self,
        number: &IncidentNumber,
        ruling: Ruling,
    ) -> Result<Acted, AppError> {
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        let mut scene = self.scene(number).await?;
        let pack = scene.regime.pack.clone();
        let before = scene.incident.assessment.clone();
        let grades: Vec<&str> = pack.grades().iter().map(|grade| grade.id.as_str()).collect();
        if !grades.contains(&ruling.grade.as_str()) || ruling.grade == before.grade {
            let (grade, was, known) = (&ruling.grade, &before.grade, grades.join(", "));
            let what =
                format!("`{number}` is {was} and cannot become {grade}; it may be of {known}");
            return Err(AppError::BadInput(what));
        }
        let graver = pack.is_graver(&ruling.grade, &before.grade);
        let mut assessment = before.clone();
        assessment.measured = Some(before.measured.unwrap_or(before.grade.clone()));
        assessment.grade = ruling.grade;
        assessment.assessed_at = now;
        assessment.because =
            format!("The authority has set this grade: {} ({})", ruling.because, ruling.document);
        let mut acting = Acting { tx, acted: Acted::default() };
        acting.tx.insert_assessment(&scene.incident.id, &assessment).await?;
        let details = [
            ("from", before.grade.to_string()),
            ("grade", assessment.grade.to_string()),
            ("because", ruling.because),
            ("document", ruling.document),
            ("pack", assessment.basis.pack.to_string()),
            ("pack_version", assessment.basis.pack_version.clone()),
        ];
        let act = self.act("incident.regraded", number.to_string(), details);
        acting.tx.record(&act).await?;
        scene.incident.assessment = assessment;
        self.ask_review(&mut acting.tx, &scene.incident).await?;
        scene.graded_at = if graver { Graded::Raised(now) } else { Graded::Set(now) };
        let decide = if graver { Jurisdiction::reconcile } else { Jurisdiction::lower };
        let Regime { jurisdiction, calendar, .. } = &scene.regime;
        let changes = decide(jurisdiction, calendar, &scene.case(now), &scene.obligations)?;
        let moved =
            self.oblige(&mut acting.tx, &scene.incident, changes, &scene.obligations).await?;
        acting.acted.followed.extend(moved);
        acting.commit().await
    }

    /// Corrects when a clock started: its due time is counted again by the terms that it was given, and so
    /// is everything else that stands on the same fact.
    ///
    /// # Errors
    /// When it has no clock, the new start lies in the future, the calendar of its terms is not at hand, or
    /// the database fails.
    pub async fn correct_start(&self, deed: Deed) -> Result<Vec<Shift>, AppError> {
        self.not_in_the_future(deed.at)?;
        let mut tx = self.store.begin().await?;
        let one = self.obligation_of(&deed.obligation).await?;
        let permit = ReadPermit::at_the_console();
        let Some(was) = one.state.clock().map(|clock| clock.since) else {
            let why = format!("`{}` is {} and has no clock to correct", one.id, one.state.word());
            return Err(AppError::BadInput(why));
        };
        let record = match one.about {
            About::Incident(incident) => {
                self.store.obligations_of(&permit, &incident, OBLIGATIONS_MAX).await?
            }
            About::Month(month) => {
                self.store.obligations_of_month(&permit, month, OBLIGATIONS_MAX).await?
            }
        };
        let pack = self.law.pack(&one.terms.basis.pack)?;
        let calendar = |terms: &model::obligation::Terms| {
            Some(self.law.calendar_at(&terms.basis.calendar).ok()?.as_ref().clone())
        };
        let shifts = rules::correct(pack, &calendar, &one, deed.at, &record)?;
        let subject = self.subject(&one).await?;
        for shift in &shifts {
            let Some(old) = record.iter().find(|old| old.id == shift.obligation) else { continue };
            let mut new = old.clone();
            new.state = new.state.with_clock(shift.now.clone());
            tx.recount_obligation(&new, shift.was.since).await?;
            let act = "obligation.start_corrected";
            let details = shifted(&new, shift, &deed.evidence);
            tx.record(&self.act(act, subject.clone(), details)).await?;
        }
        if let About::Incident(incident) = one.about {
            let told = self.store.happenings_of(&permit, &incident, OBLIGATIONS_MAX).await?;
            let stands_on = |told: &&Happening| {
                told.trigger == one.terms.trigger
                    && told.at == was
                    && told.pack == *pack.id()
                    && (one.sender.is_none() || told.from == one.sender)
            };
            let by_each = told.iter().filter(stands_on).count() > 1;
            for fact in told.iter().filter(stands_on) {
                if !by_each || fact.to.as_ref() == Some(&one.debtor) {
                    tx.correct_happening(fact, deed.at).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(shifts)
    }

    async fn met_for_a_month(
        &self,
        mut acting: Acting,
        one: Obligation,
        deed: Deed,
        by: Handle,
    ) -> Result<Acting, AppError> {
        let About::Month(month) = one.about else { return Ok(acting) };
        if deed.nil && !self.law.duty(&one.terms).is_some_and(|duty| duty.nil_report) {
            let (duty, pack) = (&one.terms.duty, &one.terms.basis.pack);
            let why = format!(
                "{duty} of `{pack}` is owed because something happened: it wants no nil return"
            );
            return Err(AppError::BadInput(why));
        }
        if by != one.debtor {
            let (duty, debtor) = (one.terms.duty.to_string(), one.debtor);
            return Err(rules::ActError::NotBy { by, duty, debtor }.into());
        }
        let permit = ReadPermit::at_the_console();
        let record = self.store.obligations_of_month(&permit, month, OBLIGATIONS_MAX).await?;
        let open: Vec<&Obligation> = record.iter().collect();
        let also = rules::discharges(&one, &open);
        let also = record.iter().filter(|other| also.contains(&other.id)).cloned();
        let all: Vec<Obligation> = std::iter::once(one).chain(also).collect();
        for one in all {
            let met = one.meet(by.clone(), deed.at, deed.evidence.clone())?;
            self.move_on(&mut acting, &month.to_string(), met, &deed).await?;
        }
        Ok(acting)
    }

    /// Meets what a filing settles in one incident, frees whom it frees, and derives what follows.
    async fn met_in(
        &self,
        acting: &mut Acting,
        scene: &mut Scene,
        filing: &Filing<'_>,
    ) -> Result<(), AppError> {
        let Filing { together, deed, by } = *filing;
        let filed = scene.obligations.iter().filter(|one| together.contains(&one.id));
        let filed: Vec<Obligation> = filed.cloned().collect();
        if filed.is_empty() {
            return Ok(());
        }
        let subject = scene.incident.number.to_string();
        for one in filed {
            let freed = rules::freed(scene.pack_of(&one.debtor), &one, &scene.obligations);
            let also = scene.obligations.iter().filter(|other| freed.contains(&other.id));
            let also: Vec<Obligation> = also.cloned().collect();
            let met = one.meet(by.clone(), deed.at, deed.evidence.clone())?;
            self.move_on(acting, &subject, met.clone(), deed).await?;
            scene.take(std::slice::from_ref(&met));
            for other in also {
                let other = other.meet(by.clone(), deed.at, deed.evidence.clone())?;
                self.move_on(acting, &subject, other.clone(), deed).await?;
                scene.take(&[other]);
            }
            self.emit(acting, scene, &met, deed).await?;
        }
        self.follow(acting, scene).await
    }

    /// What the duty emits comes about.
    async fn emit(
        &self,
        acting: &mut Acting,
        scene: &mut Scene,
        done: &Obligation,
        deed: &Deed,
    ) -> Result<(), AppError> {
        let with = (deed.at, deed.evidence.as_str());
        let told = rules::emitted(
            scene.pack_of(&done.debtor),
            &scene.involved(),
            &scene.happened,
            done,
            with,
        );
        self.tell(acting, scene, told).await
    }

    async fn tell(
        &self,
        acting: &mut Acting,
        scene: &mut Scene,
        told: Vec<Happening>,
    ) -> Result<(), AppError> {
        let name =
            |handle: &Option<Handle>| handle.as_ref().map(Handle::to_string).unwrap_or_default();
        for one in told {
            let pack = scene.regime.jurisdiction.with_trigger(&one.trigger).clone();
            acting.tx.insert_happening(&one).await?;
            let article = pack.trigger(&one.trigger).map(|trigger| trigger.article.clone());
            let details = [
                ("trigger", one.trigger.clone()),
                ("to", name(&one.to)),
                ("from", name(&one.from)),
                ("at", one.at.to_string()),
                ("evidence", one.evidence.clone()),
                ("pack", pack.id().to_string()),
                ("pack_version", pack.version().to_owned()),
                ("article", article.unwrap_or_default()),
            ];
            let subject = scene.incident.number.to_string();
            acting.tx.record(&self.act("incident.happened", subject, details)).await?;
            scene.happened.push(one.clone());
            acting.acted.happened.push(one);
        }
        Ok(())
    }

    /// Derives what follows from the scene as it is now.
    async fn follow(&self, acting: &mut Acting, scene: &mut Scene) -> Result<(), AppError> {
        let now = self.clock.now();
        let Regime { jurisdiction, calendar, .. } = &scene.regime;
        let changes = jurisdiction.reconcile(calendar, &scene.case(now), &scene.obligations)?;
        let moved =
            self.oblige(&mut acting.tx, &scene.incident, changes, &scene.obligations).await?;
        scene.take(&moved);
        acting.acted.followed.extend(moved);
        Ok(())
    }

    /// Moves one obligation on and records it.
    async fn move_on(
        &self,
        acting: &mut Acting,
        subject: &str,
        moved: Obligation,
        deed: &Deed,
    ) -> Result<(), AppError> {
        acting.tx.update_obligation_state(&moved).await?;
        let (act, by) = match &moved.state {
            State::Met(met) => ("obligation.met", met.by.to_string()),
            State::ProvisionallyMet { .. } => ("obligation.telephoned", moved.debtor.to_string()),
            State::Waived { .. } => ("obligation.waived", String::new()),
            State::Latent | State::Running(_) | State::Superseded { .. } | State::Void { .. } => {
                ("obligation.moved", String::new())
            }
        };
        let basis = &moved.terms.basis;
        let due = moved.state.clock().and_then(|clock| clock.due);
        let details = [
            ("obligation", moved.id.to_string()),
            ("duty", moved.terms.duty.to_string()),
            ("article", moved.terms.article.clone()),
            ("debtor", moved.debtor.to_string()),
            ("by", by),
            ("at", deed.at.to_string()),
            ("due", due.map_or_else(|| "none".to_owned(), |due| due.to_string())),
            ("evidence", deed.evidence.clone()),
            ("nil", deed.nil.to_string()),
            ("named", deed.obligation.to_string()),
            ("pack", basis.pack.to_string()),
            ("pack_version", basis.pack_version.clone()),
        ];
        acting.tx.record(&self.act(act, subject, details)).await?;
        acting.acted.done.push(moved);
        Ok(())
    }

    /// Every open incident of the same threat, under whatever pack: the same matter to those concerned.
    async fn kin(&self, incident: &Id<Incident>) -> Result<Vec<Scene>, AppError> {
        let own = self.incident_of(incident).await?;
        let mut scenes = Vec::new();
        for other in self.incidents_of(&own.threat).await? {
            match self.scene_of(other).await {
                Ok(scene) => scenes.push(scene),
                // An incident under a pack that this desk no longer applies stays as it stands.
                Err(AppError::BadInput(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(scenes)
    }

    /// The incidents of one name: one matter.
    pub(crate) async fn incidents_of(
        &self,
        threat: &ThreatName,
    ) -> Result<Vec<Incident>, AppError> {
        let permit = ReadPermit::at_the_console();
        let filter = IncidentFilter { threat: Some(threat.clone()), ..IncidentFilter::default() };
        Ok(self.store.incidents(&permit, &filter, KIN_MAX, None).await?)
    }

    pub(crate) async fn obligation_of(&self, id: &Id<Obligation>) -> Result<Obligation, AppError> {
        let found = self.store.obligation(&ReadPermit::at_the_console(), id).await?;
        found.ok_or_else(|| AppError::BadInput(format!("there is no obligation `{id}`")))
    }

    pub(crate) async fn incident_of(&self, id: &Id<Incident>) -> Result<Incident, AppError> {
        let found = self.store.incident_by_id(&ReadPermit::at_the_console(), id).await?;
        found.ok_or_else(|| AppError::BadInput(format!("there is no incident `{id}`")))
    }

    /// Under what name the journal keeps what is done about an obligation.
    pub(crate) async fn subject(&self, one: &Obligation) -> Result<String, AppError> {
        match one.about {
            About::Incident(incident) => Ok(self.incident_of(&incident).await?.number.to_string()),
            About::Month(month) => Ok(month.to_string()),
        }
    }

    pub(crate) fn not_in_the_future(&self, at: Timestamp) -> Result<(), AppError> {
        let now = self.clock.now();
        if at <= now {
            return Ok(());
        }
        Err(AppError::BadInput(format!("{at} has not come yet: it is {now}")))
    }
}

/// How a clock moved, for the journal.
pub(crate) fn shifted(
    one: &Obligation,
    shift: &Shift,
    because: &str,
) -> [(&'static str, String); 10] {
    let due = |due: Option<Timestamp>| due.map_or_else(|| "none".to_owned(), |due| due.to_string());
    let basis = &one.terms.basis;
    [
        ("obligation", one.id.to_string()),
        ("duty", one.terms.duty.to_string()),
        ("debtor", one.debtor.to_string()),
        ("since_before", shift.was.since.to_string()),
        ("since", shift.now.since.to_string()),
        ("due_before", due(shift.was.due)),
        ("due", due(shift.now.due)),
        ("because", because.to_owned()),
        ("pack_version", basis.pack_version.clone()),
        ("calendar", basis.calendar.clone()),
    ]
}

/// One filing: what it settles, and by whom it was made.
#[derive(Clone, Copy)]
struct Filing<'a> {
    together: &'a [Id<Obligation>],
    deed: &'a Deed,
    by: &'a Handle,
}

/// An act on its way: what it has written so far, and what it will answer.
pub(crate) struct Acting {
    pub(crate) tx: Tx,
    pub(crate) acted: Acted,
}

impl Acting {
    pub(crate) async fn commit(self) -> Result<Acted, AppError> {
        self.tx.commit().await?;
        Ok(self.acted)
    }
}
