//! `juyan review`: what awaits the authority, and what it decides.

use std::process::ExitCode;

use anyhow::Context;
use app::App;
use app::gate::{Assessed, Delegating, Gate};
use model::incident::IncidentNumber;
use model::permit::ReadPermit;
use model::review::{Outcome, Review as Reviewed};
use serde_json::json;

use crate::cli::Common;
use crate::cli::file::{Deciding, Review};
use crate::commands::act;
use crate::commands::incidents::instant;
use crate::desk;
use crate::output::{self, Table};

pub(crate) async fn run(command: Review) -> anyhow::Result<ExitCode> {
    match command {
        Review::List { common, all, limit } => list(&common, all, limit).await,
        Review::Show { common, incident } => show(&common, &incident).await,
        Review::Release(deciding) => {
            let app = open(&deciding.common).await?;
            let Deciding { common, incident, by, because } = deciding;
            let acted = app.release(&incident, app::gate::Deciding { by, because }).await?;
            said(&common, &format!("{incident}  released"))?;
            act::answer(&common, &acted)
        }
        Review::Refuse(deciding) => {
            let app = open(&deciding.common).await?;
            let Deciding { common, incident, by, because } = deciding;
            let acted = app.refuse(&incident, app::gate::Deciding { by, because }).await?;
            said(&common, &format!("{incident}  refused: its notices wait"))?;
            act::answer(&common, &acted)
        }
        Review::Assess { common, incident, by, at, experts, outcome, conclusion, document } => {
            let app = open(&common).await?;
            let found = Outcome::ALL.into_iter().find(|one| one.word() == outcome);
            let outcome = found.with_context(|| format!("`{outcome}` is no outcome"))?;
            let at = at.unwrap_or_else(|| app.clock().now());
            let assessed = Assessed { at, by, experts, outcome, conclusion, document };
            let kept = app.record_expertise(&incident, assessed).await?;
            if common.json {
                output::json(&kept)?;
            } else {
                output::line(format!("{incident}  {}: {}", outcome.word(), kept.conclusion))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Review::Delegate { common, from, to, since, until, document } => {
            let app = open(&common).await?;
            let since = since.unwrap_or_else(|| app.clock().now());
            let given = app.delegate(Delegating { from, to, since, until, document }).await?;
            if common.json {
                output::json(&given)?;
            } else {
                output::line(format!("{} may release for {}", given.to, given.from))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Review::Revoke { common, from, to, because } => {
            let revoked = open(&common).await?.revoke_delegation(&from, &to, &because).await?;
            said(&common, &format!("{revoked} revoked"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn open(common: &Common) -> anyhow::Result<App> {
    Ok(desk::open(&common.data).await?.0)
}

fn said(common: &Common, text: &str) -> anyhow::Result<()> {
    if common.json { Ok(()) } else { output::line(text) }
}

async fn list(common: &Common, all: bool, limit: u32) -> anyhow::Result<ExitCode> {
    let app = open(common).await?;
    let permit = ReadPermit::at_the_console();
    let reviews = app.store().reviews(&permit, !all, limit).await?;
    if common.json {
        output::json(&reviews)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table =
        Table::new(["INCIDENT", "GRADE", "PACK", "ARTICLE", "WHOSE", "ASKED (UTC)", "STATE"]);
    for one in reviews {
        let incident = app.store().incident_by_id(&permit, &one.incident).await?;
        table.row([
            incident.map_or_else(|| one.incident.to_string(), |known| known.number.to_string()),
            one.grade.to_string(),
            one.pack.to_string(),
            one.article.clone(),
            one.role.to_string(),
            instant(one.asked_at),
            state(&one),
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

fn state(review: &Reviewed) -> String {
    let word = review.state.word();
    review.state.decision().map_or_else(
        || word.to_owned(),
        |decision| format!("{word} {} by {}", instant(decision.at), decision.by),
    )
}

async fn show(common: &Common, number: &IncidentNumber) -> anyhow::Result<ExitCode> {
    let app = open(common).await?;
    let permit = ReadPermit::at_the_console();
    let incident = app.store().incident(&permit, number).await?;
    let incident = incident.with_context(|| format!("there is no incident `{number}`"))?;
    let gate = app.gate(&incident).await?;
    let (Gate::Awaiting { review } | Gate::Released { review } | Gate::Refused { review }) = &gate
    else {
        if common.json {
            output::json(&json!({"gate": gate, "expertise": []}))?;
        } else {
            let grade = &incident.assessment.grade;
            output::line(format!("{number}  needs no review at {grade}"))?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let expertise = app.store().expertise_of(&permit, &review.id).await?;
    if common.json {
        output::json(&json!({"gate": gate, "expertise": expertise}))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!(
        "{number}  {} at {}, {} art. {}",
        state(review),
        review.grade,
        review.pack,
        review.article
    ))?;
    if let Some(decision) = review.state.decision() {
        output::line(format!("  {}", decision.because))?;
    }
    for one in expertise {
        let (at, word) = (instant(one.at), one.outcome.word());
        output::line(format!("  experts {at} UTC, {word}: {} ({})", one.conclusion, one.document))?;
    }
    Ok(ExitCode::SUCCESS)
}
