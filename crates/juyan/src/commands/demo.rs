//! `juyan demo`: a demonstration country, its feeds of the last day, and everything that follows.

use std::io::Cursor;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use app::by_hand::{Known, Opened, Opening};
use app::{App, Home};
use model::ThreatName;
use model::delivery::Delivery;
use model::permit::ReadPermit;
use serde::Serialize;

use crate::cli::Demo;
use crate::commands::ingest::{self, Outcome};
use crate::commands::serve;
use crate::config::Config;
use crate::output::{self, Progress, Table, grouped};
use crate::server::Access;
use crate::synth::outbreak;
use crate::{builtin, desk};

/// Every demonstration is the same but for its hour.
const SEED: u64 = 157;
const OWN: &str = "coordination-centre";
const PARTNER: &str = "changfeng";
const REGIME: &str = "cn.miit.2009-157";
/// The second regime: an officer opens its incidents.
const REPORTING: &str = "cn.miit.2009-156";
const ZONE: &str = "Asia/Shanghai";

#[derive(Serialize)]
struct Built {
    directory: String,
    seconds: f64,
    outcome: Outcome,
    /// What an officer has opened.
    by_hand: Vec<Opened>,
    obligations: u64,
    running: u64,
    notices: u64,
    remediations: u64,
}

pub(crate) async fn run(args: Demo) -> anyhow::Result<ExitCode> {
    if !args.no_serve {
        // Before anything is built, or replaced: a desk that cannot open is found out at once.
        drop(serve::listen(args.listen, Access::Open, false).await?);
    }
    let progress = Progress::new();
    let started = Instant::now();
    let home = Home::new(&args.data);
    let mut config = prepare(&home)?;
    let app = desk::open_with(home, &config).await?;
    progress.done(format!("Made the data directory `{}`", args.data.display()));
    country(&app, &progress).await?;
    let received = feeds(&app, &progress).await?;
    let mut outcome = Outcome::default();
    ingest::ingest_all(&app, received, &mut outcome).await?;
    let by_hand = by_hand(&app, &outcome).await?;
    let built = built(&app, &args.data, (outcome, by_hand), started).await?;
    if args.json {
        output::json(&built)?;
    } else {
        summary(&built, &progress)?;
    }
    if args.no_serve {
        return Ok(ExitCode::SUCCESS);
    }
    config.serve.listen = args.listen;
    serve::open_desk(app, &config).await
}

/// An empty data directory: a demonstration already there is removed, anything else is left alone.
fn prepare(home: &Home) -> anyhow::Result<Config> {
    let root = home.root();
    let occupied = std::fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        let is_demonstration = Config::read(home).is_ok_and(|config| config.demonstration);
        if !is_demonstration {
            bail!(
                "`{}` is not empty and no demonstration; nothing was touched. \
                 hint: --data names another directory",
                root.display()
            );
        }
        std::fs::remove_dir_all(root).with_context(|| format!("`{}`", root.display()))?;
    }
    home.create().with_context(|| format!("`{}`", root.display()))?;
    let config = Config {
        regardless_of_dates: vec![REGIME.parse()?],
        zone: ZONE.to_owned(),
        provisional_calendars: true,
        demonstration: true,
        ..Config::of(OWN.parse()?, vec![REGIME.parse()?, REPORTING.parse()?])
    };
    config.write(&home.settings())?;
    Ok(config)
}

async fn country(app: &App, progress: &Progress) -> anyhow::Result<()> {
    let provinces =
        app.load_provinces("provinces.csv", builtin::demo::PROVINCES.as_bytes()).await?;
    let file = "organisations.csv";
    let organisations =
        app.load_organisations(file, builtin::demo::ORGANISATIONS.as_bytes()).await?;
    let mut prefixes = 0;
    for (name, text) in builtin::demo::ATLAS {
        let loaded = app.load_atlas_file(name, name, text.as_bytes()).await?;
        if loaded.skipped_count > 0 {
            bail!(
                "the demonstration's own `{name}` has rows that do not read: {:?}",
                loaded.skipped
            );
        }
        prefixes += loaded.rows;
    }
    progress.done(format!(
        "Loaded a country: {provinces} provinces, {organisations} organisations, {prefixes} entries in the atlas"
    ));
    Ok(())
}

async fn feeds(app: &App, progress: &Progress) -> anyhow::Result<Vec<Delivery>> {
    let now = app.clock().now();
    let end = now.checked_sub(jiff::SignedDuration::from_mins(10)).unwrap_or(now);
    let own = app.settings().own.clone();
    let date = end.strftime("%Y-%m-%d").to_string();
    let sinkhole =
        compressed(progress, "sinkhole report", |out| outbreak::write_sinkhole(out, SEED, end))?;
    let servers = compressed(progress, "list of control servers", |out| {
        outbreak::write_control_servers(out, end)
    })?;
    let partner: model::Handle = PARTNER.parse()?;
    let name = format!("{date}-event4_sinkhole-zy.csv.zst");
    let first = ingest::receive(app, "shadowserver", &name, &own, Cursor::new(sinkhole)).await?;
    let name = format!("{date}-control-servers.csv.zst");
    let second = ingest::receive(app, "generic/csv", &name, &partner, Cursor::new(servers)).await?;
    progress.done("Stored both deliveries under their hashes");
    Ok(vec![first, second])
}

/// A generated feed, compressed as it would arrive.
fn compressed(
    progress: &Progress,
    what: &str,
    write: impl FnOnce(&mut zstd::Encoder<'_, Vec<u8>>) -> std::io::Result<u64>,
) -> anyhow::Result<Vec<u8>> {
    progress.say(format!("generating the {what}"));
    let mut out = zstd::Encoder::new(Vec::new(), 1)?;
    let rows = write(&mut out)?;
    let bytes = out.finish()?;
    progress.done(format!("Generated the {what}: {} rows", grouped(rows)));
    Ok(bytes)
}

/// What an officer tells: that the largest botnet falls under the reporting measures too, where both regimes
/// then meet on one matter; and an event that no sighting shows.
async fn by_hand(app: &App, outcome: &Outcome) -> anyhow::Result<Vec<Opened>> {
    let largest = outcome.changes.iter().max_by_key(|change| change.size);
    let largest = largest.context("the demonstration's feeds opened no incident")?;
    let now = app.clock().now();
    let opening = |matter: ThreatName, facts: &[&str]| -> anyhow::Result<Opening> {
        let facts = facts.iter().map(|fact| (*fact).to_owned()).collect();
        let evidence = "the log of the demonstration".to_owned();
        let known = Known { facts, nothing_else: true, evidence, ..Known::default() };
        let (pack, finder) = (REPORTING.parse()?, None);
        let (known_at, occurred_at, warning) = (now, None, false);
        Ok(Opening { pack, matter, finder, known_at, occurred_at, warning, known })
    };
    let botnet = opening(largest.threat.clone(), &["kind=event"])?;
    let facts = ["kind=event", "dns_hit=large resolver"];
    let mut outage = opening("donghai resolver outage".parse()?, &facts)?;
    outage.known.provinces.insert("ZY-02".parse()?);
    outage.known.organisations.insert(PARTNER.parse()?);
    Ok(vec![app.open_by_hand(botnet).await?, app.open_by_hand(outage).await?])
}

async fn built(
    app: &App,
    data: &Path,
    (outcome, by_hand): (Outcome, Vec<Opened>),
    started: Instant,
) -> anyhow::Result<Built> {
    let permit = ReadPermit::at_the_console();
    let counts = app.counts(&permit, app.clock().now()).await?;
    Ok(Built {
        directory: data.display().to_string(),
        seconds: started.elapsed().as_secs_f64(),
        obligations: counts.obligations,
        running: counts.obligations_ours + counts.obligations_waiting,
        notices: counts.notices,
        remediations: outcome.changes.iter().map(|change| change.remediations).sum(),
        outcome,
        by_hand,
    })
}

fn summary(built: &Built, progress: &Progress) -> anyhow::Result<()> {
    let counts = |of: fn(&model::delivery::RowCounts) -> u64| -> u64 {
        built.outcome.deliveries.iter().map(|delivery| of(&delivery.counts)).sum()
    };
    progress.done(format!(
        "Ingested {} rows: {} sightings, {} new in their day, {} attributed, {} in quarantine",
        grouped(counts(|c| c.rows)),
        grouped(counts(|c| c.sightings)),
        grouped(counts(|c| c.new)),
        grouped(counts(|c| c.attributed)),
        grouped(counts(|c| c.quarantined)),
    ));
    output::line("")?;
    ingest::changes(&built.outcome.changes)?;
    output::line(format!("\nOpened by an officer under {REPORTING}:"))?;
    let mut table = Table::new(["INCIDENT", "MATTER", "GRADE", "OBLIGATIONS"]);
    for one in &built.by_hand {
        table.row([
            one.incident.to_string(),
            one.matter.to_string(),
            one.grade.to_string(),
            format!("+{}", one.owed.len()),
        ]);
    }
    table.print()?;
    output::line(format!(
        "\nThe demonstration applies {REGIME} regardless of its dates: it is no longer in force."
    ))?;
    output::line(format!(
        "\nIn {:.1} s: {} incidents, {} obligations ({} with a running clock), {} notices drafted, \
         {} addresses and domains to deal with.\n\
         Where to look (add --data {} to each):\n  \
         juyan incidents\n  juyan incident INC-{}-0001\n  juyan obligations --show ours\n  \
         juyan notices\n  juyan journal verify",
        built.seconds,
        built.outcome.changes.len() + built.by_hand.len(),
        grouped(built.obligations),
        grouped(built.running),
        grouped(built.notices),
        grouped(built.remediations),
        built.directory,
        year(built),
    ))
}

/// The year in the incidents' numbers.
fn year(built: &Built) -> String {
    let first = built.outcome.changes.first();
    let number = first.map(|change| change.incident.as_str()).unwrap_or_default();
    number.split('-').nth(1).unwrap_or_default().to_owned()
}
