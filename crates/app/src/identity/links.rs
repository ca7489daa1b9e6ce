//! Signed links: somebody without an account answers the items of one notice, until a day, unless the link
//! is revoked.
//!
//! The text of a link is the id, the instant at which it expires (microseconds, in hexadecimal) and
//! HMAC-SHA-256 over both with a key of this desk. What is not signed by us is refused without a question
//! to the database; what is signed is good only while its row says so.

use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use model::Id;
use model::account::SignedLink;
use model::notice::NoticeNumber;
use model::permit::{Notify, Permit};
use sha2::Sha256;
use uuid::Uuid;

use super::chance::hex;
use super::{Identity, Refusal, refuse};
use crate::AppError;

/// A link is for one answer, not for keeping.
pub(super) const DAYS_MAX: u32 = 90;
/// Keeps these signatures apart from any other use of the key.
const DOMAIN: &str = "juyan.link/1";

/// The key by which this desk signs links.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl LinkKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn mac(&self, id: Uuid, expires: i64) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{DOMAIN}\n{}\n{expires:016x}", id.simple()).as_bytes());
        Some(mac)
    }
}

impl Identity {
    /// Makes a link for the recipient of a notice. Returns it with its text, which is kept nowhere.
    ///
    /// # Errors
    /// When the permit does not reach the notice, the days will not do, or the database fails.
    pub async fn make_link(
        &self,
        permit: &Permit<Notify>,
        number: &NoticeNumber,
        days: u32,
    ) -> Result<(SignedLink, String), AppError> {
        if !(1..=DAYS_MAX).contains(&days) {
            return refuse(Refusal::NoSuchTime);
        }
        let notice = self.store.notice(&permit.reading(), number).await?;
        let Some(notice) = notice else { return refuse(Refusal::NoNotice(number.to_string())) };
        let now = self.now();
        let lasts = SignedDuration::from_hours(24 * i64::from(days));
        let link = SignedLink {
            id: self.id(),
            notice: notice.id,
            created_at: now,
            expires_at: now.checked_add(lasts).unwrap_or(Timestamp::MAX),
            revoked_at: None,
        };
        let expires = link.expires_at.as_microsecond();
        let Some(mac) = self.link_key.mac(link.id.as_uuid(), expires) else {
            return Err(AppError::NoChance("the key of links cannot be used".to_owned()));
        };
        let signature = hex(&mac.finalize().into_bytes());
        let text = format!("{}{expires:016x}{signature}", link.id.as_uuid().simple());
        let mut tx = self.store.begin().await?;
        tx.insert_signed_link(&link).await?;
        let details = [("link", link.id.to_string()), ("expires_at", link.expires_at.to_string())];
        tx.record(&self.act(permit.actor(), "link.made", number.to_string(), details)).await?;
        tx.commit().await?;
        Ok((link, text))
    }

    /// Revokes a link.
    ///
    /// # Errors
    /// When there is no such link in use, or the database fails.
    pub async fn revoke_link(
        &self,
        permit: &Permit<Notify>,
        id: &Id<SignedLink>,
    ) -> Result<(), AppError> {
        let mut tx = self.store.begin().await?;
        if !tx.revoke_signed_link(id, self.now()).await? {
            return refuse(Refusal::NoKey);
        }
        tx.record(&self.act(permit.actor(), "link.revoked", id.to_string(), [])).await?;
        Ok(tx.commit().await?)
    }

    /// The link of this text, if we signed it, it has not expired and nobody revoked it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_link(&self, text: &str) -> Result<Option<SignedLink>, AppError> {
        let Some((id, expires)) = self.signed(text) else { return Ok(None) };
        let now = self.now();
        let found = self.store.signed_link(&Id::from_uuid(id)).await?;
        Ok(found.filter(|link| {
            link.revoked_at.is_none()
                && now < link.expires_at
                && link.expires_at.as_microsecond() == expires
        }))
    }

    /// What a link says, if the signature is ours. Compared in a time that tells nothing.
    fn signed(&self, text: &str) -> Option<(Uuid, i64)> {
        if text.len() != 112 || !text.is_ascii() {
            return None;
        }
        let id = Uuid::from_str(text.get(..32)?).ok()?;
        let expires = i64::from_str_radix(text.get(32..48)?, 16).ok()?;
        let mut signature = [0_u8; 32];
        for (at, byte) in signature.iter_mut().enumerate() {
            let from = 48 + at * 2;
            *byte = u8::from_str_radix(text.get(from..from + 2)?, 16).ok()?;
        }
        self.link_key.mac(id, expires)?.verify_slice(&signature).ok()?;
        Some((id, expires))
    }
}
