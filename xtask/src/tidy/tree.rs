//! The repository as texts in memory, with the members of the workspace.
//!
//! What git ignores is not in it; what is new and not yet committed is.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use cargo_metadata::{DependencyKind, Metadata};

/// Larger files are data: they are in the tree, without their text.
const TEXT_BYTES_MAX: u64 = 2 * 1024 * 1024;

#[derive(Default)]
pub(crate) struct Tree {
    /// Path from the root, with `/`, to text; to nothing for what is not text.
    files: BTreeMap<String, Option<String>>,
    packages: Vec<Package>,
}

/// A member of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    /// The path of its `Cargo.toml`.
    pub(crate) manifest: String,
    pub(crate) imports: Vec<Import>,
}

/// One member that another names as a dependency.
pub(crate) struct Import {
    pub(crate) name: String,
    /// Whether only its tests import it.
    pub(crate) dev: bool,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        // A checkout owned by somebody else is common in containers, and reading it is harmless.
        let listed = Command::new("git")
            .args(["-c", "safe.directory=*", "ls-files", "-z"])
            .args(["--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("git does not start")?;
        let complaint = String::from_utf8_lossy(&listed.stderr);
        ensure!(listed.status.success(), "`git ls-files` failed: {complaint}");
        let paths = String::from_utf8(listed.stdout).context("a path is not UTF-8")?;
        let mut tree = Self::default();
        for path in paths.split('\0').filter(|path| root.join(path).is_file()) {
            tree.files.insert(path.to_owned(), text(&root.join(path))?);
        }
        Ok(tree)
    }

    pub(crate) fn with_packages(mut self, metadata: &Metadata) -> Self {
        let members = metadata.workspace_packages();
        let is_ours = |name: &str| members.iter().any(|member| member.name.as_str() == name);
        self.packages = members.iter().map(|package| member(package, metadata, &is_ours)).collect();
        self
    }

    pub(crate) fn packages(&self) -> &[Package] {
        &self.packages
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Every file that is text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// Every text whose name ends in a dot and this.
    pub(crate) fn texts_of(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| {
            path.rsplit_once('.').is_some_and(|(_, ending)| ending == extension)
        })
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Whether a file or folder of this path is in the repository.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let below = format!("{path}/");
        self.files.contains_key(path)
            || self.files.range(below.clone()..).next().is_some_and(|(p, _)| p.starts_with(&below))
    }
}

fn text(path: &Path) -> anyhow::Result<Option<String>> {
    let metadata = path.metadata().with_context(|| path.display().to_string())?;
    if metadata.len() > TEXT_BYTES_MAX {
        return Ok(None);
    }
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    Ok(String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')))
}

fn member(
    package: &cargo_metadata::Package,
    metadata: &Metadata,
    is_ours: &dyn Fn(&str) -> bool,
) -> Package {
    let manifest = &package.manifest_path;
    let manifest = manifest.strip_prefix(&metadata.workspace_root).unwrap_or(manifest);
    let imports = package.dependencies.iter().filter(|dependency| is_ours(&dependency.name));
    Package {
        name: package.name.to_string(),
        manifest: manifest.to_string(),
        imports: imports
            .map(|dependency| Import {
                name: dependency.name.clone(),
                dev: dependency.kind == DependencyKind::Development,
            })
            .collect(),
    }
}

#[cfg(test)]
impl Tree {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).into(), Some((*text).into())));
        Self { files: files.collect(), packages: Vec::new() }
    }

    /// Members as `importer: imported, [imported by tests]`.
    pub(crate) fn of_members(members: &[(&str, &[&str])]) -> Self {
        let packages = members.iter().map(|(name, imports)| Package {
            name: (*name).to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            imports: imports
                .iter()
                .map(|import| Import {
                    name: import.trim_matches(['[', ']']).to_owned(),
                    dev: import.starts_with('['),
                })
                .collect(),
        });
        Self { files: BTreeMap::new(), packages: packages.collect() }
    }
}
