//! `juyan keys`: keys by which programs act for an account.

use std::process::ExitCode;

use anyhow::bail;
use model::account::ApiKey;
use model::permit::ReadPermit;

use crate::cli::Keys;
use crate::desk;
use crate::output::{self, Table};

pub(crate) async fn run(args: Keys) -> anyhow::Result<ExitCode> {
    let permit = ReadPermit::at_the_console();
    match args {
        Keys::Add { common, account, purpose, may, days } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let identity = desk::identity(&app)?;
            let account = identity.account(&permit, &account).await?;
            let own = app.settings().own.to_string();
            let scopes = may.into_iter().collect();
            let made = identity.add_key((&own, &account), &purpose, scopes, days).await?;
            if common.json {
                output::json(&serde_json::json!({ "key": made.text, "about": made.key }))?;
            } else {
                output::line(made.text)?;
                output::aside(format!("Shown once. It is good until {}.", made.key.expires_at))?;
            }
        }
        Keys::List { common, account } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let identity = desk::identity(&app)?;
            let account = identity.account(&permit, &account).await?;
            let keys = identity.keys_of(&account).await?;
            if common.json {
                output::json(&keys)?;
            } else {
                table(&keys)?;
            }
        }
        Keys::Revoke { common, account, prefix } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let identity = desk::identity(&app)?;
            let account = identity.account(&permit, &account).await?;
            let keys = identity.keys_of(&account).await?;
            let Some(key) = keys.iter().find(|key| key.prefix == prefix) else {
                bail!("`{}` has no key `{prefix}`: `juyan keys list` shows them", account.name);
            };
            let own = app.settings().own.to_string();
            identity.revoke_key((&own, &account), &key.id).await?;
            if common.json {
                output::json(&serde_json::json!({ "revoked": prefix }))?;
            } else {
                output::line(format!("`{prefix}` is revoked."))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn table(keys: &[ApiKey]) -> anyhow::Result<()> {
    let mut table = Table::new(["KEY", "PURPOSE", "MAY", "UNTIL", "LAST USED", "REVOKED"]);
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    for key in keys {
        let scopes: Vec<&str> = key.scopes.iter().map(|can| can.code()).collect();
        let may = if scopes.is_empty() { "read".to_owned() } else { scopes.join(" ") };
        table.row([
            key.prefix.clone(),
            key.purpose.clone(),
            may,
            day(key.expires_at),
            key.used_at.map_or_else(|| "never".to_owned(), day),
            key.revoked_at.map_or_else(String::new, day),
        ]);
    }
    table.print()
}
