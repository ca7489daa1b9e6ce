//! One's own account: password, second factor, recovery codes, sessions, keys.

use std::collections::BTreeSet;

use app::AppError;
use app::identity::Enrolment;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::account::{ApiKey, Session};
use model::permit::Can;
use serde::Deserialize;

use super::sign_in::refused;
use super::welcome::new_password;
use crate::access::{Person, see_other};
use crate::desk::Shared;
use crate::frame::{Page, Section, frame};
use crate::parts::time::instant;
use crate::parts::{id, secret};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

/// Everything that the page shows of an account.
struct Own {
    has_second: bool,
    enrolment: Option<Enrolment>,
    codes_left: u64,
    sessions: Vec<Session>,
    keys: Vec<ApiKey>,
}

/// What a form was answered with.
#[derive(Default)]
struct Said {
    /// The part of the page, and what is wrong there.
    error: Option<(Part, String)>,
    /// Shown once, after they were made.
    codes: Vec<String>,
    key: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Password,
    Second,
    Sessions,
    Keys,
}

#[derive(Deserialize)]
pub(crate) struct NewPassword {
    present: String,
    password: String,
    again: String,
}

#[derive(Deserialize)]
pub(crate) struct Password {
    present: String,
}

#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
}

/// Boxes of a form: the scopes arrive as one text, separated by blanks, or one by one.
#[derive(Deserialize)]
pub(crate) struct KeyWish {
    purpose: String,
    days: u32,
    present: String,
    #[serde(flatten)]
    boxes: std::collections::BTreeMap<String, String>,
}

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    person: Person,
    v: Viewer,
) -> Result<Markup, Fault> {
    page(&held, &person, &v, Said::default()).await
}

pub(crate) async fn password<S: Source>(
    State(held): State<Shared<S>>,
    person: Person,
    v: Viewer,
    Form(given): Form<NewPassword>,
) -> Result<Response, Fault> {
    if given.password != given.again {
        let said = Said::wrong(Part::Password, t!(v.lang, "passwords-differ"));
        return Ok(refused(StatusCode::BAD_REQUEST, page(&held, &person, &v, said).await?));
    }
    let identity = &person.accounts.identity;
    let done = identity.change_password(&person.who, &given.present, &given.password).await;
    answer(&held, &person, &v, (Part::Password, done.map(|()| Said::default()))).await
}

/// Begins to set up a second factor.
pub(crate) async fn second<S: Source>(
    State(held): State<Shared<S>>,
    person: Person,
    v: Viewer,
    Form(given): Form<Password>,
) -> Result<Response, Fault> {
    let done = person.accounts.identity.begin_second_factor(&person.who, &given.present).await;
    answer(&held, &person, &v, (Part::Second, done.map(|()| Said::default()))).await
}

/// Confirms a second factor by its first code.
pub(crate) async fn confirm<S: Source>(
    State(held): State<Shared<S>>,
    person: Person,
    v: Viewer,
    Form(given): Form<Code>,
) -> Result<Response, Fault> {
    let codes = person.accounts.identity.confirm_second_factor(&person.who, &given.code).await;
    answer(&held, &person, &v, (Part::Second, codes.map(Said::codes))).await
}

pub(crate) async fn renew<S: Source>(
    State(held): State<Shared<S>>,
    person: Person,
    v: Viewer,
    Form(given): Form<Code>,
) -> Result<Response, Fault> {
    let codes = person.accounts.identity.renew_recovery_codes(&person.who, &given.code).await;
    answer(&held, &person, &v, (Part::Second, codes.map(Said::codes))).await
}

pub(crate) async fn end_session<S: Source>(
    State(held): State<Shared<S>>,
    person: Person,
    v: Viewer,
    Path(session): Path<String>,
) -> Result<Response, Fault> {
    let session = session.parse().map_err(|_| Fault::NotFound)?;
    let done = person.accounts.identity.end_session(&person.who, &session).await;
    answer(&held, &person, &v, (Part::Sessions, done.map(|()| Said::default()))).await
}

pub(crate) async fn add_key<S: Source>(
    State(held): State<Shared<S>>,
    person: Person,
    v: Viewer,
    Form(wish): Form<KeyWish>,
) -> Result<Response, Fault> {
    let mut scopes = BTreeSet::new();
    for (name, _) in wish.boxes.iter().filter(|(name, _)| name.starts_with("can-")) {
        let code = name.trim_start_matches("can-");
        scopes.insert(code.parse::<Can>().map_err(|why| Fault::BadInput(why.to_string()))?);
    }
    let identity = &person.accounts.identity;
    let made = identity
        .add_own_key(&person.who, &wish.present, (&wish.purpose, scopes, wish.days))
        .await
        .map(|made| Said { key: Some(made.text), ..Said::default() });
    answer(&held, &person, &v, (Part::Keys, made)).await
}

pub(crate) async fn revoke_key<S: Source>(
    State(held): State<Shared<S>>,
    person: Person,
    v: Viewer,
    Path(key): Path<String>,
) -> Result<Response, Fault> {
    let key = key.parse().map_err(|_| Fault::NotFound)?;
    let who = &person.who;
    let (actor, identity) = (who.caller.actor(), &person.accounts.identity);
    let done = identity.revoke_key((&actor, &who.account), &key).await;
    answer(&held, &person, &v, (Part::Keys, done.map(|()| Said::default()))).await
}

/// Back to the page where nothing is left to say; else the page with what was said.
async fn answer<S: Source>(
    held: &Shared<S>,
    person: &Person,
    v: &Viewer,
    (part, done): (Part, Result<Said, AppError>),
) -> Result<Response, Fault> {
    match done {
        Ok(said) if said.codes.is_empty() && said.key.is_none() => Ok(see_other("/me")),
        Ok(said) => Ok(page(held, person, v, said).await?.into_response()),
        Err(why) => {
            let said = Said::wrong(part, in_words(v, why)?);
            Ok(refused(StatusCode::BAD_REQUEST, page(held, person, v, said).await?))
        }
    }
}

/// A refusal in the reader's language; what is no refusal is a fault.
pub(crate) fn in_words(v: &Viewer, why: AppError) -> Result<String, Fault> {
    if let AppError::Refused(why) = &why {
        return Ok(v.lang.fill(&format!("refusal-{}", why.code()), &[]));
    }
    if matches!(why, AppError::NotAllowed(_)) {
        return Ok(t!(v.lang, "problem-foreign-why"));
    }
    Err(Fault::from(why))
}

impl Said {
    fn wrong(part: Part, why: String) -> Self {
        Self { error: Some((part, why)), ..Self::default() }
    }

    fn codes(codes: Vec<String>) -> Self {
        Self { codes, ..Self::default() }
    }

    /// What is wrong in this part of the page.
    fn at(&self, part: Part) -> Markup {
        html! {
            @if let Some((_, why)) = self.error.as_ref().filter(|(at, _)| *at == part) {
                p.error role="alert" { (why) }
            }
        }
    }
}

async fn page<S: Source>(
    held: &Shared<S>,
    person: &Person,
    v: &Viewer,
    said: Said,
) -> Result<Markup, Fault> {
    let (identity, who) = (&person.accounts.identity, &*person.who);
    let own = Own {
        has_second: identity.has_second_factor(&who.account.id).await?,
        enrolment: identity.enrolment(&who.account).await?,
        codes_left: identity.recovery_codes_left(who).await?,
        sessions: identity.sessions(who).await?,
        keys: identity.keys_of(&who.account).await?,
    };
    let counts = held.source().counts(&who.caller.reading(), v.now).await?;
    let l = v.lang;
    let title = t!(l, "my-account");
    let page = Page {
        title: title.clone(),
        section: Section::Elsewhere,
        above: None,
        counts: Some(&counts),
        live: None,
    };
    let post = l.word("post", who.account.post.code());
    let body = html! {
        header.head { div {
            h1 { (title) }
            p { (id(&who.caller.actor())) " · " (post) }
        } }
        div.grid.two {
            (password_card(v, &said))
            (second_card(v, &own, &said))
        }
        (sessions_card(v, &own.sessions, person, &said))
        (keys_card(v, &own.keys, person, &said))
    };
    Ok(frame(v, &page, body))
}

fn present_password(v: &Viewer, field: &str) -> Markup {
    html! {
        div.field {
            label for=(field) { (t!(v.lang, "password-present")) }
            input id=(field) name="present" type="password" required maxlength="256"
                autocomplete="current-password";
        }
    }
}

fn password_card(v: &Viewer, said: &Said) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-pw" {
            header { h2 id="h-pw" { (t!(l, "password")) } }
            form.stack action="/me/password" method="post" {
                (said.at(Part::Password))
                (present_password(v, "f-present"))
                (new_password(v))
                button { (t!(l, "password-change")) }
            }
        }
    }
}

fn second_card(v: &Viewer, own: &Own, said: &Said) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-second" {
            header { h2 id="h-second" { (t!(l, "second-factor")) } }
            @if !said.codes.is_empty() { (secret::codes(v, &said.codes)) }
            @if own.has_second {
                form.stack action="/me/recovery-codes" method="post" {
                    p { (t!(l, "second-on")) " " (t!(l, "codes-left", n = own.codes_left)) }
                    (said.at(Part::Second))
                    (secret::code_field(v, false, false))
                    button { (t!(l, "codes-renew")) }
                }
            } @else if let Some(enrolment) = &own.enrolment {
                (secret::enrolment(v, enrolment))
                form.stack action="/me/second-factor/confirm" method="post" {
                    (said.at(Part::Second))
                    (secret::code_field(v, false, false))
                    button.primary { (t!(l, "go-on")) }
                }
            } @else {
                form.stack action="/me/second-factor" method="post" {
                    p { (t!(l, "second-off")) }
                    (said.at(Part::Second))
                    (present_password(v, "f-present-second"))
                    button { (t!(l, "second-set-up")) }
                }
            }
        }
    }
}

fn sessions_card(v: &Viewer, sessions: &[Session], person: &Person, said: &Said) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-sessions" {
            header { h2 id="h-sessions" { (t!(l, "sessions")) } }
            div.inner { (said.at(Part::Sessions)) }
            div.scroll { table.rows {
                thead { tr {
                    th scope="col" { (t!(l, "col-browser")) }
                    th scope="col" { (t!(l, "col-since")) }
                    th scope="col" { (t!(l, "col-seen")) }
                    th scope="col" { span.vh { (t!(l, "col-end")) } }
                } }
                tbody { @for session in sessions {
                    tr {
                        th scope="row" dir="auto" {
                            @if session.agent.is_empty() { "—" } @else { (session.agent) }
                        }
                        td data-label=(t!(l, "col-since")) { (instant(v, session.created_at)) }
                        td data-label=(t!(l, "col-seen")) { (instant(v, session.seen_at)) }
                        td {
                            @if session.id == person.who.session.id { (t!(l, "session-this")) }
                            @else { (button(v, &format!("/me/sessions/{}/end", session.id), "session-end")) }
                        }
                    }
                } }
            } }
        }
    }
}

fn keys_card(v: &Viewer, keys: &[ApiKey], person: &Person, said: &Said) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-keys" {
            header { h2 id="h-keys" { (t!(l, "keys-api")) } }
            @if let Some(key) = &said.key {
                p.stack role="status" { (t!(l, "key-once")) " " (secret::once(key)) }
            }
            @if !keys.is_empty() { (keys_table(v, keys)) }
            form.stack action="/me/keys" method="post" {
                (said.at(Part::Keys))
                div.field {
                    label for="f-purpose" { (t!(l, "key-purpose")) }
                    input id="f-purpose" name="purpose" required maxlength="200" autocomplete="off";
                }
                div.field {
                    label for="f-days" { (t!(l, "key-days")) }
                    input id="f-days" name="days" type="number" min="1" max="366" value="90" required;
                }
                fieldset.boxes {
                    legend { (t!(l, "key-scopes")) }
                    p.hint { (t!(l, "key-scopes-hint")) }
                    @for can in Can::ALL { @if person.who.account.post.may(*can) {
                        label {
                            input type="checkbox" name={ "can-" (can.code()) } value="1";
                            " " (l.word("can", can.code()))
                        }
                    } }
                }
                (present_password(v, "f-present-key"))
                button { (t!(l, "key-make")) }
            }
        }
    }
}

fn keys_table(v: &Viewer, keys: &[ApiKey]) -> Markup {
    let l = v.lang;
    html! {
        div.scroll { table.rows {
            thead { tr {
                th scope="col" { (t!(l, "col-key")) }
                th scope="col" { (t!(l, "key-purpose")) }
                th scope="col" { (t!(l, "key-scopes")) }
                th scope="col" { (t!(l, "col-until")) }
                th scope="col" { (t!(l, "col-used")) }
                th scope="col" { span.vh { (t!(l, "col-end")) } }
            } }
            tbody { @for key in keys {
                tr {
                    th scope="row" { (id(&key.prefix)) }
                    td data-label=(t!(l, "key-purpose")) dir="auto" { (key.purpose) }
                    td data-label=(t!(l, "key-scopes")) {
                        @if key.scopes.is_empty() { (t!(l, "key-reads")) }
                        @for (at, can) in key.scopes.iter().enumerate() {
                            @if at > 0 { (t!(l, "list-comma")) }
                            (l.word("can", can.code()))
                        }
                    }
                    td data-label=(t!(l, "col-until")) { (instant(v, key.expires_at)) }
                    td data-label=(t!(l, "col-used")) {
                        @if let Some(used) = key.used_at { (instant(v, used)) } @else { "—" }
                    }
                    td {
                        @if key.revoked_at.is_some() { (t!(l, "key-revoked")) }
                        @else { (button(v, &format!("/me/keys/{}/revoke", key.id), "key-revoke")) }
                    }
                }
            } }
        } }
    }
}

/// A button that is a form of its own.
pub(crate) fn button(v: &Viewer, action: &str, label: &str) -> Markup {
    html! {
        form action=(action) method="post" { button.small { (v.lang.fill(label, &[])) } }
    }
}
