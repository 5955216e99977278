//! The state of a phase between two epochs: all that is needed to stop and resume it.

use super::Trainer;
use crate::config::Phase;
use crate::run::{Checkpoints, Snapshot, StateMeta, Tensors};
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
    /// The best epoch so far on the validation users.
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

    /// Saves the state, together with the current networks.
    pub(crate) fn save(&self, trainer: &Trainer<'_>, checkpoints: &Checkpoints) -> Result<()> {
        let current = trainer.params().into_iter().map(|(name, param)| (format!("current.{name}"), param.value()));
        let best = self.best.iter().flat_map(|best| &best.weights);
        let best = best.map(|(name, value)| (format!("best.{name}"), value));
        let moments = [("actor", &self.actor_adam), ("critic", &self.critic_adam)].into_iter();
        let moments = moments.flat_map(|(network, adam)| {
            adam.moments().iter().flat_map(move |moments| {
                let name = |of: &str| format!("{of}.{network}.{}", moments.name());
                [(name("first"), &moments.first), (name("second"), &moments.second)]
            })
        });
        let meta = StateMeta {
            phase: self.phase,
            current: trainer.meta(self.epoch),
            best: self.best.as_ref().map(|best| best.meta.clone()),
            actor_steps: self.actor_adam.steps(),
            critic_steps: self.critic_adam.steps(),
        };
        checkpoints.save_state(&meta, current.chain(best).chain(moments))
    }

    /// The state in which `phase` was interrupted, if it was. The networks are restored to that state.
    pub(crate) fn resume(phase: Phase, trainer: &mut Trainer<'_>, checkpoints: &Checkpoints) -> Result<Option<Self>> {
        let Some((meta, mut tensors)) = checkpoints.state(phase)? else { return Ok(None) };
        let current = take(&mut tensors, "current.");
        let mut state = Self::at(phase, meta.current.epoch, trainer);
        trainer.restore(&Snapshot { weights: current, meta: meta.current })?;
        state.best = meta.best.map(|meta| Snapshot { weights: take(&mut tensors, "best."), meta });
        restore_adam(&mut state.actor_adam, "actor", meta.actor_steps, &mut tensors)
            .and_then(|()| restore_adam(&mut state.critic_adam, "critic", meta.critic_steps, &mut tensors))
            .map_err(|lacking| {
                Error::Failed(format!("{} lacks {lacking}: delete it", checkpoints.state_file().display()))
            })?;
        Ok(Some(state))
    }
}

/// Removes and returns the tensors whose names start with `prefix`. The prefix is cut off.
fn take(tensors: &mut Tensors, prefix: &str) -> Tensors {
    tensors
        .extract_if(.., |name, _| name.starts_with(prefix))
        .map(|(name, value)| (name[prefix.len()..].to_owned(), value))
        .collect()
}

fn restore_adam(adam: &mut Adam<f32>, network: &str, steps: u64, tensors: &mut Tensors) -> Result<(), String> {
    for moments in adam.restore(steps) {
        let mut moment = |of: &str| {
            let name = format!("{of}.{network}.{}", moments.name());
            tensors.remove(&name).filter(|saved| saved.dim() == moments.first.dim()).ok_or(name)
        };
        let (first, second) = (moment("first")?, moment("second")?);
        (moments.first, moments.second) = (first, second);
    }
    Ok(())
}
