//! What a run found out: `result.json`.

use crate::Result;
use crate::checkpoints::Checkpoints;
use crate::config::Config;
use crate::evaluate::{PerUser, evaluate_actor, evaluate_rival};
use crate::metrics::{Estimate, Metric};
use crate::run_folder::{EpochRecord, RunFolder};
use crate::training::{Phase, Trainer};
use ract_data::Dataset;
use ract_models::rivals::Popularity;
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
pub(crate) fn evaluate_run(config: &Config, data: &Dataset, checkpoints: &Checkpoints) -> Result<Evaluation> {
    let metrics = &config.evaluation.metrics;
    let popularity = Popularity::fit(&data.train);
    let popularity = evaluate_rival(&popularity, &data.test, metrics, config.batch_size)?;
    let mut tested = BTreeMap::from([("popularity", popularity)]);
    let mut trainer = Trainer::new(config, &data.train)?;
    let outcomes: Vec<_> = Phase::of(config)
        .filter_map(|phase| Some((phase.outcome()?, phase)))
        .filter(|(_, p)| checkpoints.has(*p))
        .collect();
    for &(name, phase) in &outcomes {
        trainer.restore(&checkpoints.outcome(phase)?)?;
        tested.insert(name, evaluate_actor(&mut trainer, &data.test, metrics)?);
    }

    let summary = |f: &dyn Fn(Metric) -> Estimate| -> Metrics { metrics.iter().map(|&m| (m, f(m))).collect() };
    let test = tested.iter().map(|(name, per_user)| (name.to_string(), summary(&|m| per_user.estimate(m))));
    let over_actor = outcomes.iter().map(|&(name, _)| (name, "actor"));
    let over_others = outcomes.iter().map(|&(name, _)| ("ract", name));
    let pairs = over_actor.chain(over_others).filter(|(a, b)| a != b);
    let gain = pairs.filter_map(|(a, b)| {
        let (after, before) = (tested.get(a)?, tested.get(b)?);
        Some((format!("{a}-{b}"), summary(&|m| after.gain(before, m))))
    });
    let test_users = tested.values().next().map_or(0, PerUser::users);
    let candidates = data.test.most_candidates();
    Ok(Evaluation { test_users, candidates, test: test.collect(), gain: gain.collect() })
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
