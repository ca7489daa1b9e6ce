//! Permits: proof that somebody may look, and at what.
//!
//! A query takes a permit; without one there is no query. Until people can sign in there is one way to
//! get one: to sit at the machine itself.

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
    /// One organisation: what concerns it, and nothing of anyone else.
    Organisation(Handle),
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

    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}
