//! `juyan feeds`: the mappings at hand, checking one, and reading a file by one without keeping anything.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use ::feeds::{Block, Catalogue, Finding, Limits, Mapping, Receipt};
use anyhow::Context;
use serde_json::{Map, Value, json};

use crate::cli::Feeds;
use crate::commands::{self, ingest};
use crate::desk;
use crate::files::{LONGEST, read_bounded};
use crate::output::{self, Table};

pub(crate) fn run(args: Feeds) -> anyhow::Result<ExitCode> {
    match args {
        Feeds::List { json } => list(json),
        Feeds::Parse { feed, file, shape, received } => {
            let received_at = Some(received.unwrap_or_else(desk::now));
            parse((&feed, &file), &shape, &Limits { received_at, ..Limits::default() })
        }
        Feeds::Check { file, json } => check(&file, json),
    }
}

fn list(json: bool) -> anyhow::Result<ExitCode> {
    let catalogue = Catalogue::builtin();
    let mappings = catalogue.ids().filter_map(|id| catalogue.get(id));
    if json {
        let told = |m: &Mapping| {
            let format = m.format().name();
            json!({"id": m.id(), "version": m.version(), "format": format, "source": m.source()})
        };
        output::json(&mappings.map(told).collect::<Vec<_>>())?;
    } else {
        let mut table = Table::new(["MAPPING", "VERSION", "FORMAT", "SOURCE"]);
        for mapping in mappings {
            let cells =
                [mapping.id(), mapping.version(), mapping.format().name(), mapping.source()];
            table.row(cells.map(str::to_owned));
        }
        table.print()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Names everything that is wrong with a mapping: file, line, key and what would do.
fn check(path: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let shown = path.display();
    let text = read_bounded(path, LONGEST)?;
    let findings = Mapping::findings(&text);
    if json {
        let told = |finding: &Finding| {
            let Finding { line, key, reason } = finding;
            json!({"file": shown.to_string(), "line": line, "key": key, "reason": reason})
        };
        output::json(&findings.iter().map(told).collect::<Vec<_>>())?;
    } else {
        for Finding { line, key, reason } in &findings {
            let key = if key.is_empty() { String::new() } else { format!("`{key}`: ") };
            output::line(format!("{shown}:{line}: {key}{reason}"))?;
        }
        if findings.is_empty() {
            output::line(format!("{shown}: a mapping without fault"))?;
        }
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { commands::FINDINGS.into() })
}

fn parse((feed, path): (&str, &Path), shape: &str, limits: &Limits) -> anyhow::Result<ExitCode> {
    let own;
    let mapping = if Path::new(feed).extension().is_some_and(|ending| ending == "toml") {
        let text = read_bounded(Path::new(feed), LONGEST)?;
        own = Mapping::from_toml(&text, feed)?;
        &own
    } else {
        let id = ingest::mapping_id(feed, path)?;
        Catalogue::builtin().get(&id).with_context(|| {
            format!("there is no feed mapping `{id}`: `juyan feeds list` names them")
        })?
    };
    let input: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).with_context(|| format!("`{}`", path.display()))?;
        Box::new(BufReader::new(file))
    };
    let mut reader = ::feeds::open(input, mapping, limits)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut rows, mut quarantined) = (0_usize, 0_usize);
    while let Some(block) = reader.next_block()? {
        for row in 0..block.sightings.len() {
            let event = if shape == "intelmq" { block.event(row) } else { plain(&block, row)? };
            serde_json::to_writer(&mut out, &event)?;
            out.write_all(b"\n")?;
        }
        rows += block.sightings.len();
        quarantined += block.quarantined.len();
        for bad in &block.quarantined {
            // The rows go to stdout, so what is refused goes to stderr, never silently.
            output::aside(format!("line {}: {}", bad.line, bad.reason))?;
        }
    }
    out.flush()?;
    depart(&reader.receipt())?;
    output::aside(format!("{rows} rows, {quarantined} in quarantine, mapping {}", mapping.id()))?;
    Ok(if quarantined == 0 { ExitCode::SUCCESS } else { commands::FINDINGS.into() })
}

/// Says how the file departs from the report as it is known.
fn depart(receipt: &Receipt) -> anyhow::Result<()> {
    if !receipt.missing_columns.is_empty() {
        output::aside(format!("missing columns: {}", receipt.missing_columns.join(", ")))?;
    }
    if !receipt.unknown_columns.is_empty() {
        let unknown = receipt.unknown_columns.join(", ");
        output::aside(format!("unknown columns, kept as extra: {unknown}"))?;
    }
    if receipt.skipped > 0 {
        output::aside(format!(
            "{} records are no observations by the format's rules",
            receipt.skipped
        ))?;
    }
    Ok(())
}

/// A sighting as the desk keeps it: its columns, and the rest under `details`.
fn plain(block: &Block, row: usize) -> anyhow::Result<Map<String, Value>> {
    let sighting = block.sightings.row(row).context("a row of the block")?;
    let mut details = String::new();
    block.details(row, &mut details);
    let details: Value =
        if details.is_empty() { Value::Null } else { serde_json::from_str(&details)? };
    let ip = |ip: model::Ip| (!ip.is_none()).then(|| ip.to_string());
    let event = json!({
        "line": sighting.line,
        "seen": sighting.seen.to_string(),
        "ip": ip(sighting.ip),
        "port": sighting.port,
        "domain": sighting.domain,
        "url": sighting.url,
        "threat": sighting.threat,
        "classification": sighting.classification,
        "transport": sighting.transport,
        "destination_ip": ip(sighting.destination_ip),
        "destination_port": sighting.destination_port,
        "destination_domain": sighting.destination_domain,
        "stated_asn": sighting.stated_asn,
        "details": details,
    });
    let Value::Object(mut event) = event else { return Ok(Map::new()) };
    event.retain(|_, value| !(value.is_null() || *value == "" || *value == 0));
    Ok(event)
}
