//! An incident is opened once, assessed many times, and listed by the assessment in force.

use model::incident::Assessment;
use model::regime::Basis;

use super::{IncidentCursor, IncidentFilter};
use crate::StoreError;
use crate::testing::{World, assessment, everything, id, incident};

#[tokio::test]
async fn an_incident_comes_back_as_it_was_opened() {
    let world = World::with_an_incident().await;
    let opened = incident(1);
    let pack = &opened.assessment.basis.pack;
    let store = &world.store;
    let by_number = store.incident(&everything(), &opened.number).await.unwrap();
    let by_threat = store.open_incident_of(&everything(), &opened.threat, pack).await.unwrap();
    assert_eq!(by_number, Some(opened.clone()));
    assert_eq!(by_threat, Some(opened));
}

#[tokio::test]
async fn a_second_open_incident_of_the_same_threat_under_the_same_pack_is_refused() {
    let world = World::with_an_incident().await;
    let mut twin = incident(2);
    twin.threat = incident(1).threat;
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_incident(&twin).await;
    assert!(matches!(refused, Err(StoreError::AlreadyThere { .. })), "{refused:?}");
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    let other = "other.pack".parse().unwrap();
    twin.assessment.basis = Basis { pack: other, ..twin.assessment.basis };
    tx.insert_incident(&twin).await.unwrap();
}

#[tokio::test]
async fn the_latest_assessment_is_in_force_and_the_earlier_ones_are_kept() {
    let world = World::with_an_incident().await;
    let graver = assessment("g1", 90);
    let mut tx = world.store.begin().await.unwrap();
    tx.insert_assessment(&id(1), &graver).await.unwrap();
    world.keep(tx).await.unwrap();

    let now = world.store.incident_by_id(&everything(), &id(1)).await.unwrap().unwrap();
    assert_eq!(now.assessment, graver);
    let all = world.store.assessments(&everything(), &id(1), 9).await.unwrap();
    assert_eq!(all, [graver, incident(1).assessment]);
    let counts = world.store.incident_counts_by_grade(&everything()).await.unwrap();
    assert_eq!(counts, [("g1".parse().unwrap(), 1)]);
}

#[tokio::test]
async fn an_assessment_under_another_pack_is_refused() {
    let world = World::with_an_incident().await;
    let basis = Basis { pack: "other.pack".parse().unwrap(), ..assessment("g1", 9).basis };
    let foreign = Assessment { basis, ..assessment("g1", 9) };
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.insert_assessment(&id(1), &foreign).await;
    assert!(matches!(refused, Err(StoreError::Dangling { .. })), "{refused:?}");
}

#[tokio::test]
async fn incidents_are_listed_latest_assessed_first_page_by_page() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    for n in 2..=5 {
        let mut next = incident(n);
        if n % 2 == 0 {
            next.assessment.grade = "g3".parse().unwrap();
        }
        tx.insert_incident(&next).await.unwrap();
    }
    tx.insert_assessment(&id(1), &assessment("g3", 90)).await.unwrap();
    world.keep(tx).await.unwrap();

    let (all, permit) = (IncidentFilter::default(), everything());
    let first = world.store.incidents(&permit, &all, 2, None).await.unwrap();
    let after = first.last().map(IncidentCursor::from);
    let rest = world.store.incidents(&permit, &all, 9, after).await.unwrap();
    let numbers = |list: &[model::Incident]| {
        list.iter().map(|incident| incident.number.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(numbers(&first), "INC-2026-0001 INC-2026-0005");
    assert_eq!(numbers(&rest), "INC-2026-0004 INC-2026-0003 INC-2026-0002");

    let graded = IncidentFilter { grade: Some("g3".parse().unwrap()), threat: None };
    let listed = world.store.incidents(&permit, &graded, 9, None).await.unwrap();
    assert_eq!(numbers(&listed), "INC-2026-0001 INC-2026-0004 INC-2026-0002");
    let of_one = IncidentFilter { threat: Some(incident(4).threat), ..graded };
    let listed = world.store.incidents(&permit, &of_one, 9, None).await.unwrap();
    assert_eq!(numbers(&listed), "INC-2026-0004");
}

#[tokio::test]
async fn a_row_touched_from_outside_is_an_error_that_names_the_column() {
    let world = World::with_an_incident().await;
    world.tamper("UPDATE incident SET number = 'no number'").await;
    let error = world.store.incident_by_id(&everything(), &id(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { column: "number", .. }), "{error:?}");
}
