//! What must never be served, to whom, and under which headers.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use model::permit::ReadPermit;
use tower::ServiceExt;
use web::router;
use web::routes::{Needs, ROUTES, Route};

use crate::asking::{PAGES, ask, desk, get};
use crate::sample::{Sample, noon};

#[tokio::test]
async fn no_route_answers_under_a_foreign_name() {
    for route in ROUTES {
        for path in route.examples {
            for host in [Some("desk.evil.example"), Some("192.0.2.1:8460"), None] {
                let mut request = Request::builder().method(route.method.clone()).uri(*path);
                if let Some(host) = host {
                    request = request.header("host", host);
                }
                let answer = ask(Sample::busy(noon()), request.body(Body::empty()).unwrap()).await;
                assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{path} for {host:?}");
                let text = answer.text();
                assert!(text.len() < 200 && !text.contains("INC-"), "{path} leaks: {text}");
                assert!(!answer.headers.contains_key("set-cookie"), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn every_route_answers_this_machine() {
    // Where nobody signs in there is no door: those routes are tried with accounts.
    let here = |route: &&Route| route.path != "/live" && !is_of_accounts(route);
    for route in ROUTES.iter().filter(here) {
        assert!(!route.examples.is_empty(), "{} has no example", route.path);
        for path in route.examples {
            let request = Request::builder()
                .method(route.method.clone())
                .uri(*path)
                .header("host", "localhost:8460")
                .header("content-type", "application/x-www-form-urlencoded");
            let request = request.body(Body::from("theme=dark")).unwrap();
            let router = router(desk(Sample::busy(noon()), Duration::from_mins(1)));
            let answer = router.oneshot(request).await.unwrap();
            let expected = if route.path.starts_with("/a/") { 404 } else { 303 };
            let status = answer.status();
            assert!(status.is_success() || status.as_u16() == expected, "{path}: {status}");
        }
    }
}

/// Whether a route is there for those who sign in, and for nobody else.
fn is_of_accounts(route: &Route) -> bool {
    matches!(route.needs, Needs::Person | Needs::To(_))
        || route.path.starts_with("/sign-in")
        || route.path.starts_with("/welcome")
}

#[tokio::test]
async fn there_is_no_door_where_nobody_signs_in() {
    for route in ROUTES.iter().filter(|route| is_of_accounts(route)) {
        for path in route.examples {
            let request = Request::builder()
                .method(route.method.clone())
                .uri(*path)
                .header("host", "localhost:8460")
                .header("content-type", "application/x-www-form-urlencoded");
            let request = request.body(Body::from("name=x&password=y&code=1")).unwrap();
            let answer = ask(Sample::busy(noon()), request).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    for (_, path) in PAGES {
        let answer = ask(Sample::busy(noon()), get(path, "en")).await;
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        for rule in
            ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]
        {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn no_page_needs_what_the_policy_forbids() {
    for (_, path) in PAGES {
        let page = ask(Sample::busy(noon()), get(path, "en")).await.text();
        assert!(!page.contains(" style="), "{path} has a style attribute");
        let handlers = ["onclick=", "onload=\"", "onerror=\"", "javascript:"];
        assert!(!handlers.iter().any(|handler| page.contains(handler)), "{path} runs something");
        assert_eq!(page.matches("<script").count(), 1, "{path} has a script of its own");
    }
}

#[tokio::test]
async fn another_site_cannot_change_a_reader_s_settings() {
    let post = |site: &str| {
        Request::post("/prefs")
            .header("host", "127.0.0.1:8460")
            .header("sec-fetch-site", site)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("lang=zh&back=/incidents".into())
            .unwrap()
    };
    for site in ["cross-site", "same-site"] {
        let answer = ask(Sample::busy(noon()), post(site)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    let answer = ask(Sample::busy(noon()), post("same-origin")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers["location"], "/incidents");
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("lang=zh;") && cookie.contains("HttpOnly"), "{cookie}");
}

#[tokio::test]
async fn what_is_too_long_is_refused_unread() {
    let long = format!("/sightings?q={}", "a".repeat(3_000));
    let answer = ask(Sample::busy(noon()), get(&long, "en")).await;
    assert_eq!(answer.status, StatusCode::URI_TOO_LONG);
    let body = format!("back=/{}", "a".repeat(100_000));
    let request = Request::post("/prefs")
        .header("host", "localhost")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("content-length", body.len())
        .body(body.into())
        .unwrap();
    let answer = ask(Sample::busy(noon()), request).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_concerns_another_is_as_if_it_were_not_there() {
    let donghai = || Sample::seen_by(noon(), ReadPermit::narrowed_to("donghai".parse().unwrap()));
    let delivery = "/feeds/00000000000000000000000000000000000000000000000000000000000000d1";
    let others = [
        "/incidents/INC-2026-0002",
        "/notices/NTC-2026-0002",
        "/notices/NTC-2026-0002.csv",
        delivery,
    ];
    let unknown = ask(donghai(), get("/incidents/INC-2026-8888", "en")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    for path in others {
        let answer = ask(donghai(), get(path, "en")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let page = answer.text().replace(path, "/incidents/INC-2026-8888");
        assert_eq!(page, unknown.text(), "{path} differs from what does not exist");
    }
    for path in ["/incidents/INC-2026-0001", "/notices/NTC-2026-0001"] {
        let answer = ask(donghai(), get(path, "en")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    let lists = ["/desk", "/incidents", "/obligations", "/notices", "/sightings", "/feeds"];
    for path in lists {
        let page = ask(donghai(), get(path, "en")).await.text();
        for foreign in ["INC-2026-0002", "Huayu Mobile", "Xinghe Registrar", "event4_sinkhole"] {
            assert!(!page.contains(foreign), "{path} shows {foreign}");
        }
    }
}
