//! `juyan init`: an empty data directory with its settings.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::bail;
use app::{Home, Provisional};

use crate::cli::Init;
use crate::config::Config;
use crate::{desk, output};

pub(crate) async fn run(args: Init) -> anyhow::Result<ExitCode> {
    let home = Home::new(&args.common.data);
    if home.settings().exists() {
        bail!("`{}` is there already; nothing was changed", home.settings().display());
    }
    let law = desk::law(&home, Provisional::Refused, &BTreeMap::new())?;
    for pack in &args.regime {
        law.pack(pack)?;
    }
    home.create()?;
    let zone = args.regime.first().map(|pack| law.pack(pack)).transpose()?;
    let zone = zone.and_then(|pack| pack.zone().iana_name()).unwrap_or("UTC").to_owned();
    let regardless = if args.regardless_of_dates { args.regime.clone() } else { Vec::new() };
    let config =
        Config { regardless_of_dates: regardless, zone, ..Config::of(args.own, args.regime) };
    config.write(&home.settings())?;
    desk::open_with(home.clone(), &config).await?;
    if args.common.json {
        output::json(&config)?;
    } else {
        output::line(format!("Made `{}`.", home.root().display()))?;
        output::line("Next: `juyan load --organisations … --register …`, then `juyan ingest`.")?;
    }
    Ok(ExitCode::SUCCESS)
}
