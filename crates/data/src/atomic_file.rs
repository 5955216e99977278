//! Atomic files and folders: written under a temporary name beside their place, synced, renamed. Either all of the new
//! content is there or none of it.
//!
//! What a killed program leaves under a temporary name is removed when the same file or folder is written again.

use crate::{DataError, Result};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile, TempDir};

/// In the name of everything that is not finished yet.
const MARK: &str = ".half-written-";

/// A file that is being written. Unless it is committed, it is removed.
pub struct AtomicFile {
    temporary: NamedTempFile,
    path: PathBuf,
}

impl AtomicFile {
    /// Starts the file that will be `path`, in a folder that is there.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create(path: &Path) -> io::Result<Self> {
        let prefix = prefix(path);
        sweep(parent(path), &prefix)?;
        let temporary = builder(&prefix, 0o666).tempfile_in(parent(path))?;
        Ok(Self { temporary, path: path.to_owned() })
    }

    /// The file, to be written to.
    pub fn file(&mut self) -> &mut File {
        self.temporary.as_file_mut()
    }

    /// Its temporary path, for those who write by path.
    pub fn temporary_path(&self) -> &Path {
        self.temporary.path()
    }

    /// Moves the file to its place. An older file there is replaced.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn commit(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        self.temporary.persist(self.path)?;
        Ok(())
    }
}

/// Writes `bytes` to `path` as an atomic file.
///
/// # Errors
/// When the system refuses.
pub fn save(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    let write = || {
        let mut file = AtomicFile::create(path)?;
        file.file().write_all(bytes.as_ref())?;
        file.commit()
    };
    write().map_err(DataError::io("write", path))
}

/// A folder that is being written. Unless it is committed, it is removed.
pub struct AtomicFolder {
    temporary: TempDir,
    path: PathBuf,
}

impl AtomicFolder {
    /// Starts the folder that will be `path`; the folders above it are made.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create(path: &Path) -> io::Result<Self> {
        let prefix = prefix(path);
        fs::create_dir_all(parent(path))?;
        sweep(parent(path), &prefix)?;
        let temporary = builder(&prefix, 0o777).tempdir_in(parent(path))?;
        Ok(Self { temporary, path: path.to_owned() })
    }

    /// Its temporary path.
    pub fn temporary_path(&self) -> &Path {
        self.temporary.path()
    }

    /// Moves the folder to its place. An older folder there is deleted.
    ///
    /// # Errors
    /// When the system refuses. The older folder then stays.
    pub fn commit(self) -> io::Result<()> {
        let aside = builder(&prefix(&self.path), 0o777).tempdir_in(parent(&self.path))?;
        let old = aside.path().join("old");
        let has_old = self.path.exists();
        if has_old {
            fs::rename(&self.path, &old)?;
        }
        fs::rename(self.temporary.path(), &self.path).inspect_err(|_| {
            if has_old && fs::rename(&old, &self.path).is_err() {
                let _ = aside.keep(); // better under a strange name than gone
            }
        })
    }
}

/// Checks, before the work is done, that `folder` can be replaced: it is not there, empty, or holds some of `names` and
/// nothing else. `what` says whose names they are.
///
/// # Errors
/// When something else is in it, which is named.
pub(crate) fn check_target(folder: &Path, names: &[&str], what: &str) -> Result<()> {
    let refuse = |problem: String| Err(DataError::File { file: folder.display().to_string(), problem });
    if folder.file_name().is_none() {
        return refuse("not a folder that can be replaced: choose another --out".to_owned());
    }
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(DataError::io("read", folder))? {
        let name = entry.map_err(DataError::io("read", folder))?.file_name();
        if !names.iter().any(|other| name == *other) {
            let name = name.to_string_lossy();
            return refuse(format!("'{name}' is in it, which is not {what}: choose another --out"));
        }
    }
    Ok(())
}

/// Whether `path` is what a killed program left of the file or folder `of`.
pub fn is_temporary(path: &Path, of: &Path) -> bool {
    path.parent() == of.parent() && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix(of)))
}

/// Removes what killed programs left unfinished in `folder`. No other program may be writing there.
///
/// # Errors
/// When the system refuses.
pub fn sweep_all(folder: &Path) -> io::Result<()> {
    sweep(folder, ".")
}

fn sweep(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(prefix) && name.contains(MARK) {
            if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
        }
    }
    Ok(())
}

fn prefix(path: &Path) -> String {
    format!(".{}{MARK}", path.file_name().unwrap_or(OsStr::new("unnamed")).to_string_lossy())
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// With the permissions of any new file or folder, rather than open to its owner alone.
fn builder(prefix: &str, mode: u32) -> Builder<'_, 'static> {
    let mut builder = Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder.prefix(prefix);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_once_it_is_committed_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let mut dropped = AtomicFile::create(&path).unwrap();
        dropped.file().write_all(b"half").unwrap();
        drop(dropped);
        assert!(names(folder.path()).is_empty());
        let mut committed = AtomicFile::create(&path).unwrap();
        committed.file().write_all(b"whole").unwrap();
        assert!(!path.exists());
        committed.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(names(folder.path()), ["x.csv"]);
    }

    #[test]
    fn a_saved_file_replaces_an_older_one_and_an_error_names_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.txt");
        save(&path, "old").unwrap();
        save(&path, "new").unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(folder.path()).len()), (b"new".to_vec(), 1));
        let message = save(&folder.path().join("none/x.txt"), "").unwrap_err().to_string();
        assert!(message.starts_with("cannot write ") && message.contains("none/x.txt: "), "{message}");
    }

    #[test]
    fn a_folder_takes_the_place_of_an_older_one() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("set");
        for name in ["old", "new"] {
            let folder = AtomicFolder::create(&path).unwrap();
            fs::write(folder.temporary_path().join(name), name).unwrap();
            folder.commit().unwrap();
        }
        assert_eq!((names(parent.path()), names(&path)), (vec!["set".to_owned()], vec!["new".to_owned()]));
    }

    #[test]
    fn what_a_killed_program_left_is_removed_by_the_next_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".x.csv.half-written-Ab1", ".y.csv.half-written-Ab1", ".x.csv", "x.csv.half-written-1"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        AtomicFile::create(&folder.path().join("x.csv")).unwrap().commit().unwrap();
        assert_eq!(names(folder.path()), [".x.csv", ".y.csv.half-written-Ab1", "x.csv", "x.csv.half-written-1"]);
        sweep_all(folder.path()).unwrap();
        assert_eq!(names(folder.path()), [".x.csv", "x.csv", "x.csv.half-written-1"]);
    }
}
