//! The quick way of splitting quoted lines and the full parser agree.

use proptest::prelude::*;

use super::*;

fn fields(input: &[u8], columns: Columns, quick: bool) -> Option<Vec<String>> {
    let limits = Limits::default();
    let mut rows = Rows::default();
    rows.clear(0);
    if quick {
        let done = simply(body(input), b',', columns, &mut rows);
        return (done == Ok(true)).then(|| rows.fields_of_only_row().map(str::to_owned).collect());
    }
    let mut lines = Lines::new(input, &limits);
    let record = Splitter::new(b',', &limits).quoted(&mut lines, columns, &mut rows);
    let whole = matches!(record, Ok(Record::Row { lines: 1, .. }));
    whole.then(|| rows.fields_of_only_row().map(str::to_owned).collect())
}

#[test]
fn stray_and_open_quotes_are_left_to_the_full_parser() {
    for line in ["\"a\"b,c", "a,\"b", "\"a\"\"", "a\"\"b"] {
        assert_eq!(fields(line.as_bytes(), Columns::UpTo(9), true), None, "{line}");
    }
}

#[test]
fn doubled_quotes_stand_for_one() {
    for (line, first) in
        [("\"a\"\"b\",c", "a\"b"), ("\"\"\"\",c", "\""), ("\"\"\",\"\"\",c", "\",\"")]
    {
        let fields = fields(line.as_bytes(), Columns::Exactly(2), true);
        assert_eq!(fields, Some(vec![first.to_owned(), "c".to_owned()]), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_quick_way_and_the_full_parser_agree(line in "[a\",é \r]{0,12}\n?") {
        // The parser skips what it takes for empty lines; the splitter never shows it one.
        prop_assume!(!body(line.as_bytes()).is_empty());
        let columns = Columns::UpTo(20);
        if let Some(quick) = fields(line.as_bytes(), columns, true) {
            prop_assert_eq!(Some(quick), fields(line.as_bytes(), columns, false));
        }
    }
}
