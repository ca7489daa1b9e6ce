//! Contacts at rest, the latest signs of whether they can be reached, claims and standing facts.
//!
//! An organisation sees its own.

use jiff::Timestamp;
use model::contact::{
    Claim, ClaimState, Claimed, Contact, ContactKind, Sign, Signs, Standing, StandingKind, State,
};
use model::permit::ReadPermit;
use model::{Handle, Id};

use crate::record::{Record, corrupt, json_text, unknown_state};
use crate::statement::{Prepared, ask, tell};
use crate::{Store, StoreError, Tx};

/// A contact with the latest signs of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub contact: Contact,
    pub signs: Signs,
}

impl Store {
    /// Every contact of an organisation, former and proposed ones included, in the order of their proposal.
    pub async fn contacts_of(
        &self,
        permit: &ReadPermit,
        organisation: &Handle,
        limit: u32,
    ) -> Result<Vec<Known>, StoreError> {
        let statement =
            ask(LIST_OF_ORGANISATION, permit).bind(organisation.to_string()).bind(limit);
        self.all("list contacts", statement).await
    }

    /// One contact.
    pub async fn contact(
        &self,
        permit: &ReadPermit,
        id: &Id<Contact>,
    ) -> Result<Option<Known>, StoreError> {
        self.one("read a contact", ask(READ_CONTACT, permit).bind(id.to_string())).await
    }

    /// Contacts of everybody, by organisation, from the one after `after`.
    pub async fn contacts(
        &self,
        permit: &ReadPermit,
        limit: u32,
        after: Option<&Contact>,
    ) -> Result<Vec<Known>, StoreError> {
        let (organisation, id) = after.map_or((String::new(), String::new()), |last| {
            (last.organisation.to_string(), last.id.to_string())
        });
        let statement = ask(LIST_CONTACTS, permit).bind(organisation).bind(id).bind(limit);
        self.all("list contacts", statement).await
    }

    /// The contacts that are written to at an address.
    pub async fn contacts_at(
        &self,
        permit: &ReadPermit,
        email: &str,
    ) -> Result<Vec<Known>, StoreError> {
        self.all("find a contact", ask(LIST_AT_EMAIL, permit).bind(email.to_owned())).await
    }

    /// Claims of an organisation, the first made first.
    pub async fn claims_of(
        &self,
        permit: &ReadPermit,
        organisation: &Handle,
        limit: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        let statement = ask(LIST_CLAIMS_OF, permit).bind(organisation.to_string()).bind(limit);
        self.all("list claims", statement).await
    }

    /// Claims that stand so: `claimed`, `approved` or `refused`.
    pub async fn claims_in(
        &self,
        permit: &ReadPermit,
        state: &'static str,
        limit: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        self.all("list claims", ask(LIST_CLAIMS_IN, permit).bind(state).bind(limit)).await
    }

    /// One claim.
    pub async fn claim(
        &self,
        permit: &ReadPermit,
        id: &Id<Claim>,
    ) -> Result<Option<Claim>, StoreError> {
        self.one("read a claim", ask(READ_CLAIM, permit).bind(id.to_string())).await
    }

    /// What stands of an organisation: the latest of each kind.
    pub async fn standing_of(
        &self,
        permit: &ReadPermit,
        organisation: &Handle,
    ) -> Result<Vec<Standing>, StoreError> {
        let statement = ask(LIST_STANDING, permit).bind(organisation.to_string());
        self.all("list what stands", statement).await
    }
}

impl Tx {
    /// Enters a proposed contact.
    pub async fn insert_contact(&mut self, contact: &Contact) -> Result<(), StoreError> {
        let statement = tell(INSERT_CONTACT)
            .bind(contact.id.to_string())
            .bind(contact.organisation.to_string())
            .bind(contact.kind.word())
            .bind(contact.name.clone())
            .bind(contact.phone.clone())
            .bind(contact.email.clone())
            .bind(contact.replaces.as_ref().map(Id::to_string))
            .bind(contact.changed_at.as_microsecond())
            .bind(contact.proposed_at.as_microsecond())
            .bind(json_text("what a change of contacts makes owed", &contact.owed)?);
        self.write("propose a contact", statement).await?;
        Ok(())
    }

    /// Moves a contact on from the state it was read in.
    pub async fn update_contact(
        &mut self,
        contact: &Contact,
        was: &State,
    ) -> Result<(), StoreError> {
        let statement = tell(MOVE_CONTACT).bind(contact.id.to_string()).bind(was.word());
        let statement = bind_state(statement, &contact.state);
        match self.write("move a contact", statement).await? {
            0 => Err(StoreError::Stale { what: "contact", id: contact.id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Ends a contact that is approved; false if it is not, or has been ended.
    pub async fn end_contact(
        &mut self,
        id: &Id<Contact>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = tell(END_CONTACT).bind(id.to_string()).bind(at.as_microsecond());
        Ok(self.write("end a contact", statement).await? > 0)
    }

    /// Notes a sign of a contact; of each kind the latest is kept.
    pub async fn put_sign(
        &mut self,
        id: &Id<Contact>,
        sign: Sign,
        at: Timestamp,
        evidence: &str,
    ) -> Result<(), StoreError> {
        let statement = tell(PUT_SIGN)
            .bind(id.to_string())
            .bind(sign.word())
            .bind(at.as_microsecond())
            .bind(evidence.to_owned());
        self.write("note a sign of a contact", statement).await?;
        Ok(())
    }

    /// Enters a claim. Refuses a second one of the same by the same organisation.
    pub async fn insert_claim(&mut self, claim: &Claim) -> Result<(), StoreError> {
        let kind = match claim.of {
            Claimed::Network(_) => "network",
            Claimed::Domain(_) => "domain",
        };
        let statement = tell(INSERT_CLAIM)
            .bind(claim.id.to_string())
            .bind(claim.organisation.to_string())
            .bind(kind)
            .bind(claim.of.to_string())
            .bind(claim.province.as_ref().map(ToString::to_string))
            .bind(claim.since.as_microsecond())
            .bind(claim.claimed_at.as_microsecond())
            .bind(claim.evidence.clone());
        self.write("enter a claim", statement).await?;
        Ok(())
    }

    /// Decides a claim. Refuses to approve what is approved for somebody else.
    pub async fn decide_claim(&mut self, claim: &Claim) -> Result<(), StoreError> {
        let decided = match &claim.state {
            ClaimState::Claimed => None,
            ClaimState::Approved { at, by, because } | ClaimState::Refused { at, by, because } => {
                Some((at.as_microsecond(), by.to_string(), because.clone()))
            }
        };
        let (at, by, because) = match decided {
            Some((at, by, because)) => (Some(at), Some(by), Some(because)),
            None => (None, None, None),
        };
        let statement = tell(DECIDE_CLAIM)
            .bind(claim.id.to_string())
            .bind(claim.state.word())
            .bind(at)
            .bind(by)
            .bind(because);
        match self.write("decide a claim", statement).await? {
            0 => Err(StoreError::Stale { what: "claim", id: claim.id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Notes what stands of an organisation, in place of what stood.
    pub async fn put_standing(&mut self, standing: &Standing) -> Result<(), StoreError> {
        let statement = tell(PUT_STANDING)
            .bind(standing.organisation.to_string())
            .bind(standing.what.word())
            .bind(standing.says.clone())
            .bind(standing.at.as_microsecond())
            .bind(standing.document.clone());
        self.write("note what stands of an organisation", statement).await?;
        Ok(())
    }
}

fn bind_state(statement: Prepared, state: &State) -> Prepared {
    let micros = Timestamp::as_microsecond;
    let (mut verified, mut approved, mut rejected) = (None, None, None);
    match state {
        State::Proposed => {}
        State::Verified { at, how } => verified = Some((micros(*at), how.clone())),
        State::Approved { verified_at, how, at, by, from } => {
            verified = Some((micros(*verified_at), how.clone()));
            approved = Some((micros(*at), by.to_string(), micros(*from)));
        }
        State::Rejected { at, because } => rejected = Some((micros(*at), because.clone())),
    }
    let (verified_at, how) = verified.unzip();
    let (rejected_at, because) = rejected.unzip();
    statement
        .bind(state.word())
        .bind(verified_at)
        .bind(how)
        .bind(approved.as_ref().map(|(at, _, _)| *at))
        .bind(approved.as_ref().map(|(_, by, _)| by.clone()))
        .bind(approved.as_ref().map(|(_, _, from)| *from))
        .bind(rejected_at)
        .bind(because)
}

impl TryFrom<Record> for Known {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let word = record.text("kind")?;
        let kind = ContactKind::ALL.into_iter().find(|kind| kind.word() == word);
        let contact = Contact {
            id: record.parsed("id")?,
            organisation: record.parsed("organisation")?,
            kind: kind.ok_or(word).map_err(corrupt("kind", "kind of contact"))?,
            name: record.text("name")?,
            phone: record.text_if_any("phone")?,
            email: record.text_if_any("email")?,
            replaces: record.parsed_if_any("replaces")?,
            changed_at: record.instant("changed_at")?,
            proposed_at: record.instant("proposed_at")?,
            state: state(&record)?,
            ended_at: record.instant_if_any("ended_at")?,
            owed: record.json("owed")?,
        };
        let signs = Signs {
            alive: record.instant_if_any("alive")?,
            bounced: record.instant_if_any("bounced")?,
            chased: record.instant_if_any("chased")?,
        };
        Ok(Self { contact, signs })
    }
}

fn state(record: &Record) -> Result<State, StoreError> {
    Ok(match record.text("state")?.as_str() {
        "proposed" => State::Proposed,
        "verified" => State::Verified {
            at: record.instant("verified_at")?,
            how: record.text("verified_how")?,
        },
        "approved" => State::Approved {
            verified_at: record.instant("verified_at")?,
            how: record.text("verified_how")?,
            at: record.instant("approved_at")?,
            by: record.parsed("approved_by")?,
            from: record.instant("effective_at")?,
        },
        "rejected" => {
            State::Rejected { at: record.instant("rejected_at")?, because: record.text("because")? }
        }
        other => return unknown_state(other),
    })
}

impl TryFrom<Record> for Claim {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let decided = || {
            Ok::<_, StoreError>((
                record.instant("decided_at")?,
                record.parsed("decided_by")?,
                record.text("because")?,
            ))
        };
        let state = match record.text("state")?.as_str() {
            "claimed" => ClaimState::Claimed,
            "approved" => {
                let (at, by, because) = decided()?;
                ClaimState::Approved { at, by, because }
            }
            "refused" => {
                let (at, by, because) = decided()?;
                ClaimState::Refused { at, by, because }
            }
            other => return unknown_state(other),
        };
        let of = match record.text("kind")?.as_str() {
            "network" => Claimed::Network(record.parsed("subject")?),
            _ => Claimed::Domain(record.parsed("subject")?),
        };
        Ok(Self {
            id: record.parsed("id")?,
            organisation: record.parsed("organisation")?,
            of,
            province: record.parsed_if_any("province")?,
            since: record.instant("since")?,
            claimed_at: record.instant("claimed_at")?,
            evidence: record.text("evidence")?,
            state,
        })
    }
}

impl TryFrom<Record> for Standing {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let word = record.text("what")?;
        let what = StandingKind::ALL.into_iter().find(|what| what.word() == word);
        Ok(Self {
            organisation: record.parsed("organisation")?,
            what: what.ok_or(word).map_err(corrupt("what", "standing fact"))?,
            says: record.text("says")?,
            at: record.instant("at")?,
            document: record.text("document")?,
        })
    }
}

/// Contacts with their latest signs, under one more condition.
macro_rules! contacts_where {
    ($rest:literal) => {
        concat!(
            "
SELECT id, organisation, kind, name, phone, email, replaces, changed_at, proposed_at, state,
       verified_at, verified_how, approved_at, approved_by, effective_at, rejected_at, because,
       ended_at, owed,
       (SELECT at FROM contact_sign WHERE contact = id AND sign = 'alive') AS alive,
       (SELECT at FROM contact_sign WHERE contact = id AND sign = 'bounced') AS bounced,
       (SELECT at FROM contact_sign WHERE contact = id AND sign = 'chased') AS chased
  FROM contact
 WHERE ($1 = '*' OR organisation = $1)",
            $rest
        )
    };
}

/// By `contact_by_organisation`, the signs by their primary key.
const LIST_OF_ORGANISATION: &str = contacts_where!(
    "
   AND organisation = $2
 ORDER BY id
 LIMIT $3"
);

/// By the primary keys.
const READ_CONTACT: &str = contacts_where!(
    "
   AND id = $2
 LIMIT 1"
);

/// By `contact_by_organisation`.
const LIST_CONTACTS: &str = contacts_where!(
    "
   AND (organisation, id) > ($2, $3)
 ORDER BY organisation, id
 LIMIT $4"
);

/// By `contact_by_email`: one desk may serve several organisations.
const LIST_AT_EMAIL: &str = contacts_where!(
    "
   AND email = $2
 LIMIT 1000"
);

/// By `claim_by_organisation`.
const LIST_CLAIMS_OF: &str = "
SELECT id, organisation, kind, subject, province, since, claimed_at, evidence, state, decided_at,
       decided_by, because
  FROM claim
 WHERE ($1 = '*' OR organisation = $1)
   AND organisation = $2
 ORDER BY id
 LIMIT $3";

/// By `claim_by_state`.
const LIST_CLAIMS_IN: &str = "
SELECT id, organisation, kind, subject, province, since, claimed_at, evidence, state, decided_at,
       decided_by, because
  FROM claim
 WHERE ($1 = '*' OR organisation = $1)
   AND state = $2
 ORDER BY id
 LIMIT $3";

/// By the primary key.
const READ_CLAIM: &str = "
SELECT id, organisation, kind, subject, province, since, claimed_at, evidence, state, decided_at,
       decided_by, because
  FROM claim
 WHERE ($1 = '*' OR organisation = $1)
   AND id = $2
 LIMIT 1";

/// By the primary key.
const LIST_STANDING: &str = "
SELECT organisation, what, says, at, document
  FROM standing
 WHERE ($1 = '*' OR organisation = $1)
   AND organisation = $2
 ORDER BY what
 LIMIT 10";

const INSERT_CONTACT: &str = "
INSERT INTO contact (id, organisation, kind, name, phone, email, replaces, changed_at, proposed_at,
                     owed, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'proposed')";

/// By the primary key.
const MOVE_CONTACT: &str = "
UPDATE contact
   SET state = $3,
       verified_at = $4,
       verified_how = $5,
       approved_at = $6,
       approved_by = $7,
       effective_at = $8,
       rejected_at = $9,
       because = $10
 WHERE id = $1
   AND state = $2";

/// By the primary key.
const END_CONTACT: &str = "
UPDATE contact
   SET ended_at = $2
 WHERE id = $1
   AND state = 'approved'
   AND ended_at IS NULL";

/// By the primary key. A sign that comes in late does not hide a later one.
const PUT_SIGN: &str = "
INSERT INTO contact_sign (contact, sign, at, evidence)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (contact, sign) DO UPDATE
   SET at = excluded.at,
       evidence = excluded.evidence
 WHERE excluded.at > contact_sign.at";

/// The unique index `claim_once` refuses a second.
const INSERT_CLAIM: &str = "
INSERT INTO claim (id, organisation, kind, subject, province, since, claimed_at, evidence, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'claimed')";

/// By the primary key; `claim_approved` refuses what is approved for another.
const DECIDE_CLAIM: &str = "
UPDATE claim
   SET state = $2,
       decided_at = $3,
       decided_by = $4,
       because = $5
 WHERE id = $1
   AND state = 'claimed'";

/// By the primary key.
const PUT_STANDING: &str = "
INSERT INTO standing (organisation, what, says, at, document)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (organisation, what) DO UPDATE
   SET says = excluded.says,
       at = excluded.at,
       document = excluded.document";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("LIST_OF_ORGANISATION", LIST_OF_ORGANISATION),
    ("READ_CONTACT", READ_CONTACT),
    ("LIST_CONTACTS", LIST_CONTACTS),
    ("LIST_AT_EMAIL", LIST_AT_EMAIL),
    ("LIST_CLAIMS_OF", LIST_CLAIMS_OF),
    ("LIST_CLAIMS_IN", LIST_CLAIMS_IN),
    ("READ_CLAIM", READ_CLAIM),
    ("LIST_STANDING", LIST_STANDING),
    ("INSERT_CONTACT", INSERT_CONTACT),
    ("MOVE_CONTACT", MOVE_CONTACT),
    ("END_CONTACT", END_CONTACT),
    ("PUT_SIGN", PUT_SIGN),
    ("INSERT_CLAIM", INSERT_CLAIM),
    ("DECIDE_CLAIM", DECIDE_CLAIM),
    ("PUT_STANDING", PUT_STANDING),
];

#[cfg(test)]
mod tests;
