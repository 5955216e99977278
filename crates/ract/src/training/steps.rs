//! One training step of the actor, of the critic, and of both.

use super::Trainer;
use crate::Result;
use crate::metrics::score_users;
use ract_autodiff::optim::Adam;
use ract_autodiff::{Mat, Module};
use ract_data::{Batch, Interactions};
use ract_models::Scored;
use std::collections::BTreeMap;

/// What a step reports, by name: means over the batch.
pub(crate) type Losses = BTreeMap<String, f64>;

/// What a step trains on.
pub(crate) struct Step {
    pub(crate) batch: Batch<f32>,
    /// Noise of the latent variables, B x d.
    pub(crate) eps: Mat<f32>,
}

impl Trainer<'_> {
    /// The actor's own loss, `mean(nll) + beta KL`. With `gather` the critic's feature statistics take in the batch.
    pub(crate) fn actor_step(&mut self, step: Step, beta: f64, gather: bool, adam: &mut Adam<f32>) -> Result<Losses> {
        let Step { batch, eps } = step;
        let (losses, grads) = {
            let Scored { nll, kl, .. } = self.actor.forward(&self.tape, &batch.input, &batch.items, eps);
            if gather {
                self.critic.statistics.update(&[&counts(&batch.seen), &counts(&batch.unseen), nll.value()?]);
            }
            let mean_nll = nll.mean();
            let losses = report([("nll", mean_nll.scalar()?), ("kl", kl.scalar()?), ("beta", beta as f32)]);
            (losses, (mean_nll + kl.scale(beta as f32)).backward(self.actor.params())?)
        };
        self.tape.reset();
        adam.step(self.actor.params_mut(), &grads)?;
        Ok(losses)
    }

    /// The critic's loss; the actor stays as it is.
    pub(crate) fn critic_step(&mut self, step: Step, adam: &mut Adam<f32>) -> Result<Losses> {
        let Step { batch, eps } = step;
        let (losses, grads) = {
            let Scored { logits, nll, .. } = self.actor.forward(&self.tape, &batch.input, &batch.items, eps);
            let metric = self.metric(logits.value()?, &batch);
            let mean_metric = metric.mean().unwrap_or_default();
            let predicted = self.critic.predict(&self.tape, counts(&batch.seen), counts(&batch.unseen), nll);
            let loss = self.critic.loss(predicted, metric, self.config.critic.l2);
            let losses = report([
                ("critic_loss", loss.scalar()?),
                ("predicted", predicted.mean().scalar()?),
                ("metric", mean_metric),
            ]);
            (losses, loss.backward(self.critic.params())?)
        };
        self.tape.reset();
        adam.step(self.critic.params_mut(), &grads)?;
        Ok(losses)
    }

    /// From one forward pass: the actor goes up the critic's prediction, the critic down its own loss.
    pub(crate) fn actor_critic_step(
        &mut self,
        step: Step,
        actor_adam: &mut Adam<f32>,
        critic_adam: &mut Adam<f32>,
    ) -> Result<Losses> {
        let Step { batch, eps } = step;
        let (losses, actor_grads, critic_grads) = {
            let Scored { logits, nll, .. } = self.actor.forward(&self.tape, &batch.input, &batch.items, eps);
            let metric = self.metric(logits.value()?, &batch);
            let mean_metric = metric.mean().unwrap_or_default();
            let predicted = self.critic.predict(&self.tape, counts(&batch.seen), counts(&batch.unseen), nll);
            let actor_loss = -predicted.mean();
            let critic_loss = self.critic.loss(predicted, metric, self.config.critic.l2);
            let losses = report([
                ("nll", nll.mean().scalar()?),
                ("critic_loss", critic_loss.scalar()?),
                ("predicted", -actor_loss.scalar()?),
                ("metric", mean_metric),
            ]);
            (losses, actor_loss.backward(self.actor.params())?, critic_loss.backward(self.critic.params())?)
        };
        self.tape.reset();
        actor_adam.step(self.actor.params_mut(), &actor_grads)?;
        critic_adam.step(self.critic.params_mut(), &critic_grads)?;
        Ok(losses)
    }

    /// The critic's target: each user's metric on the unseen items, B x 1.
    fn metric(&self, logits: &Mat<f32>, batch: &Batch<f32>) -> Mat<f32> {
        let metric = [self.config.critic.metric];
        score_users(|user| logits.row(user), &batch.seen, &batch.unseen, &metric).mapv(|value| value as f32)
    }
}

/// How many items each user has, B x 1.
fn counts(items: &Interactions) -> Mat<f32> {
    Mat::from_shape_fn((items.n_users(), 1), |(user, _)| items.items(user).len() as f32)
}

fn report<const N: usize>(losses: [(&str, f32); N]) -> Losses {
    losses.into_iter().map(|(name, value)| (name.to_owned(), f64::from(value))).collect()
}
