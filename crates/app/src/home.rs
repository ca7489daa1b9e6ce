//! The data directory: where everything that the desk keeps lies.
//!
//! ```text
//! juyan.toml         the desk's own settings
//! juyan.db           the case plane (SQLite)
//! juyan.key          the desk's own private key, its owner's alone
//! keys/              the key by which the desk's own organisation seals, its owner's alone
//! deliveries/ab/…    raw deliveries, named by their SHA-256, compressed
//! ledger/            sightings and tallies (Parquet, Delta log)
//! atlas/             AS table, register, suffixes, registrars (CSV)
//! feeds/             mappings of one's own (TOML)
//! regimes/           packs of one's own (TOML)
//! regimes/layers/    what lies over packs here: provinces, special periods, house targets (TOML)
//! calendars/         calendars of one's own (TOML)
//! ```

use std::path::{Path, PathBuf};

use model::DeliveryId;

/// The data directory.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self(root.into())
    }

    /// Makes the directories that are missing.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn create(&self) -> std::io::Result<()> {
        for directory in
            [self.0.clone(), self.deliveries(), self.ledger(), self.atlas(), self.feeds()]
        {
            std::fs::create_dir_all(directory)?;
        }
        Ok(())
    }

    pub fn root(&self) -> &Path {
        &self.0
    }

    pub fn settings(&self) -> PathBuf {
        self.0.join("juyan.toml")
    }

    pub fn database(&self) -> PathBuf {
        self.0.join("juyan.db")
    }

    /// The private key that checkpoints and dossiers are signed with.
    pub fn key(&self) -> PathBuf {
        self.0.join("juyan.key")
    }

    /// The key that is to take its place, while it is being rotated.
    pub fn next_key(&self) -> PathBuf {
        self.0.join("juyan.next.key")
    }

    /// The private key by which the desk's own organisation seals its filings.
    pub fn sealing_key(&self, own: &model::Handle) -> PathBuf {
        self.0.join("keys").join(format!("{own}.key"))
    }

    pub fn deliveries(&self) -> PathBuf {
        self.0.join("deliveries")
    }

    /// Where a delivery's raw content lies.
    pub fn delivery(&self, id: &DeliveryId) -> PathBuf {
        let name = id.to_string();
        let first: String = name.chars().take(2).collect();
        self.deliveries().join(first).join(format!("{name}.zst"))
    }

    pub fn ledger(&self) -> PathBuf {
        self.0.join("ledger")
    }

    pub fn atlas(&self) -> PathBuf {
        self.0.join("atlas")
    }

    /// Regime packs of one's own.
    pub fn regimes(&self) -> PathBuf {
        self.0.join("regimes")
    }

    /// What lies over the packs at this desk.
    pub fn layers(&self) -> PathBuf {
        self.regimes().join("layers")
    }

    /// Calendars of one's own.
    pub fn calendars(&self) -> PathBuf {
        self.0.join("calendars")
    }

    pub fn feeds(&self) -> PathBuf {
        self.0.join("feeds")
    }
}
