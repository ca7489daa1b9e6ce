//! Packs of regimes that an officer opens, of grades that owe nothing, and of proposals.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use expect_test::{Expect, expect};
use jiff::civil::date;
use model::Organisation;
use model::organisation::Bilingual;
use model::regime::DutyId;

use crate::calendar::{Calendar, Confidence};
use crate::input::Inputs;
use crate::involved::Involved;
use crate::obligation::{Case, Graded, Owed, OwedState, owed};
use crate::regime::{Event, Opens, Pack};
use crate::testing::at;

const WEEKENDS: &str = include_str!("../../../../../calendars/weekends.toml");

const PACK: &str = r#"
schema = "regime/1"
[regime]
id = "xx.alarm"
title.en = "Alarm rules"
instrument = "Rule 1"
in_force = 2020-01-01
pack = "1.0.0"
source = "made up for tests"
timezone = "UTC"
calendar = "weekends"
confidence = "medium"
note.en = "Confirm the second article."
[time]
hours = "run continuously"
start_day = "not counted"
day_ends = "24:00"
month_of = "local date of the trigger"
on_time = "sent at or before the due instant"
[applies]
art = "1"
opens = "officer"
[role]
firm = { art = "1", en = "firm", is = "reporter", number = "several" }
desk = { art = "1", en = "desk", is = "authority", number = "one" }
[set]
finder = { roles = ["firm"], whose = "finding it is", means = "the firm that found it" }
[trigger]
"firm.aware" = { art = "1", at = "incident known", by = "firm", otherwise = true, means = "the firm knows" }
"firm.sent" = { art = "2", at = "filing sent", by = "finder", means = "the firm has sent its first report" }
[input]
grave = { type = "yes or no", means = "it is grave" }
[grade]
art = "1"
order = ["grave", "light"]
grave = { en = "grave", when = "grave" }
light = { en = "light", when = "otherwise", owes_nothing = true }
[form]
first = { art = "1", contents = ["what"] }
[duty]
first = { art = "1", who = "finder", does.en = "report", on = "firm.aware", grades = "grave", to = ["desk"], within = "2 hours", form = "first", emits = ["firm.sent"], confidence = "high" }
final = { art = "2", who = "finder", does.en = "report again", on = "firm.sent", grades = "grave", to = ["desk"], within = "1 month" }
[reading]
R1 = { at = ["first"], asks = "when is it known?", chosen = "sure", options = { sure = "when sure", guess = { means = "when guessed: an officer says when", by_hand = true } } }
[[test]]
grade = { grave = "yes" }
expect = "grave"
[[test]]
grade = { grave = "no" }
expect = "light"
[[test]]
duty = "first"
start = 2026-01-31T10:00:00Z
expect = 2026-01-31T12:00:00Z
[[test]]
duty = "final"
start = 2026-01-31T10:00:00Z
expect = 2026-03-01T00:00:00Z
"#;

fn pack() -> Pack {
    Pack::parse(PACK, "alarm.toml").unwrap_or_else(|findings| panic!("{findings}"))
}

/// Damages the pack in one place and shows what is found.
#[track_caller]
fn refused(from: &str, to: &str, expect: Expect) {
    assert!(PACK.contains(from), "the pack does not say {from}");
    let damaged = PACK.replacen(from, to, 1);
    expect.assert_eq(&Pack::parse(&damaged, "alarm.toml").unwrap_err().to_string());
}

#[test]
fn a_regime_that_an_officer_opens_never_opens_by_itself() {
    let listed = PACK
        .replace("opens = \"officer\"", "opens = \"officer\"\nclassification = [\"c2-server\"]");
    for text in [PACK, &listed] {
        let pack = Pack::parse(text, "alarm.toml").unwrap_or_else(|findings| panic!("{findings}"));
        assert_eq!(pack.opens(), Opens::Officer);
        assert!(!pack.applies_to("c2-server"));
    }
}

#[test]
fn what_the_engine_opens_must_say_what_falls_under_it() {
    refused(
        "opens = \"officer\"",
        "opens = \"engine\"",
        expect![[
            r#"alarm.toml:20: applies: nothing falls under it; list its classifications, or say `opens = "officer"`"#
        ]],
    );
}

#[test]
fn a_duty_may_be_surer_than_its_pack() {
    let pack = pack();
    let confidence = |id: &str| pack.duty(&id.parse::<DutyId>().unwrap()).unwrap().confidence;
    assert_eq!(pack.confidence(), Confidence::Medium);
    assert_eq!(confidence("first"), Confidence::High);
    assert_eq!(confidence("final"), Confidence::Medium);
    assert_eq!(pack.note().unwrap().en, "Confirm the second article.");
}

#[test]
fn low_confidence_has_no_place_in_a_pack() {
    refused(
        "confidence = \"medium\"",
        "confidence = \"low\"",
        expect![
            "alarm.toml:12: regime.confidence: `low` is none of the words that the engine knows here; use one of `high`, `medium`"
        ],
    );
}

#[test]
fn a_proposal_is_never_in_force() {
    let text = PACK.replace("in_force = 2020-01-01", "status = \"proposed\"");
    let pack = Pack::parse(&text, "alarm.toml").unwrap_or_else(|findings| panic!("{findings}"));
    assert!(pack.is_proposed());
    assert_eq!(pack.since(), None);
    assert!(!pack.in_force(date(2026, 1, 1)));
}

#[test]
fn a_proposal_with_a_day_in_force_is_refused() {
    refused(
        "in_force =",
        "status = \"proposed\"\nin_force =",
        expect![
            "alarm.toml:3: regime: a proposal is not in force; remove `in_force` and `repealed`, or `status`"
        ],
    );
}

#[test]
fn a_rule_without_a_day_in_force_is_refused() {
    refused(
        "in_force = 2020-01-01\n",
        "",
        expect![[
            r#"alarm.toml:3: regime: `in_force` is missing; add `in_force = …`, or `status = "proposed"`"#
        ]],
    );
}

#[test]
fn a_grade_that_owes_nothing_needs_no_duty() {
    let light = pack().grades().iter().map(|grade| grade.owes_nothing).collect::<Vec<_>>();
    assert_eq!(light, [false, true]);
    refused(
        ", owes_nothing = true",
        "",
        expect![
            "alarm.toml:37: grade.light: no duty goes with it; add a duty with `grades`, say `owes_nothing = true`, or remove the grade"
        ],
    );
}

#[test]
fn a_duty_at_a_grade_that_owes_nothing_is_refused() {
    refused(
        "grades = \"grave\", to = [\"desk\"], within = \"2",
        "grades = \"light+\", to = [\"desk\"], within = \"2",
        expect![
            "alarm.toml:37: grade.light: a duty goes with a grade that owes nothing; remove `owes_nothing`, or the grade from `grades`"
        ],
    );
}

#[test]
fn a_duty_that_forgets_its_grades_is_refused_where_a_grade_owes_nothing() {
    refused(
        "on = \"firm.aware\", grades = \"grave\"",
        "on = \"firm.aware\"",
        expect![
            "alarm.toml:41: duty.first: it is owed at every grade, though one owes nothing; say at which: `grades = …`"
        ],
    );
}

#[test]
fn what_a_filing_sent_starts_must_be_emitted_by_a_duty() {
    let sent = pack().trigger("firm.sent").unwrap().at;
    assert_eq!(sent, Event::FilingSent);
    assert!(sent.follows() && sent.is_of_incident());
    refused(
        ", emits = [\"firm.sent\"]",
        "",
        expect![
            "alarm.toml:30: trigger.firm.sent: no duty emits it; let a duty say `emits`, or remove the trigger"
        ],
    );
}

/// Who owes what, and whether the clock runs, when a firm finds an incident of that grade.
fn owed_at(grade: &str) -> Vec<String> {
    let pack = pack();
    let organisation = |handle: &str, role: &str| Organisation {
        handle: handle.parse().unwrap(),
        name: Bilingual { zh: String::new(), en: handle.to_owned() },
        province: None,
        parent: None,
        roles: vec![(pack.id().clone(), role.parse().unwrap())],
        email: None,
    };
    let organisations = [organisation("bakery", "firm"), organisation("town-desk", "desk")];
    let (finder, desk) = ("bakery".parse().unwrap(), "town-desk".parse().unwrap());
    let involved = Involved {
        organisations: &organisations,
        responsible: &BTreeSet::new(),
        provinces: &BTreeSet::new(),
        finder: &finder,
        desk: &desk,
    };
    let (grade, inputs, known_at) =
        (grade.parse().unwrap(), Inputs::default(), at("2026-01-31T10:00:00Z"));
    let graded_at = Graded::Set(known_at);
    let case =
        Case { grade: &grade, inputs: &inputs, involved, known_at, graded_at, happened: &[] };
    let calendar = Calendar::parse(WEEKENDS, "weekends.toml").unwrap();
    let owed = owed(&pack, &calendar, &case).unwrap();
    let state = |owed: &Owed| match owed.state {
        OwedState::Latent => "latent",
        OwedState::Running(_) => "running",
    };
    owed.iter().map(|one| format!("{} {} {}", one.debtor, one.terms.duty, state(one))).collect()
}

#[test]
fn what_follows_a_filing_sent_stands_latent_until_it_is_sent() {
    assert_eq!(owed_at("grave"), ["bakery first running", "bakery final latent"]);
}

#[test]
fn at_a_grade_that_owes_nothing_nobody_owes_anything() {
    assert_eq!(owed_at("light"), Vec::<String>::new());
}

/// Every file of a folder of the repository that is a pack or a calendar, by its name.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .filter(|(_, text)| ["regime/1", "calendar/1"].iter().any(|schema| text.contains(schema)))
        .collect();
    files.sort();
    files
}

fn packs() -> Vec<Pack> {
    let read = |(origin, text): &(String, String)| {
        Pack::parse(text, origin).unwrap_or_else(|findings| panic!("{findings}"))
    };
    files("regimes").iter().map(read).collect()
}

#[test]
fn every_pack_of_the_house_holds_by_the_calendar_that_it_names() {
    let calendars: BTreeMap<String, Calendar> = files("calendars")
        .iter()
        .map(|(origin, text)| {
            Calendar::parse(text, origin).unwrap_or_else(|findings| panic!("{findings}"))
        })
        .map(|calendar| (calendar.name().to_owned(), calendar))
        .collect();
    let packs = packs();
    assert!(packs.len() >= 16, "{} packs", packs.len());
    for pack in packs {
        let calendar = &calendars[pack.calendar()];
        let held = pack.prove(calendar).unwrap_or_else(|findings| panic!("{findings}"));
        assert!(held >= 3, "{} has {held} cases", pack.id());
    }
}

#[test]
fn what_is_less_than_sure_says_so_before_anybody_relies_on_it() {
    let silent: Vec<String> = packs()
        .iter()
        .filter(|pack| pack.confidence() == Confidence::Medium || pack.is_proposed())
        .filter(|pack| pack.note().is_none_or(|note| note.en.is_empty() || note.zh.is_empty()))
        .map(|pack| pack.id().to_string())
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn of_two_editions_of_a_law_the_date_picks_one() {
    let packs = packs();
    let on = |year, month, day| -> Vec<&str> {
        let date = date(year, month, day);
        let editions = packs.iter().filter(|pack| pack.title().en.contains("2018"));
        editions.filter(|pack| pack.in_force(date)).map(|pack| pack.id().as_str()).collect()
    };
    assert_eq!(on(2018, 8, 30), Vec::<&str>::new());
    assert_eq!(on(2025, 10, 30), ["sg.cii.2018"]);
    assert_eq!(on(2025, 10, 31), ["sg.cii.2025"]);
}

#[test]
fn every_pack_speaks_both_languages() {
    for pack in packs() {
        let names = pack.duties().iter().map(|duty| (duty.id.as_str(), &duty.does));
        let names = names.chain(pack.grades().iter().map(|grade| (grade.id.as_str(), &grade.name)));
        let names = names.chain(pack.roles().iter().map(|role| (role.id.as_str(), &role.name)));
        for (id, name) in names.chain([("title", pack.title())]) {
            assert!(!name.zh.is_empty() && !name.en.is_empty(), "{} {id}", pack.id());
        }
    }
}
