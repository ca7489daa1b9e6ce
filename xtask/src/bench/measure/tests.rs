//! A measurement survives its way from one process to the other, and sees what a child does.

use super::*;

#[test]
fn a_cost_is_read_back_as_it_was_printed() {
    let cost = Cost {
        wall: Duration::from_micros(2_000_001),
        cpu: Duration::from_micros(3),
        peak: 1024,
        succeeded: true,
    };
    assert_eq!(cost.print(), "2000001 3 1024 true");
    assert_eq!(Cost::parse(&cost.print()).unwrap().print(), cost.print());
    assert!(Cost::parse("2000001 3").is_none());
}

#[test]
fn a_child_that_works_costs_processor_time_and_leaves_its_output() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let script = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i";
    let cost = only_child(&output, &["sh", "-c", script]).unwrap();
    assert!(cost.succeeded && cost.cpu > Duration::ZERO && cost.peak > 0, "{cost:?}");
    assert_eq!(std::fs::read_to_string(output).unwrap(), "20000\n");
}

#[test]
fn a_child_that_fails_is_seen_to_fail() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    assert!(only_child(&output, &["sh", "-c", "exit 3"]).unwrap().succeeded, "done, with findings");
    assert!(!only_child(&output, &["sh", "-c", "exit 4"]).unwrap().succeeded);
}
