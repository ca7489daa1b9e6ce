//! What asking the store costs: which of a million running clocks ring, and the first page of what is due.
//!
//! Run by `cargo xtask bench rules`. It prints figures and judges none.

#![expect(clippy::print_stdout, reason = "figures are what this program is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be set up has nothing to say")]

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use model::incident::{Assessment, Incident, State as IncidentState};
use model::journal::Act;
use model::obligation::{About, Obligation, Running, State, Terms};
use model::organisation::{Bilingual, Organisation};
use model::permit::ReadPermit;
use model::regime::Basis;
use model::{Handle, Id};
use store::Store;
use store::obligations::ObligationFilter;
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rows = std::env::args().nth(1).map_or(1_000_000, |rows| rows.parse().unwrap());
    let folder = tempfile::TempDir::new().unwrap();
    let store = Store::open(&folder.path().join("case.db").into()).await.unwrap();
    let started = Instant::now();
    fill(&store, rows).await;
    println!("entered {rows} running obligations in {:.1} s", started.elapsed().as_secs_f64());
    let permit = ReadPermit::at_the_console();
    for round in ["first", "again"] {
        let started = Instant::now();
        let counts = store.alarm_counts(&permit, at(6_000)).await.unwrap();
        let took = started.elapsed().as_secs_f64() * 1e3;
        println!("alarms from the store, {round}: {took:.1} ms, {counts:?}");
    }
    let started = Instant::now();
    let filter = ObligationFilter { overdue_at: Some(at(6_000)), ..ObligationFilter::default() };
    let page = store.obligations(&permit, &filter, 100, None).await.unwrap();
    let took = started.elapsed().as_secs_f64() * 1e3;
    println!("the {} that are overdue the longest: {took:.1} ms", page.len());
}

fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

fn id<T>(n: i64) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::try_from(n).unwrap(),
    ))
}

fn basis() -> Basis {
    Basis {
        pack: "xx.pack".parse().unwrap(),
        pack_version: "1.0.0".to_owned(),
        calendar: "xx@1".to_owned(),
    }
}

fn obligation(n: i64, debtors: &[Handle]) -> Obligation {
    let debtor = usize::try_from(n).unwrap() % debtors.len();
    let since = n % 10_000;
    let clock = Running {
        since: at(since),
        due: Some(at(since + 120 + n % 7_200)),
        explanation: Bilingual {
            zh: "第 8(3) 条：2 小时连续计算，含夜间、周末和节假日。".to_owned(),
            en: "Article 8(3): 2 hours run through nights, weekends and holidays.".to_owned(),
        },
    };
    Obligation {
        id: id(n),
        about: About::Incident(id(0)),
        debtor: debtors.get(debtor).unwrap().clone(),
        sender: None,
        to: vec!["desk".parse().unwrap()],
        cc: Vec::new(),
        terms: Terms {
            basis: basis(),
            duty: format!("D{n}").parse().unwrap(),
            article: "8(3)".to_owned(),
            role: "carrier".parse().unwrap(),
            grade: None,
            does: "report".to_owned(),
            trigger: "carrier.aware".to_owned(),
            within: "2 hours".to_owned(),
            form: vec!["what happened".to_owned()],
        },
        state: State::Running(clock),
    }
}

async fn fill(store: &Store, rows: i64) {
    let debtors: Vec<Handle> = (0..40).map(|n| format!("debtor-{n}").parse().unwrap()).collect();
    let mut tx = store.begin().await.unwrap();
    for handle in debtors.iter().cloned().chain(["desk".parse().unwrap()]) {
        let (name, roles) = (Bilingual::default(), Vec::new());
        let one = Organisation { handle, name, province: None, parent: None, roles, email: None };
        tx.put_organisation(&one).await.unwrap();
    }
    let assessment = Assessment {
        grade: "g1".parse().unwrap(),
        measured: None,
        assessed_at: at(0),
        basis: basis(),
        inputs: Vec::new(),
        window_end: at(0),
        window_hours: 24,
        size: 1,
        because: String::new(),
    };
    let incident = Incident {
        id: id(0),
        number: "INC-2026-0001".parse().unwrap(),
        threat: "night-reed".parse().unwrap(),
        finder: "desk".parse().unwrap(),
        opened_at: at(0),
        state: IncidentState::Proposed,
        assessment,
    };
    tx.insert_incident(&incident).await.unwrap();
    for n in 1..=rows {
        tx.insert_obligation(&obligation(n, &debtors)).await.unwrap();
    }
    let act = Act {
        at: at(0),
        actor: "desk".to_owned(),
        act: "measure.filled",
        subject: "store".to_owned(),
        details: BTreeMap::new(),
    };
    tx.record(&act).await.unwrap();
    tx.commit().await.unwrap();
}
