//! Comma-separated values for spreadsheets: UTF-8 with a byte order mark, RFC 4180 quoting.
//!
//! Cells hold what adversaries wrote: domain names, names of threats. A spreadsheet runs a cell that
//! begins with `=`, `+`, `-`, `@` or a tab as a formula, so such a cell is given an apostrophe in front,
//! which spreadsheets show as text (OWASP, *CSV Injection*).

use std::fmt::Write;

/// Without it spreadsheets read UTF-8 as the system's own legacy encoding.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Appends one row.
pub(crate) fn row<I>(out: &mut String, cells: I)
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push(out, cell.as_ref());
    }
    out.push_str("\r\n");
}

fn push(out: &mut String, cell: &str) {
    let guard = if runs_as_formula(cell) { "'" } else { "" };
    // Writing to a string cannot fail.
    let _ = if cell.contains([',', '"', '\r', '\n', ';', '\t']) || cell.starts_with(' ') {
        write!(out, "\"{guard}{}\"", cell.replace('"', "\"\""))
    } else {
        write!(out, "{guard}{cell}")
    };
}

fn runs_as_formula(cell: &str) -> bool {
    // Full-width forms are run too by spreadsheets set to Chinese or Japanese.
    cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
        || cell.starts_with(['\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(cells: &[&str]) -> String {
        let mut out = String::new();
        row(&mut out, cells);
        out
    }

    #[test]
    fn cells_that_would_run_are_shown_as_text() {
        assert_eq!(one(&["=1+1"]), "'=1+1\r\n");
        assert_eq!(one(&["@SUM(A1)", "-2", "+3"]), "'@SUM(A1),'-2,'+3\r\n");
        assert_eq!(one(&[" =cmd|' /C calc'!A0"]), "\"' =cmd|' /C calc'!A0\"\r\n");
        assert_eq!(one(&["\t=1"]), "\"'\t=1\"\r\n");
        assert_eq!(one(&["＝1"]), "'＝1\r\n");
    }

    #[test]
    fn quotes_commas_and_line_breaks_stay_inside_their_cell() {
        assert_eq!(
            one(&["a,b", "say \"hi\"", "x\r\ny"]),
            "\"a,b\",\"say \"\"hi\"\"\",\"x\r\ny\"\r\n"
        );
        assert_eq!(one(&["192.0.2.7", "", "2001:db8::7"]), "192.0.2.7,,2001:db8::7\r\n");
    }
}
