//! Checking a dossier with nothing but the file and a public key that was noted elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use model::Checkpoint;
use serde::Serialize;

use super::archive::{self, Listed};
use super::{CHECKPOINTS, FIRST_LINE, JOURNAL, MANIFEST, Proved};
use crate::checkpoint::trusted_keys;
use crate::seal::{PublicKey, Signed, hex, sha256, unhex};
use crate::tree::{Node, root_of};

/// What is wrong is listed up to here.
const FINDINGS_MAX: usize = 100;

/// What checking a dossier found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What the manifest says of itself: desk, incident, instant, checkpoint, key.
    pub says: BTreeMap<String, String>,
    pub files: u64,
    /// Entries of the journal that the checkpoint proves.
    pub entries: u64,
    /// What was changed; nothing if the dossier is as it was made.
    pub findings: Vec<String>,
}

/// Checks every file against the manifest, the manifest against the key, and every entry of the journal
/// against the signed checkpoint.
pub fn verify(input: impl Read, key: &PublicKey) -> Verdict {
    let mut found: Vec<Listed> = Vec::new();
    let mut kept: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut verdict = Verdict::default();
    let container = archive::read(input, &mut |name, content| {
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        found.push(Listed { name: name.clone(), bytes, sha256: sha256(&content) });
        if [MANIFEST, JOURNAL, CHECKPOINTS].contains(&name.as_str()) {
            kept.insert(name, content);
        }
    });
    verdict.files = u64::try_from(found.len()).unwrap_or(u64::MAX);
    verdict.findings.extend(container.err());
    let text = |name: &str| kept.get(name).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
    let signed =
        text(CHECKPOINTS).and_then(|text| Signed::read_all(&text).ok()).unwrap_or_default();
    let checkpoints: Vec<(Checkpoint, &Signed)> =
        signed.iter().filter_map(|signed| Some((signed.text.parse().ok()?, signed))).collect();
    let keys = trusted_keys(
        Some(key.to_string()),
        checkpoints.iter().map(|(checkpoint, signed)| (checkpoint, *signed)),
    );
    let is_trusted = |signed: &Signed, key: &str| {
        keys.contains(key) && key.parse().is_ok_and(|key: PublicKey| signed.is_by(&key))
    };
    let manifest = text(MANIFEST).and_then(|text| Signed::read_all(&text).ok());
    match manifest.as_deref() {
        Some([manifest]) => {
            verdict.says = said(&manifest.text);
            let by = verdict.says.get("key").cloned().unwrap_or_default();
            if !is_trusted(manifest, &by) {
                let why =
                    "manifest.txt: its signature is not by the key given, nor by one that it names";
                verdict.findings.push(why.to_owned());
            }
            verdict.compare(&manifest.text, &found);
        }
        _ => verdict.findings.push("manifest.txt is missing or not signed".to_owned()),
    }
    let wanted = verdict.says.get("checkpoint").cloned().unwrap_or_default();
    let covering = checkpoints.iter().find(|(one, _)| one.number.to_string() == wanted);
    match covering {
        Some((checkpoint, signed)) if is_trusted(signed, &checkpoint.key) => {
            verdict.prove(checkpoint, &text(JOURNAL).unwrap_or_default());
        }
        _ => verdict
            .findings
            .push(format!("checkpoints.txt: checkpoint {wanted} is missing or not signed")),
    }
    verdict.findings.truncate(FINDINGS_MAX);
    verdict
}

/// The lines of the manifest's head.
fn said(manifest: &str) -> BTreeMap<String, String> {
    let lines = manifest.lines().skip(1).take_while(|line| !line.starts_with("file: "));
    let parts = lines.filter_map(|line| line.split_once(": "));
    parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl Verdict {
    /// Compares what is there with what the manifest lists.
    fn compare(&mut self, manifest: &str, found: &[Listed]) {
        if manifest.lines().next() != Some(FIRST_LINE) {
            self.findings.push(format!("manifest.txt: its first line is not `{FIRST_LINE}`"));
        }
        let read = |line: &str| {
            let mut parts = line.strip_prefix("file: ")?.splitn(3, ' ');
            let (sha256, bytes, name) = (parts.next()?, parts.next()?, parts.next()?);
            Some((name.to_owned(), (sha256.to_owned(), bytes.parse::<u64>().ok()?)))
        };
        let mut listed: BTreeMap<_, _> = manifest.lines().filter_map(read).collect();
        let mut seen = BTreeSet::new();
        for file in found {
            let name = &file.name;
            if !seen.insert(name) {
                self.findings.push(format!("{name}: it is there twice"));
                continue;
            }
            if name == MANIFEST {
                continue;
            }
            match listed.remove(name) {
                None => self
                    .findings
                    .push(format!("{name}: it was added, the manifest does not list it")),
                Some((sha256, bytes)) if sha256 == file.sha256 && bytes == file.bytes => {}
                Some(_) => self.findings.push(format!("{name}: it was changed")),
            }
        }
        self.findings.extend(listed.into_keys().map(|name| format!("{name}: it is missing")));
    }

    /// Follows every entry's path to the root of the checkpoint.
    fn prove(&mut self, checkpoint: &Checkpoint, journal: &str) {
        let mut last = 0;
        for (line, at) in journal.lines().zip(1_u64..) {
            let Ok(Proved { entry, path }) = serde_json::from_str(line) else {
                self.findings.push(format!("{JOURNAL}: line {at} is no entry"));
                continue;
            };
            let sequence = entry.sequence;
            let hash = store::journal::hash_of(&entry);
            let node = |text: &String| unhex(text).and_then(|bytes| Node::try_from(bytes).ok());
            let path: Option<Vec<Node>> = path.iter().map(node).collect();
            let root = path
                .zip(node(&hash))
                .and_then(|(path, leaf)| root_of(sequence, checkpoint.entries, &leaf, &path));
            if hash != entry.hash {
                self.findings.push(format!("{JOURNAL}: entry {sequence} was altered"));
            } else if root.map(|root| hex(&root)).as_ref() != Some(&checkpoint.root) {
                let number = checkpoint.number;
                let what =
                    format!("{JOURNAL}: entry {sequence} does not stand under checkpoint {number}");
                self.findings.push(what);
            } else if sequence <= last {
                self.findings.push(format!("{JOURNAL}: entry {sequence} is not in its place"));
            } else {
                self.entries += 1;
            }
            last = sequence;
        }
    }
}
