//! A statement with its values, ready for whichever engine runs it.
//!
//! There are three kinds of value and no more: texts, whole numbers and truths. Every number goes out as
//! eight bytes, whatever it was here: that is what both engines compare and store without a cast.

use model::permit::ReadPermit;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Database, Encode, SqlSafeStr, SqlStr, Type};

use crate::scope::reach;

/// A statement with its values.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    sql: SqlStr,
    values: Vec<Value>,
}

/// A value of a statement; none is NULL of that kind.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Truth(Option<bool>),
}

/// A statement of the registry with the permit's reach bound to `$1`, as each of them expects.
pub(crate) fn ask(sql: &'static str, permit: &ReadPermit) -> Prepared {
    tell(sql).bind(reach(permit))
}

/// A statement that takes no permit: a write, or a question within one.
pub(crate) fn tell(sql: &'static str) -> Prepared {
    Prepared { sql: sql.into_sql_str(), values: Vec::new() }
}

/// A statement put together here, of names that the engine's own catalogue has.
pub(crate) fn assembled(sql: String) -> Prepared {
    Prepared { sql: AssertSqlSafe(sql).into_sql_str(), values: Vec::new() }
}

impl Prepared {
    /// Gives the next `$n` its value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// As one engine takes it.
    pub(crate) fn on<DB>(self) -> Query<'static, DB, DB::Arguments>
    where
        DB: Database,
        Option<String>: Encode<'static, DB> + Type<DB>,
        Option<i64>: Encode<'static, DB> + Type<DB>,
        Option<bool>: Encode<'static, DB> + Type<DB>,
    {
        self.values.into_iter().fold(sqlx::query(self.sql), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
            Value::Truth(truth) => query.bind(truth),
        })
    }
}

/// Text as it can be kept: PostgreSQL holds no zero byte, so each becomes U+FFFD, at either engine.
pub(crate) fn keepable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(keepable(text)))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(keepable))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map(str::to_owned).into()
    }
}

/// Numbers, and numbers if any.
macro_rules! numbers {
    ($($narrow:ty),*) => {$(
        impl From<$narrow> for Value {
            fn from(number: $narrow) -> Self {
                Self::Number(Some(number.into()))
            }
        }

        impl From<Option<$narrow>> for Value {
            fn from(number: Option<$narrow>) -> Self {
                Self::Number(number.map(Into::into))
            }
        }
    )*};
}
numbers!(i64, i32, i16, u32, u16, u8);

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(Some(truth))
    }
}

impl From<Option<bool>> for Value {
    fn from(truth: Option<bool>) -> Self {
        Self::Truth(truth)
    }
}
