//! Description: a pack in the words of its readers, in either language.
//!
//! Everything here is derived from a [`Pack`](crate::Pack) and says nothing that it does not say. The
//! results are structures and texts; how a terminal or a page lays them out is theirs to settle.

pub mod diff;
pub mod duty;
pub mod flow;
pub mod form;
pub mod measure;
mod predicate;
pub mod sheet;
mod svg;
pub mod words;

pub use diff::{Change, Direction, diff};
pub use duty::{Links, duty};
pub use flow::Flow;
pub use sheet::{Sheet, sheet};
pub use words::{Language, Words};
