//! Axes that end on round numbers, and numbers short enough to stand beside them.

/// A count as a coordinate.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a pixel needs no more than 53 bits, and there is no lossless conversion"
)]
pub(crate) fn real(n: u64) -> f64 {
    n as f64
}

/// The next round number at or above `n`, at least 4 so that four grid lines are whole numbers.
pub(crate) fn nice(n: u64) -> f64 {
    const STEPS: [f64; 11] = [1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let n = real(n).max(4.0);
    let power = 10_f64.powf(n.log10().floor());
    let fits = |m: &f64| m * power >= n && (m * power / 4.0).fract() == 0.0;
    STEPS.iter().copied().find(fits).unwrap_or(20.0) * power
}

/// `950`, `80k`, `1.2M`: for axes, where the exact number stands in the table below.
pub(crate) fn short(n: f64) -> String {
    let with = |n: f64, unit: &str| {
        let text = format!("{n:.1}");
        format!("{}{unit}", text.strip_suffix(".0").unwrap_or(&text))
    };
    match n {
        n if n >= 1e9 => with(n / 1e9, "G"),
        n if n >= 1e6 => with(n / 1e6, "M"),
        n if n >= 1e3 => with(n / 1e3, "k"),
        n => format!("{n:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(n: u64) -> String {
        let top = nice(n);
        (0..=4).map(|k| short(top * f64::from(k) / 4.0)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn axes_end_on_round_numbers() {
        assert_eq!(axis(0), "0 1 2 3 4");
        assert_eq!(axis(7), "0 2 4 6 8");
        assert_eq!(axis(61_200), "0 20k 40k 60k 80k");
        assert_eq!(axis(58_000), "0 15k 30k 45k 60k");
        assert_eq!(axis(1_048_213), "0 300k 600k 900k 1.2M");
    }

    #[test]
    fn no_axis_is_lower_than_what_it_measures() {
        for n in [1, 3, 9, 10, 11, 99, 100, 101, 4_999, 999_999, 1_000_001, u64::MAX] {
            assert!(nice(n) >= real(n), "{n}");
        }
    }
}
