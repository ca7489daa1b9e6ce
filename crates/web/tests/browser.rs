//! The desk as its readers meet it: every route asked, every page drawn, in a real Chromium.
//!
//! Needs `chromium` and `npm` (for axe-core alone); without them these tests fail and say what to
//! install, because a page that nobody looked at is not a page that works.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests stand outside test functions, where clippy does not know them as tests"
)]

#[path = "browser/admitting.rs"]
mod admitting;
#[path = "browser/asking.rs"]
mod asking;
#[path = "browser/chrome.rs"]
mod chrome;
#[path = "browser/entering.rs"]
mod entering;
#[path = "browser/guarding.rs"]
mod guarding;
#[path = "browser/intake.rs"]
mod intake;
#[path = "browser/law.rs"]
mod law;
#[path = "browser/looking.rs"]
mod looking;
#[path = "browser/people.rs"]
mod people;
#[path = "browser/reading.rs"]
mod reading;
#[path = "browser/rows.rs"]
mod rows;
#[path = "browser/rules.rs"]
mod rules;
#[path = "browser/sample.rs"]
mod sample;
