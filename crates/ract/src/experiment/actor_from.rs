//! Takes an actor that another run has already trained. The same seed would train the same actor, so the time is saved.

use crate::config::{Config, Evaluation, Features, Phase, Settings};
use crate::run::layout::run_of_seed;
use crate::run::{Checkpoints, EpochRecord, RunFolder, RunPath, Snapshot};
use crate::training::Trainer;
use crate::{Error, Result};
use ract_models::RunningStatistics;
use ract_models::features::Feature;
use std::path::{Path, PathBuf};

/// The run that has finished its actor, in the folder of this seed beneath `place`, or in `place` itself.
pub(super) fn trained(place: &Path, seed: u64) -> Option<RunPath> {
    let places = [run_of_seed(place, seed), RunPath::at(place)];
    places.into_iter().find(|from| Checkpoints::of(from).has(Phase::Actor))
}

/// The run that holds the actor of `actor_from`, and its configuration. The run is in the folder of this seed, or in
/// `actor_from` itself. `None` when no run there has finished its actor.
///
/// # Errors
/// When that run trained another actor or used other data, or has no statistics of a feature that this critic uses.
pub(crate) fn source(config: &Config, data_sha256: &str) -> Result<Option<(RunPath, Config)>> {
    let Some(place) = &config.actor_from else { return Ok(None) };
    let Some(from) = trained(place, config.seed) else { return Ok(None) };
    let refuse = |problem: String| Err(Error::Usage(format!("actor_from: {} {problem}", from.folder().display())));
    let theirs = from.read_config()?;
    if let Some(difference) = of_the_actor(&theirs, config).difference(config)? {
        return refuse(format!("trained another actor ({difference}): name another run, or none"));
    }
    if from.read_data_sha256()? != data_sha256 {
        return refuse("trained on other data: name another run, or none".to_owned());
    }
    let gathered = |input| theirs.critic.features == Features::Standardised && theirs.critic.inputs.contains(input);
    if config.critic.features == Features::Standardised && !config.critic.inputs.iter().all(gathered) {
        return refuse("gathered no statistics of all that this critic sees: train the actor anew".to_owned());
    }
    Ok(Some((from, theirs)))
}

/// Copies the actor, the history of its training and the statistics of the critic's features from their [`source`].
/// Returns the folder of the source.
///
/// # Errors
/// As for [`source`].
pub(crate) fn take(trainer: &mut Trainer<'_>, items: usize, folder: &RunFolder) -> Result<Option<PathBuf>> {
    let config = trainer.config;
    let Some((from, theirs)) = source(config, folder.data_sha256())? else { return Ok(None) };
    let Snapshot { weights, moments, mut meta } = Checkpoints::of(&from).outcome(Phase::Actor)?;
    meta.statistics = match config.critic.features {
        Features::Raw => trainer.critic.statistics.to_numbers(),
        Features::Standardised => {
            let damaged =
                || Error::Failed(format!("{}: its checkpoint is damaged: delete it", from.folder().display()));
            statistics(&theirs, &meta.statistics, &config.critic.inputs, items).ok_or_else(damaged)?
        }
    };
    // The critic is untrained in both runs, and its shape may differ between them.
    let fresh = trainer.snapshot(0).weights.into_iter().filter(|(name, _)| name.starts_with("critic."));
    let weights = weights.into_iter().filter(|(name, _)| !name.starts_with("critic.")).chain(fresh).collect();
    let outcome = Snapshot { weights, moments, meta };
    trainer.restore(&outcome)?;

    let history: Vec<EpochRecord> = from.read_history()?;
    let of_actor: Vec<_> = history.into_iter().filter(|record| record.phase == Phase::Actor).collect();
    folder.write_history(&of_actor)?;
    folder.checkpoints.save_outcome(Phase::Actor, &outcome)?;
    Ok(Some(from.folder().to_owned()))
}

/// `theirs`, but with the settings of `ours` for everything after the actor's training. Only differences in the actor's
/// training remain.
pub(super) fn of_the_actor(theirs: &Config, ours: &Config) -> Config {
    Config {
        critic: ours.critic.clone(),
        fine_tuning: ours.fine_tuning.clone(),
        actor_critic: ours.actor_critic.clone(),
        control: ours.control.clone(),
        full_rate: ours.full_rate.clone(),
        evaluation: Evaluation { metrics: ours.evaluation.metrics.clone(), ..theirs.evaluation },
        data: ours.data.clone(), // the fingerprints are compared instead
        ..theirs.clone()
    }
}

/// The statistics of the features `wanted`, selected from those that a run of `theirs` has collected.
fn statistics(theirs: &Config, gathered: &[f64], wanted: &[Feature], items: usize) -> Option<Vec<f64>> {
    let inputs = &theirs.critic.inputs;
    let width = |features: &[Feature]| features.iter().map(|feature| feature.width.of(items)).sum::<usize>();
    let columns_of = |&feature: &Feature| {
        let start = width(&inputs[..inputs.iter().position(|&theirs| theirs == feature)?]);
        Some(start..start + feature.width.of(items))
    };
    let columns: Vec<usize> =
        wanted.iter().map(columns_of).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    Some(RunningStatistics::from_numbers(width(inputs), gathered)?.select(&columns)?.to_numbers())
}
