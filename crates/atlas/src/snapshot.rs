//! Snapshots: register and AS table compiled into one, for an interval in which neither changes.

use std::sync::Arc;

use jiff::Timestamp;
use model::{Holding, Ip};

use crate::coder::{Coder, Pair};
use crate::direct::Direct;
use crate::ranges::Ranges;
use crate::register::Register;
use crate::strips;
use crate::systems::Systems;

/// Who holds which address from one instant to another. Codes are good within one snapshot only.
#[derive(Debug)]
pub struct Snapshot {
    /// In microseconds, from (inclusive) and to (exclusive).
    valid: (i64, i64),
    v4: Ranges<u32>,
    v6: Ranges<u128>,
    /// What each code stands for, by number.
    pairs: Vec<Pair>,
    /// The same in words; entry 0 is *unknown*.
    holdings: Arc<[Holding]>,
}

impl Snapshot {
    pub(crate) fn compile(register: &Register, systems: &Systems, from: i64, to: i64) -> Self {
        let (upper, lower) = (register.strips(from), systems.strips());
        let mut coder = Coder::new(register, systems);
        let mut code =
            |entry, claim| coder.code((register.party_of(entry), systems.system_of(claim)));
        let (mut v4, mut v6) = (Ranges::default(), Ranges::default());
        strips::overlay(&upper.v4, &lower.v4, |first, entry, claim| {
            if let Some(first) = Ip::from_bits(first).v4() {
                v4.push(first, code(entry, claim));
            }
        });
        strips::overlay(&upper.v6, &lower.v6, |first, entry, claim| {
            v6.push(first, code(entry, claim));
        });
        let (pairs, holdings) = coder.finish();
        Self { valid: (from, to), v4, v6, pairs, holdings }
    }

    /// The code of an address among [`holdings`](Self::holdings); 0 for unknown.
    pub fn code(&self, ip: Ip) -> u32 {
        ip.v4().map_or_else(|| self.v6_code(ip), |v4| self.v4.code(v4))
    }

    pub fn holding(&self, ip: Ip) -> Holding {
        let code = usize::try_from(self.code(ip)).ok();
        code.and_then(|code| self.holdings.get(code)).cloned().unwrap_or_default()
    }

    /// What the codes stand for; entry 0 is *unknown*.
    pub fn holdings(&self) -> Arc<[Holding]> {
        Arc::clone(&self.holdings)
    }

    /// From when it holds (inclusive); none since ever.
    pub fn valid_from(&self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.valid.0).ok()
    }

    /// Until when it holds (exclusive); none until further notice.
    pub fn valid_to(&self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.valid.1).ok()
    }

    fn v6_code(&self, ip: Ip) -> u32 {
        if ip.is_none() { 0 } else { self.v6.code(ip.bits()) }
    }
}

/// A snapshot with the direct table that was compiled from it, if there is one.
pub(crate) struct Compiled {
    pub(crate) snapshot: Arc<Snapshot>,
    /// `None` inside for a table that would have grown too large.
    pub(crate) table: Option<Arc<Option<Direct>>>,
}

impl Compiled {
    /// The codes of addresses, as [`Snapshot::code`] has them.
    pub(crate) fn codes(&self, addresses: &[Ip]) -> Vec<u32> {
        let Self { snapshot, table } = self;
        let Some(table) = table.as_deref().and_then(Option::as_ref) else {
            return addresses.iter().map(|ip| snapshot.code(*ip)).collect();
        };
        let direct = |ip: &Ip| ip.v4().map_or_else(|| snapshot.v6_code(*ip), |v4| table.code(v4));
        addresses.iter().map(direct).collect()
    }

    /// What the addresses' codes stand for.
    pub(crate) fn pairs(&self, addresses: &[Ip]) -> Vec<Pair> {
        let pair = |code| Some(*self.snapshot.pairs.get(usize::try_from(code).ok()?)?);
        self.codes(addresses).into_iter().map(|code| pair(code).unwrap_or_default()).collect()
    }
}

impl Direct {
    pub(crate) fn of(snapshot: &Snapshot) -> Option<Self> {
        Self::compile(&snapshot.v4)
    }
}
