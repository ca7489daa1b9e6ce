//! Logs go to standard error, one line an event, as text or as JSON.
//!
//! Names come from feeds, and feeds from anybody: whatever could steer a terminal or begin a line of its
//! own is replaced before it is written.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Format, Log};
use crate::output::steers;

/// For commands: warnings, with `-v` what is done, with `-vv` every detail; `RUST_LOG` overrides.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    start_with(Format::Text, level);
}

/// For the desk: as its settings say; `-v` and `RUST_LOG` override.
pub(crate) fn start_serving(log: &Log, verbose: u8) {
    let level = match verbose {
        0 => log.level.as_str(),
        1 => "info",
        _ => "debug",
    };
    start_with(log.format, level);
}

fn start_with(format: Format, level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(Lines).with_ansi(false);
    match format {
        Format::Text => lines.init(),
        Format::Json => lines.json().flatten_event(true).init(),
    }
}

/// Standard error, a line at a time.
struct Lines;

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<io::Stderr>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(io::stderr())
    }
}

/// One event. It comes in one piece, ended by a line feed.
struct Line<W>(W);

impl<W: Write> Write for Line<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let harmless = |c: char| if c == '\n' || steers(c) { '\u{fffd}' } else { c };
        let line: String = line.chars().map(harmless).chain(['\n']).collect();
        self.0.write_all(line.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_begin_a_line_of_its_own_nor_steer_the_terminal() {
        let mut out = Vec::new();
        Line(&mut out).write_all(b"took \x1b[31min\r\n2026 ERROR forged\n").unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line, "took \u{fffd}[31min\u{fffd}\u{fffd}2026 ERROR forged\n");
    }
}
