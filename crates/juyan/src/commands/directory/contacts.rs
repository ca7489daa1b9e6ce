//! `juyan directory contact`: proposed, verified, approved, confirmed.

use std::process::ExitCode;

use anyhow::Context;
use app::directory::contacts::Proposed;
use model::contact::{Contact, ContactKind, Sign};
use model::{Handle, Id};

use super::open;
use crate::cli::Common;
use crate::cli::directory::{Contact as Command, Sign as Noted, Step};
use crate::commands::incidents::instant;
use crate::output::{self, Table};

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Add { common, organisation, kind, name, phone, email, replaces, changed_at } => {
            let app = open(&common).await?;
            let known = ContactKind::ALL.into_iter().find(|known| known.word() == kind);
            let proposed = Proposed {
                organisation,
                kind: known.with_context(|| format!("`{kind}` is no kind of contact"))?,
                name,
                phone,
                email,
                replaces: replaces.as_deref().map(contact).transpose()?,
                changed_at: changed_at.unwrap_or_else(|| app.clock().now()),
            };
            told(&common, app.propose_contact(proposed).await?)
        }
        Command::Verify(Step { common, contact: id, because }) => {
            told(&common, open(&common).await?.verify_contact(&contact(&id)?, &because).await?)
        }
        Command::Approve { common, contact: id, by, from } => {
            let app = open(&common).await?;
            let by: Handle = by.unwrap_or_else(|| app.settings().own.clone());
            told(&common, app.approve_contact(&contact(&id)?, &by, from).await?)
        }
        Command::Reject(Step { common, contact: id, because }) => {
            told(&common, open(&common).await?.reject_contact(&contact(&id)?, &because).await?)
        }
        Command::End(Step { common, contact: id, because }) => {
            open(&common).await?.end_contact(&contact(&id)?, &because).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Confirm(noted) => note(noted, Sign::Alive).await,
        Command::Bounced(noted) => note(noted, Sign::Bounced).await,
        Command::Chase(noted) => note(noted, Sign::Chased).await,
    }
}

fn contact(text: &str) -> anyhow::Result<Id<Contact>> {
    let what = || format!("`{text}` is no id of a contact: `juyan directory show` gives them");
    text.parse().with_context(what)
}

async fn note(noted: Noted, sign: Sign) -> anyhow::Result<ExitCode> {
    let Noted { common, contact: id, at, evidence } = noted;
    let app = open(&common).await?;
    let at = at.unwrap_or_else(|| app.clock().now());
    let signs = app.note_sign(&contact(&id)?, sign, at, &evidence).await?;
    if common.json {
        output::json(&signs)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(common: &Common, contact: Contact) -> anyhow::Result<ExitCode> {
    if common.json {
        output::json(&contact)?;
        return Ok(ExitCode::SUCCESS);
    }
    for one in &contact.owed {
        let due = one.due.map_or_else(|| "without a number".to_owned(), instant);
        let to: Vec<&str> = one.to.iter().map(Handle::as_str).collect();
        output::line(format!(
            "The change is owed to {} by {due} UTC: {} art. {} ({})",
            to.join(", "),
            one.pack,
            one.article,
            one.duty
        ))?;
    }
    table(std::slice::from_ref(&contact))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn table(all: &[Contact]) -> anyhow::Result<()> {
    let mut table = Table::new(["OF", "KIND", "NAME", "TELEPHONE", "E-MAIL", "STATE", "ID"]);
    for one in all {
        table.row([
            one.organisation.to_string(),
            one.kind.word().to_owned(),
            one.name.clone(),
            one.phone.clone().unwrap_or_else(|| "-".to_owned()),
            one.email.clone().unwrap_or_else(|| "-".to_owned()),
            one.state.word().to_owned(),
            one.id.to_string(),
        ]);
    }
    table.print()
}
