//! Encoding: a column of a row group as Parquet has it, straight from numbers and codes.
//!
//! Not a Parquet library: the file around the columns (schema, footer, bloom filters, page index) is written by
//! the crate `parquet`, which also reads everything and writes what is not hot. What is ours is the inside of a
//! column, because we know what a general writer must find out value by value: which columns stand as codes
//! already, where a dictionary is not worth trying, that a column is the same in every row.
//!
//! Only what every reader knows is used: data pages of version 1, and the encodings `RLE_DICTIONARY`,
//! `DELTA_BINARY_PACKED`, `DELTA_LENGTH_BYTE_ARRAY` and, for truths, `PLAIN`
//! (<https://parquet.apache.org/docs/file-format/data-pages/encodings/>).

mod bits;
mod chunk;
mod dictionary;

use parquet::basic::{Encoding, Type};
use parquet::bloom_filter::Sbbf;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

use bits::width;
pub(crate) use chunk::Chunk;
use chunk::{Draft, Packer};
use dictionary::Dictionary;
pub(crate) use dictionary::{ABSENT, Numbers, Value};

/// Rows of a page: few enough that a question about one address reads little, and that the values stay in the
/// cache while they are gathered and packed.
const PAGE: usize = 16 << 10;

/// The same of a column of texts, which take more room.
const TEXT_PAGE: usize = 4 << 10;

/// A text longer than this bounds nothing: it would weigh more in the footer than it spares.
const LONGEST_BOUND: usize = 256;

/// Encodes one column after the other, in buffers that last.
#[derive(Debug)]
pub(crate) struct Encoder {
    packer: Packer,
    dictionary: Dictionary,
    longs: Vec<i64>,
    places: Vec<u32>,
}

/// What is said of a column beside its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// Nobody asks for it by value.
    Nothing,
    /// Its extremes in the row group.
    Extremes,
    /// Its extremes in the row group and in each page, and a bloom filter.
    Everything,
}

impl Encoder {
    pub(crate) fn new() -> Result<Self, ParquetError> {
        Ok(Self {
            packer: Packer::new()?,
            dictionary: Dictionary::default(),
            longs: Vec::new(),
            places: Vec::new(),
        })
    }

    /// Numbers that hardly repeat, as the differences between them. `order` are the rows as they will stand.
    pub(crate) fn numbers(
        &mut self,
        column: &ColumnDescPtr,
        order: &[u32],
        about: About,
        value: impl Fn(u32) -> Option<i64>,
    ) -> Result<Chunk<'_>, ParquetError> {
        let mut draft = self.packer.begin(column, false);
        let mut bloom = filter(about, order.len())?;
        let mut whole = None;
        for rows in order.chunks(PAGE) {
            self.longs.clear();
            self.longs.extend(rows.iter().filter_map(|&row| value(row)));
            let nulls = rows.len() - self.longs.len();
            let bounds = extremes(&self.longs);
            if let Some(bloom) = &mut bloom {
                let bytes = |long: i64| long.to_le_bytes().to_vec();
                draft.bound_page(bounds.map(|(a, b)| (bytes(a), bytes(b))), nulls);
                self.longs
                    .chunk_by(|a, b| a == b)
                    .filter_map(<[i64]>::first)
                    .for_each(|long| bloom.insert(long));
            }
            whole = wider(whole, bounds);
            let there = rows.iter().map(|&row| value(row).is_some());
            levels(&draft, &mut self.packer.page, there, nulls);
            bits::delta(&mut self.packer.page, &self.longs);
            self.packer.end_page(&mut draft, Encoding::DELTA_BINARY_PACKED, (rows.len(), nulls))?;
        }
        let statistics = (about != About::Nothing).then(|| {
            let (least, greatest) = whole.unzip();
            Statistics::int64(least, greatest, None, Some(draft.nulls()), false)
        });
        self.packer.finish(draft, statistics, bloom)
    }

    /// Values that stand as codes. A code may stand for none, where the column allows it.
    pub(crate) fn coded<'t>(
        &mut self,
        column: &ColumnDescPtr,
        order: &[u32],
        (about, compressed): (About, bool),
        (code, value): (impl Fn(u32) -> u32, impl Fn(u32) -> Option<Value<'t>>),
    ) -> Result<Chunk<'_>, ParquetError> {
        let mut draft = self.packer.begin(column, compressed);
        let codes = order.iter().map(|&row| code(row));
        self.dictionary.learn(codes, value, &mut self.packer.page);
        let values = self.dictionary.len();
        self.packer.end_dictionary(&mut draft, values)?;
        let bits = width(u64::try_from(values.saturating_sub(1)).unwrap_or_default());
        for rows in order.chunks(PAGE) {
            let place = |row: &u32| self.dictionary.place(code(*row));
            self.places.clear();
            self.places.extend(rows.iter().map(place).filter(|&place| place != ABSENT));
            let nulls = rows.len() - self.places.len();
            let there = rows.iter().map(|row| place(row) != ABSENT);
            levels(&draft, &mut self.packer.page, there, nulls);
            self.packer.page.push(u8::try_from(bits).unwrap_or_default());
            bits::hybrid(&mut self.packer.page, bits, &self.places);
            self.packer.end_page(&mut draft, Encoding::RLE_DICTIONARY, (rows.len(), nulls))?;
        }
        let nulls = draft.nulls();
        let statistics =
            (about != About::Nothing).then(|| self.dictionary.statistics(column, nulls));
        self.packer.finish(draft, statistics, None)
    }

    /// Texts that hardly repeat, one after the other; the empty one is absent.
    pub(crate) fn texts<'t>(
        &mut self,
        column: &ColumnDescPtr,
        order: &[u32],
        about: About,
        text: impl Fn(u32) -> &'t str,
    ) -> Result<Chunk<'_>, ParquetError> {
        let mut draft = self.packer.begin(column, true);
        let mut bloom = filter(about, order.len())?;
        let mut whole = None;
        for rows in order.chunks(TEXT_PAGE) {
            self.longs.clear();
            let lengths = rows.iter().map(|&row| text(row).len()).filter(|&length| length > 0);
            self.longs.extend(lengths.map(|length| i64::try_from(length).unwrap_or_default()));
            let nulls = rows.len() - self.longs.len();
            levels(
                &draft,
                &mut self.packer.page,
                rows.iter().map(|&row| !text(row).is_empty()),
                nulls,
            );
            bits::delta(&mut self.packer.page, &self.longs);
            for &row in rows {
                self.packer.page.extend_from_slice(text(row).as_bytes());
            }
            let texts = || rows.iter().map(|&row| text(row)).filter(|text| !text.is_empty());
            let bounds = match about {
                About::Nothing => None,
                About::Extremes | About::Everything => texts().min().zip(texts().max()),
            };
            if let Some(bloom) = &mut bloom {
                let bytes = |text: &str| text.as_bytes().to_vec();
                draft.bound_page(bounds.map(|(a, b)| (bytes(a), bytes(b))), nulls);
                texts().for_each(|text| bloom.insert(text));
            }
            whole = wider(whole, bounds);
            self.packer.end_page(
                &mut draft,
                Encoding::DELTA_LENGTH_BYTE_ARRAY,
                (rows.len(), nulls),
            )?;
        }
        let bounds = whole.map(|(least, greatest)| (least.as_bytes(), greatest.as_bytes()));
        let statistics = (about != About::Nothing).then(|| text_statistics(bounds, draft.nulls()));
        self.packer.finish(draft, statistics, bloom)
    }

    /// The same truth in each of so many rows.
    pub(crate) fn truth(
        &mut self,
        column: &ColumnDescPtr,
        rows: usize,
        truth: bool,
    ) -> Result<Chunk<'_>, ParquetError> {
        let mut draft = self.packer.begin(column, false);
        bits::truths(&mut self.packer.page, truth, rows);
        self.packer.end_page(&mut draft, Encoding::PLAIN, (rows, 0))?;
        let statistics = Statistics::boolean(Some(truth), Some(truth), None, Some(0), false);
        self.packer.finish(draft, Some(statistics), None)
    }
}

impl Dictionary {
    fn statistics(&self, column: &ColumnDescPtr, nulls: u64) -> Statistics {
        if column.physical_type() == Type::BYTE_ARRAY {
            return text_statistics(self.texts(), nulls);
        }
        let (least, greatest) = self.longs().unzip();
        Statistics::int64(least, greatest, None, Some(nulls), false)
    }
}

fn text_statistics(bounds: Option<(&[u8], &[u8])>, nulls: u64) -> Statistics {
    let fit = |(least, greatest): &(&[u8], &[u8])| least.len().max(greatest.len()) <= LONGEST_BOUND;
    let (least, greatest) = bounds.filter(fit).unzip();
    let owned = |bytes: &[u8]| ByteArray::from(bytes.to_vec());
    Statistics::byte_array(least.map(owned), greatest.map(owned), None, Some(nulls), false)
}

/// A bloom filter for so many values, where one is wanted. Of a hundred other values it takes one for its own.
fn filter(about: About, values: usize) -> Result<Option<Sbbf>, ParquetError> {
    let values = u64::try_from(values).unwrap_or_default();
    (about == About::Everything).then(|| Sbbf::new_with_ndv_fpp(values, 0.01)).transpose()
}

fn levels(
    draft: &Draft,
    page: &mut Vec<u8>,
    there: impl ExactSizeIterator<Item = bool>,
    nulls: usize,
) {
    if draft.is_nullable() {
        let all = there.len();
        bits::presence(page, there, all - nulls);
    }
}

fn extremes(values: &[i64]) -> Option<(i64, i64)> {
    values.iter().copied().min().zip(values.iter().copied().max())
}

fn wider<T: Ord>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests;
