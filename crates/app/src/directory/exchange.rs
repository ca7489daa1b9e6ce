//! The directory as CSV: taken in whole or not at all, tried out first if wished, and written out.
//!
//! An import says line by line what it would do. Contacts are proposed, never put in force: a file verifies
//! nobody. Exporting is an act, because names and numbers leave the desk by it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use jiff::Timestamp;
use model::contact::{Contact, ContactKind};
use model::permit::ReadPermit;
use model::{Handle, Organisation};
use serde::{Deserialize, Serialize};

use super::contacts::{CONTACTS_MAX, Proposed, told};
use super::{OrganisationRow, organisation, rows};
use crate::oblige::DIRECTORY_MAX;
use crate::{App, AppError};

const CONTACTS_OF_ALL_MAX: u32 = 1_000_000;

/// What a line of an import does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// As spreadsheets count: the heading is line 1.
    pub line: usize,
    /// Whom it is about.
    pub of: String,
    pub does: Does,
}

/// What is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub enum Does {
    Adds,
    /// In these columns.
    Changes {
        columns: Vec<&'static str>,
    },
    Nothing,
    /// Why it cannot be taken in; nothing of the file is then.
    Refused {
        why: String,
    },
}

/// What an import did, or would do.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    /// Whether it was taken in.
    pub done: bool,
    pub lines: Vec<Line>,
}

#[derive(Deserialize)]
struct ContactRow {
    organisation: Handle,
    kind: String,
    name: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    changed_at: Option<Timestamp>,
}

impl App {
    /// Takes in organisations from CSV, or says what that would do.
    ///
    /// # Errors
    /// When a row does not read, naming its line, or the database fails.
    pub async fn import_organisations(
        &self,
        file: &str,
        input: impl Read,
        dry_run: bool,
    ) -> Result<Imported, AppError> {
        let read: Vec<OrganisationRow> = rows(file, input)?;
        let read = read.into_iter().map(|row| organisation(file, unguarded(row)));
        let read: Vec<Organisation> = read.collect::<Result<_, _>>()?;
        let mut tx = self.store.begin().await?;
        let permit = ReadPermit::at_the_console();
        let known = self.store.organisations(&permit, DIRECTORY_MAX, None).await?;
        let known: BTreeMap<&Handle, &Organisation> =
            known.iter().map(|old| (&old.handle, old)).collect();
        let of_file: BTreeSet<&Handle> = read.iter().map(|new| &new.handle).collect();
        let mut seen = BTreeSet::new();
        let mut lines = Vec::new();
        for (at, new) in read.iter().enumerate() {
            let is_there =
                |handle: &&Handle| of_file.contains(handle) || known.contains_key(handle);
            let parent = new.parent.as_ref();
            let does = if !seen.insert(&new.handle) {
                Does::Refused { why: "its handle stands twice".to_owned() }
            } else if parent == Some(&new.handle) {
                Does::Refused { why: "it is its own parent".to_owned() }
            } else if let Some(nobody) = parent.filter(|parent| !is_there(parent)) {
                Does::Refused { why: format!("its parent `{nobody}` is nowhere") }
            } else {
                match known.get(&new.handle) {
                    None => Does::Adds,
                    Some(old) if *old == new => Does::Nothing,
                    Some(old) => Does::Changes { columns: changed(old, new) },
                }
            };
            lines.push(Line { line: at + 2, of: new.handle.to_string(), does });
        }
        let done = !dry_run && !is_refused(&lines);
        if done {
            for new in &read {
                tx.put_organisation(new).await?;
            }
            self.imported(&mut tx, "directory.imported", file, &lines).await?;
            tx.commit().await?;
        }
        Ok(Imported { done, lines })
    }

    /// Proposes the contacts of a CSV file, or says what that would do. One of the same kind and name there
    /// is replaced if it differs.
    ///
    /// # Errors
    /// When a row does not read, naming its line, or the database fails.
    pub async fn import_contacts(
        &self,
        file: &str,
        input: impl Read,
        dry_run: bool,
    ) -> Result<Imported, AppError> {
        let read: Vec<ContactRow> = rows(file, input)?;
        let mut tx = self.store.begin().await?;
        let now = self.clock.now();
        let (mut lines, mut proposals): (Vec<Line>, Vec<Contact>) = (Vec::new(), Vec::new());
        for (at, row) in read.into_iter().enumerate() {
            let of = format!("{} {}", row.organisation, row.kind);
            let does = match self.proposed(row, now).await {
                Ok((does, proposal)) => {
                    proposals.extend(proposal);
                    does
                }
                Err(error) if error.is_the_askers() => Does::Refused { why: error.to_string() },
                Err(error) => return Err(error),
            };
            lines.push(Line { line: at + 2, of, does });
        }
        let done = !dry_run && !is_refused(&lines);
        if done {
            for proposal in &proposals {
                tx.insert_contact(proposal).await?;
                let act = "contact.proposed";
                let subject = proposal.organisation.to_string();
                tx.record(&self.act(act, subject, told(proposal, file))).await?;
            }
            self.imported(&mut tx, "contacts.imported", file, &lines).await?;
            tx.commit().await?;
        }
        Ok(Imported { done, lines })
    }

    /// What a row of contacts does, and the proposal that it makes.
    async fn proposed(
        &self,
        row: ContactRow,
        now: Timestamp,
    ) -> Result<(Does, Option<Contact>), AppError> {
        let kind = ContactKind::ALL.into_iter().find(|kind| kind.word() == row.kind);
        let Some(kind) = kind else {
            let known = ContactKind::ALL.map(ContactKind::word).join(", ");
            return Err(AppError::BadInput(format!("`{}` is none of {known}", row.kind)));
        };
        let permit = ReadPermit::at_the_console();
        let known = self.store.contacts_of(&permit, &row.organisation, CONTACTS_MAX).await?;
        let some = |text: &str| Some(plain(text).to_owned()).filter(|text| !text.is_empty());
        let (phone, email) = (some(&row.phone), some(&row.email));
        let name = plain(&row.name).to_owned();
        let is_it = |contact: &&Contact| {
            contact.kind == kind
                && contact.name == name
                && contact.ended_at.is_none()
                && contact.state.word() != "rejected"
        };
        let all: Vec<&Contact> = known.iter().map(|known| &known.contact).filter(is_it).collect();
        if all.iter().any(|one| one.phone == phone && one.email == email) {
            return Ok((Does::Nothing, None));
        }
        let old = all.iter().find(|contact| contact.is_effective(now));
        let does = match old {
            None => Does::Adds,
            Some(old) => {
                let columns = [("phone", old.phone != phone), ("email", old.email != email)];
                let differ = columns.into_iter().filter(|(_, differs)| *differs);
                Does::Changes { columns: differ.map(|(name, _)| name).collect() }
            }
        };
        let proposed = Proposed {
            organisation: row.organisation,
            kind,
            name,
            phone,
            email,
            replaces: old.map(|old| old.id),
            changed_at: row.changed_at.unwrap_or(now),
        };
        self.not_in_the_future(proposed.changed_at)?;
        Ok((does, Some(self.proposal(proposed).await?)))
    }

    async fn imported(
        &self,
        tx: &mut store::Tx,
        act: &'static str,
        file: &str,
        lines: &[Line],
    ) -> Result<(), AppError> {
        let count = |wanted: fn(&Does) -> bool| {
            lines.iter().filter(|line| wanted(&line.does)).count().to_string()
        };
        let details = [
            ("rows", lines.len().to_string()),
            ("added", count(|does| *does == Does::Adds)),
            ("changed", count(|does| matches!(does, Does::Changes { .. }))),
        ];
        tx.record(&self.act(act, file, details)).await?;
        Ok(())
    }

    /// The organisations as CSV, as [`App::import_organisations`] reads them. It goes on record.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn export_organisations(&self, because: &str) -> Result<String, AppError> {
        let permit = ReadPermit::at_the_console();
        let all = self.store.organisations(&permit, DIRECTORY_MAX, None).await?;
        let head = ["handle", "name_zh", "name_en", "province", "parent", "roles", "email"];
        let mut out = vec![head.map(str::to_owned).to_vec()];
        for one in all {
            let roles: Vec<String> =
                one.roles.iter().map(|(pack, role)| format!("{pack}:{role}")).collect();
            out.push(vec![
                one.handle.to_string(),
                one.name.zh,
                one.name.en,
                one.province.map(|province| province.to_string()).unwrap_or_default(),
                one.parent.map(|parent| parent.to_string()).unwrap_or_default(),
                roles.join(";"),
                one.email.unwrap_or_default(),
            ]);
        }
        self.exported("organisations", out, because).await
    }

    /// The contacts in force as CSV, as [`App::import_contacts`] reads them. It goes on record.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn export_contacts(&self, because: &str) -> Result<String, AppError> {
        let permit = ReadPermit::at_the_console();
        let now = self.clock.now();
        let all = self.store.contacts(&permit, CONTACTS_OF_ALL_MAX, None).await?;
        let head = ["organisation", "kind", "name", "phone", "email"];
        let mut out = vec![head.map(str::to_owned).to_vec()];
        let present = all.into_iter().map(|known| known.contact);
        for one in present.filter(|contact| contact.is_effective(now)) {
            out.push(vec![
                one.organisation.to_string(),
                one.kind.word().to_owned(),
                one.name,
                one.phone.unwrap_or_default(),
                one.email.unwrap_or_default(),
            ]);
        }
        self.exported("contacts", out, because).await
    }

    async fn exported(
        &self,
        what: &str,
        rows: Vec<Vec<String>>,
        because: &str,
    ) -> Result<String, AppError> {
        if because.trim().is_empty() {
            return Err(AppError::BadInput("say what the export is for".to_owned()));
        }
        let mut csv = csv::Writer::from_writer(Vec::new());
        let count = rows.len().saturating_sub(1);
        for row in rows {
            let cells = row.iter().map(|cell| guarded(cell));
            csv.write_record(cells).map_err(|why| AppError::BadInput(why.to_string()))?;
        }
        let bytes = csv.into_inner().map_err(|why| AppError::BadInput(why.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|why| AppError::BadInput(why.to_string()))?;
        let mut tx = self.store.begin().await?;
        let details = [("rows", count.to_string()), ("because", because.to_owned())];
        tx.record(&self.act("directory.exported", what, details)).await?;
        tx.commit().await?;
        Ok(text)
    }
}

/// A row as it was before it was exported.
fn unguarded(row: OrganisationRow) -> OrganisationRow {
    let text = |text: String| plain(&text).to_owned();
    let (name_zh, name_en) = (text(row.name_zh), text(row.name_en));
    OrganisationRow { name_zh, name_en, email: row.email.map(text), ..row }
}

fn is_refused(lines: &[Line]) -> bool {
    lines.iter().any(|line| matches!(line.does, Does::Refused { .. }))
}

/// The columns in which two entries differ.
fn changed(old: &Organisation, new: &Organisation) -> Vec<&'static str> {
    let columns = [
        ("name_zh", old.name.zh != new.name.zh),
        ("name_en", old.name.en != new.name.en),
        ("province", old.province != new.province),
        ("parent", old.parent != new.parent),
        ("roles", old.roles != new.roles),
        ("email", old.email != new.email),
    ];
    columns.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// A cell that a spreadsheet will not run as a formula (OWASP, *CSV Injection*).
fn guarded(cell: &str) -> String {
    let runs = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || cell.starts_with(['\t', '\r']);
    if runs { format!("'{cell}") } else { cell.to_owned() }
}

/// The same without what [`guarded`] has put before it.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('\'').filter(|rest| guarded(rest) != *rest).unwrap_or(cell)
}
