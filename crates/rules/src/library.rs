//! A library: every pack at hand, each joined to the grading pack that it names.

use std::collections::BTreeMap;

use model::PackId;

use crate::document::Document;
use crate::finding::{Finding, Findings};
use crate::grading::{self, Grading};
use crate::regime::{Choices, Pack};

/// Packs, and the grading packs that some of them are graded by.
#[derive(Clone, Debug, Default)]
pub struct Library {
    pub packs: Vec<Pack>,
    pub gradings: Vec<Grading>,
    /// What was read: of two of one name the later stands.
    pub texts: Vec<Text>,
}

/// A text of law as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The id of the pack, grading pack or layer.
    pub name: String,
    /// Its own version: without the readings chosen and the layers laid over it.
    pub version: String,
    pub text: String,
}

impl Library {
    /// Reads files of law, each a name and its text, in any order; what a file is, its `schema` says. Of two
    /// packs of one id the later stands in for the earlier.
    ///
    /// # Errors
    /// What is wrong with the first file that is unsound, or a pack's grading pack that is not there.
    pub fn read<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, Findings> {
        Self::read_under(files, &BTreeMap::new())
    }

    /// As [`read`](Self::read), with these options of the packs' readings in force.
    ///
    /// # Errors
    /// As there, and for a choice that names no reading or no option.
    pub fn read_under<'t>(
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
        choices: &BTreeMap<PackId, Choices>,
    ) -> Result<Self, Findings> {
        let mut library = Self::default();
        let mut packs: Vec<(&str, Pack)> = Vec::new();
        for (origin, text) in files {
            if is_grading(text) {
                let grading = Grading::parse(text, origin)?;
                library.keep(grading.id().as_str(), grading.version(), text);
                library.gradings.retain(|known| known.id() != grading.id());
                library.gradings.push(grading);
                continue;
            }
            // A file that says no schema is told so where packs are read.
            let mut pack = Pack::parse(text, origin)?;
            library.keep(pack.id().as_str(), pack.version(), text);
            if let Some(choices) = choices.get(pack.id()) {
                pack = Pack::parse_with(text, origin, choices)?;
            }
            packs.retain(|(_, known)| known.id() != pack.id());
            packs.push((origin, pack));
        }
        for (origin, pack) in packs {
            let pack = library.joined(origin, pack)?;
            library.packs.push(pack);
        }
        Ok(library)
    }

    fn keep(&mut self, name: &str, version: &str, text: &str) {
        self.texts.retain(|known| known.name != name);
        let (name, version, text) = (name.to_owned(), version.to_owned(), text.to_owned());
        self.texts.push(Text { name, version, text });
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
    schema(text).as_deref() == Some(grading::SCHEMA)
}

/// Whether a file of law is a layer, by its `schema`.
pub fn is_layer(text: &str) -> bool {
    schema(text).as_deref() == Some("regime-layer/1")
}

fn schema(text: &str) -> Option<String> {
    let document = Document::new("", text);
    let table = document.read(text);
    table.as_ref().and_then(|table| document.root(table).text("schema"))
}

#[cfg(test)]
mod tests;
