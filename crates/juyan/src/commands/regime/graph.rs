//! `juyan regime graph`: which trigger starts which duty, as a picture or a tree.

use std::process::ExitCode;

use rules::describe::Flow;
use rules::describe::flow::{Kind, Node};
use serde_json::json;

use super::language;
use super::shelf::Shelf;
use crate::cli::Told;
use crate::output;

pub(super) fn run(shelf: &Shelf, told: &Told, format: &str) -> anyhow::Result<ExitCode> {
    let pack = shelf.find_under(&told.pack, &told.how.readings)?;
    let flow = Flow::of(&pack, language(&told.lang));
    if told.how.json {
        output::json(&as_json(&flow))?;
    } else if format == "svg" {
        output::line(flow.svg().trim_end())?;
    } else {
        output::line(flow.text())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(flow: &Flow) -> serde_json::Value {
    let node = |node: &Node| {
        let kind = match node.kind {
            Kind::Trigger => "trigger",
            Kind::Duty => "duty",
        };
        json!({
            "id": node.id, "kind": kind, "article": node.article, "text": node.text,
            "time": node.time, "grades": node.grades, "layer": node.layer,
            "lane": flow.lanes.get(node.lane).map(|lane| &lane.name),
        })
    };
    let id = |at: usize| flow.nodes.get(at).map(|node| &node.id);
    let edges = flow
        .edges
        .iter()
        .map(|edge| json!({"from": id(edge.from), "to": id(edge.to), "back": edge.back}));
    let standing = flow
        .standing
        .iter()
        .map(|(duty, who, does)| json!({"duty": duty, "who": who, "does": does}));
    json!({
        "title": flow.title, "nodes": flow.nodes.iter().map(node).collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(), "standing": standing.collect::<Vec<_>>(),
    })
}
