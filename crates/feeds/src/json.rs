//! JSON written straight into a string, for details that are rendered row by row.

use std::borrow::Cow;
use std::fmt::Write;

use hashbrown::HashSet;
use model::details::escape;
use serde_json::{Map, Value};

/// Appends a JSON string.
pub(crate) fn string(text: &str, out: &mut String) {
    out.push('"');
    escape(text, out);
    out.push('"');
}

/// Appends anything that can be shown. Writing to a string does not fail.
pub(crate) fn write_to(out: &mut String, what: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(what);
    debug_assert!(written.is_ok(), "a string takes all that is written to it");
}

/// Appends `"key":` after a comma if needed, within the object that opened last.
pub(crate) fn key(key: &str, out: &mut String) {
    if !out.ends_with('{') {
        out.push(',');
    }
    out.push_str(key);
}

/// Where a value goes that has no field of its own.
pub(crate) fn extra_name(column: &str) -> String {
    // `@.x` is `x` of an item.
    let column = column.strip_prefix("@.").unwrap_or(column);
    if column.starts_with("extra.") { column.to_owned() } else { format!("extra.{column}") }
}

/// Appends a text that is JSON itself; `None` if it is not.
pub(crate) fn value(text: &str, out: &mut String) -> Option<()> {
    let value: Value = serde_json::from_str(text).ok()?;
    write_to(out, format_args!("{value}"));
    Some(())
}

/// `"name":`, escaped once so that it can be copied for each row.
pub(crate) fn prepared_key(name: &str) -> Box<str> {
    let mut key = String::with_capacity(name.len() + 3);
    string(name, &mut key);
    key.push(':');
    key.into()
}

/// The text of the scalar at a path; empty if there is none.
///
/// `a.b` is the member of that very name, or else the member `b` of the object `a`.
pub(crate) fn scalar<'a>(object: &'a Map<String, Value>, path: &str) -> Cow<'a, str> {
    at(object, path).map_or(Cow::Borrowed(""), text_of)
}

/// The text of a scalar; empty for anything else.
pub(crate) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        Value::Null | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
    }
}

/// The text of the scalar at a path of any value; empty if there is none.
pub(crate) fn scalar_of<'a>(value: &'a Value, path: &str) -> Cow<'a, str> {
    value.as_object().map_or(Cow::Borrowed(""), |object| scalar(object, path))
}

/// The members of an object beside the scalars at `taken` and whatever is at `ignored`; members of objects
/// on the way to one of them go by their whole path.
pub(crate) fn members_beside(
    value: &Value,
    taken: &[String],
    ignored: &[String],
) -> Map<String, Value> {
    let mut out = Map::new();
    if let Some(object) = value.as_object() {
        beside(object, "", (taken, ignored), &mut out);
    }
    out
}

fn beside(
    object: &Map<String, Value>,
    prefix: &str,
    (taken, ignored): (&[String], &[String]),
    out: &mut Map<String, Value>,
) {
    for (name, value) in object {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Null => {}
            _ if ignored.contains(&path) => {}
            Value::Object(inner)
                if taken.iter().chain(ignored).any(|taken| is_below(taken, &path)) =>
            {
                beside(inner, &path, (taken, ignored), out);
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) if taken.contains(&path) => {}
            Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => {
                out.insert(path, value.clone());
            }
        }
    }
}

/// Whether a path leads into the member at another one.
fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
}

fn at<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (head, rest) = path.split_once('.')?;
    match object.get(head)? {
        Value::Object(inner) => at(inner, rest),
        // `tags.0` is the first of them.
        Value::Array(list) => list.get(rest.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Appends what an object holds beside the paths already taken, as `extra.<path>`.
pub(crate) fn remainder(object: &Map<String, Value>, taken: &Taken<'_>, out: &mut String) {
    below(object, "", taken, out);
}

/// Paths and keys that need not be said again.
pub(crate) struct Taken<'a> {
    pub(crate) paths: &'a [String],
    pub(crate) keys: &'a HashSet<String>,
}

fn below(object: &Map<String, Value>, prefix: &str, taken: &Taken<'_>, out: &mut String) {
    for (name, value) in object {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::Object(inner) => below(inner, &path, taken, out),
            Value::Array(_) => member(&path, value, taken, out),
            Value::String(_) | Value::Number(_) | Value::Bool(_) => {
                if !taken.paths.contains(&path) {
                    member(&path, value, taken, out);
                }
            }
        }
    }
}

fn member(path: &str, value: &Value, taken: &Taken<'_>, out: &mut String) {
    let mut name = extra_name(path);
    while taken.keys.contains(&name) {
        name.push('_');
    }
    key(&prepared_key(&name), out);
    write_to(out, format_args!("{value}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(text: String) {
            let mut out = String::new();
            string(&text, &mut out);
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
