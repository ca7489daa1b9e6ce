//! No address in this repository is anybody's.
//!
//! Every IPv4 literal lies in space set aside for documentation, private networks, measurement or
//! the protocol itself; every global IPv6 literal in documentation space. An example that names a
//! real host accuses somebody, and a careless test might one day write to them.

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Finding;
use super::tree::Tree;

/// Files whose dotted numbers are versions or drawings, not addresses.
const NOT_SCANNED: &[&str] = &["Cargo.lock", "package-lock.json", ".svg"];

/// Address space that belongs to no organisation (IANA's special-purpose registry).
const NOBODYS: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),           // "this network"
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 3),     // multicast, reserved, broadcast and masks
];

/// Blocks this large or larger are halves and quarters of the whole space, not a holder's.
const WHOLE_SPACE_V4: u32 = 4;
const WHOLE_SPACE_V6: u32 = 8;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        if NOT_SCANNED.iter().any(|ending| path.ends_with(ending)) {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            findings.extend(somebodys(line).into_iter().map(|address| {
                Finding::new(
                    path,
                    at + 1,
                    format!("`{address}` may be somebody's address"),
                    "use 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 10.0.0.0/8 or 2001:db8::/32",
                )
            }));
        }
    }
    findings
}

/// Addresses in a line that are not set aside.
fn somebodys(line: &str) -> Vec<String> {
    let v4 = literals(line, |c| c.is_ascii_digit() || c == '.')
        .filter_map(|(text, length)| Some((text.parse::<Ipv4Addr>().ok()?, length)))
        .filter(|(ip, length)| !is_nobodys_v4(*ip) && length.is_none_or(|n| n > WHOLE_SPACE_V4))
        .map(|(ip, _)| ip.to_string());
    let v6 = literals(line, |c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'))
        .filter_map(|(text, length)| Some((text.parse::<Ipv6Addr>().ok()?, length)))
        .filter(|(ip, length)| !is_nobodys_v6(*ip) && length.is_none_or(|n| n > WHOLE_SPACE_V6))
        .map(|(ip, _)| ip.to_string());
    let in_code = in_code(line).filter(|ip| !is_nobodys_v4(*ip)).map(|ip| ip.to_string());
    v4.chain(v6).chain(in_code).collect()
}

/// Addresses as code spells them: `Ipv4Addr::new(192, 0, 2, 1)`.
fn in_code(line: &str) -> impl Iterator<Item = Ipv4Addr> {
    line.split("Ipv4Addr::new(").skip(1).filter_map(|rest| {
        let numbers = rest.split(')').next()?;
        numbers.replace(", ", ".").parse().ok()
    })
}

fn is_nobodys_v4(ip: Ipv4Addr) -> bool {
    NOBODYS.iter().any(|(network, length)| {
        let mask = u32::MAX << (32 - length);
        ip.to_bits() & mask == network.to_bits() & mask
    })
}

/// Only `2000::/3` is given to anybody. The rest is local, mapped or unused; what wraps an IPv4
/// address is judged by that one.
fn is_nobodys_v6(ip: Ipv6Addr) -> bool {
    let [first, second, third, ..] = ip.segments();
    let [.., high, low] = ip.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match (first, second) {
        (0, 0) if ip.to_ipv4_mapped().is_some() => is_nobodys_v4(v4(high, low)),
        (0x64, 0xff9b) => is_nobodys_v4(v4(high, low)),
        (0x2002, _) => is_nobodys_v4(v4(second, third)),
        (0x2001, 0x0db8) | (0x3fff, 0..0x1000) => true,
        _ => first & 0xe000 != 0x2000,
    }
}

/// The runs of these characters that stand alone, with the prefix length behind each if there is one.
///
/// Left out: what is part of a word (`v1.2.3.4`, `feed::new`), versions behind a product
/// (`Browser/1.2.3.4`) and chapters of a standard (`§1.2.3.4`, `section 1.2.3.4`).
fn literals(line: &str, belongs: fn(char) -> bool) -> impl Iterator<Item = (&str, Option<u32>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + line.get(at..)?.find(belongs)?;
            let rest = line.get(start..)?;
            let run = rest.find(|c| !belongs(c)).and_then(|end| rest.get(..end)).unwrap_or(rest);
            at = start + run.len();
            let after = line.get(at..).unwrap_or_default();
            let inside_word = after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
            if stands_alone(line.get(..start).unwrap_or_default()) && !inside_word {
                return Some((trimmed(run), prefix_length(after)));
            }
        }
    })
}

fn stands_alone(before: &str) -> bool {
    if before.to_ascii_lowercase().ends_with("section ") {
        return false;
    }
    let mut back = before.chars().rev();
    match (back.next(), back.next()) {
        // An escape in a string: `"…\n192.0.2.1"`.
        (Some('n' | 'r' | 't'), Some('\\')) | (Some('/'), Some('/')) | (None, _) => true,
        (Some('/'), Some(c)) => !c.is_alphanumeric(),
        (Some(c), _) => !c.is_alphanumeric() && !matches!(c, '_' | '§'),
    }
}

/// Without the full stop or single colon of the sentence around it.
fn trimmed(run: &str) -> &str {
    let run = run.trim_end_matches('.');
    if run.ends_with("::") { run } else { run.strip_suffix(':').unwrap_or(run) }
}

fn prefix_length(after: &str) -> Option<u32> {
    let digits = after.strip_prefix('/')?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}
