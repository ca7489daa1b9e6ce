//! Stories of incidents: who owes what to whom, and by when.

mod reporting;

use expect_test::{Expect, expect};

use super::*;
use crate::input::Value;
use crate::testing::{at, calendar, directory, handles, pack, provinces};

/// An incident as a story tells it.
struct Story {
    grade: &'static str,
    finder: &'static str,
    responsible: &'static [&'static str],
    provinces: &'static [&'static str],
    known_at: &'static str,
    happened: &'static [Happening],
}

const FOUND_BY_COORDINATOR: Story = Story {
    grade: "g1",
    finder: "coordination",
    responsible: &["north-telecom", "name-registry"],
    provinces: &["XX-N"],
    known_at: "2025-06-11T09:30:00+08:00",
    happened: &[],
};

const FOUND_BY_CARRIER: Story = Story { finder: "north-telecom", ..FOUND_BY_COORDINATOR };

fn tell(story: &Story) -> Result<Vec<Owed>, ObligeError> {
    tell_in(story, &directory())
}

fn tell_in(story: &Story, organisations: &[model::Organisation]) -> Result<Vec<Owed>, ObligeError> {
    let pack = pack();
    let finder: Handle = story.finder.parse().unwrap();
    let entry = organisations.iter().find(|one| one.handle == finder);
    let found_by = entry.and_then(|entry| pack.finder_value(entry));
    let found_by = found_by.unwrap_or(Value::Text("other".to_owned()));
    let inputs = Inputs::default().with(pack.finder_input().unwrap(), found_by);
    let involved = Involved {
        organisations,
        responsible: &handles(story.responsible),
        provinces: &provinces(story.provinces),
        finder: &finder,
        desk: &finder,
    };
    let grade = story.grade.parse().unwrap();
    let known_at = at(story.known_at);
    let graded_at = Graded::Set(known_at);
    let happened = story.happened;
    let case = Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at, happened };
    owed(&pack, &calendar(), &case)
}

fn line(owed: &Owed) -> String {
    let names =
        |handles: &[Handle]| handles.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let state = match &owed.state {
        OwedState::Latent => "latent".to_owned(),
        OwedState::Running(running) => match running.due {
            Some(due) => format!("due {due}"),
            None => "running, no due time".to_owned(),
        },
    };
    let Owed { debtor, to, cc, terms, .. } = owed;
    let cc = if cc.is_empty() { String::new() } else { format!(" cc {}", names(cc)) };
    format!("{:4} {debtor} ({}) -> {}{cc}: {state}\n", terms.duty, terms.role, names(to))
}

#[track_caller]
fn check(story: &Story, expect: Expect) {
    let owed = tell(story).unwrap_or_else(|error| panic!("{error}"));
    expect.assert_eq(&owed.iter().map(line).collect::<String>());
}

#[test]
fn a_grave_incident_found_by_the_coordinator_runs_upward_and_stands_latent_downward() {
    check(
        &FOUND_BY_COORDINATOR,
        expect![[r#"
            M3a  coordination (cncert) -> bureau: due 2025-06-11T03:30:00Z
            M3b  coordination (cncert) -> admin-north: running, no due time
            M4   bureau (tsb) -> : latent
            M4b  bureau (tsb) -> : latent
            M5   bureau (tsb) -> north-telecom,name-registry: latent
            H1   north-telecom (carrier) -> : latent
            H1   name-registry (registry) -> : latent
            H2a  north-telecom (carrier) -> coordination: latent
            H2a  name-registry (registry) -> coordination: latent
            H3a  coordination (cncert) -> north-telecom,name-registry: latent
            H5a  coordination (cncert) -> bureau,admin-north: latent
        "#]],
    );
}

#[test]
fn an_ordinary_incident_found_by_the_coordinator_is_notified_within_working_days() {
    check(
        &Story { grade: "g4", ..FOUND_BY_COORDINATOR },
        expect![[r#"
            M6   coordination (cncert) -> north-telecom,name-registry: due 2025-06-18T16:00:00Z
            H1   north-telecom (carrier) -> : latent
            H1   name-registry (registry) -> : latent
            H2b  north-telecom (carrier) -> coordination: latent
            H2b  name-registry (registry) -> coordination: latent
            H3b  coordination (cncert) -> north-telecom,name-registry: latent
        "#]],
    );
}

#[test]
fn an_incident_found_by_a_carrier_runs_for_the_carrier_which_verifies_it_itself() {
    check(
        &FOUND_BY_CARRIER,
        expect![[r#"
            M2a  north-telecom (carrier) -> bureau cc coordination: due 2025-06-11T03:30:00Z
            M3a  coordination (cncert) -> bureau: latent
            M3b  coordination (cncert) -> admin-north: latent
            M4   bureau (tsb) -> : latent
            M4b  bureau (tsb) -> : latent
            M5   bureau (tsb) -> north-telecom,name-registry: latent
            H1   north-telecom (carrier) -> : latent
            H1   name-registry (registry) -> : latent
            H2a  north-telecom (carrier) -> coordination: latent
            H2a  name-registry (registry) -> coordination: latent
            H3c  north-telecom (carrier) -> coordination: latent
            H5a  coordination (cncert) -> bureau,admin-north: latent
        "#]],
    );
}

#[test]
fn an_ordinary_incident_found_by_a_carrier_is_reported_within_working_days() {
    check(
        &Story { grade: "g4", ..FOUND_BY_CARRIER },
        expect![[r#"
            M2b  north-telecom (carrier) -> coordination: due 2025-06-18T16:00:00Z
            M6   coordination (cncert) -> north-telecom,name-registry: latent
            H1   north-telecom (carrier) -> : latent
            H1   name-registry (registry) -> : latent
            H2b  north-telecom (carrier) -> coordination: latent
            H2b  name-registry (registry) -> coordination: latent
            H3d  north-telecom (carrier) -> coordination: latent
        "#]],
    );
}

#[test]
fn a_finder_without_a_trigger_of_its_own_starts_the_coordinators_clock() {
    let of = |finder| tell(&Story { finder, ..FOUND_BY_COORDINATOR }).unwrap();
    assert_eq!(of("vendor"), of("coordination"));
    assert_eq!(of("nobody-we-know"), of("coordination"));
}

#[test]
fn only_the_provinces_concerned_are_informed() {
    let to = |codes| {
        let owed = tell(&Story { provinces: codes, ..FOUND_BY_COORDINATOR }).unwrap();
        let informed = owed.iter().find(|one| one.terms.duty.as_str() == "M3b").unwrap();
        informed.to.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(to(&["XX-N"]), ["admin-north"]);
    assert_eq!(to(&["XX-N", "XX-S"]), ["admin-north", "admin-south"]);
    assert_eq!(to(&["XX-W"]), Vec::<String>::new());
}

#[test]
fn recipients_that_nobody_is_are_said_in_the_explanation() {
    let owed = tell(&Story { provinces: &[], ..FOUND_BY_COORDINATOR }).unwrap();
    let informed = owed.iter().find(|one| one.terms.duty.as_str() == "M3b").unwrap();
    let OwedState::Running(running) = &informed.state else { panic!("it runs") };
    assert!(
        running.explanation.en.contains("Nobody in the directory"),
        "{}",
        running.explanation.en
    );
}

#[test]
fn a_non_commercial_network_involved_brings_its_own_duty() {
    let with = &["north-telecom", "campus-net"];
    let owed = tell(&Story { responsible: with, ..FOUND_BY_COORDINATOR }).unwrap();
    let lines: String = owed.iter().filter(|o| o.terms.duty.as_str() == "S6").map(line).collect();
    assert_eq!(lines, "S6   coordination (cncert) -> campus-net: running, no due time\n");
}

#[test]
fn a_debtor_is_never_its_own_recipient() {
    for story in [FOUND_BY_COORDINATOR, FOUND_BY_CARRIER] {
        for owed in tell(&story).unwrap() {
            assert!(!owed.to.contains(&owed.debtor) && !owed.cc.contains(&owed.debtor));
        }
    }
}

#[test]
fn a_role_that_nobody_holds_is_an_error_that_names_it() {
    let mut organisations = directory();
    organisations.retain(|one| one.handle.as_str() != "bureau");
    let error = tell_in(&FOUND_BY_COORDINATOR, &organisations).unwrap_err();
    expect![[r#"duty `M4` of `cn.miit.2009-157` is owed by the role `tsb`, which nobody in the directory holds: enter an organisation with that role"#]].assert_eq(&error.to_string());
}

#[test]
fn a_deadline_that_runs_into_an_unknown_year_is_an_error_that_names_it() {
    let story =
        Story { grade: "g4", known_at: "2026-12-28T10:00:00+08:00", ..FOUND_BY_COORDINATOR };
    expect![[r#"duty `M6`: the calendar `cn@2026-01` has no year 2027: add the official order for 2027, or ask for a provisional calendar by name"#]].assert_eq(&tell(&story).unwrap_err().to_string());
}

#[track_caller]
fn explains(story: &Story, duty: &str, expect: Expect) {
    let owed = tell(story).unwrap();
    let owed = owed.iter().find(|one| one.terms.duty.as_str() == duty).unwrap();
    let OwedState::Running(running) = &owed.state else { panic!("{duty} is latent") };
    expect.assert_eq(&running.explanation.en);
}

#[test]
fn hours_are_explained_in_one_paragraph() {
    explains(
        &FOUND_BY_COORDINATOR,
        "M3a",
        expect![[
            r#"工信部保[2009]157号 art. 8(3) (M3a): report upward; time allowed: 2 hours. The clock started on 2025-06-11 09:30:00+08:00 (Asia/Shanghai): the coordinator has the facts, by own monitoring, an operator's report or another channel (cncert.aware). Counting: 2 hours run through nights, weekends and holidays. Due 2025-06-11 11:30:00+08:00. Reading R1: 2 hours from what? the coordinator first has the facts, by own detection or a report received."#
        ]],
    );
}

#[test]
fn haste_without_a_number_is_explained_as_no_due_time() {
    explains(
        &FOUND_BY_COORDINATOR,
        "M3b",
        expect![[
            r#"工信部保[2009]157号 art. 8(3) (M3b): inform the provincial administrations concerned; time allowed: promptly. The clock started on 2025-06-11 09:30:00+08:00 (Asia/Shanghai): the coordinator has the facts, by own monitoring, an operator's report or another channel (cncert.aware). Counting: `promptly` gives no number: no legal due time. No legal due time. The house aims at 2 hours, which is no law."#
        ]],
    );
}

#[test]
fn working_days_are_explained_day_by_day() {
    let story =
        Story { grade: "g4", known_at: "2025-09-29T10:00:00+08:00", ..FOUND_BY_COORDINATOR };
    explains(
        &story,
        "M6",
        expect![
            "工信部保[2009]157号 art. 8(3) (M6): notify the parties; time allowed: 5 working days. The clock started on 2025-09-29 10:00:00+08:00 (Asia/Shanghai): the coordinator has the facts, by own monitoring, an operator's report or another channel (cncert.aware). Counting: Mon 2025-09-29 itself is not counted; Tue 2025-09-30 is working day 1; Wed 2025-10-01 to Wed 2025-10-08 are no working days (National Day, Mid-Autumn Festival); Thu 2025-10-09 is working day 2; Fri 2025-10-10 is working day 3; Sat 2025-10-11 is working day 4 (worked to make up for National Day); Sun 2025-10-12 is no working day (weekend); Mon 2025-10-13 is working day 5. Due 24:00 of Mon 2025-10-13, stored as 2025-10-14 00:00:00+08:00. Reading R13: when has the coordinator discovered what an operator reported? as soon as it has the facts, whoever found them."
        ],
    );
}

#[test]
fn the_terms_are_those_of_the_pack() {
    let owed = tell(&FOUND_BY_CARRIER).unwrap();
    let terms = &owed.first().unwrap().terms;
    assert_eq!(terms.basis.pack_version, "1.0.0");
    assert_eq!(terms.basis.calendar, "cn@2026-01");
    assert_eq!(terms.article, "8(2)");
    assert_eq!(terms.within, "2 hours");
    assert_eq!(terms.form, ["c2_ip", "c2_port", "discovered_at", "malicious_domains"]);
    assert_eq!(terms.grade.as_ref().unwrap().as_str(), "g1");
}

/// The duty of the coordinator that reports upward, under the reading that its clock waits for the grade.
fn reported_upward(finder: &str) -> Owed {
    let choices = crate::regime::Choices::default().with("R1", "graded");
    let pack = Pack::parse_with(crate::testing::PACK, "pack.toml", &choices).unwrap();
    let (organisations, finder) = (directory(), finder.parse().unwrap());
    let involved = Involved {
        organisations: &organisations,
        responsible: &handles(&["north-telecom"]),
        provinces: &provinces(&["XX-N"]),
        finder: &finder,
        desk: &finder,
    };
    let case = Case {
        grade: &"g1".parse().unwrap(),
        inputs: &Inputs::default(),
        involved,
        known_at: at("2025-06-11T09:30:00+08:00"),
        graded_at: Graded::Set(at("2025-06-11T11:00:00+08:00")),
        happened: &[],
    };
    let all = owed(&pack, &calendar(), &case).unwrap();
    all.into_iter().find(|one| one.terms.trigger == "cncert.graded").unwrap()
}

#[test]
fn a_clock_that_waits_for_the_grade_starts_when_the_grade_is_set() {
    let owed = reported_upward("coordination");
    let OwedState::Running(running) = owed.state else { panic!("its clock should run") };
    assert_eq!(running.since, at("2025-06-11T11:00:00+08:00"));
    assert_eq!(running.due, Some(at("2025-06-11T13:00:00+08:00")));
    assert!(
        running.explanation.en.contains("Reading R1: 2 hours from what? the coordinator has set")
    );
    assert_eq!(owed.terms.basis.pack_version, "1.0.0+R1=graded");
}

#[test]
fn a_grade_that_another_has_set_starts_no_clock_of_the_coordinator() {
    assert_eq!(reported_upward("north-telecom").state, OwedState::Latent);
}
