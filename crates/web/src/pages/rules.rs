//! The law at hand: every pack, by how it stands to this desk, and every calendar.

use app::views::rules::{CalendarRow, Confidence, PackRow, RulesView, Standing};
use axum::extract::State;
use maud::{Markup, html};

use super::heading;
use crate::access::Reader;
use crate::desk::Shared;
use crate::frame::{Page, Section, frame};
use crate::parts::{id, nothing};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

const GROUPS: [(Standing, &str, &str); 4] = [
    (Standing::Applied, "applied", "rules-applied"),
    (Standing::InForce, "in-force", "rules-in-force"),
    (Standing::Proposed, "proposed", "rules-proposed"),
    (Standing::Repealed, "repealed", "rules-repealed"),
];

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
) -> Result<Markup, Fault> {
    let source = held.source();
    let counts = source.counts(&reader.permit, v.now).await?;
    let page = Page {
        title: t!(v.lang, "nav-rules"),
        section: Section::Rules,
        above: None,
        counts: Some(&counts),
        live: None,
    };
    Ok(frame(&v, &page, body(&v, &source.law().overview(source.applied(), v.now))))
}

fn body(v: &Viewer, rules: &RulesView) -> Markup {
    let l = v.lang;
    html! {
        (heading(&t!(l, "nav-rules"), &t!(l, "rules-sub")))
        @for (standing, name, title) in GROUPS {
            @let packs: Vec<&PackRow> =
                rules.packs.iter().filter(|pack| pack.standing == standing).collect();
            @if !packs.is_empty() || standing == Standing::Applied {
                section.card aria-labelledby={ "h-" (name) } {
                    header {
                        h2 id={ "h-" (name) } { (l.fill(title, &[])) }
                        span.sub { (l.num(u64::try_from(packs.len()).unwrap_or(0))) }
                    }
                    @if packs.is_empty() {
                        (nothing(&t!(l, "rules-none"), html! { (t!(l, "rules-none-why")) }))
                    } @else { (table(v, &packs)) }
                }
            }
        }
        (calendars(v, &rules.calendars))
    }
}

fn table(v: &Viewer, packs: &[&PackRow]) -> Markup {
    let l = v.lang;
    html! {
        div.scroll { table.rows.packs data-keys {
            thead { tr {
                th scope="col" { (t!(l, "col-pack")) }
                th scope="col" { (t!(l, "col-in-force")) }
                th scope="col" { (t!(l, "col-confidence")) }
                th scope="col" { (t!(l, "col-version")) }
                th.num scope="col" { (t!(l, "col-duties")) }
                th scope="col" { (t!(l, "calendar")) }
            } }
            tbody { @for pack in packs { tr {
                th scope="row" {
                    a.title href={ "/rules/" (pack.id) } { (v.both(&pack.title)) }
                    p.ref { bdi { (pack.instrument) } (id(&pack.id)) }
                }
                td data-label=(t!(l, "col-in-force")) { (in_force(v, pack)) }
                td data-label=(t!(l, "col-confidence")) { (confidence(v, pack.confidence)) }
                td data-label=(t!(l, "col-version")) { (id(&pack.version)) (chosen(v, pack)) }
                td.num data-label=(t!(l, "col-duties")) {
                    (l.num(u64::try_from(pack.duties).unwrap_or(0)))
                }
                td data-label=(t!(l, "calendar")) {
                    a.link href={ "/rules/calendars/" (pack.calendar) } { (id(&pack.calendar)) }
                }
            } } }
        } }
    }
}

/// From when to when a pack is in force.
pub(super) fn in_force(v: &Viewer, pack: &PackRow) -> Markup {
    let l = v.lang;
    let today = v.now.to_zoned(v.zone.clone()).date();
    html! {
        @match pack.since {
            Some(since) => { span.short { (t!(l, "since-day", day = since.to_string())) } }
            None => { span.state.open { (t!(l, "is-proposed")) } }
        }
        @if let Some(day) = pack.repealed {
            @if day <= today { span.state.over { (t!(l, "is-repealed")) } }
            small { (t!(l, "until-day", day = day.to_string())) }
        }
    }
}

/// How sure the one who wrote it is.
pub(super) fn confidence(v: &Viewer, confidence: Confidence) -> Markup {
    let l = v.lang;
    html! {
        @match confidence {
            Confidence::High => { span.state.ok { (t!(l, "confidence-high")) } }
            Confidence::Medium => { span.state.no { (t!(l, "confidence-medium")) } }
        }
    }
}

/// The readings that this desk chose otherwise than the pack does.
pub(super) fn chosen(v: &Viewer, pack: &PackRow) -> Markup {
    let l = v.lang;
    html! {
        @if pack.readings > 0 {
            small {
                @if pack.chosen.is_empty() { (t!(l, "readings-own", n = pack.readings)) }
                @else {
                    (t!(l, "readings-chosen")) " "
                    @for (at, one) in pack.chosen.iter().enumerate() {
                        @if at > 0 { (t!(l, "list-comma")) } code { (one) }
                    }
                }
            }
        }
    }
}

fn calendars(v: &Viewer, rows: &[CalendarRow]) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-calendars" {
            header {
                h2 id="h-calendars" { (t!(l, "calendars-title")) }
                span.sub { (t!(l, "calendars-sub")) }
            }
            div.scroll { table.rows.packs data-keys {
                thead { tr {
                    th scope="col" { (t!(l, "calendar")) }
                    th scope="col" { (t!(l, "col-version")) }
                    th scope="col" { (t!(l, "col-years")) }
                    th scope="col" { (t!(l, "col-confidence")) }
                } }
                tbody { @for row in rows { tr {
                    th scope="row" {
                        a.title href={ "/rules/calendars/" (row.name) } { (v.both(&row.title)) }
                    }
                    td data-label=(t!(l, "col-version")) { (id(&row.id)) }
                    td data-label=(t!(l, "col-years")) { (years(v, row)) }
                    td data-label=(t!(l, "col-confidence")) { (confidence(v, row.confidence)) }
                } } }
            } }
        }
    }
}

/// The years that a calendar knows.
pub(super) fn years(v: &Viewer, row: &CalendarRow) -> Markup {
    let l = v.lang;
    html! {
        @match (row.years.first(), row.years.last()) {
            (Some(first), Some(last)) if first == last => { (first) }
            (Some(first), Some(last)) => { bdi dir="ltr" { (first) "–" (last) } }
            _ => {}
        }
        @if row.every_year { span { (t!(l, "every-year")) } }
        @if !row.provisional.is_empty() {
            @let list: Vec<String> = row.provisional.iter().map(ToString::to_string).collect();
            small { (t!(l, "provisional-years", years = list.join(", "))) }
        }
    }
}
