//! Who signs in, and what proves it.
//!
//! Signing in is a decision (`decide`) on what is known (the password was right, the second factor is
//! asked for, the name must wait) and one transaction that keeps it with its entry in the journal. Nothing
//! here answers differently for a name that has no account: the same work is done and the same said.
//!
//! No secret enters the journal or a log. Tokens, keys and recovery codes are kept as SHA-256, passwords as
//! Argon2id; the seed of a second factor is the one secret kept as it is.

mod accounts;
mod chance;
mod decide;
mod keys;
mod links;
mod password;
mod second;
mod sessions;
mod sign_in;
mod throttle;
mod totp;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use model::journal::Act;
use model::{Handle, Id};

pub use accounts::Invited;
pub use chance::Chance;
pub use keys::NewKey;
pub use links::LinkKey;
pub use second::{Enrolment, Factor};
pub use sessions::{Present, SignedIn};
pub use sign_in::{Attempt, Outcome};

use crate::{App, AppError, Clock};

/// Accounts, sessions and keys of one desk. Made once; it holds what bounds the work of signing in.
pub struct Identity {
    store: store::Store,
    clock: Clock,
    chance: Chance,
    own: Handle,
    hasher: password::Hasher,
    throttle: Mutex<throttle::Throttle>,
    link_key: LinkKey,
}

impl App {
    /// The accounts of this desk.
    pub fn identity(&self, chance: Chance, link_key: LinkKey) -> Arc<Identity> {
        Arc::new(Identity {
            store: self.store.clone(),
            clock: self.clock.clone(),
            chance,
            own: self.settings.own.clone(),
            hasher: password::Hasher::default(),
            throttle: Mutex::default(),
            link_key,
        })
    }
}

impl Identity {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The organisation whose desk it is.
    pub fn own(&self) -> &Handle {
        &self.own
    }

    fn id<T>(&self) -> Id<T> {
        self.clock.id(self.clock.now())
    }

    fn act<const N: usize>(
        &self,
        actor: impl Into<String>,
        act: &'static str,
        subject: impl Into<String>,
        details: [(&'static str, String); N],
    ) -> Act {
        Act {
            at: self.clock.now(),
            actor: actor.into(),
            act,
            subject: subject.into(),
            details: BTreeMap::from(details),
        }
    }
}

/// Something that the asker can mend, under a code by which pages say it in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the password is too short: {} characters at least", password::SHORTEST)]
    TooShort,
    #[error("the password is too long: {} bytes at most", password::LONGEST)]
    TooLong,
    #[error("the password repeats itself: choose one that nobody guesses")]
    Repeats,
    #[error("the password contains the name of the account: choose another")]
    ContainsName,
    #[error("the present password is not right")]
    WrongPassword,
    #[error("the code is not right, or was used already: wait for the next one")]
    WrongCode,
    #[error("there is a second factor already: ask for a reset to change it")]
    HasSecondFactor,
    #[error("there is no such session any more")]
    NoSession,
    #[error("there are accounts already: a lead opens further ones")]
    NotTheFirst,
    #[error("choose a name for the account: lower-case letters, digits, `.`, `-` or `_`")]
    NoName,
    #[error("there is an account `{0}` already")]
    NameTaken(String),
    #[error("there is no account `{0}`")]
    NoAccount(String),
    #[error("the link cannot be used any more: ask for a new one")]
    LinkGone,
    #[error("there is no organisation `{0}` in the directory")]
    NoOrganisation(String),
    #[error("the post is of the desk's own organisation `{0}` only")]
    NotOfTheDesk(String),
    #[error("`{0}` has no province in the directory to be of")]
    NoProvince(String),
    #[error("this is the last lead with an account in use: open another first")]
    LastLead,
    #[error("say what the key is for, in {} characters at most", keys::PURPOSE_LONGEST)]
    NoPurpose,
    #[error("a key lasts from 1 to {} days, a link to {}", keys::DAYS_MAX, links::DAYS_MAX)]
    NoSuchTime,
    #[error("the account has {} keys in use already: revoke one first", keys::IN_USE_MAX)]
    TooManyKeys,
    #[error("there is no such key in use")]
    NoKey,
    #[error("there is no notice `{0}`")]
    NoNotice(String),
}

impl Refusal {
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::Repeats => "repeats",
            Self::ContainsName => "contains-name",
            Self::WrongPassword => "wrong-password",
            Self::WrongCode => "wrong-code",
            Self::HasSecondFactor => "has-second-factor",
            Self::NoSession => "no-session",
            Self::NotTheFirst => "not-the-first",
            Self::NoName => "no-name",
            Self::NameTaken(_) => "name-taken",
            Self::NoAccount(_) => "no-account",
            Self::LinkGone => "link-gone",
            Self::NoOrganisation(_) => "no-organisation",
            Self::NotOfTheDesk(_) => "not-of-the-desk",
            Self::NoProvince(_) => "no-province",
            Self::LastLead => "last-lead",
            Self::NoPurpose => "no-purpose",
            Self::NoSuchTime => "no-such-time",
            Self::TooManyKeys => "too-many-keys",
            Self::NoKey => "no-key",
            Self::NoNotice(_) => "no-notice",
        }
    }
}

fn refuse<T>(why: Refusal) -> Result<T, AppError> {
    Err(AppError::Refused(why))
}

/// What an authenticator with this seed shows, for tests that have no authenticator.
#[cfg(test)]
pub(crate) fn code_for_tests(seed: &str, now: Timestamp) -> u32 {
    let seed = chance::from_base32(seed).unwrap();
    totp::code_at(&seed, totp::step_at(now)).unwrap()
}
