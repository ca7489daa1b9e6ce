//! One year of a calendar: when nobody works, and when weekends are worked instead.

use app::views::rules::{CalendarView, Span};
use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::rules::confidence;
use crate::access::Reader;
use crate::desk::Shared;
use crate::frame::{Page, Section, frame};
use crate::parts::{id, nothing};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

/// No calendar's name is longer.
const NAME_MAX: usize = 64;

#[derive(Deserialize)]
pub(crate) struct Ask {
    year: Option<i16>,
}

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Path(name): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Markup, Fault> {
    let law = held.source().law();
    let calendar = law.calendar(&name).filter(|_| name.len() <= NAME_MAX).ok_or(Fault::NotFound)?;
    let now = v.now.to_zoned(v.zone.clone()).year();
    let known = |year: &i16| calendar.every_year() || calendar.years().any(|one| one == *year);
    let year = ask.year.or_else(|| Some(now).filter(known)).or_else(|| calendar.years().last());
    let view = law.calendar_year(&name, year.unwrap_or(now)).ok_or(Fault::NotFound)?;
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let page = Page {
        title: v.both(&view.row.title).to_owned(),
        section: Section::Rules,
        above: Some((t!(v.lang, "nav-rules"), "/rules")),
        counts: Some(&counts),
        live: None,
    };
    Ok(frame(&v, &page, body(&v, &view)))
}

fn body(v: &Viewer, view: &CalendarView) -> Markup {
    let l = v.lang;
    let row = &view.row;
    let weekend = view.weekend.iter().map(|day| l.word("weekday", &day.to_string()));
    html! {
        header.head { div.name {
            p.ref { (id(&row.id)) (confidence(v, row.confidence)) }
            h1 { (v.both(&row.title)) }
        } }
        dl.card.facts {
            div { dt { (t!(l, "weekend-days")) } dd { (weekend.collect::<Vec<_>>().join(&t!(l, "list-comma"))) } }
            div { dt { (t!(l, "working-days")) } dd { (l.num(u64::from(view.working_days))) " (" (view.year) ")" } }
            @if let Some(source) = &view.source {
                div { dt { (t!(l, "source")) } dd dir="auto" { (source) } }
            }
            @if let Some(note) = &view.note {
                div { dt { (t!(l, "note")) } dd dir="auto" { (note) } }
            }
        }
        section.card aria-labelledby="h-year" {
            header.tools {
                h2 id="h-year" { (view.year) }
                @if row.provisional.contains(&view.year) { span.chip { (t!(l, "provisional")) } }
                @if row.years.len() > 1 { nav.years aria-label=(t!(l, "col-years")) {
                    @for year in &row.years {
                        a href={ "/rules/calendars/" (row.name) "?year=" (year) }
                            aria-current=[(*year == view.year).then_some("true")] { (year) }
                    }
                } }
            }
            @if view.rest.is_empty() && view.make_up.is_empty() {
                (nothing(&t!(l, "no-special-days"), html! { (t!(l, "no-special-days-why")) }))
            } @else {
                div.scroll { table.rows {
                    thead { tr {
                        th scope="col" { (t!(l, "col-occasion")) }
                        th scope="col" { (t!(l, "col-days")) }
                        th scope="col" { (t!(l, "col-kind")) }
                    } }
                    tbody { @for (span, rest) in merged(view) { (line(v, span, rest)) } }
                } }
            }
        }
    }
}

/// Days of rest and make-up days together, as the year runs; whether each is a rest.
fn merged(view: &CalendarView) -> Vec<(&Span, bool)> {
    let rest = view.rest.iter().map(|span| (span, true));
    let mut all: Vec<(&Span, bool)> =
        rest.chain(view.make_up.iter().map(|span| (span, false))).collect();
    all.sort_by_key(|(span, _)| span.from);
    all
}

fn line(v: &Viewer, span: &Span, rest: bool) -> Markup {
    let l = v.lang;
    let days = span.to.since(span.from).map_or(0, |s| s.get_days()) + 1;
    let weekday = |day: jiff::civil::Date| {
        l.word("weekday", &day.weekday().to_monday_one_offset().to_string())
    };
    html! {
        tr {
            th scope="row" { (v.both(&span.occasion)) }
            td data-label=(t!(l, "col-days")) {
                span.short { time datetime=(span.from) { (span.from) } " " (weekday(span.from)) }
                @if span.to != span.from {
                    " – " span.short { time datetime=(span.to) { (span.to) } " " (weekday(span.to)) }
                }
                small { (t!(l, "days-count", n = days)) }
            }
            td data-label=(t!(l, "col-kind")) {
                @if rest { span.state.open { (t!(l, "day-rest")) } }
                @else { span.state.ok { (t!(l, "day-make-up")) } }
            }
        }
    }
}
