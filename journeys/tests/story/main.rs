//! Stories over the real binary: arguments in, output and exit code out.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests stand outside test functions, where clippy does not know them as tests"
)]

mod acts;
mod bench;
mod by_hand;
mod desk;
mod drafts;
mod guide;
mod hostile;
mod interrupted;
mod operations;
mod road;
