//! Who answers for a domain, case by case.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

const SUFFIXES: &str = "\
suffix,registry,domestic
home,home-registry,true
co.home,academic-registry,true
.abroad,foreign-registry,false
xn--fiq228c,home-registry,true
";

const REGISTRARS: &str = "\
domain,registrar,domestic
shop.abroad,home-registrar,true
deep.shop.abroad,other-registrar,true
far.abroad,far-registrar,false
shop.home,home-registrar,true
shop.nowhere,home-registrar,true
co.home,home-registrar,true
";

fn domains() -> Domains {
    let mut domains = Domains::default();
    domains.load_suffixes(SUFFIXES.as_bytes()).unwrap();
    domains.load_registrars(REGISTRARS.as_bytes()).unwrap();
    domains
}

fn check(names: &[&str], expected: Expect) {
    let domains = domains();
    let mut text = String::new();
    for name in names {
        let holding = domains.holding(&name.parse().unwrap());
        let said =
            |handle: &Option<Handle>| handle.as_ref().map_or("-".to_owned(), Handle::to_string);
        writeln!(
            text,
            "{name}: {} under .{} of {}, sold by {}: {}",
            said(&holding.responsible),
            holding.suffix.as_deref().unwrap_or("?"),
            said(&holding.registry),
            said(&holding.registrar),
            holding.because,
        )
        .unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn a_domestic_registry_answers_whoever_sold_the_domain() {
    check(
        &["c2.home", "a.shop.home", "c2.co.home", "c2.xn--fiq228c"],
        expect![[r"
            c2.home: home-registry under .home of home-registry, sold by -: its registry is domestic
            a.shop.home: home-registry under .home of home-registry, sold by home-registrar: its registry is domestic
            c2.co.home: academic-registry under .co.home of academic-registry, sold by -: its registry is domestic
            c2.xn--fiq228c: home-registry under .xn--fiq228c of home-registry, sold by -: its registry is domestic
        "]],
    );
}

#[test]
fn under_a_foreign_registry_the_domestic_registrar_answers() {
    check(
        &["shop.abroad", "www.shop.abroad", "x.deep.shop.abroad"],
        expect![[r"
            shop.abroad: home-registrar under .abroad of foreign-registry, sold by home-registrar: a domestic registrar sold it under a foreign registry
            www.shop.abroad: home-registrar under .abroad of foreign-registry, sold by home-registrar: a domestic registrar sold it under a foreign registry
            x.deep.shop.abroad: other-registrar under .abroad of foreign-registry, sold by other-registrar: a domestic registrar sold it under a foreign registry
        "]],
    );
}

#[test]
fn nobody_answers_for_the_rest_and_the_reason_is_given() {
    check(
        &["far.abroad", "c2.abroad", "notshop.abroad", "shop.nowhere"],
        expect![[r"
            far.abroad: - under .abroad of foreign-registry, sold by far-registrar: its registry and its registrar are foreign
            c2.abroad: - under .abroad of foreign-registry, sold by -: its registry is foreign and its registrar is not known
            notshop.abroad: - under .abroad of foreign-registry, sold by -: its registry is foreign and its registrar is not known
            shop.nowhere: - under .? of -, sold by home-registrar: its registry is not known
        "]],
    );
}

#[test]
fn a_suffix_is_nothing_that_anybody_bought() {
    let holding = domains().holding(&"co.home".parse().unwrap());
    assert_eq!((holding.registered, holding.registrar), (None, None));
}

#[test]
fn bad_and_repeated_rows_are_skipped_with_line_and_reason() {
    let mut domains = domains();
    let suffixes = "suffix,registry,domestic\n\
        HOME.,late-registry,true\n*.abroad,foreign-registry,false\nnew,Bad Name,true\n\
        new,registry,maybe\n,registry,true\n";
    let registrars = "registrar,domain\nlate,far.abroad\nlate,notadomain\nlate,new.abroad\n";
    let mut text = String::new();
    for loaded in [
        domains.load_suffixes(suffixes.as_bytes()).unwrap(),
        domains.load_registrars(registrars.as_bytes()).unwrap(),
    ] {
        writeln!(text, "{} rows", loaded.rows).unwrap();
        for skipped in &loaded.skipped {
            writeln!(text, "line {} {}", skipped.line, skipped.reason).unwrap();
        }
    }
    expect![[r"
        0 rows
        line 2 `home` is in the table already, with `home-registry`
        line 3 `*.abroad` is no suffix: such as `example` or `co.example`
        line 4 `Bad Name` is no organisation handle: lower-case letters, digits or `-`
        line 5 `maybe` in `domestic` is neither `true` nor `false`
        line 6 `` is no suffix: such as `example` or `co.example`
        1 rows
        line 2 `far.abroad` is in the table already, with `far-registrar`
        line 3 `notadomain` is no domain name: such as c2.example
    "]]
    .assert_eq(&text);
    // A list that does not say is that of the country's own registrars.
    let holding = domains.holding(&"new.abroad".parse().unwrap());
    assert_eq!(holding.because, Because::SoldByDomesticRegistrar);
}
