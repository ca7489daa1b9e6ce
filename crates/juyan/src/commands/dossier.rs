//! `juyan dossier`: everything about one incident in one file, made or checked.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use model::permit::ReadPermit;

use super::key::given;
use crate::cli::{Dossier, VerifyDossier};
use crate::output::grouped;
use crate::{commands, desk, output};

pub(crate) async fn run(args: Dossier) -> anyhow::Result<ExitCode> {
    let Dossier { verify, common, incident, out } = args;
    if let Some(VerifyDossier::Verify { file, key, json }) = verify {
        return check(&file, &key, json);
    }
    let incident = incident.context("name an incident, such as INC-2026-0001")?;
    let (app, _) = desk::open(&common.data).await?;
    let path = out.unwrap_or_else(|| PathBuf::from(format!("{incident}.dossier.tar.zst")));
    let shown = path.display();
    let file = File::create_new(&path).with_context(|| format!("`{shown}`"))?;
    let made = app.dossier(&ReadPermit::at_the_console(), &incident, BufWriter::new(file)).await;
    let made = match made {
        Ok(Some(made)) => made,
        failed => {
            // Half a dossier is none.
            std::fs::remove_file(&path).with_context(|| format!("`{shown}`"))?;
            failed?;
            bail!("there is no incident `{incident}`");
        }
    };
    if common.json {
        output::json(&made)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!(
        "Wrote `{shown}`: {} files, {} entries of the journal under checkpoint {}",
        made.files,
        grouped(made.entries),
        made.checkpoint
    ))?;
    output::line(format!("Signed with {}: tell whoever gets it by another way", made.key))?;
    Ok(ExitCode::SUCCESS)
}

fn check(path: &Path, key: &str, json: bool) -> anyhow::Result<ExitCode> {
    let key = given(key)?;
    let file = File::open(path).with_context(|| format!("`{}`", path.display()))?;
    let verdict = app::dossier::verify(file, &key);
    let whole = verdict.findings.is_empty();
    if json {
        output::json(&verdict)?;
    } else if whole {
        let says = |name| verdict.says.get(name).map_or("-", String::as_str);
        output::line(format!(
            "The dossier is as it was made: {} of {} at {}, {} files, {} entries proved by checkpoint {}",
            says("incident"),
            says("desk"),
            says("at"),
            verdict.files,
            grouped(verdict.entries),
            says("checkpoint")
        ))?;
    } else {
        output::line("The dossier is not as it was made:")?;
        verdict.findings.iter().try_for_each(output::line)?;
    }
    Ok(if whole { ExitCode::SUCCESS } else { commands::FINDINGS.into() })
}
