//! Details: what a feed says of a row beyond the columns of a sighting.
//!
//! They are a JSON object, but seldom stand as one: the rows of a delivery say much the same in the same
//! order, so the names are written once, as a *form*, and each row keeps its values alone. A form is the
//! members' names as JSON has them, each with its colon and, where the value is a text, its opening quote:
//! `"malware.name":"␟"extra.naics":`. The values follow in that order, `zeus␟541690`; an empty one is absent.
//! Names and values are parted by U+001F, which ASCII calls the unit separator.
//!
//! A row that does not fit the form (a text with that character in it, a number that is none) stands as JSON.

use std::fmt::Write as _;

use crate::columns::{Coded, Texts};

/// Parts the names of a form, and the values of a row.
pub const SEPARATOR: char = '\u{1f}';

/// The details of some rows.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The form of each row; absent where the row stands as JSON.
    pub forms: Coded,
    /// The values of each row, or its JSON; absent where it says nothing more.
    pub texts: Texts,
}

impl Details {
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Empties both columns and keeps their memory for the next rows.
    pub fn clear(&mut self) {
        self.forms.clear();
        self.texts.clear();
    }

    /// Appends a row that stands as JSON, or says nothing.
    pub fn push_json(&mut self, json: &str) {
        self.forms.push("");
        self.texts.push(json);
    }
}

/// The JSON object that values in a form stand for; without a form they are JSON already.
pub fn rendered(form: &str, values: &str) -> String {
    if form.is_empty() {
        return values.to_owned();
    }
    let mut out = String::with_capacity(form.len() + values.len() + 2);
    for (name, value) in form.split(SEPARATOR).zip(values.split(SEPARATOR)) {
        if value.is_empty() {
            continue;
        }
        out.push(if out.is_empty() { '{' } else { ',' });
        out.push_str(name);
        if name.ends_with('"') {
            escape(value, &mut out);
            out.push('"');
        } else {
            out.push_str(value);
        }
    }
    if !out.is_empty() {
        out.push('}');
    }
    out
}

/// Appends a text as it stands between the quotes of a JSON string (RFC 8259 §7).
pub fn escape(text: &str, out: &mut String) {
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
            Some(other) => {
                // Writing to a string cannot fail.
                let _written = write!(out, "\\u{:04x}", u32::from(other));
            }
            None => {}
        }
        rest = after.as_str();
    }
    out.push_str(rest);
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_a_form_are_an_object_without_the_absent_ones() {
        let form = "\"a\":\"\u{1f}\"b\":\u{1f}\"c\":\"";
        assert_eq!(rendered(form, "x\u{1f}7\u{1f}y \"z\"\n"), r#"{"a":"x","b":7,"c":"y \"z\"\n"}"#);
        assert_eq!(rendered(form, "\u{1f}\u{1f}y"), r#"{"c":"y"}"#);
        assert_eq!(rendered(form, "\u{1f}\u{1f}"), "");
    }

    #[test]
    fn without_a_form_the_object_stands_as_it_is() {
        assert_eq!(rendered("", r#"{"a":1}"#), r#"{"a":1}"#);
        assert_eq!(rendered("", ""), "");
    }
}
