//! `cargo xtask`: what a shell script would do for this repository, in Rust.
//!
//! Not part of the product, and nothing of the product is imported here: a crate that does not
//! compile must not stop the tool that says so.
#![expect(clippy::print_stdout, reason = "talking on the terminal is what this program is for")]
#![expect(clippy::print_stderr, reason = "the last word of a failed command belongs on stderr")]

mod bench;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test [ARGUMENTS]      Run every test of the workspace. Installs what tests need through apt when
                        root, else says what is missing. ARGUMENTS go to `cargo test`.
  tidy                  Check the rules that no compiler knows: who imports whom, paths in
                        documents, headers, glossary, cases, length, addresses.
  bench ingest          Measure ingest end to end, in release, on a generated feed.
      --rows N            rows to generate                     (10000000)
      --seed S            seed of the generator                (1)
      --runs K            ingest it so many times, take the median (1)
      --gate              exit 1 unless the floor is met
      JUYAN_BIN=FILE      in the environment: measure this binary, build none
  bench rules           Measure deciding, in release: deriving an incident, ringing a million clocks
                        from memory and from the store.
  help                  Print this.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test", rest @ ..] => test::run(rest),
        ["tidy"] => tidy::run(),
        ["bench", "ingest", rest @ ..] => bench::run(rest),
        ["bench", "rules"] => bench::rules::run(),
        [bench::MEASURE, output, "--", command @ ..] => bench::measure::as_helper(output, command),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        [unknown, ..] => anyhow::bail!("no command `{unknown}` in this form\n\n{HELP}"),
    }
}
