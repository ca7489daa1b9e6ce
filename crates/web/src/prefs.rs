//! The reader's language and theme, kept in the reader's own browser.

use axum::extract::Form;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::{i18n, viewer};

#[derive(Deserialize)]
pub(crate) struct Prefs {
    lang: Option<String>,
    theme: Option<String>,
    #[serde(default)]
    back: String,
}

/// Sets the cookies and returns to the page.
pub(crate) async fn keep(Form(prefs): Form<Prefs>) -> Response {
    let mut response = Redirect::to(page_of_ours(&prefs.back)).into_response();
    let lang = prefs.lang.map(|code| ("lang", i18n::get(&code).code));
    let theme = prefs.theme.map(|wanted| ("theme", viewer::theme(&wanted)));
    for (name, value) in [lang, theme].into_iter().flatten() {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// The address to return to, provided it is one of ours: `//evil.example` is not.
pub(crate) fn page_of_ours(back: &str) -> &str {
    let ours = back.starts_with('/')
        && !back.starts_with("//")
        && back.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if ours { back } else { "/desk" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(page_of_ours("/incidents?grade=1"), "/incidents?grade=1");
        for back in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nb"] {
            assert_eq!(page_of_ours(back), "/desk", "{back:?}");
        }
    }
}
