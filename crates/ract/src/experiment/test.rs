//! The test: what the finished phases of a run ended with, on the test users.

use crate::Result;
use crate::config::{Config, Phase};
use crate::metrics::{Estimate, Metric};
use crate::run::{
    Checkpoints, EpochRecord, Metrics, Provenance, RunFolder, RunResult, TestSummary, Tested, peak_memory_bytes,
};
use crate::training::{Trainer, evaluate_baseline, test_actor};
use ract_data::Dataset;
use ract_models::baselines::Popularity;
use std::collections::BTreeMap;

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

impl TestSummary {
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
    pub(crate) fn gather(config: &Config, evaluation: TestSummary, folder: &RunFolder) -> Result<Self> {
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
