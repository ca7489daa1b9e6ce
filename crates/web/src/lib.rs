//! The desk's pages: what a duty officer sees, drawn on the server.
//!
//! Pages are functions from views to markup; views come from a [`Source`] and are read under a permit.
//! Nothing here knows how anything is stored or decided. What writes are the forms of signing in and of
//! accounts, through `app::identity`, and the reader's own language and theme.
//!
//! Invariants: nothing is queried but under the permit of whoever asks, which comes from [`access`] alone;
//! a desk without accounts serves no request whose `Host` is not this machine (see [`guard`]); every page works without scripts; every text shown is in the reader's language or
//! is data; no time is shown without its zone.

pub mod access;
mod app_source;
pub mod assets;
mod chart;
mod csv;
mod desk;
mod fault;
mod frame;
pub mod guard;
pub mod i18n;
mod live;
mod pages;
mod parts;
mod prefs;
pub mod routes;
pub mod source;
pub mod tokens;
mod viewer;

pub use access::{Access, Accounts};
pub use desk::{Clock, Desk};
pub use routes::router;
pub use source::{Fault, Source};

/// Serves a desk on a listener until `until` comes true. Streams that are open are cut off then: waiting
/// for them to end would be waiting for ever.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: axum::Router,
    until: impl Future<Output = ()>,
) -> std::io::Result<()> {
    tokio::select! {
        ended = async {
            let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
            axum::serve(listener, service).await
        } => ended,
        () = until => Ok(()),
    }
}
