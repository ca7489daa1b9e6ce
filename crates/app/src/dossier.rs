//! A dossier: everything about one incident in one file that proves itself, without this program's data.
//!
//! ```text
//! README.txt                    what this is and how to check it with common tools
//! incident.json                 the incident: assessments, obligations with their explanations, notices
//! notices/NTC-…/0001.csv        what each recipient was asked to deal with
//! law/regimes/….toml            each pack and layer as it was applied; law/calendars/….toml; law/versions.json
//! journal.jsonl                 each entry about it, with its path to the root of the checkpoint
//! checkpoints.txt               the checkpoint that covers them all, and each that changed the key
//! manifest.txt                  SHA-256 and length of every file above, signed
//! ```
//!
//! It is a tar archive compressed with zstd. The path of an entry (see `tree`) shows that it stood in the
//! journal when the checkpoint was signed, and shows nothing of other entries: a dossier can be given to
//! somebody who may see this incident only. Making one is itself an act, and in it.

pub(crate) mod archive;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use model::incident::IncidentNumber;
use model::journal::Entry;
use model::permit::ReadPermit;
use serde::{Deserialize, Serialize};

pub use verify::{Verdict, verify};

use self::archive::Writer;
use crate::checkpoint::{node, parsed};
use crate::seal::{Signed, hex};
use crate::tree::{Node, Tree};
use crate::views::IncidentView;
use crate::{App, AppError};

pub(crate) const MANIFEST: &str = "manifest.txt";
pub(crate) const JOURNAL: &str = "journal.jsonl";
pub(crate) const CHECKPOINTS: &str = "checkpoints.txt";
pub(crate) const FIRST_LINE: &str = "juyan.dossier/1";
const README: &str = include_str!("dossier/README.txt");

/// Rows of a list read at once.
const PAGE: u32 = 1_000;
/// The longest part of a list, in bytes: what is held in memory.
const PART: usize = 8 << 20;
/// Entries about one subject; more than this is refused rather than cut.
const ENTRIES_MAX: u32 = 20_000;

/// An entry, and the siblings on its way to the root.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Proved {
    pub(crate) entry: Entry,
    pub(crate) path: Vec<String>,
}

/// What was made.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    pub incident: String,
    pub files: u64,
    /// Entries of the journal in it.
    pub entries: u64,
    /// The checkpoint that covers them.
    pub checkpoint: u64,
    /// The public key that signed it: to be noted by whoever gets it, from elsewhere than the file.
    pub key: String,
}

/// A pack that an assessment or obligation was derived by.
#[derive(Serialize)]
struct Applied {
    pack: String,
    versions: BTreeSet<String>,
    calendars: BTreeSet<String>,
}

impl App {
    /// Writes the dossier of an incident; none if there is no such incident.
    ///
    /// # Errors
    /// When the journal does not verify, the key is not at hand, the database fails, or `out` does.
    pub async fn dossier(
        &self,
        permit: &ReadPermit,
        number: &IncidentNumber,
        out: impl Write,
    ) -> Result<Option<Made>, AppError> {
        if self.store.incident(permit, number).await?.is_none() {
            return Ok(None);
        }
        // First the act and the checkpoint, so that the act is covered and what is read is not newer.
        let mut tx = self.store.begin().await?;
        tx.record(&self.act("dossier.exported", number.to_string(), [])).await?;
        tx.commit().await?;
        let sealed = self.checkpoint().await?;
        let Some(incident) = self.incident(permit, number).await? else { return Ok(None) };
        let at = self.clock.now();
        let mut writer = Writer::new(out, at)?;
        writer.add("README.txt", README.as_bytes())?;
        writer.add("incident.json", &json(&incident)?)?;
        self.add_lists(permit, &incident, &mut writer).await?;
        self.add_law(permit, &incident, &mut writer).await?;
        let entries = self.add_journal(permit, (&incident, &sealed), &mut writer).await?;
        self.add_checkpoints(permit, &sealed, &mut writer).await?;
        self.finish(number, &sealed, (writer, entries)).await.map(Some)
    }

    /// Each notice's list, in parts that fit into memory.
    async fn add_lists(
        &self,
        permit: &ReadPermit,
        incident: &IncidentView,
        writer: &mut Writer<impl Write>,
    ) -> Result<(), AppError> {
        for notice in &incident.notices {
            let number = notice.number.parse().map_err(crate::assess::bad)?;
            let (mut after, mut part) = (None, 0_u32);
            let mut rows = csv::Writer::from_writer(Vec::new());
            loop {
                let page = self.remediations(permit, &number, PAGE, after.as_deref()).await?;
                let Some(page) = page else { break };
                for row in &page.rows {
                    rows.serialize(row).map_err(|why| AppError::BadInput(why.to_string()))?;
                }
                after = page.next;
                rows.flush().map_err(cannot_write)?;
                if after.is_none() || rows.get_ref().len() > PART {
                    part += 1;
                    let name = format!("notices/{number}/{part:04}.csv");
                    writer.add(&name, rows.get_ref())?;
                    rows = csv::Writer::from_writer(Vec::new());
                }
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Every text of law that this desk has decided by, the calendars, and what of it was applied here.
    async fn add_law(
        &self,
        permit: &ReadPermit,
        incident: &IncidentView,
        writer: &mut Writer<impl Write>,
    ) -> Result<(), AppError> {
        let mut texts = BTreeMap::new();
        for text in self.applied_law(permit, None).await? {
            // The same version with another text is another file.
            let short: String = text.sha256.chars().take(8).collect();
            let name = format!("{}-{}-{short}", shortened(&text.name), shortened(&text.version));
            texts.insert(format!("law/regimes/{name}.toml"), text.text);
        }
        for source in self.law.calendar_texts() {
            let name = Path::new(&source.origin).file_name().and_then(|name| name.to_str());
            // One of the data directory stands in for a built-in one of the same name, and comes later.
            let name = shortened(name.unwrap_or("unnamed.toml"));
            texts.insert(format!("law/calendars/{name}"), source.text.clone());
        }
        let mut applied: BTreeMap<&str, Applied> = BTreeMap::new();
        let assessed = incident.assessments.iter().map(|one| (&one.pack, &one.pack_version, None));
        let owed = incident
            .obligations
            .iter()
            .map(|one| (&one.pack, &one.pack_version, Some(&one.calendar)));
        for (pack, version, calendar) in assessed.chain(owed) {
            let one = applied.entry(pack).or_insert_with(|| Applied {
                pack: pack.clone(),
                versions: BTreeSet::new(),
                calendars: BTreeSet::new(),
            });
            one.versions.insert(version.clone());
            one.calendars.extend(calendar.cloned());
        }
        writer.add("law/versions.json", &json(&applied.values().collect::<Vec<_>>())?)?;
        texts.iter().try_for_each(|(name, text)| writer.add(name, text.as_bytes()))
    }

    /// Each entry about the incident and its notices that the checkpoint covers, with its path.
    async fn add_journal(
        &self,
        permit: &ReadPermit,
        (incident, sealed): (&IncidentView, &Signed),
        writer: &mut Writer<impl Write>,
    ) -> Result<u64, AppError> {
        let covered = parsed(sealed)?.entries;
        let mut entries = BTreeMap::new();
        let notices = incident.notices.iter().map(|notice| &notice.number);
        for subject in [&incident.row.number].into_iter().chain(notices) {
            let found = self.store.journal_of(permit, subject, ENTRIES_MAX).await?;
            if u32::try_from(found.len()).is_ok_and(|many| many == ENTRIES_MAX) {
                let why = format!("`{subject}` has more than {ENTRIES_MAX} entries in the journal");
                return Err(AppError::BadInput(why));
            }
            let covered = found.into_iter().filter(|entry| entry.sequence <= covered);
            entries.extend(covered.map(|entry| (entry.sequence, entry)));
        }
        let mut tree = Tree::proving(entries.keys().copied());
        let mut seen = |entry: &Entry| {
            if entry.sequence <= covered {
                tree.push(node(&entry.hash));
            }
            None
        };
        self.store.walk_journal(permit, &mut seen).await??;
        let paths = tree.paths();
        let mut lines = Vec::new();
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        for (sequence, entry) in entries {
            let path: &[Node] = paths.get(&sequence).map(Vec::as_slice).unwrap_or_default();
            let proved = Proved { entry, path: path.iter().map(|node| hex(node)).collect() };
            lines.extend(serde_json::to_vec(&proved).map_err(unwritable)?);
            lines.push(b'\n');
        }
        writer.add(JOURNAL, &lines)?;
        Ok(count)
    }

    /// The checkpoint that covers the entries, after each that changed the key.
    async fn add_checkpoints(
        &self,
        permit: &ReadPermit,
        sealed: &Signed,
        writer: &mut Writer<impl Write>,
    ) -> Result<(), AppError> {
        let mut text = String::new();
        for signed in self.checkpoints(permit).await? {
            if parsed(&signed)?.next_key.is_some() {
                text.push_str(&signed.to_string());
            }
        }
        text.push_str(&sealed.to_string());
        writer.add(CHECKPOINTS, text.as_bytes())
    }

    /// Signs the list of what is in it, and closes the file.
    async fn finish(
        &self,
        number: &IncidentNumber,
        sealed: &Signed,
        (mut writer, entries): (Writer<impl Write>, u64),
    ) -> Result<Made, AppError> {
        let key = self.key().await?;
        let checkpoint = parsed(sealed)?.number;
        let mut text = format!(
            "{FIRST_LINE}\ndesk: {}\nincident: {number}\nat: {}\ncheckpoint: {checkpoint}\nkey: {}\n",
            self.settings.own,
            writer.at(),
            key.public()
        );
        for listed in writer.listed() {
            text.push_str(&format!("file: {} {} {}\n", listed.sha256, listed.bytes, listed.name));
        }
        let files = u64::try_from(writer.listed().len()).unwrap_or(u64::MAX);
        writer.add(MANIFEST, key.sign(text).to_string().as_bytes())?;
        writer.finish()?;
        let key = key.public().to_string();
        Ok(Made { incident: number.to_string(), files, entries, checkpoint, key })
    }
}

/// A name that fits into an archive's header beside what stands before it.
fn shortened(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._+=-".contains(c) { c } else { '_' };
    name.chars().map(safe).take(30).collect()
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, AppError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(unwritable)?;
    text.push(b'\n');
    Ok(text)
}

fn unwritable(why: serde_json::Error) -> AppError {
    cannot_write(why.into())
}

pub(crate) fn cannot_write(why: std::io::Error) -> AppError {
    AppError::file(Path::new("the dossier"), why)
}

/// When it was made, for the archive's own headers: whole seconds, never before 1970.
pub(crate) fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or_default()
}
