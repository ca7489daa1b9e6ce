//! `cargo xtask bench ingest`: what it costs to take in a feed, from file to tally.
//!
//! The real binary, in release, on a generated file, each run into a fresh data directory and
//! measured from outside. Nothing of the product reports about itself here.

pub(crate) mod measure;
mod options;
mod report;
pub(crate) mod rules;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail, ensure};

use crate::workspace;
use measure::Cost;
use options::Options;
use report::{Report, Run};

/// The hidden command by which this program measures one child: see [`measure`].
pub(crate) const MEASURE: &str = "measure-one-child";

/// Named as the provider names its files: the report type is read off the name.
const FEED_FILE: &str = "2026-01-01-event4_sinkhole-bench-geo.csv";

pub(crate) fn run(arguments: &[&str]) -> anyhow::Result<ExitCode> {
    let options = Options::parse(arguments)?;
    let metadata = workspace::metadata()?;
    let juyan = match std::env::var_os("JUYAN_BIN") {
        Some(given) => given.into(),
        None => workspace::build_juyan(metadata.workspace_root.as_std_path(), &["--release"])?,
    };
    let ground = Ground::clear(metadata.target_directory.as_std_path())?;
    let feed = generate(&juyan, &ground, &options)?;
    let lines =
        measure::child(&ground.file("wc.out"), "wc".as_ref(), &["-l".as_ref(), feed.as_ref()])?;
    ensure!(lines.succeeded, "`wc -l` failed");
    let mut report = Report::new(options.rows, size(&feed)?, lines);
    for number in 1..=options.runs {
        eprintln!("Ingesting, run {number} of {}", options.runs);
        report.add(ingest(&juyan, &ground, &feed)?);
    }
    print!("{report}");
    let passed = report.meets_floor() || !options.gate;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn generate(juyan: &Path, ground: &Ground, options: &Options) -> anyhow::Result<PathBuf> {
    let feed = ground.file(FEED_FILE);
    eprintln!("Generating {} rows with seed {}", options.rows, options.seed);
    let status = Command::new(juyan)
        .args(["generate", "--rows", &options.rows.to_string()])
        .args(["--seed", &options.seed.to_string(), "--out"])
        .arg(&feed)
        .stdin(Stdio::null())
        .status()
        .context("`juyan` does not start")?;
    ensure!(status.success(), "`juyan generate` failed: {status}");
    Ok(feed)
}

fn ingest(juyan: &Path, ground: &Ground, feed: &Path) -> anyhow::Result<Run> {
    let data = ground.file("data");
    let output = ground.file("ingest.out");
    prepare(juyan, &data)?;
    let arguments = [
        "ingest".as_ref(),
        "--data".as_ref(),
        data.as_os_str(),
        "--feed".as_ref(),
        "shadowserver".as_ref(),
        // The data plane alone: what grading costs depends on the law, not on the rows.
        "--count-only".as_ref(),
        feed.as_os_str(),
        "--json".as_ref(),
    ];
    let cost: Cost = measure::child(&output, juyan.as_os_str(), &arguments)?;
    let said = std::fs::read_to_string(&output).context("what `juyan ingest` printed")?;
    if !cost.succeeded {
        bail!("`juyan ingest` failed; it printed: {said}");
    }
    let run = Run { cost, written: sizes_below(&data)?, said: said.trim().to_owned() };
    std::fs::remove_dir_all(&data).context("removing the data of one run")?;
    Ok(run)
}

/// A desk with the demonstration's directory and register, so that rows are attributed as in earnest.
fn prepare(juyan: &Path, data: &Path) -> anyhow::Result<()> {
    let run = |arguments: &[&str]| -> anyhow::Result<()> {
        let command = Command::new(juyan)
            .args(arguments)
            .arg("--data")
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .context("`juyan` does not start")?;
        ensure!(command.success(), "`juyan {}` failed: {command}", arguments.join(" "));
        Ok(())
    };
    run(&["init", "--own", "coordination-centre", "--regime", "cn.miit.2009-157"])?;
    run(&[
        "load",
        "--organisations",
        "demo/organisations.csv",
        "--provinces",
        "demo/provinces.csv",
    ])?;
    run(&["load", "--register", "demo/register.csv", "--as-table", "demo/asn.csv"])
}

/// The folder of one benchmark, removed when it is over. On the disk of the build, since the
/// system's temporary folder may be memory, and writing there would flatter us.
struct Ground(PathBuf);

impl Ground {
    fn clear(target: &Path) -> anyhow::Result<Self> {
        let folder = target.join("bench-ingest");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).context("removing a former benchmark")?;
        }
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self(folder))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("xtask: {} stays behind: {error}", self.0.display());
        }
    }
}

/// Bytes below each entry of a folder, in order of name.
fn sizes_below(folder: &Path) -> anyhow::Result<Vec<(String, u64)>> {
    let mut sizes = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        sizes.push((entry.file_name().to_string_lossy().into_owned(), size(&entry.path())?));
    }
    sizes.sort();
    Ok(sizes)
}

fn size(path: &Path) -> anyhow::Result<u64> {
    let metadata = path.symlink_metadata().with_context(|| path.display().to_string())?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    let mut sum = 0;
    for entry in path.read_dir()? {
        sum += size(&entry?.path())?;
    }
    Ok(sum)
}
