//! Cursors: there and back, and refused when broken.

use super::*;

fn cursor() -> Cursor {
    Cursor {
        day: "2026-11-05".parse().unwrap(),
        key: Key {
            ip: "192.0.2.7".parse().unwrap(),
            name: "http://c2.example/?a=1&b=%20".into(),
            threat: "居延~!".into(),
            destination_ip: Ip::NONE,
            destination_port: 443,
            destination_domain: "c2.example".into(),
        },
    }
}

#[test]
fn a_cursor_survives_its_spelling_and_needs_no_escaping_in_a_url() {
    let text = cursor().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '!');
    assert!(text.chars().all(plain), "{text}");
    assert_eq!(text.parse::<Cursor>().unwrap(), cursor());
}

#[test]
fn a_broken_cursor_is_refused_and_quoted_in_part() {
    let whole = cursor().to_string();
    for text in
        ["", "~~~~~~", &whole[1..], &whole.replace("c0000207", "xyz"), "2026-11-05~1~!z~a~0~0~"]
    {
        let error = text.parse::<Cursor>().unwrap_err();
        assert!(matches!(error, QueryError::Cursor(_)), "{text}");
    }
    let long = "x".repeat(10_000).parse::<Cursor>().unwrap_err();
    assert!(long.to_string().len() < 200);
}
