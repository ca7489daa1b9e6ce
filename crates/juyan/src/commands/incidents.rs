//! `juyan incidents` and `juyan incident`.

use std::process::ExitCode;

use anyhow::Context;
use app::views::{AssessmentView, IncidentView};
use model::permit::ReadPermit;

use crate::cli::{Incident, Incidents};
use crate::commands::{notices, obligations};
use crate::desk;
use crate::output::{self, Table, grouped};

pub(crate) async fn list(args: Incidents) -> anyhow::Result<ExitCode> {
    let Incidents { listing, rank } = args;
    let (app, _) = desk::open(&listing.common.data).await?;
    let permit = ReadPermit::at_the_console();
    let page = app.incidents(&permit, rank, listing.limit, listing.after.as_deref()).await?;
    if listing.common.json {
        output::json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table =
        Table::new(["INCIDENT", "GRADE", "THREAT", "ADDRESSES", "PARTIES", "NEXT DUE (UTC)"]);
    for row in page.rows {
        table.row([
            row.number,
            format!("{} {}", row.grade.id, row.grade.name.get("zh")),
            row.threat,
            if row.size == 0 { "-".to_owned() } else { grouped(row.size) },
            row.parties.to_string(),
            row.next_due.map_or_else(|| "-".to_owned(), |(due, _)| instant(due)),
        ]);
    }
    table.print()?;
    obligations::more(page.next.as_deref())
}

pub(crate) async fn show(args: Incident) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&args.common.data).await?;
    let incident = app.incident(&ReadPermit::at_the_console(), &args.number).await?;
    let incident = incident.with_context(|| format!("there is no incident `{}`", args.number))?;
    if args.common.json {
        output::json(&incident)?;
    } else {
        print(&incident, &args.lang)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(incident: &IncidentView, language: &str) -> anyhow::Result<()> {
    let row = &incident.row;
    output::line(format!("{}  {}", row.number, row.threat))?;
    output::line(format!(
        "grade {} {} ({}), {}, opened {} UTC, found by {}",
        row.grade.id,
        row.grade.name.get("zh"),
        row.grade.name.get("en"),
        counted(row.size),
        instant(row.opened_at),
        incident.finder.handle
    ))?;
    for assessment in &incident.assessments {
        output::line("")?;
        output::line(assessed(assessment))?;
    }
    output::line("")?;
    obligations::table(&incident.obligations)?;
    for obligation in &incident.obligations {
        if let app::views::ObligationState::Running { explanation, .. } = &obligation.state {
            output::line(format!(
                "\n{} ({}) {}\n{}",
                obligation.duty,
                obligation.debtor.handle,
                obligation.id,
                explanation.get(language)
            ))?;
        }
    }
    output::line("")?;
    notices::table(&incident.notices)
}

/// How large it is; where nothing was measured, that.
fn counted(size: u64) -> String {
    if size == 0 { "nothing measured".to_owned() } else { format!("{} addresses", grouped(size)) }
}

fn assessed(assessment: &AssessmentView) -> String {
    let end = instant(assessment.window_end);
    let rests_on = match assessment.window_hours {
        0 => format!("by what an officer told of {end} UTC"),
        hours => {
            format!("{} addresses in the {hours} hours before {end} UTC", grouped(assessment.size))
        }
    };
    let facts: Vec<String> =
        assessment.inputs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(
        "Graded {} by {} {} at {} UTC: {rests_on}\n{}\nfacts: {}",
        assessment.grade.id,
        assessment.pack,
        assessment.pack_version,
        instant(assessment.assessed_at),
        assessment.because,
        facts.join("; ")
    )
}

pub(crate) fn instant(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
