//! What an address means, and what it never says.

use std::error::Error;
use std::path::Path;

use sqlx::postgres::PgSslMode;

use super::{Address, Server};

fn server(text: &str) -> Server {
    text.parse().unwrap()
}

#[test]
fn anything_but_a_url_of_postgresql_is_a_file() {
    for text in ["juyan.db", "/var/lib/juyan/juyan.db", "mysql://here/juyan"] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.file(), Some(Path::new(text)));
    }
}

#[test]
fn a_password_is_never_shown() {
    let texts = [
        "postgres://desk:s3cret@db.example/juyan",
        "postgres://desk:s3cret@db.example:99999/juyan",
        "postgres://desk:s3cret@[db.example/juyan",
        "postgres://desk:s3cret@db.example",
        "postgres://desk:s3cret@db.example/juyan?colour=s3cret",
        "postgres://desk@db.example/juyan?password=s3cret",
    ];
    for text in texts {
        let mut shown = match text.parse::<Address>() {
            Ok(address) => format!("{address} {address:?}"),
            Err(error) => format!("{error} {error:?} {:?}", error.source()),
        };
        shown.make_ascii_lowercase();
        assert!(!shown.contains("s3cret"), "{text}: {shown}");
    }
    let shown = server(texts[0]);
    assert_eq!(format!("{shown:?}"), "postgres://desk@db.example:5432/juyan");
}

#[test]
fn a_server_elsewhere_must_prove_who_it_is_unless_less_is_asked_for() {
    let socket = "postgres:///juyan?host=/var/run/postgresql&user=desk";
    let mode = |text: &str| format!("{:?}", server(text).options.get_ssl_mode());
    let (strict, open) =
        (format!("{:?}", PgSslMode::VerifyFull), format!("{:?}", PgSslMode::Prefer));
    assert_eq!(mode("postgres://desk@db.example/juyan"), strict);
    assert_eq!(mode("postgres://desk@192.0.2.7/juyan"), strict);
    assert_eq!(mode("postgres://desk@db.example/juyan?sslmode=prefer"), open);
    for here in ["127.0.0.1", "[::1]", "localhost"] {
        assert_eq!(mode(&format!("postgres://desk@{here}/juyan")), open, "{here}");
    }
    assert_eq!(mode(socket), open);
}

#[test]
fn what_means_nothing_is_refused_by_name() {
    let refused = "postgres://desk@db.example/juyan?sslmod=disable".parse::<Address>();
    assert!(refused.unwrap_err().to_string().contains("`sslmod`"));
    let refused = "postgres://desk@db.example".parse::<Address>();
    assert!(refused.unwrap_err().to_string().contains("names no database"));
}
