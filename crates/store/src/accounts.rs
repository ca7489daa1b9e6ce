//! Accounts at rest, and what proves that somebody is their holder.
//!
//! What is asked in order to sign somebody in takes no permit, because there is none yet: those questions
//! answer to `app::identity` alone, and nothing of their answers is ever shown.

use jiff::Timestamp;
use model::account::{Account, AccountName};
use model::permit::ReadPermit;
use model::{Handle, Id};

use crate::record::Record;
use crate::statement::{ask, tell};
use crate::{Store, StoreError, Tx};

/// An account with what proves that somebody is its holder.
#[derive(Clone)]
pub struct Credentials {
    pub account: Account,
    /// Argon2id in PHC form; none until its holder has chosen a password.
    pub password: Option<String>,
    pub second_factor: Option<SecondFactor>,
}

/// The seed of time-based codes (RFC 6238).
#[derive(Clone)]
pub struct SecondFactor {
    /// In Base32, as authenticators take it.
    pub seed: String,
    /// Whether a code of it has been shown to be right; until then it proves nothing.
    pub confirmed: bool,
    /// The last time step whose code was taken.
    pub last_step: u64,
}

/// A link by which somebody chooses a password, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Whose; none for the one that opens the first account.
    pub account: Option<Id<Account>>,
    pub expires_at: Timestamp,
}

impl Store {
    /// One account.
    pub async fn account(
        &self,
        permit: &ReadPermit,
        name: &AccountName,
    ) -> Result<Option<Account>, StoreError> {
        self.one("read an account", ask(READ_ACCOUNT, permit).bind(name.to_string())).await
    }

    /// Accounts by name, from the one after `after`.
    pub async fn accounts(
        &self,
        permit: &ReadPermit,
        limit: u32,
        after: Option<&AccountName>,
    ) -> Result<Vec<Account>, StoreError> {
        let after = after.map_or("", AccountName::as_str).to_owned();
        self.all("list accounts", ask(LIST_ACCOUNTS, permit).bind(after).bind(limit)).await
    }

    /// How many recovery codes an account has left.
    pub async fn recovery_codes_left(
        &self,
        permit: &ReadPermit,
        account: &Id<Account>,
    ) -> Result<u64, StoreError> {
        let statement = ask(COUNT_CODES, permit).bind(account.to_string());
        Ok(self.one("count recovery codes", statement).await?.unwrap_or_default())
    }

    /// Whether anybody has an account at all.
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        let found: Option<u64> = self.one("look for accounts", tell(ANY_ACCOUNT)).await?;
        Ok(found.is_some())
    }

    /// Whether people sign in to this desk: somebody has an account, or was once invited to open the first.
    pub async fn people_sign_in(&self) -> Result<bool, StoreError> {
        let invited: Option<u64> =
            self.one("look for the first invitation", tell(ANY_FIRST_INVITATION)).await?;
        Ok(invited.is_some() || self.has_accounts().await?)
    }

    /// What proves that somebody is the holder of the account of this name.
    pub async fn credentials(&self, name: &AccountName) -> Result<Option<Credentials>, StoreError> {
        let statement = tell(READ_CREDENTIALS).bind(name.to_string());
        self.one("read credentials", statement).await
    }

    /// The same by the account's id.
    pub async fn credentials_of(
        &self,
        account: &Id<Account>,
    ) -> Result<Option<Credentials>, StoreError> {
        let statement = tell(READ_CREDENTIALS_OF).bind(account.to_string());
        self.one("read credentials", statement).await
    }

    /// The invitation of this hash, if it can still be used.
    pub async fn invitation(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Invitation>, StoreError> {
        let statement = tell(READ_INVITATION).bind(hash.to_owned());
        self.one("read an invitation", statement.bind(now.as_microsecond())).await
    }
}

impl Tx {
    /// Opens an account without a password.
    pub async fn insert_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let statement = tell(INSERT_ACCOUNT)
            .bind(account.id.to_string())
            .bind(account.name.to_string())
            .bind(account.organisation.to_string())
            .bind(account.post.code())
            .bind(account.created_at.as_microsecond());
        self.write("open an account", statement).await?;
        Ok(())
    }

    /// Whether anybody has an account, as this transaction sees it.
    pub async fn any_account(&mut self) -> Result<bool, StoreError> {
        Ok(self.look_up("look for accounts", tell(ANY_ACCOUNT)).await?.is_some())
    }

    /// Whether another account in use has the same post.
    pub async fn another_of_post(&mut self, account: &Account) -> Result<bool, StoreError> {
        let statement = tell(ANOTHER_OF_POST).bind(account.id.to_string());
        let statement = statement.bind(account.post.code());
        Ok(self.look_up("look for another of a post", statement).await?.is_some())
    }

    /// Puts a password in place of the one before, or none.
    pub async fn set_password(
        &mut self,
        account: &Id<Account>,
        password: Option<&str>,
    ) -> Result<(), StoreError> {
        let statement = tell(SET_PASSWORD).bind(account.to_string());
        let statement = statement.bind(password.map(str::to_owned));
        let done = self.write("set a password", statement).await?;
        one_moved(done, "account", account)
    }

    /// Takes an account out of use, or into use again.
    pub async fn set_disabled(
        &mut self,
        account: &Id<Account>,
        since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let statement = tell(SET_DISABLED).bind(account.to_string());
        let statement = statement.bind(since.map(Timestamp::as_microsecond));
        let done = self.write("take an account out of use", statement).await?;
        one_moved(done, "account", account)
    }

    /// Puts a new seed in place of the one before; it counts once it is confirmed.
    pub async fn put_second_factor(
        &mut self,
        account: &Id<Account>,
        seed: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = tell(PUT_SECOND_FACTOR)
            .bind(account.to_string())
            .bind(seed.to_owned())
            .bind(now.as_microsecond());
        self.write("enter a second factor", statement).await?;
        Ok(())
    }

    /// Takes the code of a time step, and confirms the second factor with it if that is still to do.
    /// Answers whether it was: of two that show the same code at once, one is refused.
    pub async fn take_step(
        &mut self,
        account: &Id<Account>,
        step: u64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let step = crate::record::bigint("a time step", step)?;
        let statement = tell(TAKE_STEP).bind(account.to_string());
        let statement = statement.bind(step).bind(now.as_microsecond());
        Ok(self.write("take a code", statement).await? == 1)
    }

    /// Forgets the second factor and the recovery codes.
    pub async fn drop_second_factor(&mut self, account: &Id<Account>) -> Result<(), StoreError> {
        for sql in [DROP_SECOND_FACTOR, DROP_CODES] {
            let statement = tell(sql).bind(account.to_string());
            self.write("forget a second factor", statement).await?;
        }
        Ok(())
    }

    /// Puts new recovery codes, by their hashes, in place of those before.
    pub async fn replace_recovery_codes(
        &mut self,
        account: &Id<Account>,
        hashes: &[String],
    ) -> Result<(), StoreError> {
        let former = tell(DROP_CODES).bind(account.to_string());
        self.write("forget recovery codes", former).await?;
        for hash in hashes {
            let statement = tell(INSERT_CODE).bind(account.to_string());
            self.write("enter a recovery code", statement.bind(hash.clone())).await?;
        }
        Ok(())
    }

    /// Uses a recovery code up. Answers whether there was such a one.
    pub async fn use_recovery_code(
        &mut self,
        account: &Id<Account>,
        hash: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = tell(USE_CODE).bind(account.to_string());
        let statement = statement.bind(hash.to_owned()).bind(now.as_microsecond());
        Ok(self.write("use a recovery code", statement).await? == 1)
    }

    /// Makes an invitation; those before it for the same account can no longer be used.
    pub async fn insert_invitation(
        &mut self,
        hash: &str,
        invitation: &Invitation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let account = invitation.account.map(|id| id.to_string());
        let former = tell(VOID_INVITATIONS).bind(account.clone().unwrap_or_default());
        self.write("void an invitation", former.bind(now.as_microsecond())).await?;
        let statement = tell(INSERT_INVITATION)
            .bind(hash.to_owned())
            .bind(account)
            .bind(now.as_microsecond())
            .bind(invitation.expires_at.as_microsecond());
        self.write("make an invitation", statement).await?;
        Ok(())
    }

    /// Uses an invitation up. Answers whether it could still be used.
    pub async fn use_invitation(&mut self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let statement = tell(USE_INVITATION).bind(hash.to_owned());
        Ok(self.write("use an invitation", statement.bind(now.as_microsecond())).await? == 1)
    }
}

fn one_moved(rows: u64, what: &'static str, id: &Id<Account>) -> Result<(), StoreError> {
    match rows {
        1 => Ok(()),
        _ => Err(StoreError::Missing { what, id: id.to_string() }),
    }
}

/// The account in a row of [`account_columns`], which other nouns join.
pub(crate) fn account_in(record: &Record) -> Result<Account, StoreError> {
    Ok(Account {
        id: record.parsed("account")?,
        name: record.parsed("name")?,
        organisation: record.parsed::<Handle>("organisation")?,
        province: record.parsed_if_any("province")?,
        post: record.parsed("post")?,
        created_at: record.instant("opened_at")?,
        disabled_at: record.instant_if_any("disabled_at")?,
    })
}

impl TryFrom<Record> for Account {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        account_in(&record)
    }
}

impl TryFrom<Record> for Credentials {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let second_factor = match record.text_if_any("seed")? {
            Some(seed) => Some(SecondFactor {
                seed,
                confirmed: record.instant_if_any("confirmed_at")?.is_some(),
                last_step: record.count("last_step")?,
            }),
            None => None,
        };
        Ok(Self {
            account: account_in(&record)?,
            password: record.text_if_any("password")?,
            second_factor,
        })
    }
}

impl TryFrom<Record> for Invitation {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            account: record.parsed_if_any("account")?,
            expires_at: record.instant("expires_at")?,
        })
    }
}

/// The columns of an account, named so that they meet those of what belongs to it without a clash.
macro_rules! account_columns {
    () => {
        "account.id AS account, account.name, account.organisation, organisation.province,
       account.post, account.opened_at, account.disabled_at"
    };
}
pub(crate) use account_columns;

macro_rules! accounts {
    ($($more:literal)?) => {
        concat!("
SELECT ", account_columns!(), $($more,)? "
  FROM account
  JOIN organisation
    ON organisation.handle = account.organisation")
    };
}

/// That a row joined with its account is within the reach of `$1`, by `organisation`'s indexes.
macro_rules! own_account {
    () => {
        "($1 = '*' OR account.organisation IN (SELECT organisation FROM within_reach WHERE permit = $1))"
    };
}
pub(crate) use own_account;

/// By the unique index of `name`.
const READ_ACCOUNT: &str = concat!(
    accounts!(),
    "
 WHERE ",
    own_account!(),
    "
   AND account.name = $2
 LIMIT 1"
);

/// By the unique index of `name`.
const LIST_ACCOUNTS: &str = concat!(
    accounts!(),
    "
 WHERE ",
    own_account!(),
    "
   AND account.name > $2
 ORDER BY account.name
 LIMIT $3"
);

/// By the primary key, whose first column is the account.
const COUNT_CODES: &str = concat!(
    "
SELECT COUNT(*) AS number
  FROM recovery_code
  JOIN account
    ON account.id = recovery_code.account
 WHERE ",
    own_account!(),
    "
   AND recovery_code.account = $2
   AND recovery_code.used_at IS NULL"
);

/// The first entry of the narrowest index.
const ANY_ACCOUNT: &str = "
SELECT 1 AS number
  FROM account
 ORDER BY name
 LIMIT 1";

/// By `invitation_to_the_first`.
const ANY_FIRST_INVITATION: &str = "
SELECT 1 AS number
  FROM invitation
 WHERE account IS NULL
 LIMIT 1";

/// By `account_by_post`. Asked within a write.
const ANOTHER_OF_POST: &str = "
SELECT 1 AS number
  FROM account
 WHERE post = $2
   AND disabled_at IS NULL
   AND id <> $1
 LIMIT 1";

/// By the unique index of `name`. Asked before there is a permit.
const READ_CREDENTIALS: &str = concat!(
    accounts!(
        ", account.password,
       second_factor.seed, second_factor.confirmed_at, second_factor.last_step"
    ),
    "
  LEFT JOIN second_factor
    ON second_factor.account = account.id
 WHERE account.name = $1
 LIMIT 1"
);

/// By the primary key. Asked before there is a permit.
const READ_CREDENTIALS_OF: &str = concat!(
    accounts!(
        ", account.password,
       second_factor.seed, second_factor.confirmed_at, second_factor.last_step"
    ),
    "
  LEFT JOIN second_factor
    ON second_factor.account = account.id
 WHERE account.id = $1
 LIMIT 1"
);

/// By the primary key. Asked before there is a permit.
const READ_INVITATION: &str = "
SELECT account, expires_at
  FROM invitation
 WHERE hash = $1
   AND used_at IS NULL
   AND expires_at > $2
 LIMIT 1";

/// The unique index of `name` refuses a second.
const INSERT_ACCOUNT: &str = "
INSERT INTO account (id, name, organisation, post, opened_at)
VALUES ($1, $2, $3, $4, $5)";

/// By the primary key.
const SET_PASSWORD: &str = "
UPDATE account
   SET password = $2
 WHERE id = $1";

/// By the primary key.
const SET_DISABLED: &str = "
UPDATE account
   SET disabled_at = $2
 WHERE id = $1";

/// By the primary key.
const PUT_SECOND_FACTOR: &str = "
INSERT INTO second_factor (account, seed, made_at, last_step)
VALUES ($1, $2, $3, 0)
    ON CONFLICT (account) DO UPDATE
   SET seed = excluded.seed,
       made_at = excluded.made_at,
       confirmed_at = NULL,
       last_step = 0";

/// By the primary key; a step that is not later than the last is not taken.
const TAKE_STEP: &str = "
UPDATE second_factor
   SET last_step = $2,
       confirmed_at = COALESCE(confirmed_at, $3)
 WHERE account = $1
   AND last_step < $2";

/// By the primary key.
const DROP_SECOND_FACTOR: &str = "
DELETE FROM second_factor
 WHERE account = $1";

/// By the primary key.
const DROP_CODES: &str = "
DELETE FROM recovery_code
 WHERE account = $1";

/// The primary key refuses a second.
const INSERT_CODE: &str = "
INSERT INTO recovery_code (account, hash)
VALUES ($1, $2)";

/// By the primary key.
const USE_CODE: &str = "
UPDATE recovery_code
   SET used_at = $3
 WHERE account = $1
   AND hash = $2
   AND used_at IS NULL";

/// By `invitation_open`.
const VOID_INVITATIONS: &str = "
UPDATE invitation
   SET used_at = $2
 WHERE COALESCE(account, '') = $1
   AND used_at IS NULL";

/// The primary key refuses a second.
const INSERT_INVITATION: &str = "
INSERT INTO invitation (hash, account, made_at, expires_at)
VALUES ($1, $2, $3, $4)";

/// By the primary key.
const USE_INVITATION: &str = "
UPDATE invitation
   SET used_at = $2
 WHERE hash = $1
   AND used_at IS NULL
   AND expires_at > $2";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("READ_ACCOUNT", READ_ACCOUNT),
    ("LIST_ACCOUNTS", LIST_ACCOUNTS),
    ("COUNT_CODES", COUNT_CODES),
    ("ANY_ACCOUNT", ANY_ACCOUNT),
    ("ANY_FIRST_INVITATION", ANY_FIRST_INVITATION),
    ("ANOTHER_OF_POST", ANOTHER_OF_POST),
    ("READ_CREDENTIALS", READ_CREDENTIALS),
    ("READ_CREDENTIALS_OF", READ_CREDENTIALS_OF),
    ("READ_INVITATION", READ_INVITATION),
    ("INSERT_ACCOUNT", INSERT_ACCOUNT),
    ("SET_PASSWORD", SET_PASSWORD),
    ("SET_DISABLED", SET_DISABLED),
    ("PUT_SECOND_FACTOR", PUT_SECOND_FACTOR),
    ("TAKE_STEP", TAKE_STEP),
    ("DROP_SECOND_FACTOR", DROP_SECOND_FACTOR),
    ("DROP_CODES", DROP_CODES),
    ("INSERT_CODE", INSERT_CODE),
    ("USE_CODE", USE_CODE),
    ("VOID_INVITATIONS", VOID_INVITATIONS),
    ("INSERT_INVITATION", INSERT_INVITATION),
    ("USE_INVITATION", USE_INVITATION),
];

#[cfg(test)]
pub(crate) mod tests;
