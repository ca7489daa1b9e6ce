//! What has been seen: exact dedupe on (subject, day, threat, destination).
//!
//! A day, a threat and a destination are few together, so they are one number, the *pair*; an IPv4 subject
//! and its pair are then 64 bits, and an entry is 12 bytes. Entries live in 64 shards which grow
//! one at a time, so that growth never holds everything twice. Only a key seen again costs more:
//! a record of its re-sightings. Hashing is foldhash, seeded at random for each intake: feeds are
//! written by adversaries, who cannot see the seed nor time a look-up.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};
use model::Ip;

use crate::days::{Day, Hour, hour_bit};
use crate::error::LedgerError;
use crate::names::{index, next_code};

/// No record, no next record.
const NONE: u32 = u32::MAX;

/// How many records a key may have, so that a hostile key cannot make look-ups slow.
///
/// Beyond it re-sightings are booked with the first record, under its classification and holder; the
/// tallies, which are counted from the sightings themselves, stay exact.
const MOST_RECORDS: u32 = 64;

const SHARDS: usize = 64;

/// A threat towards a destination on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Pair {
    pub(crate) day: Day,
    pub(crate) threat: u32,
    pub(crate) destination_ip: Ip,
    pub(crate) destination_port: u16,
    pub(crate) destination_domain: u32,
}

/// Pairs by number.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    known: HashMap<Pair, u32, RandomState>,
    list: Vec<Pair>,
    last: Option<(Pair, u32)>,
}

impl Pairs {
    pub(crate) fn code(&mut self, pair: Pair) -> Result<u32, LedgerError> {
        if let Some((last, code)) = self.last
            && last == pair
        {
            return Ok(code);
        }
        let code = if let Some(&code) = self.known.get(&pair) {
            code
        } else {
            let code = next_code(self.list.len(), "threats and destinations")?;
            self.known.insert(pair, code);
            self.list.push(pair);
            code
        };
        self.last = Some((pair, code));
        Ok(code)
    }

    pub(crate) fn get(&self, code: u32) -> Pair {
        self.list.get(index(code)).copied().unwrap_or_default()
    }
}

/// Who was seen. Domains and URLs stand for the code of their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Ip(Ip),
    Domain(u32),
    Url(u32),
}

/// Re-sightings of one key under one classification and holder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Again {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) count: u64,
    pub(crate) hours: u32,
    pub(crate) classification: u32,
    pub(crate) holding: u32,
    next: u32,
}

/// What a sighting brings besides its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) seen: i64,
    pub(crate) hour: Hour,
    pub(crate) classification: u32,
    pub(crate) holding: u32,
}

/// What a sighting tells that was not known before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// The key itself is new.
    Key,
    /// The key was known, but not under this classification and holder.
    Record,
    /// It was known so, but not in this hour.
    Hour,
    Nothing,
}

/// All keys of the days that one intake touches.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    keys: Keys,
    again: Records,
}

/// The keys, by kind of subject.
#[derive(Debug, Default)]
struct Keys {
    hasher: RandomState,
    v4: Shards<u32>,
    v6: Shards<[u64; 2]>,
    domains: Shards<u32>,
    urls: Shards<u32>,
}

impl Seen {
    /// Takes in a sighting.
    pub(crate) fn admit(
        &mut self,
        subject: Subject,
        pair: u32,
        what: &Circumstances,
    ) -> Result<News, LedgerError> {
        let Some(head) = self.keys.head(subject, pair) else {
            return Ok(News::Key);
        };
        self.again.add(head, what)
    }

    /// Looks for keys about to be admitted, so that the memory of each is at hand when its turn comes. Nothing
    /// is decided by it: it only lets the processor wait for many of them at once.
    pub(crate) fn prepare(&self, keys: impl Iterator<Item = (Subject, u32)>) {
        let known = keys.filter(|&(subject, pair)| self.keys.is_known(subject, pair)).count();
        std::hint::black_box(known);
    }

    /// Notes a key that earlier deliveries brought.
    pub(crate) fn know(&mut self, subject: Subject, pair: u32) {
        let _known_before = self.keys.head(subject, pair);
    }

    /// Every key that was seen again; frees what was kept for the others.
    pub(crate) fn into_again(self) -> Reseen {
        let Keys { v4, v6, domains, urls, .. } = self.keys;
        let addresses = v4.reseen().map(|slot| (slot.key, slot.pair, slot.again)).collect();
        drop(v4);
        let v6 = v6.reseen().map(|slot| (Subject::Ip(joined(slot.key)), slot.pair, slot.again));
        let domains = domains.reseen().map(|s| (Subject::Domain(s.key), s.pair, s.again));
        let urls = urls.reseen().map(|s| (Subject::Url(s.key), s.pair, s.again));
        let others = v6.chain(domains).chain(urls).collect();
        Reseen { v4: addresses, others, records: self.again }
    }
}

impl Keys {
    /// The head of a key's records; `None` if the key is new, and known from now on.
    fn head(&mut self, subject: Subject, pair: u32) -> Option<&mut u32> {
        match subject {
            Subject::Ip(ip) => match ip.v4() {
                Some(bits) => self.v4.head(&self.hasher, bits, pair),
                None => self.v6.head(&self.hasher, split(ip), pair),
            },
            Subject::Domain(code) => self.domains.head(&self.hasher, code, pair),
            Subject::Url(code) => self.urls.head(&self.hasher, code, pair),
        }
    }
}

impl Keys {
    fn is_known(&self, subject: Subject, pair: u32) -> bool {
        match subject {
            Subject::Ip(ip) => match ip.v4() {
                Some(bits) => self.v4.is_known(&self.hasher, bits, pair),
                None => self.v6.is_known(&self.hasher, split(ip), pair),
            },
            Subject::Domain(code) => self.domains.is_known(&self.hasher, code, pair),
            Subject::Url(code) => self.urls.is_known(&self.hasher, code, pair),
        }
    }
}

/// Two halves, because a `u128` would be aligned to 16 bytes and each entry grow by 8.
fn split(ip: Ip) -> [u64; 2] {
    [ip.slash64(), u64::try_from(ip.bits() & u128::from(u64::MAX)).unwrap_or_default()]
}

fn joined([upper, lower]: [u64; 2]) -> Ip {
    Ip::from_bits(u128::from(upper) << 64 | u128::from(lower))
}

#[derive(Clone, Copy, Debug)]
struct Slot<K> {
    key: K,
    pair: u32,
    /// The head of the chain of its records.
    again: u32,
}

#[derive(Debug)]
struct Shards<K>(Vec<HashTable<Slot<K>>>);

impl<K> Default for Shards<K> {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| HashTable::new()).collect())
    }
}

impl<K: Copy + Eq + Hash> Shards<K> {
    /// The head of a key's records; `None` if the key is new, and known from now on.
    fn head(&mut self, hasher: &RandomState, key: K, pair: u32) -> Option<&mut u32> {
        let hash = hasher.hash_one((key, pair));
        let shard = self.0.get_mut(shard_of(hash))?;
        let found = shard.find_bucket_index(hash, |slot| slot.key == key && slot.pair == pair);
        let Some(bucket) = found else {
            let slot = Slot { key, pair, again: NONE };
            shard.insert_unique(hash, slot, |slot| hasher.hash_one((slot.key, slot.pair)));
            return None;
        };
        shard.get_bucket_mut(bucket).map(|slot| &mut slot.again)
    }

    fn is_known(&self, hasher: &RandomState, key: K, pair: u32) -> bool {
        let hash = hasher.hash_one((key, pair));
        let shard = self.0.get(shard_of(hash));
        shard.is_some_and(|s| s.find(hash, |slot| slot.key == key && slot.pair == pair).is_some())
    }

    fn reseen(&self) -> impl Iterator<Item = &Slot<K>> {
        self.0.iter().flatten().filter(|slot| slot.again != NONE)
    }
}

/// Six bits which the table itself uses neither as a tag (the top seven) nor as a place (the lower).
fn shard_of(hash: u64) -> usize {
    usize::try_from((hash >> 50) & 63).unwrap_or_default()
}

/// Records in chunks, so that growth copies nothing.
#[derive(Debug, Default)]
struct Records {
    chunks: Vec<Vec<Again>>,
}

const CHUNK: usize = 1 << 16;

impl Records {
    fn add(&mut self, head: &mut u32, what: &Circumstances) -> Result<News, LedgerError> {
        let mut at = *head;
        for _ in 0..MOST_RECORDS {
            let Some(record) = self.get_mut(at) else {
                *head = self.push(Again::new(what, *head))?;
                return Ok(News::Record);
            };
            if record.classification == what.classification && record.holding == what.holding {
                return Ok(record.add(what));
            }
            at = record.next;
        }
        if let Some(record) = self.get_mut(*head) {
            record.add(what);
        }
        // The record does not say whether this classification was known in this hour: count it.
        Ok(News::Record)
    }

    fn get_mut(&mut self, at: u32) -> Option<&mut Again> {
        self.chunks.get_mut(index(at) / CHUNK)?.get_mut(index(at) % CHUNK)
    }

    fn get(&self, at: u32) -> Option<&Again> {
        self.chunks.get(index(at) / CHUNK)?.get(index(at) % CHUNK)
    }

    fn push(&mut self, record: Again) -> Result<u32, LedgerError> {
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let before = (self.chunks.len() - 1) * CHUNK;
        let chunk = self.chunks.last_mut().ok_or(LedgerError::Batch { what: "no room" })?;
        let code = next_code(before + chunk.len(), "keys seen again")?;
        chunk.push(record);
        Ok(code)
    }
}

impl Again {
    fn new(what: &Circumstances, next: u32) -> Self {
        let Circumstances { seen, hour, classification, holding } = *what;
        let hours = hour_bit(hour);
        Self { first: seen, last: seen, count: 1, hours, classification, holding, next }
    }

    fn add(&mut self, what: &Circumstances) -> News {
        self.first = self.first.min(what.seen);
        self.last = self.last.max(what.seen);
        self.count += 1;
        let news = if self.hours & hour_bit(what.hour) == 0 { News::Hour } else { News::Nothing };
        self.hours |= hour_bit(what.hour);
        news
    }
}

/// The keys seen again, and how.
#[derive(Debug)]
pub(crate) struct Reseen {
    /// Address, pair, and the head of its records.
    pub(crate) v4: Vec<(u32, u32, u32)>,
    /// The same of all other subjects, which are few.
    pub(crate) others: Vec<(Subject, u32, u32)>,
    records: Records,
}

impl Reseen {
    /// The records of a key, the latest made first.
    pub(crate) fn records(&self, head: u32) -> impl Iterator<Item = &Again> {
        std::iter::successors(self.records.get(head), |record| self.records.get(record.next))
    }
}

#[cfg(test)]
mod tests;
