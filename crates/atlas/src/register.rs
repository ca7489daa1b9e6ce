//! The country's own register: which organisation holds which block, in which province, from when to
//! when.
//!
//! Invariant: at no instant are two entries for the very same block in force.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use model::{Handle, Ip, Province};

use crate::Registered;
use crate::block::Block;
use crate::cover::Cover;
use crate::error::AtlasError;
use crate::loaded::Loaded;
use crate::strips::{self, Strips};
use crate::table::{Row, Table};

/// The dated register. The position of an entry says when it was loaded.
#[derive(Debug, Default)]
pub(crate) struct Register {
    entries: Vec<Entry>,
    /// What entries say of their holder, each thing once.
    parties: Vec<Party>,
    known: HashMap<Party, u32>,
    /// For each block and beginning of a term, the entry: by it a clash is found among neighbours.
    terms: BTreeMap<(Block, i64), u32>,
    /// The entries by address, each family apart; empty until [`settle`](Self::settle).
    v4: Cover,
    v6: Cover,
}

/// A block held by a party for a term.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) block: Block,
    term: Term,
    /// The number of the party; never 0.
    pub(crate) party: u32,
}

/// A holder as the register names it. One of the two may be missing, never both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Party {
    pub(crate) organisation: Option<Handle>,
    pub(crate) province: Option<Province>,
}

/// From an instant on until, but not at, another. In microseconds, as sightings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Term {
    /// `i64::MIN`: since ever.
    from: i64,
    /// `i64::MAX`: until further notice.
    to: i64,
}

impl Term {
    fn contains(self, at: i64) -> bool {
        self.from <= at && at < self.to
    }

    fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

impl Entry {
    pub(crate) fn registered(&self) -> Registered {
        Registered {
            block: self.block,
            valid_from: instant(self.term.from),
            valid_to: instant(self.term.to),
        }
    }
}

impl Register {
    /// Loads `prefix,organisation,province,valid_from,valid_to`.
    pub(crate) fn load(&mut self, input: impl Read) -> Result<Loaded, AtlasError> {
        let mut table = Table::new("register", input);
        let columns = ["prefix", "organisation", "province", "valid_from", "valid_to"];
        let header = table.header(&columns)?;
        let [prefix, organisation, province, from, to] = columns.map(|c| header.column(c));
        let places = [prefix?, organisation?, province?, from?, to?];
        table.each(|row| self.take(row, places))
    }

    fn take(&mut self, row: &Row<'_>, places: [usize; 5]) -> Result<(), String> {
        let [prefix, organisation, province, from, to] = places.map(|place| row.get(place));
        let block: Block = prefix.parse().map_err(in_words)?;
        let party = Party {
            organisation: optional(organisation).map_err(in_words)?,
            province: optional(province).map_err(in_words)?,
        };
        if party.organisation.is_none() && party.province.is_none() {
            return Err("names neither an organisation nor a province".to_owned());
        }
        let term = Term {
            from: edge(from, "valid_from")?.unwrap_or(i64::MIN),
            to: edge(to, "valid_to")?.unwrap_or(i64::MAX),
        };
        if term.to <= term.from {
            return Err(format!("is not valid at any time: it ends at {to}, begins at {from}"));
        }
        self.add(block, term, party)
    }

    fn add(&mut self, block: Block, term: Term, party: Party) -> Result<(), String> {
        if let Some(other) = self.clash(block, term) {
            let holder = self.party(other.party).and_then(|party| party.organisation.as_ref());
            let holder = holder.map_or("-", Handle::as_str);
            return Err(format!(
                "`{block}` is registered for part of this time already, to `{holder}`"
            ));
        }
        let number = |length| u32::try_from(length).map_err(|_| "is one too many".to_owned());
        let place = number(self.entries.len())?;
        let next = number(self.parties.len() + 1)?;
        let party = *self.known.entry(party).or_insert_with_key(|party| {
            self.parties.push(party.clone());
            next
        });
        self.entries.push(Entry { block, term, party });
        self.terms.insert((block, term.from), place);
        Ok(())
    }

    /// An entry for the same block that shares some time with this term.
    ///
    /// Terms of one block are disjoint, so only the one that begins last before, and the one that
    /// begins first from there on, can touch it.
    fn clash(&self, block: Block, term: Term) -> Option<&Entry> {
        let key = (block, term.from);
        let before = self.terms.range(..key).next_back();
        let after = self.terms.range(key..).next();
        [before, after]
            .into_iter()
            .flatten()
            .filter_map(|(_, &place)| self.entries.get(usize::try_from(place).ok()?))
            .find(|entry| entry.block == block && entry.term.overlaps(term))
    }

    /// Files the entries by address, after which they can be asked about.
    pub(crate) fn settle(&mut self) {
        let all = || self.entries.iter().zip(0..).map(|(entry, place)| (entry.block, place));
        let (v4, v6) = all().partition(|(block, _)| block.is_v4());
        (self.v4, self.v6) = (Cover::of(v4), Cover::of(v6));
    }

    /// The most specific entry that holds the address at this instant; among equals the first loaded.
    pub(crate) fn in_force(&self, ip: Ip, at: i64) -> Option<&Entry> {
        if ip.is_none() {
            return None;
        }
        let mut best: Option<((u128, usize), &Entry)> = None;
        let family = if ip.is_v4() { &self.v4 } else { &self.v6 };
        family.visit(ip.bits(), |place| {
            let entry = self.entries.get(place).filter(|entry| entry.term.contains(at));
            if let Some(entry) = entry {
                let rank = (entry.block.reach(), place);
                if best.is_none_or(|(least, _)| rank < least) {
                    best = Some((rank, entry));
                }
            }
        });
        best.map(|(_, entry)| entry)
    }

    /// The party of this number; none for 0.
    pub(crate) fn party(&self, number: u32) -> Option<&Party> {
        strips::item(&self.parties, number)
    }

    /// The instants at which some entry comes into force or ceases to be, ascending.
    pub(crate) fn changes(&self) -> Vec<i64> {
        let edges = self.entries.iter().flat_map(|entry| [entry.term.from, entry.term.to]);
        let changes: BTreeSet<i64> = edges.filter(|&e| e != i64::MIN && e != i64::MAX).collect();
        changes.into_iter().collect()
    }

    /// Who is registered for which address at this instant, the most specific entry everywhere.
    pub(crate) fn strips(&self, at: i64) -> Strips {
        let in_force = self.entries.iter().enumerate().filter(|(_, e)| e.term.contains(at));
        Strips::lay(in_force.map(|(place, entry)| (entry.block, place)))
    }

    /// The number of the party to whom this owner of a strip belongs; 0 where nobody is registered.
    pub(crate) fn party_of(&self, owner: u32) -> u32 {
        strips::item(&self.entries, owner).map_or(0, |entry| entry.party)
    }
}

/// Reads a field that may be empty.
fn optional<T: std::str::FromStr>(text: &str) -> Result<Option<T>, T::Err> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// Reads `2026-03-28`, the start of that day in UTC, or RFC 3339; empty is open.
///
/// Anything finer than a microsecond is cut off, as it is from sightings.
fn edge(text: &str, column: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = || {
        let date: civil::Date = text.parse().ok()?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    let bare_date = text.len() == "2026-03-28".len();
    let instant = if bare_date { day() } else { text.parse::<Timestamp>().ok() };
    let wanted = "such as 2026-03-28 or 2026-03-28T09:00:00+08:00";
    instant.map(|at| Some(at.as_microsecond())).ok_or_else(|| {
        let text: String = text.chars().take(80).collect();
        format!("`{text}` in `{column}` is no date: {wanted}")
    })
}

fn instant(micros: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros).ok()
}

pub(crate) fn in_words(error: impl std::error::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests;
