//! Scales: how grave an incident is, and how grave a warning.
//!
//! A pack has one scale of grades and may have a second one of warnings; ids are unique across both. A
//! pack whose own criteria are elsewhere names a grading pack: until that is joined to it, see
//! [`Pack::with_grading`], nothing can be graded by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::regime::{GradeId, PackId};

use super::parse::{Reader, id};
use super::{Grade, Pack};
use crate::document::{Node, Section};
use crate::finding::{Finding, Findings};
use crate::grading::Grading;
use crate::predicate::Predicate;

const COLOURS: [(&str, &str); 4] =
    [("red", "red"), ("orange", "orange"), ("yellow", "yellow"), ("blue", "blue")];

/// One scale being read: its table, its article, and the grading pack that decides in its place.
struct Scale<'s> {
    table: &'static str,
    article: &'s str,
    graded_by: Option<&'s PackId>,
}

impl Pack {
    /// The grades, the gravest first.
    pub fn grades(&self) -> &[Grade] {
        &self.parts.grades
    }

    /// The levels of its warnings, the gravest first; empty where a pack knows none.
    pub fn warnings(&self) -> &[Grade] {
        &self.parts.warnings
    }

    /// A grade or a level of warning.
    pub fn grade(&self, id: &GradeId) -> Option<&Grade> {
        self.parts.grades.iter().chain(&self.parts.warnings).find(|grade| grade.id == *id)
    }

    /// Whether the one is graver than the other; false across scales and for what it does not know.
    pub fn is_graver(&self, one: &GradeId, other: &GradeId) -> bool {
        let rank = |scale: &[Grade], id: &GradeId| {
            scale.iter().find(|grade| grade.id == *id).map(|grade| grade.rank)
        };
        [self.grades(), self.warnings()].iter().any(|scale| {
            matches!((rank(scale, one), rank(scale, other)), (Some(one), Some(other)) if one < other)
        })
    }

    /// The grading pack that decides between its grades, when it does not do so itself.
    pub fn graded_by(&self) -> Option<&PackId> {
        self.parts.graded_by.as_ref()
    }

    /// The grading pack that has been joined to it.
    pub fn grading(&self) -> Option<&Grading> {
        self.parts.grading.as_deref()
    }

    /// The pack together with the grading pack that it names: its inputs are now those of both.
    ///
    /// # Errors
    /// When it names another or none, their grades differ, or they declare an input twice.
    pub fn with_grading(&self, grading: &Grading) -> Result<Self, Findings> {
        let mut found = Vec::new();
        let mut report = |key: &str, what: String, fix: &str| {
            let (origin, key, fix) = (grading.origin().to_owned(), key.to_owned(), fix.to_owned());
            found.push(Finding { origin, line: None, key, what, fix });
        };
        if self.graded_by() != Some(grading.id()) {
            let what = format!("`{}` is not graded by `{}`", self.id(), grading.id());
            report("regime.id", what, "name it there: `[grade] see = \"…\"`");
        }
        let own: Vec<&GradeId> = self.parts.grades.iter().map(|grade| &grade.id).collect();
        if !own.iter().copied().eq(grading.order()) {
            let what = format!("its grades are not those of `{}`", self.id());
            report("rule.order", what, "list the same grades in the same order");
        }
        for input in grading.inputs() {
            if self.parts.inputs.iter().any(|known| known.name == input.name) {
                let what = format!("`{}` declares the input `{}` as well", self.id(), input.name);
                report("input", what, "declare it in one of the two");
            }
        }
        if !found.is_empty() {
            return Err(Findings::of(found));
        }
        let mut pack = self.clone();
        pack.parts.inputs.extend(grading.inputs().iter().cloned());
        pack.parts.grading = Some(Arc::new(grading.clone()));
        Ok(pack)
    }
}

impl Reader<'_> {
    /// Reads `[grade]`, and `[warning]` if there is one.
    pub(super) fn scales(&mut self, root: &Section<'_>) {
        if let Some(section) = root.need("grade").and_then(|node| node.section()) {
            self.parts.graded_by = section.find("see").and_then(|node| node.parse());
            let graded_by = self.parts.graded_by.clone();
            self.parts.grades = self.scale(section, "grade", graded_by.as_ref());
        }
        if let Some(section) = root.find("warning").and_then(|node| node.section()) {
            let at = section.at();
            self.parts.warnings = self.scale(section, "warning", None);
            for level in &self.parts.warnings {
                if self.parts.grades.iter().any(|grade| grade.id == level.id) {
                    let what = format!("`{}` is a grade already", level.id);
                    self.report(at, "warning.order", what, "give the level another id");
                }
            }
        }
    }

    fn scale(
        &mut self,
        section: Section<'_>,
        table: &'static str,
        graded_by: Option<&PackId>,
    ) -> Vec<Grade> {
        let article = section.need_text("art");
        let order: Vec<String> = section.words("order").iter().filter_map(Node::text).collect();
        let at = section.at();
        let scale = Scale { table, article: &article, graded_by };
        let mut found: BTreeMap<String, Grade> = BTreeMap::new();
        for node in section.remaining() {
            self.places.insert((table, node.name().to_owned()), node.at());
            if !order.iter().any(|name| name == node.name()) {
                node.report("the grade is not in `order`", "add it there, the gravest first");
            }
            if let Some(grade) = self.step(&node, &scale) {
                found.insert(node.name().to_owned(), grade);
            }
        }
        let mut grades = Vec::new();
        for (rank, name) in (1..=u8::MAX).zip(&order) {
            if let Some(grade) = found.remove(name) {
                grades.push(Grade { rank, ..grade });
            } else {
                let what = format!("`{name}` is no grade");
                self.report(at, &format!("{table}.order"), what, "declare it");
            }
        }
        let otherwise = |grade: &Grade| grade.test.is_none();
        let last_only = grades.last().is_some_and(otherwise)
            && grades.iter().filter(|grade| otherwise(grade)).count() == 1;
        if !last_only && graded_by.is_none() {
            let fix = "let the last grade, and no other, say `when = \"otherwise\"`";
            self.report(at, table, "the scale does not end".to_owned(), fix);
        }
        grades
    }

    fn step(&self, node: &Node<'_>, scale: &Scale<'_>) -> Option<Grade> {
        let section = node.section()?;
        let name = section.bilingual();
        let harm = section.names("impact");
        let owes_nothing =
            section.find("owes_nothing").and_then(|node| node.boolean()).unwrap_or(false);
        let colour = section.find("colour").and_then(|node| node.one_of(&COLOURS));
        let colour = colour.map(str::to_owned);
        let (when, test) = match scale.graded_by {
            Some(grading) => {
                if let Some(node) = section.find("when") {
                    node.report("the grading pack decides", "remove `when`, or `see` above");
                }
                (format!("see {grading}"), Some(Predicate::never()))
            }
            None => self.when(&section),
        };
        if scale.table == "warning" && colour.is_none() {
            section.report("the warning has no colour", "add `colour = \"…\"`");
        }
        section.finish();
        let article = scale.article.to_owned();
        let id = id(node)?;
        Some(Grade { id, rank: 0, article, name, colour, when, harm, owes_nothing, test })
    }

    fn when(&self, section: &Section<'_>) -> (String, Option<Predicate>) {
        let when = section.need_text("when");
        let test = (when != "otherwise").then(|| self.predicate(section, "when"));
        // A grade whose predicate cannot be read is a grade all the same: one fault, one finding.
        (when, test.map(|read| read.unwrap_or_else(Predicate::never)))
    }
}
