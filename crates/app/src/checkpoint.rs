//! Checkpoints: once a day the journal is gone through, and what it was is signed with the desk's key.
//!
//! Whoever owns the database can rewrite the journal from some entry to its end, and no look at the
//! database shows it. A checkpoint that somebody else keeps does: its `head` is the hash of one entry, and
//! no other history leads to that hash. Nothing is signed over a journal that does not verify.
//!
//! The key changes in a checkpoint too: the old key signs the text that names the new one. So whoever noted
//! the first key can follow to the present one.

mod verify;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::Checkpoint;
use model::checkpoint::ORIGIN;
use model::permit::ReadPermit;
use store::checkpoints::Kept;

pub(crate) use verify::trusted_keys;
pub use verify::{Doubt, Outside, Proof};

use crate::seal::{Key, PublicKey, Signed, hex, unhex};
use crate::tree::{Node, Tree};
use crate::{App, AppError};

/// How many checkpoints are read at once: some two centuries of days.
const CHECKPOINTS_MAX: u32 = 80_000;

impl App {
    /// Makes the desk's key if it has none and never had; whether it did. A desk opened by an older release
    /// has none.
    ///
    /// # Errors
    /// When the file or the entry in the journal cannot be written.
    pub async fn ensure_key(&self, seed: impl FnOnce() -> [u8; 32]) -> Result<bool, AppError> {
        let path = self.home.key();
        if path.exists() || self.latest_checkpoint().await?.is_some() {
            return Ok(false);
        }
        let key = Key::from_seed(seed())?;
        if !key.write_new(&path)? {
            return Ok(false);
        }
        let mut tx = self.store.begin().await?;
        tx.record(&self.act("key.made", "key", [("key", key.public().to_string())])).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The desk's key: the one that the latest checkpoint says signs from there on.
    ///
    /// # Errors
    /// When it is not in its file.
    pub async fn key(&self) -> Result<Key, AppError> {
        let latest = self.latest_checkpoint().await?.map(|(latest, _)| latest);
        let wanted = latest.map(|latest| latest.key_from_here().to_owned());
        let is_wanted = |key: &Key| {
            let public = key.public().to_string();
            wanted.as_ref().is_none_or(|wanted| *wanted == public)
        };
        let path = self.home.key();
        let found = match Key::read(&path) {
            Ok(key) if is_wanted(&key) => return Ok(key),
            other => other,
        };
        // The key was rotated, and the process died before the new one was put in the old one's place.
        let next = self.home.next_key();
        if let Ok(key) = Key::read(&next)
            && wanted.is_some()
            && is_wanted(&key)
        {
            std::fs::rename(&next, &path).map_err(|why| AppError::file(&path, why))?;
            return Ok(key);
        }
        let other = found?.public();
        Err(AppError::Key(format!(
            "`{}` holds the key {other}, but the checkpoints go on with {}: restore that key's file from \
             a backup",
            path.display(),
            wanted.unwrap_or_default()
        )))
    }

    /// Signs what the journal is now.
    ///
    /// # Errors
    /// When the journal does not verify, the key is not at hand, or the database fails.
    pub async fn checkpoint(&self) -> Result<Signed, AppError> {
        self.sign_journal(None).await
    }

    /// Signs what the journal is, if that was not done today (UTC) yet.
    ///
    /// # Errors
    /// As [`App::checkpoint`].
    pub async fn checkpoint_daily(&self) -> Result<Option<Signed>, AppError> {
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let latest = self.latest_checkpoint().await?;
        if latest.is_some_and(|(latest, _)| day(latest.at) >= day(self.clock.now())) {
            return Ok(None);
        }
        self.checkpoint().await.map(Some)
    }

    /// Puts a new key in the place of the old one, which says so in its last checkpoint.
    ///
    /// # Errors
    /// As [`App::checkpoint`], and when the files cannot be written.
    pub async fn rotate_key(&self, seed: [u8; 32]) -> Result<(PublicKey, Signed), AppError> {
        let (path, next) = (self.home.key(), self.home.next_key());
        // Finishes a rotation that was cut short, so that what lies in the way is nobody's key.
        self.key().await?;
        match std::fs::remove_file(&next) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                return Err(AppError::file(&next, why));
            }
            Ok(()) | Err(_) => {}
        }
        let key = Key::from_seed(seed)?;
        key.write_new(&next)?;
        let signed = self.sign_journal(Some(key.public())).await?;
        std::fs::rename(&next, &path).map_err(|why| AppError::file(&path, why))?;
        Ok((key.public(), signed))
    }

    /// Every checkpoint, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn checkpoints(&self, permit: &ReadPermit) -> Result<Vec<Signed>, AppError> {
        let kept = self.store.checkpoints(permit, 0, CHECKPOINTS_MAX).await?;
        Ok(kept.into_iter().map(signed).collect())
    }

    /// When the journal was signed last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_checkpoint_at(&self) -> Result<Option<Timestamp>, AppError> {
        Ok(self.latest_checkpoint().await?.map(|(latest, _)| latest.at))
    }

    async fn latest_checkpoint(&self) -> Result<Option<(Checkpoint, Signed)>, AppError> {
        let kept = self.store.latest_checkpoint(&ReadPermit::at_the_console()).await?;
        let read = |kept| {
            let signed = signed(kept);
            Ok((parsed(&signed)?, signed))
        };
        kept.map(read).transpose()
    }

    async fn sign_journal(&self, next: Option<PublicKey>) -> Result<Signed, AppError> {
        let key = self.key().await?;
        let latest = self.latest_checkpoint().await?;
        let mut tree = Tree::default();
        let whole = self.walk(latest.as_ref().map(|(latest, _)| latest), &mut tree).await?;
        let now = self.clock.now();
        let (number, previous) = match &latest {
            Some((latest, signed)) => (latest.number + 1, signed.hash()),
            None => (1, ORIGIN.to_owned()),
        };
        let checkpoint = Checkpoint {
            desk: self.settings.own.clone(),
            number,
            at: now,
            entries: whole.entries,
            head: whole.head,
            root: hex(&tree.root()),
            previous,
            key: key.public().to_string(),
            next_key: next.as_ref().map(PublicKey::to_string),
        };
        let signed = key.sign(checkpoint.to_string());
        self.keep(&checkpoint, &signed).await?;
        Ok(signed)
    }

    async fn keep(&self, checkpoint: &Checkpoint, signed: &Signed) -> Result<(), AppError> {
        let mut tx = self.store.begin().await?;
        tx.insert_checkpoint(&Kept {
            number: checkpoint.number,
            at: checkpoint.at,
            entries: checkpoint.entries,
            hash: signed.hash(),
            text: signed.text.clone(),
            signature: signed.signature.clone(),
        })
        .await?;
        let (act, subject) = match checkpoint.next_key {
            Some(_) => ("key.rotated", "key"),
            None => ("journal.checkpointed", "journal"),
        };
        let details = [
            ("number", checkpoint.number.to_string()),
            ("entries", checkpoint.entries.to_string()),
            ("head", checkpoint.head.clone()),
            ("text", signed.hash()),
            ("signature", signed.signature.clone()),
            ("key", checkpoint.key.clone()),
            ("next_key", checkpoint.next_key.clone().unwrap_or_default()),
        ];
        tx.record(&self.act(act, subject, details)).await?;
        Ok(tx.commit().await?)
    }

    /// Goes through the whole journal, which must be whole and lead through `latest`; the tree has it all.
    async fn walk(
        &self,
        latest: Option<&Checkpoint>,
        tree: &mut Tree,
    ) -> Result<store::journal::Verified, AppError> {
        let permit = ReadPermit::at_the_console();
        let mut seen = |entry: &model::journal::Entry| {
            tree.push(node(&entry.hash));
            let mark = latest.filter(|latest| latest.entries == entry.sequence)?;
            (mark.head != entry.hash).then(|| format!("checkpoint {} signed another", mark.number))
        };
        let whole = self.store.walk_journal(&permit, &mut seen).await??;
        match latest {
            Some(latest) if latest.entries > whole.entries => {
                Err(AppError::Broken(store::journal::Broken {
                    sequence: whole.entries + 1,
                    why: format!("checkpoint {} counts {}", latest.number, latest.entries),
                }))
            }
            Some(_) | None => Ok(whole),
        }
    }
}

/// What a signed text says of the journal.
pub(crate) fn parsed(signed: &Signed) -> Result<Checkpoint, AppError> {
    signed.text.parse().map_err(|why| AppError::BadInput(format!("{why}")))
}

fn signed(kept: Kept) -> Signed {
    Signed { text: kept.text, signature: kept.signature }
}

/// The bytes of a hash that the chain has found to be one.
pub(crate) fn node(hash: &str) -> Node {
    unhex(hash).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
}
