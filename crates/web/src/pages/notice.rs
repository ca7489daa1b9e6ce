//! One notice: what its recipient is told, and the list of what it must deal with, as a page or as CSV.

use std::sync::Arc;

use app::views::{NoticeView, RemediationRow};
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use maud::{Markup, html};
use model::notice::NoticeNumber;
use model::permit::ReadPermit;

use super::{At, list_page, slice};
use crate::access::Reader;
use crate::csv;
use crate::desk::Shared;
use crate::frame::{Page, Section};
use crate::parts::pager::{Place, pager};
use crate::parts::time::{instant, short, zone_name};
use crate::parts::{destination, due, grade, icon, id, nothing, party, state, subject};
use crate::source::{Fault, Slice, Source};
use crate::t;
use crate::viewer::Viewer;

/// Rows of the CSV read at once: enough to keep the disk busy, few enough to forget.
const CHUNK: u32 = 2_000;

/// The page, or the list as CSV when the number is followed by `.csv`.
pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Path(name): Path<String>,
    Query(paging): At,
) -> Result<Response, Fault> {
    let number = |text: &str| text.parse::<NoticeNumber>().map_err(|_| Fault::NotFound);
    if let Some(name) = name.strip_suffix(".csv") {
        return table(held, reader.permit, number(name)?).await;
    }
    let page = page(held, reader, v, number(&name)?, paging.after).await?;
    Ok(page.into_response())
}

async fn page<S: Source>(
    held: Shared<S>,
    reader: Reader,
    v: Viewer,
    number: NoticeNumber,
    after: Option<String>,
) -> Result<Markup, Fault> {
    let after = after.as_deref();
    let notice = held.source().notice(&reader.permit, &number, &slice(after)).await?;
    let notice = notice.ok_or(Fault::NotFound)?;
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let page = Page {
        title: notice.row.number.clone(),
        section: Section::Notices,
        above: Some((t!(v.lang, "nav-notices"), "/notices")),
        counts: Some(&counts),
        live: None,
    };
    let intro = html! { (head(&v, &notice)) (told(&v, &notice)) };
    Ok(list_page(&v, &page, intro, items(&v, &notice, after)))
}

fn head(v: &Viewer, notice: &NoticeView) -> Markup {
    let l = v.lang;
    let row = &notice.row;
    html! {
        header.head {
            div.name {
                p.ref { (grade::full(v, &row.grade)) (id(&row.number)) (state(v, &row.state)) }
                h1 { (t!(l, "notice-to")) " " (party(v, &row.recipient)) }
                p {
                    a.link href={ "/incidents/" (row.incident) } { (id(&row.incident)) }
                    " " span dir="auto" { (row.threat) }
                }
            }
            div.actions {
                a.button href={ "/notices/" (row.number) ".csv" } download {
                    (icon("down")) (t!(l, "download-csv", n = row.items))
                }
            }
        }
    }
}

/// What the recipient is told, and what it will owe once it has been.
fn told(v: &Viewer, notice: &NoticeView) -> Markup {
    let l = v.lang;
    html! {
        div.grid.two {
            section.card aria-labelledby="h-told" {
                header { h2 id="h-told" { (t!(l, "told-title")) } }
                dl.pairs.inner {
                    dt { (t!(l, "size-of-incident")) } dd { (t!(l, "addresses", n = notice.size)) }
                    dt { (t!(l, "potential-harm")) } dd dir="auto" { (v.both(&notice.potential_harm)) }
                    dt { (t!(l, "its-share")) } dd { (t!(l, "items", n = notice.row.items)) }
                    dt { (t!(l, "col-drafted")) } dd { (instant(v, notice.row.drafted_at)) }
                }
                p.hint { (t!(l, "not-sent")) }
            }
            section.card aria-labelledby="h-owes" {
                header { h2 id="h-owes" { (t!(l, "will-owe")) } }
                @if notice.obligations.is_empty() {
                    (nothing(&t!(l, "no-duties"), html! { (t!(l, "no-duties-why")) }))
                } @else {
                    ol.dues { @for row in &notice.obligations { (due::in_lane(v, row)) } }
                }
            }
        }
    }
}

fn items(v: &Viewer, notice: &NoticeView, after: Option<&str>) -> Markup {
    let l = v.lang;
    let path = format!("/notices/{}", notice.row.number);
    let place = Place {
        path: &path,
        query: &[],
        after,
        next: notice.next.as_deref(),
        shown: notice.items.len(),
        total: Some(notice.row.items),
    };
    html! {
        section.card {
            header.tools { h2 { (t!(l, "items-title")) } span.sub { (zone_name(v)) } (pager(v, &place)) }
            @if notice.items.is_empty() {
                (nothing(&t!(l, "no-items"), html! { (t!(l, "no-items-why")) }))
            } @else {
                div.scroll { table.rows.dense data-keys {
                    thead { tr {
                        th scope="col" { (t!(l, "col-address")) }
                        th scope="col" { (t!(l, "col-class")) }
                        th scope="col" { (t!(l, "col-province")) }
                        th scope="col" { (t!(l, "col-destination")) }
                        th.num scope="col" { (t!(l, "col-sightings")) }
                        th scope="col" { (t!(l, "col-first")) }
                        th scope="col" { (t!(l, "col-last")) }
                        th scope="col" { (t!(l, "col-state")) }
                    } }
                    tbody { @for row in &notice.items { (item(v, row)) } }
                } }
            }
        }
    }
}

fn item(v: &Viewer, row: &RemediationRow) -> Markup {
    let l = v.lang;
    html! {
        tr {
            th scope="row" { (subject(&row.subject, row.port)) }
            td data-label=(t!(l, "col-class")) { (l.word("class", &row.classification)) }
            td data-label=(t!(l, "col-province")) {
                @if row.province.is_empty() { "—" } @else { (row.province) }
            }
            td data-label=(t!(l, "col-destination")) {
                (destination(&row.destination_domain, &row.destination_ip, row.destination_port))
            }
            td.num data-label=(t!(l, "col-sightings")) { (l.num(row.sightings)) }
            td data-label=(t!(l, "col-first")) { (short(v, row.first_seen)) }
            td data-label=(t!(l, "col-last")) { (short(v, row.last_seen)) }
            td data-label=(t!(l, "col-state")) { (state(v, &row.state)) }
        }
    }
}

/// The list as CSV, sent while it is read: a million rows cost no more memory than two thousand.
async fn table<S: Source>(
    held: Shared<S>,
    permit: ReadPermit,
    number: NoticeNumber,
) -> Result<Response, Fault> {
    let one = Slice { limit: 1, after: None };
    let notice = held.source().notice(&permit, &number, &one).await?.ok_or(Fault::NotFound)?;
    let what = ("notice.csv", number.as_str());
    held.source().record_export(&permit, what, notice.row.items).await?;
    let file = format!("attachment; filename=\"{number}.csv\"");
    let reading = Reading { held, permit: Arc::new(permit), number: Arc::new(number), after: None };
    let first = reading.chunk().await?.ok_or(Fault::NotFound)?;
    let start = csv::BYTE_ORDER_MARK.to_owned() + &heading() + &first.text;
    let rest = stream::try_unfold((reading, first.next), |(mut reading, next)| async {
        let Some(key) = next else {
            return Ok::<_, Fault>(None);
        };
        reading.after = Some(key);
        // A notice that vanishes half-way ends the file as a failure, not as a short list.
        let chunk = reading.chunk().await?.ok_or(Fault::NotFound)?;
        Ok(Some((chunk.text, (reading, chunk.next))))
    });
    let text = futures_util::StreamExt::chain(stream::once(async { Ok(start) }), rest);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, Body::from_stream(text)).into_response())
}

/// A list being read from its beginning to its end.
struct Reading<S> {
    held: Shared<S>,
    permit: Arc<ReadPermit>,
    number: Arc<NoticeNumber>,
    after: Option<String>,
}

struct Chunk {
    text: String,
    next: Option<String>,
}

impl<S: Source> Reading<S> {
    async fn chunk(&self) -> Result<Option<Chunk>, Fault> {
        let slice = Slice { limit: CHUNK, after: self.after.clone() };
        let page = self.held.source().remediations(&self.permit, &self.number, &slice).await?;
        Ok(page.map(|page| Chunk { text: page.rows.iter().map(line).collect(), next: page.next }))
    }
}

/// Column names are the same in every language: machines read them too.
fn heading() -> String {
    let mut out = String::new();
    csv::row(
        &mut out,
        [
            "subject",
            "port",
            "classification",
            "province",
            "first_seen_utc",
            "last_seen_utc",
            "sightings",
            "destination_ip",
            "destination_port",
            "destination_domain",
            "state",
        ],
    );
    out
}

fn line(row: &RemediationRow) -> String {
    let port = |port: u16| {
        if port == 0 { String::new() } else { port.to_string() }
    };
    let mut out = String::new();
    csv::row(
        &mut out,
        [
            row.subject.clone(),
            port(row.port),
            row.classification.clone(),
            row.province.clone(),
            row.first_seen.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            row.last_seen.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            row.sightings.to_string(),
            row.destination_ip.clone(),
            port(row.destination_port),
            row.destination_domain.clone(),
            row.state.clone(),
        ],
    );
    out
}
