//! A store as plain text: every table whole, as of one instant, and back into an empty store.
//!
//! The form belongs to neither engine, so what one wrote the other takes. A table is a text of lines, each
//! a JSON array: the first holds the names of the columns, each further one a row in their order. What the
//! engine computes is left out. How far a journal reaches is not taken over but grown again: its entries are
//! appended one by one past the fences, and then the chain is recomputed.

use futures_util::TryStreamExt;
use model::permit::{ReadPermit, Scope};
use serde_json::Value;

use crate::engine::{Engine, Transaction};
use crate::error::failed_to;
use crate::journal::{MOVE_HEAD, READ_HEAD, Verified, walk_within};
use crate::record::{Record, corrupt};
use crate::schema::tables;
use crate::statement::{Prepared, assembled, tell};
use crate::{Store, StoreError};

const JOURNAL: &str = "journal";
const HEAD: &str = "journal_head";

/// What is done with each line of each table: it is given the table's name and the line, without its end.
pub type Keep<'k> = dyn FnMut(&str, &str) -> std::io::Result<()> + Send + 'k;

struct Column {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Truth,
}

impl Store {
    /// Gives out every table, one after the other, as they stand at one instant; how the journal stood then.
    ///
    /// Refuses a store whose journal is broken: what a backup of it would prove is nothing.
    pub async fn dump(
        &self,
        permit: &ReadPermit,
        keep: &mut Keep<'_>,
    ) -> Result<Verified, StoreError> {
        let doing = "dump the case store";
        if *permit.scope() != Scope::Everything {
            return Err(StoreError::OutOfReach { what: "the whole store" });
        }
        let mut snapshot = self.pools.snapshot().await.map_err(failed_to(doing))?;
        let verified = walk_within(&mut snapshot, permit, &mut |_| None).await??;
        for table in tables() {
            let columns = columns_of(&mut snapshot, &table).await?;
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let mut keep = |line: Value| {
                keep(&table, &line.to_string())
                    .map_err(|source| StoreError::Unkept { table: table.clone(), source })
            };
            keep(names.clone().into())?;
            let all = format!("SELECT {} FROM {table} ORDER BY 1", names.join(", "));
            each(&mut snapshot, assembled(all), |row| keep(as_json(&row, &columns)?)).await?;
        }
        Ok(verified)
    }

    /// Begins to load a dump. The store must be empty: as it was made, without a single act.
    pub async fn load(&self) -> Result<Loading, StoreError> {
        let doing = "load a dump";
        let mut tx = self.pools.begin().await.map_err(failed_to(doing))?;
        let head = tx.one(tell(READ_HEAD)).await.map_err(failed_to(doing))?;
        let entries = head.map_or(Ok(0), |head| head.count("entries"))?;
        if entries > 0 {
            return Err(StoreError::NotEmpty { entries });
        }
        Ok(Loading { tx, table: String::new(), columns: Vec::new(), line: 0 })
    }
}

/// A dump on its way into a store: all of it, or nothing.
#[derive(Debug)]
pub struct Loading {
    tx: Transaction,
    table: String,
    columns: Vec<Column>,
    line: u64,
}

impl Loading {
    /// Goes on to the next table, in the order of [`tables`].
    pub async fn table(&mut self, name: &str) -> Result<(), StoreError> {
        name.clone_into(&mut self.table);
        self.columns = Vec::new();
        self.line = 0;
        if !tables().iter().any(|known| known == name) {
            return Err(self.bad("this release has no such table"));
        }
        if name == JOURNAL || name == HEAD {
            return Ok(());
        }
        // What a new store holds from the start gives way.
        let any = assembled(format!("SELECT 1 FROM {name} LIMIT 1"));
        if self.tx.one(any).await.map_err(failed_to("load a dump"))?.is_some() {
            let none = assembled(format!("DELETE FROM {name}"));
            self.tx.execute(none).await.map_err(failed_to("load a dump"))?;
        }
        Ok(())
    }

    /// Takes the next line of the table.
    pub async fn line(&mut self, line: &str) -> Result<(), StoreError> {
        self.line += 1;
        let values: Vec<Value> = serde_json::from_str(line).map_err(|why| self.bad(why))?;
        if self.line == 1 {
            return self.header(&values).await;
        }
        if self.table == HEAD {
            return Ok(());
        }
        if values.len() != self.columns.len() {
            return Err(self.bad(format!("it has {} columns", values.len())));
        }
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let places: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
        let (table, names, places) = (&self.table, names.join(", "), places.join(", "));
        let mut insert = assembled(format!("INSERT INTO {table} ({names}) VALUES ({places})"));
        for (value, column) in values.iter().zip(&self.columns) {
            insert = bind(insert, value, column.kind)
                .ok_or_else(|| self.bad(format!("`{}` holds {value}", column.name)))?;
        }
        self.tx.execute(insert).await.map_err(|why| self.bad(why))?;
        if self.table == JOURNAL { self.move_head(&values).await } else { Ok(()) }
    }

    /// Makes it last, if the journal is whole.
    pub async fn finish(mut self, permit: &ReadPermit) -> Result<Verified, StoreError> {
        let verified = walk_within(&mut self.tx, permit, &mut |_| None).await??;
        self.tx.commit().await.map_err(failed_to("load a dump"))?;
        Ok(verified)
    }

    async fn header(&mut self, names: &[Value]) -> Result<(), StoreError> {
        let mut known = columns_of(&mut self.tx, &self.table).await?;
        for name in names {
            let place = known.iter().position(|column| name.as_str() == Some(&column.name));
            let Some(place) = place else { return Err(self.bad(format!("no column is {name}"))) };
            self.columns.push(known.swap_remove(place));
        }
        Ok(())
    }

    async fn move_head(&mut self, entry: &[Value]) -> Result<(), StoreError> {
        let of = |name| self.columns.iter().position(|column| column.name == name);
        let sequence = of("sequence").and_then(|place| entry.get(place)).and_then(Value::as_i64);
        let hash = of("hash").and_then(|place| entry.get(place)).and_then(Value::as_str);
        let (Some(sequence), Some(hash)) = (sequence, hash) else {
            return Err(self.bad("an entry has a sequence and a hash"));
        };
        let head = tell(MOVE_HEAD).bind(sequence).bind(hash);
        match self.tx.execute(head).await.map_err(|why| self.bad(why))? {
            1 => Ok(()),
            _ => Err(self.bad("it does not follow the entry before")),
        }
    }

    fn bad(&self, why: impl std::fmt::Display) -> StoreError {
        StoreError::BadDump { table: self.table.clone(), line: self.line, why: why.to_string() }
    }
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// The columns of a table, those that the engine computes left out.
async fn columns_of(within: &mut Transaction, table: &str) -> Result<Vec<Column>, StoreError> {
    let question = match within.engine() {
        Engine::Sqlite => COLUMNS_OF_SQLITE,
        Engine::Postgres => COLUMNS_OF_POSTGRES,
    };
    let rows = within.all(tell(question).bind(table)).await;
    let rows = rows.map_err(failed_to("read the columns of a table"))?;
    let column = |row: Record| {
        let (name, kind) = (row.text("name")?, row.text("kind")?);
        let kind = match kind.to_ascii_uppercase().as_str() {
            "TEXT" => Kind::Text,
            "BIGINT" | "INTEGER" => Kind::Number,
            "BOOLEAN" => Kind::Truth,
            _ => {
                return Err(StoreError::UnknownKind {
                    table: table.to_owned(),
                    column: name,
                    kind,
                });
            }
        };
        Ok(Column { name, kind })
    };
    rows.into_iter().map(column).collect()
}

/// Hands over every row of a question without holding more than one of them.
async fn each(
    within: &mut Transaction,
    question: Prepared,
    mut take: impl FnMut(Record) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let failed = || failed_to("dump a table");
    match within {
        Transaction::Sqlite(inner) => {
            let mut rows = question.on().fetch(&mut **inner);
            while let Some(row) = rows.try_next().await.map_err(failed())? {
                take(Record::new(row))?;
            }
        }
        Transaction::Postgres(inner) => {
            let mut rows = question.on().fetch(&mut **inner);
            while let Some(row) = rows.try_next().await.map_err(failed())? {
                take(Record::new(row))?;
            }
        }
    }
    Ok(())
}

fn as_json(row: &Record, columns: &[Column]) -> Result<Value, StoreError> {
    let value = |Column { name, kind }: &Column| {
        let value: sqlx::Result<Value> = match kind {
            Kind::Text => row.column::<Option<String>>(name).map(Value::from),
            Kind::Number => row.number(name).map(Value::from),
            Kind::Truth => row.column::<Option<bool>>(name).map(Value::from),
        };
        value.map_err(|why| corrupt("of a table", "value of its kind")(format!("`{name}`: {why}")))
    };
    columns.iter().map(value).collect()
}

fn bind(statement: Prepared, value: &Value, kind: Kind) -> Option<Prepared> {
    let is_null = value.is_null();
    Some(match kind {
        Kind::Text if is_null => statement.bind(None::<String>),
        Kind::Text => statement.bind(value.as_str()?),
        Kind::Number if is_null => statement.bind(None::<i64>),
        Kind::Number => statement.bind(value.as_i64()?),
        Kind::Truth if is_null => statement.bind(None::<bool>),
        Kind::Truth => statement.bind(value.as_bool()?),
    })
}

const COLUMNS_OF_SQLITE: &str = "
SELECT name, type AS kind
  FROM pragma_table_xinfo($1)
 WHERE hidden = 0
 ORDER BY cid";

const COLUMNS_OF_POSTGRES: &str = "
SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind
  FROM information_schema.columns
 WHERE table_schema = current_schema()
   AND table_name = $1
   AND is_generated = 'NEVER'
 ORDER BY ordinal_position";

#[cfg(test)]
mod tests;
