//! A pack tried on this desk's own past.

use app::reading::TrialAsk;
use app::views::rules::{Count, Fate, MovedRow, Movement, PackView, TrialParty, TrialView};
use maud::{Markup, html};

use super::{DAYS_MAX, pack_field};
use crate::parts::time::instant;
use crate::parts::{grade, id, nothing, party};
use crate::t;
use crate::viewer::Viewer;

pub(super) fn all(
    v: &Viewer,
    view: &PackView,
    ask: &TrialAsk,
    found: Option<&TrialView>,
) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-trial" {
            header {
                h2 id="h-trial" { (t!(l, "tab-trial")) }
                span.sub { (t!(l, "trial-sub")) }
            }
            form.form.sift action={ "/rules/" (view.row.id) } method="get" {
                input type="hidden" name="show" value="trial";
                (pack_field(v, view, Some(&ask.against)))
                div.field {
                    label for="days" { (t!(l, "field-days")) }
                    input id="days" type="number" name="days" value=(ask.days) min="1" max=(DAYS_MAX)
                        required aria-describedby="days-hint";
                    p.hint id="days-hint" { (t!(l, "field-days-hint")) }
                }
                div.actions { button.primary { (t!(l, "try")) } }
            }
            @if let Some(found) = found { (sum(v, found)) }
        }
        @if let Some(found) = found {
            @if !found.regraded.is_empty() { (regraded(v, found)) }
            @if found.parties.iter().any(|one| one.moved > 0) { (totals(v, found)) }
            @for one in found.parties.iter().filter(|one| !one.rows.is_empty()) { (moved(v, (view, ask), one)) }
        }
    }
}

fn sum(v: &Viewer, found: &TrialView) -> Markup {
    let l = v.lang;
    let moved: usize = found.parties.iter().map(|one| one.moved).sum();
    let missed: usize = found.parties.iter().map(|one| one.missed).sum();
    let Some((from, to)) = found.span.filter(|_| found.incidents > 0) else {
        return nothing(&t!(l, "trial-empty"), html! { (t!(l, "trial-empty-why")) });
    };
    html! {
        div.notice {
            p { (t!(l, "trial-span", n = found.incidents)) " " (instant(v, from)) " – " (instant(v, to)) }
            p { b { (t!(l, "trial-sum", regraded = found.regraded.len(), moved = moved, missed = missed)) } }
            @if found.cut { p { (t!(l, "trial-cut", n = found.incidents)) } }
            @if found.unstarted > 0 { p { (t!(l, "trial-unstarted", n = found.unstarted)) } }
            @if found.failed > 0 {
                p { (t!(l, "trial-failed", n = found.failed)) }
                @if let Some(cause) = &found.cause { p.said dir="auto" { (cause) } }
            }
            @if found.regraded.is_empty() && moved == 0 && found.failed < found.incidents {
                p { (t!(l, "trial-same")) }
            }
        }
    }
}

fn regraded(v: &Viewer, found: &TrialView) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-regraded" {
            header { h2 id="h-regraded" { (t!(l, "regraded-title")) } }
            ul.plain { @for one in &found.regraded { li { p.ref {
                a href={ "/incidents/" (one.incident) } { (id(&one.incident)) }
                (grade::full(v, &one.before)) span.arrow { "→" } (grade::full(v, &one.after))
            } } } }
        }
    }
}

fn totals(v: &Viewer, found: &TrialView) -> Markup {
    let l = v.lang;
    let num = |n: usize| l.num(u64::try_from(n).unwrap_or(0));
    html! {
        section.card aria-labelledby="h-totals" {
            header { h2 id="h-totals" { (t!(l, "totals-title")) } }
            div.scroll { table.rows {
                thead { tr {
                    th scope="col" { (t!(l, "col-who")) }
                    th.num scope="col" { (t!(l, "col-duties")) }
                    th.num scope="col" { (t!(l, "col-moved")) }
                    th.num scope="col" { (t!(l, "col-missed")) }
                } }
                tbody { @for one in &found.parties { tr {
                    th scope="row" { (party(v, &one.party)) }
                    td.num data-label=(t!(l, "col-duties")) { (num(one.duties)) }
                    td.num data-label=(t!(l, "col-moved")) { (num(one.moved)) }
                    td.num data-label=(t!(l, "col-missed")) { (num(one.missed)) }
                } } }
            } }
        }
    }
}

fn moved(v: &Viewer, (view, ask): (&PackView, &TrialAsk), one: &TrialParty) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-label=(v.both(&one.party.name)) {
            header {
                h2 { (party(v, &one.party)) }
                span.sub { (t!(l, "moved-of", moved = one.moved, all = one.duties)) }
                @if one.rows.len() < one.moved { span.sub { (t!(l, "cut-at", n = one.rows.len())) } }
            }
            div.scroll { table.rows {
                thead { tr {
                    th scope="col" { (t!(l, "duty")) }
                    th scope="col" { (t!(l, "col-incident")) }
                    th scope="col" { (t!(l, "col-due-before")) }
                    th scope="col" { (t!(l, "col-due-after")) }
                    th scope="col" { (t!(l, "col-moves")) }
                } }
                tbody { @for row in &one.rows { (line(v, (view, ask), row)) } }
            } }
        }
    }
}

fn line(v: &Viewer, (view, ask): (&PackView, &TrialAsk), row: &MovedRow) -> Markup {
    let l = v.lang;
    let (word, tone) = match row.movement {
        Movement::Same => (t!(l, "moves-same"), ""),
        Movement::Earlier => (t!(l, "moves-earlier"), "warn"),
        Movement::Later => (t!(l, "moves-later"), "good"),
        Movement::New => (t!(l, "moves-new"), "warn"),
        Movement::Gone => (t!(l, "moves-gone"), "good"),
    };
    let fate = row.fate.map(|fate| match fate {
        Fate::Kept => t!(l, "fate-kept"),
        Fate::WouldBeMissed => t!(l, "fate-would-be-missed"),
        Fate::WouldBeKept => t!(l, "fate-would-be-kept"),
        Fate::MissedAnyhow => t!(l, "fate-missed-anyhow"),
    });
    html! {
        tr {
            th scope="row" {
                // What this pack does not ask stands in the other.
                @let pack = if row.after.is_some() { &view.row.id } else { ask.against.as_str() };
                a href={ "/rules/" (pack) "#" (row.duty) } { (id(&row.duty)) }
            }
            td data-label=(t!(l, "col-incident")) {
                a href={ "/incidents/" (row.incident) } { (id(&row.incident)) }
            }
            td data-label=(t!(l, "col-due-before")) { (due(v, row.before)) }
            td data-label=(t!(l, "col-due-after")) { (due(v, row.after)) }
            td data-label=(t!(l, "col-moves")) {
                span class={ "chip " (tone) } { (word) }
                @if let Some(fate) = fate { small { (fate) } }
            }
        }
    }
}

fn due(v: &Viewer, count: Option<Count>) -> Markup {
    let l = v.lang;
    html! {
        @match count {
            None => { "—" }
            Some(Count { due: Some(due), .. }) => { (instant(v, due)) }
            Some(Count { due: None, .. }) => { (t!(l, "no-number")) }
        }
    }
}
