//! What one program cost: processor time, peak memory, time on the wall.
//!
//! The kernel adds up the cost of all children that a process has waited for, and keeps the
//! highest peak among them. So each measurement gets a process of its own, with one child, and
//! what compilers or earlier runs cost stays out of it.

#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

use super::MEASURE;

/// `juyan` ends with this when it is done and some rows went to quarantine, as those of a real feed do.
const FINDINGS: i32 = 3;

/// What one program cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time over all its threads.
    pub(crate) cpu: Duration,
    /// The most memory it held at once, in bytes.
    pub(crate) peak: u64,
    pub(crate) succeeded: bool,
}

/// Runs one program, with its output into a file, and says what it cost.
pub(crate) fn child(output: &Path, program: &OsStr, arguments: &[&OsStr]) -> anyhow::Result<Cost> {
    let helper = Command::new(std::env::current_exe().context("this program's own path")?)
        .arg(MEASURE)
        .args([output.as_os_str(), "--".as_ref(), program])
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("this program does not start a second time")?;
    ensure!(helper.status.success(), "measuring `{}` failed", program.display());
    Cost::parse(&String::from_utf8_lossy(&helper.stdout)).context("no measurement came back")
}

/// The other side of [`child`]: this process measures its only child and prints the numbers.
pub(crate) fn as_helper(output: &str, command: &[&str]) -> anyhow::Result<ExitCode> {
    println!("{}", only_child(output.as_ref(), command)?.print());
    Ok(ExitCode::SUCCESS)
}

fn only_child(output: &Path, command: &[&str]) -> anyhow::Result<Cost> {
    let (program, arguments) = command.split_first().context("no program to measure")?;
    let output = File::create(output).with_context(|| output.display().to_string())?;
    let start = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(output)
        .status()
        .with_context(|| format!("`{program}` does not start"))?;
    let wall = start.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("getrusage")?;
    let kibibytes = u64::try_from(usage.max_rss()).context("a negative peak")?;
    Ok(Cost {
        wall,
        cpu: duration(usage.user_time())? + duration(usage.system_time())?,
        peak: kibibytes * 1024,
        succeeded: status.success() || status.code() == Some(FINDINGS),
    })
}

fn duration(time: TimeVal) -> anyhow::Result<Duration> {
    let seconds = u64::try_from(time.tv_sec()).context("a negative time")?;
    let micros = u64::try_from(time.tv_usec()).context("a negative time")?;
    Ok(Duration::from_secs(seconds) + Duration::from_micros(micros))
}

impl Cost {
    fn print(self) -> String {
        let Self { wall, cpu, peak, succeeded } = self;
        format!("{} {} {peak} {succeeded}", wall.as_micros(), cpu.as_micros())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        Some(Self {
            wall: Duration::from_micros(words.next()?.parse().ok()?),
            cpu: Duration::from_micros(words.next()?.parse().ok()?),
            peak: words.next()?.parse().ok()?,
            succeeded: words.next()?.parse().ok()?,
        })
    }
}
