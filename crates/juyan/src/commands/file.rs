//! `juyan file`: drafts, seals, verdicts and the telephone log.

mod answers;
mod shown;

use std::process::ExitCode;

use anyhow::{Context, bail};
use app::App;
use app::filing::Drafting;
use app::filing::calls::{Call, Does};
use app::filing::judged::Found;
use app::filing::keys::key_id;
use app::seal::Key;
use model::filing::{FilingNumber, Kind, Receipt, State, Verdict, Wrong};
use model::permit::ReadPermit;
use model::{Filing, Handle, Id, Obligation};
use serde_json::json;
use store::filings::FilingFilter;

use crate::cli::file::{self, File, Following, Judge, One};
use crate::cli::{Common, Listing};
use crate::commands::incidents::instant;
use crate::commands::{FINDINGS, act};
use crate::desk;
use crate::files::{LONGEST_TABLE, read_bounded};
use crate::output::{self, Table};

pub(crate) async fn run(command: File) -> anyhow::Result<ExitCode> {
    match command {
        File::Forms { common, what, lang } => shown::form(&common, &what, &lang).await,
        File::Draft { common, obligation, by, answers } => {
            draft(&common, &obligation, by, &answers).await
        }
        File::Edit { common, filing, read, answers } => {
            let app = open(&common).await?;
            let saved = save(&app, &filing, read, &answers).await?;
            kept(&common, &app, &saved).await
        }
        File::Supplement(following) => follow(following, Kind::Supplement).await,
        File::Correct(following) => follow(following, Kind::Correction).await,
        File::Withdraw(following) => follow(following, Kind::Withdrawal).await,
        File::List { listing, by } => list(listing, by).await,
        File::Show(one) => shown::filing(&one).await,
        File::Check(one) => check(&one).await,
        File::Text(one) => {
            let app = open(&one.common).await?;
            // Nothing but the text: what is signed is exactly what stands here.
            output::exactly(&app.text_to_seal(&one.filing).await?)?;
            Ok(ExitCode::SUCCESS)
        }
        File::Sign { key, text } => sign(&key, &text),
        File::Seal { one, key, signature, key_file } => {
            seal(&one, key.zip(signature), key_file.as_deref()).await
        }
        File::Discard(one) => {
            let app = open(&one.common).await?;
            let discarded = app.discard_draft(&one.filing).await?;
            told(&one.common, &discarded)
        }
        File::Receive { one, judge, evidence } => {
            let app = open(&one.common).await?;
            let at = judge.at.unwrap_or_else(|| app.clock().now());
            let receipt = Receipt { at, by: judge.by, evidence };
            told(&one.common, &app.receive_filing(&one.filing, receipt).await?)
        }
        File::Accept { one, judge, note } => {
            let app = open(&one.common).await?;
            let verdict = verdict(&app, judge, note);
            told(&one.common, &app.accept_filing(&one.filing, verdict).await?)
        }
        File::Return { one, judge, reasons } => give_back(&one, judge, reasons).await,
        File::Fault { one, what, by, because } => fault(&one, &what, by, because).await,
        File::Call(called) => call(called).await,
    }
}

async fn open(common: &Common) -> anyhow::Result<App> {
    Ok(desk::open(&common.data).await?.0)
}

/// An obligation's id.
fn obligation(text: &str) -> anyhow::Result<Id<Obligation>> {
    text.parse()
        .with_context(|| format!("`{text}` is no id: `juyan obligations --json` gives them"))
}

async fn draft(
    common: &Common,
    owed: &str,
    by: Option<Handle>,
    typed: &file::Answers,
) -> anyhow::Result<ExitCode> {
    let app = open(common).await?;
    let owed = obligation(owed)?;
    let filer = match &by {
        Some(by) => by.clone(),
        None => app.form(&owed).await?.0.debtor,
    };
    let all = app.filings_for(&ReadPermit::at_the_console(), &owed).await?;
    let known = all.into_iter().find(|one| one.state == State::Draft && one.filer == filer);
    let filing = if let Some(known) = known {
        save(&app, &known.number, None, typed).await?
    } else {
        let answers = answers::typed(typed, model::filing::Answers::new())?;
        let (kind, follows) = (Kind::Report, None);
        let drafting = Drafting { obligation: owed, filer: by, kind, follows, answers };
        app.draft_filing(drafting).await?
    };
    kept(common, &app, &filing).await
}

async fn save(
    app: &App,
    number: &FilingNumber,
    version: Option<u32>,
    typed: &file::Answers,
) -> anyhow::Result<Filing> {
    let current = app.check_filing(number).await?.filing;
    let read = version.unwrap_or(current.version);
    let answers = answers::typed(typed, current.answers)?;
    Ok(app.save_draft(number, read, answers).await?)
}

async fn follow(following: Following, kind: Kind) -> anyhow::Result<ExitCode> {
    let Following { common, filing, answers: typed } = following;
    let app = open(&common).await?;
    let followed = app.check_filing(&filing).await?.filing;
    // A correction begins as what it corrects: most of it was right.
    let begun =
        if kind == Kind::Correction { followed.answers } else { model::filing::Answers::new() };
    let drafting = Drafting {
        obligation: followed.obligation,
        filer: Some(followed.filer),
        kind,
        follows: Some(filing),
        answers: answers::typed(&typed, begun)?,
    };
    let drafted = app.draft_filing(drafting).await?;
    kept(&common, &app, &drafted).await
}

/// A draft that was kept, and what it still lacks.
async fn kept(common: &Common, app: &App, filing: &Filing) -> anyhow::Result<ExitCode> {
    if common.json {
        output::json(filing)?;
        return Ok(ExitCode::SUCCESS);
    }
    let checked = app.check_filing(&filing.number).await?;
    output::line(format!(
        "{}  {} of {}, version {}",
        filing.number,
        filing.kind.word(),
        filing.filer,
        filing.version
    ))?;
    shown::errors(&checked, "en")?;
    Ok(ExitCode::SUCCESS)
}

fn told(common: &Common, filing: &Filing) -> anyhow::Result<ExitCode> {
    if common.json {
        output::json(filing)?;
    } else {
        output::line(format!("{}  {}", filing.number, filing.state.word()))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(listing: Listing, by: Option<Handle>) -> anyhow::Result<ExitCode> {
    let app = open(&listing.common).await?;
    let filter = FilingFilter { obligation: None, filer: by };
    let permit = ReadPermit::at_the_console();
    if listing.after.is_some() {
        bail!("filings are listed from the latest: raise --limit, or narrow by --by");
    }
    let all = app.store().filings(&permit, &filter, listing.limit, None).await?;
    if listing.common.json {
        output::json(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["FILING", "KIND", "BY", "STATE", "SAVED (UTC)", "OBLIGATION"]);
    for one in all {
        table.row([
            one.number.to_string(),
            one.kind.word().to_owned(),
            one.filer.to_string(),
            one.state.word().to_owned(),
            instant(one.saved_at),
            one.obligation.to_string(),
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

async fn check(one: &One) -> anyhow::Result<ExitCode> {
    let checked = open(&one.common).await?.check_filing(&one.filing).await?;
    if one.common.json {
        let says = |error: &rules::form::FieldError| {
            let says = error.flaw.says();
            json!({"field": error.field, "en": says.en, "zh": says.zh})
        };
        output::json(&checked.errors.iter().map(says).collect::<Vec<_>>())?;
    } else {
        shown::errors(&checked, &one.lang)?;
    }
    Ok(if checked.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FINDINGS) })
}

fn sign(key: &std::path::Path, text: &std::path::Path) -> anyhow::Result<ExitCode> {
    let key = Key::read(key)?;
    let text = read_bounded(text, LONGEST_TABLE)?;
    // The text as it was printed: a line end that an editor added is none of it.
    let signed = key.sign(text.trim_end_matches(['\r', '\n']).to_owned());
    output::line(format!("key        {}", key_id(&key.public())?))?;
    output::line(format!("signature  {}", signed.signature))?;
    Ok(ExitCode::SUCCESS)
}

async fn seal(
    one: &One,
    signed: Option<(model::filing::KeyId, String)>,
    key_file: Option<&std::path::Path>,
) -> anyhow::Result<ExitCode> {
    let app = open(&one.common).await?;
    let sealed = match (signed, key_file) {
        (Some((key, signature)), _) => app.seal_filing(&one.filing, &key, &signature).await?,
        (None, Some(path)) => {
            let key = Key::read(path)?;
            let text = app.text_to_seal(&one.filing).await?;
            let signature = key.sign(text).signature;
            app.seal_filing(&one.filing, &key_id(&key.public())?, &signature).await?
        }
        (None, None) => app.seal_here(&one.filing).await?,
    };
    if one.common.json {
        output::json(&sealed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let late = if sealed.late { ", late: this is on record" } else { "" };
    let digest = sealed.filing.state.seal().map(|seal| seal.digest.as_str()).unwrap_or_default();
    output::line(format!("{}  sealed{late}\nsha256  {digest}", one.filing))?;
    act::answer(&one.common, &sealed.acted)
}

fn verdict(app: &App, judge: Judge, reasons: String) -> Verdict {
    Verdict { at: judge.at.unwrap_or_else(|| app.clock().now()), by: judge.by, reasons }
}

async fn give_back(one: &One, judge: Judge, reasons: String) -> anyhow::Result<ExitCode> {
    let app = open(&one.common).await?;
    let judged = app.return_filing(&one.filing, verdict(&app, judge, reasons)).await?;
    if one.common.json {
        output::json(&judged)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("{}  returned; owed again:", one.filing))?;
    act::table(&judged.reopened)?;
    Ok(ExitCode::SUCCESS)
}

async fn fault(one: &One, what: &str, by: Handle, because: String) -> anyhow::Result<ExitCode> {
    let wrong = Wrong::ALL.into_iter().find(|wrong| wrong.word() == what);
    let what = wrong.with_context(|| format!("`{what}` is no fault"))?;
    let app = open(&one.common).await?;
    let fault = app.find_fault(&one.filing, Found { what, by, because }).await?;
    if one.common.json {
        output::json(&fault)?;
    } else {
        output::line(format!("{}  {}: this is on record", one.filing, fault.what.word()))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn call(called: file::Call) -> anyhow::Result<ExitCode> {
    let file::Call { common, about, with, said, at, starts, to, from } = called;
    let app = open(&common).await?;
    let does = match (about.parse::<Id<Obligation>>(), starts) {
        (Ok(owed), None) => Does::Meets(owed),
        (Ok(_), Some(_)) => bail!("what a call starts comes about in an incident: name that"),
        (Err(_), starts) => {
            let incident = about.parse()?;
            match starts {
                Some(trigger) => Does::Starts { incident, trigger, to, from },
                None => Does::Nothing(incident),
            }
        }
    };
    let at = at.unwrap_or_else(|| app.clock().now());
    let logged = app.log_call(Call { at, with, said, does }).await?;
    if common.json {
        output::json(&logged)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&logged.number)?;
    act::answer(&common, &logged.acted)
}
