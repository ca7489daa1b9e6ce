//! How complete an entry of the directory is: parts with names, each there or not.
//!
//! A score ranks what to chase; it grades nobody. Each part that applies weighs the same.

use jiff::Timestamp;
use model::contact::{ContactKind, Standing, StandingKind, doubt};
use model::permit::ReadPermit;
use model::{Handle, Organisation};
use serde::Serialize;
use store::contacts::Known;

use super::contacts::CONTACTS_MAX;
use crate::oblige::DIRECTORY_MAX;
use crate::{App, AppError};

/// How complete an entry is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Completeness {
    pub organisation: Handle,
    /// In percent, rounded down: 100 means that nothing is missing.
    pub score: u8,
    pub parts: Vec<Part>,
}

/// One part of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    pub name: &'static str,
    pub there: bool,
}

/// What an entry is measured by.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub organisation: &'a Organisation,
    pub contacts: &'a [Known],
    pub standing: &'a [Standing],
    /// It has a sealing key in use.
    pub has_key: bool,
    /// Its role has a department in charge of it, which must be known.
    pub needs_department: bool,
    /// Its regime has it file its reporting mechanism.
    pub needs_mechanism: bool,
    pub now: Timestamp,
}

/// Measures an entry.
pub fn completeness(entry: &Entry<'_>) -> Completeness {
    let organisation = entry.organisation;
    let present: Vec<&Known> =
        entry.contacts.iter().filter(|known| known.contact.is_effective(entry.now)).collect();
    let has = |kind| present.iter().any(|known| known.contact.kind == kind);
    let stands = |what| entry.standing.iter().any(|one| one.what == what);
    let doubted = |known: &&Known| doubt(&known.contact, &known.signs, entry.now).is_some();
    let both_ways = |known: &&Known| known.contact.phone.is_some() && known.contact.email.is_some();
    let mut parts = vec![
        ("name_zh", !organisation.name.zh.is_empty()),
        ("name_en", !organisation.name.en.is_empty()),
        ("role", !organisation.roles.is_empty()),
        ("email", organisation.email.is_some()),
        ("leader", has(ContactKind::Leader)),
        ("head", has(ContactKind::Head)),
        ("contact", has(ContactKind::Contact)),
        ("desk_24h", has(ContactKind::Desk24h)),
        ("phone_and_email", !present.is_empty() && present.iter().all(both_ways)),
        ("none_doubted", !present.is_empty() && !present.iter().any(doubted)),
        ("sealing_key", entry.has_key),
    ];
    if entry.needs_department {
        parts.push(("competent_department", stands(StandingKind::CompetentDepartment)));
    }
    if entry.needs_mechanism {
        parts.push(("mechanism", stands(StandingKind::Mechanism)));
    }
    let parts: Vec<Part> = parts.into_iter().map(|(name, there)| Part { name, there }).collect();
    let there = parts.iter().filter(|part| part.there).count();
    let score = u8::try_from(there * 100 / parts.len().max(1)).unwrap_or(100);
    Completeness { organisation: organisation.handle.clone(), score, parts }
}

impl App {
    /// How complete the entries of the directory are, the least complete first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn completeness(
        &self,
        permit: &ReadPermit,
        of: Option<&Handle>,
    ) -> Result<Vec<Completeness>, AppError> {
        let all = match of {
            Some(handle) => vec![self.organisation_of(handle).await?],
            None => self.store.organisations(permit, DIRECTORY_MAX, None).await?,
        };
        let mut measured = Vec::new();
        for organisation in &all {
            let handle = &organisation.handle;
            let contacts = self.store.contacts_of(permit, handle, CONTACTS_MAX).await?;
            let standing = self.store.standing_of(permit, handle).await?;
            let keys = self.store.sealing_keys(permit, handle).await?;
            let asks = |form: &str| self.is_asked_for(organisation, form);
            measured.push(completeness(&Entry {
                organisation,
                contacts: &contacts,
                standing: &standing,
                has_key: keys.iter().any(|key| key.revoked_at.is_none()),
                needs_department: self.has_department(organisation),
                needs_mechanism: asks("mechanism"),
                now: self.clock.now(),
            }));
        }
        measured.sort_by(|a, b| (a.score, &a.organisation).cmp(&(b.score, &b.organisation)));
        Ok(measured)
    }

    /// Whether a duty of a regime applied here asks a form of that name of an organisation's role.
    fn is_asked_for(&self, organisation: &Organisation, form: &str) -> bool {
        let packs = self.settings.regimes.iter().filter_map(|id| self.law.pack(id).ok());
        packs.into_iter().any(|pack| {
            let asks = |duty: &&rules::Duty| duty.form.as_deref() == Some(form);
            let bears = |party: &rules::Party| match party {
                rules::Party::Role(role) => organisation.has_role(pack.id(), role),
                rules::Party::Set(_) | rules::Party::Anybody | rules::Party::AsFirstReport => false,
            };
            pack.duties().iter().filter(asks).any(|duty| duty.who.iter().any(bears))
        })
    }

    /// Whether it has a role under a regime applied here whose holders have a department in charge of them.
    fn has_department(&self, organisation: &Organisation) -> bool {
        let packs = self.settings.regimes.iter().filter_map(|id| self.law.pack(id).ok());
        packs.into_iter().any(|pack| {
            let mut roles = pack.roles().iter().filter(|role| role.has_department);
            roles.any(|role| organisation.has_role(pack.id(), &role.id))
        })
    }
}
