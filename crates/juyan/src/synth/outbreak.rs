//! The demonstration's feeds: six botnets whose sizes are known in advance, from some hundred
//! addresses to more than a million.
//!
//! Because each address comes from a sequence that repeats none, the number of distinct addresses is
//! exactly the number asked for; whoever sees another number on the desk has found a fault.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};

use jiff::{SignedDuration, Timestamp};

use super::{HEADER, Row, dice, documentation_v6, private_v4, shared_v4};

/// A botnet of the demonstration.
pub(crate) struct Botnet {
    pub(crate) threat: &'static str,
    /// Distinct IPv4 addresses in private and in shared space, and distinct IPv6 /64 networks.
    pub(crate) private: u64,
    pub(crate) shared: u64,
    pub(crate) v6: u64,
    /// Rows that see again what was already seen.
    pub(crate) again: u64,
    /// Where in the address sequences it begins, so that botnets differ.
    pub(crate) from: u64,
}

/// The botnets, the largest first.
pub(crate) const BOTNETS: [Botnet; 6] = [
    Botnet {
        threat: "sand-lantern",
        private: 860_000,
        shared: 128_000,
        v6: 24_000,
        again: 60_000,
        from: 0,
    },
    Botnet {
        threat: "grey-heron",
        private: 130_000,
        shared: 12_000,
        v6: 3_000,
        again: 9_000,
        from: 3_000_000,
    },
    Botnet {
        threat: "night-reed",
        private: 96_000,
        shared: 9_000,
        v6: 1_500,
        again: 5_000,
        from: 5_500_000,
    },
    Botnet {
        threat: "tin-whistle",
        private: 41_000,
        shared: 3_000,
        v6: 400,
        again: 3_000,
        from: 7_100_000,
    },
    Botnet {
        threat: "cold-ferry",
        private: 8_200,
        shared: 700,
        v6: 60,
        again: 900,
        from: 8_000_000,
    },
    Botnet { threat: "paper-moth", private: 310, shared: 22, v6: 4, again: 40, from: 9_000_000 },
];

impl Botnet {
    /// The exact number of distinct addresses, IPv6 counted by /64.
    pub(crate) fn size(&self) -> u64 {
        self.private + self.shared + self.v6
    }

    fn address(&self, index: u64) -> IpAddr {
        if index < self.private {
            private_v4(self.from + index)
        } else if index < self.private + self.shared {
            shared_v4(self.from + index)
        } else {
            documentation_v6(self.from + index)
        }
    }
}

/// Writes the sinkhole report: every botnet, mixed, over the 22 hours before `end`; returns its rows.
pub(crate) fn write_sinkhole(out: &mut impl Write, seed: u64, end: Timestamp) -> io::Result<u64> {
    writeln!(out, "{HEADER}")?;
    let mut rows = 0;
    // Hour by hour, as a feed grows: each botnet shows a share of its addresses in each.
    for slice in (0..22_i64).rev() {
        let until = end.checked_sub(SignedDuration::from_hours(slice)).unwrap_or(end);
        for botnet in &BOTNETS {
            rows += write_hour(out, botnet, seed, (21 - slice, until))?;
        }
    }
    for line in BROKEN {
        writeln!(out, "{line}")?;
    }
    Ok(rows + 4)
}

/// How many of `whole` have shown themselves after `hours` of 22: slowly at first, fast in the middle,
/// slowly at the end, as an outbreak spreads.
fn grown(whole: u64, hours: u64) -> u64 {
    // 3x² − 2x³ in whole numbers, so that the last hour ends exactly at the whole.
    whole * (3 * 22 * hours * hours - 2 * hours * hours * hours) / (22 * 22 * 22)
}

/// Rows as they come on a bad day, for the quarantine.
const BROKEN: [&str; 4] = [
    "2026-01-01 00:00:00,tcp,10.0.0.1",
    "not a time,tcp,10.0.0.1,4000,,,,,,,,,,,,,,,,,,,,,,,,,,,,,",
    "2026-01-01 00:00:00,tcp,10.0.0.999,4000,,,,,,,,,,,,,,,,,,,,,,,,,,,,,",
    "2026-01-01 00:00:00,tcp,,4000,,,,,,,,,,,,,,,,,,,,,,,,,,,,,",
];

fn write_hour(
    out: &mut impl Write,
    botnet: &Botnet,
    seed: u64,
    (hour, until): (i64, Timestamp),
) -> io::Result<u64> {
    let hour = u64::try_from(hour).unwrap_or_default();
    let share = |whole: u64| (grown(whole, hour), grown(whole, hour + 1));
    let (first, last) = share(botnet.size());
    let (again_first, again_last) = share(botnet.again);
    let fresh = first..last;
    let again = (again_first..again_last).map(|n| dice(seed, n, 11) % last.max(1));
    let mut rows = 0;
    for (number, index) in fresh.chain(again).enumerate() {
        let number = u64::try_from(number).unwrap_or_default();
        let throw = dice(seed ^ botnet.from, index, 12);
        let when = dice(seed ^ botnet.from, index.wrapping_add(number << 32), 13);
        Row {
            seen: super::within(until, SignedDuration::from_mins(59), when),
            ip: botnet.address(index),
            port: u16::try_from(1024 + throw % 60_000).unwrap_or(1024),
            threat: botnet.threat,
            sinkhole: Ipv4Addr::new(192, 0, 2, 10),
            sinkhole_port: 80,
            dice: throw,
        }
        .write(out)?;
        rows += 1;
    }
    Ok(rows)
}

/// Control servers and their domains, as a partner's list in the generic CSV form.
pub(crate) fn write_control_servers(out: &mut impl Write, end: Timestamp) -> io::Result<u64> {
    writeln!(out, "time,ip,port,threat,classification,destination_domain,transport")?;
    let servers = [
        ("203.0.113.20", 8443, "sand-lantern", "relay-1.zy.example"),
        ("203.0.113.77", 8443, "sand-lantern", "quick-relay.com.example"),
        ("198.51.100.14", 4444, "sand-lantern", "far-beacon.com.example"),
        ("198.51.100.90", 6667, "grey-heron", "panel-nine.net.example"),
        ("192.0.2.66", 6667, "grey-heron", "grey.zy.example"),
        ("203.0.113.140", 443, "night-reed", "reed-update.zy.example"),
        ("198.51.100.201", 9001, "tin-whistle", "whistle.com.example"),
    ];
    for (minutes, (ip, port, threat, domain)) in (1_i64..).zip(servers) {
        let seen = end.checked_sub(SignedDuration::from_mins(minutes * 7)).unwrap_or(end);
        writeln!(out, "{seen},{ip},{port},{threat},c2-server,{domain},tcp")?;
    }
    Ok(7)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_botnet_has_exactly_as_many_addresses_as_it_says() {
        for botnet in &BOTNETS[1..] {
            let networks: HashSet<String> = (0..botnet.size())
                .map(|index| match botnet.address(index) {
                    IpAddr::V4(v4) => v4.to_string(),
                    IpAddr::V6(v6) => (v6.to_bits() >> 64).to_string(),
                })
                .collect();
            assert_eq!(u64::try_from(networks.len()).unwrap(), botnet.size(), "{}", botnet.threat);
        }
    }

    #[test]
    fn the_largest_passes_a_million_and_the_next_a_hundred_thousand() {
        let sizes: Vec<u64> = BOTNETS.iter().map(Botnet::size).collect();
        assert!(sizes[0] > 1_000_000 && sizes[1] > 100_000 && sizes[3] < 100_000, "{sizes:?}");
    }
}
