//! Seen since and seen before: strictness, threats, domains, and one pass for many.

use super::*;
use crate::testbed::{GROUP_ROWS, Row, again, first, table};

fn ip(text: &str) -> Subject {
    Subject::Ip(text.parse().unwrap())
}

fn domain(text: &str) -> Subject {
    Subject::Domain(text.parse().unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn since(query: &Query, asked: &[(Subject, &str, &str)]) -> Vec<Option<String>> {
    let asked: Vec<_> = asked
        .iter()
        .map(|(subject, threat, since)| (subject.clone(), threat.parse().unwrap(), at(since)))
        .collect();
    let seen = query.seen_since(&asked).await.unwrap();
    seen.into_iter().map(|last| last.map(|last| last.to_string())).collect()
}

fn said(times: &[Option<&str>]) -> Vec<Option<String>> {
    times.iter().map(|time| time.map(str::to_owned)).collect()
}

#[tokio::test]
async fn the_same_instant_is_not_after_it_and_a_microsecond_later_is() {
    let query = table(&[vec![first("2026-11-05T10:00:00.000001Z", "192.0.2.1", "mirai")]]).await;
    let answers = since(
        &query,
        &[
            (ip("192.0.2.1"), "mirai", "2026-11-05T10:00:00.000001Z"),
            (ip("192.0.2.1"), "mirai", "2026-11-05T10:00:00.000000999Z"),
            (ip("192.0.2.1"), "mirai", "2026-11-05T10:00:00Z"),
            (ip("192.0.2.1"), "mirai", "2026-11-06T10:00:00Z"),
        ],
    )
    .await;
    let seen = Some("2026-11-05T10:00:00.000001Z");
    assert_eq!(answers, said(&[None, seen, seen, None]));
}

#[tokio::test]
async fn the_last_of_several_days_counts_thin_rows_too() {
    let query = table(&[
        vec![first("2026-11-05T10:00:00Z", "2001:db8::7", "mirai")],
        vec![first("2026-11-07T10:00:00Z", "2001:db8::7", "mirai")],
        vec![again("2026-11-07T12:00:00Z", "2026-11-07T13:00:00Z", "2001:db8::7", "mirai", 4)],
    ])
    .await;
    let answers = since(&query, &[(ip("2001:db8::7"), "mirai", "2026-11-05T00:00:00Z")]).await;
    assert_eq!(answers, said(&[Some("2026-11-07T13:00:00Z")]));
}

#[tokio::test]
async fn another_threat_on_the_same_machine_is_no_relapse() {
    let query = table(&[vec![
        first("2026-11-05T10:00:00Z", "192.0.2.1", "qakbot"),
        first("2026-11-05T11:00:00Z", "192.0.2.2", "mirai"),
    ]])
    .await;
    let asked = [
        (ip("192.0.2.1"), "mirai", "2026-11-01T00:00:00Z"),
        (ip("192.0.2.1"), "qakbot", "2026-11-01T00:00:00Z"),
        (ip("192.0.2.2"), "mirai", "2026-11-01T00:00:00Z"),
    ];
    let answers = since(&query, &asked).await;
    let (one, two) = (Some("2026-11-05T10:00:00Z"), Some("2026-11-05T11:00:00Z"));
    assert_eq!(answers, said(&[None, one, two]));
}

#[tokio::test]
async fn a_domain_is_alive_while_somebody_asks_for_it() {
    let query = table(&[vec![
        Row {
            destination_domain: "c2.example",
            ..first("2026-11-05T10:00:00Z", "192.0.2.1", "mirai")
        },
        first("2026-11-05T09:00:00Z", "drop.example", "mirai"),
    ]])
    .await;
    let asked = [
        (domain("c2.example"), "mirai", "2026-11-05T00:00:00Z"),
        (domain("drop.example"), "mirai", "2026-11-05T00:00:00Z"),
        (domain("quiet.example"), "mirai", "2026-11-05T00:00:00Z"),
    ];
    let answers = since(&query, &asked).await;
    let (one, two) = (Some("2026-11-05T10:00:00Z"), Some("2026-11-05T09:00:00Z"));
    assert_eq!(answers, said(&[one, two, None]));
}

#[tokio::test]
async fn files_from_before_the_earliest_instant_are_not_opened() {
    let days = ["2026-11-01", "2026-11-02", "2026-11-03"];
    let file = |day: &str| vec![first(&format!("{day}T10:00:00Z"), "192.0.2.1", "mirai")];
    let query = table(&days.map(file)).await;
    since(&query, &[(ip("192.0.2.1"), "mirai", "2026-11-02T10:00:00Z")]).await;
    assert_eq!((query.effort().files_read, query.effort().files_skipped), (1, 1));
    assert_eq!(query.seen_since(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn many_are_answered_in_one_pass() {
    let rows: Vec<Row> = (0..8 * GROUP_ROWS)
        .map(|n| first("2026-11-05T10:00:00Z", &format!("10.0.{}.{}", n / 256, n % 256), "mirai"))
        .collect();
    let query = table(&[rows]).await;
    let asked: Vec<_> = (0..1_000_u32)
        .map(|n| {
            let ip = Ip::from_v4(0x0a00_0000 + n * 3);
            (Subject::Ip(ip), "mirai".parse().unwrap(), at("2026-11-05T00:00:00Z"))
        })
        .collect();
    let seen = query.seen_since(&asked).await.unwrap();
    let expected = (0..1_000).filter(|n| n * 3 < 512).count();
    assert_eq!(seen.iter().flatten().count(), expected);
    assert!(seen[..expected].iter().all(Option::is_some));
    assert_eq!((query.effort().files_read, query.effort().groups_read), (1, 8));
}

#[tokio::test]
async fn seen_before_tells_first_last_count_and_threats() {
    let query = table(&[
        vec![
            first("2026-11-05T10:00:00Z", "192.0.2.1", "mirai"),
            first("2026-11-05T09:00:00Z", "192.0.2.1", "qakbot"),
        ],
        vec![again("2026-11-05T12:00:00Z", "2026-11-05T13:00:00Z", "192.0.2.1", "mirai", 4)],
    ])
    .await;
    let answers = query.have_we_seen(&[ip("192.0.2.1"), ip("192.0.2.2")]).await.unwrap();
    let seen = Seen {
        first_seen: at("2026-11-05T09:00:00Z"),
        last_seen: at("2026-11-05T13:00:00Z"),
        count: 6,
        threats: BTreeSet::from(["mirai".to_owned(), "qakbot".to_owned()]),
    };
    assert_eq!(answers, [Some(seen), None]);
}

#[tokio::test]
async fn the_name_that_a_feed_gives_a_victim_is_not_what_was_seen() {
    let named =
        Row { domain: "victim.example", ..first("2026-11-05T10:00:00Z", "192.0.2.1", "mirai") };
    let query = table(&[vec![named]]).await;
    let answers = query.have_we_seen(&[domain("victim.example")]).await.unwrap();
    assert_eq!(answers, [None]);
}
