//! Reviews at rest: what awaits the authority, who may decide in its place, and what experts made of it.
//!
//! They are the desk's and the authority's: an organisation's permit sees none of it, but the delegations
//! that it gave or holds.

use jiff::Timestamp;
use model::permit::ReadPermit;
use model::review::{Decision, Delegation, Expertise, Outcome, State};
use model::{GradeId, Handle, Id, Incident, Review};

use crate::record::{Record, corrupt, unknown_state};
use crate::statement::{ask, tell};
use crate::{Store, StoreError, Tx};

impl Store {
    /// The review of an incident at a grade.
    pub async fn review(
        &self,
        permit: &ReadPermit,
        incident: &Id<Incident>,
        grade: &GradeId,
    ) -> Result<Option<Review>, StoreError> {
        let statement = ask(READ_REVIEW, permit).bind(incident.to_string()).bind(grade.to_string());
        self.one("read a review", statement).await
    }

    /// Reviews, those asked for first first; only those that await a decision, if asked so.
    pub async fn reviews(
        &self,
        permit: &ReadPermit,
        awaiting: bool,
        limit: u32,
    ) -> Result<Vec<Review>, StoreError> {
        let sql = if awaiting { LIST_AWAITING } else { LIST_REVIEWS };
        self.all("list reviews", ask(sql, permit).bind(limit)).await
    }

    /// What experts made of a review, the first first.
    pub async fn expertise_of(
        &self,
        permit: &ReadPermit,
        review: &Id<Review>,
    ) -> Result<Vec<Expertise>, StoreError> {
        self.all("list expertise", ask(LIST_EXPERTISE, permit).bind(review.to_string())).await
    }

    /// Delegations to an organisation, the first given first, ended ones included.
    pub async fn delegations_to(
        &self,
        permit: &ReadPermit,
        delegate: &Handle,
    ) -> Result<Vec<Delegation>, StoreError> {
        let statement = ask(LIST_DELEGATIONS_TO, permit).bind(delegate.to_string());
        self.all("list delegations", statement).await
    }

    /// Delegations by an organisation, the first given first, ended ones included.
    pub async fn delegations_by(
        &self,
        permit: &ReadPermit,
        delegator: &Handle,
    ) -> Result<Vec<Delegation>, StoreError> {
        let statement = ask(LIST_DELEGATIONS_BY, permit).bind(delegator.to_string());
        self.all("list delegations", statement).await
    }
}

impl Tx {
    /// Enters a review that awaits its decision; false if there is one of the incident at that grade.
    pub async fn insert_review(&mut self, review: &Review) -> Result<bool, StoreError> {
        let statement = tell(INSERT_REVIEW)
            .bind(review.id.to_string())
            .bind(review.incident.to_string())
            .bind(review.grade.to_string())
            .bind(review.pack.to_string())
            .bind(review.article.clone())
            .bind(review.role.to_string())
            .bind(review.asked_at.as_microsecond());
        Ok(self.write("ask for a review", statement).await? > 0)
    }

    /// Decides a review, provided that it was not released meanwhile, nor refused when it awaited.
    pub async fn decide_review(&mut self, review: &Review, was: &State) -> Result<(), StoreError> {
        let decision = review.state.decision();
        let statement = tell(DECIDE_REVIEW)
            .bind(review.id.to_string())
            .bind(was.word())
            .bind(review.state.word())
            .bind(decision.map(|decision| decision.at.as_microsecond()))
            .bind(decision.map(|decision| decision.by.to_string()))
            .bind(decision.and_then(|decision| decision.delegation).map(|id| id.to_string()))
            .bind(decision.map(|decision| decision.because.clone()));
        match self.write("decide a review", statement).await? {
            0 => Err(StoreError::Stale { what: "review", id: review.id.to_string() }),
            _ => Ok(()),
        }
    }

    pub async fn insert_expertise(&mut self, expertise: &Expertise) -> Result<(), StoreError> {
        let statement = tell(INSERT_EXPERTISE)
            .bind(expertise.review.to_string())
            .bind(expertise.at.as_microsecond())
            .bind(expertise.by.to_string())
            .bind(expertise.experts.clone())
            .bind(expertise.outcome.word())
            .bind(expertise.conclusion.clone())
            .bind(expertise.document.clone());
        self.write("record an expert assessment", statement).await?;
        Ok(())
    }

    pub async fn insert_delegation(&mut self, delegation: &Delegation) -> Result<(), StoreError> {
        let statement = tell(INSERT_DELEGATION)
            .bind(delegation.id.to_string())
            .bind(delegation.from.to_string())
            .bind(delegation.to.to_string())
            .bind(delegation.since.as_microsecond())
            .bind(delegation.until.map(Timestamp::as_microsecond))
            .bind(delegation.document.clone());
        self.write("enter a delegation", statement).await?;
        Ok(())
    }

    /// Revokes what one organisation delegated to another and has not revoked; how many that were.
    pub async fn revoke_delegations(
        &mut self,
        from: &Handle,
        to: &Handle,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = tell(REVOKE_DELEGATIONS)
            .bind(from.to_string())
            .bind(to.to_string())
            .bind(at.as_microsecond());
        self.write("revoke a delegation", statement).await
    }
}

impl TryFrom<Record> for Review {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let decision = || {
            Ok::<_, StoreError>(Decision {
                at: record.instant("decided_at")?,
                by: record.parsed("decided_by")?,
                delegation: record.parsed_if_any("delegation")?,
                because: record.text("because")?,
            })
        };
        let state = match record.text("state")?.as_str() {
            "awaiting" => State::Awaiting,
            "released" => State::Released(decision()?),
            "refused" => State::Refused(decision()?),
            other => return unknown_state(other),
        };
        Ok(Self {
            id: record.parsed("id")?,
            incident: record.parsed("incident")?,
            grade: record.parsed("grade")?,
            pack: record.parsed("pack")?,
            article: record.text("article")?,
            role: record.parsed("role")?,
            asked_at: record.instant("asked_at")?,
            state,
        })
    }
}

impl TryFrom<Record> for Delegation {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            id: record.parsed("id")?,
            from: record.parsed("delegator")?,
            to: record.parsed("delegate")?,
            since: record.instant("since")?,
            until: record.instant_if_any("until")?,
            document: record.text("document")?,
            revoked_at: record.instant_if_any("revoked_at")?,
        })
    }
}

impl TryFrom<Record> for Expertise {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let word = record.text("outcome")?;
        let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.word() == word);
        Ok(Self {
            review: record.parsed("review")?,
            at: record.instant("at")?,
            by: record.parsed("called_by")?,
            experts: record.text("experts")?,
            outcome: outcome.ok_or(word).map_err(corrupt("outcome", "outcome of experts"))?,
            conclusion: record.text("conclusion")?,
            document: record.text("document")?,
        })
    }
}

/// By the unique index of (incident, grade).
const READ_REVIEW: &str = "
SELECT id, incident, grade, pack, article, role, asked_at, state, decided_at, decided_by,
       delegation, because
  FROM review
 WHERE $1 = '*'
   AND incident = $2
   AND grade = $3
 LIMIT 1";

/// By `review_by_asked`.
const LIST_REVIEWS: &str = "
SELECT id, incident, grade, pack, article, role, asked_at, state, decided_at, decided_by,
       delegation, because
  FROM review
 WHERE $1 = '*'
 ORDER BY asked_at, id
 LIMIT $2";

/// By `review_by_state`.
const LIST_AWAITING: &str = "
SELECT id, incident, grade, pack, article, role, asked_at, state, decided_at, decided_by,
       delegation, because
  FROM review
 WHERE $1 = '*'
   AND state = 'awaiting'
 ORDER BY asked_at, id
 LIMIT $2";

/// By `expertise_by_review`.
const LIST_EXPERTISE: &str = "
SELECT review, at, called_by, experts, outcome, conclusion, document
  FROM expertise
 WHERE $1 = '*'
   AND review = $2
 ORDER BY at
 LIMIT 1000";

/// By `delegation_by_delegate`.
const LIST_DELEGATIONS_TO: &str = "
SELECT id, delegator, delegate, since, until, document, revoked_at
  FROM delegation
 WHERE ($1 = '*' OR delegator = $1 OR delegate = $1)
   AND delegate = $2
 ORDER BY since, id
 LIMIT 1000";

/// By `delegation_by_delegator`.
const LIST_DELEGATIONS_BY: &str = "
SELECT id, delegator, delegate, since, until, document, revoked_at
  FROM delegation
 WHERE ($1 = '*' OR delegator = $1 OR delegate = $1)
   AND delegator = $2
 ORDER BY since, id
 LIMIT 1000";

/// The unique index of (incident, grade) lets the second pass without a trace.
const INSERT_REVIEW: &str = "
INSERT INTO review (id, incident, grade, pack, article, role, asked_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'awaiting')
    ON CONFLICT (incident, grade) DO NOTHING";

/// By the primary key.
const DECIDE_REVIEW: &str = "
UPDATE review
   SET state = $3,
       decided_at = $4,
       decided_by = $5,
       delegation = $6,
       because = $7
 WHERE id = $1
   AND state = $2";

const INSERT_EXPERTISE: &str = "
INSERT INTO expertise (review, at, called_by, experts, outcome, conclusion, document)
VALUES ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_DELEGATION: &str = "
INSERT INTO delegation (id, delegator, delegate, since, until, document)
VALUES ($1, $2, $3, $4, $5, $6)";

/// By `delegation_by_delegator`.
const REVOKE_DELEGATIONS: &str = "
UPDATE delegation
   SET revoked_at = $3
 WHERE delegator = $1
   AND delegate = $2
   AND revoked_at IS NULL";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("READ_REVIEW", READ_REVIEW),
    ("LIST_REVIEWS", LIST_REVIEWS),
    ("LIST_AWAITING", LIST_AWAITING),
    ("LIST_EXPERTISE", LIST_EXPERTISE),
    ("LIST_DELEGATIONS_TO", LIST_DELEGATIONS_TO),
    ("LIST_DELEGATIONS_BY", LIST_DELEGATIONS_BY),
    ("INSERT_REVIEW", INSERT_REVIEW),
    ("DECIDE_REVIEW", DECIDE_REVIEW),
    ("INSERT_EXPERTISE", INSERT_EXPERTISE),
    ("INSERT_DELEGATION", INSERT_DELEGATION),
    ("REVOKE_DELEGATIONS", REVOKE_DELEGATIONS),
];

#[cfg(test)]
mod tests;
