//! What is missing is installed where that is allowed, and named where it is not.

use expect_test::expect;

use super::*;

const TWO: &[Need] = &[
    Need { why: "a browser", any_of: &["chromium", "google-chrome"], package: "chromium" },
    Need { why: "npm", any_of: &["npm"], package: "npm" },
];

#[test]
fn nothing_is_done_when_all_is_there() {
    assert_eq!(remedy(TWO, |_| true, true), Remedy::Nothing);
}

#[test]
fn one_of_several_browsers_is_enough() {
    assert_eq!(remedy(TWO, |name| name != "chromium", true), Remedy::Nothing);
}

#[test]
fn root_installs_only_what_is_missing() {
    assert_eq!(remedy(TWO, |name| name != "npm", true), Remedy::Install(vec!["npm"]));
}

#[test]
fn anybody_else_is_told_what_is_missing_and_the_command() {
    let Remedy::Tell(message) = remedy(TWO, |_| false, false) else { panic!("nothing told") };
    expect![[r"
        The tests need what is not here:
          chromium: a browser
          npm: npm
        On Debian, this brings it:
          sudo apt-get update && sudo apt-get install --yes --no-install-recommends chromium npm"]]
    .assert_eq(&message);
}

#[test]
fn the_binary_is_built_in_the_profile_of_the_tests() {
    assert!(profile(&["-p", "feeds"]).is_empty());
    assert_eq!(profile(&["--release", "story"]), &["--release"]);
    assert_eq!(profile(&["--profile", "dist"]), &["--profile", "dist"]);
    assert!(profile(&["story", "--", "--release"]).is_empty());
}

#[test]
fn a_program_is_looked_for_in_the_path_and_a_file_where_it_says() {
    assert!(is_there("sh"));
    assert!(is_there("/bin/sh"));
    assert!(!is_there("/bin/no-such-thing"));
}
