//! `juyan ingest`: deliveries in, and everything that follows from them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use ::feeds::Catalogue;
use anyhow::{Context, bail};
use app::App;
use app::assess::Change;
use app::ingest::Ingested;
use app::receive::Offer;
use jiff::civil::Date;
use model::permit::ReadPermit;
use model::{DeliveryId, Handle, ThreatName};
use serde::Serialize;

use crate::cli::Ingest;
use crate::output::{self, Progress, Table, grouped};
use crate::{commands, desk};

/// How far back a run looks for what one before it left undone.
const LATELY_DAYS: u32 = 2;

/// What a run did, delivery by delivery, and what followed.
#[derive(Default, Serialize)]
pub(crate) struct Outcome {
    pub(crate) deliveries: Vec<Ingested>,
    /// Deliveries that could not be read, each with the reason.
    pub(crate) refused: Vec<String>,
    pub(crate) changes: Vec<Change>,
    /// Threats of which nothing could be derived, each with the reason.
    pub(crate) undecided: Vec<String>,
}

pub(crate) async fn run(args: Ingest) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&args.common.data).await?;
    let finder = args.finder.clone().unwrap_or_else(|| app.settings().own.clone());
    let outcome = if args.unfinished {
        let mut outcome = ingest_all(&app, unfinished(&app).await?).await?;
        outcome.add(app.assess_lately(LATELY_DAYS, &mut |_| {}).await?);
        outcome
    } else if args.count_only {
        let mut outcome = Outcome::default();
        let received = receive_all(&app, &args, &finder).await?;
        count_all(&app, received, &mut outcome, &Progress::new()).await?;
        outcome
    } else {
        ingest_all(&app, receive_all(&app, &args, &finder).await?).await?
    };
    if args.common.json {
        output::json(&outcome)?;
    } else {
        report(&outcome)?;
    }
    let failed = !(outcome.refused.is_empty() && outcome.undecided.is_empty());
    let quarantined = outcome.deliveries.iter().any(|d| d.counts.quarantined > 0);
    Ok(match (failed, quarantined) {
        (true, _) => ExitCode::FAILURE,
        (false, true) => commands::FINDINGS.into(),
        (false, false) => ExitCode::SUCCESS,
    })
}

async fn unfinished(app: &App) -> anyhow::Result<Vec<(DeliveryId, Handle)>> {
    let permit = ReadPermit::at_the_console();
    let deliveries = app.store().unfinished_deliveries(&permit, 10_000).await?;
    Ok(deliveries.into_iter().map(|delivery| (delivery.id, delivery.finder)).collect())
}

async fn receive_all(
    app: &App,
    args: &Ingest,
    finder: &Handle,
) -> anyhow::Result<Vec<(DeliveryId, Handle)>> {
    let mut received = Vec::new();
    for path in &args.files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let content: Box<dyn Read> = if name == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(path).with_context(|| format!("`{}`", path.display()))?)
        };
        let kept = receive(app, &args.feed, &name, finder, content).await?;
        received.push((kept, finder.clone()));
    }
    Ok(received)
}

/// Keeps one delivery under the mapping that its feed and name tell.
pub(crate) async fn receive(
    app: &App,
    feed: &str,
    name: &str,
    finder: &Handle,
    content: impl Read,
) -> anyhow::Result<DeliveryId> {
    let id = mapping_id(feed, Path::new(name))?;
    let mapping = app.mapping(&id)?;
    let offer = Offer {
        name: name.to_owned(),
        mapping: id.clone(),
        mapping_version: mapping.version().to_owned(),
        feed: id.split('/').next().unwrap_or(&id).parse()?,
        finder: finder.clone(),
        content,
    };
    Ok(app.receive(offer).await.with_context(|| format!("`{name}`"))?.delivery.id)
}

/// `shadowserver/event4_sinkhole` is a mapping; of `shadowserver` the file's name tells which report.
pub(crate) fn mapping_id(feed: &str, file: &Path) -> anyhow::Result<String> {
    if feed.contains('/') {
        return Ok(feed.to_owned());
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    match Catalogue::builtin().for_file(feed, &name) {
        Some(mapping) => Ok(mapping.id().to_owned()),
        None => bail!(
            "cannot tell from the name `{name}` which report of `{feed}` it is. \
             hint: name the mapping itself, such as --feed shadowserver/event4_sinkhole; \
             `juyan feeds list` names all"
        ),
    }
}

/// What one finder's deliveries may have changed.
struct Touched {
    finder: Handle,
    days: BTreeSet<Date>,
    threats: BTreeSet<ThreatName>,
}

/// Ingests kept deliveries, then assesses the threats that they name.
pub(crate) async fn ingest_all(
    app: &App,
    received: Vec<(DeliveryId, Handle)>,
) -> anyhow::Result<Outcome> {
    let progress = Progress::new();
    let mut outcome = Outcome::default();
    let touched = count_all(app, received, &mut outcome, &progress).await?;
    // In the order of arrival: whoever delivered first is the finder.
    for Touched { finder, days, threats } in &touched {
        progress.say("assessing");
        let mut watch = |change: &Change| progress.say(format!("assessed {}", change.threat));
        outcome.add(app.assess(finder, days, Some(threats), &mut watch).await?);
    }
    progress.say("");
    Ok(outcome)
}

/// Ingests kept deliveries and stops at the ledger.
async fn count_all(
    app: &App,
    received: Vec<(DeliveryId, Handle)>,
    outcome: &mut Outcome,
    progress: &Progress,
) -> anyhow::Result<Vec<Touched>> {
    let mut touched: Vec<Touched> = Vec::new();
    for (id, finder) in received {
        let short: String = id.to_string().chars().take(12).collect();
        let mut watch = |rows| progress.say(format!("{short}  {} rows read", grouped(rows)));
        match app.ingest(&id, &mut watch).await {
            Ok(ingested) => {
                let days = ingested.days.clone();
                let threats = ingested.threats.clone();
                match touched.iter_mut().find(|known| known.finder == finder) {
                    Some(known) => {
                        known.days.extend(days);
                        known.threats.extend(threats);
                    }
                    None => touched.push(Touched { finder, days, threats }),
                }
                outcome.deliveries.push(ingested);
            }
            Err(app::AppError::Feed(why)) => outcome.refused.push(format!("{short}: {why}")),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(touched)
}

impl Outcome {
    fn add(&mut self, assessed: app::assess::Outcome) {
        self.changes.extend(assessed.changes);
        self.undecided.extend(assessed.undecided);
    }
}

fn report(outcome: &Outcome) -> anyhow::Result<()> {
    let mut table =
        Table::new(["DELIVERY", "ROWS", "SIGHTINGS", "NEW", "ATTRIBUTED", "QUARANTINED"]);
    for ingested in &outcome.deliveries {
        let counts = &ingested.counts;
        table.row([
            ingested.delivery.to_string().chars().take(12).collect(),
            grouped(counts.rows),
            grouped(counts.sightings),
            if ingested.already { "known already".to_owned() } else { grouped(counts.new) },
            grouped(counts.attributed),
            grouped(counts.quarantined),
        ]);
    }
    table.print()?;
    for refusal in &outcome.refused {
        output::line(format!("refused  {refusal}"))?;
    }
    undecided(&outcome.undecided)?;
    changes(&outcome.changes)
}

pub(crate) fn undecided(threats: &[String]) -> anyhow::Result<()> {
    threats.iter().try_for_each(|threat| output::line(format!("undecided  {threat}")))
}

pub(crate) fn changes(changes: &[Change]) -> anyhow::Result<()> {
    if changes.is_empty() {
        return output::line("No incident changed.");
    }
    let mut table =
        Table::new(["INCIDENT", "THREAT", "GRADE", "ADDRESSES", "OBLIGATIONS", "NOTICES", "ITEMS"]);
    for change in changes {
        let grade = match &change.from {
            Some(from) if *from != change.to => format!("{from} → {}", change.to),
            _ => change.to.clone(),
        };
        table.row([
            change.incident.clone(),
            change.threat.to_string(),
            grade,
            grouped(change.size),
            format!("+{}", grouped(change.obligations)),
            format!("+{}", grouped(change.notices)),
            format!("+{}", grouped(change.remediations)),
        ]);
    }
    table.print()
}
