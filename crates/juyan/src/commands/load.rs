//! `juyan load`: the directory into the database, the register into the atlas.

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use app::App;
use serde::Serialize;

use crate::cli::Load;
use crate::output::{self, Table, grouped};
use crate::{commands, desk};

#[derive(Serialize)]
struct LoadedFile {
    file: String,
    rows: u64,
    skipped: u64,
    /// The first rows that were skipped, each with its line and the reason.
    reasons: Vec<String>,
}

pub(crate) async fn run(args: Load) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&args.common.data).await?;
    let mut loaded = Vec::new();
    if let Some(path) = &args.provinces {
        let rows = app.load_provinces(&name(path), open(path)?).await?;
        loaded.push(whole(path, rows));
    }
    if let Some(path) = &args.organisations {
        let rows = app.load_organisations(&name(path), open(path)?).await?;
        loaded.push(whole(path, rows));
    }
    let atlas = [
        ("register", &args.register),
        ("suffixes", &args.suffixes),
        ("registrars", &args.registrars),
    ];
    for (kind, path) in atlas {
        if let Some(path) = path {
            loaded.push(install(&app, &format!("{kind}.csv"), path).await?);
        }
    }
    for (number, path) in args.as_table.iter().enumerate() {
        loaded.push(install(&app, &format!("asn-{number}.csv"), path).await?);
    }
    report(&loaded, args.common.json)?;
    let skipped = loaded.iter().any(|file| file.skipped > 0);
    Ok(if skipped { commands::FINDINGS.into() } else { ExitCode::SUCCESS })
}

async fn install(app: &App, kind: &str, path: &Path) -> anyhow::Result<LoadedFile> {
    let loaded = app.load_atlas_file(kind, &name(path), open(path)?).await?;
    let reasons = loaded.skipped.iter().take(10);
    Ok(LoadedFile {
        file: name(path),
        rows: loaded.rows,
        skipped: loaded.skipped_count,
        reasons: reasons.map(|row| format!("line {}: {}", row.line, row.reason)).collect(),
    })
}

fn report(loaded: &[LoadedFile], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&loaded);
    }
    let mut table = Table::new(["FILE", "ROWS", "SKIPPED"]);
    for file in loaded {
        table.row([file.file.clone(), grouped(file.rows), grouped(file.skipped)]);
    }
    table.print()?;
    for reason in loaded.iter().flat_map(|file| &file.reasons) {
        output::line(reason)?;
    }
    Ok(())
}

fn whole(path: &Path, rows: u64) -> LoadedFile {
    LoadedFile { file: name(path), rows, skipped: 0, reasons: Vec::new() }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("`{}`", path.display()))
}
