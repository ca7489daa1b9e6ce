//! The page behind a link of invitation: choose a password, and for the first account a name.

use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::account::Account;
use serde::Deserialize;

use super::me::in_words;
use super::sign_in::refused;
use crate::access::{Door, see_other};
use crate::frame::bare;
use crate::parts::id;
use crate::source::Fault;
use crate::t;
use crate::viewer::Viewer;

#[derive(Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    name: String,
    password: String,
    again: String,
}

pub(crate) async fn show(
    door: Door,
    v: Viewer,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    let invited = door.accounts.identity.invited(&token).await?.ok_or(Fault::NotFound)?;
    Ok(page(&v, &token, invited.as_ref(), "", None).into_response())
}

pub(crate) async fn choose(
    door: Door,
    v: Viewer,
    Path(token): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Fault> {
    let invited = door.accounts.identity.invited(&token).await?.ok_or(Fault::NotFound)?;
    let wrong = |error| {
        let page = page(&v, &token, invited.as_ref(), &chosen.name, Some(error));
        Ok(refused(StatusCode::BAD_REQUEST, page))
    };
    if chosen.password != chosen.again {
        return wrong(t!(v.lang, "passwords-differ"));
    }
    let name = chosen.name.trim().parse().ok();
    match door.accounts.identity.accept(&token, name, &chosen.password).await {
        Ok(_) => Ok(see_other("/sign-in")),
        Err(why) => wrong(in_words(&v, why)?),
    }
}

fn page(
    v: &Viewer,
    token: &str,
    invited: Option<&Account>,
    name: &str,
    error: Option<String>,
) -> Markup {
    let l = v.lang;
    let title = if invited.is_some() { t!(l, "welcome-title") } else { t!(l, "set-up") };
    let body = html! {
        section.card.door {
            header { h1 { (title) } }
            form.stack action={ "/welcome/" (token) } method="post" {
                @if let Some(error) = &error { p.error role="alert" { (error) } }
                @match invited {
                    Some(account) => {
                        p { (t!(l, "welcome-why")) " " (id(account.name.as_str())) }
                        // For the browser's own memory of passwords.
                        input type="hidden" name="username" autocomplete="username"
                            value=(account.name);
                    }
                    None => {
                        p { (t!(l, "set-up-why")) }
                        div.field {
                            label for="f-name" { (t!(l, "account-name")) }
                            input id="f-name" name="name" value=(name) autocomplete="username"
                                required autocapitalize="none" spellcheck="false" maxlength="96"
                                aria-describedby="h-name";
                            p.hint id="h-name" { (t!(l, "account-name-hint")) }
                        }
                    }
                }
                (new_password(v))
                button.primary { (t!(l, "go-on")) }
            }
        }
    };
    bare(v, &title, body)
}

/// The two fields for a new password.
pub(crate) fn new_password(v: &Viewer) -> Markup {
    let l = v.lang;
    html! {
        div.field {
            label for="f-new" { (t!(l, "password-new")) }
            input id="f-new" name="password" type="password" required minlength="12" maxlength="256"
                autocomplete="new-password" aria-describedby="h-new";
            p.hint id="h-new" { (t!(l, "password-hint")) }
        }
        div.field {
            label for="f-again" { (t!(l, "password-again")) }
            input id="f-again" name="again" type="password" required maxlength="256"
                autocomplete="new-password";
        }
    }
}
