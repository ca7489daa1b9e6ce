//! A list of names with a bar for each number: a table that can be read at a glance.

use maud::{Markup, html};

use crate::parts::deliveries::share;
use crate::viewer::Viewer;

/// Rows as `(name, number)`, in the order given; `whole` is what the shares are of.
pub(crate) fn bars(v: &Viewer, title: &str, rows: &[(Markup, u64)], whole: u64) -> Markup {
    let most = rows.iter().map(|(_, n)| *n).max().unwrap_or(0);
    html! {
        table.bars {
            caption.vh { (title) }
            tbody { @for (name, n) in rows { tr {
                th scope="row" { (name) }
                td.track {
                    svg viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true" {
                        rect width=(share(*n, most).unwrap_or(0).max(4)) height="8" {}
                    }
                }
                td.num { (v.lang.num(*n)) }
                td.num.share { @if let Some(share) = share(*n, whole) { (v.lang.tenths(share)) " %" } }
            } } }
        }
    }
}
