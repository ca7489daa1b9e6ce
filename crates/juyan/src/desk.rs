//! Opening the desk: the one place where the machine's clock and randomness are asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{anyhow, bail};
use app::{App, Clock, Home, Law, Provisional, Source};
use jiff::Timestamp;
use model::PackId;
use ring::rand::{SecureRandom, SystemRandom};
use rules::Choices;
use uuid::{ContextV7, Uuid};

use crate::builtin;
use crate::config::Config;
use crate::files::{LONGEST, read_bounded};

/// The machine's clock, and ids that begin with its time and, within one millisecond, count up: what is
/// made in order sorts in order.
pub(crate) fn machine_clock() -> Clock {
    let context = Mutex::new(ContextV7::new());
    Clock::new(now, move |at| {
        let seconds = u64::try_from(at.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
        let context = context.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanoseconds))
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// 32 bytes of the machine's randomness, for a key.
pub(crate) fn randomness() -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| anyhow::anyhow!("this machine gives no randomness: no key was made"))?;
    Ok(bytes)
}

/// The law that this binary carries, and what lies under `regimes/` and `calendars/` of the data directory;
/// a pack or calendar there stands in for a built-in one of the same name. Layers are only ever those of
/// the data directory: what lies over the law is for each desk to say.
pub(crate) fn law(
    home: &Home,
    provisional: Provisional,
    choices: &BTreeMap<PackId, Choices>,
) -> anyhow::Result<Law> {
    let mut packs = builtin::regimes();
    packs.extend(sources(&home.regimes())?);
    let mut calendars = builtin::calendars();
    calendars.extend(sources(&home.calendars())?);
    let law = Law::read_under(&packs, &calendars, provisional, choices)?;
    Ok(law.with_layers(&sources(&home.layers())?)?)
}

/// Every TOML file of a directory, in the order of their names; none if there is no such directory.
pub(crate) fn sources(directory: &Path) -> anyhow::Result<Vec<Source>> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Ok(Vec::new()) };
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let read = |path: &PathBuf| {
        let origin = path.display().to_string();
        let text = read_bounded(path, LONGEST)?;
        Ok(Source { origin, text })
    };
    paths.iter().map(read).collect()
}

/// 32 bytes that nobody can guess: a key follows from them.
pub(crate) fn seed() -> anyhow::Result<[u8; 32]> {
    let mut seed = [0; 32];
    let random = SystemRandom::new();
    random.fill(&mut seed).map_err(|_| anyhow!("the system gave no randomness for a key"))?;
    Ok(seed)
}

/// Opens the desk over a data directory. What an older version of a calendar counted is counted again.
pub(crate) async fn open(data: &Path) -> anyhow::Result<(App, Config)> {
    open_after(data, |_| {}).await
}

/// The same, with something done as soon as the settings are read.
pub(crate) async fn open_after(
    data: &Path,
    settings_read: impl FnOnce(&Config),
) -> anyhow::Result<(App, Config)> {
    let (app, config) = open_uncounted(data, settings_read).await?;
    app.recount().await?;
    Ok((app, config))
}

/// The same without counting anything again.
pub(crate) async fn open_as_it_is(data: &Path) -> anyhow::Result<App> {
    Ok(open_uncounted(data, |_| {}).await?.0)
}

async fn open_uncounted(
    data: &Path,
    settings_read: impl FnOnce(&Config),
) -> anyhow::Result<(App, Config)> {
    let home = Home::new(data);
    let config = Config::read(&home)?;
    settings_read(&config);
    // To make an empty one here would let a lost record pass for an empty one.
    if !home.database().exists() {
        bail!(
            "`{}` is gone, though the settings are there: restore it from a backup before anything else",
            home.database().display()
        );
    }
    let app = open_with(home, &config).await?;
    Ok((app, config))
}

pub(crate) async fn open_with(home: Home, config: &Config) -> anyhow::Result<App> {
    let provisional =
        if config.provisional_calendars { Provisional::Joined } else { Provisional::Refused };
    let law = law(&home, provisional, &config.choices())?;
    let app = App::open(home, Arc::new(law), machine_clock(), config.settings()).await?;
    let fresh = seed()?;
    app.ensure_key(|| fresh).await?;
    Ok(app)
}
