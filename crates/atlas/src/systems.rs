//! The AS table: which autonomous system announces which block, and what it is called.
//!
//! It is not dated: it says what is so when it was made, and is taken to have always been.

use std::collections::HashMap;
use std::io::Read;

use model::{Asn, Ip, Prefix};

use crate::block::Block;
use crate::error::AtlasError;
use crate::loaded::Loaded;
use crate::register::in_words;
use crate::strips::{self, Strips};
use crate::table::{Row, Table};

/// A name of a system is cut to this many bytes.
const LONGEST_NAME: usize = 200;

/// The AS table. The position of a claim says when it was loaded.
#[derive(Debug, Default)]
pub(crate) struct Systems {
    claims: Vec<Claim>,
    distinct: Vec<System>,
    known: HashMap<Asn, u32>,
    /// The claims laid out, the most specific everywhere; empty until [`settle`](Self::settle).
    strips: Strips,
}

/// A block announced by a system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub(crate) block: Block,
    /// The number of the system; never 0.
    pub(crate) system: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct System {
    pub(crate) asn: Asn,
    pub(crate) name: Option<String>,
}

/// What one row says.
struct Stated<'a> {
    block: Block,
    origins: &'a str,
    name: &'a str,
}

impl Systems {
    /// Loads ranges `first,last,asn,name`, prefixes `prefix,asn,name`, or CAIDA's pfx2as with tabs
    /// `address length origins`.
    pub(crate) fn load(&mut self, input: impl Read) -> Result<Loaded, AtlasError> {
        let mut multi_origin = 0;
        let mut first_row = true;
        let loaded = Table::new("AS table", input).each(|row| {
            let heading = std::mem::take(&mut first_row) && is_heading(row);
            if heading {
                return Err("is a heading, which this table does not need".to_owned());
            }
            let stated = state(row)?;
            let mut origins = stated.origins.split(['_', ',', '{', '}']).filter(|o| !o.is_empty());
            let first: Asn = origins.next().unwrap_or_default().trim().parse().map_err(in_words)?;
            self.add(stated.block, first, stated.name)?;
            multi_origin += u64::from(origins.next().is_some());
            Ok(())
        })?;
        Ok(Loaded { multi_origin, ..loaded })
    }

    fn add(&mut self, block: Block, asn: Asn, name: &str) -> Result<(), String> {
        let next = u32::try_from(self.distinct.len() + 1).map_err(in_words)?;
        let number = *self.known.entry(asn).or_insert(next);
        if number == next {
            self.distinct.push(System { asn, name: None });
        }
        let place = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
        if let Some(system) = place.and_then(|place| self.distinct.get_mut(place))
            && system.name.is_none()
            && !name.is_empty()
        {
            system.name = Some(shortened(name));
        }
        self.claims.push(Claim { block, system: number });
        Ok(())
    }

    /// Lays the claims out, after which they can be asked about.
    pub(crate) fn settle(&mut self) {
        let claims = self.claims.iter().enumerate();
        self.strips = Strips::lay(claims.map(|(place, claim)| (claim.block, place)));
    }

    pub(crate) fn strips(&self) -> &Strips {
        &self.strips
    }

    /// The most specific claim to an address.
    pub(crate) fn claim(&self, ip: Ip) -> Option<&Claim> {
        strips::item(&self.claims, self.strips.owner(ip))
    }

    /// The system of this number; none for 0.
    pub(crate) fn system(&self, number: u32) -> Option<&System> {
        strips::item(&self.distinct, number)
    }

    /// The number of the system to which this owner of a strip belongs; 0 where there is none.
    pub(crate) fn system_of(&self, owner: u32) -> u32 {
        strips::item(&self.claims, owner).map_or(0, |claim| claim.system)
    }
}

/// Whether a first row names columns: none of its fields has a digit in it.
fn is_heading(row: &Row<'_>) -> bool {
    !row.columns().any(|field| field.bytes().any(|b| b.is_ascii_digit()))
}

fn state<'a>(row: &Row<'a>) -> Result<Stated<'a>, String> {
    let first = row.get(0);
    if row.tabbed {
        let length = row.get(1);
        let prefix: Prefix = format!("{first}/{length}").parse().map_err(in_words)?;
        return Ok(Stated { block: prefix.into(), origins: row.get(2), name: "" });
    }
    if first.contains('/') {
        let block = first.parse().map_err(in_words)?;
        return Ok(Stated { block, origins: row.get(1), name: row.get(2) });
    }
    let ends: (Ip, Ip) = (first.parse().map_err(in_words)?, row.get(1).parse().map_err(in_words)?);
    let block = Block::between(ends.0, ends.1).map_err(in_words)?;
    Ok(Stated { block, origins: row.get(2), name: row.get(3) })
}

fn shortened(name: &str) -> String {
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
