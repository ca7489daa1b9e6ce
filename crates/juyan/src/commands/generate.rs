//! `juyan generate`: a synthetic sinkhole report.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anyhow::Context;

use crate::cli::Generate;
use crate::synth::load;

pub(crate) fn run(args: &Generate) -> anyhow::Result<ExitCode> {
    let out: Box<dyn Write> = if args.out.as_os_str() == "-" {
        Box::new(io::stdout().lock())
    } else {
        let file = File::create(&args.out).with_context(|| format!("`{}`", args.out.display()))?;
        Box::new(file)
    };
    let mut out = BufWriter::with_capacity(1 << 20, out);
    load::write(&mut out, args.rows, args.seed, args.end)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
