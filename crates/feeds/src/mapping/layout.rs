//! The layout of a report that is no plain CSV: where its records stand, and what is made of them.
//!
//! All of it is data of the mapping. CSV with a header line and objects one a line need none of it.

use std::borrow::Cow;

use hashbrown::HashMap;
use serde::Deserialize;

/// The column in which stands when the delivery came in, or was made.
pub(crate) const RECEIVED: &str = "@received";
/// The column in which stands one address of a prefix.
pub(crate) const ADDRESS: &str = "@address";

/// Where records stand and what is made of them. The default is that of CSV: nothing to say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// JSON and XML: the way to the records of a document.
    pub(crate) records: Path,
    /// The ways to the items within a record, each of which is a row; a record without items is one itself.
    pub(crate) each: Vec<Path>,
    /// Text: characters that begin a comment line.
    pub(crate) comments: Vec<u8>,
    pub(crate) header: Header,
    /// Text without a header: the names of its columns.
    pub(crate) names: Vec<String>,
    /// Text: the whole line is one field.
    pub(crate) whole_line: bool,
    /// Text: the comment that begins so goes on with the time of the delivery.
    pub(crate) stamp: String,
    /// Rows that say no time were seen when the delivery was made or came in.
    pub(crate) undated: bool,
    pub(crate) derived: Vec<Derived>,
    pub(crate) expand: Option<Expand>,
    /// Rows whose column says one of these are no observations.
    pub(crate) skip: Vec<(String, Vec<String>)>,
    /// Columns and paths that are kept nowhere.
    pub(crate) ignore: Vec<String>,
}

impl Layout {
    /// The columns that are looked at without being read for themselves.
    pub(super) fn looked_at(&self) -> Vec<String> {
        let derived = self.derived.iter().flat_map(|derived| {
            derived.only_if.iter().map(|(name, _)| name).chain([&derived.from])
        });
        let expand = self.expand.iter().flat_map(|one| one.length.iter().chain([&one.column]));
        let skip = self.skip.iter().map(|(name, _)| name);
        derived.chain(expand).chain(skip).cloned().collect()
    }
}

/// Where a text report names its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Header {
    /// In the first line that is no comment.
    #[default]
    Line,
    /// In the last comment before the first row.
    Comment,
    /// Nowhere: the mapping names them.
    None,
}

/// A way into a document: `data[*]`, `Event.Attribute[*]`.
pub(crate) type Path = Vec<Step>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The member, or in XML the element, of this name.
    Key(String),
    /// Every element of an array, every member of an object.
    Any,
}

/// Reads `data[*].list[*]`; the empty text is the document itself.
pub(crate) fn path(text: &str) -> Result<Path, String> {
    let mut path = Path::new();
    for part in text.split('.').filter(|_| !text.is_empty()) {
        let name = part.trim_end_matches("[*]");
        if name.contains(['[', ']', '*']) || part.is_empty() {
            return Err(format!("`{text}` is no path like `data[*]` or `Event.Attribute[*]`"));
        }
        if !name.is_empty() {
            path.push(Step::Key(name.to_owned()));
        }
        let times = (part.len() - name.len()) / "[*]".len();
        path.extend(std::iter::repeat_n(Step::Any, times));
    }
    if path.len() > 16 {
        return Err("has more than 16 steps".to_owned());
    }
    Ok(path)
}

/// Prefixes whose addresses are rows of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expand {
    pub(crate) column: String,
    /// The column of the prefix length, if it stands apart.
    pub(crate) length: Option<String>,
    /// The shortest prefix that is taken apart; a wider one is refused.
    pub(crate) v4: u8,
    pub(crate) v6: u8,
}

/// A column made of another one.
#[derive(Clone, Debug)]
pub(crate) struct Derived {
    pub(crate) name: String,
    pub(crate) from: String,
    /// Only when each of these columns says one of these texts.
    pub(crate) only_if: Vec<(String, Vec<String>)>,
    pub(crate) take: Vec<Take>,
    /// What each text is in our words; any other one is `otherwise`.
    pub(crate) map: Option<HashMap<String, String>>,
    pub(crate) otherwise: String,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    /// The host of a URL, of `host:port`, or of a mail address.
    Host,
    /// The same, if it is an IP address.
    Ip,
    /// The same, if it is none.
    Domain,
    /// The port that a URL or `host:port` states.
    Port,
    /// The text with `http://` put before it if it names no scheme.
    Url,
    Lower,
    Upper,
    /// What stands before the first occurrence; all of it if there is none.
    Before(String),
    /// What stands behind the first occurrence; nothing if there is none.
    After(String),
}

impl Take {
    /// Reads `host`, `before |`, `after :`.
    pub(crate) fn named(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            Some(("before", mark)) if !mark.is_empty() => Some(Self::Before(mark.to_owned())),
            Some(("after", mark)) if !mark.is_empty() => Some(Self::After(mark.to_owned())),
            Some(_) => None,
            None => match text {
                "host" => Some(Self::Host),
                "ip" => Some(Self::Ip),
                "domain" => Some(Self::Domain),
                "port" => Some(Self::Port),
                "url" => Some(Self::Url),
                "lower" => Some(Self::Lower),
                "upper" => Some(Self::Upper),
                _ => None,
            },
        }
    }

    pub(crate) fn of<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let part = |cut: fn(&str) -> &str| match &text {
            Cow::Borrowed(text) => Cow::Borrowed(cut(text)),
            Cow::Owned(text) => Cow::Owned(cut(text).to_owned()),
        };
        match self {
            Self::Host => part(host),
            Self::Ip => part(|text| Some(host(text)).filter(|host| is_ip(host)).unwrap_or("")),
            Self::Domain => part(|text| Some(host(text)).filter(|host| !is_ip(host)).unwrap_or("")),
            Self::Port => part(port),
            Self::Url if text.is_empty() || text.contains("://") => text,
            Self::Url => Cow::Owned(format!("http://{text}")),
            Self::Lower => Cow::Owned(text.to_lowercase()),
            Self::Upper => Cow::Owned(text.to_uppercase()),
            Self::Before(mark) => match text.split_once(mark.as_str()) {
                Some((before, _)) => Cow::Owned(before.trim().to_owned()),
                None => text,
            },
            Self::After(mark) => {
                let after = text.split_once(mark.as_str()).map_or("", |(_, after)| after);
                Cow::Owned(after.trim().to_owned())
            }
        }
    }
}

fn is_ip(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}

/// `user@host:port` of a URL, or the text itself up to its path.
fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority)
}

/// Host and port; the host of IPv6 without its brackets.
fn parts(text: &str) -> (&str, &str) {
    let authority = authority(text);
    if let Some((host, rest)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':').unwrap_or(""));
    }
    match authority.rsplit_once(':') {
        Some((host, _)) if host.contains(':') => (authority, ""),
        Some(apart) => apart,
        None => (authority, ""),
    }
}

fn host(text: &str) -> &str {
    parts(text).0
}

fn port(text: &str) -> &str {
    parts(text).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_step_by_step() {
        let key = |name: &str| Step::Key(name.to_owned());
        assert_eq!(path("data[*]"), Ok(vec![key("data"), Step::Any]));
        assert_eq!(path("[*][*]"), Ok(vec![Step::Any, Step::Any]));
        assert_eq!(path("a.b"), Ok(vec![key("a"), key("b")]));
        assert_eq!(path(""), Ok(vec![]));
        for wrong in ["a..b", "a[0]", "[*", "a*"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn host_and_port_are_found_in_urls_pairs_and_bare_addresses() {
        for (text, wanted) in [
            ("http://u:p@c2.example:8080/x?y", ("c2.example", "8080")),
            ("192.0.2.1:443", ("192.0.2.1", "443")),
            ("https://[2001:db8::1]:8443/", ("2001:db8::1", "8443")),
            ("2001:db8::1", ("2001:db8::1", "")),
            ("c2.example", ("c2.example", "")),
            ("", ("", "")),
        ] {
            assert_eq!(parts(text), wanted, "{text}");
        }
        assert_eq!(Take::Ip.of("http://c2.example/".into()), "");
        assert_eq!(Take::Ip.of("http://192.0.2.9/".into()), "192.0.2.9");
        assert_eq!(Take::Domain.of("http://c2.example:1/".into()), "c2.example");
        assert_eq!(Take::Url.of("c2.example/x".into()), "http://c2.example/x");
        assert_eq!(Take::Before("|".into()).of("192.0.2.1|443".into()), "192.0.2.1");
        assert_eq!(Take::After("|".into()).of("192.0.2.1|443".into()), "443");
    }
}
