//! Incidents as a table, for the desk and for their own list.

use app::views::IncidentRow;
use maud::{Markup, html};

use super::time::{ago, countdown};
use super::{grade, id, state};
use crate::t;
use crate::viewer::Viewer;

pub(crate) fn table(v: &Viewer, rows: &[IncidentRow]) -> Markup {
    let l = v.lang;
    html! {
        div.scroll {
            table.rows.incidents data-keys {
                thead { tr {
                    th scope="col" { (t!(l, "col-incident")) }
                    th scope="col" { (t!(l, "col-grade")) }
                    th.num scope="col" { (t!(l, "col-size")) }
                    th scope="col" { (t!(l, "col-next-due")) }
                    th scope="col" { (t!(l, "col-assessed")) }
                    th scope="col" { (t!(l, "col-state")) }
                } }
                tbody { @for incident in rows { (row(v, incident)) } }
            }
        }
    }
}

fn row(v: &Viewer, incident: &IncidentRow) -> Markup {
    let l = v.lang;
    html! {
        tr {
            th scope="row" {
                a.title dir="auto" href={ "/incidents/" (incident.number) } { (incident.threat) }
                p.ref { (id(&incident.number)) span { (t!(l, "opened")) " " (ago(v, incident.opened_at)) } }
            }
            td data-label=(t!(l, "col-grade")) { (grade::full(v, &incident.grade)) }
            td.num data-label=(t!(l, "col-size")) {
                (l.num(incident.size)) small { (t!(l, "parties", n = incident.parties)) }
            }
            td data-label=(t!(l, "col-next-due")) {
                @if let Some((due, since)) = incident.next_due { (countdown(v, since, due)) }
                @else { small { (t!(l, "nothing-due")) } }
            }
            td data-label=(t!(l, "col-assessed")) { (ago(v, incident.assessed_at)) }
            td data-label=(t!(l, "col-state")) { (state(v, &incident.state)) }
        }
    }
}
