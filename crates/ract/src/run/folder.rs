//! A run folder to which this process writes.

use super::checkpoints::Checkpoints;
use super::history::{EpochRecord, PartTime};
use super::layout::{RunPath, entries};
use super::per_user;
use super::per_user::Tested;
use crate::config::{Phase, Settings};
use crate::{Error, Result};
use ract_autodiff::Profile;
use ract_data::{atomic_file, holder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::Path;

/// A folder to which one run writes.
pub struct RunFolder {
    path: RunPath,
    pub(crate) checkpoints: Checkpoints,
    data_sha256: String,
    /// The lock is held as long as the folder is open, so that two processes never write to it.
    _lock: File,
}

impl RunFolder {
    /// Opens `path` for a run of `config` on the data with the fingerprint `data_sha256`. The folder is new, or it
    /// already holds an unfinished or finished run with the same configuration and data.
    ///
    /// # Errors
    /// When another process writes to the folder, or when it holds something else: other files, or a run with another
    /// configuration or on other data.
    pub fn open<S: Settings>(path: &Path, config: &S, data_sha256: &str) -> Result<Self> {
        let run = RunPath::at(path);
        if !run.is_begun() {
            check_unused(&run)?;
        }
        atomic_file::create_folder(path).map_err(Error::file("create", path))?;
        let lock = lock(&run)?;
        let checkpoints = Checkpoints::open(&run)?;
        for folder in [path, &run.checkpoints()] {
            atomic_file::sweep_all(folder).map_err(Error::file("clean up", folder))?;
        }
        if run.is_begun() {
            if let Some(difference) = S::read(&run.config(), &[])?.difference(config)? {
                return Err(run.holds_another(&format!("of another configuration ({difference})")));
            }
        } else {
            atomic_file::save(&run.config(), config.to_toml()?)?;
        }
        run.check_fingerprint(data_sha256)?;
        if !run.data().exists() {
            atomic_file::save(&run.data(), format!("{data_sha256}\n"))?;
        }
        Ok(Self { path: run, checkpoints, data_sha256: data_sha256.to_owned(), _lock: lock })
    }

    /// The fingerprint of the data.
    pub(crate) fn data_sha256(&self) -> &str {
        &self.data_sha256
    }

    /// The results of the run; `None` when it is not finished.
    ///
    /// # Errors
    /// When the file is damaged, or does not agree with the others.
    pub fn result<R: DeserializeOwned>(&self) -> Result<Option<R>> {
        if self.path.is_finished() {
            self.path.check_agreement()?;
        }
        self.path.read_result()
    }

    /// The lines of the history: the epochs of a run, or the parameters that a baseline tried.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn history<R: DeserializeOwned>(&self) -> Result<Vec<R>> {
        self.path.read_history()
    }

    /// Writes `per_user.csv`: the measurements of each test user.
    pub(crate) fn write_per_user(&self, tested: &Tested) -> Result<()> {
        Ok(atomic_file::save(&self.path.per_user(), per_user::to_csv(tested)?)?)
    }

    /// Writes `result.json`, which marks the run as finished.
    pub(crate) fn finish(&self, result: &impl Serialize) -> Result<()> {
        let file = self.path.result();
        Ok(atomic_file::save(&file, pretty(&file, result)?)?)
    }

    /// Adds the profile of `phase`, the time of each of its parts, to `profile.json`. The profiles of other phases stay
    /// there.
    pub(crate) fn add_profile(&self, phase: Phase, profile: &Profile) -> Result<()> {
        let mut profiles = self.path.read_profiles()?;
        profiles.insert(phase, PartTime::of(profile));
        let file = self.path.profile();
        Ok(atomic_file::save(&file, pretty(&file, &profiles)?)?)
    }

    /// Removes from the history the epochs of `phase` after the first `done`, and all later phases: they will be
    /// trained (again).
    ///
    /// # Errors
    /// When the history lacks an epoch of `phase` that the saved state is past.
    pub(crate) fn rewind_history(&self, phase: Phase, done: u64) -> Result<()> {
        let mut history: Vec<EpochRecord> = self.history()?;
        history.retain(|record| record.phase < phase || (record.phase == phase && record.epoch <= done));
        let of_phase = history.iter().filter(|record| record.phase == phase).map(|record| record.epoch);
        if !of_phase.eq(1..=done) {
            let file = self.path.history();
            let message = format!("{} lacks epochs of {phase}: {done} are done", file.display());
            return Err(Error::Failed(format!("{message}; restore the file, or delete the folder and run again")));
        }
        self.write_history(&history)
    }

    /// Replaces `history.jsonl`. If the process was stopped in the middle of a line, the incomplete line is gone
    /// afterwards, so that lines can be appended.
    pub(crate) fn write_history(&self, records: &[impl Serialize]) -> Result<()> {
        let file = self.path.history();
        let lines = records.iter().map(line).collect::<serde_json::Result<String>>();
        let lines = lines.map_err(|error| Error::file("write", &file)(error.into()))?;
        Ok(atomic_file::save(&file, lines)?)
    }

    /// Appends a line to `history.jsonl`. It is on the disk when this returns, so that no checkpoint that is saved later is
    /// ahead of the history.
    pub(crate) fn append(&self, record: &impl Serialize) -> Result<()> {
        let file = self.path.history();
        let write = || {
            let mut history = fs::OpenOptions::new().create(true).append(true).open(&file)?;
            history.write_all(line(record)?.as_bytes())?;
            history.sync_data()
        };
        write().map_err(Error::file("write", &file))
    }
}

fn line(record: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string(record)? + "\n")
}

/// JSON with line breaks and indentation.
fn pretty(file: &Path, value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Error::file("write", file)(error.into()))?;
    Ok(text + "\n")
}

fn lock(run: &RunPath) -> Result<File> {
    let path = run.lock();
    // What the holder noted in it stays until the lock is taken.
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(Error::file("create", &path))?;
    match file.try_lock() {
        Ok(()) => {
            holder::note(&path).map_err(Error::file("write", &path))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let (folder, holder) = (run.folder().display(), holder::noted(&path));
            Err(Error::Failed(format!("another process is running in {folder} ({holder}): wait for it or stop it")))
        }
        Err(TryLockError::Error(error)) => Err(Error::file("lock", path)(error)),
    }
}

impl RunPath {
    /// Checks that the run, if it has begun, is one on the data with this fingerprint.
    pub(crate) fn check_fingerprint(&self, data_sha256: &str) -> Result<()> {
        if self.data().exists() && self.read_data_sha256()? != data_sha256 {
            return Err(self.holds_another("on other data (the data were prepared or generated again since then)"));
        }
        Ok(())
    }

    fn holds_another(&self, difference: &str) -> Error {
        let folder = self.folder().display();
        Error::Usage(format!("{folder} holds a run {difference}: name another folder with --out, or delete it"))
    }
}

/// Checks that the folder contains no other files, so that a new run can use it. Files that remain when a run is killed
/// at its very start are allowed.
fn check_unused(run: &RunPath) -> Result<()> {
    let folder = run.folder();
    if !folder.exists() {
        return Ok(());
    }
    for path in entries(folder)? {
        let is_left_behind =
            path == run.lock() || path == run.checkpoints() || atomic_file::is_temporary(&path, &run.config());
        if !is_left_behind {
            let (folder, name) =
                (folder.display(), path.file_name().unwrap_or_default().to_string_lossy().into_owned());
            let message = format!("{folder} is not a run folder: '{name}' is in it; name another folder with --out");
            return Err(Error::Usage(message));
        }
    }
    Ok(())
}
