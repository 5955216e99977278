//! The state of a phase between two epochs: all that is needed to stop and resume it.

use super::{Trainer, moments};
use crate::config::{CriticAdam, Phase};
use crate::run::{Checkpoints, Snapshot, StateMeta, Tensors, take};
use crate::{Error, Result};
use ract_autodiff::Module;
use ract_autodiff::optim::Adam;

/// The state of a phase between two epochs.
pub(crate) struct PhaseState {
    pub(crate) phase: Phase,
    /// Number of epochs done.
    pub(crate) epoch: u64,
    pub(crate) actor_adam: Adam<f32>,
    pub(crate) critic_adam: Adam<f32>,
    /// The best epoch so far on the validation users. In a fine-tuning, epoch 0 is the actor from which it starts.
    pub(crate) best: Option<Snapshot>,
}

impl PhaseState {
    /// The state before the first epoch, with new optimiser moments.
    pub(crate) fn new(phase: Phase, trainer: &Trainer<'_>) -> Self {
        Self::at(phase, 0, trainer)
    }

    /// The state after `epoch` epochs, with new optimiser moments.
    pub(crate) fn at(phase: Phase, epoch: u64, trainer: &Trainer<'_>) -> Self {
        let config = trainer.config;
        // A network that the phase does not train needs no moments.
        let actor = if phase == Phase::Critic { Vec::new() } else { trainer.actor.params() };
        let adam = |rate, params: &[_]| {
            let mut adam = Adam::new(rate, params);
            adam.epsilon_place = config.adam_epsilon;
            adam
        };
        let trains_critic = matches!(phase, Phase::Critic | Phase::ActorCritic);
        let critic = if trains_critic { trainer.critic.params() } else { Vec::new() };
        Self {
            phase,
            epoch,
            actor_adam: adam(phase.learning_rate(config, epoch + 1), &actor),
            critic_adam: adam(config.critic.learning_rate, &critic),
            best: None,
        }
    }

    /// The state after `epoch` epochs, at the start of another step size or of the whole phase: the networks, and the
    /// critic's moments if they go on, are again as the phase before left them.
    pub(crate) fn start(
        phase: Phase,
        epoch: u64,
        trainer: &mut Trainer<'_>,
        checkpoints: &Checkpoints,
    ) -> Result<Self> {
        let mut state = Self::at(phase, epoch, trainer);
        let Some(before) = phase.starts_from() else { return Ok(state) };
        let mut outcome = checkpoints.outcome(before)?;
        trainer.restore(&outcome)?;
        if phase == Phase::ActorCritic && trainer.config.actor_critic.critic_adam == CriticAdam::Continued {
            moments::restore("critic", &mut state.critic_adam, &mut outcome.moments, &outcome.meta.steps).map_err(
                |missing| {
                    let file = checkpoints.outcome_file(before);
                    Error::Failed(format!(
                        "{} lacks {missing}: delete it, or set actor_critic.critic_adam = \"new\"",
                        file.display()
                    ))
                },
            )?;
        }
        if phase.is_own_training() {
            trainer.batches_seen = 0;
        }
        Ok(state)
    }

    /// What the phase leaves behind: its best epoch, or, if it does not select, its last. The critic's own phase also
    /// leaves the moments of the critic's optimiser.
    pub(crate) fn into_outcome(self, trainer: &Trainer<'_>) -> Snapshot {
        let mut outcome = self.best.unwrap_or_else(|| trainer.snapshot(self.epoch));
        if self.phase == Phase::Critic {
            let critic = moments::moments("critic", &self.critic_adam);
            outcome.moments = critic.map(|(name, value)| (name, value.clone())).collect();
            outcome.meta.steps = moments::steps("critic", &self.critic_adam);
        }
        outcome
    }

    /// Saves the state, together with the current networks.
    pub(crate) fn save(&self, trainer: &Trainer<'_>, checkpoints: &Checkpoints) -> Result<()> {
        let current = trainer.params().into_iter().map(|(name, param)| (format!("current.{name}"), param.value()));
        let best = self.best.iter().flat_map(|best| &best.weights);
        let best = best.map(|(name, value)| (format!("best.{name}"), value));
        let optimisers = [("actor", &self.actor_adam), ("critic", &self.critic_adam)];
        let steps = optimisers.iter().flat_map(|(network, adam)| moments::steps(network, adam)).collect();
        let moments = optimisers.into_iter().flat_map(|(network, adam)| moments::moments(network, adam));
        let meta = StateMeta {
            phase: self.phase,
            current: trainer.meta(self.epoch),
            best: self.best.as_ref().map(|best| best.meta.clone()),
            steps,
        };
        checkpoints.save_state(&meta, current.chain(best).chain(moments))
    }

    /// The state in which `phase` was interrupted, if it was. The networks are restored to that state.
    pub(crate) fn resume(phase: Phase, trainer: &mut Trainer<'_>, checkpoints: &Checkpoints) -> Result<Option<Self>> {
        let Some((meta, mut tensors)) = checkpoints.state(phase)? else { return Ok(None) };
        let current = take(&mut tensors, "current.");
        let mut state = Self::at(phase, meta.current.epoch, trainer);
        let snapshot = |weights, meta| Snapshot { weights, moments: Tensors::new(), meta };
        trainer.restore(&snapshot(current, meta.current))?;
        state.best = meta.best.map(|meta| snapshot(take(&mut tensors, "best."), meta));
        moments::restore("actor", &mut state.actor_adam, &mut tensors, &meta.steps)
            .and_then(|()| moments::restore("critic", &mut state.critic_adam, &mut tensors, &meta.steps))
            .map_err(|missing| {
                Error::Failed(format!("{} lacks {missing}: delete it", checkpoints.state_file().display()))
            })?;
        Ok(Some(state))
    }
}
