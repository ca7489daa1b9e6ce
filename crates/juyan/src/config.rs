//! The desk's own settings: `juyan.toml` in the data directory.
//!
//! What may stand there is one table, [`keys::KEYS`]: what each key means, what it may be, its default.
//! Reading, `juyan check` and `docs/configuration.md` all come from it. Every key that holds one value can
//! be set by an environment variable too, which then goes before the file: `serve.listen` by
//! `JUYAN_SERVE_LISTEN`.

mod check;
mod keys;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use app::{Home, Settings};
use model::{Handle, PackId};
use rules::Choices;
use serde::{Deserialize, Serialize};

use crate::files::{LONGEST, read_bounded};

pub(crate) use check::{Checked, Problem, Setting};

/// What `juyan.toml` says. Each field is a line of [`keys::KEYS`].
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) own: Handle,
    pub(crate) regimes: Vec<PackId>,
    #[serde(default)]
    pub(crate) regardless_of_dates: Vec<PackId>,
    #[serde(default = "utc")]
    pub(crate) zone: String,
    #[serde(default)]
    pub(crate) provisional_calendars: bool,
    #[serde(default)]
    pub(crate) demonstration: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) serve: Serve,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) log: Log,
    /// What this desk chooses where the text of a pack is open: by pack, the option of each reading.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) readings: BTreeMap<PackId, BTreeMap<String, String>>,
}

/// How the desk is served.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Serve {
    pub(crate) listen: SocketAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) monitor: Option<SocketAddr>,
    pub(crate) connections: u32,
    pub(crate) header_seconds: u16,
    pub(crate) shutdown_seconds: u16,
    pub(crate) free_disk_mib: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<Tls>,
}

/// The certificate that the desk shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// What `juyan serve` logs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    pub(crate) format: Format,
    pub(crate) level: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Text,
    Json,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8460)),
            monitor: None,
            connections: 1024,
            header_seconds: 10,
            shutdown_seconds: 10,
            free_disk_mib: 512,
            tls: None,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: Format::Text, level: "info".to_owned() }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Config {
    /// A desk that applies these packs, everything else at its default.
    pub(crate) fn of(own: Handle, regimes: Vec<PackId>) -> Self {
        Self {
            own,
            regimes,
            regardless_of_dates: Vec::new(),
            zone: utc(),
            provisional_calendars: false,
            demonstration: false,
            serve: Serve::default(),
            log: Log::default(),
            readings: BTreeMap::new(),
        }
    }

    pub(crate) fn read(home: &Home) -> anyhow::Result<Self> {
        let path = home.settings();
        let text = read_bounded(&path, LONGEST).with_context(|| {
            format!(
                "no settings at `{}`. hint: `juyan init --own HANDLE --regime PACK` makes them, \
                 `juyan demo` builds a demonstration, --data names another directory",
                path.display()
            )
        })?;
        let checked = Checked::of(&text, &|name| std::env::var(name).ok());
        let told = || checked.problems.iter().map(|problem| problem.at(&path)).collect::<Vec<_>>();
        checked.config.with_context(|| told().join("\n"))
    }

    pub(crate) fn write(&self, to: &Path) -> anyhow::Result<()> {
        let text = toml::to_string(self).context("settings")?;
        std::fs::write(to, text).with_context(|| format!("`{}`", to.display()))
    }

    /// The choices among the readings of each pack.
    pub(crate) fn choices(&self) -> BTreeMap<PackId, Choices> {
        let choices = |chosen: &BTreeMap<String, String>| {
            let chosen = chosen.iter();
            chosen.fold(Choices::default(), |all, (reading, option)| all.with(reading, option))
        };
        self.readings.iter().map(|(pack, chosen)| (pack.clone(), choices(chosen))).collect()
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            own: self.own.clone(),
            regimes: self.regimes.clone(),
            regardless: self.regardless_of_dates.clone(),
        }
    }
}
