//! What the pages about the law say, and what they refuse.

use axum::http::StatusCode;
use serde_json::json;

use std::time::Duration;

use crate::asking::{ask, get, serve};
use crate::chrome::Chrome;
use crate::sample::{Sample, noon};

const LANGUAGES: [&str; 2] = ["zh", "en"];
const MECHANISM: &str = "/rules/cn.miit.2009-157";

async fn page(path: &str, lang: &str) -> String {
    let answer = ask(Sample::busy(noon()), get(path, lang)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text()
}

/// Asserts that a page says each of these.
async fn says(path: &str, lang: &str, facts: &[&str]) {
    let page = page(path, lang).await;
    for fact in facts {
        let about = fact.split_once(' ').map_or(*fact, |(_, rest)| rest);
        let said = page.split_once(about).map_or("", |(before, _)| before);
        let said: String =
            said.chars().rev().take(20).collect::<Vec<_>>().into_iter().rev().collect();
        assert!(page.contains(fact), "{path} in {lang} does not say {fact}: …{said}{about}");
    }
}

/// The row of a duty, by its anchor.
fn row<'p>(page: &'p str, duty: &str) -> Option<&'p str> {
    let (_, row) = page.split_once(&format!("<tr id=\"{duty}\">"))?;
    row.split_once("</tr>").map(|(row, _)| row)
}

#[tokio::test]
async fn packs_stand_in_groups() {
    let page = page("/rules", "en").await;
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}"));
    assert!(at("Applied by this desk") < at("href=\"/rules/cn.miit.2009-157\""));
    assert!(at("href=\"/rules/cn.miit.2009-157\"") < at("In force elsewhere"));
    assert!(at("In force elsewhere") < at("href=\"/rules/eu.nis2\""));
    assert!(at("href=\"/rules/eu.nis2\"") < at("Proposed or not yet in force"));
    assert!(at("Proposed or not yet in force") < at("href=\"/rules/us.circia\""));
    says(
        "/rules",
        "zh",
        &["本台适用", "木马和僵尸网络监测与处置机制", "/rules/calendars/cn", "2026"],
    )
    .await;
}

#[tokio::test]
async fn a_duty_is_found_by_its_anchor_and_says_who_what_to_whom_by_when() {
    let page = page(MECHANISM, "en").await;
    let row = row(&page, "M2a").expect("a row for M2a");
    for fact in ["Report the incident", "the operator that found it", "CNCERT", "within 2 hours"] {
        assert!(row.contains(fact), "{fact}: {row}");
    }
    let page = self::page(MECHANISM, "zh").await;
    let row = self::row(&page, "M3b").expect("a row for M3b");
    for fact in ["涉事省份的通信管理局", "及时", "较大（g3）及以上"] {
        assert!(row.contains(fact), "{fact}: {row}");
    }
}

#[tokio::test]
async fn no_anchor_stands_twice() {
    for pack in ["cn.miit.2009-156", "cn.miit.2009-157", "eu.dora", "cn.miit.2017-281"] {
        let page = page(&format!("/rules/{pack}"), "en").await;
        let mut anchors: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = anchors.len();
        anchors.sort_unstable();
        anchors.dedup();
        assert_eq!(anchors.len(), all, "{pack}");
    }
}

#[tokio::test]
async fn thresholds_and_readings_are_in_words() {
    says(MECHANISM, "en", &["max_single_ips is more than 1,000,000", "total_ips"]).await;
    says(MECHANISM, "zh", &["max_single_ips 超过 1,000,000", "其他情形"]).await;
    let path = "/rules/cn.miit.2009-157?show=terms";
    says(
        path,
        "en",
        &["id=\"reading-R1\"", "2 hours from what?", "In force", "Acted on by people"],
    )
    .await;
    says("/rules/cn.miit.2009-156", "en", &["Proposal", "From the source"]).await;
}

#[tokio::test]
async fn what_lies_over_a_pack_is_told_apart_from_it() {
    let page = page(MECHANISM, "en").await;
    assert!(page.contains("example.house") && page.contains("House target, not law"));
}

#[tokio::test]
async fn a_filter_leaves_what_one_role_owes_at_one_grade() {
    let page = page("/rules/cn.miit.2009-157?role=carrier&grade=g4", "en").await;
    assert!(row(&page, "M2b").is_some(), "owed at the lowest grade");
    assert!(row(&page, "M2a").is_none(), "owed at graver grades only");
    assert!(row(&page, "M3a").is_none(), "owed by another");
    assert!(page.contains("<option value=\"carrier\" selected>"));
    let none = self::page("/rules/cn.miit.2009-157?role=registry&grade=g1", "zh").await;
    assert!(none.contains("id=\"clauses\""));
}

#[test]
fn the_filter_works_without_scripts() {
    let chrome = Chrome::start();
    let base = serve(Sample::busy(noon()), Duration::from_hours(1));
    let tab = chrome.tab(&base, (390, 844), "en", "light");
    tab.call("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    tab.call("Page.navigate", &json!({ "url": format!("{base}{MECHANISM}") }));
    tab.until("location.pathname.startsWith('/rules/') && document.readyState == 'complete'");
    tab.until("document.getElementById('M3a') && document.getElementById('M2a')");
    tab.eval("document.querySelector('#role').value = 'carrier'");
    tab.eval("document.querySelector('form.sift button').click()");
    tab.until("location.search.includes('role=carrier') && document.readyState == 'complete'");
    tab.until("document.getElementById('M2a') && !document.getElementById('M3a')");
}

#[tokio::test]
async fn two_packs_are_told_apart_in_words() {
    let path = "/rules/eu.dora?against=eu.nis2";
    says(path, "en", &["For everybody", "added", "<option value=\"eu.nis2\" selected>"]).await;
    says(path, "zh", &["全体", "新增"]).await;
}

#[tokio::test]
async fn the_flow_is_a_picture_and_a_text() {
    for lang in LANGUAGES {
        let page = page("/rules/cn.miit.2009-157?show=flow", lang).await;
        assert!(page.contains("<svg xmlns=") && page.contains("role=\"img\""), "{lang}");
        let text = page.split_once("<pre").unwrap().1;
        assert!(text.contains("M2a") && text.contains("[cncert.aware]"), "{lang}");
    }
}

#[tokio::test]
async fn a_trial_says_what_would_have_been_otherwise() {
    let path = "/rules/cn.miit.2017-281?show=trial&against=cn.miit.2009-157&days=30";
    says(path, "en", &["7 incidents", "INC-2026-0007", "5 graded otherwise, 28 due times moved"])
        .await;
    says(path, "en", &["href=\"/rules/cn.miit.2009-157#M3a\"", "of 14 due times move"]).await;
    let path = "/rules/cn.miit.2017-281?show=trial&against=cn.miit.2009-157&days=3";
    says(path, "en", &["3 incidents"]).await;
    let same = "/rules/cn.miit.2009-157?show=trial&against=cn.miit.2009-157&days=30";
    says(same, "zh", &["没有任何变化"]).await;
}

#[tokio::test]
async fn a_trial_without_a_past_says_so() {
    let path = "/rules/cn.miit.2017-281?show=trial&days=30";
    let answer = ask(Sample::empty(noon()), get(path, "en")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text().contains("No incidents to try it on"));
    let page = page("/rules/cn.miit.2017-281?show=trial", "en").await;
    assert!(!page.contains("replayed:"), "nothing is replayed before it is asked for");
}

#[tokio::test]
async fn a_calendar_says_when_nobody_works() {
    says("/rules/calendars/cn?year=2026", "en", &["2026-10-01", "Make-up working day", "Sat"])
        .await;
    says("/rules/calendars/cn?year=2026", "zh", &["国庆节", "调休上班", "周六"]).await;
}

#[tokio::test]
async fn what_is_not_there_is_missing_and_is_never_echoed() {
    let missing = [
        "/rules/no.such.pack",
        "/rules/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/rules/..%2F..%2Fetc%2Fpasswd",
        "/rules/cn.miit.2009-157%00",
        "/rules/CN.MIIT.2009-157",
        "/rules/calendars/%3Cimg%20src=x%3E",
        "/rules/calendars/no-such",
        "/rules/calendars/cn?year=1900",
    ];
    for path in missing {
        let answer = ask(Sample::busy(noon()), get(path, "en")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let page = answer.text();
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}");
    }
}

#[tokio::test]
async fn what_a_pack_does_not_know_is_refused_by_name() {
    for query in [
        "role=nobody",
        "grade=g9",
        "against=no.such",
        "show=everything",
        "days=many",
        "province=%3Cscript%3E",
        "role=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ] {
        let answer = ask(Sample::busy(noon()), get(&format!("{MECHANISM}?{query}"), "en")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(!answer.text().contains("<script>alert"), "{query}");
    }
}

#[tokio::test]
async fn an_obligation_leads_to_its_clause() {
    for path in ["/obligations", "/incidents/INC-2026-0001"] {
        says(path, "en", &["href=\"/rules/cn.miit.2009-157#M3a\""]).await;
    }
}
