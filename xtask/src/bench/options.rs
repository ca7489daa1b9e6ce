//! What `bench ingest` was asked for.

#[cfg(test)]
mod tests;

use anyhow::{Context, bail, ensure};

#[derive(Debug, PartialEq)]
pub(super) struct Options {
    pub(super) rows: u64,
    pub(super) seed: u64,
    pub(super) runs: u32,
    /// Whether missing the floor fails the command.
    pub(super) gate: bool,
}

impl Options {
    pub(super) fn parse(arguments: &[&str]) -> anyhow::Result<Self> {
        let mut options = Self { rows: 10_000_000, seed: 1, runs: 1, gate: false };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("`{word}` wants a number"));
            match *word {
                "--rows" => options.rows = number(word, value()?)?,
                "--seed" => options.seed = number(word, value()?)?,
                "--runs" => options.runs = number(word, value()?)?,
                "--gate" => options.gate = true,
                unknown => bail!("`bench ingest` knows no `{unknown}`: see `cargo xtask help`"),
            }
        }
        ensure!(options.rows > 0, "`--rows` wants at least 1");
        ensure!(options.runs > 0, "`--runs` wants at least 1");
        Ok(options)
    }
}

fn number<N: std::str::FromStr>(flag: &str, text: &str) -> anyhow::Result<N> {
    let digits = text.replace('_', "");
    digits.parse().ok().with_context(|| format!("`{flag}` wants a number, not `{text}`"))
}
