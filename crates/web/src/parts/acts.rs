//! Entries of the journal as a stream of what happened.

use app::views::ActView;
use maud::{Markup, html};

use super::id;
use super::time::of_day;
use crate::viewer::Viewer;

/// Details shown of one entry; the journal itself keeps them all.
const DETAILS: usize = 4;

/// Whether an entry was there when the page was made or has just come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    Old,
    New,
}

/// One entry.
pub(crate) fn entry(v: &Viewer, act: &ActView, age: Age) -> Markup {
    let details = details(v, &act.details);
    html! {
        li class=[(age == Age::New).then_some("fresh")] data-kind=(kind(&act.act)) {
            (of_day(v, act.at))
            div {
                p { (v.lang.word("act", &act.act)) " " (about(&act.subject)) }
                @if !details.is_empty() { p.details { (details) } }
            }
        }
    }
}

/// The thing acted upon, with a link where it has a page.
fn about(subject: &str) -> Markup {
    let page = match subject {
        s if s.starts_with("INC-") => Some("/incidents/"),
        s if s.starts_with("NTC-") => Some("/notices/"),
        s if is_digest(s) => Some("/feeds/"),
        _ => None,
    };
    let brief = if is_digest(subject) { subject.get(..12).unwrap_or(subject) } else { subject };
    html! {
        @if let Some(page) = page { a href={ (page) (subject) } { (id(brief)) } }
        @else { (id(brief)) }
    }
}

/// Deliveries are named by a digest, of which people need only the beginning.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The kind of act, for the colour of its mark.
fn kind(act: &str) -> &str {
    match act {
        "incident.regraded" | "incident.opened" => "grade",
        "delivery.refused" => "late",
        _ => act.split('.').next().unwrap_or_default(),
    }
}

/// `name: value` of the first details. What is not an object of plain values is left out here.
fn details(v: &Viewer, json: &str) -> String {
    let Ok(serde_json::Value::Object(all)) = serde_json::from_str(json) else {
        return String::new();
    };
    let said = all.iter().filter_map(|(name, value)| {
        let text = match (value.as_str(), value.as_u64()) {
            (Some(text), _) if !text.is_empty() => text.to_owned(),
            (None, Some(n)) => v.lang.num(n),
            _ => return None,
        };
        let text = text.parse().map_or(text, |n| v.lang.num(n));
        let text: String = text.chars().take(80).collect();
        Some(format!("{} {text}", v.lang.word("detail", name)))
    });
    said.take(DETAILS).collect::<Vec<_>>().join(" · ")
}
