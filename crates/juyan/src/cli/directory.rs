//! What may be typed after `juyan directory`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use model::Handle;

use super::Common;
use super::file::Key;

#[derive(Subcommand)]
pub(crate) enum Directory {
    /// List organisations and how complete their entries are, the least complete first
    List {
        #[command(flatten)]
        common: Common,
        /// Only those below this score
        #[arg(long, value_name = "PERCENT", default_value_t = 101)]
        below: u8,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
    },
    /// Show one organisation: its contacts in the order in which they are tried, claims, keys
    Show {
        #[command(flatten)]
        common: Common,
        organisation: Handle,
    },
    /// Say how complete an entry is, part by part
    Score {
        #[command(flatten)]
        common: Common,
        organisation: Handle,
    },
    /// List contacts that came back or have been silent for ninety days
    Doubts {
        #[command(flatten)]
        common: Common,
    },
    /// Take in a file of organisations or contacts, or say what that would do
    Import {
        #[command(flatten)]
        common: Common,
        #[arg(value_parser = ["organisations", "contacts"])]
        what: String,
        file: PathBuf,
        /// Say what it would do, and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the organisations or the contacts in force as CSV; this goes on record
    Export {
        #[command(flatten)]
        common: Common,
        #[arg(value_parser = ["organisations", "contacts"])]
        what: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
    /// Contacts: propose, verify, approve
    #[command(subcommand)]
    Contact(Contact),
    /// Claim a network or a domain for an organisation
    Claim(Claim),
    /// List claims
    Claims {
        #[command(flatten)]
        common: Common,
        #[arg(long, default_value = "claimed", value_parser = ["claimed", "approved", "refused"])]
        state: String,
    },
    /// Approve a claim: a network is attributed to its organisation from then on
    Approve(Decide),
    /// Refuse a claim
    Refuse(Decide),
    /// Note a competent department, a partner, or a reporting mechanism that is filed
    Note {
        #[command(flatten)]
        common: Common,
        organisation: Handle,
        #[arg(value_parser = ["competent_department", "partner", "mechanism"])]
        what: String,
        /// The department, the partner's field, the mechanism's name
        says: String,
        /// Since when, with an offset [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
        /// The document that says so
        #[arg(long, value_name = "TEXT")]
        document: String,
    },
    /// The keys by which organisations seal their filings
    #[command(subcommand)]
    Key(Key),
}

#[derive(Subcommand)]
pub(crate) enum Contact {
    /// Propose a contact, or one in the place of another
    Add {
        #[command(flatten)]
        common: Common,
        organisation: Handle,
        #[arg(value_parser = ["contact", "desk_24h", "head", "leader"])]
        kind: String,
        name: String,
        #[arg(long)]
        phone: Option<String>,
        #[arg(long)]
        email: Option<String>,
        /// The id of the contact in whose place it comes
        #[arg(long, value_name = "ID")]
        replaces: Option<String>,
        /// When it really changed, with an offset: the time to report it runs from here [default: now]
        #[arg(long, value_name = "TIME")]
        changed_at: Option<Timestamp>,
    },
    /// It was reached, or a document shows it
    Verify(Step),
    /// It counts, and what it replaces no longer does
    Approve {
        #[command(flatten)]
        common: Common,
        contact: String,
        /// Who approves it [default: this desk]
        #[arg(long, value_name = "HANDLE")]
        by: Option<Handle>,
        /// From when on it counts, with an offset [default: now]
        #[arg(long, value_name = "TIME")]
        from: Option<Timestamp>,
    },
    /// Reject one that is not approved
    Reject(Step),
    /// End one that nobody replaces
    End(Step),
    /// It was heard of
    Confirm(Sign),
    /// Something sent to it came back
    Bounced(Sign),
    /// It was asked whether it is still there
    Chase(Sign),
}

#[derive(Args)]
pub(crate) struct Step {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Its id
    pub(crate) contact: String,
    /// What shows it, or why
    #[arg(long, value_name = "TEXT")]
    pub(crate) because: String,
}

#[derive(Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Its id
    pub(crate) contact: String,
    /// When, with an offset [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// What shows it: a call, a mail, the server's answer
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: String,
}

#[derive(Args)]
pub(crate) struct Claim {
    #[command(flatten)]
    pub(crate) common: Common,
    pub(crate) organisation: Handle,
    /// A prefix or a domain
    pub(crate) of: String,
    /// The province in which a network lies
    #[arg(long)]
    pub(crate) province: Option<model::Province>,
    /// From when on it holds it, with an offset
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Timestamp,
    /// What shows it: an allocation, a contract
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: String,
}

#[derive(Args)]
pub(crate) struct Decide {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Its id
    pub(crate) claim: String,
    /// Who decides [default: this desk]
    #[arg(long, value_name = "HANDLE")]
    pub(crate) by: Option<Handle>,
    /// What it rests on
    #[arg(long, value_name = "TEXT")]
    pub(crate) because: String,
}
