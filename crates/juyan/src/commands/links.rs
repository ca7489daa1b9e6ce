//! `juyan links`: links by which the recipient of a notice sees its own items without an account.

use std::process::ExitCode;

use anyhow::anyhow;
use model::permit::Permit;

use crate::cli::Links;
use crate::{desk, output};

pub(crate) async fn run(args: Links) -> anyhow::Result<ExitCode> {
    match args {
        Links::Add { common, notice, days, url } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let permit = Permit::at_the_console(&app.settings().own);
            let (link, text) = desk::identity(&app)?.make_link(&permit, &notice, days).await?;
            let address = format!("{}/link/{text}", url.trim_end_matches('/'));
            if common.json {
                output::json(&serde_json::json!({ "link": address, "about": link }))?;
            } else {
                output::line(address)?;
                output::aside(format!(
                    "Shown once. {} is good until {}.",
                    link.id, link.expires_at
                ))?;
            }
        }
        Links::Revoke { common, id } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let permit = Permit::at_the_console(&app.settings().own);
            let id = id.parse().map_err(|_| anyhow!("`{id}` is no id of a link"))?;
            desk::identity(&app)?.revoke_link(&permit, &id).await?;
            if common.json {
                output::json(&serde_json::json!({ "revoked": id }))?;
            } else {
                output::line(format!("{id} is revoked."))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
