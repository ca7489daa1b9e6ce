//! Blocks laid out: nested, crossing, equal, and at the edges of their family.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

/// Lays blocks out and writes each strip with the block that owns it.
fn check(blocks: &[&str], expected: Expect) {
    let laid = Strips::lay(blocks.iter().map(|b| b.parse().unwrap()).zip(0..));
    let mut text = String::new();
    for strip in laid.v4.iter().chain(&laid.v6) {
        let owner = item(blocks, strip.owner).unwrap_or(&"nobody");
        writeln!(text, "{} {owner}", Ip::from_bits(strip.first)).unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn the_inner_block_interrupts_the_outer() {
    check(
        &["10.0.0.0/9", "10.1.0.0/16", "10.1.0.0/24", "10.1.255.255/32"],
        expect![[r"
            10.0.0.0 10.0.0.0/9
            10.1.0.0 10.1.0.0/24
            10.1.1.0 10.1.0.0/16
            10.1.255.255 10.1.255.255/32
            10.2.0.0 10.0.0.0/9
            10.128.0.0 nobody
        "]],
    );
}

#[test]
fn where_ranges_cross_the_smaller_owns_and_among_equals_the_first() {
    check(
        &[
            "10.0.0.0-10.0.0.99",
            "10.0.0.90-10.0.0.120",
            "10.0.0.115-10.0.0.145",
            "10.0.0.0-10.0.0.99",
        ],
        expect![[r"
            10.0.0.0 10.0.0.0-10.0.0.99
            10.0.0.90 10.0.0.90-10.0.0.120
            10.0.0.121 10.0.0.115-10.0.0.145
            10.0.0.146 nobody
        "]],
    );
}

#[test]
fn nothing_follows_the_last_address_and_the_families_do_not_mix() {
    check(
        &["0.0.0.0/0", "255.255.255.255", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        expect![[r"
            0.0.0.0 0.0.0.0/0
            255.255.255.255 255.255.255.255
            - ::/0
            ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        "]],
    );
}

#[test]
fn two_layers_are_walked_where_either_changes() {
    let lay = |block: &str| Strips::lay([(block.parse().unwrap(), 0)].into_iter()).v4;
    let mut text = String::new();
    overlay(&lay("10.0.0.64/26"), &lay("10.0.0.0/25"), |first, above, below| {
        writeln!(text, "{} {above} {below}", Ip::from_bits(first)).unwrap();
    });
    expect![[r"
        10.0.0.0 0 1
        10.0.0.64 1 1
        10.0.0.128 0 0
    "]]
    .assert_eq(&text);
}
