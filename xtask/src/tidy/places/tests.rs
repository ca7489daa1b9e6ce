//! Places on one machine are found where a path begins, and only there.
//!
//! They are written in two halves, so that this file does not find itself.

use super::*;

fn lines_found(text: &str) -> Vec<usize> {
    check(&Tree::of(&[("docs/a.md", text)])).iter().map(|finding| finding.line).collect()
}

#[test]
fn a_place_on_one_machine_is_found() {
    let text = concat!("first\nsee \"/wo", "rk/main\"\n", "`/ro", "ot/.cache`\n/wo", "rk/");
    assert_eq!(lines_found(text), [2, 3, 4]);
}

#[test]
fn the_same_words_inside_a_path_or_link_are_left_alone() {
    let text = concat!("docs/wo", "rk/a.md https://example.org/wo", "rk/ ${HOME}/wo", "rk/");
    assert!(lines_found(text).is_empty());
}
