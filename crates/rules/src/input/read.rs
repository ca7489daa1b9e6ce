//! Reading inputs: one entry under `[input]`, in a pack or in a grading pack.

use super::{Input, InputKind, Inputs, MeasureOf, Takes};
use crate::document::{Node, Section};
use crate::within::Within;

const MEASURES: [(&str, MeasureOf); 2] = [
    ("distinct addresses of the largest threat", MeasureOf::LargestThreat),
    ("distinct addresses of all threats", MeasureOf::AllThreats),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    FinderRole,
    SeveralProvinces,
}

const TAKEN: [(&str, Taken); 2] = [
    ("the finder's role", Taken::FinderRole),
    ("whether several provinces are in the incident", Taken::SeveralProvinces),
];

/// Reads one input.
pub(crate) fn input(node: &Node<'_>, section: &Section<'_>) -> Option<Input> {
    let means = section.need_text("means");
    let measures = section.find("measures").and_then(|node| node.one_of(&MEASURES));
    let window = section.find("window").and_then(|node| window(&node));
    let for_record = section.find("for_record").and_then(|node| node.boolean()).unwrap_or(false);
    let kind = kind(node, section)?;
    if measures.is_some() && (window.is_none() || kind != InputKind::Count) {
        node.report("what is measured is a count over a window", "add `window = \"24 hours\"`");
    }
    let absent = section.find("absent").and_then(|node| {
        let text = node.plain()?;
        let value = kind.read(&text);
        if value.is_none() {
            let what = format!("`{text}` is no value of this input");
            node.report(what, format!("write {}", kind.wanted()));
        }
        value
    });
    let takes = takes(node, section, &kind);
    let measure = measures.zip(window);
    let name = node.name().to_owned();
    Some(Input { name, kind, means, measure, takes, absent, for_record })
}

fn kind(node: &Node<'_>, section: &Section<'_>) -> Option<InputKind> {
    let values: Vec<String> = section.words("values").iter().filter_map(Node::text).collect();
    match section.need("type")?.text()?.as_str() {
        "count" => Some(InputKind::Count),
        "decimal" => Some(InputKind::Decimal),
        "one of" if values.is_empty() => {
            node.report("it has no values", "list them: `values = [\"…\"]`");
            Some(InputKind::OneOf(values))
        }
        "one of" => Some(InputKind::OneOf(values)),
        "yes or no" => Some(InputKind::YesNo),
        "list" => Some(InputKind::List),
        other => {
            let what = format!("`{other}` is no type of input");
            node.report(what, "use one of count, decimal, one of, yes or no, list");
            None
        }
    }
}

fn takes(node: &Node<'_>, section: &Section<'_>, kind: &InputKind) -> Option<Takes> {
    let taken = section.find("takes").and_then(|node| node.one_of(&TAKEN));
    let otherwise = section.text("otherwise");
    let stranger = otherwise.as_deref().is_some_and(|value| kind.read(value).is_none());
    if stranger || (taken == Some(Taken::FinderRole)) != otherwise.is_some() {
        let fix = "give `takes` and `otherwise` together, the latter being one of the values";
        node.report("it does not say what an unknown finder is", fix);
    }
    if taken == Some(Taken::SeveralProvinces) && *kind != InputKind::YesNo {
        node.report("whether several provinces are touched is yes or no", "correct its type");
    }
    match taken? {
        Taken::FinderRole => otherwise.map(|otherwise| Takes::FinderRole { otherwise }),
        Taken::SeveralProvinces => Some(Takes::SeveralProvinces),
    }
}

/// A rolling window in whole hours.
pub(crate) fn window(node: &Node<'_>) -> Option<u32> {
    if let Within::Hours { hundredths } = node.parse()?
        && hundredths % 100 == 0
    {
        return Some(hundredths / 100);
    }
    node.report("the window is no number of whole hours", "write such as \"24 hours\"");
    None
}

/// Reads facts given as a table, such as `{ size = 12 }`, as the declared inputs want them.
pub(crate) fn given(node: &Node<'_>, declared: &[Input]) -> Option<Inputs> {
    let entries = node.section()?.remaining();
    let pair = |entry: &Node<'_>| Some(format!("{}={}", entry.name(), entry.plain()?));
    let pairs: Vec<String> = entries.iter().map(pair).collect::<Option<_>>()?;
    match Inputs::parse(declared, pairs.iter().map(String::as_str)) {
        Ok(inputs) => Some(inputs),
        Err(error) => {
            node.report(error.to_string(), "give declared inputs, each with a value of its kind");
            None
        }
    }
}
