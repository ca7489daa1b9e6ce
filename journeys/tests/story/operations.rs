//! A desk in operation: settings explained, numbers for a monitor, an orderly end, and proof for others.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use crate::bench::{Bench, sinkhole};

/// A desk that is open; killed when dropped, if it has not ended.
struct Open {
    child: Child,
    address: String,
}

impl Open {
    fn desk(bench: &Bench) -> Self {
        let mut child = bench
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.unwrap_or_else(|| panic!("no address in `{line}`")).to_owned();
        Self { child, address }
    }

    /// Sends a request and leaves the connection open.
    fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .unwrap();
        stream
    }

    fn get(&self, path: &str) -> String {
        let mut answer = String::new();
        self.ask(path).read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends it in order; what it logged.
    fn end(mut self) -> String {
        self.signal("TERM");
        assert!(self.child.wait().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // Ended already, where a story ended it.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A desk with one incident; its number.
fn with_an_incident() -> (Bench, String) {
    let bench = Bench::new();
    let file = bench.file("reed.csv", sinkhole("night reed", "2026-11-20 03:00:00", 1, 251));
    bench.ok(&["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
    let number = bench.json(&["incidents"])["rows"][0]["number"].as_str().unwrap().to_owned();
    (bench, number)
}

#[test]
fn a_monitor_learns_that_the_desk_is_well_and_the_log_names_nobody() {
    let (bench, number) = with_an_incident();
    let desk = Open::desk(&bench);
    assert!(desk.get("/health").ends_with("alive\n"));
    let ready = desk.get("/ready");
    assert!(ready.starts_with("HTTP/1.1 200") && ready.contains("\"ready\":true"), "{ready}");
    assert!(desk.get(&format!("/incidents/{number}")).starts_with("HTTP/1.1 200"));
    assert!(desk.get("/sightings?q=10.0.0.9").starts_with("HTTP/1.1 200"));
    let numbers = desk.get("/metrics");
    for wanted in [
        "juyan_http_requests_total{class=\"2xx\"}",
        "juyan_incidents_open{rank=\"4\"} 1",
        "juyan_task_runs_total{task=\"checkpoint\"",
        "juyan_disk_free_bytes",
    ] {
        assert!(numbers.contains(wanted), "{wanted}: {numbers}");
    }
    let log = desk.end();
    assert!(log.contains("GET /incidents/{number} 200"), "{log}");
    assert!(
        !log.contains(&number) && !log.contains("10.0.0.9") && !log.contains("127.0.0.1"),
        "{log}"
    );
}

#[test]
fn a_desk_that_is_told_to_close_ends_though_pages_are_live_and_one_too_many_is_told_so() {
    let bench = Bench::new();
    let desk = Open::desk(&bench);
    let mut live = Vec::new();
    for _ in 0..64 {
        let mut stream = desk.ask("/live?last=1");
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        live.push(stream);
    }
    let refused = desk.get("/live?last=1");
    assert!(
        refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 10"),
        "{refused}"
    );
    assert!(desk.get("/desk").starts_with("HTTP/1.1 200"));
    let log = desk.end();
    assert!(!log.contains("ERROR"), "{log}");
}

#[test]
fn the_log_speaks_json_where_the_settings_say_so() {
    let bench = Bench::new();
    let settings = bench.data().join("juyan.toml");
    let mut text = std::fs::read_to_string(&settings).unwrap();
    text.push_str("\n[log]\nformat = \"json\"\n");
    std::fs::write(&settings, text).unwrap();
    let desk = Open::desk(&bench);
    desk.get("/desk");
    let log = desk.end();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["route"] == "/desk" && line["status"] == 200), "{log}");
}

#[test]
fn every_setting_is_explained_and_a_wrong_one_is_named_with_its_line() {
    let bench = Bench::new();
    let told = bench.json(&["check"]);
    assert_eq!(told["problems"].as_array().unwrap().len(), 0);
    let listen = told["values"].as_array().unwrap().iter().find(|one| one["key"] == "serve.listen");
    assert_eq!(listen.unwrap()["source"], "default");
    let wrong = bench.file(
        "wrong.toml",
        "own = \"coordination-centre\"\nregimes = [\"cn.miit.2009-157\", \"no.such\"]\n\
         [serve]\nlisten = \"192.0.2.1:443\"\n",
    );
    let told = bench.ends(3, &["check", "--config", &wrong]);
    assert!(told.contains("there is no pack `no.such`"), "{told}");
    assert!(told.contains("cannot listen on 192.0.2.1:443 without TLS"), "{told}");
    let unknown = bench.file("unknown.toml", "own = \"desk\"\nregimes = []\nsurprise = 1\n");
    let told = bench.ends(3, &["check", "--config", &unknown]);
    assert!(told.contains("unknown.toml:3: `surprise`: there is no such key"), "{told}");
}

#[test]
fn the_key_is_its_owners_alone_and_a_checkpoint_kept_elsewhere_confirms_the_journal() {
    let (bench, _) = with_an_incident();
    let mode = std::fs::metadata(bench.data().join("juyan.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = bench.json(&["key", "show"])["key"].as_str().unwrap().to_owned();
    bench.ok(&["journal", "checkpoint"]);
    bench.ok(&["key", "rotate"]);
    let kept = bench.file("kept.txt", bench.ok(&["journal", "export", "--checkpoints"]));
    let told = bench.ok(&["journal", "verify", "--checkpoint", &kept, "--key", &key]);
    assert!(told.contains("2 checkpoints kept outside agree"), "{told}");
    let forged = std::fs::read_to_string(&kept).unwrap().replacen("entries: ", "entries: 1", 1);
    let forged = bench.file("forged.txt", forged);
    let told = bench.ends(3, &["journal", "verify", "--checkpoint", &forged, "--key", &key]);
    assert!(told.contains("its signature does not hold"), "{told}");
}

#[test]
fn a_dossier_is_checked_by_somebody_who_has_nothing_but_the_key() {
    let (bench, number) = with_an_incident();
    let key = bench.file("key.pem", bench.ok(&["key", "show", "--pem"]));
    let file = bench.path().join("dossier").to_string_lossy().into_owned();
    let made = bench.json(&["dossier", &number, "--out", &file]);
    assert!(made["entries"].as_u64().unwrap() >= 3, "{made}");
    bench.ends(1, &["dossier", &number, "--out", &file]);
    bench.ends(1, &["dossier", "INC-1999-0001", "--out", &format!("{file}2")]);
    assert!(!bench.path().join("dossier2").exists());
    std::fs::rename(bench.data(), bench.path().join("away")).unwrap();
    let told = bench.ok(&["dossier", "verify", &file, "--key", &key]);
    assert!(told.contains("is as it was made") && told.contains(&number), "{told}");
    let other = bench.file("other", "0".repeat(64));
    let told = bench.ends(3, &["dossier", "verify", &file, "--key", &other]);
    assert!(told.contains("its signature is not by the key given"), "{told}");
}
