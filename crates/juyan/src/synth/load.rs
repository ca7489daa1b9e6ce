//! A feed for trying the strength of the ingest path: skewed, repetitive and a little broken, as real
//! ones are.
//!
//! A third of the rows see again what an earlier row saw; one in twenty is IPv6; one in a thousand is
//! malformed in one of five ways; threats follow a steep curve, so that a few are huge and many tiny.

use std::io::{self, Write};
use std::net::Ipv4Addr;

use jiff::{SignedDuration, Timestamp};

use super::{HEADER, Row, dice, documentation_v6, private_v4};

/// How many threats the feed names.
const THREATS: u64 = 300;

/// Writes `rows` rows of which the latest is seen just before `end`, within 20 hours.
pub(crate) fn write(out: &mut impl Write, rows: u64, seed: u64, end: Timestamp) -> io::Result<()> {
    writeln!(out, "{HEADER}")?;
    for number in 0..rows {
        if dice(seed, number, 9).is_multiple_of(1000) {
            malformed(out, dice(seed, number, 10))?;
            continue;
        }
        row(seed, number, end).write_named(out)?;
    }
    Ok(())
}

struct Named<'a> {
    row: Row<'a>,
    threat: String,
}

impl Named<'_> {
    fn write_named(self, out: &mut impl Write) -> io::Result<()> {
        Row { threat: &self.threat, ..self.row }.write(out)
    }
}

fn row(seed: u64, number: u64, end: Timestamp) -> Named<'static> {
    // What is seen again is what some earlier row saw: same address, same threat, another time.
    let origin = match dice(seed, number, 1) % 100 {
        0..33 if number > 0 => dice(seed, number, 2) % number,
        _ => number,
    };
    let threat = threat(dice(seed, origin, 3));
    let place = dice(seed, origin, 4);
    let ip = if dice(seed, origin, 5).is_multiple_of(20) {
        documentation_v6(place & 0xf_ffff)
    } else {
        private_v4(place)
    };
    let span = SignedDuration::from_hours(20);
    Named {
        row: Row {
            seen: super::within(end, span, dice(seed, number, 6)),
            ip,
            port: port(place >> 32),
            threat: "",
            sinkhole: Ipv4Addr::new(192, 0, 2, octet(threat)),
            sinkhole_port: 80,
            dice: dice(seed, origin, 7),
        },
        threat: format!("family-{threat:03}"),
    }
}

/// A threat's number, small ones far more often: the product of three even dice.
fn threat(dice: u64) -> u64 {
    let part = |shift: u32| (dice >> shift) % 1000;
    part(0) * part(16) * part(32) * THREATS / 1_000_000_000
}

fn port(dice: u64) -> u16 {
    u16::try_from(1024 + dice % 60_000).unwrap_or(1024)
}

fn octet(threat: u64) -> u8 {
    u8::try_from(1 + threat % 250).unwrap_or(1)
}

fn malformed(out: &mut impl Write, dice: u64) -> io::Result<()> {
    match dice % 5 {
        0 => writeln!(out, "2026-01-01 00:00:00,tcp,10.0.0.1"),
        1 => writeln!(out, "2026-01-01 00:00:00,tcp,10.0.0.1,1{}", ",".repeat(40)),
        2 => writeln!(out, "2026-01-01 00:00:00,tcp,10.0.0.999,1{}", ",".repeat(29)),
        3 => writeln!(out, "yesterday,tcp,10.0.0.1,1{}", ",".repeat(29)),
        _ => {
            out.write_all(b"2026-01-01 00:00:00,tcp,10.0.0.1,1,0,\xff\xfe")?;
            writeln!(out, "{}", ",".repeat(27))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_feed_and_another_seed_another() {
        let make = |seed| {
            let mut feed = Vec::new();
            write(&mut feed, 500, seed, Timestamp::UNIX_EPOCH).unwrap();
            feed
        };
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    }
}
