//! Serving: connections in, requests to the router, and an end that waits for what runs.
//!
//! Every connection is bounded: how many there are, how long the handshake and the head of a request may
//! take, how many streams and how long headers HTTP/2 may have. Which protocol is spoken follows from TLS
//! (ALPN: `h2` or `http/1.1`); without TLS it is HTTP/1.1.

pub(crate) mod around;
pub(crate) mod monitor;
pub(crate) mod tls;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use self::monitor::Numbers;
use self::tls::Certificate;

/// Who can reach the desk only after proving who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nobody signs in: whoever reaches the desk reads everything.
    Open,
    /// Whoever reaches it must sign in.
    SignIn,
}

/// Whether the desk may listen there; why not.
pub(crate) fn may_listen(at: SocketAddr, access: Access, tls: bool) -> Result<(), String> {
    if at.ip().is_loopback() {
        return Ok(());
    }
    match (access, tls) {
        (Access::Open, _) => Err(format!(
            "cannot listen on {at}: nobody signs in to this desk, so whoever reaches it reads \
             everything. It listens on loopback only (127.0.0.1 or ::1). `juyan setup` makes people sign \
             in; until then use an SSH tunnel to reach it from elsewhere"
        )),
        (Access::SignIn, false) => Err(format!(
            "cannot listen on {at} without TLS: passwords and permits would travel in the open. Set \
             `serve.tls.cert` and `serve.tls.key`, or listen on loopback behind a proxy that has TLS"
        )),
        (Access::SignIn, true) => Ok(()),
    }
}

/// How much a client may ask of the server, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connections: u32,
    /// For the handshake, and for the head of a request.
    pub(crate) header: Duration,
    /// For what runs when the desk closes.
    pub(crate) shutdown: Duration,
}

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 16 << 10;
/// Requests that one HTTP/2 connection may have open.
const STREAMS: u32 = 128;
/// Pause after the system had no connection to give: no memory, no file handles.
const BREATH: Duration = Duration::from_millis(100);

/// A place where the desk listens.
pub(crate) struct Server {
    pub(crate) listener: TcpListener,
    pub(crate) certificate: Option<Arc<Certificate>>,
    pub(crate) router: Router,
    pub(crate) limits: Limits,
    pub(crate) numbers: Arc<Numbers>,
}

/// What every connection needs.
struct Shared {
    certificate: Option<Arc<Certificate>>,
    router: Router,
    limits: Limits,
    numbers: Arc<Numbers>,
}

impl Server {
    /// Serves until `closing` comes true, then waits for running requests, but no longer than allowed.
    pub(crate) async fn serve(self, mut closing: watch::Receiver<bool>) {
        let Self { listener, certificate, router, limits, numbers } = self;
        let graceful = GracefulShutdown::new();
        let seats = usize::try_from(limits.connections).unwrap_or(Semaphore::MAX_PERMITS);
        let seats = Arc::new(Semaphore::new(seats));
        let shared = Arc::new(Shared { certificate, router, limits, numbers });
        loop {
            let accepted = tokio::select! {
                biased;
                _ = closing.wait_for(|closing| *closing) => break,
                accepted = accept(&listener, &seats) => accepted,
            };
            match accepted {
                Ok((stream, peer, seat)) => {
                    let connection =
                        connection(Arc::clone(&shared), stream, peer, graceful.watcher());
                    tokio::spawn(async move {
                        connection.await;
                        drop(seat);
                    });
                }
                Err(error) => {
                    tracing::warn!("Could not take a connection: {error}");
                    sleep(BREATH).await;
                }
            }
        }
        drop(listener);
        if timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
            tracing::warn!("Closed with requests still running after {:?}", limits.shutdown);
        }
    }
}

/// The next connection, once there is a seat for it.
async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let seat = Arc::clone(seats).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, seat))
}

async fn connection(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
    let _counted = shared.numbers.connection();
    // Answers are small and wanted at once; a failure costs milliseconds, nothing else.
    let _kept = stream.set_nodelay(true);
    let Some(certificate) = &shared.certificate else {
        return speak(&shared, TokioIo::new(stream), peer, (watcher, false)).await;
    };
    match timeout(shared.limits.header, certificate.accept(stream)).await {
        Ok(Ok(stream)) => {
            let h2 = stream.get_ref().1.alpn_protocol() == Some(tls::H2);
            speak(&shared, TokioIo::new(stream), peer, (watcher, h2)).await;
        }
        Ok(Err(error)) => {
            shared.numbers.handshake_failed();
            tracing::debug!("A TLS handshake failed: {error}");
        }
        Err(_) => shared.numbers.gave_up(),
    }
}

/// Speaks HTTP on a connection until it ends.
async fn speak<I>(shared: &Shared, io: I, peer: SocketAddr, (watcher, h2): (Watcher, bool))
where
    I: Read + Write + Unpin + Send + 'static,
{
    let asked = Arc::new(AtomicBool::new(false));
    let (router, has_asked) = (shared.router.clone(), Arc::clone(&asked));
    let service = service_fn(move |request: Request<Incoming>| {
        has_asked.store(true, Relaxed);
        answer(router.clone(), request, peer)
    });
    let header = shared.limits.header;
    if h2 {
        let mut http = http2::Builder::new(TokioExecutor::new());
        http.timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(u32::try_from(LONGEST_HEAD).unwrap_or(u32::MAX))
            .keep_alive_interval(Some(Duration::from_secs(30)))
            .keep_alive_timeout(header);
        patiently(watcher.watch(http.serve_connection(io, service)), shared, &asked).await;
    } else {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(header).max_buf_size(LONGEST_HEAD);
        patiently(watcher.watch(http.serve_connection(io, service)), shared, &asked).await;
    }
}

/// Waits for a connection's end. One that has asked nothing when the time for a head is over is closed:
/// the preface of HTTP/2 has no limit of its own.
async fn patiently<E: std::fmt::Display>(
    serving: impl Future<Output = Result<(), E>>,
    shared: &Shared,
    asked: &AtomicBool,
) {
    let mut serving = pin!(serving);
    let ended = match timeout(shared.limits.header, &mut serving).await {
        Ok(ended) => ended,
        Err(_) if !asked.load(Relaxed) => return shared.numbers.gave_up(),
        Err(_) => serving.await,
    };
    if let Err(error) = ended {
        tracing::debug!("A connection ended early: {error}");
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

/// Comes true when the desk is told to close: SIGTERM or SIGINT. Forgotten signals would leave it open.
pub(crate) fn told_to_close() -> anyhow::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (close, closing) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("Closing");
        // Nobody left to be told is fine too.
        let _told = close.send(true);
    });
    Ok(closing)
}

#[cfg(test)]
mod tests;
