//! A measured size against the thresholds of the grades: why the grade is what it is.

use app::views::GradeView;
use maud::{Markup, html};

use super::scale::nice;
use crate::parts::grade;
use crate::t;
use crate::viewer::Viewer;

/// Thresholds are strict: a size equal to one does not exceed it.
pub(crate) fn meter(
    v: &Viewer,
    size: u64,
    now: &GradeView,
    thresholds: &[(GradeView, u64)],
) -> Markup {
    let l = v.lang;
    let most = thresholds.iter().map(|(_, n)| *n).max().unwrap_or(0).max(size);
    let top = nice(most);
    html! {
        figure.meter {
            svg viewBox="0 0 1000 22" preserveAspectRatio="none" role="img"
                aria-label=(t!(l, "meter-label", n = size)) {
                rect.track y="5" width="1000" height="12" {}
                rect class={ "fill l" (grade::colour(now.rank)) } y="5" width=(along(size, top)) height="12" {}
                @for (_, n) in thresholds {
                    line x1=(along(*n, top)) x2=(along(*n, top)) y1="0" y2="22" {}
                }
            }
            table {
                thead { tr {
                    th scope="col" { (t!(l, "col-grade")) }
                    th.num scope="col" { (t!(l, "more-than")) }
                    th.num scope="col" { (t!(l, "measured")) }
                    th scope="col" { (t!(l, "result")) }
                } }
                tbody { @for (grade, n) in thresholds { tr {
                    th scope="row" { (grade::full(v, grade)) }
                    td.num { (l.num(*n)) }
                    td.num { (l.num(size)) }
                    td {
                        @if size > *n { span.state.over { (t!(l, "exceeded-by", n = size - n)) } }
                        @else { span.state.open { (t!(l, "short-by", n = n - size)) } }
                    }
                } } }
            }
        }
    }
}

/// A place along the thousand units of the bar.
fn along(n: u64, top: f64) -> String {
    format!("{:.1}", 1000.0 * super::scale::real(n) / top)
}
