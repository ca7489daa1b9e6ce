//! The container: a tar archive (POSIX `ustar`, regular files only) compressed with zstd.
//!
//! Any tar reads what is written here; only what is written here is read. A file that is handed in is
//! hostile: lengths are bounded before anything is held, and nothing is ever unpacked to disk.

use std::io::{Read, Write};

use jiff::Timestamp;

use super::{cannot_write, seconds};
use crate::AppError;
use crate::seal::sha256;

const BLOCK: usize = 512;
const NAME: usize = 100;
/// The longest file taken in, in bytes; lists are cut into parts far below.
const LONGEST: u64 = 256 << 20;
/// The most files taken in, and the most bytes of all of them.
const FILES_MAX: usize = 100_000;
const BYTES_MAX: u64 = 64 << 30;
/// The widest window (as a power of two) that zstd may ask memory for.
const WINDOW: u32 = 27;

/// A file as the manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Writes files one after another.
pub(crate) struct Writer<W: Write> {
    out: zstd::Encoder<'static, W>,
    at: Timestamp,
    listed: Vec<Listed>,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(out: W, at: Timestamp) -> Result<Self, AppError> {
        Ok(Self { out: zstd::Encoder::new(out, 3).map_err(cannot_write)?, at, listed: Vec::new() })
    }

    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    pub(crate) fn listed(&self) -> &[Listed] {
        &self.listed
    }

    pub(crate) fn add(&mut self, name: &str, content: &[u8]) -> Result<(), AppError> {
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if name.len() > NAME || bytes > LONGEST {
            return Err(AppError::BadInput(format!("`{name}` is too long for a dossier")));
        }
        let padding = content.len().next_multiple_of(BLOCK) - content.len();
        self.out.write_all(&header(name, bytes, seconds(self.at))).map_err(cannot_write)?;
        self.out.write_all(content).map_err(cannot_write)?;
        let zeros = [0; BLOCK];
        self.out.write_all(zeros.get(..padding).unwrap_or_default()).map_err(cannot_write)?;
        self.listed.push(Listed { name: name.to_owned(), bytes, sha256: sha256(content) });
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), AppError> {
        self.out.write_all(&[0; 2 * BLOCK]).map_err(cannot_write)?;
        self.out.finish().and_then(|mut out| out.flush()).map_err(cannot_write)
    }
}

/// The header of a regular file that anybody may read.
fn header(name: &str, bytes: u64, at: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |from: usize, text: &str| {
        if let Some(place) = block.get_mut(from..from + text.len()) {
            place.copy_from_slice(text.as_bytes());
        }
    };
    put(0, name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{bytes:011o}"));
    put(136, &format!("{at:011o}"));
    put(148, "        ");
    put(156, "0");
    put(257, "ustar");
    put(263, "00");
    let sum = format!("{:06o}\0 ", checksum(&block));
    if let Some(place) = block.get_mut(148..156) {
        place.copy_from_slice(sum.as_bytes());
    }
    block
}

/// The sum of the header's bytes, those of the sum itself taken as blanks.
fn checksum(block: &[u8; BLOCK]) -> u32 {
    let byte =
        |(at, byte): (usize, &u8)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) };
    block.iter().enumerate().map(byte).sum()
}

/// Shows every file of an archive to `seen`, in their order; what is wrong with the container, if anything.
pub(crate) fn read(input: impl Read, seen: &mut dyn FnMut(String, Vec<u8>)) -> Result<(), String> {
    let broken = |why: std::io::Error| format!("it cannot be unpacked: {why}");
    let mut input = zstd::Decoder::new(input).map_err(broken)?;
    input.window_log_max(WINDOW).map_err(broken)?;
    let mut total = 0;
    for _ in 0..=FILES_MAX {
        let mut block = [0; BLOCK];
        input.read_exact(&mut block).map_err(broken)?;
        if block == [0; BLOCK] {
            return ended(&mut input);
        }
        let (name, bytes) = listed(&block)?;
        total += bytes;
        if bytes > LONGEST || total > BYTES_MAX {
            return Err(format!("`{name}` is larger than any file of a dossier"));
        }
        let padded = bytes.next_multiple_of(512);
        let mut content = Vec::new();
        let taken = (&mut input).take(padded).read_to_end(&mut content).map_err(broken)?;
        if u64::try_from(taken) != Ok(padded) {
            return Err(format!("it ends within `{name}`"));
        }
        let end = usize::try_from(bytes).unwrap_or(usize::MAX);
        if content.get(end..).is_some_and(|padding| padding.iter().any(|byte| *byte != 0)) {
            return Err(format!("something stands behind `{name}`"));
        }
        content.truncate(end);
        seen(name, content);
    }
    Err(format!("it has more than {FILES_MAX} files"))
}

/// After the first block of zeros there is a second, and nothing more.
fn ended(input: &mut impl Read) -> Result<(), String> {
    let mut rest = Vec::new();
    let taken = input.take(600).read_to_end(&mut rest).map_err(|why| why.to_string())?;
    if taken == BLOCK && rest.iter().all(|byte| *byte == 0) {
        return Ok(());
    }
    Err("something stands behind its end".to_owned())
}

fn listed(block: &[u8; BLOCK]) -> Result<(String, u64), String> {
    let field = |from: usize, to: usize| {
        let bytes = block.get(from..to).unwrap_or_default();
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        std::str::from_utf8(bytes.get(..end).unwrap_or_default()).map(str::to_owned)
    };
    let name = field(0, NAME).map_err(|_| "a file's name is no text".to_owned())?;
    let number = |from, to| u64::from_str_radix(field(from, to).unwrap_or_default().trim(), 8).ok();
    let (bytes, at) = (number(124, 136), number(136, 148));
    let (Some(bytes), Some(at)) = (bytes, at) else {
        return Err(format!("the header of `{name}` cannot be read"));
    };
    // What is read is exactly what would have been written: no link, device or extension slips in.
    if header(&name, bytes, at) != *block {
        return Err(format!("the header of `{name}` is not that of a dossier's file"));
    }
    Ok((name, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, "2026-11-23T00:00:00Z".parse().unwrap()).unwrap();
        for (name, content) in files {
            writer.add(name, content).unwrap();
        }
        writer.finish().unwrap();
        out
    }

    fn names(bytes: &[u8]) -> Result<Vec<(String, usize)>, String> {
        let mut found = Vec::new();
        read(bytes, &mut |name, content| found.push((name, content.len())))?;
        Ok(found)
    }

    fn repacked(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let whole = archive(&[("a.txt", b"one"), ("b/c.txt", &[7; 512])]);
        let mut plain = Vec::new();
        zstd::Decoder::new(whole.as_slice()).unwrap().read_to_end(&mut plain).unwrap();
        change(&mut plain);
        zstd::encode_all(plain.as_slice(), 1).unwrap()
    }

    #[test]
    fn files_come_back_in_their_order() {
        let found = names(&repacked(|_| {})).unwrap();
        assert_eq!(found, [("a.txt".to_owned(), 3), ("b/c.txt".to_owned(), 512)]);
    }

    #[test]
    fn a_container_that_is_not_as_written_is_refused() {
        type Change = fn(&mut Vec<u8>);
        let changes: [(Change, &str); 6] = [
            (|bytes| bytes[0] = b'z', "is not that of a dossier's file"),
            (|bytes| bytes[156] = b'2', "is not that of a dossier's file"),
            (|bytes| bytes[600] = 1, "something stands behind `a.txt`"),
            (|bytes| bytes.truncate(700), "it ends within `a.txt`"),
            (|bytes| bytes.push(0), "behind its end"),
            (|bytes| bytes.truncate(1_100), "cannot be unpacked"),
        ];
        for (change, why) in changes {
            let refused = names(&repacked(change)).unwrap_err();
            assert!(refused.contains(why), "{refused} / {why}");
        }
        assert!(names(b"no archive").is_err());
    }

    #[test]
    fn a_length_that_no_file_has_is_refused_before_it_is_read() {
        let mut plain = header("huge", LONGEST + 1, 0).to_vec();
        plain.extend([0; 1024]);
        let refused = names(&zstd::encode_all(plain.as_slice(), 1).unwrap()).unwrap_err();
        assert!(refused.contains("larger than any file"), "{refused}");
    }
}
