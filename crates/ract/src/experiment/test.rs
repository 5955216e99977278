//! The test: the outcomes of a run's finished phases, measured on the test users.

use crate::Result;
use crate::config::{Config, Phase, Role, Target};
use crate::metrics::Metric;
use crate::run::{
    Checkpoints, EpochRecord, PerUser, Provenance, RunFolder, RunPath, RunResult, TestSummary, Tested,
    peak_memory_bytes,
};
use crate::training::{Trainer, evaluate_baseline, test_actor, test_on_training_users};
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
        let predicts = restore(trainer, checkpoints, phase)?;
        tested.insert(role, test_actor(trainer, &data.test, metrics, predicts)?);
    }
    Ok(tested)
}

/// Restores the networks of `phase`. Returns whether there is a critic among them that predicts a metric.
fn restore(trainer: &mut Trainer<'_>, checkpoints: &Checkpoints, phase: Phase) -> Result<bool> {
    let restored = checkpoints.with_critic(phase);
    trainer.restore(&checkpoints.outcome(restored)?)?;
    let has_critic = matches!(restored, Phase::Critic | Phase::ActorCritic);
    Ok(has_critic && trainer.config.critic.target == Target::Metric)
}

/// Measures a finished run on training users: as many as it has test users, in the random order of an epoch. They are masked as in the
/// first epoch of the critic's own phase. `None` when the run's networks or its data are not at hand.
///
/// # Errors
/// When a checkpoint is damaged.
pub(crate) fn test_training_users(run: &RunPath, role: Role, metric: Metric) -> Result<Option<PerUser>> {
    let checkpoints = Checkpoints::of(run);
    let phase = Phase::all().find(|phase| phase.role() == Some(role) && checkpoints.has(*phase));
    let (Some(phase), Ok((config, data, _))) = (phase, super::open(run.folder())) else { return Ok(None) };
    let mut trainer = Trainer::new(&config, &data.train)?;
    let predicts = restore(&mut trainer, &checkpoints, phase)?;
    let mut users = trainer.order(&data.train, Phase::Critic, 1);
    users.truncate(data.test.n_users());
    let draws = trainer.draws(Phase::Critic, 1);
    test_on_training_users(&mut trainer, (&data.train, users), draws, &[metric], predicts).map(Some)
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
