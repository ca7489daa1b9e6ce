//! Who signs in, and what proves it.
//!
//! Signing in is a decision ([`decide`]) on what is known (the password was right, the second factor is
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

/// Something that the asker can mend.
fn refuse<T>(why: impl Into<String>) -> Result<T, AppError> {
    Err(AppError::BadInput(why.into()))
}
