//! `juyan directory`: who is in it, how surely they are reached, what they claim.

mod contacts;

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use app::App;
use app::directory::claims::Claiming;
use app::directory::exchange::{Does, Imported};
use model::Handle;
use model::contact::{Claimed, Doubt, Standing, StandingKind};
use model::permit::ReadPermit;
use serde_json::json;

use crate::cli::Common;
use crate::cli::directory::{Claim, Decide, Directory};
use crate::commands::incidents::instant;
use crate::commands::{FINDINGS, keys};
use crate::desk;
use crate::output::{self, Table};

pub(crate) async fn run(command: Directory) -> anyhow::Result<ExitCode> {
    match command {
        Directory::List { common, below, limit } => list(&common, below, limit).await,
        Directory::Show { common, organisation } => show(&common, &organisation).await,
        Directory::Score { common, organisation } => score(&common, &organisation).await,
        Directory::Doubts { common } => doubts(&common).await,
        Directory::Import { common, what, file, dry_run } => {
            import(&common, &what, &file, dry_run).await
        }
        Directory::Export { common, what, because } => {
            let app = open(&common).await?;
            let text = match what.as_str() {
                "contacts" => app.export_contacts(&because).await?,
                _ => app.export_organisations(&because).await?,
            };
            output::exactly(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        Directory::Contact(command) => contacts::run(command).await,
        Directory::Claim(args) => claim(args).await,
        Directory::Claims { common, state } => claims(&common, &state).await,
        Directory::Approve(args) => decide(args, true).await,
        Directory::Refuse(args) => decide(args, false).await,
        Directory::Note { common, organisation, what, says, at, document } => {
            let app = open(&common).await?;
            let kind = StandingKind::ALL.into_iter().find(|kind| kind.word() == what);
            let what = kind.with_context(|| format!("`{what}` cannot be noted"))?;
            let at = at.unwrap_or_else(|| app.clock().now());
            app.note_standing(Standing { organisation, what, says, at, document }).await?;
            Ok(ExitCode::SUCCESS)
        }
        Directory::Key(command) => keys::run(command).await,
    }
}

pub(super) async fn open(common: &Common) -> anyhow::Result<App> {
    Ok(desk::open(&common.data).await?.0)
}

async fn list(common: &Common, below: u8, limit: u32) -> anyhow::Result<ExitCode> {
    let app = open(common).await?;
    let limit = usize::try_from(limit)?;
    let all = app.completeness(&ReadPermit::at_the_console(), None).await?;
    let all: Vec<_> = all.into_iter().filter(|one| one.score < below).take(limit).collect();
    if common.json {
        output::json(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["ORGANISATION", "COMPLETE", "MISSING"]);
    for one in all {
        let missing = one.parts.iter().filter(|part| !part.there).map(|part| part.name);
        table.row([
            one.organisation.to_string(),
            format!("{} %", one.score),
            missing.collect::<Vec<_>>().join(", "),
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

async fn show(common: &Common, handle: &Handle) -> anyhow::Result<ExitCode> {
    let app = open(common).await?;
    let permit = ReadPermit::at_the_console();
    let store = app.store();
    let organisation = store.organisation(&permit, handle).await?;
    let organisation =
        organisation.with_context(|| format!("there is no organisation `{handle}`"))?;
    let order = app.contacts_in_order(&permit, handle).await?;
    let all = store.contacts_of(&permit, handle, 1000).await?;
    let all: Vec<_> = all.into_iter().map(|known| known.contact).collect();
    let claims = store.claims_of(&permit, handle, 1000).await?;
    let standing = store.standing_of(&permit, handle).await?;
    let keys = store.sealing_keys(&permit, handle).await?;
    if common.json {
        output::json(&json!({
            "organisation": organisation, "order": order, "contacts": all, "claims": claims,
            "standing": standing, "keys": keys,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("{handle}  {} {}", organisation.name.zh, organisation.name.en))?;
    for (pack, role) in &organisation.roles {
        output::line(format!("  {role} of {pack}"))?;
    }
    for one in &standing {
        output::line(format!("  {}: {} ({})", one.what.word(), one.says, one.document))?;
    }
    output::line("\nIn the order in which they are tried:")?;
    contacts::table(&order)?;
    let waiting: Vec<_> =
        all.into_iter().filter(|one| matches!(one.state.word(), "proposed" | "verified")).collect();
    if !waiting.is_empty() {
        output::line("\nNot in force yet:")?;
        contacts::table(&waiting)?;
    }
    if !claims.is_empty() {
        output::line("\nClaims:")?;
        claims_table(&claims)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn score(common: &Common, handle: &Handle) -> anyhow::Result<ExitCode> {
    let app = open(common).await?;
    let all = app.completeness(&ReadPermit::at_the_console(), Some(handle)).await?;
    if common.json {
        output::json(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    for one in all {
        output::line(format!("{}  {} %", one.organisation, one.score))?;
        for part in one.parts {
            let there = if part.there { "there" } else { "missing" };
            output::line(format!("  {:<22}{there}", part.name))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn doubts(common: &Common) -> anyhow::Result<ExitCode> {
    let doubted = open(common).await?.doubts(&ReadPermit::at_the_console()).await?;
    if common.json {
        output::json(&doubted)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["ORGANISATION", "KIND", "NAME", "WHY", "CHASED (UTC)", "ID"]);
    for one in doubted {
        let why = match one.doubt {
            Doubt::Bounced { at } => format!("bounced {}", instant(at)),
            Doubt::Silent { since } => format!("silent since {}", instant(since)),
        };
        table.row([
            one.contact.organisation.to_string(),
            one.contact.kind.word().to_owned(),
            one.contact.name,
            why,
            one.chased.map_or_else(|| "-".to_owned(), instant),
            one.contact.id.to_string(),
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

async fn import(
    common: &Common,
    what: &str,
    path: &Path,
    dry_run: bool,
) -> anyhow::Result<ExitCode> {
    let app = open(common).await?;
    let file = File::open(path).with_context(|| format!("`{}`", path.display()))?;
    let name = path.file_name().map_or_else(String::new, |name| name.display().to_string());
    let imported = match what {
        "contacts" => app.import_contacts(&name, file, dry_run).await?,
        _ => app.import_organisations(&name, file, dry_run).await?,
    };
    let refused = imported.lines.iter().any(|line| matches!(line.does, Does::Refused { .. }));
    if common.json {
        output::json(&imported)?;
    } else {
        told(&imported)?;
    }
    Ok(if refused { ExitCode::from(FINDINGS) } else { ExitCode::SUCCESS })
}

fn told(imported: &Imported) -> anyhow::Result<()> {
    let mut same = 0_usize;
    for line in &imported.lines {
        let does = match &line.does {
            Does::Adds => "new".to_owned(),
            Does::Changes { columns } => format!("changes {}", columns.join(", ")),
            Does::Refused { why } => format!("refused: {why}"),
            Does::Nothing => {
                same += 1;
                continue;
            }
        };
        output::line(format!("line {}: {}  {does}", line.line, line.of))?;
    }
    let done = if imported.done { "taken in" } else { "nothing was taken in" };
    output::line(format!("{} lines, {same} as they stand; {done}", imported.lines.len()))
}

async fn claim(args: Claim) -> anyhow::Result<ExitCode> {
    let Claim { common, organisation, of, province, since, evidence } = args;
    let app = open(&common).await?;
    let of = match of.parse() {
        Ok(prefix) => Claimed::Network(prefix),
        Err(_) => Claimed::Domain(of.parse()?),
    };
    let claim = app.claim(Claiming { organisation, of, province, since, evidence }).await?;
    if common.json {
        output::json(&claim)?;
    } else {
        claims_table(&[claim])?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn claims(common: &Common, state: &str) -> anyhow::Result<ExitCode> {
    let state = ["claimed", "approved", "refused"].into_iter().find(|known| *known == state);
    let app = open(common).await?;
    let permit = ReadPermit::at_the_console();
    let all = app.store().claims_in(&permit, state.unwrap_or("claimed"), 1000).await?;
    if common.json {
        output::json(&all)?;
    } else {
        claims_table(&all)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn claims_table(all: &[model::contact::Claim]) -> anyhow::Result<()> {
    let mut table = Table::new(["ORGANISATION", "OF", "SINCE (UTC)", "STATE", "EVIDENCE", "ID"]);
    for one in all {
        table.row([
            one.organisation.to_string(),
            one.of.to_string(),
            instant(one.since),
            one.state.word().to_owned(),
            one.evidence.clone(),
            one.id.to_string(),
        ]);
    }
    table.print()
}

async fn decide(args: Decide, approve: bool) -> anyhow::Result<ExitCode> {
    let Decide { common, claim, by, because } = args;
    let app = open(&common).await?;
    let id = claim.parse().with_context(|| format!("`{claim}` is no id of a claim"))?;
    let by = by.unwrap_or_else(|| app.settings().own.clone());
    let decided = app.decide_claim(&id, &by, &because, approve).await?;
    if common.json {
        output::json(&decided)?;
    } else {
        claims_table(&[decided])?;
    }
    Ok(ExitCode::SUCCESS)
}
