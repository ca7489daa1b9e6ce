//! The work bench of a story: the binary, a data directory, and feeds made for the purpose.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A desk of the demonstration country, without any delivery yet.
pub(crate) struct Bench {
    directory: tempfile::TempDir,
}

/// The binary that `cargo xtask test` built and named.
pub(crate) fn binary() -> PathBuf {
    let named = std::env::var_os("JUYAN_BIN").map(PathBuf::from);
    named.filter(|path| path.exists()).expect(
        "JUYAN_BIN names no program: run the tests with `cargo xtask test`, which builds and names it",
    )
}

fn demo(file: &str) -> String {
    format!("{}/../demo/{file}", env!("CARGO_MANIFEST_DIR"))
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::under(&["--regime", "cn.miit.2009-157", "--regardless-of-dates"])
    }

    /// The same under regimes of its own choice.
    pub(crate) fn under(regimes: &[&str]) -> Self {
        let bench = Self { directory: tempfile::tempdir().unwrap() };
        bench.ok(&[&["init", "--own", "coordination-centre"], regimes].concat());
        let (provinces, organisations) = (demo("provinces.csv"), demo("organisations.csv"));
        let (register, systems) = (demo("register.csv"), demo("asn.csv"));
        let (suffixes, registrars) = (demo("suffixes.csv"), demo("registrars.csv"));
        bench.ok(&[
            "load",
            "--provinces",
            &provinces,
            "--organisations",
            &organisations,
            "--register",
            &register,
            "--as-table",
            &systems,
            "--suffixes",
            &suffixes,
            "--registrars",
            &registrars,
        ]);
        bench
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(args).env("JUYAN_DATA", self.data()).env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{args:?} ended with {}: {out}{err}", output.status);
        out
    }

    /// Runs a command that must end with this code, and gives what it printed on both streams.
    pub(crate) fn ends(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {out}{err}");
        out + &err
    }

    /// Runs a command that must succeed with `--json`, and gives the document.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.push("--json");
        serde_json::from_str(&self.ok(&args)).unwrap()
    }

    /// Writes a file beside the data directory and gives its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_string_lossy().into_owned()
    }
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

pub(crate) const SINKHOLE_HEADER: &str =
    "timestamp,protocol,src_ip,src_port,dst_ip,dst_port,infection";

/// A sinkhole report about addresses `from..to` of 10.0.0.0/8, one a row, seen at the same instant.
pub(crate) fn sinkhole(threat: &str, seen: &str, from: u32, to: u32) -> String {
    let mut report = format!("{SINKHOLE_HEADER}\n");
    for n in from..to {
        let [_, b, c, d] = n.to_be_bytes();
        writeln!(report, "{seen},tcp,10.{b}.{c}.{d},4000,192.0.2.10,80,{threat}").unwrap();
    }
    report
}
