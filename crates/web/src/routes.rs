//! Every address of the desk, in one table that both the router and its tests read.

use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::middleware;
use axum::routing::{MethodRouter, get, post};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::desk::{Desk, Held, Shared};
use crate::pages::{
    calendar, deliveries, delivery, desk, incident, incidents, notice, notices, obligations, rule,
    rules, sightings,
};
use crate::source::{Fault, Source};
use crate::{assets, fault, guard, live, prefs};

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
}

/// All of them.
pub const ROUTES: &[Route] = &[
    at(Endpoint::Home, "/", &["/"]),
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
    at(Endpoint::Asset, "/a/{name}", &["/a/app.css"]),
    Route {
        endpoint: Endpoint::Prefs,
        method: Method::POST,
        path: "/prefs",
        examples: &["/prefs"],
    },
];

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
}

const fn at(endpoint: Endpoint, path: &'static str, examples: &'static [&'static str]) -> Route {
    Route { endpoint, method: Method::GET, path, examples }
}

/// The desk as a service.
///
/// From the outside in: the guard of [`guard`], pages about errors, compression, patience and limits,
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
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(guard::check))
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
    }
}
