//! A library: every pack at hand, each joined to the grading pack that it names.

use crate::document::Document;
use crate::finding::{Finding, Findings};
use crate::grading::Grading;
use crate::regime::Pack;

/// The schemas that a file of law may say, and what each is.
const SCHEMAS: [(&str, Kind); 2] = [("regime/1", Kind::Pack), ("regime-grading/1", Kind::Grading)];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pack,
    Grading,
}

/// Packs, and the grading packs that some of them are graded by.
#[derive(Clone, Debug, Default)]
pub struct Library {
    pub packs: Vec<Pack>,
    pub gradings: Vec<Grading>,
}

impl Library {
    /// Reads files of law, each a name and its text, in any order; what a file is, its `schema` says.
    ///
    /// # Errors
    /// What is wrong with the first file that is unsound, or a pack's grading pack that is not there.
    pub fn read<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, Findings> {
        let mut library = Self::default();
        let mut packs: Vec<(&str, Pack)> = Vec::new();
        for (origin, text) in files {
            match kind(text) {
                Some(Kind::Grading) => library.gradings.push(Grading::parse(text, origin)?),
                // A file that says no schema is told so where packs are read.
                Some(Kind::Pack) | None => packs.push((origin, Pack::parse(text, origin)?)),
            }
        }
        for (origin, pack) in packs {
            let pack = library.joined(origin, pack)?;
            library.packs.push(pack);
        }
        Ok(library)
    }

    /// A pack with the grading pack that it names, if it names one.
    ///
    /// # Errors
    /// When there is no such grading pack here, or the two do not fit.
    pub fn joined(&self, origin: &str, pack: Pack) -> Result<Pack, Findings> {
        let Some(wanted) = pack.graded_by() else { return Ok(pack) };
        match self.gradings.iter().find(|grading| grading.id() == wanted) {
            Some(grading) => pack.with_grading(grading),
            None => Err(Findings::of(vec![Finding {
                origin: origin.to_owned(),
                line: None,
                key: "grade.see".to_owned(),
                what: format!("there is no grading pack `{wanted}`"),
                fix: "load it together with the pack, or correct its name".to_owned(),
            }])),
        }
    }
}

/// Whether a file of law is a grading pack, by its `schema`.
pub fn is_grading(text: &str) -> bool {
    kind(text) == Some(Kind::Grading)
}

fn kind(text: &str) -> Option<Kind> {
    let document = Document::new("", text);
    let table = document.read(text)?;
    document.root(&table).find("schema")?.one_of(&SCHEMAS)
}

#[cfg(test)]
mod tests;
