//! `juyan serve`: the web desk, on this machine only.

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
use web::{Access, Accounts, Desk};

use crate::cli::Serve;
use crate::config::Config;
use crate::{desk, output};

pub(crate) async fn run(args: Serve) -> anyhow::Result<ExitCode> {
    let (app, config) = desk::open(&args.common.data).await?;
    open_desk(app, &config, args.listen).await
}

/// Takes the place where the desk listens: loopback only.
pub(crate) async fn listen(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    if !listen.ip().is_loopback() {
        bail!(
            "cannot listen on {listen}: without TLS whoever is on the way reads everything, passwords \
             too. It listens on loopback only (127.0.0.1 or ::1); use an SSH tunnel to reach it \
             from elsewhere"
        );
    }
    TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))
}

/// Serves until interrupted.
pub(crate) async fn open_desk(
    app: App,
    config: &Config,
    address: SocketAddr,
) -> anyhow::Result<ExitCode> {
    let listener = listen(address).await?;
    let address = listener.local_addr()?;
    let desk = desk(app, config).await?;
    if let Access::Accounts(accounts) = &desk.access
        && !accounts.identity.has_accounts().await?
    {
        output::aside(
            "Nobody has an account yet: open the link that `juyan setup` printed, or run it again.",
        )?;
    }
    let router = web::router(desk);
    output::line(format!("The desk is open: http://{address}/ (Ctrl-C closes it)"))?;
    web::serve(listener, router, interrupted()).await.context("the desk closed")?;
    Ok(ExitCode::SUCCESS)
}

/// How often open pages are told of new acts.
const PACE: Duration = Duration::from_secs(3);

async fn desk(app: App, config: &Config) -> anyhow::Result<Desk<App>> {
    let zone = TimeZone::get(&config.zone).with_context(|| format!("zone `{}`", config.zone))?;
    let permit = ReadPermit::at_the_console();
    let own = app.store().organisation(&permit, &config.own).await?;
    let unknown = || Bilingual { zh: config.own.to_string(), en: config.own.to_string() };
    let organisation = own.map_or_else(unknown, |own| own.name);
    let clock = app.clock().clone();
    let identity = desk::identity(&app)?;
    let access = if identity.people_sign_in().await? {
        Access::Accounts(Accounts { identity, tls: false })
    } else {
        Access::Console { own: config.own.clone() }
    };
    Ok(Desk {
        source: Arc::new(app),
        clock: Arc::new(move || clock.now()),
        zone,
        organisation,
        access,
        pace: PACE,
    })
}

async fn interrupted() {
    // Without a handler for the signal the desk stays open until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
