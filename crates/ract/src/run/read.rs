//! How the files of a run are read. Another process may write to them at the same time.

use super::history::{EpochRecord, Profiles};
use super::layout::RunPath;
use super::per_user;
use super::per_user::Tested;
use crate::config::{AnyConfig, Config, Phase};
use crate::{Error, Result};
use serde::de::DeserializeOwned;
use std::fs::{self, File, TryLockError};
use std::path::Path;

impl RunPath {
    /// The configuration of a run or of a baseline.
    ///
    /// # Errors
    /// When there is no configuration, or it is damaged.
    pub fn read_any_config(&self) -> Result<AnyConfig> {
        if self.is_begun() {
            return AnyConfig::read(&self.config(), &[]);
        }
        let (folder, config) = (self.folder().display(), self.config());
        let name = config.file_name().unwrap_or_default().to_string_lossy();
        Err(Error::Usage(format!("{folder} is not a run folder: it has no {name}")))
    }

    /// The configuration of a run.
    ///
    /// # Errors
    /// When there is no configuration, it is damaged, or it is that of a baseline.
    pub fn read_config(&self) -> Result<Config> {
        match self.read_any_config()? {
            AnyConfig::Run(config) => Ok(*config),
            AnyConfig::Baseline(_) => {
                let folder = self.folder().display();
                Err(Error::Usage(format!("{folder} holds a baseline: name the folder of an actor's run")))
            }
        }
    }

    /// Whether a process writes to the folder now.
    pub fn is_in_use(&self) -> bool {
        let lock = File::open(self.lock());
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// The fingerprint of the data.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_data_sha256(&self) -> Result<String> {
        Ok(text(&self.data())?.trim().to_owned())
    }

    /// The results of the run; `None` when it is not finished.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn read_result<R: DeserializeOwned>(&self) -> Result<Option<R>> {
        if !self.is_finished() {
            return Ok(None);
        }
        let file = self.result();
        let damaged = |error| Error::Failed(format!("{} is damaged: {error}; delete it", file.display()));
        serde_json::from_str(&text(&file)?).map(Some).map_err(damaged)
    }

    /// The results of a run that must be finished.
    ///
    /// # Errors
    /// When it is not finished, or when the file is damaged.
    pub fn read_finished<R: DeserializeOwned>(&self) -> Result<R> {
        let folder = self.folder().display();
        self.read_result()?.ok_or_else(|| Error::Failed(format!("{folder} is not finished: go on with `ract run`")))
    }

    /// The lines of the history: the epochs of a run, or the parameters that a baseline tried.
    ///
    /// # Errors
    /// When it cannot be read, or when a line is damaged.
    pub fn read_history<R: DeserializeOwned>(&self) -> Result<Vec<R>> {
        let file = self.history();
        if !file.exists() {
            return Ok(Vec::new());
        }
        let text = text(&file)?;
        // If the run was stopped in the middle of a line, the last line has no end. That epoch is trained again.
        let complete = text.rfind('\n').map_or("", |end| &text[..end]);
        let damaged = |(line, error): (usize, serde_json::Error)| {
            let place = format!("{}, line {line}", file.display());
            Error::Failed(format!("{place}, is damaged: {error}; restore the file, or delete the folder and run again"))
        };
        let lines = complete.lines().enumerate();
        let records = lines.map(|(place, line)| serde_json::from_str(line).map_err(|error| (place + 1, error)));
        records.collect::<Result<_, _>>().map_err(damaged)
    }

    /// The epochs of a run, finished or not.
    ///
    /// # Errors
    /// As for [`Self::read_history`], and when an epoch is missing.
    pub fn read_epochs(&self) -> Result<Vec<EpochRecord>> {
        let history: Vec<EpochRecord> = self.read_history()?;
        for phase in Phase::all() {
            let mut epochs = history.iter().filter(|record| record.phase == phase).map(|record| record.epoch).zip(1..);
            if let Some((found, expected)) = epochs.find(|(found, expected)| found != expected) {
                let what =
                    format!("{}: epoch {found} of {phase} stands where {expected} belongs", self.history().display());
                return Err(Error::Failed(format!("{what}; restore the file, or delete the folder and run again")));
            }
        }
        Ok(history)
    }

    /// The time of each part of each profiled phase.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn read_profiles(&self) -> Result<Profiles> {
        let file = self.profile();
        if !file.exists() {
            return Ok(Profiles::new());
        }
        let damaged = |error| Error::Failed(format!("{}: {error}: delete it", file.display()));
        serde_json::from_str(&text(&file)?).map_err(damaged)
    }

    /// The measurements of each test user, packed or not.
    ///
    /// # Errors
    /// When the file is missing or damaged, or when it has a number that is not finite.
    pub fn read_per_user(&self) -> Result<Tested> {
        let (plain, packed) = (self.per_user(), self.packed_per_user());
        per_user::read(if !plain.exists() && packed.exists() { &packed } else { &plain })
    }
}

fn text(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(Error::file("read", file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_that_lacks_an_epoch_is_refused_in_a_run_that_is_not_finished_too() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunPath::at(folder.path());
        let read = |epochs: &[u64]| {
            let line =
                |epoch: &u64| format!("{{\"phase\":\"actor\",\"epoch\":{epoch},\"losses\":{{}},\"seconds\":0.0}}\n");
            fs::write(run.history(), epochs.iter().map(line).collect::<String>()).unwrap();
            run.read_epochs().map_err(|error| error.to_string())
        };
        assert_eq!(read(&[1, 2, 3]).unwrap().len(), 3);
        for (epochs, problem) in [
            (&[0][..], "epoch 0 of actor stands where 1 belongs"),
            (&[1, 3], "epoch 3 of actor stands where 2 belongs"),
        ] {
            let message = read(epochs).unwrap_err();
            assert!(message.contains("history.jsonl: ") && message.contains(problem), "{message}");
        }
    }
}
