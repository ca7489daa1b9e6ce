//! The duty desk: what is due, what is new, how big it is.

use app::views::{Counts, Desk, ProvinceCount};
use axum::extract::State;
use axum::response::Redirect;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use crate::access::Reader;
use crate::chart::scale::{nice, real, short};
use crate::chart::spark;
use crate::chart::stacked::{Hourly, stacked};
use crate::desk::Shared;
use crate::frame::{Page, Section, frame};
use crate::parts::deliveries::share;
use crate::parts::time::{minute, zone_name};
use crate::parts::{acts, deliveries, due, grade, incidents, nothing};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

/// Lines of "due next"; the rest is one click away.
const DUE: usize = 7;
const INCIDENTS: usize = 10;
const DELIVERIES: usize = 8;

pub(crate) async fn home() -> Redirect {
    Redirect::to("/desk")
}

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
) -> Result<Markup, Fault> {
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let desk = held.source().desk(&reader.permit, v.now).await?;
    let page = Page {
        title: t!(v.lang, "nav-desk"),
        section: Section::Desk,
        above: None,
        counts: Some(&counts),
        live: Some(desk.acts.iter().map(|act| act.sequence).max().unwrap_or(0)),
    };
    Ok(frame(&v, &page, body(&v, &desk, &counts)))
}

fn body(v: &Viewer, desk: &Desk, counts: &Counts) -> Markup {
    let l = v.lang;
    let empty = desk.deliveries.is_empty() && desk.incidents.is_empty();
    html! {
        header.head {
            div {
                h1 { (t!(l, "nav-desk")) }
                p { (t!(l, "as-of", time = minute(v, v.now))) }
            }
        }
        @if empty { (welcome(v)) } @else { (kpis(v, desk)) }
        div.grid.two {
            (due_card(v, desk, counts))
            (chart_card(v, desk))
        }
        div.grid.main-aside {
            (incidents_card(v, desk))
            (stream_card(v, desk))
        }
        @if !empty {
            div.grid.main-aside {
                (deliveries_card(v, desk))
                (provinces_card(v, &desk.provinces))
            }
        }
    }
}

/// A desk that has not received anything yet says how to begin.
fn welcome(v: &Viewer) -> Markup {
    let l = v.lang;
    html! {
        section.card.welcome {
            h2 { (t!(l, "welcome")) }
            p { (t!(l, "welcome-how")) }
            ul {
                li { code { "juyan ingest FILE" } span { (t!(l, "welcome-ingest")) } }
                li { code { "juyan demo" } span { (t!(l, "welcome-demo")) } }
            }
        }
    }
}

fn kpis(v: &Viewer, desk: &Desk) -> Markup {
    let l = v.lang;
    let alarm = if desk.overdue > 0 { "kpi alarm" } else { "kpi" };
    let soon = if desk.due_within_hour > 0 { "kpi soon" } else { "kpi" };
    let by_hour: Vec<u64> =
        (0..24).map(|h| desk.threats.iter().filter_map(|(_, row)| row.get(h)).sum()).collect();
    html! {
        dl.kpis {
            div class=(alarm) {
                dt { (t!(l, "kpi-late")) }
                dd { b { (l.num(desk.overdue)) } span { (t!(l, "kpi-of-running", n = desk.running)) } }
            }
            div class=(soon) {
                dt { (t!(l, "kpi-hour")) }
                dd { b { (l.num(desk.due_within_hour)) } span { (t!(l, "kpi-ours", n = desk.running_ours)) } }
            }
            div.kpi {
                dt { (t!(l, "kpi-open")) }
                dd {
                    b { (l.num(desk.open_by_rank.iter().sum())) }
                    span.mix { @for (rank, n) in (1_u8..).zip(desk.open_by_rank) { @if n > 0 {
                        (grade::rank(rank)) span { (l.num(n)) }
                    } } }
                }
            }
            div.kpi {
                dt { (t!(l, "kpi-seen")) }
                dd { b { (l.num(desk.addresses_24h)) } (change(v, desk.addresses_24h, desk.addresses_before)) }
                (spark(&by_hour))
            }
            div.kpi {
                dt { a href="/notices" { (t!(l, "kpi-notices")) } }
                dd { b { (l.num(desk.notices_drafted)) } span { (t!(l, "kpi-notices-sub")) } }
            }
        }
    }
}

/// How a number stands to the one before: an arrow, a share, and words for those who do not see it.
fn change(v: &Viewer, now: u64, before: u64) -> Markup {
    let l = v.lang;
    let (class, arrow, words, size) = if now >= before {
        ("up", "▲", t!(l, "more-than-before"), now - before)
    } else {
        ("down", "▼", t!(l, "less-than-before"), before - now)
    };
    html! {
        @if let Some(tenths) = share(size, before).filter(|tenths| (1..100_000).contains(tenths)) {
            span class=(class) { (arrow) " " (l.tenths(tenths)) " %" span.vh { " " (words) } }
        }
    }
}

fn due_card(v: &Viewer, desk: &Desk, counts: &Counts) -> Markup {
    let l = v.lang;
    html! {
        section.card.due aria-labelledby="h-due" {
            header {
                h2 id="h-due" { (t!(l, "due-title")) }
                nav.seg.push aria-label=(t!(l, "due-filter")) {
                    a href="/obligations?show=ours" {
                        (t!(l, "due-ours")) " " b { (l.num(counts.obligations_ours)) }
                    }
                    a href="/obligations?show=waiting" {
                        (t!(l, "due-waiting")) " " b { (l.num(counts.obligations_waiting)) }
                    }
                }
                a.more href="/obligations" { (t!(l, "view-all", n = counts.obligations)) }
            }
            @if desk.due_next.is_empty() {
                (nothing(&t!(l, "nothing-due"), html! { (t!(l, "nothing-due-why")) }))
            } @else {
                ol.dues { @for row in desk.due_next.iter().take(DUE) { (due::brief(v, row)) } }
            }
        }
    }
}

fn chart_card(v: &Viewer, desk: &Desk) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-chart" {
            header {
                h2 id="h-chart" { (t!(l, "chart-title")) }
                span.sub { (t!(l, "chart-sub", zone = zone_name(v))) }
            }
            @match desk.chart_last_hour {
                Some(last) if !desk.threats.is_empty() => { (stacked(v, &hourly(v, desk, last), 400.0)) }
                _ => { (nothing(&t!(l, "no-sightings"), html! { (t!(l, "no-sightings-why")) })) }
            }
        }
    }
}

fn hourly(v: &Viewer, desk: &Desk, last: Timestamp) -> Hourly {
    let back = |hours: i64| last.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(last);
    Hourly {
        title: t!(v.lang, "chart-title"),
        hours: (0..24).rev().map(back).collect(),
        series: desk.threats.iter().map(|(name, row)| (name.clone(), row.to_vec())).collect(),
    }
}

fn incidents_card(v: &Viewer, desk: &Desk) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-incidents" {
            header {
                h2 id="h-incidents" { (t!(l, "incidents-title")) }
                nav.seg.push aria-label=(t!(l, "grade-filter")) {
                    @for (rank, n) in (1_u8..).zip(desk.open_by_rank) {
                        a href={ "/incidents?grade=" (rank) } { (grade::numeral(rank)) " " b { (l.num(n)) } }
                    }
                }
                a.more href="/incidents" { (t!(l, "view-all", n = desk.open_by_rank.iter().sum::<u64>())) }
            }
            @if desk.incidents.is_empty() {
                (nothing(&t!(l, "no-incidents"), html! { (t!(l, "no-incidents-why")) }))
            } @else {
                (incidents::table(v, desk.incidents.get(..INCIDENTS).unwrap_or(&desk.incidents)))
            }
        }
    }
}

fn stream_card(v: &Viewer, desk: &Desk) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-stream" {
            header {
                h2 id="h-stream" { (t!(l, "stream-title")) }
                span.sub { (zone_name(v)) }
                button.ghost.small.push type="button" data-hold="#stream" aria-pressed="false" {
                    (t!(l, "hold"))
                }
            }
            ol.stream id="stream" tabindex="0" aria-labelledby="h-stream" data-empty=(t!(l, "no-acts")) {
                @for act in &desk.acts { (acts::entry(v, act, acts::Age::Old)) }
            }
        }
    }
}

fn deliveries_card(v: &Viewer, desk: &Desk) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-deliveries" {
            header {
                h2 id="h-deliveries" { (t!(l, "deliveries-title")) }
                a.more.push href="/feeds" { (t!(l, "all-deliveries")) }
            }
            @if desk.deliveries.is_empty() {
                (nothing(&t!(l, "no-deliveries"), html! { (t!(l, "no-deliveries-why")) }))
            } @else {
                (deliveries::table(v, desk.deliveries.get(..DELIVERIES).unwrap_or(&desk.deliveries)))
            }
        }
    }
}

/// Provinces as cells, the largest first: comparable, printable, and no borders to argue about.
fn provinces_card(v: &Viewer, provinces: &[ProvinceCount]) -> Markup {
    let l = v.lang;
    let edges = edges(provinces.iter().map(|p| p.addresses).max().unwrap_or(0));
    let step = |n: u64| edges.iter().filter(|edge| n >= **edge).count();
    html! {
        section.card aria-labelledby="h-heat" {
            header {
                h2 id="h-heat" { (t!(l, "heat-title")) }
                ol.scale.push aria-hidden="true" {
                    li.h0 { "0" }
                    @for (at, edge) in (1..).zip(edges) { li class={ "h" (at) } { (short(real(edge))) } }
                }
            }
            @if provinces.is_empty() {
                (nothing(&t!(l, "no-sightings"), html! { (t!(l, "no-sightings-why")) }))
            } @else {
                ul.heat { @for province in provinces {
                    li class={ "h" (step(province.addresses)) } {
                        @if province.code.is_empty() { span { (t!(l, "unknown-province")) } }
                        @else { span title=(province.code) { (v.both(&province.name)) } }
                        b { (l.num(province.addresses)) }
                    }
                } }
            }
        }
    }
}

/// Where the five darker steps begin. Provinces differ by orders of magnitude, so steps do too.
fn edges(most: u64) -> [u64; 5] {
    let top = nice(most);
    let mut edges = [1, 2, 3, 4, 5];
    for (edge, part) in edges.iter_mut().zip([0.01, 0.05, 0.15, 0.4, 0.75]) {
        *edge = format!("{:.0}", top * part).parse::<u64>().unwrap_or(*edge).max(*edge);
    }
    edges
}
