//! `juyan sql`: one SELECT over the ledger.

use std::process::ExitCode;

use query::sql::SqlLimits;

use crate::cli::Sql;
use crate::{desk, output};

/// Memory that sorting, joining and grouping may take.
const MEMORY_BYTES: usize = 1 << 30;

pub(crate) async fn run(args: Sql) -> anyhow::Result<ExitCode> {
    let (app, _) = desk::open(&args.data).await?;
    let limits = SqlLimits { rows: args.limit, memory_bytes: MEMORY_BYTES };
    let answer = app.query().await?.sql(&args.statement, limits).await?;
    output::line(answer.to_text()?)?;
    if answer.has_more {
        output::line(format!("There is more than {} rows: --limit", args.limit))?;
    }
    Ok(ExitCode::SUCCESS)
}
