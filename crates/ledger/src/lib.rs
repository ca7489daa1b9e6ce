//! The ledger: every sighting at rest, each row once, and how many distinct addresses they amount to.
//!
//! Sightings are kept as day-partitioned Parquet in an open table (Delta protocol) on an object store;
//! tallies beside it, as bitmaps. A delivery is taken in by an [`Intake`] and becomes visible whole, by
//! one entry in the table's log, or not at all; a delivery that is in already is not taken in again.
//!
//! Nothing here knows of feeds, of regimes or of the time of day. Reading rows is the business of
//! `query`, which finds the files through [`Ledger::files`].

mod days;
mod disk;
mod encode;
mod error;
mod intake;
mod keeper;
mod log;
mod names;
mod read;
mod retention;
mod rows;
mod runs;
pub mod schema;
mod seen;
mod segments;
mod tallies;
mod tally;
#[cfg(test)]
mod testkit;

pub use error::LedgerError;
pub use intake::{Intake, Receipt};
pub use keeper::{Begin, Ledger};
pub use log::TakenIn;
pub use retention::{Dropped, Retention};
pub use schema::{Bounds, FileEntry};
pub use tallies::{Tallies, Which, Window};
