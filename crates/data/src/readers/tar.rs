//! A tar archive, plain or compressed, which is never unpacked to disk.

use super::bytes::decompressed;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tar::Archive;

/// Whether `path` is read as a tar archive.
pub fn is_tar(path: &Path) -> bool {
    const ENDINGS: [&str; 5] = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"];
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// A file in an archive.
pub(super) struct Entry {
    /// With its folders.
    pub(super) name: String,
    pub(super) bytes: u64,
    /// The place of its first byte in the archive.
    start: u64,
}

/// All files of the archive at `path`, which is read to its end: a compressed one has its checksum there.
pub(super) fn entries(path: &Path) -> io::Result<Vec<Entry>> {
    let mut archive = Archive::new(decompressed(File::open(path)?)?);
    let mut entries = Vec::new();
    for entry in archive.entries()? {
        let entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        // Old programs mark a folder by its name alone.
        if entry.header().entry_type().is_file() && !name.ends_with('/') {
            entries.push(Entry { name, bytes: entry.size(), start: entry.raw_file_position() });
        }
    }
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(entries)
}

/// Reads files of an archive one after the other. Where they stand in that order, the archive is read once.
pub(super) struct Tar {
    path: PathBuf,
    source: Option<Box<dyn Read>>,
    /// How much of the source has been read.
    at: u64,
}

impl Tar {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), source: None, at: 0 }
    }

    /// The bytes of a file.
    pub(super) fn file(&mut self, entry: &Entry) -> io::Result<impl Read> {
        let earlier = self.source.take().filter(|_| self.at <= entry.start);
        let (mut source, at) = match earlier {
            Some(source) => (source, self.at),
            None => (decompressed(File::open(&self.path)?)?, 0),
        };
        let skipped = io::copy(&mut source.by_ref().take(entry.start - at), &mut io::sink())?;
        self.at = at + skipped;
        Ok(Part { source: self.source.insert(source), at: &mut self.at, left: entry.bytes })
    }
}

struct Part<'a> {
    source: &'a mut Box<dyn Read>,
    at: &'a mut u64,
    left: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.source.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive was cut off"));
        }
        *self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}
