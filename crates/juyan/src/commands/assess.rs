//! `juyan assess`: looks at what was seen lately and moves the incidents one step nearer to right.

use std::process::ExitCode;

use app::assess::Change;

use crate::cli::Assess;
use crate::commands::ingest;
use crate::desk;
use crate::output::{self, Progress};

pub(crate) async fn run(args: Assess) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&args.common.data).await?;
    let progress = Progress::new();
    let mut watch = |change: &Change| progress.say(format!("assessed {}", change.threat));
    let mut outcome = ingest::Outcome::default();
    ingest::ingest_all(&app, ingest::unfinished(&app).await?, &mut outcome).await?;
    outcome.add(app.assess_lately(args.days, &mut watch).await?);
    let closed = app.close_months().await?;
    outcome.undecided.extend(closed.undecided);
    progress.say("");
    if args.common.json {
        output::json(&outcome)?;
    } else {
        ingest::undecided(&outcome.undecided)?;
        ingest::lawless(&outcome.lawless)?;
        ingest::changes(&outcome.changes)?;
    }
    Ok(if outcome.undecided.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
