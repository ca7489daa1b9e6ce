//! `juyan ingest`: deliveries in, and everything that follows from them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use ::feeds::Catalogue;
use anyhow::{Context, bail};
use app::App;
use app::assess::{Change, Touched};
use app::ingest::Ingested;
use app::receive::Offer;
use model::delivery::Delivery;
use model::permit::ReadPermit;
use model::{DeliveryId, Handle};
use serde::Serialize;

use crate::cli::Ingest;
use crate::output::{self, Progress, Table, grouped};
use crate::{commands, desk};

/// What a run did, delivery by delivery, and what followed.
#[derive(Default, Serialize)]
pub(crate) struct Outcome {
    pub(crate) deliveries: Vec<Ingested>,
    /// Deliveries that could not be read, each with the reason.
    pub(crate) refused: Vec<String>,
    pub(crate) changes: Vec<Change>,
    /// Threats of which nothing could be derived, each with the reason.
    pub(crate) undecided: Vec<String>,
    /// Threats under no law that this desk applies and that was in force then, each with the reason.
    pub(crate) lawless: Vec<String>,
}

pub(crate) async fn run(args: Ingest) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&args.common.data).await?;
    let finder = args.finder.clone().unwrap_or_else(|| app.settings().own.clone());
    let mut outcome = Outcome::default();
    let received = if args.unfinished {
        app.sweep()?;
        unfinished(&app).await?
    } else {
        receive_all(&app, &args, &finder, &mut outcome).await
    };
    if args.count_only {
        count_all(&app, received, &mut outcome, &Progress::new()).await?;
    } else {
        ingest_all(&app, received, &mut outcome).await?;
    }
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

pub(crate) async fn unfinished(app: &App) -> anyhow::Result<Vec<Delivery>> {
    let permit = ReadPermit::at_the_console();
    Ok(app.store().unfinished_deliveries(&permit, 10_000).await?)
}

/// Keeps every delivery that can be kept; what cannot is named among the refused.
async fn receive_all(
    app: &App,
    args: &Ingest,
    finder: &Handle,
    outcome: &mut Outcome,
) -> Vec<Delivery> {
    let mut received = Vec::new();
    for path in &args.files {
        match receive_one(app, args, finder, path).await {
            Ok(delivery) => received.push(delivery),
            Err(why) => outcome.refused.push(format!("{why:#}")),
        }
    }
    received
}

async fn receive_one(
    app: &App,
    args: &Ingest,
    finder: &Handle,
    path: &Path,
) -> anyhow::Result<Delivery> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    if name == "-" {
        return receive(app, &args.feed, "standard-input", finder, io::stdin().lock()).await;
    }
    let file = File::open(path).with_context(|| format!("`{}`", path.display()))?;
    receive(app, &args.feed, &name, finder, file).await
}

/// Keeps one delivery under the mapping that its feed and name tell.
pub(crate) async fn receive(
    app: &App,
    feed: &str,
    name: &str,
    finder: &Handle,
    content: impl Read,
) -> anyhow::Result<Delivery> {
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
    Ok(app.receive(offer).await.with_context(|| format!("`{name}`"))?.delivery)
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

/// What one finder's deliveries may have changed, and which they are.
struct Group {
    touched: Touched,
    deliveries: Vec<DeliveryId>,
}

/// Ingests kept deliveries, then assesses the threats that they name.
pub(crate) async fn ingest_all(
    app: &App,
    received: Vec<Delivery>,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let progress = Progress::new();
    let groups = count_all(app, received, outcome, &progress).await?;
    // In the order of arrival: whoever delivered first is the finder.
    for Group { touched, deliveries } in &groups {
        progress.say("assessing");
        let mut watch = |change: &Change| progress.say(format!("assessed {}", change.threat));
        let assessed = app.assess(touched, &mut watch).await?;
        if assessed.undecided.is_empty() {
            app.mark_assessed(deliveries).await?;
        }
        outcome.add(assessed);
    }
    progress.say("");
    Ok(())
}

/// Ingests kept deliveries and stops at the ledger.
async fn count_all(
    app: &App,
    received: Vec<Delivery>,
    outcome: &mut Outcome,
    progress: &Progress,
) -> anyhow::Result<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    for delivery in received {
        let short: String = delivery.id.to_string().chars().take(12).collect();
        let mut watch = |rows| progress.say(format!("{short}  {} rows read", grouped(rows)));
        match app.ingest(&delivery.id, &mut watch).await {
            Ok(ingested) => {
                touch(&mut groups, delivery, &ingested);
                outcome.deliveries.push(ingested);
            }
            Err(app::AppError::Feed(why)) => outcome.refused.push(format!("{short}: {why}")),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(groups)
}

/// Adds what a delivery touched to its finder's group. The clock starts with the first that came in.
fn touch(groups: &mut Vec<Group>, delivery: Delivery, ingested: &Ingested) {
    let known = groups.iter_mut().find(|group| group.touched.finder == delivery.finder);
    if let Some(group) = known {
        let touched = &mut group.touched;
        touched.known_at = touched.known_at.min(delivery.received_at);
        touched.days.extend(&ingested.days);
        touched.threats.get_or_insert_default().extend(ingested.threats.iter().cloned());
        group.deliveries.push(delivery.id);
        return;
    }
    let touched = Touched {
        finder: delivery.finder,
        known_at: delivery.received_at,
        days: ingested.days.clone(),
        threats: Some(ingested.threats.clone()),
    };
    groups.push(Group { touched, deliveries: vec![delivery.id] });
}

impl Outcome {
    pub(crate) fn add(&mut self, assessed: app::assess::Outcome) {
        self.changes.extend(assessed.changes);
        self.undecided.extend(assessed.undecided);
        self.lawless.extend(assessed.lawless);
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
    lawless(&outcome.lawless)?;
    changes(&outcome.changes)
}

pub(crate) fn undecided(threats: &[String]) -> anyhow::Result<()> {
    threats.iter().try_for_each(|threat| output::line(format!("undecided  {threat}")))
}

pub(crate) fn lawless(threats: &[String]) -> anyhow::Result<()> {
    threats.iter().try_for_each(|threat| output::line(format!("outside    {threat}")))?;
    if threats.is_empty() {
        return Ok(());
    }
    output::line(
        "hint: `regardless_of_dates` in juyan.toml lists packs to apply whatever their dates",
    )
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
