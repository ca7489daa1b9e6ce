//! Notices: who has been told, or is about to be, of how much.

use axum::extract::{Query, State};
use maud::{Markup, html};

use super::{At, heading, list_page, slice};
use crate::access::Reader;
use crate::desk::Shared;
use crate::frame::{Page, Section};
use crate::parts::pager::{Place, pager};
use crate::parts::{nothing, notices};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Query(paging): At,
) -> Result<Markup, Fault> {
    let after = paging.after.as_deref();
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let rows = held.source().notices(&reader.permit, &slice(after)).await?;
    let l = v.lang;
    let page = Page {
        title: t!(l, "nav-notices"),
        section: Section::Notices,
        above: None,
        counts: Some(&counts),
        live: None,
    };
    let place = Place {
        path: "/notices",
        query: &[],
        after,
        next: rows.next.as_deref(),
        shown: rows.rows.len(),
        total: Some(counts.notices),
    };
    let intro = heading(&t!(l, "nav-notices"), &t!(l, "notices-sub"));
    let list = html! {
        section.card {
            header.tools { h2 { (t!(l, "all")) } (pager(&v, &place)) }
            @if rows.rows.is_empty() {
                (nothing(&t!(l, "no-notices"), html! { (t!(l, "no-notices-why")) }))
            } @else { (notices::table(&v, &rows.rows)) }
        }
    };
    Ok(list_page(&v, &page, intro, list))
}
