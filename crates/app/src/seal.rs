//! The desk's own key, and texts signed with it: Ed25519 (RFC 8032).
//!
//! The private key lies in `juyan.key` of the data directory as PKCS #8 in PEM (RFC 8410), readable by its
//! owner alone; the public key is shown as 64 hexadecimal digits or as PEM. So whoever wants to check a
//! signature needs nothing of ours: `openssl pkeyutl -verify -rawin` takes the public key, the text and the
//! 64 bytes of the signature.

use std::fmt;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use crate::AppError;

/// What stands before the 32 bytes of a private key in PKCS #8, and of a public key in
/// `SubjectPublicKeyInfo` (RFC 8410 §10).
const PRIVATE_HEAD: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
const PUBLIC_HEAD: [u8; 12] = *b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
/// No key file is longer.
const LONGEST_KEY: u64 = 4_096;
const SIGNATURE_LINE: &str = "signature: ";

/// The private key of this instance.
pub struct Key {
    pair: Ed25519KeyPair,
    seed: [u8; 32],
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.public())
    }
}

impl Key {
    /// The key that follows from 32 bytes of randomness.
    ///
    /// # Errors
    /// Never for a seed of this length; the library asks.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, AppError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed);
        let pair = pair.map_err(|why| AppError::Key(format!("the seed makes no key: {why}")))?;
        Ok(Self { pair, seed })
    }

    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey(bytes)
    }

    /// Signs a text. It must end with a line feed, so that the line of the signature stands apart.
    pub fn sign(&self, text: String) -> Signed {
        let signature = hex(self.pair.sign(text.as_bytes()).as_ref());
        Signed { text, signature }
    }

    /// Reads the key from its file.
    ///
    /// # Errors
    /// When it is not there, others than its owner may read it, or it holds no such key.
    pub fn read(path: &Path) -> Result<Self, AppError> {
        let cannot = |why| AppError::file(path, why);
        let known = std::fs::metadata(path).map_err(cannot)?;
        let shown = path.display();
        if !known.is_file() || known.len() > LONGEST_KEY {
            return Err(AppError::Key(format!(
                "`{shown}` is no key file: restore it from a backup"
            )));
        }
        if known.permissions().mode() & 0o077 != 0 {
            return Err(AppError::Key(format!(
                "`{shown}` may be read by others than its owner: whoever read it can sign as this desk. \
                 `chmod 600` it, and rotate the key (`juyan key rotate`) if somebody may have"
            )));
        }
        let text = std::fs::read_to_string(path).map_err(cannot)?;
        let der = pem_content(&text, "PRIVATE KEY");
        let seed = der.as_deref().and_then(|der| der.strip_prefix(&PRIVATE_HEAD));
        let seed = seed.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        let not_ours = || {
            AppError::Key(format!(
                "`{shown}` holds no Ed25519 key in PKCS #8: restore it from a backup"
            ))
        };
        Self::from_seed(seed.ok_or_else(not_ours)?)
    }

    /// Writes the key into a file of that name that only its owner may read; whether it was not there yet.
    /// A file that is there stays as it is.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn write_new(&self, path: &Path) -> Result<bool, AppError> {
        let cannot = |why| AppError::file(path, why);
        // Written beside it and then linked: nobody ever reads half a key, and of two only one wins.
        let beside = path.with_extension(format!("key.{}", std::process::id()));
        let der: Vec<u8> = PRIVATE_HEAD.iter().chain(&self.seed).copied().collect();
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)
            .map_err(cannot)?;
        file.write_all(pem(&der, "PRIVATE KEY").as_bytes()).map_err(cannot)?;
        file.sync_all().map_err(cannot)?;
        let linked = std::fs::hard_link(&beside, path);
        std::fs::remove_file(&beside).map_err(cannot)?;
        match linked {
            Ok(()) => Ok(true),
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(why) => Err(cannot(why)),
        }
    }
}

/// A public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// As PEM, for other tools.
    pub fn pem(&self) -> String {
        let der: Vec<u8> = PUBLIC_HEAD.iter().chain(&self.0).copied().collect();
        pem(&der, "PUBLIC KEY")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// From 64 hexadecimal digits or from PEM.
impl FromStr for PublicKey {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let text = text.trim();
        let der = pem_content(text, "PUBLIC KEY");
        let from_pem = der.as_deref().and_then(|der| der.strip_prefix(&PUBLIC_HEAD));
        let bytes = from_pem.map(<[u8]>::to_vec).or_else(|| unhex(text));
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        let why =
            "no Ed25519 public key: 64 hexadecimal digits or PEM, as `juyan key show` prints them";
        bytes.map(Self).ok_or_else(|| AppError::Key(why.to_owned()))
    }
}

/// A text and the signature over it. Written out, the signature is the line after the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub text: String,
    /// 128 hexadecimal digits.
    pub signature: String,
}

impl Signed {
    /// Whether the key has signed exactly this text.
    pub fn is_by(&self, key: &PublicKey) -> bool {
        let signature = unhex(&self.signature).unwrap_or_default();
        UnparsedPublicKey::new(&ED25519, key.0).verify(self.text.as_bytes(), &signature).is_ok()
    }

    /// SHA-256 of the text.
    pub fn hash(&self) -> String {
        sha256(self.text.as_bytes())
    }

    /// Reads texts written one after another.
    ///
    /// # Errors
    /// When the last one is not signed.
    pub fn read_all(written: &str) -> Result<Vec<Self>, AppError> {
        let mut all = Vec::new();
        let mut text = String::new();
        for line in written.split_inclusive('\n') {
            match line.strip_prefix(SIGNATURE_LINE) {
                Some(signature) => {
                    let signature = signature.trim_end().to_owned();
                    all.push(Self { text: std::mem::take(&mut text), signature });
                }
                None => text.push_str(line),
            }
        }
        if text.trim().is_empty() && !all.is_empty() {
            return Ok(all);
        }
        Err(AppError::BadInput(format!("it does not end with a line `{SIGNATURE_LINE}…`")))
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}{SIGNATURE_LINE}{}", self.text, self.signature)
    }
}

/// SHA-256, 64 hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// Bytes from lower-case hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

fn pem(der: &[u8], what: &str) -> String {
    // At most 48 bytes, which is one line of PEM.
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", BASE64.encode(der))
}

fn pem_content(text: &str, what: &str) -> Option<Vec<u8>> {
    let inner = text.trim().strip_prefix(&format!("-----BEGIN {what}-----"))?;
    let inner = inner.strip_suffix(&format!("-----END {what}-----"))?;
    let inner: String = inner.split_ascii_whitespace().collect();
    BASE64.decode(inner).ok()
}

#[cfg(test)]
mod tests;
