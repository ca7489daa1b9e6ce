//! The two engines behind one face. What they promise is the same; how they keep it is not.
//!
//! | | SQLite | PostgreSQL |
//! |---|---|---|
//! | one writer at a time | `BEGIN IMMEDIATE` | an advisory lock that the transaction holds |
//! | a reader cannot write | `query_only` | `default_transaction_read_only` |
//! | a view that stands still | any read transaction | `REPEATABLE READ` |
//!
//! One writer at a time also at PostgreSQL, though it could run several. Every write ends with an act, and
//! every act takes the place behind the last entry of the journal: two writers side by side would meet
//! there, and one would have to begin anew. And a decision rests on what was read before it: while it is
//! written nothing else may move. So there are no conflicts to be found late, and nothing is retried.

use sqlx::sqlite::SqliteRow;
use sqlx::{Database, Pool, Postgres, Sqlite};

use crate::record::Record;
use crate::statement::Prepared;

/// Holds off other writers of the same database until its transaction ends. The number is this program's
/// own: advisory locks are numbers that programs agree upon.
pub(crate) const WRITING: i64 = 0x6a75_7961_6e01;

/// The connections of one engine: the writer is a single one, for which writers of this process queue.
#[derive(Debug)]
pub(crate) struct Pair<DB: Database> {
    pub(crate) readers: Pool<DB>,
    pub(crate) writer: Pool<DB>,
}

/// The connections of whichever engine it is.
#[derive(Clone, Debug)]
pub(crate) enum Pools {
    Sqlite(Pair<Sqlite>),
    Postgres(Pair<Postgres>),
}

/// Which engine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A row of whichever engine.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(sqlx::postgres::PgRow),
}

/// A transaction of whichever engine; dropping it undoes it.
#[derive(Debug)]
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Pools {
    /// Every row of a question.
    pub(crate) async fn all(&self, question: Prepared) -> sqlx::Result<Vec<Record>> {
        Ok(match self {
            Self::Sqlite(pools) => records(question.on().fetch_all(&pools.readers).await?),
            Self::Postgres(pools) => records(question.on().fetch_all(&pools.readers).await?),
        })
    }

    /// The one row of a question, if there is one.
    pub(crate) async fn one(&self, question: Prepared) -> sqlx::Result<Option<Record>> {
        Ok(match self {
            Self::Sqlite(pools) => {
                question.on().fetch_optional(&pools.readers).await?.map(Record::new)
            }
            Self::Postgres(pools) => {
                question.on().fetch_optional(&pools.readers).await?.map(Record::new)
            }
        })
    }

    /// Begins to write, once whoever writes now has ended.
    pub(crate) async fn begin(&self) -> sqlx::Result<Transaction> {
        Ok(match self {
            // IMMEDIATE takes the lock now: a transaction that read first and wrote later could find that
            // the world had moved, and would have to fail.
            Self::Sqlite(pools) => {
                Transaction::Sqlite(pools.writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(pools) => Transaction::Postgres(begin_alone(&pools.writer).await?),
        })
    }

    /// Begins to read what was committed last, and goes on seeing just that.
    pub(crate) async fn snapshot(&self) -> sqlx::Result<Transaction> {
        Ok(match self {
            Self::Sqlite(pools) => Transaction::Sqlite(pools.readers.begin().await?),
            Self::Postgres(pools) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Transaction::Postgres(pools.readers.begin_with(begin).await?)
            }
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pools) => pools.close().await,
            Self::Postgres(pools) => pools.close().await,
        }
    }
}

/// Written out, as a derived one would ask that the engine itself can be cloned.
impl<DB: Database> Clone for Pair<DB> {
    fn clone(&self) -> Self {
        Self { readers: self.readers.clone(), writer: self.writer.clone() }
    }
}

impl<DB: Database> Pair<DB> {
    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Begins a transaction of PostgreSQL and waits until it is the only one that writes.
///
/// READ COMMITTED, so that what it sees is as of each statement and not as of its beginning, which was
/// before the wait. Nothing moves between two statements: it writes alone.
pub(crate) async fn begin_alone(
    writer: &Pool<Postgres>,
) -> sqlx::Result<sqlx::Transaction<'static, Postgres>> {
    let mut inner = writer.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await?;
    let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(WRITING);
    lock.execute(&mut *inner).await?;
    Ok(inner)
}

impl Transaction {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement; how many rows it altered.
    pub(crate) async fn execute(&mut self, statement: Prepared) -> sqlx::Result<u64> {
        Ok(match self {
            Self::Sqlite(inner) => statement.on().execute(&mut **inner).await?.rows_affected(),
            Self::Postgres(inner) => statement.on().execute(&mut **inner).await?.rows_affected(),
        })
    }

    /// Every row of a question.
    pub(crate) async fn all(&mut self, question: Prepared) -> sqlx::Result<Vec<Record>> {
        Ok(match self {
            Self::Sqlite(inner) => records(question.on().fetch_all(&mut **inner).await?),
            Self::Postgres(inner) => records(question.on().fetch_all(&mut **inner).await?),
        })
    }

    /// The one row of a question, if there is one.
    pub(crate) async fn one(&mut self, question: Prepared) -> sqlx::Result<Option<Record>> {
        Ok(match self {
            Self::Sqlite(inner) => {
                question.on().fetch_optional(&mut **inner).await?.map(Record::new)
            }
            Self::Postgres(inner) => {
                question.on().fetch_optional(&mut **inner).await?.map(Record::new)
            }
        })
    }

    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(inner) => inner.commit().await,
            Self::Postgres(inner) => inner.commit().await,
        }
    }

    pub(crate) async fn rollback(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(inner) => inner.rollback().await,
            Self::Postgres(inner) => inner.rollback().await,
        }
    }
}

fn records(rows: Vec<impl Into<Row>>) -> Vec<Record> {
    rows.into_iter().map(Record::new).collect()
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<sqlx::postgres::PgRow> for Row {
    fn from(row: sqlx::postgres::PgRow) -> Self {
        Self::Postgres(row)
    }
}
