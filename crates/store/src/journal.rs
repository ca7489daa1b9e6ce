//! The journal at rest: every act, in order, each entry holding the hash of the one before.
//!
//! # How an entry is hashed
//!
//! Anyone can recompute it with a JSON library and SHA-256. The canonical text of an entry is this JSON
//! array, without blanks, in UTF-8, escaping only what RFC 8259 §7 requires (control characters in lower
//! case hexadecimal, with the short forms `\b \t \n \f \r`):
//!
//! ```text
//! ["juyan.journal/1",sequence,at,"actor","act","subject","details","previous"]
//! ```
//!
//! `at` counts microseconds since 1970-01-01 UTC; `details` is the stored JSON text, as a string; and
//! `previous` is the hash of the entry before, or 64 zeros for the first. In Python:
//!
//! ```text
//! text = json.dumps(["juyan.journal/1", sequence, at, actor, act, subject, details, previous],
//!                   ensure_ascii=False, separators=(",", ":"))
//! hash = hashlib.sha256(text.encode()).hexdigest()
//! ```
//!
//! The first element keeps these hashes apart from any other use of SHA-256, and the array keeps the
//! parts apart from one another: no two entries have one text.
//!
//! # What the chain shows, and what it cannot
//!
//! Altering, removing, inserting or reordering entries breaks the chain at that point. Cutting off the
//! newest entries leaves a chain that is whole, so a head is kept beside it: how many entries there are
//! and the hash of the last. Somebody who owns the file and rewrites the tail *and* the head leaves no
//! trace within the file; nor does somebody who recomputes every hash from some entry to the end. Against
//! that only what is noted outside helps: the signed checkpoints of [`crate::checkpoints`], kept by a third
//! party, say what the journal was.

use model::journal::{Act, Entry, Hash};
use model::permit::{ReadPermit, Scope};
use sha2::{Digest, Sha256};
use sqlx::{Sqlite, Transaction};

use crate::connection::ask;
use crate::error::failed_to;
use crate::record::{Record, bigint, json_text};
use crate::{Store, StoreError, Tx};

/// Keeps these hashes apart from any other use of SHA-256; a new way of hashing gets a new name.
const DOMAIN: &str = "juyan.journal/1";
/// What the first entry holds in place of the hash of the one before.
const ORIGIN: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// How many entries are verified between two questions to the engine: bounds memory.
const PAGE: u32 = 1_000;

/// A journal that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub entries: u64,
    /// The hash of the last entry; 64 zeros if there is none. Worth noting outside this machine.
    pub head: Hash,
}

/// A journal that somebody touched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal is broken at entry {sequence}: {why}")]
pub struct Broken {
    /// Where it is noticed first.
    pub sequence: u64,
    pub why: String,
}

impl Store {
    /// Entries, the newest first, from the one before `before`. The journal is the desk's alone: an
    /// organisation's permit sees none of it.
    pub async fn journal(
        &self,
        permit: &ReadPermit,
        limit: u32,
        before: Option<u64>,
    ) -> Result<Vec<Entry>, StoreError> {
        let before = match before {
            Some(sequence) => bigint("the sequence of an entry", sequence)?,
            None => i64::MAX,
        };
        let statement = ask(LIST_ENTRIES, permit).bind(before).bind(limit);
        self.all("list the journal", statement).await
    }

    /// Entries about one subject, the newest first.
    pub async fn journal_of(
        &self,
        permit: &ReadPermit,
        subject: &str,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let statement = ask(LIST_OF_SUBJECT, permit).bind(subject.to_owned()).bind(limit);
        self.all("list the journal of a subject", statement).await
    }

    /// Entries after a sequence, the oldest first: what happened since.
    pub async fn journal_since(
        &self,
        permit: &ReadPermit,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let after = bigint("the sequence of an entry", after)?;
        self.all("list what happened since", ask(LIST_SINCE, permit).bind(after).bind(limit)).await
    }

    /// Recomputes the whole chain and compares it with the head.
    ///
    /// The outer error means that it could not be looked at; the inner one, that somebody touched it.
    pub async fn verify_journal(
        &self,
        permit: &ReadPermit,
    ) -> Result<Result<Verified, Broken>, StoreError> {
        self.walk_journal(permit, &mut |_| None).await
    }

    /// The same, showing each entry that is whole to `seen`, the oldest first. What `seen` answers is why
    /// the journal is broken there after all: a checkpoint says otherwise.
    pub async fn walk_journal(
        &self,
        permit: &ReadPermit,
        seen: &mut (dyn FnMut(&Entry) -> Option<String> + Send),
    ) -> Result<Result<Verified, Broken>, StoreError> {
        let doing = "verify the journal";
        if *permit.scope() != Scope::Everything {
            return Err(StoreError::OutOfReach { what: "the journal" });
        }
        // One snapshot: an act recorded meanwhile moves the head, but not the one seen here.
        let mut snapshot = self.readers.begin().await.map_err(failed_to(doing))?;
        let mut chain = Chain::default();
        loop {
            let page = chain_page(&mut snapshot, permit, chain.next_from()).await?;
            if page.is_empty() {
                break;
            }
            for link in page {
                if let Err(broken) = chain.join(&link) {
                    return Ok(Err(broken));
                }
                if let Some(why) = link.entry.ok().and_then(|entry| seen(&entry)) {
                    return Ok(Err(Broken { sequence: chain.entries, why }));
                }
            }
        }
        let head = sqlx::query(READ_HEAD).fetch_optional(&mut *snapshot).await;
        let head = head.map_err(failed_to(doing))?.map(Record::new);
        Ok(chain.closed_by(head.as_ref()))
    }
}

impl Tx {
    /// Appends an act to the journal; its sequence.
    pub async fn record(&mut self, act: &Act) -> Result<u64, StoreError> {
        let head = self.look_up("read the head of the journal", sqlx::query(READ_HEAD)).await?;
        let Some(head) = head else {
            return Err(StoreError::Missing { what: "head of the journal", id: "1".to_owned() });
        };
        let sequence = head.count::<u64>("entries")? + 1;
        let mut entry = Entry {
            sequence,
            at: act.at,
            actor: act.actor.clone(),
            act: act.act.to_owned(),
            subject: act.subject.clone(),
            details: json_text("the details of an act", &act.details)?,
            previous: head.text("hash")?,
            hash: Hash::new(),
        };
        entry.hash = hash_of(&entry);
        self.append(&entry).await?;
        self.note_recorded();
        Ok(sequence)
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let doing = "append to the journal";
        let sequence = bigint("the sequence of an entry", entry.sequence)?;
        let statement = sqlx::query(APPEND_ENTRY)
            .bind(sequence)
            .bind(entry.at.as_microsecond())
            .bind(entry.actor.clone())
            .bind(entry.act.clone())
            .bind(entry.subject.clone())
            .bind(entry.details.clone())
            .bind(entry.previous.clone())
            .bind(entry.hash.clone());
        self.write(doing, statement).await?;
        let head = sqlx::query(MOVE_HEAD).bind(sequence).bind(entry.hash.clone());
        match self.write(doing, head).await? {
            1 => Ok(()),
            _ => Err(StoreError::Stale { what: "journal entry", id: entry.sequence.to_string() }),
        }
    }
}

/// The hash of an entry over all its parts but the hash itself.
pub fn hash_of(entry: &Entry) -> Hash {
    let digest = Sha256::digest(canonical_text(entry).as_bytes());
    digest.iter().fold(Hash::with_capacity(64), |mut hash, byte| {
        for nibble in [byte >> 4, byte & 0xf] {
            hash.extend(char::from_digit(u32::from(nibble), 16));
        }
        hash
    })
}

fn canonical_text(entry: &Entry) -> String {
    let text = |text: &String| serde_json::Value::String(text.clone());
    serde_json::Value::Array(vec![
        DOMAIN.into(),
        entry.sequence.into(),
        entry.at.as_microsecond().into(),
        text(&entry.actor),
        text(&entry.act),
        text(&entry.subject),
        text(&entry.details),
        text(&entry.previous),
    ])
    .to_string()
}

/// A row of the journal on its way through the chain: its place, and the entry if it can be read.
struct Link {
    place: i64,
    entry: Result<Entry, StoreError>,
}

/// The part of the chain that has been gone through and found whole.
struct Chain {
    entries: u64,
    head: Hash,
    /// The place of the last row seen: negative places exist only if somebody put them there.
    last_place: Option<i64>,
}

impl Default for Chain {
    fn default() -> Self {
        Self { entries: 0, head: ORIGIN.to_owned(), last_place: None }
    }
}

impl Chain {
    /// From which place to read on.
    fn next_from(&self) -> i64 {
        self.last_place.map_or(i64::MIN, |place| place.saturating_add(1))
    }

    fn join(&mut self, link: &Link) -> Result<(), Broken> {
        let wanted = self.entries + 1;
        let broken = |why: String| Err(Broken { sequence: wanted, why });
        if u64::try_from(link.place) != Ok(wanted) {
            return broken(format!("in its place stands entry {}", link.place));
        }
        let entry = match &link.entry {
            Ok(entry) => entry,
            Err(error) => return broken(format!("it cannot be read: {error}")),
        };
        if entry.previous != self.head {
            return broken("it does not hold the hash of the entry before".to_owned());
        }
        if hash_of(entry) != entry.hash {
            return broken("its hash is not that of its text".to_owned());
        }
        self.entries = wanted;
        self.head.clone_from(&entry.hash);
        self.last_place = Some(link.place);
        Ok(())
    }

    /// Compares the end of the chain with the head kept beside it.
    fn closed_by(self, head: Option<&Record>) -> Result<Verified, Broken> {
        let broken = |sequence, why: String| Err(Broken { sequence, why });
        let Some(head) = head else {
            return broken(self.entries, "the head of the journal is gone".to_owned());
        };
        let (entries, hash) = match (head.count::<u64>("entries"), head.text("hash")) {
            (Ok(entries), Ok(hash)) => (entries, hash),
            (Err(error), _) | (_, Err(error)) => {
                return broken(self.entries, format!("the head cannot be read: {error}"));
            }
        };
        if entries > self.entries {
            let why = format!("the head counts {entries} entries: the newest are missing");
            return broken(self.entries + 1, why);
        }
        if entries < self.entries || hash != self.head {
            return broken(entries, "the head is not that of the last entry".to_owned());
        }
        Ok(Verified { entries, head: hash })
    }
}

async fn chain_page(
    snapshot: &mut Transaction<'static, Sqlite>,
    permit: &ReadPermit,
    from: i64,
) -> Result<Vec<Link>, StoreError> {
    let statement = ask(LIST_CHAIN, permit).bind(from).bind(PAGE);
    let rows = statement.fetch_all(&mut **snapshot).await;
    let rows = rows.map_err(failed_to("verify the journal"))?;
    rows.into_iter().map(|row| Link::try_from(Record::new(row))).collect()
}

impl TryFrom<Record> for Link {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self { place: record.integer("sequence")?, entry: record.try_into() })
    }
}

impl TryFrom<Record> for Entry {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            sequence: record.count("sequence")?,
            at: record.instant("at")?,
            actor: record.text("actor")?,
            act: record.text("act")?,
            subject: record.text("subject")?,
            details: record.text("details")?,
            previous: record.text("previous")?,
            hash: record.text("hash")?,
        })
    }
}

/// By the primary key.
const LIST_ENTRIES: &str = "
SELECT sequence, at, actor, act, subject, details, previous, hash
  FROM journal
 WHERE $1 = '*'
   AND sequence < $2
 ORDER BY sequence DESC
 LIMIT $3";

/// By `journal_by_subject`.
const LIST_OF_SUBJECT: &str = "
SELECT sequence, at, actor, act, subject, details, previous, hash
  FROM journal
 WHERE $1 = '*'
   AND subject = $2
 ORDER BY sequence DESC
 LIMIT $3";

/// By the primary key.
const LIST_SINCE: &str = "
SELECT sequence, at, actor, act, subject, details, previous, hash
  FROM journal
 WHERE $1 = '*'
   AND sequence > $2
 ORDER BY sequence
 LIMIT $3";

/// By the primary key.
const LIST_CHAIN: &str = "
SELECT sequence, at, actor, act, subject, details, previous, hash
  FROM journal
 WHERE $1 = '*'
   AND sequence >= $2
 ORDER BY sequence
 LIMIT $3";

/// By the primary key of a table of one row.
const READ_HEAD: &str = "
SELECT entries, hash
  FROM journal_head
 WHERE one_row = 1
 LIMIT 1";

/// The primary key and the unique index of `hash` refuse a second.
const APPEND_ENTRY: &str = "
INSERT INTO journal (sequence, at, actor, act, subject, details, previous, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// By the primary key of a table of one row; it moves on only from where it was read.
const MOVE_HEAD: &str = "
UPDATE journal_head
   SET entries = $1,
       hash = $2
 WHERE one_row = 1
   AND entries = $1 - 1";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("LIST_ENTRIES", LIST_ENTRIES),
    ("LIST_OF_SUBJECT", LIST_OF_SUBJECT),
    ("LIST_SINCE", LIST_SINCE),
    ("LIST_CHAIN", LIST_CHAIN),
    ("READ_HEAD", READ_HEAD),
    ("APPEND_ENTRY", APPEND_ENTRY),
    ("MOVE_HEAD", MOVE_HEAD),
];

#[cfg(test)]
mod tests;
