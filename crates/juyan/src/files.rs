//! Files that people hand in whole, read no further than their kind may be long.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

/// The longest pack, layer, calendar, mapping or settings file, in bytes.
pub(crate) const LONGEST: u64 = 256 << 10;
/// The longest table of vectors or of incidents, in bytes.
pub(crate) const LONGEST_TABLE: u64 = 16 << 20;

/// The text of a regular file of at most `limit` bytes.
///
/// A pipe or a device is refused before it is opened: it may block, and need not end.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> anyhow::Result<String> {
    let shown = path.display();
    let regular = |known: std::io::Result<std::fs::Metadata>| -> anyhow::Result<()> {
        if !known.with_context(|| format!("`{shown}`"))?.is_file() {
            bail!("`{shown}` is no regular file: name a file, not a directory, pipe or device");
        }
        Ok(())
    };
    regular(std::fs::metadata(path))?;
    let file = File::open(path).with_context(|| format!("`{shown}`"))?;
    regular(file.metadata())?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).with_context(|| format!("`{shown}`"))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        bail!("`{shown}` is longer than {} KiB: split it, or name another file", limit >> 10);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            bail!("`{shown}` is not UTF-8 text at byte {at}: save it as UTF-8")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path) -> String {
        read_bounded(path, LONGEST).unwrap_err().to_string()
    }

    #[test]
    fn a_device_or_a_directory_is_refused_unread() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refusal(folder.path()).contains("no regular file"));
        let link = folder.path().join("endless.toml");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(refusal(&link).contains("no regular file"));
    }

    #[test]
    fn a_file_is_read_up_to_its_limit_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sparse.toml");
        let file = File::create(&path).unwrap();
        file.set_len(20 << 30).unwrap();
        assert!(refusal(&path).contains("longer than 256 KiB"));
        file.set_len(LONGEST).unwrap();
        assert_eq!(read_bounded(&path, LONGEST).unwrap().len(), 256 << 10);
        std::fs::write(&path, b"name = \"\xff\"").unwrap();
        assert!(refusal(&path).contains("not UTF-8 text at byte 8"));
    }
}
