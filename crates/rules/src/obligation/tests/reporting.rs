//! Stories under the reporting measures: units, groups, administrations, and nobody.

use expect_test::{Expect, expect};
use model::Organisation;
use proptest::prelude::*;

use super::super::*;
use super::line;
use crate::testing::{at, calendar, handles, provinces, reporting, reporting_directory};

/// What a story tells of an incident.
#[derive(Clone, Copy)]
struct Story {
    grade: &'static str,
    finder: &'static str,
    desk: &'static str,
    provinces: &'static [&'static str],
}

const BY_PORTAL: Story =
    Story { grade: "e1", finder: "web-house", desk: "web-house", provinces: &["XX-N"] };

const BY_PROVINCIAL_COMPANY: Story =
    Story { grade: "e3", finder: "wide-telecom-north", desk: "coordination", provinces: &["XX-N"] };

fn tell_in(story: &Story, organisations: &[Organisation], inputs: &Inputs) -> Vec<Owed> {
    let involved = Involved {
        organisations,
        responsible: &handles(&["other-telecom", "name-shop"]),
        provinces: &provinces(story.provinces),
        finder: &story.finder.parse().unwrap(),
        desk: &story.desk.parse().unwrap(),
    };
    let grade = story.grade.parse().unwrap();
    let known_at = at("2025-06-11T09:30:00+08:00");
    let graded_at = Graded::Set(known_at);
    let case = Case { grade: &grade, inputs, involved, known_at, graded_at, happened: &[] };
    owed(&reporting(), &calendar(), &case).unwrap()
}

fn tell(story: &Story) -> Vec<Owed> {
    tell_in(story, &reporting_directory(), &Inputs::default())
}

#[track_caller]
fn check(story: &Story, expect: Expect) {
    expect.assert_eq(&tell(story).iter().map(line).collect::<String>());
}

#[test]
fn a_grave_event_goes_to_the_bureau_and_the_administration_within_two_hours() {
    check(
        &BY_PORTAL,
        expect![[r#"
            E1   web-house (vats) -> bureau,admin-north cc coordination: due 2025-06-11T03:30:00Z
            T1   bureau (tsb) -> : latent
            T2   bureau (tsb) -> : latent
            N1   bureau (tsb) -> other-telecom,name-shop cc admin-north,admin-south: latent
        "#]],
    );
}

#[test]
fn a_serious_event_in_one_province_goes_to_its_administration_within_four_hours() {
    check(
        &Story { grade: "e3", ..BY_PORTAL },
        expect![[r#"
            E2   web-house (vats) -> admin-north cc coordination: due 2025-06-11T05:30:00Z
            T1   bureau (tsb) -> : latent
            T2   bureau (tsb) -> : latent
            N1   bureau (tsb) -> other-telecom,name-shop cc admin-north,admin-south: latent
        "#]],
    );
}

#[test]
fn a_serious_event_in_two_provinces_goes_to_the_bureau_as_well() {
    check(
        &Story { grade: "e3", provinces: &["XX-N", "XX-S"], ..BY_PORTAL },
        expect![[r#"
            E3   web-house (vats) -> admin-north,admin-south,bureau cc coordination: due 2025-06-11T05:30:00Z
            T1   bureau (tsb) -> : latent
            T2   bureau (tsb) -> : latent
            N1   bureau (tsb) -> other-telecom,name-shop cc admin-north,admin-south: latent
        "#]],
    );
}

#[test]
fn where_no_province_is_known_the_units_own_administration_is_told_and_both_rules_may_hold() {
    check(
        &Story { grade: "e3", provinces: &[], ..BY_PORTAL },
        expect![[r#"
            E2   web-house (vats) -> admin-south cc coordination: due 2025-06-11T05:30:00Z
            E3   web-house (vats) -> admin-south,bureau cc coordination: due 2025-06-11T05:30:00Z
            T1   bureau (tsb) -> : latent
            T2   bureau (tsb) -> : latent
            N1   bureau (tsb) -> other-telecom,name-shop cc admin-north,admin-south: latent
        "#]],
    );
}

#[test]
fn what_an_officer_says_about_provinces_goes_before_what_the_engine_counts() {
    let inputs = Inputs::default().with("cross_province", Value::Bool(true));
    let story = Story { grade: "e3", ..BY_PORTAL };
    let owed = tell_in(&story, &reporting_directory(), &inputs);
    assert!(owed.iter().any(|one| one.terms.duty.as_str() == "E3"));
    assert!(owed.iter().all(|one| one.terms.duty.as_str() != "E2"));
}

#[test]
fn an_ordinary_event_waits_for_the_months_end() {
    check(&Story { grade: "e4", ..BY_PORTAL }, expect![[""]]);
}

#[test]
fn a_red_warning_is_followed_at_once_and_noticed_after_review() {
    check(
        &Story { grade: "w1", ..BY_PORTAL },
        expect![[r#"
            W1   web-house (vats) -> bureau,admin-north cc coordination: due 2025-06-11T03:30:00Z
            C1   coordination (cncert) -> : latent
            T1   bureau (tsb) -> : latent
            T2   bureau (tsb) -> : latent
            N2   bureau (tsb) -> other-telecom,name-shop cc admin-north,admin-south: latent
        "#]],
    );
}

#[test]
fn a_blue_warning_goes_to_the_coordinator_within_five_working_days() {
    check(
        &Story { grade: "w4", ..BY_PORTAL },
        expect![[r#"
        W3   web-house (vats) -> coordination cc admin-north: due 2025-06-18T16:00:00Z
        C1   coordination (cncert) -> : latent
        N3   coordination (cncert) -> other-telecom,name-shop cc admin-north,admin-south: latent
    "#]],
    );
}

#[test]
fn what_a_provincial_company_finds_its_group_reports_and_the_coordinator_too() {
    check(
        &BY_PROVINCIAL_COMPANY,
        expect![[r#"
            E2   coordination (cncert) -> admin-north: due 2025-06-11T05:30:00Z
            G1   wide-telecom (carrier) -> admin-north cc coordination: due 2025-06-11T05:30:00Z
            G2   wide-telecom-north (carrier_p) ->  cc admin-north: running, no due time
            T1   bureau (tsb) -> : latent
            T2   bureau (tsb) -> : latent
            N1   bureau (tsb) -> other-telecom,name-shop cc admin-north,admin-south: latent
        "#]],
    );
}

#[test]
fn a_group_reports_at_each_grade_as_for_a_finding_of_its_own() {
    let group = |grade| {
        let owed = tell(&Story { grade, ..BY_PROVINCIAL_COMPANY });
        owed.iter().filter(|one| one.terms.duty.as_str() == "G1").map(line).collect::<String>()
    };
    expect![[r#"
        G1   wide-telecom (carrier) -> bureau,admin-north cc coordination: due 2025-06-11T03:30:00Z
        G1   wide-telecom (carrier) -> bureau,admin-north cc coordination: due 2025-06-11T03:30:00Z
        G1   wide-telecom (carrier) -> admin-north cc coordination: due 2025-06-11T05:30:00Z
        G1   wide-telecom (carrier) -> coordination cc admin-north: due 2025-07-07T16:00:00Z
        G1   wide-telecom (carrier) -> bureau,admin-north cc coordination: due 2025-06-11T03:30:00Z
        G1   wide-telecom (carrier) -> bureau,admin-north cc coordination: due 2025-06-11T03:30:00Z
        G1   wide-telecom (carrier) -> admin-north cc coordination: due 2025-06-11T05:30:00Z
        G1   wide-telecom (carrier) -> coordination cc admin-north: due 2025-06-18T16:00:00Z
    "#]]
    .assert_eq(&["e1", "e2", "e3", "e4", "w1", "w2", "w3", "w4"].map(group).concat());
}

#[test]
fn a_group_whose_provinces_are_not_known_owes_one_report_to_whoever_either_rule_names() {
    let owed = tell(&Story { provinces: &[], ..BY_PROVINCIAL_COMPANY });
    let group: Vec<&Owed> = owed.iter().filter(|one| one.terms.duty.as_str() == "G1").collect();
    assert_eq!(group.len(), 1);
    assert!(group[0].to.iter().any(|one| one.as_str() == "bureau"));
}

#[test]
fn an_administration_never_reports_to_itself() {
    let story = Story { finder: "admin-north", desk: "admin-north", ..BY_PORTAL };
    check(
        &story,
        expect![[r#"
            E1   admin-north (pta) -> bureau cc coordination: due 2025-06-11T03:30:00Z
            T1   bureau (tsb) -> : latent
            T2   bureau (tsb) -> : latent
            N1   bureau (tsb) -> other-telecom,name-shop cc admin-north,admin-south: latent
        "#]],
    );
}

#[track_caller]
fn explanation(owed: &[Owed], duty: &str) -> String {
    let owed = owed.iter().find(|one| one.terms.duty.as_str() == duty).unwrap();
    let OwedState::Running(running) = &owed.state else { panic!("{duty} is latent") };
    running.explanation.en.clone()
}

#[test]
fn a_duty_whose_only_recipient_is_the_debtor_says_so() {
    let story = Story { grade: "w4", finder: "coordination", desk: "coordination", ..BY_PORTAL };
    let owed = tell(&story);
    let own = owed.iter().find(|one| one.terms.duty.as_str() == "W3").unwrap();
    assert!(own.to.is_empty() && !own.cc.is_empty());
    let said =
        "It would go to the debtor alone, who does not send to itself: it is enough to keep it.";
    assert!(explanation(&owed, "W3").ends_with(said));
}

#[test]
fn a_copy_that_nobody_receives_says_so() {
    let mut organisations = reporting_directory();
    organisations.retain(|one| one.handle.as_str() != "admin-north");
    let owed = tell_in(&BY_PROVINCIAL_COMPANY, &organisations, &Inputs::default());
    let said = "Nobody in the directory is known to receive it: an officer must say who.";
    assert!(explanation(&owed, "G2").ends_with(said), "{}", explanation(&owed, "G2"));
}

#[test]
fn a_supplement_goes_to_whoever_had_the_first_report() {
    let pack = reporting();
    let organisations = reporting_directory();
    let finder: Handle = "web-house".parse().unwrap();
    let involved = Involved {
        organisations: &organisations,
        responsible: &handles(&[]),
        provinces: &provinces(&["XX-N"]),
        finder: &finder,
        desk: &finder,
    };
    let inputs = Inputs::default();
    let grade = "e2".parse().unwrap();
    let known_at = at("2025-06-11T09:30:00+08:00");
    let graded_at = Graded::Set(known_at);
    let told = Happening {
        incident: "00000000-0000-0000-0000-000000000000".parse().unwrap(),
        pack: pack.id().clone(),
        trigger: "event.changed".to_owned(),
        to: Some(finder.clone()),
        from: None,
        at: at("2025-06-12T10:00:00+08:00"),
        evidence: "log 7".to_owned(),
    };
    let happened = [told];
    let case =
        Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at, happened: &happened };
    let all = owed(&pack, &calendar(), &case).unwrap();
    let supplement = all.iter().filter(|one| one.terms.duty.as_str() == "U1");
    let lines: String = supplement.map(line).collect();
    assert_eq!(
        lines,
        "U1   web-house (vats) -> bureau,admin-north cc coordination: running, no due time\n"
    );
}

proptest! {
    #[test]
    fn nobody_ever_sends_to_itself_and_nobody_receives_twice(
        grade in proptest::sample::select(vec!["e1", "e2", "e3", "e4", "w1", "w2", "w3", "w4"]),
        finder in 0_usize..11,
        desk in 0_usize..11,
        touched in proptest::sample::subsequence(vec!["XX-N", "XX-S"], 0..=2),
    ) {
        let organisations = reporting_directory();
        let involved = Involved {
            organisations: &organisations,
            responsible: &handles(&["other-telecom"]),
            provinces: &provinces(&touched),
            finder: &organisations[finder].handle,
            desk: &organisations[desk].handle,
        };
        let (grade, inputs) = (grade.parse().unwrap(), Inputs::default());
        let known_at = at("2025-06-11T09:30:00+08:00");
        let graded_at = Graded::Set(known_at);
        let case =
            Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at, happened: &[] };
        let all = owed(&reporting(), &calendar(), &case).unwrap();
        for one in &all {
            let mut received: Vec<&Handle> = one.to.iter().chain(&one.cc).collect();
            prop_assert!(!received.contains(&&one.debtor));
            let count = received.len();
            received.sort();
            received.dedup();
            prop_assert_eq!(received.len(), count);
        }
        let mut owed_once: Vec<_> = all.iter().map(|one| (&one.debtor, &one.terms.duty)).collect();
        owed_once.sort();
        owed_once.dedup();
        prop_assert_eq!(owed_once.len(), all.len());
    }
}
