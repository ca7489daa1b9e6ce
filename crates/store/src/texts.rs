//! Texts of law at rest: every pack and layer that this desk has decided by, as it stood then.
//!
//! They are the desk's own record, as an order for a special period may be nobody else's business: an
//! organisation's permit sees none of it.

use jiff::Timestamp;
use model::permit::ReadPermit;

use crate::connection::ask;
use crate::record::Record;
use crate::{Store, StoreError, Tx};

/// A text of law that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedText {
    /// The id of the pack, grading pack or layer.
    pub name: String,
    /// Its own version: without the readings chosen and the layers laid over it.
    pub version: String,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    pub text: String,
    /// When it was first decided by.
    pub applied_at: Timestamp,
}

impl Store {
    /// Whether this text is kept, whenever it was first applied.
    pub async fn has_text(
        &self,
        permit: &ReadPermit,
        wanted: &AppliedText,
    ) -> Result<bool, StoreError> {
        let statement = ask(READ_TEXT, permit)
            .bind(wanted.name.clone())
            .bind(wanted.version.clone())
            .bind(wanted.sha256.clone());
        let found: Option<AppliedText> = self.one("look for a text of law", statement).await?;
        Ok(found.is_some())
    }

    /// Every text kept, or those of one name; by name, then the first applied first.
    pub async fn applied_texts(
        &self,
        permit: &ReadPermit,
        name: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AppliedText>, StoreError> {
        let statement = ask(LIST_TEXTS, permit).bind(name.map(str::to_owned)).bind(limit);
        self.all("list texts of law", statement).await
    }
}

impl Tx {
    /// Keeps a text; false if it is kept already.
    pub async fn keep_text(&mut self, kept: &AppliedText) -> Result<bool, StoreError> {
        let statement = sqlx::query(KEEP_TEXT)
            .bind(kept.name.clone())
            .bind(kept.version.clone())
            .bind(kept.sha256.clone())
            .bind(kept.text.clone())
            .bind(kept.applied_at.as_microsecond());
        Ok(self.write("keep a text of law", statement).await? > 0)
    }
}

impl TryFrom<Record> for AppliedText {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            name: record.text("name")?,
            version: record.text("version")?,
            sha256: record.text("sha256")?,
            text: record.text("text")?,
            applied_at: record.instant("applied_at")?,
        })
    }
}

/// By the primary key.
const LIST_TEXTS: &str = "
SELECT name, version, sha256, text, applied_at
  FROM applied_text
 WHERE $1 = '*'
   AND (CAST($2 AS TEXT) IS NULL OR name = $2)
 ORDER BY name, version, sha256
 LIMIT $3";

/// By the primary key.
const READ_TEXT: &str = "
SELECT name, version, sha256, text, applied_at
  FROM applied_text
 WHERE $1 = '*'
   AND name = $2
   AND version = $3
   AND sha256 = $4
 LIMIT 1";

/// By the primary key.
const KEEP_TEXT: &str = "
INSERT INTO applied_text (name, version, sha256, text, applied_at)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name, version, sha256) DO NOTHING";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("LIST_TEXTS", LIST_TEXTS), ("READ_TEXT", READ_TEXT), ("KEEP_TEXT", KEEP_TEXT)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, at, everything, only};

    #[tokio::test]
    async fn a_text_is_kept_once_and_another_of_its_version_beside_it() {
        let world = World::new().await;
        let kept = |text: &str, minutes: i64| AppliedText {
            name: "test.pack".to_owned(),
            version: "1.0.0".to_owned(),
            sha256: text.repeat(64),
            text: text.to_owned(),
            applied_at: at(minutes),
        };
        let mut tx = world.store.begin().await.unwrap();
        assert!(tx.keep_text(&kept("a", 1)).await.unwrap());
        assert!(!tx.keep_text(&kept("a", 2)).await.unwrap());
        assert!(tx.keep_text(&kept("b", 3)).await.unwrap());
        world.keep(tx).await.unwrap();
        assert!(world.store.has_text(&everything(), &kept("b", 9)).await.unwrap());
        assert!(!world.store.has_text(&everything(), &kept("c", 9)).await.unwrap());
        let all = world.store.applied_texts(&everything(), Some("test.pack"), 9).await.unwrap();
        assert_eq!(all, [kept("a", 1), kept("b", 3)]);
        let fenced = world.store.applied_texts(&only("alpha"), None, 9).await.unwrap();
        assert_eq!(fenced, []);
        let other = world.store.applied_texts(&everything(), Some("other"), 9).await.unwrap();
        assert_eq!(other, []);
    }
}
