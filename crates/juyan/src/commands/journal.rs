//! `juyan journal`: prove that it is whole, or read it.

use std::process::ExitCode;

use model::permit::ReadPermit;

use crate::cli::{Journal, Listing};
use crate::output::{self, Table, grouped};
use crate::{commands, desk};

pub(crate) async fn run(args: Journal) -> anyhow::Result<ExitCode> {
    match args {
        Journal::Verify { common } => {
            let (app, _) = desk::open(&common.data).await?;
            let outcome = app.store().verify_journal(&ReadPermit::at_the_console()).await?;
            verdict(&outcome, common.json)
        }
        Journal::Show { listing } => show(listing).await,
    }
}

fn verdict(
    outcome: &Result<store::journal::Verified, store::journal::Broken>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    match outcome {
        Ok(whole) if json => {
            let answer =
                serde_json::json!({"whole": true, "entries": whole.entries, "head": whole.head});
            output::json(&answer)?;
        }
        Ok(whole) => output::line(format!(
            "The journal is whole: {} entries, head {}",
            grouped(whole.entries),
            whole.head
        ))?,
        Err(broken) if json => {
            let answer =
                serde_json::json!({"whole": false, "sequence": broken.sequence, "why": broken.why});
            output::json(&answer)?;
        }
        Err(broken) => output::line(format!(
            "The journal is broken at entry {}: {}",
            broken.sequence, broken.why
        ))?,
    }
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { commands::FINDINGS.into() })
}

async fn show(listing: Listing) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&listing.common.data).await?;
    let before = listing.after.as_deref().map(str::parse).transpose()?;
    let acts = app.acts(&ReadPermit::at_the_console(), listing.limit, before).await?;
    if listing.common.json {
        output::json(&acts)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["#", "AT", "ACTOR", "ACT", "SUBJECT"]);
    for act in acts {
        table.row([
            act.sequence.to_string(),
            act.at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
            act.actor,
            act.act,
            act.subject,
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}
