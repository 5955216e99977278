//! A phase of training: its epochs, and the selection of the best one.

use super::evaluate::evaluate_actor;
use super::state::PhaseState;
use super::{Progress, Trainer};
use crate::Result;
use crate::config::{Phase, Schedule};
use crate::run::{EpochRecord, RunFolder};
use ract_data::Dataset;
use std::time::Instant;

/// Trains the remaining epochs of `phase` and saves its outcome in the run folder. The outcome is the epoch that is
/// best on the validation users; in the critic's phase, the last epoch. With several step sizes, each one starts again
/// from the beginning of the phase.
pub(crate) fn train_phase(
    trainer: &mut Trainer<'_>,
    phase: Phase,
    data: &Dataset,
    folder: &RunFolder,
    progress: &mut dyn Progress,
) -> Result<()> {
    let checkpoints = &folder.checkpoints;
    let go_back_to_start = |trainer: &mut Trainer<'_>| match phase.starts_from() {
        Some(before) => trainer.restore(&checkpoints.outcome(before)?),
        None => Ok(()),
    };
    let mut state = match PhaseState::resume(phase, trainer, checkpoints)? {
        Some(state) => state,
        None => {
            go_back_to_start(trainer)?;
            PhaseState::new(phase, trainer)
        }
    };
    folder.rewind_history(phase, state.epoch)?;
    let Schedule { epochs, learning_rate: rates } = phase.schedule(trainer.config);
    let all_epochs = phase.epochs(trainer.config);
    progress.phase(phase, state.epoch, all_epochs, trainer.batches(&data.train));
    let mut saved = Instant::now();
    while state.epoch < all_epochs {
        let start = Instant::now();
        if state.epoch > 0 && state.epoch % epochs == 0 {
            go_back_to_start(trainer)?;
            state = PhaseState { best: state.best, ..PhaseState::at(phase, state.epoch, trainer) };
        }
        let epoch_of_rate = state.epoch % epochs + 1;
        let losses = trainer.epoch(&mut state, epoch_of_rate, &data.train, progress)?;
        let epoch = state.epoch + 1;
        let mut record = EpochRecord::new(phase, epoch, losses);
        if rates.iter().len() > 1 {
            record.learning_rate = Some(state.actor_adam.learning_rate);
        }
        if phase.selects() {
            validate(trainer, data, &mut state, &mut record)?;
        }
        record.seconds = start.elapsed().as_secs_f64();
        state.epoch = epoch;
        folder.append(&record)?;
        progress.epoch(&record);
        if epoch < all_epochs && saved.elapsed().as_secs_f64() >= trainer.config.checkpoint_seconds {
            state.save(trainer, checkpoints)?;
            saved = Instant::now();
        }
    }
    let outcome = state.best.unwrap_or_else(|| trainer.snapshot(state.epoch));
    checkpoints.save_outcome(phase, &outcome)
}

/// Measures the epoch on the validation users. Keeps it if it is the best so far.
fn validate(trainer: &mut Trainer<'_>, data: &Dataset, state: &mut PhaseState, record: &mut EpochRecord) -> Result<()> {
    let metric = trainer.config.evaluation.select;
    let per_user = evaluate_actor(trainer, &data.validation, &[metric])?;
    let value = per_user.estimate(metric).mean;
    record.validation.insert(metric, value);
    let best_so_far = state.best.as_ref().map_or(f64::NEG_INFINITY, |best| best.meta.validation);
    if value > best_so_far {
        record.best = true;
        let best = state.best.get_or_insert_with(|| trainer.snapshot(record.epoch));
        trainer.snapshot_into(record.epoch, best);
        best.meta.validation = value;
    }
    Ok(())
}
