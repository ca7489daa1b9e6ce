//! `juyan journal`: prove that it is whole, sign it, or read it.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use app::checkpoint::{Outside, Proof};
use app::seal::Signed;
use model::permit::ReadPermit;

use super::key::given;
use crate::cli::{Common, Journal, Listing};
use crate::files::{LONGEST_TABLE, read_bounded};
use crate::output::{self, Table, grouped};
use crate::{commands, desk};

pub(crate) async fn run(args: Journal) -> anyhow::Result<ExitCode> {
    match args {
        Journal::Verify { common, checkpoint, key } => {
            let checkpoints = checkpoint.as_deref().map(kept).transpose()?.unwrap_or_default();
            let key = key.as_deref().map(given).transpose()?;
            verify(&common, Outside { checkpoints, key }).await
        }
        Journal::Checkpoint { common } => {
            let app = desk::open_as_it_is(&common.data).await?;
            print(&common, &[app.checkpoint().await?])
        }
        Journal::Export { common, checkpoints: _ } => {
            let app = desk::open_as_it_is(&common.data).await?;
            print(&common, &app.checkpoints(&ReadPermit::at_the_console()).await?)
        }
        Journal::Show { listing } => show(listing).await,
    }
}

/// Checkpoints as `export` printed them.
fn kept(path: &Path) -> anyhow::Result<Vec<Signed>> {
    let text = read_bounded(path, LONGEST_TABLE)?;
    Signed::read_all(&text).with_context(|| format!("`{}` holds no checkpoints", path.display()))
}

fn print(common: &Common, checkpoints: &[Signed]) -> anyhow::Result<ExitCode> {
    if common.json {
        let parts =
            |one: &Signed| serde_json::json!({"text": one.text, "signature": one.signature});
        output::json(&checkpoints.iter().map(parts).collect::<Vec<_>>())?;
    } else {
        let text: String = checkpoints.iter().map(Signed::to_string).collect();
        output::line(text.trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(common: &Common, outside: Outside) -> anyhow::Result<ExitCode> {
    let app = desk::open_as_it_is(&common.data).await?;
    let permit = ReadPermit::at_the_console();
    let mut proof = app.prove(&permit, &outside).await?;
    proof.doubts.extend(app.audit(&permit).await?);
    let whole = proof.doubts.is_empty();
    if common.json {
        output::json(&answer(&proof))?;
    } else if whole {
        output::line(format!(
            "The journal is whole: {} entries, head {}, {} checkpoints; the tables agree with it",
            grouped(proof.entries),
            proof.head,
            proof.checkpoints
        ))?;
        told(&outside, &proof)?;
    } else {
        for doubt in &proof.doubts {
            let what = &doubt.what;
            match doubt.sequence {
                Some(at) => output::line(format!("The journal is broken at entry {at}: {what}"))?,
                None => output::line(what)?,
            }
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { commands::FINDINGS.into() })
}

fn answer(proof: &Proof) -> serde_json::Value {
    serde_json::json!({
        "whole": proof.doubts.is_empty(), "entries": proof.entries, "head": proof.head,
        "checkpoints": proof.checkpoints, "confirmed": proof.confirmed, "doubts": proof.doubts,
    })
}

/// What was kept outside, and how much its word is worth.
fn told(outside: &Outside, proof: &Proof) -> anyhow::Result<()> {
    if outside.checkpoints.is_empty() {
        return Ok(());
    }
    output::line(format!("{} checkpoints kept outside agree with it", proof.confirmed))?;
    if outside.key.is_none() {
        output::line(
            "Their key is the desk's own word: --key with the key as noted outside proves more",
        )?;
    }
    Ok(())
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
