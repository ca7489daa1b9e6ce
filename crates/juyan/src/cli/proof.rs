//! What may be typed about proof: the journal, the key, dossiers, the settings.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Common, Listing};

#[derive(Subcommand)]
pub(crate) enum Journal {
    /// Find any altered, removed or reordered entry, and any table that disagrees
    Verify {
        #[command(flatten)]
        common: Common,
        /// Checkpoints that somebody else kept: finds a history that was rewritten since
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// The desk's public key as noted elsewhere: a file or its 64 digits
        #[arg(long, value_name = "KEY", requires = "checkpoint")]
        key: Option<String>,
    },
    /// Sign what the journal is now; `juyan serve` does it once a day
    Checkpoint {
        #[command(flatten)]
        common: Common,
    },
    /// Print the signed checkpoints, to be kept by somebody else
    Export {
        #[command(flatten)]
        common: Common,
        /// The checkpoints: what the journal was, and none of what stands in it
        #[arg(long, required = true)]
        checkpoints: bool,
    },
    /// List the latest acts
    Show {
        #[command(flatten)]
        listing: Listing,
    },
}

#[derive(Subcommand)]
pub(crate) enum Key {
    /// Show the public key: whoever verifies needs it
    Show {
        #[command(flatten)]
        common: Common,
        /// Only the key in PEM, for other tools
        #[arg(long, conflicts_with = "json")]
        pem: bool,
    },
    /// Put a new key in its place; the old one says so in its last checkpoint
    Rotate {
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Dossier {
    #[command(subcommand)]
    pub(crate) verify: Option<VerifyDossier>,
    #[command(flatten)]
    pub(crate) common: Common,
    /// Such as INC-2026-0001
    #[arg(required = true)]
    pub(crate) incident: Option<model::incident::IncidentNumber>,
    /// Where to write it; a file that is there is left alone [default: INC-….dossier.tar.zst]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum VerifyDossier {
    /// Check a dossier, offline and without a data directory, and name what was changed
    Verify {
        file: PathBuf,
        /// The desk's public key as noted elsewhere: a file or its 64 digits
        #[arg(long, value_name = "KEY")]
        key: String,
        /// Answer in JSON, one document
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Settings to look at instead of those of the data directory
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}
