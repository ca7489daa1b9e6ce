//! What changes for whom from another pack to this one.

use app::Law;
use app::views::rules::{Change, Direction, PackView};
use maud::{Markup, html};
use model::PackId;

use super::{language, pack_field};
use crate::parts::nothing;
use crate::t;
use crate::viewer::Viewer;

/// Changes shown at most.
const CHANGES_MAX: usize = 300;

pub(super) fn all(v: &Viewer, law: &Law, view: &PackView, against: Option<&PackId>) -> Markup {
    let l = v.lang;
    let this = view.row.id.parse::<PackId>().ok();
    let changes =
        against.zip(this.as_ref()).and_then(|(from, to)| law.changes(from, to, language(l)));
    html! {
        section.card aria-labelledby="h-changes" {
            header {
                h2 id="h-changes" { (t!(l, "tab-changes")) }
                span.sub { (t!(l, "changes-sub")) }
            }
            @if view.others.is_empty() {
                (nothing(&t!(l, "alone"), html! { (t!(l, "alone-why")) }))
            } @else {
                form.form.sift action={ "/rules/" (view.row.id) } method="get" {
                    (pack_field(v, view, against))
                    div.actions { button.primary { (t!(l, "compare")) } }
                }
                @if let Some(changes) = &changes { (list(v, changes)) }
            }
        }
    }
}

fn list(v: &Viewer, changes: &[Change]) -> Markup {
    let l = v.lang;
    let count = |direction| changes.iter().filter(|one| one.direction == direction).count();
    let mut groups: Vec<(Option<&String>, Vec<&Change>)> = Vec::new();
    for one in changes.iter().take(CHANGES_MAX) {
        match groups.last_mut().filter(|(role, _)| *role == one.role.as_ref()) {
            Some((_, all)) => all.push(one),
            None => groups.push((one.role.as_ref(), vec![one])),
        }
    }
    html! {
        p.notice {
            (t!(l, "changes-sum",
                n = changes.len(), added = count(Direction::Added), removed = count(Direction::Removed),
                tighter = count(Direction::Tighter), looser = count(Direction::Looser)))
            @if changes.len() > CHANGES_MAX { " " (t!(l, "cut-at", n = CHANGES_MAX)) }
        }
        @for (role, changes) in &groups {
            section.group-of {
                h3 {
                    @match role { Some(role) => { (role) } None => { (t!(l, "everybody")) } }
                    span.count { (l.num(u64::try_from(changes.len()).unwrap_or(0))) }
                }
                ul { @for one in changes { li {
                    span class={ "chip " (tone(one.direction)) } { (one.direction.words(language(l))) }
                    " " code { (one.about) } " " span dir="auto" { (one.words) }
                } } }
            }
        }
    }
}

fn tone(direction: Direction) -> &'static str {
    match direction {
        Direction::Added | Direction::Tighter => "warn",
        Direction::Removed | Direction::Looser => "good",
        Direction::Different => "",
    }
}
