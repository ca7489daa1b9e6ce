//! The law as it was applied: each text that this desk decides by is kept when it first does.
//!
//! The law is read once, when the desk is opened; so whatever is decided afterwards rests on texts that are
//! kept already, and an obligation can be read in them long after the file has changed.

use std::fmt::Write;

use model::PackId;
use model::permit::ReadPermit;
use sha2::{Digest, Sha256};
use store::texts::AppliedText;

use crate::{App, AppError};

/// How many texts are listed at once.
const TEXTS_MAX: u32 = 1_000;

impl App {
    /// Keeps the texts of the packs that this desk applies, those that are not kept yet.
    pub(crate) async fn keep_law(&self) -> Result<(), AppError> {
        let permit = ReadPermit::at_the_console();
        for id in &self.settings.regimes {
            for text in self.law.texts_of(id)? {
                let kept = AppliedText {
                    name: text.name.clone(),
                    version: text.version.clone(),
                    sha256: sha256(&text.text),
                    text: text.text.clone(),
                    applied_at: self.clock.now(),
                };
                if !self.store.has_text(&permit, &kept).await? {
                    self.keep_text(&kept).await?;
                }
            }
        }
        Ok(())
    }

    async fn keep_text(&self, kept: &AppliedText) -> Result<(), AppError> {
        let mut tx = self.store.begin().await?;
        if !tx.keep_text(kept).await? {
            return Ok(());
        }
        let details = [("version", kept.version.clone()), ("sha256", kept.sha256.clone())];
        tx.record(&self.act("law.applied", kept.name.clone(), details)).await?;
        Ok(tx.commit().await?)
    }

    /// Every text of law that this desk has decided by, or those of one pack or layer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn applied_law(
        &self,
        permit: &ReadPermit,
        name: Option<&PackId>,
    ) -> Result<Vec<AppliedText>, AppError> {
        let name = name.map(PackId::as_str);
        Ok(self.store.applied_texts(permit, name, TEXTS_MAX).await?)
    }
}

/// Its SHA-256 in hexadecimal, 64 digits.
fn sha256(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
