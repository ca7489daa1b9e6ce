//! The case plane at rest: incidents, obligations, notices and what led to them, in SQL.
//!
//! One file a noun; every statement is written out, names its columns and says which index it
//! relies on. It decides nothing and knows neither law nor file formats. Two halves:
//!
//! - [`Store`] answers questions. Each takes a [`ReadPermit`](model::permit::ReadPermit) first, and the
//!   permit's scope is part of the SQL: an organisation cannot read its neighbour's rows even if a
//!   caller mixes the two up.
//! - [`Tx`] writes. It commits only if an act was recorded in it: no state without its entry in the
//!   [`journal`].
//!
//! Two engines keep it: SQLite in one file (write-ahead log, `synchronous=FULL`, foreign keys on), or a
//! database of a PostgreSQL server. One text of each statement and migration serves both, the triggers
//! around the journal and the values of the bulk statements of [`remediations`] apart; where the engines
//! differ, `engine` says how the same is promised. Instants are kept to the microsecond.

mod address;
pub mod checkpoints;
mod concerned;
mod connection;
pub mod contacts;
pub mod deliveries;
pub mod dump;
mod engine;
mod error;
pub mod filings;
pub mod happenings;
pub mod incidents;
pub mod journal;
pub mod notices;
pub mod obligations;
mod organisations;
mod postgres;
mod record;
pub mod remediations;
pub mod reviews;
pub mod schema;
mod scope;
mod sqlite;
mod statement;
pub mod texts;
mod transaction;

pub use address::{Address, BadAddress, Server};
pub use connection::Store;
pub use error::StoreError;
pub use transaction::Tx;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
