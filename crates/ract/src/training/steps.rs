//! The losses of each phase, and one step down them.

use super::Trainer;
use super::phase::{Phase, PhaseState};
use crate::Result;
use crate::config::Features;
use crate::metrics::score_users;
use ract_autodiff::{Mat, Module, Tape, Var};
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

/// A forward pass on a tape, with the losses of those who are trained by it.
pub(crate) struct Recorded<'t> {
    pub(crate) actor_loss: Option<Var<'t, f32>>,
    pub(crate) critic_loss: Option<Var<'t, f32>>,
    /// The actor's own loss of each user, B x 1.
    nll: Var<'t, f32>,
    pub(crate) report: Losses,
}

impl Trainer<'_> {
    /// One step of the phase: all its losses from one forward pass.
    pub(crate) fn step(&mut self, state: &mut PhaseState, step: Step) -> Result<Losses> {
        let (report, actor_grads, critic_grads) = {
            let (seen, unseen) = (counts(&step.batch.seen), counts(&step.batch.unseen));
            let Recorded { actor_loss, critic_loss, nll, report } = self.record(&self.tape, state.phase, step)?;
            if state.phase == Phase::Actor && self.config.critic.features == Features::Standardised {
                self.critic.statistics.update(&[&seen, &unseen, nll.value()?]);
            }
            let actor_grads = actor_loss.map(|loss| loss.backward(self.actor.params())).transpose()?;
            let critic_grads = critic_loss.map(|loss| loss.backward(self.critic.params())).transpose()?;
            (report, actor_grads, critic_grads)
        };
        self.tape.reset();
        if let Some(grads) = actor_grads {
            self.tape.timed("actor's adam", || state.actor_adam.step(self.actor.params_mut(), &grads))?;
        }
        if let Some(grads) = critic_grads {
            self.tape.timed("critic's adam", || state.critic_adam.step(self.critic.params_mut(), &grads))?;
        }
        self.batches_seen += u64::from(state.phase == Phase::Actor);
        Ok(report)
    }

    /// Records the forward pass and the losses of `phase`:
    /// the actor's own, `mean(nll) + beta KL` (actor, control);
    /// the critic's, with the actor as it is (critic);
    /// minus the critic's mean prediction for the actor, and the critic's own (actor-critic).
    pub(crate) fn record<'t>(&self, tape: &'t Tape<f32>, phase: Phase, step: Step) -> Result<Recorded<'t>> {
        let Step { batch, eps } = step;
        let Scored { logits, nll, kl } = self.actor.forward(tape, &batch.input, &batch.items, eps);
        let mean_nll = nll.mean();
        if matches!(phase, Phase::Actor | Phase::Control) {
            let beta = self.beta() as f32;
            let report = report([("nll", mean_nll.scalar()?), ("kl", kl.scalar()?), ("beta", beta)]);
            return Ok(Recorded { actor_loss: Some(mean_nll + kl.scale(beta)), critic_loss: None, nll, report });
        }
        let logits = logits.value()?;
        let metric = tape.timed("ranking", || self.metric(logits, &batch));
        let mean_metric = metric.mean().unwrap_or_default();
        let predicted = self.critic.predict(tape, counts(&batch.seen), counts(&batch.unseen), nll);
        let mean_predicted = predicted.mean();
        let critic_loss = self.critic.loss(predicted, metric, self.config.critic.l2);
        let report = report([
            ("nll", mean_nll.scalar()?),
            ("critic_loss", critic_loss.scalar()?),
            ("predicted", mean_predicted.scalar()?),
            ("metric", mean_metric),
        ]);
        let actor_loss = (phase == Phase::ActorCritic).then(|| -mean_predicted);
        Ok(Recorded { actor_loss, critic_loss: Some(critic_loss), nll, report })
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
