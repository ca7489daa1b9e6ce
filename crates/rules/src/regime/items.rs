//! Items: the catalogue of what must be reported, for each kind of reporting unit, by code.

use model::organisation::Bilingual;
use model::regime::RoleId;

use super::Pack;
use super::parse::Reader;
use crate::document::{Node, Section};

/// What one kind of unit must report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemGroup {
    /// Its name in the pack.
    pub id: String,
    pub article: String,
    /// The roles whose holders report by it.
    pub roles: Vec<RoleId>,
    pub items: Vec<Item>,
}

/// One thing that must be reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its code, unique in the pack.
    pub code: String,
    pub text: Bilingual,
}

impl Pack {
    /// The catalogue, group by group.
    pub fn items(&self) -> &[ItemGroup] {
        &self.parts.items
    }

    /// An item by its code.
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.parts.items.iter().flat_map(|group| &group.items).find(|item| item.code == code)
    }

    /// The items under which sightings so classified are to be reported, by whoever has such items.
    pub fn items_of(&self, classification: &str) -> Vec<&Item> {
        let codes = self.parts.items_of.iter().find(|(of, _)| of == classification);
        let codes = codes.map(|(_, codes)| codes.as_slice()).unwrap_or_default();
        codes.iter().filter_map(|code| self.item(code)).collect()
    }
}

impl Reader<'_> {
    /// Reads `[item.*]`, and whether the codes that `[applies]` named are among them.
    pub(super) fn items(&mut self, root: &Section<'_>) {
        let table = root.find("item").and_then(|node| node.section());
        for node in table.map(Section::remaining).unwrap_or_default() {
            let group = self.group(&node);
            self.parts.items.extend(group);
        }
        for (classification, codes) in &self.parts.items_of {
            for code in codes.iter().filter(|code| !self.has_item(code)) {
                let what = format!("`{code}` is no item");
                let fix = "use a code under [item], or add it there";
                self.report_of("applies", &format!("item.{classification}"), &what, fix);
            }
        }
    }

    fn group(&self, node: &Node<'_>) -> Option<ItemGroup> {
        let section = node.section()?;
        let article = section.need_text("art");
        let roles = section.words("who").iter().filter_map(|node| self.role_id(node)).collect();
        let mut items: Vec<Item> = Vec::new();
        for node in section.remaining() {
            let code = node.name().to_owned();
            if self.has_item(&code) {
                node.report(format!("`{code}` is an item already"), "give it another code");
            }
            if let Some(section) = node.section() {
                let text = section.bilingual();
                section.finish();
                items.push(Item { code, text });
            }
        }
        let group = ItemGroup { id: node.name().to_owned(), article, roles, items };
        if group.roles.is_empty() || group.items.is_empty() {
            node.report("nobody reports by it", "say `who = [\"…\"]`, and list items by code");
        }
        Some(group)
    }

    pub(super) fn has_item(&self, code: &str) -> bool {
        self.parts.items.iter().flat_map(|group| &group.items).any(|item| item.code == code)
    }

    /// Reads `item` of `[applies]`: which classification is reported under which items.
    pub(super) fn items_of(&mut self, section: &Section<'_>) {
        let table = section.find("item").and_then(|node| node.section());
        for node in table.map(Section::remaining).unwrap_or_default() {
            let of = node.name().to_owned();
            self.places.insert(("applies", format!("item.{of}")), node.at());
            if !self.parts.classifications.contains(&of) {
                let what = format!("`{of}` is not among the classifications above");
                node.report(what, "add it there, or remove it here");
            }
            let codes = node.one_or_more().iter().filter_map(Node::text).collect();
            self.parts.items_of.push((of, codes));
        }
    }
}
