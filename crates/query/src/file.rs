//! One file of the table: which of its row groups and pages may hold an answer, and reading those.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, TryFutureExt, TryStreamExt};
use ledger::schema::{self, FileEntry};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, RowFilter,
    RowSelection,
};
use parquet::arrow::async_reader::{
    AsyncFileReader, ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder,
};
use parquet::bloom_filter::Sbbf;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use crate::QueryError;
use crate::condition::{Condition, Group};

/// Rows decoded at a time: few enough that the columns of a batch stay in the cache.
const BATCH_ROWS: usize = 8_192;

/// How much of a file's end is fetched at once: footer and page index of a few row groups.
const FOOTER_BYTES: usize = 64 * 1024;

/// Columns read as the file's dictionary and keys, so that a text is compared once, not once a row.
const CODED: [&str; 11] = [
    schema::DOMAIN,
    schema::THREAT,
    schema::CLASSIFICATION,
    schema::TRANSPORT,
    schema::DESTINATION_DOMAIN,
    schema::ORGANISATION,
    schema::PROVINCE,
    schema::AS_NAME,
    schema::DELIVERY,
    schema::URL,
    schema::FORM,
];

/// A file whose footer and page index are read.
pub(crate) struct OpenFile {
    remote: Remote,
    metadata: ArrowReaderMetadata,
}

impl OpenFile {
    pub(crate) async fn open(
        store: Arc<dyn ObjectStore>,
        root: &Path,
        entry: &FileEntry,
    ) -> Result<Self, QueryError> {
        let path = Path::from(format!("{root}/{}", entry.path));
        let mut remote = Remote { store, path, bytes: entry.bytes };
        let metadata = load(&mut remote).await.map_err(|source| remote.failed(source))?;
        Ok(Self { remote, metadata })
    }

    pub(crate) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The rows of a row group that meet every condition; `None` when it can be told that there are none.
    pub(crate) async fn read(
        &self,
        group: usize,
        conditions: &[Arc<Condition>],
        columns: &[&str],
    ) -> Result<Option<Batches>, QueryError> {
        let Some(about) = Group::of(self.metadata.metadata(), group) else {
            return Ok(None);
        };
        if !conditions.iter().all(|condition| condition.may_be_in_group(&about)) {
            return Ok(None);
        }
        let mut builder = ParquetRecordBatchStreamBuilder::new_with_metadata(
            self.remote.clone(),
            self.metadata.clone(),
        );
        for condition in conditions {
            if !may_be_in_bloom(&mut builder, group, condition).await.map_err(|e| self.failed(e))? {
                return Ok(None);
            }
        }
        let pages = conditions.iter().filter_map(|condition| condition.pages(&about));
        let pages = pages.reduce(|these, those| these.intersection(&those));
        if pages.as_ref().is_some_and(|pages| !pages.selects_any()) {
            return Ok(None);
        }
        let skipped = pages.as_ref().map_or(0, RowSelection::skipped_row_count);
        if let Some(pages) = pages {
            builder = builder.with_row_selection(pages);
        }
        let projection = self.mask(columns);
        let stream = builder
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS)
            .with_projection(projection)
            .with_row_filter(self.filter(conditions))
            .build()
            .map_err(|error| self.failed(error))?;
        Ok(Some(Batches { stream, path: self.remote.path.to_string(), skipped }))
    }

    fn filter(&self, conditions: &[Arc<Condition>]) -> RowFilter {
        let predicate = |condition: &Arc<Condition>| -> Box<dyn ArrowPredicate> {
            let condition = condition.clone();
            let mask = self.mask(&condition.columns());
            Box::new(ArrowPredicateFn::new(mask, move |batch| condition.met_by(&batch)))
        };
        RowFilter::new(conditions.iter().map(predicate).collect())
    }

    fn mask(&self, columns: &[&str]) -> ProjectionMask {
        ProjectionMask::columns(self.metadata.parquet_schema(), columns.iter().copied())
    }

    fn failed(&self, source: ParquetError) -> QueryError {
        self.remote.failed(source)
    }
}

/// Whether the bloom filters of a row group leave room for one of the condition's addresses.
async fn may_be_in_bloom(
    builder: &mut ParquetRecordBatchStreamBuilder<Remote>,
    group: usize,
    condition: &Condition,
) -> Result<bool, ParquetError> {
    let Some(points) = condition.points() else {
        return Ok(true);
    };
    if !points.v4.is_empty() {
        match bloom(builder, group, schema::IP_V4).await? {
            Some(bloom) if !points.v4.iter().any(|value| bloom.check(*value)) => {}
            Some(_) | None => return Ok(true),
        }
    }
    if !points.v6.is_empty() {
        match bloom(builder, group, schema::IP_V6).await? {
            Some(bloom) if !points.v6.iter().any(|value| bloom.check(value.as_str())) => {}
            Some(_) | None => return Ok(true),
        }
    }
    Ok(false)
}

async fn bloom(
    builder: &mut ParquetRecordBatchStreamBuilder<Remote>,
    group: usize,
    column: &str,
) -> Result<Option<Sbbf>, ParquetError> {
    let position = builder.parquet_schema().columns().iter().position(|c| c.name() == column);
    match position {
        Some(position) => builder.get_row_group_column_bloom_filter(group, position).await,
        None => Ok(None),
    }
}

/// The matching rows of one row group, batch by batch.
pub(crate) struct Batches {
    stream: ParquetRecordBatchStream<Remote>,
    path: String,
    /// Rows in pages that were excluded.
    pub(crate) skipped: usize,
}

impl Batches {
    pub(crate) async fn next(&mut self) -> Result<Option<RecordBatch>, QueryError> {
        let next = self.stream.try_next().await;
        next.map_err(|source| QueryError::File { path: self.path.clone(), source })
    }
}

/// Reads footer and page index, and has the coded columns come as dictionaries.
///
/// The Arrow schema that a writer may have left in the file is skipped: it says how the writer held the
/// columns in memory, which is its own business.
async fn load(remote: &mut Remote) -> Result<ArrowReaderMetadata, ParquetError> {
    let options = ArrowReaderOptions::new()
        .with_skip_arrow_metadata(true)
        .with_page_index_policy(PageIndexPolicy::Optional);
    let plain = ArrowReaderMetadata::load_async(remote, options.clone()).await?;
    let coded = with_dictionaries(plain.schema());
    ArrowReaderMetadata::try_new(plain.metadata().clone(), options.with_schema(coded))
}

fn with_dictionaries(schema: &SchemaRef) -> SchemaRef {
    let coded = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = schema.fields().iter().map(|field| {
        let is_coded = CODED.contains(&field.name().as_str());
        if is_coded && *field.data_type() == DataType::Utf8 {
            Field::clone(field).with_data_type(coded.clone())
        } else {
            Field::clone(field)
        }
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
struct Remote {
    store: Arc<dyn ObjectStore>,
    path: Path,
    bytes: u64,
}

impl Remote {
    fn failed(&self, source: ParquetError) -> QueryError {
        QueryError::File { path: self.path.to_string(), source }
    }
}

fn outside(error: object_store::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

impl AsyncFileReader for Remote {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        self.store.get_range(&self.path, range).map_err(outside).boxed()
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, Result<Vec<Bytes>, ParquetError>> {
        async move { self.store.get_ranges(&self.path, &ranges).await.map_err(outside) }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>, ParquetError>> {
        let bytes = self.bytes;
        async move {
            let reader = ParquetMetaDataReader::new()
                .with_prefetch_hint(Some(FOOTER_BYTES))
                .with_arrow_reader_options(options);
            Ok(Arc::new(reader.load_and_finish(self, bytes).await?))
        }
        .boxed()
    }
}
