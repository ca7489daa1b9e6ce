//! What may be typed about accounts, keys and links.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help that a terminal shows: no backticks"
)]

use clap::{Args, Subcommand};

use super::Common;

/// From then on people sign in: this cannot be undone. The link is good once, for two hours; run this again
/// for another as long as nobody has used one. A desk that is being served is told by starting it again.
#[derive(Args)]
pub(crate) struct Setup {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How browsers reach the desk
    #[arg(long, default_value = "http://127.0.0.1:8460", value_name = "URL")]
    pub(crate) url: String,
}

#[derive(Subcommand)]
pub(crate) enum Accounts {
    /// List accounts
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Open an account, and print the link by which its holder chooses a password
    Add {
        #[command(flatten)]
        common: Common,
        /// Such as wu.lan
        name: model::AccountName,
        /// The organisation [default: the desk's own]
        #[arg(long, value_name = "HANDLE")]
        organisation: Option<model::Handle>,
        /// bureau, provincial_administration, duty_officer, lead, operator_group, operator_province,
        /// registry, registrar, support_partner or auditor
        #[arg(long)]
        post: model::Post,
        /// How browsers reach the desk
        #[arg(long, default_value = "http://127.0.0.1:8460", value_name = "URL")]
        url: String,
    },
    /// Take an account out of use: its sessions end, its keys are revoked
    Disable {
        #[command(flatten)]
        common: Common,
        name: model::AccountName,
    },
    /// Forget password and second factor, end sessions, and print a new link; a disabled account is in use again
    Reset {
        #[command(flatten)]
        common: Common,
        name: model::AccountName,
        /// How browsers reach the desk
        #[arg(long, default_value = "http://127.0.0.1:8460", value_name = "URL")]
        url: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Make a key; it is printed once and kept nowhere
    Add {
        #[command(flatten)]
        common: Common,
        /// The account for which a program acts
        account: model::AccountName,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        purpose: String,
        /// What it may do besides reading, such as deliver or file; may be given several times
        #[arg(long, value_name = "CAPABILITY")]
        may: Vec<model::permit::Can>,
        /// How long it lasts
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=366))]
        days: u32,
    },
    /// List the keys of an account
    List {
        #[command(flatten)]
        common: Common,
        account: model::AccountName,
    },
    /// Revoke a key
    Revoke {
        #[command(flatten)]
        common: Common,
        account: model::AccountName,
        /// The first characters of the key, as the list shows them
        prefix: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Links {
    /// Make a link for the recipient of a notice; it is printed once and kept nowhere
    Add {
        #[command(flatten)]
        common: Common,
        /// Such as NTC-2026-0001
        notice: model::notice::NoticeNumber,
        /// How long it lasts
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=90))]
        days: u32,
        /// How browsers reach the desk
        #[arg(long, default_value = "http://127.0.0.1:8460", value_name = "URL")]
        url: String,
    },
    /// Revoke a link
    Revoke {
        #[command(flatten)]
        common: Common,
        /// The link's id, as it was printed when it was made
        id: String,
    },
}
