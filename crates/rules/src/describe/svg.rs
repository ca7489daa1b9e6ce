//! A flow as a picture: layers from left to right, a lane for each role, SVG by hand.
//!
//! The same flow gives the same bytes. All text is escaped; colours are never the only sign.

use std::fmt::Write as _;

use super::flow::{Edge, Flow, Kind, Node};
use super::measure::wrap;
use super::words::Language;

const GUTTER: usize = 150;
const MARGIN: usize = 20;
const TOP: usize = 64;
const GAP_X: usize = 44;
const GAP_Y: usize = 14;
const TRIGGER_WIDTH: usize = 156;
const DUTY_WIDTH: usize = 224;
const LINE: usize = 16;
/// Columns of text at 12 pixels in a trigger, a duty, and the name of a lane.
const TRIGGER_COLUMNS: usize = 20;
const DUTY_COLUMNS: usize = 29;
const LANE_COLUMNS: usize = 20;
const INK: &str = "#1c2733";
const FAINT: &str = "#5b6875";

/// Where a node stands, and its lines.
struct Placed<'f> {
    node: &'f Node,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    lines: Vec<String>,
}

/// A lane's name and its vertical extent.
struct Band {
    name: Vec<String>,
    y: usize,
    height: usize,
}

pub(super) fn draw(flow: &Flow, language: Language) -> String {
    let mut placed: Vec<Placed<'_>> = flow.nodes.iter().map(measured).collect();
    let width = set_columns(flow, &mut placed) + MARGIN;
    let bands = set_rows(flow, &mut placed);
    let bottom = bands.last().map_or(TOP, |band| band.y + band.height);
    let standing = standing(flow, language, width);
    let height = bottom + MARGIN + standing.len() * LINE + MARGIN;
    let mut out = String::new();
    head(&mut out, flow, language, (width, height));
    for (at, band) in bands.iter().enumerate() {
        lane(&mut out, band, at, width);
    }
    for edge in &flow.edges {
        arrow(&mut out, &placed, *edge);
    }
    for one in &placed {
        boxed(&mut out, one);
    }
    lines(&mut out, &standing, (MARGIN, bottom + MARGIN + LINE), FAINT);
    out.push_str("</svg>\n");
    out
}

fn measured(node: &Node) -> Placed<'_> {
    let (width, columns) = match node.kind {
        Kind::Trigger => (TRIGGER_WIDTH, TRIGGER_COLUMNS),
        Kind::Duty => (DUTY_WIDTH, DUTY_COLUMNS),
    };
    let mut lines = wrap(&node.text, columns);
    for more in [&node.time, &node.grades].into_iter().filter(|more| !more.is_empty()) {
        lines.extend(wrap(&format!("· {more}"), columns));
    }
    let heading = if node.kind == Kind::Duty { LINE + 4 } else { 0 };
    let height = heading + lines.len() * LINE + 14;
    Placed { node, x: 0, y: 0, width, height, lines }
}

/// Sets every node's x by its layer; returns where the last layer ends.
fn set_columns(flow: &Flow, placed: &mut [Placed<'_>]) -> usize {
    let layers = flow.nodes.iter().map(|node| node.layer + 1).max().unwrap_or(0);
    let mut x = MARGIN + GUTTER;
    for layer in 0..layers {
        let mut widest = 0;
        for one in placed.iter_mut().filter(|one| one.node.layer == layer) {
            one.x = x;
            widest = widest.max(one.width);
        }
        x += widest + GAP_X;
    }
    x
}

/// Sets every node's y by its lane, those of one lane and layer one beneath the other.
fn set_rows(flow: &Flow, placed: &mut [Placed<'_>]) -> Vec<Band> {
    let layers = flow.nodes.iter().map(|node| node.layer + 1).max().unwrap_or(0);
    let mut bands = Vec::new();
    let mut y = TOP;
    for (at, lane) in flow.lanes.iter().enumerate() {
        let name = wrap(&lane.name, LANE_COLUMNS);
        let mut height = name.len() * LINE + 2 * GAP_Y;
        for layer in 0..layers {
            let mut below = GAP_Y;
            let here = |one: &&mut Placed<'_>| one.node.lane == at && one.node.layer == layer;
            for one in placed.iter_mut().filter(here) {
                one.y = y + below;
                below += one.height + GAP_Y;
            }
            height = height.max(below);
        }
        bands.push(Band { name, y, height });
        y += height;
    }
    bands
}

fn standing(flow: &Flow, language: Language, width: usize) -> Vec<String> {
    if flow.standing.is_empty() {
        return Vec::new();
    }
    let colon = language.pick("：", ": ");
    let mut all = vec![language.pick("常设义务：", "Always:").to_owned()];
    let columns = (width.saturating_sub(2 * MARGIN) / 7).max(40);
    for (id, who, does) in &flow.standing {
        all.extend(wrap(&format!("{id}  {who}{colon}{does}"), columns));
    }
    all
}

fn head(out: &mut String, flow: &Flow, language: Language, (width, height): (usize, usize)) {
    let title = escaped(&flow.title);
    let desc = match language {
        Language::Zh => format!(
            "{} 个触发事件与 {} 项义务，从左到右按先后排列，每类主体一行。",
            count(flow, Kind::Trigger),
            count(flow, Kind::Duty)
        ),
        Language::En => format!(
            "{} triggers and {} duties in the order in which they follow, left to right, one lane for each role.",
            count(flow, Kind::Trigger),
            count(flow, Kind::Duty)
        ),
    };
    let lang = match language {
        Language::Zh => "zh-CN",
        Language::En => "en",
    };
    put(
        out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" lang=\"{lang}\" role=\"img\" \
             aria-labelledby=\"flow-title flow-desc\" font-size=\"12\" \
             font-family=\"system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif\">\n\
             <title id=\"flow-title\">{title}</title>\n<desc id=\"flow-desc\">{desc}</desc>\n\
             <defs><marker id=\"flow-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
             markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
             <path d=\"M0 0L8 4L0 8z\" fill=\"{FAINT}\"/></marker></defs>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
             <text x=\"{MARGIN}\" y=\"36\" font-size=\"18\" font-weight=\"600\" fill=\"{INK}\">{title}</text>"
        ),
    );
}

fn count(flow: &Flow, kind: Kind) -> usize {
    flow.nodes.iter().filter(|node| node.kind == kind).count()
}

fn lane(out: &mut String, band: &Band, at: usize, width: usize) {
    let fill = if at.is_multiple_of(2) { "#f3f5f7" } else { "#ffffff" };
    let Band { y, height, .. } = band;
    put(
        out,
        format_args!(
            "<rect x=\"0\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
        ),
    );
    lines(out, &band.name, (MARGIN, y + GAP_Y + LINE), INK);
}

fn arrow(out: &mut String, placed: &[Placed<'_>], edge: Edge) {
    let (Some(from), Some(to)) = (placed.get(edge.from), placed.get(edge.to)) else { return };
    let (x1, y1) = (from.x + from.width, from.y + from.height / 2);
    let (x2, y2) = (to.x.saturating_sub(2), to.y + to.height / 2);
    let bend = GAP_X;
    let dashed = if edge.back { " stroke-dasharray=\"5 4\"" } else { "" };
    let (c1, c2) = (x1 + bend, x2.saturating_sub(bend));
    put(
        out,
        format_args!(
            "<path d=\"M{x1} {y1}C{c1} {y1} {c2} {y2} {x2} {y2}\" fill=\"none\" stroke=\"{FAINT}\" \
             stroke-width=\"1.3\"{dashed} marker-end=\"url(#flow-arrow)\"/>"
        ),
    );
}

fn boxed(out: &mut String, one: &Placed<'_>) {
    let Placed { node, x, y, width, height, lines: text, .. } = one;
    let (radius, fill, stroke) = match node.kind {
        Kind::Trigger => (14, "#eef4fb", "#7a97b8"),
        Kind::Duty => (4, "#ffffff", "#3d4c5c"),
    };
    put(out, format_args!("<g><title>{} {}</title>", escaped(&node.id), escaped(&node.article)));
    put(
        out,
        format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" \
             fill=\"{fill}\" stroke=\"{stroke}\"/>"
        ),
    );
    let (left, mut top) = (x + 10, y + LINE + 4);
    if node.kind == Kind::Duty {
        let right = x + width - 10;
        put(
            out,
            format_args!(
                "<text x=\"{left}\" y=\"{top}\" font-weight=\"700\" fill=\"{INK}\">{}</text>\
                 <text x=\"{right}\" y=\"{top}\" text-anchor=\"end\" fill=\"{FAINT}\">§ {}</text>",
                escaped(&node.id),
                escaped(&node.article)
            ),
        );
        top += LINE + 4;
    }
    lines(out, text, (left, top), INK);
    out.push_str("</g>\n");
}

fn lines(out: &mut String, lines: &[String], (x, y): (usize, usize), fill: &str) {
    for (at, line) in lines.iter().enumerate() {
        let y = y + at * LINE;
        put(
            out,
            format_args!(
                "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\">{}</text>",
                escaped(line.trim_end())
            ),
        );
    }
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _never = writeln!(out, "{line}");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
