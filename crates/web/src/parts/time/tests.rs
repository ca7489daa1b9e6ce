//! What countdowns and times say.

use jiff::tz::TimeZone;
use model::organisation::Bilingual;

use super::*;
use crate::i18n;

fn viewer(zone: &str, now: &str) -> Viewer {
    Viewer {
        presence: crate::access::Presence::Stranger,
        lang: i18n::get("en"),
        theme: "auto",
        zone: TimeZone::get(zone).unwrap(),
        now: now.parse().unwrap(),
        path: "/".to_owned(),
        organisation: Bilingual::default(),
        part: false,
    }
}

#[test]
fn time_left_is_hours_below_two_days_and_days_above() {
    let l = i18n::get("en");
    assert_eq!(left(l, 0), "0:00:00");
    assert_eq!(left(l, 9_677), "2:41:17");
    assert_eq!(left(l, 48 * HOUR - 1), "47:59:59");
    assert_eq!(left(l, 48 * HOUR), "2 d 0 h");
    assert_eq!(left(l, -785), "+0:13:05");
    assert_eq!(left(l, -76 * HOUR), "+3 d 4 h");
    assert_eq!(left(i18n::get("zh"), 77 * HOUR), "3 天 5 时");
    assert!(left(l, i64::MIN).starts_with('+'), "the far past does not panic");
}

#[test]
fn a_deadline_presses_by_time_and_by_share() {
    let two_hours = 2 * HOUR;
    assert_eq!(pressure(two_hours, two_hours), "calm");
    assert_eq!(pressure(HOUR - 1, two_hours), "soon");
    assert_eq!(pressure(15 * MINUTE - 1, two_hours), "crit");
    assert_eq!(pressure(0, two_hours), "crit", "the last instant is on time");
    assert_eq!(pressure(-1, two_hours), "over");
    let five_days = 5 * DAY;
    assert_eq!(pressure(five_days / 4 - 1, five_days), "soon");
    assert_eq!(pressure(five_days / 10 - 1, five_days), "crit");
    assert_eq!(pressure(i64::MAX, 1), "calm");
}

#[test]
fn every_zone_has_its_name() {
    let at = |zone| zone_name(&viewer(zone, "2026-07-01T00:00:00Z"));
    assert_eq!(at("Asia/Shanghai"), "UTC+8");
    assert_eq!(at("Asia/Kolkata"), "UTC+5:30");
    assert_eq!(at("America/St_Johns"), "UTC-2:30");
    assert_eq!(at("UTC"), "UTC");
}

#[test]
fn a_time_is_named_in_the_zone_of_its_own_season() {
    let v = viewer("Europe/Berlin", "2026-07-01T00:00:00Z");
    let winter: Timestamp = "2026-01-01T11:30:00Z".parse().unwrap();
    assert_eq!(minute(&v, winter), "2026-01-01 12:30 UTC+1");
    assert_eq!(absolute(&v, v.now), "2026-07-01 02:00:00 UTC+2 (07-01 00:00 UTC)");
}

#[test]
fn after_a_week_ago_becomes_a_date() {
    let v = viewer("Asia/Shanghai", "2026-11-23T07:00:00Z");
    let text = |secs: i64| {
        let html = ago(&v, v.now - jiff::SignedDuration::from_secs(secs)).into_string();
        html.split_once('>').unwrap().1.trim_end_matches("</time>").to_owned()
    };
    assert_eq!(text(3), "just now");
    assert_eq!(text(61), "1 min ago");
    assert_eq!(text(5 * HOUR), "5 h ago");
    assert_eq!(text(6 * DAY), "6 d ago");
    assert_eq!(text(8 * DAY), "2026-11-15 15:00 UTC+8");
    assert_eq!(text(-60), "2026-11-23 15:01 UTC+8", "what lies ahead is not ago");
}
