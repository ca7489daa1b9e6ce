//! What may be typed after `juyan file`, `juyan review` and `juyan directory key`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use model::Handle;
use model::filing::FilingNumber;
use model::incident::IncidentNumber;

use super::Common;

#[derive(Subcommand)]
pub(crate) enum File {
    /// Show the form by which an obligation is met
    Forms {
        #[command(flatten)]
        common: Common,
        /// The obligation's id, or a duty such as cn.miit.2009-157:M2a
        what: String,
        /// The language of the names
        #[arg(long, default_value = "en", value_parser = ["en", "zh"])]
        lang: String,
    },
    /// Begin a draft, or save what is set over the one that there is
    Draft {
        #[command(flatten)]
        common: Common,
        /// The obligation's id, as `juyan obligations --json` gives it
        obligation: String,
        /// Who files it, where another may [default: whoever owes it]
        #[arg(long, value_name = "HANDLE")]
        by: Option<Handle>,
        #[command(flatten)]
        answers: Answers,
    },
    /// Save what is set over a draft
    Edit {
        #[command(flatten)]
        common: Common,
        filing: FilingNumber,
        /// The version that was read; saving over another is refused [default: the one at rest]
        #[arg(long, value_name = "NUMBER")]
        read: Option<u32>,
        #[command(flatten)]
        answers: Answers,
    },
    /// Begin a draft that adds to a sealed filing
    Supplement(Following),
    /// Begin a draft that puts a sealed filing right, such as one that was returned
    Correct(Following),
    /// Begin a draft that withdraws a sealed filing: a false alarm
    Withdraw(Following),
    /// List filings, those drafted last first
    List {
        #[command(flatten)]
        listing: super::Listing,
        /// Only those of this organisation
        #[arg(long, value_name = "HANDLE")]
        by: Option<Handle>,
    },
    /// Show a filing with its form, its seal and what was found wrong with it
    Show(One),
    /// Say what keeps a draft from being sealed
    Check(One),
    /// Print the text that is sealed, for signing at home
    Text(One),
    /// Sign a text with a key file: needs no data directory
    Sign {
        /// The key, as PKCS #8 in PEM
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The text, as `juyan file text` prints it
        text: PathBuf,
    },
    /// Seal a draft: it meets its obligation at this instant
    Seal {
        #[command(flatten)]
        one: One,
        /// The id of the filer's key, with the signature it made [default: this desk's own key]
        #[arg(long, value_name = "ID", requires = "signature", conflicts_with = "key_file")]
        key: Option<model::filing::KeyId>,
        /// The signature: 128 hexadecimal digits
        #[arg(long, value_name = "HEX", requires = "key")]
        signature: Option<String>,
        /// The filer's key file, where it is at hand
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
    },
    /// Give up a draft
    Discard(One),
    /// A sealed filing reached its recipient
    Receive {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        judge: Judge,
        /// What shows it
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// Its recipient accepts a filing
    Accept {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        judge: Judge,
        /// A note
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// Its recipient returns a filing for correction: what it met is owed again, by the same clock
    Return {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        judge: Judge,
        /// What has to be corrected
        #[arg(long, value_name = "TEXT")]
        reasons: String,
    },
    /// Record that a filing is false, conceals or omits something
    Fault {
        #[command(flatten)]
        one: One,
        #[arg(long = "as", value_parser = ["false", "concealed", "omitted"])]
        what: String,
        /// Who found it
        #[arg(long, value_name = "HANDLE")]
        by: Handle,
        /// The document, or what shows it
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
    /// Log a telephone call: it may meet a limit in hours, or start a clock
    Call(Call),
}

#[derive(Args)]
pub(crate) struct One {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Such as FIL-2026-0001
    pub(crate) filing: FilingNumber,
    /// The language of the names
    #[arg(long, default_value = "en", value_parser = ["en", "zh"])]
    pub(crate) lang: String,
}

#[derive(Args)]
pub(crate) struct Following {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The filing that it follows
    pub(crate) filing: FilingNumber,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

#[derive(Args)]
pub(crate) struct Answers {
    /// A field and what it says; `none` is a list without members. May be given often
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub(crate) set: Vec<String>,
    /// A file of answers: TOML, or JSON if its name ends so; what is set goes before it
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Judge {
    /// Who receives or judges it
    #[arg(long, value_name = "HANDLE")]
    pub(crate) by: Handle,
    /// When, with an offset [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,
}

#[derive(Args)]
pub(crate) struct Call {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The obligation that it meets, by id, or the incident that it is about
    pub(crate) about: String,
    /// With whom: a name, a desk, a number
    #[arg(long = "with", value_name = "WHO")]
    pub(crate) with: String,
    /// What was said, in one line
    #[arg(long, value_name = "TEXT")]
    pub(crate) said: String,
    /// When, with an offset [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,
    /// The trigger that came about by it
    #[arg(long, value_name = "TRIGGER")]
    pub(crate) starts: Option<String>,
    /// To whom it came about, where it can be one of several
    #[arg(long, value_name = "HANDLE", requires = "starts")]
    pub(crate) to: Option<Handle>,
    /// Whose filing it was, where several each file their own
    #[arg(long, value_name = "HANDLE", requires = "starts")]
    pub(crate) from: Option<Handle>,
}

#[derive(Subcommand)]
pub(crate) enum Review {
    /// List what awaits the authority
    List {
        #[command(flatten)]
        common: Common,
        /// What is decided, too
        #[arg(long)]
        all: bool,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Show how an incident stands, and what experts made of it
    Show {
        #[command(flatten)]
        common: Common,
        incident: IncidentNumber,
    },
    /// Let notices of an incident go out
    Release(Deciding),
    /// Hold them back
    Refuse(Deciding),
    /// Record what experts made of an incident
    Assess {
        #[command(flatten)]
        common: Common,
        incident: IncidentNumber,
        /// Who called them
        #[arg(long, value_name = "HANDLE")]
        by: Handle,
        /// When they met, with an offset [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<jiff::Timestamp>,
        /// Who took part
        #[arg(long, value_name = "TEXT")]
        experts: String,
        /// What it says about the grade
        #[arg(long, value_parser = ["confirms", "graver", "milder", "undecided"])]
        outcome: String,
        #[arg(long, value_name = "TEXT")]
        conclusion: String,
        #[arg(long, value_name = "TEXT")]
        document: String,
    },
    /// The authority lets somebody else release, for a time
    Delegate {
        #[command(flatten)]
        common: Common,
        #[arg(long, value_name = "HANDLE")]
        from: Handle,
        #[arg(long, value_name = "HANDLE")]
        to: Handle,
        /// From this instant [default: now]
        #[arg(long, value_name = "TIME")]
        since: Option<jiff::Timestamp>,
        /// Until before this one [default: until it is revoked]
        #[arg(long, value_name = "TIME")]
        until: Option<jiff::Timestamp>,
        /// The document that says so
        #[arg(long, value_name = "TEXT")]
        document: String,
    },
    /// Revoke what was delegated; what was released by it stays released
    Revoke {
        #[command(flatten)]
        common: Common,
        #[arg(long, value_name = "HANDLE")]
        from: Handle,
        #[arg(long, value_name = "HANDLE")]
        to: Handle,
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
}

#[derive(Args)]
pub(crate) struct Deciding {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Such as INC-2026-0001
    pub(crate) incident: IncidentNumber,
    /// The authority, or whom it delegated
    #[arg(long, value_name = "HANDLE")]
    pub(crate) by: Handle,
    /// The document, or the reason
    #[arg(long, value_name = "TEXT")]
    pub(crate) because: String,
}

#[derive(Subcommand)]
pub(crate) enum Key {
    /// Make a key. Without --out it is this desk's own, kept beside the database; with it, it goes into a
    /// new file for somebody else to keep, and nothing of it stays here
    Make {
        #[command(flatten)]
        common: Common,
        /// Whose key it is, when it is registered at once [default: this desk's own]
        #[arg(long, value_name = "HANDLE")]
        organisation: Option<Handle>,
        /// Where the private key is written
        #[arg(long, value_name = "FILE", requires = "organisation")]
        out: Option<PathBuf>,
        /// What shows that it is theirs
        #[arg(long, value_name = "TEXT", requires = "out")]
        evidence: Option<String>,
    },
    /// Register the public half of a key that its organisation has made
    Register {
        #[command(flatten)]
        common: Common,
        organisation: Handle,
        /// 64 hexadecimal digits, or a file in PEM
        #[arg(long, value_name = "HEX|FILE")]
        public: String,
        /// What shows that it is theirs: a letter, a call to a known number
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// List the keys of an organisation
    List {
        #[command(flatten)]
        common: Common,
        organisation: Handle,
    },
    /// Revoke a key: it seals nothing more, and what it sealed stays sealed
    Revoke {
        #[command(flatten)]
        common: Common,
        organisation: Handle,
        key: model::filing::KeyId,
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
}
