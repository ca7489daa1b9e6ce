//! What people tell the desk, and what follows: the chain of a notice, a call, an order that moves days of
//! rest, and law chosen by the date of the event.

use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;

use crate::bench::{Bench, sinkhole};

const SEEN: &str = "2026-11-20 03:00:00";

/// A desk with one small incident.
struct Matter {
    bench: Bench,
    incident: String,
    /// An instant that has come and that nothing precedes: when the coordinator knew.
    known: String,
}

impl Matter {
    fn new() -> Self {
        let bench = Bench::new();
        let file = bench.file("reed.csv", sinkhole("night reed", SEEN, 1, 51));
        bench.ok(&["ingest", "--feed", "shadowserver/event4_sinkhole", &file]);
        let incident = bench.json(&["incidents"])["rows"][0]["number"].as_str().unwrap().to_owned();
        let mut matter = Self { bench, incident, known: String::new() };
        let notice = matter.one("M6");
        notice["state"]["since"].as_str().unwrap().clone_into(&mut matter.known);
        matter
    }

    /// The obligation of a duty that is not superseded.
    fn one(&self, duty: &str) -> Value {
        let incident = self.bench.json(&["incident", &self.incident]);
        let all = incident["obligations"].as_array().unwrap();
        let is_it = |one: &&Value| one["duty"] == duty && one["state"]["state"] != "superseded";
        all.iter().find(is_it).unwrap_or_else(|| panic!("{duty} is owed: {all:?}")).clone()
    }

    /// Says with its evidence that something was done about the obligation of a duty.
    fn act(&self, act: &str, duty: &str, more: &[&str]) -> Value {
        let id = self.one(duty)["id"].as_str().unwrap().to_owned();
        let proof = ["--at", self.known.as_str(), "--evidence", "log 12"];
        self.bench.json(&[&["act", act, &id], proof.as_slice(), more].concat())
    }
}

/// Duty and state of what an act answered with.
fn states(all: &Value) -> Vec<(&str, &str)> {
    let all = all.as_array().unwrap().iter();
    all.map(|one| (one["terms"]["duty"].as_str().unwrap(), one["state"]["state"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_receipt_leads_to_feedback_and_feedback_to_verification() {
    let matter = Matter::new();
    let receipt = ["act", "happened", &matter.incident, "handler.notice_received"];
    let proof = ["--to", "changfeng", "--at", &matter.known, "--evidence", "receipt 4"];
    let told = [&receipt[..], &proof[..]].concat();
    let acted = matter.bench.json(&told);
    assert!(states(&acted["followed"]).contains(&("H2b", "running")), "{acted}");
    let again = matter.bench.ends(1, &told);
    assert!(again.contains("is on record already"), "{again}");

    let acted = matter.act("met", "H2b", &[]);
    assert_eq!(states(&acted["done"]), [("H2b", "met")]);
    assert_eq!(states(&acted["followed"]), [("H3b", "running")]);
    assert_eq!(states(&matter.act("met", "H3b", &[])["done"]), [("H3b", "met")]);
    let open = matter.bench.json(&["incident", &matter.incident]);
    let all = open["obligations"].as_array().unwrap();
    assert!(all.iter().all(|one| one["state"]["state"] != "latent"), "the chain is at its end");
    matter.bench.ok(&["journal", "verify"]);
}

#[test]
fn a_call_meets_hours_for_now_and_the_form_stays_owed() {
    let matter = Matter::new();
    let days = matter.one("M6")["id"].as_str().unwrap().to_owned();
    let call = ["--at", &matter.known, "--evidence", "log 12", "--to", "the officer on duty"];
    let refused = matter.bench.ends(1, &[&["act", "telephone", &days], &call[..]].concat());
    assert!(refused.contains("its time is not counted in hours"), "{refused}");

    let ruling = ["--because", "a ministry is hit", "--document", "letter 3"];
    let regrade = ["act", "regrade", &matter.incident, "--grade", "g2"];
    matter.bench.json(&[&regrade[..], &ruling[..]].concat());
    let called = matter.act("telephone", "M3a", &["--to", "the officer on duty"]);
    assert_eq!(states(&called["done"]), [("M3a", "provisionally_met")]);
    assert_eq!(states(&matter.act("met", "M3a", &[])["done"]), [("M3a", "met")]);
    let zh = matter.bench.ok(&["incident", &matter.incident, "--lang", "zh"]);
    assert!(zh.contains("起算") && zh.contains("无法定期限"), "{zh}");
}

#[test]
fn an_order_that_makes_the_last_day_a_day_of_rest_moves_what_is_due() {
    let matter = Matter::new();
    let before = matter.one("M6");
    let due = before["state"]["due"].as_str().unwrap();
    // Due at 24:00 of its last day, which in UTC is the 16:00 of that day.
    let last = due.split('T').next().unwrap();
    let file = matter.bench.file("order.csv", order(&matter.bench, last));
    let import = ["calendar", "import", &file, "--name", "cn", "--version", "2099-01"];
    let answer = matter.bench.json(&import);
    let moved = answer["recounted"]["moved"].as_array().unwrap();
    assert_eq!(moved[0]["duty"], "M6", "{answer}");
    assert_eq!(moved[0]["due_before"], due);
    let after = matter.one("M6");
    assert_eq!(after["calendar"], "cn@2099-01");
    assert!(after["state"]["due"].as_str().unwrap() > due, "{after}");
    let acts = matter.bench.ok(&["journal", "show", "--json"]);
    assert!(acts.contains("obligation.recounted") && acts.contains(due), "{acts}");
    let again = matter.bench.json(&import);
    assert_eq!(again["recounted"]["counted"], 0, "a second import finds nothing to do");
    matter.bench.ok(&["journal", "verify"]);
}

/// The year of a day as its order lists it, but that the day is one of rest.
fn order(bench: &Bench, rest: &str) -> String {
    let rest: Date = rest.parse().unwrap();
    let shown = bench.json(&["calendar", "show", "cn", "--year", &rest.year().to_string()]);
    let mut list = format!("date,kind\n{rest},holiday\n");
    for span in shown["shown"]["days"].as_array().unwrap() {
        let day = |key: &str| -> Date { span[key].as_str().unwrap().parse().unwrap() };
        let kind = if span["working"].as_bool().unwrap() { "workday" } else { "holiday" };
        let days = day("from").series(1.day()).take_while(|one| *one <= day("to"));
        for one in days.filter(|one| *one != rest) {
            writeln!(list, "{one},{kind}").unwrap();
        }
    }
    list
}

#[test]
fn law_is_chosen_by_the_date_of_what_happened() {
    let bench = Bench::under(&["--regime", "cn.miit.2009-157", "--regime", "cn.miit.2017-281"]);
    let ingest = |name: &str, seen: &str| {
        let file = bench.file(name, sinkhole(name, seen, 1, 51));
        bench.json(&["ingest", "--feed", "shadowserver/event4_sinkhole", &file])
    };
    let then = ingest("old-heron", "2017-12-20 03:00:00");
    assert_eq!(then["changes"][0]["to"], "g4", "{then}");
    let number = then["changes"][0]["incident"].as_str().unwrap();
    let view = bench.json(&["incident", number]);
    assert_eq!(view["assessments"][0]["pack"], "cn.miit.2009-157");
    assert!(!view["assessments"][0]["because"].as_str().unwrap().contains("regardless"));
    let now = ingest("new-heron", SEEN);
    assert_eq!(now["changes"].as_array().unwrap().len(), 0, "{now}");
    assert!(now["lawless"][0].as_str().unwrap().contains("was repealed on 2018-01-01"), "{now}");
}
