//! Signing in and out: name and password, then the second factor.

use std::net::{IpAddr, SocketAddr};

use app::identity::{Attempt, Enrolment, Outcome};
use axum::extract::{ConnectInfo, Form, FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::access::{Accounts, Door, Person, Presence, see_other, with_back};
use crate::fault::Readable;
use crate::frame::bare;
use crate::parts::secret;
use crate::prefs::page_of_ours;
use crate::source::Fault;
use crate::t;
use crate::viewer::Viewer;

#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub(crate) struct Entry {
    name: String,
    password: String,
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
    #[serde(default)]
    back: String,
}

/// Where a request comes from, if the server was told.
pub(crate) struct From(pub(crate) Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(peer.map(|ConnectInfo(address)| address.ip())))
    }
}

pub(crate) async fn show(door: Door, v: Viewer, Query(query): Query<Back>) -> Response {
    match door.presence {
        Presence::Person(_) => see_other(page_of_ours(&query.back)),
        Presence::Half(_) => see_other(&with_back("/sign-in/second", page_of_ours(&query.back))),
        Presence::Console(_) | Presence::Stranger | Presence::Program(_) => {
            let known = door.accounts.identity.has_accounts().await;
            match known {
                Ok(known) => page(&v, &query.back, "", known, None).into_response(),
                Err(why) => Fault::from(why).into_response(),
            }
        }
    }
}

/// Takes name and password.
pub(crate) async fn enter(
    door: Door,
    v: Viewer,
    From(from): From,
    headers: HeaderMap,
    Form(given): Form<Entry>,
) -> Result<Response, Fault> {
    let agent = headers.get(header::USER_AGENT).and_then(|text| text.to_str().ok());
    let name = given.name.trim();
    let attempt =
        Attempt { name, password: &given.password, agent: agent.unwrap_or_default(), from };
    let outcome = door.accounts.identity.sign_in(attempt).await?;
    let back = page_of_ours(&given.back);
    match outcome {
        Outcome::Half { token } => {
            Ok(with_token(&door.accounts, &token, see_other(&with_back("/sign-in/second", back))))
        }
        Outcome::Whole { token, .. } => {
            // One browser, one session: the one it had before ends.
            if let Presence::Person(who) = &door.presence {
                door.accounts.identity.end_session(who, &who.session.id).await?;
            }
            Ok(with_token(&door.accounts, &token, see_other(back)))
        }
        Outcome::Refused => Ok(refused(
            StatusCode::UNAUTHORIZED,
            page(&v, &given.back, name, true, Some(t!(v.lang, "sign-in-refused"))),
        )),
        Outcome::TooMany => Ok(refused(
            StatusCode::TOO_MANY_REQUESTS,
            page(&v, &given.back, name, true, Some(t!(v.lang, "sign-in-too-many"))),
        )),
    }
}

pub(crate) async fn second(
    door: Door,
    v: Viewer,
    Query(query): Query<Back>,
) -> Result<Response, Fault> {
    let Presence::Half(account) = &door.presence else {
        return Ok(see_other("/sign-in"));
    };
    let enrolment = door.accounts.identity.enrolment(account).await?;
    Ok(second_page(&v, &query.back, enrolment.as_ref(), None).into_response())
}

/// Takes the code of the second factor.
pub(crate) async fn prove(
    door: Door,
    v: Viewer,
    From(from): From,
    headers: HeaderMap,
    Form(given): Form<Code>,
) -> Result<Response, Fault> {
    let (Presence::Half(account), Some(token)) = (&door.presence, door.accounts.token(&headers))
    else {
        return Ok(see_other("/sign-in"));
    };
    let enrolment = door.accounts.identity.enrolment(account).await?;
    let outcome = door.accounts.identity.second_step(token, &given.code, from).await?;
    let (status, error) = match outcome {
        Outcome::Whole { token, codes } if codes.is_empty() => {
            let onward = see_other(page_of_ours(&given.back));
            return Ok(with_token(&door.accounts, &token, onward));
        }
        Outcome::Whole { token, codes } => {
            let shown = codes_page(&v, &codes, page_of_ours(&given.back)).into_response();
            return Ok(with_token(&door.accounts, &token, shown));
        }
        Outcome::TooMany => (StatusCode::TOO_MANY_REQUESTS, t!(v.lang, "sign-in-too-many")),
        Outcome::Half { .. } | Outcome::Refused => {
            (StatusCode::UNAUTHORIZED, t!(v.lang, "refusal-wrong-code"))
        }
    };
    Ok(refused(status, second_page(&v, &given.back, enrolment.as_ref(), Some(error))))
}

/// Ends the session and takes the cookie away.
pub(crate) async fn leave(person: Person) -> Result<Response, Fault> {
    let who = &person.who;
    person.accounts.identity.end_session(who, &who.session.id).await?;
    Ok(with_token(&person.accounts, "", see_other("/sign-in")))
}

fn with_token(accounts: &Accounts, token: &str, mut response: Response) -> Response {
    if let Some(cookie) = accounts.set_cookie(token) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A form with its error, which is already fit to be read.
pub(crate) fn refused(status: StatusCode, page: Markup) -> Response {
    let mut response = (status, page).into_response();
    response.extensions_mut().insert(Readable);
    response
}

fn page(v: &Viewer, back: &str, name: &str, known: bool, error: Option<String>) -> Markup {
    let l = v.lang;
    let wrong = error.is_some();
    let body = html! {
        section.card.door {
            header { h1 { (t!(l, "sign-in")) } }
            form.stack action="/sign-in" method="post" {
                @if let Some(error) = &error { p.error id="e-sign-in" role="alert" { (error) } }
                @if !known { p.hint { (t!(l, "sign-in-nobody")) " " code { "juyan setup" } } }
                input type="hidden" name="back" value=(back);
                div.field {
                    label for="f-name" { (t!(l, "account-name")) }
                    input id="f-name" name="name" value=(name) autocomplete="username" required
                        autocapitalize="none" spellcheck="false" maxlength="96"
                        aria-invalid=[wrong.then_some("true")]
                        aria-describedby=[wrong.then_some("e-sign-in")];
                }
                div.field {
                    label for="f-password" { (t!(l, "password")) }
                    input id="f-password" name="password" type="password" required
                        autocomplete="current-password" maxlength="256"
                        aria-invalid=[wrong.then_some("true")];
                }
                button.primary { (t!(l, "sign-in")) }
            }
        }
    };
    bare(v, &t!(l, "sign-in"), body)
}

fn second_page(
    v: &Viewer,
    back: &str,
    enrolment: Option<&Enrolment>,
    error: Option<String>,
) -> Markup {
    let l = v.lang;
    let title = if enrolment.is_some() { t!(l, "second-set-up") } else { t!(l, "second-factor") };
    let body = html! {
        section.card.door {
            header { h1 { (title) } }
            @if let Some(enrolment) = enrolment { (secret::enrolment(v, enrolment)) }
            form.stack action="/sign-in/second" method="post" {
                @if let Some(error) = &error { p.error id="e-code" role="alert" { (error) } }
                input type="hidden" name="back" value=(back);
                (secret::code_field(v, error.is_some(), enrolment.is_none()))
                button.primary { (t!(l, "go-on")) }
            }
        }
    };
    bare(v, &title, body)
}

fn codes_page(v: &Viewer, codes: &[String], onward: &str) -> Markup {
    let l = v.lang;
    let body = html! {
        section.card.door {
            header { h1 { (t!(l, "recovery-codes")) } }
            (secret::codes(v, codes))
            p.stack { a.button.primary href=(onward) { (t!(l, "codes-kept")) } }
        }
    };
    bare(v, &t!(l, "recovery-codes"), body)
}
