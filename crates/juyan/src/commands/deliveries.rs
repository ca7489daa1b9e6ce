//! `juyan deliveries`: what came in, and the rows that were not understood.

use std::process::ExitCode;

use anyhow::Context;
use model::permit::ReadPermit;

use crate::cli::Deliveries;
use crate::commands::incidents::instant;
use crate::commands::obligations;
use crate::desk;
use crate::output::{self, Table, grouped};

pub(crate) async fn run(args: Deliveries) -> anyhow::Result<ExitCode> {
    match args.delivery {
        Some(_) => quarantine(args).await,
        None => list(args).await,
    }
}

async fn list(args: Deliveries) -> anyhow::Result<ExitCode> {
    let listing = args.listing;
    let (app, _) = desk::open(&listing.common.data).await?;
    let permit = ReadPermit::at_the_console();
    let page = app.deliveries(&permit, listing.limit, listing.after.as_deref()).await?;
    if listing.common.json {
        output::json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new([
        "DELIVERY",
        "RECEIVED (UTC)",
        "MAPPING",
        "NAME",
        "STATE",
        "ROWS",
        "NEW",
        "QUARANTINED",
    ]);
    for row in page.rows {
        table.row([
            row.id,
            instant(row.received_at),
            row.mapping,
            row.name,
            row.state,
            grouped(row.rows),
            grouped(row.new),
            grouped(row.quarantined),
        ]);
    }
    table.print()?;
    obligations::more(page.next.as_deref())
}

async fn quarantine(args: Deliveries) -> anyhow::Result<ExitCode> {
    let Deliveries { listing, delivery } = args;
    let id = delivery.context("a delivery")?;
    let (app, _) = desk::open(&listing.common.data).await?;
    let permit = ReadPermit::at_the_console();
    let view = app.delivery(&permit, &id, listing.limit, listing.after.as_deref()).await?;
    let view = view.with_context(|| format!("there is no delivery `{id}`"))?;
    if listing.common.json {
        output::json(&view)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["LINE", "REASON", "ROW"]);
    for row in view.quarantined {
        // A quarantined row is hostile: nothing of it may steer the terminal.
        let raw = row.raw.chars().map(|c| if c.is_control() { '·' } else { c }).take(120).collect();
        table.row([row.line.to_string(), row.reason, raw]);
    }
    table.print()?;
    obligations::more(view.next.as_deref())
}
