//! `juyan act`: what people tell the desk, and what follows at once.

mod by_hand;

use std::process::ExitCode;

use anyhow::Context;
use app::App;
use app::acts::{Acted, Deed, Fact, Ruling};
use model::Obligation;
use model::obligation::{About, State};
use serde_json::json;

use crate::cli::{Act, Common, Proof};
use crate::commands::incidents::instant;
use crate::desk;
use crate::output::{self, Table};

pub(crate) async fn run(act: Act) -> anyhow::Result<ExitCode> {
    match act {
        Act::Open(args) => by_hand::open(args).await,
        Act::Facts { common, incident, known } => by_hand::learn(&common, &incident, known).await,
        Act::Happened { common, incident, trigger, to, from, proof } => {
            let app = open(&common).await?;
            let Proof { at, evidence } = proof;
            let fact = Fact { trigger, to, from, at, evidence };
            answer(&common, &app.happened(&incident, fact).await?)
        }
        Act::Met { common, obligation, by, nil, proof } => {
            let app = open(&common).await?;
            let deed = Deed { nil, ..deed(&obligation, proof)? };
            answer(&common, &app.met(deed, by).await?)
        }
        Act::Telephone { common, obligation, to, proof } => {
            let app = open(&common).await?;
            let Proof { at, evidence } = proof;
            let proof = Proof { at, evidence: format!("{evidence}, answered by {to}") };
            answer(&common, &app.telephoned(deed(&obligation, proof)?).await?)
        }
        Act::Waive { common, obligation, because, document } => {
            let app = open(&common).await?;
            let proof =
                Proof { at: app.clock().now(), evidence: format!("{because} ({document})") };
            answer(&common, &app.waived(deed(&obligation, proof)?).await?)
        }
        Act::Regrade { common, incident, grade, because, document } => {
            let app = open(&common).await?;
            answer(&common, &app.regrade(&incident, Ruling { grade, because, document }).await?)
        }
        Act::CorrectStart { common, obligation, since, because } => {
            let app = open(&common).await?;
            let proof = Proof { at: since, evidence: because };
            correct_start(&common, &app, deed(&obligation, proof)?).await
        }
        Act::Recount { common } => recount(&common).await,
        Act::CloseMonths { common } => close_months(&common).await,
    }
}

async fn open(common: &Common) -> anyhow::Result<App> {
    Ok(desk::open(&common.data).await?.0)
}

fn deed(obligation: &str, proof: Proof) -> anyhow::Result<Deed> {
    let obligation = obligation.parse().with_context(|| {
        format!("`{obligation}` is no id: `juyan obligations --json` gives them")
    })?;
    Ok(Deed { obligation, at: proof.at, evidence: proof.evidence, nil: false })
}

pub(crate) fn answer(common: &Common, acted: &Acted) -> anyhow::Result<ExitCode> {
    if common.json {
        output::json(acted)?;
        return Ok(ExitCode::SUCCESS);
    }
    for one in &acted.happened {
        let who = one.to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
        let from = one.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
        output::line(format!("happened  {}{who}{from} at {} UTC", one.trigger, instant(one.at)))?;
    }
    if acted.done.len() > 1 {
        output::line(format!("One filing settles {} obligations:", acted.done.len()))?;
    }
    if !acted.done.is_empty() {
        table(&acted.done)?;
    }
    if !acted.followed.is_empty() {
        output::line("\nWhat follows:")?;
        table(&acted.followed)?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn table(all: &[Obligation]) -> anyhow::Result<()> {
    let mut table = Table::new(["DUTY", "PACK", "WHO", "TO", "STATE", "DUE (UTC)", "ID"]);
    for one in all {
        let to: Vec<&str> = one.to.iter().map(model::Handle::as_str).collect();
        let to = match to.as_slice() {
            [] => "-".to_owned(),
            [only] => (*only).to_owned(),
            [first, rest @ ..] => format!("{first} +{}", rest.len()),
        };
        table.row([
            one.terms.duty.to_string(),
            match one.about {
                About::Incident(_) => one.terms.basis.pack.to_string(),
                About::Month(month) => format!("{} {month}", one.terms.basis.pack),
            },
            one.debtor.to_string(),
            to,
            state(one),
            one.state.clock().and_then(|clock| clock.due).map_or_else(|| "-".to_owned(), instant),
            one.id.to_string(),
        ]);
    }
    table.print()
}

fn state(one: &Obligation) -> String {
    match &one.state {
        State::Met(met) => {
            let late = if met.is_late() { ", late" } else { "" };
            let by = if met.by == one.debtor { String::new() } else { format!(" by {}", met.by) };
            format!("met {}{by}{late}", instant(met.at))
        }
        State::ProvisionallyMet { at, .. } => {
            format!("telephoned {}, form still owed", instant(*at))
        }
        State::Running(clock) => format!("runs since {}", instant(clock.since)),
        State::Latent | State::Waived { .. } | State::Superseded { .. } | State::Void { .. } => {
            one.state.word().to_owned()
        }
    }
}

async fn correct_start(common: &Common, app: &App, deed: Deed) -> anyhow::Result<ExitCode> {
    let shifts = app.correct_start(deed).await?;
    if common.json {
        let shift = |shift: &app::acts::Shift| json!({"obligation": shift.obligation, "was": shift.was, "now": shift.now});
        output::json(&shifts.iter().map(shift).collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table =
        Table::new(["OBLIGATION", "SINCE, BEFORE", "SINCE", "DUE, BEFORE", "DUE (UTC)"]);
    let due = |due: Option<jiff::Timestamp>| due.map_or_else(|| "-".to_owned(), instant);
    for shift in &shifts {
        table.row([
            shift.obligation.to_string(),
            instant(shift.was.since),
            instant(shift.now.since),
            due(shift.was.due),
            due(shift.now.due),
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

async fn recount(common: &Common) -> anyhow::Result<ExitCode> {
    let app = desk::open_as_it_is(&common.data).await?;
    let recounted = app.recount().await?;
    if common.json {
        output::json(&recounted)?;
    } else {
        said(&recounted)?;
        if recounted.counted == 0 {
            output::line("Nothing runs by an older calendar.")?;
        }
    }
    Ok(if recounted.undecided.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What recounting moved.
pub(crate) fn said(recounted: &app::recount::Recounted) -> anyhow::Result<()> {
    let due = |due: Option<jiff::Timestamp>| due.map_or_else(|| "no number".to_owned(), instant);
    for moved in &recounted.moved {
        output::line(format!(
            "moved  {} {}: due {} UTC by {}, now {} UTC by {}",
            moved.duty,
            moved.debtor,
            due(moved.due_before),
            moved.calendar_before,
            due(moved.due),
            moved.calendar
        ))?;
    }
    recounted.undecided.iter().try_for_each(|why| output::line(format!("undecided  {why}")))
}

async fn close_months(common: &Common) -> anyhow::Result<ExitCode> {
    let closed = open(common).await?.close_months().await?;
    if common.json {
        output::json(&closed)?;
    } else {
        closed.undecided.iter().try_for_each(|why| output::line(format!("undecided  {why}")))?;
        output::line(format!("{} obligations for months that have ended.", closed.added))?;
    }
    Ok(if closed.undecided.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
