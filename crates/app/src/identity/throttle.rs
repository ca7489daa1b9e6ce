//! How often sign-in may be tried: a bucket for each address and one for all, with time as an argument.
//!
//! It bounds the work of hashing and the growth of the journal; guessing one name is bounded by the wait
//! after failures, which is kept in the store.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::Timestamp;

/// Tries at once from one address, and how many come back each minute.
const OF_ONE: Rate = Rate { most: 20.0, a_minute: 20.0 };
/// The same over all addresses.
const OF_ALL: Rate = Rate { most: 240.0, a_minute: 240.0 };
/// Addresses remembered at once; those beyond are counted with all others.
const REMEMBERED: usize = 4_096;

#[derive(Clone, Copy)]
struct Rate {
    most: f64,
    a_minute: f64,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    fn full(rate: Rate, at: Timestamp) -> Self {
        Self { left: rate.most, at }
    }

    fn refill(&mut self, rate: Rate, now: Timestamp) {
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.left = (self.left + passed / 60.0 * rate.a_minute).min(rate.most);
        self.at = self.at.max(now);
    }

    fn take(&mut self) -> bool {
        let there = self.left >= 1.0;
        if there {
            self.left -= 1.0;
        }
        there
    }
}

/// The buckets. The default is full.
#[derive(Default)]
pub(crate) struct Throttle {
    all: Option<Bucket>,
    each: HashMap<Option<IpAddr>, Bucket>,
}

impl Throttle {
    /// Whether one more try may be made from this address now.
    pub(crate) fn admits(&mut self, from: Option<IpAddr>, now: Timestamp) -> bool {
        let from = from.map(network);
        if !self.each.contains_key(&from) && self.each.len() >= REMEMBERED {
            self.each.retain(|_, bucket| {
                bucket.refill(OF_ONE, now);
                bucket.left < OF_ONE.most
            });
        }
        if self.each.contains_key(&from) || self.each.len() < REMEMBERED {
            let own = self.each.entry(from).or_insert_with(|| Bucket::full(OF_ONE, now));
            own.refill(OF_ONE, now);
            if !own.take() {
                return false;
            }
        }
        let all = self.all.get_or_insert_with(|| Bucket::full(OF_ALL, now));
        all.refill(OF_ALL, now);
        all.take()
    }
}

/// Who holds one IPv6 address holds its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn admitted(throttle: &mut Throttle, from: &str, tries: usize, now: Timestamp) -> usize {
        let from = Some(from.parse().unwrap());
        (0..tries).filter(|_| throttle.admits(from, now)).count()
    }

    #[test]
    fn an_address_has_its_tries_and_gets_them_back_with_time() {
        let mut throttle = Throttle::default();
        assert_eq!(admitted(&mut throttle, "192.0.2.1", 50, at(0)), 20);
        assert_eq!(admitted(&mut throttle, "192.0.2.1", 50, at(3)), 1);
        assert_eq!(admitted(&mut throttle, "192.0.2.2", 50, at(3)), 20, "another is not held up");
        assert_eq!(admitted(&mut throttle, "192.0.2.1", 50, at(63)), 20);
        assert_eq!(admitted(&mut throttle, "192.0.2.1", 50, at(0)), 0, "time does not run back");
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_many_addresses_are_held_together() {
        let mut throttle = Throttle::default();
        assert_eq!(admitted(&mut throttle, "2001:db8::1", 15, at(0)), 15);
        assert_eq!(admitted(&mut throttle, "2001:db8::2", 15, at(0)), 5);
        let many = (0..100_u32).map(|n| format!("198.51.100.{n}"));
        let all: usize = many.map(|from| admitted(&mut throttle, &from, 9, at(0))).sum();
        assert_eq!(all, 240 - 20);
    }

    #[test]
    fn memory_is_bounded() {
        let mut throttle = Throttle::default();
        for n in 0..20_000_u32 {
            let now = at(0) + SignedDuration::from_millis(i64::from(n));
            throttle.admits(Some(IpAddr::from(n.to_be_bytes())), now);
        }
        assert!(throttle.each.len() <= REMEMBERED);
    }
}
