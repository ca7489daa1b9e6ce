//! Addresses of our own pages, with what readers typed safely inside them.

use std::fmt::Write;

/// A path with a query, of which empty values are left out.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let mut mark = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(mark);
        out.push_str(name);
        out.push('=');
        encode(&mut out, value);
        mark = '&';
    }
    out
}

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3 and `/` and `:`, which a query
/// may hold as they are and which keep addresses and prefixes legible.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_type_stays_inside_its_value() {
        assert_eq!(with_query("/sightings", &[("q", ""), ("threat", "")]), "/sightings");
        assert_eq!(
            with_query("/sightings", &[("q", "2001:db8::/32"), ("threat", "a&b=\"c\" 木")]),
            "/sightings?q=2001:db8::/32&threat=a%26b%3D%22c%22%20%E6%9C%A8"
        );
    }
}
