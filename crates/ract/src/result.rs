//! What a run found out: `result.json`.

use crate::Result;
use crate::checkpoints::Checkpoints;
use crate::config::Config;
use crate::evaluate::{evaluate_baseline, test_actor};
use crate::metrics::{Estimate, Metric};
use crate::per_user::Tested;
use crate::run_folder::{EpochRecord, RunFolder};
use crate::training::{Phase, Trainer};
use ract_data::Dataset;
use ract_models::baselines::Popularity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Estimates by metric.
pub type Metrics = BTreeMap<Metric, Estimate>;

/// `result.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The data set's name.
    pub dataset: String,
    /// The actor's name in the registry.
    pub actor: String,
    /// The seed of the training.
    pub seed: u64,
    /// Fingerprint of the interactions that it trained on and was tested by.
    pub data_sha256: String,
    /// Test metrics and gains.
    #[serde(flatten)]
    pub evaluation: Evaluation,
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
pub struct Evaluation {
    /// Test users who have something held out.
    pub test_users: usize,
    /// How many items are ranked for a user, where they are candidates and not all that the user does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<usize>,
    /// By what was tested: `popularity`, `actor`, `control`, `ract`, and the other fine-tunings.
    pub test: BTreeMap<String, Metrics>,
    /// Differences paired by user: `ract-actor`, `control-actor`, `ract-control`, and so on.
    pub gain: BTreeMap<String, Metrics>,
}

impl Evaluation {
    /// Means of the figures that all `runs` have; in the place of standard errors, the standard deviations between runs.
    pub fn over_runs(runs: &[Self]) -> Self {
        let Some((first, others)) = runs.split_first() else { return Self::default() };
        let over = |figures: &BTreeMap<String, Metrics>, of: fn(&Self) -> &BTreeMap<String, Metrics>| {
            let rows = figures.iter().filter(|(row, _)| others.iter().all(|run| of(run).contains_key(*row)));
            rows.map(|(row, metrics)| {
                let metrics = metrics.keys().filter_map(|&metric| {
                    let means = runs.iter().map(|run| Some(of(run).get(row)?.get(&metric)?.mean));
                    Some((metric, Estimate::between(&means.collect::<Option<Vec<_>>>()?)))
                });
                (row.clone(), metrics.collect())
            })
            .collect()
        };
        Self {
            test_users: first.test_users,
            candidates: first.candidates,
            test: over(&first.test, |run| &run.test),
            gain: over(&first.gain, |run| &run.gain),
        }
    }
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

/// Tests what the finished phases of a run ended with, beside popularity.
pub(crate) fn test_run(trainer: &mut Trainer<'_>, data: &Dataset, checkpoints: &Checkpoints) -> Result<Tested> {
    let config = trainer.config;
    let metrics = &config.evaluation.metrics;
    let popularity = evaluate_baseline(&Popularity::fit(&data.train), &data.test, metrics, config.batch_size)?;
    let mut tested = Tested::from([("popularity".to_owned(), popularity)]);
    for phase in Phase::of(config).filter(|&phase| checkpoints.has(phase)) {
        let Some(name) = phase.outcome() else { continue };
        // The critic's phase leaves the actor as it was, and has a critic to judge it.
        let judged = if phase == Phase::Actor && checkpoints.has(Phase::Critic) { Phase::Critic } else { phase };
        trainer.restore(&checkpoints.outcome(judged)?)?;
        let judges = matches!(judged, Phase::Critic | Phase::ActorCritic);
        tested.insert(name.to_owned(), test_actor(trainer, &data.test, metrics, judges)?);
    }
    Ok(tested)
}

impl Evaluation {
    /// Means over users and what each gains over the others; `candidates` as in the field of that name.
    pub fn of(tested: &Tested, metrics: &[Metric], candidates: Option<usize>) -> Self {
        let summary = |f: &dyn Fn(Metric) -> Estimate| -> Metrics { metrics.iter().map(|&m| (m, f(m))).collect() };
        let test = tested.iter().map(|(name, per_user)| (name.clone(), summary(&|m| per_user.estimate(m))));
        let trained = || tested.keys().filter(|name| *name != "popularity");
        let pairs = trained().map(|name| (name.as_str(), "actor")).chain(trained().map(|name| ("ract", name.as_str())));
        let gain = pairs.filter(|(a, b)| a != b).filter_map(|(a, b)| {
            let (after, before) = (tested.get(a)?, tested.get(b)?);
            Some((format!("{a}-{b}"), summary(&|m| after.gain(before, m))))
        });
        let test_users = tested.values().next().map_or(0, |per_user| per_user.users.len());
        Self { test_users, candidates, test: test.collect(), gain: gain.collect() }
    }
}

impl RunResult {
    pub(crate) fn gather(config: &Config, evaluation: Evaluation, folder: &RunFolder) -> Result<Self> {
        let kept = |phase| Ok((phase, folder.checkpoints.outcome(phase)?.meta.epoch));
        let kept_epoch = Phase::of(config).map(kept).collect::<Result<BTreeMap<_, _>>>()?;
        let mut seconds = BTreeMap::new();
        let mut kept_learning_rate = BTreeMap::new();
        for EpochRecord { phase, epoch, seconds: more, learning_rate, .. } in folder.history()? {
            *seconds.entry(phase).or_default() += more;
            if let Some(rate) = learning_rate.filter(|_| kept_epoch.get(&phase) == Some(&epoch)) {
                kept_learning_rate.insert(phase, rate);
            }
        }
        Ok(Self {
            dataset: config.dataset.clone(),
            actor: config.actor.network.clone(),
            seed: config.seed,
            data_sha256: folder.data_sha256().to_owned(),
            evaluation,
            kept_epoch,
            kept_learning_rate,
            seconds,
            peak_memory_bytes: peak_memory_bytes(),
            provenance: Provenance::here(),
        })
    }
}

/// The largest resident set of this process so far.
pub fn peak_memory_bytes() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    Some(u64::try_from(usage.max_rss()).ok()? * unit)
}
