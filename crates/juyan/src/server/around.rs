//! What stands around every request: the log, the count, and what a connection's kind asks for.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Version, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use futures_util::StreamExt;
use tokio::sync::watch;

use super::monitor::Numbers;

/// For a year, this name is asked for over TLS only (RFC 6797).
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

#[derive(Clone)]
struct Around {
    numbers: Arc<Numbers>,
    closing: watch::Receiver<bool>,
    tls: bool,
}

/// Puts it around a router.
pub(crate) fn with(
    router: Router,
    numbers: &Arc<Numbers>,
    closing: &watch::Receiver<bool>,
    tls: bool,
) -> Router {
    let around = Around { numbers: Arc::clone(numbers), closing: closing.clone(), tls };
    router.layer(middleware::from_fn_with_state(Arc::new(around), pass))
}

async fn pass(State(around): State<Arc<Around>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The route and not the path: a path may hold a name, a query may hold anything.
    let route = request.extensions().get::<MatchedPath>().cloned();
    name_the_host(&mut request);
    let mut response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    around.numbers.answered(status, took);
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(target: "juyan::request", %method, route, status, ms, "{method} {route} {status}");
    if around.tls {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    end_with_the_desk(response, around.closing.clone())
}

/// HTTP/2 names the host in `:authority`; whoever looks for `Host` finds the same there (RFC 9113 §8.3.1).
fn name_the_host(request: &mut Request) {
    if request.version() != Version::HTTP_2 || request.headers().contains_key(header::HOST) {
        return;
    }
    let host = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = host {
        request.headers_mut().insert(header::HOST, host);
    }
}

/// A live stream has no end of its own: it ends when the desk closes, so that closing need not wait for it.
fn end_with_the_desk(response: Response, mut closing: watch::Receiver<bool>) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !kind.is_some_and(|kind| kind.starts_with(b"text/event-stream")) {
        return response;
    }
    let closed = async move {
        let _closed = closing.wait_for(|closing| *closing).await;
    };
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(closed))))
}
