//! What a monitor asks: is it alive, can it work, and a few numbers.
//!
//! `/health` says that the process answers. `/ready` says whether it can do its work, and what not.
//! `/metrics` is text in the form that Prometheus reads. None names a person, an address or an incident.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use app::App;
use axum::Json;
use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::permit::ReadPermit;
use serde_json::json;
use tokio::time::timeout;

use crate::tasks::Record;

/// How long a check may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is counted while serving.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    open: AtomicU64,
    connections: AtomicU64,
    handshakes_failed: AtomicU64,
    gave_up: AtomicU64,
    /// By hundreds of the status: 1xx to 5xx.
    answers: [AtomicU64; 5],
    micros: AtomicU64,
}

/// A connection that is counted as open until it is dropped.
pub(crate) struct Counted(Arc<Numbers>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

impl Numbers {
    pub(crate) fn connection(self: &Arc<Self>) -> Counted {
        self.open.fetch_add(1, Relaxed);
        self.connections.fetch_add(1, Relaxed);
        Counted(Arc::clone(self))
    }

    pub(crate) fn handshake_failed(&self) {
        self.handshakes_failed.fetch_add(1, Relaxed);
    }

    /// A connection was closed because it took too long to ask.
    pub(crate) fn gave_up(&self) {
        self.gave_up.fetch_add(1, Relaxed);
    }

    pub(crate) fn answered(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).checked_sub(1);
        if let Some(count) = class.and_then(|class| self.answers.get(class)) {
            count.fetch_add(1, Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Relaxed);
    }
}

/// What the answers are made from.
pub(crate) struct Monitor {
    pub(crate) app: Arc<App>,
    pub(crate) numbers: Arc<Numbers>,
    pub(crate) tasks: Vec<Arc<Record>>,
    pub(crate) free_disk_mib: u64,
}

/// Its own listener answers everything; the desk's answers `/metrics` to this machine only, and not at all
/// where there is a listener of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    OfItsOwn,
    AtTheDesk { metrics: bool },
}

pub(crate) fn router(monitor: Arc<Monitor>, place: Place) -> Router {
    let router = Router::new().route("/health", get(health)).route("/ready", get(ready));
    let router = match place {
        Place::OfItsOwn => router.route("/metrics", get(metrics)),
        Place::AtTheDesk { metrics: true } => router.route("/metrics", get(metrics_here)),
        Place::AtTheDesk { metrics: false } => router,
    };
    router.with_state(monitor)
}

async fn health() -> &'static str {
    "alive\n"
}

async fn ready(State(monitor): State<Arc<Monitor>>) -> Response {
    let checks = monitor.checks().await;
    let ready = checks.iter().all(|(_, said)| said.is_ok());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let said = |said: Result<(), String>| said.map_or_else(|why| why, |()| "ok".to_owned());
    let checks: serde_json::Map<_, _> =
        checks.into_iter().map(|(name, of)| (name.to_owned(), said(of).into())).collect();
    (status, Json(json!({"ready": ready, "checks": checks}))).into_response()
}

async fn metrics(State(monitor): State<Arc<Monitor>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, monitor.metrics().await).into_response()
}

async fn metrics_here(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    state: State<Arc<Monitor>>,
) -> Response {
    if peer.ip().to_canonical().is_loopback() {
        metrics(state).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

impl Monitor {
    /// Each thing that the desk needs, and whether it is there. What it says is for whoever asks, so it
    /// holds no path and no text of the engine's.
    async fn checks(&self) -> Vec<(&'static str, Result<(), String>)> {
        let permit = ReadPermit::at_the_console();
        let store = timeout(PATIENCE, self.app.store().latest_checkpoint(&permit)).await;
        let store = match store {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err("the store cannot be read"),
            Err(_) => Err("the store does not answer"),
        };
        let ledger = match timeout(PATIENCE, self.app.ledger().version()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err("the ledger cannot be read"),
            Err(_) => Err("the ledger does not answer"),
        };
        let disk = match free_mib(self.app.home().root()) {
            Some(free) if free < self.free_disk_mib => Err("there is too little free space"),
            Some(_) => Ok(()),
            None => Err("the data directory cannot be asked"),
        };
        let said = |said: Result<(), &str>| said.map_err(str::to_owned);
        vec![("store", said(store)), ("ledger", said(ledger)), ("disk", said(disk))]
    }

    async fn metrics(&self) -> String {
        let mut text = Text::default();
        let version = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
        text.head("juyan_build_info", "gauge", "Which release runs");
        text.row("juyan_build_info", &version, 1);
        let numbers = &self.numbers;
        let load = |count: &AtomicU64| count.load(Relaxed);
        let name = "juyan_connections_open";
        text.one(name, "gauge", "Connections open now", load(&numbers.open));
        let name = "juyan_connections_total";
        text.one(name, "counter", "Connections taken", load(&numbers.connections));
        let name = "juyan_tls_handshakes_failed_total";
        text.one(name, "counter", "TLS handshakes that failed", load(&numbers.handshakes_failed));
        let name = "juyan_connections_given_up_total";
        text.one(
            name,
            "counter",
            "Connections closed for asking too slowly",
            load(&numbers.gave_up),
        );
        let name = "juyan_http_requests_total";
        text.head(name, "counter", "Requests answered, by class of status");
        for (class, count) in (1..).zip(&numbers.answers) {
            text.row(name, &format!("class=\"{class}xx\""), load(count));
        }
        let name = "juyan_http_request_seconds_sum";
        text.head(name, "counter", "Seconds spent until the head of an answer");
        let seconds = Duration::from_micros(load(&numbers.micros)).as_secs_f64();
        text.row(name, "", seconds);
        self.work(&mut text).await;
        self.done_by_itself(&mut text);
        text.0
    }

    /// How the desk stands. What cannot be read is left out: the monitor sees that it is missing.
    async fn work(&self, text: &mut Text) {
        let permit = ReadPermit::at_the_console();
        let now = self.app.clock().now();
        if let Ok(Ok(counts)) = timeout(PATIENCE, self.app.counts(&permit, now)).await {
            let name = "juyan_incidents_open";
            text.head(name, "gauge", "Open incidents by rank of grade, 1 the gravest");
            for (rank, count) in (1..).zip(counts.incidents_by_rank) {
                text.row(name, &format!("rank=\"{rank}\""), count);
            }
            let name = "juyan_obligations_running";
            text.head(name, "gauge", "Obligations whose clock runs, by who owes");
            text.row(name, "debtor=\"own\"", counts.obligations_ours);
            text.row(name, "debtor=\"others\"", counts.obligations_waiting);
        }
        if let Ok(Some(at)) = self.app.last_checkpoint_at().await {
            let name = "juyan_checkpoint_seconds";
            text.one(name, "gauge", "When the journal was signed last", at.as_second());
        }
        if let Ok(newest) = self.app.store().journal(&permit, 1, None).await {
            let entries = newest.first().map_or(0, |entry| entry.sequence);
            text.one("juyan_journal_entries", "gauge", "Entries of the journal", entries);
        }
        if let Some(free) = free_mib(self.app.home().root()) {
            let name = "juyan_disk_free_bytes";
            text.one(name, "gauge", "Free space in the data directory", free << 20);
        }
    }

    fn done_by_itself(&self, text: &mut Text) {
        let name = "juyan_task_runs_total";
        text.head(name, "counter", "Runs of what the desk does by itself, by outcome");
        for task in &self.tasks {
            let label = |outcome| format!("task=\"{}\",outcome=\"{outcome}\"", task.name);
            text.row(name, &label("done"), task.done.load(Relaxed));
            text.row(name, &label("failed"), task.failed.load(Relaxed));
        }
        let name = "juyan_task_last_done_seconds";
        text.head(name, "gauge", "When it was done last");
        for task in &self.tasks {
            text.row(name, &format!("task=\"{}\"", task.name), task.last_done.load(Relaxed));
        }
    }
}

/// Prometheus's text format, version 0.0.4.
#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn row(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(self.0, "{name}{braced} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.row(name, "", value);
    }
}

/// Free space for whoever runs the desk, in MiB.
fn free_mib(directory: &Path) -> Option<u64> {
    let known = nix::sys::statvfs::statvfs(directory).ok()?;
    let blocks = u128::from(known.blocks_available());
    u64::try_from((blocks * u128::from(known.fragment_size())) >> 20).ok()
}
