//! One notice for each recipient of an incident.

use model::Notice;

use super::{NoticeCursor, NoticeFilter};
use crate::StoreError;
use crate::testing::{World, everything, handle, id, incident, notice};

#[tokio::test]
async fn a_recipient_gets_one_notice_of_an_incident() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_notice(&notice(3, "alpha")).await;
    assert!(matches!(refused, Err(StoreError::AlreadyThere { .. })), "{refused:?}");
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_notice(&notice(3, "gamma")).await.unwrap();
}

#[tokio::test]
async fn the_items_of_a_notice_are_noted() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.set_notice_items(&id(1), 12).await.unwrap();
    let unknown = tx.set_notice_items(&id(9), 12).await;
    assert!(matches!(unknown, Err(StoreError::Missing { what: "notice", .. })), "{unknown:?}");
    let absurd = tx.set_notice_items(&id(1), u64::MAX).await;
    assert!(matches!(absurd, Err(StoreError::TooLarge { .. })), "{absurd:?}");
    world.keep(tx).await.unwrap();
    let kept = world.store.notice(&everything(), &notice(1, "alpha").number).await.unwrap();
    assert_eq!(kept, Some(Notice { items: 12, ..notice(1, "alpha") }));
}

#[tokio::test]
async fn notices_are_listed_by_incident_and_by_recipient_page_by_page() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_incident(&incident(2)).await.unwrap();
    tx.insert_notice(&Notice { incident: id(2), ..notice(3, "alpha") }).await.unwrap();
    world.keep(tx).await.unwrap();

    let check = async |incident: Option<u32>, recipient: Option<&str>, wanted: &str| {
        let recipient = recipient.map(handle);
        let filter = NoticeFilter { incident: incident.map(id), recipient };
        let (permit, mut after, mut found) = (everything(), None, Vec::new());
        loop {
            let page = world.store.notices(&permit, &filter, 2, after).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(NoticeCursor::from(last));
            found.extend(page.iter().map(|notice| notice.number.to_string()));
        }
        assert_eq!(found.join(" "), wanted, "{filter:?}");
    };
    check(None, None, "NTC-2026-0003 NTC-2026-0002 NTC-2026-0001").await;
    check(Some(1), None, "NTC-2026-0002 NTC-2026-0001").await;
    check(None, Some("alpha"), "NTC-2026-0003 NTC-2026-0001").await;
    check(Some(2), Some("alpha"), "NTC-2026-0003").await;
    check(Some(2), Some("beta"), "").await;
    assert_eq!(world.store.notice_count(&everything()).await.unwrap(), 3);
}
