//! Verifying: the journal against itself, against the desk's own checkpoints, and against those that a
//! third party kept.

use std::collections::{BTreeMap, BTreeSet};

use model::Checkpoint;
use model::checkpoint::ORIGIN;
use model::permit::ReadPermit;
use serde::Serialize;

use super::{node, parsed};
use crate::seal::{PublicKey, Signed, hex};
use crate::tree::Tree;
use crate::{App, AppError};

/// What somebody outside kept.
#[derive(Debug, Default)]
pub struct Outside {
    pub checkpoints: Vec<Signed>,
    /// The public key as it was noted outside; without it the desk's own word for its key is taken.
    pub key: Option<PublicKey>,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// How many entries were found whole.
    pub entries: u64,
    /// The hash of the last of them.
    pub head: String,
    /// How many checkpoints of its own the desk has.
    pub checkpoints: u64,
    /// How many of those kept outside agree with the journal.
    pub confirmed: u64,
    /// What is wrong; nothing if the journal is whole.
    pub doubts: Vec<Doubt>,
}

/// Something that is not as it was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The entry of the journal where it is noticed.
    pub sequence: Option<u64>,
    pub what: String,
}

/// A checkpoint to hold the journal against.
struct Mark {
    checkpoint: Checkpoint,
    outside: bool,
}

impl App {
    /// Verifies the journal: its chain, what the desk itself signed, and what was kept outside.
    ///
    /// # Errors
    /// When something kept outside is no checkpoint, or the database fails.
    pub async fn prove(&self, permit: &ReadPermit, outside: &Outside) -> Result<Proof, AppError> {
        let own = self.checkpoints(permit).await?;
        let mut doubts = Vec::new();
        let mut marks = chain(&own, &mut doubts);
        let first_key = marks.first().map(|mark| mark.checkpoint.key.clone());
        let trusted = outside.key.map(|key| key.to_string()).or(first_key);
        marks.extend(theirs(&own, outside, trusted, &mut doubts)?);
        let (entries, head, broken) = self.compare(permit, &marks).await?;
        let in_doubt = broken.as_ref().map_or(u64::MAX, |doubt| doubt.sequence.unwrap_or(0));
        let confirmed =
            marks.iter().filter(|mark| mark.outside && mark.checkpoint.entries < in_doubt).count();
        doubts.extend(broken);
        let checkpoints = u64::try_from(own.len()).unwrap_or(u64::MAX);
        let confirmed = u64::try_from(confirmed).unwrap_or(u64::MAX);
        Ok(Proof { entries, head, checkpoints, confirmed, doubts })
    }

    /// Walks the journal through every mark, as far as it is whole.
    async fn compare(
        &self,
        permit: &ReadPermit,
        marks: &[Mark],
    ) -> Result<(u64, String, Option<Doubt>), AppError> {
        let mut at: BTreeMap<u64, Vec<&Mark>> = BTreeMap::new();
        for mark in marks {
            at.entry(mark.checkpoint.entries).or_default().push(mark);
        }
        let mut tree = Tree::default();
        let (mut entries, mut head) = (0, ORIGIN.to_owned());
        let mut agreed = 0;
        let mut seen = |entry: &model::journal::Entry| {
            tree.push(node(&entry.hash));
            let here = at.get(&entry.sequence).map(Vec::as_slice).unwrap_or_default();
            let root = if here.is_empty() { String::new() } else { hex(&tree.root()) };
            for mark in here {
                let signed = &mark.checkpoint;
                if signed.head != entry.hash || signed.root != root {
                    return Some(rewritten(mark, agreed));
                }
                agreed = entry.sequence;
            }
            entries = entry.sequence;
            head.clone_from(&entry.hash);
            None
        };
        let walked = self.store.walk_journal(permit, &mut seen).await?;
        let doubt = match walked {
            Err(broken) => Some(Doubt { sequence: Some(broken.sequence), what: broken.why }),
            Ok(whole) => at.range(whole.entries + 1..).next().and_then(|(_, marks)| {
                let mark = marks.first()?;
                let what = format!(
                    "{} counts {} entries: the newest are missing",
                    named(mark),
                    mark.checkpoint.entries
                );
                Some(Doubt { sequence: Some(whole.entries + 1), what })
            }),
        };
        Ok((entries, head, doubt))
    }
}

fn rewritten(mark: &Mark, agreed: u64) -> String {
    let from = agreed + 1;
    format!(
        "{} signed another entry here: history was rewritten somewhere from entry {from} to this one",
        named(mark)
    )
}

fn named(mark: &Mark) -> String {
    let Mark { checkpoint: Checkpoint { number, at, .. }, outside } = mark;
    let kept = if *outside { ", kept outside," } else { "" };
    format!("checkpoint {number} of {at}{kept}")
}

/// The desk's own checkpoints: each signed by the key that the one before names, and naming that one.
fn chain(own: &[Signed], doubts: &mut Vec<Doubt>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut previous = ORIGIN.to_owned();
    for (signed, number) in own.iter().zip(1_u64..) {
        let mut doubt = |why: &str| {
            doubts.push(Doubt {
                sequence: None,
                what: format!("the desk's checkpoint {number} {why}"),
            });
        };
        let Ok(checkpoint) = parsed(signed) else {
            doubt("is none any more");
            return marks;
        };
        let key = marks.last().map_or(&checkpoint.key, |mark| match &mark.checkpoint.next_key {
            Some(next) => next,
            None => &mark.checkpoint.key,
        });
        if *key != checkpoint.key {
            doubt("is signed by a key that the one before does not name");
        }
        if !is_signed(signed, &checkpoint) {
            doubt("was altered: its signature does not hold");
        }
        if checkpoint.number != number || checkpoint.previous != previous {
            doubt("does not follow the one before: one was altered or removed");
        }
        previous = signed.hash();
        marks.push(Mark { checkpoint, outside: false });
    }
    marks
}

fn is_signed(signed: &Signed, checkpoint: &Checkpoint) -> bool {
    checkpoint.key.parse().is_ok_and(|key: PublicKey| signed.is_by(&key))
}

/// What was kept outside, as far as the key that is trusted, or one that it named, has signed it.
fn theirs(
    own: &[Signed],
    outside: &Outside,
    trusted: Option<String>,
    doubts: &mut Vec<Doubt>,
) -> Result<Vec<Mark>, AppError> {
    let theirs: Vec<(Checkpoint, &Signed)> = outside
        .checkpoints
        .iter()
        .map(|signed| Ok((parsed(signed)?, signed)))
        .collect::<Result<_, AppError>>()?;
    let known: Vec<(Checkpoint, &Signed)> =
        own.iter().filter_map(|signed| Some((parsed(signed).ok()?, signed))).collect();
    let keys =
        trusted_keys(trusted, theirs.iter().chain(&known).map(|(one, signed)| (one, *signed)));
    let mut marks = Vec::new();
    for (checkpoint, signed) in theirs {
        let number = checkpoint.number;
        let mut doubt = |why: &str| {
            let what = format!("checkpoint {number} of {}, kept outside, {why}", checkpoint.at);
            doubts.push(Doubt { sequence: None, what });
        };
        if !keys.contains(&checkpoint.key) {
            doubt("is signed by another key than the one given, and that one names no such key");
            continue;
        }
        if !is_signed(signed, &checkpoint) {
            doubt("was altered: its signature does not hold");
            continue;
        }
        match known.iter().find(|(own, _)| own.number == number) {
            Some((_, own)) if own.text == signed.text => {}
            Some(_) => doubt("is not the one that the desk has: the desk's own was replaced"),
            None => doubt("is missing at the desk"),
        }
        marks.push(Mark { checkpoint, outside: true });
    }
    Ok(marks)
}

/// The trusted key, and every key that a text names which one of them has signed.
pub(crate) fn trusted_keys<'a>(
    trusted: Option<String>,
    checkpoints: impl Iterator<Item = (&'a Checkpoint, &'a Signed)>,
) -> BTreeSet<String> {
    let mut keys: BTreeSet<String> = trusted.into_iter().collect();
    let mut rotations: Vec<_> = checkpoints.filter(|(one, _)| one.next_key.is_some()).collect();
    rotations.sort_by_key(|(one, _)| one.number);
    for (one, signed) in rotations {
        if keys.contains(&one.key) && is_signed(signed, one) {
            keys.extend(one.next_key.clone());
        }
    }
    keys
}
