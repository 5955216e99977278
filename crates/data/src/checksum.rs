//! What a file is known by: its size and its SHA-256.

use crate::{DataError, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// What a file is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its hash, in lower-case hexadecimal digits.
    pub sha256: Cow<'static, str>,
}

impl std::fmt::Display for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes with SHA-256 {}", self.bytes, self.sha256)
    }
}

impl Checksum {
    /// Of the file at `path`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_file(path: &Path) -> Result<Self> {
        let read = || Self::of(File::open(path)?, None, |_| ());
        read().map_err(DataError::io("read", path))
    }

    /// Of all that comes from `source`, which also goes to `copy`. `progress` is told how many bytes have come.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn of(mut source: impl Read, mut copy: Option<&mut File>, progress: impl Fn(u64)) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 17];
        let mut bytes = 0;
        loop {
            let read = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hash.update(&buffer[..read]);
            if let Some(copy) = &mut copy {
                copy.write_all(&buffer[..read])?;
            }
            bytes += read as u64;
            progress(bytes);
        }
        Ok(Self { bytes, sha256: digits(hash).into() })
    }
}

/// A raw file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its name, without its folders.
    pub name: String,
    /// What it is known by.
    #[serde(flatten)]
    pub checksum: Checksum,
    /// Whether the last line has no line feed, as when the file was cut off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
}

/// SHA-256 of several parts in hexadecimal digits; other parts give another hash, also when they are the same bytes in a
/// row.
pub fn sha256_of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    digits(hash)
}

/// The hash in hexadecimal digits.
pub(crate) fn digits(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes everything
        text
    })
}
