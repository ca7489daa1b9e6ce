//! Options are read whole or refused by name.

use super::*;

fn refusal(arguments: &[&str]) -> String {
    Options::parse(arguments).unwrap_err().to_string()
}

#[test]
fn ten_million_rows_once_is_what_is_meant_by_default() {
    let options = Options::parse(&[]).unwrap();
    assert_eq!(options, Options { rows: 10_000_000, seed: 1, runs: 1, gate: false });
}

#[test]
fn every_option_is_read() {
    let options =
        Options::parse(&["--rows", "1_000", "--gate", "--seed", "7", "--runs", "3"]).unwrap();
    assert_eq!(options, Options { rows: 1000, seed: 7, runs: 3, gate: true });
}

#[test]
fn a_wrong_option_is_named() {
    assert_eq!(refusal(&["--row", "1"]), "`bench ingest` knows no `--row`: see `cargo xtask help`");
    assert_eq!(refusal(&["--rows", "many"]), "`--rows` wants a number, not `many`");
    assert_eq!(refusal(&["--rows"]), "`--rows` wants a number");
    assert_eq!(refusal(&["--runs", "0"]), "`--runs` wants at least 1");
}
