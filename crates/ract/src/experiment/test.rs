//! The test: the outcomes of a run's finished phases, measured on the test users.

use crate::Result;
use crate::config::{Config, Phase, Role, Target};
use crate::run::{Checkpoints, EpochRecord, Provenance, RunFolder, RunResult, TestSummary, Tested, peak_memory_bytes};
use crate::training::{Trainer, evaluate_baseline, test_actor};
use ract_data::Dataset;
use ract_models::baselines::{Method, Popularity};
use std::collections::BTreeMap;

/// Tests the outcomes of a run's finished phases, and popularity.
pub(crate) fn test_run(trainer: &mut Trainer<'_>, data: &Dataset, checkpoints: &Checkpoints) -> Result<Tested> {
    let config = trainer.config;
    let metrics = &config.evaluation.metrics;
    let popularity =
        evaluate_baseline(&Popularity::fit(&data.train), &data.test, metrics, &trainer.facts, config.batch_size)?;
    let mut tested: Tested =
        Method::named("popularity").map(|method| (Role::Baseline(method), popularity)).into_iter().collect();
    for phase in Phase::of(config).filter(|&phase| checkpoints.has(phase)) {
        let Some(role) = phase.role() else { continue };
        let restored = checkpoints.with_critic(phase);
        trainer.restore(&checkpoints.outcome(restored)?)?;
        let predicts = matches!(restored, Phase::Critic | Phase::ActorCritic) && config.critic.target == Target::Metric;
        tested.insert(role, test_actor(trainer, &data.test, metrics, predicts)?);
    }
    Ok(tested)
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
            products: config.products_if_not_exact()?,
            provenance: Provenance::here(),
        })
    }
}
