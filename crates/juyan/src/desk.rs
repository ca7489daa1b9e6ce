//! Opening the desk: the one place where the machine's clock and randomness are asked.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use app::{App, Clock, Home, Law};
use jiff::Timestamp;
use uuid::{ContextV7, Uuid};

use crate::builtin;
use crate::config::Config;

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

/// The law that this binary carries.
pub(crate) fn law() -> anyhow::Result<Law> {
    Ok(Law::read(&builtin::regimes(), &builtin::calendars())?)
}

/// Opens the desk over a data directory.
pub(crate) async fn open(data: &Path) -> anyhow::Result<(App, Config)> {
    let home = Home::new(data);
    let config = Config::read(&home)?;
    let app = open_with(home, &config).await?;
    Ok((app, config))
}

pub(crate) async fn open_with(home: Home, config: &Config) -> anyhow::Result<App> {
    Ok(App::open(home, Arc::new(law()?), machine_clock(), config.settings()).await?)
}
