//! What may be typed after `juyan act`.

use clap::{Args, Subcommand};

use super::Common;

#[derive(Subcommand)]
pub(crate) enum Act {
    /// Open an incident by facts that an officer knows and no sighting shows
    Open(Open),
    /// Facts have come to light: tell them, and grade by them
    Facts {
        #[command(flatten)]
        common: Common,
        /// Such as INC-2026-0001
        incident: model::incident::IncidentNumber,
        #[command(flatten)]
        known: Known,
    },
    /// A trigger came about: a notice was received, a decision taken, a fact found
    Happened {
        #[command(flatten)]
        common: Common,
        /// Such as INC-2026-0001
        incident: model::incident::IncidentNumber,
        /// The pack's name for it, such as handler.notice_received
        trigger: String,
        /// To whom, where it can be one of several
        #[arg(long, value_name = "HANDLE")]
        to: Option<model::Handle>,
        /// Whose filing it was, where several each file their own
        #[arg(long, value_name = "HANDLE")]
        from: Option<model::Handle>,
        #[command(flatten)]
        proof: Proof,
    },
    /// An obligation was met by a filing, and every other that the filing settles with it
    Met {
        #[command(flatten)]
        common: Common,
        /// The obligation's id, as `juyan obligations --json` gives it
        obligation: String,
        /// Who did it, where another may [default: whoever owes it]
        #[arg(long, value_name = "HANDLE")]
        by: Option<model::Handle>,
        /// There was nothing to report: for what is owed for a month
        #[arg(long)]
        nil: bool,
        #[command(flatten)]
        proof: Proof,
    },
    /// A telephone call met a limit in hours; the written form stays owed
    Telephone {
        #[command(flatten)]
        common: Common,
        /// The obligation's id
        obligation: String,
        /// Who answered
        #[arg(long, value_name = "WHO")]
        to: String,
        #[command(flatten)]
        proof: Proof,
    },
    /// A clock started at another time than is on record
    CorrectStart {
        #[command(flatten)]
        common: Common,
        /// The obligation's id
        obligation: String,
        /// When it really started, with an offset
        #[arg(long, value_name = "TIME")]
        since: jiff::Timestamp,
        /// Why
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
    /// The authority says that it need not be done
    Waive {
        #[command(flatten)]
        common: Common,
        /// The obligation's id
        obligation: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        because: String,
        /// The document that says so
        #[arg(long, value_name = "TEXT")]
        document: String,
    },
    /// The authority has confirmed another grade
    Regrade {
        #[command(flatten)]
        common: Common,
        /// Such as INC-2026-0001
        incident: model::incident::IncidentNumber,
        /// The grade's id in the pack
        #[arg(long)]
        grade: model::GradeId,
        /// Why
        #[arg(long, value_name = "TEXT")]
        because: String,
        /// The document that says so
        #[arg(long, value_name = "TEXT")]
        document: String,
    },
    /// Count again what an older version of a calendar counted
    Recount {
        #[command(flatten)]
        common: Common,
    },
    /// Create what the months that have ended make owed
    CloseMonths {
        #[command(flatten)]
        common: Common,
    },
}

/// Its facts are those that the pack declares: `juyan regime show PACK` lists them. What nobody says is unknown,
/// and the gravest grade still possible governs.
#[derive(Args)]
pub(crate) struct Open {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The pack by which it is graded; one that this desk applies
    #[arg(long)]
    pub(crate) pack: model::PackId,
    /// What it is called; the name of a threat ties it to what is seen of that threat, and to its incidents
    /// under other packs
    #[arg(long, value_name = "NAME", required_unless_present = "with", conflicts_with = "with")]
    pub(crate) matter: Option<model::ThreatName>,
    /// It is the matter of this incident, under another pack
    #[arg(long, value_name = "INCIDENT")]
    pub(crate) with: Option<model::incident::IncidentNumber>,
    /// When its finder knew, with an offset: the clocks start then
    #[arg(long, value_name = "TIME")]
    pub(crate) known_at: jiff::Timestamp,
    /// When it happened: the law of that day applies [default: when it became known]
    #[arg(long, value_name = "TIME")]
    pub(crate) occurred_at: Option<jiff::Timestamp>,
    /// Handle of the organisation whose finding it is [default: the desk's own]
    #[arg(long, value_name = "HANDLE")]
    pub(crate) finder: Option<model::Handle>,
    /// It has not happened yet: grade it as a warning
    #[arg(long)]
    pub(crate) warning: bool,
    #[command(flatten)]
    pub(crate) known: Known,
}

/// What an officer knows.
#[derive(Args)]
pub(crate) struct Known {
    /// A fact as the pack declares it, such as leaked_users=12000; may be repeated
    #[arg(long = "fact", value_name = "KEY=VALUE")]
    pub(crate) facts: Vec<String>,
    /// What facts left out are: unknown, or absent, for whoever knows that nothing else was observed
    #[arg(long, default_value = "unknown", value_parser = ["unknown", "absent"])]
    pub(crate) others: String,
    /// An organisation that answers for something of it, or is hit by it; may be repeated
    #[arg(long = "party", value_name = "HANDLE")]
    pub(crate) parties: Vec<model::Handle>,
    /// A province that it touches, by its code; may be repeated
    #[arg(long = "province", value_name = "CODE")]
    pub(crate) provinces: Vec<model::Province>,
    /// What shows it: a log number, a report, a document
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: String,
}

/// When it was, and what shows it.
#[derive(Args, Clone)]
pub(crate) struct Proof {
    /// When, with an offset: 2026-11-23T10:00:00+08:00
    #[arg(long, value_name = "TIME")]
    pub(crate) at: jiff::Timestamp,
    /// What shows it: a log number, a receipt, a document
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: String,
}
