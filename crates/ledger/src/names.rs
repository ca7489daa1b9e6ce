//! Texts as numbers: each different text is kept once and has a code for the life of one intake.
//!
//! Not [`model::columns::Coded`], whose codes are good for one batch only.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use model::columns::Coded;
use std::hash::BuildHasher;

use crate::error::LedgerError;

/// Texts by code. Code 0 is the empty text, *absent*.
///
/// The hash is seeded at random for each intake, so that no feed can be written to collide.
#[derive(Debug)]
pub(crate) struct Names {
    hasher: RandomState,
    known: HashTable<u32>,
    bytes: String,
    /// Where the text of each code ends.
    ends: Vec<usize>,
    /// The code asked for last: the next text is often the same.
    last: u32,
}

impl Default for Names {
    fn default() -> Self {
        let (hasher, mut known) = (RandomState::default(), HashTable::new());
        known.insert_unique(hasher.hash_one(""), 0, |_| 0);
        Self { hasher, known, bytes: String::new(), ends: vec![0], last: 0 }
    }
}

impl Names {
    /// The code of a text, making one if it is new.
    pub(crate) fn code(&mut self, text: &str) -> Result<u32, LedgerError> {
        if text.is_empty() {
            return Ok(0);
        }
        let (bytes, ends) = (&self.bytes, &self.ends);
        if text_of(bytes, ends, self.last) == text {
            return Ok(self.last);
        }
        let hash = self.hasher.hash_one(text);
        if let Some(&code) = self.known.find(hash, |&code| text_of(bytes, ends, code) == text) {
            self.last = code;
            return Ok(code);
        }
        let code = next_code(self.ends.len(), "texts")?;
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        let (bytes, ends, hasher) = (&self.bytes, &self.ends, &self.hasher);
        self.known.insert_unique(hash, code, |&code| hasher.hash_one(text_of(bytes, ends, code)));
        Ok(code)
    }

    pub(crate) fn get(&self, code: u32) -> &str {
        text_of(&self.bytes, &self.ends, code)
    }

    /// The code of each value of a batch's column, by the batch's own code.
    pub(crate) fn codes_of(&mut self, column: &Coded) -> Result<Vec<u32>, LedgerError> {
        column.values().iter().map(|value| self.code(value)).collect()
    }

    /// For each code its place in the alphabet, so that sorting by text is sorting by number.
    pub(crate) fn ranks(&self, codes: impl Iterator<Item = u32>) -> hashbrown::HashMap<u32, u32> {
        let mut codes: Vec<u32> = codes.collect();
        codes.sort_unstable();
        codes.dedup();
        codes.sort_unstable_by_key(|&code| self.get(code));
        codes.into_iter().zip(0..).collect()
    }
}

fn text_of<'a>(bytes: &'a str, ends: &[usize], code: u32) -> &'a str {
    let code = index(code);
    let start = code.checked_sub(1).and_then(|before| ends.get(before)).copied();
    match (start, ends.get(code)) {
        (Some(start), Some(&end)) => bytes.get(start..end).unwrap_or_default(),
        _ => "",
    }
}

/// The code after `taken` others. The last code of all is left free as a mark of absence.
pub(crate) fn next_code(taken: usize, what: &'static str) -> Result<u32, LedgerError> {
    let most = u64::from(u32::MAX);
    u32::try_from(taken)
        .ok()
        .filter(|&code| code != u32::MAX)
        .ok_or(LedgerError::TooMany { what, most })
}

/// A code as an index.
pub(crate) fn index(code: u32) -> usize {
    usize::try_from(code).unwrap_or(usize::MAX)
}

/// The value at an index, or the type's zero.
pub(crate) fn at<T: Copy + Default>(values: &[T], index: usize) -> T {
    values.get(index).copied().unwrap_or_default()
}
