//! Obligations as rows: who owes what to whom, by when, under which article.

use app::views::{ObligationRow, ObligationState};
use maud::{Markup, html};

use super::time::{countdown, instant};
use super::{grade, id, parties, party, within};
use crate::t;
use crate::viewer::Viewer;

/// Time left, or what stands in its place.
pub(crate) fn clock(v: &Viewer, row: &ObligationRow) -> Markup {
    let l = v.lang;
    html! {
        @match &row.state {
            ObligationState::Running { since, due: Some(due), .. } => { (countdown(v, *since, *due)) }
            ObligationState::Running { due: None, .. } => {
                span.untimed { (within::words(l, &row.within)) }
            }
            ObligationState::Latent => { span.state.open { (t!(l, "state-latent")) } }
            ObligationState::ProvisionallyMet { .. } => { span.state.open { (t!(l, "state-provisionally-met")) } }
            ObligationState::Met { late: false, .. } => { span.state.ok { (t!(l, "state-met")) } }
            ObligationState::Met { late: true, .. } => { span.state.over { (t!(l, "state-met-late")) } }
            ObligationState::Waived { .. } => { span.state.gone { (t!(l, "state-waived")) } }
            ObligationState::Superseded { .. } => { span.state.gone { (t!(l, "state-superseded")) } }
            ObligationState::Void { .. } => { span.state.gone { (t!(l, "state-void")) } }
        }
    }
}

/// The instants behind the clock, as text.
pub(crate) fn instants(v: &Viewer, row: &ObligationRow) -> Markup {
    let l = v.lang;
    html! {
        @match &row.state {
            ObligationState::Running { due: Some(due), .. } => { (t!(l, "due-at")) " " (instant(v, *due)) }
            ObligationState::Running { since, due: None, .. } => {
                (t!(l, "runs-since")) " " (instant(v, *since))
            }
            ObligationState::Latent => { (t!(l, "starts-with")) " " code { (row.trigger) } }
            ObligationState::ProvisionallyMet { at, .. } => { (t!(l, "telephoned-at")) " " (instant(v, *at)) }
            ObligationState::Met { at, by, .. } => {
                (t!(l, "met-at")) " " (instant(v, *at))
                @if let Some(by) = by { " " (t!(l, "met-by")) " " (party(v, by)) }
            }
            ObligationState::Waived { at, .. } => { (t!(l, "waived-at")) " " (instant(v, *at)) }
            ObligationState::Superseded { at } => { (t!(l, "superseded-at")) " " (instant(v, *at)) }
            ObligationState::Void { at } => { (t!(l, "void-at")) " " (instant(v, *at)) }
        }
    }
}

/// What must be done, and under which article.
pub(crate) fn what(v: &Viewer, row: &ObligationRow) -> Markup {
    html! {
        b { (sentence(v.both(&row.does))) }
        " " a.clause href={ "/rules/" (row.pack) "#" (row.duty) } title=(row.instrument) { (t!(v.lang, "article", article = row.article.clone())) }
    }
}

/// A pack writes what is owed as part of a sentence; standing alone it begins with a capital.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whose turn it is, and towards whom.
pub(crate) fn turn(v: &Viewer, row: &ObligationRow) -> Markup {
    let l = v.lang;
    html! {
        @if row.ours { span.chip.ours { (t!(l, "ours")) } } @else { (party(v, &row.debtor)) }
        span.arrow aria-label=(t!(l, "owes-to")) role="img" { "→" }
        (parties(v, &row.to))
        @if !row.cc.is_empty() { span.cc { (t!(l, "in-copy")) " " (parties(v, &row.cc)) } }
    }
}

/// What it is owed for: an incident, or a month that has ended.
pub(crate) fn matter(v: &Viewer, row: &ObligationRow) -> Markup {
    html! {
        @if let Some(rank) = &row.grade { (grade::brief(v, rank)) }
        @if let Some(month) = &row.month { span { (t!(v.lang, "for-month")) " " (id(month)) } }
        @else { a href={ "/incidents/" (row.incident) "#o-" (row.id) } { (id(&row.incident)) } }
    }
}

/// What is due sooner, towards the same recipient, under another regime.
fn governed(v: &Viewer, row: &ObligationRow) -> Markup {
    html! { @for other in &row.governed_by {
        p.ref {
            (t!(v.lang, "governed-by")) " " (id(&format!("{} {}", other.pack, other.duty)))
            " (" (id(&other.recipient)) ") " (instant(v, other.due))
        }
    } }
}

/// One line of "due next".
pub(crate) fn brief(v: &Viewer, row: &ObligationRow) -> Markup {
    html! {
        li {
            (clock(v, row))
            div.what {
                p { (what(v, row)) }
                p.ref { (turn(v, row)) }
                p.ref {
                    (matter(v, row))
                    span dir="auto" { (row.threat) }
                    span.at { (instants(v, row)) }
                }
            }
        }
    }
}

/// One obligation in its debtor's lane on the incident's page, with its explanation.
pub(crate) fn in_lane(v: &Viewer, row: &ObligationRow) -> Markup {
    let l = v.lang;
    html! {
        li id={ "o-" (row.id) } {
            (clock(v, row))
            div.what {
                p { (what(v, row)) }
                @if !row.to.is_empty() || !row.cc.is_empty() { p.ref {
                    span.arrow aria-label=(t!(l, "owes-to")) role="img" { "→" } (parties(v, &row.to))
                    @if !row.cc.is_empty() { span.cc { (t!(l, "in-copy")) " " (parties(v, &row.cc)) } }
                } }
                p.ref { span { (within::words(l, &row.within)) } span.at { (instants(v, row)) } }
                (governed(v, row))
                (why(v, row))
            }
        }
    }
}

/// The paragraph behind a deadline, folded away.
pub(crate) fn why(v: &Viewer, row: &ObligationRow) -> Markup {
    let l = v.lang;
    let said = match &row.state {
        ObligationState::Running { explanation, .. }
        | ObligationState::ProvisionallyMet { explanation, .. }
        | ObligationState::Met { explanation, .. } => explanation.get(l.code),
        ObligationState::Waived { because, .. } => because.as_str(),
        ObligationState::Latent
        | ObligationState::Superseded { .. }
        | ObligationState::Void { .. } => "",
    };
    html! {
        details.why {
            summary { (t!(l, "why-due")) }
            @if !said.is_empty() { p dir="auto" { (said) } }
            dl.pairs {
                dt { (t!(l, "instrument")) }
                dd { bdi { (row.instrument) } " · " (t!(l, "article", article = row.article.clone())) }
                dt { (t!(l, "duty")) } dd { (id(&row.duty)) }
                dt { (t!(l, "pack")) } dd { a.link href={ "/rules/" (row.pack) } { (id(&format!("{} {}", row.pack, row.pack_version))) } }
                dt { (t!(l, "calendar")) } dd { (id(&row.calendar)) }
                dt { (t!(l, "trigger")) } dd { code { (row.trigger) } }
                @if !row.form.is_empty() {
                    dt { (t!(l, "form")) } dd { (row.form.join(", ")) }
                }
            }
        }
    }
}
