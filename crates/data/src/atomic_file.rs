//! Atomic files and folders: written under a temporary name beside their place, synced, renamed. Either all of the new
//! content is there or none of it.
//!
//! What a killed program leaves under a temporary name is removed when the same file or folder is written again. A program
//! that is still writing holds a lock on its temporary file or folder, so that no other removes it.

use crate::{DataError, Result};
use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
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
        loop {
            let temporary = builder(&prefix, 0o666).tempfile_in(parent(path))?;
            if is_ours(temporary.as_file(), temporary.path()) {
                return Ok(Self { temporary, path: path.to_owned() });
            }
        }
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
        self.temporary.persist(&self.path)?;
        sync_folder(parent(&self.path))
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

/// Moves a file to its place in the same folder, so that it is there after a loss of power. An older file there is
/// replaced.
#[cfg(feature = "network")]
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder(parent(to))
}

/// Makes the folder, and those above it, so that they are there after a loss of power.
///
/// # Errors
/// When the system refuses.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    create_folder(parent(folder))?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !folder.is_dir() => return Err(error),
        _ => {} // or another program was faster
    }
    sync_folder(parent(folder))
}

/// Removes a file, if it is there, so that it is not there after a loss of power.
///
/// # Errors
/// When the system refuses.
pub fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file).and_then(|()| sync_folder(parent(file))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DataError::io("remove", file)(error)),
        _ => Ok(()),
    }
}

/// A folder that is being written. Unless it is committed, it is removed.
pub struct AtomicFolder {
    temporary: TempDir,
    path: PathBuf,
    /// The folder is locked as long as it is open. Not every system can open a folder.
    _lock: Option<File>,
}

impl AtomicFolder {
    /// Starts the folder that will be `path`; the folders above it are made.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create(path: &Path) -> io::Result<Self> {
        let prefix = prefix(path);
        create_folder(parent(path))?;
        // Only a program that was killed between two renames leaves this.
        if !path.exists() && aside(path).exists() {
            fs::rename(aside(path), path)?;
        }
        sweep(parent(path), &prefix)?;
        loop {
            let temporary = builder(&prefix, 0o777).tempdir_in(parent(path))?;
            let lock = File::open(temporary.path());
            let is_ours = match &lock {
                Ok(folder) => is_ours(folder, temporary.path()),
                Err(error) => error.kind() != io::ErrorKind::NotFound,
            };
            if is_ours {
                return Ok(Self { temporary, path: path.to_owned(), _lock: lock.ok() });
            }
        }
    }

    /// Its temporary path.
    pub fn temporary_path(&self) -> &Path {
        self.temporary.path()
    }

    /// Moves the folder to its place. An older folder there is deleted. At any moment one of the two is whole.
    ///
    /// # Errors
    /// When the system refuses. The older folder then stays.
    pub fn commit(self) -> io::Result<()> {
        sync_folder(self.temporary.path())?;
        replace_folder(self.temporary.path(), &self.path)?;
        sync_folder(parent(&self.path))
    }
}

/// Moves the folder `new` to `place`. An older folder there is under the name `new` afterwards, or is gone.
fn replace_folder(new: &Path, place: &Path) -> io::Result<()> {
    loop {
        if !place.exists() {
            match fs::rename(new, place) {
                // Another program was faster.
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => continue,
                moved => return moved,
            }
        }
        return match exchange(new, place) {
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
                replace_by_two_renames(new, place)
            }
            exchanged => exchanged,
        };
    }
}

/// Gives each of the two the other's name, in one step.
#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
    Ok(renameat2(AT_FDCWD, a, AT_FDCWD, b, RenameFlags::RENAME_EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// For systems that cannot exchange. A program that is killed in between leaves the old folder aside, and
/// [`AtomicFolder::create`] moves it back.
fn replace_by_two_renames(new: &Path, place: &Path) -> io::Result<()> {
    let aside = aside(place);
    fs::rename(place, &aside)?;
    fs::rename(new, place).inspect_err(|_| {
        let _ = fs::rename(&aside, place);
    })?;
    fs::remove_dir_all(aside)
}

/// Where an old folder is while a new one takes its place.
fn aside(path: &Path) -> PathBuf {
    parent(path).join(format!(".{}.replaced", path.file_name().unwrap_or(OsStr::new("unnamed")).to_string_lossy()))
}

/// Locks what has just been created at `path`, so that no other program removes it. False when another has just done so.
fn is_ours(created: &File, path: &Path) -> bool {
    !matches!(created.try_lock(), Err(TryLockError::WouldBlock)) && path.exists()
}

/// Makes sure that what was renamed in the folder stays renamed, also when the power fails.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// What a folder must be to be replaced.
pub(crate) struct Replaceable<'a> {
    /// The files that it may hold, and what a killed program left of them.
    pub(crate) names: &'a [&'a str],
    /// Whose names they are.
    pub(crate) what: &'a str,
    /// The file by which this program knows what it made, and whether its text is this program's.
    pub(crate) marker: &'a str,
    pub(crate) is_marker: fn(&str) -> bool,
}

/// Checks, before the work is done, that `folder` can be replaced: it is not there, empty, or this program made it and
/// nothing else is in it.
///
/// # Errors
/// When it is a symbolic link; when something else is in it, which is named; when this program did not make it.
pub(crate) fn check_target(folder: &Path, of: &Replaceable<'_>) -> Result<()> {
    let Replaceable { names, what, marker, is_marker } = of;
    let refuse = |problem: String| Err(DataError::File { file: folder.display().to_string(), problem });
    if folder.file_name().is_none() {
        return refuse("not a folder that can be replaced: choose another --out".to_owned());
    }
    if folder.is_symlink() {
        return refuse("a symbolic link: name the folder itself with --out".to_owned());
    }
    if !folder.exists() {
        return Ok(());
    }
    let mut is_empty = true;
    for entry in fs::read_dir(folder).map_err(DataError::io("read", folder))? {
        is_empty = false;
        let path = entry.map_err(DataError::io("read", folder))?.path();
        if !names.iter().map(|name| folder.join(name)).any(|known| path == known || is_temporary(&path, &known)) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            return refuse(format!("'{name}' is in it, which is not {what}: choose another --out"));
        }
    }
    let marker_file = folder.join(marker);
    let is_ours = match fs::read(&marker_file) {
        Ok(bytes) => is_marker(&String::from_utf8_lossy(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(DataError::io("read", marker_file)(error)),
    };
    if is_empty || is_ours {
        return Ok(());
    }
    let problem = format!("it was not made by this program (it has no {marker} of it), so its files may be yours");
    refuse(format!("{problem}: choose another --out"))
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
            remove_if_abandoned(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes what no program writes to. It may be gone before that.
fn remove_if_abandoned(path: &Path) -> io::Result<()> {
    let remove = || {
        let lock = File::open(path)?;
        match lock.try_lock() {
            Ok(()) if path.is_dir() => fs::remove_dir_all(path),
            Ok(()) => fs::remove_file(path),
            Err(_) => Ok(()),
        }
    };
    match remove() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
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
    fn without_an_exchange_one_of_the_folders_is_whole_after_every_step() {
        let parent = tempfile::tempdir().unwrap();
        let (place, new) = (parent.path().join("set"), parent.path().join("new"));
        for (folder, name) in [(&place, "old"), (&new, "new")] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join(name), name).unwrap();
        }
        replace_by_two_renames(&new, &place).unwrap();
        assert_eq!((names(parent.path()), names(&place)), (vec!["set".to_owned()], vec!["new".to_owned()]));
        // A program was killed between the two renames.
        fs::rename(&place, aside(&place)).unwrap();
        drop(AtomicFolder::create(&place).unwrap());
        assert_eq!((names(parent.path()), names(&place)), (vec!["set".to_owned()], vec!["new".to_owned()]));
    }

    #[test]
    fn what_another_program_is_writing_stays() {
        let parent = tempfile::tempdir().unwrap();
        let (set, file) = (parent.path().join("set"), parent.path().join("file"));
        let folders = [(); 2].map(|()| AtomicFolder::create(&set).unwrap());
        let mut files = [(); 2].map(|()| AtomicFile::create(&file).unwrap());
        for (k, folder) in folders.into_iter().enumerate() {
            fs::write(folder.temporary_path().join("part"), format!("{k}")).unwrap();
            folder.commit().unwrap();
            assert_eq!(fs::read_to_string(set.join("part")).unwrap(), format!("{k}"));
        }
        files.iter_mut().for_each(|file| file.file().write_all(b"whole").unwrap());
        files.into_iter().for_each(|file| file.commit().unwrap());
        assert_eq!(names(parent.path()), ["file", "set"]);
    }

    #[test]
    fn many_writers_of_one_folder_leave_one_whole() {
        let parent = tempfile::tempdir().unwrap();
        let set = parent.path().join("set");
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let set = &set;
                scope.spawn(move || {
                    for _ in 0..20 {
                        let folder = AtomicFolder::create(set).unwrap();
                        for part in 0..3 {
                            fs::write(folder.temporary_path().join(format!("{part}")), format!("{writer}")).unwrap();
                        }
                        folder.commit().unwrap();
                    }
                });
            }
        });
        let parts: Vec<_> = (0..3).map(|part| fs::read_to_string(set.join(format!("{part}"))).unwrap()).collect();
        assert_eq!(names(&set).len(), 3);
        assert!(parts.iter().all(|part| *part == parts[0]), "{parts:?}");
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
