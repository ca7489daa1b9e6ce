//! API keys: a program acts for an account, within the scopes of its key.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use model::Id;
use model::account::{Account, ApiKey};
use model::permit::{Caller, Can};

use super::chance::hash;
use super::sign_in::prefix;
use super::{Identity, Refusal, SignedIn, refuse};
use crate::AppError;

/// A key lasts a year at the most: one that nobody renews is one that nobody needs.
pub(super) const DAYS_MAX: u32 = 366;
/// How exactly it is known when a key was last used.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Keys listed at once, and keys in use that one account may have.
const LISTED: u32 = 200;
pub(super) const IN_USE_MAX: usize = 20;
pub(super) const PURPOSE_LONGEST: usize = 200;

/// A key that has just been made. Its text is shown once and kept nowhere.
#[derive(Clone)]
pub struct NewKey {
    pub key: ApiKey,
    pub text: String,
}

impl Identity {
    /// Makes a key for an account. `actor` is who makes it, as the journal names them.
    ///
    /// # Errors
    /// When the account's post does not allow a scope, the days or the purpose will not do, there are too
    /// many keys, or the database fails.
    pub async fn add_key(
        &self,
        (actor, account): (&str, &Account),
        purpose: &str,
        scopes: BTreeSet<Can>,
        days: u32,
    ) -> Result<NewKey, AppError> {
        if let Some(can) = scopes.iter().copied().find(|can| !account.post.may(*can)) {
            let who = Caller::of(account).actor();
            return Err(model::permit::NotAllowed { who, post: account.post, can }.into());
        }
        let purpose = purpose.trim();
        if purpose.is_empty() || purpose.chars().count() > PURPOSE_LONGEST {
            return refuse(Refusal::NoPurpose);
        }
        if !(1..=DAYS_MAX).contains(&days) {
            return refuse(Refusal::NoSuchTime);
        }
        let now = self.now();
        let in_use = self.keys_of(account).await?;
        let in_use = in_use.iter().filter(|key| key.revoked_at.is_none() && now < key.expires_at);
        if in_use.count() >= IN_USE_MAX {
            return refuse(Refusal::TooManyKeys);
        }
        let prefix = prefix(self.chance.bytes()?);
        let text = format!("{prefix}_{}", self.chance.token()?);
        let lasts = SignedDuration::from_hours(24 * i64::from(days));
        let key = ApiKey {
            id: self.id(),
            account: account.id,
            prefix,
            purpose: purpose.to_owned(),
            scopes,
            created_at: now,
            expires_at: now.checked_add(lasts).unwrap_or(Timestamp::MAX),
            used_at: None,
            revoked_at: None,
        };
        let mut tx = self.store.begin().await?;
        tx.insert_api_key(&key, &hash(&text)).await?;
        let scopes: Vec<&str> = key.scopes.iter().map(|can| can.code()).collect();
        let details = [
            ("prefix", key.prefix.clone()),
            ("purpose", key.purpose.clone()),
            ("scopes", scopes.join(" ")),
            ("expires_at", key.expires_at.to_string()),
        ];
        tx.record(&self.act(actor, "key.made", account.name.to_string(), details)).await?;
        tx.commit().await?;
        Ok(NewKey { key, text })
    }

    /// Makes a key for somebody who is signed in, who must say their password once more.
    ///
    /// # Errors
    /// As [`add_key`](Self::add_key), and when the password is wrong.
    pub async fn add_own_key(
        &self,
        who: &SignedIn,
        password: &str,
        (purpose, scopes, days): (&str, BTreeSet<Can>, u32),
    ) -> Result<NewKey, AppError> {
        self.ask_again(who, password).await?;
        self.add_key((&who.caller.actor(), &who.account), purpose, scopes, days).await
    }

    /// The keys of an account, those revoked and expired included, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys_of(&self, account: &Account) -> Result<Vec<ApiKey>, AppError> {
        let permit = Caller::of(account).reading();
        Ok(self.store.api_keys_of(&permit, &account.id, LISTED).await?)
    }

    /// Revokes a key of an account.
    ///
    /// # Errors
    /// When there is no such key of it in use, or the database fails.
    pub async fn revoke_key(
        &self,
        (actor, account): (&str, &Account),
        id: &Id<ApiKey>,
    ) -> Result<(), AppError> {
        let mut tx = self.store.begin().await?;
        if !tx.revoke_api_key(&account.id, id, self.now()).await? {
            return refuse(Refusal::NoKey);
        }
        let details = [("key", id.to_string())];
        tx.record(&self.act(actor, "key.revoked", account.name.to_string(), details)).await?;
        Ok(tx.commit().await?)
    }

    /// On whose behalf a program with this key acts; nobody if the key is revoked or has expired, or the
    /// account is out of use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_key(&self, text: &str) -> Result<Option<Caller>, AppError> {
        // Nothing else is a key: no need to ask.
        if text.len() != 76 || !text.starts_with("jy_") {
            return Ok(None);
        }
        let now = self.now();
        let found = self.store.api_key(&hash(text)).await?;
        let live =
            found.filter(|(key, account)| now < key.expires_at && account.disabled_at.is_none());
        let Some((key, account)) = live else { return Ok(None) };
        if key.used_at.is_none_or(|used| now.duration_since(used) >= SEEN_EVERY) {
            let mut tx = self.store.begin().await?;
            tx.see_api_key(&key.id, now).await?;
            tx.commit().await?;
        }
        Ok(Some(Caller::of(&account).limited_to(key.scopes)))
    }
}
