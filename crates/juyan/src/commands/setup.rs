//! `juyan setup`: from now on people sign in, and here is the link that opens the first account.

use std::process::ExitCode;

use crate::cli::Setup;
use crate::{desk, output};

pub(crate) async fn run(args: Setup) -> anyhow::Result<ExitCode> {
    let app = desk::open_as_it_is(&args.common.data).await?;
    let invited = desk::identity(&app)?.invite_the_first().await?;
    let link = address(&args.url, &invited.token);
    if args.common.json {
        let answer = serde_json::json!({ "link": link, "expires_at": invited.expires_at });
        output::json(&answer)?;
    } else {
        output::line(
            "People sign in to this desk from now on. Open its first account, a lead's, here:",
        )?;
        output::line(format!("\n  {link}\n"))?;
        output::line(format!("The link is good once, until {}.", invited.expires_at))?;
        output::line("Start `juyan serve` now, or start it again if it runs.")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The address at which somebody chooses a password.
pub(super) fn address(url: &str, token: &str) -> String {
    format!("{}/welcome/{token}", url.trim_end_matches('/'))
}
