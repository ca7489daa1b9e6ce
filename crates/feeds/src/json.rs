//! JSON written straight into a string, for details that are rendered row by row.

use std::borrow::Cow;
use std::fmt::Write;

use hashbrown::HashSet;
use serde_json::{Map, Value};

/// Appends a JSON string.
pub(crate) fn string(text: &str, out: &mut String) {
    out.push('"');
    escaped(text, out);
    out.push('"');
}

fn escaped(text: &str, out: &mut String) {
    // Nearly no text needs it, and one look at all bytes is quicker than one that may end at any of them.
    if !text.bytes().fold(false, |any, byte| any | needs_escape(byte)) {
        return out.push_str(text);
    }
    let mut rest = text;
    while let Some(at) = rest.bytes().position(needs_escape) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let mut after = after.chars();
        match after.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(other) => write_to(out, format_args!("\\u{:04x}", u32::from(other))),
            None => {}
        }
        rest = after.as_str();
    }
    out.push_str(rest);
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
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
    if column.starts_with("extra.") { column.to_owned() } else { format!("extra.{column}") }
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
    match at(object, path) {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Number(number)) => Cow::Owned(number.to_string()),
        Some(Value::Bool(truth)) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => Cow::Borrowed(""),
    }
}

fn at<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (head, rest) = path.split_once('.')?;
    at(object.get(head)?.as_object()?, rest)
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
