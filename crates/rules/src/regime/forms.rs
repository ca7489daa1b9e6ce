//! What stands in the forms of a pack, and what awaits the authority before anybody is notified.

use std::collections::BTreeSet;

use model::regime::{DutyId, GradeId, RoleId};

use super::Pack;
use super::parse::Reader;
use crate::document::{Node, Section};
use crate::form::{Field, FieldKind};

/// At which grades notices await a review, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    pub article: String,
    /// The authority.
    pub by: RoleId,
    pub grades: Vec<GradeId>,
    /// The duty that releasing meets.
    pub settles: Option<DutyId>,
}

const KINDS: [(&str, Kind); 8] = [
    ("text", Kind::Text),
    ("count", Kind::Count),
    ("instant", Kind::Instant),
    ("yes or no", Kind::YesNo),
    ("one of", Kind::OneOf),
    ("addresses", Kind::Addresses),
    ("domains", Kind::Domains),
    ("ports", Kind::Ports),
];

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Count,
    Instant,
    YesNo,
    OneOf,
    Addresses,
    Domains,
    Ports,
}

impl Pack {
    /// The fields of these contents; one of which the pack says no more is free text.
    pub fn fields(&self, contents: &[String]) -> Vec<Field> {
        let field = |id: &String| self.parts.fields.iter().find(|field| field.id == *id).cloned();
        contents.iter().map(|id| field(id).unwrap_or_else(|| Field::plain(id))).collect()
    }

    pub fn gate(&self) -> Option<&Gate> {
        self.parts.gate.as_ref()
    }

    /// The review that notices of this grade await; none if they go out without.
    pub fn needs_review(&self, grade: &GradeId) -> Option<&Gate> {
        self.parts.gate.as_ref().filter(|gate| gate.grades.contains(grade))
    }
}

impl Reader<'_> {
    /// Reads `[field]` and sees that it is what the forms contain: neither more nor less.
    pub(super) fn fields(&mut self, root: &Section<'_>) {
        if root.find("field").is_none() {
            return;
        }
        self.parts.fields = self.each(root, "field", |_, node, section| field(node, section));
        let forms = &self.parts.forms;
        let wanted: BTreeSet<&str> =
            forms.iter().flat_map(|form| form.contents.iter().map(String::as_str)).collect();
        for field in &self.parts.fields {
            if !wanted.contains(field.id.as_str()) {
                let fix = "let a form's `contents` name it, or remove it";
                self.report_of("field", &field.id, "no form contains it", fix);
            }
        }
        for form in forms {
            for id in &form.contents {
                if !self.places.contains_key(&("field", id.clone())) {
                    let what = format!("`{id}` is no field");
                    let fix = "use a name under [field], or add it there";
                    self.report_of("form", &form.id, &what, fix);
                }
            }
        }
    }

    /// Reads `[gate]`.
    pub(super) fn gate(&mut self, root: &Section<'_>) {
        let Some(section) = root.find("gate").and_then(|node| node.section()) else { return };
        let article = section.need_text("art");
        let by = section.need("by").and_then(|node| self.role_id(&node));
        let grades = section.need("grades").map(|node| self.grades_of(node)).unwrap_or_default();
        let settles = section.find("settles").and_then(|node| self.settled(&node));
        section.finish();
        let Some(by) = by else { return };
        self.parts.gate = Some(Gate { article, by, grades, settles });
    }

    fn settled(&self, node: &Node<'_>) -> Option<DutyId> {
        let name = node.text()?;
        let found = self.parts.duties.iter().find(|duty| duty.id.as_str() == name);
        if found.is_none() {
            node.report(format!("`{name}` is no duty"), "use a name under [duty]");
        }
        found.map(|duty| duty.id.clone())
    }
}

fn field(node: &Node<'_>, section: &Section<'_>) -> Option<Field> {
    let name = section.bilingual();
    let required = section.find("required").and_then(|node| node.boolean()).unwrap_or(true);
    let article = section.text("art");
    let values = section.find("values");
    let kind = section.need("type")?.one_of(&KINDS)?;
    if values.is_some() != matches!(kind, Kind::OneOf) {
        section.report(
            "`values` go with `type = \"one of\"`, and with nothing else",
            "add or remove `values`",
        );
    }
    let kind = match kind {
        Kind::Text => FieldKind::Text,
        Kind::Count => FieldKind::Count,
        Kind::Instant => FieldKind::Instant,
        Kind::YesNo => FieldKind::YesNo,
        Kind::OneOf => FieldKind::OneOf(values.map(|node| choices(&node)).unwrap_or_default()),
        Kind::Addresses => FieldKind::Addresses,
        Kind::Domains => FieldKind::Domains,
        Kind::Ports => FieldKind::Ports,
    };
    Some(Field { id: node.name().to_owned(), name, kind, required, article })
}

fn choices(node: &Node<'_>) -> Vec<(String, model::organisation::Bilingual)> {
    let Some(section) = node.section() else { return Vec::new() };
    let mut all = Vec::new();
    for value in section.remaining() {
        if let Some(section) = value.section() {
            all.push((value.name().to_owned(), section.bilingual()));
            section.finish();
        }
    }
    all
}
