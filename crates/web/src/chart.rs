//! Charts as plain SVG, drawn on the server. Each is backed by a real table, which serves screen
//! readers, printing and the tooltip.

pub(crate) mod bars;
pub(crate) mod meter;
pub(crate) mod scale;
pub(crate) mod stacked;

use std::fmt::Write;

use maud::{Markup, html};
use scale::real;

/// A line without axes, for a figure's recent course.
pub(crate) fn spark(values: &[u64]) -> Markup {
    let top = real(values.iter().copied().max().unwrap_or(0)).max(1.0);
    let last = u64::try_from(values.len().saturating_sub(1)).unwrap_or(0).max(1);
    let mut path = String::new();
    for (at, value) in (0_u64..).zip(values) {
        let x = 100.0 * real(at) / real(last);
        let y = 26.0 - 22.0 * real(*value) / top;
        // Writing to a string cannot fail.
        let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
    }
    html! {
        svg.spark viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true" {
            @if !path.is_empty() {
                path.fill d={ (path) "L100 28L0 28Z" } {}
                path.line d=(path) {}
            }
        }
    }
}
