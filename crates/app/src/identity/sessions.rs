//! Sessions: who is at the other end of a request.

use jiff::SignedDuration;
use model::Id;
use model::account::{Account, Session, Stage};
use model::permit::Caller;

use super::chance::hash;
use super::{Identity, Refusal, decide, refuse};
use crate::AppError;

/// How exactly it is known when somebody was last here: a write for each request would be too many.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Sessions listed at once.
const LISTED: u32 = 100;

/// Who holds a token.
#[derive(Clone, Debug)]
pub enum Present {
    /// The password was right; nothing else is proved yet.
    Half {
        session: Session,
        account: Account,
    },
    Whole(SignedIn),
}

/// Somebody who has signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    pub account: Account,
    pub caller: Caller,
}

impl Identity {
    /// Who holds this token; nobody if the session has ended or grown too old, or the account is disabled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn present(&self, token: &str) -> Result<Option<Present>, AppError> {
        // Nothing else is a token: no need to ask.
        if token.len() != 64 {
            return Ok(None);
        }
        let now = self.now();
        let found = self.store.session(&hash(token)).await?;
        let live = found.filter(|(session, account)| {
            !decide::is_over(session, now) && account.disabled_at.is_none()
        });
        let Some((session, account)) = live else { return Ok(None) };
        if session.stage == Stage::Half {
            return Ok(Some(Present::Half { session, account }));
        }
        if now.duration_since(session.seen_at) >= SEEN_EVERY {
            let mut tx = self.store.begin().await?;
            tx.see_session(&session.id, now).await?;
            tx.commit().await?;
        }
        let caller = Caller::of(&account);
        Ok(Some(Present::Whole(SignedIn { session, account, caller })))
    }

    /// The open sessions of somebody's account, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, who: &SignedIn) -> Result<Vec<Session>, AppError> {
        let permit = who.caller.reading();
        let mut all = self.store.sessions_of(&permit, &who.account.id, LISTED).await?;
        let now = self.now();
        all.retain(|session| !decide::is_over(session, now));
        Ok(all)
    }

    /// Ends one of somebody's own sessions, such as the present one: signs out.
    ///
    /// # Errors
    /// When there is no such session of theirs, or the database fails.
    pub async fn end_session(&self, who: &SignedIn, id: &Id<Session>) -> Result<(), AppError> {
        let mut tx = self.store.begin().await?;
        if !tx.end_session(&who.account.id, id, self.now()).await? {
            return refuse(Refusal::NoSession);
        }
        let act = if *id == who.session.id { "session.signed_out" } else { "session.revoked" };
        let details = [("session", id.to_string())];
        let subject = who.account.name.to_string();
        tx.record(&self.act(who.caller.actor(), act, subject, details)).await?;
        Ok(tx.commit().await?)
    }

    /// Changes somebody's own password. Every other session of theirs ends.
    ///
    /// # Errors
    /// When the present password is wrong, the new one will not do, or the database fails.
    pub async fn change_password(
        &self,
        who: &SignedIn,
        present: &str,
        new: &str,
    ) -> Result<(), AppError> {
        self.ask_again(who, present).await?;
        super::password::acceptable(new, &who.account.name)?;
        let hash = self.hasher.hash(new, &self.chance).await?;
        let mut tx = self.store.begin().await?;
        tx.set_password(&who.account.id, Some(&hash)).await?;
        let ended = tx.end_sessions(&who.account.id, Some(&who.session.id), self.now()).await?;
        let details = [("sessions_ended", ended.to_string())];
        let subject = who.account.name.to_string();
        tx.record(&self.act(who.caller.actor(), "account.password_changed", subject, details))
            .await?;
        Ok(tx.commit().await?)
    }

    /// Asks somebody who is signed in for their password once more, before what would let another in.
    pub(super) async fn ask_again(&self, who: &SignedIn, password: &str) -> Result<(), AppError> {
        let account = &who.account;
        let hashed = hash(account.name.as_str());
        let failures = self.store.failures(&hashed).await?;
        let known = self.store.credentials_of(&account.id).await?;
        let known = known.and_then(|known| known.password);
        let waits = decide::must_wait(failures.as_ref(), self.now());
        if !waits && self.hasher.is_right(password, known.as_deref(), &self.chance).await? {
            return Ok(());
        }
        if !waits {
            let tx = self.store.begin().await?;
            self.failed(tx, (&hashed, Some(account)), "password", None).await?;
        }
        refuse(Refusal::WrongPassword)
    }
}
