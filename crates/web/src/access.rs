//! Who asks, and what they may: from a cookie or a key to a permit.
//!
//! `admit` finds out once for each request; handlers say by the type of an argument what they need:
//! `Reader` to look, `Allowed` for one kind of act, `Person` for somebody's own account. Each is the
//! only way to what it carries, so a handler that needs a permit and does not ask for one does not compile.

use std::fmt::Write;
use std::marker::PhantomData;
use std::sync::Arc;

use app::Identity;
use app::identity::{Present, SignedIn};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::Handle;
use model::account::Account;
use model::permit::{Caller, Capability, Permit, ReadPermit};

use crate::desk::Shared;
use crate::source::{Fault, Source};
use crate::viewer::cookie;

/// Whether people sign in.
#[derive(Clone)]
pub enum Access {
    /// Nobody does: the desk listens on this machine only, and whoever sits there is `own`'s.
    Console {
        own: Handle,
    },
    Accounts(Accounts),
}

/// What a desk whose people sign in needs.
#[derive(Clone)]
pub struct Accounts {
    pub identity: Arc<Identity>,
    /// Whether browsers reach it through TLS: then the cookie is sent through nothing else.
    pub tls: bool,
}

/// Seconds that a browser keeps the cookie; the session may end earlier.
const COOKIE_SECONDS: u32 = 12 * 60 * 60;

impl Accounts {
    /// `__Host-` binds a cookie to one name, to the whole site and to TLS (RFC 6265bis §4.1.3.2).
    fn cookie_name(&self) -> &'static str {
        if self.tls { "__Host-juyan" } else { "juyan" }
    }

    /// The cookie that carries a token; an empty one takes it away.
    pub(crate) fn set_cookie(&self, token: &str) -> Option<HeaderValue> {
        let name = self.cookie_name();
        let lasts = if token.is_empty() { 0 } else { COOKIE_SECONDS };
        let secure = if self.tls { "; Secure" } else { "" };
        // Not Strict: a link in a mail to an incident would find its reader signed out.
        let text =
            format!("{name}={token}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).ok()
    }

    pub(crate) fn token<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookie(headers, self.cookie_name())
    }
}

/// Who is at the other end of a request.
#[derive(Clone)]
pub(crate) enum Presence {
    /// At the machine itself, on behalf of its own organisation.
    Console(Handle),
    Stranger,
    /// The password was right; the second factor is asked for.
    Half(Arc<Account>),
    Person(Arc<SignedIn>),
    /// A program, with a key.
    Program(Arc<Caller>),
}

impl Presence {
    /// As [`admit`] found out; a stranger where it did not look.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or(Self::Stranger)
    }

    /// Whether they may see pages at all.
    pub(crate) fn is_admitted(&self) -> bool {
        matches!(self, Self::Console(_) | Self::Person(_) | Self::Program(_))
    }

    fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Person(who) => Some(&who.caller),
            Self::Program(caller) => Some(caller),
            Self::Console(_) | Self::Stranger | Self::Half(_) => None,
        }
    }

    /// Whether it still gives the same leave to read.
    pub(crate) fn reads_as(&self, permit: &ReadPermit) -> bool {
        self.caller().is_some_and(|caller| caller.reading() == *permit)
    }

    /// Whether a menu should offer what takes this capability.
    pub(crate) fn can(&self, can: model::permit::Can) -> bool {
        self.caller().is_some_and(|caller| caller.can(can))
    }
}

/// Finds out who asks, and leaves it with the request.
pub(crate) async fn admit<S: Source>(
    State(held): State<Shared<S>>,
    mut request: Request,
    next: Next,
) -> Response {
    let presence = match &held.desk.access {
        Access::Console { own } => Ok(Presence::Console(own.clone())),
        Access::Accounts(accounts) => present(accounts, request.headers()).await,
    };
    match presence {
        Ok(presence) => {
            request.extensions_mut().insert(presence);
            next.run(request).await
        }
        Err(why) => {
            tracing::error!("Could not find out who asks: {why}");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

pub(crate) async fn present(
    accounts: &Accounts,
    headers: &HeaderMap,
) -> Result<Presence, app::AppError> {
    if let Some(key) = headers.get(header::AUTHORIZATION) {
        // A key that is no good makes a stranger, whatever cookie comes with it.
        let key = key.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        let caller = match key {
            Some(key) => accounts.identity.by_key(key.trim()).await?,
            None => None,
        };
        return Ok(caller.map_or(Presence::Stranger, |caller| Presence::Program(caller.into())));
    }
    let Some(token) = accounts.token(headers) else { return Ok(Presence::Stranger) };
    Ok(match accounts.identity.present(token).await? {
        Some(Present::Whole(who)) => Presence::Person(Arc::new(who)),
        Some(Present::Half { account, .. }) => Presence::Half(Arc::new(account)),
        None => Presence::Stranger,
    })
}

/// Somebody who may look, with the leave to read that follows.
pub(crate) struct Reader {
    pub(crate) permit: ReadPermit,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let permit = match Presence::of(&parts.extensions) {
            Presence::Console(_) => ReadPermit::at_the_console(),
            Presence::Person(who) => who.caller.reading(),
            Presence::Program(caller) => caller.reading(),
            Presence::Stranger => return Err(stranger(parts)),
            Presence::Half(_) => return Err(half_way(parts)),
        };
        Ok(Self { permit })
    }
}

/// Somebody who may do one kind of thing.
pub(crate) struct Allowed<C> {
    pub(crate) permit: Permit<C>,
    of: PhantomData<C>,
}

impl<C: Capability, S: Sync> FromRequestParts<S> for Allowed<C> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let presence = Presence::of(&parts.extensions);
        let permit = match &presence {
            Presence::Console(own) => Ok(Permit::at_the_console(own)),
            Presence::Person(_) | Presence::Program(_) | Presence::Stranger | Presence::Half(_) => {
                match presence.caller() {
                    Some(caller) => caller.permit::<C>(),
                    None if matches!(presence, Presence::Half(_)) => return Err(half_way(parts)),
                    None => return Err(stranger(parts)),
                }
            }
        };
        match permit {
            Ok(permit) => Ok(Self { permit, of: PhantomData }),
            Err(why) => Err(Fault::NotAllowed(why.to_string()).into_response()),
        }
    }
}

/// Somebody who has signed in, in person: neither a program nor the console.
pub(crate) struct Person {
    pub(crate) who: Arc<SignedIn>,
    pub(crate) accounts: Accounts,
}

impl<S: Source> FromRequestParts<Shared<S>> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, held: &Shared<S>) -> Result<Self, Response> {
        let Access::Accounts(accounts) = &held.desk.access else {
            return Err(Fault::NotFound.into_response());
        };
        match Presence::of(&parts.extensions) {
            Presence::Person(who) => Ok(Self { who, accounts: accounts.clone() }),
            Presence::Half(_) => Err(half_way(parts)),
            Presence::Program(_) => {
                Err(Fault::NotAllowed("a key is no person".to_owned()).into_response())
            }
            Presence::Stranger | Presence::Console(_) => Err(stranger(parts)),
        }
    }
}

/// The door itself, open to strangers: where people sign in. There is none where nobody does.
pub(crate) struct Door {
    pub(crate) accounts: Accounts,
    pub(crate) presence: Presence,
}

impl<S: Source> FromRequestParts<Shared<S>> for Door {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, held: &Shared<S>) -> Result<Self, Response> {
        let Access::Accounts(accounts) = &held.desk.access else {
            return Err(Fault::NotFound.into_response());
        };
        let presence = Presence::of(&parts.extensions);
        Ok(Self { accounts: accounts.clone(), presence })
    }
}

/// To sign in first and then come back; a program, or part of a page, is told 401.
fn stranger(parts: &Parts) -> Response {
    let keyed = parts.headers.contains_key(header::AUTHORIZATION);
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    if keyed || !reads || parts.headers.contains_key("x-part") || parts.uri.path() == "/live" {
        let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    }
    let back = parts.uri.path_and_query().map_or("/desk", |path| path.as_str());
    see_other(&with_back("/sign-in", back))
}

fn half_way(parts: &Parts) -> Response {
    let back = parts.uri.path_and_query().map_or("/desk", |path| path.as_str());
    see_other(&with_back("/sign-in/second", back))
}

/// An address of ours that remembers where to go afterwards.
pub(crate) fn with_back(path: &str, back: &str) -> String {
    if matches!(back, "" | "/" | "/desk") {
        return path.to_owned();
    }
    let mut query = String::new();
    for byte in back.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            query.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _done = write!(query, "%{byte:02X}");
        }
    }
    format!("{path}?back={query}")
}

pub(crate) fn see_other(to: &str) -> Response {
    axum::response::Redirect::to(to).into_response()
}
