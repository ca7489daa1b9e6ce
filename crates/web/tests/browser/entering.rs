//! The door and what lies behind it, in a real browser: do the pages fit, and does one get through?

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use crate::asking::serve_people;
use crate::chrome::{Chrome, Tab};
use crate::looking::{BARRIERS, FAILED, LANGUAGES, TOO_WIDE, axe};
use crate::people::{PASSWORD, Visitors, code};
use crate::sample::{Sample, noon};

/// Each page that only a desk with accounts has, and the token of who looks at it.
fn pages(visitors: &Visitors) -> Vec<(&'static str, String, &str)> {
    let page = |name, path: &str, token| (name, path.to_owned(), token);
    vec![
        page("sign-in", "/sign-in", ""),
        ("welcome", format!("/welcome/{}", visitors.invited), ""),
        page("second-set-up", "/sign-in/second", &visitors.half_way),
        page("me", "/me", &visitors.registrar),
        page("me-second", "/me", &visitors.lead),
        page("accounts", "/accounts", &visitors.lead),
        page("accounts-refused", "/accounts", &visitors.registrar),
        page("desk-registrar", "/desk", &visitors.registrar),
    ]
}

fn go_as(tab: &Tab<'_>, base: &str, path: &str, token: &str) {
    tab.call("Network.setCookie", &json!({ "url": base, "name": "juyan", "value": token }));
    tab.go(&format!("{base}{path}"));
}

#[test]
fn no_page_behind_the_door_is_too_wide_or_has_an_error() {
    let chrome = Chrome::start();
    let (base, visitors) = serve_people(Sample::busy(noon()), Duration::from_hours(1));
    let pictures = std::env::var_os("JUYAN_PICTURES").map(PathBuf::from);
    let mut found = Vec::new();
    for (width, height) in [(390, 844), (768, 1024), (1440, 900)] {
        for lang in LANGUAGES {
            let theme = if lang == "zh" { "light" } else { "dark" };
            let tab = chrome.tab(&base, (width, height), lang, theme);
            for (name, path, token) in pages(&visitors) {
                go_as(&tab, &base, &path, token);
                let over = tab.eval(TOO_WIDE);
                if over != json!([]) {
                    found.push(format!("{name} in {lang} at {width} is too wide: {over}"));
                }
                if let Some(pictures) = &pictures {
                    tab.picture(&pictures.join(format!("{name}-{lang}-{theme}-{width}.png")));
                }
            }
            found.extend(tab.complaints().into_iter().filter(|c| !c.contains(FAILED)));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn axe_finds_no_barrier_behind_the_door() {
    let axe = axe();
    let chrome = Chrome::start();
    let (base, visitors) = serve_people(Sample::busy(noon()), Duration::from_hours(1));
    let mut found = Vec::new();
    for (lang, theme) in [("zh", "light"), ("en", "dark"), ("zh", "dark"), ("en", "light")] {
        for size in [(390, 9_000), (1440, 6_000)] {
            let tab = chrome.tab(&base, size, lang, theme);
            for (name, path, token) in pages(&visitors) {
                go_as(&tab, &base, &path, token);
                tab.eval(&axe);
                let bad = tab.eval(BARRIERS);
                let bad = bad.as_array().unwrap().iter();
                found.extend(bad.map(|v| format!("{name} {lang} {theme} {}: {v}", size.0)));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn an_auditor_signs_in_sets_up_a_second_factor_and_signs_out() {
    let chrome = Chrome::start();
    let (base, _) = serve_people(Sample::busy(noon()), Duration::from_hours(1));
    let tab = chrome.tab(&base, (390, 844), "en", "light");
    let visit = |path: &str| {
        tab.call("Page.navigate", &json!({ "url": format!("{base}{path}") }));
    };
    visit("/incidents?grade=1");
    tab.until("location.pathname == '/sign-in' && document.readyState == 'complete'");
    let fill = |field: &str, text: &str| {
        tab.eval(&format!("document.querySelector('{field}').value = '{text}'"));
    };
    fill("#f-name", "he");
    fill("#f-password", "not the password");
    tab.eval("document.querySelector('form.stack').submit()");
    tab.until("document.querySelector('[role=alert]') != null");
    assert_eq!(tab.eval("document.querySelector('#f-name').value"), "he", "what was typed is kept");
    fill("#f-password", PASSWORD);
    tab.eval("document.querySelector('form.stack').submit()");
    tab.until("location.pathname == '/sign-in/second' && document.readyState == 'complete'");
    tab.until("document.querySelector('svg.qr path') != null");
    let seed = tab.text("code.once");
    fill("#f-code", &code(&seed));
    tab.eval("document.querySelector('form.stack').submit()");
    tab.until("document.querySelectorAll('.codes li').length == 10");
    tab.eval("document.querySelector('a.primary').click()");
    tab.until("location.pathname + location.search == '/incidents?grade=1'");
    tab.until("document.querySelectorAll('#list tbody tr').length == 1");
    tab.go(&format!("{base}/me"));
    assert!(tab.text("header.head p").contains("he@centre"));
    tab.eval("document.querySelector('form[action=\"/sign-out\"]').submit()");
    tab.until("location.pathname == '/sign-in'");
    visit("/desk?again");
    tab.until("location.search == '?back=/desk%3Fagain'");
    assert!(tab.complaints().into_iter().all(|c| c.contains(FAILED)));
}
