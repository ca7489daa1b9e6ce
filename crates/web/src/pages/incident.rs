//! One incident: the story. How grave and why, who owes what by when, who was told, where it is.

use app::views::{
    AssessmentView, HolderCount, IncidentView, ObligationRow, PartyView, ProvinceCount,
};
use axum::extract::{Path, State};
use maud::{Markup, html};
use model::incident::IncidentNumber;

use crate::access::Reader;
use crate::chart::bars::bars;
use crate::chart::meter::meter;
use crate::chart::stacked::{Hourly, stacked};
use crate::desk::Shared;
use crate::frame::{Page, Section, frame};
use crate::parts::time::{ago, countdown, instant, zone_name};
use crate::parts::{acts, due, grade, id, nothing, notices, party, state};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

/// Bars shown of provinces and holders; what comes after is one line.
const BARS: usize = 12;

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Path(number): Path<String>,
) -> Result<Markup, Fault> {
    let number: IncidentNumber = number.parse().map_err(|_| Fault::NotFound)?;
    let incident = held.source().incident(&reader.permit, &number).await?;
    let incident = incident.ok_or(Fault::NotFound)?;
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let page = Page {
        title: incident.row.number.clone(),
        section: Section::Incidents,
        above: Some((t!(v.lang, "nav-incidents"), "/incidents")),
        counts: Some(&counts),
        live: None,
    };
    Ok(frame(&v, &page, body(&v, &incident)))
}

fn body(v: &Viewer, incident: &IncidentView) -> Markup {
    html! {
        (head(v, incident))
        (facts(v, incident))
        div.grid.two {
            (grade_card(v, incident))
            (chart_card(v, incident))
        }
        (obligations_card(v, &incident.obligations))
        div.grid.two {
            (provinces_card(v, &incident.provinces))
            (holders_card(v, &incident.holders))
        }
        div.grid.main-aside {
            (notices_card(v, incident))
            (acts_card(v, incident))
        }
    }
}

fn head(v: &Viewer, incident: &IncidentView) -> Markup {
    let l = v.lang;
    let row = &incident.row;
    html! {
        header.head {
            div.name {
                p.ref { (grade::full(v, &row.grade)) (id(&row.number)) (state(v, &row.state)) }
                h1 dir="auto" { (row.threat) }
            }
            @if let Some((due, since)) = row.next_due {
                div.deadline {
                    small { (t!(l, "col-next-due")) }
                    (countdown(v, since, due))
                    small { (instant(v, due)) }
                }
            }
        }
    }
}

fn facts(v: &Viewer, incident: &IncidentView) -> Markup {
    let l = v.lang;
    let row = &incident.row;
    html! {
        dl.card.facts {
            div { dt { (t!(l, "col-size")) } dd { (t!(l, "addresses", n = row.size)) } }
            div { dt { (t!(l, "responsible")) } dd { (t!(l, "parties", n = row.parties)) } }
            div { dt { (t!(l, "found-by")) } dd { (party(v, &incident.finder)) } }
            div { dt { (t!(l, "opened")) } dd { (instant(v, row.opened_at)) } }
            div { dt { (t!(l, "col-assessed")) } dd { (instant(v, row.assessed_at)) } }
        }
    }
}

fn grade_card(v: &Viewer, incident: &IncidentView) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-grade" {
            header {
                h2 id="h-grade" { (t!(l, "why-grade")) }
                @if let Some(now) = incident.assessments.first() {
                    span.sub { bdi dir="ltr" { (now.pack) " " (now.pack_version) } }
                }
            }
            div.inner {
                @if let Some(now) = incident.assessments.first() {
                    @if now.window_hours > 0 { (meter(v, now.size, &now.grade, &incident.thresholds)) }
                    (reasons(v, now))
                }
                @if incident.assessments.len() > 1 { (history(v, &incident.assessments)) }
            }
        }
    }
}

/// What was measured and by which rule, in the words of the assessment itself.
fn reasons(v: &Viewer, assessment: &AssessmentView) -> Markup {
    let l = v.lang;
    html! {
        p.because dir="auto" { (assessment.because) }
        p.ref {
            @if assessment.window_hours == 0 { (t!(l, "told-by-officer")) }
            @else { (t!(l, "window", hours = assessment.window_hours)) }
            " " (instant(v, assessment.window_end))
        }
        details.why {
            summary { (t!(l, "inputs")) }
            dl.pairs { @for (name, value) in &assessment.inputs {
                dt { code { (name) } } dd { bdi { (value) } }
            } }
        }
    }
}

fn history(v: &Viewer, assessments: &[AssessmentView]) -> Markup {
    let l = v.lang;
    html! {
        h3 { (t!(l, "history")) }
        ol.history { @for one in assessments {
            li {
                (grade::full(v, &one.grade))
                span { (t!(l, "addresses", n = one.size)) }
                span.at { (instant(v, one.assessed_at)) }
            }
        } }
    }
}

fn chart_card(v: &Viewer, incident: &IncidentView) -> Markup {
    let l = v.lang;
    let chart = Hourly {
        title: t!(l, "hourly-title"),
        hours: incident.hourly.iter().map(|h| h.hour).collect(),
        series: vec![(
            incident.row.threat.clone(),
            incident.hourly.iter().map(|h| h.addresses).collect(),
        )],
    };
    html! {
        section.card aria-labelledby="h-hourly" {
            header {
                h2 id="h-hourly" { (t!(l, "hourly-title")) }
                span.sub { (t!(l, "hourly-sub", n = incident.hourly.len(), zone = zone_name(v))) }
            }
            @if incident.hourly.is_empty() {
                (nothing(&t!(l, "no-sightings"), html! { (t!(l, "no-sightings-why")) }))
            } @else { (stacked(v, &chart, 330.0)) }
        }
    }
}

fn obligations_card(v: &Viewer, obligations: &[ObligationRow]) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-duties" {
            header {
                h2 id="h-duties" { (t!(l, "duties-title")) }
                span.sub { (t!(l, "duties-sub")) }
            }
            @if obligations.is_empty() {
                (nothing(&t!(l, "no-duties"), html! { (t!(l, "no-duties-why")) }))
            } @else {
                div.lanes { @for (debtor, rows) in lanes(obligations) {
                    section.lane aria-label=(v.both(&debtor.name)) {
                        h3 {
                            (party(v, debtor))
                            @if rows.iter().any(|row| row.ours) { " " span.chip.ours { (t!(l, "ours")) } }
                            span.count { (l.num(u64::try_from(rows.len()).unwrap_or(0))) }
                        }
                        ol { @for row in rows { (due::in_lane(v, row)) } }
                    }
                } }
            }
        }
    }
}

/// Obligations by debtor, in the order in which debtors first appear.
fn lanes(all: &[ObligationRow]) -> Vec<(&PartyView, Vec<&ObligationRow>)> {
    let mut lanes: Vec<(&PartyView, Vec<&ObligationRow>)> = Vec::new();
    for row in all {
        match lanes.iter_mut().find(|(debtor, _)| debtor.handle == row.debtor.handle) {
            Some((_, rows)) => rows.push(row),
            None => lanes.push((&row.debtor, vec![row])),
        }
    }
    lanes
}

fn provinces_card(v: &Viewer, provinces: &[ProvinceCount]) -> Markup {
    let l = v.lang;
    let name = |p: &ProvinceCount| {
        html! {
            @if p.code.is_empty() { (t!(l, "unknown-province")) } @else { (v.both(&p.name)) }
        }
    };
    let rows = provinces.iter().map(|p| (name(p), p.addresses)).collect();
    bars_card(v, "provinces", &t!(l, "provinces-title"), rows)
}

fn holders_card(v: &Viewer, holders: &[HolderCount]) -> Markup {
    let l = v.lang;
    let name = |h: &HolderCount| {
        html! {
            @if h.name.zh.is_empty() && h.name.en.is_empty() { (t!(l, "unknown-holder")) }
            @else { bdi { (v.both(&h.name)) } }
            @if let Some(asn) = h.asn { " " small { "AS" (asn) } }
        }
    };
    let rows = holders.iter().map(|h| (name(h), h.addresses)).collect();
    bars_card(v, "holders", &t!(l, "holders-title"), rows)
}

fn bars_card(v: &Viewer, name: &str, title: &str, mut rows: Vec<(Markup, u64)>) -> Markup {
    let l = v.lang;
    let whole = rows.iter().map(|(_, n)| *n).sum();
    if rows.len() > BARS {
        let rest = rows.split_off(BARS - 1);
        let n = u64::try_from(rest.len()).unwrap_or(0);
        rows.push((html! { (t!(l, "and-others", n = n)) }, rest.iter().map(|(_, n)| *n).sum()));
    }
    html! {
        section.card aria-labelledby={ "h-" (name) } {
            header { h2 id={ "h-" (name) } { (title) } span.sub { (t!(l, "distinct")) } }
            @if rows.is_empty() {
                (nothing(&t!(l, "no-sightings"), html! { (t!(l, "no-sightings-why")) }))
            } @else { (bars(v, title, &rows, whole)) }
        }
    }
}

fn notices_card(v: &Viewer, incident: &IncidentView) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-notices" {
            header { h2 id="h-notices" { (t!(l, "nav-notices")) } span.sub { (t!(l, "notices-sub-one")) } }
            @if incident.notices.is_empty() {
                (nothing(&t!(l, "no-notices"), html! { (t!(l, "no-notices-why")) }))
            } @else { (notices::table(v, &incident.notices)) }
        }
    }
}

fn acts_card(v: &Viewer, incident: &IncidentView) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-acts" {
            header {
                h2 id="h-acts" { (t!(l, "acts-title")) }
                span.sub { (zone_name(v)) }
                @if let Some(act) = incident.acts.first() { span.sub.push { (ago(v, act.at)) } }
            }
            ol.stream tabindex="0" aria-labelledby="h-acts" {
                @for act in &incident.acts { (acts::entry(v, act, acts::Age::Old)) }
            }
        }
    }
}
