//! Numbers are told so that nobody can mistake a missed floor for a met one.

use expect_test::{Expect, expect};

use super::*;

fn cost(wall_ms: u64, cpu_ms: u64, peak_mib: u64) -> Cost {
    Cost {
        wall: Duration::from_millis(wall_ms),
        cpu: Duration::from_millis(cpu_ms),
        peak: peak_mib * MIB,
        succeeded: true,
    }
}

fn report(rows: u64, costs: &[Cost]) -> Report {
    let mut report = Report::new(rows, rows * 250, cost(100, 80, 2));
    for cost in costs {
        let written = vec![("cases".to_owned(), 8192), ("ledger".to_owned(), rows * 40)];
        report.add(Run { cost: *cost, written, said: r#"{"rows":1}"#.to_owned() });
    }
    report
}

fn check(report: &Report, expected: Expect) {
    expected.assert_eq(&report.to_string());
}

#[test]
fn the_median_of_three_runs_is_judged() {
    let costs = [cost(20_000, 30_000, 700), cost(21_000, 40_000, 900), cost(19_000, 25_000, 600)];
    let report = report(10_000_000, &costs);
    assert!(report.meets_floor());
    check(
        &report,
        expect![[r#"
                             rows    wall s       rows/s     CPU s   rows/CPU-s  peak MiB  bytes/row
            1          10,000,000     19.00      526,315     25.00      400,000       600       40.0
            2          10,000,000     20.00      500,000     30.00      333,333       700       40.0
            3          10,000,000     21.00      476,190     40.00      250,000       900       40.0
            median     10,000,000     20.00      500,000     30.00      333,333       700       40.0

            feed: 2384 MiB, 250.0 bytes/row
            written below cases: 0.0 bytes/row
            written below ledger: 40.0 bytes/row
            `wc -l` of it: 0.080 CPU s; ingest costs 375.0 times that
            it said: {"rows":1}

            floor: 300,000 rows per CPU-second: met (333,333)
            floor: 1,024 MiB at 10,000,000 rows: met (700 MiB)
        "#]],
    );
}

#[test]
fn a_slow_ingest_misses_the_floor() {
    let report = report(1_000_000, &[cost(9000, 8000, 300)]);
    assert!(!report.meets_floor());
    check(
        &report,
        expect![[r#"
                             rows    wall s       rows/s     CPU s   rows/CPU-s  peak MiB  bytes/row
            median      1,000,000      9.00      111,111      8.00      125,000       300       40.0

            feed: 238 MiB, 250.0 bytes/row
            written below cases: 0.0 bytes/row
            written below ledger: 40.0 bytes/row
            `wc -l` of it: 0.080 CPU s; ingest costs 100.0 times that
            it said: {"rows":1}

            floor: 300,000 rows per CPU-second: NOT MET (125,000)
            floor: 1,024 MiB at 10,000,000 rows: not proved by fewer rows (300 MiB)
        "#]],
    );
}

#[test]
fn too_much_memory_misses_the_floor_however_few_the_rows() {
    assert!(!report(1_000_000, &[cost(900, 800, 1025)]).meets_floor());
}

#[test]
fn nothing_measured_meets_no_floor() {
    assert!(!report(1, &[]).meets_floor());
}

#[test]
fn thousands_are_kept_apart() {
    assert_eq!(grouped(0), "0");
    assert_eq!(grouped(999), "999");
    assert_eq!(grouped(1000), "1,000");
    assert_eq!(grouped(1_234_567), "1,234,567");
}
