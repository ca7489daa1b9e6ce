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
