//! The small parts that pages are made of: functions that return markup.

pub(crate) mod acts;
pub(crate) mod address;
pub(crate) mod deliveries;
pub(crate) mod due;
pub(crate) mod grade;
pub(crate) mod incidents;
pub(crate) mod notices;
pub(crate) mod pager;
pub(crate) mod secret;
pub(crate) mod time;
pub(crate) mod within;

use app::views::PartyView;
use maud::{Markup, html};

use crate::assets;
use crate::viewer::Viewer;

/// A picture from our own sheet, which says nothing that the words beside it do not.
pub(crate) fn icon(name: &str) -> Markup {
    html! { svg class="i" aria-hidden="true" { use href={ (assets::ICONS.path()) "#" (name) } {} } }
}

/// A number or other code, which reads from left to right in every language.
pub(crate) fn id(text: &str) -> Markup {
    html! { bdi.id dir="ltr" { (text) } }
}

/// An organisation's name.
pub(crate) fn party(v: &Viewer, party: &PartyView) -> Markup {
    html! { bdi title=(party.handle) { (v.both(&party.name)) } }
}

/// Several names, or a dash when there is nobody.
pub(crate) fn parties(v: &Viewer, all: &[PartyView]) -> Markup {
    html! {
        span {
            @if all.is_empty() { "—" }
            @for (at, one) in all.iter().enumerate() {
                @if at > 0 { (crate::t!(v.lang, "list-comma")) }
                (party(v, one))
            }
        }
    }
}

/// Where something stands: a dot or a square, and the word.
pub(crate) fn state(v: &Viewer, code: &str) -> Markup {
    let shape = match code {
        "ingested" => "ok",
        "refused" => "no",
        _ => "open",
    };
    html! { span class={ "state " (shape) } { (v.lang.word("state", code)) } }
}

/// An address, domain or URL with its port.
pub(crate) fn subject(text: &str, port: u16) -> Markup {
    html! { bdi.mono dir="ltr" { (text) @if port > 0 { span.port { ":" (port) } } } }
}

/// Whom a machine spoke to: domain first, because that is what a notice is about.
pub(crate) fn destination(domain: &str, ip: &str, port: u16) -> Markup {
    html! {
        @match (domain.is_empty(), ip.is_empty()) {
            (false, false) => { (subject(domain, 0)) small { (subject(ip, port)) } }
            (false, true) => { (subject(domain, port)) }
            (true, false) => { (subject(ip, port)) }
            (true, true) => { "—" }
        }
    }
}

/// A fragment for the browser to put in place: a live message, or one region of a page.
pub(crate) fn patch(target: &str, how: &str, body: Markup) -> Markup {
    html! { template data-to=(target) data-how=(how) { (body) } }
}

/// A list with nothing in it: says why, and what next.
pub(crate) fn nothing(title: &str, why: Markup) -> Markup {
    html! { div.nothing { (icon("check")) b { (title) } p { (why) } } }
}
