//! Claims about widths and lines.

use super::*;

#[test]
fn wide_characters_take_two_columns_and_arrows_one() {
    assert_eq!([width("居延 a"), width("→≥—"), width("（g3）"), width("é")], [6, 3, 6, 1]);
}

#[test]
fn words_stay_whole_where_they_fit() {
    assert_eq!(wrap("two hours of it", 9), ["two hours", "of it"]);
    assert_eq!(wrap("internetwork", 5), ["inter", "netwo", "rk"]);
    assert_eq!(wrap("", 5), [""]);
}

#[test]
fn chinese_breaks_anywhere_but_before_a_closing_sign() {
    assert_eq!(wrap("报送事件。完毕", 8), ["报送事", "件。完毕"]);
}

#[test]
fn no_line_is_wider_than_allowed() {
    for line in wrap("the 通信管理局 of every province（涉事省份）, promptly", 13) {
        assert!(width(line.trim_end()) <= 13, "{line}");
    }
}
