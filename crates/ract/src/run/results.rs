//! What was measured: the result files beneath a folder.

use crate::config::{Config, Phase, Settings};
use crate::metrics::{Estimate, Metric};
use crate::run::{BaselineResult, EpochRecord, RunFolder, RunResult};
use crate::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// A finished run, from its folder or from what was kept of it.
#[derive(Clone, Debug)]
pub struct Run {
    /// The folder beneath the results that it lies in, such as `mult-vae` for `mult-vae/seed-0`.
    pub name: String,
    /// Where its files are.
    pub folder: PathBuf,
    /// How it was made.
    pub config: Config,
    /// What it found.
    pub result: RunResult,
    /// Its epochs.
    pub history: Vec<EpochRecord>,
}

impl Run {
    /// What it is called in tables: by its actor, and by its folder where that says more.
    pub fn label(&self) -> String {
        let label = self.config.actor_label();
        if self.name == self.config.actor.network { label.to_owned() } else { format!("{label}: {}", self.name) }
    }

    /// Median time of an epoch of the actor's own training, validation included; 0 without one.
    pub fn seconds_per_epoch(&self) -> f64 {
        let of_actor = self.history.iter().filter(|record| record.phase == Phase::Actor).map(|record| record.seconds);
        let mut seconds: Vec<f64> = of_actor.collect();
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or_default()
    }
}

/// A finished baseline.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The folder beneath the results that it lies in.
    pub name: String,
    /// What it found.
    pub result: BaselineResult,
}

/// What lies beneath a folder.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Trained actors.
    pub runs: Vec<Run>,
    /// Baselines.
    pub baselines: Vec<Baseline>,
}

impl Results {
    /// Reads every `result.json` beneath `folder`, in the order of the paths.
    ///
    /// # Errors
    /// When a file cannot be read or is no result.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut results = Self::default();
        let mut files = Vec::new();
        gather(folder, &mut files)?;
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
            let beneath = file.parent().and_then(|path| path.strip_prefix(folder).ok()).unwrap_or(Path::new(""));
            let is_seed = beneath.file_name().is_some_and(|name| name.to_string_lossy().starts_with("seed-"));
            let beneath = beneath.parent().filter(|_| is_seed).unwrap_or(beneath);
            let name = beneath.to_string_lossy().into_owned();
            if let Ok(result) = serde_json::from_str(&text) {
                results.baselines.push(Baseline { name, result });
                continue;
            }
            let damaged = |error| Error::Failed(format!("{} is no result: {error}", file.display()));
            let result = serde_json::from_str(&text).map_err(damaged)?;
            let beside = |name: &str| file.with_file_name(name);
            let config = Config::read(&beside("config.toml"), &[])?;
            let history = RunFolder::history_of(file.parent().unwrap_or(folder))?;
            let folder = file.with_file_name("");
            results.runs.push(Run { name, folder, config, result, history });
        }
        Ok(results)
    }

    /// Adds what `others` have of runs and baselines that are not here.
    pub fn add(&mut self, others: Self) {
        for run in others.runs {
            let is_same = |here: &Run| here.name == run.name && here.result.seed == run.result.seed;
            if !self.runs.iter().any(is_same) {
                self.runs.push(run);
            }
        }
        for baseline in others.baselines {
            let is_same = |here: &Baseline| here.name == baseline.name;
            if !self.baselines.iter().any(is_same) {
                self.baselines.push(baseline);
            }
        }
        self.runs.sort_by(|a, b| (&a.name, a.result.seed).cmp(&(&b.name, b.result.seed)));
    }

    /// The runs that differ by their seeds alone, together.
    ///
    /// # Errors
    /// When a configuration cannot be written as TOML.
    pub fn over_seeds(&self) -> Result<Vec<Vec<&Run>>> {
        let mut groups: Vec<Vec<&Run>> = Vec::new();
        'runs: for run in &self.runs {
            for group in &mut groups {
                let first = &group[0].config;
                let same_seed = Config { seed: first.seed, ..run.config.clone() };
                if first.difference(&same_seed)?.is_none() {
                    group.push(run);
                    continue 'runs;
                }
            }
            groups.push(vec![run]);
        }
        Ok(groups)
    }
}

/// A gain on each of the runs; `None` where one of them has not measured it.
pub(crate) fn gains(runs: &[&Run], of: &str, metric: Metric) -> Option<Vec<Estimate>> {
    runs.iter().map(|run| run.result.evaluation.gain.get(of)?.get(&metric).copied()).collect()
}

/// Mean over the runs of a gain and of its standard error over the users.
pub(crate) fn mean_gain(gains: &[Estimate]) -> Estimate {
    let mean = |f: fn(&Estimate) -> f64| gains.iter().map(f).sum::<f64>() / gains.len().max(1) as f64;
    Estimate { mean: mean(|gain| gain.mean), se: mean(|gain| gain.se) }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = entry.map_err(Error::file("read", folder))?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if path.file_name().is_some_and(|name| name == "result.json") {
            files.push(path);
        }
    }
    Ok(())
}
