//! The gate: what is grave waits for the authority's review before anybody is notified of it.
//!
//! The pack says at which grades and whose review it is ([`rules::Gate`]). A review is asked for in the
//! transaction that sets such a grade; a graver grade asks for another. The authority releases itself, or
//! lets somebody else do so by a delegation that is dated and can be revoked. Releasing is what the
//! authority owes there, so it meets that duty, and what follows from it follows.

use jiff::Timestamp;
use model::incident::IncidentNumber;
use model::permit::ReadPermit;
use model::review::{Decision, Delegation, Expertise, Outcome, Review, State};
use model::{GradeId, Handle, Id, Incident, PackId, RoleId};
use serde::Serialize;
use store::Tx;

use crate::acts::{Acted, Acting, Deed};
use crate::oblige::OBLIGATIONS_MAX;
use crate::{App, AppError};

/// Where an incident stands towards the gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum Gate {
    /// Its grade needs no review.
    Open,
    Awaiting {
        review: Review,
    },
    Released {
        review: Review,
    },
    Refused {
        review: Review,
    },
}

impl Gate {
    /// Whether notices may go out.
    pub fn lets_through(&self) -> bool {
        matches!(self, Self::Open | Self::Released { .. })
    }
}

/// What is decided about a review.
#[derive(Clone, Debug)]
pub struct Deciding {
    /// The authority, or whom it delegated.
    pub by: Handle,
    /// The document, or the reason.
    pub because: String,
}

/// What experts made of an incident.
#[derive(Clone, Debug)]
pub struct Assessed {
    pub at: Timestamp,
    pub by: Handle,
    pub experts: String,
    pub outcome: Outcome,
    pub conclusion: String,
    pub document: String,
}

/// A delegation as it is given.
#[derive(Clone, Debug)]
pub struct Delegating {
    pub from: Handle,
    pub to: Handle,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
    pub document: String,
}

impl App {
    /// Whether notices of that grade wait for a review. A pack that is not at hand lets nothing through.
    pub fn needs_review(&self, pack: &PackId, grade: &GradeId) -> bool {
        self.law.pack(pack).map_or(true, |pack| pack.needs_review(grade).is_some())
    }

    /// Where an incident stands towards the gate, at its grade as it is now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn gate(&self, incident: &Incident) -> Result<Gate, AppError> {
        let grade = &incident.assessment.grade;
        if !self.needs_review(&incident.assessment.basis.pack, grade) {
            return Ok(Gate::Open);
        }
        let permit = ReadPermit::at_the_console();
        let found = self.store.review(&permit, &incident.id, grade).await?;
        // An incident opened before there was a gate awaits it like any other.
        let review = found.or_else(|| self.review_of(incident));
        Ok(match review {
            None => Gate::Open,
            Some(review) => match review.state {
                State::Awaiting => Gate::Awaiting { review },
                State::Released(_) => Gate::Released { review },
                State::Refused(_) => Gate::Refused { review },
            },
        })
    }

    /// Whether notices of an incident may go out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn released(&self, incident: &Incident) -> Result<bool, AppError> {
        Ok(self.gate(incident).await?.lets_through())
    }

    /// Asks for the review that an incident's grade needs, once for each grade; the review, if it is new.
    pub(crate) async fn ask_review(
        &self,
        tx: &mut Tx,
        incident: &Incident,
    ) -> Result<Option<Review>, AppError> {
        let Some(review) = self.review_of(incident) else { return Ok(None) };
        if !tx.insert_review(&review).await? {
            return Ok(None);
        }
        let details = [
            ("grade", review.grade.to_string()),
            ("role", review.role.to_string()),
            ("article", review.article.clone()),
            ("pack", review.pack.to_string()),
        ];
        tx.record(&self.act("review.asked", incident.number.to_string(), details)).await?;
        Ok(Some(review))
    }

    /// The review of an incident at its grade. One that was graded before there was a gate is asked for
    /// now.
    async fn review_asked(&self, tx: &mut Tx, incident: &Incident) -> Result<Review, AppError> {
        if let Some(asked) = self.ask_review(tx, incident).await? {
            return Ok(asked);
        }
        match self.gate(incident).await? {
            Gate::Awaiting { review } | Gate::Released { review } | Gate::Refused { review } => {
                Ok(review)
            }
            Gate::Open => Err(AppError::BadInput(format!(
                "`{}` needs no review at {}",
                incident.number, incident.assessment.grade
            ))),
        }
    }

    fn review_of(&self, incident: &Incident) -> Option<Review> {
        let assessment = &incident.assessment;
        let pack = self.law.pack(&assessment.basis.pack).ok()?;
        let gate = pack.needs_review(&assessment.grade)?;
        let now = self.clock.now();
        Some(Review {
            id: self.clock.id(now),
            incident: incident.id,
            grade: assessment.grade.clone(),
            pack: pack.id().clone(),
            article: gate.article.clone(),
            role: gate.by.clone(),
            asked_at: now,
            state: State::Awaiting,
        })
    }

    /// Releases an incident at its grade: notices of it may go out. The duty that the gate settles is met
    /// with it, in the authority's name.
    ///
    /// # Errors
    /// When its grade needs no review, it is released already, `by` may not decide, or the database fails.
    pub async fn release(
        &self,
        number: &IncidentNumber,
        deciding: Deciding,
    ) -> Result<Acted, AppError> {
        self.decide(number, deciding, true).await
    }

    /// Refuses to release an incident at its grade. It may be released later.
    ///
    /// # Errors
    /// As [`App::release`].
    pub async fn refuse(
        &self,
        number: &IncidentNumber,
        deciding: Deciding,
    ) -> Result<Acted, AppError> {
        self.decide(number, deciding, false).await
    }

    async fn decide(
        &self,
        number: &IncidentNumber,
        deciding: Deciding,
        release: bool,
    ) -> Result<Acted, AppError> {
        if deciding.because.trim().is_empty() {
            return Err(AppError::BadInput("name the document, or say why".to_owned()));
        }
        let mut tx = self.store.begin().await?;
        let incident = self.numbered(number).await?;
        let review = self.review_asked(&mut tx, &incident).await?;
        let now = self.clock.now();
        match &review.state {
            State::Released(_) => {
                return Err(AppError::BadInput(format!("`{number}` is released already")));
            }
            State::Refused(_) if !release => {
                return Err(AppError::BadInput(format!("`{number}` is refused already")));
            }
            State::Awaiting | State::Refused(_) => {}
        }
        let was = review.state.clone();
        let delegation = self.may_decide(&review.pack, &review.role, &deciding.by, now).await?;
        let (by, because) = (deciding.by, deciding.because);
        let decision =
            Decision { at: now, by, delegation: delegation.as_ref().map(|one| one.id), because };
        let mut acting = Acting { tx, acted: Acted::default() };
        if release {
            acting = self.settle_gate(acting, &incident, &decision).await?;
        }
        let details = [
            ("grade", review.grade.to_string()),
            ("by", decision.by.to_string()),
            ("for", delegation.as_ref().map(|one| one.from.to_string()).unwrap_or_default()),
            ("delegation", delegation.map(|one| one.document).unwrap_or_default()),
            ("because", decision.because.clone()),
            ("article", review.article.clone()),
            ("pack", review.pack.to_string()),
        ];
        let state = if release { State::Released(decision) } else { State::Refused(decision) };
        let decided = Review { state, ..review };
        acting.tx.decide_review(&decided, &was).await?;
        let act = if release { "review.released" } else { "review.refused" };
        acting.tx.record(&self.act(act, number.to_string(), details)).await?;
        acting.commit().await
    }

    /// Meets the duty that the review is, if it is owed in this incident.
    async fn settle_gate(
        &self,
        acting: Acting,
        incident: &Incident,
        decision: &Decision,
    ) -> Result<Acting, AppError> {
        let pack = self.law.pack(&incident.assessment.basis.pack)?;
        let settles = pack.gate().and_then(|gate| gate.settles.clone());
        let permit = ReadPermit::at_the_console();
        let owed = self.store.obligations_of(&permit, &incident.id, OBLIGATIONS_MAX).await?;
        let is_it = |one: &&model::Obligation| {
            one.state.is_open()
                && one.terms.basis.pack == *pack.id()
                && Some(&one.terms.duty) == settles.as_ref()
        };
        let Some(one) = owed.iter().find(is_it) else { return Ok(acting) };
        let evidence = format!("released by {}: {}", decision.by, decision.because);
        let deed = Deed { obligation: one.id, at: decision.at, evidence, nil: false };
        self.meet(acting.tx, deed, None).await
    }

    /// By what right somebody decides: none is needed by the authority itself, else the delegation.
    async fn may_decide(
        &self,
        pack: &PackId,
        role: &RoleId,
        by: &Handle,
        at: Timestamp,
    ) -> Result<Option<Delegation>, AppError> {
        if self.holds(by, pack, role).await? {
            return Ok(None);
        }
        let permit = ReadPermit::at_the_console();
        for one in self.store.delegations_to(&permit, by).await? {
            if one.holds(at) && self.holds(&one.from, pack, role).await? {
                return Ok(Some(one));
            }
        }
        Err(AppError::BadInput(format!(
            "{by} is not `{role}` of `{pack}`, and holds no delegation of it at {at}"
        )))
    }

    async fn holds(&self, who: &Handle, pack: &PackId, role: &RoleId) -> Result<bool, AppError> {
        let found = self.store.organisation(&ReadPermit::at_the_console(), who).await?;
        Ok(found.is_some_and(|organisation| organisation.has_role(pack, role)))
    }

    /// Records what experts made of an incident under review. It moves no grade: that is for the authority.
    ///
    /// # Errors
    /// When no review of it was asked for at its grade, or the database fails.
    pub async fn record_expertise(
        &self,
        number: &IncidentNumber,
        assessed: Assessed,
    ) -> Result<Expertise, AppError> {
        self.not_in_the_future(assessed.at)?;
        let mut tx = self.store.begin().await?;
        let incident = self.numbered(number).await?;
        let review = self.review_asked(&mut tx, &incident).await?;
        let Assessed { at, by, experts, outcome, conclusion, document } = assessed;
        let expertise =
            Expertise { review: review.id, at, by, experts, outcome, conclusion, document };
        tx.insert_expertise(&expertise).await?;
        let details = [
            ("at", expertise.at.to_string()),
            ("by", expertise.by.to_string()),
            ("experts", expertise.experts.clone()),
            ("outcome", expertise.outcome.word().to_owned()),
            ("conclusion", expertise.conclusion.clone()),
            ("document", expertise.document.clone()),
            ("grade", review.grade.to_string()),
        ];
        tx.record(&self.act("review.assessed", number.to_string(), details)).await?;
        tx.commit().await?;
        Ok(expertise)
    }

    /// Records that an authority lets somebody release in its place.
    ///
    /// # Errors
    /// When `from` is the authority of no gate, the dates contradict one another, or the database fails.
    pub async fn delegate(&self, given: Delegating) -> Result<Delegation, AppError> {
        let Delegating { from, to, since, until, document } = given;
        if until.is_some_and(|until| until <= since) || document.trim().is_empty() || from == to {
            let why =
                "a delegation is to somebody else, ends after it begins, and names its document";
            return Err(AppError::BadInput(why.to_owned()));
        }
        let found = self.store.organisation(&ReadPermit::at_the_console(), &from).await?;
        let may = |pack: &std::sync::Arc<rules::Pack>| {
            let gate = pack.gate()?;
            found.as_ref()?.has_role(pack.id(), &gate.by).then_some(())
        };
        if !self.law.packs().any(|pack| may(pack).is_some()) {
            let why = format!("{from} is the authority of no gate: it has no review to delegate");
            return Err(AppError::BadInput(why));
        }
        let id: Id<Delegation> = self.clock.id(self.clock.now());
        let given = Delegation { id, from, to, since, until, document, revoked_at: None };
        let mut tx = self.store.begin().await?;
        tx.insert_delegation(&given).await?;
        let until = given.until.map_or_else(|| "revoked".to_owned(), |until| until.to_string());
        let details = [
            ("to", given.to.to_string()),
            ("since", given.since.to_string()),
            ("until", until),
            ("document", given.document.clone()),
        ];
        tx.record(&self.act("review.delegated", given.from.to_string(), details)).await?;
        tx.commit().await?;
        Ok(given)
    }

    /// Revokes what one organisation delegated to another; what was released by it stays released.
    ///
    /// # Errors
    /// When nothing is delegated, or the database fails.
    pub async fn revoke_delegation(
        &self,
        from: &Handle,
        to: &Handle,
        because: &str,
    ) -> Result<u64, AppError> {
        let mut tx = self.store.begin().await?;
        let revoked = tx.revoke_delegations(from, to, self.clock.now()).await?;
        if revoked == 0 {
            let why = format!("{from} has delegated nothing to {to} that is not revoked");
            return Err(AppError::BadInput(why));
        }
        let details = [("to", to.to_string()), ("because", because.to_owned())];
        tx.record(&self.act("review.delegation_revoked", from.to_string(), details)).await?;
        tx.commit().await?;
        Ok(revoked)
    }

    async fn numbered(&self, number: &IncidentNumber) -> Result<Incident, AppError> {
        let found = self.store.incident(&ReadPermit::at_the_console(), number).await?;
        found.ok_or_else(|| AppError::BadInput(format!("there is no incident `{number}`")))
    }
}
