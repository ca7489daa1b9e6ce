//! A noun without its type is found, and a type that the glossary still promises for later.

use expect_test::{Expect, expect};

use super::*;
use crate::tidy::say;

fn check_rows(rows: &str, expected: Expect) {
    let glossary = format!("# Glossary\n\n| Noun | Meaning | Type |\n|---|---|---|\n{rows}\n");
    let tree = Tree::of(&[
        ("GLOSSARY.md", &glossary),
        (
            "crates/model/src/notice.rs",
            "pub struct Notice {\n}\n    NoticeNumber, \"notice number\",\n",
        ),
        ("crates/model/src/incident.rs", "pub(crate) struct Hidden;\npub enum State {}\n"),
    ]);
    expected.assert_eq(&say(check, &tree));
}

#[test]
fn a_noun_with_its_type_passes() {
    check_rows(
        "| notice | | `Notice`, `NoticeNumber` |\n| incident state | | `incident::State` |",
        expect![[""]],
    );
}

#[test]
fn a_noun_without_its_type_is_found() {
    check_rows(
        "| note | | `Note` |\n| hidden | | `Hidden` |",
        expect![[r"
            GLOSSARY.md:5: `Note` is no type in crates/
                fix: name the type the noun has, or mark it later
            GLOSSARY.md:6: `Hidden` is no type in crates/
                fix: name the type the noun has, or mark it later
        "]],
    );
}

#[test]
fn later_is_enough_until_the_type_arrives() {
    check_rows(
        "| digest | | later |\n| reply | | `Reply`, later |\n| notice | | `Notice`, later |",
        expect![[r"
            GLOSSARY.md:7: `Notice` is a type of the model by now
                fix: take `later` out of its row
        "]],
    );
}

#[test]
fn a_glossary_without_types_is_no_glossary() {
    expect![[r"
        GLOSSARY.md:1: no table has a `Type` column
            fix: add it
    "]]
    .assert_eq(&say(check, &Tree::of(&[("GLOSSARY.md", "words")])));
    expect![[r"
        GLOSSARY.md:1: there is none
            fix: write it
    "]]
    .assert_eq(&say(check, &Tree::of(&[])));
}
