//! Training: the actor, the critic, and both together.

mod epoch;
mod phase;
mod steps;

pub use phase::Phase;
pub(crate) use phase::{PhaseState, train_phase};

use crate::config::Config;
use ract_autodiff::{Module, Param, Tape};
use ract_data::random::{Purpose, stream};
use ract_models::{Critic, CriticOutput, MultVae, MultVaeSizes};

/// The two networks and what their training shares.
pub(crate) struct Trainer<'a> {
    pub(crate) config: &'a Config,
    pub(crate) actor: MultVae<f32>,
    pub(crate) critic: Critic<f32>,
    /// Batches of the actor's own training so far: they set the weight of the KL term.
    pub(crate) batches_seen: u64,
    pub(crate) tape: Tape<f32>,
}

impl<'a> Trainer<'a> {
    /// Fresh networks, drawn from the configuration's seed.
    pub(crate) fn new(config: &'a Config, n_items: usize) -> Self {
        let weights = |network| stream(config.seed, Purpose::Weights, network, 0);
        let sizes = MultVaeSizes { items: n_items, hidden: config.actor.hidden, latent: config.actor.latent };
        let output = if config.critic.metric.is_unbounded() { CriticOutput::Unbounded } else { CriticOutput::Bounded };
        Self {
            config,
            actor: MultVae::new(sizes, &mut weights(0)),
            critic: Critic::new(&config.critic.hidden, output, &mut weights(1)),
            batches_seen: 0,
            tape: Tape::new(),
        }
    }

    /// The weight of the KL term where training stands: `min(t / T, beta_max)`.
    pub(crate) fn beta(&self) -> f64 {
        let annealed = self.batches_seen as f64 / self.config.actor.anneal_batches as f64;
        annealed.min(self.config.actor.beta_max)
    }

    /// The parameters of both networks, by name.
    pub(crate) fn params(&self) -> Vec<(String, &Param<f32>)> {
        let actor = self.actor.params().into_iter().map(|p| (full_name("actor", p), p));
        let critic = self.critic.params().into_iter().map(|p| (full_name("critic", p), p));
        actor.chain(critic).collect()
    }

    /// The same, to be changed.
    pub(crate) fn params_mut(&mut self) -> Vec<(String, &mut Param<f32>)> {
        let actor = self.actor.params_mut().into_iter().map(|p| (full_name("actor", p), p));
        let critic = self.critic.params_mut().into_iter().map(|p| (full_name("critic", p), p));
        actor.chain(critic).collect()
    }
}

fn full_name(network: &str, param: &Param<f32>) -> String {
    format!("{network}.{}", param.name())
}
