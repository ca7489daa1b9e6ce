//! What may be typed after `juyan regime`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Common;

/// A pack is named by its id or by a file that ends in .toml; `PACK+LAYER` is the pack with a layer over it.
#[derive(Args)]
pub(crate) struct OfRegimes {
    /// Where packs, layers and calendars of one's own lie
    #[arg(
        long,
        env = "JUYAN_DATA",
        default_value = "juyan-data",
        value_name = "DIR",
        global = true
    )]
    pub(crate) data: PathBuf,

    #[command(subcommand)]
    pub(crate) command: Regime,
}

#[derive(Subcommand)]
pub(crate) enum Regime {
    /// List the packs at hand: those of this binary and those of the data directory
    List {
        /// Answer in JSON, one document
        #[arg(long)]
        json: bool,
    },
    /// Read a pack, check it and run its own cases
    Check {
        /// A pack in TOML
        file: PathBuf,
        /// Answer in JSON, one document
        #[arg(long)]
        json: bool,
    },
    /// Show a pack as a lawyer reads it: who must do what, for whom, by when
    Show(ShowPack),
    /// Tell one duty in a paragraph, in Chinese and in English
    Explain(Explain),
    /// Draw the flow: which duty starts whose clock
    Graph {
        #[command(flatten)]
        told: Told,
        /// A picture, or an indented tree
        #[arg(long, default_value = "text", value_parser = ["svg", "text"])]
        format: String,
    },
    /// Say what changes for whom from one pack to another; exit code 3 if anything does
    Diff {
        /// A pack's id, or a file: as it was
        from: String,
        /// A pack's id, or a file: as it is to be
        to: String,
        /// The language of the answer
        #[arg(long, default_value = super::spoken(), value_parser = ["zh", "en"])]
        lang: String,
        /// Answer in JSON, one document
        #[arg(long)]
        json: bool,
    },
    /// Run a pack's own cases, and more from a table; exit code 3 if one fails
    Test {
        /// A pack's id, or a file
        pack: String,
        /// Cases in CSV: id, kind, duty, inputs, grade, start, calendar, expect (see docs/regimes.md)
        #[arg(long, value_name = "FILE")]
        vectors: Option<PathBuf>,
        /// Answer in JSON, one document
        #[arg(long)]
        json: bool,
    },
    /// Replay incidents under a draft, and tell whose due times move; exit code 3 if any does
    Simulate(Simulate),
    /// Grade by a pack or a grading pack, and say why; with #NAME, ask a definition or a warning
    Grade(Grade),
    /// List the texts of law that this desk has decided by, as they stood when they were first applied
    Applied {
        #[command(flatten)]
        common: Common,
        /// Only those of this pack, grading pack or layer
        name: Option<model::PackId>,
        /// Print the texts themselves
        #[arg(long, requires = "name", conflicts_with = "json")]
        text: bool,
    },
    /// Work out when a duty falls due, and say why
    Deadline(Deadline),
}

/// How to read the text, and how to answer.
#[derive(Args)]
pub(crate) struct How {
    /// Read the text otherwise where it is open: READING=OPTION, such as R1=graded; may be repeated
    #[arg(long = "reading", value_name = "READING=OPTION")]
    pub(crate) readings: Vec<String>,
    /// Answer in JSON, one document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Grade {
    /// The id of a pack or a grading pack, or a file; `PACK#NAME` asks a definition, `PACK#warning` a
    /// warning's level
    pub(crate) pack: String,
    /// Facts, such as total_ips=120000; several in one argument are parted by `;`
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) inputs: Vec<String>,
    /// What facts left out are [default: unknown; of a definition or a grading pack alone: absent]
    #[arg(long, value_parser = ["unknown", "absent"])]
    pub(crate) others: Option<String>,
    #[command(flatten)]
    pub(crate) how: How,
}

/// A pack, the language and the shape of the answer.
#[derive(Args)]
pub(crate) struct Told {
    /// A pack's id, or a file
    pub(crate) pack: String,
    /// The language of the answer
    #[arg(long, default_value = super::spoken(), value_parser = ["zh", "en"])]
    pub(crate) lang: String,
    #[command(flatten)]
    pub(crate) how: How,
}

#[derive(Args)]
pub(crate) struct ShowPack {
    #[command(flatten)]
    pub(crate) told: Told,
    /// Only what is owed at this grade
    #[arg(long)]
    pub(crate) grade: Option<String>,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// A pack's id, or a file
    pub(crate) pack: String,
    /// The duty's id, such as M2b; spaces stand for `_`
    #[arg(value_parser = duty_id)]
    pub(crate) duty: model::DutyId,
    /// The incident's grade, by its id or its name: say whether it is owed at all
    #[arg(long)]
    pub(crate) grade: Option<String>,
    /// When the clock starts, with an offset: count it too
    #[arg(long, value_parser = instant)]
    pub(crate) start: Option<jiff::Timestamp>,
    /// A calendar such as `cn` or `cn@2019-11`, or a file; `a+b` joins a provisional one [default: the pack's own]
    #[arg(long)]
    pub(crate) calendar: Option<String>,
    #[command(flatten)]
    pub(crate) how: How,
}

#[derive(Args)]
pub(crate) struct Simulate {
    /// The draft: a pack's id, or a file
    #[arg(long = "regime", value_name = "DRAFT")]
    pub(crate) draft: String,
    /// What it would replace [default: the pack of this binary that has the draft's id]
    #[arg(long, value_name = "PACK")]
    pub(crate) against: Option<String>,
    /// Incidents to replay, in TOML or CSV (see docs/regimes.md)
    #[arg(long, value_name = "FILE", required_unless_present = "since", conflicts_with = "since")]
    pub(crate) incidents: Option<PathBuf>,
    /// The desk's own incidents, known on or after this date
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<jiff::civil::Date>,
    /// A calendar such as `cn` or `cn@2019-11`, or a file; `a+b` joins a provisional one [default: the pack's own]
    #[arg(long)]
    pub(crate) calendar: Option<String>,
    /// The language of the answer
    #[arg(long, default_value = super::spoken(), value_parser = ["zh", "en"])]
    pub(crate) lang: String,
    /// In the draft, read the text otherwise where it is open: READING=OPTION, such as R1=graded; may be repeated
    #[arg(long = "reading", value_name = "READING=OPTION")]
    pub(crate) readings: Vec<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct Deadline {
    /// A pack's id, or a file
    pub(crate) pack: String,
    /// The duty's id, such as M2b; spaces stand for `_`
    #[arg(value_parser = duty_id)]
    pub(crate) duty: model::DutyId,
    /// The incident's grade, by its id or its name
    #[arg(long)]
    pub(crate) grade: Option<String>,
    /// When the clock starts, with an offset: 2025-09-29T10:00:00+08:00
    #[arg(long, value_parser = instant)]
    pub(crate) start: jiff::Timestamp,
    /// A calendar such as `cn` or `cn@2019-11`, or a file; `a+b` joins a provisional one [default: the pack's own]
    #[arg(long)]
    pub(crate) calendar: Option<String>,
    #[command(flatten)]
    pub(crate) how: How,
}

fn duty_id(text: &str) -> Result<model::DutyId, model::BadName> {
    text.trim().replace(' ', "_").parse()
}

/// An instant with its offset; what is wrong with another text, in plain words.
fn instant(text: &str) -> Result<jiff::Timestamp, String> {
    text.trim().parse().map_err(|_| {
        let example = "2025-09-29T10:00:00+08:00";
        match text.trim().parse::<jiff::civil::DateTime>() {
            Ok(_) if has_offset(text) => format!(
                "`{text}` lies beyond the instants that can be counted: write one between the years 1 and 9998"
            ),
            Ok(_) => format!("`{text}` says no offset from UTC: write such as {example}"),
            Err(_) => format!("`{text}` is no instant: write such as {example}"),
        }
    })
}

/// Whether something after the time of day says how far it is from UTC.
fn has_offset(text: &str) -> bool {
    let time = text.trim().split_once(['T', 't', ' ']).map_or("", |(_, time)| time);
    time.contains(['+', '-', 'Z', 'z'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_that_cannot_be_one_is_told_why() {
        assert!(instant("2025-06-11T22:00:00+08:00").is_ok());
        assert!(instant("2025-06-11T22:00:00").unwrap_err().contains("says no offset"));
        assert!(instant("9999-12-31T23:59:59-08:00").unwrap_err().contains("beyond"));
        assert!(instant("noon").unwrap_err().contains("is no instant"));
    }
}
