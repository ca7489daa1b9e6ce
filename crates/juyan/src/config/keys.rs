//! Every key of the settings: what it means, what it may be, what holds if it is not set.

use std::net::SocketAddr;

use jiff::tz::TimeZone;
use model::{Handle, PackId};

/// One key.
pub(super) struct Key {
    /// With the tables that it stands in: `serve.tls.cert`.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// What holds if it is not set, in words or as it would be written; none where it must be set.
    pub(super) default: Option<&'static str>,
    /// One line: what it does.
    pub(super) meaning: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Handle,
    Packs,
    Zone,
    Flag,
    /// From the first to the last.
    Count(i64, i64),
    Address,
    Path,
    OneOf(&'static [&'static str]),
    Level,
    /// A table for each pack, with the option of each reading.
    Readings,
}

const fn key(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, kind, default: None, meaning }
}

const fn or(default: &'static str, key: Key) -> Key {
    Key { default: Some(default), ..key }
}

/// All of them, in the order in which they are explained.
pub(super) const KEYS: &[Key] = &[
    key("own", Kind::Handle, "Handle of the organisation whose desk this is"),
    key("regimes", Kind::Packs, "Regime packs that this desk applies, in order"),
    or(
        "none",
        key(
            "regardless_of_dates",
            Kind::Packs,
            "Those of them that apply whatever their dates; what is derived says so",
        ),
    ),
    or("UTC", key("zone", Kind::Zone, "Time zone of the desk's clock, by its IANA name")),
    or(
        "false",
        key(
            "provisional_calendars",
            Kind::Flag,
            "Whether a year without an official order may be counted by a guess; due times say so",
        ),
    ),
    or(
        "false",
        key(
            "demonstration",
            Kind::Flag,
            "Whether this is a demonstration, which `juyan demo` may replace",
        ),
    ),
    or(
        "127.0.0.1:8460",
        key(
            "serve.listen",
            Kind::Address,
            "Where the desk listens; `juyan serve --listen` goes before it",
        ),
    ),
    or(
        "none",
        key(
            "serve.monitor",
            Kind::Address,
            "A second address, without TLS, for /health, /ready and /metrics; then /metrics is answered only there",
        ),
    ),
    or(
        "1024",
        key(
            "serve.connections",
            Kind::Count(1, 100_000),
            "How many connections are held at once; more wait",
        ),
    ),
    or(
        "10",
        key(
            "serve.header_seconds",
            Kind::Count(1, 300),
            "How long a connection may take for TLS, and for the head of a request",
        ),
    ),
    or(
        "10",
        key(
            "serve.shutdown_seconds",
            Kind::Count(0, 3_600),
            "How long running requests may take once the desk is told to close",
        ),
    ),
    or(
        "512",
        key(
            "serve.free_disk_mib",
            Kind::Count(0, 1 << 40),
            "Below so much free space in the data directory /ready says no",
        ),
    ),
    or(
        "none",
        key(
            "serve.tls.cert",
            Kind::Path,
            "Certificate chain in PEM, the desk's own first; SIGHUP reads it again",
        ),
    ),
    or(
        "none",
        key(
            "serve.tls.key",
            Kind::Path,
            "Its private key in PEM, readable by the desk's user alone",
        ),
    ),
    or(
        "text",
        key(
            "log.format",
            Kind::OneOf(&["text", "json"]),
            "How `juyan serve` writes its log to standard error: a line of text or of JSON an event",
        ),
    ),
    or(
        "info",
        key(
            "log.level",
            Kind::Level,
            "What is logged: error, warn, info, debug, trace, or directives; RUST_LOG goes before it",
        ),
    ),
    or(
        "none",
        key(
            "readings",
            Kind::Readings,
            "By pack, the option of each reading that this desk chooses",
        ),
    ),
];

impl Key {
    /// The environment variable that sets it; none for what is more than one value.
    pub(super) fn variable(&self) -> Option<String> {
        let single = !matches!(self.kind, Kind::Packs | Kind::Readings);
        single.then(|| format!("JUYAN_{}", self.name.to_uppercase().replace('.', "_")))
    }

    /// The value of an environment variable as it would stand in the file.
    pub(super) fn value_of(&self, text: &str) -> toml::Value {
        let other = || toml::Value::String(text.to_owned());
        match self.kind {
            Kind::Flag => text.parse().map_or_else(|_| other(), toml::Value::Boolean),
            Kind::Count(..) => text.parse().map_or_else(|_| other(), toml::Value::Integer),
            Kind::Handle
            | Kind::Packs
            | Kind::Zone
            | Kind::Address
            | Kind::Path
            | Kind::OneOf(_)
            | Kind::Level
            | Kind::Readings => other(),
        }
    }
}

impl Kind {
    /// What is wrong with a value, if anything.
    pub(super) fn refusal(self, value: &toml::Value) -> Option<String> {
        let text = value.as_str();
        match self {
            Self::Handle => told(text, str::parse::<Handle>),
            Self::Packs => match value.as_array() {
                Some(packs) => {
                    packs.iter().find_map(|pack| told(pack.as_str(), str::parse::<PackId>))
                }
                None => Some("it is no list of texts: write [\"…\"]".to_owned()),
            },
            Self::Zone => told(text, TimeZone::get),
            Self::Flag => {
                value.as_bool().is_none().then(|| "it is neither true nor false".to_owned())
            }
            Self::Count(first, last) => {
                let within = value.as_integer().is_some_and(|n| (first..=last).contains(&n));
                (!within).then(|| format!("it is no number from {first} to {last}"))
            }
            Self::Address => told(text, |address| {
                let parsed = address.parse::<SocketAddr>();
                parsed.map_err(
                    |_| "it is no address with a port, such as 127.0.0.1:8460 or [::1]:8460",
                )
            }),
            Self::Path => {
                told(text, |path| if path.is_empty() { Err("it is empty") } else { Ok(()) })
            }
            Self::OneOf(words) => told(text, |word| {
                let known = words.contains(&word);
                if known { Ok(()) } else { Err(format!("it is none of: {}", words.join(", "))) }
            }),
            Self::Level => told(text, str::parse::<tracing_subscriber::filter::Targets>),
            Self::Readings => readings(value),
        }
    }
}

fn told<T, E: std::fmt::Display>(
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Option<String> {
    match text.map(read) {
        None => Some("it is no text: write it in quotes".to_owned()),
        Some(Err(why)) => Some(why.to_string()),
        Some(Ok(_)) => None,
    }
}

fn readings(value: &toml::Value) -> Option<String> {
    let Some(packs) = value.as_table() else { return Some("it is no table".to_owned()) };
    packs.iter().find_map(|(pack, chosen)| {
        if let Err(why) = pack.parse::<PackId>() {
            return Some(format!("`{pack}`: {why}"));
        }
        let texts =
            chosen.as_table().is_some_and(|chosen| chosen.values().all(toml::Value::is_str));
        (!texts).then(|| format!("`{pack}` is no table of texts: write R1 = \"option\""))
    })
}

/// The page that explains every key.
#[cfg(test)]
fn page() -> String {
    let mut page = String::from(include_str!("page.md"));
    for key in KEYS {
        let default = key.default.unwrap_or("must be set");
        let variable = key.variable().map_or_else(|| "–".to_owned(), |name| format!("`{name}`"));
        page.extend([
            "| `",
            key.name,
            "` | ",
            key.meaning,
            " | ",
            default,
            " | ",
            &variable,
            " |\n",
        ]);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_the_table_says() {
        expect_test::expect_file!["../../../../docs/configuration.md"].assert_eq(&page());
    }
}
