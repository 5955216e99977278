//! What was measured: the result files beneath a folder.

use super::history::EpochRecord;
use super::layout::{RunPath, all_finished_runs, experiment_of};
use super::result::{BaselineResult, RunResult};
use crate::config::{AnyConfig, Config, Gain, Phase, Settings};
use crate::metrics::{Estimate, Metric};
use crate::{Error, Result};
use std::path::Path;

/// A finished run, from its folder or from what was kept of it.
#[derive(Clone, Debug)]
pub struct Run {
    /// The folder beneath the results that it lies in, such as `mult-vae` for `mult-vae/seed-0`.
    pub name: String,
    /// Where its files are.
    pub path: RunPath,
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
        if self.name == self.config.actor.network.name() { label.to_owned() } else { format!("{label}: {}", self.name) }
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
        for path in all_finished_runs(folder)? {
            let beneath = experiment_of(path.folder());
            let name = beneath.strip_prefix(folder).unwrap_or(Path::new("")).to_string_lossy().into_owned();
            let unfinished = || Error::Failed(format!("{} is not finished", path.folder().display()));
            match path.read_any_config()? {
                AnyConfig::Baseline(_) => {
                    let result = path.read_result()?.ok_or_else(unfinished)?;
                    results.baselines.push(Baseline { name, result });
                }
                AnyConfig::Run(config) => {
                    let result = path.read_result()?.ok_or_else(unfinished)?;
                    let history = path.read_history()?;
                    results.runs.push(Run { name, path, config: *config, result, history });
                }
            }
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
pub(crate) fn gains(runs: &[&Run], of: Gain, metric: Metric) -> Option<Vec<Estimate>> {
    runs.iter().map(|run| run.result.evaluation.gain.get(&of)?.get(&metric).copied()).collect()
}

/// Mean over the runs of a gain and of its standard error over the users.
pub(crate) fn mean_gain(gains: &[Estimate]) -> Estimate {
    let mean = |f: fn(&Estimate) -> f64| gains.iter().map(f).sum::<f64>() / gains.len().max(1) as f64;
    Estimate { mean: mean(|gain| gain.mean), se: mean(|gain| gain.se) }
}
