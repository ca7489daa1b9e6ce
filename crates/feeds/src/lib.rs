//! Feeds: the bytes of a delivery become sightings, block by block.
//!
//! A [`Mapping`] says what the columns of one kind of report mean; it is data, versioned, embedded
//! and usable offline ([`Catalogue`]), or written by the operator ([`Mapping::from_toml`]). [`open`]
//! unpacks, reads the header and gives a [`Reader`]; each [`Block`] it yields holds the rows that were
//! understood, as columns, and those that were not, with line and reason.
//!
//! Nothing here fetches, stores or waits: the one input is the `Read` it is handed.
//!
//! Kept at all times: every record of the input is either a row or in quarantine, never both and never
//! neither; memory is bounded by [`Limits`], whatever the input; no input makes it panic.

mod address;
mod block;
mod catalogue;
mod convert;
mod decode;
mod document;
mod error;
mod json;
mod limits;
mod lines;
mod mapping;
mod plain;
mod plan;
mod reader;
mod rows;
mod shape;
mod split;
mod text;
mod time;

pub use block::Block;
pub use catalogue::Catalogue;
pub use error::{FeedError, MappingError};
pub use limits::Limits;
pub use mapping::{Finding, Format, Mapping};
pub use plain::unpack;
pub use reader::{Reader, Receipt, open};

#[cfg(test)]
mod tests;
