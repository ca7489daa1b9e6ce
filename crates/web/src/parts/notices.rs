//! Notices as a table, for their own list and for an incident.

use app::views::NoticeRow;
use maud::{Markup, html};

use super::time::ago;
use super::{grade, id, party, state};
use crate::t;
use crate::viewer::Viewer;

pub(crate) fn table(v: &Viewer, rows: &[NoticeRow]) -> Markup {
    let l = v.lang;
    html! {
        div.scroll {
            table.rows data-keys {
                thead { tr {
                    th scope="col" { (t!(l, "col-recipient")) }
                    th scope="col" { (t!(l, "col-incident")) }
                    th.num scope="col" { (t!(l, "col-items")) }
                    th scope="col" { (t!(l, "col-drafted")) }
                    th scope="col" { (t!(l, "col-state")) }
                } }
                tbody { @for notice in rows { tr {
                    th scope="row" {
                        a.title href={ "/notices/" (notice.number) } { (party(v, &notice.recipient)) }
                        p.ref { (id(&notice.number)) }
                    }
                    td data-label=(t!(l, "col-incident")) {
                        span.ref {
                            (grade::brief(v, &notice.grade))
                            a href={ "/incidents/" (notice.incident) } { (id(&notice.incident)) }
                        }
                        small.clip dir="auto" { (notice.threat) }
                    }
                    td.num data-label=(t!(l, "col-items")) { (l.num(notice.items)) }
                    td data-label=(t!(l, "col-drafted")) { (ago(v, notice.drafted_at)) }
                    td data-label=(t!(l, "col-state")) { (state(v, &notice.state)) }
                } } }
            }
        }
    }
}
