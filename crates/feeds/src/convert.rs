//! Converters: what a provider's text becomes in an event.
//!
//! A converter either writes a JSON value, finds nothing worth keeping, or refuses the text; a refused
//! text is kept as it came, under `extra.<column>`. None of them decides whether a row stands.

use std::borrow::Cow;
use std::net::IpAddr;

use model::Fqdn;
use serde::Deserialize;

use crate::json;
use crate::rows::Row;
use crate::time;

/// What to do with the text of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Converter {
    /// The text; absent when empty.
    Raw,
    /// The text; absent when empty, `0` or `unknown`, as providers write for "nothing".
    Text,
    Int,
    Float,
    Bool,
    /// A whole number; 0 means absent.
    Nonzero,
    /// An address; `0.0.0.0` means absent.
    Ip,
    /// An address with a prefix length; a bare address is no network.
    Network,
    Fqdn,
    /// The row's own time.
    Utc,
    /// Any date, into ISO 8601.
    Date,
    /// The CVE numbers among tags separated by `;`.
    Cve,
    /// A URL put together from the columns for scheme, host and request line.
    Url,
    /// The column itself, or else the column `detail`.
    CategoryOrDetail,
    /// The text in base 64, unless it is already.
    Base64,
    /// The type that a scan for mail servers found, told by its tag.
    ExchangeType,
    /// The name for the same.
    ExchangeName,
    /// The host of a URL or an e-mail address.
    Host,
    /// JSON as it stands.
    Json,
}

/// What became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Written,
    Absent,
    Refused,
}

/// Where the columns stand that some converters look at beside their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) hosts: Vec<usize>,
    pub(crate) application: Option<usize>,
    pub(crate) detail: Option<usize>,
}

/// Tag of an Exchange server on which a web shell was found; any other is merely vulnerable.
const WEBSHELL: &str = "exchange;webshell";

impl Converter {
    /// By its name in a mapping.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name);
        Self::deserialize(name).ok()
    }

    /// The text that a field of a sighting is read from; `None` when there is none.
    pub(crate) fn text<'a>(
        self,
        raw: &'a str,
        row: Row<'a>,
        parts: &Parts,
    ) -> Option<Cow<'a, str>> {
        let text = match self {
            Self::Url => url(raw, row, parts)?,
            Self::Host => Cow::Borrowed(host(raw)),
            Self::ExchangeType => Cow::Borrowed(exchange_type(raw)),
            Self::ExchangeName => Cow::Borrowed(exchange_name(raw)),
            Self::CategoryOrDetail => Cow::Borrowed(category_or_detail(raw, row, parts)),
            Self::Text if is_nothing(raw) => return None,
            Self::Raw
            | Self::Text
            | Self::Int
            | Self::Float
            | Self::Bool
            | Self::Nonzero
            | Self::Ip
            | Self::Network
            | Self::Fqdn
            | Self::Utc
            | Self::Date
            | Self::Cve
            | Self::Base64
            | Self::Json => Cow::Borrowed(raw),
        };
        (!text.is_empty()).then_some(text)
    }

    /// Whether it may write something although its own column is empty.
    pub(crate) fn reads_empty(self) -> bool {
        self == Self::CategoryOrDetail
    }

    /// Whether what it writes is the text itself.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Raw | Self::Text | Self::Utc)
    }

    /// Writes the value as JSON.
    pub(crate) fn write(self, raw: &str, row: Row<'_>, parts: &Parts, out: &mut String) -> Outcome {
        let text = raw.trim_ascii();
        match self {
            Self::Text if is_nothing(raw) => Outcome::Absent,
            Self::Raw | Self::Utc | Self::Text => some_string(raw, out),
            Self::Nonzero if text.parse() == Ok(0i64) => Outcome::Absent,
            Self::Int | Self::Nonzero => written(integer(text, out)),
            Self::Float => {
                written(float(text).map(|value| json::write_to(out, format_args!("{value}"))))
            }
            Self::Bool => written(boolean(text).map(|truth| out.push_str(truth))),
            Self::Ip if text == "0.0.0.0" => Outcome::Absent,
            Self::Ip => shown(text.parse::<IpAddr>().ok(), out),
            Self::Network if !text.contains('/') => Outcome::Absent,
            Self::Network => written(network(text).map(|()| json::string(text, out))),
            Self::Fqdn => shown(text.parse::<Fqdn>().ok(), out),
            Self::Date => written(time::lenient(text).map(|at| {
                out.push('"');
                time::write_iso(at, out);
                out.push('"');
            })),
            Self::Cve => some_string(&cves(raw), out),
            Self::Base64 => some_string(&base64(raw), out),
            Self::Json => written(json::value(text, out)),
            Self::Url => written(url(raw, row, parts).map(|url| json::string(&url, out))),
            Self::CategoryOrDetail | Self::ExchangeType | Self::ExchangeName | Self::Host => {
                some_string(&self.text(raw, row, parts).unwrap_or_default(), out)
            }
        }
    }
}

/// What providers write where they have nothing to say.
pub(crate) fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "0" | "unknown")
}

fn written(done: Option<()>) -> Outcome {
    if done.is_some() { Outcome::Written } else { Outcome::Refused }
}

fn some_string(text: &str, out: &mut String) -> Outcome {
    if text.is_empty() {
        return Outcome::Absent;
    }
    json::string(text, out);
    Outcome::Written
}

/// Writes a whole number; as it stands, if that is how JSON would have it.
fn integer(text: &str, out: &mut String) -> Option<()> {
    let value: i64 = text.parse().ok()?;
    match text.as_bytes() {
        [b'1'..=b'9', ..] | [b'0'] => out.push_str(text),
        _ => json::write_to(out, format_args!("{value}")),
    }
    Some(())
}

fn shown(value: Option<impl std::fmt::Display>, out: &mut String) -> Outcome {
    written(value.map(|value| json::write_to(out, format_args!("\"{value}\""))))
}

fn float(text: &str) -> Option<serde_json::Number> {
    text.parse().ok().and_then(serde_json::Number::from_f64)
}

fn boolean(text: &str) -> Option<&'static str> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["y", "yes", "true", "t", "1", "on", "enabled"]) {
        return Some("true");
    }
    is(&["n", "no", "false", "f", "0", "off", "disabled"]).then_some("false")
}

fn network(text: &str) -> Option<()> {
    let (address, length) = text.split_once('/')?;
    let most = if address.parse::<IpAddr>().ok()?.is_ipv4() { 32 } else { 128 };
    (length.parse::<u8>().ok()? <= most).then_some(())
}

fn cves(tags: &str) -> String {
    let is_cve = |tag: &&str| tag.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("cve-"));
    tags.split(';').map(str::trim).filter(is_cve).collect::<Vec<_>>().join(";")
}

/// A request line such as `GET /path HTTP/1.1` on its host, or a URL as it stands.
fn url<'a>(raw: &'a str, row: Row<'a>, parts: &Parts) -> Option<Cow<'a, str>> {
    let host = parts.hosts.iter().map(|&column| row.get(column)).find(|host| !host.is_empty());
    if raw.contains("://") && !raw.contains(' ') {
        return Some(Cow::Borrowed(raw));
    }
    let path = raw.split(' ').nth(1).unwrap_or(raw);
    let scheme =
        parts.application.map(|column| row.get(column)).filter(|scheme| !scheme.is_empty());
    let (host, scheme) = (host.filter(|_| !path.is_empty())?, scheme.unwrap_or("http"));
    Some(Cow::Owned(format!("{scheme}://{host}{path}")))
}

fn category_or_detail<'a>(raw: &'a str, row: Row<'a>, parts: &Parts) -> &'a str {
    let detail = || parts.detail.map_or("", |column| row.get(column));
    if raw.is_empty() { detail() } else { raw }
}

fn exchange_type(tag: &str) -> &'static str {
    if tag == WEBSHELL { "system-compromise" } else { "vulnerable-system" }
}

fn exchange_name(tag: &str) -> &'static str {
    if tag == WEBSHELL { "exchange-server-webshell" } else { "vulnerable-exchange-server" }
}

/// The host of `scheme://user@host:port/path`, of `user@host`, or of a bare name.
fn host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    if host.starts_with('[') {
        return host;
    }
    host.split(':').next().unwrap_or(host)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 §4, with padding.
fn base64(text: &str) -> Cow<'_, str> {
    if is_base64(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().div_ceil(3) * 4);
    for group in text.as_bytes().chunks(3) {
        let bits = group.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - group.len()));
        for place in 0..4 {
            let sextet = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            let letter = ALPHABET.get(sextet).filter(|_| place <= group.len());
            out.push(letter.map_or('=', |&letter| char::from(letter)));
        }
    }
    Cow::Owned(out)
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_put_in_base_64_once() {
        assert_eq!(base64("a\u{1}"), "YQE=");
        assert_eq!(base64("sixteen bytes ok"), "c2l4dGVlbiBieXRlcyBvaw==");
        assert_eq!(base64("c2l4dGVlbiBieXRlcyBvaw=="), "c2l4dGVlbiBieXRlcyBvaw==");
    }

    #[test]
    fn the_host_is_found_in_urls_mail_addresses_and_bare_names() {
        for text in ["http://u@c2.example:81/x", "abuse@c2.example", "c2.example", "c2.example/x"] {
            assert_eq!(host(text), "c2.example", "{text}");
        }
    }

    #[test]
    fn only_cve_numbers_are_taken_from_tags() {
        assert_eq!(cves("exchange;CVE-2021-26855; cve-2021-1"), "CVE-2021-26855;cve-2021-1");
    }

    #[test]
    fn every_converter_of_a_mapping_has_its_name() {
        assert_eq!(Converter::named("category-or-detail"), Some(Converter::CategoryOrDetail));
        assert_eq!(Converter::named("rot13"), None);
    }
}
