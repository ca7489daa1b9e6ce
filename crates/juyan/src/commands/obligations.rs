//! `juyan obligations`: who owes what to whom by when.

use std::process::ExitCode;

use app::reading::Which;
use app::views::{GovernedView, ObligationRow, ObligationState, PartyView};
use model::permit::ReadPermit;

use crate::cli::Obligations;
use crate::commands::incidents::instant;
use crate::desk;
use crate::output::{self, Table};

pub(crate) async fn run(args: Obligations) -> anyhow::Result<ExitCode> {
    let Obligations { listing, show } = args;
    let (app, _) = desk::open(&listing.common.data).await?;
    let which = match show.as_str() {
        "ours" => Which::Ours,
        "theirs" => Which::Waiting,
        "latent" => Which::Latent,
        "met" => Which::Met,
        _ => Which::All,
    };
    let permit = ReadPermit::at_the_console();
    let page = app.obligations(&permit, which, listing.limit, listing.after.as_deref()).await?;
    if listing.common.json {
        output::json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    table(&page.rows)?;
    let alarms = app.alarms(&permit, app.clock().now()).await?;
    output::line(format!(
        "Of their time, {} have used half, {} three quarters, {} nine tenths, {} all.",
        alarms.half, alarms.three_quarters, alarms.nine_tenths, alarms.all
    ))?;
    more(page.next.as_deref())
}

pub(crate) fn table(rows: &[ObligationRow]) -> anyhow::Result<()> {
    let mut table = Table::new([
        "DUTY",
        "ARTICLE",
        "INCIDENT",
        "WHO",
        "DOES",
        "TO",
        "CC",
        "WITHIN",
        "DUE (UTC)",
    ]);
    for row in rows {
        table.row([
            row.duty.clone(),
            row.article.clone(),
            row.month.clone().unwrap_or_else(|| row.incident.clone()),
            row.debtor.handle.clone(),
            row.does.get("en").to_owned(),
            parties(&row.to),
            parties(&row.cc),
            row.within.clone(),
            due(row),
        ]);
    }
    table.print()
}

fn due(row: &ObligationRow) -> String {
    match &row.state {
        ObligationState::Latent => format!("from {}", row.trigger),
        ObligationState::Running { due: Some(due), .. } => {
            let sooner = |other: &&GovernedView| other.due < *due;
            row.governed_by.iter().find(sooner).map_or_else(
                || instant(*due),
                |by| {
                    format!(
                        "{} (governed by {} {}: {})",
                        instant(*due),
                        by.pack,
                        by.duty,
                        instant(by.due)
                    )
                },
            )
        }
        ObligationState::Running { due: None, .. } => "no number".to_owned(),
        ObligationState::ProvisionallyMet { at, .. } => {
            format!("telephoned {}, form still owed", instant(*at))
        }
        ObligationState::Met { at, by, late, .. } => {
            let by = by.as_ref().map(|by| format!(" by {}", by.handle)).unwrap_or_default();
            format!("met {}{by}{}", instant(*at), if *late { ", late" } else { "" })
        }
        ObligationState::Waived { at, .. } => format!("waived {}", instant(*at)),
        ObligationState::Superseded { .. } => "superseded".to_owned(),
        ObligationState::Void { .. } => "void".to_owned(),
    }
}

fn parties(parties: &[PartyView]) -> String {
    match parties {
        [] => "-".to_owned(),
        [one] => one.handle.clone(),
        [one, rest @ ..] => format!("{} +{}", one.handle, rest.len()),
    }
}

/// Says how to go on, where there is more.
pub(crate) fn more(next: Option<&str>) -> anyhow::Result<ExitCode> {
    if let Some(next) = next {
        output::line(format!("There is more: --after {next}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
