//! Which requests are looked at at all, before anybody asks who sends them (that is [`access`](crate::access)).
//!
//! A desk without accounts is for whoever sits at this machine. Listening on loopback keeps other machines out, but not other *pages*: a hostile site open in the
//! officer's browser can point its own name at 127.0.0.1 (DNS rebinding) and read the desk as its own.
//! Such a request carries the site's name as its `Host`, so every request whose `Host` is not loopback
//! is refused before any handler runs. A desk with accounts needs no such fence: another name gets no
//! cookie. What changes something must come from one of our own pages in either case.

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::access::Access;
use crate::desk::Shared;
use crate::source::Source;

/// What browsers may do with our pages: run our own scripts and styles and talk to us, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types desk";

/// The longest path and query taken. The longest of our own is a search of about 400 bytes.
const LONGEST_ADDRESS: usize = 2_048;

/// Refuses what is not from this machine, what is too long, and what another site sent.
pub(crate) async fn check<S: Source>(
    State(held): State<Shared<S>>,
    request: Request,
    next: Next,
) -> Response {
    let named = match held.desk.access {
        Access::Console { .. } => is_this_machine(request.headers(), request.uri()),
        // Whatever its name: a browser sends the cookie to the name that it had it from, and to no other.
        Access::Accounts(_) => request.headers().get_all(header::HOST).iter().count() == 1,
    };
    if !named {
        return with_headers(misdirected());
    }
    let length = request.uri().path_and_query().map_or(0, |p| p.as_str().len());
    if length > LONGEST_ADDRESS {
        return with_headers(StatusCode::URI_TOO_LONG.into_response());
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let refused = if reads {
        is_pulled_by_another_site(request.headers())
    } else {
        !is_from_our_pages(request.headers())
    };
    if refused {
        return with_headers(StatusCode::FORBIDDEN.into_response());
    }
    with_headers(next.run(request).await)
}

/// Whether every host that the request names is this machine itself; a request must name one.
fn is_this_machine(headers: &HeaderMap, uri: &Uri) -> bool {
    let mut named = headers.get_all(header::HOST).iter().peekable();
    let says_one = named.peek().is_some();
    let all_local = named.all(|host| host.to_str().is_ok_and(is_loopback));
    says_one && all_local && uri.authority().is_none_or(|a| is_loopback(a.as_str()))
}

/// Whether a `Host` (with or without port) is `localhost`, within 127.0.0.0/8, or `[::1]`.
fn is_loopback(host: &str) -> bool {
    // User information never belongs in a Host, and `localhost@evil.example` is not us.
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    if host.contains('@') {
        return false;
    }
    let name = authority.host();
    let v4 = || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    name.eq_ignore_ascii_case("localhost") || name == "[::1]" || v4()
}

/// Whether another site's page asks for one of ours without going there: to hold our streams open, or to
/// measure what it may not read. Following a link to us is allowed.
fn is_pulled_by_another_site(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| {
        headers.get(name).is_some_and(|v| v.as_bytes() == value.as_bytes())
    };
    is("sec-fetch-site", "cross-site") && !is("sec-fetch-mode", "navigate")
}

/// Whether a request that changes something comes from one of our own pages.
///
/// `same-site` is refused too: another program on another port of this machine is the same site.
/// Browsers too old for `Sec-Fetch-Site` send `Origin` with forms.
fn is_from_our_pages(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), ..) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => {
            let bare = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            bare == Some(host)
        }
        (None, Some(_), None) => false,
        (None, None, _) => true,
    }
}

/// 421: this server does not answer under that name (RFC 9110 §15.5.20). Says nothing else.
fn misdirected() -> Response {
    let text = "This desk answers on this machine only, as localhost or 127.0.0.1.\n\
                本值守台仅在本机以 localhost 或 127.0.0.1 访问。\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
