//! `juyan act open` and `juyan act facts`: what an officer tells where no sighting can.

use std::process::ExitCode;

use anyhow::Context;
use app::App;
use app::by_hand::{Known, Learned, Opened, Opening};
use model::incident::IncidentNumber;
use model::permit::ReadPermit;
use model::regime::GradeId;

use super::table;
use crate::cli::{self, Common, Open};
use crate::output;

pub(super) async fn open(args: Open) -> anyhow::Result<ExitCode> {
    let app = super::open(&args.common).await?;
    let Open { common, pack, matter, with, known_at, occurred_at, finder, warning, known } = args;
    let (matter, finder) = match (matter, with) {
        (Some(matter), _) => (matter, finder),
        (None, Some(other)) => {
            let other = incident(&app, &other).await?;
            (other.threat, finder.or(Some(other.finder)))
        }
        (None, None) => anyhow::bail!("give --matter NAME or --with INCIDENT"),
    };
    let known = known.into();
    let opening = Opening { pack, matter, finder, known_at, occurred_at, warning, known };
    let opened = app.open_by_hand(opening).await?;
    if common.json {
        output::json(&opened)?;
    } else {
        told(&opened)?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn learn(
    common: &Common,
    number: &IncidentNumber,
    known: cli::Known,
) -> anyhow::Result<ExitCode> {
    let learned = super::open(common).await?.learn(number, known.into()).await?;
    if common.json {
        output::json(&learned)?;
    } else {
        changed(&learned)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn incident(app: &App, number: &IncidentNumber) -> anyhow::Result<model::Incident> {
    let found = app.store().incident(&ReadPermit::at_the_console(), number).await?;
    found.with_context(|| format!("there is no incident `{number}`"))
}

fn told(opened: &Opened) -> anyhow::Result<()> {
    let Opened { incident, matter, grade, possible, because, owed, notices, remediations } = opened;
    output::line(format!("{incident}  {matter}: {grade}{}", still(possible)))?;
    output::line(because)?;
    output::line("")?;
    table(owed)?;
    if *notices > 0 {
        output::line(format!(
            "{notices} notices drafted, {remediations} addresses and domains to deal with."
        ))?;
    }
    Ok(())
}

fn changed(learned: &Learned) -> anyhow::Result<()> {
    let Learned { incident, from, grade, possible, because, followed } = learned;
    let moved =
        if from == grade { format!("stays {grade}") } else { format!("was {from} and is {grade}") };
    output::line(format!("{incident} {moved}{}", still(possible)))?;
    output::line(because)?;
    if !followed.is_empty() {
        output::line("\nWhat follows:")?;
        table(followed)?;
    }
    Ok(())
}

/// Which grades are still possible, where it is more than one.
fn still(possible: &[GradeId]) -> String {
    if possible.len() < 2 {
        return String::new();
    }
    let all: Vec<&str> = possible.iter().map(GradeId::as_str).collect();
    format!("; still possible: {}, and the gravest governs", all.join(", "))
}

impl From<cli::Known> for Known {
    fn from(args: cli::Known) -> Self {
        Self {
            facts: args.facts,
            nothing_else: args.others == "absent",
            organisations: args.parties.into_iter().collect(),
            provinces: args.provinces.into_iter().collect(),
            evidence: args.evidence,
        }
    }
}
