//! The flow from a delivery to what is owed, on a clock that stands still.

mod trial;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use model::permit::ReadPermit;
use uuid::Uuid;

use crate::assess::Touched;
use crate::ingest::Ingested;
use crate::receive::Offer;
use crate::views::ObligationState;
use crate::{App, Clock, Home, Law, Provisional, Settings, Source};

mod acts;
mod by_hand;
mod calendars;
mod directory;
mod filing;
mod gate;
mod proof;

const NOW: &str = "2026-11-20T12:00:00Z";

/// A desk of the demonstration country.
struct World {
    app: App,
    /// What its clock shows, in seconds.
    now: Arc<AtomicI64>,
    directory: tempfile::TempDir,
}

fn source(origin: &str, text: &str) -> Source {
    Source { origin: origin.to_owned(), text: text.to_owned() }
}

fn law() -> Law {
    let pack = include_str!("../../../regimes/cn-miit-2009-157.toml");
    let calendar = include_str!("../../../calendars/cn.toml");
    let (packs, calendars) = ([source("pack", pack)], [source("calendar", calendar)]);
    Law::read(&packs, &calendars, Provisional::Refused).unwrap()
}

/// A clock that stands still until it is set, and ids that count.
fn clock(now: &Arc<AtomicI64>) -> Clock {
    let now = now.clone();
    let next = AtomicU64::new(1);
    Clock::new(
        move || Timestamp::from_second(now.load(Ordering::Relaxed)).unwrap(),
        move |_| Uuid::from_u64_pair(0x0190_0000_0000_7000, next.fetch_add(1, Ordering::Relaxed)),
    )
}

impl World {
    async fn new() -> Self {
        let regime: model::PackId = "cn.miit.2009-157".parse().unwrap();
        let settings = Settings {
            own: "coordination-centre".parse().unwrap(),
            regimes: vec![regime.clone()],
            regardless: vec![regime],
        };
        Self::under(law(), settings).await
    }

    async fn under(law: Law, settings: Settings) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let now: Timestamp = NOW.parse().unwrap();
        let now = Arc::new(AtomicI64::new(now.as_second()));
        let home = Home::new(directory.path());
        let app = App::open(home, Arc::new(law), clock(&now), settings).await.unwrap();
        let provinces = include_bytes!("../../../demo/provinces.csv").as_slice();
        app.load_provinces("provinces.csv", provinces).await.unwrap();
        let organisations = include_bytes!("../../../demo/organisations.csv").as_slice();
        app.load_organisations("organisations.csv", organisations).await.unwrap();
        let register = include_bytes!("../../../demo/register.csv").as_slice();
        app.load_atlas_file("register.csv", "register.csv", register).await.unwrap();
        let suffixes = include_bytes!("../../../demo/suffixes.csv").as_slice();
        app.load_atlas_file("suffixes.csv", "suffixes.csv", suffixes).await.unwrap();
        let registrars = include_bytes!("../../../demo/registrars.csv").as_slice();
        app.load_atlas_file("registrars.csv", "registrars.csv", registrars).await.unwrap();
        Self { app, now, directory }
    }

    /// Sets the clock.
    fn at(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        self.now.store(time.as_second(), Ordering::Relaxed);
    }

    /// Receives and ingests rows of the generic form.
    async fn ingest(&self, finder: &str, rows: &str) -> Ingested {
        let content = format!("time,ip,port,threat,classification,destination_domain\n{rows}");
        let offer = Offer {
            name: "test.csv".to_owned(),
            mapping: "generic/csv".to_owned(),
            mapping_version: "1".to_owned(),
            feed: "generic".parse().unwrap(),
            finder: finder.parse().unwrap(),
            content: content.as_bytes(),
        };
        let received = self.app.receive(offer).await.unwrap();
        self.app.ingest(&received.delivery.id, &mut |_| {}).await.unwrap()
    }

    async fn assess(&self, finder: &str, ingested: &Ingested) -> Vec<crate::assess::Change> {
        let touched = Touched {
            finder: finder.parse().unwrap(),
            known_at: NOW.parse().unwrap(),
            days: ingested.days.clone(),
            threats: Some(ingested.threats.clone()),
        };
        let outcome = self.app.assess(&touched, &mut |_| {}).await.unwrap();
        assert!(outcome.undecided.is_empty(), "{:?}", outcome.undecided);
        outcome.changes
    }

    async fn duties(&self, running: bool) -> BTreeSet<(String, String)> {
        let page =
            self.app.obligations(&console(), crate::reading::Which::All, 1000, None).await.unwrap();
        let wanted =
            |state: &ObligationState| matches!(state, ObligationState::Running { .. }) == running;
        let rows = page.rows.into_iter().filter(|row| wanted(&row.state));
        rows.map(|row| (row.duty, row.debtor.handle)).collect()
    }
}

fn console() -> ReadPermit {
    ReadPermit::at_the_console()
}

fn pair(duty: &str, debtor: &str) -> (String, String) {
    (duty.to_owned(), debtor.to_owned())
}

const INFECTED: &str = "2026-11-20T03:00:00Z,10.0.0.1,4000,night-reed,infected-system,\n\
                        2026-11-20T03:00:00Z,10.16.0.1,4000,night-reed,infected-system,\n";

#[tokio::test]
async fn whoever_found_it_decides_which_duty_runs() {
    let world = World::new().await;
    let own = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &own).await;
    let running = world.duties(true).await;
    assert!(running.contains(&pair("M6", "coordination-centre")), "{running:?}");
    assert!(!running.iter().any(|(duty, _)| duty == "M2b"));

    let world = World::new().await;
    let carriers = world.ingest("changfeng", INFECTED).await;
    world.assess("changfeng", &carriers).await;
    let running = world.duties(true).await;
    assert!(running.contains(&pair("M2b", "changfeng")), "{running:?}");
    let latent = world.duties(false).await;
    assert!(latent.contains(&pair("H2b", "yunhe")), "the handlers' feedback follows: {latent:?}");
}

#[tokio::test]
async fn assessing_again_changes_nothing() {
    let world = World::new().await;
    let ingested = world.ingest("coordination-centre", INFECTED).await;
    assert_eq!(world.assess("coordination-centre", &ingested).await.len(), 1);
    let acts = world.app.acts(&console(), 1000, None).await.unwrap().len();
    assert_eq!(world.assess("coordination-centre", &ingested).await.len(), 0);
    assert_eq!(world.app.acts(&console(), 1000, None).await.unwrap().len(), acts);
}

#[tokio::test]
async fn a_threat_outside_the_regime_opens_no_incident() {
    let world = World::new().await;
    let rows = "2026-11-20T03:00:00Z,10.0.0.1,80,open-telnet,vulnerable-system,\n";
    let ingested = world.ingest("coordination-centre", rows).await;
    assert!(world.assess("coordination-centre", &ingested).await.is_empty());
}

#[tokio::test]
async fn domains_go_to_the_registry_or_the_domestic_registrar_and_to_nobody_else() {
    let world = World::new().await;
    let rows = "2026-11-20T03:00:00Z,10.0.0.1,443,night-reed,c2-server,a.zy.example\n\
                2026-11-20T03:00:00Z,10.0.0.2,443,night-reed,c2-server,panel-nine.net.example\n\
                2026-11-20T03:00:00Z,10.0.0.3,443,night-reed,c2-server,far-beacon.com.example\n";
    let ingested = world.ingest("coordination-centre", rows).await;
    world.assess("coordination-centre", &ingested).await;
    let notices = world.app.notices(&console(), 100, None).await.unwrap().rows;
    let items: BTreeSet<_> =
        notices.iter().map(|n| (n.recipient.handle.as_str(), n.items)).collect();
    assert_eq!(items, BTreeSet::from([("changfeng", 3), ("name-office", 1), ("mulan-names", 1)]));
}

#[tokio::test]
async fn a_permit_for_one_organisation_shows_nothing_of_another() {
    let world = World::new().await;
    let ingested = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &ingested).await;
    let notices = world.app.notices(&console(), 100, None).await.unwrap().rows;
    let of = |handle: &str| {
        notices.iter().find(|n| n.recipient.handle == handle).unwrap().number.parse().unwrap()
    };
    let neighbour = ReadPermit::narrowed_to("yunhe".parse().unwrap());
    assert!(world.app.notice(&neighbour, &of("changfeng"), 10, None).await.unwrap().is_none());
    assert!(world.app.notice(&neighbour, &of("yunhe"), 10, None).await.unwrap().is_some());
    let stranger = ReadPermit::narrowed_to("tianma".parse().unwrap());
    assert!(world.app.incidents(&stranger, None, 10, None).await.unwrap().rows.is_empty());
    assert!(world.app.acts(&stranger, 10, None).await.unwrap().is_empty());
    let search = crate::reading::SightingSearch::default();
    let seen = world.app.sightings(&neighbour, &search, 10, None).await.unwrap().rows;
    assert_eq!(seen.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["10.16.0.1"]);
}

#[tokio::test]
async fn a_delivery_that_the_ledger_has_and_the_database_does_not_is_finished() {
    let world = World::new().await;
    let first = world.ingest("coordination-centre", INFECTED).await;
    // What a kill between the two commits leaves: the ledger has it, the database says stored.
    let mut tx = world.app.store.begin().await.unwrap();
    tx.set_progress(&first.delivery, &model::delivery::Progress::Stored).await.unwrap();
    tx.record(&world.app.act("test.killed", "x", [])).await.unwrap();
    tx.commit().await.unwrap();
    let again = world.app.ingest(&first.delivery, &mut |_| {}).await.unwrap();
    assert!(again.already);
    assert_eq!(again.counts, first.counts);
    assert_eq!(again.days, first.days);
}

#[tokio::test]
async fn a_day_that_an_open_incident_rests_on_is_held_back() {
    let world = World::new().await;
    let rows = "2026-08-01T03:00:00Z,10.0.0.1,4000,night-reed,infected-system,\n\
                2026-08-03T03:00:00Z,10.0.0.2,80,open-telnet,vulnerable-system,\n\
                2026-11-19T03:00:00Z,10.0.0.3,80,open-telnet,vulnerable-system,\n";
    let ingested = world.ingest("coordination-centre", rows).await;
    world.assess("coordination-centre", &ingested).await;
    let retained = world.app.retain(1).await.unwrap();
    assert_eq!(retained.floor_days, 60, "one day was asked for; the regime demands sixty");
    assert_eq!(retained.dropped, ["2026-08-03".parse::<jiff::civil::Date>().unwrap()]);
    assert_eq!(retained.held, ["2026-08-01".parse::<jiff::civil::Date>().unwrap()]);
}

#[tokio::test]
async fn a_second_finder_does_not_change_who_must_verify() {
    let world = World::new().await;
    let first = world.ingest("coordination-centre", INFECTED).await;
    world.assess("coordination-centre", &first).await;
    let before = (world.duties(true).await, world.duties(false).await);
    let rows = "2026-11-20T04:00:00Z,10.0.0.1,4000,night-reed,infected-system,\n";
    let second = world.ingest("changfeng", rows).await;
    assert!(world.assess("changfeng", &second).await.is_empty());
    assert_eq!((world.duties(true).await, world.duties(false).await), before);
}

#[tokio::test]
async fn what_was_ingested_and_never_assessed_is_found_again() {
    let world = World::new().await;
    world.ingest("coordination-centre", INFECTED).await;
    let outcome = world.app.assess_lately(2, &mut |_| {}).await.unwrap();
    assert_eq!(outcome.changes.len(), 1);
    assert!(world.app.assess_lately(2, &mut |_| {}).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn a_late_delivery_completes_a_window_that_ends_after_it() {
    let world = World::new().await;
    let rows = "2026-11-20T04:00:00Z,10.0.0.1,4000,night-reed,infected-system,\n";
    let first = world.ingest("coordination-centre", rows).await;
    world.assess("coordination-centre", &first).await;
    let late = "2026-11-19T22:00:00Z,10.0.0.2,4000,night-reed,infected-system,\n";
    let second = world.ingest("coordination-centre", late).await;
    let changes = world.assess("coordination-centre", &second).await;
    assert_eq!(changes[0].size, 2, "both lie within the 24 hours that end on the 20th");
}

#[tokio::test]
async fn every_address_of_a_delivery_is_assigned_also_outside_the_largest_window() {
    let world = World::new().await;
    let rows = "2026-11-16T04:00:00Z,10.0.0.1,4000,night-reed,infected-system,\n\
                2026-11-16T04:00:00Z,10.0.0.2,4000,night-reed,infected-system,\n\
                2026-11-18T04:00:00Z,10.16.0.1,4000,night-reed,infected-system,\n";
    let ingested = world.ingest("coordination-centre", rows).await;
    let changes = world.assess("coordination-centre", &ingested).await;
    assert_eq!((changes[0].size, changes[0].remediations, changes[0].notices), (2, 3, 2));
}

#[tokio::test]
async fn a_desk_that_receives_an_operators_finding_owes_its_own_duties_too() {
    let world = World::new().await;
    let ingested = world.ingest("changfeng", INFECTED).await;
    world.assess("changfeng", &ingested).await;
    let running = world.duties(true).await;
    assert!(running.contains(&pair("M2b", "changfeng")), "{running:?}");
    assert!(running.contains(&pair("M6", "coordination-centre")), "{running:?}");
}

#[tokio::test]
async fn the_desk_counts_every_threat_and_names_the_busiest() {
    let world = World::new().await;
    let rows =
        format!("{INFECTED}2026-11-20T04:00:00Z,10.0.0.1,4000,cold-ferry,infected-system,\n");
    let ingested = world.ingest("coordination-centre", &rows).await;
    world.assess("coordination-centre", &ingested).await;
    let desk = world.app.desk(&console(), NOW.parse().unwrap()).await.unwrap();
    assert_eq!(desk.addresses_24h, 2, "10.0.0.1 has two threats and is one address");
    let names: Vec<&str> = desk.threats.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["night-reed", "cold-ferry"]);
    let provinces: Vec<u64> = desk.provinces.iter().map(|province| province.addresses).collect();
    assert_eq!(provinces, [1, 1]);
}
