//! The pages in a real browser: do they fit, run, and can everyone use them?
//!
//! With `JUYAN_PICTURES` set to a directory, a picture of each page is left there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::asking::{PAGES, serve};
use crate::chrome::Chrome;
use crate::sample::{Sample, noon};

pub(crate) const LANGUAGES: [&str; 2] = ["zh", "en"];
/// Pages of an error status, which browsers report as failed loads though they are meant to be.
pub(crate) const FAILED: &str = "Failed to load resource: the server responded with a status of 40";

/// What reaches beyond the screen, if anything makes the page scroll sideways.
pub(crate) const TOO_WIDE: &str = "(() => {
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    const out = (e) => e.getBoundingClientRect().right > page.clientWidth + 1;
    return [...document.querySelectorAll('main *')].filter(out).slice(0, 4).map((e) => e.outerHTML.slice(0, 90));
})()";

fn calm() -> String {
    serve(Sample::busy(noon()), Duration::from_hours(1))
}

#[test]
fn countdowns_tick_and_the_journal_arrives_by_itself() {
    let chrome = Chrome::start();
    let base = serve(Sample::busy(noon()), Duration::from_millis(50));
    let tab = chrome.tab(&base, (1440, 900), "en", "light");
    tab.go(&format!("{base}/desk"));
    let crit = "document.querySelector('count-down[data-s=crit] time').textContent";
    let before = tab.eval(crit);
    tab.until(&format!("{crit} != {before}"));
    tab.until("document.querySelector('#live').dataset.is == 'on'");
    tab.until("document.querySelectorAll('#stream li.fresh').length == 3");
    let all = "document.querySelectorAll('#stream li').length";
    assert_eq!(tab.eval(all), 12, "nothing is told twice");
    assert_eq!(tab.text("[data-clock] span"), "UTC+8");
    assert_eq!(tab.complaints(), Vec::<String>::new());
}

#[test]
fn the_jump_list_opens_by_key_finds_and_closes_by_escape() {
    let chrome = Chrome::start();
    let base = calm();
    let tab = chrome.tab(&base, (1440, 900), "en", "light");
    tab.go(&format!("{base}/desk"));
    let open = "document.querySelector('#palette').open";
    let control = 2;
    tab.press("k", control);
    tab.until(open);
    tab.call("Input.insertText", &json!({ "text": "feeds" }));
    tab.until("document.querySelectorAll('#palette li:not([hidden])').length == 1");
    tab.press("Escape", 0);
    tab.until(&format!("!{open}"));
    tab.press("k", control);
    tab.until(open);
    tab.call("Input.insertText", &json!({ "text": "inc-2026-0001" }));
    tab.press("Enter", 0);
    tab.until("location.pathname == '/incidents/INC-2026-0001'");
    tab.until("document.readyState == 'complete' && window.customElements.get('count-down')");
    tab.press("g", 0);
    tab.press("o", 0);
    tab.until("location.pathname == '/obligations'");
    assert_eq!(tab.complaints(), Vec::<String>::new());
}

#[test]
fn language_and_theme_change_in_place() {
    let chrome = Chrome::start();
    let base = calm();
    let tab = chrome.tab(&base, (1440, 900), "en", "light");
    tab.go(&format!("{base}/incidents?grade=2"));
    tab.eval("document.querySelector('button[name=lang]').click()");
    tab.until("document.documentElement.lang == 'zh' && location.search == '?grade=2'");
    tab.until("document.readyState == 'complete'");
    assert_eq!(tab.text("h1"), "事件");
    tab.eval("document.querySelector('button[name=theme]').click()");
    tab.until("document.documentElement.dataset.theme == 'dark'");
    tab.until("document.readyState == 'complete'");
    assert_eq!(tab.eval("getComputedStyle(document.body).colorScheme"), "dark");
    assert_eq!(tab.complaints(), Vec::<String>::new());
}

#[test]
fn a_filter_changes_its_region_and_back_undoes_it() {
    let chrome = Chrome::start();
    let base = calm();
    let tab = chrome.tab(&base, (1440, 900), "en", "light");
    tab.go(&format!("{base}/incidents"));
    tab.eval("window.same = true; document.querySelector('.seg a:nth-child(2)').click()");
    let rows = "document.querySelectorAll('#list tbody tr').length";
    tab.until(&format!("location.search == '?grade=1' && {rows} == 1"));
    assert_eq!(tab.eval("window.same"), true, "the page itself was not loaded again");
    tab.eval("history.back()");
    tab.until(&format!("location.search == '' && {rows} == 7"));
    assert_eq!(tab.eval("window.same"), true, "nor was it on the way back");
    tab.press("j", 0);
    tab.press("Enter", 0);
    tab.until("location.pathname == '/incidents/INC-2026-0001'");
    assert_eq!(tab.complaints(), Vec::<String>::new());
}

#[test]
fn everything_can_be_reached_without_scripts() {
    let chrome = Chrome::start();
    let base = calm();
    let tab = chrome.tab(&base, (390, 844), "en", "light");
    tab.call("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    tab.call("Page.navigate", &json!({ "url": format!("{base}/desk#side") }));
    tab.until("location.hash == '#side' && document.readyState == 'complete'");
    // The menu opens by its address.
    tab.until("getComputedStyle(document.querySelector('#side')).display == 'flex'");
    let mark = tab.text(".dues time");
    assert!(mark.starts_with("+0:13:"), "the time left is there: {mark}");
}

#[test]
fn no_page_is_wider_than_its_screen_or_has_an_error() {
    let chrome = Chrome::start();
    let base = calm();
    let empty = serve(Sample::empty(noon()), Duration::from_hours(1));
    let pictures = std::env::var_os("JUYAN_PICTURES").map(PathBuf::from);
    let mut found = Vec::new();
    for (width, height) in [(390, 844), (768, 1024), (1440, 900)] {
        for lang in LANGUAGES {
            let theme = if lang == "zh" { "light" } else { "dark" };
            let tab = chrome.tab(&base, (width, height), lang, theme);
            let pages = PAGES.iter().map(|(name, path)| (*name, format!("{base}{path}")));
            for (name, url) in pages.chain([("empty", format!("{empty}/desk"))]) {
                tab.go(&url);
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

/// What axe finds, as lines.
pub(crate) const BARRIERS: &str = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', \
     'wcag22aa', 'best-practice']}).then(r => r.violations.map(v => \
     v.id + ' ' + v.nodes.slice(0, 3).map(n => n.target + ' ' + n.html)))";

#[test]
fn axe_finds_no_barrier() {
    let axe = axe();
    let chrome = Chrome::start();
    let base = calm();
    let empty = serve(Sample::empty(noon()), Duration::from_hours(1));
    let mut found = Vec::new();
    for lang in LANGUAGES {
        for theme in ["light", "dark"] {
            // Tall, so that nothing lies half under the bar at the foot.
            for size in [(390, 9_000), (1440, 6_000)] {
                let tab = chrome.tab(&base, size, lang, theme);
                let pages = PAGES.iter().map(|(_, path)| format!("{base}{path}"));
                for url in pages.chain([format!("{empty}/desk")]) {
                    tab.go(&url);
                    tab.eval(&axe);
                    let bad = tab.eval(BARRIERS);
                    let bad = bad.as_array().unwrap().iter();
                    found.extend(bad.map(|v| format!("{url} {lang} {theme} {}: {v}", size.0)));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The text of axe-core, installed by npm at the version that the lock file pins.
pub(crate) fn axe() -> String {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/axe");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("axe");
    std::fs::create_dir_all(&to).unwrap();
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    let script = to.join("node_modules/axe-core/axe.min.js");
    if !script.exists() {
        let done = Command::new("npm")
            .args(["ci", "--silent", "--no-audit", "--no-fund"])
            .current_dir(&to)
            .status()
            .expect("no npm on this machine: apt-get install chromium npm");
        assert!(done.success(), "npm could not install axe-core: {done}");
    }
    std::fs::read_to_string(script).unwrap()
}
