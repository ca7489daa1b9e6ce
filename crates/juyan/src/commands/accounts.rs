//! `juyan accounts`: who signs in.

use std::process::ExitCode;

use app::identity::Invited;
use model::permit::{Permit, ReadPermit};

use super::setup::address;
use crate::cli::{Accounts, Common};
use crate::desk;
use crate::output::{self, Table};

/// Accounts read at once.
const PAGE: u32 = 500;

pub(crate) async fn run(args: Accounts) -> anyhow::Result<ExitCode> {
    match args {
        Accounts::List { common } => list(&common).await?,
        Accounts::Add { common, name, organisation, post, url } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let own = &app.settings().own;
            let permit = Permit::at_the_console(own);
            let organisation = organisation.unwrap_or_else(|| own.clone());
            let identity = desk::identity(&app)?;
            let invited = identity.open_account(&permit, name, &organisation, post).await?;
            invitation(&common, &url, &invited)?;
        }
        Accounts::Disable { common, name } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let permit = Permit::at_the_console(&app.settings().own);
            desk::identity(&app)?.disable_account(&permit, &name).await?;
            if common.json {
                output::json(&serde_json::json!({ "disabled": name }))?;
            } else {
                output::line(format!("`{name}` is out of use."))?;
            }
        }
        Accounts::Reset { common, name, url } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let permit = Permit::at_the_console(&app.settings().own);
            let invited = desk::identity(&app)?.reset_account(&permit, &name).await?;
            invitation(&common, &url, &invited)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(common: &Common) -> anyhow::Result<()> {
    let app = desk::open_as_it_is(&common.data).await?;
    let (identity, permit) = (desk::identity(&app)?, ReadPermit::at_the_console());
    let mut all = identity.accounts(&permit, PAGE, None).await?;
    while let Some(last) = all.last().filter(|_| all.len().is_multiple_of(500)).cloned() {
        let more = identity.accounts(&permit, PAGE, Some(&last.name)).await?;
        if more.is_empty() {
            break;
        }
        all.extend(more);
    }
    if common.json {
        return output::json(&all);
    }
    let mut table = Table::new(["ACCOUNT", "ORGANISATION", "POST", "OPENED", "STATE"]);
    for account in &all {
        table.row([
            account.name.to_string(),
            account.organisation.to_string(),
            account.post.code().to_owned(),
            account.created_at.strftime("%Y-%m-%d").to_string(),
            account.disabled_at.map_or_else(
                || "in use".to_owned(),
                |since| format!("disabled {}", since.strftime("%Y-%m-%d")),
            ),
        ]);
    }
    table.print()
}

fn invitation(common: &Common, url: &str, invited: &Invited) -> anyhow::Result<()> {
    let link = address(url, &invited.token);
    if common.json {
        let name = invited.account.as_ref().map(|account| &account.name);
        let answer =
            serde_json::json!({ "account": name, "link": link, "expires_at": invited.expires_at });
        return output::json(&answer);
    }
    output::line(
        "Give its holder this link, by a way that nobody else reads. They choose a password there:",
    )?;
    output::line(format!("\n  {link}\n"))?;
    output::line(format!("It is good once, until {}.", invited.expires_at))
}
