//! A row on its way to becoming an entity: columns by name, each parsed into the type it must be.
//!
//! What is at rest may have been touched by another tool, so nothing is believed: a column that does
//! not parse is an error that names it.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type, ValueRef};

use crate::StoreError;
use crate::engine::Row;

/// One row of an answer.
pub(crate) struct Record {
    row: Row,
}

impl Record {
    pub(crate) fn new(row: impl Into<Row>) -> Self {
        Self { row: row.into() }
    }

    /// A column, if it holds just that.
    pub(crate) fn column<'r, T>(&'r self, column: &str) -> sqlx::Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        match &self.row {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
    }

    /// A whole number, of whichever width the engine keeps it.
    pub(crate) fn number(&self, column: &str) -> sqlx::Result<Option<i64>> {
        if let Row::Postgres(row) = &self.row {
            let narrow = <i32 as Type<Postgres>>::compatible(&row.try_get_raw(column)?.type_info());
            if narrow {
                return Ok(row.try_get::<Option<i32>, _>(column)?.map(i64::from));
            }
        }
        self.column(column)
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.column(column).map_err(corrupt(column, "text"))
    }

    pub(crate) fn text_if_any(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.column(column).map_err(corrupt(column, "text"))
    }

    pub(crate) fn integer(&self, column: &'static str) -> Result<i64, StoreError> {
        let number = self.number(column).map_err(corrupt(column, "number"))?;
        number.ok_or("it is empty").map_err(corrupt(column, "number"))
    }

    /// A number of things, or any number of a narrower type.
    pub(crate) fn count<N>(&self, column: &'static str) -> Result<N, StoreError>
    where
        N: TryFrom<i64, Error: Display>,
    {
        N::try_from(self.integer(column)?).map_err(corrupt(column, "number in its range"))
    }

    pub(crate) fn instant(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.integer(column)?).map_err(corrupt(column, "instant"))
    }

    pub(crate) fn instant_if_any(
        &self,
        column: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let micros = self.number(column).map_err(corrupt(column, "number or nothing"))?;
        let instant = micros.map(Timestamp::from_microsecond).transpose();
        instant.map_err(corrupt(column, "instant"))
    }

    pub(crate) fn parsed<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: FromStr<Err: Display>,
    {
        let text: &str = self.column(column).map_err(corrupt(column, "text"))?;
        text.parse().map_err(corrupt(column, std::any::type_name::<T>()))
    }

    pub(crate) fn parsed_if_any<T>(&self, column: &'static str) -> Result<Option<T>, StoreError>
    where
        T: FromStr<Err: Display>,
    {
        let text: Option<&str> = self.column(column).map_err(corrupt(column, "text"))?;
        text.map(str::parse).transpose().map_err(corrupt(column, std::any::type_name::<T>()))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        let text: &str = self.column(column).map_err(corrupt(column, "text"))?;
        serde_json::from_str(text).map_err(corrupt(column, std::any::type_name::<T>()))
    }
}

/// One number: for statements that count.
impl TryFrom<Record> for u64 {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        record.count("number")
    }
}

/// What is wrong with a column.
pub(crate) fn corrupt<E: Display>(
    column: &'static str,
    wanted: &'static str,
) -> impl FnOnce(E) -> StoreError {
    move |why| StoreError::Corrupt { column, wanted, why: why.to_string() }
}

/// A state that this release does not know.
pub(crate) fn unknown_state<T>(state: &str) -> Result<T, StoreError> {
    Err(corrupt("state", "state known to this release")(format!("it holds `{state}`")))
}

/// A count as the engine keeps it: SQL has no unsigned numbers.
pub(crate) fn bigint(what: &'static str, number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::TooLarge { what, number })
}

/// Entities that nothing searches by, as JSON.
pub(crate) fn json_text<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Unwritable { what, source })
}
