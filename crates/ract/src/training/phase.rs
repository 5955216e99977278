//! A phase of training: its epochs, the best of them, and what a stop and a resume need.

use super::Trainer;
use crate::Result;
use crate::evaluate::evaluate_actor;
use crate::progress::Progress;
use crate::run_folder::{EpochRecord, RunFolder};
use crate::snapshot::Snapshot;
use ract_autodiff::Module;
use ract_autodiff::optim::Adam;
use ract_data::Dataset;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Instant;

/// The phases, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The actor trains on its own loss.
    Actor,
    /// From the best actor: its own loss goes on at the small step size of the actor-critic phase.
    Control,
    /// From the best actor: the critic learns to predict the metric while the actor is frozen.
    Critic,
    /// From the best actor and its critic: both train.
    ActorCritic,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 4] = [Self::Actor, Self::Control, Self::Critic, Self::ActorCritic];

    /// The phase whose outcome this one starts from.
    pub fn starts_from(self) -> Option<Self> {
        match self {
            Self::Actor => None,
            Self::Control | Self::Critic => Some(Self::Actor),
            Self::ActorCritic => Some(Self::Critic),
        }
    }

    /// The name in files, histories and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Control => "control",
            Self::Critic => "critic",
            Self::ActorCritic => "actor_critic",
        }
    }

    /// Which draws of batches, masks and noise it trains on. The control's are those of the actor-critic phase, so that
    /// the two differ by their losses alone.
    pub(crate) fn draws(self) -> u64 {
        match self {
            Self::Actor => 0,
            Self::Critic => 1,
            Self::ActorCritic | Self::Control => 2,
        }
    }

    pub(crate) fn learning_rate_key(self) -> String {
        format!("{}.learning_rate", self.name())
    }

    /// Whether the actor changes, so that each epoch is measured on the validation users and the best one kept.
    fn selects(self) -> bool {
        self != Self::Critic
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a phase stands between two epochs.
pub(crate) struct PhaseState {
    pub(crate) phase: Phase,
    /// Epochs done.
    pub(crate) epoch: u64,
    pub(crate) actor_adam: Adam<f32>,
    pub(crate) critic_adam: Adam<f32>,
    /// The epoch that is best on the validation users.
    pub(crate) best: Option<Snapshot>,
}

impl PhaseState {
    /// Before the first epoch, with fresh moments.
    pub(crate) fn new(phase: Phase, trainer: &Trainer<'_>) -> Self {
        let config = trainer.config;
        let actor_rate = match phase {
            Phase::Actor | Phase::Critic => config.actor.learning_rate,
            Phase::Control => config.control().learning_rate,
            Phase::ActorCritic => config.actor_critic.learning_rate,
        };
        // A network that the phase does not train needs no moments.
        let actor = if phase == Phase::Critic { Vec::new() } else { trainer.actor.params() };
        let trains_critic = matches!(phase, Phase::Critic | Phase::ActorCritic);
        let critic = if trains_critic { trainer.critic.params() } else { Vec::new() };
        Self {
            phase,
            epoch: 0,
            actor_adam: Adam::new(actor_rate, &actor),
            critic_adam: Adam::new(config.critic.learning_rate, &critic),
            best: None,
        }
    }
}

/// Trains what is left of `phase` and saves its outcome in the run folder: the epoch that is best on the validation
/// users, or the last one of the critic's phase.
pub(crate) fn train_phase(
    trainer: &mut Trainer<'_>,
    phase: Phase,
    data: &Dataset,
    folder: &RunFolder,
    progress: &mut dyn Progress,
) -> Result<()> {
    let checkpoints = &folder.checkpoints;
    let mut state = match checkpoints.interrupted(phase, trainer)? {
        Some(state) => state,
        None => {
            if let Some(before) = phase.starts_from() {
                trainer.restore(&checkpoints.outcome(before)?)?;
            }
            PhaseState::new(phase, trainer)
        }
    };
    folder.rewind_history(phase, state.epoch)?;
    let epochs = epochs_of(phase, trainer);
    progress.phase(phase, state.epoch, epochs, trainer.batches(&data.train));
    let mut saved = Instant::now();
    while state.epoch < epochs {
        let start = Instant::now();
        let epoch = state.epoch + 1;
        let losses = trainer.epoch(&mut state, epoch, &data.train, progress)?;
        let mut record = EpochRecord::new(phase, epoch, losses);
        if phase.selects() {
            validate(trainer, data, &mut state, &mut record)?;
        }
        record.seconds = start.elapsed().as_secs_f64();
        state.epoch = epoch;
        folder.append(&record)?;
        progress.epoch(&record);
        if epoch < epochs && saved.elapsed().as_secs_f64() >= trainer.config.checkpoint_seconds {
            checkpoints.save_state(trainer, &state)?;
            saved = Instant::now();
        }
    }
    let outcome = state.best.unwrap_or_else(|| trainer.snapshot(state.epoch));
    checkpoints.save_outcome(phase, &outcome)
}

fn epochs_of(phase: Phase, trainer: &Trainer<'_>) -> u64 {
    match phase {
        Phase::Actor => trainer.config.actor.epochs,
        Phase::Control => trainer.config.control().epochs,
        Phase::Critic => trainer.config.critic.epochs,
        Phase::ActorCritic => trainer.config.actor_critic.epochs,
    }
}

/// Measures the epoch on the validation users and keeps it when it is the best so far.
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
