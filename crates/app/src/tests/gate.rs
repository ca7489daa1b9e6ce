//! What is grave waits for the authority; what it releases goes on.

use model::obligation::State;
use model::review::Outcome;
use model::{Handle, Incident};

use super::{World, console};
use crate::gate::{Assessed, Deciding, Delegating, Gate};

fn handle(name: &str) -> Handle {
    name.parse().unwrap()
}

fn deciding(by: &str) -> Deciding {
    Deciding { by: handle(by), because: "letter 9".to_owned() }
}

fn number() -> model::incident::IncidentNumber {
    "INC-2026-0001".parse().unwrap()
}

impl World {
    async fn incident_now(&self) -> Incident {
        self.app.store.incident(&console(), &number()).await.unwrap().unwrap()
    }

    async fn gate_now(&self) -> Gate {
        self.app.gate(&self.incident_now().await).await.unwrap()
    }
}

#[tokio::test]
async fn a_general_incident_passes_and_a_serious_one_waits() {
    let world = World::with_an_incident().await;
    assert_eq!(world.gate_now().await, Gate::Open);
    let refused = world.app.release(&number(), deciding("bureau")).await.unwrap_err();
    assert!(refused.to_string().contains("needs no review at g4"), "{refused}");
    world.regrade("g3").await.unwrap();
    assert!(matches!(world.gate_now().await, Gate::Awaiting { .. }));
    assert!(!world.app.released(&world.incident_now().await).await.unwrap());
    let waiting = world.app.store.reviews(&console(), true, 9).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].article.as_str(), waiting[0].role.as_str()), ("8(3)", "tsb"));
}

#[tokio::test]
async fn releasing_meets_what_the_authority_owes_and_starts_the_notices() {
    let world = World::with_an_incident().await;
    world.regrade("g3").await.unwrap();
    world.meet("M3a", "coordination-centre").await;
    let stranger = world.app.release(&number(), deciding("yunhe")).await.unwrap_err();
    assert!(stranger.to_string().contains("holds no delegation"), "{stranger}");
    let acted = world.app.release(&number(), deciding("bureau")).await.unwrap();
    assert_eq!(acted.done[0].terms.duty.as_str(), "M4b");
    let started = |one: &model::Obligation| {
        one.terms.duty.as_str() == "M5" && matches!(one.state, State::Running(_))
    };
    assert!(acted.followed.iter().any(started), "the notices are owed now");
    assert!(world.app.released(&world.incident_now().await).await.unwrap());
    let again = world.app.release(&number(), deciding("bureau")).await.unwrap_err();
    assert!(again.to_string().contains("released already"), "{again}");
    world.app.store.verify_journal(&console()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_graver_grade_wants_a_review_of_its_own() {
    let world = World::with_an_incident().await;
    world.regrade("g3").await.unwrap();
    world.app.release(&number(), deciding("bureau")).await.unwrap();
    world.regrade("g1").await.unwrap();
    assert!(matches!(world.gate_now().await, Gate::Awaiting { .. }));
    world.regrade("g3").await.unwrap();
    assert!(matches!(world.gate_now().await, Gate::Released { .. }), "that was decided");
}

#[tokio::test]
async fn what_is_refused_stays_shut_until_it_is_released() {
    let world = World::with_an_incident().await;
    world.regrade("g2").await.unwrap();
    world.app.refuse(&number(), deciding("bureau")).await.unwrap();
    assert!(matches!(world.gate_now().await, Gate::Refused { .. }));
    assert!(!world.gate_now().await.lets_through());
    assert!(world.app.refuse(&number(), deciding("bureau")).await.is_err());
    world.app.release(&number(), deciding("bureau")).await.unwrap();
    assert!(world.gate_now().await.lets_through());
}

#[tokio::test]
async fn a_delegate_releases_while_the_delegation_holds() {
    let world = World::with_an_incident().await;
    world.regrade("g3").await.unwrap();
    let given = |from: &str, since: &str, until: &str| Delegating {
        from: handle(from),
        to: handle("coordination-centre"),
        since: since.parse().unwrap(),
        until: Some(until.parse().unwrap()),
        document: "letter 2".to_owned(),
    };
    let none = given("yunhe", "2026-11-20T00:00:00Z", "2026-11-30T00:00:00Z");
    assert!(world.app.delegate(none).await.is_err(), "it has nothing to delegate");
    let backwards = given("bureau", "2026-11-30T00:00:00Z", "2026-11-20T00:00:00Z");
    assert!(world.app.delegate(backwards).await.is_err());
    let later = given("bureau", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z");
    world.app.delegate(later).await.unwrap();
    let early = world.app.release(&number(), deciding("coordination-centre")).await;
    assert!(early.is_err(), "it does not hold yet");
    world.at("2026-11-21T08:00:00Z");
    let acted = world.app.release(&number(), deciding("coordination-centre")).await.unwrap();
    let State::Met(met) = &acted.done[0].state else { panic!("it is met") };
    assert_eq!(met.by, handle("bureau"), "in the authority's name");
    let Gate::Released { review } = world.gate_now().await else { panic!("it is released") };
    assert!(review.state.decision().unwrap().delegation.is_some());
    world.regrade("g2").await.unwrap();
    let (from, to) = (handle("bureau"), handle("coordination-centre"));
    world.app.revoke_delegation(&from, &to, "letter 5").await.unwrap();
    assert!(world.app.release(&number(), deciding("coordination-centre")).await.is_err());
}

#[tokio::test]
async fn what_experts_made_of_it_is_on_record_and_moves_nothing() {
    let world = World::with_an_incident().await;
    world.regrade("g3").await.unwrap();
    let assessed = Assessed {
        at: world.app.clock().now(),
        by: handle("bureau"),
        experts: "three of the panel".to_owned(),
        outcome: Outcome::Graver,
        conclusion: "it will grow".to_owned(),
        document: "minutes 4".to_owned(),
    };
    let kept = world.app.record_expertise(&number(), assessed).await.unwrap();
    let all = world.app.store.expertise_of(&console(), &kept.review).await.unwrap();
    assert_eq!(all, [kept]);
    assert_eq!(world.incident_now().await.assessment.grade.as_str(), "g3");
    assert!(!world.gate_now().await.lets_through());
}
