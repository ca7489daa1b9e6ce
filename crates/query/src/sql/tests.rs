//! Ad hoc SQL: columns for people, limits, and nothing but reading.

use expect_test::{Expect, expect};

use super::*;
use crate::testbed::{Row, first, table};

const LIMITS: SqlLimits = SqlLimits { rows: 10, memory_bytes: 64 << 20 };

async fn some() -> Query {
    let to = |row| Row { destination_ip: "198.51.100.255".parse().unwrap(), ..row };
    table(&[
        vec![
            to(first("2026-11-05T10:00:00Z", "192.0.2.7", "mirai")),
            first("2026-11-05T11:00:00Z", "2001:db8::7", "mirai"),
            first("2026-11-05T12:00:00Z", "c2.example", "qakbot"),
        ],
        vec![first("2026-11-06T10:00:00Z", "192.0.2.7", "mirai")],
    ])
    .await
}

async fn check(text: &str, answer: Expect) {
    let found = some().await.sql(text, LIMITS).await.unwrap();
    answer.assert_eq(&format!("{}\n", found.to_text().unwrap()));
}

#[tokio::test]
async fn addresses_and_days_are_written_for_people() {
    check(
        "SELECT day, ip, destination_ip, domain FROM sightings ORDER BY seen",
        expect![[r"
        +------------+-----------------------------------------+----------------+------------+
        | day        | ip                                      | destination_ip | domain     |
        +------------+-----------------------------------------+----------------+------------+
        | 2026-11-05 | 192.0.2.7                               | 198.51.100.255 |            |
        | 2026-11-05 | 2001:0db8:0000:0000:0000:0000:0000:0007 |                |            |
        | 2026-11-05 |                                         |                | c2.example |
        | 2026-11-06 | 192.0.2.7                               |                |            |
        +------------+-----------------------------------------+----------------+------------+
    "]],
    )
    .await;
}

#[tokio::test]
async fn what_is_asked_is_grouped_and_filtered() {
    let text = "SELECT threat, count(*) AS keys, sum(count) AS rows FROM sightings
                 WHERE NOT again AND day = '2026-11-05' GROUP BY threat ORDER BY threat";
    check(
        text,
        expect![[r"
        +--------+------+------+
        | threat | keys | rows |
        +--------+------+------+
        | mirai  | 2    | 2    |
        | qakbot | 1    | 1    |
        +--------+------+------+
    "]],
    )
    .await;
}

#[tokio::test]
async fn rows_past_the_limit_are_left_out_and_that_is_said() {
    let limits = |rows| SqlLimits { rows, ..LIMITS };
    let query = some().await;
    let three = query.sql("SELECT * FROM sightings", limits(3)).await.unwrap();
    let rows = |answer: &Answer| answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    assert_eq!((rows(&three), three.has_more), (3, true));
    let four = query.sql("SELECT * FROM sightings", limits(4)).await.unwrap();
    assert_eq!((rows(&four), four.has_more), (4, false));
}

#[tokio::test]
async fn nothing_but_reading_is_allowed() {
    for text in [
        "CREATE TABLE t AS SELECT * FROM sightings",
        "CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '/tmp/t'",
        "DROP TABLE sightings",
        "COPY sightings TO '/tmp/out.parquet'",
        "INSERT INTO sightings SELECT * FROM sightings",
        "DELETE FROM sightings",
        "SET datafusion.execution.batch_size = 1",
        "SELECT * FROM '/etc/passwd'",
        "SELECT 1; SELECT 2",
        "",
    ] {
        assert!(some().await.sql(text, LIMITS).await.is_err(), "{text}");
    }
}

#[tokio::test]
async fn an_empty_ledger_has_an_empty_table() {
    let answer = table(&[]).await.sql("SELECT ip FROM sightings", LIMITS).await.unwrap();
    assert_eq!(answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
}
