//! The desk's pages: what a duty officer sees, drawn on the server.
//!
//! Pages are functions from views to markup; views come from a [`Source`] and are read under a permit.
//! Nothing here knows how anything is stored or decided, and nothing here writes: the one form that
//! changes something changes the reader's own language and theme.
//!
//! Invariants: no page is served and nothing is queried for a request whose `Host` is not this machine
//! (see [`guard`]); every page works without scripts; every text shown is in the reader's language or
//! is data; no time is shown without its zone.

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

pub use desk::{Clock, Desk};
pub use routes::router;
pub use source::{Fault, Source};
