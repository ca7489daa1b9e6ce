//! What a table takes for a row, and what it refuses.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

/// The rows of a table with the columns `a` and `b`, then what became of them.
fn check(input: &[u8], expected: Expect) {
    let mut text = String::new();
    let outcome = read(input, &mut text);
    text += &outcome.map_or_else(|error| format!("error: {error}\n"), |loaded| said(&loaded));
    expected.assert_eq(&text);
}

fn read(input: &[u8], text: &mut String) -> Result<Loaded, AtlasError> {
    let mut table = Table::new("table of tests", input);
    let header = table.header(&["a", "b"])?;
    let (a, b) = (header.column("a")?, header.column("b")?);
    table.each(|row| {
        writeln!(text, "a={} b={}", row.get(a), row.get(b)).unwrap();
        Ok(())
    })
}

fn said(loaded: &Loaded) -> String {
    let mut text = format!("{} rows, {} skipped\n", loaded.rows, loaded.skipped_count);
    for skipped in &loaded.skipped {
        writeln!(text, "line {} {}", skipped.line, skipped.reason).unwrap();
    }
    if !loaded.unread_columns.is_empty() {
        writeln!(text, "unread: {}", loaded.unread_columns.join(" ")).unwrap();
    }
    text
}

#[test]
fn columns_go_by_name_and_unknown_ones_are_told() {
    check(
        "\u{feff}B,note,a\r\n2,x,1\r\n\r\n\"居,延\",\"y\"\"y\", \"3\" \n4".as_bytes(),
        expect![[r#"
            a=1 b=2
            a="3" b=居,延
            a= b=4
            3 rows, 0 skipped
            unread: note
        "#]],
    );
}

#[test]
fn a_quote_that_does_not_close_costs_one_row() {
    check(
        b"a,b\n\"1,2\n3,4\n",
        expect![[r"
            a=3 b=4
            1 rows, 1 skipped
            line 2 has a quote that does not close
        "]],
    );
}

#[test]
fn a_line_too_long_or_too_wide_or_not_utf8_costs_one_row() {
    let long = "x".repeat(LONGEST_LINE);
    let wide = ",".repeat(MOST_COLUMNS);
    let input = [b"a,b\n", long.as_bytes(), b",1\n", wide.as_bytes(), b"\n\xff,1\n1,2"].concat();
    check(
        &input,
        expect![[r"
            a=1 b=2
            1 rows, 3 skipped
            line 2 is longer than 16384 bytes
            line 3 has more than 64 columns
            line 4 is not UTF-8
        "]],
    );
}

#[test]
fn a_missing_or_doubled_column_is_an_error_that_names_it() {
    check(
        b"a,c\n1,2\n",
        expect![[r"
            error: the table of tests has no column `b`; it has `a`, `c`
        "]],
    );
    check(
        b"a,b,b\n1,2,3\n",
        expect![[r"
            error: the table of tests has two columns `b`
        "]],
    );
    check(
        b"",
        expect![[r"
            error: the table of tests is empty: its first line must name its columns
        "]],
    );
    check(
        b"a,\"b\n",
        expect![[r"
            error: the header of the table of tests, line 1, has a quote that does not close
        "]],
    );
}

#[test]
fn a_reader_that_breaks_is_an_error_with_the_line() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let mut table = Table::new("table of tests", b"a,b\n1,2\n".chain(Broken));
    table.header(&[]).unwrap();
    let error = table.each(|_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "the table of tests could not be read beyond line 2");
}

#[test]
fn reasons_are_kept_for_a_hundred_rows_and_the_rest_are_counted() {
    let input = "a,b\n".to_owned() + &"1,2\n".repeat(250);
    let mut table = Table::new("table of tests", input.as_bytes());
    table.header(&[]).unwrap();
    let loaded = table.each(|_| Err("is not wanted".to_owned())).unwrap();
    assert_eq!((loaded.rows, loaded.skipped_count, loaded.skipped.len()), (0, 250, 100));
}
