//! `juyan sightings`: search the ledger.

use std::process::ExitCode;

use app::reading::SightingSearch;
use model::permit::ReadPermit;

use crate::cli::Sightings;
use crate::commands::incidents::instant;
use crate::commands::obligations;
use crate::desk;
use crate::output::{self, Table, grouped};

pub(crate) async fn run(args: Sightings) -> anyhow::Result<ExitCode> {
    let listing = args.listing;
    let (app, _) = desk::open(&listing.common.data).await?;
    let search = SightingSearch {
        prefix: args.prefix.or_else(|| args.ip.and_then(whole)),
        domain: args.domain,
        threat: args.threat,
        holder: args.holder,
        province: args.province,
        from: args.from,
        to: args.to,
    };
    let permit = ReadPermit::at_the_console();
    let page = app.sightings(&permit, &search, listing.limit, listing.after.as_deref()).await?;
    if listing.common.json {
        output::json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new([
        "FIRST SEEN (UTC)",
        "LAST SEEN (UTC)",
        "SEEN",
        "SUBJECT",
        "PORT",
        "THREAT",
        "TYPE",
        "HOLDER",
        "AS",
        "PROVINCE",
    ]);
    for row in page.rows {
        table.row([
            instant(row.first_seen),
            instant(row.last_seen),
            grouped(row.sightings),
            row.subject,
            row.port.to_string(),
            row.threat,
            row.classification,
            row.holder.map_or_else(|| "-".to_owned(), |holder| holder.handle),
            row.asn.map_or_else(|| "-".to_owned(), |asn| format!("AS{asn}")),
            row.province.get("en").to_owned(),
        ]);
    }
    table.print()?;
    obligations::more(page.next.as_deref())
}

fn whole(ip: model::Ip) -> Option<model::Prefix> {
    model::Prefix::around(ip, if ip.is_v4() { 32 } else { 128 })
}
