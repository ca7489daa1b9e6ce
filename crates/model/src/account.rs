//! Accounts: who signs in, for which organisation, and what they are there.
//!
//! No secret is part of an account. What proves that somebody is its holder (password, second factor,
//! recovery codes, sessions, keys) stays in the store and in `app::identity`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Id;
use crate::holding::Province;
use crate::name::name;
use crate::organisation::Handle;
use crate::permit::{Breadth, Can};

name!(
    /// The name by which somebody signs in, such as `wu.lan`.
    AccountName, "account name", "lower-case letters, digits, `.`, `-` or `_`",
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_')
);

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: Id<Self>,
    pub name: AccountName,
    pub organisation: Handle,
    /// The province of the organisation, if it has one.
    pub province: Option<Province>,
    pub post: Post,
    pub created_at: Timestamp,
    /// Since when it can no longer be used; accounts are never deleted.
    pub disabled_at: Option<Timestamp>,
}

/// What an account's holder is: decides what they may do and how far they see.
///
/// Not a *role*: that is what an organisation is in a regime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Post {
    /// The competent authority.
    Bureau,
    /// The authority's administration in one province.
    ProvincialAdministration,
    /// Of the coordinating desk: takes in, proposes grades, sends the mildest, verifies.
    DutyOfficer,
    /// Of the coordinating desk: confirms grades, closes, opens accounts.
    Lead,
    /// A group company: sees its provincial companies.
    OperatorGroup,
    OperatorProvince,
    Registry,
    Registrar,
    /// Contributes deliveries.
    SupportPartner,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Post {
    pub const ALL: [Self; 10] = [
        Self::Bureau,
        Self::ProvincialAdministration,
        Self::DutyOfficer,
        Self::Lead,
        Self::OperatorGroup,
        Self::OperatorProvince,
        Self::Registry,
        Self::Registrar,
        Self::SupportPartner,
        Self::Auditor,
    ];

    /// How it is written in the store, on the command line and in the journal.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bureau => "bureau",
            Self::ProvincialAdministration => "provincial_administration",
            Self::DutyOfficer => "duty_officer",
            Self::Lead => "lead",
            Self::OperatorGroup => "operator_group",
            Self::OperatorProvince => "operator_province",
            Self::Registry => "registry",
            Self::Registrar => "registrar",
            Self::SupportPartner => "support_partner",
            Self::Auditor => "auditor",
        }
    }

    /// What the post allows. Everything that is not said here is refused.
    pub fn may(self, can: Can) -> bool {
        let allowed: &[Can] = match self {
            Self::Bureau | Self::ProvincialAdministration => {
                &[Can::Review, Can::Regrade, Can::Waive]
            }
            Self::DutyOfficer => &[Can::Deliver, Can::Tell, Can::File, Can::Verify, Can::Notify],
            Self::Lead => &[
                Can::Deliver,
                Can::Tell,
                Can::File,
                Can::Verify,
                Can::Notify,
                Can::Regrade,
                Can::Close,
                Can::Direct,
                Can::ManageAccounts,
            ],
            Self::OperatorGroup | Self::Registry | Self::Registrar => &[Can::File, Can::Verify],
            Self::OperatorProvince => &[Can::File],
            Self::SupportPartner => &[Can::Deliver],
            Self::Auditor => &[],
        };
        allowed.contains(&can)
    }

    /// How far it sees.
    pub fn breadth(self) -> Breadth {
        match self {
            Self::Bureau | Self::DutyOfficer | Self::Lead | Self::Auditor => Breadth::Everything,
            Self::ProvincialAdministration => Breadth::Province,
            Self::OperatorGroup
            | Self::OperatorProvince
            | Self::Registry
            | Self::Registrar
            | Self::SupportPartner => Breadth::Organisation,
        }
    }

    /// Whether a password alone is not enough: for whoever sees more than one organisation's slice.
    pub fn needs_second_factor(self) -> bool {
        self.breadth() != Breadth::Organisation
    }

    /// Whether only the desk's own organisation has it.
    pub fn is_of_the_desk(self) -> bool {
        matches!(self, Self::DutyOfficer | Self::Lead)
    }
}

impl std::str::FromStr for Post {
    type Err = UnknownPost;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|post| post.code() == text);
        found.ok_or_else(|| UnknownPost(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for Post {
    type Error = UnknownPost;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Post> for &'static str {
    fn from(post: Post) -> Self {
        post.code()
    }
}

/// A text that names no post.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no post: bureau, provincial_administration, duty_officer, lead, operator_group, \
     operator_province, registry, registrar, support_partner or auditor"
)]
pub struct UnknownPost(String);

/// A sitting of one browser, from signing in to signing out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    pub id: Id<Self>,
    pub account: Id<Account>,
    pub stage: Stage,
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// What the browser says that it is, cut to 200 characters.
    pub agent: String,
}

/// How far somebody has come in signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The password was right; the second factor is still asked for.
    Half,
    /// Signed in.
    Whole,
}

/// A key by which a program acts for an account. The key itself is shown once and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    pub id: Id<Self>,
    pub account: Id<Account>,
    /// The first characters of the key, by which people tell keys apart.
    pub prefix: String,
    /// What it is for, in its owner's words.
    pub purpose: String,
    /// What it may do besides reading, never more than its account.
    pub scopes: BTreeSet<Can>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// A link that lets somebody without an account answer one notice's items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedLink {
    pub id: Id<Self>,
    pub notice: Id<crate::Notice>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}
