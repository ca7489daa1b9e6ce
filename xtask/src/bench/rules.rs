//! `cargo xtask bench rules`: what deciding costs. Each crate brings its own measurement as an example.

use std::process::{Command, ExitCode};

use anyhow::{Context, ensure};

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for package in ["rules", "store"] {
        let example = format!("measure_{package}");
        let status = Command::new(&cargo)
            .args(["run", "--quiet", "--release", "--package", package, "--example", &example])
            .status()
            .context("cargo does not start")?;
        ensure!(status.success(), "the measurement of `{package}` failed: {status}");
    }
    Ok(ExitCode::SUCCESS)
}
