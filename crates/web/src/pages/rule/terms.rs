//! What a pack leaves open and how it was read, what its words mean, and who may change it.

use app::views::rules::{Choice, PackView, article};
use maud::{Markup, html};

use super::language;
use crate::parts::{id, nothing};
use crate::t;
use crate::viewer::Viewer;

pub(super) fn all(v: &Viewer, view: &PackView) -> Markup {
    html! {
        (readings(v, view))
        @if !view.sheet.terms.is_empty() { (terms(v, view)) }
        @if !view.sheet.items.is_empty() { (items(v, view)) }
        @if !view.sheet.overrides.is_empty() { (overrides(v, view)) }
    }
}

fn readings(v: &Viewer, view: &PackView) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-readings" {
            header {
                h2 id="h-readings" { (t!(l, "readings-title")) }
                span.sub { (t!(l, "readings-sub")) }
            }
            @if view.sheet.readings.is_empty() {
                (nothing(&t!(l, "readings-none"), html! { (t!(l, "readings-none-why")) }))
            } @else {
                ul.plain { @for one in &view.sheet.readings { (reading(v, view, one)) } }
            }
        }
    }
}

fn reading(v: &Viewer, view: &PackView, one: &Choice) -> Markup {
    let l = v.lang;
    let by_hand = |is: bool| {
        html! { @if is { " " span.chip.warn { (t!(l, "by-hand")) } } }
    };
    let is_duty = |at: &str| view.duties.iter().any(|duty| duty == at);
    html! {
        li id={ "reading-" (one.id) } {
            p.ref {
                (id(&one.id))
                @for at in &one.at {
                    @if is_duty(at) { a href={ "/rules/" (view.row.id) "#" (at) } { (id(at)) } }
                    @else { code { (at) } }
                }
                @if let Some(own) = &one.instead_of {
                    span.chip.ours { (t!(l, "reading-changed", own = own.clone())) }
                }
            }
            p dir="auto" { b { (one.asks) } }
            ul.options {
                li.on { span.state.ok { (t!(l, "reading-chosen")) } " " code { (one.chosen) } " "
                    span dir="auto" { (one.means) } (by_hand(one.by_hand)) }
                @for other in &one.others {
                    li { code { (other.name) } " " span dir="auto" { (other.means) } (by_hand(other.by_hand)) }
                }
            }
        }
    }
}

fn terms(v: &Viewer, view: &PackView) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-terms" {
            header { h2 id="h-terms" { (t!(l, "terms-title")) } }
            ul.plain { @for one in &view.sheet.terms { li {
                p { b { (one.term) } " " span.clause { (article(&one.article, language(l))) } }
                @if !one.means.is_empty() { p dir="auto" { (one.means) } }
                @if let Some(when) = &one.when { p.ref { (t!(l, "term-when")) " " bdi { (when) } } }
                @if !one.values.is_empty() { p.ref { (one.values.join(&t!(l, "list-comma"))) } }
            } } }
        }
    }
}

fn items(v: &Viewer, view: &PackView) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-items" {
            header { h2 id="h-items" { (t!(l, "report-items-title")) } }
            @for group in &view.sheet.items {
                details.why.as-text {
                    summary {
                        (group.who) " · " (article(&group.article, language(l))) " · "
                        (t!(l, "items", n = group.items.len()))
                    }
                    dl.pairs { @for (code, text) in &group.items {
                        dt { (id(code)) } dd { (text) }
                    } }
                }
            }
        }
    }
}

fn overrides(v: &Viewer, view: &PackView) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-overrides" {
            header { h2 id="h-overrides" { (t!(l, "overrides-title")) } }
            ul.plain { @for one in &view.sheet.overrides { li {
                p { b { (one.by) } " " span dir="auto" { (one.may) } " "
                    span.clause { (article(&one.article, language(l))) } }
                @if !one.needs.is_empty() {
                    p.ref { (t!(l, "override-needs")) " " (one.needs.join(&t!(l, "list-comma"))) }
                }
            } } }
        }
    }
}
