//! The run folder: `config.toml`, `history.jsonl`, `checkpoints/`, `result.json`.

use crate::checkpoints::Checkpoints;
use crate::config::Config;
use crate::metrics::Metric;
use crate::result::RunResult;
use crate::training::Phase;
use crate::{Error, Result, atomic_file};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// One epoch in `history.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Of which phase.
    pub phase: Phase,
    /// From 1.
    pub epoch: u64,
    /// Means over the epoch's batches, by name.
    pub losses: BTreeMap<String, f64>,
    /// Means over the validation users.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub validation: BTreeMap<Metric, f64>,
    /// Whether it is the best epoch of its phase so far.
    #[serde(default)]
    pub best: bool,
    /// Training and validation time.
    pub seconds: f64,
}

impl EpochRecord {
    pub(crate) fn new(phase: Phase, epoch: u64, losses: BTreeMap<String, f64>) -> Self {
        Self { phase, epoch, losses, validation: BTreeMap::new(), best: false, seconds: 0.0 }
    }
}

/// A folder that one run writes to.
pub struct RunFolder {
    path: PathBuf,
    pub(crate) checkpoints: Checkpoints,
    /// Held for as long as the folder is open, so that no two processes write to it.
    _lock: File,
}

impl RunFolder {
    /// Opens `path` for a run of `config`: a new folder, or one in which a run of the same configuration was begun.
    ///
    /// # Errors
    /// When another process writes to it, or it holds a run of another configuration.
    pub fn open(path: &Path, config: &Config) -> Result<Self> {
        fs::create_dir_all(path).map_err(Error::file("create", path))?;
        let lock = lock(path)?;
        let file = path.join("config.toml");
        if file.exists() {
            let before = Config::read(&file, &[])?;
            if before != *config {
                let difference = first_difference(&before.to_toml()?, &config.to_toml()?);
                return Err(Error::Usage(format!(
                    "{} holds a run of another configuration ({difference}): name another folder with --out, or \
                     delete it",
                    path.display()
                )));
            }
        } else {
            let text = config.to_toml()?;
            atomic_file::write(&file, |temporary| fs::write(temporary, text))?;
        }
        Ok(Self { path: path.to_owned(), checkpoints: Checkpoints::open(path)?, _lock: lock })
    }

    /// Opens a folder that `ract run` made, and reads its configuration.
    ///
    /// # Errors
    /// When there is no run in it.
    pub fn existing(path: &Path) -> Result<(Self, Config)> {
        let file = path.join("config.toml");
        if !file.exists() {
            let message = format!("{} is not a run folder: it has no config.toml", path.display());
            return Err(Error::Usage(message));
        }
        let config = Config::read(&file, &[])?;
        Ok((Self::open(path, &config)?, config))
    }

    /// `result.json`, when the run is finished.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn result(&self) -> Result<Option<RunResult>> {
        let file = self.path.join("result.json");
        if !file.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
        let damaged = |error| Error::Failed(format!("{} is damaged: {error}; delete it", file.display()));
        serde_json::from_str(&text).map(Some).map_err(damaged)
    }

    /// Writes `result.json`: the run is finished.
    pub(crate) fn finish(&self, result: &RunResult) -> Result<()> {
        let file = self.path.join("result.json");
        atomic_file::write(&file, |temporary| fs::write(temporary, serde_json::to_string_pretty(result)? + "\n"))
    }

    /// The epochs of `history.jsonl`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn history(&self) -> Result<Vec<EpochRecord>> {
        let file = self.history_file();
        if !file.exists() {
            return Ok(Vec::new());
        }
        let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
        // A stop in the middle of a line leaves a last one that does not parse: its epoch is trained again.
        Ok(text.lines().map_while(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Forgets the epochs of `phase` after the first `done`, and the phases after it: they are trained (again).
    pub(crate) fn rewind_history(&self, phase: Phase, done: u64) -> Result<()> {
        let mut history = self.history()?;
        history.retain(|record| record.phase < phase || (record.phase == phase && record.epoch <= done));
        let lines = history.iter().map(line).collect::<serde_json::Result<String>>();
        let file = self.history_file();
        atomic_file::write(&file, |temporary| fs::write(temporary, lines?))
    }

    /// Adds an epoch to `history.jsonl`.
    pub(crate) fn append(&self, record: &EpochRecord) -> Result<()> {
        let file = self.history_file();
        let write =
            || fs::OpenOptions::new().create(true).append(true).open(&file)?.write_all(line(record)?.as_bytes());
        write().map_err(Error::file("write", &file))
    }

    fn history_file(&self) -> PathBuf {
        self.path.join("history.jsonl")
    }
}

fn line(record: &EpochRecord) -> serde_json::Result<String> {
    Ok(serde_json::to_string(record)? + "\n")
}

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(".lock");
    let file = File::create(&path).map_err(Error::file("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::Failed(format!("another process is running in {}: wait for it or stop it", folder.display())))
        }
        Err(TryLockError::Error(error)) => Err(Error::file("lock", path)(error)),
    }
}

/// The first line that two configurations differ in.
fn first_difference(before: &str, now: &str) -> String {
    let mut section = "";
    for (before, now) in before.lines().zip(now.lines()) {
        if before != now {
            return format!("{section} {before}; now {now}").trim_start().to_owned();
        }
        if before.starts_with('[') {
            section = before;
        }
    }
    "one says more than the other".to_owned()
}
