//! What pages say: the facts that matter, in both languages, whatever the data holds.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use tower::ServiceExt;
use web::{assets, router};

use crate::asking::{PAGES, ask, desk, get};
use crate::sample::{Sample, noon};

const LANGUAGES: [&str; 2] = ["zh", "en"];

async fn page(path: &str, lang: &str) -> String {
    let answer = ask(Sample::busy(noon()), get(path, lang)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text()
}

/// Asserts that a page says each of these.
async fn says(path: &str, lang: &str, facts: &[&str]) {
    let page = page(path, lang).await;
    for fact in facts {
        assert!(page.contains(fact), "{path} in {lang} does not say {fact}");
    }
}

#[tokio::test]
async fn every_page_is_whole_in_both_languages() {
    for lang in LANGUAGES {
        for (_, path) in PAGES {
            let page = ask(Sample::busy(noon()), get(path, lang)).await.text();
            assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{path}");
            assert!(page.ends_with("</html>"), "{path}");
            assert!(!page.contains('⟦'), "{path} in {lang} lacks a message");
            assert_eq!(page.matches("<h1").count(), 1, "{path} needs one heading");
        }
    }
}

#[tokio::test]
async fn what_an_adversary_named_is_text_and_nothing_else() {
    for lang in LANGUAGES {
        for (_, path) in PAGES {
            let page = ask(Sample::busy(noon()), get(path, lang)).await.text();
            assert!(!page.contains("<script>alert"), "{path}");
            assert!(!page.contains("<img src=x"), "{path}");
        }
        says("/incidents", lang, &["&lt;script&gt;alert(1)&lt;/script&gt;&quot;onload='x'"]).await;
    }
    let path = "/sightings?threat=%3Cscript%3Ealert(1)%3C/script%3E&q=%22%3E%3Cscript%3E";
    let answer = ask(Sample::busy(noon()), get(path, "en")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!answer.text().contains("<script>"));
}

#[tokio::test]
async fn the_desk_says_what_is_due_and_how_big_it_is() {
    says("/desk", "en", &["as of 2026-11-23 15:05 UTC+8", "+0:13:00", "0:09:00", "Report upward"])
        .await;
    says("/desk", "en", &["1,203,897", "11.8 %", "INC-2026-0001", "Lingnan", "412,040"]).await;
    says("/desk", "zh", &["截至 2026-11-23 15:05 UTC+8", "即将到期", "特别重大", "岭南省"]).await;
    says("/desk", "zh", &["第 8(3) 条", "通报已起草", "本机值守", "/live?last=12"]).await;
}

#[tokio::test]
async fn an_incident_says_why_it_is_as_grave_as_it_is() {
    let path = "/incidents/INC-2026-0001";
    says(path, "en", &["exceeded by 48,213", "1,000,000", "cn.miit.2009-157 1.0.0"]).await;
    says(path, "en", &["180,220 addresses", "Donghai Telecom", "within 4 hours", "AS64500"]).await;
    says(path, "zh", &["超出 48,213", "定级依据", "东海电信", "4 小时内", "工信部保[2009]157号"])
        .await;
    says("/incidents/INC-2026-0006", "en", &["short by 749,882"]).await;
}

#[tokio::test]
async fn lists_are_filtered_by_links_with_counts() {
    says("/incidents", "en", &["href=\"/incidents?grade=2\"", "II <b>2</b>"]).await;
    let page = page("/incidents?grade=1", "en").await;
    assert!(page.contains("INC-2026-0001") && !page.contains("INC-2026-0002"));
    says("/obligations?show=latent", "zh", &["未起算", "cncert.aware", "处置并反馈"]).await;
    says("/obligations", "en", &["Superseded", "promptly", "owes it to"]).await;
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    says("/notices", "en", &["100 of 259", "/notices?after=100"]).await;
    says("/notices?after=200", "en", &["59 of 259", "First page"]).await;
    says("/notices/NTC-2026-0001", "en", &["100 of 1,000,000", "?after=100", "10.0.0.1"]).await;
    says("/notices/NTC-2026-0001?after=999900", "en", &["First page", "10.15.66.63"]).await;
    let mut request = get("/notices?after=100", "en");
    request.headers_mut().insert("x-part", "1".parse().unwrap());
    let part = ask(Sample::busy(noon()), request).await.text();
    assert!(part.starts_with("<template data-to=\"list\" data-how=\"inner\">"), "{part}");
    assert!(!part.contains("<html"));
}

#[tokio::test]
async fn a_notice_is_a_spreadsheet_too() {
    let answer = ask(Sample::busy(noon()), get("/notices/NTC-2026-0002.csv", "zh")).await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"NTC-2026-0002.csv\"");
    let text = answer.text();
    assert!(text.starts_with("\u{feff}subject,port,classification,"));
    assert_eq!(text.lines().count(), 48_213, "a heading, and a line for each item");
    assert!(text.contains("\n'=cmd9.an-uncommonly-long"), "formulas are shown as text");
    assert!(text.contains("2026-11-23T06:48:30Z"));
}

#[tokio::test]
async fn a_million_rows_begin_to_arrive_before_they_are_all_read() {
    let router = router(desk(Sample::busy(noon()), Duration::from_mins(1)));
    let request = get("/notices/NTC-2026-0001.csv", "en");
    let mut body = router.oneshot(request).await.unwrap().into_body().into_data_stream();
    let first = body.next().await.unwrap().unwrap();
    assert!(first.len() < 400_000, "{} bytes at once", first.len());
    assert!(first.starts_with("\u{feff}subject".as_bytes()));
}

#[tokio::test]
async fn a_delivery_shows_what_was_not_understood() {
    let path = "/feeds/00000000000000000000000000000000000000000000000000000000000000d1";
    says(path, "en", &["4,113", "is no IP address", "100 of 218", "1,203,897"]).await;
    let path = "/feeds/00000000000000000000000000000000000000000000000000000000000000d3";
    says(path, "zh", &["整份拒收", "lacks the column", "全部行均已识别"]).await;
}

#[tokio::test]
async fn a_search_finds_by_prefix_and_by_threat_in_any_spelling() {
    let found = page("/sightings?q=192.0.2.0/30&threat=MOZI", "en").await;
    assert!(found.contains("192.0.2.1<") && !found.contains("192.0.2.9<"));
    says("/sightings?q=198.51.100.0/24", "zh", &["未发现", "value=\"198.51.100.0/24\""]).await;
}

#[tokio::test]
async fn a_search_that_is_not_understood_says_so_beside_the_field() {
    for lang in LANGUAGES {
        let answer = ask(Sample::busy(noon()), get("/sightings?q=192.0.2.7/24", lang)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let page = answer.text();
        assert!(page.contains("aria-invalid=\"true\"") && page.contains("value=\"192.0.2.7/24\""));
        assert!(page.contains("id=\"q-error\"") && !page.contains("id=\"threat-error\""));
    }
}

#[tokio::test]
async fn errors_say_what_happened_and_hide_what_is_ours() {
    let ask = |path: &str| ask(Sample::busy(noon()), get(path, "en"));
    for path in ["/nowhere", "/incidents/x y", "/incidents/INC-2026-8888", "/feeds/d1"] {
        let path = path.replace(' ', "%20");
        assert_eq!(ask(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/incidents?grade=9", "/obligations?show=mine", "/notices?after=x"] {
        let answer = ask(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        let (name, value) = path.split_once('?').unwrap().1.split_once('=').unwrap();
        assert!(answer.text().contains(&format!("{name}={value}")), "{path}");
    }
    let broken = ask("/incidents/INC-2026-9999").await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(broken.text().contains("E-20261123-0705"), "a reference number");
    assert!(!broken.text().contains("on fire"));
    let posted = Request::post("/desk").header("host", "localhost").body(Body::empty()).unwrap();
    let answer = crate::asking::ask(Sample::busy(noon()), posted).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.headers.contains_key("allow") && answer.text().contains("<h1"));
}

#[tokio::test]
async fn an_empty_desk_says_how_to_begin() {
    let answer = ask(Sample::empty(noon()), get("/desk", "en")).await.text();
    assert!(answer.contains("juyan ingest FILE") && answer.contains("No clock is running."));
    for path in ["/incidents", "/obligations", "/notices", "/sightings", "/feeds"] {
        let answer = ask(Sample::empty(noon()), get(path, "zh")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text().contains("class=\"nothing\""), "{path}");
    }
}

#[tokio::test]
async fn the_live_stream_tells_the_time_and_then_what_was_missed() {
    let router = router(desk(Sample::busy(noon()), Duration::from_millis(10)));
    let response = router.oneshot(get("/live?last=11", "zh")).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body().into_data_stream();
    let mut text = String::new();
    while text.matches("event: patch").count() < 4 {
        text += std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap();
    }
    assert!(text.starts_with("event: now\ndata: 2026-11-23T07:05:3"), "{text}");
    let ids: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert_eq!(ids, ["12", "13", "14", "15"]);
    assert!(text.contains("通报已起草") && text.contains("data-how=\"prepend\""));
}

#[tokio::test]
async fn a_first_visit_costs_30_kb_and_a_later_page_12() {
    let shared = [&*assets::CSS, &*assets::JS, &*assets::ICONS, &*assets::LOGO];
    let shared: usize = shared.iter().map(|asset| asset.weight()).sum();
    for lang in LANGUAGES {
        for (_, path) in PAGES {
            let mut request = get(path, lang);
            request.headers_mut().insert("accept-encoding", "br".parse().unwrap());
            let answer = ask(Sample::busy(noon()), request).await;
            let page = answer.bytes.len();
            assert_eq!(answer.headers["content-encoding"], "br", "{path}");
            assert!(page <= 12 * 1024, "{path} in {lang}: {page} bytes");
            assert!(page + shared <= 30 * 1024, "{path} in {lang}: {} bytes", page + shared);
        }
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_names_that_change_with_them() {
    let answer = ask(Sample::busy(noon()), get(assets::CSS.path(), "en")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
    let stale = ask(Sample::busy(noon()), get("/a/app.0000000000000000.css", "en")).await;
    assert_eq!(stale.status, StatusCode::NOT_FOUND);
}
