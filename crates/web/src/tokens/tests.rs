//! Every pair of colours can be read, in both themes; the sheet knows no colour but the tokens.

use super::*;

/// WCAG relative luminance of `#rrggbb`.
fn luminance(hex: &str) -> f64 {
    let part = |i: usize| {
        let v = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).expect("a hex colour")) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

/// WCAG contrast ratio of two colours.
fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_pair_is_readable_in_both_themes() {
    let find =
        |n: &str| COLOURS.iter().find(|c| c.name == n).unwrap_or_else(|| panic!("no colour {n}"));
    let mut low = Vec::new();
    for &(front, back, want) in PAIRS {
        let (f, b) = (find(front), find(back));
        for (theme, ratio) in
            [("light", contrast(f.light, b.light)), ("dark", contrast(f.dark, b.dark))]
        {
            if ratio < want {
                low.push(format!("{front} on {back}, {theme}: {ratio:.2} < {want}"));
            }
        }
    }
    assert!(low.is_empty(), "{low:#?}");
}

#[test]
fn every_custom_property_of_the_sheet_is_a_token_or_its_own() {
    let sheet = include_str!("../../assets/app.css");
    let mut lost = Vec::new();
    for piece in sheet.split("var(--").skip(1) {
        let name = piece.split([')', ',']).next().unwrap_or_default();
        let own = sheet.contains(&format!("--{name}:"));
        if !own && !COLOURS.iter().any(|c| c.name == name) {
            lost.push(name);
        }
    }
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn black_on_white_is_the_greatest_contrast_there_is() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
}
