//! What may be typed: every command, its arguments and its help.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with findings (rows in quarantine, a pack with
//! errors, a journal that does not verify).

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help that a terminal shows: no backticks"
)]

mod act;
pub(crate) mod directory;
pub(crate) mod file;
mod proof;
mod regime;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use act::{Act, Known, Open, Proof};
pub(crate) use proof::{Check, Dossier, Journal, Key, VerifyDossier};
pub(crate) use regime::{Deadline, Explain, Grade, OfRegimes, Regime, ShowPack, Simulate, Told};

/// A CSIRT's coordination desk: feeds in, graded incidents, obligations with due times, notices out.
#[derive(Parser)]
#[command(name = "juyan", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Say more on stderr; twice for every detail
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the data lies and how to answer; shared by most commands.
#[derive(Args, Clone)]
pub(crate) struct Common {
    /// The data directory
    #[arg(long, env = "JUYAN_DATA", default_value = "juyan-data", value_name = "DIR")]
    pub(crate) data: PathBuf,

    /// Answer in JSON, one document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Build a demonstration country, ingest 1.4 million sightings and open the desk
    Demo(Demo),
    /// Open the web desk on this machine
    Serve(Serve),
    /// Make an empty data directory with its settings
    Init(Init),
    /// Load the directory and the register
    Load(Load),
    /// Take in deliveries: store, read, attribute, count, grade, derive what is owed
    Ingest(Ingest),
    /// Assess again what was seen lately: does what a run that was cut short left undone
    Assess(Assess),
    /// List deliveries, or the quarantined rows of one
    Deliveries(Deliveries),
    /// List incidents, those assessed last first
    Incidents(Incidents),
    /// Show one incident whole
    Incident(Incident),
    /// List who owes what to whom by when
    Obligations(Obligations),
    /// Tell the desk what happened or was done: clocks start, obligations are met
    #[command(subcommand)]
    Act(Act),
    /// File what is owed: forms, drafts, seals, verdicts, the telephone log
    #[command(subcommand)]
    File(file::File),
    /// What awaits the authority before anybody is notified of it
    #[command(subcommand)]
    Review(file::Review),
    /// The directory: organisations, contacts, claims, sealing keys
    #[command(subcommand)]
    Directory(directory::Directory),
    /// List notices
    Notices(Listing),
    /// Show one notice, or its list of addresses as CSV
    Notice(Notice),
    /// Search sightings
    Sightings(Sightings),
    /// Ask who is responsible for an address or domain
    #[command(subcommand)]
    Atlas(Atlas),
    /// Check a regime pack, grade by it, count its deadlines
    Regime(OfRegimes),
    /// List, show, check or import calendars: which days are working days
    #[command(subcommand)]
    Calendar(Calendar),
    /// Work out when something allowed so long is due, and say why
    Clock(Clock),
    /// List feed mappings, or read a file by one without keeping anything
    #[command(subcommand)]
    Feeds(Feeds),
    /// Prove that the journal is whole, sign it, give what was signed away
    #[command(subcommand)]
    Journal(Journal),
    /// Show or change the key that this desk signs with
    #[command(subcommand)]
    Key(Key),
    /// Everything about one incident in one file that proves itself; `dossier verify FILE` checks one
    Dossier(Dossier),
    /// Explain every setting, and name what is wrong
    Check(Check),
    /// Drop days that are older than they must be kept
    Retain(Retain),
    /// Write a synthetic sinkhole report, for trying and measuring
    Generate(Generate),
    /// Ask the ledger in SQL (one SELECT)
    #[cfg(feature = "sql")]
    Sql(Sql),
}

#[derive(Args)]
pub(crate) struct Demo {
    /// Where to build it; a demonstration already there is replaced
    #[arg(long, default_value = "juyan-demo", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Where the desk listens: loopback only
    #[arg(long, default_value = "127.0.0.1:8460", value_name = "ADDRESS")]
    pub(crate) listen: std::net::SocketAddr,
    /// Build and report, without opening the desk
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// Answer in JSON, one document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Where the desk listens [default: `serve.listen` of the settings]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<std::net::SocketAddr>,
}

#[derive(Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Handle of the organisation whose desk this is
    #[arg(long, value_name = "HANDLE")]
    pub(crate) own: model::Handle,
    /// Regime packs that this desk applies
    #[arg(long, value_name = "PACK", required = true)]
    pub(crate) regime: Vec<model::PackId>,
    /// Apply them whatever their dates: for trying repealed law on what is seen today
    #[arg(long)]
    pub(crate) regardless_of_dates: bool,
}

#[derive(Args)]
pub(crate) struct Load {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Organisations: handle,name_zh,name_en,province,parent,roles,email
    #[arg(long, value_name = "CSV")]
    pub(crate) organisations: Option<PathBuf>,
    /// Provinces: code,name_zh,name_en
    #[arg(long, value_name = "CSV")]
    pub(crate) provinces: Option<PathBuf>,
    /// The country's register: prefix,organisation,province,valid_from,valid_to
    #[arg(long, value_name = "CSV")]
    pub(crate) register: Option<PathBuf>,
    /// AS table: ranges or prefixes as CSV, or CAIDA pfx2as; may be given for each family
    #[arg(long, value_name = "FILE")]
    pub(crate) as_table: Vec<PathBuf>,
    /// Domain suffixes: suffix,registry,domestic
    #[arg(long, value_name = "CSV")]
    pub(crate) suffixes: Option<PathBuf>,
    /// Registrars: domain,registrar,domestic
    #[arg(long, value_name = "CSV")]
    pub(crate) registrars: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Ingest {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The mapping, such as `shadowserver/event4_sinkhole`, or a feed whose file names tell
    #[arg(long, value_name = "FEED", required_unless_present = "unfinished", default_value = "")]
    pub(crate) feed: String,
    /// Handle of the organisation whose monitoring this is [default: the desk's own]
    #[arg(long, value_name = "HANDLE")]
    pub(crate) finder: Option<model::Handle>,
    /// Files: plain, gzip or zstd; `-` for standard input
    #[arg(required_unless_present = "unfinished", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Finish deliveries that were stored and not read to their end, or not assessed
    #[arg(long, conflicts_with_all = ["files", "feed"])]
    pub(crate) unfinished: bool,
    /// Stop at the ledger: count, and leave grading to `juyan assess`
    #[arg(long)]
    pub(crate) count_only: bool,
}

#[derive(Args)]
pub(crate) struct Assess {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Over the last so many days that have data
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=400))]
    pub(crate) days: u32,
}

#[derive(Args)]
pub(crate) struct Deliveries {
    #[command(flatten)]
    pub(crate) listing: Listing,
    /// Show the quarantined rows of this delivery
    #[arg(value_name = "DELIVERY")]
    pub(crate) delivery: Option<model::DeliveryId>,
}

#[derive(Args)]
pub(crate) struct Listing {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
    /// Go on after this key, as the last answer gave it
    #[arg(long, value_name = "KEY")]
    pub(crate) after: Option<String>,
}

#[derive(Args)]
pub(crate) struct Incidents {
    #[command(flatten)]
    pub(crate) listing: Listing,
    /// Only this grade, by its rank: 1 is the gravest
    #[arg(long, value_name = "RANK", value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) rank: Option<u8>,
}

#[derive(Args)]
pub(crate) struct Incident {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Such as INC-2026-0001
    pub(crate) number: model::incident::IncidentNumber,
    /// The language of the explanations
    #[arg(long, default_value = spoken(), value_parser = ["en", "zh"])]
    pub(crate) lang: String,
}

#[derive(Args)]
pub(crate) struct Obligations {
    #[command(flatten)]
    pub(crate) listing: Listing,
    /// Which: all, ours, theirs, latent, met
    #[arg(long, default_value = "all", value_parser = ["all", "ours", "theirs", "latent", "met"])]
    pub(crate) show: String,
}

#[derive(Args)]
pub(crate) struct Notice {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Such as NTC-2026-0001
    pub(crate) number: model::notice::NoticeNumber,
    /// Write the whole list as CSV
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

#[derive(Args)]
pub(crate) struct Sightings {
    #[command(flatten)]
    pub(crate) listing: Listing,
    /// An address
    #[arg(long)]
    pub(crate) ip: Option<model::Ip>,
    /// A prefix
    #[arg(long)]
    pub(crate) prefix: Option<model::Prefix>,
    /// A domain
    #[arg(long)]
    pub(crate) domain: Option<model::Fqdn>,
    /// A threat
    #[arg(long)]
    pub(crate) threat: Option<model::ThreatName>,
    /// The organisation that held the address
    #[arg(long)]
    pub(crate) holder: Option<model::Handle>,
    /// The province it lay in
    #[arg(long)]
    pub(crate) province: Option<model::Province>,
    /// Seen at or after this instant, such as 2026-11-23T00:00:00Z
    #[arg(long)]
    pub(crate) from: Option<jiff::Timestamp>,
    /// Seen before this instant
    #[arg(long)]
    pub(crate) to: Option<jiff::Timestamp>,
}

#[derive(Subcommand)]
pub(crate) enum Atlas {
    /// Who held this address or domain
    Lookup {
        #[command(flatten)]
        common: Common,
        /// An IP address or a domain name
        address: String,
        /// When [default: now]
        #[arg(long)]
        at: Option<jiff::Timestamp>,
    },
}

#[derive(Subcommand)]
pub(crate) enum Calendar {
    /// List the calendars at hand: those of this binary and those of the data directory
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Show a year: days of rest, make-up days, working days of each month
    Show {
        #[command(flatten)]
        common: Common,
        /// Such as cn, cn@2019-11 for a former version, cn+cn-2027-provisional for a joined one
        #[arg(value_name = "NAME[@VERSION]")]
        calendar: String,
        /// The year [default: this one, or the last that the calendar has]
        #[arg(long, value_parser = clap::value_parser!(i16).range(1..=9999))]
        year: Option<i16>,
    },
    /// Read a calendar's file, check it, and say what it would change
    #[command(disable_version_flag = true)]
    Check(CalendarFile),
    /// Take a calendar into the data directory, keeping what it replaces as a former version
    #[command(disable_version_flag = true)]
    Import(CalendarFile),
}

#[derive(Args)]
pub(crate) struct CalendarFile {
    #[command(flatten)]
    pub(crate) common: Common,
    /// A calendar in TOML, or CSV rows `date,kind,name` (the name may be left out) with kind `holiday` or `workday`
    pub(crate) file: PathBuf,
    /// CSV: the calendar at hand whose years these are, each listed whole
    #[arg(long, requires = "version")]
    pub(crate) name: Option<String>,
    /// CSV: the new version, such as the month of the order: 2026-11
    #[arg(long, requires = "name")]
    pub(crate) version: Option<String>,
    /// CSV: a year of fewer than three rows is the whole year nevertheless
    #[arg(long, requires = "name")]
    pub(crate) whole_year: bool,
    /// Import a version that sorts before the one that is there
    #[arg(long)]
    pub(crate) older: bool,
}

/// The clock starts at `--from`. Hours and minutes run through nights and holidays; days and working
/// days begin to count on the day after and end at 24:00 local time.
#[derive(Args)]
pub(crate) struct Clock {
    /// Where calendars of one's own lie
    #[arg(long, env = "JUYAN_DATA", default_value = "juyan-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Such as "5 working days", "4 hours, weekend noon", "1 month, holiday roll",
    /// "first 10 working days of next month", "earliest of [4 hours, 1 day]", "promptly"
    #[arg(value_name = "TIME ALLOWED")]
    pub(crate) within: rules::Within,
    /// An instant with its offset (2025-09-29T10:00:00+08:00), or a local time of the zone
    /// (2025-09-29T10:00); a local time that is skipped or comes twice is refused [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// The zone whose days are counted, such as Europe/Berlin [default: the calendar's, else UTC]
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Such as cn, cn@2019-11, cn+cn-2027-provisional, or `weekends` for Saturdays and Sundays only
    #[arg(long, default_value = "cn", value_name = "NAME[@VERSION]")]
    pub(crate) calendar: String,
    /// The language of the steps
    #[arg(long, default_value = spoken(), value_parser = ["en", "zh"])]
    pub(crate) lang: String,
    /// Answer in JSON, one document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum Feeds {
    /// List the mappings that this binary carries
    List {
        /// Answer in JSON, one document
        #[arg(long)]
        json: bool,
    },
    /// Read a file and print one JSON object a line, without keeping anything
    Parse {
        /// The mapping, a feed whose file names tell, or a mapping file in TOML
        #[arg(long)]
        feed: String,
        /// A file: plain, gzip or zstd; `-` for standard input
        file: PathBuf,
        /// The shape of the output
        #[arg(long = "as", default_value = "juyan", value_parser = ["juyan", "intelmq"])]
        shape: String,
        /// When it came in, for feeds whose rows say no time: now, if not given
        #[arg(long, value_name = "TIME")]
        received: Option<jiff::Timestamp>,
    },
    /// Check a mapping file and name everything that is wrong with it
    Check {
        /// A mapping file in TOML
        file: PathBuf,
        /// Answer in JSON, one document
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct Retain {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Keep this many days; never fewer than the regime demands
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) keep: u32,
}

#[derive(Args)]
pub(crate) struct Generate {
    /// How many rows
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) rows: u64,
    /// The same seed makes the same file
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The latest row is seen just before this instant
    #[arg(long, default_value = "2026-11-20T22:00:00Z")]
    pub(crate) end: jiff::Timestamp,
    /// Where to write; `-` for standard output
    #[arg(long, default_value = "-", value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[cfg(feature = "sql")]
#[derive(Args)]
pub(crate) struct Sql {
    /// The data directory
    #[arg(long, env = "JUYAN_DATA", default_value = "juyan-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// One SELECT over the table `sightings`
    pub(crate) statement: String,
    /// How many rows at the most
    #[arg(long, default_value_t = 1000)]
    pub(crate) limit: usize,
}

/// The language of whoever is at the terminal, as it says: the first of these that is set decides.
fn spoken() -> &'static str {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].map(std::env::var_os);
    language(set.into_iter().flatten().find(|value| !value.is_empty()).as_deref())
}

/// Chinese for a locale such as `zh_CN.UTF-8`, else English.
fn language(locale: Option<&std::ffi::OsStr>) -> &'static str {
    let locale = locale.and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    let name = locale.split(['_', '.', '-', '@']).next().unwrap_or_default();
    if name.eq_ignore_ascii_case("zh") { "zh" } else { "en" }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn a_locale_says_the_language() {
        let told = |locale: &str| super::language(Some(locale.as_ref()));
        assert_eq!(["zh_CN.UTF-8", "zh", "zh-Hant"].map(told), ["zh"; 3]);
        assert_eq!(["C", "POSIX", "en_GB", "zha_CN", ""].map(told), ["en"; 5]);
        assert_eq!(super::language(None), "en");
    }

    #[test]
    fn no_two_arguments_of_a_command_have_the_same_name() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_operators_guide_can_be_typed() {
        let guide = include_str!("../../../docs/operations.md");
        let mut commands = 0;
        for line in guide.lines().filter(|line| line.starts_with("juyan ")) {
            let typed = line.split('>').next().unwrap().split_whitespace();
            let parsed = super::Cli::command().try_get_matches_from(typed);
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            commands += 1;
        }
        assert!(commands >= 10, "{commands}");
    }
}
