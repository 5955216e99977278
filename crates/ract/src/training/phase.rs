//! A phase of training: its epochs, and the selection of the best one.

use super::evaluate::evaluate_actor;
use super::state::PhaseState;
use super::{Progress, Trainer};
use crate::config::{Phase, Schedule};
use crate::run::{Checkpoints, EpochRecord, HELD_OUT, RunFolder, Snapshot};
use crate::{Error, Result};
use ract_data::Dataset;
use std::time::Instant;

/// Trains the remaining epochs of `phase` and saves its outcome in the run folder. The outcome is the epoch that is
/// best on the validation users; in the critic's phase and in a refit, the last epoch. With a log of outcomes, held-out lists choose the
/// epoch of the critic and of the fine-tunings. The actor from which a fine-tuning starts is a
/// candidate too, so a fine-tuning that only harms keeps its start. With several step sizes, each one starts again from
/// the beginning of the phase.
pub(crate) fn train_phase(
    trainer: &mut Trainer<'_>,
    phase: Phase,
    data: &Dataset,
    folder: &RunFolder,
    progress: &mut dyn Progress,
) -> Result<()> {
    let checkpoints = &folder.checkpoints;
    trainer.compare_with_start(phase, &data.train, checkpoints)?;
    let mut state = match PhaseState::resume(phase, trainer, checkpoints)? {
        Some(state) => state,
        None => {
            let state = PhaseState::start(phase, 0, trainer, checkpoints)?;
            PhaseState { best: epoch_0(trainer, phase, checkpoints)?, ..state }
        }
    };
    folder.rewind_history(phase, state.epoch)?;
    let Schedule { epochs, learning_rate: rates } = phase.schedule(trainer.config);
    let all_epochs = phase.epochs(trainer.config);
    progress.phase(phase, state.epoch, all_epochs, trainer.batches(phase, &data.train));
    let mut saved = Instant::now();
    while state.epoch < all_epochs {
        let began = Instant::now();
        if state.epoch > 0 && state.epoch % epochs == 0 {
            state = PhaseState { best: state.best, ..PhaseState::start(phase, state.epoch, trainer, checkpoints)? };
        }
        let epoch_of_rate = state.epoch % epochs + 1;
        state.actor_adam.learning_rate = phase.learning_rate(trainer.config, state.epoch + 1);
        let losses = trainer.epoch(&mut state, epoch_of_rate, &data.train, progress)?;
        let epoch = state.epoch + 1;
        let mut record = EpochRecord::new(phase, epoch, losses);
        if rates.iter().len() > 1 {
            record.learning_rate = Some(state.actor_adam.learning_rate);
        }
        if trainer.config.selects(phase) {
            validate(trainer, data, &mut state, &mut record)?;
        } else if phase == Phase::Critic
            && let Some(error) = trainer.held_out_error(&data.train)?
        {
            record.losses.insert("held_out_error".to_owned(), error);
            keep_if_better(trainer, -error, &mut state, &mut record);
        }
        record.seconds = began.elapsed().as_secs_f64();
        state.epoch = epoch;
        folder.append(&record)?;
        progress.epoch(&record);
        if epoch < all_epochs && saved.elapsed().as_secs_f64() >= trainer.config.checkpoint_seconds {
            state.save(trainer, checkpoints)?;
            saved = Instant::now();
        }
    }
    checkpoints.save_outcome(phase, &state.into_outcome(trainer))
}

/// The actor from which a fine-tuning starts, as its epoch 0; `None` in other phases.
fn epoch_0(trainer: &Trainer<'_>, phase: Phase, checkpoints: &Checkpoints) -> Result<Option<Snapshot>> {
    if phase.starts_from().is_none() || !trainer.config.selects(phase) {
        return Ok(None);
    }
    let mut start = trainer.snapshot(0);
    start.meta.validation = match &trainer.log {
        Some(log) => log.of_start(),
        None => checkpoints.outcome(Phase::Actor)?.meta.validation,
    };
    Ok(Some(start))
}

/// Measures the epoch on the validation users. Keeps it if it is the best so far: on them, or, in a fine-tuning with a log of outcomes, on the
/// held-out lists.
fn validate(trainer: &mut Trainer<'_>, data: &Dataset, state: &mut PhaseState, record: &mut EpochRecord) -> Result<()> {
    let metric = trainer.config.evaluation.select;
    let per_user = evaluate_actor(trainer, &data.validation, &[metric]).map_err(|error| match error {
        Error::NotFinite(what) => {
            Error::NotFinite(format!("{}, epoch {}, validation: {what}", record.phase, record.epoch))
        }
        other => other,
    })?;
    let mut value = per_user.estimate(metric).mean;
    record.validation.insert(metric, value);
    if record.phase.starts_from().is_some()
        && let Some(outcomes) = trainer.held_out_outcomes(&data.train)?
    {
        record.losses.extend(HELD_OUT.map(str::to_owned).into_iter().zip(outcomes));
        value = outcomes[0];
    }
    keep_if_better(trainer, value, state, record);
    Ok(())
}

/// Keeps the epoch if `value` is the largest so far.
fn keep_if_better(trainer: &Trainer<'_>, value: f64, state: &mut PhaseState, record: &mut EpochRecord) {
    let best_so_far = state.best.as_ref().map_or(f64::NEG_INFINITY, |best| best.meta.validation);
    if value > best_so_far {
        record.best = true;
        let best = state.best.get_or_insert_with(|| trainer.snapshot(record.epoch));
        trainer.snapshot_into(record.epoch, best);
        best.meta.validation = value;
    }
}
