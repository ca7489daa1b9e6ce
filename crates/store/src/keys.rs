//! API keys at rest, by the SHA-256 of the whole key, and signed links.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::account::{Account, ApiKey, SignedLink};
use model::permit::{Can, ReadPermit};
use model::{Id, Notice};

use crate::accounts::{account_columns, account_in, own_account};
use crate::record::{Record, json_text};
use crate::statement::{ask, tell};
use crate::{Store, StoreError, Tx};

impl Store {
    /// The key of this hash that is not revoked, and whose it is. Whether it has expired is for the
    /// caller to say.
    pub async fn api_key(&self, hash: &str) -> Result<Option<(ApiKey, Account)>, StoreError> {
        self.one("read an API key", tell(READ_KEY).bind(hash.to_owned())).await
    }

    /// The keys of an account, those revoked and expired included, the latest first.
    pub async fn api_keys_of(
        &self,
        permit: &ReadPermit,
        account: &Id<Account>,
        limit: u32,
    ) -> Result<Vec<ApiKey>, StoreError> {
        let statement = ask(LIST_KEYS, permit).bind(account.to_string()).bind(limit);
        let found: Vec<(ApiKey, Account)> = self.all("list API keys", statement).await?;
        Ok(found.into_iter().map(|(key, _)| key).collect())
    }

    /// The signed link of this id, whatever has become of it. Asked before there is a permit.
    pub async fn signed_link(&self, id: &Id<SignedLink>) -> Result<Option<SignedLink>, StoreError> {
        self.one("read a signed link", tell(READ_LINK).bind(id.to_string())).await
    }

    /// The links that were made for a notice, the latest first.
    pub async fn signed_links_of(
        &self,
        permit: &ReadPermit,
        notice: &Id<Notice>,
        limit: u32,
    ) -> Result<Vec<SignedLink>, StoreError> {
        let statement = ask(LIST_LINKS, permit).bind(notice.to_string()).bind(limit);
        self.all("list signed links", statement).await
    }
}

impl Tx {
    /// Enters a key under its hash.
    pub async fn insert_api_key(&mut self, key: &ApiKey, hash: &str) -> Result<(), StoreError> {
        let statement = tell(INSERT_KEY)
            .bind(hash.to_owned())
            .bind(key.id.to_string())
            .bind(key.account.to_string())
            .bind(key.prefix.clone())
            .bind(key.purpose.clone())
            .bind(json_text("the scopes of an API key", &key.scopes)?)
            .bind(key.created_at.as_microsecond())
            .bind(key.expires_at.as_microsecond());
        self.write("enter an API key", statement).await?;
        Ok(())
    }

    /// Revokes a key of an account. Answers whether it was in use.
    pub async fn revoke_api_key(
        &mut self,
        account: &Id<Account>,
        id: &Id<ApiKey>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = tell(REVOKE_KEY).bind(id.to_string()).bind(account.to_string());
        Ok(self.write("revoke an API key", statement.bind(now.as_microsecond())).await? == 1)
    }

    /// Revokes every key of an account; how many.
    pub async fn revoke_api_keys(
        &mut self,
        account: &Id<Account>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = tell(REVOKE_KEYS).bind(account.to_string());
        self.write("revoke API keys", statement.bind(now.as_microsecond())).await
    }

    /// Notes when a key was last used. It is seen, not done: it needs no entry in the journal.
    pub async fn see_api_key(&mut self, id: &Id<ApiKey>, now: Timestamp) -> Result<(), StoreError> {
        let statement = tell(SEE_KEY).bind(id.to_string()).bind(now.as_microsecond());
        self.observe("note when an API key was used", statement).await
    }

    /// Enters a signed link.
    pub async fn insert_signed_link(&mut self, link: &SignedLink) -> Result<(), StoreError> {
        let statement = tell(INSERT_LINK)
            .bind(link.id.to_string())
            .bind(link.notice.to_string())
            .bind(link.created_at.as_microsecond())
            .bind(link.expires_at.as_microsecond());
        self.write("enter a signed link", statement).await?;
        Ok(())
    }

    /// Revokes a signed link. Answers whether it was in use.
    pub async fn revoke_signed_link(
        &mut self,
        id: &Id<SignedLink>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = tell(REVOKE_LINK).bind(id.to_string()).bind(now.as_microsecond());
        Ok(self.write("revoke a signed link", statement).await? == 1)
    }
}

impl TryFrom<Record> for (ApiKey, Account) {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let key = ApiKey {
            id: record.parsed("id")?,
            account: record.parsed("account")?,
            prefix: record.text("prefix")?,
            purpose: record.text("purpose")?,
            scopes: record.json::<BTreeSet<Can>>("scopes")?,
            created_at: record.instant("created_at")?,
            expires_at: record.instant("expires_at")?,
            used_at: record.instant_if_any("used_at")?,
            revoked_at: record.instant_if_any("revoked_at")?,
        };
        Ok((key, account_in(&record)?))
    }
}

impl TryFrom<Record> for SignedLink {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            id: record.parsed("id")?,
            notice: record.parsed("notice")?,
            created_at: record.instant("created_at")?,
            expires_at: record.instant("expires_at")?,
            revoked_at: record.instant_if_any("revoked_at")?,
        })
    }
}

macro_rules! keys {
    () => {
        concat!(
            "
SELECT api_key.id, api_key.prefix, api_key.purpose, api_key.scopes, api_key.created_at,
       api_key.expires_at, api_key.used_at, api_key.revoked_at,
       ",
            account_columns!(),
            "
  FROM api_key
  JOIN account
    ON account.id = api_key.account
  JOIN organisation
    ON organisation.handle = account.organisation"
        )
    };
}

/// By the primary key. Asked before there is a permit.
const READ_KEY: &str = concat!(
    keys!(),
    "
 WHERE api_key.hash = $1
   AND api_key.revoked_at IS NULL
 LIMIT 1"
);

/// By `api_key_by_account`.
const LIST_KEYS: &str = concat!(
    keys!(),
    "
 WHERE ",
    own_account!(),
    "
   AND api_key.account = $2
 ORDER BY api_key.created_at DESC, api_key.id DESC
 LIMIT $3"
);

/// By the primary key. Asked before there is a permit.
const READ_LINK: &str = "
SELECT id, notice, created_at, expires_at, revoked_at
  FROM signed_link
 WHERE id = $1
 LIMIT 1";

/// By `signed_link_by_notice`. Who makes links is the desk, and only it sees them.
const LIST_LINKS: &str = "
SELECT id, notice, created_at, expires_at, revoked_at
  FROM signed_link
 WHERE $1 = '*'
   AND notice = $2
 ORDER BY created_at DESC, id DESC
 LIMIT $3";

/// The primary key and the unique indexes of `id` and `prefix` refuse a second.
const INSERT_KEY: &str = "
INSERT INTO api_key (hash, id, account, prefix, purpose, scopes, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// By the unique index of `id`.
const REVOKE_KEY: &str = "
UPDATE api_key
   SET revoked_at = $3
 WHERE id = $1
   AND account = $2
   AND revoked_at IS NULL";

/// By `api_key_by_account`.
const REVOKE_KEYS: &str = "
UPDATE api_key
   SET revoked_at = $2
 WHERE account = $1
   AND revoked_at IS NULL";

/// By the unique index of `id`.
const SEE_KEY: &str = "
UPDATE api_key
   SET used_at = $2
 WHERE id = $1";

/// The primary key refuses a second.
const INSERT_LINK: &str = "
INSERT INTO signed_link (id, notice, created_at, expires_at)
VALUES ($1, $2, $3, $4)";

/// By the primary key.
const REVOKE_LINK: &str = "
UPDATE signed_link
   SET revoked_at = $2
 WHERE id = $1
   AND revoked_at IS NULL";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("READ_KEY", READ_KEY),
    ("LIST_KEYS", LIST_KEYS),
    ("READ_LINK", READ_LINK),
    ("LIST_LINKS", LIST_LINKS),
    ("INSERT_KEY", INSERT_KEY),
    ("REVOKE_KEY", REVOKE_KEY),
    ("REVOKE_KEYS", REVOKE_KEYS),
    ("SEE_KEY", SEE_KEY),
    ("INSERT_LINK", INSERT_LINK),
    ("REVOKE_LINK", REVOKE_LINK),
];

#[cfg(test)]
mod tests;
