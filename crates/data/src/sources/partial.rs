//! A download in progress. What has come stays when the network fails, and the next attempt goes on from there, if the
//! server says that it still has the same file.

use crate::atomic_file;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The part of a file that has come so far. It is locked: two programs never write to it.
pub(super) struct Partial {
    file: File,
    path: PathBuf,
    /// The file that holds what the server calls the version that was sent: an `ETag`, or a `Last-Modified`.
    version: PathBuf,
}

impl Partial {
    /// What has come of the file that will be `target`.
    pub(super) fn open(target: &Path) -> io::Result<Self> {
        let path = target.with_added_extension("part");
        let version = path.with_added_extension("version");
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path)?;
        file.try_lock().map_err(|_| io::Error::other("another process is downloading it"))?;
        let mut partial = Self { file, path, version };
        if partial.known_version().is_none() {
            partial.restart()?;
        }
        partial.file.seek(SeekFrom::End(0))?;
        Ok(partial)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The number of bytes that have come.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// What the server called the version of which this is a part.
    pub(super) fn known_version(&self) -> Option<String> {
        fs::read_to_string(&self.version).ok().filter(|version| !version.is_empty())
    }

    /// Forgets what has come.
    pub(super) fn restart(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        match fs::remove_file(&self.version) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Starts with another version, whose name is not known if the server does not say it.
    pub(super) fn restart_with(&mut self, version: Option<&str>) -> io::Result<()> {
        self.restart()?;
        version.map_or(Ok(()), |version| fs::write(&self.version, version))
    }

    /// After a failure: the number of bytes from which the next attempt can go on. If it cannot, nothing is kept.
    pub(super) fn leave(self) -> io::Result<u64> {
        let bytes = self.bytes()?;
        if bytes > 0 && self.known_version().is_some() {
            return Ok(bytes);
        }
        self.discard().map(|()| 0)
    }

    /// Removes it.
    pub(super) fn discard(mut self) -> io::Result<()> {
        self.restart()?;
        fs::remove_file(&self.path)
    }

    /// Moves the complete file to its place.
    pub(super) fn commit(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        let _ = fs::remove_file(&self.version);
        atomic_file::rename(&self.path, target)
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
