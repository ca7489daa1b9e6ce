//! Codes for holdings: each pair of a party of the register and a system of the AS table, once.

use std::collections::HashMap;
use std::sync::Arc;

use model::Holding;

use crate::register::Register;
use crate::systems::Systems;

/// The number of a party and the number of a system; 0 stands for none.
pub(crate) type Pair = (u32, u32);

/// Gives out codes in the order in which pairs turn up. Code 0 is *unknown*.
pub(crate) struct Coder<'a> {
    register: &'a Register,
    systems: &'a Systems,
    pairs: Vec<Pair>,
    codes: HashMap<Pair, u32>,
}

impl<'a> Coder<'a> {
    pub(crate) fn new(register: &'a Register, systems: &'a Systems) -> Self {
        let unknown = (0, 0);
        Self { register, systems, pairs: vec![unknown], codes: HashMap::from([(unknown, 0)]) }
    }

    pub(crate) fn code(&mut self, pair: Pair) -> u32 {
        if let Some(&code) = self.codes.get(&pair) {
            return code;
        }
        let code = u32::try_from(self.pairs.len()).unwrap_or_default();
        self.pairs.push(pair);
        self.codes.insert(pair, code);
        code
    }

    /// What the codes stand for, by code: the pairs, and the holdings in words.
    pub(crate) fn finish(self) -> (Vec<Pair>, Arc<[Holding]>) {
        let holdings = self.pairs.iter().map(|pair| self.holding(*pair)).collect();
        (self.pairs, holdings)
    }

    pub(crate) fn holding(&self, (party, system): Pair) -> Holding {
        let party = self.register.party(party);
        let system = self.systems.system(system);
        Holding {
            organisation: party.and_then(|party| party.organisation.clone()),
            province: party.and_then(|party| party.province.clone()),
            asn: system.map(|system| system.asn),
            as_name: system.and_then(|system| system.name.clone()),
        }
    }
}
