//! Obligations: everything that is owed, by us and by others, and by when.

use app::views::{Counts, ObligationRow, Page as Rows};
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::{heading, list_page, slice};
use crate::access::Reader;
use crate::desk::Shared;
use crate::frame::{Page, Section};
use crate::parts::pager::{Place, pager};
use crate::parts::{due, nothing, within};
use crate::source::{Fault, ObligationFilter, Source};
use crate::t;
use crate::viewer::Viewer;

#[derive(Deserialize)]
pub(crate) struct Ask {
    show: Option<String>,
    after: Option<String>,
}

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Query(ask): Query<Ask>,
) -> Result<Markup, Fault> {
    let code = ask.show.as_deref().unwrap_or_default();
    let filter = filter(code)?;
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let after = ask.after.as_deref();
    let rows = held.source().obligations(&reader.permit, filter, &slice(after)).await?;
    let l = v.lang;
    let page = Page {
        title: t!(l, "nav-obligations"),
        section: Section::Obligations,
        above: None,
        counts: Some(&counts),
        live: None,
    };
    let intro = heading(&t!(l, "nav-obligations"), &t!(l, "obligations-sub"));
    let query = [("show", code)];
    let place = Place {
        path: "/obligations",
        query: &query,
        after,
        next: rows.next.as_deref(),
        shown: rows.rows.len(),
        total: Some(total(filter, &counts)),
    };
    Ok(list_page(&v, &page, intro, list(&v, &counts, filter, &place, &rows)))
}

fn filter(code: &str) -> Result<ObligationFilter, Fault> {
    match code {
        "" | "all" => Ok(ObligationFilter::All),
        "ours" => Ok(ObligationFilter::Ours),
        "waiting" => Ok(ObligationFilter::Waiting),
        "latent" => Ok(ObligationFilter::Latent),
        other => Err(Fault::BadInput(format!("show={other}: all, ours, waiting, latent"))),
    }
}

fn total(filter: ObligationFilter, counts: &Counts) -> u64 {
    match filter {
        ObligationFilter::All => counts.obligations,
        ObligationFilter::Ours => counts.obligations_ours,
        ObligationFilter::Waiting => counts.obligations_waiting,
        ObligationFilter::Latent => counts.obligations_latent,
    }
}

fn list(
    v: &Viewer,
    counts: &Counts,
    filter: ObligationFilter,
    place: &Place<'_>,
    rows: &Rows<ObligationRow>,
) -> Markup {
    let l = v.lang;
    let links = [
        (ObligationFilter::All, "/obligations", t!(l, "all")),
        (ObligationFilter::Ours, "/obligations?show=ours", t!(l, "due-ours")),
        (ObligationFilter::Waiting, "/obligations?show=waiting", t!(l, "due-waiting")),
        (ObligationFilter::Latent, "/obligations?show=latent", t!(l, "due-latent")),
    ];
    html! {
        section.card {
            header.tools {
                nav.seg aria-label=(t!(l, "due-filter")) { @for (one, href, name) in links {
                    a href=(href) data-into="list" aria-current=[(one == filter).then_some("true")] {
                        (name) " " b { (l.num(total(one, counts))) }
                    }
                } }
                (pager(v, place))
            }
            @if rows.rows.is_empty() {
                (nothing(&t!(l, "no-duties"), html! {
                    @if filter == ObligationFilter::All { (t!(l, "no-duties-why")) }
                    @else { a href="/obligations" { (t!(l, "clear-filter")) } }
                }))
            } @else { (table(v, &rows.rows)) }
        }
    }
}

fn table(v: &Viewer, rows: &[ObligationRow]) -> Markup {
    let l = v.lang;
    html! {
        div.scroll { table.rows.obligations data-keys {
            thead { tr {
                th scope="col" { (t!(l, "col-duty")) }
                th scope="col" { (t!(l, "col-left")) }
                th scope="col" { (t!(l, "col-turn")) }
                th scope="col" { (t!(l, "col-incident")) }
            } }
            tbody { @for row in rows { tr {
                th scope="row" {
                    p { (due::what(v, row)) }
                    p.ref { span { (within::words(l, &row.within)) } bdi { (row.instrument) } }
                    (due::why(v, row))
                }
                td data-label=(t!(l, "col-left")) { (due::clock(v, row)) small { (due::instants(v, row)) } }
                td.turn data-label=(t!(l, "col-turn")) { (due::turn(v, row)) }
                td data-label=(t!(l, "col-incident")) {
                    span.ref {
                        (due::matter(v, row))
                    }
                    small.clip dir="auto" { (row.threat) }
                }
            } } }
        } }
    }
}
