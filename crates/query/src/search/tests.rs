//! Search: where it ends, what it merges, what it spares; and that it finds what looking at all would.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::Effort;
use crate::testbed::{GROUP_ROWS, PAGE_ROWS, Row, again, first, table};

fn search() -> Search {
    Search { limit: 100, ..Search::default() }
}

/// The answer in short: day, subject, threat, first, last, count.
async fn check(query: &Query, search: Search, answer: Expect) {
    let page = query.search(&search).await.unwrap();
    let mut text = String::new();
    for row in &page.rows {
        writeln!(text, "{}", brief(row)).unwrap();
    }
    if page.next.is_some() {
        text.push_str("and more\n");
    }
    answer.assert_eq(&text);
}

fn brief(row: &SightingRow) -> String {
    let subject = match (&row.ip, &row.domain) {
        (Some(ip), _) => ip.to_string(),
        (None, Some(domain)) => domain.clone(),
        (None, None) => "-".to_owned(),
    };
    let time = |at: Timestamp| at.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string();
    let (from, to) = (time(row.first_seen), time(row.last_seen));
    format!("{} {subject} {} {from}-{to} x{}", row.day, row.threat, row.count)
}

#[tokio::test]
async fn a_prefix_ends_where_it_ends() {
    let addresses = ["10.0.1.255", "10.0.2.0", "10.0.2.255", "10.0.3.0"];
    let rows = addresses.map(|ip| first("2026-11-05T10:00:00Z", ip, "mirai"));
    let query = table(&[rows.to_vec()]).await;
    check(
        &query,
        Search { prefix: "10.0.2.0/24".parse().ok(), ..search() },
        expect![[r"
            2026-11-05 10.0.2.0 mirai 10:00-10:00 x1
            2026-11-05 10.0.2.255 mirai 10:00-10:00 x1
        "]],
    )
    .await;
}

#[tokio::test]
async fn ipv6_is_searched_by_prefix_and_by_address_in_any_spelling() {
    let addresses =
        ["2001:db8::ffff", "2001:db8:1::", "2001:db8:1:ffff::7", "2001:db8:2::", "10.0.0.1"];
    let rows = addresses.map(|ip| first("2026-11-05T10:00:00Z", ip, "mirai"));
    let query = table(&[rows.to_vec()]).await;
    check(
        &query,
        Search { prefix: "2001:db8:1::/48".parse().ok(), ..search() },
        expect![[r"
            2026-11-05 2001:db8:1:: mirai 10:00-10:00 x1
            2026-11-05 2001:db8:1:ffff::7 mirai 10:00-10:00 x1
        "]],
    )
    .await;
    check(
        &query,
        Search { ip: "2001:0DB8:0001:FFFF:0:0:0:7".parse().ok(), ..search() },
        expect![[r"
            2026-11-05 2001:db8:1:ffff::7 mirai 10:00-10:00 x1
        "]],
    )
    .await;
    check(
        &query,
        Search { prefix: "::/0".parse().ok(), limit: 2, ..search() },
        expect![[r"
            2026-11-05 10.0.0.1 mirai 10:00-10:00 x1
            2026-11-05 2001:db8::ffff mirai 10:00-10:00 x1
            and more
        "]],
    )
    .await;
}

#[tokio::test]
async fn rows_seen_again_are_merged_into_the_first_whichever_delivery_brought_them() {
    let described = Row {
        details: r#"{"extra.tag":"x"}"#,
        port: 4431,
        ..first("2026-11-05T10:00:00Z", "192.0.2.7", "mirai")
    };
    let earlier = again("2026-11-05T08:00:00Z", "2026-11-05T09:00:00Z", "192.0.2.7", "mirai", 5);
    let later = again("2026-11-05T22:00:00Z", "2026-11-05T23:00:00Z", "192.0.2.7", "mirai", 2);
    let query = table(&[vec![earlier], vec![described], vec![later]]).await;
    let page = query.search(&search()).await.unwrap();
    assert_eq!(
        page.rows.iter().map(brief).collect::<Vec<_>>(),
        ["2026-11-05 192.0.2.7 mirai 08:00-23:00 x8"]
    );
    let row = &page.rows[0];
    assert_eq!(row.hours, 1 << 8 | 1 << 9 | 1 << 10 | 1 << 22 | 1 << 23);
    assert_eq!((row.port, row.details.as_deref()), (4431, Some(r#"{"extra.tag":"x"}"#)));
}

#[tokio::test]
async fn another_destination_is_another_row_and_another_day_too() {
    let to = |destination: &str, destination_port, at| Row {
        destination_ip: destination.parse().unwrap(),
        destination_port,
        ..first(at, "192.0.2.7", "mirai")
    };
    let query = table(&[
        vec![
            to("198.51.100.1", 80, "2026-11-05T10:00:00Z"),
            to("198.51.100.1", 443, "2026-11-05T10:30:00Z"),
            to("198.51.100.2", 80, "2026-11-05T11:00:00Z"),
        ],
        vec![to("198.51.100.1", 80, "2026-11-06T12:00:00Z")],
    ])
    .await;
    check(
        &query,
        search(),
        expect![[r"
            2026-11-06 192.0.2.7 mirai 12:00-12:00 x1
            2026-11-05 192.0.2.7 mirai 10:00-10:00 x1
            2026-11-05 192.0.2.7 mirai 10:30-10:30 x1
            2026-11-05 192.0.2.7 mirai 11:00-11:00 x1
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_time_range_takes_its_start_and_leaves_its_end() {
    let at = |time: &str, ip: &str| first(&format!("2026-11-05T{time}Z"), ip, "mirai");
    let query = table(&[vec![
        at("09:59:59.999999", "192.0.2.1"),
        at("10:00:00", "192.0.2.2"),
        at("10:59:59.999999", "192.0.2.3"),
        at("11:00:00", "192.0.2.4"),
    ]])
    .await;
    let hour = Search {
        from: "2026-11-05T10:00:00Z".parse().ok(),
        to: "2026-11-05T11:00:00Z".parse().ok(),
        ..search()
    };
    check(
        &query,
        hour,
        expect![[r"
            2026-11-05 192.0.2.2 mirai 10:00-10:00 x1
            2026-11-05 192.0.2.3 mirai 10:59-10:59 x1
        "]],
    )
    .await;
}

#[tokio::test]
async fn one_matching_row_brings_all_of_its_key() {
    let query = table(&[
        vec![first("2026-11-05T02:00:00Z", "192.0.2.7", "mirai")],
        vec![again("2026-11-05T20:00:00Z", "2026-11-05T21:00:00Z", "192.0.2.7", "mirai", 3)],
    ])
    .await;
    check(
        &query,
        Search { from: "2026-11-05T20:30:00Z".parse().ok(), ..search() },
        expect![[r"
            2026-11-05 192.0.2.7 mirai 02:00-21:00 x4
        "]],
    )
    .await;
}

#[tokio::test]
async fn holder_province_as_and_threat_narrow_together() {
    let held = |ip, threat, organisation, province, asn| Row {
        organisation,
        province,
        asn,
        ..first("2026-11-05T10:00:00Z", ip, threat)
    };
    let query = table(&[vec![
        held("192.0.2.1", "mirai", "tarim-telecom", "ZY-01", 64_500),
        held("192.0.2.2", "mirai", "tarim-telecom", "ZY-02", 64_500),
        held("192.0.2.3", "qakbot", "tarim-telecom", "ZY-01", 64_501),
        held("192.0.2.4", "mirai", "", "", 0),
    ]])
    .await;
    let tarim = Search { organisation: "tarim-telecom".parse().ok(), ..search() };
    let one = expect![[r"
        2026-11-05 192.0.2.1 mirai 10:00-10:00 x1
    "]];
    let narrowed = Search {
        province: "ZY-01".parse().ok(),
        asn: "AS64500".parse().ok(),
        threat: "Mirai".parse().ok(),
        ..tarim.clone()
    };
    check(&query, narrowed, one).await;
    check(
        &query,
        tarim,
        expect![[r"
            2026-11-05 192.0.2.1 mirai 10:00-10:00 x1
            2026-11-05 192.0.2.2 mirai 10:00-10:00 x1
            2026-11-05 192.0.2.3 qakbot 10:00-10:00 x1
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_domain_is_found_as_subject_and_as_destination() {
    let asked = Row {
        destination_domain: "c2.example",
        ..first("2026-11-05T10:00:00Z", "192.0.2.1", "mirai")
    };
    let query = table(&[vec![
        asked,
        first("2026-11-05T11:00:00Z", "c2.example", "mirai"),
        first("2026-11-05T11:00:00Z", "other.example", "mirai"),
    ]])
    .await;
    check(
        &query,
        Search { domain: "C2.example.".parse().ok(), ..search() },
        expect![[r"
            2026-11-05 c2.example mirai 11:00-11:00 x1
            2026-11-05 192.0.2.1 mirai 10:00-10:00 x1
        "]],
    )
    .await;
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_overlap_across_days() {
    let day = |day: u8| -> Vec<Row> {
        (0..7)
            .map(|n| first(&format!("2026-11-0{day}T10:00:00Z"), &format!("192.0.2.{n}"), "mirai"))
            .collect()
    };
    let query = table(&[day(5), day(6), day(7)]).await;
    let whole = query.search(&search()).await.unwrap();
    for limit in [1, 3, 7, 20, 21] {
        let (mut rows, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = query.search(&Search { limit, after, ..search() }).await.unwrap();
            rows.extend(page.rows);
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(rows, whole.rows, "pages of {limit}");
        assert_eq!(pages, 21_usize.div_ceil(limit), "pages of {limit}");
    }
}

#[tokio::test]
async fn a_cursor_from_elsewhere_is_refused_by_name() {
    let query = table(&[vec![first("2026-11-05T10:00:00Z", "192.0.2.1", "mirai")]]).await;
    let error =
        query.search(&Search { after: Some("page=2".into()), ..search() }).await.unwrap_err();
    expect!["`page=2` does not come from an earlier page of this search"]
        .assert_eq(&error.to_string());
}

/// 16 row groups in one file, and a second day.
async fn wide() -> Query {
    let many: Vec<Row> = (0..16 * GROUP_ROWS)
        .map(|n| {
            first("2026-11-05T10:00:00Z", &format!("10.0.{}.{}", n / 128, (n % 128) * 2), "mirai")
        })
        .collect();
    table(&[many, vec![first("2026-11-06T10:00:00Z", "192.0.2.1", "mirai")]]).await
}

#[tokio::test]
async fn statistics_spare_the_files_and_row_groups_that_cannot_answer() {
    let query = wide().await;
    let page =
        query.search(&Search { prefix: "10.0.1.0/29".parse().ok(), ..search() }).await.unwrap();
    assert_eq!(page.rows.len(), 4);
    // The file of the other day is not opened, for finding keys nor for fetching rows.
    let expected = Effort {
        files_read: 2,
        files_skipped: 1,
        groups_read: 2,
        groups_skipped: 30,
        // All pages but one, each time.
        rows_skipped: 2 * u64::try_from(GROUP_ROWS - PAGE_ROWS).unwrap(),
        rows: 8,
    };
    assert_eq!(query.effort(), expected);
}

#[tokio::test]
async fn a_bloom_filter_spares_the_row_group_that_only_spans_the_address() {
    let query = wide().await;
    // Odd addresses lie between those in the table, so statistics cannot exclude them.
    let odd = Search { ip: "10.0.1.33".parse().ok(), ..search() };
    assert_eq!(query.search(&odd).await.unwrap().rows, []);
    assert_eq!(query.effort().groups_read, 0);
}

#[tokio::test]
async fn a_full_page_spares_the_rest_of_the_table() {
    let query = wide().await;
    let first_day =
        Search { to: "2026-11-06T00:00:00Z".parse().ok(), limit: PAGE_ROWS, ..search() };
    let page = query.search(&first_day).await.unwrap();
    assert_eq!((page.rows.len(), page.next.is_some()), (PAGE_ROWS, true));
    // One row group to find the keys, the same one again to fetch them.
    assert_eq!(query.effort().groups_read, 2);
}

#[derive(Clone, Debug)]
struct Sample {
    rows: Vec<Row>,
    search: Search,
}

fn any_ip() -> impl Strategy<Value = Ip> {
    prop_oneof![
        (0_u32..24).prop_map(|n| Ip::from_v4(0xc000_0200 + n)),
        (0_u128..12).prop_map(|n| Ip::from_bits(0x2001_0db8 << 96 | n << 62)),
    ]
}

fn any_row() -> impl Strategy<Value = Row> {
    let threats = prop::sample::select(vec!["mirai", "qakbot"]);
    let names = prop::sample::select(vec!["", "c2.example", "drop.example"]);
    let holders = prop::sample::select(vec!["", "tarim-telecom", "lop-nur-net"]);
    let subject = prop_oneof![4 => any_ip(), 1 => Just(Ip::NONE)];
    (subject, threats, names, holders, 0_i64..3, 0_i64..24, any::<bool>()).prop_map(
        |(ip, threat, destination_domain, organisation, day, hour, again)| {
            let seen = Timestamp::from_second(1_793_836_800 + day * 86_400 + hour * 3_600).unwrap();
            let domain = if ip.is_none() { "lone.example" } else { "" };
            let row = Row {
                domain,
                again,
                destination_domain,
                organisation,
                ip,
                seen,
                last_seen: seen,
                ..Row::default()
            };
            Row { count: 1, threat: threat.to_owned(), ..row }
        },
    )
}

fn any_search() -> impl Strategy<Value = Search> {
    let prefix = (any_ip(), 24_u8..=32)
        .prop_map(|(ip, length)| Prefix::around(ip, if ip.is_v4() { length } else { length * 2 }));
    let hour =
        || (0_i64..72).prop_map(|h| Timestamp::from_second(1_793_836_800 + h * 3_600).unwrap());
    (
        prop::option::weighted(0.2, any_ip()),
        prop::option::weighted(0.4, prefix),
        prop::option::weighted(0.4, Just("mirai".parse().unwrap())),
        prop::option::weighted(0.3, Just("c2.example".parse().unwrap())),
        prop::option::weighted(0.3, Just("tarim-telecom".parse().unwrap())),
        prop::option::weighted(0.3, hour()),
        (prop::option::weighted(0.3, hour()), 1_usize..30),
    )
        .prop_map(|(ip, prefix, threat, domain, organisation, from, (to, limit))| Search {
            ip,
            prefix: prefix.flatten(),
            threat,
            domain,
            organisation,
            from,
            to,
            limit,
            ..Search::default()
        })
}

fn any_sample() -> impl Strategy<Value = Sample> {
    let rows = prop::collection::vec(any_row(), 1..200);
    (rows, any_search()).prop_map(|(rows, search)| Sample { rows, search })
}

fn matches(search: &Search, row: &Row) -> bool {
    search.ip.is_none_or(|ip| row.ip == ip)
        && search.prefix.is_none_or(|prefix| prefix.contains(row.ip))
        && search.threat.as_ref().is_none_or(|threat| row.threat == threat.as_str())
        && search.domain.as_ref().is_none_or(|name| row.destination_domain == name.as_str())
        && search.organisation.as_ref().is_none_or(|handle| row.organisation == handle.as_str())
        && search.from.is_none_or(|from| row.last_seen >= from)
        && search.to.is_none_or(|to| row.seen < to)
}

/// Searches by looking at every row.
fn naive(sample: &Sample) -> Vec<String> {
    let key = |row: &Row| {
        let day = row.seen.to_zoned(TimeZone::UTC).date();
        (std::cmp::Reverse(day), row.ip, row.threat.clone(), row.destination_domain)
    };
    let mut found = BTreeMap::new();
    for row in sample.rows.iter().filter(|row| matches(&sample.search, row)) {
        found.entry(key(row)).or_insert(0);
    }
    for row in &sample.rows {
        if let Some(count) = found.get_mut(&key(row)) {
            *count += row.count;
        }
    }
    let mut lines = Vec::new();
    for ((day, ip, threat, domain), count) in found {
        lines.push(format!("{} {ip} {threat} {domain} x{count}", day.0));
    }
    lines
}

async fn found(sample: &Sample) -> Vec<String> {
    let mut files: BTreeMap<(Date, usize), Vec<Row>> = BTreeMap::new();
    for (number, row) in sample.rows.iter().enumerate() {
        let day = row.seen.to_zoned(TimeZone::UTC).date();
        files.entry((day, number % 2)).or_default().push(row.clone());
    }
    let query = table(&files.into_values().collect::<Vec<_>>()).await;
    let (mut lines, mut search) = (Vec::new(), sample.search.clone());
    loop {
        let page = query.search(&search).await.unwrap();
        assert!(page.rows.len() <= search.limit);
        for row in page.rows {
            let (ip, domain) =
                (row.ip.unwrap_or_default(), row.destination_domain.unwrap_or_default());
            lines.push(format!("{} {ip} {} {domain} x{}", row.day, row.threat, row.count));
        }
        search.after = page.next;
        if search.after.is_none() {
            return lines;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_search_finds_what_looking_at_every_row_finds(sample in any_sample()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        prop_assert_eq!(runtime.block_on(found(&sample)), naive(&sample));
    }
}
