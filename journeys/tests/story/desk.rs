//! The desk over the real binary: pages with real data, and nothing for strangers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::bench::{Bench, sinkhole};

/// A desk that is open; it closes when dropped.
struct Desk {
    child: Child,
    address: String,
}

impl Desk {
    fn open(bench: &Bench) -> Self {
        let mut child = bench
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.unwrap_or_else(|| panic!("no address in `{line}`")).to_owned();
        Self { child, address }
    }

    /// The status and the body of a page, asked for under a Host.
    fn get(&self, path: &str, host: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept-Language: en\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn the_pages_show_what_was_ingested_and_a_foreign_host_gets_nothing() {
    let bench = Bench::new();
    let report = sinkhole("sand lantern", "2026-11-20 03:00:00", 1, 251);
    let file = bench.file("lantern.csv", report);
    bench.ok(&["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
    let desk = Desk::open(&bench);
    let incident = bench.json(&["incidents"])["rows"][0]["number"].as_str().unwrap().to_owned();
    let notice = bench.json(&["notices"])["rows"][0]["number"].as_str().unwrap().to_owned();
    let pages = [
        ("/desk".to_owned(), "sand-lantern"),
        ("/incidents".to_owned(), incident.as_str()),
        (format!("/incidents/{incident}"), "157"),
        ("/obligations".to_owned(), "M6"),
        (format!("/notices/{notice}"), "10.0.0.1"),
        (format!("/notices/{notice}.csv"), "10.0.0.250"),
        ("/feeds".to_owned(), "lantern.csv"),
        ("/sightings?q=10.0.0.9".to_owned(), "10.0.0.9"),
    ];
    for (path, fact) in &pages {
        let (status, body) = desk.get(path, &desk.address);
        assert_eq!(status, 200, "{path}: {body}");
        assert!(body.contains(fact), "{path} does not say {fact}");
        let (status, body) = desk.get(path, "evil.example");
        assert_eq!(status, 421, "{path}");
        assert!(!body.contains(fact), "{path} leaks {fact}");
    }
    assert_eq!(desk.get("/incidents/INC-1999-0001", &desk.address).0, 404);
}
