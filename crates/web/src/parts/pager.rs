//! Paging by key: page 900 costs what page 1 costs, and new rows shift nothing.

use maud::{Markup, html};

use super::address::with_query;
use super::icon;
use crate::t;
use crate::viewer::Viewer;

/// Where in a list a page stands.
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    /// The filter, kept from page to page.
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// The key after which this page began; none on the first.
    pub(crate) after: Option<&'a str>,
    /// The key of the following page; none on the last.
    pub(crate) next: Option<&'a str>,
    pub(crate) shown: usize,
    /// How many there are in all, where that is known.
    pub(crate) total: Option<u64>,
}

/// Links to the first and the following page; the browser's own Back leads to the one before.
pub(crate) fn pager(v: &Viewer, place: &Place<'_>) -> Markup {
    let l = v.lang;
    let next = place.next.map(|key| {
        let mut pairs = place.query.to_vec();
        pairs.push(("after", key));
        with_query(place.path, &pairs)
    });
    html! {
        nav.pager aria-label=(t!(l, "pager")) {
            span {
                @let shown = u64::try_from(place.shown).unwrap_or(u64::MAX);
                @match place.total {
                    Some(total) => { (t!(l, "shown-of", shown = shown, total = total)) }
                    None => { (t!(l, "shown", shown = shown)) }
                }
            }
            @if place.after.is_some() {
                a.button.small href=(with_query(place.path, place.query)) data-into="list" rel="first" {
                    (t!(l, "first-page"))
                }
            }
            @if let Some(next) = next {
                a.button.small href=(next) data-into="list" rel="next" {
                    (t!(l, "next-page")) (icon("right"))
                }
            }
        }
    }
}
