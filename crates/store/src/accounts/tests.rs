//! What is used once is used once, and who asks sees their own.

use model::account::{Account, Post};

use super::*;
use crate::testing::{World, at, everything, handle, id, only};

/// An account of an organisation of the world.
pub(crate) fn account(n: u32, name: &str, organisation: &str) -> Account {
    Account {
        id: id(n),
        name: name.parse().unwrap(),
        organisation: handle(organisation),
        province: Some("ZY-01".parse().unwrap()),
        post: Post::Registrar,
        created_at: at(0),
        disabled_at: None,
    }
}

/// A world in which `wu` of alpha and `li` of beta have accounts.
pub(crate) async fn world_with_accounts() -> World {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_account(&account(1, "wu", "alpha")).await.unwrap();
    tx.insert_account(&account(2, "li", "beta")).await.unwrap();
    world.keep(tx).await.unwrap();
    world
}

#[tokio::test]
async fn an_account_is_there_with_its_province_and_has_no_password_yet() {
    let world = world_with_accounts().await;
    let wu = "wu".parse().unwrap();
    let found = world.store.account(&everything(), &wu).await.unwrap();
    assert_eq!(found, Some(account(1, "wu", "alpha")));
    let proof = world.store.credentials(&wu).await.unwrap().unwrap();
    assert!(proof.password.is_none() && proof.second_factor.is_none());
    let mut tx = world.store.begin().await.unwrap();
    let again = tx.insert_account(&account(3, "wu", "beta")).await;
    assert!(matches!(again, Err(StoreError::AlreadyThere { .. })), "{again:?}");
}

#[tokio::test]
async fn an_organisation_sees_its_own_accounts() {
    let world = world_with_accounts().await;
    assert_eq!(world.store.accounts(&everything(), 9, None).await.unwrap().len(), 2);
    let own = world.store.accounts(&only("alpha"), 9, None).await.unwrap();
    assert_eq!(own, [account(1, "wu", "alpha")]);
    let other = world.store.account(&only("alpha"), &"li".parse().unwrap()).await.unwrap();
    assert_eq!(other, None);
}

#[tokio::test]
async fn a_password_in_clear_is_refused_by_the_schema_itself() {
    let world = world_with_accounts().await;
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.set_password(&id(1), Some("correct horse battery")).await;
    assert!(matches!(refused, Err(StoreError::Contradictory { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_step_is_taken_once_and_never_an_earlier_one() {
    let world = world_with_accounts().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.put_second_factor(&id(1), &"A".repeat(32), at(0)).await.unwrap();
    assert!(tx.take_step(&id(1), 57, at(1)).await.unwrap());
    assert!(!tx.take_step(&id(1), 57, at(1)).await.unwrap(), "the same again");
    assert!(!tx.take_step(&id(1), 56, at(1)).await.unwrap(), "one before");
    assert!(tx.take_step(&id(1), 58, at(2)).await.unwrap());
    assert!(!tx.take_step(&id(2), 58, at(2)).await.unwrap(), "nobody's");
    world.keep(tx).await.unwrap();
    let proof = world.store.credentials_of(&id(1)).await.unwrap().unwrap();
    let second = proof.second_factor.unwrap();
    assert!(second.confirmed && second.last_step == 58);
}

#[tokio::test]
async fn a_recovery_code_is_good_once_and_for_its_account_only() {
    let world = world_with_accounts().await;
    let (one, two) = ("1".repeat(64), "2".repeat(64));
    let mut tx = world.store.begin().await.unwrap();
    tx.replace_recovery_codes(&id(1), &[one.clone(), two]).await.unwrap();
    assert!(!tx.use_recovery_code(&id(2), &one, at(1)).await.unwrap());
    assert!(tx.use_recovery_code(&id(1), &one, at(1)).await.unwrap());
    assert!(!tx.use_recovery_code(&id(1), &one, at(1)).await.unwrap());
    world.keep(tx).await.unwrap();
    assert_eq!(world.store.recovery_codes_left(&only("alpha"), &id(1)).await.unwrap(), 1);
    assert_eq!(world.store.recovery_codes_left(&only("beta"), &id(1)).await.unwrap(), 0);
}

#[tokio::test]
async fn an_invitation_is_good_once_until_it_expires_or_another_is_made() {
    let world = world_with_accounts().await;
    let invitation = |account| Invitation { account, expires_at: at(60) };
    let hash = |n: u8| char::from(b'a' + n).to_string().repeat(64);
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_invitation(&hash(0), &invitation(Some(id(1))), at(0)).await.unwrap();
    tx.insert_invitation(&hash(1), &invitation(Some(id(1))), at(1)).await.unwrap();
    tx.insert_invitation(&hash(2), &invitation(None), at(1)).await.unwrap();
    world.keep(tx).await.unwrap();
    let asked = [(0, 2), (1, 2), (1, 60), (2, 2)];
    let mut open = Vec::new();
    for (n, minutes) in asked {
        open.push(world.store.invitation(&hash(n), at(minutes)).await.unwrap().is_some());
    }
    assert_eq!(open, [false, true, false, true]);
    let mut tx = world.store.begin().await.unwrap();
    assert!(!tx.use_invitation(&hash(1), at(60)).await.unwrap(), "too late");
    assert!(tx.use_invitation(&hash(1), at(59)).await.unwrap());
    assert!(!tx.use_invitation(&hash(1), at(59)).await.unwrap(), "again");
}
