//! Slices: one entry for each address, nobody else's, bounded.

use expect_test::{Expect, expect};
use std::fmt::Write as _;

use super::*;
use crate::testbed::{GROUP_ROWS, Row, again, first, table};

fn held(row: Row) -> Row {
    Row { organisation: "tarim-telecom", province: "ZY-01", ..row }
}

async fn slice(query: &Query, types: Option<&[String]>, limit: usize) -> Result<Slice, QueryError> {
    let of = SliceOf {
        threat: &"mirai".parse().unwrap(),
        classifications: types,
        days: "2026-11-05".parse().unwrap()..="2026-11-06".parse().unwrap(),
        organisation: &"tarim-telecom".parse().unwrap(),
        limit,
    };
    query.slice(&of).await
}

async fn check(query: &Query, types: Option<&[String]>, answer: Expect) {
    let slice = slice(query, types, 100).await.unwrap();
    let mut text = String::new();
    for found in slice.iter() {
        let Found { ip, port, classification, province, sightings, .. } = found;
        let (first, last) = (found.first_seen, found.last_seen);
        let to = (found.destination_ip, found.destination_domain);
        writeln!(text, "{ip}:{port} {classification} {province} x{sightings} to {} {}", to.0, to.1)
            .unwrap();
        writeln!(text, "    {first} {last}").unwrap();
    }
    answer.assert_eq(&text);
}

#[tokio::test]
async fn days_destinations_and_resightings_of_an_address_become_one() {
    let to = |row, port, destination_domain| Row { port, destination_domain, ..held(row) };
    let query = table(&[
        vec![
            to(first("2026-11-05T10:00:00Z", "192.0.2.9", "mirai"), 10, "late.example"),
            to(first("2026-11-05T09:00:00Z", "192.0.2.9", "mirai"), 9, "early.example"),
        ],
        vec![held(again("2026-11-05T01:00:00Z", "2026-11-05T08:00:00Z", "192.0.2.9", "mirai", 7))],
        vec![
            to(first("2026-11-06T10:00:00Z", "192.0.2.9", "mirai"), 11, "early.example"),
            to(first("2026-11-06T10:00:00Z", "192.0.2.1", "mirai"), 12, ""),
        ],
    ])
    .await;
    check(
        &query,
        None,
        expect![[r"
            192.0.2.1:12 infected-system ZY-01 x1 to - 
                2026-11-06T10:00:00Z 2026-11-06T10:00:00Z
            192.0.2.9:9 infected-system ZY-01 x10 to - early.example
                2026-11-05T01:00:00Z 2026-11-06T10:00:00Z
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_neighbours_addresses_other_days_and_other_threats_stay_out() {
    let other =
        |organisation| Row { organisation, ..first("2026-11-05T10:00:00Z", "192.0.2.2", "mirai") };
    let query = table(&[
        vec![other("lop-nur-net"), other("")],
        vec![held(first("2026-11-05T10:00:00Z", "192.0.2.3", "qakbot"))],
        vec![held(first("2026-11-04T10:00:00Z", "192.0.2.4", "mirai"))],
        vec![held(first("2026-11-05T10:00:00Z", "c2.example", "mirai"))],
    ])
    .await;
    assert!(slice(&query, None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn types_are_chosen_and_a_thin_row_alone_does_not_choose() {
    let server = Row {
        classification: "c2-server",
        ..held(first("2026-11-05T10:00:00Z", "192.0.2.1", "mirai"))
    };
    let query = table(&[
        vec![server, held(first("2026-11-05T10:00:00Z", "192.0.2.2", "mirai"))],
        vec![
            held(again("2026-11-05T11:00:00Z", "2026-11-05T12:00:00Z", "192.0.2.1", "mirai", 2)),
            held(again("2026-11-05T11:00:00Z", "2026-11-05T12:00:00Z", "192.0.2.2", "mirai", 2)),
        ],
    ])
    .await;
    check(
        &query,
        Some(&["c2-server".to_owned()]),
        expect![[r"
            192.0.2.1:0 c2-server ZY-01 x3 to - 
                2026-11-05T10:00:00Z 2026-11-05T12:00:00Z
        "]],
    )
    .await;
}

#[tokio::test]
async fn addresses_come_in_order_and_one_too_many_is_refused() {
    let many = |day| -> Vec<Row> {
        (0..3 * GROUP_ROWS)
            .map(|n| {
                held(first(&format!("2026-11-0{day}T10:00:00Z"), &format!("10.0.0.{n}"), "mirai"))
            })
            .collect()
    };
    let query = table(&[many(5), many(6)]).await;
    let whole = slice(&query, None, 3 * GROUP_ROWS).await.unwrap();
    assert_eq!(whole.len(), 3 * GROUP_ROWS);
    assert!(whole.iter().zip(whole.iter().skip(1)).all(|(a, b)| a.ip < b.ip));
    assert!(whole.iter().all(|found| found.sightings == 2));
    let error = slice(&query, None, 3 * GROUP_ROWS - 1).await.unwrap_err();
    assert_eq!(error.to_string(), "there are more than 191 addresses; narrow the question");
}

#[test]
fn an_address_takes_no_more_than_is_promised() {
    assert_eq!(size_of::<Entry>(), 80);
}

#[test]
fn merging_lets_go_of_domains_that_no_entry_keeps() {
    let mut gathering = Gathering { limit: 10, ..Gathering::default() };
    for n in 0..=u32::try_from(FIRST_MERGE).unwrap() {
        let domain = gathering.slice.texts.code_of(&format!("{n}.example"));
        gathering.slice.entries.push(Entry {
            ip: Ip::from_v4(1),
            destination_ip: Ip::NONE,
            first: i64::from(n),
            last: i64::from(n),
            sightings: 1,
            described_at: i64::from(n),
            classification: 0,
            province: 0,
            destination_domain: domain,
            port: 0,
            destination_port: 0,
        });
    }
    gathering.merge().unwrap();
    assert_eq!(gathering.slice.texts.values().len(), 2);
    let found = gathering.slice.iter().next().unwrap();
    assert_eq!((found.destination_domain, found.sightings), ("0.example", 65_537));
}
