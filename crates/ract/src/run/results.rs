//! The results of all runs and baselines in a folder.

use super::history::EpochRecord;
use super::layout::{RunPath, all_finished_runs, experiment_of};
use super::result::{BaselineResult, RunResult};
use crate::Result;
use crate::config::{AnyConfig, Config, Phase, Settings};
use std::path::Path;

/// A finished run, read from its own folder or from the kept copy.
#[derive(Clone, Debug)]
pub struct Run {
    /// The run's folder relative to the folder of the results, without the folder of a seed: `mult-vae` for
    /// `mult-vae/seed-0`.
    pub name: String,
    /// The paths of its files.
    pub path: RunPath,
    /// Its configuration.
    pub config: Config,
    /// Its results.
    pub result: RunResult,
    /// Its epochs.
    pub history: Vec<EpochRecord>,
}

impl Run {
    /// Its name in tables: the name of its actor, followed by its folder if that is named differently.
    pub fn label(&self) -> String {
        let label = self.config.actor_label();
        if self.name == self.config.actor.network.name() { label.to_owned() } else { format!("{label}: {}", self.name) }
    }

    /// The median time of an epoch of the actor's own training in seconds, including validation; 0 if there is no
    /// epoch.
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
    /// Its folder relative to the folder of the results.
    pub name: String,
    /// Its results.
    pub result: BaselineResult,
}

/// The finished runs and baselines in a folder.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Trained actors.
    pub runs: Vec<Run>,
    /// Baselines.
    pub baselines: Vec<Baseline>,
}

impl Results {
    /// Reads every `result.json` in `folder` and in the folders below it, sorted by path.
    ///
    /// # Errors
    /// When a file cannot be read or is not a result, or when the files of a run do not agree.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut results = Self::default();
        for path in all_finished_runs(folder)? {
            let beneath = experiment_of(path.folder());
            let name = beneath.strip_prefix(folder).unwrap_or(Path::new("")).to_string_lossy().into_owned();
            match path.read_any_config()? {
                AnyConfig::Baseline(config) => {
                    let result = path.read_finished()?;
                    path.check_baseline(&config, &result, &path.read_history()?)?;
                    results.baselines.push(Baseline { name, result });
                }
                AnyConfig::Run(config) => {
                    let result = path.read_finished()?;
                    let history = path.read_history()?;
                    path.check_run(&config, &result, &history)?;
                    results.runs.push(Run { name, path, config: *config, result, history });
                }
            }
        }
        Ok(results)
    }

    /// Adds the runs and baselines of `others` that are not here yet. A run here that lacks the values of each user gives
    /// way to the one of `others` that has them.
    pub fn add(&mut self, others: Self) {
        for run in others.runs {
            let is_same = |here: &&mut Run| here.name == run.name && here.result.seed == run.result.seed;
            match self.runs.iter_mut().find(is_same) {
                Some(here) if here.path.has_per_user() || !run.path.has_per_user() => {}
                Some(here) => *here = run,
                None => self.runs.push(run),
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

    /// Groups of runs that differ only in their seeds.
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
