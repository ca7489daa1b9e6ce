//! `juyan notices` and `juyan notice`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use app::views::{NoticeRow, RemediationRow};
use model::permit::ReadPermit;

use crate::cli::{Listing, Notice};
use crate::commands::incidents::instant;
use crate::commands::obligations;
use crate::desk;
use crate::output::{self, Table, grouped};

/// How many rows of a notice's list are read at a time.
const PAGE: u32 = 1000;

pub(crate) async fn list(listing: Listing) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&listing.common.data).await?;
    let permit = ReadPermit::at_the_console();
    let page = app.notices(&permit, listing.limit, listing.after.as_deref()).await?;
    if listing.common.json {
        output::json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    table(&page.rows)?;
    obligations::more(page.next.as_deref())
}

pub(crate) fn table(rows: &[NoticeRow]) -> anyhow::Result<()> {
    let mut table =
        Table::new(["NOTICE", "INCIDENT", "THREAT", "GRADE", "RECIPIENT", "ITEMS", "STATE"]);
    for row in rows {
        table.row([
            row.number.clone(),
            row.incident.clone(),
            row.threat.clone(),
            row.grade.id.clone(),
            row.recipient.handle.clone(),
            grouped(row.items),
            row.state.clone(),
        ]);
    }
    table.print()
}

pub(crate) async fn show(args: Notice) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&args.common.data).await?;
    let permit = ReadPermit::at_the_console();
    if args.csv {
        return csv(&app, &permit, &args).await;
    }
    let notice = app.notice(&permit, &args.number, 20, None).await?;
    let notice = notice.with_context(|| format!("there is no notice `{}`", args.number))?;
    if args.common.json {
        output::json(&notice)?;
        return Ok(ExitCode::SUCCESS);
    }
    table(std::slice::from_ref(&notice.row))?;
    output::line(format!(
        "size {} addresses, potential harm: {}",
        grouped(notice.size),
        notice.potential_harm.get("en")
    ))?;
    output::line("")?;
    let mut items =
        Table::new(["ADDRESS", "PORT", "TYPE", "PROVINCE", "FIRST SEEN (UTC)", "SEEN", "SPOKE TO"]);
    for row in &notice.items {
        items.row([
            row.subject.clone(),
            row.port.to_string(),
            row.classification.clone(),
            row.province.clone(),
            instant(row.first_seen),
            row.sightings.to_string(),
            spoke_to(row),
        ]);
    }
    items.print()?;
    if notice.next.is_some() {
        output::line("The whole list: --csv")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn spoke_to(row: &RemediationRow) -> String {
    if row.destination_domain.is_empty() {
        row.destination_ip.clone()
    } else {
        format!("{} {}", row.destination_domain, row.destination_ip)
    }
}

/// Streams the list, so that a million rows need no more memory than a thousand.
async fn csv(app: &app::App, permit: &ReadPermit, args: &Notice) -> anyhow::Result<ExitCode> {
    let notice = app.notice(permit, &args.number, 1, None).await?;
    let notice = notice.with_context(|| format!("there is no notice `{}`", args.number))?;
    let by = app.settings().own.to_string();
    app.record_export(&by, ("notice.csv", args.number.as_str()), notice.row.items).await?;
    let mut out = csv::Writer::from_writer(std::io::BufWriter::new(std::io::stdout().lock()));
    let mut after: Option<String> = None;
    loop {
        let page = app.remediations(permit, &args.number, PAGE, after.as_deref()).await?;
        let page = page.with_context(|| format!("there is no notice `{}`", args.number))?;
        for row in &page.rows {
            out.serialize(row)?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    out.flush()?;
    out.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?.flush()?;
    Ok(ExitCode::SUCCESS)
}
