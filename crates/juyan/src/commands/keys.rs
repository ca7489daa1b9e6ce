//! `juyan directory key`: the keys by which organisations seal.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use app::App;
use app::seal::{Key, PublicKey};
use model::filing::SealingKey;
use model::permit::ReadPermit;

use crate::cli::Common;
use crate::cli::file::Key as Command;
use crate::commands::incidents::instant;
use crate::desk;
use crate::files::{LONGEST, read_bounded};
use crate::output::{self, Table};

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Make { common, organisation, out, evidence } => {
            let app = open(&common).await?;
            let own = app.settings().own.clone();
            let made = match (organisation, out) {
                (whose, None) if whose.as_ref().is_none_or(|whose| *whose == own) => {
                    app.make_own_key(desk::randomness()?).await?
                }
                (_, None) => bail!(
                    "this desk keeps no private key but its own ({own}): say where theirs goes (--out), or let them make it and register its public half"
                ),
                (whose, Some(out)) => {
                    let whose = whose.context("say whose key it is: --organisation")?;
                    let evidence = evidence.unwrap_or_else(|| "made for them here".to_owned());
                    outside(&common.data, &out)?;
                    let key = Key::from_seed(desk::randomness()?)?;
                    if !key.write_new(&out)? {
                        bail!("`{}` is there already: name another file", out.display());
                    }
                    app.register_key(&whose, &key.public(), &evidence).await?
                }
            };
            told(&common, &made)
        }
        Command::Register { common, organisation, public, evidence } => {
            let text = match public.parse::<PublicKey>() {
                Ok(_) => public,
                Err(_) => read_bounded(Path::new(&public), LONGEST)?,
            };
            let app = open(&common).await?;
            let key = app.register_key(&organisation, &text.parse()?, &evidence).await?;
            told(&common, &key)
        }
        Command::List { common, organisation } => {
            let permit = ReadPermit::at_the_console();
            let app = open(&common).await?;
            let keys = app.store().sealing_keys(&permit, &organisation).await?;
            if common.json {
                output::json(&keys)?;
                return Ok(ExitCode::SUCCESS);
            }
            let mut table = Table::new(["KEY", "REGISTERED (UTC)", "REVOKED (UTC)", "EVIDENCE"]);
            for key in keys {
                table.row([
                    key.id.to_string(),
                    instant(key.registered_at),
                    key.revoked_at.map_or_else(|| "-".to_owned(), instant),
                    key.evidence,
                ]);
            }
            table.print()?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Revoke { common, organisation, key, because } => {
            open(&common).await?.revoke_key(&organisation, &key, &because).await?;
            output::aside(format!("{key} of {organisation} seals nothing more"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn open(common: &Common) -> anyhow::Result<App> {
    Ok(desk::open(&common.data).await?.0)
}

/// A private key of somebody else never lies within the data directory, where backups take it along.
fn outside(data: &Path, out: &Path) -> anyhow::Result<()> {
    let data = std::fs::canonicalize(data).with_context(|| format!("`{}`", data.display()))?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let folder =
        std::fs::canonicalize(folder).with_context(|| format!("`{}`", folder.display()))?;
    if folder.starts_with(&data) {
        bail!("`{}` lies within the data directory: their key goes elsewhere", out.display());
    }
    Ok(())
}

fn told(common: &Common, key: &SealingKey) -> anyhow::Result<ExitCode> {
    if common.json {
        output::json(key)?;
    } else {
        output::line(format!("{}  key {}\npublic  {}", key.organisation, key.id, key.public))?;
    }
    Ok(ExitCode::SUCCESS)
}
