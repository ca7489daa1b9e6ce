//! The forms in which AS tables come.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

fn check(input: &str, expected: Expect) {
    let mut systems = Systems::default();
    let loaded = systems.load(input.as_bytes()).unwrap();
    let mut text = String::new();
    for claim in &systems.claims {
        let System { asn, name } = systems.system(claim.system).unwrap();
        writeln!(text, "{} {asn} {}", claim.block, name.as_deref().unwrap_or("-")).unwrap();
    }
    writeln!(text, "{} with several origins", loaded.multi_origin).unwrap();
    for skipped in &loaded.skipped {
        writeln!(text, "line {} {}", skipped.line, skipped.reason).unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn ranges_and_prefixes_may_stand_together_and_a_system_has_one_name() {
    check(
        "192.0.2.0,192.0.2.255,64500,\"Northern Net, Inc.\"\n\
         198.51.100.0,198.51.100.99,AS64501\n\
         203.0.113.0/24,64501,Southern Net\n\
         2001:db8::,2001:db8::ffff,64500,Another Name\n",
        expect![[r"
            192.0.2.0/24 AS64500 Northern Net, Inc.
            198.51.100.0-198.51.100.99 AS64501 Southern Net
            203.0.113.0/24 AS64501 Southern Net
            2001:db8::/112 AS64500 Northern Net, Inc.
            0 with several origins
        "]],
    );
}

#[test]
fn pfx2as_is_told_by_its_tabs_and_of_several_origins_the_first_is_taken() {
    check(
        "192.0.2.0\t24\t64500\n\
         198.51.100.0\t24\t64501_64502\n\
         203.0.113.0\t25\t{64503,64504}\n\
         203.0.113.128\t25\t64505,64506\n\
         2001:db8::\t32\t64500\n",
        expect![[r"
            192.0.2.0/24 AS64500 -
            198.51.100.0/24 AS64501 -
            203.0.113.0/25 AS64503 -
            203.0.113.128/25 AS64505 -
            2001:db8::/32 AS64500 -
            3 with several origins
        "]],
    );
}

#[test]
fn bad_rows_are_skipped_with_line_and_reason() {
    check(
        "first,last,asn,name\n\
         192.0.2.9,192.0.2.1,64500,Backwards\n\
         192.0.2.0,2001:db8::,64500,Mixed\n\
         192.0.2.0,192.0.2.255,0,Reserved\n\
         192.0.2.0,192.0.2.255,,Nobody\n\
         192.0.2.0,,64500,Half\n\
         192.0.2.0/33,64500,Too long\n\
         nonsense\n",
        expect![[r"
            0 with several origins
            line 1 is a heading, which this table does not need
            line 2 `192.0.2.9-192.0.2.1` is no block of addresses: it ends before it begins
            line 3 `192.0.2.0-2001:db8::` is no block of addresses: one end is IPv4, the other IPv6
            line 4 `0` is no AS number: such as AS64500
            line 5 `` is no AS number: such as AS64500
            line 6 `` is no IP address: such as 192.0.2.7 or 2001:db8::7
            line 7 `192.0.2.0/33` is no block of addresses: such as 192.0.2.0/24 (host bits zero) or 192.0.2.0-192.0.2.99
            line 8 `nonsense` is no IP address: such as 192.0.2.7 or 2001:db8::7
        "]],
    );
}

#[test]
fn a_name_is_cut_at_a_letter() {
    let mut systems = Systems::default();
    let row = format!("192.0.2.0,192.0.2.255,64500,{}\n", "居".repeat(100));
    systems.load(row.as_bytes()).unwrap();
    let name = systems.system(systems.claims[0].system).unwrap().name.clone().unwrap();
    assert_eq!(name, "居".repeat(66));
}
