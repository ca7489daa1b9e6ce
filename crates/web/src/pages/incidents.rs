//! Incidents: find one. Filters are links with counts.

use app::views::{Counts, IncidentRow, Page as Rows};
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::{heading, list_page, slice};
use crate::access::Reader;
use crate::desk::Shared;
use crate::frame::{Page, Section};
use crate::parts::pager::{Place, pager};
use crate::parts::{grade, incidents, nothing};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

#[derive(Deserialize)]
pub(crate) struct Ask {
    grade: Option<String>,
    after: Option<String>,
}

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Query(ask): Query<Ask>,
) -> Result<Markup, Fault> {
    let rank = rank(ask.grade.as_deref())?;
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let after = ask.after.as_deref();
    let rows = held.source().incidents(&reader.permit, rank, &slice(after)).await?;
    let l = v.lang;
    let page = Page {
        title: t!(l, "nav-incidents"),
        section: Section::Incidents,
        above: None,
        counts: Some(&counts),
        live: None,
    };
    let intro = heading(&t!(l, "nav-incidents"), &t!(l, "incidents-sub"));
    Ok(list_page(&v, &page, intro, list(&v, &counts, rank, after, &rows)))
}

fn rank(grade: Option<&str>) -> Result<Option<u8>, Fault> {
    match grade.filter(|g| !g.is_empty()) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(rank @ 1..=4) => Ok(Some(rank)),
            Ok(_) | Err(_) => Err(Fault::BadInput(format!("grade={text}: 1, 2, 3, 4"))),
        },
    }
}

fn list(
    v: &Viewer,
    counts: &Counts,
    rank: Option<u8>,
    after: Option<&str>,
    rows: &Rows<IncidentRow>,
) -> Markup {
    let l = v.lang;
    let all: u64 = counts.incidents_by_rank.iter().sum();
    let here = |is: bool| is.then_some("true");
    let code = rank.map(|rank| rank.to_string()).unwrap_or_default();
    let in_rank = rank.and_then(|r| counts.incidents_by_rank.get(usize::from(r) - 1).copied());
    let query = [("grade", code.as_str())];
    let place = Place {
        path: "/incidents",
        query: &query,
        after,
        next: rows.next.as_deref(),
        shown: rows.rows.len(),
        total: Some(in_rank.unwrap_or(all)),
    };
    html! {
        section.card {
            header.tools {
                nav.seg aria-label=(t!(l, "grade-filter")) {
                    a href="/incidents" data-into="list" aria-current=[here(rank.is_none())] {
                        (t!(l, "all")) " " b { (l.num(all)) }
                    }
                    @for (one, n) in (1_u8..).zip(counts.incidents_by_rank) {
                        a href={ "/incidents?grade=" (one) } data-into="list" aria-current=[here(rank == Some(one))] {
                            (grade::numeral(one)) " " b { (l.num(n)) }
                        }
                    }
                }
                (pager(v, &place))
            }
            @if rows.rows.is_empty() {
                (nothing(&t!(l, "no-incidents"), html! {
                    @if rank.is_some() { a href="/incidents" { (t!(l, "clear-filter")) } }
                    @else { (t!(l, "no-incidents-why")) }
                }))
            } @else { (incidents::table(v, &rows.rows)) }
        }
    }
}
