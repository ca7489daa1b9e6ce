//! The commands, one file each: wiring only.

mod act;
mod assess;
mod atlas;
mod calendar;
mod check;
mod clock;
mod deliveries;
mod demo;
mod directory;
mod dossier;
mod feeds;
mod file;
mod generate;
mod incidents;
mod ingest;
mod init;
mod journal;
mod key;
mod keys;
mod load;
mod notices;
mod obligations;
mod regime;
mod retain;
mod review;
mod serve;
mod sightings;
#[cfg(feature = "sql")]
mod sql;

use std::process::ExitCode;

use anyhow::Context;

use crate::cli::{Cli, Command};

/// Done, but something was found that wants looking at.
pub(crate) const FINDINGS: u8 = 3;

pub(crate) fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(dispatch(cli.command, cli.verbose))
}

async fn dispatch(command: Command, verbose: u8) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => Box::pin(demo::run(args)).await,
        Command::Serve(args) => serve::run(args, verbose).await,
        Command::Init(args) => init::run(args).await,
        Command::Load(args) => load::run(args).await,
        Command::Ingest(args) => ingest::run(args).await,
        Command::Assess(args) => assess::run(args).await,
        Command::Deliveries(args) => deliveries::run(args).await,
        Command::Incidents(args) => incidents::list(args).await,
        Command::Incident(args) => incidents::show(args).await,
        Command::Obligations(args) => obligations::run(args).await,
        Command::Act(args) => act::run(args).await,
        Command::File(args) => Box::pin(file::run(args)).await,
        Command::Review(args) => Box::pin(review::run(args)).await,
        Command::Directory(args) => Box::pin(directory::run(args)).await,
        Command::Notices(args) => notices::list(args).await,
        Command::Notice(args) => notices::show(args).await,
        Command::Sightings(args) => sightings::run(args).await,
        Command::Atlas(args) => atlas::run(args).await,
        Command::Regime(args) => regime::run(args).await,
        Command::Calendar(args) => calendar::run(args).await,
        Command::Clock(args) => clock::run(&args),
        Command::Feeds(args) => feeds::run(args),
        Command::Journal(args) => journal::run(args).await,
        Command::Key(args) => key::run(args).await,
        Command::Dossier(args) => dossier::run(args).await,
        Command::Check(args) => check::run(args).await,
        Command::Retain(args) => retain::run(args).await,
        Command::Generate(args) => generate::run(&args),
        #[cfg(feature = "sql")]
        Command::Sql(args) => sql::run(args).await,
    }
}
