//! The atlas as a whole: what the register and the AS table say together, and when.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use model::sighting::Sighting;
use proptest::prelude::*;

use super::*;

const SYSTEMS: &str = "\
192.0.2.0,192.0.2.255,64500,\"Northern Net, Inc.\"
198.51.100.0,198.51.100.255,64501,Southern Net
198.51.100.64,198.51.100.100,64502,Inner Net
2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,64500,Northern Net
";

const REGISTER: &str = "\
prefix,organisation,province,valid_from,valid_to
192.0.2.0/24,north-net,ZY-01,,2026-03-28
192.0.2.0/24,south-net,ZY-02,2026-03-28,
192.0.2.128/25,campus,ZY-03,,
192.0.2.200/32,,ZY-04,2026-01-01T00:00:00+08:00,
203.0.113.16-203.0.113.99,lone-net,ZY-05,,
2001:db8:1::/48,north-net,ZY-01,,
";

fn atlas(register: &str, systems: &str) -> Atlas {
    let mut builder = Atlas::builder();
    builder.register_csv(register.as_bytes()).unwrap();
    builder.as_table_csv(systems.as_bytes()).unwrap();
    builder.build()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn said(holding: &Holding) -> String {
    let organisation = holding.organisation.as_ref().map_or("-", |o| o.as_str());
    let province = holding.province.as_ref().map_or("-", |p| p.as_str());
    let asn = holding.asn.map_or("-".to_owned(), |asn| asn.to_string());
    let name = holding.as_name.as_deref().unwrap_or("-");
    format!("{organisation} {province} {asn} {name}")
}

/// What the atlas says of addresses at instants, by all the ways there are to ask.
fn check(atlas: &Atlas, questions: &[(&str, &str)], expected: Expect) {
    let mut sightings = Sightings::default();
    for (ip, seen) in questions {
        sightings.push(&sighting(ip.parse().unwrap(), at(seen)));
    }
    let attribution = atlas.attribute(&sightings);
    assert!(attribution.holdings[0].is_unknown());
    let mut text = String::new();
    for (row, (ip, seen)) in questions.iter().enumerate() {
        let found = atlas.lookup(ip.parse().unwrap(), at(seen));
        assert_eq!(attribution.get(row), Some(&found.holding), "{ip} at {seen}");
        assert_eq!(atlas.snapshot(at(seen)).holding(ip.parse().unwrap()), found.holding);
        writeln!(text, "{ip} {seen}: {}", said(&found.holding)).unwrap();
    }
    expected.assert_eq(&text);
}

fn sighting(ip: Ip, seen: Timestamp) -> Sighting<'static> {
    Sighting {
        line: 1,
        seen,
        ip,
        port: 0,
        domain: "",
        url: "",
        threat: "mirai",
        classification: "infected-system",
        transport: "",
        destination_ip: Ip::NONE,
        destination_port: 0,
        destination_domain: "",
        stated_asn: 0,
    }
}

const NOW: &str = "2026-06-01T00:00:00Z";

#[test]
fn the_longest_prefix_of_the_register_wins_and_the_as_comes_from_the_as_table() {
    check(
        &atlas(REGISTER, SYSTEMS),
        &[
            ("192.0.2.1", NOW),
            ("192.0.2.128", NOW),
            ("192.0.2.200", NOW),
            ("192.0.2.201", NOW),
            ("198.51.100.63", NOW),
            ("198.51.100.64", NOW),
            ("198.51.100.100", NOW),
            ("198.51.100.101", NOW),
        ],
        expect![[r"
            192.0.2.1 2026-06-01T00:00:00Z: south-net ZY-02 AS64500 Northern Net, Inc.
            192.0.2.128 2026-06-01T00:00:00Z: campus ZY-03 AS64500 Northern Net, Inc.
            192.0.2.200 2026-06-01T00:00:00Z: - ZY-04 AS64500 Northern Net, Inc.
            192.0.2.201 2026-06-01T00:00:00Z: campus ZY-03 AS64500 Northern Net, Inc.
            198.51.100.63 2026-06-01T00:00:00Z: - - AS64501 Southern Net
            198.51.100.64 2026-06-01T00:00:00Z: - - AS64502 Inner Net
            198.51.100.100 2026-06-01T00:00:00Z: - - AS64502 Inner Net
            198.51.100.101 2026-06-01T00:00:00Z: - - AS64501 Southern Net
        "]],
    );
}

#[test]
fn a_block_changes_hands_at_the_exact_instant_and_each_sighting_stays_with_its_holder() {
    check(
        &atlas(REGISTER, SYSTEMS),
        &[
            ("192.0.2.1", "2026-03-27T23:59:59.999999Z"),
            ("192.0.2.1", "2026-03-28T00:00:00Z"),
            ("192.0.2.200", "2025-12-31T15:59:59.999999Z"),
            ("192.0.2.200", "2025-12-31T16:00:00Z"),
            ("192.0.2.1", "1971-01-01T00:00:00Z"),
        ],
        expect![[r"
            192.0.2.1 2026-03-27T23:59:59.999999Z: north-net ZY-01 AS64500 Northern Net, Inc.
            192.0.2.1 2026-03-28T00:00:00Z: south-net ZY-02 AS64500 Northern Net, Inc.
            192.0.2.200 2025-12-31T15:59:59.999999Z: campus ZY-03 AS64500 Northern Net, Inc.
            192.0.2.200 2025-12-31T16:00:00Z: - ZY-04 AS64500 Northern Net, Inc.
            192.0.2.1 1971-01-01T00:00:00Z: north-net ZY-01 AS64500 Northern Net, Inc.
        "]],
    );
}

#[test]
fn ranges_need_not_be_prefixes_and_ipv6_is_held_like_ipv4() {
    check(
        &atlas(REGISTER, SYSTEMS),
        &[
            ("203.0.113.15", NOW),
            ("203.0.113.16", NOW),
            ("203.0.113.99", NOW),
            ("203.0.113.100", NOW),
            ("2001:db8:1::7", NOW),
            ("2001:db8:2::7", NOW),
            ("3fff::7", NOW),
        ],
        expect![[r"
            203.0.113.15 2026-06-01T00:00:00Z: - - - -
            203.0.113.16 2026-06-01T00:00:00Z: lone-net ZY-05 - -
            203.0.113.99 2026-06-01T00:00:00Z: lone-net ZY-05 - -
            203.0.113.100 2026-06-01T00:00:00Z: - - - -
            2001:db8:1::7 2026-06-01T00:00:00Z: north-net ZY-01 AS64500 Northern Net, Inc.
            2001:db8:2::7 2026-06-01T00:00:00Z: - - AS64500 Northern Net, Inc.
            3fff::7 2026-06-01T00:00:00Z: - - - -
        "]],
    );
}

#[test]
fn the_whole_of_a_family_can_be_held_up_to_its_last_address() {
    let register = "prefix,organisation,province,valid_from,valid_to\n\
        0.0.0.0/0,everyone,,,\n255.255.255.255/32,last,,,\n::/0,beyond,,,\n";
    check(
        &atlas(register, "255.255.255.254,255.255.255.255,64500,Edge\n"),
        &[
            ("0.0.0.0", NOW),
            ("10.1.2.3", NOW),
            ("255.255.255.254", NOW),
            ("255.255.255.255", NOW),
            ("::1", NOW),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOW),
        ],
        expect![[r"
            0.0.0.0 2026-06-01T00:00:00Z: everyone - - -
            10.1.2.3 2026-06-01T00:00:00Z: everyone - - -
            255.255.255.254 2026-06-01T00:00:00Z: everyone - AS64500 Edge
            255.255.255.255 2026-06-01T00:00:00Z: last - AS64500 Edge
            ::1 2026-06-01T00:00:00Z: beyond - - -
            ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2026-06-01T00:00:00Z: beyond - - -
        "]],
    );
}

#[test]
fn an_empty_atlas_knows_nobody_and_says_so() {
    let atlas = Atlas::builder().build();
    let found = atlas.lookup("192.0.2.1".parse().unwrap(), at(NOW));
    assert_eq!((found.source, found.block()), (Source::Unknown, None));
    assert!(atlas.attribute(&Sightings::default()).codes.is_empty());
    check(
        &atlas,
        &[("192.0.2.1", NOW), ("2001:db8::1", NOW)],
        expect![[r"
            192.0.2.1 2026-06-01T00:00:00Z: - - - -
            2001:db8::1 2026-06-01T00:00:00Z: - - - -
        "]],
    );
}

#[test]
fn a_row_without_an_address_is_unknown_even_where_all_of_ipv6_is_held() {
    let atlas = atlas("prefix,organisation,province,valid_from,valid_to\n::/0,beyond,,,\n", "");
    let mut sightings = Sightings::default();
    sightings.push(&sighting(Ip::NONE, at(NOW)));
    assert_eq!(atlas.attribute(&sightings).codes, [0]);
    assert_eq!(atlas.lookup(Ip::NONE, at(NOW)).source, Source::Unknown);
}

#[test]
fn a_lookup_shows_both_blocks_and_the_term() {
    let found = atlas(REGISTER, SYSTEMS).lookup("192.0.2.7".parse().unwrap(), at(NOW));
    expect![[r#"
        Found {
            holding: Holding {
                organisation: Some(
                    Handle("south-net"),
                ),
                province: Some(
                    Province("ZY-02"),
                ),
                asn: Some(
                    AS64500,
                ),
                as_name: Some(
                    "Northern Net, Inc.",
                ),
            },
            source: Register,
            register: Some(
                Registered {
                    block: Block(192.0.2.0/24),
                    valid_from: Some(
                        2026-03-28T00:00:00Z,
                    ),
                    valid_to: None,
                },
            ),
            as_table: Some(
                Block(192.0.2.0/24),
            ),
        }
    "#]]
    .assert_debug_eq(&found);
}

#[test]
fn a_snapshot_holds_between_two_changes_and_is_shared() {
    let atlas = atlas(REGISTER, SYSTEMS);
    let snapshot = atlas.snapshot(at("2026-02-01T00:00:00Z"));
    assert_eq!(snapshot.valid_from(), Some(at("2025-12-31T16:00:00Z")));
    assert_eq!(snapshot.valid_to(), Some(at("2026-03-28T00:00:00Z")));
    assert!(Arc::ptr_eq(&snapshot, &atlas.snapshot(at("2026-03-27T00:00:00Z"))));
    assert_eq!(atlas.snapshot(at(NOW)).valid_to(), None);
}

#[test]
fn a_large_batch_goes_through_the_direct_table_and_hears_the_same() {
    let atlas = atlas(REGISTER, SYSTEMS);
    let mut sightings = Sightings::default();
    for host in (0..=255).cycle().take(2 * WORTH_A_TABLE) {
        sightings.push(&sighting(Ip::from_v4(0xc000_0200 + host), at(NOW)));
    }
    let alike = atlas.attribute(&sightings);
    assert!(atlas.tables.peek(atlas.interval(at(NOW).as_microsecond())).is_some());
    // One stray row of another time, and the batch spans two snapshots.
    sightings.push(&sighting(Ip::from_v4(0xc000_0201), at("2026-01-31T00:00:00Z")));
    let apart = atlas.attribute(&sightings);
    for row in 0..sightings.len() {
        let asked = sightings.row(row).unwrap();
        let found = atlas.lookup(asked.ip, asked.seen).holding;
        assert_eq!(apart.get(row), Some(&found));
        assert!(row >= alike.codes.len() || alike.get(row) == Some(&found));
    }
}

#[test]
fn a_reader_keeps_the_atlas_it_took_while_another_is_put_in_its_place() {
    let shared = Shared::new(atlas(REGISTER, SYSTEMS));
    let reading = shared.load();
    let next = Atlas::builder().build();
    next.prepare(at(NOW));
    let former = shared.replace(next);
    let source = |atlas: &Atlas| atlas.lookup("192.0.2.1".parse().unwrap(), at(NOW)).source;
    assert!(Arc::ptr_eq(&reading, &former));
    assert_eq!(source(&reading), Source::Register);
    assert_eq!(source(&shared.load()), Source::Unknown);
}

/// A row of a random register: block, holder, and the days from and to which it is held.
type Row = (Block, u8, Option<i64>, Option<i64>);

/// Blocks small enough to meet one another, at the edges and in the middle of both families.
fn any_block() -> impl Strategy<Value = Block> {
    let v4 = [0, 0x0a00_0000, 0xffff_fc00].map(|base| Ip::from_v4(base).bits());
    let v6 = [1, 0x2001_0db8 << 96, u128::MAX - 1023];
    let base = prop::sample::select([v4, v6].concat());
    let prefix = (base.clone(), 0_u128..1024, 22_u8..=32).prop_map(|(base, offset, length)| {
        let first = Ip::from_bits(base.saturating_add(offset));
        let length = if first.is_v4() { length } else { length + 96 };
        Block::from(model::Prefix::around(first, length).unwrap())
    });
    let range = (base, 0_u128..1024, 0_u128..1024).prop_map(|(base, one, other)| {
        let end = |offset| Ip::from_bits(base.saturating_add(offset));
        Block::between(end(one.min(other)), end(one.max(other))).unwrap()
    });
    let whole = prop::sample::select(vec!["0.0.0.0/0", "::/0", "10.0.0.0/8"]);
    prop_oneof![6 => prefix, 4 => range, 1 => whole.prop_map(|text| text.parse().unwrap())]
}

fn any_row() -> impl Strategy<Value = Row> {
    let day = || prop::option::of(0_i64..6);
    (any_block(), 0_u8..5, day(), day())
}

fn day(number: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + number * 86_400).unwrap()
}

/// The rows that a register takes: not those without any time, nor those for a block that is held.
fn taken(rows: &[Row]) -> Vec<Row> {
    let mut taken: Vec<Row> = Vec::new();
    for &row in rows {
        let (from, to) = term(row);
        let clashes = |other: &Row| {
            let (begins, ends) = term(*other);
            other.0 == row.0 && from < ends && begins < to
        };
        if from < to && !taken.iter().any(clashes) {
            taken.push(row);
        }
    }
    taken
}

fn term((_, _, from, to): Row) -> (i64, i64) {
    (from.unwrap_or(-100), to.unwrap_or(100))
}

fn written(rows: &[Row]) -> String {
    let mut text = "prefix,organisation,province,valid_from,valid_to\n".to_owned();
    for (block, holder, from, to) in rows {
        let edge =
            |edge: &Option<i64>| edge.map_or(String::new(), |number| day(number).to_string());
        writeln!(text, "{block},org-{holder},ZY-0{holder},{},{}", edge(from), edge(to)).unwrap();
    }
    text
}

fn announced(systems: &[(Block, u32)]) -> String {
    let mut text = String::new();
    for (block, number) in systems {
        let (first, last) = (block.first().to_addr(), block.last().to_addr());
        writeln!(text, "{first},{last},6450{number},Net {number}").unwrap();
    }
    text
}

/// The innermost block that holds the address, by looking at every one.
fn innermost<T: Copy>(rows: &[T], block: impl Fn(T) -> Block, ip: Ip) -> Option<T> {
    let mut best: Option<T> = None;
    for &row in rows {
        let smaller = best.is_none_or(|best| block(row).reach() < block(best).reach());
        if block(row).contains(ip) && smaller {
            best = Some(row);
        }
    }
    best
}

/// The holding of an address on a day, or just before the next.
fn plainly(register: &[Row], systems: &[(Block, u32)], ip: Ip, number: i64) -> Holding {
    let in_force = |row: &Row| {
        let (from, to) = term(*row);
        from <= number && number < to
    };
    let now: Vec<Row> = register.iter().copied().filter(in_force).collect();
    let entry = innermost(&now, |row| row.0, ip);
    let claim = innermost(systems, |claim| claim.0, ip);
    Holding {
        organisation: entry.map(|e| format!("org-{}", e.1).parse().unwrap()),
        province: entry.map(|e| format!("ZY-0{}", e.1).parse().unwrap()),
        asn: claim.map(|c| format!("6450{}", c.1).parse().unwrap()),
        as_name: claim.map(|c| format!("Net {}", c.1)),
    }
}

/// Addresses worth asking about: the ends of each block and their neighbours.
fn probes(blocks: impl Iterator<Item = Block>) -> Vec<Ip> {
    let mut probes: Vec<Ip> = blocks
        .flat_map(|block| [block.first().bits(), block.last().bits()])
        .flat_map(|bits| [bits.saturating_sub(1), bits, bits.saturating_add(1)])
        .map(Ip::from_bits)
        .collect();
    probes.sort_unstable();
    probes.dedup();
    probes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_compiled_says_what_a_look_at_every_row_says(
        register in prop::collection::vec(any_row(), 0..24),
        systems in prop::collection::vec((any_block(), 0_u32..5), 0..24),
    ) {
        let atlas = atlas(&written(&register), &announced(&systems));
        let accepted = taken(&register);
        let mut sightings = Sightings::default();
        let mut expected = Vec::new();
        for ip in probes(register.iter().map(|r| r.0).chain(systems.iter().map(|s| s.0))) {
            for (number, micros) in (-1..7).flat_map(|number| [(number, -1), (number, 0)]) {
                let seen = day(number).as_microsecond() + micros;
                sightings.push(&sighting(ip, Timestamp::from_microsecond(seen).unwrap()));
                expected.push(plainly(&accepted, &systems, ip, number + micros));
            }
        }
        let one_by_one = atlas.attribute(&sightings);
        for (row, holding) in expected.iter().enumerate() {
            let asked = sightings.row(row).unwrap();
            prop_assert_eq!(one_by_one.get(row), Some(holding), "{} at {}", asked.ip, asked.seen);
            prop_assert_eq!(&atlas.lookup(asked.ip, asked.seen).holding, holding);
            prop_assert_eq!(&atlas.snapshot(asked.seen).holding(asked.ip), holding);
        }
        // Now that a snapshot is there, the rows of its time go through it.
        atlas.prepare(day(3));
        let compiled = atlas.attribute(&sightings);
        for (row, holding) in expected.iter().enumerate() {
            prop_assert_eq!(compiled.get(row), Some(holding));
        }
    }

    #[test]
    fn no_bytes_whatever_make_a_loader_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        text in "[0-9a-f:./,\"\t\n\r_{}-]{0,300}",
    ) {
        for body in [bytes.as_slice(), text.as_bytes()] {
            let mut builder = Atlas::builder();
            let headed = |header: &str| [header.as_bytes(), b"\n", body].concat();
            let register = headed("prefix,organisation,province,valid_from,valid_to");
            builder.register_csv(register.as_slice()).unwrap();
            builder.suffixes_csv(headed("suffix,registry,domestic").as_slice()).unwrap();
            builder.registrars_csv(headed("domain,registrar").as_slice()).unwrap();
            builder.as_table_csv(body).unwrap();
            // A bad header is an error that says so, and likewise no panic.
            drop(Atlas::builder().register_csv(body));
            let atlas = builder.build();
            drop(atlas.snapshot(Timestamp::UNIX_EPOCH));
        }
    }
}
