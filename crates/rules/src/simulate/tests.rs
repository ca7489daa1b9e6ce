//! Claims about replaying incidents.

use super::*;
use crate::regime::Choices;
use crate::testing::{PACK, at, calendar, pack};

const SAMPLE: &str = r#"
schema = "incidents/1"
[[incident]]
number = "one"
known_at = 2025-06-11T09:30:00+08:00
finder = "carrier"
provinces = ["XX-N", "XX-S"]
size = 120_000
[incident.parties]
carrier = ["north-telecom"]
[incident.met]
"M2a north-telecom" = 2025-06-11T11:00:00+08:00
M3a = 2025-06-11T12:30:00+08:00
"#;

fn samples() -> Vec<Sample> {
    Sample::parse(SAMPLE, "incidents.toml").unwrap_or_else(|findings| panic!("{findings}"))
}

fn run(draft: &Pack) -> Simulation {
    let (pack, calendar) = (pack(), calendar());
    let under = |pack| Under { pack, calendar: &calendar };
    simulate(under(&pack), under(draft), &samples()).unwrap()
}

fn outcome<'s>(simulation: &'s Simulation, organisation: &str, duty: &str) -> &'s Outcome {
    let wanted = |one: &&Outcome| one.organisation == organisation && one.duty.as_str() == duty;
    simulation.outcomes.iter().find(wanted).unwrap()
}

#[test]
fn the_same_law_moves_nothing() {
    let simulation = run(&pack());
    assert!(simulation.outcomes.iter().all(|one| one.movement() == Movement::Same));
    assert_eq!(simulation.grades[0].before.as_str(), "g3");
}

#[test]
fn a_duty_done_starts_the_clock_of_the_next() {
    let simulation = run(&pack());
    let one = outcome(&simulation, "cncert", "M3a");
    assert_eq!(one.before.unwrap().since, at("2025-06-11T11:00:00+08:00"));
    assert_eq!(one.fate(), Some(Fate::Kept));
}

#[test]
fn a_sooner_due_time_shows_what_would_have_been_missed() {
    // Half an hour less than was needed; the cases of hours are two and stay true for the others.
    let text = PACK
        .replacen(
            r#"cc = ["cncert"], within = "2 hours""#,
            r#"cc = ["cncert"], within = "1 hour""#,
            1,
        )
        .replacen(r#"duty   = ["M2a", "#, "duty   = [", 1)
        + "\n[[test]]\nduty = \"M2a\"\nstart = 2025-06-11T09:30:00+08:00\nexpect = 2025-06-11T10:30:00+08:00\n";
    let draft = Pack::parse(&text, "draft.toml").unwrap_or_else(|findings| panic!("{findings}"));
    let simulation = run(&draft);
    let one = outcome(&simulation, "north-telecom", "M2a");
    assert_eq!(one.movement(), Movement::Earlier);
    assert_eq!(one.fate(), Some(Fate::WouldBeMissed));
    let moved = simulation.outcomes.iter().filter(|one| one.movement() != Movement::Same);
    assert_eq!(moved.count(), 1);
}

#[test]
fn another_grade_asks_other_duties() {
    let text = PACK
        .replace("total_ips > 100000", "total_ips > 200000")
        .replace("100_000 }", "200_000 }")
        .replace("100_001", "200_001");
    let draft = Pack::parse(&text, "draft.toml").unwrap_or_else(|findings| panic!("{findings}"));
    let simulation = run(&draft);
    assert_eq!(simulation.grades[0].after.as_str(), "g4");
    assert_eq!(outcome(&simulation, "north-telecom", "M2a").movement(), Movement::Gone);
    assert_eq!(outcome(&simulation, "north-telecom", "M2b").movement(), Movement::New);
}

#[test]
fn a_reading_moves_what_it_touches() {
    let choices = Choices::parse(["R1=graded"]).unwrap();
    let graded = Pack::parse_with(PACK, "pack.toml", &choices).unwrap();
    let mut samples = samples();
    samples[0].graded_at = Some(at("2025-06-11T11:45:00+08:00"));
    let (pack, calendar) = (pack(), calendar());
    let under = |pack| Under { pack, calendar: &calendar };
    let simulation = simulate(under(&pack), under(&graded), &samples).unwrap();
    let one = outcome(&simulation, "cncert", "M3a");
    assert_eq!(one.movement(), Movement::Later);
    assert_eq!(one.after.unwrap().due, Some(at("2025-06-11T13:45:00+08:00")));
}

#[test]
fn what_waits_for_an_instant_under_the_draft_is_not_gone() {
    let choices = Choices::parse(["R1=graded"]).unwrap();
    let simulation = run(&Pack::parse_with(PACK, "pack.toml", &choices).unwrap());
    assert!(simulation.outcomes.iter().all(|one| one.duty.as_str() != "M3a"));
    assert!(simulation.unstarted.iter().any(|one| one.duty.as_str() == "M3a" && one.in_draft));
}

#[test]
fn what_nobody_dated_is_named_and_not_guessed() {
    let simulation = run(&pack());
    let unstarted: Vec<&str> = simulation.unstarted.iter().map(|one| one.duty.as_str()).collect();
    assert!(unstarted.contains(&"H2a") && !unstarted.contains(&"M4"), "{unstarted:?}");
}

#[test]
fn a_province_stands_for_its_administration() {
    let mut samples = samples();
    let told = at("2025-06-12T09:00:00+08:00");
    samples[0].happened.insert("tsb.vip_report_received".to_owned(), told);
    let (pack, calendar) = (pack(), calendar());
    let under = Under { pack: &pack, calendar: &calendar };
    let simulation = simulate(under, under, &samples).unwrap();
    assert_eq!(outcome(&simulation, "pta XX-S", "H4b").after.unwrap().since, told);
}

#[test]
fn an_unknown_key_of_a_sample_is_found() {
    let text = SAMPLE.replace("size =", "sise =");
    let findings = Sample::parse(&text, "incidents.toml").unwrap_err();
    assert!(findings.to_string().contains("incidents.toml:8: incident[1].sise"), "{findings}");
}
