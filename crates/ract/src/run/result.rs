//! The results of a run: `result.json`.

use super::per_user::Tested;
use crate::config::{Gain, Phase, Role};
use crate::metrics::{Estimate, Metric};
use ract_models::actors::ActorKind;
use ract_models::baselines::{Method, Parameters};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Estimates by metric.
pub type Metrics = BTreeMap<Metric, Estimate>;

/// `result.json` of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The data set's name.
    pub dataset: String,
    /// The kind of actor.
    pub actor: ActorKind,
    /// The seed of the training.
    pub seed: u64,
    /// The fingerprint of the prepared interactions. A refit trains on those of the validation too.
    pub data_sha256: String,
    /// Test metrics and gains.
    #[serde(flatten)]
    pub evaluation: TestSummary,
    /// The epoch that each phase kept.
    pub kept_epoch: BTreeMap<Phase, u64>,
    /// The actor's step size that each phase kept, if it tried several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept_learning_rate: BTreeMap<Phase, f64>,
    /// Time of training and validation in seconds, by phase.
    pub seconds: BTreeMap<Phase, f64>,
    /// Largest resident memory of the process that finished the run.
    pub peak_memory_bytes: Option<u64>,
    /// How large products were computed on the machine that finished the run, such as `bf16x3, unit amx`; `None` for `f32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub products: Option<String>,
    /// The program, the command and the machine that produced these numbers.
    pub provenance: Provenance,
}

/// Test metrics and gains.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestSummary {
    /// Number of test users who have held-out items.
    pub test_users: usize,
    /// The largest number of candidates of a user, if only candidates are ranked. `None` when all items outside the
    /// fold-in are ranked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<usize>,
    /// Test metrics by role: `popularity`, `actor`, `control`, `ract`, and the other fine-tuning arms.
    pub test: BTreeMap<Role, Metrics>,
    /// Gains, which are differences paired by user: `ract-actor`, `control-actor`, `ract-control`, and so on.
    pub gain: BTreeMap<Gain, Metrics>,
}

impl TestSummary {
    /// The means over users, and the gains of each role over the others. `candidates` is the field of that name.
    pub fn of(tested: &Tested, metrics: &[Metric], candidates: Option<usize>) -> Self {
        let summary = |f: &dyn Fn(Metric) -> Estimate| -> Metrics { metrics.iter().map(|&m| (m, f(m))).collect() };
        let test = tested.iter().map(|(&role, per_user)| (role, summary(&|m| per_user.estimate(m))));
        let trained = || tested.keys().copied().filter(|role| role.is_trained());
        let over_actor = trained().map(|role| Gain::new(role, Role::Actor));
        let gains = over_actor.chain(trained().map(|role| Gain::new(Role::Ract, role)));
        let gain = gains.filter(|gain| gain.of != gain.over).filter_map(|gain| {
            let (of, over) = (tested.get(&gain.of)?, tested.get(&gain.over)?);
            Some((gain, summary(&|m| of.gain(over, m))))
        });
        let test_users = tested.values().next().map_or(0, |per_user| per_user.users.len());
        Self { test_users, candidates, test: test.collect(), gain: gain.collect() }
    }
}

/// The program, the command and the machine that produced a result.
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
    /// The provenance of this process.
    pub fn here() -> Self {
        let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
        let threads = rayon::current_num_threads();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: env!("RACT_COMMIT").to_owned(),
            command: std::env::args_os()
                .skip(1)
                .fold("ract".to_owned(), |line, word| line + " " + &word.to_string_lossy()),
            machine: format!("{arch} {os}, {threads} threads"),
        }
    }
}

/// The largest resident set size of this process so far, in bytes; `None` if the system does not report it.
pub fn peak_memory_bytes() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    Some(u64::try_from(usage.max_rss()).ok()? * unit)
}

/// A combination of a baseline's parameters, as a line of `history.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The values of the parameters, by name.
    pub parameters: BTreeMap<String, f64>,
    /// The mean of the selecting metric over the validation users.
    pub validation: f64,
    /// Time of the fit, in seconds.
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
    /// The baseline. (`rival` is the key's old name.)
    #[serde(alias = "rival")]
    pub baseline: Method,
    /// The fingerprint of the interactions on which it was fitted and tested.
    pub data_sha256: String,
    /// The combination that was best on the validation users.
    pub chosen: Trial,
    /// All combinations that were tried.
    pub trials: Vec<Trial>,
    /// Number of test users who have held-out items.
    pub test_users: usize,
    /// The largest number of candidates of a user, if only candidates are ranked. `None` when all items outside the
    /// fold-in are ranked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<usize>,
    /// Test metrics, under the baseline's role.
    pub test: BTreeMap<Role, Metrics>,
    /// Largest resident memory of the process that finished it.
    pub peak_memory_bytes: Option<u64>,
    /// The program, the command and the machine that produced these numbers.
    pub provenance: Provenance,
}

impl BaselineResult {
    /// The baseline's name and its chosen parameters, for tables.
    pub fn label(&self) -> String {
        let name = self.baseline.label;
        let chosen = self.chosen.parameters.iter().filter(|(_, value)| **value != 0.0);
        let shown =
            |(parameter, value): (&String, &f64)| format!("{parameter} {}", self.baseline.shown(parameter, *value));
        let chosen: Vec<_> = chosen.map(shown).collect();
        if chosen.is_empty() { name.to_owned() } else { format!("{name} ({})", chosen.join(", ")) }
    }
}
