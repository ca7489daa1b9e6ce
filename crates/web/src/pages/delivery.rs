//! One delivery, and the rows of it that were not understood: each with its line, the reason, and the
//! row as it came.

use app::views::DeliveryView;
use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use model::DeliveryId;

use super::{At, list_page, slice};
use crate::access::Reader;
use crate::desk::Shared;
use crate::frame::{Page, Section};
use crate::parts::pager::{Place, pager};
use crate::parts::time::instant;
use crate::parts::{id, nothing, state};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Path(name): Path<String>,
    Query(paging): At,
) -> Result<Markup, Fault> {
    let delivery_id: DeliveryId = name.parse().map_err(|_| Fault::NotFound)?;
    let after = paging.after.as_deref();
    let delivery = held.source().delivery(&reader.permit, &delivery_id, &slice(after)).await?;
    let delivery = delivery.ok_or(Fault::NotFound)?;
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let page = Page {
        title: delivery.row.name.clone(),
        section: Section::Feeds,
        above: Some((t!(v.lang, "nav-feeds"), "/feeds")),
        counts: Some(&counts),
        live: None,
    };
    let intro = html! { (head(&v, &delivery)) (facts(&v, &delivery)) };
    Ok(list_page(&v, &page, intro, rows(&v, &delivery, after)))
}

fn head(v: &Viewer, delivery: &DeliveryView) -> Markup {
    let row = &delivery.row;
    html! {
        header.head {
            div.name {
                p.ref { (id(&row.feed)) span { (row.mapping) } (state(v, &row.state)) }
                h1 dir="auto" { (row.name) }
                p.ref { bdi.mono.digest dir="ltr" { (row.id) } }
            }
        }
    }
}

fn facts(v: &Viewer, delivery: &DeliveryView) -> Markup {
    let l = v.lang;
    let row = &delivery.row;
    html! {
        @if !row.reason.is_empty() {
            p.banner { b { (t!(l, "refused-because")) } " " span dir="auto" { (row.reason) } }
        }
        dl.card.facts {
            div { dt { (t!(l, "col-rows")) } dd { (l.num(row.rows)) } }
            div { dt { (t!(l, "col-understood")) } dd { (l.num(row.sightings)) } }
            div { dt { (t!(l, "col-new")) } dd { (l.num(row.new)) } }
            div { dt { (t!(l, "col-attributed")) } dd { (l.num(row.attributed)) } }
            div { dt { (t!(l, "col-quarantined")) } dd { (l.num(row.quarantined)) } }
            div { dt { (t!(l, "col-received")) } dd { (instant(v, row.received_at)) } }
        }
    }
}

fn rows(v: &Viewer, delivery: &DeliveryView, after: Option<&str>) -> Markup {
    let l = v.lang;
    let path = format!("/feeds/{}", delivery.row.id);
    let place = Place {
        path: &path,
        query: &[],
        after,
        next: delivery.next.as_deref(),
        shown: delivery.quarantined.len(),
        total: Some(delivery.row.quarantined),
    };
    html! {
        section.card {
            header.tools { h2 { (t!(l, "quarantine-title")) } (pager(v, &place)) }
            @if delivery.quarantined.is_empty() {
                (nothing(&t!(l, "no-quarantined"), html! { (t!(l, "no-quarantined-why")) }))
            } @else {
                div.scroll { table.rows.quarantine data-keys {
                    thead { tr {
                        th.num scope="col" { (t!(l, "col-line")) }
                        th scope="col" { (t!(l, "col-reason")) }
                        th scope="col" { (t!(l, "col-raw")) }
                    } }
                    tbody { @for row in &delivery.quarantined { tr {
                        th.num scope="row" { (l.num(row.line)) }
                        td data-label=(t!(l, "col-reason")) { span dir="auto" { (row.reason) } }
                        td data-label=(t!(l, "col-raw")) { code.raw dir="ltr" { (row.raw) } }
                    } } }
                } }
            }
        }
    }
}
