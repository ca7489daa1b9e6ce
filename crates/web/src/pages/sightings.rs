//! Sightings: was this address seen, by whom is it held, what did it do?

use app::views::{Page as Rows, SightingRow};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::{Prefix, ThreatName};
use serde::Deserialize;

use super::{heading, list_page, slice};
use crate::access::Reader;
use crate::desk::Shared;
use crate::fault::Readable;
use crate::frame::{Page, Section};
use crate::parts::pager::{Place, pager};
use crate::parts::time::{short, zone_name};
use crate::parts::{destination, nothing, party, subject};
use crate::source::{Fault, Search, Source};
use crate::t;
use crate::viewer::Viewer;

#[derive(Deserialize)]
pub(crate) struct Ask {
    /// An address or a prefix.
    #[serde(default)]
    q: String,
    #[serde(default)]
    threat: String,
    after: Option<String>,
}

/// Which fields of the form were not understood.
#[derive(Default)]
struct Errors {
    subject: bool,
    threat: bool,
}

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let counts = held.source().counts(&reader.permit, v.now).await?;
    let after = ask.after.as_deref();
    let (search, errors) = read(&ask);
    let bad = errors.subject || errors.threat;
    // What was not understood is not searched for: an answer to another question would mislead.
    let found = if bad {
        Rows { rows: Vec::new(), next: None }
    } else {
        held.source().sightings(&reader.permit, &search, &slice(after)).await?
    };
    let page = Page {
        title: t!(v.lang, "nav-sightings"),
        section: Section::Sightings,
        above: None,
        counts: Some(&counts),
        live: None,
    };
    let intro = form(&v, &ask, &errors);
    let list = if bad {
        html! {}
    } else {
        list(&v, &ask, &found)
    };
    let body = list_page(&v, &page, intro, list);
    let mut response = body.into_response();
    if bad {
        *response.status_mut() = StatusCode::BAD_REQUEST;
        response.extensions_mut().insert(Readable);
    }
    Ok(response)
}

fn read(ask: &Ask) -> (Search, Errors) {
    let prefix: Option<Result<Prefix, _>> = given(&ask.q).map(str::parse);
    let threat: Option<Result<ThreatName, _>> = given(&ask.threat).map(str::parse);
    let errors =
        Errors { subject: matches!(prefix, Some(Err(_))), threat: matches!(threat, Some(Err(_))) };
    let search =
        Search { prefix: prefix.and_then(Result::ok), threat: threat.and_then(Result::ok) };
    (search, errors)
}

fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}

fn form(v: &Viewer, ask: &Ask, errors: &Errors) -> Markup {
    let l = v.lang;
    html! {
        (heading(&t!(l, "nav-sightings"), &t!(l, "sightings-sub")))
        form.card.form action="/sightings" method="get" role="search" {
            (field(&Field {
                name: "q",
                label: t!(l, "field-subject"),
                hint: t!(l, "field-subject-hint"),
                value: &ask.q,
                error: errors.subject.then(|| t!(l, "field-subject-error", text = ask.q.clone())),
            }))
            (field(&Field {
                name: "threat",
                label: t!(l, "field-threat"),
                hint: t!(l, "field-threat-hint"),
                value: &ask.threat,
                error: errors.threat.then(|| t!(l, "field-threat-error", text = ask.threat.clone())),
            }))
            button.primary { (t!(l, "search")) }
        }
    }
}

struct Field<'a> {
    name: &'static str,
    label: String,
    hint: String,
    value: &'a str,
    error: Option<String>,
}

/// Label above, hint below, error below that; what was typed is kept.
fn field(field: &Field<'_>) -> Markup {
    let (name, bad) = (field.name, field.error.is_some());
    let described = if bad { format!("{name}-error {name}-hint") } else { format!("{name}-hint") };
    html! {
        div.field {
            label for=(name) { (field.label) }
            input id=(name) type="search" name=(name) value=(field.value) autocomplete="off"
                spellcheck="false" maxlength="200" aria-describedby=(described)
                aria-invalid=[bad.then_some("true")] data-slash[name == "q"];
            @if let Some(error) = &field.error { p.error id={ (name) "-error" } role="alert" { (error) } }
            p.hint id={ (name) "-hint" } { (field.hint) }
        }
    }
}

fn list(v: &Viewer, ask: &Ask, found: &Rows<SightingRow>) -> Markup {
    let l = v.lang;
    let query = [("q", ask.q.as_str()), ("threat", ask.threat.as_str())];
    let place = Place {
        path: "/sightings",
        query: &query,
        after: ask.after.as_deref(),
        next: found.next.as_deref(),
        shown: found.rows.len(),
        total: None,
    };
    html! {
        section.card {
            header.tools { h2 { (t!(l, "latest-first")) } span.sub { (zone_name(v)) } (pager(v, &place)) }
            @if found.rows.is_empty() {
                (nothing(&t!(l, "not-seen"), html! { (t!(l, "not-seen-why")) }))
            } @else {
                div.scroll { table.rows.dense data-keys {
                    thead { tr {
                        th scope="col" { (t!(l, "col-address")) }
                        th scope="col" { (t!(l, "col-threat")) }
                        th scope="col" { (t!(l, "col-destination")) }
                        th scope="col" { (t!(l, "col-holder")) }
                        th scope="col" { (t!(l, "col-province")) }
                        th.num scope="col" { (t!(l, "col-sightings")) }
                        th scope="col" { (t!(l, "col-first")) }
                        th scope="col" { (t!(l, "col-last")) }
                    } }
                    tbody { @for row in &found.rows { (sighting(v, row)) } }
                } }
            }
        }
    }
}

fn sighting(v: &Viewer, row: &SightingRow) -> Markup {
    let l = v.lang;
    let province = v.both(&row.province);
    html! {
        tr {
            th scope="row" { (subject(&row.subject, row.port)) }
            td data-label=(t!(l, "col-threat")) {
                span.clip dir="auto" { (row.threat) } small { (l.word("class", &row.classification)) }
            }
            td data-label=(t!(l, "col-destination")) {
                (destination(&row.destination_domain, &row.destination_ip, row.destination_port))
            }
            td data-label=(t!(l, "col-holder")) {
                @match &row.holder {
                    Some(holder) => { span.clip { (party(v, holder)) } }
                    None => { span.unknown { (t!(l, "unknown-holder")) } }
                }
                @if let Some(asn) = row.asn { small { "AS" (asn) } }
            }
            td data-label=(t!(l, "col-province")) { @if province.is_empty() { "—" } @else { (province) } }
            td.num data-label=(t!(l, "col-sightings")) { (l.num(row.sightings)) }
            td data-label=(t!(l, "col-first")) { (short(v, row.first_seen)) }
            td data-label=(t!(l, "col-last")) {
                a href={ "/feeds/" (row.delivery) } { (short(v, row.last_seen)) }
            }
        }
    }
}
