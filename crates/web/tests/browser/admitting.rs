//! Who is let in where: every route asked by those who lack what it needs, and the way through the door.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;
use web::routes::{Needs, ROUTES, Route};
use web::{Access, Accounts, Desk, router};

use crate::asking::{Answer, desk};
use crate::people::{PASSWORD, People, form};
use crate::sample::{Sample, noon};

/// What a request shows of who sends it.
#[derive(Clone, Copy)]
enum Shows<'a> {
    Nothing,
    Cookie(&'a str),
    Key(&'a str),
}

fn closed(people: &People) -> Desk<Sample> {
    let accounts = Accounts { identity: Arc::clone(&people.identity), tls: false };
    let open = desk(Sample::busy(noon()), Duration::from_hours(1));
    Desk { access: Access::Accounts(accounts), clock: Arc::new(noon), ..open }
}

async fn ask(people: &People, method: &str, path: &str, shows: Shows<'_>, body: &str) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "desk.example")
        .header("content-type", "application/x-www-form-urlencoded");
    request = match shows {
        Shows::Nothing => request,
        Shows::Cookie(token) => request.header("cookie", format!("lang=en; juyan={token}")),
        Shows::Key(key) => request.header("authorization", format!("Bearer {key}")),
    };
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let response = router(closed(people)).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    // A stream has no end: its head is enough.
    let bytes = if path.starts_with("/live") && parts.status.is_success() {
        Vec::new()
    } else {
        to_bytes(body, usize::MAX).await.unwrap().to_vec()
    };
    Answer { status: parts.status, headers: parts.headers, bytes }
}

fn each() -> impl Iterator<Item = (&'static Route, &'static str)> {
    ROUTES.iter().flat_map(|route| route.examples.iter().map(move |path| (route, *path)))
}

fn location(answer: &Answer) -> &str {
    answer.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
}

#[tokio::test]
async fn a_stranger_gets_past_the_door_nowhere() {
    let people = People::three().await;
    let half = people.at_the_door("wu").await;
    let made_up = "f".repeat(64);
    for (route, path) in each() {
        let method = route.method.as_str();
        for shows in
            [Shows::Nothing, Shows::Cookie(&made_up), Shows::Key("jy_no"), Shows::Cookie(&half)]
        {
            let answer = ask(&people, method, path, shows, "").await;
            let status = answer.status;
            if route.needs == Needs::Nothing {
                assert_ne!(status, StatusCode::FORBIDDEN, "{method} {path}");
                continue;
            }
            let to_the_door =
                status == StatusCode::SEE_OTHER && location(&answer).starts_with("/sign-in");
            let refused = status == StatusCode::UNAUTHORIZED
                && answer.headers.contains_key("www-authenticate");
            assert!(to_the_door || refused, "{method} {path}: {status} {}", location(&answer));
            // What was asked comes back in the form that changes the language.
            let text = answer.text().replace(path, "");
            for secret in ["INC-", "NTC-", "192.0.2.", "Huayu", "wu"] {
                assert!(!text.contains(secret), "{method} {path} shows {secret}");
            }
        }
    }
}

#[tokio::test]
async fn a_neighbour_finds_nothing_of_another() {
    let people = People::three().await;
    let li = people.at_the_door("li").await;
    let others = ["INC-2026-0001", "NTC-2026-0001", "Donghai", "Huayu", "event4_sinkhole"];
    let theirs = [
        "/incidents/INC-2026-0001",
        "/notices/NTC-2026-0001",
        "/notices/NTC-2026-0001.csv",
        "/feeds/00000000000000000000000000000000000000000000000000000000000000d1",
    ];
    for (route, path) in each().filter(|(route, _)| route.method == "GET" && route.path != "/live")
    {
        let answer = ask(&people, "GET", path, Shows::Cookie(&li), "").await;
        match route.needs {
            Needs::Sight if theirs.contains(&path) => {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            }
            Needs::Sight | Needs::Person => {
                assert_eq!(answer.status, StatusCode::OK, "{path}");
                let page = answer.text();
                let law = path.starts_with("/rules");
                for foreign in others.iter().filter(|_| !law) {
                    assert!(!page.contains(foreign), "{path} shows {foreign}");
                }
            }
            Needs::To(_) => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}"),
            Needs::Nothing => {}
        }
    }
}

#[tokio::test]
async fn the_wrong_post_may_not_and_the_right_one_may() {
    let people = People::three().await;
    let (lead, auditor) = (people.key("wu").await, people.key("he").await);
    let mut asked = 0;
    for (route, path) in each() {
        let Needs::To(can) = route.needs else { continue };
        asked += 1;
        let body = form(&[("name", "x y"), ("organisation", "centre"), ("post", "lead")]);
        let refused = ask(&people, route.method.as_str(), path, Shows::Key(&auditor), &body).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path} needs {can:?}");
        let taken = ask(&people, route.method.as_str(), path, Shows::Key(&lead), &body).await;
        let status = taken.status;
        assert!(status.is_success() || status == StatusCode::BAD_REQUEST, "{path}: {status}");
    }
    assert!(asked > 0, "no route needs a capability");
    // A key is no person: what is somebody's own stays theirs.
    for (route, path) in each().filter(|(route, _)| route.needs == Needs::Person) {
        let answer =
            ask(&people, route.method.as_str(), path, Shows::Key(&lead), "present=x").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn somebody_signs_in_looks_around_and_leaves() {
    let people = People::three().await;
    let wrong = form(&[("name", "li"), ("password", "not the password"), ("back", "")]);
    let answer = ask(&people, "POST", "/sign-in", Shows::Nothing, &wrong).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(!answer.headers.contains_key("set-cookie"));
    let nobody = form(&[("name", "zz"), ("password", "not the password"), ("back", "")]);
    let other = ask(&people, "POST", "/sign-in", Shows::Nothing, &nobody).await;
    assert_eq!(other.status, answer.status);
    assert_eq!(other.text().replace("\"zz\"", "\"li\""), answer.text(), "nothing tells them apart");

    let right = form(&[("name", "li"), ("password", PASSWORD), ("back", "/incidents")]);
    let answer = ask(&people, "POST", "/sign-in", Shows::Nothing, &right).await;
    assert_eq!((answer.status, location(&answer)), (StatusCode::SEE_OTHER, "/incidents"));
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let token = cookie.strip_prefix("juyan=").unwrap().split(';').next().unwrap().to_owned();
    let page = ask(&people, "GET", "/me", Shows::Cookie(&token), "").await.text();
    assert!(page.contains("li@xinghe") && page.contains("this one"), "{page}");
    let answer = ask(&people, "POST", "/sign-out", Shows::Cookie(&token), "").await;
    assert_eq!(location(&answer), "/sign-in");
    assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    let gone = ask(&people, "GET", "/me", Shows::Cookie(&token), "").await;
    assert_eq!(location(&gone), "/sign-in?back=/me");
}

#[tokio::test]
async fn the_first_account_is_opened_by_its_link_and_nobody_is_sent_elsewhere() {
    let people = People::nobody().await;
    let invited = people.identity.invite_the_first().await.unwrap();
    let path = format!("/welcome/{}", invited.token);
    let page = ask(&people, "GET", &path, Shows::Nothing, "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("Set up the desk"));
    let differ = form(&[("name", "wu"), ("password", PASSWORD), ("again", "another one")]);
    let answer = ask(&people, "POST", &path, Shows::Nothing, &differ).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let chosen = form(&[("name", "wu"), ("password", PASSWORD), ("again", PASSWORD)]);
    let answer = ask(&people, "POST", &path, Shows::Nothing, &chosen).await;
    assert_eq!(location(&answer), "/sign-in");
    let again = ask(&people, "GET", &path, Shows::Nothing, "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND, "the link is used up");
    let away = form(&[("name", "wu"), ("password", PASSWORD), ("back", "//evil.example")]);
    let answer = ask(&people, "POST", "/sign-in", Shows::Nothing, &away).await;
    assert_eq!(location(&answer), "/sign-in/second");
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_though_the_cookie_comes_with_it() {
    let people = People::three().await;
    let li = people.at_the_door("li").await;
    for site in ["cross-site", "same-site"] {
        let request = Request::post("/sign-out")
            .header("host", "desk.example")
            .header("sec-fetch-site", site)
            .header("cookie", format!("juyan={li}"))
            .body(Body::empty())
            .unwrap();
        let answer = router(closed(&people)).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
    assert!(people.identity.present(&li).await.unwrap().is_some(), "still signed in");
}

#[tokio::test]
async fn through_tls_the_cookie_is_bound_to_the_name() {
    let people = People::three().await;
    let accounts = Accounts { identity: Arc::clone(&people.identity), tls: true };
    let desk = Desk { access: Access::Accounts(accounts), ..closed(&people) };
    let right = form(&[("name", "li"), ("password", PASSWORD)]);
    let request = Request::post("/sign-in")
        .header("host", "desk.example")
        .header("origin", "https://desk.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(right))
        .unwrap();
    let answer = router(desk).oneshot(request).await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-juyan=") && cookie.ends_with("; Secure"), "{cookie}");
}
