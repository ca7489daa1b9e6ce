//! Where a case store lies: a file, or a database of a PostgreSQL server.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Where a case store lies. Shown and logged without its password.
#[derive(Clone)]
pub enum Address {
    /// A file of SQLite.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Server(Server),
}

/// A database of a PostgreSQL server, and how to get to it.
#[derive(Clone)]
pub struct Server {
    pub(crate) options: Box<PgConnectOptions>,
}

/// Why a text is no address of a case store. It never repeats the text, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum BadAddress {
    #[error("the address of the case store cannot be read")]
    Unreadable(#[source] sqlx::Error),
    #[error(
        "the address of the case store names no database, as `postgres://user@host/juyan` does"
    )]
    NoDatabase,
    #[error(
        "the address of the case store says `{name}`, which means nothing here: it may say {}",
        PARAMETERS.join(", ")
    )]
    UnknownParameter { name: String },
}

/// What may stand behind the `?` of an address. A password may not: what stands there is easily logged.
const PARAMETERS: &[&str] =
    &["host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey"];

impl Address {
    /// The file, if it is one.
    pub fn file(&self) -> Option<&std::path::Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }
}

impl From<PathBuf> for Address {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

/// `postgres://…` is a server, anything else a file.
impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            text.parse().map(Self::Server)
        } else {
            Ok(Self::File(text.into()))
        }
    }
}

/// `postgres://user:password@host:port/database?sslmode=…`, as libpq writes it. What is left out comes from
/// the variables `PGUSER`, `PGPASSWORD` and their kin, and the password also from `~/.pgpass`.
///
/// A server on another machine must prove who it is (`sslmode=verify-full`), unless the address or
/// `PGSSLMODE` asks for less.
impl FromStr for Server {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let query = text.split_once('?').map_or("", |(_, query)| query);
        let parameters = || {
            let pairs = query.split('&').filter(|pair| !pair.is_empty());
            pairs.map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
        };
        if let Some(unknown) = parameters().find(|name| !PARAMETERS.contains(name)) {
            return Err(BadAddress::UnknownParameter { name: unknown.to_owned() });
        }
        let options: PgConnectOptions = text.parse().map_err(BadAddress::Unreadable)?;
        if options.get_database().is_none() {
            return Err(BadAddress::NoDatabase);
        }
        let open = matches!(options.get_ssl_mode(), PgSslMode::Prefer)
            && !parameters().any(|name| name == "sslmode");
        if open && !is_here(&options) {
            return Ok(Self { options: Box::new(options.ssl_mode(PgSslMode::VerifyFull)) });
        }
        Ok(Self { options: Box::new(options) })
    }
}

/// Whether the server runs on this machine: what is said to it passes no wire.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    let loopback = || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    options.get_socket().is_some() || host.starts_with('/') || host == "localhost" || loopback()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server(Server { options }) => {
                let database = options.get_database().unwrap_or_default();
                let (user, port) = (options.get_username(), options.get_port());
                match options.get_socket() {
                    Some(socket) => {
                        let socket = socket.display();
                        write!(f, "postgres:///{database}?host={socket}&port={port}&user={user}")
                    }
                    None => write!(f, "postgres://{user}@{}:{port}/{database}", options.get_host()),
                }
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Address::Server(self.clone()), f)
    }
}

#[cfg(test)]
mod tests;
