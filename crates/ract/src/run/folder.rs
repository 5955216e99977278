//! The run folder: `config.toml`, `data.sha256`, `history.jsonl`, `checkpoints/`, `per_user.csv`, `result.json`,
//! `report.html`, perhaps `profile.json`.

use crate::config::{Config, Phase, Settings};
use crate::run::{Checkpoints, EpochRecord, PartTime, Profiles, Tested, per_user};
use crate::{Error, Result};
use ract_autodiff::{Profile, Spent};
use ract_data::atomic_file;
use serde::Serialize;
use serde::de::DeserializeOwned;
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
            atomic_file::sweep_all(folder).map_err(Error::file("clean up", folder))?;
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
        Ok(atomic_file::save(&self.path.join("per_user.csv"), per_user::to_csv(tested)?)?)
    }

    /// Writes `result.json`: the run is finished.
    pub(crate) fn finish(&self, result: &impl Serialize) -> Result<()> {
        let file = self.path.join(RESULT);
        Ok(atomic_file::save(&file, pretty(&file, result)?)?)
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
        Ok(atomic_file::save(&file, pretty(&file, &profiles)?)?)
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
        let file = self.history_file();
        let lines = records.iter().map(line).collect::<serde_json::Result<String>>();
        let lines = lines.map_err(|error| Error::file("write", &file)(error.into()))?;
        Ok(atomic_file::save(&file, lines)?)
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

/// JSON for people to read.
fn pretty(file: &Path, value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Error::file("write", file)(error.into()))?;
    Ok(text + "\n")
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
