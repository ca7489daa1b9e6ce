//! Contacts: proposed, verified, approved; who is next; and who is doubted.
//!
//! A change is owed to be reported under each regime whose text says so (工信部保〔2009〕157号 art. 15: within
//! three working days). By when is counted from the day of the change by the pack in force, and kept with the
//! proposal; approving a change does not excuse the report.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::contact::{ChangeOwed, Contact, ContactKind, Doubt, Sign, Signs, State, doubt};
use model::permit::ReadPermit;
use model::{Handle, Id, Organisation};
use rules::{Event, Pack, Party};
use serde::Serialize;
use store::contacts::Known;

use crate::oblige::DIRECTORY_MAX;
use crate::{App, AppError};

/// How many contacts an organisation may have, former ones included, and the whole directory.
pub(super) const CONTACTS_MAX: u32 = 10_000;
const CONTACTS_OF_ALL_MAX: u32 = 1_000_000;

/// A contact as somebody proposes it.
#[derive(Clone, Debug)]
pub struct Proposed {
    pub organisation: Handle,
    pub kind: ContactKind,
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// The contact in whose place it comes.
    pub replaces: Option<Id<Contact>>,
    /// When it really changed.
    pub changed_at: Timestamp,
}

/// A contact that is doubted.
#[derive(Clone, Debug, Serialize)]
pub struct Doubted {
    pub contact: Contact,
    pub doubt: Doubt,
    /// When it was last asked whether it is still there.
    pub chased: Option<Timestamp>,
}

impl App {
    /// Proposes a contact. One that replaces another leaves that in force until it is approved itself.
    ///
    /// # Errors
    /// When it can be reached by nothing, lies in the future, replaces what is none of the organisation's, a
    /// calendar is missing, or the database fails.
    pub async fn propose_contact(&self, proposed: Proposed) -> Result<Contact, AppError> {
        self.not_in_the_future(proposed.changed_at)?;
        let mut tx = self.store.begin().await?;
        let contact = self.proposal(proposed).await?;
        tx.insert_contact(&contact).await?;
        let details = told(&contact, "");
        tx.record(&self.act("contact.proposed", contact.organisation.to_string(), details)).await?;
        tx.commit().await?;
        Ok(contact)
    }

    /// A proposal as it goes on record, checked, with what it makes owed.
    pub(super) async fn proposal(&self, proposed: Proposed) -> Result<Contact, AppError> {
        let Proposed { organisation, kind, name, phone, email, replaces, changed_at } = proposed;
        let refuse = |why: &str| Err(AppError::BadInput(format!("{organisation}: {why}")));
        let some =
            |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let (name, phone, email) = (name.trim().to_owned(), some(phone), some(email));
        if name.is_empty() || name.chars().count() > 200 {
            return refuse("a contact has a name of at most 200 characters");
        }
        if phone.is_none() && email.is_none() {
            return refuse("a contact is reached by telephone or by e-mail: give one");
        }
        if phone.as_ref().is_some_and(|phone| !is_phone(phone)) {
            return refuse("a telephone number holds digits, blanks and `+ - ( ) # ,` only");
        }
        if email.as_ref().is_some_and(|email| !is_email(email)) {
            return refuse("that is no e-mail address");
        }
        let known = self.organisation_of(&organisation).await?;
        if let Some(replaced) = &replaces {
            let old = self.contact_of(replaced).await?.contact;
            if old.organisation != organisation || old.kind != kind || old.ended_at.is_some() {
                return refuse("what it replaces is no present contact of its kind there");
            }
        }
        let now = self.clock.now();
        Ok(Contact {
            id: self.clock.id(now),
            kind,
            name,
            phone,
            email,
            replaces,
            changed_at,
            proposed_at: now,
            state: State::Proposed,
            ended_at: None,
            owed: self.change_owed(&known, changed_at).await?,
            organisation,
        })
    }

    /// Records that a proposed contact was reached, or shown by a document.
    ///
    /// # Errors
    /// When it is not proposed, or the database fails.
    pub async fn verify_contact(&self, id: &Id<Contact>, how: &str) -> Result<Contact, AppError> {
        let verify = |contact: Contact| contact.verify(self.clock.now(), how.to_owned());
        self.move_contact(id, "contact.verified", how, verify).await
    }

    /// Approves a verified contact; from that instant on it counts, and what it replaces no longer does.
    ///
    /// # Errors
    /// When it is not verified, or the database fails.
    pub async fn approve_contact(
        &self,
        id: &Id<Contact>,
        by: &Handle,
        from: Option<Timestamp>,
    ) -> Result<Contact, AppError> {
        let now = self.clock.now();
        let from = from.unwrap_or(now);
        let mut tx = self.store.begin().await?;
        let known = self.contact_of(id).await?.contact;
        let was = known.state.clone();
        let approved = known.approve(by.clone(), now, from)?;
        tx.update_contact(&approved, &was).await?;
        if let Some(old) = &approved.replaces {
            tx.end_contact(old, from).await?;
        }
        let details = told(&approved, &format!("by {by}, from {from}"));
        tx.record(&self.act("contact.approved", approved.organisation.to_string(), details))
            .await?;
        tx.commit().await?;
        Ok(approved)
    }

    /// Rejects a contact that is not approved yet.
    ///
    /// # Errors
    /// When it is approved or rejected, or the database fails.
    pub async fn reject_contact(
        &self,
        id: &Id<Contact>,
        because: &str,
    ) -> Result<Contact, AppError> {
        let reject = |contact: Contact| contact.reject(self.clock.now(), because.to_owned());
        self.move_contact(id, "contact.rejected", because, reject).await
    }

    async fn move_contact(
        &self,
        id: &Id<Contact>,
        act: &'static str,
        why: &str,
        step: impl FnOnce(Contact) -> Result<Contact, model::contact::NotYet> + Send,
    ) -> Result<Contact, AppError> {
        if why.trim().is_empty() {
            return Err(AppError::BadInput("say what shows it, or why".to_owned()));
        }
        let mut tx = self.store.begin().await?;
        let known = self.contact_of(id).await?.contact;
        let was = known.state.clone();
        let moved = step(known)?;
        tx.update_contact(&moved, &was).await?;
        let details = told(&moved, why);
        tx.record(&self.act(act, moved.organisation.to_string(), details)).await?;
        tx.commit().await?;
        Ok(moved)
    }

    /// Ends a contact that nobody replaces.
    ///
    /// # Errors
    /// When it is no approved contact any more, or the database fails.
    pub async fn end_contact(&self, id: &Id<Contact>, because: &str) -> Result<(), AppError> {
        let mut tx = self.store.begin().await?;
        let known = self.contact_of(id).await?.contact;
        if !tx.end_contact(id, self.clock.now()).await? {
            let why = format!("contact `{id}` is {}, or has ended", known.state.word());
            return Err(AppError::BadInput(why));
        }
        let details = told(&known, because);
        tx.record(&self.act("contact.ended", known.organisation.to_string(), details)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes that a contact was heard of, that something sent to it came back, or that it was asked whether
    /// it is still there.
    ///
    /// # Errors
    /// When there is no such contact, it has not come yet, or the database fails.
    pub async fn note_sign(
        &self,
        id: &Id<Contact>,
        sign: Sign,
        at: Timestamp,
        evidence: &str,
    ) -> Result<Signs, AppError> {
        self.not_in_the_future(at)?;
        let mut tx = self.store.begin().await?;
        let known = self.contact_of(id).await?.contact;
        tx.put_sign(id, sign, at, evidence).await?;
        let details = [
            ("contact", id.to_string()),
            ("sign", sign.word().to_owned()),
            ("at", at.to_string()),
            ("evidence", evidence.to_owned()),
        ];
        tx.record(&self.act("contact.sign", known.organisation.to_string(), details)).await?;
        tx.commit().await?;
        Ok(self.contact_of(id).await?.signs)
    }

    /// The contacts of an organisation in the order in which they are tried: those that are not doubted
    /// first, then contact, 24-hour desk, head, leader; and after them those of the group it belongs to.
    ///
    /// # Errors
    /// When there is no such organisation, or the database fails.
    pub async fn contacts_in_order(
        &self,
        permit: &ReadPermit,
        organisation: &Handle,
    ) -> Result<Vec<Contact>, AppError> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = Some(organisation.clone());
        while let Some(handle) = next.filter(|handle| seen.insert(handle.clone())) {
            all.extend(self.reachable(permit, &handle).await?);
            next = self.organisation_of(&handle).await?.parent;
        }
        Ok(all)
    }

    async fn reachable(
        &self,
        permit: &ReadPermit,
        organisation: &Handle,
    ) -> Result<Vec<Contact>, AppError> {
        let now = self.clock.now();
        let known = self.store.contacts_of(permit, organisation, CONTACTS_MAX).await?;
        let mut known: Vec<Known> =
            known.into_iter().filter(|known| known.contact.is_effective(now)).collect();
        known.sort_by_key(|known| {
            let doubted = doubt(&known.contact, &known.signs, now).is_some();
            (doubted, known.contact.kind, known.contact.id)
        });
        Ok(known.into_iter().map(|known| known.contact).collect())
    }

    /// Every effective contact that is doubted: what came back and what has been silent, for chasing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn doubts(&self, permit: &ReadPermit) -> Result<Vec<Doubted>, AppError> {
        let now = self.clock.now();
        let all = self.store.contacts(permit, CONTACTS_OF_ALL_MAX, None).await?;
        let doubted = |known: Known| {
            let Known { contact, signs } = known;
            let found = contact.is_effective(now).then(|| doubt(&contact, &signs, now))??;
            Some(Doubted { contact, doubt: found, chased: signs.chased })
        };
        Ok(all.into_iter().filter_map(doubted).collect())
    }

    /// Under which regimes a change of contacts has to be reported by an organisation, and by when.
    async fn change_owed(
        &self,
        organisation: &Organisation,
        changed_at: Timestamp,
    ) -> Result<Vec<ChangeOwed>, AppError> {
        let permit = ReadPermit::at_the_console();
        let directory = self.store.organisations(&permit, DIRECTORY_MAX, None).await?;
        let mut owed = Vec::new();
        for id in &self.settings.regimes {
            let known = self.law.pack(id)?;
            let day = changed_at.to_zoned(known.zone().clone()).date();
            let Some(regime) = self.regime_on(id, day)? else { continue };
            let pack = &regime.pack;
            let is_change = |trigger: &String| {
                pack.trigger(trigger).is_some_and(|trigger| trigger.at == Event::ContactChanged)
            };
            for duty in pack.duties().iter().filter(|duty| duty.on.as_ref().is_some_and(is_change))
            {
                if !duty.who.iter().any(|party| is_of(pack, party, organisation)) {
                    continue;
                }
                let (within, zone) = (duty.clock.within(), pack.zone());
                let due = rules::deadline(within, changed_at, zone, &regime.calendar)
                    .map_err(|why| AppError::BadInput(format!("{}: {why}", duty.id)))?;
                let receives = |other: &&Organisation| {
                    duty.to.iter().any(|party| is_of(pack, party, other))
                        && other.handle != organisation.handle
                };
                let to = directory.iter().filter(receives).map(|one| one.handle.clone());
                owed.push(ChangeOwed {
                    pack: pack.id().clone(),
                    duty: duty.id.clone(),
                    article: duty.article.clone(),
                    to: to.collect(),
                    due: due.due,
                    calendar: regime.calendar.id(),
                });
            }
        }
        Ok(owed)
    }

    pub(super) async fn contact_of(&self, id: &Id<Contact>) -> Result<Known, AppError> {
        let found = self.store.contact(&ReadPermit::at_the_console(), id).await?;
        found.ok_or_else(|| AppError::BadInput(format!("there is no contact `{id}`")))
    }

    pub(super) async fn organisation_of(&self, handle: &Handle) -> Result<Organisation, AppError> {
        let found = self.store.organisation(&ReadPermit::at_the_console(), handle).await?;
        found.ok_or_else(|| AppError::BadInput(format!("there is no organisation `{handle}`")))
    }
}

/// A contact for the journal: which, not who. Names and numbers stay in the directory, where they can be
/// put right.
pub(super) fn told(contact: &Contact, why: &str) -> [(&'static str, String); 6] {
    let due = |one: &ChangeOwed| {
        let due = one.due.map_or_else(|| "none".to_owned(), |due| due.to_string());
        format!("{} of {} due {due}", one.duty, one.pack)
    };
    [
        ("contact", contact.id.to_string()),
        ("kind", contact.kind.word().to_owned()),
        ("replaces", contact.replaces.map(|old| old.to_string()).unwrap_or_default()),
        ("changed_at", contact.changed_at.to_string()),
        ("owed", contact.owed.iter().map(due).collect::<Vec<_>>().join("; ")),
        ("because", why.to_owned()),
    ]
}

/// Whether a party of a pack means this organisation, whatever the incident.
fn is_of(pack: &Pack, party: &Party, organisation: &Organisation) -> bool {
    match party {
        Party::Role(role) => organisation.has_role(pack.id(), role),
        Party::Set(set) => pack
            .set(set)
            .is_some_and(|set| set.roles.iter().any(|role| organisation.has_role(pack.id(), role))),
        Party::Anybody | Party::AsFirstReport => false,
    }
}

fn is_phone(text: &str) -> bool {
    text.len() <= 100
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || " +-()#,".contains(c))
}

/// Whether a text is an address of the plain kind: what is sent to must not smuggle in a header.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    local_ok && text.len() <= 254 && domain.parse::<model::Fqdn>().is_ok() && domain.contains('.')
}
