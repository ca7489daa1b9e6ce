//! Deliveries as a table: what came, how much of it was understood, how much found its holder.

use app::views::DeliveryRow;
use maud::{Markup, html};

use super::state;
use super::time::ago;
use crate::t;
use crate::viewer::Viewer;

pub(crate) fn table(v: &Viewer, rows: &[DeliveryRow]) -> Markup {
    let l = v.lang;
    html! {
        div.scroll {
            table.rows.deliveries data-keys {
                thead { tr {
                    th scope="col" { (t!(l, "col-delivery")) }
                    th.num scope="col" { (t!(l, "col-rows")) }
                    th.num scope="col" { (t!(l, "col-quarantined")) }
                    th.num scope="col" { (t!(l, "col-new")) }
                    th.num scope="col" { (t!(l, "col-attributed")) }
                    th scope="col" { (t!(l, "col-received")) }
                    th scope="col" { (t!(l, "col-state")) }
                } }
                tbody { @for delivery in rows { (row(v, delivery)) } }
            }
        }
    }
}

fn row(v: &Viewer, delivery: &DeliveryRow) -> Markup {
    let l = v.lang;
    html! {
        tr {
            th scope="row" {
                a.title.clip dir="auto" href={ "/feeds/" (delivery.id) } { (delivery.name) }
                p.ref { span { (delivery.feed) } span { (delivery.mapping) } }
            }
            td.num data-label=(t!(l, "col-rows")) { (l.num(delivery.rows)) }
            td.num data-label=(t!(l, "col-quarantined")) {
                span.bad[delivery.quarantined > 0] { (l.num(delivery.quarantined)) }
            }
            td.num data-label=(t!(l, "col-new")) { (l.num(delivery.new)) }
            td.num data-label=(t!(l, "col-attributed")) {
                (l.num(delivery.attributed)) @if let Some(share) = share(delivery.attributed, delivery.new) {
                    small { (l.tenths(share)) " %" }
                }
            }
            td data-label=(t!(l, "col-received")) { (ago(v, delivery.received_at)) }
            td data-label=(t!(l, "col-state")) { (state(v, &delivery.state)) }
        }
    }
}

/// A share in tenths of a percent; none of nothing.
pub(crate) fn share(part: u64, whole: u64) -> Option<i64> {
    let tenths = u128::from(part).checked_mul(1000)?.checked_div(u128::from(whole))?;
    i64::try_from(tenths).ok()
}
