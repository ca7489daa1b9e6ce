//! Accounts, for those who open and close them.

use app::identity::Invited;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::account::{Account, AccountName, Post};
use model::permit::{ManageAccounts, Permit};
use serde::Deserialize;

use super::me::{button, in_words};
use super::sign_in::refused;
use crate::access::{Allowed, Door, see_other};
use crate::desk::Shared;
use crate::frame::{Page, Section, frame};
use crate::parts::time::instant;
use crate::parts::{id, secret};
use crate::source::{Fault, Source};
use crate::t;
use crate::viewer::Viewer;

/// Accounts on the page: a coordination desk and those it serves have some hundreds.
const SHOWN: u32 = 500;

#[derive(Deserialize)]
pub(crate) struct Wish {
    name: String,
    organisation: String,
    post: String,
}

pub(crate) async fn show<S: Source>(
    State(held): State<Shared<S>>,
    allowed: Allowed<ManageAccounts>,
    door: Door,
    v: Viewer,
) -> Result<Markup, Fault> {
    page(&held, (&allowed.permit, &door), &v, None, None).await
}

pub(crate) async fn open<S: Source>(
    State(held): State<Shared<S>>,
    allowed: Allowed<ManageAccounts>,
    door: Door,
    v: Viewer,
    Form(wish): Form<Wish>,
) -> Result<Response, Fault> {
    let (identity, permit) = (&door.accounts.identity, &allowed.permit);
    let wrong = |error: String| page(&held, (permit, &door), &v, None, Some(error));
    let Ok(name) = wish.name.trim().parse::<AccountName>() else {
        let page = wrong(t!(v.lang, "refusal-no-name")).await?;
        return Ok(refused(StatusCode::BAD_REQUEST, page));
    };
    let Ok(organisation) = wish.organisation.trim().parse() else {
        let page = wrong(t!(v.lang, "refusal-no-organisation")).await?;
        return Ok(refused(StatusCode::BAD_REQUEST, page));
    };
    let post: Post = wish.post.parse().map_err(|_| Fault::BadInput(wish.post.clone()))?;
    match identity.open_account(permit, name, &organisation, post).await {
        Ok(invited) => {
            Ok(page(&held, (permit, &door), &v, Some(&invited), None).await?.into_response())
        }
        Err(why) => {
            let page = wrong(in_words(&v, why)?).await?;
            Ok(refused(StatusCode::BAD_REQUEST, page))
        }
    }
}

pub(crate) async fn disable<S: Source>(
    State(held): State<Shared<S>>,
    allowed: Allowed<ManageAccounts>,
    door: Door,
    v: Viewer,
    Path(name): Path<AccountName>,
) -> Result<Response, Fault> {
    match door.accounts.identity.disable_account(&allowed.permit, &name).await {
        Ok(()) => Ok(see_other("/accounts")),
        Err(why) => {
            let error = in_words(&v, why)?;
            let page = page(&held, (&allowed.permit, &door), &v, None, Some(error)).await?;
            Ok(refused(StatusCode::BAD_REQUEST, page))
        }
    }
}

pub(crate) async fn reset<S: Source>(
    State(held): State<Shared<S>>,
    allowed: Allowed<ManageAccounts>,
    door: Door,
    v: Viewer,
    Path(name): Path<AccountName>,
) -> Result<Response, Fault> {
    match door.accounts.identity.reset_account(&allowed.permit, &name).await {
        Ok(invited) => {
            let page = page(&held, (&allowed.permit, &door), &v, Some(&invited), None).await?;
            Ok(page.into_response())
        }
        Err(why) => {
            let error = in_words(&v, why)?;
            let page = page(&held, (&allowed.permit, &door), &v, None, Some(error)).await?;
            Ok(refused(StatusCode::BAD_REQUEST, page))
        }
    }
}

async fn page<S: Source>(
    held: &Shared<S>,
    (permit, door): (&Permit<ManageAccounts>, &Door),
    v: &Viewer,
    invited: Option<&Invited>,
    error: Option<String>,
) -> Result<Markup, Fault> {
    let reading = permit.reading();
    let accounts = door.accounts.identity.accounts(&reading, SHOWN, None).await?;
    let counts = held.source().counts(&reading, v.now).await?;
    let l = v.lang;
    let page = Page {
        title: t!(l, "nav-accounts"),
        section: Section::Accounts,
        above: None,
        counts: Some(&counts),
        live: None,
    };
    let body = html! {
        (super::heading(&t!(l, "nav-accounts"), &t!(l, "accounts-sub")))
        @if let Some(error) = &error { p.error role="alert" { (error) } }
        @if let Some(invited) = invited { (invitation(v, invited)) }
        section.card { (table(v, &accounts)) }
        (form(v, door.accounts.identity.own().as_str()))
    };
    Ok(frame(v, &page, body))
}

/// The link for whoever shall choose a password, shown once.
fn invitation(v: &Viewer, invited: &Invited) -> Markup {
    let l = v.lang;
    let name = invited.account.as_ref().map(|account| account.name.to_string());
    html! {
        section.card role="status" {
            div.stack {
                p { (t!(l, "invitation-why")) " " (id(&name.unwrap_or_default())) }
                p { (secret::once(&format!("/welcome/{}", invited.token))) }
                p.hint { (t!(l, "col-until")) " " (instant(v, invited.expires_at)) }
            }
        }
    }
}

fn table(v: &Viewer, accounts: &[Account]) -> Markup {
    let l = v.lang;
    html! {
        div.scroll { table.rows {
            thead { tr {
                th scope="col" { (t!(l, "account-name")) }
                th scope="col" { (t!(l, "col-organisation")) }
                th scope="col" { (t!(l, "col-post")) }
                th scope="col" { (t!(l, "col-since")) }
                th scope="col" { (t!(l, "col-state")) }
                th scope="col" { span.vh { (t!(l, "col-end")) } }
            } }
            tbody { @for account in accounts {
                tr {
                    th scope="row" { (id(account.name.as_str())) }
                    td data-label=(t!(l, "col-organisation")) { (id(account.organisation.as_str())) }
                    td data-label=(t!(l, "col-post")) { (l.word("post", account.post.code())) }
                    td data-label=(t!(l, "col-since")) { (instant(v, account.created_at)) }
                    td data-label=(t!(l, "col-state")) {
                        @if account.disabled_at.is_some() { (t!(l, "account-disabled")) }
                        @else { (t!(l, "account-in-use")) }
                    }
                    td { div.acts {
                        @if account.disabled_at.is_none() {
                            (button(v, &format!("/accounts/{}/disable", account.name), "account-disable"))
                        }
                        (button(v, &format!("/accounts/{}/reset", account.name), "account-reset"))
                    } }
                }
            } }
        } }
    }
}

fn form(v: &Viewer, own: &str) -> Markup {
    let l = v.lang;
    html! {
        section.card aria-labelledby="h-open" {
            header { h2 id="h-open" { (t!(l, "account-open")) } }
            form.stack action="/accounts" method="post" {
                div.field {
                    label for="f-name" { (t!(l, "account-name")) }
                    input id="f-name" name="name" required autocapitalize="none" spellcheck="false"
                        autocomplete="off" maxlength="96" aria-describedby="h-name";
                    p.hint id="h-name" { (t!(l, "account-name-hint")) }
                }
                div.field {
                    label for="f-organisation" { (t!(l, "col-organisation")) }
                    input id="f-organisation" name="organisation" value=(own) required
                        autocapitalize="none" spellcheck="false" autocomplete="off" maxlength="96";
                }
                div.field {
                    label for="f-post" { (t!(l, "col-post")) }
                    select id="f-post" name="post" {
                        @for post in Post::ALL {
                            option value=(post.code()) { (l.word("post", post.code())) }
                        }
                    }
                }
                button.primary { (t!(l, "account-open")) }
            }
        }
    }
}
