//! Abuse reports by mail: ARF (RFC 5965), X-ARF 0.2, and XARF as JSON beside the text for people.
//!
//! One delivery is one mail, and a mail is one record of up to three members: `mail` (when, and under which
//! id), `report` (the fields of a feedback report or of X-ARF, names in lower case) and `xarf` (the JSON).
//! Of what the mail says for people, and of the message complained about, nothing is taken: they hold
//! personal data, and nothing here needs them. For the same reason recipients are left out of the report.

use std::io::Read;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};
use serde_json::{Map, Value, json};

use super::Next;
use crate::lines::Lines;
use crate::reader::RAW_KEPT;

pub(super) struct Mail {
    most: usize,
    done: bool,
}

/// How often a mail may speak of messages and digests. Messages within messages are dropped one within the
/// other, so that thousands of them would exhaust the stack.
const NESTED_MAX: usize = 400;

/// Fields that name whom the mail was for (RFC 5965 §3.2), or who wrote what was complained about.
const PERSONAL: &[&str] = &[
    "original-rcpt-to",
    "original-mail-from",
    "removal-recipient",
    "reported-from",
    "from",
    "to",
    "cc",
];

impl Mail {
    pub(super) fn new(most: usize) -> Self {
        Self { most, done: false }
    }

    pub(super) fn next<R: Read>(&mut self, lines: &mut Lines<R>) -> Next {
        if std::mem::replace(&mut self.done, true) {
            return Next::End;
        }
        let mut length = 0;
        while length <= self.most && lines.byte(length).is_some() {
            length += 1;
        }
        if lines.is_broken() || length == 0 {
            return Next::End;
        }
        let line = lines.number();
        if length > self.most {
            let reason = format!("the mail is larger than {} bytes", self.most);
            return Next::Fault { line, reason };
        }
        let body = lines.bytes(0, length);
        let raw = body.get(..RAW_KEPT).unwrap_or(body).to_vec();
        let read = record(body);
        lines.take(length);
        match read {
            Ok(value) => Next::Record { value, line, raw },
            Err(reason) => Next::Refused { line, raw, reason },
        }
    }
}

fn record(body: &[u8]) -> Result<Value, String> {
    if nested(body) > NESTED_MAX {
        return Err(format!("speaks of messages or digests more than {NESTED_MAX} times"));
    }
    let mail = MessageParser::default().parse(body).ok_or("is no mail")?;
    let mut report = Map::new();
    let mut xarf = Value::Null;
    for part in &mail.parts {
        let told = kind(part);
        if told == "message/feedback-report" || (is_x_arf(&mail) && is_report(part)) {
            fields(part.text_contents().unwrap_or_default(), &mut report);
        } else if (told == "application/json" || told == "application/xarf+json" || is_json(part))
            && let Ok(value @ Value::Object(_)) = serde_json::from_slice(part.contents())
        {
            xarf = value;
        }
    }
    if report.is_empty() && xarf.is_null() {
        return Err("holds no abuse report: neither ARF, nor X-ARF, nor XARF".to_owned());
    }
    for name in PERSONAL {
        report.remove(*name);
    }
    let date = mail.date().map(mail_parser::DateTime::to_rfc3339);
    let mail = json!({ "date": date, "id": mail.message_id() });
    Ok(json!({ "mail": mail, "report": report, "xarf": xarf }))
}

/// How often a mail says `message` or `digest`, in any case.
fn nested(body: &[u8]) -> usize {
    let is = |at: usize, word: &[u8]| {
        body.get(at..at + word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    let starts = memchr::memchr2_iter(b'm', b'M', body).filter(|&at| is(at, b"message")).count();
    starts + memchr::memchr2_iter(b'd', b'D', body).filter(|&at| is(at, b"digest")).count()
}

/// `message/feedback-report`, in lower case.
fn kind(part: &MessagePart<'_>) -> String {
    part.content_type().map_or(String::new(), |kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("")).to_ascii_lowercase()
    })
}

/// X-ARF 0.2 says so in a header of the mail.
fn is_x_arf(mail: &Message<'_>) -> bool {
    mail.header_raw("X-XARF").or_else(|| mail.header_raw("X-ARF")).is_some()
}

/// The second part of X-ARF, by its name.
fn is_report(part: &MessagePart<'_>) -> bool {
    part.attachment_name().is_some_and(|name| name.eq_ignore_ascii_case("report.txt"))
}

fn is_json(part: &MessagePart<'_>) -> bool {
    part.attachment_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".json"))
}

/// Reads `Name: value` lines, folded ones joined (RFC 5322 §2.2.3); a name given twice is an array. What is
/// YAML of X-ARF beyond that, nobody writes.
fn fields(text: &str, into: &mut Map<String, Value>) {
    let mut last: Option<(String, String)> = None;
    for line in text.lines() {
        if let (Some((_, value)), true) = (&mut last, line.starts_with([' ', '\t'])) {
            value.push(' ');
            value.push_str(line.trim());
            continue;
        }
        keep(last.take(), into);
        if line.starts_with('#') {
            continue;
        }
        last = line.split_once(':').map(|(name, value)| {
            let value = value.trim();
            let bare = value.strip_prefix(['"', '\'']).and_then(|v| v.strip_suffix(['"', '\'']));
            (name.trim().to_ascii_lowercase(), bare.unwrap_or(value).to_owned())
        });
    }
    keep(last, into);
}

fn keep(field: Option<(String, String)>, into: &mut Map<String, Value>) {
    let Some((name, value)) = field.filter(|(name, _)| !name.is_empty()) else {
        return;
    };
    let value = Value::String(value);
    match into.get_mut(&name) {
        None => {
            into.insert(name, value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}
