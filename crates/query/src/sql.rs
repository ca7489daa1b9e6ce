//! Ad hoc SQL over the table, read-only, by DataFusion.
//!
//! A leaf behind the feature `sql`: nothing of ours is decided by it, and an installation without it lacks
//! nothing but this. The files are those of the log, never those of a listing: what an intake has not
//! committed or retention has dropped is not in the answer.
//!
//! The table is called `sightings`. Beside the columns of [`ledger::schema`] it has `day`, and the
//! addresses `ip` and `destination_ip` as people write them.

use std::sync::Arc;

use arrow_array::RecordBatch;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use ledger::schema;

use crate::{Query, QueryError};

/// How much a query may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqlLimits {
    /// The most rows of the answer.
    pub rows: usize,
    /// The most memory in bytes for sorting, joining and grouping; needing more fails the query.
    pub memory_bytes: usize,
}

/// The answer to a query.
#[derive(Clone, Debug)]
pub struct Answer {
    pub batches: Vec<RecordBatch>,
    /// Whether rows were left out for [`SqlLimits::rows`].
    pub has_more: bool,
}

impl Answer {
    /// The rows as a table of text.
    pub fn to_text(&self) -> Result<String, QueryError> {
        let text = pretty_format_batches(&self.batches);
        Ok(text.map_err(|error| QueryError::Sql(error.to_string()))?.to_string())
    }
}

impl Query {
    /// Answers one `SELECT`. Whatever would change, create or write anything is refused.
    pub async fn sql(&self, text: &str, limits: SqlLimits) -> Result<Answer, QueryError> {
        let session = session(limits.memory_bytes)?;
        let table = self.table(&session).await?;
        let view = session.register_table("sightings", table.into_view());
        view.map_err(|error| failed(&error))?;
        let reading = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let frame = session.sql_with_options(text, reading).await;
        let frame = frame.and_then(|frame| frame.limit(0, Some(limits.rows.saturating_add(1))));
        let frame = frame.map_err(|error| failed(&error))?;
        let batches = frame.collect().await.map_err(|error| failed(&error))?;
        Ok(cut(batches, limits.rows))
    }

    /// The live files as a table, with the columns for people.
    async fn table(&self, session: &SessionContext) -> Result<DataFrame, QueryError> {
        let files = self.listing(session).map_err(|error| failed(&error))?;
        let named = session.register_table("files", files.into_view());
        named.map_err(|error| failed(&error))?;
        let ip = written(schema::IP_V4, schema::IP_V6);
        let destination = written(schema::DESTINATION_V4, schema::DESTINATION_V6);
        let text = format!(
            "SELECT CAST({seen} AS DATE) AS {day}, {ip} AS ip, {destination} AS destination_ip, *
               FROM files",
            seen = schema::SEEN,
            day = schema::DAY,
        );
        session.sql(&text).await.map_err(|error| failed(&error))
    }

    fn listing(&self, session: &SessionContext) -> Result<DataFrame, DataFusionError> {
        if self.files.is_empty() {
            return session.read_batch(RecordBatch::new_empty(schema::sightings_schema()));
        }
        let url =
            |path: &str| ListingTableUrl::parse(format!("ledger://table/{}/{path}", self.root));
        let urls = self.files.iter().map(|file| url(&file.path)).collect::<Result<Vec<_>, _>>()?;
        if let Some(url) = urls.first() {
            session.register_object_store(url.object_store().as_ref(), self.store.clone());
        }
        let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
        let config = ListingTableConfig::new_with_multi_paths(urls)
            .with_listing_options(options)
            .with_schema(schema::sightings_schema());
        session.read_table(Arc::new(ListingTable::try_new(config)?))
    }
}

fn session(memory_bytes: usize) -> Result<SessionContext, QueryError> {
    let no_disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_limit(memory_bytes, 1.0)
        .with_disk_manager_builder(no_disk)
        .build_arc()
        .map_err(|error| failed(&error))?;
    let mut config = SessionConfig::new();
    config.options_mut().execution.parquet.pushdown_filters = true;
    Ok(SessionContext::new_with_config_rt(config, runtime))
}

/// The expression that writes an address as people do: dotted for IPv4, in full for IPv6.
fn written(v4: &str, v6: &str) -> String {
    let byte = |place: u32| format!("CAST(({v4} / {}) % 256 AS VARCHAR)", 1_u32 << (8 * place));
    let bytes = [byte(3), byte(2), byte(1), byte(0)].join(" || '.' || ");
    format!("CASE WHEN {v4} IS NULL THEN {v6} ELSE {bytes} END")
}

/// The first rows, and whether there were more.
fn cut(batches: Vec<RecordBatch>, most: usize) -> Answer {
    let mut left = most;
    let mut has_more = false;
    let mut kept = Vec::with_capacity(batches.len());
    for batch in batches {
        let rows = batch.num_rows().min(left);
        has_more |= rows < batch.num_rows();
        left -= rows;
        kept.push(batch.slice(0, rows));
    }
    Answer { batches: kept, has_more }
}

fn failed(error: &DataFusionError) -> QueryError {
    QueryError::Sql(error.strip_backtrace())
}

#[cfg(test)]
mod tests;
