//! What went wrong, why, and what next: the page behind every error status.

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::frame::{Page, Section, bare, frame};
use crate::parts::{icon, id};
use crate::t;
use crate::viewer::Viewer;

/// A failed request, as far as its reader may know.
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// What exactly was not understood.
    pub(crate) detail: Option<String>,
    /// The number under which the log knows it.
    pub(crate) reference: Option<String>,
}

pub(crate) fn page(v: &Viewer, problem: &Problem) -> Markup {
    let l = v.lang;
    let kind = kind(problem.status);
    let title = l.fill(&format!("problem-{kind}"), &[]);
    let page = Page {
        title: title.clone(),
        section: Section::Elsewhere,
        above: None,
        counts: None,
        live: None,
    };
    let body = html! {
        section.card.nothing.problem {
            (icon("radar"))
            h1 { (title) }
            p { (l.fill(&format!("problem-{kind}-why"), &[])) }
            @if let Some(detail) = &problem.detail { p.said dir="auto" { (detail) } }
            @if let Some(reference) = &problem.reference {
                p { (t!(l, "reference")) " " (id(reference)) }
            }
            a.button.primary href="/desk" { (t!(l, "to-the-desk")) }
        }
    };
    // Whoever has not signed in has no use for a menu.
    if v.presence.is_admitted() { frame(v, &page, body) } else { bare(v, &title, body) }
}

/// The few kinds that readers need to tell apart.
fn kind(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "missing",
        StatusCode::FORBIDDEN => "foreign",
        StatusCode::UNAUTHORIZED => "stranger",
        StatusCode::TOO_MANY_REQUESTS => "often",
        StatusCode::METHOD_NOT_ALLOWED => "method",
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => "large",
        s if s.is_server_error() => "ours",
        _ => "input",
    }
}
