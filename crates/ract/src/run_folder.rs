//! The run folder: `config.toml`, `data.sha256`, `history.jsonl`, `checkpoints/`, `per_user.csv`, `result.json`,
//! `report.html`, perhaps `profile.json`.

use crate::checkpoints::Checkpoints;
use crate::config::{Config, Settings};
use crate::metrics::Metric;
use crate::per_user::{self, Tested};
use crate::training::Phase;
use crate::{Error, Result, atomic_file};
use ract_autodiff::{Profile, Spent};
use ract_data::whole;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

const CONFIG: &str = "config.toml";
/// Holds the fingerprint of the data, so that a run does not go on with other users than it began with.
const DATA: &str = "data.sha256";
const PROFILE: &str = "profile.json";
const RESULT: &str = "result.json";
const HISTORY: &str = "history.jsonl";
const LOCK: &str = ".lock";

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
    /// The actor's step size, where the phase tries several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// Whether it is the best epoch of its phase so far.
    #[serde(default)]
    pub best: bool,
    /// Training and validation time.
    pub seconds: f64,
}

impl EpochRecord {
    pub(crate) fn new(phase: Phase, epoch: u64, losses: BTreeMap<String, f64>) -> Self {
        Self { phase, epoch, losses, validation: BTreeMap::new(), learning_rate: None, best: false, seconds: 0.0 }
    }
}

/// The epochs of a phase at the step size that it kept, which is that of its last best epoch, counted from 1.
pub(crate) fn at_kept_rate(history: &[EpochRecord], phase: Phase) -> Vec<EpochRecord> {
    let of_phase = || history.iter().filter(|record| record.phase == phase);
    let kept = of_phase().rfind(|record| record.best).and_then(|best| best.learning_rate);
    let mut records: Vec<_> = of_phase().filter(|record| record.learning_rate == kept).cloned().collect();
    let before = records.first().map_or(0, |record| record.epoch - 1);
    records.iter_mut().for_each(|record| record.epoch -= before);
    records
}

/// Where the time of each phase went, by part: an op with its output's shape and its pass, or what is no op.
pub type Profiles = BTreeMap<Phase, BTreeMap<String, PartTime>>;

/// What a part of a phase took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartTime {
    /// Share of all that was measured in the phase.
    pub share: f64,
    /// In all.
    pub seconds: f64,
    /// How often it was done.
    pub calls: u64,
}

/// A folder that one run writes to.
pub struct RunFolder {
    path: PathBuf,
    pub(crate) checkpoints: Checkpoints,
    data_sha256: String,
    /// Held for as long as the folder is open, so that no two processes write to it.
    _lock: File,
}

impl RunFolder {
    /// Opens `path` for a run of `config` on the data of that fingerprint: a new folder, or one in which that run was
    /// begun.
    ///
    /// # Errors
    /// When another process writes to it, or it holds something else: other files, or a run of another configuration or
    /// on other data.
    pub fn open<S: Settings>(path: &Path, config: &S, data_sha256: &str) -> Result<Self> {
        if !path.join(CONFIG).exists() {
            check_unused(path)?;
        }
        fs::create_dir_all(path).map_err(Error::file("create", path))?;
        let lock = lock(path)?;
        let checkpoints = Checkpoints::open(path)?;
        for folder in [path, checkpoints.path()] {
            whole::sweep_all(folder).map_err(Error::file("clean up", folder))?;
        }
        let refuse = |difference: String| {
            let path = path.display();
            Err(Error::Usage(format!("{path} holds a run {difference}: name another folder with --out, or delete it")))
        };
        let (config_file, data_file) = (path.join(CONFIG), path.join(DATA));
        if config_file.exists() {
            if let Some(difference) = S::read(&config_file, &[])?.difference(config)? {
                return refuse(format!("of another configuration ({difference})"));
            }
        } else {
            let text = config.to_toml()?;
            atomic_file::save(&config_file, text)?;
        }
        if data_file.exists() {
            if Self::data_of(path)? != data_sha256 {
                return refuse("on other data, which were prepared or made anew since".to_owned());
            }
        } else {
            atomic_file::save(&data_file, format!("{data_sha256}\n"))?;
        }
        Ok(Self { path: path.to_owned(), checkpoints, data_sha256: data_sha256.to_owned(), _lock: lock })
    }

    /// The configuration of the run in `path`.
    ///
    /// # Errors
    /// When there is no run in it.
    pub fn config(path: &Path) -> Result<Config> {
        let file = path.join(CONFIG);
        if file.exists() {
            return Config::read(&file, &[]);
        }
        Err(Error::Usage(format!("{} is not a run folder: it has no {CONFIG}", path.display())))
    }

    /// The fingerprint of the data of the run in `path`.
    pub(crate) fn data_of(path: &Path) -> Result<String> {
        let file = path.join(DATA);
        let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
        Ok(text.trim().to_owned())
    }

    /// Whether the run in `path` has its result.
    pub fn is_finished(path: &Path) -> bool {
        path.join(RESULT).exists()
    }

    /// The fingerprint of the data.
    pub(crate) fn data_sha256(&self) -> &str {
        &self.data_sha256
    }

    /// What `result.json` holds, when the run is finished.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn result<R: DeserializeOwned>(&self) -> Result<Option<R>> {
        Self::result_of(&self.path)
    }

    /// The same of the run in `path`, which another process may have open.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn result_of<R: DeserializeOwned>(path: &Path) -> Result<Option<R>> {
        let file = path.join(RESULT);
        if !file.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
        let damaged = |error| Error::Failed(format!("{} is damaged: {error}; delete it", file.display()));
        serde_json::from_str(&text).map(Some).map_err(damaged)
    }

    /// Writes `per_user.csv`: what was measured of each test user.
    pub(crate) fn write_per_user(&self, tested: &Tested) -> Result<()> {
        atomic_file::save(&self.path.join("per_user.csv"), per_user::to_csv(tested)?)
    }

    /// Writes `result.json`: the run is finished.
    pub(crate) fn finish(&self, result: &impl Serialize) -> Result<()> {
        let file = self.path.join(RESULT);
        atomic_file::write(&file, |temporary| fs::write(temporary, serde_json::to_string_pretty(result)? + "\n"))
    }

    /// Writes what `phase` spent its time on to `profile.json`, beside the other phases'.
    pub(crate) fn add_profile(&self, phase: Phase, profile: &Profile) -> Result<()> {
        let mut profiles = Self::profiles(&self.path)?;
        let total: f64 = profile.parts().map(|(_, spent)| spent.time.as_secs_f64()).sum();
        let parts = profile.parts().map(|(part, Spent { time, calls })| {
            let seconds = time.as_secs_f64();
            (part.to_owned(), PartTime { share: seconds / total.max(f64::MIN_POSITIVE), seconds, calls })
        });
        profiles.insert(phase, parts.collect());
        let file = self.path.join(PROFILE);
        atomic_file::write(&file, |temporary| fs::write(temporary, serde_json::to_string_pretty(&profiles)? + "\n"))
    }

    /// What each profiled phase of the run in `path` spent its time on, by part, as `ract run --profile` found.
    ///
    /// # Errors
    /// When `profile.json` cannot be read.
    pub fn profiles(path: &Path) -> Result<Profiles> {
        let file = path.join(PROFILE);
        if !file.exists() {
            return Ok(Profiles::new());
        }
        let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
        serde_json::from_str(&text).map_err(|error| Error::Failed(format!("{}: {error}: delete it", file.display())))
    }

    /// The lines of `history.jsonl`: of a run its epochs, of a baseline the parameters that were tried.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn history<R: DeserializeOwned>(&self) -> Result<Vec<R>> {
        Self::history_of(&self.path)
    }

    /// The same of the run in `path`, which another process may have open.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn history_of<R: DeserializeOwned>(path: &Path) -> Result<Vec<R>> {
        let file = path.join(HISTORY);
        if !file.exists() {
            return Ok(Vec::new());
        }
        let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
        // A stop in the middle of a line leaves a last one that does not parse: its epoch is trained again.
        Ok(text.lines().map_while(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Forgets the epochs of `phase` after the first `done`, and the phases after it: they are trained (again).
    pub(crate) fn rewind_history(&self, phase: Phase, done: u64) -> Result<()> {
        let mut history: Vec<EpochRecord> = self.history()?;
        history.retain(|record| record.phase < phase || (record.phase == phase && record.epoch <= done));
        self.write_history(&history)
    }

    /// Writes `history.jsonl` anew. What a stop in the middle of a line left is gone, so that lines may be added.
    pub(crate) fn write_history(&self, records: &[impl Serialize]) -> Result<()> {
        let lines = records.iter().map(line).collect::<serde_json::Result<String>>();
        let file = self.history_file();
        atomic_file::write(&file, |temporary| fs::write(temporary, lines?))
    }

    /// Adds a line to `history.jsonl`.
    pub(crate) fn append(&self, record: &impl Serialize) -> Result<()> {
        let file = self.history_file();
        let write =
            || fs::OpenOptions::new().create(true).append(true).open(&file)?.write_all(line(record)?.as_bytes());
        write().map_err(Error::file("write", &file))
    }

    fn history_file(&self) -> PathBuf {
        self.path.join(HISTORY)
    }
}

fn line(record: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string(record)? + "\n")
}

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let file = File::create(&path).map_err(Error::file("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::Failed(format!("another process is running in {}: wait for it or stop it", folder.display())))
        }
        Err(TryLockError::Error(error)) => Err(Error::file("lock", path)(error)),
    }
}

/// Checks that a new run would not be strewn among other files. What a run that was killed at its very start leaves does
/// not count.
fn check_unused(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let name = entry.map_err(Error::file("read", folder))?.file_name();
        let name = name.to_string_lossy();
        if name != LOCK && name != "checkpoints" && !name.starts_with(&format!(".{CONFIG}")) {
            let folder = folder.display();
            let message = format!("{folder} is not a run folder: '{name}' is in it; name another folder with --out");
            return Err(Error::Usage(message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_step_sizes_the_kept_one_is_shown_counted_from_its_own_first_epoch() {
        let record = |epoch, rate, value, best| {
            let mut record = EpochRecord::new(Phase::Control, epoch, BTreeMap::new());
            record.learning_rate = Some(rate);
            record.validation.insert(Metric::Ndcg(100), value);
            record.best = best;
            record
        };
        let history = [
            record(1, 1e-5, 0.1, true),
            record(2, 1e-5, 0.2, true),
            record(3, 5e-5, 0.3, true),
            record(4, 5e-5, 0.1, false),
        ];
        let best = at_kept_rate(&history, Phase::Control);
        assert_eq!(best.iter().map(|record| record.epoch).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(best[0].validation[&Metric::Ndcg(100)], 0.3);
    }
}
