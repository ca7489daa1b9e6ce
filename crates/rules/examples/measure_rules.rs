//! What deciding costs: deriving one incident's obligations, and ringing a million clocks in memory.
//!
//! Run by `cargo xtask bench rules`. It prints figures and judges none.

#![expect(clippy::print_stdout, reason = "figures are what this program is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be set up has nothing to say")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use model::obligation::Running;
use model::organisation::Bilingual;
use model::{Handle, Organisation, Province};
use rules::{Calendar, Case, Inputs, Involved, Pack, alarm, reconcile};

const PACK: &str = include_str!("../../../regimes/cn-miit-2009-157.toml");
const CALENDAR: &str = include_str!("../../../calendars/cn.toml");
const RUNS: usize = 500;
const CLOCKS: i64 = 1_000_000;
const PROVINCES: usize = 31;

fn main() {
    let pack = Pack::parse(PACK, "pack").unwrap();
    let calendar = Calendar::parse(CALENDAR, "calendar").unwrap();
    derive(&pack, &calendar);
    ring();
}

/// An incident of one operator in each province, at the gravest and at the mildest grade.
fn derive(pack: &Pack, calendar: &Calendar) {
    let organisations = directory(pack);
    let carriers = organisations.iter().filter(|one| one.handle.as_str().starts_with("carrier"));
    let responsible: BTreeSet<Handle> = carriers.map(|one| one.handle.clone()).collect();
    let provinces: BTreeSet<Province> =
        organisations.iter().filter_map(|one| one.province.clone()).collect();
    let finder: Handle = "cncert".parse().unwrap();
    let involved = Involved {
        organisations: &organisations,
        responsible: &responsible,
        provinces: &provinces,
        finder: &finder,
        desk: &finder,
    };
    for grade in [pack.grades().first().unwrap(), pack.grades().last().unwrap()] {
        let inputs = Inputs::default();
        let known_at: Timestamp = "2025-09-29T02:00:00Z".parse().unwrap();
        let (grade, happened) = (&grade.id, &[]);
        let case = Case {
            grade,
            inputs: &inputs,
            involved,
            known_at,
            graded_at: rules::Graded::Set(known_at),
            happened,
        };
        let mut owed = 0;
        let mut times: Vec<f64> = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            let started = Instant::now();
            let changes = reconcile(pack, calendar, black_box(&case), &[]).unwrap();
            times.push(started.elapsed().as_secs_f64() * 1e3);
            owed = changes.add.len();
        }
        times.sort_by(f64::total_cmp);
        let median = times.get(RUNS / 2).copied().unwrap_or_default();
        println!(
            "derive one incident, grade {grade}: {owed} obligations in {median:.3} ms (median of {RUNS})"
        );
    }
}

fn directory(pack: &Pack) -> Vec<Organisation> {
    let of = |role: &str, province: Option<usize>| Organisation {
        handle: province.map_or(role.to_owned(), |n| format!("{role}-{n}")).parse().unwrap(),
        name: Bilingual::default(),
        province: province.map(|n| format!("XX-{n}").parse().unwrap()),
        parent: None,
        roles: vec![(pack.id().clone(), role.parse().unwrap())],
        email: None,
    };
    let mut all = vec![of("cncert", None), of("tsb", None)];
    for role in ["carrier", "pta"] {
        all.extend((0..PROVINCES).map(|n| of(role, Some(n))));
    }
    all
}

fn ring() {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
    let clock = |n: i64| Running {
        since: at(n % 10_000),
        due: Some(at(n % 10_000 + 120 + n % 7_200)),
        explanation: Bilingual::default(),
    };
    let clocks: Vec<Running> = (0..CLOCKS).map(clock).collect();
    let now = at(6_000);
    let started = Instant::now();
    let rung = clocks.iter().filter(|clock| alarm(black_box(clock), now).is_some()).count();
    let took = started.elapsed().as_secs_f64() * 1e3;
    println!("alarms from memory: {CLOCKS} clocks in {took:.1} ms, {rung} of them ring");
}
