//! Samples: what happened, and when, without saying what any law makes of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::regime::DutyId;

use crate::document::{Document, Node, Section};
use crate::finding::Findings;

/// One incident of the past, or made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What people call it.
    pub number: String,
    /// When its finder knew.
    pub known_at: Timestamp,
    /// When it was graded, for packs by which that starts a clock.
    pub graded_at: Option<Timestamp>,
    /// The role of its finder, as the packs name it.
    pub finder: String,
    /// The provinces that it touched.
    pub provinces: Vec<String>,
    /// The facts by which it is graded; a pack that does not declare one does not see it.
    pub inputs: BTreeMap<String, String>,
    /// Stands in for every measured input that is not given.
    pub size: Option<u64>,
    /// Who held each role in it. Empty, the roles themselves stand for their holders.
    pub parties: BTreeMap<String, Vec<String>>,
    /// When each trigger happened.
    pub happened: BTreeMap<String, Timestamp>,
    /// When each duty was done: the duty's id, or that and the organisation that did it.
    pub met: BTreeMap<(String, Option<String>), Timestamp>,
}

impl Sample {
    /// Reads samples from their TOML text; `origin` is the name that findings call it by.
    pub fn parse(text: &str, origin: &str) -> Result<Vec<Self>, Findings> {
        let document = Document::new(origin, text);
        let table = document.read(text);
        let samples = table.as_ref().map(|table| read(document.root(table)));
        document.close(samples)
    }

    /// When an organisation did what the duty asks.
    pub fn met(&self, duty: &DutyId, organisation: &str) -> Option<Timestamp> {
        let own = (duty.to_string(), Some(organisation.to_owned()));
        self.met.get(&own).or_else(|| self.met.get(&(duty.to_string(), None))).copied()
    }

    /// When anybody first did it.
    pub(super) fn first_met(&self, duty: &DutyId) -> Option<Timestamp> {
        let all = self.met.iter().filter(|((id, _), _)| id == duty.as_str());
        all.map(|(_, at)| *at).min()
    }

    /// Reads a duty's id, or the id and, after a space, an organisation.
    pub fn debt(text: &str) -> (String, Option<String>) {
        match text.trim().split_once(' ') {
            Some((duty, organisation)) => (duty.to_owned(), Some(organisation.trim().to_owned())),
            None => (text.trim().to_owned(), None),
        }
    }
}

fn read(root: Section<'_>) -> Vec<Sample> {
    if let Some(node) = root.need("schema") {
        node.one_of(&[("incidents/1", ())]);
    }
    let nodes = root.need("incident").map(|node| node.list()).unwrap_or_default();
    let samples = nodes.iter().filter_map(sample).collect();
    root.finish();
    samples
}

fn sample(node: &Node<'_>) -> Option<Sample> {
    let section = node.section()?;
    let entries = |name: &'static str| {
        let table = section.find(name).and_then(|node| node.section());
        table.map(Section::remaining).unwrap_or_default()
    };
    let instants = |name: &'static str| -> BTreeMap<String, Timestamp> {
        let nodes = entries(name);
        nodes.iter().filter_map(|node| Some((node.name().to_owned(), node.instant()?))).collect()
    };
    let size = section.find("size").and_then(|node| {
        let size = node.integer()?;
        let size = u64::try_from(size).ok();
        if size.is_none() {
            node.report("a size is never negative", "write the number of addresses");
        }
        size
    });
    let parties = entries("parties").into_iter().map(|node| {
        let role = node.name().to_owned();
        (role, node.one_or_more().iter().filter_map(Node::text).collect())
    });
    let sample = Sample {
        number: section.need_text("number"),
        finder: section.need_text("finder"),
        provinces: section.words("provinces").iter().filter_map(Node::text).collect(),
        inputs: entries("inputs").iter().filter_map(input).collect(),
        size,
        parties: parties.collect(),
        happened: instants("happened"),
        met: instants("met").into_iter().map(|(name, at)| (Sample::debt(&name), at)).collect(),
        graded_at: section.find("graded_at").and_then(|node| node.instant()),
        known_at: section.need("known_at")?.instant()?,
    };
    section.finish();
    Some(sample)
}

fn input(node: &Node<'_>) -> Option<(String, String)> {
    Some((node.name().to_owned(), node.plain()?))
}
