//! The test: the outcomes of a run's finished phases, measured on the test users.

use crate::Result;
use crate::config::{Config, Gain, Phase, Role};
use crate::metrics::{Estimate, Metric};
use crate::run::{
    Checkpoints, EpochRecord, Metrics, Provenance, RunFolder, RunResult, TestSummary, Tested, peak_memory_bytes,
};
use crate::training::{Trainer, evaluate_baseline, test_actor};
use ract_data::Dataset;
use ract_models::baselines::{Method, Popularity};
use std::collections::BTreeMap;

/// Tests the outcomes of a run's finished phases, and popularity.
pub(crate) fn test_run(trainer: &mut Trainer<'_>, data: &Dataset, checkpoints: &Checkpoints) -> Result<Tested> {
    let config = trainer.config;
    let metrics = &config.evaluation.metrics;
    let popularity = evaluate_baseline(&Popularity::fit(&data.train), &data.test, metrics, config.batch_size)?;
    let mut tested: Tested =
        Method::named("popularity").map(|method| (Role::Baseline(method), popularity)).into_iter().collect();
    for phase in Phase::of(config).filter(|&phase| checkpoints.has(phase)) {
        let Some(role) = phase.role() else { continue };
        // The critic's phase does not change the actor, and its outcome includes a critic that predicts.
        let restored = if phase == Phase::Actor && checkpoints.has(Phase::Critic) { Phase::Critic } else { phase };
        trainer.restore(&checkpoints.outcome(restored)?)?;
        let predicts = matches!(restored, Phase::Critic | Phase::ActorCritic);
        tested.insert(role, test_actor(trainer, &data.test, metrics, predicts)?);
    }
    Ok(tested)
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
            actor: config.actor.network,
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
