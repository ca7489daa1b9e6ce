//! The workspace as cargo sees it, and the one binary of ours that other commands drive.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use cargo_metadata::{Message, Metadata, MetadataCommand};

/// Cargo, the very one that runs this program.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// The members of the workspace and their dependencies, without those of others.
pub(crate) fn metadata() -> anyhow::Result<Metadata> {
    MetadataCommand::new().no_deps().exec().context("`cargo metadata` failed")
}

/// Builds `juyan` and says where it lies.
///
/// Always with `--workspace`: `--package juyan` would choose other features for shared
/// dependencies than `cargo test --workspace` does, and every switch between them recompiles.
/// The place is asked of cargo, since profile and configuration may both move it.
pub(crate) fn build_juyan(root: &Path, profile: &[&str]) -> anyhow::Result<PathBuf> {
    let mut child = cargo(root)
        .args(["build", "--workspace", "--bin", "juyan"])
        .arg("--message-format=json-render-diagnostics")
        .args(profile)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo does not start")?;
    let output = child.stdout.take().context("cargo has no output")?;
    let mut built = None;
    for message in Message::parse_stream(std::io::BufReader::new(output)) {
        if let Message::CompilerArtifact(artifact) = message.context("cargo's messages")?
            && artifact.target.name == "juyan"
            && let Some(executable) = artifact.executable
        {
            built = Some(executable.into_std_path_buf());
        }
    }
    ensure!(child.wait()?.success(), "`juyan` does not build: see above");
    built.context("cargo built no `juyan`: is the binary still called that?")
}
