//! `juyan atlas lookup`: who is responsible for an address or a domain, and by which entry.

use std::process::ExitCode;

use ::atlas::{DomainHolding, Found};
use anyhow::bail;
use jiff::Timestamp;
use model::{Fqdn, Ip};

use crate::cli::Atlas;
use crate::{desk, output};

pub(crate) async fn run(args: Atlas) -> anyhow::Result<ExitCode> {
    let Atlas::Lookup { common, address, at } = args;
    let (app, _) = desk::open(&common.data).await?;
    let at = at.unwrap_or_else(|| app.clock().now());
    let atlas = app.atlas();
    if let Ok(ip) = address.parse::<Ip>() {
        let found = atlas.lookup(ip, at);
        return if common.json { json(&found) } else { address_in_words(ip, at, &found) };
    }
    let Ok(domain) = address.parse::<Fqdn>() else {
        bail!("`{address}` is neither an IP address nor a domain name");
    };
    let holding = atlas.domain(&domain);
    if common.json { json(&holding) } else { domain_in_words(&domain, &holding) }
}

fn json(answer: &impl serde::Serialize) -> anyhow::Result<ExitCode> {
    output::json(answer)?;
    Ok(ExitCode::SUCCESS)
}

fn address_in_words(ip: Ip, at: Timestamp, found: &Found) -> anyhow::Result<ExitCode> {
    let holding = &found.holding;
    let word = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
    output::line(format!("{ip} at {at}"))?;
    output::line(format!(
        "organisation  {}",
        word(holding.organisation.as_ref().map(ToString::to_string))
    ))?;
    output::line(format!(
        "province      {}",
        word(holding.province.as_ref().map(ToString::to_string))
    ))?;
    let system =
        holding.asn.map(|asn| format!("{asn} {}", holding.as_name.as_deref().unwrap_or_default()));
    output::line(format!("AS            {}", word(system)))?;
    if let Some(entry) = &found.register {
        let edge =
            |at: Option<Timestamp>| at.map_or_else(|| "open".to_owned(), |at| at.to_string());
        output::line(format!(
            "register      {} from {} to {}",
            entry.block,
            edge(entry.valid_from),
            edge(entry.valid_to)
        ))?;
    }
    if let Some(block) = &found.as_table {
        output::line(format!("AS table      {block}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn domain_in_words(domain: &Fqdn, holding: &DomainHolding) -> anyhow::Result<ExitCode> {
    let word = |handle: &Option<model::Handle>| {
        handle.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string)
    };
    output::line(domain)?;
    output::line(format!("responsible   {}", word(&holding.responsible)))?;
    output::line(format!("because       {}", holding.because))?;
    output::line(format!("registry      {}", word(&holding.registry)))?;
    output::line(format!("registrar     {}", word(&holding.registrar)))?;
    Ok(ExitCode::SUCCESS)
}
