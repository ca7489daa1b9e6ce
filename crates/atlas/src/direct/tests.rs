//! The direct table says what a search of the ranges says.

use proptest::prelude::*;

use super::*;

/// Ranges from the places where the code changes.
fn ranges(changes: &[(u32, u32)]) -> Ranges<u32> {
    let mut sorted = changes.to_vec();
    sorted.sort_unstable();
    sorted.dedup_by_key(|(first, _)| *first);
    let mut ranges = Ranges::default();
    for (first, code) in sorted {
        ranges.push(first, code);
    }
    ranges
}

fn check(changes: &[(u32, u32)]) {
    let ranges = ranges(changes);
    let table = Direct::compile(&ranges).unwrap();
    let edges = changes.iter().map(|(first, _)| *first).chain([0, u32::MAX]);
    for address in edges.flat_map(|a| [a.saturating_sub(1), a, a.saturating_add(1), a ^ 0x80]) {
        assert_eq!(table.code(address), ranges.code(address), "at {address:#x}");
    }
}

#[test]
fn codes_change_within_at_and_across_the_edges_of_networks() {
    check(&[]);
    check(&[(0, 1)]);
    check(&[(u32::MAX, 1)]);
    check(&[(0x0a00_0000, 1), (0x0a00_0100, 2), (0x0a00_0180, 3), (0x0a00_0181, 0)]);
    check(&[(0x0a00_00ff, 1), (0x0a00_0501, 2), (0x0a00_05ff, 1), (0x0b00_0000, 0)]);
    check(&[(0xffff_ff00, 4), (0xffff_fffe, 5)]);
}

#[test]
fn a_table_of_nothing_but_splinters_is_given_up_instead_of_growing_without_bound() {
    let splinters = u32::try_from(MOST_BLOCKS).unwrap();
    let changes: Vec<_> =
        (0..=splinters).flat_map(|n| [(n << 8 | 1, 1), (n << 8 | 2, 0)]).collect();
    assert!(Direct::compile(&ranges(&changes[..changes.len() - 2])).is_some());
    assert!(Direct::compile(&ranges(&changes)).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn it_says_what_the_ranges_say(
        changes in prop::collection::vec((0x0a00_0000_u32..0x0a00_4000, 0_u32..6), 0..40),
    ) {
        // Nobody holds what lies behind, so that not all of the address space need be painted.
        let mut changes = changes;
        changes.push((0x0a00_4000, 0));
        check(&changes);
    }
}
