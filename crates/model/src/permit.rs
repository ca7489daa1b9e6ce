//! Permits: proof, as a type, that somebody may look, or may do one kind of thing, and how far it reaches.
//!
//! A query takes a [`ReadPermit`]; an act takes the [`Permit`] of its capability. Without one there is
//! neither. There are two ways to get one: to sit at the machine itself, or to be a [`Caller`] who signed
//! in and whose post allows it.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::account::{Account, AccountName, Post};
use crate::holding::Province;
use crate::organisation::Handle;

/// Leave to read, and how far it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPermit {
    scope: Scope,
}

/// How far a permit reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The coordinator's desk: everything.
    Everything,
    /// One organisation and, if it is a group, its provincial companies: what concerns them, and nothing
    /// of anyone else.
    Organisation(Handle),
    /// The organisations of one province: what concerns them.
    Province(Province),
}

impl ReadPermit {
    /// For whoever runs a command on this machine, or reaches it over loopback only.
    pub fn at_the_console() -> Self {
        Self { scope: Scope::Everything }
    }

    /// The same, narrowed to what one organisation may see.
    pub fn narrowed_to(organisation: Handle) -> Self {
        Self { scope: Scope::Organisation(organisation) }
    }

    /// The same, narrowed to what the administration of one province may see.
    pub fn narrowed_to_province(province: Province) -> Self {
        Self { scope: Scope::Province(province) }
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

/// A kind of act, as a type that stands in a [`Permit`].
pub trait Capability: Send + Sync + 'static {
    const CAN: Can;
}

/// Declares each capability once: as a value for tables and keys, and as a type for permits.
macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// A kind of act, as a value. [`Post::may`] says who may do which.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        pub enum Can { $($(#[$doc])* $name),+ }

        impl Can {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// How it is written: in the scopes of an API key and in the journal.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name;

            impl Capability for $name {
                const CAN: Can = Can::$name;
            }
        )+
    };
}

capabilities! {
    /// Hand in deliveries.
    Deliver = "deliver",
    /// Tell the desk what came about: triggers, telephone calls, when a clock really started.
    Tell = "tell",
    /// File, and reply, for one's own organisation.
    File = "file",
    /// Tell whether something was cleaned up.
    Verify = "verify",
    /// Send what needs nobody's review: notices of the mildest grade, blue warnings.
    Notify = "notify",
    /// Confirm or change the grade of an incident.
    Regrade = "regrade",
    /// Close an incident, or open it again.
    Close = "close",
    /// Review what awaits the authority, and release it.
    Review = "review",
    /// Let somebody off an obligation.
    Waive = "waive",
    /// Change the directory.
    Direct = "direct",
    /// Open and close accounts.
    ManageAccounts = "manage_accounts",
}

impl std::str::FromStr for Can {
    type Err = UnknownCapability;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|can| can.code() == text);
        found.copied().ok_or_else(|| UnknownCapability(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for Can {
    type Error = UnknownCapability;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Can> for &'static str {
    fn from(can: Can) -> Self {
        can.code()
    }
}

/// A text that names no capability.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no capability")]
pub struct UnknownCapability(String);

/// Leave to do one kind of thing, by whom, and how far it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit<C> {
    actor: String,
    scope: Scope,
    to: PhantomData<fn() -> C>,
}

impl<C: Capability> Permit<C> {
    /// For whoever runs a command on this machine, on behalf of the desk's own organisation.
    pub fn at_the_console(own: &Handle) -> Self {
        Self { actor: own.to_string(), scope: Scope::Everything, to: PhantomData }
    }

    /// Who acts, as the journal names them.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// What its holder may look at while acting: an act never reaches further than the eyes.
    pub fn reading(&self) -> ReadPermit {
        ReadPermit { scope: self.scope.clone() }
    }
}

/// Somebody who signed in, or a program with somebody's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    name: AccountName,
    organisation: Handle,
    post: Post,
    scope: Scope,
    /// What a key is limited to; none for the person in person.
    limited_to: Option<BTreeSet<Can>>,
}

/// The post, or the key, does not allow it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{who}` ({post}) may not: it takes `{wanted}`", post = post.code(), wanted = can.code())]
pub struct NotAllowed {
    pub who: String,
    pub post: Post,
    pub can: Can,
}

impl Caller {
    /// The holder of an account that is in use. How far it reaches follows from its post.
    pub fn of(account: &Account) -> Self {
        let scope = match (account.post.breadth(), &account.province) {
            (Breadth::Everything, _) => Scope::Everything,
            (Breadth::Province, Some(province)) => Scope::Province(province.clone()),
            (Breadth::Province, None) | (Breadth::Organisation, _) => {
                Scope::Organisation(account.organisation.clone())
            }
        };
        Self {
            name: account.name.clone(),
            organisation: account.organisation.clone(),
            post: account.post,
            scope,
            limited_to: None,
        }
    }

    /// The same by way of a key, which allows these things and no others. Reading is always allowed.
    #[must_use]
    pub fn limited_to(self, scopes: BTreeSet<Can>) -> Self {
        Self { limited_to: Some(scopes), ..self }
    }

    pub fn name(&self) -> &AccountName {
        &self.name
    }

    pub fn organisation(&self) -> &Handle {
        &self.organisation
    }

    pub fn post(&self) -> Post {
        self.post
    }

    /// As the journal names them: the account and its organisation.
    pub fn actor(&self) -> String {
        format!("{}@{}", self.name, self.organisation)
    }

    /// Leave to read what this caller may see.
    pub fn reading(&self) -> ReadPermit {
        ReadPermit { scope: self.scope.clone() }
    }

    /// Whether the post, and the key if there is one, allow it.
    pub fn can(&self, can: Can) -> bool {
        self.post.may(can) && self.limited_to.as_ref().is_none_or(|scopes| scopes.contains(&can))
    }

    /// Leave to do one kind of thing.
    ///
    /// # Errors
    /// When the post or the key does not allow it.
    pub fn permit<C: Capability>(&self) -> Result<Permit<C>, NotAllowed> {
        if !self.can(C::CAN) {
            return Err(NotAllowed { who: self.actor(), post: self.post, can: C::CAN });
        }
        Ok(Permit { actor: self.actor(), scope: self.scope.clone(), to: PhantomData })
    }
}

/// How far a post reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    Everything,
    Province,
    Organisation,
}

#[cfg(test)]
mod tests;
