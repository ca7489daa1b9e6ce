//! What the register takes and what it refuses.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

const HEADER: &str = "prefix,organisation,province,valid_from,valid_to\n";

fn check(rows: &str, expected: Expect) {
    let mut register = Register::default();
    let loaded = register.load((HEADER.to_owned() + rows).as_bytes()).unwrap();
    let mut text = String::new();
    for entry in &register.entries {
        let Registered { block, valid_from, valid_to } = entry.registered();
        let edge = |edge: Option<Timestamp>| edge.map_or("…".to_owned(), |at| at.to_string());
        writeln!(text, "{block} {} to {}", edge(valid_from), edge(valid_to)).unwrap();
    }
    for skipped in &loaded.skipped {
        writeln!(text, "line {} {}", skipped.line, skipped.reason).unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn a_date_is_the_start_of_its_day_in_utc_and_an_instant_is_itself() {
    check(
        "192.0.2.0/24,north-net,ZY-01,2026-01-01,2026-03-28T09:00:00.5+08:00\n\
         192.0.2.0/24,south-net,ZY-01,2026-03-28T01:00:00.5Z,\n",
        expect![[r"
            192.0.2.0/24 2026-01-01T00:00:00Z to 2026-03-28T01:00:00.5Z
            192.0.2.0/24 2026-03-28T01:00:00.5Z to …
        "]],
    );
}

#[test]
fn a_later_entry_for_the_same_block_and_time_is_refused() {
    check(
        "192.0.2.0/24,north-net,,2026-01-01,2026-03-01\n\
         192.0.2.0-192.0.2.255,south-net,,2026-02-28,\n\
         192.0.2.0/24,south-net,,,\n\
         192.0.2.0/24,south-net,,,2026-01-02\n\
         192.0.2.0/24,south-net,,2026-01-05,2026-01-06\n\
         192.0.2.0/25,south-net,,,\n\
         192.0.2.0/24,south-net,,,2026-01-01\n\
         192.0.2.0/24,south-net,,2026-03-01,\n",
        expect![[r"
            192.0.2.0/24 2026-01-01T00:00:00Z to 2026-03-01T00:00:00Z
            192.0.2.0/25 … to …
            192.0.2.0/24 … to 2026-01-01T00:00:00Z
            192.0.2.0/24 2026-03-01T00:00:00Z to …
            line 3 `192.0.2.0/24` is registered for part of this time already, to `north-net`
            line 4 `192.0.2.0/24` is registered for part of this time already, to `north-net`
            line 5 `192.0.2.0/24` is registered for part of this time already, to `north-net`
            line 6 `192.0.2.0/24` is registered for part of this time already, to `north-net`
        "]],
    );
}

#[test]
fn bad_rows_are_skipped_with_line_and_reason() {
    check(
        "192.0.2.1/24,north-net,,,\n\
         ,north-net,,,\n\
         192.0.2.0/24,North Net,,,\n\
         192.0.2.0/24,north-net,ZY 01,,\n\
         192.0.2.0/24,,,,\n\
         192.0.2.0/24,north-net,,yesterday,\n\
         192.0.2.0/24,north-net,,,2026-02-30\n\
         192.0.2.0/24,north-net,,2026-01-01T00:00:00,\n\
         192.0.2.0/24,north-net,,2026-01-02,2026-01-02\n",
        expect![[r"
            line 2 `192.0.2.1/24` is no block of addresses: such as 192.0.2.0/24 (host bits zero) or 192.0.2.0-192.0.2.99
            line 3 `` is no block of addresses: such as 192.0.2.0/24 (host bits zero) or 192.0.2.0-192.0.2.99
            line 4 `North Net` is no organisation handle: lower-case letters, digits or `-`
            line 5 `ZY 01` is no province code: letters, digits or `-`
            line 6 names neither an organisation nor a province
            line 7 `yesterday` in `valid_from` is no date: such as 2026-03-28 or 2026-03-28T09:00:00+08:00
            line 8 `2026-02-30` in `valid_to` is no date: such as 2026-03-28 or 2026-03-28T09:00:00+08:00
            line 9 `2026-01-01T00:00:00` in `valid_from` is no date: such as 2026-03-28 or 2026-03-28T09:00:00+08:00
            line 10 is not valid at any time: it ends at 2026-01-02, begins at 2026-01-02
        "]],
    );
}
