//! `cargo xtask test`: every test of the workspace, with what the tests need.
//!
//! Plain `cargo test` runs them. Journeys find the binary they drive in `JUYAN_BIN`.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, ensure};

use crate::tidy::tree::Tree;
use crate::workspace;

/// A thing outside Rust without which some test cannot speak.
struct Need {
    why: &'static str,
    /// Programs of which one is enough, by name or absolute path, of which one part may be `*`.
    any_of: &'static [&'static str],
    /// The Debian package that brings it.
    package: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        why: "a browser, to read the pages as people do",
        any_of: &["chromium", "chromium-browser", "google-chrome"],
        package: "chromium",
    },
    Need {
        why: "node, for the accessibility checks",
        any_of: &["node", "nodejs"],
        package: "nodejs",
    },
    Need { why: "npm, to fetch the accessibility checker", any_of: &["npm"], package: "npm" },
    Need {
        why: "the time zones, without which no deadline is right",
        any_of: &["/usr/share/zoneinfo/Etc/UTC"],
        package: "tzdata",
    },
    Need {
        why: "PostgreSQL, one of the two engines that keep the case plane",
        any_of: &["/usr/lib/postgresql/*/bin/initdb"],
        package: "postgresql",
    },
];

/// What to do about what is missing.
#[derive(Debug, PartialEq)]
enum Remedy {
    Nothing,
    Install(Vec<&'static str>),
    Tell(String),
}

pub(crate) fn run(arguments: &[&str]) -> anyhow::Result<ExitCode> {
    let may_install = nix::unistd::geteuid().is_root() && is_there("apt-get");
    match remedy(NEEDS, is_there, may_install) {
        Remedy::Nothing => {}
        Remedy::Install(packages) => install(&packages)?,
        Remedy::Tell(message) => {
            eprintln!("{message}");
            return Ok(ExitCode::FAILURE);
        }
    }
    let metadata = workspace::metadata()?;
    let root = metadata.workspace_root.as_std_path();
    fetch_npm_packages(root)?;
    let juyan = workspace::build_juyan(root, profile(arguments))?;
    let status = workspace::cargo(root)
        .args(["test", "--workspace"])
        .args(arguments)
        .env("JUYAN_BIN", juyan)
        .status()
        .context("cargo does not start")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn remedy(needs: &[Need], is_there: impl Fn(&str) -> bool, may_install: bool) -> Remedy {
    let missing: Vec<&Need> =
        needs.iter().filter(|need| !need.any_of.iter().any(|name| is_there(name))).collect();
    let packages: Vec<&'static str> = missing.iter().map(|need| need.package).collect();
    if missing.is_empty() {
        return Remedy::Nothing;
    }
    if may_install {
        return Remedy::Install(packages);
    }
    let list: Vec<String> =
        missing.iter().map(|need| format!("  {}: {}", need.package, need.why)).collect();
    Remedy::Tell(format!(
        "The tests need what is not here:\n{}\nOn Debian, this brings it:\n  sudo apt-get update && sudo apt-get install --yes --no-install-recommends {}",
        list.join("\n"),
        packages.join(" ")
    ))
}

fn is_there(name: &str) -> bool {
    if let Some((folder, rest)) = name.split_once("/*/") {
        let folders = std::fs::read_dir(folder).into_iter().flatten().flatten();
        return folders.into_iter().any(|folder| folder.path().join(rest).exists());
    }
    if name.starts_with('/') {
        return Path::new(name).exists();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

fn install(packages: &[&str]) -> anyhow::Result<()> {
    println!("Installing {} through apt", packages.join(", "));
    apt(&["update", "--quiet"])?;
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(packages);
    apt(&arguments)
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("apt-get does not start")?;
    ensure!(status.success(), "`apt-get {}` failed: {status}", arguments.join(" "));
    Ok(())
}

/// Fetches what each lock file of npm in the repository pins, where that has not been done yet.
fn fetch_npm_packages(root: &Path) -> anyhow::Result<()> {
    let tree = Tree::read(root)?;
    for lock in tree.paths().filter(|path| path.ends_with("package-lock.json")) {
        let folder = root.join(lock);
        let folder = folder.parent().context("a lock file lies in a folder")?;
        if folder.join("node_modules").exists() {
            continue;
        }
        let status = Command::new("npm")
            .args(["ci", "--silent", "--no-audit", "--no-fund"])
            .current_dir(folder)
            .status()
            .context("npm does not start")?;
        ensure!(status.success(), "`npm ci` failed in {}", folder.display());
    }
    Ok(())
}

/// The profile that the arguments for `cargo test` choose, so that the binary is built in the same.
fn profile<'a>(arguments: &'a [&'a str]) -> &'a [&'a str] {
    let of_cargo = arguments.split(|word| *word == "--").next().unwrap_or_default();
    let chosen = of_cargo.iter().position(|word| matches!(*word, "--release" | "-r" | "--profile"));
    match chosen {
        Some(at) if of_cargo.get(at) == Some(&"--profile") => {
            of_cargo.get(at..at + 2).unwrap_or_default()
        }
        Some(at) => of_cargo.get(at..=at).unwrap_or_default(),
        None => &[],
    }
}
