//! `juyan retain`: drop days that are older than they must be kept.

use std::process::ExitCode;

use crate::cli::Retain;
use crate::{desk, output};

pub(crate) async fn run(args: Retain) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&args.common.data).await?;
    let retained = app.retain(args.keep).await?;
    if args.common.json {
        output::json(&retained)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!(
        "Dropped {} days; {} held back by open incidents; nothing younger than {} days is ever dropped.",
        retained.dropped.len(),
        retained.held.len(),
        retained.floor_days
    ))?;
    Ok(ExitCode::SUCCESS)
}
