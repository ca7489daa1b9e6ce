//! The directory: [contacts], [claims] and what stands of an organisation, how [complete](completeness) it
//! is; and organisations with their roles, and provinces, read from CSV and [exchanged](exchange).
//!
//! Columns are found by their heading. `roles` lists `pack:role` separated by semicolons.

pub mod claims;
pub mod completeness;
pub mod contacts;
pub mod exchange;

use std::io::Read;

use model::journal::Act;
use model::organisation::{Bilingual, Organisation, ProvinceEntry};
use model::{Handle, PackId, Province, RoleId};
use serde::Deserialize;

use crate::{App, AppError};

/// How many rows a directory file may have; a country has fewer organisations than this.
const ROWS_MAX: usize = 200_000;

#[derive(Deserialize)]
struct OrganisationRow {
    handle: Handle,
    #[serde(default)]
    name_zh: String,
    name_en: String,
    #[serde(default)]
    province: Option<Province>,
    #[serde(default)]
    parent: Option<Handle>,
    #[serde(default)]
    roles: String,
    #[serde(default)]
    email: Option<String>,
}

#[derive(Deserialize)]
struct ProvinceRow {
    code: Province,
    #[serde(default)]
    name_zh: String,
    name_en: String,
}

impl App {
    /// Takes in organisations; one that is known is replaced. Returns how many.
    ///
    /// # Errors
    /// When a row does not read, naming its line: nothing of the file is taken in then.
    pub async fn load_organisations(&self, file: &str, input: impl Read) -> Result<u64, AppError> {
        let rows: Vec<OrganisationRow> = rows(file, input)?;
        let organisations =
            rows.into_iter().map(|row| organisation(file, row)).collect::<Result<Vec<_>, _>>()?;
        let mut tx = self.store.begin().await?;
        for organisation in &organisations {
            tx.put_organisation(organisation).await?;
        }
        let count = u64::try_from(organisations.len()).unwrap_or(u64::MAX);
        tx.record(&self.loaded("directory.loaded", file, count)).await?;
        tx.commit().await?;
        Ok(count)
    }

    /// Takes in provinces; one that is known is replaced. Returns how many.
    ///
    /// # Errors
    /// When a row does not read, naming its line: nothing of the file is taken in then.
    pub async fn load_provinces(&self, file: &str, input: impl Read) -> Result<u64, AppError> {
        let rows: Vec<ProvinceRow> = rows(file, input)?;
        let mut tx = self.store.begin().await?;
        for row in &rows {
            let name = Bilingual { zh: row.name_zh.clone(), en: row.name_en.clone() };
            tx.put_province(&ProvinceEntry { code: row.code.clone(), name }).await?;
        }
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        tx.record(&self.loaded("provinces.loaded", file, count)).await?;
        tx.commit().await?;
        Ok(count)
    }

    fn loaded(&self, act: &'static str, file: &str, count: u64) -> Act {
        self.act(act, file, [("rows", count.to_string())])
    }
}

fn organisation(file: &str, row: OrganisationRow) -> Result<Organisation, AppError> {
    let roles = row.roles.split(';').map(str::trim).filter(|role| !role.is_empty());
    let roles = roles.map(role).collect::<Result<Vec<_>, _>>().map_err(|why| {
        AppError::Directory { file: file.to_owned(), why: format!("`{}`: {why}", row.handle) }
    })?;
    Ok(Organisation {
        handle: row.handle,
        name: Bilingual { zh: row.name_zh, en: row.name_en },
        province: row.province,
        parent: row.parent,
        roles,
        email: row.email.filter(|email| !email.is_empty()),
    })
}

fn role(text: &str) -> Result<(PackId, RoleId), String> {
    let (pack, role) = text
        .split_once(':')
        .ok_or_else(|| format!("`{text}` is no role: write pack:role, such as eu.nis2:csirt"))?;
    let pack = pack.parse().map_err(|e: model::BadName| e.to_string())?;
    let role = role.parse().map_err(|e: model::BadName| e.to_string())?;
    Ok((pack, role))
}

fn rows<T: for<'de> Deserialize<'de>>(file: &str, input: impl Read) -> Result<Vec<T>, AppError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
    let rows = reader.deserialize().take(ROWS_MAX).collect::<Result<Vec<T>, _>>();
    rows.map_err(|why| AppError::Directory { file: file.to_owned(), why: why.to_string() })
}
