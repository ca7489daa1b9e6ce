//! The register and its companions: CSV files of the data directory, told apart by their names.

use std::io::Read;

use atlas::{AtlasBuilder, Loaded};

use crate::{App, AppError, load_atlas};

/// Loads a file into the table that its name tells: `register.csv`, `asn-….csv`, `suffixes.csv`,
/// `registrars.csv`. Other names are none of ours.
pub(crate) fn load_into(
    builder: &mut AtlasBuilder,
    name: &str,
    input: impl Read,
) -> Result<Option<Loaded>, AppError> {
    let loaded = match name.split(['.', '-']).next() {
        Some("register") => builder.register_csv(input)?,
        Some("asn") => builder.as_table_csv(input)?,
        Some("suffixes") => builder.suffixes_csv(input)?,
        Some("registrars") => builder.registrars_csv(input)?,
        Some(_) | None => return Ok(None),
    };
    Ok(Some(loaded))
}

impl App {
    /// Puts a file in its place in the data directory and rebuilds the atlas beside the one in use,
    /// which serves readers until the new one is whole.
    ///
    /// `place` is the name it gets there, `origin` what it was called, for the journal.
    ///
    /// # Errors
    /// When a mandatory column is missing, most rows are not understood or the disk refuses: the atlas in use
    /// stays as it is.
    pub async fn load_atlas_file(
        &self,
        place: &str,
        origin: &str,
        mut input: impl Read,
    ) -> Result<Loaded, AppError> {
        let mut content = Vec::new();
        let path = self.home.atlas().join(place);
        input.read_to_end(&mut content).map_err(|why| AppError::file(&path, why))?;
        let mut trial = atlas::Atlas::builder();
        let loaded = load_into(&mut trial, place, content.as_slice())?.unwrap_or_default();
        if loaded.rows == 0 || loaded.skipped_count > loaded.rows {
            return Err(AppError::BadInput(format!(
                "`{origin}` is refused: {} rows read and {} not understood{}; the table in use stays",
                loaded.rows,
                loaded.skipped_count,
                loaded.skipped.first().map_or_else(String::new, |row| {
                    format!(", the first at line {}: {}", row.line, row.reason)
                })
            )));
        }
        // Whole or not at all: a torn register would send notices to the wrong people.
        let fresh = path.with_extension("new");
        std::fs::write(&fresh, &content).map_err(|why| AppError::file(&fresh, why))?;
        std::fs::rename(&fresh, &path).map_err(|why| AppError::file(&path, why))?;
        let home = self.home.clone();
        let rebuilt = tokio::task::spawn_blocking(move || load_atlas(&home)).await;
        self.atlas.replace(rebuilt.map_err(|why| AppError::Reader(why.to_string()))??);
        let mut tx = self.store.begin().await?;
        let details =
            [("rows", loaded.rows.to_string()), ("skipped", loaded.skipped_count.to_string())];
        tx.record(&self.act("atlas.loaded", origin, details)).await?;
        tx.commit().await?;
        Ok(loaded)
    }
}
