//! The frame around every page: menu, top bar, jump list, keyboard help.

use app::views::Counts;
use maud::{DOCTYPE, Markup, html};
use model::permit::Can;

use crate::access::Presence;
use crate::assets;
use crate::i18n;
use crate::parts::icon;
use crate::parts::time::{ago_forms, clock_text, zone_name};
use crate::t;
use crate::viewer::Viewer;

/// What the frame needs to know of a page.
pub(crate) struct Page<'a> {
    pub(crate) title: String,
    pub(crate) section: Section,
    /// The way to a page below the top level: the list it is in.
    pub(crate) above: Option<(String, &'static str)>,
    /// Totals for the menu; none where there was no leave to count, as on an error page.
    pub(crate) counts: Option<&'a Counts>,
    /// Sequence of the last journal entry shown, on a page that is kept fresh.
    pub(crate) live: Option<u64>,
}

/// The part of the menu to which a page belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Desk,
    Incidents,
    Obligations,
    Notices,
    Sightings,
    Feeds,
    Rules,
    Accounts,
    /// None of them, as for an error.
    Elsewhere,
}

struct Item {
    section: Section,
    href: &'static str,
    icon: &'static str,
    name: &'static str,
    /// The key that follows `g`.
    key: &'static str,
}

/// The menu in its groups. Only pages that exist are in it.
const MENU: [(&str, &[Item]); 2] = [
    (
        "menu-respond",
        &[
            item(Section::Desk, "/desk", "pulse", "nav-desk", "d"),
            item(Section::Incidents, "/incidents", "stack", "nav-incidents", "i"),
            item(Section::Obligations, "/obligations", "clock", "nav-obligations", "o"),
            item(Section::Notices, "/notices", "doc", "nav-notices", "n"),
        ],
    ),
    (
        "menu-know",
        &[
            item(Section::Sightings, "/sightings", "radar", "nav-sightings", "s"),
            item(Section::Feeds, "/feeds", "feed", "nav-feeds", "f"),
            item(Section::Rules, "/rules", "book", "nav-rules", "r"),
        ],
    ),
];

const fn item(
    section: Section,
    href: &'static str,
    icon: &'static str,
    name: &'static str,
    key: &'static str,
) -> Item {
    Item { section, href, icon, name, key }
}

fn items() -> impl Iterator<Item = &'static Item> {
    MENU.iter().flat_map(|(_, items)| items.iter())
}

/// The whole document around `body`.
pub(crate) fn frame(v: &Viewer, page: &Page<'_>, body: Markup) -> Markup {
    let l = v.lang;
    let live = page.live.map(|last| format!("/live?last={last}"));
    let inside = html! {
        a.skip href="#main" { (t!(l, "skip")) }
        (side(v, page))
        (top(v, page))
        main id="main" tabindex="-1" { (body) }
        (tabs(v, page))
        div.vh id="said" role="status" aria-live="polite" {}
        (palette(v))
        (shortcuts(v))
    };
    document(v, &page.title, (None, live), inside)
}

/// A page for whoever has not signed in: no menu, no counts, no search.
pub(crate) fn bare(v: &Viewer, title: &str, body: Markup) -> Markup {
    let inside = html! {
        header.top {
            span.brand {
                img src=(assets::LOGO.path()) width="24" height="24" alt="";
                b { (v.both(&v.organisation)) }
            }
            (switches(v))
        }
        main id="main" { (body) }
    };
    document(v, title, (Some("bare"), None), inside)
}

/// Head and body; the body's kind, and where its live stream is.
fn document(
    v: &Viewer,
    title: &str,
    (kind, live): (Option<&str>, Option<String>),
    inside: Markup,
) -> Markup {
    let l = v.lang;
    html! {
        (DOCTYPE)
        html lang=(l.code) dir=(l.dir) data-theme=(v.theme) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (v.both(&v.organisation)) }
                link rel="icon" href=(assets::LOGO.path()) type="image/svg+xml";
                link rel="stylesheet" href=(assets::CSS.path());
                script type="module" src=(assets::JS.path()) {}
            }
            body class=[kind] data-now=(v.now) data-zone=(v.zone.iana_name().unwrap_or("UTC"))
                data-live=[live]
                data-ago-forms=(ago_forms(l)) data-days=(t!(l, "days-hours", d = 77, h = 88))
                data-soon=(t!(l, "say-soon")) data-crit=(t!(l, "say-crit")) data-over=(t!(l, "say-over")) {
                (inside)
            }
        }
    }
}

fn side(v: &Viewer, page: &Page<'_>) -> Markup {
    let l = v.lang;
    html! {
        nav.side id="side" aria-label=(t!(l, "nav-label")) {
            a.brand href="/desk" {
                img src=(assets::LOGO.path()) width="24" height="24" alt="";
                span { b { (v.both(&v.organisation)) } small { (t!(l, "product")) } }
            }
            @for (group, items) in MENU {
                p.group { (l.fill(group, &[])) }
                ul { @for item in items {
                    li { a href=(item.href) aria-current=[current(item, page)] {
                        (icon(item.icon)) span { (l.fill(item.name, &[])) }
                        @if let Some(n) = count(item.section, page.counts) { span.count { (l.num(n)) } }
                    } }
                } }
            }
            (me(v, page))
        }
    }
}

/// Who looks: at the foot of the menu, with the way to their own account and out.
fn me(v: &Viewer, page: &Page<'_>) -> Markup {
    let l = v.lang;
    let Presence::Person(who) = &v.presence else {
        return html! {
            div.me {
                span.face aria-hidden="true" { (icon("key")) }
                span { b { (t!(l, "me-name")) } small { (t!(l, "me-where")) } }
            }
        };
    };
    html! {
        @if v.presence.can(Can::ManageAccounts) {
            ul { li { a href="/accounts"
                aria-current=[(page.section == Section::Accounts).then_some("page")] {
                (icon("key")) span { (t!(l, "nav-accounts")) }
            } } }
        }
        div.me {
            a href="/me" {
                span.face aria-hidden="true" { (icon("key")) }
                span.vh { (t!(l, "my-account")) }
                span { b { (who.account.name) } small { (l.word("post", who.account.post.code())) } }
            }
            form action="/sign-out" method="post" { button.ghost.small { (t!(l, "sign-out")) } }
        }
    }
}

fn current(item: &Item, page: &Page<'_>) -> Option<&'static str> {
    (item.section == page.section).then_some("page")
}

/// How many of a section are open; none where a number would say nothing.
fn count(section: Section, counts: Option<&Counts>) -> Option<u64> {
    let counts = counts?;
    let n = match section {
        Section::Incidents => counts.incidents_by_rank.iter().sum(),
        Section::Obligations => counts.obligations_ours + counts.obligations_waiting,
        Section::Notices => counts.notices,
        Section::Desk
        | Section::Sightings
        | Section::Feeds
        | Section::Rules
        | Section::Accounts
        | Section::Elsewhere => 0,
    };
    (n > 0).then_some(n)
}

fn top(v: &Viewer, page: &Page<'_>) -> Markup {
    let l = v.lang;
    html! {
        header.top {
            a.home href="/desk" aria-label=(t!(l, "nav-desk")) {
                img src=(assets::LOGO.path()) width="24" height="24" alt="";
            }
            @if let Some((name, href)) = &page.above {
                nav.crumbs aria-label=(t!(l, "crumbs-label")) { ol {
                    li { a href=(href) { (name) } }
                    li { span aria-current="page" { (page.title) } }
                } }
            }
            a.find href="/sightings" data-open="palette" aria-keyshortcuts="Control+K Meta+K" {
                (icon("search")) span { (t!(l, "find")) } kbd dir="ltr" aria-hidden="true" { "⌘K" }
            }
            @if page.live.is_some() {
                span.live id="live" role="status" data-on=(t!(l, "live-on")) data-off=(t!(l, "live-off")) {
                    (t!(l, "live-wait"))
                }
            }
            time.clock datetime=(v.now) data-clock {
                b { (clock_text(v)) } " " span { (zone_name(v)) } " "
                span.utc { (v.now.strftime("%H:%M")) " UTC" }
            }
            (switches(v))
        }
    }
}

fn switches(v: &Viewer) -> Markup {
    let l = v.lang;
    let (next, picture, label) = match v.theme {
        "dark" => ("light", "sun", t!(l, "theme-light")),
        _ => ("dark", "moon", t!(l, "theme-dark")),
    };
    html! {
        form.switch action="/prefs" method="post" {
            input type="hidden" name="back" value=(v.path);
            @for other in i18n::all() { @if other.code != l.code {
                button.ghost name="lang" value=(other.code) lang=(other.code) { (other.name) }
            } }
            button.ghost.square name="theme" value=(next) aria-label=(label) { (icon(picture)) }
        }
    }
}

/// The menu at the foot of a telephone's screen.
fn tabs(v: &Viewer, page: &Page<'_>) -> Markup {
    let l = v.lang;
    html! {
        nav.tabs aria-label=(t!(l, "tabs-label")) {
            @for item in items().take(4) {
                a href=(item.href) aria-current=[current(item, page)] {
                    (icon(item.icon)) span { (l.fill(item.name, &[])) }
                }
            }
            a href="#side" data-open="palette" { (icon("more")) span { (t!(l, "more")) } }
        }
    }
}

fn palette(v: &Viewer) -> Markup {
    let l = v.lang;
    html! {
        dialog.palette id="palette" aria-label=(t!(l, "find")) {
            input type="text" placeholder=(t!(l, "find-hint")) aria-label=(t!(l, "find-hint"))
                autocomplete="off" spellcheck="false" data-filter="#palette-list";
            ul id="palette-list" {
                @for item in items() {
                    li { a href=(item.href) {
                        (icon(item.icon)) span { (l.fill(item.name, &[])) } small { (item.href) }
                    } }
                }
                @if matches!(v.presence, Presence::Person(_)) {
                    li { a href="/me" {
                        (icon("key")) span { (t!(l, "my-account")) } small { "/me" }
                    } }
                }
                @if v.presence.can(Can::ManageAccounts) {
                    li { a href="/accounts" {
                        (icon("key")) span { (t!(l, "nav-accounts")) } small { "/accounts" }
                    } }
                }
                li { button type="button" data-open="keys" {
                    (icon("key")) span { (t!(l, "keys")) } small { "?" }
                } }
            }
            a.jump hidden href="/sightings" data-jump=(t!(l, "find-jump")) { (icon("search")) span {} }
        }
    }
}

fn shortcuts(v: &Viewer) -> Markup {
    let l = v.lang;
    let general = [
        ("⌘K", t!(l, "key-find")),
        ("/", t!(l, "key-search")),
        ("?", t!(l, "key-help")),
        ("j k", t!(l, "key-move")),
        ("Enter", t!(l, "key-open")),
    ];
    html! {
        dialog.keys id="keys" aria-label=(t!(l, "keys")) {
            h2 { (t!(l, "keys")) }
            dl {
                @for (key, does) in &general { dt { kbd { (key) } } dd { (does) } }
                @for item in items() {
                    dt { kbd data-go=(item.key) data-to=(item.href) { "g " (item.key) } }
                    dd { (l.fill(item.name, &[])) }
                }
            }
            form method="dialog" { button { (t!(l, "close")) } }
        }
    }
}
