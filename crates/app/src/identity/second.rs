//! Setting up a second factor, and what proves one.

use model::Id;
use model::account::Account;

use super::chance::base32;
use super::{Identity, Refusal, SignedIn, refuse, totp};
use crate::AppError;

/// What an authenticator must be told, shown to its owner until a first code confirms it.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// For typing in.
    pub seed: String,
    /// For the picture: an `otpauth` address.
    pub uri: String,
}

/// By what a second factor was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// The first code of a new one, which is in force from now on.
    Confirmed,
    Code,
    Recovery,
}

impl Factor {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "new second factor",
            Self::Code => "second factor",
            Self::Recovery => "recovery code",
        }
    }
}

impl Identity {
    /// What to set up, for somebody who has a second factor still to confirm; none for anybody else.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enrolment(&self, account: &Account) -> Result<Option<Enrolment>, AppError> {
        let known = self.store.credentials_of(&account.id).await?;
        let second = known.and_then(|known| known.second_factor);
        Ok(second.filter(|second| !second.confirmed).map(|second| {
            let uri = totp::uri(self.own.as_str(), account.name.as_str(), &second.seed);
            Enrolment { seed: second.seed, uri }
        }))
    }

    /// Whether an account has a second factor in force.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_second_factor(&self, account: &Id<Account>) -> Result<bool, AppError> {
        let known = self.store.credentials_of(account).await?;
        let second = known.and_then(|known| known.second_factor);
        Ok(second.is_some_and(|second| second.confirmed))
    }

    /// How many recovery codes somebody has left.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recovery_codes_left(&self, who: &SignedIn) -> Result<u64, AppError> {
        let permit = who.caller.reading();
        Ok(self.store.recovery_codes_left(&permit, &who.account.id).await?)
    }

    /// Begins to set up a second factor, for somebody who has none in force.
    ///
    /// # Errors
    /// When the password is wrong, there is one already, or the database fails.
    pub async fn begin_second_factor(
        &self,
        who: &SignedIn,
        password: &str,
    ) -> Result<(), AppError> {
        self.ask_again(who, password).await?;
        if self.has_second_factor(&who.account.id).await? {
            return refuse(Refusal::HasSecondFactor);
        }
        let seed = base32(&self.chance.bytes::<20>()?);
        let mut tx = self.store.begin().await?;
        tx.put_second_factor(&who.account.id, &seed, self.now()).await?;
        let subject = who.account.name.to_string();
        tx.record(&self.act(who.caller.actor(), "account.second_factor_begun", subject, []))
            .await?;
        Ok(tx.commit().await?)
    }

    /// Confirms a second factor by its first code. Returns the recovery codes, which are shown once. Every
    /// other session of the account ends.
    ///
    /// # Errors
    /// When the code is wrong or there is nothing to confirm, or the database fails.
    pub async fn confirm_second_factor(
        &self,
        who: &SignedIn,
        code: &str,
    ) -> Result<Vec<String>, AppError> {
        self.codes_for(who, code, Factor::Confirmed).await
    }

    /// New recovery codes in place of those before, for a right code.
    ///
    /// # Errors
    /// When the code is wrong, or the database fails.
    pub async fn renew_recovery_codes(
        &self,
        who: &SignedIn,
        code: &str,
    ) -> Result<Vec<String>, AppError> {
        self.codes_for(who, code, Factor::Code).await
    }

    async fn codes_for(
        &self,
        who: &SignedIn,
        code: &str,
        wanted: Factor,
    ) -> Result<Vec<String>, AppError> {
        let (account, now) = (&who.account, self.now());
        let hashed = super::chance::hash(account.name.as_str());
        let mut tx = self.store.begin().await?;
        let failures = tx.failures_now(&hashed).await?;
        if super::decide::must_wait(failures.as_ref(), now) {
            return refuse(Refusal::WrongCode);
        }
        if self.prove(&mut tx, account, code, now).await? != Some(wanted) {
            drop(tx);
            let tx = self.store.begin().await?;
            self.failed(tx, (&hashed, Some(account)), "second factor", None).await?;
            return refuse(Refusal::WrongCode);
        }
        let codes = self.new_codes(&mut tx, account).await?;
        if wanted == Factor::Confirmed {
            tx.end_sessions(&account.id, Some(&who.session.id), now).await?;
        }
        let act = match wanted {
            Factor::Confirmed => "account.second_factor_confirmed",
            Factor::Code | Factor::Recovery => "account.recovery_codes_renewed",
        };
        tx.record(&self.act(who.caller.actor(), act, account.name.to_string(), [])).await?;
        tx.commit().await?;
        Ok(codes)
    }
}
