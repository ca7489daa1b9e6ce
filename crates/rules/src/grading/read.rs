//! Reading a grading pack, and trying the cases that it brings along.

use std::collections::{BTreeMap, BTreeSet};

use model::regime::GradeId;

use super::{Criterion, Grading, Head, SCHEMA, Standing};
use crate::document::{Document, Node, Section};
use crate::finding::Findings;
use crate::input::{Input, Inputs, given, input};
use crate::predicate::{Predicate, Verdict};

#[derive(Clone, Copy)]
enum Status {
    Source,
    Proposal,
}

/// One case: given this, and nothing else or nothing else known, that grade must come out.
struct Case {
    inputs: Inputs,
    expect: GradeId,
    at: usize,
}

pub(super) fn grading(text: &str, origin: &str) -> Result<Grading, Findings> {
    let document = Document::new(origin, text);
    let table = document.read(text);
    let grading = table.as_ref().and_then(|table| read(&document, &document.root(table)));
    document.close(grading)
}

fn read(document: &Document, root: &Section<'_>) -> Option<Grading> {
    if let Some(node) = root.need("schema") {
        node.one_of(&[(SCHEMA, ())]);
    }
    let judgement = root.find("judgement").and_then(|node| judgement(&node));
    let head = root.need("regime").and_then(|node| node.section());
    let head = head.and_then(|section| self::head(section, judgement));
    let sources: Vec<(String, String)> = entries(root, "source")
        .iter()
        .filter_map(|node| Some((node.name().to_owned(), node.text()?)))
        .collect();
    let mut places = BTreeMap::new();
    let mut inputs = Vec::new();
    for node in entries(root, "input") {
        places.insert(node.name().to_owned(), node.at());
        if let Some(section) = node.section() {
            inputs.extend(input(&node, &section));
            section.finish();
        }
    }
    let order = root.need("rule").and_then(|node| rule(&node)).unwrap_or_default();
    let mut reading = Reading { document, sources, inputs, order, criteria: Vec::new() };
    let starts = reading.criteria(root);
    reading.check_asked(&places);
    let cases = root.need("test").map(|node| node.list()).unwrap_or_default();
    let cases: Vec<Case> = cases.iter().filter_map(|node| reading.case(node)).collect();
    let Reading { sources, inputs, order, criteria, .. } = reading;
    let origin = document.origin().to_owned();
    let grading =
        Grading { head: head?, sources, inputs, order, criteria, cases: cases.len(), origin };
    if document.is_clean() {
        prove(document, &grading, &cases, &starts);
    }
    Some(grading)
}

fn entries<'d>(root: &Section<'d>, name: &'static str) -> Vec<Node<'d>> {
    root.need(name).and_then(|node| node.section()).map(Section::remaining).unwrap_or_default()
}

fn head(section: Section<'_>, judgement: Option<String>) -> Option<Head> {
    let id = section.need("id").and_then(|node| node.parse());
    let version = section.need_text("pack");
    let title = section.need("title").and_then(|_| section.names("title")).unwrap_or_default();
    let words = [("substitute", true), ("original", false)];
    let is_substitute = section.need("status")?.one_of(&words)?;
    let replace_when_found = is_substitute.then(|| section.need_text("replace_when_found"));
    section.finish();
    Some(Head { id: id?, version, title, replace_when_found, judgement })
}

fn judgement(node: &Node<'_>) -> Option<String> {
    let section = node.section()?;
    let may_change = section.need_text("may_change");
    section.finish();
    Some(may_change)
}

/// The grades, the gravest first; the one way of combining criteria is that the gravest met decides.
fn rule(node: &Node<'_>) -> Option<Vec<GradeId>> {
    let section = node.section()?;
    section.need("combine")?.one_of(&[("the gravest criterion met", ())]);
    section.text("rounding");
    let order: Vec<GradeId> = section.words("order").iter().filter_map(Node::parse).collect();
    let floor = section.need("floor");
    if let Some(floor) = floor
        && let Some(name) = floor.text()
        && order.last().is_none_or(|last| last.as_str() != name)
    {
        floor.report(format!("`{name}` is not the last grade"), "name the last of `order`");
    }
    section.finish();
    Some(order)
}

/// A grading pack while it is being read.
struct Reading<'d> {
    document: &'d Document,
    sources: Vec<(String, String)>,
    inputs: Vec<Input>,
    order: Vec<GradeId>,
    criteria: Vec<Criterion>,
}

impl Reading<'_> {
    /// Reads the criteria of every grade; says where each stands.
    fn criteria(&mut self, root: &Section<'_>) -> BTreeMap<String, usize> {
        let mut starts = BTreeMap::new();
        let mut found: Vec<Criterion> = Vec::new();
        for node in entries(root, "criterion") {
            let grade = self.order.iter().find(|grade| grade.as_str() == node.name());
            let Some(grade) = grade.cloned() else {
                let what = format!("`{}` is no grade", node.name());
                node.report(what, "add it to `order` under [rule], the gravest first");
                continue;
            };
            for node in node.section().map(Section::remaining).unwrap_or_default() {
                if let Some(criterion) = self.criterion(&node, &grade) {
                    starts.insert(criterion.id(), node.at());
                    found.push(criterion);
                }
            }
        }
        for grade in &self.order {
            let of_grade: Vec<Criterion> =
                found.iter().filter(|one| one.grade == *grade).cloned().collect();
            if of_grade.is_empty() {
                let fix = "add [criterion.…] for it, or take it out of `order`";
                self.document.report(None, format!("criterion.{grade}"), "no criterion", fix);
            }
            self.criteria.extend(of_grade);
        }
        let last = self.criteria.last().is_some_and(|one| one.test.is_none());
        if !last || self.criteria.iter().filter(|one| one.test.is_none()).count() != 1 {
            let fix = "let the last criterion of the last grade, and no other, say `otherwise`";
            self.document.report(None, "criterion", "the scale does not end", fix);
        }
        starts
    }

    fn criterion(&self, node: &Node<'_>, grade: &GradeId) -> Option<Criterion> {
        let section = node.section()?;
        let when = section.need_text("when");
        let test = (when != "otherwise").then(|| match Predicate::parse(&when, &self.inputs) {
            Ok(test) => test,
            Err(error) => {
                node.report(error.to_string(), "write it in CEL over the names under [input]");
                Predicate::never()
            }
        });
        let words = [("source", Status::Source), ("proposal", Status::Proposal)];
        let standing = match section.need("status").and_then(|node| node.one_of(&words)) {
            Some(Status::Source) => Standing::Source(self.place(&section)),
            Some(Status::Proposal) => Standing::Proposal(section.need_text("why")),
            None => Standing::Proposal(String::new()),
        };
        section.finish();
        let (grade, name) = (grade.clone(), node.name().to_owned());
        Some(Criterion { grade, name, when, standing, test })
    }

    /// Reads `from`: a name under `[source]`, then where in it.
    fn place(&self, section: &Section<'_>) -> String {
        let Some(node) = section.need("from") else { return String::new() };
        let from = node.text().unwrap_or_default();
        let (name, place) = from.split_once(' ').unwrap_or((&from, ""));
        let Some((_, source)) = self.sources.iter().find(|(known, _)| known == name) else {
            node.report(format!("`{name}` is no source"), "use a name under [source], or add it");
            return from;
        };
        format!("{source} {place}").trim_end().to_owned()
    }

    fn check_asked(&self, places: &BTreeMap<String, usize>) {
        let tests = self.criteria.iter().filter_map(|one| one.test.as_ref());
        let asked: BTreeSet<&str> = tests.flat_map(Predicate::asks).collect();
        for input in self.inputs.iter().filter(|input| !asked.contains(input.name.as_str())) {
            let at = places.get(&input.name).copied();
            let key = format!("input.{}", input.name);
            self.document.report(at, key, "no criterion asks it", "remove it, or add a criterion");
        }
    }

    fn case(&self, node: &Node<'_>) -> Option<Case> {
        let section = node.section()?;
        let inputs = given(&section.need("grade")?, &self.inputs);
        let words = [("absent", true), ("unknown", false)];
        let absent = section.need("others").and_then(|node| node.one_of(&words));
        let expect = section.need("expect")?;
        let grade: GradeId = expect.parse()?;
        if !self.order.contains(&grade) {
            expect.report(format!("`{grade}` is no grade"), "use one of `order`");
        }
        section.finish();
        let inputs = if absent? { inputs?.assuming_absent(&self.inputs) } else { inputs? };
        Some(Case { inputs, expect: grade, at: node.at() })
    }
}

/// Tries every case, and whether every criterion has one in which it is met.
fn prove(document: &Document, grading: &Grading, cases: &[Case], starts: &BTreeMap<String, usize>) {
    let fix = "correct the criterion, or the case";
    let mut deciding: BTreeSet<String> = BTreeSet::new();
    for case in cases {
        let failure = match grading.assess(&case.inputs) {
            Ok(assessed) if assessed.grade == case.expect => {
                let met = |one: &&Criterion| one.judge(&case.inputs) == Verdict::Yes;
                let of_grade = grading.criteria.iter().filter(|one| one.grade == case.expect);
                deciding.extend(of_grade.filter(met).map(Criterion::id));
                continue;
            }
            Ok(assessed) => format!("the grade is {}, not {}", assessed.grade, case.expect),
            Err(error) => error.to_string(),
        };
        document.report(Some(case.at), "test", failure, fix);
    }
    for criterion in grading.criteria.iter().filter(|one| !deciding.contains(&one.id())) {
        let at = starts.get(&criterion.id()).copied();
        let key = format!("criterion.{}", criterion.id());
        document.report(at, key, "no case tries it", "add a [[test]] in which it decides");
    }
}
