//! The flow of a pack: which triggers start which duties, and which triggers those bring about.
//!
//! A graph with two kinds of node. Packs may well run in circles; every walk here remembers where it
//! has been, and the layers are those of the graph without the edges that lead back.

use std::collections::BTreeSet;

use model::regime::RoleId;

use super::words::{self, Language, Words};
use crate::regime::{Duty, Pack, Party, Trigger};

/// A pack's duties and triggers, joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub title: String,
    /// The lanes, in the order of the pack's roles.
    pub lanes: Vec<Lane>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// The duties that always stand: id, debtor and what it does.
    pub standing: Vec<(String, String, String)>,
    language: Language,
}

/// Where the nodes of one role, or of one set of roles, stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Its roles; none for what happens to nobody in particular.
    pub roles: Vec<RoleId>,
    pub name: String,
}

/// A trigger or a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: String,
    pub kind: Kind,
    pub article: String,
    /// What happens, or who must do what.
    pub text: String,
    /// The time allowed, and the grades; empty for a trigger.
    pub time: String,
    pub grades: String,
    /// The index of its lane.
    pub lane: usize,
    /// How many steps from the beginning.
    pub layer: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Trigger,
    Duty,
}

/// From one node to another, by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// It leads back to where the flow has been already.
    pub back: bool,
}

impl Flow {
    pub fn of(pack: &Pack, language: Language) -> Self {
        let words = Words { pack, language };
        let mut flow = Self {
            title: format!("{} {}", pack.instrument(), language.of(pack.title())),
            lanes: lanes(words),
            nodes: Vec::new(),
            edges: Vec::new(),
            standing: Vec::new(),
            language,
        };
        for trigger in pack.triggers() {
            let node = flow.trigger(words, trigger);
            flow.nodes.push(node);
        }
        for duty in pack.duties() {
            flow.duty(words, duty);
        }
        flow.lay();
        flow.drop_empty_lanes();
        flow
    }

    fn trigger(&self, words: Words<'_>, trigger: &Trigger) -> Node {
        Node {
            id: trigger.id.clone(),
            kind: Kind::Trigger,
            article: trigger.article.clone(),
            text: words.trigger(trigger),
            time: String::new(),
            grades: String::new(),
            lane: self.lane_of(words.pack, trigger.by.as_ref()),
            layer: 0,
        }
    }

    fn duty(&mut self, words: Words<'_>, duty: &Duty) {
        let who = super::sheet::who(words, duty);
        let does = words.language.of(&duty.does);
        let Some(on) = &duty.on else {
            self.standing.push((duty.id.to_string(), who, does.to_owned()));
            return;
        };
        let to = self.nodes.len();
        self.nodes.push(Node {
            id: duty.id.to_string(),
            kind: Kind::Duty,
            article: duty.article.clone(),
            text: match words.language {
                Language::Zh => format!("{who}：{does}"),
                Language::En => format!("{who}: {does}"),
            },
            time: words::clock(&duty.clock, words.language),
            grades: words.grades(duty).unwrap_or_default(),
            lane: self.lane_of(words.pack, duty.who.first()),
            layer: 0,
        });
        let place = |id: &String| {
            self.nodes.iter().position(|node| node.kind == Kind::Trigger && node.id == *id)
        };
        let started = place(on).map(|from| Edge { from, to, back: false });
        let emitted = duty.emits.iter().filter_map(place);
        let emitted: Vec<Edge> =
            emitted.map(|trigger| Edge { from: to, to: trigger, back: false }).collect();
        self.edges.extend(started.into_iter().chain(emitted));
    }

    fn lane_of(&self, pack: &Pack, party: Option<&Party>) -> usize {
        let roles = party.map(|party| roles_of(pack, party)).unwrap_or_default();
        self.lanes.iter().position(|lane| lane.roles == roles).unwrap_or_default()
    }

    /// The indices of the nodes that nothing leads to.
    fn roots(&self) -> Vec<usize> {
        let reached = |at: usize| self.edges.iter().any(|edge| edge.to == at && !edge.back);
        (0..self.nodes.len()).filter(|at| !reached(*at)).collect()
    }

    /// Marks the edges that lead back, and puts every node one layer after the last that leads to it.
    fn lay(&mut self) {
        let mut done = BTreeSet::new();
        let starts: Vec<usize> = self.roots().into_iter().chain(0..self.nodes.len()).collect();
        for start in starts {
            self.mark_back(start, &mut done);
        }
        // No path is longer than there are nodes, and no circle is left.
        for _ in 0..self.nodes.len() {
            for edge in self.edges.iter().filter(|edge| !edge.back) {
                let before = self.nodes.get(edge.from).map_or(0, |node| node.layer);
                if let Some(node) = self.nodes.get_mut(edge.to) {
                    node.layer = node.layer.max(before + 1);
                }
            }
        }
    }

    /// Walks from one node, depth first, and marks every edge to a node still being walked.
    fn mark_back(&mut self, start: usize, done: &mut BTreeSet<usize>) {
        if done.contains(&start) {
            return;
        }
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let (at, from) = (*at, *next);
            let edge =
                (from..self.edges.len()).find(|i| self.edges.get(*i).is_some_and(|e| e.from == at));
            let Some(edge) = edge else {
                done.insert(at);
                path.pop();
                continue;
            };
            *next = edge + 1;
            let Some(edge) = self.edges.get_mut(edge) else { break };
            if path.iter().any(|(walked, _)| *walked == edge.to) {
                edge.back = true;
            } else if !done.contains(&edge.to) {
                path.push((edge.to, 0));
            }
        }
    }

    fn drop_empty_lanes(&mut self) {
        let used: BTreeSet<usize> = self.nodes.iter().map(|node| node.lane).collect();
        for node in &mut self.nodes {
            node.lane = used.range(..node.lane).count();
        }
        let mut at = 0..;
        self.lanes.retain(|_| at.next().is_some_and(|at| used.contains(&at)));
    }

    /// The flow as an indented tree; what was told already is named, and not told again.
    pub fn text(&self) -> String {
        let mut out = vec![self.title.clone()];
        let mut told = BTreeSet::new();
        let starts: Vec<usize> = self.roots().into_iter().chain(0..self.nodes.len()).collect();
        for start in starts {
            if !told.contains(&start) {
                out.push(String::new());
                self.tell(start, &mut told, &mut out);
            }
        }
        if !self.standing.is_empty() {
            out.push(String::new());
            out.push(self.language.pick("常设义务", "Always").to_owned());
            let colon = self.language.pick("：", ": ");
            out.extend(
                self.standing.iter().map(|(id, who, does)| format!("  {id}  {who}{colon}{does}")),
            );
        }
        out.join("\n")
    }

    /// Tells a node and what follows, without recursion: a pack may be as deep as it likes.
    fn tell(&self, start: usize, told: &mut BTreeSet<usize>, out: &mut Vec<String>) {
        let mut open = vec![(start, 0)];
        while let Some((at, depth)) = open.pop() {
            let Some(node) = self.nodes.get(at) else { continue };
            let again = !told.insert(at);
            let followed = self.edges.iter().any(|edge| edge.from == at);
            let above = match (again && followed, self.language) {
                (false, _) => "",
                (true, Language::Zh) => "（见上）",
                (true, Language::En) => " (see above)",
            };
            out.push(format!("{}{}{above}", "  ".repeat(depth), node.line()));
            if !again {
                let next = self.edges.iter().rev().filter(|edge| edge.from == at);
                open.extend(next.map(|edge| (edge.to, depth + 1)));
            }
        }
    }

    /// The flow as a picture, in SVG.
    pub fn svg(&self) -> String {
        super::svg::draw(self, self.language)
    }
}

impl Node {
    fn line(&self) -> String {
        match self.kind {
            Kind::Trigger => format!("● {}  [{}]", self.text, self.id),
            Kind::Duty => {
                let parts = [self.id.as_str(), &self.text, &self.time, &self.grades];
                let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                parts.join(" · ")
            }
        }
    }
}

/// Every lane that may be needed: one for each combination of roles that the pack names, nobody's last.
fn lanes(words: Words<'_>) -> Vec<Lane> {
    let pack = words.pack;
    let nobody = words.language.pick("不特定主体", "nobody in particular").to_owned();
    let mut lanes = Vec::new();
    let parties = pack.duties().iter().filter_map(|duty| duty.who.first());
    let parties = parties.chain(pack.triggers().iter().filter_map(|trigger| trigger.by.as_ref()));
    let mut found: Vec<Vec<RoleId>> = parties.map(|party| roles_of(pack, party)).collect();
    let place = |role: &RoleId| pack.roles().iter().position(|known| known.id == *role);
    found.sort_by_key(|roles| roles.iter().map(place).collect::<Vec<_>>());
    found.dedup();
    for roles in found.into_iter().filter(|roles| !roles.is_empty()) {
        let parties: Vec<Party> = roles.iter().cloned().map(Party::Role).collect();
        lanes.push(Lane { name: words.parties(&parties), roles });
    }
    lanes.push(Lane { roles: Vec::new(), name: nobody });
    lanes
}

fn roles_of(pack: &Pack, party: &Party) -> Vec<RoleId> {
    match party {
        Party::Role(role) => vec![role.clone()],
        Party::Set(id) => pack.set(id).map(|set| set.roles.clone()).unwrap_or_default(),
        Party::Anybody | Party::AsFirstReport => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
