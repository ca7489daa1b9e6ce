//! Receiving: a delivery is kept, whole and under its own hash, before anybody reads it.
//!
//! The name is the SHA-256 of the *plain* content, so the same report sent plain, as gzip and as zstd is
//! one delivery. What is kept is compressed with zstd.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use feeds::Limits;
use jiff::Timestamp;
use model::delivery::{Delivery, Progress};
use model::permit::ReadPermit;
use model::{DeliveryId, Handle};
use sha2::{Digest, Sha256};

use crate::{App, AppError};

/// Somebody's delivery, at the door.
pub struct Offer<R> {
    /// The file's name or the sender's reference.
    pub name: String,
    /// The mapping that will read it.
    pub mapping: String,
    pub mapping_version: String,
    pub feed: model::delivery::FeedName,
    /// Whose monitoring it is.
    pub finder: Handle,
    /// Plain, gzip or zstd.
    pub content: R,
}

/// A delivery that is kept.
#[derive(Clone, Debug)]
pub struct Received {
    pub delivery: Delivery,
    /// Whether it had been received before.
    pub known: bool,
}

impl App {
    /// Keeps a delivery. The same content a second time is the same delivery.
    ///
    /// # Errors
    /// When it cannot be decompressed, is larger than the limits allow, or the disk refuses.
    pub async fn receive<R: Read>(&self, offer: Offer<R>) -> Result<Received, AppError> {
        let permit = ReadPermit::at_the_console();
        if self.store.organisation(&permit, &offer.finder).await?.is_none() {
            return Err(AppError::BadInput(format!(
                "there is no organisation `{}` in the directory. hint: `juyan load --organisations`",
                offer.finder
            )));
        }
        let kept = self.keep_content(offer.content)?;
        if let Some(delivery) = self.store.delivery(&permit, &kept.id).await? {
            let delivery =
                self.offered_again(delivery, offer.mapping, offer.mapping_version).await?;
            return Ok(Received { delivery, known: true });
        }
        let delivery = Delivery {
            id: kept.id,
            feed: offer.feed,
            mapping: offer.mapping,
            mapping_version: offer.mapping_version,
            name: offer.name,
            finder: offer.finder,
            received_at: self.clock.now(),
            bytes: kept.bytes,
            progress: Progress::Stored,
        };
        let mut tx = self.store.begin().await?;
        let is_new = tx.insert_delivery(&delivery).await?;
        if is_new {
            let details = [
                ("name", delivery.name.clone()),
                ("mapping", delivery.mapping.clone()),
                ("bytes", delivery.bytes.to_string()),
                ("finder", delivery.finder.to_string()),
            ];
            tx.record(&self.act("delivery.stored", delivery.id.to_string(), details)).await?;
            tx.commit().await?;
        }
        Ok(Received { delivery, known: !is_new })
    }

    /// A delivery that no mapping could read may be offered again with another one; one that was read
    /// stays as it was read.
    async fn offered_again(
        &self,
        delivery: Delivery,
        mapping: String,
        mapping_version: String,
    ) -> Result<Delivery, AppError> {
        let is_read = matches!(delivery.progress, Progress::Ingested { .. });
        let same = delivery.mapping == mapping && delivery.mapping_version == mapping_version;
        if is_read || same {
            return Ok(delivery);
        }
        let mut tx = self.store.begin().await?;
        tx.remap_delivery(&delivery.id, &mapping, &mapping_version).await?;
        let details = [("from", delivery.mapping.clone()), ("to", mapping.clone())];
        tx.record(&self.act("delivery.remapped", delivery.id.to_string(), details)).await?;
        tx.commit().await?;
        Ok(Delivery { mapping, mapping_version, ..delivery })
    }

    /// Writes the content to its place and makes sure that it is there.
    fn keep_content(&self, content: impl Read) -> Result<Kept, AppError> {
        let directory = self.home.deliveries();
        let incoming =
            directory.join(format!("incoming-{}", self.clock.id::<()>(self.clock.now())));
        let kept = compress(content, &incoming).inspect_err(|_| discard(&incoming))?;
        let place = self.home.delivery(&kept.id);
        if place.exists() {
            discard(&incoming);
            return Ok(kept);
        }
        let folder = place.parent().unwrap_or(&directory);
        std::fs::create_dir_all(folder).map_err(|why| AppError::file(folder, why))?;
        std::fs::rename(&incoming, &place).map_err(|why| AppError::file(&place, why))?;
        sync(folder)?;
        // A new folder's own name lies in the one above.
        sync(&directory)?;
        Ok(kept)
    }

    /// Removes what receiving left behind when it was cut short: content that never got its name. Only what
    /// has not been touched for a day; younger content may belong to another process.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn sweep(&self) -> Result<(), AppError> {
        let directory = self.home.deliveries();
        let entries =
            std::fs::read_dir(&directory).map_err(|why| AppError::file(&directory, why))?;
        let day_ago = self.clock.now().as_second() - 24 * 3600;
        for entry in entries.filter_map(Result::ok) {
            let is_ours = entry.file_name().to_string_lossy().starts_with("incoming-");
            let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
            let age = modified.and_then(|at| Timestamp::try_from(at).ok());
            if is_ours && age.is_some_and(|at| at.as_second() < day_ago) {
                discard(&entry.path());
            }
        }
        Ok(())
    }

    /// The raw content of a delivery, as it was when it came, decompressed.
    pub(crate) fn content(&self, id: &DeliveryId) -> Result<File, AppError> {
        let path = self.home.delivery(id);
        File::open(&path).map_err(|why| AppError::file(&path, why))
    }
}

/// How hard a kept delivery is compressed: zstd's fast side. It is written once and hardly ever read, and
/// every row of every feed pays for it; level 1 takes twice the time for a fifth less space.
const KEPT_LEVEL: i32 = -8;

struct Kept {
    id: DeliveryId,
    bytes: u64,
}

/// Plain bytes of one zstd frame. Each frame is compressed from where it was read: a stream would copy
/// all of it once more and look back across the seam, which took a third longer.
const FRAME: usize = 128 * 1024;

fn compress(content: impl Read, to: &Path) -> Result<Kept, AppError> {
    let failed = |why| AppError::file(to, why);
    let limit = Limits::default().max_plain_bytes;
    let mut plain = feeds::unpack(content).map_err(AppError::Unpack)?;
    let mut file = File::create(to).map_err(failed)?;
    let mut compressor = zstd::bulk::Compressor::new(KEPT_LEVEL).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut bytes = 0_u64;
    let mut frame = Vec::with_capacity(FRAME);
    let mut packed = Vec::with_capacity(zstd::zstd_safe::compress_bound(FRAME));
    loop {
        frame.clear();
        let most = u64::try_from(FRAME).unwrap_or(u64::MAX);
        plain.by_ref().take(most).read_to_end(&mut frame).map_err(AppError::Unpack)?;
        // Nothing at all is kept as one empty frame, so that what is kept is always zstd.
        if frame.is_empty() && bytes > 0 {
            break;
        }
        hasher.update(&frame);
        packed.clear();
        compressor.compress_to_buffer(&frame, &mut packed).map_err(failed)?;
        file.write_all(&packed).map_err(failed)?;
        bytes += u64::try_from(frame.len()).unwrap_or_default();
        if bytes > limit {
            return Err(AppError::TooLarge { limit });
        }
        if frame.is_empty() {
            break;
        }
    }
    file.sync_all().map_err(failed)?;
    Ok(Kept { id: DeliveryId::from_sha256(hasher.finalize().into()), bytes })
}

fn sync(directory: &Path) -> Result<(), AppError> {
    let failed = |why| AppError::file(directory, why);
    File::open(directory).map_err(failed)?.sync_all().map_err(failed)
}

fn discard(path: &Path) {
    if let Err(why) = std::fs::remove_file(path) {
        tracing::debug!("Left `{}` behind: {why}", path.display());
    }
}
