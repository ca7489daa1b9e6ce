//! What may be somebody's address is found; what cannot be is left alone.
//!
//! The addresses to be found are written in two halves, so that this file does not find itself.

use super::*;

#[track_caller]
fn finds(line: &str, expected: &[&str]) {
    assert_eq!(somebodys(line), expected, "{line}");
}

const V4: &str = concat!("8.8.", "8.8");
const V6: &str = concat!("2606:4700", "::1111");

#[test]
fn addresses_set_aside_pass() {
    finds("192.0.2.1 198.51.100.7 203.0.113.255 10.1.2.3 172.31.0.1 192.168.1.1 100.127.0.1", &[]);
    finds("127.0.0.1:8460 0.0.0.0/0 255.255.255.255 198.19.0.1 169.254.1.1 224.0.0.1", &[]);
    finds("2001:db8::1 [2001:db8:5::]:443 ::1 fe80::1 ::ffff:192.0.2.1 ::/0 3fff::1", &[]);
}

#[test]
fn somebodys_address_is_found_in_any_dress() {
    for dress in
        ["{}", "\"{}\",", "http://{}/x", "{}:53", "{}/32", "at {}.", "\\n{},AS", "[{}]", "{}-x"]
    {
        finds(&dress.replace("{}", V4), &[V4]);
    }
    for dress in ["{}", "[{}]:443", "{}/128", "at {}.", "so {}: yes", "\\n{},AS"] {
        finds(&dress.replace("{}", V6), &[V6]);
    }
}

#[test]
fn the_neighbours_of_what_is_set_aside_are_somebodys() {
    for address in [
        concat!("100.", "63.255.255"),
        concat!("100.", "128.0.0"),
        concat!("172.", "32.0.0"),
        concat!("192.0.", "3.0"),
        concat!("198.", "20.0.0"),
        concat!("203.0.", "114.0"),
        concat!("11.", "0.0.0"),
    ] {
        finds(address, &[address]);
    }
    let beyond = concat!("2001:", "db9::");
    finds(beyond, &[beyond]);
}

#[test]
fn an_address_spelt_in_code_is_found() {
    finds(concat!("Ipv4Addr::new", "(8, 8, 8, 8)"), &[V4]);
    finds("Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(a, b, c, d)", &[]);
}

#[test]
fn an_address_wrapped_in_another_is_unwrapped() {
    finds("64:ff9b::c000:201 2002:c000:201::1 ::ffff:c000:201", &[]);
    let wrapped = concat!("2002:808:", "808::1");
    finds(wrapped, &[wrapped]);
}

#[test]
fn versions_paths_and_times_are_no_addresses() {
    finds(
        concat!(
            "§1.2.3.4 Section 2.5.5.2 v1.2.",
            "3.4 Browser/120.0.",
            "0.0 1.2.3 1.2.3.4.5 999.1.1.1"
        ),
        &[],
    );
    finds("ab::cd feed::new 12:30:45 de:ad:be:ef:00:01 2026-01-01T10:00:00Z", &[]);
}

#[test]
fn halves_of_the_whole_space_are_nobodys() {
    finds("0.0.0.0/1 128.0.0.0/1 2000::/3", &[]);
}

#[test]
fn lock_files_and_drawings_are_not_scanned() {
    let tree = Tree::of(&[("Cargo.lock", V4), ("docs/a.svg", V4), ("fixtures/feeds/in.csv", V4)]);
    let findings = check(&tree);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings.first().map(|f| f.path.as_str()), Some("fixtures/feeds/in.csv"));
}
