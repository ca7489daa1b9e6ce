//! One column of a row group: its pages, and what the footer and the page index say of them.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::ColumnDescPtr;
use std::io::Write;

use super::bits::{varint, zigzag};

/// How hard texts are compressed: zstd's quick side, for they are written once and seldom read.
const LEVEL: i32 = 1;

/// Buffers for one column after the other.
pub(super) struct Packer {
    compressor: zstd::bulk::Compressor<'static>,
    /// The page in the making as it stands, and compressed.
    pub(super) page: Vec<u8>,
    packed: Vec<u8>,
    /// The pages of the column so far.
    chunk: Vec<u8>,
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packer").field("chunk", &self.chunk.len()).finish_non_exhaustive()
    }
}

/// What is known of a column while its pages are written.
pub(super) struct Draft {
    column: ColumnDescPtr,
    compression: Compression,
    plain_bytes: usize,
    dictionary_bytes: Option<usize>,
    places: OffsetIndexBuilder,
    bounds: Option<ColumnIndexBuilder>,
    encoding: Encoding,
    rows: usize,
    nulls: usize,
}

/// A column ready to be appended to its row group.
pub(crate) struct Chunk<'e> {
    bytes: &'e [u8],
    close: ColumnCloseResult,
}

impl Packer {
    pub(super) fn new() -> Result<Self, ParquetError> {
        let compressor = zstd::bulk::Compressor::new(LEVEL)?;
        Ok(Self { compressor, page: Vec::new(), packed: Vec::new(), chunk: Vec::new() })
    }

    /// Begins a column; whether compressing is worth it is for the caller to know.
    pub(super) fn begin(&mut self, column: &ColumnDescPtr, compressed: bool) -> Draft {
        self.chunk.clear();
        self.page.clear();
        let level = ZstdLevel::try_new(LEVEL).unwrap_or_default();
        Draft {
            column: column.clone(),
            compression: if compressed {
                Compression::ZSTD(level)
            } else {
                Compression::UNCOMPRESSED
            },
            plain_bytes: 0,
            dictionary_bytes: None,
            places: OffsetIndexBuilder::new(),
            bounds: None,
            encoding: Encoding::PLAIN,
            rows: 0,
            nulls: 0,
        }
    }

    /// Ends the page of the dictionary, which holds so many values. It is the first, if there is one.
    pub(super) fn end_dictionary(
        &mut self,
        draft: &mut Draft,
        values: usize,
    ) -> Result<(), ParquetError> {
        self.end(draft, Kind::Dictionary, &[size(values)?, PLAIN])?;
        draft.dictionary_bytes = Some(self.chunk.len());
        Ok(())
    }

    /// Ends a page of values, of which so many are absent.
    pub(super) fn end_page(
        &mut self,
        draft: &mut Draft,
        encoding: Encoding,
        (rows, nulls): (usize, usize),
    ) -> Result<(), ParquetError> {
        let before = self.chunk.len();
        let code = code_of(encoding)?;
        self.end(draft, Kind::Values, &[size(rows)?, code, RLE, RLE])?;
        draft.encoding = encoding;
        draft.rows += rows;
        draft.nulls += nulls;
        draft.places.append_row_count(long(rows));
        draft.places.append_offset_and_size(long(before), size(self.chunk.len() - before)?);
        Ok(())
    }

    fn end(&mut self, draft: &mut Draft, kind: Kind, about: &[i32]) -> Result<(), ParquetError> {
        let body = if draft.compression == Compression::UNCOMPRESSED {
            &self.page
        } else {
            self.packed.clear();
            self.packed.reserve(zstd::zstd_safe::compress_bound(self.page.len()));
            self.compressor.compress_to_buffer(&self.page, &mut self.packed)?;
            &self.packed
        };
        let before = self.chunk.len();
        header(&mut self.chunk, kind, [size(self.page.len())?, size(body.len())?], about);
        draft.plain_bytes += self.chunk.len() - before + self.page.len();
        self.chunk.extend_from_slice(body);
        self.page.clear();
        Ok(())
    }

    /// Ends the column.
    pub(super) fn finish(
        &self,
        draft: Draft,
        statistics: Option<Statistics>,
        bloom_filter: Option<Sbbf>,
    ) -> Result<Chunk<'_>, ParquetError> {
        let encodings = match draft.dictionary_bytes {
            Some(_) => vec![Encoding::PLAIN, Encoding::RLE, draft.encoding],
            None => vec![Encoding::RLE, draft.encoding],
        };
        let mut metadata = ColumnChunkMetaData::builder(draft.column)
            .set_compression(draft.compression)
            .set_encodings(encodings)
            .set_num_values(long(draft.rows))
            .set_total_compressed_size(long(self.chunk.len()))
            .set_total_uncompressed_size(long(draft.plain_bytes))
            .set_dictionary_page_offset(draft.dictionary_bytes.map(|_| 0))
            .set_data_page_offset(draft.dictionary_bytes.map_or(0, long));
        if let Some(statistics) = statistics {
            metadata = metadata.set_statistics(statistics);
        }
        let close = ColumnCloseResult {
            bytes_written: wide(self.chunk.len()),
            rows_written: wide(draft.rows),
            metadata: metadata.build()?,
            bloom_filter,
            column_index: draft.bounds.map(ColumnIndexBuilder::build).transpose()?,
            offset_index: Some(draft.places.build()),
        };
        Ok(Chunk { bytes: &self.chunk, close })
    }
}

impl Draft {
    /// Says between which values a page lies, as bytes; `None` if all of it is absent.
    pub(super) fn bound_page(&mut self, bounds: Option<(Vec<u8>, Vec<u8>)>, nulls: usize) {
        let kind = self.column.physical_type();
        let index = self.bounds.get_or_insert_with(|| ColumnIndexBuilder::new(kind));
        let is_empty = bounds.is_none();
        let (least, greatest) = bounds.unwrap_or_default();
        index.append(is_empty, least, greatest, long(nulls));
    }

    /// Values of the pages so far that are absent.
    pub(super) fn nulls(&self) -> u64 {
        wide(self.nulls)
    }

    /// Whether a value may be absent.
    pub(super) fn is_nullable(&self) -> bool {
        self.column.max_def_level() > 0
    }
}

impl Chunk<'_> {
    pub(crate) fn append_to<W: Write + Send>(
        self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        group.append_column(&Pages(self.bytes), self.close)
    }
}

/// The pages of a column, for the writer of the file to copy.
struct Pages<'e>(&'e [u8]);

impl Length for Pages<'_> {
    fn len(&self) -> u64 {
        wide(self.0.len())
    }
}

impl<'e> ChunkReader for Pages<'e> {
    type T = &'e [u8];

    fn get_read(&self, start: u64) -> Result<&'e [u8], ParquetError> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        self.0.get(start..).ok_or_else(outside)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.get_read(start)?.get(..length).ok_or_else(outside)?;
        Ok(Bytes::copy_from_slice(bytes))
    }
}

fn outside() -> ParquetError {
    ParquetError::EOF("the column ends before that".to_owned())
}

#[derive(Clone, Copy)]
enum Kind {
    Values,
    Dictionary,
}

/// Encodings by their number in `parquet.thrift`.
const PLAIN: i32 = 0;
const RLE: i32 = 3;

fn code_of(encoding: Encoding) -> Result<i32, ParquetError> {
    let ours = [
        (Encoding::PLAIN, PLAIN),
        (Encoding::DELTA_BINARY_PACKED, 5),
        (Encoding::DELTA_LENGTH_BYTE_ARRAY, 6),
        (Encoding::RLE_DICTIONARY, 8),
    ];
    let known = ours.iter().find(|(ours, _)| *ours == encoding).map(|(_, code)| *code);
    known.ok_or_else(|| ParquetError::NYI(format!("{encoding} is not written here")))
}

/// Thrift's compact protocol: an `i32` in the next field, and a structure some fields further on.
const NEXT_I32: u8 = 0x15;
const STRUCT_2_ON: u8 = 0x2c;
const STRUCT_4_ON: u8 = 0x4c;
const STOP: u8 = 0;

/// Appends a `PageHeader`: kind and sizes, then in a structure of its kind what is said of the values.
fn header(out: &mut Vec<u8>, kind: Kind, [plain, packed]: [i32; 2], about: &[i32]) {
    // From field 3 on to `data_page_header` (5) or `dictionary_page_header` (7).
    let (code, structure) = match kind {
        Kind::Values => (0, STRUCT_2_ON),
        Kind::Dictionary => (2, STRUCT_4_ON),
    };
    let number = |out: &mut Vec<u8>, number: i32| {
        out.push(NEXT_I32);
        varint(out, zigzag(i64::from(number)));
    };
    for field in [code, plain, packed] {
        number(out, field);
    }
    out.push(structure);
    for &field in about {
        number(out, field);
    }
    out.extend_from_slice(&[STOP, STOP]);
}

fn size(bytes: usize) -> Result<i32, ParquetError> {
    let over = |_| ParquetError::General(format!("a page of {bytes} bytes is too large"));
    i32::try_from(bytes).map_err(over)
}

fn long(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
