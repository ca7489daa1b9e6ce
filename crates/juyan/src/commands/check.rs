//! `juyan check`: every setting with where it comes from, and what would keep the desk from opening.

use std::process::ExitCode;

use app::{Home, Provisional};
use serde::Serialize;

use crate::cli::Check;
use crate::config::{Checked, Config, Problem, Setting};
use crate::files::{LONGEST, read_bounded};
use crate::output::{self, Table};
use crate::server::tls::Certificate;
use crate::server::{Access, may_listen};
use crate::{commands, desk};

#[derive(Serialize)]
struct Answer<'a> {
    file: String,
    values: &'a [Setting],
    problems: &'a [Problem],
}

pub(crate) fn run(args: Check) -> anyhow::Result<ExitCode> {
    let home = Home::new(&args.common.data);
    let path = args.config.unwrap_or_else(|| home.settings());
    let text = read_bounded(&path, LONGEST)?;
    let mut checked = Checked::of(&text, &|name| std::env::var(name).ok());
    if let Some(config) = &checked.config {
        checked.problems.extend(in_the_way(&home, config));
    }
    let (values, problems) = (&checked.values, &checked.problems);
    if args.common.json {
        output::json(&Answer { file: path.display().to_string(), values, problems })?;
    } else {
        let mut table = Table::new(["KEY", "VALUE", "FROM", "WHAT IT DOES"]);
        for value in values {
            let line = value.line.map(|line| format!(":{line}")).unwrap_or_default();
            table.row([
                value.key.to_owned(),
                value.value.clone().unwrap_or_else(|| "-".to_owned()),
                format!("{}{line}", value.source),
                value.meaning.to_owned(),
            ]);
        }
        table.print()?;
        output::line("")?;
        match problems.len() {
            0 => output::line("Nothing is wrong.")?,
            _ => problems.iter().try_for_each(|problem| output::line(problem.at(&path)))?,
        }
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { commands::FINDINGS.into() })
}

/// What each setting alone does not show: law that is not there, a certificate that does not fit.
fn in_the_way(home: &Home, config: &Config) -> Vec<Problem> {
    let provisional =
        if config.provisional_calendars { Provisional::Joined } else { Provisional::Refused };
    let mut problems = Vec::new();
    let mut problem = |key: &str, what: String| {
        problems.push(Problem { line: None, key: key.to_owned(), what });
    };
    match desk::law(home, provisional, &config.choices()) {
        Ok(law) => {
            for pack in &config.regimes {
                if let Err(why) = law.pack(pack) {
                    problem("regimes", why.to_string());
                }
            }
        }
        Err(why) => problem("", format!("{why:#}")),
    }
    for pack in &config.regardless_of_dates {
        if !config.regimes.contains(pack) {
            problem("regardless_of_dates", format!("`{pack}` is not among `regimes`"));
        }
    }
    let tls = config.serve.tls.clone();
    // Whether people sign in is written in the store, which a check leaves alone: `juyan serve` asks it.
    if let Err(why) = may_listen(config.serve.listen, Access::SignIn, tls.is_some()) {
        problem("serve.listen", why);
    }
    if let Some(Err(why)) = tls.map(Certificate::read) {
        problem("serve.tls", format!("{why:#}"));
    }
    if home.key().exists()
        && let Err(why) = app::seal::Key::read(&home.key())
    {
        problem("", why.to_string());
    }
    problems
}
