//! Files and folders that are there whole or not at all: made under another name beside their place, synced, renamed.
//!
//! What a killed program leaves under such a name is removed when the same file or folder is made again.

use crate::{DataError, Result};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile, TempDir};

/// In the name of everything that is not whole yet.
const MARK: &str = ".half-written-";

/// A file under construction; unless it is kept, it goes away.
pub struct WholeFile {
    temporary: NamedTempFile,
    path: PathBuf,
}

impl WholeFile {
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

    /// Where it is meanwhile, for those who write by path.
    pub fn meanwhile(&self) -> &Path {
        self.temporary.path()
    }

    /// The file is whole: it takes its place, or that of an older one.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn keep(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        self.temporary.persist(self.path)?;
        Ok(())
    }
}

/// A folder under construction; unless it is kept, it goes away.
pub struct WholeFolder {
    temporary: TempDir,
    path: PathBuf,
}

impl WholeFolder {
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

    /// Where it is meanwhile.
    pub fn meanwhile(&self) -> &Path {
        self.temporary.path()
    }

    /// The folder is whole: it takes its place, or that of an older one, which is deleted.
    ///
    /// # Errors
    /// When the system refuses; the older one then stays.
    pub fn keep(self) -> io::Result<()> {
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

/// Removes all that killed programs left half written in `folder`. Nobody else may be writing there.
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
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_once_it_is_kept_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let mut dropped = WholeFile::create(&path).unwrap();
        dropped.file().write_all(b"half").unwrap();
        drop(dropped);
        assert!(names(folder.path()).is_empty());
        let mut kept = WholeFile::create(&path).unwrap();
        kept.file().write_all(b"whole").unwrap();
        assert!(!path.exists());
        kept.keep().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(names(folder.path()), ["x.csv"]);
    }

    #[test]
    fn a_folder_takes_the_place_of_an_older_one() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("set");
        for name in ["old", "new"] {
            let whole = WholeFolder::create(&path).unwrap();
            fs::write(whole.meanwhile().join(name), name).unwrap();
            whole.keep().unwrap();
        }
        assert_eq!((names(parent.path()), names(&path)), (vec!["set".to_owned()], vec!["new".to_owned()]));
    }

    #[test]
    fn what_a_killed_program_left_is_removed_by_the_next_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".x.csv.half-written-Ab1", ".y.csv.half-written-Ab1", ".x.csv", "x.csv.half-written-1"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        WholeFile::create(&folder.path().join("x.csv")).unwrap().keep().unwrap();
        assert_eq!(names(folder.path()), [".x.csv", ".y.csv.half-written-Ab1", "x.csv", "x.csv.half-written-1"]);
        sweep_all(folder.path()).unwrap();
        assert_eq!(names(folder.path()), [".x.csv", "x.csv", "x.csv.half-written-1"]);
    }
}
