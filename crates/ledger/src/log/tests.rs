//! What stands in the log, and what the ledger refuses to read there.

use std::sync::Arc;

use expect_test::expect;
use object_store::memory::InMemory;
use object_store::{ObjectStoreExt, PutPayload};
use serde_json::Value;

use super::*;
use crate::schema::Bounds;
use crate::testkit::{Seen, id, in_memory, ingest};
use crate::{Ledger, LedgerError};

async fn entry(ledger: &Ledger, version: u64) -> Vec<Value> {
    let path = ledger.inner.disk.at(&format!("sightings/_delta_log/{version:020}.json"));
    let bytes = ledger.inner.disk.read(&path).await.unwrap().unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn version_0_says_the_protocol_and_the_columns() {
    let ledger = in_memory().await;
    let entry = entry(&ledger, 0).await;
    assert_eq!(entry[0]["protocol"]["minReaderVersion"], 1);
    assert_eq!(entry[0]["protocol"]["minWriterVersion"], 2);
    let table = &entry[1]["metaData"];
    assert_eq!(table["partitionColumns"], serde_json::json!(["day"]));
    assert_eq!(table["format"]["provider"], "parquet");
    let schema: Value = serde_json::from_str(table["schemaString"].as_str().unwrap()).unwrap();
    let fields: Vec<String> = schema["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            format!("{}:{}", field["name"].as_str().unwrap(), field["type"].as_str().unwrap())
        })
        .collect();
    expect!["seen:timestamp last_seen:timestamp count:long hours:integer again:boolean ip_v4:long ip_v6:string port:integer domain:string url:string threat:string classification:string transport:string destination_v4:long destination_v6:string destination_port:integer destination_domain:string stated_asn:long organisation:string province:string asn:long as_name:string delivery:string line:long form:string details:string day:date"]
        .assert_eq(&fields.join(" "));
}

#[tokio::test]
async fn a_delivery_is_one_entry_with_its_mark_and_its_files() {
    let ledger = in_memory().await;
    ingest(&ledger, 7, &[Seen::default(), Seen { ip: "192.0.2.200", ..Seen::default() }]).await;
    let entry = entry(&ledger, 1).await;
    assert_eq!(entry[0]["txn"]["appId"], id(7).to_string());
    assert_eq!(entry[0]["txn"]["version"], 1);
    let add = &entry[2]["add"];
    let path = add["path"].as_str().unwrap();
    assert!(path.starts_with("day=2026-05-01/0707070707070707-"), "{path}");
    assert_eq!(add["partitionValues"]["day"], "2026-05-01");
    assert_eq!(add["dataChange"], true);
    assert!(add["size"].as_u64().unwrap() > 0 && add["modificationTime"].is_i64());
    expect![[r#"{"numRecords":2,"minValues":{"ip_v4":3221225985,"seen":"2026-05-01T10:00:00.000000Z","threat":"mirai"},"maxValues":{"ip_v4":3221226184,"last_seen":"2026-05-01T10:00:00.000000Z","threat":"mirai"},"nullCount":{"ip_v4":0,"ip_v6":2,"threat":0}}"#]]
    .assert_eq(add["stats"].as_str().unwrap());
}

#[tokio::test]
async fn what_the_log_says_of_a_file_comes_back_as_it_went_in() {
    let ledger = in_memory().await;
    let seen = Seen::default();
    ingest(
        &ledger,
        1,
        &[seen, Seen { at: "2026-05-01T23:59:59.999999Z", ip: "2001:db8::7", ..seen }],
    )
    .await;
    let files = ledger.files("2026-05-01".parse().unwrap()..="2026-05-01".parse().unwrap()).await;
    let file = &files.unwrap()[0];
    assert_eq!(file.rows, 2);
    assert_eq!(file.seen, Bounds::Within(1_777_629_600_000_000, 1_777_679_999_999_999));
    assert_eq!(file.ip_v4, Bounds::Within(0xc000_0201, 0xc000_0201));
    let six = "2001:0db8:0000:0000:0000:0000:0000:0007".to_owned();
    assert_eq!(file.ip_v6, Bounds::Within(six.clone(), six));
    assert_eq!(file.threat, Bounds::Within("mirai".to_owned(), "mirai".to_owned()));
}

/// Opens a ledger whose log begins with the given entry of the given version.
async fn open_on(version: u64, entry: &str) -> Result<Ledger, LedgerError> {
    let store = Arc::new(InMemory::new());
    let path = Path::from(format!("x/sightings/_delta_log/{version:020}.json"));
    store.put(&path, PutPayload::from(entry.to_owned())).await.unwrap();
    Ledger::open(store, Path::from("x")).await
}

#[tokio::test]
async fn a_log_that_is_not_ours_to_write_is_refused_with_the_reason() {
    let hostile = [
        (0, r#"{"protocol":{"minReaderVersion":3,"minWriterVersion":7}}"#, "protocol 3/7"),
        (5, r#"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#, "begin with version 0"),
        (0, "{\"protocol\":", "EOF"),
        (0, "[1]", "no action"),
        (0, "", "empty"),
        (
            0,
            r#"{"add":{"path":"x","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}"#,
            "names no day",
        ),
    ];
    for (version, entry, reason) in hostile {
        let refused = open_on(version, entry).await.unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
        assert!(refused.contains("_delta_log/"), "{refused}");
    }
}

#[tokio::test]
async fn actions_that_need_no_understanding_are_skipped() {
    let entry = r#"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
{"somethingNew":{}}
{"txn":{"appId":"another-writer","version":9,"lastUpdated":1}}
"#;
    assert_eq!(open_on(0, entry).await.unwrap().version().await.unwrap(), 1);
}
