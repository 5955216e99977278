//! One pass over the training users.

use super::Trainer;
use super::phase::{Phase, PhaseState};
use super::steps::{Losses, Step};
use crate::config::Features;
use crate::progress::Progress;
use crate::{Error, Result};
use ndarray_rand::rand_distr::{Distribution, StandardNormal};
use ract_autodiff::Mat;
use ract_data::random::{Purpose, stream};
use ract_data::{Batch, Interactions, epoch_order};

impl Trainer<'_> {
    /// Number of full batches of an epoch.
    pub(crate) fn batches(&self, train: &Interactions) -> usize {
        train.n_users() / self.config.batch_size
    }

    /// Trains `state.phase` on every full batch of epoch `epoch` (from 1) and returns the mean losses.
    pub(crate) fn epoch(
        &mut self,
        state: &mut PhaseState,
        epoch: u64,
        train: &Interactions,
        progress: &mut dyn Progress,
    ) -> Result<Losses> {
        let (seed, phase) = (self.config.seed, state.phase);
        let when = phase.draws() << 32 | epoch;
        let batches = self.batches(train);
        let order = epoch_order(train.n_users(), &mut stream(seed, Purpose::Shuffle, when, 0));
        let mut means = Losses::new();
        for users in order.chunks_exact(self.config.batch_size) {
            let mask = |user: u32| stream(seed, Purpose::Mask, when, user.into());
            let batch = Batch::training(train, users, self.config.keep, mask);
            let eps = noise(users, self.actor.sizes().latent, |user| stream(seed, Purpose::Noise, when, user.into()));
            for (name, loss) in self.step(state, Step { batch, eps })? {
                *means.entry(name).or_default() += loss / batches as f64;
            }
            progress.batch();
        }
        if let Some((name, value)) = means.iter().find(|(_, value)| !value.is_finite()) {
            let rate = phase.learning_rate_key();
            return Err(Error::Failed(format!("{phase}, epoch {epoch}: {name} is {value}; a lower {rate} may help")));
        }
        Ok(means)
    }

    fn step(&mut self, state: &mut PhaseState, step: Step) -> Result<Losses> {
        let (beta, actor, critic) = (self.beta(), &mut state.actor_adam, &mut state.critic_adam);
        match state.phase {
            Phase::Actor => {
                self.batches_seen += 1;
                self.actor_step(step, beta, self.config.critic.features == Features::Standardised, actor)
            }
            Phase::Control => self.actor_step(step, beta, false, actor),
            Phase::Critic => self.critic_step(step, critic),
            Phase::ActorCritic => self.actor_critic_step(step, actor, critic),
        }
    }
}

/// Standard normal noise, one row of `latent` numbers per user from the user's own stream.
fn noise<R: rand::Rng>(users: &[u32], latent: usize, stream_of: impl Fn(u32) -> R) -> Mat<f32> {
    let mut eps = Mat::zeros((users.len(), latent));
    for (mut row, &user) in eps.rows_mut().into_iter().zip(users) {
        let mut rng = stream_of(user);
        row.map_inplace(|x| *x = StandardNormal.sample(&mut rng));
    }
    eps
}
