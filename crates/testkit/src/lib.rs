//! What the tests of several crates need and Rust does not bring: a PostgreSQL server of their own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests: what is missing fails the test that needs it, and says what to do"
)]

pub mod postgres;
