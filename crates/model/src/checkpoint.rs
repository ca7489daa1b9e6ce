//! A checkpoint: what the journal was at an instant, as a text that is signed and given away.
//!
//! ```text
//! juyan.checkpoint/1
//! desk: coordination-centre
//! number: 3
//! at: 2026-11-23T00:00:04Z
//! entries: 1234
//! head: 5d41…          hash of entry 1234
//! root: 9f86…          root of the tree over the hashes of entries 1 to 1234
//! previous: 60303…     SHA-256 of the text of checkpoint 2; 64 zeros in the first
//! key: 3b6a…           Ed25519 public key that signs this text
//! next-key: 8f43…      only where the key changes: what signs from the next on
//! ```
//!
//! Each line ends with a line feed, the last one too, and nothing else stands between: a checkpoint has
//! one text only, so that its hash is the hash of what it says. Reading refuses everything else.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::Handle;
use crate::journal::Hash;

/// What the first checkpoint holds in place of the hash of the one before.
pub const ORIGIN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const FIRST_LINE: &str = "juyan.checkpoint/1";

/// What is said of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose journal.
    pub desk: Handle,
    /// Position among the checkpoints, counting from 1 without gaps.
    pub number: u64,
    pub at: Timestamp,
    /// How many entries it covers: from 1 to this.
    pub entries: u64,
    /// The hash of the last of them.
    pub head: Hash,
    /// The root of the tree over their hashes.
    pub root: Hash,
    /// SHA-256 of the text of the checkpoint before.
    pub previous: Hash,
    /// The public key that signs it, 64 hexadecimal digits.
    pub key: String,
    /// Where the key changes, the one that signs from the next checkpoint on.
    pub next_key: Option<String>,
}

/// Why a text is no checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no checkpoint: {0}")]
pub struct BadCheckpoint(String);

impl Checkpoint {
    /// The key that signs the next one.
    pub fn key_from_here(&self) -> &str {
        self.next_key.as_deref().unwrap_or(&self.key)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "desk: {}", self.desk)?;
        writeln!(f, "number: {}", self.number)?;
        writeln!(f, "at: {}", self.at)?;
        writeln!(f, "entries: {}", self.entries)?;
        writeln!(f, "head: {}", self.head)?;
        writeln!(f, "root: {}", self.root)?;
        writeln!(f, "previous: {}", self.previous)?;
        writeln!(f, "key: {}", self.key)?;
        match &self.next_key {
            Some(key) => writeln!(f, "next-key: {key}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Checkpoint {
    type Err = BadCheckpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut lines = text.lines();
        if lines.next() != Some(FIRST_LINE) {
            return Err(BadCheckpoint(format!("its first line is not `{FIRST_LINE}`")));
        }
        let mut value = |name: &str| {
            let line = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.ok_or_else(|| BadCheckpoint(format!("`{name}: …` is missing in its place")))
        };
        let read = Self {
            desk: parsed("desk", value("desk")?)?,
            number: parsed("number", value("number")?)?,
            at: parsed("at", value("at")?)?,
            entries: parsed("entries", value("entries")?)?,
            head: digits("head", value("head")?)?,
            root: digits("root", value("root")?)?,
            previous: digits("previous", value("previous")?)?,
            key: digits("key", value("key")?)?,
            next_key: value("next-key").ok().map(|key| digits("next-key", key)).transpose()?,
        };
        // Whatever else stood there, such as a leading zero or a line too many, is not in the one text.
        if read.to_string() != text {
            return Err(BadCheckpoint("it is not written as checkpoints are".to_owned()));
        }
        Ok(read)
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(name: &str, text: &str) -> Result<T, BadCheckpoint> {
    text.parse().map_err(|why| BadCheckpoint(format!("`{name}`: {why}")))
}

/// 64 hexadecimal digits in lower case.
fn digits(name: &str, text: &str) -> Result<String, BadCheckpoint> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() == 64 && text.bytes().all(is_digit) {
        return Ok(text.to_owned());
    }
    Err(BadCheckpoint(format!("`{name}` is not 64 hexadecimal digits")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            desk: "desk".parse().unwrap(),
            number: 2,
            at: "2026-11-23T00:00:04Z".parse().unwrap(),
            entries: 7,
            head: "a".repeat(64),
            root: "b".repeat(64),
            previous: "c".repeat(64),
            key: "d".repeat(64),
            next_key: None,
        }
    }

    #[test]
    fn a_text_comes_back_as_what_it_says() {
        let mut one = checkpoint();
        assert_eq!(one.to_string().parse(), Ok(one.clone()));
        assert_eq!(one.key_from_here(), "d".repeat(64));
        one.next_key = Some("e".repeat(64));
        assert_eq!(one.to_string().parse(), Ok(one.clone()));
        assert_eq!(one.key_from_here(), "e".repeat(64));
    }

    #[test]
    fn there_is_one_text_only_for_what_it_says() {
        let text = checkpoint().to_string();
        for other in [
            text.replace("number: 2", "number: 02"),
            text.replace("number: 2", "number: +2"),
            text.replace('\n', "\r\n"),
            format!("{text}\n"),
            format!("{text}more: 1\n"),
            text.trim_end().to_owned(),
            text.replace(&"a".repeat(64), &"A".repeat(64)),
            text.replace("00:00:04Z", "00:00:04.000Z"),
            text.replace("desk: desk\n", ""),
            String::new(),
        ] {
            assert!(other.parse::<Checkpoint>().is_err(), "{other}");
        }
    }
}
