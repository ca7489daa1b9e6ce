//! Tallies: how many distinct addresses, exactly.

use serde::{Deserialize, Serialize};

/// A number of distinct addresses: IPv4 each, IPv6 by /64.
///
/// A holder of one IPv6 network commands 2⁶⁴ addresses, so counting them singly would let one machine
/// pass any threshold. Counting by /64 is a reading, and recorded as one in each pack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Count {
    pub v4: u64,
    pub v6_networks: u64,
}

impl Count {
    pub fn total(self) -> u64 {
        self.v4 + self.v6_networks
    }
}
