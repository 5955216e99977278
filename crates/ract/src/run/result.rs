//! What a run found out: `result.json`.

use crate::config::{Gain, Phase, Role};
use crate::metrics::{Estimate, Metric};
use ract_models::actors::ActorKind;
use ract_models::baselines::{Method, Parameters};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Estimates by metric.
pub type Metrics = BTreeMap<Metric, Estimate>;

/// `result.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The data set's name.
    pub dataset: String,
    /// Which actor.
    pub actor: ActorKind,
    /// The seed of the training.
    pub seed: u64,
    /// Fingerprint of the interactions that it trained on and was tested by.
    pub data_sha256: String,
    /// Test metrics and gains.
    #[serde(flatten)]
    pub evaluation: TestSummary,
    /// The epoch that each phase kept.
    pub kept_epoch: BTreeMap<Phase, u64>,
    /// The actor's step size that each phase kept, where it tried several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept_learning_rate: BTreeMap<Phase, f64>,
    /// Training and validation time by phase.
    pub seconds: BTreeMap<Phase, f64>,
    /// Largest resident memory of the process that finished the run.
    pub peak_memory_bytes: Option<u64>,
    /// What made these numbers.
    pub provenance: Provenance,
}

/// Test metrics and gains.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestSummary {
    /// Test users who have something held out.
    pub test_users: usize,
    /// How many items are ranked for a user, where they are candidates and not all that the user does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<usize>,
    /// By what was tested: `popularity`, `actor`, `control`, `ract`, and the other fine-tunings.
    pub test: BTreeMap<Role, Metrics>,
    /// Differences paired by user: `ract-actor`, `control-actor`, `ract-control`, and so on.
    pub gain: BTreeMap<Gain, Metrics>,
}

impl TestSummary {
    /// Means of the figures that all `runs` have; in the place of standard errors, the standard deviations between runs.
    pub fn over_runs(runs: &[Self]) -> Self {
        let Some(first) = runs.first() else { return Self::default() };
        Self {
            test_users: first.test_users,
            candidates: first.candidates,
            test: over_runs(runs, |run| &run.test),
            gain: over_runs(runs, |run| &run.gain),
        }
    }
}

fn over_runs<K: Ord + Copy>(
    runs: &[TestSummary],
    figures: fn(&TestSummary) -> &BTreeMap<K, Metrics>,
) -> BTreeMap<K, Metrics> {
    let over_metrics = |key: &K, metrics: &Metrics| -> Option<Metrics> {
        let of_all = metrics.keys().map(|&metric| {
            let means = runs.iter().map(|run| Some(figures(run).get(key)?.get(&metric)?.mean));
            Some((metric, Estimate::between(&means.collect::<Option<Vec<_>>>()?)))
        });
        runs.iter().all(|run| figures(run).contains_key(key)).then(|| of_all.flatten().collect())
    };
    let first = runs.first().into_iter().flat_map(figures);
    first.filter_map(|(key, metrics)| Some((*key, over_metrics(key, metrics)?))).collect()
}

/// What made the numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The program's version.
    pub version: String,
    /// The commit that it was built from.
    pub commit: String,
    /// The command line.
    pub command: String,
    /// Architecture, system and threads.
    pub machine: String,
}

impl Provenance {
    /// Of this process.
    pub fn here() -> Self {
        let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
        let threads = rayon::current_num_threads();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: env!("RACT_COMMIT").to_owned(),
            command: std::env::args().skip(1).fold("ract".to_owned(), |line, word| line + " " + &word),
            machine: format!("{arch} {os}, {threads} threads"),
        }
    }
}

/// The largest resident set of this process so far.
pub fn peak_memory_bytes() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    Some(u64::try_from(usage.max_rss()).ok()? * unit)
}

/// A combination of parameters in `history.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// By name.
    pub parameters: BTreeMap<String, f64>,
    /// The selecting metric's mean over the validation users.
    pub validation: f64,
    /// Time of fitting.
    pub seconds: f64,
}

impl Trial {
    pub(crate) fn is_of(&self, parameters: &Parameters) -> bool {
        self.parameters
            .iter()
            .map(|(name, &value)| (name.as_str(), value))
            .eq(parameters.0.iter().map(|(n, &v)| (*n, v)))
    }
}

/// `result.json` of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineResult {
    /// The data set's name.
    pub dataset: String,
    /// Which baseline. (`rival` is the key's old name.)
    #[serde(alias = "rival")]
    pub baseline: Method,
    /// Fingerprint of the interactions that it was fitted to and tested by.
    pub data_sha256: String,
    /// The combination that was best on the validation users.
    pub chosen: Trial,
    /// All combinations.
    pub trials: Vec<Trial>,
    /// Test users who have something held out.
    pub test_users: usize,
    /// How many items are ranked for a user, where they are candidates and not all that the user does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<usize>,
    /// Test metrics by the baseline's name.
    pub test: BTreeMap<Role, Metrics>,
    /// Largest resident memory of the process that finished it.
    pub peak_memory_bytes: Option<u64>,
    /// What made these numbers.
    pub provenance: Provenance,
}

impl BaselineResult {
    /// What was tested, and with which parameters, for tables.
    pub fn label(&self) -> String {
        let name = self.baseline.label;
        let chosen = self.chosen.parameters.iter().filter(|(_, value)| **value != 0.0);
        let chosen: Vec<_> = chosen.map(|(parameter, value)| format!("{parameter} {value}")).collect();
        if chosen.is_empty() { name.to_owned() } else { format!("{name} ({})", chosen.join(", ")) }
    }
}
