//! The flow, one file a step: a delivery is [received](receive), [ingested](ingest), its threats
//! [assessed](assess), incidents opened and their obligations derived (`oblige`), and each responsible
//! organisation notified (`notify`) of its own slice.
//!
//! This crate loads, lets `rules` decide, and writes the decision together with its journal entry in one
//! transaction. It owns time and transactions, and knows neither a file format nor a law.
//!
//! The two halves meet here: the data plane (feeds, atlas, ledger) hands tallies up, the case plane
//! (rules, store) asks questions down. Each step may be run again at any time: it looks at what is there
//! and does what is missing, so that a process killed between two instructions loses nothing.

pub mod acts;
mod applied;
pub mod assess;
pub mod audit;
pub mod by_hand;
pub mod checkpoint;
pub mod clock;
pub mod directory;
pub mod dossier;
mod error;
pub mod export;
pub mod filing;
pub mod gate;
pub mod home;
pub mod ingest;
pub mod law;
pub mod months;
mod notify;
mod oblige;
pub mod reading;
pub mod receive;
pub mod recount;
mod register;
pub mod retain;
mod scene;
pub mod seal;
mod tree;
pub mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use atlas::Shared;
use model::journal::Act;
use model::{Handle, PackId};

pub use clock::Clock;
pub use error::AppError;
pub use home::Home;
pub use law::{Law, LawError, Provisional, Source};
pub use store::texts::AppliedText;

/// The desk: everything that the steps need, opened once.
pub struct App {
    pub(crate) home: Home,
    pub(crate) store: store::Store,
    pub(crate) ledger: ledger::Ledger,
    pub(crate) atlas: Shared,
    pub(crate) law: Arc<Law>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) figures: reading::Figures,
}

/// What makes this desk this desk.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The organisation whose desk it is.
    pub own: Handle,
    /// The packs it applies, in order.
    pub regimes: Vec<PackId>,
    /// Those of them that it applies whatever their dates, as a demonstration of repealed law does.
    pub regardless: Vec<PackId>,
}

impl App {
    /// Opens the desk over a data directory, and the atlas over what lies in it.
    ///
    /// # Errors
    /// When the database or the ledger cannot be opened, or a configured pack is not there.
    pub async fn open(
        home: Home,
        law: Arc<Law>,
        clock: Clock,
        settings: Settings,
    ) -> Result<Self, AppError> {
        home.create().map_err(|why| AppError::file(home.root(), why))?;
        for id in settings.regimes.iter().chain(&settings.regardless) {
            law.pack(id)?;
        }
        let store = store::Store::open(&home.database().into()).await?;
        let ledger = ledger::Ledger::open_local(&home.ledger()).await?;
        let atlas = Shared::new(load_atlas(&home)?);
        let figures = reading::Figures::default();
        let app = Self { home, store, ledger, atlas, law, clock, settings, figures };
        app.keep_law().await?;
        Ok(app)
    }

    pub fn atlas(&self) -> Arc<atlas::Atlas> {
        self.atlas.load()
    }

    pub fn law(&self) -> &Law {
        &self.law
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn home(&self) -> &Home {
        &self.home
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn store(&self) -> &store::Store {
        &self.store
    }

    pub fn ledger(&self) -> &ledger::Ledger {
        &self.ledger
    }

    /// An act of the desk itself, at this instant.
    pub(crate) fn act<const N: usize>(
        &self,
        act: &'static str,
        subject: impl Into<String>,
        details: [(&'static str, String); N],
    ) -> Act {
        Act {
            at: self.clock.now(),
            actor: self.settings.own.to_string(),
            act,
            subject: subject.into(),
            details: BTreeMap::from(details),
        }
    }
}

/// Builds the atlas from the CSV files of the data directory; those that are missing are left out.
fn load_atlas(home: &Home) -> Result<atlas::Atlas, AppError> {
    let mut builder = atlas::Atlas::builder();
    let directory = home.atlas();
    let mut files: Vec<_> = std::fs::read_dir(&directory)
        .map_err(|why| AppError::file(&directory, why))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    // The order decides which of two equal entries is kept, so it is made the same everywhere.
    files.sort();
    files.retain(|path| path.extension().is_none_or(|ending| ending != "new"));
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let file = std::fs::File::open(&path).map_err(|why| AppError::file(&path, why))?;
        if let Some(loaded) =
            register::load_into(&mut builder, name, std::io::BufReader::new(file))?
        {
            let (rows, skipped) = (loaded.rows, loaded.skipped_count);
            tracing::info!(file = name, rows, skipped, "Loaded `{name}` into the atlas");
        }
    }
    Ok(builder.build())
}

#[cfg(test)]
mod tests;
