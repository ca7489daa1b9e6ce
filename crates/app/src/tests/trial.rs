//! A pack tried on the desk's own past.

use jiff::SignedDuration;

use super::{INFECTED, NOW, World, console};
use crate::reading::TrialAsk;
use model::permit::ReadPermit;

fn ask(pack: &str) -> TrialAsk {
    let against = "cn.miit.2009-157".parse().unwrap();
    TrialAsk { pack: pack.parse().unwrap(), against, days: 30 }
}

#[tokio::test]
async fn the_same_pack_would_have_changed_nothing() {
    let world = World::new().await;
    let own = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &own).await;
    let view = world.app.trial(&console(), &ask("cn.miit.2009-157")).await.unwrap();
    assert_eq!((view.incidents, view.failed, view.cut), (1, 0, false), "{view:?}");
    assert!(view.regraded.is_empty());
    let duties: usize = view.parties.iter().map(|one| one.duties).sum();
    let moved: usize = view.parties.iter().map(|one| one.moved).sum();
    assert!(duties > 0 && moved == 0, "{:?}", view.parties);
}

#[tokio::test]
async fn no_more_of_the_past_is_read_than_was_asked_for() {
    let world = World::new().await;
    let own = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &own).await;
    let now: jiff::Timestamp = NOW.parse().unwrap();
    let since = |hours| now - SignedDuration::from_hours(hours);
    let read =
        async |at, limit| world.app.samples_since(&console(), at, limit).await.unwrap().len();
    assert_eq!(read(since(1), 10).await, 1);
    assert_eq!(read(since(-1), 10).await, 0);
    assert_eq!(read(since(1), 1).await, 1);
}

#[tokio::test]
async fn a_trial_shows_no_more_of_the_past_than_its_permit() {
    let world = World::new().await;
    let own = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &own).await;
    let stranger = ReadPermit::narrowed_to("xinghe".parse().unwrap());
    let view = world.app.trial(&stranger, &ask("cn.miit.2009-157")).await.unwrap();
    assert_eq!((view.incidents, view.span, view.parties.len()), (0, None, 0));
}

#[tokio::test]
async fn a_pack_that_is_not_there_cannot_be_tried() {
    let world = World::new().await;
    let own = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &own).await;
    let refused = world.app.trial(&console(), &ask("no.such")).await.unwrap_err();
    assert!(refused.to_string().contains("no.such"), "{refused}");
}
