//! Stories over a real ledger: what goes in through an intake comes out through questions.

use std::sync::Arc;

use jiff::Timestamp;
use ledger::{Begin, Ledger};
use model::details::Details;
use model::remediation::Subject;
use model::sighting::Sighting;
use model::{Attribution, DeliveryId, Holding, Ip, Sightings};
use object_store::ObjectStoreExt;
use object_store::memory::InMemory;
use object_store::path::Path;

use super::*;

/// What a delivery says: instant, address, destination port.
type Said<'a> = (&'a str, &'a str, u16);

async fn deliver(ledger: &Ledger, number: u8, said: &[Said<'_>]) {
    let mut sightings = Sightings::default();
    for (line, (at, ip, destination_port)) in (2..).zip(said) {
        sightings.push(&Sighting {
            line,
            seen: at.parse().unwrap(),
            ip: ip.parse().unwrap(),
            port: 4_431,
            domain: "host.example",
            url: "",
            threat: "mirai",
            classification: "infected-system",
            transport: "tcp",
            destination_ip: "198.51.100.9".parse().unwrap(),
            destination_port: *destination_port,
            destination_domain: "c2.example",
            stated_asn: 64_500,
        });
    }
    let holding = Holding { organisation: "tarim-telecom".parse().ok(), ..Holding::default() };
    let holdings = Arc::from([Holding::default(), holding]);
    let attribution = Attribution { codes: vec![1; said.len()], holdings };
    let Begin::New(mut intake) =
        ledger.begin(&DeliveryId::from_sha256([number; 32])).await.unwrap()
    else {
        panic!("the delivery is new")
    };
    let kept = intake.admit(&sightings, &attribution).await.unwrap();
    let mut details = Details::default();
    for _ in &kept {
        details.forms.push("\"extra.none\":\u{1f}\"extra.tag\":\"");
        details.texts.push("\u{1f}x");
    }
    intake.keep(&sightings, &attribution, &kept, &details).await.unwrap();
    intake.finish().await.unwrap();
}

/// Two deliveries on one day and one on the next.
async fn ledger() -> Ledger {
    let ledger = Ledger::open(Arc::new(InMemory::new()), Path::from("ledger")).await.unwrap();
    deliver(
        &ledger,
        1,
        &[
            ("2026-11-05T10:00:00Z", "192.0.2.1", 80),
            ("2026-11-05T11:00:00Z", "192.0.2.1", 80),
            ("2026-11-05T10:00:00Z", "192.0.2.1", 443),
            ("2026-11-05T10:00:00Z", "2001:db8::1", 80),
        ],
    )
    .await;
    deliver(&ledger, 2, &[("2026-11-05T09:00:00Z", "192.0.2.1", 80)]).await;
    deliver(&ledger, 3, &[("2026-11-06T08:00:00Z", "192.0.2.1", 80)]).await;
    ledger
}

#[tokio::test]
async fn what_the_ledger_took_in_is_found_again_merged_by_key() {
    let query = Query::new(&ledger().await).await.unwrap();
    let search = Search { ip: "192.0.2.1".parse().ok(), limit: 10, ..Search::default() };
    let rows = query.search(&search).await.unwrap().rows;
    let brief: Vec<_> = rows
        .iter()
        .map(|row| (row.day.to_string(), row.destination_port, row.count, row.hours))
        .collect();
    let fifth = || "2026-11-05".to_owned();
    assert_eq!(
        brief,
        [
            ("2026-11-06".to_owned(), 80, 1, 1 << 8),
            (fifth(), 80, 3, 1 << 9 | 1 << 10 | 1 << 11),
            (fifth(), 443, 1, 1 << 10),
        ]
    );
    for row in &rows {
        assert_eq!(row.details.as_deref(), Some(r#"{"extra.tag":"x"}"#));
        assert_eq!((row.domain.as_deref(), row.port), (Some("host.example"), 4_431));
        assert_eq!(row.holding.organisation.as_ref().unwrap().as_str(), "tarim-telecom");
    }
    assert_eq!(rows[1].delivery, Some(DeliveryId::from_sha256([1; 32])));
    assert_eq!(rows[1].line, Some(2));
}

#[tokio::test]
async fn every_row_taken_in_is_in_the_slice_and_in_the_domains() {
    let query = Query::new(&ledger().await).await.unwrap();
    let (threat, organisation) = ("mirai".parse().unwrap(), "tarim-telecom".parse().unwrap());
    let of = SliceOf {
        threat: &threat,
        classifications: None,
        days: always(),
        organisation: &organisation,
        limit: 10,
    };
    let slice = query.slice(&of).await.unwrap();
    let brief: Vec<(Ip, u64)> = slice.iter().map(|found| (found.ip, found.sightings)).collect();
    assert_eq!(brief, [("192.0.2.1".parse().unwrap(), 5), ("2001:db8::1".parse().unwrap(), 1)]);
    let domains = query.malicious_domains(&threat, None, always(), 10).await.unwrap();
    let names: Vec<_> = domains.iter().map(|d| (d.domain.as_str(), d.sightings)).collect();
    assert_eq!(names, [("c2.example", 6)]);
}

#[tokio::test]
async fn a_relapse_is_seen_through_the_ledger() {
    let query = Query::new(&ledger().await).await.unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let asked =
        |ip: &str, since| (Subject::Ip(ip.parse().unwrap()), "mirai".parse().unwrap(), at(since));
    let seen = query
        .seen_since(&[
            asked("192.0.2.1", "2026-11-05T23:00:00Z"),
            asked("192.0.2.1", "2026-11-06T08:00:00Z"),
            asked("2001:db8::1", "2026-11-05T09:00:00Z"),
        ])
        .await
        .unwrap();
    let expected = [Some(at("2026-11-06T08:00:00Z")), None, Some(at("2026-11-05T10:00:00Z"))];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_question_sees_the_ledger_as_it_stood() {
    let ledger = ledger().await;
    let before = Query::new(&ledger).await.unwrap();
    deliver(&ledger, 4, &[("2026-11-07T08:00:00Z", "192.0.2.1", 80)]).await;
    let search = Search { limit: 10, ..Search::default() };
    assert_eq!(before.search(&search).await.unwrap().rows.len(), 4);
    let after = Query::new(&ledger).await.unwrap();
    assert_eq!(after.search(&search).await.unwrap().rows.len(), 5);
}

#[tokio::test]
async fn questions_can_be_asked_from_any_thread() {
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let query = Query::new(&ledger().await).await.unwrap();
    let threat = "mirai".parse().unwrap();
    let of = SliceOf {
        threat: &threat,
        classifications: None,
        days: always(),
        organisation: &"tarim-telecom".parse().unwrap(),
        limit: 10,
    };
    sendable(query.search(&Search::default())).await.unwrap();
    sendable(query.seen_since(&[])).await.unwrap();
    sendable(query.have_we_seen(&[])).await.unwrap();
    sendable(query.slice(&of)).await.unwrap();
    sendable(query.malicious_domains(&threat, None, always(), 10)).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_broken_or_gone_is_named() {
    let ledger = ledger().await;
    let query = Query::new(&ledger).await.unwrap();
    let path = query.root.clone().join("day=2026-11-06").join("broken.parquet");
    let junk = FileEntry { path: "day=2026-11-06/broken.parquet".into(), ..query.files[0].clone() };
    let query = Query::over(query.store.clone(), query.root.clone(), vec![junk]);
    let search = Search { limit: 10, ..Search::default() };
    let gone = query.search(&search).await.unwrap_err().to_string();
    assert!(gone.starts_with(&format!("cannot read `{path}` of the ledger: ")), "{gone}");
    for bytes in [&b""[..], b"PAR1", &[0xff; 4096]] {
        query.store.put(&path, bytes.to_vec().into()).await.unwrap();
        let broken = query.search(&search).await.unwrap_err();
        assert!(matches!(broken, QueryError::File { .. }), "{broken}");
    }
}
