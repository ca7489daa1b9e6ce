//! One pack: what it is, what it demands, what it leaves open, how it differs, what it would change.
//!
//! One address, several views of it: the tabs are links, the filters are forms that ask by GET, and
//! nothing needs a script.

mod changes;
mod clauses;
mod terms;
mod trial;

use app::Law;
use app::reading::{RuleAsk, TrialAsk};
use app::views::rules::{Language, LayerKind, PackView, Standing};
use axum::extract::{Path, Query, State};
use maud::{Markup, PreEscaped, html};
use model::PackId;
use serde::Deserialize;

use super::rules::{chosen, confidence, in_force};
use crate::access::Reader;
use crate::desk::Shared;
use crate::frame::{Page, Section, frame};
use crate::i18n::Lang;
use crate::parts::id;
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

/// How much of the past a trial covers, unless somebody says, and at most.
const DAYS: u16 = 30;
const DAYS_MAX: u16 = 3_660;

#[derive(Deserialize)]
pub(crate) struct Ask {
    show: Option<String>,
    #[serde(default)]
    role: String,
    #[serde(default)]
    grade: String,
    #[serde(default)]
    province: String,
    #[serde(default)]
    against: String,
    days: Option<u16>,
}

/// The views of a pack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Clauses,
    Terms,
    Flow,
    Changes,
    Trial,
}

const TABS: [(Show, &str, &str); 5] = [
    (Show::Clauses, "", "tab-clauses"),
    (Show::Terms, "?show=terms", "tab-terms"),
    (Show::Flow, "?show=flow", "tab-flow"),
    (Show::Changes, "?show=changes", "tab-changes"),
    (Show::Trial, "?show=trial", "tab-trial"),
];

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    v: Viewer,
    Path(pack): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Markup, Fault> {
    let source = held.source();
    let (law, applied) = (source.law(), source.applied());
    let pack: PackId = pack.parse().map_err(|_| Fault::NotFound)?;
    let filter = read(law, pack, &v, &ask)?;
    let view = law.describe(applied, &filter, v.now).ok_or(Fault::NotFound)?;
    let show = which(&ask)?;
    let against = other(law, &view, &ask.against)?;
    let shown = match (show, &against) {
        (Show::Clauses, _) => clauses::all(&v, &view, &filter),
        (Show::Terms, _) => terms::all(&v, &view),
        (Show::Flow, _) => flow(&v, law, &filter)?,
        (Show::Changes, _) => changes::all(&v, law, &view, against.as_ref()),
        (Show::Trial, Some(against)) if ask.days.is_some() => {
            let days = ask.days.unwrap_or(DAYS).clamp(1, DAYS_MAX);
            let ask = TrialAsk { pack: filter.pack, against: against.clone(), days };
            let found = source.trial(&reader.permit, &ask).await?;
            trial::all(&v, &view, &ask, Some(&found))
        }
        (Show::Trial, Some(against)) => {
            let ask = TrialAsk { pack: filter.pack, against: against.clone(), days: DAYS };
            trial::all(&v, &view, &ask, None)
        }
        // Nothing is there to compare it with.
        (Show::Trial, None) => changes::all(&v, law, &view, None),
    };
    let counts = source.counts(&reader.permit, v.now).await?;
    let page = Page {
        title: v.both(&view.row.title).to_owned(),
        section: Section::Rules,
        above: Some((t!(v.lang, "nav-rules"), "/rules")),
        counts: Some(&counts),
        live: None,
    };
    Ok(frame(&v, &page, html! { (head(&v, &view)) (tabs(&v, &view, show)) (shown) }))
}

/// The language of descriptions for a language of the interface.
fn language(l: &Lang) -> Language {
    if l.code == "zh" { Language::Zh } else { Language::En }
}

/// What is asked of a pack that is there; whatever the pack does not know is refused by name.
fn read(law: &Law, pack: PackId, v: &Viewer, ask: &Ask) -> Result<RuleAsk, Fault> {
    let known = law.pack(&pack).map_err(|_| Fault::NotFound)?;
    let bad = |name: &str, value: &str| Fault::BadInput(format!("{name}={value}"));
    let role = given(&ask.role).map(|text| {
        let role = text.parse().ok().filter(|role| known.role(role).is_some());
        role.ok_or_else(|| bad("role", text))
    });
    let grade = given(&ask.grade).map(|text| {
        let grade = text.parse().ok().filter(|grade| known.grade(grade).is_some());
        grade.ok_or_else(|| bad("grade", text))
    });
    let province = given(&ask.province).map(|text| text.parse().map_err(|_| bad("province", text)));
    Ok(RuleAsk {
        pack,
        language: language(v.lang),
        role: role.transpose()?,
        grade: grade.transpose()?,
        province: province.transpose()?,
    })
}

fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}

fn which(ask: &Ask) -> Result<Show, Fault> {
    match ask.show.as_deref() {
        None | Some("") if given(&ask.against).is_some() => Ok(Show::Changes),
        None | Some("" | "clauses") => Ok(Show::Clauses),
        Some("terms") => Ok(Show::Terms),
        Some("flow") => Ok(Show::Flow),
        Some("changes") => Ok(Show::Changes),
        Some("trial") => Ok(Show::Trial),
        Some(other) => {
            Err(Fault::BadInput(format!("show={other}: clauses, terms, flow, changes, trial")))
        }
    }
}

/// The pack to compare with: as asked, else the likeliest.
fn other(law: &Law, view: &PackView, asked: &str) -> Result<Option<PackId>, Fault> {
    let Some(asked) = given(asked) else {
        return Ok(view.others.first().and_then(|(id, _)| id.parse().ok()));
    };
    let pack = asked.parse().ok().filter(|pack| law.pack(pack).is_ok());
    pack.map(Some).ok_or_else(|| Fault::BadInput(format!("against={asked}")))
}

fn head(v: &Viewer, view: &PackView) -> Markup {
    let l = v.lang;
    let row = &view.row;
    let standing = match row.standing {
        Standing::Applied => t!(l, "is-applied"),
        Standing::InForce => t!(l, "is-in-force"),
        Standing::Proposed => t!(l, "is-proposed"),
        Standing::Repealed => t!(l, "is-repealed"),
    };
    html! {
        header.head { div.name {
            p.ref {
                bdi { (row.instrument) } (id(&row.id))
                span class={ "chip" @if row.standing == Standing::Applied { " ours" } } { (standing) }
            }
            h1 { (v.both(&row.title)) }
        } }
        dl.card.facts {
            div { dt { (t!(l, "col-in-force")) } dd { (in_force(v, row)) } }
            div { dt { (t!(l, "col-version")) } dd { (id(&row.version)) (chosen(v, row)) } }
            div { dt { (t!(l, "col-confidence")) } dd { (confidence(v, row.confidence)) } }
            div {
                dt { (t!(l, "calendar")) }
                dd {
                    a.link href={ "/rules/calendars/" (row.calendar) } { (id(&view.calendar)) }
                    small { (view.zone) }
                }
            }
            div.wide { dt { (t!(l, "source")) } dd dir="auto" { (view.source) } }
            @if let Some(note) = &view.note {
                div.wide { dt { (t!(l, "note")) } dd { (v.both(note)) } }
            }
        }
    }
}

/// What lies over the pack, and whether the table of clauses counts it in.
fn layers(v: &Viewer, view: &PackView) -> Markup {
    let l = v.lang;
    let shown = |id: &str| view.duties.iter().any(|duty| duty == id);
    let kind = |kind| match kind {
        LayerKind::Provincial => t!(l, "layer-provincial"),
        LayerKind::SpecialPeriod => t!(l, "layer-special-period"),
        LayerKind::House => t!(l, "layer-house"),
    };
    html! {
        section.card aria-labelledby="h-layers" {
            header { h2 id="h-layers" { (t!(l, "layers-title")) } span.sub { (t!(l, "layers-sub")) } }
            ul.plain { @for one in &view.layers { li {
                p.ref {
                    span class={ "chip" @if one.holds { " ours" } } { (kind(one.kind)) }
                    (id(&format!("{}@{}", one.id, one.version)))
                    @if let Some(province) = &one.province { bdi { (province) } }
                    span { (t!(l, "since-day", day = one.from.to_string())) }
                    @if let Some(until) = one.until {
                        span { (t!(l, "until-day", day = until.to_string())) }
                    }
                    span { @if one.holds { (t!(l, "layer-holds")) } @else { (t!(l, "layer-rests")) } }
                }
                p { b { (v.both(&one.title)) } }
                p.ref {
                    @if let Some(document) = &one.document { bdi { (document) } }
                    @if let Some(authority) = &one.authority { bdi { (authority) } }
                    @for duty in &one.touches {
                        @if shown(duty) { a href={ "#" (duty) } { (id(duty)) } } @else { (id(duty)) }
                    }
                }
            } } }
        }
    }
}

fn tabs(v: &Viewer, view: &PackView, show: Show) -> Markup {
    let l = v.lang;
    html! {
        nav.seg.views aria-label=(t!(l, "tabs-rule")) { @for (one, query, name) in TABS {
            a href={ "/rules/" (view.row.id) (query) } aria-current=[(one == show).then_some("page")] {
                (l.fill(name, &[]))
            }
        } }
    }
}

fn flow(v: &Viewer, law: &Law, ask: &RuleAsk) -> Result<Markup, Fault> {
    let l = v.lang;
    let flow = law.flow(&ask.pack, ask.language).ok_or(Fault::NotFound)?;
    Ok(html! {
        section.card {
            header { h2 id="h-flow" { (t!(l, "tab-flow")) } span.sub { (t!(l, "flow-sub")) } }
            // Drawn by our own code, which escapes every text in it.
            div.scroll.flow tabindex="0" role="region" aria-labelledby="h-flow" {
                (PreEscaped(&flow.svg))
            }
            details.why.as-text {
                summary { (t!(l, "flow-text")) }
                pre tabindex="0" { (flow.text) }
            }
        }
    })
}

/// A choice of another pack.
fn pack_field(v: &Viewer, view: &PackView, chosen: Option<&PackId>) -> Markup {
    let l = v.lang;
    html! {
        div.field {
            label for="against" { (t!(l, "field-against")) }
            select id="against" name="against" {
                @for (id, title) in &view.others {
                    option value=(id) selected[chosen.is_some_and(|one| one.as_str() == id)] {
                        (title) " · " (id)
                    }
                }
            }
        }
    }
}
