//! The directory at rest: organisations, and what people call provinces.

use model::holding::Province;
use model::organisation::{Bilingual, ProvinceEntry};
use model::permit::ReadPermit;
use model::{Handle, Organisation};

use crate::record::{Record, json_text};
use crate::statement::{ask, tell};
use crate::{Store, StoreError, Tx};

impl Store {
    /// Organisations by handle, from the one after `after`. An organisation sees itself only: who else
    /// is in the directory is not its slice.
    pub async fn organisations(
        &self,
        permit: &ReadPermit,
        limit: u32,
        after: Option<&Handle>,
    ) -> Result<Vec<Organisation>, StoreError> {
        let after = after.map_or("", Handle::as_str).to_owned();
        let statement = ask(LIST_ORGANISATIONS, permit).bind(after).bind(limit);
        self.all("list organisations", statement).await
    }

    /// One organisation.
    pub async fn organisation(
        &self,
        permit: &ReadPermit,
        handle: &Handle,
    ) -> Result<Option<Organisation>, StoreError> {
        let statement = ask(READ_ORGANISATION, permit).bind(handle.to_string());
        self.one("read an organisation", statement).await
    }

    /// What people call each province, by code. It is open to every permit: names of regions are
    /// nobody's slice.
    pub async fn provinces(
        &self,
        permit: &ReadPermit,
        limit: u32,
    ) -> Result<Vec<ProvinceEntry>, StoreError> {
        self.all("list provinces", ask(LIST_PROVINCES, permit).bind(limit)).await
    }
}

impl Tx {
    /// Enters an organisation, or replaces what was known of it. Its parent may follow later in the
    /// same transaction.
    pub async fn put_organisation(
        &mut self,
        organisation: &Organisation,
    ) -> Result<(), StoreError> {
        let statement = tell(PUT_ORGANISATION)
            .bind(organisation.handle.to_string())
            .bind(organisation.name.zh.clone())
            .bind(organisation.name.en.clone())
            .bind(organisation.province.as_ref().map(Province::to_string))
            .bind(organisation.parent.as_ref().map(Handle::to_string))
            .bind(json_text("the roles of an organisation", &organisation.roles)?)
            .bind(organisation.email.clone());
        self.write("enter an organisation", statement).await?;
        Ok(())
    }

    /// Says what people call a province.
    pub async fn put_province(&mut self, province: &ProvinceEntry) -> Result<(), StoreError> {
        let statement = tell(PUT_PROVINCE)
            .bind(province.code.to_string())
            .bind(province.name.zh.clone())
            .bind(province.name.en.clone());
        self.write("enter a province", statement).await?;
        Ok(())
    }
}

impl TryFrom<Record> for Organisation {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            handle: record.parsed("handle")?,
            name: name(&record)?,
            province: record.parsed_if_any("province")?,
            parent: record.parsed_if_any("parent")?,
            roles: record.json("roles")?,
            email: record.text_if_any("email")?,
        })
    }
}

impl TryFrom<Record> for ProvinceEntry {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self { code: record.parsed("code")?, name: name(&record)? })
    }
}

fn name(record: &Record) -> Result<Bilingual, StoreError> {
    Ok(Bilingual { zh: record.text("name_zh")?, en: record.text("name_en")? })
}

/// By the primary key.
const LIST_ORGANISATIONS: &str = "
SELECT handle, name_zh, name_en, province, parent, roles, email
  FROM organisation
 WHERE ($1 = '*' OR handle IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND handle > $2
 ORDER BY handle
 LIMIT $3";

/// By the primary key.
const READ_ORGANISATION: &str = "
SELECT handle, name_zh, name_en, province, parent, roles, email
  FROM organisation
 WHERE ($1 = '*' OR handle IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND handle = $2
 LIMIT 1";

/// By the primary key. Any permit will do, and none will not: `$1` must be there.
const LIST_PROVINCES: &str = "
SELECT code, name_zh, name_en
  FROM province
 WHERE $1 <> ''
 ORDER BY code
 LIMIT $2";

/// By the primary key.
const PUT_ORGANISATION: &str = "
INSERT INTO organisation (handle, name_zh, name_en, province, parent, roles, email)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (handle) DO UPDATE
   SET name_zh = excluded.name_zh,
       name_en = excluded.name_en,
       province = excluded.province,
       parent = excluded.parent,
       roles = excluded.roles,
       email = excluded.email";

/// By the primary key.
const PUT_PROVINCE: &str = "
INSERT INTO province (code, name_zh, name_en)
VALUES ($1, $2, $3)
    ON CONFLICT (code) DO UPDATE
   SET name_zh = excluded.name_zh,
       name_en = excluded.name_en";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("LIST_ORGANISATIONS", LIST_ORGANISATIONS),
    ("READ_ORGANISATION", READ_ORGANISATION),
    ("LIST_PROVINCES", LIST_PROVINCES),
    ("PUT_ORGANISATION", PUT_ORGANISATION),
    ("PUT_PROVINCE", PUT_PROVINCE),
];
