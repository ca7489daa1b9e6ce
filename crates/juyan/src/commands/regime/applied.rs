//! `juyan regime applied`: the texts of law that a desk has decided by, as they stood then.

use std::process::ExitCode;

use anyhow::bail;
use model::PackId;
use model::permit::ReadPermit;
use serde_json::json;

use crate::cli::Common;
use crate::commands::incidents::instant;
use crate::desk;
use crate::output::{self, Table};

pub(super) async fn run(
    common: &Common,
    name: Option<&PackId>,
    text: bool,
) -> anyhow::Result<ExitCode> {
    let app = desk::open_as_it_is(&common.data).await?;
    let kept = app.applied_law(&ReadPermit::at_the_console(), name).await?;
    if let Some(name) = name.filter(|_| kept.is_empty()) {
        bail!(
            "this desk has decided nothing by `{name}`: `juyan regime applied` lists what it has"
        );
    }
    if common.json {
        let one = |one: &app::AppliedText| {
            json!({
                "name": one.name, "version": one.version, "sha256": one.sha256,
                "applied_at": one.applied_at, "text": one.text,
            })
        };
        output::json(&kept.iter().map(one).collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    if text {
        kept.iter().try_for_each(|one| output::line(&one.text))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["NAME", "VERSION", "SHA-256", "FIRST APPLIED (UTC)"]);
    for one in &kept {
        let short = one.sha256.chars().take(16).collect();
        table.row([one.name.clone(), one.version.clone(), short, instant(one.applied_at)]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}
