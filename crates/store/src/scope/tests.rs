//! Every read method, asked by the desk, by two neighbours and by a stranger.

use std::fmt::Write;

use expect_test::expect;
use model::delivery::Quarantined;
use model::permit::ReadPermit;
use model::remediation::Subject;

use crate::incidents::IncidentFilter;
use crate::notices::NoticeFilter;
use crate::obligations::ObligationFilter;
use crate::statement::tell;
use crate::testing::{
    World, at, delivery, everything, handle, id, incident, notice, only, organisation, remediation,
};
use crate::tests::statements;
use crate::{Store, StoreError};

/// What a read method answered, as a number of rows.
type Seen = (&'static str, usize);

fn many<T>(answer: Result<Vec<T>, StoreError>) -> usize {
    answer.unwrap().len()
}

fn one<T>(answer: Result<Option<T>, StoreError>) -> usize {
    answer.unwrap().iter().len()
}

fn number(count: u64) -> usize {
    usize::try_from(count).unwrap()
}

async fn directory_and_deliveries(store: &Store, permit: &ReadPermit) -> Vec<Seen> {
    let id = delivery(1).id;
    let mut seen = Vec::new();
    seen.push(("organisations", many(store.organisations(permit, 9, None).await)));
    let alpha = store.organisation(permit, &handle("alpha")).await;
    seen.push(("organisation alpha", one(alpha)));
    seen.push(("provinces", many(store.provinces(permit, 9).await)));
    seen.push(("delivery", one(store.delivery(permit, &id).await)));
    seen.push(("deliveries", many(store.deliveries(permit, 9, None).await)));
    seen.push(("unfinished", many(store.unfinished_deliveries(permit, 9).await)));
    seen.push(("quarantined", many(store.quarantined(permit, &id, 9, 0).await)));
    seen
}

async fn incidents(store: &Store, permit: &ReadPermit) -> Vec<Seen> {
    let one_of = incident(1);
    let pack = &one_of.assessment.basis.pack;
    let all = IncidentFilter::default();
    let gravest = IncidentFilter { grade: Some("g2".parse().unwrap()), threat: None };
    let mut seen = Vec::new();
    seen.push(("incident", one(store.incident(permit, &one_of.number).await)));
    seen.push(("incident by id", one(store.incident_by_id(permit, &one_of.id).await)));
    let open = store.open_incident_of(permit, &one_of.threat, pack).await;
    seen.push(("open incident", one(open)));
    seen.push(("incidents", many(store.incidents(permit, &all, 9, None).await)));
    seen.push(("incidents of g2", many(store.incidents(permit, &gravest, 9, None).await)));
    seen.push(("assessments", many(store.assessments(permit, &one_of.id, 9).await)));
    seen.push(("counts by grade", many(store.incident_counts_by_grade(permit).await)));
    seen
}

async fn obligations(store: &Store, permit: &ReadPermit) -> Vec<Seen> {
    let alpha = handle("alpha");
    let all = ObligationFilter::default();
    let by_alpha = ObligationFilter { debtor: Some(alpha.clone()), ..all.clone() };
    let counts = store.obligation_counts(permit, at(0), &alpha).await.unwrap();
    let mut seen = Vec::new();
    seen.push(("obligation of alpha", one(store.obligation(permit, &id(1)).await)));
    seen.push(("obligations of", many(store.obligations_of(permit, &id(1), 9).await)));
    seen.push(("obligations", many(store.obligations(permit, &all, 9, None).await)));
    let alphas = store.obligations(permit, &by_alpha, 9, None).await;
    seen.push(("obligations of alpha", many(alphas)));
    seen.push(("count: running", number(counts.running)));
    seen.push(("count: of alpha", number(counts.ours)));
    seen
}

async fn notices(store: &Store, permit: &ReadPermit) -> Vec<Seen> {
    let alpha = handle("alpha");
    let of = |incident, recipient| NoticeFilter { incident, recipient };
    let mut seen = Vec::new();
    let by_number = store.notice(permit, &notice(1, "alpha").number).await;
    seen.push(("notice to alpha", one(by_number)));
    seen.push(("notice for alpha", one(store.notice_for(permit, &id(1), &alpha).await)));
    for (name, filter) in [
        ("notices", of(None, None)),
        ("notices of", of(Some(id(1)), None)),
        ("notices to alpha", of(None, Some(alpha.clone()))),
        ("notices of, to alpha", of(Some(id(1)), Some(alpha.clone()))),
    ] {
        seen.push((name, many(store.notices(permit, &filter, 9, None).await)));
    }
    seen.push(("notice count", number(store.notice_count(permit).await.unwrap())));
    seen.push(("remediations", many(store.remediations(permit, &id(1), 9, None).await)));
    seen
}

async fn journal(store: &Store, permit: &ReadPermit) -> Vec<Seen> {
    let mut seen = Vec::new();
    seen.push(("journal", many(store.journal(permit, 9, None).await)));
    seen.push(("journal of", many(store.journal_of(permit, "world", 9).await)));
    seen.push(("journal since", many(store.journal_since(permit, 0, 9).await)));
    seen
}

async fn seen_by(store: &Store, permit: &ReadPermit) -> Vec<Seen> {
    let mut seen = directory_and_deliveries(store, permit).await;
    seen.extend(incidents(store, permit).await);
    seen.extend(obligations(store, permit).await);
    seen.extend(notices(store, permit).await);
    seen.extend(journal(store, permit).await);
    seen
}

#[tokio::test]
async fn an_organisation_sees_its_own_slice_and_nothing_of_its_neighbour() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    let (reason, raw) = ("no address".to_owned(), "?".to_owned());
    let row = Quarantined { line: 7, reason, raw };
    tx.insert_quarantined(&delivery(1).id, &[row]).await.unwrap();
    let subject = Subject::Ip("192.0.2.1".parse().unwrap());
    tx.upsert_remediations(&[remediation(subject)]).await.unwrap();
    world.keep(tx).await.unwrap();

    let mut columns = Vec::new();
    for permit in [everything(), only("alpha"), only("beta"), only("gamma")] {
        columns.push(seen_by(&world.store, &permit).await);
    }
    let mut table = format!("{:<21}desk alpha beta gamma\n", "");
    for (row, (name, _)) in columns[0].iter().enumerate() {
        let [desk, alpha, beta, gamma] = [0, 1, 2, 3].map(|column: usize| columns[column][row].1);
        writeln!(table, "{name:<21}{desk:4} {alpha:5} {beta:4} {gamma:5}").unwrap();
    }
    expect![[r"
                             desk alpha beta gamma
        organisations           4     1    1     1
        organisation alpha      1     1    0     0
        provinces               1     1    1     1
        delivery                1     0    0     0
        deliveries              1     0    0     0
        unfinished              1     0    0     0
        quarantined             1     0    0     0
        incident                1     1    1     0
        incident by id          1     1    1     0
        open incident           1     1    1     0
        incidents               1     1    1     0
        incidents of g2         1     1    1     0
        assessments             1     1    1     0
        counts by grade         1     1    1     0
        obligation of alpha     1     1    0     0
        obligations of          2     1    1     0
        obligations             2     1    1     0
        obligations of alpha    1     1    0     0
        count: running          2     1    1     0
        count: of alpha         1     1    0     0
        notice to alpha         1     1    0     0
        notice for alpha        1     1    0     0
        notices                 2     1    1     0
        notices of              2     1    1     0
        notices to alpha        1     1    0     0
        notices of, to alpha    1     1    0     0
        notice count            2     1    1     0
        remediations            1     1    0     0
        journal                 3     0    0     0
        journal of              3     0    0     0
        journal since           3     0    0     0
    "]]
    .assert_eq(&table);
}

#[tokio::test]
async fn a_group_sees_its_provincial_companies_and_a_province_its_organisations() {
    let world = World::with_an_incident().await;
    let mut tx = world.store.begin().await.unwrap();
    let mut alpha = organisation("alpha");
    alpha.parent = Some(handle("gamma"));
    tx.put_organisation(&alpha).await.unwrap();
    let mut beta = organisation("beta");
    beta.province = Some("ZY-02".parse().unwrap());
    tx.put_organisation(&beta).await.unwrap();
    world.keep(tx).await.unwrap();

    let in_province = |code: &str| ReadPermit::narrowed_to_province(code.parse().unwrap());
    for (permit, organisations, recipients) in [
        (only("gamma"), vec!["alpha", "gamma"], vec!["alpha"]),
        (only("alpha"), vec!["alpha"], vec!["alpha"]),
        (in_province("ZY-01"), vec!["alpha", "desk", "gamma"], vec!["alpha"]),
        (in_province("ZY-02"), vec!["beta"], vec!["beta"]),
        (in_province("ZY-03"), vec![], vec![]),
    ] {
        let seen = world.store.organisations(&permit, 9, None).await.unwrap();
        let seen: Vec<_> = seen.iter().map(|one| one.handle.to_string()).collect();
        assert_eq!(seen, organisations, "{permit:?}");
        let all = NoticeFilter { incident: None, recipient: None };
        let seen = world.store.notices(&permit, &all, 9, None).await.unwrap();
        let seen: Vec<_> = seen.iter().map(|one| one.recipient.to_string()).collect();
        assert_eq!(seen, recipients, "{permit:?}");
        let owed = world.store.obligations(&permit, &ObligationFilter::default(), 9, None).await;
        let debtors: Vec<_> = owed.unwrap().iter().map(|one| one.debtor.to_string()).collect();
        assert_eq!(debtors, recipients, "{permit:?}");
        let found = world.store.incident(&permit, &incident(1).number).await.unwrap();
        assert_eq!(found.is_some(), !recipients.is_empty(), "{permit:?}");
    }
}

#[tokio::test]
async fn no_permit_short_of_everything_verifies_the_journal() {
    let world = World::new().await;
    let refused = world.store.verify_journal(&only("alpha")).await;
    assert!(matches!(refused, Err(StoreError::OutOfReach { .. })), "{refused:?}");
}

#[test]
fn every_question_carries_its_fence_in_its_own_text() {
    // Asked within a write, or open to every permit.
    let open = [
        "IS_LATENT",
        "READ_ENVELOPE",
        "READ_HEAD",
        "LIST_PROVINCES",
        // Asked before there is a permit, in order to give one; never shown.
        "ANY_ACCOUNT",
        "ANY_FIRST_INVITATION",
        "ANOTHER_OF_POST",
        "READ_CREDENTIALS",
        "READ_CREDENTIALS_OF",
        "READ_INVITATION",
        "READ_SESSION",
        "READ_FAILURES",
        "READ_KEY",
        "READ_LINK",
    ];
    for (file, name, sql) in statements() {
        let question = sql.trim_start().starts_with("SELECT") && !open.contains(&name);
        assert_eq!(sql.contains("$1 = '*'"), question, "{file} {name}");
    }
}

#[tokio::test]
async fn a_question_whose_permit_was_forgotten_sees_nothing() {
    let world = World::with_an_incident().await;
    for (name, key) in [
        ("READ_ORGANISATION", "alpha".to_owned()),
        ("READ_BY_NUMBER", incident(1).number.to_string()),
        ("READ_OBLIGATION", id::<()>(1).to_string()),
        ("READ_DELIVERY", delivery(1).id.to_string()),
    ] {
        let found = statements().into_iter().find(|(_, known, _)| *known == name);
        let (_, _, sql) = found.unwrap();
        for (reach, wanted) in [(Some("*".to_owned()), 1), (None, 0)] {
            let asked = tell(sql).bind(reach).bind(key.clone());
            let seen = world.store.pools.all(asked).await.unwrap();
            assert_eq!(seen.len(), wanted, "{name}");
        }
    }
}
