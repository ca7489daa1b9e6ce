//! The reader of a page: language, theme, zone, and the instant at which the page is made.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::organisation::Bilingual;

use crate::access::Presence;
use crate::desk::{Held, Shared};
use crate::i18n::{self, Lang};
use crate::source::Source;

/// What a page needs to know about the person looking at it.
#[derive(Clone)]
pub(crate) struct Viewer {
    pub(crate) lang: &'static Lang,
    pub(crate) theme: &'static str,
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
    /// Path and query of the page, to come back to after changing language or theme.
    pub(crate) path: String,
    /// Whose desk it is.
    pub(crate) organisation: Bilingual,
    /// Who looks, for the foot of the menu.
    pub(crate) presence: Presence,
    /// Whether the browser asked for one region of the page only.
    pub(crate) part: bool,
}

impl Viewer {
    pub(crate) fn new<S: Source>(
        held: &Held<S>,
        headers: &HeaderMap,
        path: String,
        presence: Presence,
    ) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        let lang = match cookie(headers, "lang") {
            Some(code) => i18n::get(code),
            None => i18n::negotiate(wanted.unwrap_or_default()),
        };
        Self {
            lang,
            theme: theme(cookie(headers, "theme").unwrap_or_default()),
            zone: held.desk.zone.clone(),
            now: held.now(),
            path,
            organisation: held.desk.organisation.clone(),
            presence,
            part: headers.contains_key("x-part"),
        }
    }

    /// A name kept in two languages, in the reader's.
    pub(crate) fn both<'a>(&self, name: &'a Bilingual) -> &'a str {
        name.get(self.lang.code)
    }
}

impl<S: Source> FromRequestParts<Shared<S>> for Viewer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        held: &Shared<S>,
    ) -> Result<Self, Self::Rejection> {
        let path = parts.uri.path_and_query().map_or("/", |p| p.as_str());
        let presence = Presence::of(&parts.extensions);
        Ok(Self::new(held, &parts.headers, path.to_owned(), presence))
    }
}

/// One of the three themes; anything else is left to the system.
pub(crate) fn theme(wanted: &str) -> &'static str {
    match wanted {
        "dark" => "dark",
        "light" => "light",
        _ => "auto",
    }
}

pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get(header::COOKIE)?.to_str().ok()?;
    all.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}
