//! Signing in: name and password first, the second factor after.

use std::net::IpAddr;
use std::sync::PoisonError;

use jiff::Timestamp;
use model::AccountName;
use model::account::{Account, Session, Stage};
use store::Tx;
use store::accounts::Credentials;

use super::chance::{base32, from_base32, hash, hex};
use super::decide::{self, Verdict};
use super::{Factor, Identity, Present, totp};
use crate::AppError;

/// The longest name and password looked at; what is longer is nobody's.
const LONGEST: usize = 256;
/// Characters of a browser's own description that are kept.
const AGENT_LONGEST: usize = 200;
/// Recovery codes given out at once, and random bytes in each.
const CODES: usize = 10;

/// Somebody wants to sign in.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    pub name: &'a str,
    pub password: &'a str,
    /// What the browser says that it is.
    pub agent: &'a str,
    /// Where the request comes from, if it is known.
    pub from: Option<IpAddr>,
}

/// What became of it. The token is for the browser's cookie and is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Name, password or code are wrong, or the name must wait: which of them is not said.
    Refused,
    /// Too many tries from there.
    TooMany,
    /// The second factor is asked for next.
    Half { token: String },
    /// Signed in; with the recovery codes, if a second factor has just been set up.
    Whole { token: String, codes: Vec<String> },
}

impl Identity {
    /// Takes name and password.
    ///
    /// # Errors
    /// When the database or the machine's generator fails.
    pub async fn sign_in(&self, attempt: Attempt<'_>) -> Result<Outcome, AppError> {
        if !self.admits(attempt.from) {
            return Ok(Outcome::TooMany);
        }
        let who = hash(&attempt.name.to_lowercase());
        let name: Option<AccountName> = attempt.name.parse().ok();
        let known = match &name {
            Some(name) => self.store.credentials(name).await?,
            None => None,
        };
        // The same questions for a name that nobody has.
        let failures = self.store.failures(&who).await?;
        if decide::must_wait(failures.as_ref(), self.now()) {
            return Ok(Outcome::Refused);
        }
        let fits = attempt.password.len() <= LONGEST;
        let password = if fits { attempt.password } else { "" };
        let hashed = known.as_ref().and_then(|known| known.password.as_deref());
        let right = self.hasher.is_right(password, hashed, &self.chance).await? && fits;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let failures = tx.failures_now(&who).await?;
        match (decide::verdict(known.as_ref(), right, failures.as_ref(), now), known) {
            (Verdict::Half, Some(known)) => self.half(tx, &known, attempt.agent, now).await,
            (Verdict::Whole, Some(known)) => {
                tx.forget_failures(&who).await?;
                self.whole(tx, &known.account, (attempt.agent, "password"), Vec::new()).await
            }
            (_, known) => {
                let account = known.map(|known| known.account);
                self.failed(tx, (&who, account.as_ref()), "password", attempt.from).await
            }
        }
    }

    /// Takes the code of the second factor, or a recovery code, from somebody half signed in. Where the
    /// second factor is being set up, a right code confirms it.
    ///
    /// # Errors
    /// When the database or the machine's generator fails.
    pub async fn second_step(
        &self,
        token: &str,
        code: &str,
        from: Option<IpAddr>,
    ) -> Result<Outcome, AppError> {
        if !self.admits(from) {
            return Ok(Outcome::TooMany);
        }
        let Some(Present::Half { session, account }) = self.present(token).await? else {
            return Ok(Outcome::Refused);
        };
        let who = hash(account.name.as_str());
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let failures = tx.failures_now(&who).await?;
        if decide::must_wait(failures.as_ref(), now) {
            return Ok(Outcome::Refused);
        }
        let Some(factor) = self.prove(&mut tx, &account, code, now).await? else {
            return self.failed(tx, (&who, Some(&account)), "second factor", from).await;
        };
        let codes = match factor {
            Factor::Confirmed => self.new_codes(&mut tx, &account).await?,
            Factor::Code | Factor::Recovery => Vec::new(),
        };
        tx.forget_failures(&who).await?;
        // A new token for the new standing: one that was planted or seen before is worth nothing.
        tx.end_session(&account.id, &session.id, now).await?;
        self.whole(tx, &account, (&session.agent, factor.code()), codes).await
    }

    /// Whether this code proves the second factor of an account; uses it up.
    pub(super) async fn prove(
        &self,
        tx: &mut Tx,
        account: &Account,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<Factor>, AppError> {
        let known = self.store.credentials_of(&account.id).await?;
        let Some(second) = known.and_then(|known| known.second_factor) else { return Ok(None) };
        if let Some(code) = totp::read(code) {
            let seed = from_base32(&second.seed).unwrap_or_default();
            let Some(step) = totp::matching_step(&seed, code, now, second.last_step) else {
                return Ok(None);
            };
            let taken = tx.take_step(&account.id, step, now).await?;
            let factor = if second.confirmed { Factor::Code } else { Factor::Confirmed };
            return Ok(taken.then_some(factor));
        }
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_uppercase();
        if !second.confirmed || plain.len() != 16 {
            return Ok(None);
        }
        let used = tx.use_recovery_code(&account.id, &hash(&plain), now).await?;
        Ok(used.then_some(Factor::Recovery))
    }

    /// New recovery codes in place of those before.
    pub(super) async fn new_codes(
        &self,
        tx: &mut Tx,
        account: &Account,
    ) -> Result<Vec<String>, AppError> {
        let mut codes = Vec::with_capacity(CODES);
        for _ in 0..CODES {
            codes.push(base32(&self.chance.bytes::<10>()?));
        }
        let hashes: Vec<String> = codes.iter().map(|code| hash(code)).collect();
        tx.replace_recovery_codes(&account.id, &hashes).await?;
        Ok(codes.iter().map(|code| in_fours(code)).collect())
    }

    fn admits(&self, from: Option<IpAddr>) -> bool {
        let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        throttle.admits(from, self.now())
    }

    /// The password was right: a session that is good for the second step only.
    async fn half(
        &self,
        mut tx: Tx,
        known: &Credentials,
        agent: &str,
        now: Timestamp,
    ) -> Result<Outcome, AppError> {
        if !known.second_factor.as_ref().is_some_and(|second| second.confirmed) {
            // A new seed each time: whoever saw an earlier one without confirming it knows nothing.
            let seed = base32(&self.chance.bytes::<20>()?);
            tx.put_second_factor(&known.account.id, &seed, now).await?;
        }
        let token = self.begin_session(&mut tx, &known.account, Stage::Half, agent).await?;
        let account = &known.account;
        let actor = model::permit::Caller::of(account).actor();
        let subject = account.name.to_string();
        tx.record(&self.act(actor, "sign_in.password_accepted", subject, [])).await?;
        tx.commit().await?;
        Ok(Outcome::Half { token })
    }

    async fn whole(
        &self,
        mut tx: Tx,
        account: &Account,
        (agent, by): (&str, &'static str),
        codes: Vec<String>,
    ) -> Result<Outcome, AppError> {
        let token = self.begin_session(&mut tx, account, Stage::Whole, agent).await?;
        let actor = model::permit::Caller::of(account).actor();
        let details = [("by", by.to_owned())];
        tx.record(&self.act(actor, "sign_in.done", account.name.to_string(), details)).await?;
        tx.commit().await?;
        Ok(Outcome::Whole { token, codes })
    }

    async fn begin_session(
        &self,
        tx: &mut Tx,
        account: &Account,
        stage: Stage,
        agent: &str,
    ) -> Result<String, AppError> {
        let token = self.chance.token()?;
        let now = self.now();
        let agent = agent.chars().filter(|c| !c.is_control()).take(AGENT_LONGEST).collect();
        let session = Session {
            id: self.id(),
            account: account.id,
            stage,
            created_at: now,
            seen_at: now,
            agent,
        };
        tx.insert_session(&session, &hash(&token)).await?;
        Ok(token)
    }

    /// One failure more under the name, whether or not it is anybody's.
    pub(super) async fn failed(
        &self,
        mut tx: Tx,
        (who, account): (&str, Option<&Account>),
        at: &'static str,
        from: Option<IpAddr>,
    ) -> Result<Outcome, AppError> {
        let now = self.now();
        let before = tx.failures_now(who).await?;
        let failures = decide::one_more(before.as_ref(), now);
        tx.put_failures(who, &failures, decide::forget_before(now)).await?;
        // Not the name that was tried: people type passwords into the wrong field.
        let subject = account.map_or_else(|| "nobody".to_owned(), |known| known.name.to_string());
        let until = failures.locked_until;
        let details = [
            ("at", at.to_owned()),
            ("failures", failures.failures.to_string()),
            ("from", from.map_or_else(|| "unknown".to_owned(), |from| from.to_string())),
            ("waits_until", until.map_or_else(|| "no".to_owned(), |until| until.to_string())),
        ];
        tx.record(&self.act("juyan", "sign_in.failed", subject, details)).await?;
        tx.commit().await?;
        Ok(Outcome::Refused)
    }
}

/// In groups of four, as people copy them.
fn in_fours(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join("-")
}

/// The first characters of a key, by which people tell keys apart.
pub(super) fn prefix(bytes: [u8; 4]) -> String {
    format!("jy_{}", hex(&bytes))
}
