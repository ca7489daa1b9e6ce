//! From a fault to a page about it.
//!
//! Handlers return bare faults; this turns each answer of an error status into a page in the reader's
//! language, so that no handler can forget it and what axum itself refuses looks the same.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use crate::access::Presence;
use crate::desk::Shared;
use crate::pages::problem::{self, Problem};
use crate::source::{Fault, Source};
use crate::viewer::Viewer;

/// Seconds after which a browser may try again.
const AGAIN: &str = "10";

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadInput(_) => StatusCode::BAD_REQUEST,
            Self::NotAllowed(_) => StatusCode::FORBIDDEN,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if self == Self::Busy {
            // Whoever asks is a script: it needs no page, and this is no failure to look into.
            let text =
                "Too many live pages are open; close some.\n打开的实时页面过多，请关闭一些。\n";
            let mut response = (status, [(header::RETRY_AFTER, AGAIN)], text).into_response();
            response.extensions_mut().insert(Readable);
            return response;
        }
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Marks an answer of an error status as already fit to be read, such as a form with its errors.
#[derive(Clone, Copy)]
pub(crate) struct Readable;

/// Gives answers of an error status a page.
pub(crate) async fn explain<S: Source>(
    State(held): State<Shared<S>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let presence = Presence::of(request.extensions());
    let viewer = Viewer::new(&held, request.headers(), path, presence);
    let mut response = next.run(request).await;
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || response.extensions().get::<Readable>().is_some() {
        return response;
    }
    let fault = response.extensions_mut().remove::<Fault>();
    let problem = Problem {
        status,
        detail: match &fault {
            Some(Fault::BadInput(what)) => Some(what.clone()),
            Some(Fault::NotFound | Fault::NotAllowed(_) | Fault::Busy | Fault::Internal(_))
            | None => None,
        },
        reference: status.is_server_error().then(|| reference(viewer.now)),
    };
    if let Some(reference) = &problem.reference {
        let cause = fault.map_or_else(|| status.to_string(), |f| f.to_string());
        // Without its query: that may hold an address that somebody looked for.
        let path = viewer.path.split('?').next().unwrap_or_default();
        tracing::error!(%reference, path, "Could not show `{path}` ({reference}): {cause}");
    }
    let mut page = (status, problem::page(&viewer, &problem)).into_response();
    for kept in [header::ALLOW, header::WWW_AUTHENTICATE] {
        if let Some(value) = response.headers_mut().remove(&kept) {
            page.headers_mut().insert(kept, value);
        }
    }
    page
}

/// A short number by which a reader can ask about a failure and an operator find it in the log.
fn reference(now: Timestamp) -> String {
    static SERIAL: AtomicU64 = AtomicU64::new(1);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    format!("E-{}-{serial}", now.strftime("%Y%m%d-%H%M%S"))
}
