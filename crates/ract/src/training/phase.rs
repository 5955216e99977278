//! A phase of training: its epochs, the best of them, and what a stop and a resume need.

use super::Trainer;
use crate::Result;
use crate::config::{self, Config, FineTuning, Rates};
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
    /// From the best actor: its own loss without the regulariser.
    Flat,
    /// From the best actor: its own loss without the regulariser, each user's divided by the number of the user's items.
    PerItem,
    /// From the best actor: the listwise WARP loss.
    Warp,
    /// From the best actor: the LambdaRank loss.
    LambdaRank,
    /// From the best actor: the critic learns to predict the metric while the actor is frozen.
    Critic,
    /// From the best actor and its critic: both train.
    ActorCritic,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 8] = [
        Self::Actor,
        Self::Control,
        Self::Flat,
        Self::PerItem,
        Self::Warp,
        Self::LambdaRank,
        Self::Critic,
        Self::ActorCritic,
    ];

    /// Those that a configuration asks for, in order.
    pub fn of(config: &Config) -> impl Iterator<Item = Self> {
        let asked = |fine_tuning| config.fine_tuning.contains(&fine_tuning);
        Self::ALL.into_iter().filter(move |phase| match phase {
            Self::Actor => true,
            Self::Control => asked(FineTuning::Control),
            Self::Flat => asked(FineTuning::Flat),
            Self::PerItem => asked(FineTuning::PerItem),
            Self::Warp => asked(FineTuning::Warp),
            Self::LambdaRank => asked(FineTuning::LambdaRank),
            Self::Critic | Self::ActorCritic => asked(FineTuning::Ract),
        })
    }

    /// The phase whose outcome this one starts from.
    pub fn starts_from(self) -> Option<Self> {
        match self {
            Self::Actor => None,
            Self::ActorCritic => Some(Self::Critic),
            _ => Some(Self::Actor),
        }
    }

    /// The name in files and histories.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Control => "control",
            Self::Flat => "flat",
            Self::PerItem => "per_item",
            Self::Warp => "warp",
            Self::LambdaRank => "lambda_rank",
            Self::Critic => "critic",
            Self::ActorCritic => "actor_critic",
        }
    }

    /// The name in results, where the phase's outcome is tested.
    pub fn outcome(self) -> Option<&'static str> {
        match self {
            Self::Critic => None,
            Self::ActorCritic => Some("ract"),
            _ => Some(self.name()),
        }
    }

    /// Which draws of batches, masks and noise it trains on. All fine-tunings have the same, so that they differ by their
    /// losses alone.
    pub(crate) fn draws(self) -> u64 {
        match self {
            Self::Actor => 0,
            Self::Critic => 1,
            _ => 2,
        }
    }

    pub(crate) fn learning_rate_key(self) -> &'static str {
        match self {
            Self::Actor => "actor.learning_rate",
            Self::Critic => "critic.learning_rate",
            Self::ActorCritic => "actor_critic.learning_rate",
            _ => "control.learning_rate",
        }
    }

    /// Epochs at each of its step sizes for the actor.
    fn plan(self, config: &Config) -> config::Phase {
        match self {
            Self::Actor => {
                let config::Actor { epochs, learning_rate, .. } = config.actor;
                config::Phase { epochs, learning_rate: Rates::of(learning_rate) }
            }
            // The step size is that of nobody: the actor is frozen.
            Self::Critic => config::Phase { epochs: config.critic.epochs, learning_rate: Rates::of(0.0) },
            Self::ActorCritic => {
                let config::ActorCritic { epochs, learning_rate, .. } = config.actor_critic.clone();
                config::Phase { epochs, learning_rate }
            }
            _ => config.control(),
        }
    }

    /// How many epochs it has, at all of its step sizes.
    pub fn epochs(self, config: &Config) -> u64 {
        let config::Phase { epochs, learning_rate } = self.plan(config);
        epochs * learning_rate.iter().len() as u64
    }

    /// The actor's step size in epoch `epoch` (from 1) of the phase.
    pub(crate) fn learning_rate(self, config: &Config, epoch: u64) -> f64 {
        let config::Phase { epochs, learning_rate } = self.plan(config);
        learning_rate.iter().nth(((epoch - 1) / epochs) as usize).unwrap_or_default()
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
        Self::at(phase, 0, trainer)
    }

    /// After `epoch` epochs, with fresh moments.
    pub(crate) fn at(phase: Phase, epoch: u64, trainer: &Trainer<'_>) -> Self {
        let config = trainer.config;
        // A network that the phase does not train needs no moments.
        let actor = if phase == Phase::Critic { Vec::new() } else { trainer.actor.params() };
        let trains_critic = matches!(phase, Phase::Critic | Phase::ActorCritic);
        let critic = if trains_critic { trainer.critic.params() } else { Vec::new() };
        Self {
            phase,
            epoch,
            actor_adam: Adam::new(phase.learning_rate(config, epoch + 1), &actor),
            critic_adam: Adam::new(config.critic.learning_rate, &critic),
            best: None,
        }
    }
}

/// Trains what is left of `phase` and saves its outcome in the run folder: the epoch that is best on the validation
/// users, or the last one of the critic's phase. With several step sizes it starts anew for each.
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
    let mut state = match checkpoints.interrupted(phase, trainer)? {
        Some(state) => state,
        None => {
            go_back_to_start(trainer)?;
            PhaseState::new(phase, trainer)
        }
    };
    folder.rewind_history(phase, state.epoch)?;
    let config::Phase { epochs, learning_rate: rates } = phase.plan(trainer.config);
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
            checkpoints.save_state(trainer, &state)?;
            saved = Instant::now();
        }
    }
    let outcome = state.best.unwrap_or_else(|| trainer.snapshot(state.epoch));
    checkpoints.save_outcome(phase, &outcome)
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
