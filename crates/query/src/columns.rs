//! The columns of a record batch, found by name and known by type.
//!
//! A column that is missing or of another type is an error that names it; a row past the end is absent.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::ArrowError;
use jiff::Timestamp;
use model::Ip;

use crate::QueryError;

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, ArrowError> {
    batch.column_by_name(name).ok_or_else(|| ArrowError::SchemaError(format!("no column `{name}`")))
}

fn unlike(name: &str, found: &ArrayRef) -> ArrowError {
    ArrowError::SchemaError(format!("column `{name}` is of type {}", found.data_type()))
}

/// A column of 64-bit numbers, or of instants in microseconds, which are the same.
#[derive(Clone, Debug)]
pub(crate) struct Longs(Int64Array);

impl Longs {
    pub(crate) fn of(batch: &RecordBatch, name: &str) -> Result<Self, ArrowError> {
        let found = column(batch, name)?;
        if let Some(longs) = found.as_primitive_opt::<Int64Type>() {
            return Ok(Self(longs.clone()));
        }
        let instants = found.as_primitive_opt::<TimestampMicrosecondType>();
        instants.map(|i| Self(i.reinterpret_cast())).ok_or_else(|| unlike(name, found))
    }

    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        (row < self.0.len() && self.0.is_valid(row)).then(|| self.0.value(row))
    }

    pub(crate) fn or_zero(&self, row: usize) -> i64 {
        self.get(row).unwrap_or_default()
    }
}

/// A column of 32-bit numbers.
#[derive(Debug)]
pub(crate) struct Ints<'a>(&'a Int32Array);

impl<'a> Ints<'a> {
    pub(crate) fn of(batch: &'a RecordBatch, name: &str) -> Result<Self, ArrowError> {
        let found = column(batch, name)?;
        found.as_primitive_opt::<Int32Type>().map(Self).ok_or_else(|| unlike(name, found))
    }

    pub(crate) fn get(&self, row: usize) -> Option<i32> {
        (row < self.0.len() && self.0.is_valid(row)).then(|| self.0.value(row))
    }

    /// A port: 0 when absent.
    pub(crate) fn port(&self, row: usize) -> u16 {
        self.get(row).and_then(|port| u16::try_from(port).ok()).unwrap_or_default()
    }
}

/// A column of yes and no.
#[derive(Debug)]
pub(crate) struct Flags<'a>(&'a BooleanArray);

impl<'a> Flags<'a> {
    pub(crate) fn of(batch: &'a RecordBatch, name: &str) -> Result<Self, ArrowError> {
        let found = column(batch, name)?;
        found.as_boolean_opt().map(Self).ok_or_else(|| unlike(name, found))
    }

    pub(crate) fn get(&self, row: usize) -> bool {
        row < self.0.len() && self.0.is_valid(row) && self.0.value(row)
    }
}

/// A column of texts of which most differ.
#[derive(Debug)]
pub(crate) struct Texts<'a>(&'a StringArray);

impl<'a> Texts<'a> {
    pub(crate) fn of(batch: &'a RecordBatch, name: &str) -> Result<Self, ArrowError> {
        let found = column(batch, name)?;
        found.as_string_opt().map(Self).ok_or_else(|| unlike(name, found))
    }

    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        (row < self.0.len() && self.0.is_valid(row)).then(|| self.0.value(row))
    }
}

/// A column of texts of which few differ, as the file's dictionary and a key for each row.
#[derive(Debug)]
pub(crate) struct Words<'a> {
    keys: &'a Int32Array,
    values: Texts<'a>,
}

impl<'a> Words<'a> {
    pub(crate) fn of(batch: &'a RecordBatch, name: &str) -> Result<Self, ArrowError> {
        let found = column(batch, name)?;
        let coded = found.as_dictionary_opt::<Int32Type>().ok_or_else(|| unlike(name, found))?;
        let values = coded.values().as_string_opt().ok_or_else(|| unlike(name, found))?;
        Ok(Self { keys: coded.keys(), values: Texts(values) })
    }

    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        self.values.get(self.key(row)?)
    }

    fn key(&self, row: usize) -> Option<usize> {
        if row >= self.keys.len() || self.keys.is_null(row) {
            return None;
        }
        usize::try_from(self.keys.value(row)).ok()
    }

    /// What `judge` says of the text of each row; absent texts are asked about too.
    ///
    /// Each text of the dictionary that some row uses is judged once, unless it holds more texts than there
    /// are rows.
    pub(crate) fn judge<T: Copy>(&self, mut judge: impl FnMut(Option<&'a str>) -> T) -> Vec<T> {
        let rows = 0..self.keys.len();
        if self.values.0.len() > self.keys.len() {
            return rows.map(|row| judge(self.get(row))).collect();
        }
        let absent = judge(None);
        let mut known: Vec<Option<T>> = vec![None; self.values.0.len()];
        let verdict = |row| {
            let Some(key) = self.key(row) else {
                return absent;
            };
            let Some(known) = known.get_mut(key) else {
                return absent;
            };
            *known.get_or_insert_with(|| judge(self.values.get(key)))
        };
        rows.map(verdict).collect()
    }
}

/// The two columns of an address.
#[derive(Debug)]
pub(crate) struct Addresses<'a> {
    pub(crate) v4: Longs,
    pub(crate) v6: Texts<'a>,
}

impl<'a> Addresses<'a> {
    pub(crate) fn of(batch: &'a RecordBatch, v4: &str, v6: &str) -> Result<Self, ArrowError> {
        Ok(Self { v4: Longs::of(batch, v4)?, v6: Texts::of(batch, v6)? })
    }

    /// The address of a row; [`Ip::NONE`] when it has none.
    pub(crate) fn get(&self, row: usize) -> Result<Ip, QueryError> {
        if let Some(bits) = self.v4.get(row) {
            let strange = |_| QueryError::Strange {
                column: ledger::schema::IP_V4,
                value: bits.to_string(),
                wanted: "IPv4 address",
            };
            return u32::try_from(bits).map(Ip::from_v4).map_err(strange);
        }
        let Some(text) = self.v6.get(row) else {
            return Ok(Ip::NONE);
        };
        text.parse().map_err(|_| QueryError::Strange {
            column: ledger::schema::IP_V6,
            value: text.chars().take(80).collect(),
            wanted: "IPv6 address",
        })
    }
}

/// An instant from the table's microseconds.
pub(crate) fn instant(micros: i64) -> Result<Timestamp, QueryError> {
    Timestamp::from_microsecond(micros).map_err(|_| QueryError::Strange {
        column: ledger::schema::SEEN,
        value: micros.to_string(),
        wanted: "instant",
    })
}
