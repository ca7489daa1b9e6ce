//! A key is found by its hash until it is revoked, and listed for its own organisation only.

use super::*;
use crate::accounts::tests::{account, world_with_accounts};
use crate::testing::{at, everything, id, only};

fn key(n: u32, account: u32) -> ApiKey {
    ApiKey {
        id: id(n),
        account: id(account),
        prefix: format!("jy_{n:05}"),
        purpose: "nightly export".to_owned(),
        scopes: BTreeSet::from([Can::File]),
        created_at: at(i64::from(n)),
        expires_at: at(9_000),
        used_at: None,
        revoked_at: None,
    }
}

fn hash(n: u32) -> String {
    format!("{n:064x}")
}

#[tokio::test]
async fn a_key_is_found_until_it_is_revoked() {
    let world = world_with_accounts().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_api_key(&key(11, 1), &hash(11)).await.unwrap();
    tx.insert_api_key(&key(12, 1), &hash(12)).await.unwrap();
    world.keep(tx).await.unwrap();
    let found = world.store.api_key(&hash(11)).await.unwrap();
    assert_eq!(found, Some((key(11, 1), account(1, "wu", "alpha"))));

    let mut tx = world.store.begin().await.unwrap();
    assert!(!tx.revoke_api_key(&id(2), &id(11), at(60)).await.unwrap(), "another's");
    assert!(tx.revoke_api_key(&id(1), &id(11), at(60)).await.unwrap());
    tx.see_api_key(&id(12), at(70)).await.unwrap();
    world.keep(tx).await.unwrap();
    assert_eq!(world.store.api_key(&hash(11)).await.unwrap(), None);
    let listed = world.store.api_keys_of(&only("alpha"), &id(1), 9).await.unwrap();
    let revoked = ApiKey { revoked_at: Some(at(60)), ..key(11, 1) };
    assert_eq!(listed, [ApiKey { used_at: Some(at(70)), ..key(12, 1) }, revoked]);
    assert_eq!(world.store.api_keys_of(&only("beta"), &id(1), 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_link_belongs_to_a_notice_and_can_be_revoked() {
    let world = world_with_accounts().await;
    let link = SignedLink {
        id: id(31),
        notice: id(1),
        created_at: at(0),
        expires_at: at(60),
        revoked_at: None,
    };
    let mut tx = world.store.begin().await.unwrap();
    let stray = SignedLink { id: id(32), notice: id(99), ..link.clone() };
    let refused = tx.insert_signed_link(&stray).await;
    assert!(matches!(refused, Err(StoreError::Dangling { .. })), "{refused:?}");
    drop(tx);

    let mut tx = world.store.begin().await.unwrap();
    tx.insert_signed_link(&link).await.unwrap();
    assert!(tx.revoke_signed_link(&id(31), at(9)).await.unwrap());
    assert!(!tx.revoke_signed_link(&id(31), at(9)).await.unwrap());
    world.keep(tx).await.unwrap();
    let revoked = SignedLink { revoked_at: Some(at(9)), ..link };
    assert_eq!(world.store.signed_link(&id(31)).await.unwrap(), Some(revoked.clone()));
    assert_eq!(world.store.signed_links_of(&everything(), &id(1), 9).await.unwrap(), [revoked]);
    assert_eq!(world.store.signed_links_of(&only("alpha"), &id(1), 9).await.unwrap(), []);
}
