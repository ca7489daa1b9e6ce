//! Asking the router directly, and serving the sample to a browser.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::tz::TimeZone;
use model::organisation::Bilingual;
use tower::ServiceExt;
use web::{Access, Accounts, Desk, router};

use crate::people::{People, Visitors};
use crate::sample::{Sample, noon};

/// Every page, in the order of the menu, with an address that shows much.
pub(crate) const PAGES: &[(&str, &str)] = &[
    ("desk", "/desk"),
    ("incidents", "/incidents"),
    ("incident", "/incidents/INC-2026-0001"),
    ("incident-hostile", "/incidents/INC-2026-0004"),
    ("obligations", "/obligations"),
    ("notices", "/notices"),
    ("notice", "/notices/NTC-2026-0001"),
    ("sightings", "/sightings"),
    ("sightings-error", "/sightings?q=192.0.2.7/24"),
    ("feeds", "/feeds"),
    ("delivery", "/feeds/00000000000000000000000000000000000000000000000000000000000000d1"),
    ("refused", "/feeds/00000000000000000000000000000000000000000000000000000000000000d3"),
    ("rules", "/rules"),
    ("rule", "/rules/cn.miit.2009-157"),
    ("rule-sifted", "/rules/cn.miit.2009-157?role=carrier&grade=g1"),
    ("rule-long", "/rules/cn.miit.2009-156"),
    ("rule-terms", "/rules/cn.miit.2009-157?show=terms"),
    ("rule-flow", "/rules/cn.miit.2009-157?show=flow"),
    ("rule-changes", "/rules/eu.dora?against=eu.nis2"),
    ("rule-trial", "/rules/cn.miit.2017-281?show=trial&against=cn.miit.2009-157&days=30"),
    ("rule-proposed", "/rules/us.circia"),
    ("calendar", "/rules/calendars/cn?year=2026"),
    ("missing", "/no-such-page"),
];

/// A desk on the sample whose clock stands still at noon.
fn still(sample: Sample) -> Desk<Sample> {
    Desk { clock: Arc::new(noon), ..desk(sample, Duration::from_mins(1)) }
}

/// A desk on the sample whose clock runs on from noon.
pub(crate) fn desk(sample: Sample, pace: Duration) -> Desk<Sample> {
    let began = Instant::now();
    Desk {
        source: Arc::new(sample),
        clock: Arc::new(move || noon() + began.elapsed()),
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        organisation: Bilingual {
            zh: "中原省际应急中心".to_owned(),
            en: "Zhongyuan Response Centre".to_owned(),
        },
        access: Access::Console { own: "centre".parse().unwrap() },
        pace,
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }
}

/// A request of this machine, to which a test adds what matters to it.
pub(crate) fn get(path: &str, lang: &str) -> Request<Body> {
    Request::get(path)
        .header("host", "127.0.0.1:8460")
        .header("cookie", format!("lang={lang}"))
        .body(Body::empty())
        .unwrap()
}

pub(crate) async fn ask(sample: Sample, request: Request<Body>) -> Answer {
    let response = router(still(sample)).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, bytes }
}

/// Serves the sample to people who sign in. Says where, and gives each visitor a token.
pub(crate) fn serve_people(sample: Sample, pace: Duration) -> (String, Visitors) {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let people = People::three().await;
            let visitors = Visitors::of(&people).await;
            let accounts = Accounts { identity: Arc::clone(&people.identity), tls: false };
            let desk = Desk { access: Access::Accounts(accounts), ..desk(sample, pace) };
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            send.send((base, visitors)).unwrap();
            axum::serve(listener, router(desk)).await.unwrap();
        });
    });
    receive.recv().unwrap()
}

/// Serves the sample on a free port of this machine, for as long as the test runs.
pub(crate) fn serve(sample: Sample, pace: Duration) -> String {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            send.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
            axum::serve(listener, router(desk(sample, pace))).await.unwrap();
        });
    });
    receive.recv().unwrap()
}
