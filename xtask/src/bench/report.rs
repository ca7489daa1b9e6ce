//! The numbers of a benchmark as a table, and whether they meet the floor.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use super::measure::Cost;

/// Fewer rows a second of one core than this is a defect.
const ROWS_PER_CPU_SECOND_MIN: u64 = 300_000;
/// More memory than this is one, for a feed of ten million rows.
const PEAK_MAX: u64 = 1 << 30;
const PEAK_ROWS: u64 = 10_000_000;

const MIB: u64 = 1 << 20;

/// One ingest into a fresh data directory.
pub(super) struct Run {
    pub(super) cost: Cost,
    /// Bytes below each entry of the data directory.
    pub(super) written: Vec<(String, u64)>,
    /// What the program printed.
    pub(super) said: String,
}

pub(super) struct Report {
    rows: u64,
    /// Bytes of the feed.
    feed: u64,
    /// What `wc -l` costs on the same file, in the same minute, on the same machine.
    lines: Cost,
    runs: Vec<Run>,
}

impl Report {
    pub(super) fn new(rows: u64, feed: u64, lines: Cost) -> Self {
        Self { rows, feed, lines, runs: Vec::new() }
    }

    pub(super) fn add(&mut self, run: Run) {
        self.runs.push(run);
        self.runs.sort_by_key(|run| run.cost.cpu);
    }

    /// A smaller feed proves the speed; of the memory it can only prove the opposite.
    pub(super) fn meets_floor(&self) -> bool {
        self.median().is_some_and(|run| {
            per_second(self.rows, run.cost.cpu) >= ROWS_PER_CPU_SECOND_MIN
                && run.cost.peak <= PEAK_MAX
        })
    }

    /// The run in the middle by processor time; the slower one of two.
    fn median(&self) -> Option<&Run> {
        self.runs.get(self.runs.len() / 2)
    }

    fn row(&self, f: &mut fmt::Formatter<'_>, name: &str, run: &Run) -> fmt::Result {
        let written: u64 = run.written.iter().map(|(_, bytes)| bytes).sum();
        writeln!(
            f,
            "{name:<8}{:>13}{:>10}{:>13}{:>10}{:>13}{:>10}{:>11}",
            grouped(self.rows),
            seconds(run.cost.wall),
            grouped(per_second(self.rows, run.cost.wall)),
            seconds(run.cost.cpu),
            grouped(per_second(self.rows, run.cost.cpu)),
            grouped(run.cost.peak.div_ceil(MIB)),
            tenths(written, self.rows),
        )
    }

    fn floor(&self, f: &mut fmt::Formatter<'_>, run: &Run) -> fmt::Result {
        let speed = per_second(self.rows, run.cost.cpu);
        let verdict = if speed >= ROWS_PER_CPU_SECOND_MIN { "met" } else { "NOT MET" };
        let least = grouped(ROWS_PER_CPU_SECOND_MIN);
        writeln!(f, "floor: {least} rows per CPU-second: {verdict} ({})", grouped(speed))?;
        let verdict = match (run.cost.peak <= PEAK_MAX, self.rows >= PEAK_ROWS) {
            (true, true) => "met",
            (true, false) => "not proved by fewer rows",
            (false, _) => "NOT MET",
        };
        let peak = grouped(run.cost.peak.div_ceil(MIB));
        writeln!(f, "floor: 1,024 MiB at {} rows: {verdict} ({peak} MiB)", grouped(PEAK_ROWS))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(median) = self.median() else {
            return writeln!(f, "nothing was measured");
        };
        writeln!(
            f,
            "{:<8}{:>13}{:>10}{:>13}{:>10}{:>13}{:>10}{:>11}",
            "", "rows", "wall s", "rows/s", "CPU s", "rows/CPU-s", "peak MiB", "bytes/row"
        )?;
        for (at, run) in self.runs.iter().enumerate().filter(|_| self.runs.len() > 1) {
            self.row(f, &format!("{}", at + 1), run)?;
        }
        self.row(f, "median", median)?;
        writeln!(f, "\nfeed: {} MiB, {} bytes/row", self.feed / MIB, tenths(self.feed, self.rows))?;
        for (name, bytes) in &median.written {
            writeln!(f, "written below {name}: {} bytes/row", tenths(*bytes, self.rows))?;
        }
        let (cpu, lines) = (micros(median.cost.cpu), micros(self.lines.cpu).max(1));
        writeln!(
            f,
            "`wc -l` of it: {:.3} CPU s; ingest costs {} times that",
            self.lines.cpu.as_secs_f64(),
            tenths(cpu, lines)
        )?;
        writeln!(f, "it said: {}\n", median.said)?;
        self.floor(f, median)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn per_second(rows: u64, time: Duration) -> u64 {
    let rate = u128::from(rows) * 1_000_000 / time.as_micros().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}

/// A quotient with one digit behind the point, cut, not rounded.
fn tenths(dividend: u64, divisor: u64) -> String {
    let tenths = u128::from(dividend) * 10 / u128::from(divisor.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
