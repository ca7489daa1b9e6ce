//! Segments: the Parquet files that an intake writes, before the log knows of them.
//!
//! A file holds one day. It is encoded in memory and put whole, so no half file ever has its name. Memory
//! is bounded whatever number of days a delivery spans: when the rows waiting or the bytes encoded pass
//! their bound, the day that holds most is written out.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use model::Ip;
use object_store::PutPayload;
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescriptor;
use uuid::Uuid;

use crate::days::{Day, date_of};
use crate::disk::Disk;
use crate::encode::Encoder;
use crate::error::LedgerError;
use crate::log::{Add, Stats, TABLE};
use crate::rows::{Extremes, Kept, Meaning, Row, Rows};
use crate::schema::{self, Bounds, FileEntry};

/// Rows of a row group, and rows waiting, but for the last few taken.
const ROW_GROUP: usize = 128 << 10;
/// Bytes of text waiting at most, for rows with long details.
const TEXT_WAITING: usize = 64 << 20;
/// Rows of a file.
const FILE_ROWS: u64 = 1 << 20;
/// Bytes of a file, about.
const FILE_BYTES: usize = 64 << 20;
/// Bytes encoded and not yet put, over all days.
const ENCODED: usize = 96 << 20;

/// The files of one delivery.
#[derive(Debug)]
pub(crate) struct Segments {
    disk: Disk,
    /// Begins the name of each file; the rest is unique to this intake.
    stem: String,
    days: BTreeMap<Day, Segment>,
    waiting: usize,
    text_waiting: usize,
    /// The buffers of the rows encoded last, for the day that waits next: growing them anew for each row
    /// group cost a tenth of an ingest in copies and page faults. One set, so that memory stays bounded.
    spare: Rows,
    /// None until there is something to encode.
    encoder: Option<Encoder>,
    written: Vec<Written>,
}

/// What of one day has not become a file yet.
#[derive(Debug, Default)]
struct Segment {
    rows: Rows,
    open: Option<Open>,
}

/// A file that is being encoded.
#[derive(Debug)]
struct Open {
    writer: SerializedFileWriter<Encoded>,
    extremes: Extremes,
}

/// A file in memory, in pieces: growing one buffer to the end of a file would copy all of it several times
/// and, while it does, hold it twice.
#[derive(Debug, Default)]
struct Encoded {
    whole: Vec<Bytes>,
    last: Vec<u8>,
}

/// Bytes of a piece, about.
const PIECE: usize = 1 << 20;

impl Encoded {
    fn into_payload(mut self) -> PutPayload {
        self.whole.push(Bytes::from(self.last));
        self.whole.into_iter().collect()
    }
}

impl Write for Encoded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.last.len() + bytes.len() > PIECE && !self.last.is_empty() {
            self.whole.push(Bytes::from(std::mem::take(&mut self.last)));
        }
        // Not the first: a thousand days may have a small file open each.
        if self.last.is_empty() && !self.whole.is_empty() {
            self.last.reserve(PIECE);
        }
        self.last.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A file that is on disk.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) entry: FileEntry,
    nulls: [u64; 2],
    /// In milliseconds since 1970, by the store's clock.
    pub(crate) modified: i64,
}

/// Which kind of rows is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    First,
    Again,
}

impl Segments {
    pub(crate) fn new(disk: Disk, delivery: &str) -> Self {
        let short = delivery.get(..16).unwrap_or(delivery);
        Self {
            disk,
            stem: format!("{short}-{}", Uuid::now_v7().simple()),
            days: BTreeMap::new(),
            waiting: 0,
            text_waiting: 0,
            spare: Rows::default(),
            encoder: None,
            written: Vec::new(),
        }
    }

    /// The name that ties the tallies of a day to this intake.
    pub(crate) fn stem(&self) -> &str {
        &self.stem
    }

    /// Takes a row; it waits until [`relieve`](Self::relieve) or [`flush`](Self::flush).
    pub(crate) fn push(&mut self, day: Day, row: &Row<'_>) {
        let rows = &mut self.days.entry(day).or_default().rows;
        if rows.is_empty() {
            std::mem::swap(rows, &mut self.spare);
        }
        rows.push(row);
        self.waiting += 1;
        self.text_waiting += row.weight();
    }

    /// Takes first sightings, a stretch of those that are kept of a batch; all of this day.
    pub(crate) fn take(&mut self, day: Day, kept: &Kept<'_>, stretch: Range<usize>) {
        let rows = &mut self.days.entry(day).or_default().rows;
        if rows.is_empty() {
            std::mem::swap(rows, &mut self.spare);
        }
        let (length, weight) = (rows.len(), rows.weight());
        rows.take(kept, stretch);
        self.waiting += rows.len() - length;
        self.text_waiting += rows.weight() - weight;
    }

    /// Whether memory holds as much as it may; then [`relieve`](Self::relieve).
    pub(crate) fn is_full(&self) -> bool {
        self.waiting >= ROW_GROUP || self.text_waiting >= TEXT_WAITING
    }

    /// Writes out what memory must not hold any longer.
    pub(crate) async fn relieve(
        &mut self,
        kind: Kind,
        meaning: &Meaning<'_>,
    ) -> Result<(), LedgerError> {
        while self.is_full() {
            let most = self.days.iter().max_by_key(|(_, day)| {
                day.rows.len().max(day.rows.weight() / (TEXT_WAITING / ROW_GROUP))
            });
            let Some((&day, _)) = most else { return Ok(()) };
            self.encode(day, kind, meaning).await?;
        }
        Ok(())
    }

    /// Encodes all rows that wait.
    pub(crate) async fn flush(
        &mut self,
        kind: Kind,
        meaning: &Meaning<'_>,
    ) -> Result<(), LedgerError> {
        let days: Vec<Day> = self.days.keys().copied().collect();
        for day in days {
            self.encode(day, kind, meaning).await?;
        }
        Ok(())
    }

    /// Puts every file that is still open, and hands over all.
    pub(crate) async fn finish(mut self) -> Result<Vec<Written>, LedgerError> {
        let days: Vec<Day> = self.days.keys().copied().collect();
        for day in days {
            self.close(day).await?;
        }
        Ok(self.written)
    }

    /// Encodes the waiting rows of a day as one row group.
    async fn encode(
        &mut self,
        day: Day,
        kind: Kind,
        meaning: &Meaning<'_>,
    ) -> Result<(), LedgerError> {
        let segment = self.days.entry(day).or_default();
        let mut rows = std::mem::take(&mut segment.rows);
        if rows.is_empty() {
            return Ok(());
        }
        self.waiting -= rows.len();
        self.text_waiting -= rows.weight();
        let extremes = rows.extremes(meaning.names);
        let mut encoder = match self.encoder.take() {
            Some(encoder) => encoder,
            None => Encoder::new().map_err(|source| bad(&self.stem, source))?,
        };
        let size = segment
            .encode(&rows, kind, meaning, &mut encoder)
            .map_err(|source| bad(&self.stem, source))?;
        self.encoder = Some(encoder);
        rows.clear();
        self.spare = rows;
        let Some(open) = &mut segment.open else {
            return Ok(());
        };
        open.extremes.join(extremes);
        if open.extremes.rows >= FILE_ROWS || size >= FILE_BYTES {
            return self.close(day).await;
        }
        self.relieve_encoded().await
    }

    async fn relieve_encoded(&mut self) -> Result<(), LedgerError> {
        let sizes = self.days.iter().map(|(&day, segment)| (segment.encoded(), day));
        let (total, most) =
            sizes.fold((0, (0, 0)), |(sum, most), next| (sum + next.0, most.max(next)));
        if total >= ENCODED { self.close(most.1).await } else { Ok(()) }
    }

    async fn close(&mut self, day: Day) -> Result<(), LedgerError> {
        let Some(open) = self.days.get_mut(&day).and_then(|segment| segment.open.take()) else {
            return Ok(());
        };
        let date = date_of(day).ok_or(LedgerError::Batch { what: "a day outside the calendar" })?;
        let name = format!("day={date}/{}-{:05}.parquet", self.stem, self.written.len());
        let path = self.disk.at(TABLE);
        let path = name.split('/').fold(path, object_store::path::Path::join);
        let Open { writer, extremes } = open;
        let content = writer.into_inner().map_err(|s| bad(path.as_ref(), s))?.into_payload();
        let size = u64::try_from(content.content_length()).unwrap_or_default();
        self.disk.put(&path, content).await?;
        let modified = self.disk.head(&path).await?.last_modified.timestamp_millis();
        self.written.push(Written {
            nulls: [extremes.v4_nulls, extremes.v6_nulls],
            entry: extremes.entry(name, date, size),
            modified,
        });
        Ok(())
    }
}

impl Segment {
    /// Adds a row group to the open file, opening one if need be. Returns its size so far.
    fn encode(
        &mut self,
        rows: &Rows,
        kind: Kind,
        meaning: &Meaning<'_>,
        encoder: &mut Encoder,
    ) -> Result<usize, ParquetError> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Open::new()?,
        };
        let columns = open.writer.schema_descr().clone();
        let mut group = open.writer.next_row_group()?;
        rows.encode(kind == Kind::Again, meaning, (encoder, &columns), &mut group)?;
        group.close()?;
        Ok(self.open.insert(open).writer.bytes_written())
    }

    fn encoded(&self) -> usize {
        self.open.as_ref().map_or(0, |open| open.writer.bytes_written())
    }
}

impl Open {
    fn new() -> Result<Self, ParquetError> {
        let columns = descriptor()?.root_schema_ptr();
        let writer = SerializedFileWriter::new(Encoded::default(), columns, Arc::default())?;
        Ok(Self { writer, extremes: Extremes::default() })
    }
}

impl Written {
    pub(crate) fn add(&self, tallies: Option<&str>) -> Add {
        Add::new(&self.entry, Stats::of(&self.entry, self.nulls), self.modified, tallies)
    }
}

impl Extremes {
    fn entry(self, path: String, day: jiff::civil::Date, bytes: u64) -> FileEntry {
        let v6 = |ip: Ip| {
            let mut text = String::new();
            schema::write_v6(ip, &mut text);
            text
        };
        let v4 = self.v4.map(|(least, greatest)| (i64::from(least), i64::from(greatest)));
        FileEntry {
            path,
            day,
            rows: self.rows,
            bytes,
            seen: bounds(self.seen),
            ip_v4: bounds(v4),
            ip_v6: bounds(self.v6.map(|(least, greatest)| (v6(least), v6(greatest)))),
            threat: bounds(self.threat),
        }
    }
}

fn bounds<T>(extremes: Option<(T, T)>) -> Bounds<T> {
    extremes.map_or(Bounds::Nothing, |(least, greatest)| Bounds::Within(least, greatest))
}

fn bad(path: &str, source: ParquetError) -> LedgerError {
    LedgerError::Parquet { path: path.to_owned(), source }
}

/// The columns as Parquet has them.
fn descriptor() -> Result<SchemaDescriptor, ParquetError> {
    ArrowSchemaConverter::new().convert(&schema::sightings_schema())
}

/// What all our Parquet files share.
pub(crate) fn compressed() -> WriterPropertiesBuilder {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    WriterProperties::builder().set_compression(Compression::ZSTD(level))
}
