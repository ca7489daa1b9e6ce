//! Definitions: what a word of the law means, and, where facts decide it, the question put to them.

use model::organisation::Bilingual;

use super::Pack;
use super::parse::Reader;
use crate::document::{Node, Section};
use crate::input::Inputs;
use crate::predicate::{Predicate, Verdict};

/// What a word of the instrument means.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name in the pack.
    pub id: String,
    pub article: String,
    /// The word itself.
    pub term: Bilingual,
    pub means: String,
    /// What it applies to: items, inputs, duties, sets, `grade` or `warning`.
    pub at: Vec<String>,
    /// What belongs to it, where the instrument lists that.
    pub values: Vec<Bilingual>,
    /// The question whose yes means that it is so, where facts decide.
    pub test: Option<Predicate>,
    pub readings: Vec<String>,
}

impl Pack {
    pub fn definitions(&self) -> &[Definition] {
        &self.parts.definitions
    }

    pub fn definition(&self, id: &str) -> Option<&Definition> {
        self.parts.definitions.iter().find(|definition| definition.id == id)
    }

    /// Whether the facts are what the definition means; none when no question decides it.
    pub fn define(&self, id: &str, inputs: &Inputs) -> Option<Verdict> {
        Some(self.definition(id)?.test.as_ref()?.judge(inputs))
    }
}

impl Reader<'_> {
    /// Reads `[define]`.
    pub(super) fn definitions(&mut self, root: &Section<'_>) {
        let table = root.find("define").and_then(|node| node.section());
        let nodes = table.map(Section::remaining).unwrap_or_default();
        for node in nodes {
            self.places.insert(("define", node.name().to_owned()), node.at());
            let definition = self.definition(&node);
            self.parts.definitions.extend(definition);
        }
    }

    fn definition(&self, node: &Node<'_>) -> Option<Definition> {
        let section = node.section()?;
        let values = section.find("values").map(|node| node.list()).unwrap_or_default();
        let definition = Definition {
            id: node.name().to_owned(),
            article: section.need_text("art"),
            term: section.bilingual(),
            means: section.need_text("means"),
            at: self.places_of(&section),
            values: values.iter().filter_map(value).collect(),
            test: self.predicate(&section, "when"),
            readings: section.words("reading").iter().filter_map(|n| self.reading_id(n)).collect(),
        };
        if definition.at.is_empty() {
            let fix = "say `at = [\"…\"]`: the items, inputs, duties or sets that use the word";
            section.report("nothing uses it", fix);
        }
        section.finish();
        Some(definition)
    }
}

fn value(node: &Node<'_>) -> Option<Bilingual> {
    let section = node.section()?;
    let value = section.bilingual();
    section.finish();
    Some(value)
}
