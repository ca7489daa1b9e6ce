//! Every address of the desk, in one table that both the router and its tests read.

use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::middleware;
use axum::routing::{MethodRouter, get, post};
use model::permit::Can;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::desk::{Desk, Held, Shared};
use crate::pages::{
    accounts, calendar, deliveries, delivery, desk, incident, incidents, me, notice, notices,
    obligations, rule, rules, sightings, sign_in, welcome,
};
use crate::source::{Fault, Source};
use crate::{access, assets, fault, guard, live, prefs};

/// The longest request body taken: the form of language and theme needs a few hundred bytes.
const LONGEST_BODY: usize = 16 * 1024;

/// How long a page may take before it is given up. Streams, once begun, may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One address of the desk.
pub struct Route {
    endpoint: Endpoint,
    pub method: Method,
    pub path: &'static str,
    /// Such addresses as browsers ask for them, with the query that they need.
    pub examples: &'static [&'static str],
    pub needs: Needs,
}

/// All of them.
pub const ROUTES: &[Route] = &[
    page(Endpoint::Home, "/", &["/"], Needs::Nothing),
    at(Endpoint::Desk, "/desk", &["/desk"]),
    at(Endpoint::Incidents, "/incidents", &["/incidents", "/incidents?grade=1"]),
    at(Endpoint::Incident, "/incidents/{number}", &["/incidents/INC-2026-0001"]),
    at(Endpoint::Obligations, "/obligations", &["/obligations", "/obligations?show=latent"]),
    at(Endpoint::Notices, "/notices", &["/notices"]),
    at(
        Endpoint::Notice,
        "/notices/{number}",
        &["/notices/NTC-2026-0001", "/notices/NTC-2026-0001.csv"],
    ),
    at(Endpoint::Sightings, "/sightings", &["/sightings", "/sightings?q=192.0.2.0/24"]),
    at(Endpoint::Deliveries, "/feeds", &["/feeds"]),
    at(
        Endpoint::Delivery,
        "/feeds/{id}",
        &["/feeds/00000000000000000000000000000000000000000000000000000000000000d1"],
    ),
    at(Endpoint::Rules, "/rules", &["/rules"]),
    at(
        Endpoint::Rule,
        "/rules/{pack}",
        &[
            "/rules/cn.miit.2009-157",
            "/rules/cn.miit.2009-157?role=carrier&grade=g1",
            "/rules/cn.miit.2009-157?show=terms",
            "/rules/cn.miit.2009-157?show=flow",
            "/rules/eu.dora?against=eu.nis2",
            "/rules/cn.miit.2009-156?show=trial&against=cn.miit.2009-157&days=30",
        ],
    ),
    at(
        Endpoint::Calendar,
        "/rules/calendars/{name}",
        &["/rules/calendars/cn", "/rules/calendars/cn?year=2025"],
    ),
    at(Endpoint::Live, "/live", &["/live?last=1"]),
    page(Endpoint::Asset, "/a/{name}", &["/a/app.css"], Needs::Nothing),
    act(Endpoint::Prefs, "/prefs", &["/prefs"], Needs::Nothing),
    page(Endpoint::SignIn, "/sign-in", &["/sign-in", "/sign-in?back=/incidents"], Needs::Nothing),
    act(Endpoint::Enter, "/sign-in", &["/sign-in"], Needs::Nothing),
    page(Endpoint::Second, "/sign-in/second", &["/sign-in/second"], Needs::Nothing),
    act(Endpoint::Prove, "/sign-in/second", &["/sign-in/second"], Needs::Nothing),
    page(Endpoint::Welcome, "/welcome/{token}", &["/welcome/none"], Needs::Nothing),
    act(Endpoint::Choose, "/welcome/{token}", &["/welcome/none"], Needs::Nothing),
    act(Endpoint::SignOut, "/sign-out", &["/sign-out"], Needs::Person),
    page(Endpoint::Me, "/me", &["/me"], Needs::Person),
    act(Endpoint::Password, "/me/password", &["/me/password"], Needs::Person),
    act(Endpoint::BeginSecond, "/me/second-factor", &["/me/second-factor"], Needs::Person),
    act(
        Endpoint::ConfirmSecond,
        "/me/second-factor/confirm",
        &["/me/second-factor/confirm"],
        Needs::Person,
    ),
    act(Endpoint::RenewCodes, "/me/recovery-codes", &["/me/recovery-codes"], Needs::Person),
    act(
        Endpoint::EndSession,
        "/me/sessions/{id}/end",
        &["/me/sessions/01900000-0000-7000-8000-000000000001/end"],
        Needs::Person,
    ),
    act(Endpoint::AddKey, "/me/keys", &["/me/keys"], Needs::Person),
    act(
        Endpoint::RevokeKey,
        "/me/keys/{id}/revoke",
        &["/me/keys/01900000-0000-7000-8000-000000000001/revoke"],
        Needs::Person,
    ),
    page(Endpoint::Accounts, "/accounts", &["/accounts"], MANAGE),
    act(Endpoint::OpenAccount, "/accounts", &["/accounts"], MANAGE),
    act(Endpoint::Disable, "/accounts/{name}/disable", &["/accounts/nobody/disable"], MANAGE),
    act(Endpoint::Reset, "/accounts/{name}/reset", &["/accounts/nobody/reset"], MANAGE),
];

const MANAGE: Needs = Needs::To(Can::ManageAccounts);

/// What a request must show to be answered. The handler says the same by the types of its arguments; a
/// test asks each route as those who lack it and compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Open to strangers: the door, and what browsers need to draw it.
    Nothing,
    /// Leave to look; what is seen depends on how far it reaches.
    Sight,
    /// Somebody who has signed in, in person.
    Person,
    /// Leave to do this.
    To(Can),
}

#[derive(Clone, Copy)]
enum Endpoint {
    Home,
    Desk,
    Incidents,
    Incident,
    Obligations,
    Notices,
    Notice,
    Sightings,
    Deliveries,
    Delivery,
    Rules,
    Rule,
    Calendar,
    Live,
    Asset,
    Prefs,
    SignIn,
    Enter,
    Second,
    Prove,
    Welcome,
    Choose,
    SignOut,
    Me,
    Password,
    BeginSecond,
    ConfirmSecond,
    RenewCodes,
    EndSession,
    AddKey,
    RevokeKey,
    Accounts,
    OpenAccount,
    Disable,
    Reset,
}

/// A page that shows what its reader may see.
const fn at(endpoint: Endpoint, path: &'static str, examples: &'static [&'static str]) -> Route {
    page(endpoint, path, examples, Needs::Sight)
}

const fn page(
    endpoint: Endpoint,
    path: &'static str,
    examples: &'static [&'static str],
    needs: Needs,
) -> Route {
    Route { endpoint, method: Method::GET, path, examples, needs }
}

/// A form that changes something.
const fn act(
    endpoint: Endpoint,
    path: &'static str,
    examples: &'static [&'static str],
    needs: Needs,
) -> Route {
    Route { endpoint, method: Method::POST, path, examples, needs }
}

/// The desk as a service.
///
/// From the outside in: the guard of [`guard`], who asks ([`access`]), pages about errors, compression, patience and limits,
/// then the handlers.
pub fn router<S: Source>(desk: Desk<S>) -> Router {
    let held = Held::new(desk);
    let mut router = Router::new();
    for route in ROUTES {
        router = router.route(route.path, handler::<S>(route.endpoint));
    }
    router
        .fallback(|| async { Fault::NotFound })
        .layer(RequestBodyLimitLayer::new(LONGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(middleware::from_fn_with_state(held.clone(), fault::explain::<S>))
        .layer(middleware::from_fn_with_state(held.clone(), access::admit::<S>))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(held.clone(), guard::check::<S>))
        .with_state(held)
}

fn handler<S: Source>(endpoint: Endpoint) -> MethodRouter<Shared<S>> {
    match endpoint {
        Endpoint::Home => get(desk::home),
        Endpoint::Desk => get(desk::show::<S>),
        Endpoint::Incidents => get(incidents::show::<S>),
        Endpoint::Incident => get(incident::show::<S>),
        Endpoint::Obligations => get(obligations::show::<S>),
        Endpoint::Notices => get(notices::show::<S>),
        Endpoint::Notice => get(notice::show::<S>),
        Endpoint::Sightings => get(sightings::show::<S>),
        Endpoint::Deliveries => get(deliveries::show::<S>),
        Endpoint::Delivery => get(delivery::show::<S>),
        Endpoint::Rules => get(rules::show::<S>),
        Endpoint::Rule => get(rule::show::<S>),
        Endpoint::Calendar => get(calendar::show::<S>),
        Endpoint::Live => get(live::stream::<S>),
        Endpoint::Asset => get(assets::serve),
        Endpoint::Prefs => post(prefs::keep),
        Endpoint::SignIn => get(sign_in::show),
        Endpoint::Enter => post(sign_in::enter),
        Endpoint::Second => get(sign_in::second),
        Endpoint::Prove => post(sign_in::prove),
        Endpoint::Welcome => get(welcome::show),
        Endpoint::Choose => post(welcome::choose),
        Endpoint::SignOut => post(sign_in::leave),
        Endpoint::Me => get(me::show::<S>),
        Endpoint::Password => post(me::password::<S>),
        Endpoint::BeginSecond => post(me::second::<S>),
        Endpoint::ConfirmSecond => post(me::confirm::<S>),
        Endpoint::RenewCodes => post(me::renew::<S>),
        Endpoint::EndSession => post(me::end_session::<S>),
        Endpoint::AddKey => post(me::add_key::<S>),
        Endpoint::RevokeKey => post(me::revoke_key::<S>),
        Endpoint::Accounts => get(accounts::show::<S>),
        Endpoint::OpenAccount => post(accounts::open::<S>),
        Endpoint::Disable => post(accounts::disable::<S>),
        Endpoint::Reset => post(accounts::reset::<S>),
    }
}
