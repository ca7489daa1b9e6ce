//! Opening the store, and asking it.

use std::time::Duration;

use sqlx::migrate::MigrateError;

use crate::address::Address;
use crate::engine::Pools;
use crate::error::failed_to;
use crate::record::Record;
use crate::statement::Prepared;
use crate::{StoreError, Tx, postgres, sqlite};

/// How long a writer waits for another one, of this process or of a second `juyan` on the same store:
/// longer than it takes to enter some millions of remediations at once.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
/// Enough for the desk's pages on a small machine; each reader costs a thread or a process, and its cache.
pub(crate) const READERS: u32 = 4;

/// The case store. Cloning it is cheap and gives the same store.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pools: Pools,
}

/// Why a store was not opened.
pub(crate) enum Unopened {
    Refused(sqlx::Error),
    Unfit { collation: String, encoding: String },
    Unmigrated(MigrateError),
}

impl Store {
    /// Opens the store, making and migrating it as needed. A file's folder, or a server's database, must
    /// be there.
    pub async fn open(address: &Address) -> Result<Self, StoreError> {
        let opened = match address {
            Address::File(path) => sqlite::open(path).await.map(Pools::Sqlite),
            Address::Server(server) => postgres::open(server).await.map(Pools::Postgres),
        };
        Ok(Self { pools: opened.map_err(|why| why.at(address))? })
    }

    /// Begins to write. One writer at a time: a second waits here for the first.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.pools.begin().await.map(Tx::new).map_err(failed_to("begin to write"))
    }

    /// Waits for whoever is at it, then closes the connections.
    pub async fn close(&self) {
        self.pools.close().await;
    }

    /// Every row of a statement, as entities.
    pub(crate) async fn all<T>(
        &self,
        doing: &'static str,
        statement: Prepared,
    ) -> Result<Vec<T>, StoreError>
    where
        T: TryFrom<Record, Error = StoreError>,
    {
        let rows = self.pools.all(statement).await.map_err(failed_to(doing))?;
        rows.into_iter().map(T::try_from).collect()
    }

    /// The one row of a statement, if there is one.
    pub(crate) async fn one<T>(
        &self,
        doing: &'static str,
        statement: Prepared,
    ) -> Result<Option<T>, StoreError>
    where
        T: TryFrom<Record, Error = StoreError>,
    {
        let row = self.pools.one(statement).await.map_err(failed_to(doing))?;
        row.map(T::try_from).transpose()
    }
}

impl Unopened {
    pub(crate) fn at(self, address: &Address) -> StoreError {
        let needs = match address {
            Address::File(_) => "its folder exists and is writable",
            Address::Server(_) => "the server runs, the database is there and the role may use it",
        };
        let address = address.to_string();
        match self {
            Self::Refused(source) => StoreError::Open { address, needs, source },
            Self::Unfit { collation, encoding } => {
                StoreError::Unfit { address, collation, encoding }
            }
            Self::Unmigrated(source) => StoreError::Migrate { address, source },
        }
    }
}

impl From<sqlx::Error> for Unopened {
    fn from(source: sqlx::Error) -> Self {
        Self::Refused(source)
    }
}

impl From<MigrateError> for Unopened {
    fn from(source: MigrateError) -> Self {
        Self::Unmigrated(source)
    }
}
