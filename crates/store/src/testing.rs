//! What the tests of this crate share: a store of its own, and entities to put into it.
//!
//! Which engine keeps it says the environment: see `every_test_of_this_crate_holds_on_postgresql`.
//!
//! Four organisations: `desk` coordinates, `alpha` and `beta` are neighbours who hold addresses, and
//! `gamma` is a stranger to every incident.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::delivery::{Delivery, Progress};
use model::incident::{self, Assessment};
use model::journal::Act;
use model::obligation::{self, About, Running, Terms};
use model::organisation::{Bilingual, ProvinceEntry};
use model::permit::ReadPermit;
use model::regime::Basis;
use model::remediation::{self, Subject};
use model::{
    DeliveryId, Handle, Id, Incident, Notice, Obligation, Organisation, Remediation, notice,
};
use sqlx::AssertSqlSafe;
use tempfile::TempDir;
use testkit::postgres::{Database, shared};
use uuid::Uuid;

use crate::engine::{Engine, Pools};
use crate::statement::Prepared;
use crate::{Address, Store, StoreError, Tx};

/// The variable that makes every test run on PostgreSQL.
pub(crate) const ENGINE: &str = "JUYAN_TEST_ENGINE";

/// The engine on which the tests run.
pub(crate) fn engine() -> Engine {
    match std::env::var(ENGINE).as_deref() {
        Ok("postgres") => Engine::Postgres,
        _ => Engine::Sqlite,
    }
}

/// A place for a store, with nothing in it yet; it goes when it is dropped.
pub(crate) enum Place {
    Folder(TempDir),
    Database(Database<'static>),
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::on(engine())
    }

    pub(crate) fn on(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Folder(TempDir::new().unwrap()),
            Engine::Postgres => Self::Database(shared().database()),
        }
    }

    pub(crate) fn address(&self) -> Address {
        match self {
            Self::Folder(folder) => folder.path().join("case.db").into(),
            Self::Database(database) => database.address().parse().unwrap(),
        }
    }
}

/// A store with the four organisations in it.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) place: Place,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(engine()).await
    }

    pub(crate) async fn on(engine: Engine) -> Self {
        let place = Place::on(engine);
        let store = Store::open(&place.address()).await.unwrap();
        let world = Self { store, place };
        let mut tx = world.store.begin().await.unwrap();
        for handle in ["desk", "alpha", "beta", "gamma"] {
            tx.put_organisation(&organisation(handle)).await.unwrap();
        }
        tx.put_province(&province("ZY-01")).await.unwrap();
        world.keep(tx).await.unwrap();
        world
    }

    /// One incident of alpha and beta: each has a notice of it and owes something for it.
    pub(crate) async fn with_an_incident() -> Self {
        Self::with_an_incident_on(engine()).await
    }

    pub(crate) async fn with_an_incident_on(engine: Engine) -> Self {
        let world = Self::on(engine).await;
        let mut tx = world.store.begin().await.unwrap();
        tx.insert_delivery(&delivery(1)).await.unwrap();
        tx.insert_incident(&incident(1)).await.unwrap();
        for (n, handle) in [(1, "alpha"), (2, "beta")] {
            tx.insert_notice(&notice(n, handle)).await.unwrap();
            tx.insert_obligation(&obligation(n, handle)).await.unwrap();
        }
        world.keep(tx).await.unwrap();
        world
    }

    /// Records an act and commits.
    pub(crate) async fn keep(&self, mut tx: Tx) -> Result<(), StoreError> {
        tx.record(&act("test.prepared", "world")).await?;
        tx.commit().await
    }

    /// Runs statements as somebody would who owns the store.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.try_to(sql).await.unwrap();
    }

    /// The same, where it may be refused.
    pub(crate) async fn try_to(&self, sql: &str) -> sqlx::Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match &self.store.pools {
            Pools::Sqlite(pools) => sql.execute(&pools.writer).await.map(drop),
            Pools::Postgres(pools) => sql.execute(&pools.writer).await.map(drop),
        }
    }

    /// Runs a statement without a transaction of ours around it.
    pub(crate) async fn run(&self, statement: Prepared) {
        match &self.store.pools {
            Pools::Sqlite(pools) => drop(statement.on().execute(&pools.writer).await.unwrap()),
            Pools::Postgres(pools) => drop(statement.on().execute(&pools.writer).await.unwrap()),
        }
    }
}

pub(crate) fn everything() -> ReadPermit {
    ReadPermit::at_the_console()
}

pub(crate) fn only(name: &str) -> ReadPermit {
    ReadPermit::narrowed_to(handle(name))
}

pub(crate) fn handle(name: &str) -> Handle {
    name.parse().unwrap()
}

/// So many minutes after eight o'clock on a Monday.
pub(crate) fn at(minutes: i64) -> Timestamp {
    let monday: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    monday + SignedDuration::from_mins(minutes)
}

pub(crate) fn id<T>(n: u32) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(n)))
}

pub(crate) fn act(name: &'static str, subject: &str) -> Act {
    Act {
        at: at(0),
        actor: "desk".to_owned(),
        act: name,
        subject: subject.to_owned(),
        details: BTreeMap::from([("why", "a test".to_owned())]),
    }
}

pub(crate) fn organisation(name: &str) -> Organisation {
    Organisation {
        handle: handle(name),
        name: Bilingual { zh: format!("{name} 公司"), en: name.to_owned() },
        province: Some("ZY-01".parse().unwrap()),
        parent: None,
        roles: vec![("test.pack".parse().unwrap(), "carrier".parse().unwrap())],
        email: Some(format!("noc@{name}.example")),
    }
}

pub(crate) fn province(code: &str) -> ProvinceEntry {
    let name = Bilingual { zh: "一省".to_owned(), en: "First".to_owned() };
    ProvinceEntry { code: code.parse().unwrap(), name }
}

pub(crate) fn delivery(n: u8) -> Delivery {
    Delivery {
        id: DeliveryId::from_sha256([n; 32]),
        feed: "sensors".parse().unwrap(),
        mapping: "sensors/plain".to_owned(),
        mapping_version: "1".to_owned(),
        name: format!("sensors-{n}.csv"),
        finder: handle("desk"),
        received_at: at(i64::from(n)),
        bytes: 1_000,
        progress: Progress::Stored,
    }
}

pub(crate) fn incident(n: u32) -> Incident {
    Incident {
        id: id(n),
        number: format!("INC-2026-{n:04}").parse().unwrap(),
        threat: format!("threat {n}").parse().unwrap(),
        finder: handle("desk"),
        opened_at: at(i64::from(n)),
        state: incident::State::Proposed,
        assessment: assessment("g2", i64::from(n)),
    }
}

pub(crate) fn assessment(grade: &str, minutes: i64) -> Assessment {
    Assessment {
        grade: grade.parse().unwrap(),
        measured: None,
        assessed_at: at(minutes),
        basis: basis(),
        inputs: vec![("addresses".to_owned(), "1000001".to_owned())],
        window_end: at(0),
        window_hours: 24,
        size: 1_000_001,
        because: "1000001 is more than 1000000".to_owned(),
    }
}

pub(crate) fn basis() -> Basis {
    Basis {
        pack: "test.pack".parse().unwrap(),
        pack_version: "1.0.0".to_owned(),
        calendar: "test@1".to_owned(),
    }
}

/// Running, and due so many hours after eight as its number says.
pub(crate) fn obligation(n: u32, debtor: &str) -> Obligation {
    Obligation {
        id: id(n),
        about: About::Incident(id(1)),
        debtor: handle(debtor),
        sender: None,
        to: vec![handle("desk")],
        cc: vec![],
        terms: Terms {
            basis: basis(),
            duty: format!("D{n}").parse().unwrap(),
            article: "8(3)".to_owned(),
            role: "carrier".parse().unwrap(),
            grade: Some("g2".parse().unwrap()),
            does: "report".to_owned(),
            trigger: "carrier.aware".to_owned(),
            within: "2 hours".to_owned(),
            form: vec!["what happened".to_owned()],
        },
        state: obligation::State::Running(running(Some(i64::from(n) * 60))),
    }
}

pub(crate) fn running(due: Option<i64>) -> Running {
    Running {
        since: at(0),
        due: due.map(at),
        explanation: Bilingual { zh: "第 8(3) 条。".to_owned(), en: "Article 8(3).".to_owned() },
    }
}

pub(crate) fn notice(n: u32, recipient: &str) -> Notice {
    Notice {
        id: id(n),
        number: format!("NTC-2026-{n:04}").parse().unwrap(),
        incident: id(1),
        recipient: handle(recipient),
        drafted_at: at(i64::from(n)),
        state: notice::State::Drafted,
        items: 0,
    }
}

/// Belongs to notice 1, alpha's.
pub(crate) fn remediation(subject: Subject) -> Remediation {
    Remediation {
        incident: id(1),
        notice: id(1),
        assigned_to: handle("alpha"),
        subject,
        port: 4_444,
        classification: "infected-system".to_owned(),
        province: Some("ZY-01".parse().unwrap()),
        first_seen: at(0),
        last_seen: at(30),
        sightings: 3,
        destination_ip: Some("198.51.100.9".parse().unwrap()),
        destination_port: 443,
        destination_domain: Some("c2.example".parse().unwrap()),
        state: remediation::State::Assigned,
    }
}
