//! Thresholds and the obligations table.

use app::reading::RuleAsk;
use app::views::GradeView;
use app::views::rules::{Line, PackView, Step, article};
use maud::{Markup, html};

use crate::parts::{due, grade, id, nothing};
use crate::t;
use crate::viewer::Viewer;

pub(super) fn all(v: &Viewer, view: &PackView, ask: &RuleAsk) -> Markup {
    html! {
        (thresholds(v, view, ask))
        @if !view.layers.is_empty() { (super::layers(v, view)) }
        (obligations(v, view, ask))
    }
}

fn thresholds(v: &Viewer, view: &PackView, ask: &RuleAsk) -> Markup {
    let l = v.lang;
    let sheet = &view.sheet;
    html! {
        @if !sheet.grades.is_empty() || !sheet.warnings.is_empty() {
            section.card aria-labelledby="h-grades" {
                header {
                    h2 id="h-grades" { (t!(l, "thresholds-title")) }
                    @if let Some((by, _)) = &view.graded_by { span.sub { (id(by)) } }
                }
                @if let Some((_, Some(replace))) = &view.graded_by {
                    p.notice { b { (t!(l, "substitute")) } " " span dir="auto" { (replace) } }
                }
                @if !sheet.grades.is_empty() {
                    (scale(v, &t!(l, "scale-events"), &sheet.grades, &view.grades))
                }
                @if !sheet.warnings.is_empty() {
                    (scale(v, &t!(l, "scale-warnings"), &sheet.warnings, &view.warnings))
                }
                @if !sheet.criteria.is_empty() { (criteria(v, view)) }
                @if !sheet.inputs.is_empty() {
                    details.why.as-text {
                        summary { (t!(l, "inputs-mean")) }
                        dl.pairs { @for (name, means) in &sheet.inputs {
                            dt { code { (name) } } dd dir="auto" { (means) }
                        } }
                    }
                }
            }
        } @else if ask.grade.is_none() {
            p.hint { (t!(l, "no-grades")) }
        }
    }
}

fn scale(v: &Viewer, title: &str, steps: &[Step], grades: &[GradeView]) -> Markup {
    let l = v.lang;
    html! {
        div.scroll { table.rows.scale-table {
            caption.vh { (title) }
            thead { tr {
                th scope="col" { (title) }
                th scope="col" { (t!(l, "col-when")) }
                th scope="col" { (t!(l, "col-article")) }
            } }
            tbody { @for (step, one) in steps.iter().zip(grades) { tr {
                th scope="row" { (grade::full(v, one)) }
                td data-label=(t!(l, "col-when")) {
                    bdi { (step.when) }
                    @if let Some(harm) = &step.harm { small { (harm) } }
                }
                td data-label=(t!(l, "col-article")) { (step.article) }
            } } }
        } }
    }
}

fn criteria(v: &Viewer, view: &PackView) -> Markup {
    let l = v.lang;
    let proposals = view.sheet.criteria.iter().filter(|one| one.proposal).count();
    html! {
        details.why.as-text {
            summary { (t!(l, "criteria", n = view.sheet.criteria.len(), p = proposals)) }
            ul.criteria { @for one in &view.sheet.criteria { li {
                p { (id(&one.id)) " "
                    @if one.proposal { span.chip.warn { (t!(l, "is-proposal")) } }
                    @else { span.chip { (t!(l, "is-source")) } }
                    " " bdi { (one.when) }
                }
                small dir="auto" { (one.from) }
            } } }
        }
    }
}

fn obligations(v: &Viewer, view: &PackView, ask: &RuleAsk) -> Markup {
    let l = v.lang;
    let lines: usize = view.sheet.chapters.iter().map(|chapter| chapter.lines.len()).sum();
    html! {
        section.card aria-labelledby="h-clauses" id="clauses" {
            header {
                h2 id="h-clauses" { (t!(l, "clauses-title")) }
                span.sub { (t!(l, "clauses-count", n = lines)) }
            }
            (filter(v, view, ask))
            @if lines == 0 {
                (nothing(&t!(l, "clauses-none"), html! {
                    a href={ "/rules/" (view.row.id) } { (t!(l, "clear-filter")) }
                }))
            } @else {
                div.scroll { table.rows.clauses data-keys {
                    thead { tr {
                        th scope="col" { (t!(l, "col-does")) }
                        th scope="col" { (t!(l, "col-who")) }
                        th scope="col" { (t!(l, "col-to")) }
                        th scope="col" { (t!(l, "col-starts")) }
                        th scope="col" { (t!(l, "col-within")) }
                        th scope="col" { (t!(l, "col-owed-at")) }
                        th scope="col" { (t!(l, "col-contents")) }
                    } }
                    @for chapter in &view.sheet.chapters { tbody {
                        tr.chapter { th colspan="7" scope="rowgroup" {
                            (article(&chapter.article, ask.language))
                        } }
                        @for line in &chapter.lines { (duty(v, view, ask, line)) }
                    } }
                } }
            }
        }
    }
}

fn filter(v: &Viewer, view: &PackView, ask: &RuleAsk) -> Markup {
    let l = v.lang;
    let some = ask.role.is_some() || ask.grade.is_some() || ask.province.is_some();
    let role = |id: &str| ask.role.as_ref().is_some_and(|role| role.as_str() == id);
    let grade = |id: &str| ask.grade.as_ref().is_some_and(|grade| grade.as_str() == id);
    let province = |id: &str| ask.province.as_ref().is_some_and(|one| one.as_str() == id);
    html! {
        form.form.sift action={ "/rules/" (view.row.id) "#clauses" } method="get" {
            div.field {
                label for="role" { (t!(l, "col-who")) }
                select id="role" name="role" {
                    option value="" { (t!(l, "all")) }
                    @for (id, name) in &view.roles {
                        option value=(id) selected[role(id)] { (name) }
                    }
                }
            }
            @if !view.grades.is_empty() || !view.warnings.is_empty() {
                div.field {
                    label for="grade" { (t!(l, "col-owed-at")) }
                    select id="grade" name="grade" {
                        option value="" { (t!(l, "all")) }
                        @for one in view.grades.iter().chain(&view.warnings) {
                            option value=(one.id) selected[grade(&one.id)] { (v.both(&one.name)) }
                        }
                    }
                }
            }
            @if !view.provinces.is_empty() {
                div.field {
                    label for="province" { (t!(l, "col-province")) }
                    select id="province" name="province" {
                        option value="" { (t!(l, "no-province")) }
                        @for one in &view.provinces {
                            option value=(one) selected[province(one)] { (one) }
                        }
                    }
                }
            }
            div.actions {
                button.primary { (t!(l, "sift")) }
                @if some { a.link href={ "/rules/" (view.row.id) "#clauses" } { (t!(l, "clear-filter")) } }
            }
        }
    }
}

/// The anchor of a duty; one that says `like` several others stands once for each, first by its id alone.
fn anchor(view: &PackView, line: &Line) -> String {
    let mut lines = view.sheet.chapters.iter().flat_map(|chapter| &chapter.lines);
    let first = lines.find(|other| other.duty == line.duty);
    match &line.like {
        Some(model) if first.is_some_and(|first| first.like != line.like) => {
            format!("{}-{model}", line.duty)
        }
        Some(_) | None => line.duty.to_string(),
    }
}

fn duty(v: &Viewer, view: &PackView, ask: &RuleAsk, line: &Line) -> Markup {
    let l = v.lang;
    let anchor = anchor(view, line);
    html! {
        tr id=(anchor) {
            th scope="row" {
                p { b { (due::sentence(&line.does)) } }
                p.ref {
                    a href={ "#" (anchor) } { (id(line.duty.as_str())) }
                    span { (article(&line.article, ask.language)) }
                    @if let Some(like) = &line.like {
                        span { (t!(l, "as-duty")) " " a href={ "#" (like) } { (id(like.as_str())) } }
                    }
                    @for reading in &line.readings {
                        a href={ "/rules/" (view.row.id) "?show=terms#reading-" (reading) } { (reading) }
                    }
                    (marks(v, line))
                }
            }
            td data-label=(t!(l, "col-who")) {
                (line.who)
                @if let Some(others) = &line.or_by { small { (t!(l, "or-by", who = others.clone())) } }
            }
            td data-label=(t!(l, "col-to")) {
                (line.to.as_deref().unwrap_or("—"))
                @if let Some(cc) = &line.cc { small { (t!(l, "in-copy")) " " (cc) } }
            }
            td data-label=(t!(l, "col-starts")) {
                @match &line.from { Some(from) => { (from) } None => { (t!(l, "stands")) } }
            }
            td data-label=(t!(l, "col-within")) {
                b { (line.within) }
                @if let Some(target) = &line.target {
                    small { (t!(l, "house-target", target = target.clone())) }
                }
            }
            td data-label=(t!(l, "col-owed-at")) {
                (line.grades.as_deref().unwrap_or("—"))
                @if let Some(only) = &line.only_if { small { (t!(l, "only-if")) " " bdi { (only) } } }
            }
            td data-label=(t!(l, "col-contents")) { (contents(v, view, line)) }
        }
    }
}

fn marks(v: &Viewer, line: &Line) -> Markup {
    let l = v.lang;
    html! {
        @if let Some(layer) = &line.layer { span.chip.ours { (layer) } }
        @if line.is_unsure { span.chip.warn { (t!(l, "to-confirm")) } }
        @if line.nil_report { span.chip { (t!(l, "nil-report")) } }
        @if let Some(see) = &line.see { span { (t!(l, "see-also")) " " bdi { (see) } } }
    }
}

fn contents(v: &Viewer, view: &PackView, line: &Line) -> Markup {
    let l = v.lang;
    let form = line.form.as_ref().and_then(|f| view.sheet.forms.iter().find(|one| one.id == *f));
    html! {
        @match form {
            Some(form) if !form.contents.is_empty() => {
                details.why {
                    summary { (t!(l, "contents-count", n = form.contents.len())) }
                    p { (form.contents.join(", ")) }
                    @if form.proposal { small { (t!(l, "form-proposal")) } }
                }
            }
            _ => { "—" }
        }
    }
}
