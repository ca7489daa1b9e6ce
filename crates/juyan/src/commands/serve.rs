//! `juyan serve`: the web desk, and what it does by itself.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use app::App;
use jiff::tz::TimeZone;
use model::organisation::Bilingual;
use model::permit::ReadPermit;
use tokio::net::TcpListener;
use tokio::sync::watch;
use web::{Accounts, Desk};

use crate::cli::Serve;
use crate::config::Config;
use crate::server::monitor::{self, Monitor, Numbers, Place};
use crate::server::tls::Certificate;
use crate::server::{self, Access, Limits, Server, around, may_listen};
use crate::tasks::Tasks;
use crate::{desk, logs, output};

/// How often open pages are told of new acts.
const PACE: Duration = Duration::from_secs(3);
/// How often it is looked whether the day's checkpoint is due.
const CHECKPOINT_PERIOD: Duration = Duration::from_mins(10);

pub(crate) async fn run(args: Serve, verbose: u8) -> anyhow::Result<ExitCode> {
    let (app, mut config) = desk::open_after(&args.common.data, |config| {
        logs::start_serving(&config.log, verbose);
    })
    .await?;
    if let Some(listen) = args.listen {
        config.serve.listen = listen;
    }
    open_desk(app, &config).await
}

/// Takes the place where the desk listens.
pub(crate) async fn listen(
    at: SocketAddr,
    access: Access,
    tls: bool,
) -> anyhow::Result<TcpListener> {
    if let Err(why) = may_listen(at, access, tls) {
        bail!("{why}");
    }
    TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))
}

/// Serves until told to close.
pub(crate) async fn open_desk(app: App, config: &Config) -> anyhow::Result<ExitCode> {
    let settings = &config.serve;
    let certificate = settings.tls.clone().map(Certificate::read).transpose()?.map(Arc::new);
    let tls = certificate.is_some();
    let access = access(&app, config, tls).await?;
    let who = match &access {
        web::Access::Console { .. } => Access::Open,
        web::Access::Accounts(_) => Access::SignIn,
    };
    let listener = listen(settings.listen, who, tls).await?;
    let address = listener.local_addr()?;
    let own_place = match settings.monitor {
        Some(at) => {
            Some(TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))?)
        }
        None => None,
    };
    if let Some(certificate) = &certificate {
        certificate.reload_when_told()?;
    }
    let app = Arc::new(app);
    let tasks = tasks(&app);
    let numbers = Arc::new(Numbers::default());
    let monitor = Arc::new(Monitor {
        app: Arc::clone(&app),
        numbers: Arc::clone(&numbers),
        tasks: tasks.records(),
        free_disk_mib: settings.free_disk_mib,
    });
    let closing = server::told_to_close()?;
    let limits = Limits {
        connections: settings.connections,
        header: Duration::from_secs(settings.header_seconds.into()),
        shutdown: Duration::from_secs(settings.shutdown_seconds.into()),
    };
    let place = Place::AtTheDesk { metrics: own_place.is_none() };
    let router = web::router(desk(app, config, access).await?)
        .merge(monitor::router(Arc::clone(&monitor), place));
    let router = around::with(router, &numbers, &closing, tls);
    let server = Server { listener, certificate, router, limits, numbers: Arc::clone(&numbers) };
    let monitoring = own_place.map(|listener| Server {
        listener,
        certificate: None,
        router: monitor::router(monitor, Place::OfItsOwn),
        limits: Limits { connections: 16, ..limits },
        numbers,
    });
    let scheme = if tls { "https" } else { "http" };
    output::line(format!("The desk is open: {scheme}://{address}/ (Ctrl-C closes it)"))?;
    serve_all(server, monitoring, tasks, closing, limits.shutdown).await;
    Ok(ExitCode::SUCCESS)
}

async fn serve_all(
    server: Server,
    monitoring: Option<Server>,
    tasks: Tasks,
    closing: watch::Receiver<bool>,
    patience: Duration,
) {
    let mut running = tasks.start(&closing);
    let beside = monitoring.map(|monitoring| tokio::spawn(monitoring.serve(closing.clone())));
    server.serve(closing).await;
    let finished = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(patience, finished).await.is_err() {
        tracing::warn!("Closed while a task was still running: it goes on at the next start");
    }
    if let Some(beside) = beside {
        beside.abort();
    }
}

/// What the desk does by itself.
fn tasks(app: &Arc<App>) -> Tasks {
    let mut tasks = Tasks::default();
    let signing = Arc::clone(app);
    tasks.every(CHECKPOINT_PERIOD, "checkpoint", move || {
        let app = Arc::clone(&signing);
        async move {
            if app.checkpoint_daily().await?.is_some() {
                tracing::info!("Signed what the journal is today");
            }
            Ok(())
        }
    });
    tasks
}

/// Whether people sign in: from the moment that `juyan setup` has been run.
async fn access(app: &App, config: &Config, tls: bool) -> anyhow::Result<web::Access> {
    let identity = desk::identity(app)?;
    if !identity.people_sign_in().await? {
        return Ok(web::Access::Console { own: config.own.clone() });
    }
    if !identity.has_accounts().await? {
        output::aside(
            "Nobody has an account yet: open the link that `juyan setup` printed, or run it again.",
        )?;
    }
    Ok(web::Access::Accounts(Accounts { identity, tls }))
}

async fn desk(app: Arc<App>, config: &Config, access: web::Access) -> anyhow::Result<Desk<App>> {
    let zone = TimeZone::get(&config.zone).with_context(|| format!("zone `{}`", config.zone))?;
    let permit = ReadPermit::at_the_console();
    let own = app.store().organisation(&permit, &config.own).await?;
    let unknown = || Bilingual { zh: config.own.to_string(), en: config.own.to_string() };
    let organisation = own.map_or_else(unknown, |own| own.name);
    let clock = app.clock().clone();
    Ok(Desk {
        source: app,
        clock: Arc::new(move || clock.now()),
        zone,
        organisation,
        access,
        pace: PACE,
    })
}
