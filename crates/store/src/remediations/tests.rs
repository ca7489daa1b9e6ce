//! A million remediations: each once, in the order of their addresses, and only with their notice.

use model::remediation::Subject;
use model::{Ip, Remediation};
use proptest::prelude::{ProptestConfig, any, proptest};

use super::{Upserted, subject_key, subject_of};
use crate::StoreError;
use crate::testing::{World, at, everything, handle, id, remediation};

fn ip(text: &str) -> Subject {
    Subject::Ip(text.parse().unwrap())
}

#[tokio::test]
async fn remediations_are_listed_in_the_order_of_their_addresses() {
    let world = World::with_an_incident().await;
    let subjects = [
        ip("10.0.0.2"),
        ip("10.0.0.10"),
        ip("192.0.2.1"),
        ip("2001:db8::2"),
        ip("2001:db8::10"),
        Subject::Domain("a.example".parse().unwrap()),
        Subject::Domain("b.example".parse().unwrap()),
    ];
    let mut rows: Vec<_> = subjects.iter().rev().cloned().map(remediation).collect();
    rows[0].destination_ip = None;
    rows[0].destination_domain = None;
    rows[0].province = None;
    let mut tx = world.store.begin().await.unwrap();
    let done = tx.upsert_remediations(&rows).await.unwrap();
    assert_eq!(done, Upserted { added: 7, updated: 0 });
    world.keep(tx).await.unwrap();

    rows.reverse();
    let listed = world.store.remediations(&everything(), &id(1), 4, None).await.unwrap();
    assert_eq!(listed, rows[..4]);
    let after = Some(&subjects[3]);
    let listed = world.store.remediations(&everything(), &id(1), 4, after).await.unwrap();
    assert_eq!(listed, rows[4..]);
}

#[tokio::test]
async fn writing_remediations_again_changes_nothing() {
    let world = World::with_an_incident().await;
    let rows: Vec<_> =
        (0..100).map(|n| remediation(Subject::Ip(Ip::from_v4(0x0a00_0000 + n)))).collect();
    let mut tx = world.store.begin().await.unwrap();
    let done = tx.upsert_remediations(&rows[..90]).await.unwrap();
    assert_eq!(done, Upserted { added: 90, updated: 0 });
    let done = tx.upsert_remediations(&rows).await.unwrap();
    assert_eq!(done, Upserted { added: 10, updated: 0 });
    let done = tx.upsert_remediations(&rows).await.unwrap();
    assert_eq!(done, Upserted::default());
}

#[tokio::test]
async fn a_remediation_seen_again_is_brought_up_to_date() {
    let world = World::with_an_incident().await;
    let first = remediation(ip("10.0.0.1"));
    let later = Remediation { last_seen: at(90), sightings: 5, port: 1, ..first.clone() };
    let earlier = Remediation { first_seen: at(-10), sightings: 4, ..first.clone() };
    let mut tx = world.store.begin().await.unwrap();
    tx.upsert_remediations(std::slice::from_ref(&first)).await.unwrap();
    for row in [later, earlier] {
        let done = tx.upsert_remediations(&[row]).await.unwrap();
        assert_eq!(done, Upserted { added: 0, updated: 1 });
    }
    world.keep(tx).await.unwrap();
    let kept = world.store.remediations(&everything(), &id(1), 9, None).await.unwrap();
    let wanted = Remediation { first_seen: at(-10), last_seen: at(90), sightings: 5, ..first };
    assert_eq!(kept, [wanted]);
}

#[tokio::test]
async fn a_remediation_goes_with_its_own_notice_or_not_at_all() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    let mine = remediation(ip("10.0.0.1"));
    let theirs = Remediation { assigned_to: handle("beta"), ..mine.clone() };
    let refused = tx.upsert_remediations(&[theirs]).await;
    assert!(matches!(refused, Err(StoreError::Misfiled { .. })), "{refused:?}");
    let elsewhere = Remediation { incident: id(2), ..mine.clone() };
    let refused = tx.upsert_remediations(&[elsewhere]).await;
    assert!(matches!(refused, Err(StoreError::Misfiled { .. })), "{refused:?}");
    let nowhere = Remediation { notice: id(9), ..mine };
    let refused = tx.upsert_remediations(&[nowhere]).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "notice", .. })), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn keys_sort_as_addresses_do_and_lead_back_to_them(a: u32, b: u32, c: u128, d: u128) {
        let v4 = |bits| Subject::Ip(Ip::from_v4(bits));
        let v6 = |bits: u128| Subject::Ip(Ip::from_bits(bits | 1 << 127));
        for (left, right) in [(v4(a), v4(b)), (v6(c), v6(d)), (v4(a), v6(c))] {
            assert_eq!(subject_key(&left).cmp(&subject_key(&right)), left.cmp(&right));
            assert_eq!(subject_of(&subject_key(&left)).unwrap(), left);
        }
    }

    #[test]
    fn no_key_however_mangled_brings_the_reader_down(key in any::<String>()) {
        drop(subject_of(&key));
    }
}
