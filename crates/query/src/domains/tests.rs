//! Malicious domains: whose they are, and how many are allowed.

use super::*;
use crate::testbed::{Row, again, first, table};

fn asked_for(at: &str, ip: &str, destination_domain: &'static str) -> Row {
    Row { destination_domain, ..first(at, ip, "mirai") }
}

async fn domains(query: &Query, limit: usize) -> Result<Vec<FoundDomain>, QueryError> {
    let days = "2026-11-05".parse().unwrap()..="2026-11-06".parse().unwrap();
    query.malicious_domains(&"mirai".parse().unwrap(), None, days, limit).await
}

#[tokio::test]
async fn subjects_and_destinations_are_gathered_by_name() {
    let query = table(&[
        vec![
            asked_for("2026-11-05T10:00:00Z", "192.0.2.1", "c2.example"),
            asked_for("2026-11-05T12:00:00Z", "192.0.2.2", "c2.example"),
            first("2026-11-05T09:00:00Z", "drop.example", "mirai"),
            Row { domain: "victim.example", ..first("2026-11-05T09:00:00Z", "192.0.2.3", "mirai") },
        ],
        vec![Row {
            destination_domain: "c2.example",
            ..again("2026-11-06T07:00:00Z", "2026-11-06T08:00:00Z", "192.0.2.1", "mirai", 3)
        }],
        vec![Row {
            destination_domain: "other.example",
            ..first("2026-11-05T09:00:00Z", "192.0.2.1", "qakbot")
        }],
    ])
    .await;
    let found = |domain: &str, from: &str, to: &str, sightings| FoundDomain {
        domain: domain.parse().unwrap(),
        first_seen: from.parse().unwrap(),
        last_seen: to.parse().unwrap(),
        sightings,
    };
    assert_eq!(
        domains(&query, 2).await.unwrap(),
        [
            found("c2.example", "2026-11-05T10:00:00Z", "2026-11-06T08:00:00Z", 5),
            found("drop.example", "2026-11-05T09:00:00Z", "2026-11-05T09:00:00Z", 1),
        ]
    );
}

#[tokio::test]
async fn more_names_than_allowed_are_refused() {
    let query = table(&[vec![
        asked_for("2026-11-05T10:00:00Z", "192.0.2.1", "a.example"),
        asked_for("2026-11-05T10:00:00Z", "192.0.2.1", "b.example"),
    ]])
    .await;
    let error = domains(&query, 1).await.unwrap_err();
    assert_eq!(error.to_string(), "there are more than 1 domains; narrow the question");
}
