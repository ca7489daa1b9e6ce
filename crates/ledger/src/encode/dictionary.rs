//! The dictionary of a column: each different value once, and for each code of ours its place.

use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// A value as it stands in a dictionary.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'t> {
    Text(&'t str),
    Integer(i32),
    Long(i64),
}

/// A code that stands for no value.
pub(crate) const ABSENT: u32 = u32::MAX;
/// A code that has not been met yet.
const UNKNOWN: u32 = u32::MAX - 1;

#[derive(Debug, Default)]
pub(super) struct Dictionary {
    /// By code: the value's place, [`ABSENT`] or [`UNKNOWN`].
    places: Vec<u32>,
    /// Where each value stands, by its bytes: two holdings may name the same province.
    known: HashMap<Box<[u8]>, u32, RandomState>,
    /// The least and the greatest value, where they are texts, and where they are numbers.
    texts: Option<[Box<[u8]>; 2]>,
    longs: Option<(i64, i64)>,
}

impl Dictionary {
    /// Learns the codes of a column and appends their values to `page`.
    pub(super) fn learn<'t>(
        &mut self,
        codes: impl Iterator<Item = u32>,
        value: impl Fn(u32) -> Option<Value<'t>>,
        page: &mut Vec<u8>,
    ) {
        self.places.clear();
        self.known.clear();
        (self.texts, self.longs) = (None, None);
        for code in codes.filter(|&code| code != ABSENT) {
            let place = index(code);
            match self.places.get(place) {
                Some(&UNKNOWN) => {}
                Some(_) => continue,
                None => self.places.resize(place + 1, UNKNOWN),
            }
            let fresh = value(code).map_or(ABSENT, |value| self.place_of(value, page));
            if let Some(slot) = self.places.get_mut(place) {
                *slot = fresh;
            }
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// The place of a code's value, or [`ABSENT`].
    pub(super) fn place(&self, code: u32) -> u32 {
        self.places.get(index(code)).copied().unwrap_or(ABSENT)
    }

    /// The least and the greatest text.
    pub(super) fn texts(&self) -> Option<(&[u8], &[u8])> {
        self.texts.as_ref().map(|[least, greatest]| (least.as_ref(), greatest.as_ref()))
    }

    /// The least and the greatest number.
    pub(super) fn longs(&self) -> Option<(i64, i64)> {
        self.longs
    }

    fn place_of(&mut self, value: Value<'_>, page: &mut Vec<u8>) -> u32 {
        let next = u32::try_from(self.known.len()).unwrap_or(ABSENT);
        let (integer, long);
        let bytes: &[u8] = match value {
            Value::Text(text) => text.as_bytes(),
            Value::Integer(number) => {
                integer = number.to_le_bytes();
                &integer
            }
            Value::Long(number) => {
                long = number.to_le_bytes();
                &long
            }
        };
        if let Some(&place) = self.known.get(bytes) {
            return place;
        }
        match value {
            Value::Text(text) => {
                let length = u32::try_from(text.len()).unwrap_or_default();
                page.extend_from_slice(&length.to_le_bytes());
                let [least, greatest] =
                    self.texts.get_or_insert_with(|| [bytes.into(), bytes.into()]);
                if bytes < least.as_ref() {
                    *least = bytes.into();
                }
                if bytes > greatest.as_ref() {
                    *greatest = bytes.into();
                }
            }
            Value::Long(number) => {
                let (least, greatest) = self.longs.unwrap_or((number, number));
                self.longs = Some((least.min(number), greatest.max(number)));
            }
            Value::Integer(_) => {}
        }
        page.extend_from_slice(bytes);
        self.known.insert(bytes.into(), next);
        next
    }
}

/// Numbers as codes, where few of them differ.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    known: HashMap<i64, u32, RandomState>,
    values: Vec<i64>,
    last: Option<(i64, u32)>,
}

impl Numbers {
    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.values.clear();
        self.last = None;
    }

    pub(crate) fn code(&mut self, number: i64) -> u32 {
        if let Some((last, code)) = self.last
            && last == number
        {
            return code;
        }
        let next = u32::try_from(self.values.len()).unwrap_or(ABSENT);
        let code = *self.known.entry(number).or_insert(next);
        if code == next {
            self.values.push(number);
        }
        self.last = Some((number, code));
        code
    }

    pub(crate) fn get(&self, code: u32) -> Option<i64> {
        self.values.get(index(code)).copied()
    }
}

fn index(code: u32) -> usize {
    usize::try_from(code).unwrap_or(usize::MAX)
}
