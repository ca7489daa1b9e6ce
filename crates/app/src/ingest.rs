//! Ingesting: a kept delivery is read, attributed, counted and written to the ledger, once.
//!
//! Two threads share the work: one reads and attributes, the other dedupes and writes. The ledger takes a
//! delivery in whole or not at all, so a process that dies half-way leaves nothing behind; running again
//! finds the delivery stored and not ingested, and does it anew.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::Arc;

use feeds::{Block, Catalogue, FeedError, Limits, Mapping};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Begin, Intake, LedgerError, TakenIn};
use model::columns::Texts;
use model::delivery::{Delivery, Progress, Quarantined, RowCounts};
use model::permit::ReadPermit;
use model::{Attribution, DeliveryId, ThreatName};
use tokio::sync::mpsc;

use crate::{App, AppError};

/// How many quarantined rows of one delivery are kept; the rest are counted, and the raw delivery
/// still has them.
const QUARANTINE_MAX: usize = 100_000;

/// The longest mapping file, in bytes.
const MAPPING_MAX: u64 = 256 << 10;

/// How often a delivery is begun anew because other processes write the same days.
const OVERTAKEN_MAX: u32 = 20;

/// What became of a delivery.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Ingested {
    pub delivery: DeliveryId,
    pub counts: RowCounts,
    /// The days (UTC) on which its sightings were seen.
    pub days: BTreeSet<Date>,
    /// The threats that it names.
    pub threats: BTreeSet<ThreatName>,
    /// Whether the ledger had it already, so that nothing was counted now.
    pub already: bool,
}

/// One part of a delivery on its way from the reader to the ledger.
struct Part {
    block: Block,
    attribution: Attribution,
}

/// What reading has yielded so far.
#[derive(Default)]
struct Tally {
    counts: RowCounts,
    days: BTreeSet<Date>,
    threats: BTreeSet<Box<str>>,
    quarantined: Vec<Quarantined>,
}

impl App {
    /// The mapping of this id: one of the built-in ones, or `feeds/<id>.toml` of the data directory.
    ///
    /// # Errors
    /// When there is none, or the file does not read.
    pub fn mapping(&self, id: &str) -> Result<Arc<Mapping>, AppError> {
        if let Some(mapping) = Catalogue::builtin().get(id) {
            return Ok(Arc::new(mapping.clone()));
        }
        let unknown = || {
            AppError::BadInput(format!(
                "there is no feed mapping `{id}`: `juyan feeds list` names them"
            ))
        };
        if id.contains("..") || id.starts_with('/') {
            return Err(unknown());
        }
        let path = self.home.feeds().join(format!("{id}.toml"));
        // A pipe or a device may block, and need not end.
        if !path.is_file() {
            return Err(unknown());
        }
        let file = File::open(&path).map_err(|why| AppError::file(&path, why))?;
        let mut text = String::new();
        let read = file.take(MAPPING_MAX + 1).read_to_string(&mut text);
        let length = read.map_err(|why| AppError::file(&path, why))?;
        if u64::try_from(length).is_ok_and(|length| length > MAPPING_MAX) {
            let why = "it is longer than 256 KiB, which no mapping is";
            return Err(AppError::file(&path, std::io::Error::other(why)));
        }
        Ok(Arc::new(Mapping::from_toml(&text, &path.to_string_lossy())?))
    }

    /// Reads a kept delivery into the ledger; `watch` is told how many rows have been read.
    ///
    /// # Errors
    /// When the delivery as a whole cannot be read (it is then marked refused, with the reason), or the
    /// ledger or the database fail.
    pub async fn ingest(
        &self,
        id: &DeliveryId,
        watch: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Ingested, AppError> {
        let permit = ReadPermit::at_the_console();
        let delivery = self.store.delivery(&permit, id).await?;
        let delivery =
            delivery.ok_or_else(|| AppError::BadInput(format!("there is no delivery `{id}`")))?;
        let mapping = self.mapping(&delivery.mapping)?;
        for _ in 0..OVERTAKEN_MAX {
            let begin = self.ledger.begin(id).await?;
            let already = matches!(begin, Begin::AlreadyThere(_));
            let tally = match begin {
                Begin::New(intake) => {
                    self.take_in(*intake, &delivery, mapping.clone(), watch).await
                }
                Begin::AlreadyThere(taken_in) => {
                    self.read_again(&delivery, mapping.clone(), taken_in).await
                }
            };
            return match tally {
                Ok(tally) => self.ingested(&delivery, tally, already).await,
                Err(AppError::Feed(why)) => Err(self.refused(&delivery, why).await?),
                // Another process has written the same day meanwhile: what is new is another question now.
                Err(AppError::Ledger(
                    LedgerError::Overtaken { .. } | LedgerError::AlreadyThere { .. },
                )) => continue,
                Err(other) => Err(other),
            };
        }
        Err(AppError::Overtaken { id: *id })
    }

    async fn take_in(
        &self,
        mut intake: Intake,
        delivery: &Delivery,
        mapping: Arc<Mapping>,
        watch: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Tally, AppError> {
        let mut tally = Tally::default();
        let Reading { mut parts, spent, reader } = self.start_reading(delivery, mapping)?;
        let mut details = Texts::default();
        while let Some(Part { mut block, attribution }) = parts.recv().await {
            let kept = intake.admit(&block.sightings, &attribution).await?;
            write_details(&block, &kept, &mut details);
            tally.count(&block);
            tally.counts.new += length(kept.len());
            tally.counts.attributed += attributed(&attribution, &kept);
            intake.keep(&block.sightings, &attribution, &kept, &details).await?;
            watch(tally.counts.rows);
            tally.quarantine(&mut block);
            give_back(&spent, block);
        }
        reader.await.map_err(|why| AppError::Reader(why.to_string()))??;
        intake.finish().await?;
        Ok(tally)
    }

    /// Reads a delivery that the ledger already has, for its figures and its quarantined rows.
    async fn read_again(
        &self,
        delivery: &Delivery,
        mapping: Arc<Mapping>,
        taken_in: TakenIn,
    ) -> Result<Tally, AppError> {
        let mut tally = Tally::default();
        tally.counts.new = taken_in.new;
        tally.counts.attributed = taken_in.attributed;
        let Reading { mut parts, spent, reader } = self.start_reading(delivery, mapping)?;
        while let Some(Part { mut block, .. }) = parts.recv().await {
            tally.count(&block);
            tally.quarantine(&mut block);
            give_back(&spent, block);
        }
        reader.await.map_err(|why| AppError::Reader(why.to_string()))??;
        Ok(tally)
    }

    fn start_reading(
        &self,
        delivery: &Delivery,
        mapping: Arc<Mapping>,
    ) -> Result<Reading, AppError> {
        let file = self.content(&delivery.id)?;
        let limits = limits(delivery.received_at);
        let atlas = self.atlas.load();
        // Two blocks may wait: enough that neither side idles, little enough to bound memory.
        let (send, parts) = mpsc::channel(2);
        let (spent, returned) = std::sync::mpsc::channel();
        let reader = tokio::task::spawn_blocking(move || {
            read(file, &mapping, &limits, &atlas, (&send, &returned))
        });
        Ok(Reading { parts, spent, reader })
    }

    async fn ingested(
        &self,
        delivery: &Delivery,
        tally: Tally,
        already: bool,
    ) -> Result<Ingested, AppError> {
        let Tally { counts, days, threats, quarantined } = tally;
        if !matches!(delivery.progress, Progress::Ingested { .. }) {
            let mut tx = self.store.begin().await?;
            tx.insert_quarantined(&delivery.id, &quarantined).await?;
            let progress = Progress::Ingested { at: self.clock.now(), counts };
            tx.set_progress(&delivery.id, &progress).await?;
            let details = [
                ("rows", counts.rows.to_string()),
                ("sightings", counts.sightings.to_string()),
                ("new", counts.new.to_string()),
                ("quarantined", counts.quarantined.to_string()),
                ("attributed", counts.attributed.to_string()),
            ];
            tx.record(&self.act("delivery.ingested", delivery.id.to_string(), details)).await?;
            tx.commit().await?;
        }
        let threats = threats.iter().filter_map(|name| name.parse().ok()).collect();
        Ok(Ingested { delivery: delivery.id, counts, days, threats, already })
    }

    /// Marks a delivery refused and gives back the error that says why.
    async fn refused(&self, delivery: &Delivery, why: FeedError) -> Result<AppError, AppError> {
        let reason = why.to_string();
        let mut tx = self.store.begin().await?;
        let progress = Progress::Refused { at: self.clock.now(), reason: reason.clone() };
        tx.set_progress(&delivery.id, &progress).await?;
        let details = [("reason", reason)];
        tx.record(&self.act("delivery.refused", delivery.id.to_string(), details)).await?;
        tx.commit().await?;
        Ok(AppError::Feed(why))
    }
}

/// A delivery that is being read by a thread of its own.
struct Reading {
    parts: mpsc::Receiver<Part>,
    /// Takes back blocks that are done with. Megabytes asked for anew with each block had cost a tenth
    /// of an ingest: grown by doubling, copied each time, and zeroed by the kernel.
    spent: std::sync::mpsc::Sender<Block>,
    reader: tokio::task::JoinHandle<Result<(), FeedError>>,
}

fn give_back(spent: &std::sync::mpsc::Sender<Block>, block: Block) {
    // The reader has come to its end before the last blocks are done with: then nobody wants them.
    let _unwanted = spent.send(block);
}

/// A row must have been seen before the day after its delivery came (clocks differ, but not by more), and
/// in this century: what says otherwise is an unset clock or a lie.
fn limits(received_at: Timestamp) -> Limits {
    let from = Timestamp::from_second(CENTURY_S).unwrap_or(Timestamp::MIN);
    let to = received_at.checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    Limits { seen: from..=to, received_at: Some(received_at), ..Limits::default() }
}

/// 2000-01-01T00:00:00Z, in seconds since 1970.
const CENTURY_S: i64 = 946_684_800;

/// The reading thread: ends at the end of the file, at an error, or when nobody listens any more.
fn read(
    file: File,
    mapping: &Mapping,
    limits: &Limits,
    atlas: &atlas::Atlas,
    (send, returned): (&mpsc::Sender<Part>, &std::sync::mpsc::Receiver<Block>),
) -> Result<(), FeedError> {
    let mut reader = feeds::open(BufReader::new(file), mapping, limits)?;
    while let Some(block) = reader.next_block()? {
        let attribution = atlas.attribute(&block.sightings);
        if send.blocking_send(Part { block, attribution }).is_err() {
            break;
        }
        if let Ok(block) = returned.try_recv() {
            reader.recycle(block);
        }
    }
    Ok(())
}

impl Tally {
    fn count(&mut self, block: &Block) {
        let sightings = length(block.sightings.len());
        let quarantined = length(block.quarantined.len());
        self.counts.rows += sightings + quarantined;
        self.counts.sightings += sightings;
        self.counts.quarantined += quarantined;
        for name in block.sightings.threat.values() {
            if !self.threats.contains(name) {
                self.threats.insert(name.clone());
            }
        }
        let mut last = None;
        for &seen in &block.sightings.seen {
            let day = seen.div_euclid(86_400_000_000);
            if last != Some(day) {
                last = Some(day);
                self.days.extend(date(seen));
            }
        }
    }

    fn quarantine(&mut self, block: &mut Block) {
        let room = QUARANTINE_MAX.saturating_sub(self.quarantined.len());
        self.quarantined.extend(block.quarantined.drain(..).take(room));
    }
}

/// Replaces `details` by those of the kept rows.
fn write_details(block: &Block, kept: &[u32], details: &mut Texts) {
    details.clear();
    for &row in kept {
        details.push_with(|text| block.write_details(index(row), text));
    }
}

fn attributed(attribution: &Attribution, kept: &[u32]) -> u64 {
    let known =
        |row: &&u32| attribution.get(index(**row)).is_some_and(|holding| !holding.is_unknown());
    length(kept.iter().filter(known).count())
}

fn date(microsecond: i64) -> Option<Date> {
    let at = Timestamp::from_microsecond(microsecond).ok()?;
    Some(at.to_zoned(TimeZone::UTC).date())
}

fn index(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
