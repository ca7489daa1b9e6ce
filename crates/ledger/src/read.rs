//! Reading the ledger's own Parquet files: some columns, some row groups, batch by batch.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, BinaryArray, BooleanArray, RecordBatch, StringArray};
use futures_util::TryStreamExt;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::async_reader::{ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

use crate::disk::{Disk, StoredFile};
use crate::error::LedgerError;

const BATCH_ROWS: usize = 8192;

/// A file that is being read.
pub(crate) struct Reading {
    path: Path,
    stream: ParquetRecordBatchStream<StoredFile>,
}

impl Reading {
    /// Opens a file for some columns of those row groups that `wanted` lets through.
    pub(crate) async fn open(
        disk: &Disk,
        path: Path,
        columns: &[&str],
        wanted: impl Fn(&RowGroupMetaData) -> bool,
    ) -> Result<Self, LedgerError> {
        let bad = |source: ParquetError| LedgerError::Parquet { path: path.to_string(), source };
        let file = StoredFile { store: disk.store.clone(), path: path.clone() };
        let builder = ParquetRecordBatchStreamBuilder::new(file).await.map_err(bad)?;
        let groups = builder.metadata().row_groups().iter().enumerate();
        let groups = groups.filter(|(_, group)| wanted(group)).map(|(i, _)| i).collect();
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        let builder = builder.with_projection(mask).with_row_groups(groups);
        let stream = builder.with_batch_size(BATCH_ROWS).build().map_err(bad)?;
        Ok(Self { path, stream })
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Batch>, LedgerError> {
        let bad = |source| LedgerError::Parquet { path: self.path.to_string(), source };
        let batch = self.stream.try_next().await.map_err(bad)?;
        Ok(batch.map(|batch| Batch { path: self.path.clone(), batch }))
    }
}

/// Some rows of a file, with their columns by name and type.
pub(crate) struct Batch {
    path: Path,
    batch: RecordBatch,
}

impl Batch {
    pub(crate) fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    pub(crate) fn texts(&self, name: &str) -> Result<&StringArray, LedgerError> {
        self.column(name, |column| column.as_string_opt::<i32>())
    }

    pub(crate) fn binary(&self, name: &str) -> Result<&BinaryArray, LedgerError> {
        self.column(name, |column| column.as_binary_opt::<i32>())
    }

    pub(crate) fn booleans(&self, name: &str) -> Result<&BooleanArray, LedgerError> {
        self.column(name, |column| column.as_boolean_opt())
    }

    pub(crate) fn longs(
        &self,
        name: &str,
    ) -> Result<&arrow_array::PrimitiveArray<Int64Type>, LedgerError> {
        self.column(name, |column| column.as_primitive_opt())
    }

    pub(crate) fn integers(
        &self,
        name: &str,
    ) -> Result<&arrow_array::PrimitiveArray<Int32Type>, LedgerError> {
        self.column(name, |column| column.as_primitive_opt())
    }

    pub(crate) fn instants(
        &self,
        name: &str,
    ) -> Result<&arrow_array::PrimitiveArray<TimestampMicrosecondType>, LedgerError> {
        self.column(name, |column| column.as_primitive_opt())
    }

    pub(crate) fn corrupt(&self, what: impl ToString) -> LedgerError {
        LedgerError::corrupt(&self.path, what)
    }

    fn column<'a, T>(
        &'a self,
        name: &str,
        cast: impl Fn(&'a dyn Array) -> Option<&'a T>,
    ) -> Result<&'a T, LedgerError> {
        let column = self.batch.column_by_name(name).and_then(|column| cast(column.as_ref()));
        column.ok_or_else(|| self.corrupt(format!("column `{name}` is missing or of another type")))
    }
}

/// The text of a row, the empty one for null.
pub(crate) fn text(column: &StringArray, row: usize) -> &str {
    if column.is_null(row) { "" } else { column.value(row) }
}

/// Whether a row group may hold one of some texts, given in any order.
pub(crate) fn may_hold<'t>(
    group: &RowGroupMetaData,
    column: &str,
    mut texts: impl Iterator<Item = &'t str>,
) -> bool {
    let Some(statistics) = statistics(group, column) else {
        return true;
    };
    let (Some(least), Some(greatest)) = (statistics.min_bytes_opt(), statistics.max_bytes_opt())
    else {
        return true;
    };
    texts.any(|text| least <= text.as_bytes() && text.as_bytes() <= greatest)
}

/// Whether a row group holds nothing but `true` in a column.
pub(crate) fn is_all_true(group: &RowGroupMetaData, column: &str) -> bool {
    match statistics(group, column) {
        Some(Statistics::Boolean(values)) => values.min_opt() == Some(&true),
        _ => false,
    }
}

fn statistics<'a>(group: &'a RowGroupMetaData, name: &str) -> Option<&'a Statistics> {
    group.columns().iter().find(|column| column.column_path().string() == name)?.statistics()
}
