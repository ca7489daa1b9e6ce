//! The substitute table: what decides, what is unknown, and tables that are damaged.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::input::Value;
use crate::regime::Pack;
use crate::testing::{GRADING, REPORTING, calendar, grading, reporting};

#[test]
fn the_grading_pack_loads_and_each_of_its_cases_holds() {
    let grading = grading();
    assert_eq!(grading.id().as_str(), "cn.miit.2009-156.grading");
    assert_eq!(grading.cases(), 27);
    assert_eq!(grading.criteria().len(), 21);
    assert_eq!(grading.floor().unwrap().as_str(), "e4");
    assert!(grading.replace_when_found().is_some());
}

#[test]
fn the_reporting_measures_load_and_each_of_their_cases_holds() {
    let pack = reporting();
    assert_eq!(pack.prove(&calendar()).unwrap_or_else(|findings| panic!("{findings}")), 39);
}

#[test]
fn every_criterion_says_whether_it_is_a_source_or_a_proposal() {
    let grading = grading();
    let proposals: Vec<String> = grading
        .criteria()
        .iter()
        .filter(|one| matches!(one.standing, Standing::Proposal(_)))
        .map(Criterion::id)
        .collect();
    assert_eq!(proposals, ["e2.vip", "e3.vip", "e4.rest"]);
}

fn leaked(users: i64) -> Inputs {
    Inputs::default().with("leaked_users", Value::Count(users))
}

#[test]
fn the_answer_says_which_criterion_decided_and_on_what_it_rests() {
    let grading = grading();
    let assessed = grading.assess(&leaked(99_999_999).assuming_absent(grading.inputs())).unwrap();
    let decided = assessed.decided_by.unwrap();
    assert_eq!(decided.criterion, "e2.leak");
    assert!(decided.is_met);
    expect!["source: 公共互联网网络安全突发事件应急预案, 工信部网安〔2017〕281号, part 3.2(4)"]
        .assert_eq(&decided.standing.to_string());
    expect![[r#"
        e1: no criterion of 5 is met
        e2.leak: leaked_users >= 10000000, leaked_users = 99999999: yes (source: 公共互联网网络安全突发事件应急预案, 工信部网安〔2017〕281号, part 3.2(4))"#]].assert_eq(&assessed.because);
}

#[test]
fn the_floor_is_a_proposal_and_says_so() {
    let grading = grading();
    let assessed = grading.assess(&leaked(1).assuming_absent(grading.inputs())).unwrap();
    assert_eq!(assessed.decided_by.unwrap().criterion, "e4.rest");
    assert!(
        assessed.because.ends_with(
            "e4.rest: otherwise: yes (proposal: whatever annex 1 makes reportable has some effect)"
        ),
        "{}",
        assessed.because
    );
}

#[test]
fn what_nobody_has_said_leaves_the_gravest_grade_possible() {
    let assessed = grading().assess(&leaked(99_999_999)).unwrap();
    assert_eq!(assessed.grade.as_str(), "e1");
    assert_eq!(assessed.possible, ["e1", "e2"].map(|id| id.parse().unwrap()));
    let decided = assessed.decided_by.unwrap();
    assert_eq!(decided.criterion, "e1.outage");
    assert!(!decided.is_met);
}

#[test]
fn what_is_assumed_absent_stays_marked_as_assumed() {
    let grading = grading();
    let inputs = leaked(7).assuming_absent(grading.inputs());
    assert!(inputs.is_assumed("vip_hit") && !inputs.is_assumed("leaked_users"));
    let text = |name: &str| inputs.to_texts().into_iter().find(|(n, _)| n == name).unwrap().1;
    assert_eq!(text("vip_hit"), "0 (assumed)");
    assert_eq!(text("leaked_users"), "7");
    assert!(!inputs.with("vip_hit", Value::Count(1)).is_assumed("vip_hit"));
}

#[test]
fn an_undeclared_fact_is_an_error() {
    let stray = Inputs::default().with("size", Value::Count(1));
    assert!(grading().assess(&stray).is_err());
}

/// Damages the grading pack in one place and shows what is found.
#[track_caller]
fn refused(from: &str, to: &str, expect: Expect) {
    assert!(GRADING.contains(from), "the grading pack no longer says {from}");
    let damaged = GRADING.replacen(from, to, 1);
    expect.assert_eq(&Grading::parse(&damaged, "grading.toml").unwrap_err().to_string());
}

#[test]
fn a_criterion_must_name_a_declared_source() {
    refused(
        "from = \"p281 3.1(2)\"",
        "from = \"p282 3.1(2)\"",
        expect![
            "grading.toml:46: criterion.e1.dns.from: `p282` is no source; use a name under [source], or add it"
        ],
    );
}

#[test]
fn a_proposal_must_say_why() {
    refused(
        ", why = \"one important system cut off for an hour concerns its province\"",
        "",
        expect!["grading.toml:64: criterion.e3.vip: `why` is missing; add `why = …`"],
    );
}

#[test]
fn a_criterion_that_decides_no_case_is_refused() {
    refused(
        "grade  = { site_hit = \"province-wide influence\" }",
        "grade  = { vip_hit = 2 }",
        expect![
            "grading.toml:60: criterion.e3.site: no case tries it; add a [[test]] in which it decides"
        ],
    );
}

#[test]
fn a_case_that_does_not_hold_is_refused_with_its_line() {
    refused(
        "grade  = { vip_hit = 10 }",
        "grade  = { vip_hit = 9 }",
        expect![[r#"
            grading.toml:57: criterion.e2.vip: no case tries it; add a [[test]] in which it decides
            grading.toml:151: test: the grade is e3, not e2; correct the criterion, or the case"#]],
    );
}

#[test]
fn a_case_must_say_whether_the_others_are_absent_or_unknown() {
    refused(
        "others = \"absent\"\n",
        "",
        expect!["grading.toml:75: test[1]: `others` is missing; add `others = …`"],
    );
}

#[test]
fn an_input_that_no_criterion_asks_is_refused() {
    refused(
        "[criterion.e1]",
        "stray = { type = \"count\", means = \"nothing\" }\n[criterion.e1]",
        expect![
            "grading.toml:44: input.stray: no criterion asks it; remove it, or add a criterion"
        ],
    );
}

#[test]
fn a_scale_must_end_in_otherwise() {
    refused(
        "rest    = { when = \"otherwise\"",
        "rest    = { when = \"vip_hit >= 0\"",
        expect![
            "grading.toml: criterion: the scale does not end; let the last criterion of the last grade, and no other, say `otherwise`"
        ],
    );
}

#[test]
fn a_value_that_the_input_never_has_is_refused() {
    refused(
        "absent = \"none\", means = \"how wide the outage",
        "absent = \"nowhere\", means = \"how wide the outage",
        expect![
            "grading.toml:35: input.outage_scope.absent: `nowhere` is no value of this input; write one of none, below prefecture, prefecture, province, several provinces, nation"
        ],
    );
}

#[test]
fn a_criterion_of_no_grade_is_refused() {
    refused(
        "[criterion.e3]",
        "[criterion.e5]",
        expect![[r#"
            grading.toml: criterion.e3: no criterion; add [criterion.…] for it, or take it out of `order`
            grading.toml:58: criterion.e5: `e5` is no grade; add it to `order` under [rule], the gravest first"#]],
    );
}

#[test]
fn a_grading_pack_fits_only_the_pack_that_names_it() {
    let pack = Pack::parse(REPORTING, "reporting.toml").unwrap();
    let other =
        GRADING.replacen("id                 = \"cn.miit.2009-156.grading\"", "id = \"other\"", 1);
    let other = Grading::parse(&other, "other.toml").unwrap();
    expect![[r#"other.toml: regime.id: `cn.miit.2009-156` is not graded by `other`; name it there: `[grade] see = "…"`"#]].assert_eq(&pack.with_grading(&other).unwrap_err().to_string());
    expect![[r#"
        grading.toml: input: `cn.miit.2009-156` declares the input `outage_large` as well; declare it in one of the two
        grading.toml: input: `cn.miit.2009-156` declares the input `outage_scope` as well; declare it in one of the two
        grading.toml: input: `cn.miit.2009-156` declares the input `dns_hit` as well; declare it in one of the two
        grading.toml: input: `cn.miit.2009-156` declares the input `leaked_users` as well; declare it in one of the two
        grading.toml: input: `cn.miit.2009-156` declares the input `malware_scope` as well; declare it in one of the two
        grading.toml: input: `cn.miit.2009-156` declares the input `site_hit` as well; declare it in one of the two
        grading.toml: input: `cn.miit.2009-156` declares the input `vip_hit` as well; declare it in one of the two
        grading.toml: input: `cn.miit.2009-156` declares the input `max_single_ips` as well; declare it in one of the two
        grading.toml: input: `cn.miit.2009-156` declares the input `total_ips` as well; declare it in one of the two"#]].assert_eq(&reporting().with_grading(&grading()).unwrap_err().to_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn knowing_more_never_makes_it_graver(users in 0_i64..200_000_000, vips in 0_i64..20) {
        let grading = grading();
        let rank = |inputs: &Inputs| {
            let grade = grading.assess(inputs).unwrap().grade;
            grading.order().iter().position(|one| *one == grade).unwrap()
        };
        let some = leaked(users);
        let more = some.clone().with("vip_hit", Value::Count(vips));
        let all = more.clone().assuming_absent(grading.inputs());
        prop_assert!(rank(&some) <= rank(&more));
        prop_assert!(rank(&more) <= rank(&all));
    }

    #[test]
    fn a_damaged_grading_pack_is_refused_or_read_but_never_a_panic(
        at in 0_usize..GRADING.len(),
        length in 0_usize..200,
        instead in "[a-z0-9\"\\[\\]{}=,. \n]{0,12}",
    ) {
        let cut = |mut at: usize| {
            while !GRADING.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (from, to) = (cut(at), cut((at + length).min(GRADING.len())));
        let damaged = format!("{}{instead}{}", &GRADING[..from], &GRADING[to..]);
        drop(Grading::parse(&damaged, "damaged.toml"));
    }
}
