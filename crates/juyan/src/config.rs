//! The desk's own settings: `juyan.toml` in the data directory.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use app::{Home, Settings};
use model::{Handle, PackId};
use rules::Choices;
use serde::{Deserialize, Serialize};

use crate::files::{LONGEST, read_bounded};

/// What `juyan.toml` says.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Handle of the organisation whose desk this is.
    pub(crate) own: Handle,
    /// Regime packs that this desk applies, in order.
    pub(crate) regimes: Vec<PackId>,
    /// Those of them that this desk applies whatever their dates: what it derives from them says so.
    #[serde(default)]
    pub(crate) regardless_of_dates: Vec<PackId>,
    /// The time zone of the desk's clock, by its IANA name.
    #[serde(default = "utc")]
    pub(crate) zone: String,
    /// Whether days of a year whose official order is not known yet may be counted by a provisional
    /// calendar; due times so counted say so.
    #[serde(default)]
    pub(crate) provisional_calendars: bool,
    /// Whether this is a demonstration, which `juyan demo` may replace.
    #[serde(default)]
    pub(crate) demonstration: bool,
    /// What this desk chooses where the text of a pack is open: by pack, the option of each reading.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) readings: BTreeMap<PackId, BTreeMap<String, String>>,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Config {
    pub(crate) fn read(home: &Home) -> anyhow::Result<Self> {
        let path = home.settings();
        let text = read_bounded(&path, LONGEST).with_context(|| {
            format!(
                "no settings at `{}`. hint: `juyan init --own HANDLE --regime PACK` makes them, \
                 `juyan demo` builds a demonstration, --data names another directory",
                path.display()
            )
        })?;
        toml::from_str(&text).with_context(|| format!("`{}`", path.display()))
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
