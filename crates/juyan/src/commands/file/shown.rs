//! Forms and filings as people read them.

use std::process::ExitCode;

use anyhow::Context;
use app::filing::Checked;
use model::organisation::Bilingual;
use model::permit::ReadPermit;
use rules::form::{Field, FieldKind};
use serde_json::json;

use super::{obligation, open};
use crate::cli::Common;
use crate::cli::file::One;
use crate::commands::incidents::instant;
use crate::output::{self, Table};

/// The form of an obligation, or of a duty written `pack:duty`.
pub(super) async fn form(common: &Common, what: &str, lang: &str) -> anyhow::Result<ExitCode> {
    let app = open(common).await?;
    let (title, fields) = if let Some((pack, duty)) = what.split_once(':') {
        let pack = app.law().pack(&pack.parse()?)?;
        let known = pack.duties().iter().find(|known| known.id.as_str() == duty);
        let known = known.with_context(|| format!("`{}` has no duty `{duty}`", pack.id()))?;
        let title = format!("{} art. {} ({})", pack.id(), known.article, known.id);
        (title, pack.fields(&known.contents))
    } else {
        let (one, fields) = app.form(&obligation(what)?).await?;
        let terms = &one.terms;
        (format!("{} art. {} ({})", terms.basis.pack, terms.article, terms.duty), fields)
    };
    if common.json {
        output::json(&fields.iter().map(field).collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(title)?;
    let mut table = Table::new(["FIELD", "WHAT", "TYPE", ""]);
    for field in &fields {
        let wants = field.kind.wants();
        let needed = if field.required { "" } else { "may stay blank" };
        table.row([
            field.id.clone(),
            field.name.get(lang).to_owned(),
            wants.get(lang).to_owned(),
            needed.to_owned(),
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

fn field(field: &Field) -> serde_json::Value {
    let mut values = Vec::new();
    if let FieldKind::OneOf(known) = &field.kind {
        let value = |id: &str, name: &Bilingual| json!({"id": id, "zh": name.zh, "en": name.en});
        values.extend(known.iter().map(|(id, name)| value(id, name)));
    }
    json!({
        "id": field.id, "zh": field.name.zh, "en": field.name.en, "type": field.kind.word(),
        "required": field.required, "values": values,
    })
}

/// What keeps a draft from being sealed.
pub(super) fn errors(checked: &Checked, lang: &str) -> anyhow::Result<()> {
    if checked.errors.is_empty() {
        return output::line("It is complete.");
    }
    checked.errors.iter().try_for_each(|error| {
        output::line(format!("  {}: {}", error.field, error.flaw.says().get(lang)))
    })
}

pub(super) async fn filing(one: &One) -> anyhow::Result<ExitCode> {
    let app = open(&one.common).await?;
    let checked = app.check_filing(&one.filing).await?;
    let permit = ReadPermit::at_the_console();
    let filing = &checked.filing;
    let faults = app.store().faults_of(&permit, &filing.id).await?;
    let settled = app.store().settled_by(&permit, &filing.id).await?;
    if one.common.json {
        output::json(&json!({"filing": filing, "faults": faults, "settled": settled}))?;
        return Ok(ExitCode::SUCCESS);
    }
    let terms = &checked.obligation.terms;
    output::line(format!(
        "{}  {} of {}, {}, version {}\nfor {} art. {} ({}), obligation {}",
        filing.number,
        filing.kind.word(),
        filing.filer,
        filing.state.word(),
        filing.version,
        terms.basis.pack,
        terms.article,
        terms.duty,
        filing.obligation
    ))?;
    if let Some(due) = checked.obligation.state.clock().and_then(|clock| clock.due) {
        output::line(format!("due {} UTC", instant(due)))?;
    }
    let mut table = Table::new(["FIELD", "WHAT", "ANSWER"]);
    for field in &checked.fields {
        let answer = filing.answers.get(&field.id).map(String::as_str).unwrap_or_default();
        let answer = answer.replace(['\r', '\n'], " ");
        table.row([field.id.clone(), field.name.get(&one.lang).to_owned(), answer]);
    }
    table.print()?;
    if let Some(seal) = filing.state.seal() {
        output::line(format!(
            "sealed {} UTC by key {}\n  sha256     {}\n  signature  {}",
            instant(seal.at),
            seal.key,
            seal.digest,
            seal.signature
        ))?;
    } else {
        errors(&checked, &one.lang)?;
    }
    if let Some(receipt) = filing.state.receipt() {
        output::line(format!("received {} UTC by {}", instant(receipt.at), receipt.by))?;
    }
    if let Some(verdict) = filing.state.verdict() {
        let (at, word) = (instant(verdict.at), filing.state.word());
        output::line(format!("{word} {at} UTC by {}: {}", verdict.by, verdict.reasons))?;
    }
    for fault in &faults {
        output::line(format!("{}: {}", fault.what.word(), fault.because))?;
    }
    Ok(ExitCode::SUCCESS)
}
