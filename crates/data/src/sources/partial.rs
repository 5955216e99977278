//! A download in progress. What has come stays when the network fails, and the next attempt goes on from there, if the
//! server says that it still has the same file.

use crate::{atomic_file, holder};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The part of a file that has come so far. It is locked: two programs never write to it.
pub(super) struct Partial {
    file: File,
    path: PathBuf,
    /// The file that holds what the server calls the version that was sent: an `ETag`, or a `Last-Modified`.
    version: PathBuf,
    /// The file that says which process holds the lock.
    holder: PathBuf,
}

impl Partial {
    /// What has come of the file that will be `target`.
    pub(super) fn open(target: &Path) -> io::Result<Self> {
        let path = target.with_added_extension("part");
        let version = path.with_added_extension("version");
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path)?;
        let holder = path.with_added_extension("holder");
        file.try_lock().map_err(|_| io::Error::other(format!("{} is downloading it", holder::noted(&holder))))?;
        holder::note(&holder)?;
        let mut partial = Self { file, path, version, holder };
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

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.holder);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_meets_a_download_is_told_which_process_it_is_and_no_note_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x.zip");
        let partial = Partial::open(&target).unwrap();
        let said = Partial::open(&target).err().unwrap().to_string();
        let holder = format!("process {} on ", std::process::id());
        assert!(said.starts_with(&holder) && said.ends_with(" is downloading it"), "{said}");
        partial.commit(&target).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
