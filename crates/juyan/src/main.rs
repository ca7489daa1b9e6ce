//! The `juyan` binary: arguments in, exit code out. Everything worth reading is in a library.

mod builtin;
mod cli;
mod commands;
mod config;
mod desk;
mod files;
mod logs;
mod output;
mod server;
mod synth;
mod tasks;

use std::process::ExitCode;

use clap::Parser;

/// Blocks of columns are large and short-lived. The system's allocator gives each back to the kernel and
/// asks for it again, which costs a page fault for every 4 KiB.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(wrong) => return output::wrong_usage(&wrong),
    };
    // The desk's own log is as its settings say, which have yet to be read.
    if !matches!(cli.command, cli::Command::Serve(_)) {
        logs::start(cli.verbose);
    }
    match commands::run(cli) {
        Ok(code) => code,
        // Whoever read our output has seen enough, as `head` does.
        Err(error) if output::reader_left(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::last_word(&error);
            ExitCode::FAILURE
        }
    }
}
