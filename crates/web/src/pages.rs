//! Pages, one file a noun. Each asks the source under the reader's permit and draws what it is given.

pub(crate) mod accounts;
pub(crate) mod calendar;
pub(crate) mod deliveries;
pub(crate) mod delivery;
pub(crate) mod desk;
pub(crate) mod incident;
pub(crate) mod incidents;
pub(crate) mod me;
pub(crate) mod notice;
pub(crate) mod notices;
pub(crate) mod obligations;
pub(crate) mod problem;
pub(crate) mod rule;
pub(crate) mod rules;
pub(crate) mod sightings;
pub(crate) mod sign_in;
pub(crate) mod welcome;

use axum::extract::Query;
use maud::Markup;
use serde::Deserialize;

use crate::frame::{Page, frame};
use crate::parts::patch;
use crate::source::Slice;
use crate::viewer::Viewer;

/// Rows on one page of a list.
const ROWS: u32 = 100;

/// Where in a list a reader is.
#[derive(Deserialize)]
pub(crate) struct Paging {
    after: Option<String>,
}

type At = Query<Paging>;

fn slice(after: Option<&str>) -> Slice {
    Slice { limit: ROWS, after: after.filter(|key| !key.is_empty()).map(str::to_owned) }
}

/// The heading of a list, and one sentence about it.
fn heading(title: &str, about: &str) -> Markup {
    maud::html! { header.head { div { h1 { (title) } p { (about) } } } }
}

/// A page whose list is its only changing region: the whole of it, or that region alone.
fn list_page(v: &Viewer, page: &Page<'_>, head: Markup, list: Markup) -> Markup {
    if v.part {
        return patch("list", "inner", list);
    }
    frame(v, page, maud::html! { (head) div id="list" { (list) } })
}
