//! Tallies against a model that simply remembers everything.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::Ledger;
use crate::days::hour_of_instant;
use crate::testkit::{
    Seen, Stored, at, check_invariant, day, holdings, in_memory, ingest, ip, rows,
};

/// Addresses few enough to meet often. Two of the IPv6 ones share a /64.
const SUBJECTS: [&str; 6] =
    ["192.0.2.1", "192.0.2.2", "198.51.100.3", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"];
const TIMES: [&str; 7] = [
    "2026-05-01T00:00:00Z",
    "2026-05-01T00:59:59.999999Z",
    "2026-05-01T01:00:00Z",
    "2026-05-01T23:30:00Z",
    "2026-05-02T00:30:00Z",
    "2026-05-02T23:59:59Z",
    "2026-05-04T12:00:00Z",
];

fn a_sighting() -> impl Strategy<Value = Seen> {
    let pick = |some: &'static [&'static str]| proptest::sample::select(some);
    (
        pick(&TIMES),
        pick(&SUBJECTS),
        pick(&["mirai", "qakbot"]),
        pick(&["infected-system", "c2-server", ""]),
        pick(&["203.0.113.9", "203.0.113.10"]),
        0..4_u32,
    )
        .prop_map(|(at, ip, threat, classification, destination, holding)| Seen {
            at,
            ip,
            threat,
            classification,
            destination,
            holding,
            ..Seen::default()
        })
}

fn deliveries() -> impl Strategy<Value = Vec<Vec<Seen>>> {
    proptest::collection::vec(proptest::collection::vec(a_sighting(), 0..14), 1..4)
}

/// What of a sighting counts as one: the address, or the /64.
fn unit(seen: &Seen) -> (bool, u64) {
    let ip = ip(seen.ip);
    ip.v4().map_or((false, ip.slash64()), |bits| (true, u64::from(bits)))
}

fn count<'a>(seen: impl Iterator<Item = &'a Seen>) -> Count {
    let units: BTreeSet<(bool, u64)> = seen.map(unit).collect();
    let v4 = u64::try_from(units.iter().filter(|(v4, _)| *v4).count()).unwrap();
    Count { v4, v6_networks: u64::try_from(units.len()).unwrap() - v4 }
}

fn hour(seen: &Seen) -> Hour {
    hour_of_instant(at(seen.at))
}

/// The largest window by trying all.
fn largest(all: &[&Seen], hours: i32, within: RangeInclusive<Hour>) -> Option<(Hour, Count)> {
    let ends: BTreeSet<Hour> = all.iter().map(|s| hour(s)).filter(|h| within.contains(h)).collect();
    let windows = ends.into_iter().map(|end| {
        let inside = |s: &&&Seen| (end - hours + 1..=end).contains(&hour(s));
        (end, count(all.iter().filter(inside).copied()))
    });
    windows.reduce(|best, next| if next.1.total() > best.1.total() { next } else { best })
}

async fn ledger_of(deliveries: &[(u8, &Vec<Seen>)]) -> Ledger {
    let ledger = in_memory().await;
    for (id, rows) in deliveries {
        ingest(&ledger, *id, rows).await;
    }
    ledger
}

/// Asks everything that tallies can answer, and compares with the model.
async fn check_questions(
    tallies: &Tallies,
    all: &[Seen],
    threats: &[&str],
    classes: Option<&[String]>,
) {
    let names: Vec<ThreatName> = threats.iter().map(|t| t.parse().unwrap()).collect();
    let mut which = Which::threats(&names);
    which.classifications = classes;
    let all: Vec<&Seen> = all
        .iter()
        .filter(|s| threats.contains(&s.threat))
        .filter(|s| classes.is_none_or(|some| some.iter().any(|c| c == s.classification)))
        .collect();
    let (from, to) = (at("2026-05-01T01:30:00Z"), at("2026-05-04T12:30:00Z"));
    let within = hour_of_instant(from)..=hour_of_instant(to);
    let inside = || all.iter().copied().filter(|s| within.contains(&hour(s)));
    assert_eq!(tallies.distinct(which, from, to).await.unwrap(), count(inside()));
    for hours in [1, 24, 25] {
        let window = tallies.largest_window(which, hours, from..to).await.unwrap();
        let window = window.map(|w| (hour_of_instant(w.end) - 1, w.count));
        assert_eq!(
            window,
            largest(&all, i32::try_from(hours).unwrap(), within.clone()),
            "{hours} h"
        );
    }
    let whole = Timestamp::MIN..Timestamp::MAX;
    let window = tallies.largest_window(which, 24, whole).await.unwrap();
    let window = window.map(|w| (hour_of_instant(w.end) - 1, w.count));
    assert_eq!(window, largest(&all, 24, Hour::MIN..=Hour::MAX));
    for (start, seen) in tallies.hourly(which, from, to).await.unwrap() {
        assert_eq!(seen, count(inside().filter(|s| hour(s) == hour_of_instant(start))));
    }
    check_holders(tallies, which, &all).await;
}

async fn check_holders(tallies: &Tallies, which: Which<'_>, all: &[&Seen]) {
    let days = day("2026-05-01")..=day("2026-05-02");
    let inside = || {
        let end = at("2026-05-03T00:00:00Z");
        all.iter().copied().filter(move |s| at(s.at) < end)
    };
    let table = holdings();
    let by_holding = tallies.by_holding(which, days.clone()).await.unwrap();
    let codes: BTreeSet<u32> = inside().map(|s| s.holding).collect();
    assert_eq!(by_holding.len(), codes.len());
    for (holding, seen) in by_holding {
        let code = u32::try_from(table.iter().position(|h| *h == holding).unwrap()).unwrap();
        assert_eq!(seen, count(inside().filter(|s| s.holding == code)));
    }
    let of = |s: &Seen| table[usize::try_from(s.holding).unwrap()].clone();
    for (province, seen) in tallies.by_province(which, days.clone()).await.unwrap() {
        assert_eq!(seen, count(inside().filter(|s| of(s).province == province)));
    }
    for (organisation, seen) in tallies.by_organisation(which, days).await.unwrap() {
        assert_eq!(seen, count(inside().filter(|s| of(s).organisation == organisation)));
    }
}

/// Who was seen in which hour, by threat and classification, derived from the rows of the table.
fn hours_of_rows(rows: &[Stored]) -> BTreeSet<(String, String, Hour, String)> {
    let mut seen = BTreeSet::new();
    for row in rows {
        for h in (0..24).filter(|h| row.hours & (1 << h) != 0) {
            let hour = day_of_date(row.day) * 24 + h;
            let ip = row.subject.clone();
            seen.insert((row.threat.clone(), row.classification.clone(), hour, ip));
        }
    }
    seen
}

fn full(ip_text: &str) -> String {
    let address = ip(ip_text);
    if address.is_v4() {
        return ip_text.to_owned();
    }
    let mut text = String::new();
    crate::schema::write_v6(address, &mut text);
    text
}

async fn check_all(deliveries: Vec<Vec<Seen>>) {
    let numbered: Vec<(u8, &Vec<Seen>)> = (1..).zip(&deliveries).collect();
    let backwards: Vec<(u8, &Vec<Seen>)> = numbered.iter().copied().rev().collect();
    let all: Vec<Seen> = deliveries.iter().flatten().copied().collect();
    let (forth, back) = (ledger_of(&numbered).await, ledger_of(&backwards).await);
    let (rows_forth, rows_back) = (rows(&forth).await, rows(&back).await);
    for rows in [&rows_forth, &rows_back] {
        check_invariant(rows, u64::try_from(all.len()).unwrap());
    }
    let keys = |rows: &[Stored]| rows.iter().map(Stored::key).collect::<BTreeSet<_>>();
    assert_eq!(keys(&rows_forth), keys(&rows_back));
    // The rows carry the same facts as the tallies, so that tallies could be made anew from them.
    let facts: BTreeSet<_> = all
        .iter()
        .map(|s| (s.threat.to_owned(), s.classification.to_owned(), hour(s), full(s.ip)))
        .collect();
    assert_eq!(hours_of_rows(&rows_forth), facts);
    for ledger in [forth, back] {
        let tallies = ledger.tallies().await.unwrap();
        assert_eq!(tallies.last_hour().map(hour_of_instant), all.iter().map(hour).max());
        check_questions(&tallies, &all, &["mirai"], None).await;
        check_questions(&tallies, &all, &["mirai", "qakbot"], None).await;
        let infected = ["infected-system".to_owned()];
        check_questions(&tallies, &all, &["mirai", "qakbot"], Some(&infected)).await;
        check_questions(&tallies, &all, &["unheard-of"], None).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_exact_in_whatever_order_deliveries_come(deliveries in deliveries()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check_all(deliveries));
    }
}

#[tokio::test]
async fn each_threat_is_known_with_its_classifications_even_without_addresses() {
    let ledger = in_memory().await;
    let seen = Seen::default();
    let domain = Seen { ip: "", domain: "c2.example", threat: "emotet", ..seen };
    ingest(&ledger, 1, &[seen, Seen { classification: "c2-server", ..seen }, domain]).await;
    let tallies = ledger.tallies().await.unwrap();
    let threats: Vec<String> =
        tallies.threats().iter().map(|(threat, classes)| format!("{threat} {classes:?}")).collect();
    assert_eq!(
        threats,
        [r#"emotet {"infected-system"}"#, r#"mirai {"c2-server", "infected-system"}"#]
    );
    let emotet = "emotet".parse().unwrap();
    let day_long = (at("2026-05-01T00:00:00Z"), at("2026-05-02T00:00:00Z"));
    let count = tallies.distinct(Which::threat(&emotet), day_long.0, day_long.1).await.unwrap();
    assert_eq!(count, Count::default());
}

#[tokio::test]
async fn a_view_of_the_tallies_does_not_change_under_its_reader() {
    let ledger = in_memory().await;
    ingest(&ledger, 1, &[Seen::default()]).await;
    let tallies = ledger.tallies().await.unwrap();
    ingest(&ledger, 2, &[Seen { ip: "192.0.2.9", ..Seen::default() }]).await;
    let mirai = "mirai".parse().unwrap();
    let span = (at("2026-05-01T00:00:00Z"), at("2026-05-02T00:00:00Z"));
    let then = tallies.distinct(Which::threat(&mirai), span.0, span.1).await.unwrap();
    let now = ledger.tallies().await.unwrap();
    let now = now.distinct(Which::threat(&mirai), span.0, span.1).await.unwrap();
    assert_eq!((then.total(), now.total()), (1, 2));
}
