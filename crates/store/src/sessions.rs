//! Sessions at rest, by the SHA-256 of their token, and the failures to sign in.

use jiff::Timestamp;
use model::Id;
use model::account::{Account, Session, Stage};
use model::permit::ReadPermit;

use crate::accounts::{account_columns, account_in, own_account};
use crate::record::{Record, bigint, unknown_state};
use crate::statement::{ask, tell};
use crate::{Store, StoreError, Tx};

/// How often somebody has failed to sign in under a name, and until when that name must wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    pub failures: u64,
    pub last_at: Timestamp,
    pub locked_until: Option<Timestamp>,
}

impl Store {
    /// The open session of this token hash, and whose it is. Whether it has grown too old is for the
    /// caller to say.
    pub async fn session(&self, hash: &str) -> Result<Option<(Session, Account)>, StoreError> {
        self.one("read a session", tell(READ_SESSION).bind(hash.to_owned())).await
    }

    /// The open sessions of an account, the latest first.
    pub async fn sessions_of(
        &self,
        permit: &ReadPermit,
        account: &Id<Account>,
        limit: u32,
    ) -> Result<Vec<Session>, StoreError> {
        let statement = ask(LIST_SESSIONS, permit).bind(account.to_string()).bind(limit);
        let found: Vec<(Session, Account)> = self.all("list sessions", statement).await?;
        Ok(found.into_iter().map(|(session, _)| session).collect())
    }

    /// Failures to sign in under the name of this hash.
    pub async fn failures(&self, who: &str) -> Result<Option<Failures>, StoreError> {
        let statement = tell(READ_FAILURES).bind(who.to_owned());
        self.one("read failures to sign in", statement).await
    }
}

impl Tx {
    /// Begins a session under the hash of its token.
    pub async fn insert_session(
        &mut self,
        session: &Session,
        hash: &str,
    ) -> Result<(), StoreError> {
        let statement = tell(INSERT_SESSION)
            .bind(hash.to_owned())
            .bind(session.id.to_string())
            .bind(session.account.to_string())
            .bind(stage_text(session.stage))
            .bind(session.created_at.as_microsecond())
            .bind(session.seen_at.as_microsecond())
            .bind(session.agent.clone());
        self.write("begin a session", statement).await?;
        Ok(())
    }

    /// Ends one session of an account. Answers whether it was open.
    pub async fn end_session(
        &mut self,
        account: &Id<Account>,
        id: &Id<Session>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = tell(END_SESSION).bind(id.to_string()).bind(account.to_string());
        Ok(self.write("end a session", statement.bind(now.as_microsecond())).await? == 1)
    }

    /// Ends every session of an account but one; how many.
    pub async fn end_sessions(
        &mut self,
        account: &Id<Account>,
        but: Option<&Id<Session>>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let but = but.map(Id::to_string).unwrap_or_default();
        let statement = tell(END_SESSIONS).bind(account.to_string()).bind(but);
        self.write("end sessions", statement.bind(now.as_microsecond())).await
    }

    /// Notes when a session was last used. It is seen, not done: it needs no entry in the journal.
    pub async fn see_session(
        &mut self,
        id: &Id<Session>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = tell(SEE_SESSION).bind(id.to_string()).bind(now.as_microsecond());
        self.observe("note when a session was used", statement).await
    }

    /// Failures under a name, as this transaction sees them.
    pub async fn failures_now(&mut self, who: &str) -> Result<Option<Failures>, StoreError> {
        let statement = tell(READ_FAILURES).bind(who.to_owned());
        let row = self.look_up("read failures to sign in", statement).await?;
        row.map(Failures::try_from).transpose()
    }

    /// Enters failures under a name, and forgets those of others that lie before `forget_before`.
    pub async fn put_failures(
        &mut self,
        who: &str,
        failures: &Failures,
        forget_before: Timestamp,
    ) -> Result<(), StoreError> {
        let old = tell(FORGET_OLD_FAILURES).bind(forget_before.as_microsecond());
        self.write("forget old failures", old).await?;
        let statement = tell(PUT_FAILURES)
            .bind(who.to_owned())
            .bind(bigint("failures to sign in", failures.failures)?)
            .bind(failures.last_at.as_microsecond())
            .bind(failures.locked_until.map(Timestamp::as_microsecond));
        self.write("note a failure to sign in", statement).await?;
        Ok(())
    }

    /// Forgets the failures under a name: somebody signed in.
    pub async fn forget_failures(&mut self, who: &str) -> Result<(), StoreError> {
        let statement = tell(FORGET_FAILURES).bind(who.to_owned());
        self.write("forget failures to sign in", statement).await?;
        Ok(())
    }
}

fn stage_text(stage: Stage) -> &'static str {
    match stage {
        Stage::Half => "half",
        Stage::Whole => "whole",
    }
}

impl TryFrom<Record> for (Session, Account) {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let stage = match record.text("stage")?.as_str() {
            "half" => Stage::Half,
            "whole" => Stage::Whole,
            other => return unknown_state(other),
        };
        let session = Session {
            id: record.parsed("id")?,
            account: record.parsed("account")?,
            stage,
            created_at: record.instant("created_at")?,
            seen_at: record.instant("seen_at")?,
            agent: record.text("agent")?,
        };
        Ok((session, account_in(&record)?))
    }
}

impl TryFrom<Record> for Failures {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            failures: record.count("failures")?,
            last_at: record.instant("last_at")?,
            locked_until: record.instant_if_any("locked_until")?,
        })
    }
}

macro_rules! sessions {
    () => {
        concat!(
            "
SELECT session.id, session.stage, session.created_at, session.seen_at, session.agent,
       ",
            account_columns!(),
            "
  FROM session
  JOIN account
    ON account.id = session.account
  JOIN organisation
    ON organisation.handle = account.organisation"
        )
    };
}

/// By the primary key. Asked before there is a permit.
const READ_SESSION: &str = concat!(
    sessions!(),
    "
 WHERE session.hash = $1
   AND session.ended_at IS NULL
 LIMIT 1"
);

/// By `session_open`.
const LIST_SESSIONS: &str = concat!(
    sessions!(),
    "
 WHERE ",
    own_account!(),
    "
   AND session.account = $2
   AND session.ended_at IS NULL
 ORDER BY session.created_at DESC, session.id DESC
 LIMIT $3"
);

/// The primary key and the unique index of `id` refuse a second.
const INSERT_SESSION: &str = "
INSERT INTO session (hash, id, account, stage, created_at, seen_at, agent)
VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// By the unique index of `id`.
const END_SESSION: &str = "
UPDATE session
   SET ended_at = $3
 WHERE id = $1
   AND account = $2
   AND ended_at IS NULL";

/// By `session_open`.
const END_SESSIONS: &str = "
UPDATE session
   SET ended_at = $3
 WHERE account = $1
   AND id <> $2
   AND ended_at IS NULL";

/// By the unique index of `id`; time does not run back.
const SEE_SESSION: &str = "
UPDATE session
   SET seen_at = $2
 WHERE id = $1
   AND seen_at < $2";

/// By the primary key. Asked before there is a permit.
const READ_FAILURES: &str = "
SELECT failures, last_at, locked_until
  FROM sign_in_failure
 WHERE who = $1
 LIMIT 1";

/// By the primary key.
const PUT_FAILURES: &str = "
INSERT INTO sign_in_failure (who, failures, last_at, locked_until)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (who) DO UPDATE
   SET failures = excluded.failures,
       last_at = excluded.last_at,
       locked_until = excluded.locked_until";

/// By the primary key.
const FORGET_FAILURES: &str = "
DELETE FROM sign_in_failure
 WHERE who = $1";

/// By `sign_in_failure_by_time`.
const FORGET_OLD_FAILURES: &str = "
DELETE FROM sign_in_failure
 WHERE last_at < $1";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("READ_SESSION", READ_SESSION),
    ("LIST_SESSIONS", LIST_SESSIONS),
    ("INSERT_SESSION", INSERT_SESSION),
    ("END_SESSION", END_SESSION),
    ("END_SESSIONS", END_SESSIONS),
    ("SEE_SESSION", SEE_SESSION),
    ("READ_FAILURES", READ_FAILURES),
    ("PUT_FAILURES", PUT_FAILURES),
    ("FORGET_FAILURES", FORGET_FAILURES),
    ("FORGET_OLD_FAILURES", FORGET_OLD_FAILURES),
];

#[cfg(test)]
mod tests;
